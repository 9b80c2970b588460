"""Cancellation both ways, and the ends of an isolate."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import pytest

from atoll import (
    AbortSignal,
    Isolate,
    IsolateCrashed,
    IsolateDisposed,
    JSError,
    Limits,
    MiB,
    WallTimeLimitExceeded,
)
from tests.core.support import held_handles

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Stuck:
    """A host function that waits until it is cancelled, and says what happened."""

    def __init__(self) -> None:
        self.started = asyncio.Event()
        self.cancelled = asyncio.Event()

    async def __call__(self, *_: object) -> None:
        self.started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise


# The host gives up


async def test_cancelling_a_task_ends_its_wait_and_leaves_the_isolate_usable(
    isolate: Isolate,
) -> None:
    task = asyncio.create_task(isolate.eval("new Promise(() => {})"))
    await isolate.eval("1")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await isolate.eval("1 + 1") == 2


async def test_a_late_answer_of_a_cancelled_call_is_dropped(fresh_isolate: Isolate) -> None:
    task = asyncio.create_task(
        fresh_isolate.eval("new Promise(r => { globalThis.late = () => r([() => 1]); })")
    )
    await fresh_isolate.eval("1")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await fresh_isolate.eval("late()")
    assert await fresh_isolate.eval("2") == 2
    await fresh_isolate.eval("late = null")
    assert await held_handles(fresh_isolate) == (0, 0)


async def test_cancelling_before_anything_was_sent_sends_nothing_harmful(
    isolate: Isolate,
) -> None:
    task = asyncio.create_task(isolate.eval("globalThis.sent = 1"))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await isolate.eval("typeof sent") == "undefined"


async def test_timeouts_of_asyncio_work(isolate: Isolate) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await isolate.eval("new Promise(() => {})")
    assert await isolate.eval("3") == 3


async def test_a_guest_that_loops_on_after_a_cancellation_is_ended() -> None:
    async with Isolate() as isolate:
        looping = asyncio.Event()
        await isolate.define_function("looping", looping.set)
        task = asyncio.create_task(isolate.eval("looping(); for (;;);"))
        waiting = asyncio.create_task(isolate.eval("1"))
        await looping.wait()
        task.cancel()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(IsolateCrashed, match="did not react to a cancellation"):
            await waiting
        with pytest.raises(IsolateCrashed):
            await isolate.eval("1")


async def test_cancelling_many_calls_at_once_leaves_the_others(isolate: Isolate) -> None:
    hanging = [asyncio.create_task(isolate.eval("new Promise(() => {})")) for _ in range(200)]
    answered = [asyncio.create_task(isolate.eval("x => x", n)) for n in range(200)]
    await asyncio.sleep(0)
    for task in hanging:
        task.cancel()
    assert await asyncio.gather(*answered) == list(range(200))
    results = await asyncio.gather(*hanging, return_exceptions=True)
    assert all(isinstance(result, asyncio.CancelledError) for result in results)
    assert await isolate.eval("4") == 4


async def test_cancelling_an_evaluation_that_waits_in_a_callback(fresh_isolate: Isolate) -> None:
    stuck = Stuck()
    await fresh_isolate.define_async_function("stuck", stuck)
    task = asyncio.create_task(fresh_isolate.eval("stuck()"))
    await stuck.started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await fresh_isolate.eval("5") == 5


# The guest gives up


async def test_an_abort_signal_cancels_the_host_task(fresh_isolate: Isolate) -> None:
    stuck = Stuck()
    await fresh_isolate.define_async_function("stuck", stuck)
    task = asyncio.create_task(
        fresh_isolate.eval(
            "globalThis.control = new AbortController();"
            "stuck('x', control.signal).catch(e => [e.name, e === control.signal.reason])"
        )
    )
    await stuck.started.wait()
    await fresh_isolate.eval("control.abort(); control.abort()")
    assert await task == ["AbortError", True]
    await stuck.cancelled.wait()
    assert await fresh_isolate.eval("6") == 6


async def test_the_reason_of_an_abort_is_the_guests_own(fresh_isolate: Isolate) -> None:
    stuck = Stuck()
    await fresh_isolate.define_async_function("stuck", stuck)
    assert (
        await fresh_isolate.eval(
            "const c = new AbortController(); const p = stuck(c.signal); c.abort('why'); "
            "await p.catch(e => e)"
        )
        == "why"
    )


async def test_a_signal_that_is_already_aborted_never_starts_the_task(
    fresh_isolate: Isolate,
) -> None:
    stuck = Stuck()
    await fresh_isolate.define_async_function("stuck", stuck)
    name = "await stuck(AbortSignal.abort()).catch(e => e.name)"
    assert await fresh_isolate.eval(name) == "AbortError"
    assert await fresh_isolate.eval("7") == 7
    assert not stuck.started.is_set()


async def test_a_call_that_waits_for_its_turn_can_be_aborted() -> None:
    stuck = Stuck()
    async with Isolate(limits=Limits(calls=1)) as isolate:
        await isolate.define_async_function("stuck", stuck)
        await isolate.define_async_function("take", lambda *_: 1)
        assert await isolate.eval(
            "const a = new AbortController(), b = new AbortController();"
            "const first = stuck(a.signal), second = take(() => 1, b.signal), third = take();"
            "b.abort('second'); const s = await second.catch(e => e); a.abort('first');"
            "[s, await first.catch(e => e), await third]"
        ) == ["second", "first", 1]
        assert await held_handles(isolate) == (0, 0)


async def test_the_host_sees_whether_a_signal_was_aborted(isolate: Isolate) -> None:
    seen: list[Any] = []
    await isolate.define_function("look", seen.append)
    await isolate.eval("look(new AbortController().signal); look(AbortSignal.abort())")
    assert all(isinstance(signal, AbortSignal) for signal in seen)
    assert [signal.aborted for signal in seen] == [False, True]


async def test_a_host_task_that_is_cancelled_elsewhere_rejects(fresh_isolate: Isolate) -> None:
    async def cancels_itself() -> None:
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.sleep(0)

    await fresh_isolate.define_async_function("cancelled", cancels_itself)
    await fresh_isolate.define_function("cancelledSync", cancels_itself)
    assert await fresh_isolate.eval("cancelled().catch(e => e.name)") == "AbortError"
    assert await fresh_isolate.eval("try { cancelledSync() } catch (e) { e.name }") == "AbortError"


# The end


async def test_dispose_ends_every_pending_call() -> None:
    stuck = Stuck()
    isolate = Isolate()
    async with isolate:
        await isolate.define_async_function("stuck", stuck)
        tasks = [asyncio.create_task(isolate.eval("stuck()"))]
        await stuck.started.wait()
        for code in ("new Promise(() => {})", "for (;;);"):
            tasks.append(asyncio.create_task(isolate.eval(code)))
            await asyncio.sleep(0)
        await isolate.dispose()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert [type(result) for result in results] == [IsolateDisposed] * 3
        assert stuck.cancelled.is_set()
        await isolate.dispose()


@pytest.mark.parametrize("define", ["define_function", "define_async_function"])
async def test_a_callback_may_dispose_of_its_isolate(define: str) -> None:
    ended = asyncio.Event()
    async with Isolate() as isolate:

        async def end() -> None:
            await isolate.dispose()
            ended.set()

        await getattr(isolate, define)("end", end)
        with pytest.raises(IsolateDisposed):
            await isolate.eval("end()")
        await ended.wait()


async def test_calls_that_wait_for_room_end_with_the_isolate() -> None:
    async with Isolate(limits=Limits(memory=512 * MiB)) as isolate:
        looping = asyncio.Event()
        await isolate.define_function("looping", looping.set)
        tasks = [asyncio.create_task(isolate.eval("looping(); for (;;);"))]
        await looping.wait()
        for _ in range(4):
            tasks.append(asyncio.create_task(isolate.eval("x => 0", bytes(12 * MiB))))
            await asyncio.sleep(0)
        await isolate.dispose()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert {type(result) for result in results} == {IsolateDisposed}


async def test_a_timeout_ends_the_isolate() -> None:
    async with Isolate() as isolate:
        with pytest.raises(WallTimeLimitExceeded):
            await isolate.eval("for (;;);", timeout=0.05)
        with pytest.raises(WallTimeLimitExceeded):
            await isolate.eval("1")


async def test_an_isolate_is_usable_only_while_it_is_entered() -> None:
    isolate = Isolate()
    with pytest.raises(IsolateDisposed, match="async with"):
        await isolate.eval("1")
    await isolate.dispose()
    async with isolate:
        assert await isolate.eval("1") == 1
        with pytest.raises(IsolateDisposed, match="entered once"):
            await isolate.__aenter__()
    for use in (isolate.eval("1"), isolate.statistics(), isolate.marshal(1)):
        with pytest.raises(IsolateDisposed):
            await use
    with pytest.raises(IsolateDisposed, match="entered once"):
        await isolate.__aenter__()


async def test_an_exception_in_the_block_passes_through() -> None:
    async def work() -> None:
        async with Isolate() as isolate:
            await isolate.eval("throw new Error('in the block')")

    with pytest.raises(JSError, match="in the block"):
        await work()


async def test_starting_can_be_cancelled() -> None:
    task = asyncio.create_task(Isolate().__aenter__())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


# Event loops and threads


async def test_another_event_loop_is_refused(isolate: Isolate) -> None:
    def elsewhere() -> BaseException | None:
        async def use() -> None:
            await isolate.eval("1")

        try:
            asyncio.run(use())
        except RuntimeError as error:
            return error
        return None

    error = await asyncio.to_thread(elsewhere)
    assert "belongs to another event loop" in str(error)
    assert await isolate.eval("1") == 1


async def whole_life() -> list[object]:
    stuck = Stuck()
    async with Isolate() as isolate:
        await isolate.define_function("add", lambda a, b: a + b)
        await isolate.define_async_function("stuck", stuck)
        task = asyncio.create_task(isolate.eval("stuck()"))
        await stuck.started.wait()
        task.cancel()
        return [await isolate.eval("add(1, 2)"), (await isolate.eval("x => x", bytes(MiB)))[:1]]


@pytest.mark.parametrize("runner", ["asyncio", "uvloop"])
async def test_an_isolate_lives_in_a_thread_with_its_own_loop(runner: str) -> None:
    factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    if runner == "uvloop":
        factory = pytest.importorskip("uvloop", reason="uvloop is not installed").new_event_loop
    found: list[object] = []

    def run() -> None:
        with asyncio.Runner(loop_factory=factory) as runs:
            found.extend(runs.run(whole_life()))

    await asyncio.to_thread(run)
    assert found == [3, b"\0"]


async def test_a_disposal_that_is_cancelled_is_finished_all_the_same() -> None:
    isolate = await Isolate().__aenter__()
    disposing = asyncio.create_task(isolate.dispose())
    await asyncio.sleep(0)  # it has killed the process, and waits for its end
    disposing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await disposing
    assert isolate.failure is not None


async def test_calls_that_nobody_waits_for_are_told_of_when_they_are_cut_off(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stuck, passed = Stuck(), Stuck()
    with caplog.at_level(logging.WARNING, "atoll.isolate"):
        async with Isolate() as isolate:
            await isolate.define_async_function("tools.save", stuck)
            await isolate.eval("(passed) => { tools.save(1); passed() }", passed)
            await stuck.started.wait()
    assert stuck.cancelled.is_set()
    (record,) = caplog.records
    assert record.message.endswith("(is an `await` missing there?): tools.save")


async def test_who_waits_for_a_call_that_is_cut_off_hears_of_it_and_not_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    stuck = Stuck()
    with caplog.at_level(logging.WARNING, "atoll.isolate"):
        async with Isolate() as isolate:
            await isolate.define_async_function("save", stuck)
            waiting = asyncio.create_task(isolate.eval("save()"))
            await stuck.started.wait()
        with pytest.raises(IsolateDisposed):
            await waiting
    assert not caplog.records


async def test_a_function_that_raises_cancelled_error_does_not_cancel_who_waits(
    fresh_isolate: Isolate,
) -> None:
    def cancelled() -> None:
        raise asyncio.CancelledError

    await fresh_isolate.define_function("waiting", cancelled)
    await fresh_isolate.define_async_function("promising", cancelled)
    for code in ("waiting()", "await promising()"):
        with pytest.raises(JSError, match="AbortError"):
            await fresh_isolate.eval(code)
