"""The stop button, pressed while the guest does things, from wherever."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

import atoll
import atoll.sync
from atoll import IsolateDisposed
from tests.hostile.support import gone, pid_of

TERMINATED = "the isolate was terminated"


async def test_a_guest_that_computes() -> None:
    async with atoll.Isolate() as sibling, atoll.Isolate() as isolate:
        assert await sibling.eval("globalThis.kept = 1") == 1
        pid = pid_of(isolate)
        computing = asyncio.Event()
        await isolate.define_function("computing", computing.set)
        call = asyncio.create_task(isolate.eval("computing(); for (;;);"))
        await computing.wait()
        isolate.terminate()
        isolate.terminate()
        with pytest.raises(IsolateDisposed, match=TERMINATED):
            await call
        await gone(pid)
        with pytest.raises(IsolateDisposed, match=TERMINATED):
            await isolate.eval("1")
        assert await sibling.eval("kept + 1") == 2
    isolate.terminate()  # there is nothing left to stop


async def test_a_guest_that_waits_for_its_host() -> None:
    async with atoll.Isolate() as isolate:
        began, cancelled = asyncio.Event(), asyncio.Event()

        async def wait() -> None:
            began.set()
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()

        await isolate.define_async_function("wait", wait)
        call = asyncio.create_task(isolate.eval("wait()"))
        await began.wait()
        await asyncio.to_thread(isolate.terminate)
        with pytest.raises(IsolateDisposed, match=TERMINATED):
            await call
        await asyncio.wait_for(cancelled.wait(), 10)


def stopped_by(press: Callable[[atoll.sync.Isolate], None], code: str) -> list[BaseException]:
    """What an evaluation raises in a thread of its own when it is stopped by another."""
    raised: list[BaseException] = []
    with atoll.sync.Isolate() as isolate:
        running = threading.Event()
        isolate.define_function("running", running.set)

        def evaluate() -> None:
            try:
                isolate.eval(code)
            except BaseException as error:
                raised.append(error)

        thread = threading.Thread(target=evaluate)
        thread.start()
        assert running.wait(30)
        press(isolate)
        thread.join(30)
        assert not thread.is_alive()
        with pytest.raises(IsolateDisposed, match=TERMINATED):
            isolate.eval("1")
    isolate.terminate()
    return raised


@pytest.mark.parametrize("code", ["running(); for (;;);", "running(); new Promise(() => {})"])
def test_a_blocking_isolate_is_stopped_by_another_thread(code: str) -> None:
    with atoll.sync.Isolate() as other:
        (error,) = stopped_by(lambda isolate: isolate.terminate(), code)
        assert isinstance(error, IsolateDisposed)
        assert str(error) == TERMINATED
        assert other.eval("1 + 1") == 2


def test_a_callback_stops_its_own_isolate() -> None:
    with atoll.sync.Isolate() as isolate:
        isolate.define_function("stop", isolate.terminate)
        with pytest.raises(IsolateDisposed, match=TERMINATED):
            isolate.eval("stop(); for (;;);")


def test_what_was_not_started_has_nothing_to_stop() -> None:
    with pytest.raises(IsolateDisposed, match="has not been started"):
        atoll.sync.Isolate().terminate()


def test_a_pool_replaces_what_was_stopped() -> None:
    with atoll.sync.Pool(atoll.sync.Isolate, size=1) as pool:
        with pool.checkout() as isolate:
            isolate.terminate()
            with pytest.raises(IsolateDisposed, match=TERMINATED):
                isolate.eval("1")
        with pool.checkout() as isolate:
            assert isolate.eval("2") == 2
