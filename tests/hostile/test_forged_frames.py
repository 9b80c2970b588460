"""The attacker owns the guest's process and sends any bytes: only that isolate may end."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atoll import (
    AtollError,
    CallLimitExceeded,
    HandleLimitExceeded,
    Isolate,
    IsolateCrashed,
    LimitExceeded,
    Limits,
    MarshalError,
    OutputLimitExceeded,
)
from atoll.core import aio
from atoll.core.classes import ClassTable
from atoll.core.host import Host
from atoll.core.operations import FIRST_HANDLE, PARSER_SOURCE
from atoll.wire.frames import (
    CALL,
    CANCEL,
    HEADER,
    POST,
    READY,
    RELEASE,
    RETURN,
    SYNC,
    TAGGED,
    THROW,
    ProtocolViolation,
)
from tests.wire.support import frame, pieces, receive

from .support import Guest, StubDriver, forged_isolate, loop_errors


@pytest.fixture(autouse=True)
async def nothing_goes_unhandled() -> Any:
    with loop_errors() as errors:
        yield
        gc.collect()
    assert errors == []


def tagged(kind: int, tree: object, *, id: int = 0, target: int = 0, flags: int = 0) -> bytes:
    return frame(kind, id=id, target=target, flags=flags | TAGGED, body=json.dumps(tree).encode())


# One forged conversation at a time, through the real driver

BEFORE_A_CALL = {
    "garbage": b"\xff" * 64,
    "an unknown kind": frame(9),
    "kind zero": frame(0),
    "READY twice": frame(READY),
    "an answer to no call": frame(RETURN, id=1),
    "an exception for no call": frame(THROW, id=77),
    "call id zero": frame(CALL, id=0, target=PARSER_SOURCE, body=b"[]"),
    "an id twice": frame(CALL, id=5, target=FIRST_HANDLE, body=b"[]") * 2,
    "a call of an unknown operation": frame(CALL, id=5, target=63, body=b"[]"),
    "a call of operation zero": frame(CALL, id=5, target=0, body=b"[]"),
    "a call of a handle that is not held": frame(CALL, id=5, target=FIRST_HANDLE + 99, body=b"[]"),
    "a call of the largest handle": frame(CALL, id=5, target=2**32 - 1, body=b"[]"),
    "a call without arguments": frame(CALL, id=5, target=FIRST_HANDLE),
    "arguments that are no array": frame(CALL, id=5, target=FIRST_HANDLE, body=b'{"0": 1}'),
    "arguments that are no JSON": frame(CALL, id=5, target=FIRST_HANDLE, body=b"[1,"),
    "arguments that are no UTF-8": frame(CALL, id=5, target=FIRST_HANDLE, body=b'["\xff"]'),
    "too deep JSON": frame(CALL, id=5, target=FIRST_HANDLE, body=b"[" * 600 + b"]" * 600),
    "a second synchronous call": frame(CALL, id=5, flags=SYNC, target=FIRST_HANDLE + 1, body=b"[]")
    + frame(CALL, id=6, flags=SYNC, target=FIRST_HANDLE + 1, body=b"[]"),
    "a post to nobody": frame(POST, target=0, body=b"[]"),
    "a release of more than is held": frame(RELEASE, body=b"[64,2]"),
    "a release twice": frame(RELEASE, body=b"[64,1,64,1]"),
    "a release of a foreign handle": frame(RELEASE, body=b"[99,1]"),
    "a release of nothing": frame(RELEASE),
    "a release with half a pair": frame(RELEASE, body=b"[64]"),
    "a release of text": frame(RELEASE, body=b'["a","b"]'),
    "a release of floats": frame(RELEASE, body=b"[64.0,1.0]"),
    "a negative release": frame(RELEASE, body=b"[64,-1]"),
    "a release of true": frame(RELEASE, body=b"[64,true]"),
    "a release that cannot be marshalled": tagged(RELEASE, {"$": ["m", [[1, 1], [True, 1]]]}),
    "65535 segments": HEADER.pack(0, POST, 0, 65535, 0, 0),
    "an unknown tag": tagged(POST, [{"$": ["nonsense"]}], target=FIRST_HANDLE),
    "a tag without data": tagged(POST, [{"$": []}], target=FIRST_HANDLE),
    "a tag that is an array": tagged(POST, [{"$": [[1]]}], target=FIRST_HANDLE),
    "a foreign handle": tagged(POST, [{"$": ["h", 99_999]}], target=FIRST_HANDLE),
    "a handle below the first": tagged(POST, [{"$": ["f", 3, "f"]}], target=FIRST_HANDLE),
    "a segment that is not there": tagged(POST, [{"$": ["b", 0, 1]}], target=FIRST_HANDLE),
    "a label that is not there": tagged(POST, [{"$": ["#", 0]}], target=FIRST_HANDLE),
    "a segment twice": frame(
        POST,
        flags=TAGGED,
        target=FIRST_HANDLE,
        body=b'[{"$":["b",0,1]},{"$":["b",0,1]}]',
        segments=[b"x" * 100],
    ),
}


async def holding(*_: object) -> None:
    """A host function that does not answer."""
    await asyncio.Event().wait()


async def define_two(isolate: Isolate, guest: Guest) -> None:
    """Two host functions, at FIRST_HANDLE and the handle after it."""
    for name, function in (("f", lambda *_: None), ("g", holding)):
        definition = asyncio.ensure_future(isolate.define_async_function(name, function))
        kind, _, id, _, _, _ = await guest.next_frame()
        assert kind == CALL
        guest.write_now(frame(RETURN, id=id))
        await definition


@pytest.mark.parametrize("name", BEFORE_A_CALL)
async def test_a_forged_frame_ends_only_its_isolate(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with (
        forged_isolate(monkeypatch) as (isolate, guest),
        forged_isolate(monkeypatch) as (sibling, other),
    ):
        await define_two(isolate, guest)
        waiting = [asyncio.ensure_future(isolate.eval("1")) for _ in range(3)]
        await guest.next_frame()
        guest_data = BEFORE_A_CALL[name]
        await guest.send(guest_data)
        for task in waiting:
            with pytest.raises((IsolateCrashed, LimitExceeded)):
                async with asyncio.timeout(5):
                    await task
        with pytest.raises((IsolateCrashed, LimitExceeded)):
            await isolate.eval("2")
        answer = asyncio.ensure_future(sibling.eval("1 + 1"))
        _, _, id, _, _, _ = await other.next_frame()
        other.write_now(frame(RETURN, id=id, body=b"2"))
        assert await answer == 2


ANSWERS: dict[str, Callable[[int], bytes]] = {
    "two answers": lambda id: frame(RETURN, id=id, body=b"[") * 2,
    "broken JSON": lambda id: frame(RETURN, id=id, body=b"{"),
    "a broken tag": lambda id: tagged(RETURN, {"$": ["i", "xyz"]}, id=id),
    "an exception of broken JSON": lambda id: frame(THROW, id=id, body=b"[[["),
    "a tagged exception of broken JSON": lambda id: frame(
        THROW, id=id, flags=TAGGED, body=b'{"$":["!'
    ),
    "a deep tagged exception": lambda id: frame(
        THROW, id=id, flags=TAGGED, body=b'{"$":["!",' + b"[" * 5000
    ),
    "an error without fields": lambda id: tagged(THROW, {"$": ["E"]}, id=id),
    "an error of numbers": lambda id: tagged(THROW, {"$": ["E", 1, 2, 3, 4, 5]}, id=id),
    "a date of text": lambda id: tagged(RETURN, {"$": ["d", "now"]}, id=id),
    "a date that is no number": lambda id: tagged(RETURN, {"$": ["d", None]}, id=id),
    "a map of numbers": lambda id: tagged(RETURN, {"$": ["m", [1, 2]]}, id=id),
    "a class that is not there": lambda id: frame(
        RETURN, id=id, flags=TAGGED, body=b'{"$":["b",0,99]}', segments=[b"x"]
    ),
    "elements of half a size": lambda id: frame(
        RETURN, id=id, flags=TAGGED, body=b'{"$":["b",0,12]}', segments=[b"123"]
    ),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_a_forged_answer_reaches_its_caller_as_the_end_of_the_isolate(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with forged_isolate(monkeypatch) as (isolate, guest):
        first = asyncio.ensure_future(isolate.eval("1"))
        second = asyncio.ensure_future(isolate.eval("2"))
        _, _, id, _, _, _ = await guest.next_frame()
        await guest.send(ANSWERS[name](id))
        for task in (first, second):
            with pytest.raises(IsolateCrashed):
                async with asyncio.timeout(5):
                    await task


@pytest.mark.parametrize(
    "tree",
    [
        {"$": ["!", "result", "no"]},
        {"$": ["m", [[1, 1], [True, 1]]]},
        {"$": ["S", [{"$": ["m", []]}]]},
        {"$": ["d", 1e300]},
        {"$": ["E", "MarshalError", "m", None, [["cause", {"$": ["m", []]}]], 0]},
    ],
)
@pytest.mark.parametrize("kind", [RETURN, THROW])
async def test_a_value_that_cannot_cross_fails_its_call_alone(
    tree: object, kind: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with forged_isolate(monkeypatch) as (isolate, guest):
        first = asyncio.ensure_future(isolate.eval("1"))
        _, _, id, _, _, _ = await guest.next_frame()
        await guest.send(tagged(kind, tree, id=id))
        with contextlib.suppress(AtollError):
            await first
        second = asyncio.ensure_future(isolate.eval("2"))
        _, _, id, _, _, _ = await guest.next_frame()
        await guest.send(frame(RETURN, id=id, body=b"2"))
        assert await second == 2


async def test_answers_of_the_wrong_shape_are_typed_errors_everywhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every request of the API, answered with a value that no correct guest answers with."""

    async def hold(isolate: Isolate) -> None:
        await isolate.marshal({"a": 1})

    async def scoped(isolate: Isolate) -> None:
        async with isolate.scope() as scope:
            await scope.eval("({})")

    async def by_reference(isolate: Isolate) -> None:
        await isolate.eval("({})", copy=False)

    async def statistics(isolate: Isolate) -> None:
        await isolate.statistics()

    for request in (hold, scoped, by_reference, statistics):
        for body in (b"", b"1", b"[]", b'["a"]', b'{"a":1}', b"[null,null,null,null,null]"):
            async with forged_isolate(monkeypatch) as (isolate, guest):
                task = asyncio.ensure_future(request(isolate))
                _, _, id, _, _, _ = await guest.next_frame()
                await guest.send(frame(RETURN, id=id, body=body))
                with pytest.raises(AtollError):
                    await task


@pytest.mark.parametrize(
    ("kind", "body"),
    [("B", b"1"), ("B", b'"text"'), ("r", b"1"), ("r", b"[1,2]"), ("r", b'{"0":1}')],
)
async def test_blobs_and_streams_of_the_wrong_shape_are_typed_errors(
    kind: str, body: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with forged_isolate(monkeypatch) as (isolate, guest):
        task = asyncio.ensure_future(isolate.eval("made"))
        _, _, id, _, _, _ = await guest.next_frame()
        data = [FIRST_HANDLE, 10, "text/plain"] if kind == "B" else [FIRST_HANDLE]
        await guest.send(tagged(RETURN, {"$": [kind, *data]}, id=id))
        made = await task
        reading = asyncio.ensure_future(made.bytes() if kind == "B" else anext(made))
        _, _, id, _, _, _ = await guest.next_frame()
        await guest.send(frame(RETURN, id=id, body=body))
        with pytest.raises(IsolateCrashed):
            await reading


async def test_a_truncated_stream_is_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    async with forged_isolate(monkeypatch) as (isolate, guest):
        task = asyncio.ensure_future(isolate.eval("1"))
        _, _, id, _, _, _ = await guest.next_frame()
        await guest.send(frame(RETURN, id=id, body=b"[1]")[:-1])
        process = isolate._driver.process
        assert process is not None
        process.kill()  # the process dies by itself
        with pytest.raises(IsolateCrashed):
            await task


async def test_an_oversized_message_is_an_output_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    async with forged_isolate(monkeypatch, message=10_000) as (isolate, guest):
        task = asyncio.ensure_future(isolate.eval("1"))
        await guest.next_frame()
        await guest.send(HEADER.pack(2**32 - 1, POST, 0, 0, 0, 0))
        with pytest.raises(OutputLimitExceeded, match="message"):
            await task


async def test_a_flood_of_calls_is_a_call_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    async with forged_isolate(monkeypatch, calls=50) as (isolate, guest):
        await define_two(isolate, guest)
        task = asyncio.ensure_future(isolate.eval("1"))
        await guest.next_frame()
        await guest.send(
            b"".join(frame(CALL, id=id, target=FIRST_HANDLE + 1, body=b"[]") for id in range(1, 52))
        )
        with pytest.raises(CallLimitExceeded):
            await task


async def test_handles_that_the_host_is_made_to_hold_are_limited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with forged_isolate(monkeypatch, handles=50) as (isolate, guest):
        task = asyncio.ensure_future(isolate.eval("1"))
        _, _, id, _, _, _ = await guest.next_frame()
        tree = [{"$": ["x", FIRST_HANDLE + n, "object"]} for n in range(51)]
        await guest.send(tagged(RETURN, tree, id=id))
        with pytest.raises(HandleLimitExceeded):
            await task


async def test_a_guest_that_calls_and_never_reads_is_ended_in_bounded_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each of these calls is answered with the parser's source, hundreds of kilobytes."""
    async with forged_isolate(monkeypatch, calls=100) as (isolate, guest):
        tracemalloc.start()
        try:
            calls = (frame(CALL, id=id, target=PARSER_SOURCE, body=b"[]") for id in range(1, 5000))
            task = asyncio.ensure_future(isolate.eval("1"))
            await guest.send(b"".join(calls))
            with pytest.raises(CallLimitExceeded):
                await task
            assert tracemalloc.get_traced_memory()[1] < 100 * 500_000
        finally:
            tracemalloc.stop()


async def test_posts_to_an_asynchronous_function_do_not_pile_up_tasks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(aio, "_MOST_POSTED", 500)
    async with forged_isolate(monkeypatch) as (isolate, guest):
        await define_two(isolate, guest)
        task = asyncio.ensure_future(isolate.eval("1"))
        sending = asyncio.ensure_future(
            guest.send(frame(POST, target=FIRST_HANDLE + 1, body=b"[]") * 2000)
        )
        with pytest.raises(CallLimitExceeded):
            await task
        await isolate.dispose()
        await sending


async def test_a_flood_does_not_keep_a_sibling_from_answering(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with forged_isolate(monkeypatch) as (isolate, guest), Isolate() as sibling:
        await define_two(isolate, guest)
        flood = frame(POST, target=FIRST_HANDLE, body=b"[1,2,3]") * 40_000
        sending = asyncio.ensure_future(guest.send(flood))
        for _ in range(20):
            async with asyncio.timeout(2):
                assert await sibling.eval("1 + 1") == 2
        await isolate.dispose()
        await sending


async def test_a_small_message_does_not_become_a_large_value(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Shared references stay shared, and no segment is copied twice."""
    tree: object = 1
    for label in range(60):
        tree = [{"$": ["@", label, tree]}, {"$": ["#", label]}]
    async with forged_isolate(monkeypatch) as (isolate, guest):
        task = asyncio.ensure_future(isolate.eval("1"))
        _, _, id, _, _, _ = await guest.next_frame()
        tracemalloc.start()
        try:
            await guest.send(tagged(THROW, tree, id=id))
            with pytest.raises(AtollError) as caught:
                await task
            assert len(str(caught.value)) < 1000
            assert tracemalloc.get_traced_memory()[1] < 10_000_000
        finally:
            tracemalloc.stop()


async def test_integers_that_collide_are_refused_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    modulus = 2**61 - 1
    items = [{"$": ["i", f"{modulus * n:x}"]} for n in range(1, 20_000)]
    async with forged_isolate(monkeypatch) as (isolate, guest):
        for tree in ({"$": ["S", items]}, {"$": ["m", [[item, 0] for item in items]]}):
            task = asyncio.ensure_future(isolate.eval("1"))
            _, _, id, _, _, _ = await guest.next_frame()
            await guest.send(tagged(RETURN, tree, id=id))
            with pytest.raises(MarshalError, match="hash"):
                async with asyncio.timeout(5):
                    await task


# Private targets and receivers


class Account:
    """A class whose instances hold state on the host."""

    def __init__(self, owner: str = "") -> None:
        self.owner = owner
        self.balance = 100

    def withdraw(self, amount: int) -> int:
        self.balance -= amount
        return self.balance

    def _secret(self) -> str:
        return "secret"


class Counter:
    def increase(self) -> int:
        return 1


def host_with_classes() -> tuple[Host, StubDriver, ClassTable]:
    driver = StubDriver()
    host = driver.host = Host(Limits(), driver)
    table = ClassTable(host.handles)
    table.add(Account)
    table.add(Counter)
    host.session.feed(frame(READY))
    return host, driver, table


def answers(host: Host) -> list[Any]:
    """What the host has answered so far, as JSON."""
    data = b"".join(bytes(part) for pipe in host.session.outgoing for part in pipe)
    for pipe in host.session.outgoing:
        pipe.clear()
    driver = Host(Limits(), StubDriver())
    return [
        json.loads(bytes(found.body) or b"null") for found in receive(driver.session._decoder, data)
    ]


def test_every_member_refuses_a_receiver_of_another_class() -> None:
    host, _driver, _table = host_with_classes()
    account = host.handles.export(Account(), class_id=1)
    counter = host.handles.export(Counter(), class_id=2)
    plain = host.handles.export(lambda: None)
    receivers: list[object] = [
        {"$": ["h", counter]},
        {"$": ["h", plain]},
        None,
        1,
        "text",
        [],
        {"balance": 5},
        {"$": ["x", 999, "object"]},
    ]
    members = [handle for handle, export in host.handles.exports.items() if export.fixed]
    refused = 0
    for handle in members:
        if getattr(host.handles.exports[handle].value, "__name__", "") != "call":
            continue  # a constructor
        for number, receiver in enumerate(receivers):
            id = handle * 100 + number
            run(host, tagged(CALL, [receiver, 5], id=id, target=handle, flags=SYNC))
            (answer,) = answers(host)
            is_counters = receiver == {"$": ["h", counter]} and answer == 1
            assert is_counters or answer["$"][1] == "TypeError"
            refused += not is_counters
    assert refused >= 2 * len(receivers) - 1
    run(host, tagged(CALL, [{"$": ["h", account]}, 5], id=1, target=members[1]))


def test_an_instance_cannot_be_called() -> None:
    host, _driver, _table = host_with_classes()
    account = host.handles.export(Account(), class_id=1)
    with pytest.raises(ProtocolViolation):
        run(host, frame(CALL, id=1, target=account, body=b"[]"))


def test_private_names_have_no_handle() -> None:
    host, _driver, _table = host_with_classes()
    names = {
        cell.cell_contents.__name__
        for export in host.handles.exports.values()
        for cell in (getattr(export.value, "__closure__", None) or ())
        if callable(cell.cell_contents) and hasattr(cell.cell_contents, "__name__")
    }
    assert "withdraw" in names
    assert not any(name.startswith("_") and not name.startswith("__") for name in names)


# Everything at once, without pipes


def run(host: Host, data: bytes) -> None:
    """Do what a driver does with bytes of the guest."""
    for found in receive(host.session, data):
        invocation = host.handle(found)
        if invocation is None:
            continue
        value, error = None, None
        try:
            value = invocation.export.value(*invocation.args)  # type: ignore[operator]
        except Exception as raised:
            error = raised
        if invocation.id:
            host.answer(invocation.id, value, error)


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 5),
    st.integers(60, 75),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(["7f", "-1", "NaN", "Infinity", "cause", "errors", "function", "promise"]),
)
TAGS = ["u", "n", "i", "s", "d", "R", "m", "S", "o", "b", "E", "a", "f", "p", "x", "c", "h"]
TAGS += ["@", "#", "!", "!s", "!b", "!c", "U", "q", "D", "r", "w", "B", "F", "$", ""]


def tag_of(children: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.builds(
        lambda tag, data: {"$": [tag, *data]},
        st.one_of(st.sampled_from(TAGS), scalars),
        st.lists(children, max_size=6),
    )


trees = st.recursive(
    scalars,
    lambda children: st.one_of(
        st.lists(children, max_size=4),
        st.dictionaries(st.one_of(st.text(max_size=4), st.just("$")), children, max_size=3),
        tag_of(children),
        # The shapes that tags really have, with anything in their places.
        st.builds(lambda key, item: {"$": ["m", [[key, item]]]}, children, children),
        st.builds(lambda items: {"$": ["S", items]}, st.lists(children, max_size=3)),
        st.builds(lambda key, item: {"$": ["o", [[key, item]]]}, children, children),
        st.builds(lambda label, item: {"$": ["@", label, item]}, st.integers(0, 2), children),
        st.builds(lambda label: {"$": ["#", label]}, st.integers(0, 2)),
        st.builds(lambda parts: {"$": ["E", *parts]}, st.lists(children, min_size=5, max_size=5)),
        st.builds(lambda segment, code: {"$": ["b", segment, code]}, st.integers(0, 2), children),
    ),
    max_leaves=12,
)
bodies = st.one_of(
    trees.map(lambda tree: json.dumps(tree).encode()),
    st.lists(trees, max_size=4).map(lambda tree: json.dumps(tree).encode()),
    st.lists(st.integers(60, 75), max_size=4).map(lambda tree: json.dumps(tree).encode()),
    st.binary(max_size=20),
)
forged = st.builds(
    lambda kind, id, target, flags, body, segments: frame(
        kind, id=id, target=target, flags=flags, body=body, segments=segments
    ),
    st.integers(1, 6),
    st.integers(0, 8),
    st.one_of(st.integers(0, 3), st.integers(60, 75)),
    st.sampled_from([0, SYNC, TAGGED, TAGGED, TAGGED, SYNC | TAGGED, 255]),
    bodies,
    st.lists(st.binary(max_size=9), max_size=2),
)


def furnished_host() -> tuple[Host, StubDriver, list[Any]]:
    """A host in the middle of a conversation, with something of each kind to get hold of."""
    host, driver, _table = host_with_classes()
    host.handles.define(lambda *args: list(args))
    host.handles.define(lambda *args: args[0])
    host.handles.export(Account("Alice"), class_id=1)
    host.handles.export(lambda: Account("Bob"))
    host.handles.encode_exception(ValueError("remembered"))
    host.handles.sent()
    pending = [host.call(1, ("code", "<eval>", None, True)) for _ in range(4)]
    return host, driver, pending


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(forged, max_size=8), st.lists(st.integers(0, 4000), max_size=4))
def test_forged_conversations_only_ever_end_their_isolate(
    parts: list[bytes], cuts: list[int]
) -> None:
    host, _driver, pending = furnished_host()
    for piece in pieces(b"".join(parts), cuts):
        try:
            run(host, piece)
        except ProtocolViolation as error:
            host.fail(host.violation(error))
        except LimitExceeded as error:
            host.fail(error)
        if host.failure is not None:
            break
    if host.failure is not None:
        assert isinstance(host.failure, IsolateCrashed | LimitExceeded)
        assert all(call.done for call in pending)
    for call in pending:
        if call.done and call.error is not None:
            assert len(repr(call.error)) < 100_000


VALID = [
    frame(RETURN, id=1, body=b"[1,2]"),
    tagged(RETURN, {"$": ["m", [[1, {"$": ["@", 0, []]}], [2, {"$": ["#", 0]}]]]}, id=1),
    tagged(THROW, {"$": ["E", "Error", "m", "s", [["cause", 1]], 0]}, id=2),
    tagged(CALL, [{"$": ["f", 70, "f"]}, {"$": ["p", 71]}], id=5, target=70),
    frame(CALL, id=6, flags=TAGGED, target=70, body=b'[{"$":["b",0,7]}]', segments=[b"12345678"]),
    frame(POST, target=2, body=b'["uncaught"]'),
    frame(CALL, id=7, flags=SYNC, target=1, body=b"[]"),
    frame(CANCEL, id=6),
]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(VALID), min_size=1, max_size=4),
    st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_damaged_conversations_only_ever_end_their_isolate(
    parts: list[bytes], damage: list[tuple[int, int]]
) -> None:
    host, _driver, pending = furnished_host()
    data = bytearray(b"".join(parts))
    for place, value in damage:
        data[place % len(data)] = value
    try:
        run(host, bytes(data))
    except ProtocolViolation as error:
        host.fail(host.violation(error))
    except LimitExceeded as error:
        host.fail(error)
    if host.failure is not None:
        assert all(call.done for call in pending)


@settings(max_examples=25, deadline=None)
@given(st.lists(forged, max_size=8))
def test_what_a_forged_conversation_leaves_is_reclaimed(parts: list[bytes]) -> None:
    """References that it made the host hold go away with the values that hold them."""
    host, _driver, pending = furnished_host()
    with contextlib.suppress(ProtocolViolation, LimitExceeded):
        run(host, b"".join(parts))
    host.fail(IsolateCrashed("over"))
    for call in pending:
        call.value = call.error = None
    del pending
    host.session.calls.clear()
    gc.collect()
    host.handles.take_released()
    assert host.handles.held == 0


def every_tag_with_wrong_data() -> Iterator[object]:
    wrong: list[object] = [None, True, -1, 64, 1.5, "x", [], [[]], {"a": 1}, [[1]]]
    for tag in TAGS:
        yield {"$": [tag]}
        for first in wrong:
            yield {"$": [tag, first]}
            for second in wrong[::3]:
                yield {"$": [tag, first, second, second, first, second]}


def plain_host() -> tuple[Host, StubDriver, list[Any]]:
    driver = StubDriver()
    host = driver.host = Host(Limits(), driver)
    host.session.feed(frame(READY))
    host.handles.define(len)
    return host, driver, [host.call(1, ("code", "<eval>", None, True)) for _ in range(8)]


def test_every_tag_with_wrong_data_of_every_type() -> None:
    host, _driver, pending = plain_host()
    id = 1000
    for tree in every_tag_with_wrong_data():
        for kind in (RETURN, THROW, CALL, POST):
            if host.failure is not None or not any(not call.done for call in pending):
                host, _driver, pending = plain_host()
            id += 1
            answers = kind in (RETURN, THROW)
            waiting = next(call for call in pending if not call.done)
            data = frame(
                kind,
                id=waiting.id if answers else id,
                target=0 if answers else FIRST_HANDLE,
                flags=TAGGED,
                body=json.dumps(tree if answers else [tree]).encode(),
                segments=[b"abc"],
            )
            try:
                run(host, data)
            except ProtocolViolation as error:
                host.fail(host.violation(error))
            except LimitExceeded as error:
                host.fail(error)
            assert waiting.done or not answers
