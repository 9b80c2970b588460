"""Abort signals, both ways."""

from __future__ import annotations

import asyncio
import gc
import json
from typing import Any

import pytest

from atoll import AbortController, AbortSignal, Isolate, JSError, sync
from atoll.core import marshal
from atoll.core.handles import Handles
from atoll.wire.frames import TAGGED, ProtocolViolation
from tests.core.support import held_handles

pytestmark = pytest.mark.asyncio(loop_scope="module")

WAIT = """signal => new Promise((resolve) => {
  if (signal.aborted) resolve(['at once', signal.reason]);
  signal.addEventListener('abort', () => resolve([signal.aborted, signal.reason]));
})"""


async def started(isolate: Isolate, code: str, *args: object) -> asyncio.Task[Any]:
    """A task for code of the guest that has got as far as it can."""
    task = asyncio.create_task(isolate.eval(code, *args))
    await asyncio.sleep(0)
    await isolate.eval("1")
    return task


# The host's


async def test_aborting_is_an_event_in_the_guest(isolate: Isolate) -> None:
    controller = AbortController()
    task = await started(isolate, WAIT, controller.signal)
    controller.abort("enough")
    assert await task == [True, "enough"]
    assert (controller.signal.aborted, controller.signal.reason) == (True, "enough")
    controller.abort("again")
    assert controller.signal.reason == "enough"


async def test_without_a_reason_it_is_an_abort_error(isolate: Isolate) -> None:
    controller = AbortController()
    task = await started(isolate, WAIT, controller.signal)
    controller.abort()
    _, reason = await task
    assert isinstance(reason, JSError)
    assert reason.name == "AbortError"


async def test_an_exception_as_the_reason_comes_back_as_itself(isolate: Isolate) -> None:
    controller, reason = AbortController(), LookupError("gone")
    task = await started(isolate, WAIT, controller.signal)
    controller.abort(reason)
    assert (await task)[1] is reason


async def test_a_signal_may_go_in_when_it_has_been_aborted(isolate: Isolate) -> None:
    controller = AbortController()
    controller.abort({"why": 1})
    assert await isolate.eval(WAIT, controller.signal) == ["at once", {"why": 1}]
    controller = AbortController()
    controller.abort()
    code = "s => { try { s.throwIfAborted() } catch (e) { return [e.name, s.reason === e] } }"
    assert await isolate.eval(code, controller.signal) == ["AbortError", True]


async def test_it_is_a_real_signal_and_the_same_one_each_time(isolate: Isolate) -> None:
    signal, other = AbortController().signal, AbortController().signal
    code = """(a, list, other) => { globalThis.kept = a;
        return [a instanceof AbortSignal, a === list[0], a === list[1], a === other,
            AbortSignal.any([a]) instanceof AbortSignal] }"""
    assert await isolate.eval(code, signal, [signal, signal], other) == [
        True, True, True, False, True,
    ]  # fmt: skip
    assert await isolate.eval("s => s === kept", signal) is True
    assert await isolate.eval("kept") is signal


async def test_one_signal_reaches_every_isolate_that_has_it(isolate: Isolate) -> None:
    controller = AbortController()
    async with Isolate() as other:
        tasks = [await started(each, WAIT, controller.signal) for each in (isolate, other)]
        controller.abort(3)
        assert await asyncio.gather(*tasks) == [[True, 3], [True, 3]]


async def test_it_aborts_what_follows_it(isolate: Isolate) -> None:
    controller = AbortController()
    code = f"s => ({WAIT})(AbortSignal.any([s, new AbortController().signal]))"
    task = await started(isolate, code, controller.signal)
    await isolate.collect_garbage()  # the call keeps it
    controller.abort("any")
    assert await task == [True, "any"]


async def test_a_signal_that_nobody_holds_any_more_is_let_go(fresh_isolate: Isolate) -> None:
    controller = AbortController()
    await fresh_isolate.eval("s => s.aborted", controller.signal)
    assert await held_handles(fresh_isolate) == (0, 0)
    controller.abort()
    assert await fresh_isolate.eval("1") == 1


async def test_aborting_after_the_end_does_nothing() -> None:
    controller = AbortController()
    async with Isolate() as isolate:
        await isolate.eval("s => { globalThis.s = s }", controller.signal)
    controller.abort()
    assert controller.signal.aborted


# The guest's


async def test_a_signal_of_the_guest_tells_when_it_is_aborted(isolate: Isolate) -> None:
    signal = await isolate.eval("globalThis.controller = new AbortController(); controller.signal")
    assert type(signal) is AbortSignal
    heard: list[object] = []
    signal.add_listener(lambda: heard.append(signal.reason))
    remove = signal.add_listener(lambda: heard.append("removed"))
    remove()
    waiting = asyncio.create_task(signal.wait())
    await isolate.eval("controller.abort(new RangeError('far')); controller.abort('again')")
    async with asyncio.timeout(10):
        await waiting
    assert len(heard) == 1
    assert isinstance(heard[0], JSError)
    assert (signal.aborted, heard[0].name) == (True, "RangeError")
    with pytest.raises(JSError, match="far"):
        signal.throw_if_aborted()
    await signal.wait()
    signal.add_listener(lambda: heard.append("late"))
    assert heard[1:] == ["late"]


async def test_it_is_the_same_object_in_every_call_and_goes_home(isolate: Isolate) -> None:
    first, pair = await isolate.eval("var own = new AbortController().signal; [own, [own, own]]")
    assert first is pair[0] is pair[1]
    assert await isolate.eval("own") is first
    assert await isolate.eval("s => s === own", first) is True


async def test_an_aborted_signal_comes_with_its_reason(isolate: Isolate) -> None:
    signal = await isolate.eval("AbortSignal.abort({ code: 5 })")
    assert (signal.aborted, signal.reason) == (True, {"code": 5})
    signal = await isolate.eval("AbortSignal.abort()")
    with pytest.raises(JSError, match="AbortError"):
        signal.throw_if_aborted()
    signal = await isolate.eval("AbortSignal.abort(Symbol('x'))")
    assert (signal.aborted, signal.reason) == (True, None)
    with pytest.raises(JSError, match="AbortError"):
        signal.throw_if_aborted()


async def test_a_timeout_of_the_guest_arrives(isolate: Isolate) -> None:
    signal = await isolate.eval("AbortSignal.timeout(1)")
    async with asyncio.timeout(10):
        await signal.wait()
    assert isinstance(signal.reason, JSError)
    assert signal.reason.name == "TimeoutError"


async def test_a_host_function_can_watch_its_signal(isolate: Isolate) -> None:
    seen: list[AbortSignal] = []
    await isolate.define_function("watch", seen.append)
    await isolate.eval("const c = new AbortController(); watch(c.signal); c.abort('now')")
    assert (seen[0].aborted, seen[0].reason) == (True, "now")


async def test_a_listener_that_raises_stops_nothing(
    isolate: Isolate, caplog: pytest.LogCaptureFixture
) -> None:
    controller = AbortController()
    heard: list[int] = []

    def fail() -> None:
        raise ValueError("listener")

    controller.signal.add_listener(fail)
    controller.signal.add_listener(lambda: heard.append(1))
    controller.abort()
    assert heard == [1]
    assert "listener" in caplog.text


async def test_both_ways_while_blocking() -> None:
    with sync.Isolate() as isolate:
        controller = AbortController()
        isolate.define_function("stop", lambda: controller.abort("host"))
        code = "s => { stop(); return s }"
        assert isolate.eval(code, controller.signal) is controller.signal
        assert isolate.eval("s => [s.aborted, s.reason]", controller.signal) == [True, "host"]
        signal = isolate.eval("var c = new AbortController(); c.signal")
        isolate.eval("c.abort('guest')")
        assert (signal.aborted, signal.reason) == (True, "guest")


async def test_the_guest_cannot_abort_what_nobody_holds(fresh_isolate: Isolate) -> None:
    await fresh_isolate.eval("globalThis.c = new AbortController(); c.signal")
    gc.collect()
    await fresh_isolate.eval("c.abort()")
    assert await fresh_isolate.eval("c.signal.aborted") is True


@pytest.mark.parametrize(
    "tag",
    [["a"], ["a", True], ["a", True, 0, None], ["a", False, -1, None], ["a", False, "1", None],
     ["a", False, 2**60, None], ["a", False, True, None], ["a", False, [1], None]],
    ids=json.dumps,
)  # fmt: skip
async def test_forged_signals_end_the_isolate(tag: list[object]) -> None:
    def make(handle: int, kind: str) -> Any:
        raise AssertionError("signals of the guest have no handles")

    handles = Handles(100, make, lambda _handle, _value: None)
    with pytest.raises(ProtocolViolation):
        marshal.decode(json.dumps({"$": tag}).encode(), TAGGED, [], handles, depth=20)


@pytest.mark.parametrize(
    "signal",
    [
        "AbortSignal.timeout(20)",
        "AbortSignal.any([AbortSignal.timeout(20), new AbortController().signal])",
    ],
)
@pytest.mark.parametrize("polluted", [False, True])
async def test_a_call_is_given_up_when_its_time_is_over(signal: str, polluted: bool) -> None:
    """Nobody else listens to the signal, and nothing else happens in the guest."""
    async with Isolate() as isolate:
        await isolate.define_async_function("wait", asyncio.Event().wait)
        if polluted:
            await isolate.eval("""
                var seen = [];
                const original = EventTarget.prototype.addEventListener;
                EventTarget.prototype.addEventListener = function (type, listener, ...rest) {
                  seen.push(String(listener), listener());
                  return original.call(this, type, listener, ...rest);
                };
                0
            """)
        code = f"wait({signal}).catch((error) => error.name)"
        assert await isolate.eval(code, timeout=10) == "TimeoutError"
        if polluted:
            assert await isolate.eval("seen.every((each) => !each || each.length < 12)")
