"""The session's rules, one by one, and a model that plays both sides against each other."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from atoll.wire.frames import (
    CALL,
    CANCEL,
    HEADER,
    POST,
    READY,
    RELEASE,
    RETURN,
    SYNC,
    THROW,
    FrameDecoder,
    FrameTooLarge,
    ProtocolViolation,
)
from atoll.wire.session import (
    INPUT,
    REPLIES,
    CallsExceeded,
    MessageTooLarge,
    OutputExceeded,
    Session,
)

from .support import contents, frame, pieces, receive


def new_session(**limits: Any) -> Session:
    defaults: dict[str, Any] = {"message": 100_000, "calls": 4, "nesting": 3, "output": None}
    return Session(**{**defaults, **limits})


def ready_session(**limits: Any) -> Session:
    session = new_session(**limits)
    session.feed(frame(READY))
    return session


def sent(session: Session, pipe: int) -> list[tuple[int, int]]:
    """Kind and id of each frame that the session wants to write to a pipe."""
    decoder = FrameDecoder(10_000_000)
    found = receive(decoder, b"".join(map(bytes, session.outgoing[pipe])))
    session.outgoing[pipe].clear()
    return [(each.kind, each.id) for each in found]


def receive_in_parts(session: Session, parts: list[bytes]) -> None:
    for part in parts:
        receive(session, part)


# READY


@pytest.mark.parametrize("kind", [CALL, RETURN, THROW, CANCEL, POST, RELEASE])
def test_the_first_frame_must_be_ready(kind: int) -> None:
    with pytest.raises(ProtocolViolation, match="first frame"):
        new_session().feed(frame(kind, id=1))


def test_ready_comes_once() -> None:
    with pytest.raises(ProtocolViolation):
        ready_session().feed(frame(READY))


def test_ready_twice_in_one_read_is_refused() -> None:
    with pytest.raises(ProtocolViolation):
        new_session().feed(frame(READY) * 2)


# Calls of the host


def test_an_answer_is_handed_out_with_its_call() -> None:
    session = ready_session()
    id = session.call(1, b"[]", 0, (), "token")
    assert sent(session, INPUT) == [(CALL, id)]
    (answer,) = session.feed(frame(RETURN, id=id))
    assert session.take_call(answer.id) == "token"
    assert session.calls == {}


@pytest.mark.parametrize("kind", [RETURN, THROW])
def test_an_answer_to_no_call_is_refused(kind: int) -> None:
    session = ready_session()
    session.call(1, b"", 0, (), None)
    with pytest.raises(ProtocolViolation, match="not open"):
        session.feed(frame(kind, id=77))


@pytest.mark.parametrize("kind", [RETURN, THROW])
def test_a_second_answer_in_the_same_read_is_refused(kind: int) -> None:
    session = ready_session()
    id = session.call(1, b"", 0, (), None)
    with pytest.raises(ProtocolViolation, match="not open"):
        session.feed(frame(RETURN, id=id) + frame(kind, id=id))


def test_a_second_answer_later_is_refused() -> None:
    session = ready_session()
    id = session.call(1, b"", 0, (), None)
    session.feed(frame(RETURN, id=id))
    session.take_call(id)
    with pytest.raises(ProtocolViolation, match="not open"):
        session.feed(frame(RETURN, id=id))


def test_a_cancelled_call_still_takes_its_answer() -> None:
    session = ready_session()
    id = session.call(1, b"", 0, (), None)
    session.cancel(id)
    assert sent(session, INPUT) == [(CALL, id), (CANCEL, id)]
    assert len(session.feed(frame(THROW, id=id))) == 1


def test_ids_of_open_calls_are_skipped_when_numbers_begin_again() -> None:
    session = ready_session()
    first = session.call(1, b"", 0, (), None)
    session._next_id = 0xFFFFFFFF
    assert session.call(1, b"", 0, (), None) == 0xFFFFFFFF
    assert session.call(1, b"", 0, (), None) not in (0, first, 0xFFFFFFFF)


def test_the_hosts_own_large_message_opens_no_call() -> None:
    session = ready_session()
    with pytest.raises(MessageTooLarge, match="100000 bytes"):
        session.call(1, bytes(100_000), 0, (), None)
    with pytest.raises(MessageTooLarge, match="binary values"):
        session.call(1, b"", 0, [b""] * 20_000, None)
    assert session.calls == {}
    assert sent(session, INPUT) == []


# Calls of the guest


def test_an_asynchronous_call_is_answered_on_the_input_pipe() -> None:
    session = ready_session()
    session.feed(frame(CALL, id=9))
    session.reply(9, True, b"1", 0, ())
    assert (sent(session, INPUT), sent(session, REPLIES)) == ([(RETURN, 9)], [])


def test_a_synchronous_call_is_answered_on_the_reply_pipe() -> None:
    session = ready_session()
    session.feed(frame(CALL, id=9, flags=SYNC))
    assert session.blocked
    session.reply(9, False, b"1", 0, ())
    assert (sent(session, INPUT), sent(session, REPLIES)) == ([], [(THROW, 9)])
    assert not session.blocked


def test_a_call_is_answered_once() -> None:
    session = ready_session()
    session.feed(frame(CALL, id=9))
    session.reply(9, True, b"1", 0, ())
    session.reply(9, True, b"2", 0, ())
    session.reply(1234, True, b"3", 0, ())
    assert sent(session, INPUT) == [(RETURN, 9)]


def test_an_id_in_use_is_refused() -> None:
    for flags in (0, SYNC):
        session = ready_session()
        session.feed(frame(CALL, id=9))
        with pytest.raises(ProtocolViolation, match="in use"):
            session.feed(frame(CALL, id=9, flags=flags))


def test_call_id_zero_is_refused() -> None:
    with pytest.raises(ProtocolViolation):
        ready_session().feed(frame(CALL, id=0))


def test_calls_beyond_the_limit_are_refused() -> None:
    session = ready_session(calls=4)
    session.feed(b"".join(frame(CALL, id=id) for id in range(1, 5)))
    with pytest.raises(CallsExceeded):
        session.feed(frame(CALL, id=5))


def test_answers_count_until_they_are_written() -> None:
    session = ready_session(calls=4)
    written = 0
    session.written = lambda _: written
    for id in range(1, 5):
        session.feed(frame(CALL, id=id))
        session.reply(id, True, b"12345678", 0, ())
    assert session.serving == 0
    written = 24  # the first of them
    session.feed(frame(CALL, id=5))
    with pytest.raises(CallsExceeded):
        session.feed(frame(CALL, id=6))


def test_answers_to_synchronous_calls_count_until_they_are_written() -> None:
    session = ready_session(nesting=3)
    session.written = lambda _: 0
    for id in range(1, 4):
        session.feed(frame(CALL, id=id, flags=SYNC))
        session.reply(id, True, b"", 0, ())
    with pytest.raises(CallsExceeded):
        session.feed(frame(CALL, id=4, flags=SYNC))


def test_a_blocked_guest_makes_no_second_synchronous_call() -> None:
    session = ready_session()
    session.feed(frame(CALL, id=1, flags=SYNC))
    with pytest.raises(CallsExceeded):
        session.feed(frame(CALL, id=2, flags=SYNC))


def test_a_nested_call_allows_one_more_synchronous_call() -> None:
    session = ready_session()
    session.feed(frame(CALL, id=1, flags=SYNC))
    nested = session.call(5, b"", 0, (), None, nested=True)
    assert sent(session, REPLIES) == [(CALL, nested)]
    session.feed(frame(CALL, id=2, flags=SYNC))
    with pytest.raises(CallsExceeded):
        session.feed(frame(CALL, id=3, flags=SYNC))


def test_nesting_has_a_limit() -> None:
    session = ready_session(nesting=3)
    for id in range(1, 4):
        session.feed(frame(CALL, id=id, flags=SYNC))
        session.call(5, b"", 0, (), None, nested=True)
    with pytest.raises(CallsExceeded):
        session.feed(frame(CALL, id=4, flags=SYNC))


def test_a_call_that_is_not_nested_goes_to_the_input_pipe() -> None:
    session = ready_session()
    session.feed(frame(CALL, id=1, flags=SYNC))
    id = session.call(5, b"", 0, (), None)
    assert (sent(session, INPUT), sent(session, REPLIES)) == ([(CALL, id)], [])


# Bytes


def test_output_is_limited_in_all() -> None:
    session = ready_session(output=100)
    with pytest.raises(OutputExceeded):
        session.feed(frame(POST, body=bytes(20)) * 3)


def test_output_of_a_large_frame_is_counted_while_it_arrives() -> None:
    session = new_session(message=10_000_000, output=1_000_000)
    session.feed(frame(READY) + HEADER.pack(5_000_000, POST, 0, 0, 0, 0))
    with pytest.raises(OutputExceeded):
        receive_in_parts(session, [bytes(200_000)] * 6)


def test_a_large_message_is_refused_by_its_header() -> None:
    with pytest.raises(FrameTooLarge):
        ready_session().feed(HEADER.pack(100_000, POST, 0, 0, 0, 0))


# Everything at once

kinds = st.integers(0, 8)
ids = st.one_of(st.integers(0, 6), st.integers(0, 2**32 - 1))
wire_frames = st.builds(
    lambda kind, id, target, flags, body, segments: frame(
        kind, id=id, target=target, flags=flags, body=body, segments=segments
    ),
    kinds,
    ids,
    st.integers(0, 100),
    st.integers(0, 255),
    st.binary(max_size=30),
    st.lists(st.binary(max_size=10), max_size=3),
)


@given(
    st.lists(st.one_of(wire_frames, st.binary(max_size=40)), max_size=12),
    st.lists(st.integers(0, 1000), max_size=6),
)
def test_whatever_arrives_ends_in_a_violation_or_in_valid_frames(
    parts: list[bytes], cuts: list[int]
) -> None:
    session = ready_session()
    open_calls = {session.call(1, b"", 0, (), None) for _ in range(3)}
    served: set[int] = set()
    with contextlib.suppress(ProtocolViolation):
        for piece in pieces(b"".join(parts), cuts):
            for found in receive(session, piece):
                if found.kind in (RETURN, THROW):
                    open_calls.remove(found.id)
                    session.take_call(found.id)
                elif found.kind == CALL:
                    assert found.id not in served
                    served.add(found.id)
                    assert session.is_serving(found.id)
                else:
                    assert found.kind in (POST, RELEASE, CANCEL)
    assert len(served) <= 4 + 1


class Conversation(RuleBasedStateMachine):
    """A correct guest and a host talk; every so often the guest does what it must not.

    The guest is a model that keeps its own books. As long as it is correct, the session accepts
    every frame; what the model says is wrong, the session refuses.
    """

    CALLS, NESTING = 3, 2

    def __init__(self) -> None:
        super().__init__()
        self.session = ready_session(calls=self.CALLS, nesting=self.NESTING)
        self.next_id = 1
        self.asynchronous: list[int] = []
        # What the guest is in the middle of: its own synchronous calls and, between them, nested
        # calls of the host.
        self.stack: list[tuple[str, int]] = []
        self.host_calls: list[int] = []

    def guest_id(self) -> int:
        self.next_id += 1
        return self.next_id

    @property
    def blocked(self) -> bool:
        return bool(self.stack) and self.stack[-1][0] == "sync"

    def accept(self, data: bytes) -> None:
        (found,) = receive(self.session, data)
        kind, flags, id, target, body, segments = contents(found)
        again = frame(kind, flags=flags, id=id, target=target, body=body, segments=segments)
        assert again == data

    @precondition(lambda self: not self.blocked and len(self.asynchronous) < self.CALLS)
    @rule()
    def guest_calls(self) -> None:
        id = self.guest_id()
        self.accept(frame(CALL, id=id))
        self.asynchronous.append(id)

    @precondition(
        lambda self: (
            not self.blocked and sum(kind == "sync" for kind, _ in self.stack) < self.NESTING
        )
    )
    @rule()
    def guest_calls_and_blocks(self) -> None:
        id = self.guest_id()
        self.accept(frame(CALL, id=id, flags=SYNC))
        self.stack.append(("sync", id))
        assert self.session.blocked

    @precondition(lambda self: self.asynchronous)
    @rule(data=st.data(), ok=st.booleans())
    def host_answers(self, data: st.DataObject, ok: bool) -> None:
        id = data.draw(st.sampled_from(self.asynchronous))
        self.asynchronous.remove(id)
        self.session.reply(id, ok, b"1", 0, ())
        assert sent(self.session, INPUT) == [(RETURN if ok else THROW, id)]

    @precondition(lambda self: self.blocked)
    @rule(ok=st.booleans())
    def host_answers_the_blocking_call(self, ok: bool) -> None:
        _, id = self.stack.pop()
        self.session.reply(id, ok, b"1", 0, ())
        assert sent(self.session, REPLIES) == [(RETURN if ok else THROW, id)]

    @rule()
    def host_calls_in(self) -> None:
        id = self.session.call(64, b"[]", 0, (), "token")
        self.host_calls.append(id)
        assert sent(self.session, INPUT) == [(CALL, id)]

    @precondition(lambda self: self.blocked)
    @rule()
    def host_calls_in_while_it_answers(self) -> None:
        id = self.session.call(64, b"[]", 0, (), "token", nested=True)
        self.stack.append(("nested", id))
        assert sent(self.session, REPLIES) == [(CALL, id)]

    @precondition(lambda self: self.host_calls and not self.blocked)
    @rule(data=st.data(), kind=st.sampled_from([RETURN, THROW]))
    def guest_answers(self, data: st.DataObject, kind: int) -> None:
        id = data.draw(st.sampled_from(self.host_calls))
        self.host_calls.remove(id)
        self.accept(frame(kind, id=id))
        assert self.session.take_call(id) == "token"

    @precondition(lambda self: self.stack and self.stack[-1][0] == "nested")
    @rule()
    def guest_answers_the_nested_call(self) -> None:
        _, id = self.stack.pop()
        self.accept(frame(RETURN, id=id))
        assert self.session.take_call(id) == "token"

    @rule(kind=st.sampled_from([POST, RELEASE, CANCEL]), id=st.integers(0, 9))
    def guest_says_something(self, kind: int, id: int) -> None:
        self.accept(frame(kind, id=id))

    @rule(data=st.data())
    def guest_breaks_a_rule(self, data: st.DataObject) -> None:
        """The state is not used afterwards: a violation ends a session."""
        wrong = [frame(READY), frame(RETURN, id=0xFFFF), frame(CALL, id=0)]
        wrong += [frame(CALL, id=id) for id in self.asynchronous]
        if self.blocked:
            wrong.append(frame(CALL, id=self.guest_id(), flags=SYNC))
        if len(self.asynchronous) == self.CALLS:
            wrong.append(frame(CALL, id=self.guest_id()))
        with pytest.raises(ProtocolViolation):
            receive(self.session, data.draw(st.sampled_from(wrong)))
        self.__init__()  # type: ignore[misc]

    @invariant()
    def the_books_agree(self) -> None:
        blocking = sum(kind == "sync" for kind, _ in self.stack)
        nested = [id for kind, id in self.stack if kind == "nested"]
        assert self.session.serving == len(self.asynchronous) + blocking
        assert set(self.session.calls) == {*self.host_calls, *nested}


TestConversation = Conversation.TestCase
TestConversation.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
