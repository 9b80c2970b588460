"""From the start of a blocking isolate to its end, however that comes."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import threading
import traceback
import weakref
from collections.abc import Callable, Iterator

import pytest

import atoll
from atoll import IsolateCrashed, IsolateDisposed, JSError, Limits, WallTimeLimitExceeded
from atoll.core import watchdog
from atoll.sync import Isolate
from tests.sync.support import pid_of, wait_for_end


def test_before_it_is_entered_it_says_so() -> None:
    isolate = Isolate()
    with pytest.raises(IsolateDisposed, match="enter it first"):
        isolate.eval("1")
    isolate.dispose()


def test_it_can_be_entered_once() -> None:
    with Isolate() as isolate, pytest.raises(IsolateDisposed, match="entered once"), isolate:
        pytest.fail("it was entered again")
    with pytest.raises(IsolateDisposed, match="entered once"), isolate:
        pytest.fail("it was entered again")


def test_after_its_end_every_call_says_so() -> None:
    with Isolate() as isolate:
        reference = isolate.marshal({"a": 1})
        process = os.pidfd_open(pid_of(isolate))
    assert wait_for_end(process, 0)
    calls: list[Callable[[], object]] = [
        lambda: isolate.eval("1"),
        lambda: isolate.call("f"),
        lambda: isolate.define_global("a", 1),
        lambda: isolate.define_function("f", print),
        lambda: isolate.marshal(1),
        lambda: isolate.statistics(),
        lambda: reference.get("a"),
        lambda: reference.value(),
    ]
    for call in calls:
        with pytest.raises(IsolateDisposed, match="disposed of"):
            call()
    reference.release()


def test_disposing_twice_is_fine() -> None:
    with Isolate() as isolate:
        isolate.dispose()
        isolate.dispose()


def test_a_callback_may_dispose_of_its_isolate() -> None:
    with Isolate() as isolate:
        left: list[str] = []

        def stop() -> None:
            isolate.dispose()
            left.append("the callback has finished")

        isolate.define_function("stop", stop)
        with pytest.raises(IsolateDisposed):
            isolate.eval("stop(); 1")
        assert left
        with pytest.raises(IsolateDisposed):
            isolate.eval("1")


def test_a_nested_callback_may_dispose_of_its_isolate() -> None:
    with Isolate() as isolate:
        isolate.define_function("stop", isolate.dispose)
        isolate.define_function("nest", lambda: isolate.eval("stop()"))
        isolate.define_async_function("nestLater", lambda: isolate.eval("nest()"))
        with pytest.raises(IsolateDisposed):
            isolate.eval("nestLater()")


def test_an_asynchronous_callback_may_dispose_of_its_isolate() -> None:
    with Isolate() as isolate:
        isolate.define_async_function("stop", isolate.dispose)
        with pytest.raises(IsolateDisposed):
            isolate.eval("Promise.all([stop(), stop(), stop()])")


def test_an_exception_in_the_block_ends_the_isolate_and_passes() -> None:
    processes: list[int] = []

    def fail() -> None:
        with Isolate() as isolate:
            processes.append(os.pidfd_open(pid_of(isolate)))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert wait_for_end(processes[0], 0)


def test_a_process_that_is_killed_from_outside_is_a_crash() -> None:
    with Isolate() as isolate:
        os.kill(pid_of(isolate), signal.SIGKILL)
        with pytest.raises(IsolateCrashed, match="SIGKILL") as caught:
            isolate.eval("1")
        assert caught.value.signal == signal.SIGKILL


# Forks


def in_a_child(check: Callable[[], None]) -> None:
    """Run a check in a forked child; fails with the child's traceback."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            check()
        except BaseException:
            os.write(writing, traceback.format_exc().encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as file:
        problem = file.read().decode()
    os.waitpid(child, 0)
    assert not problem, problem


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_forked_child_gets_an_error_and_the_parents_isolate_lives(isolate: Isolate) -> None:
    reference = isolate.marshal([1])

    def check() -> None:
        with pytest.raises(IsolateDisposed, match="forked from"):
            isolate.eval("1")
        with pytest.raises(IsolateDisposed, match="forked from"):
            reference.value()
        reference.release()
        isolate.dispose()

    in_a_child(check)
    assert isolate.eval("1") == 1
    assert reference.value() == [1]


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_forked_child_has_isolates_and_a_watchdog_of_its_own(isolate: Isolate) -> None:
    assert isolate.eval("1") == 1
    assert watchdog.watchdog._thread is not None

    def check() -> None:
        with Isolate(limits=Limits(call_time=0.2)) as own:
            assert own.eval("2") == 2
            with pytest.raises(WallTimeLimitExceeded):
                own.eval("for (;;);")

    in_a_child(check)
    assert isolate.eval("1") == 1


# Isolates that nobody closes


@pytest.fixture(autouse=True)
def collect() -> Iterator[None]:
    """What recorded warnings and cycles keep alive goes before the look at what is left."""
    yield
    gc.collect()


def test_a_forgotten_isolate_leaves_no_process_and_warns() -> None:
    def forget() -> int:
        isolate = Isolate()
        isolate.__enter__()
        assert isolate.eval("1") == 1
        return os.pidfd_open(pid_of(isolate))

    with pytest.warns(ResourceWarning, match=r"never closed: enter it with .*dispose\(\)"):
        process = forget()
    assert wait_for_end(process)


def test_the_watchdog_does_not_keep_a_forgotten_isolate() -> None:
    def forget() -> weakref.ref[object]:
        isolate = Isolate(limits=Limits(cpu_time=10, wall_time=20))
        isolate.__enter__()
        driver, looked = isolate._driver, threading.Event()

        def look() -> float:
            looked.set()
            return float("inf")

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(driver, "look", look)
            watchdog.watchdog.watch(driver, 0)
            assert looked.wait(10)
        return weakref.ref(driver)

    with pytest.warns(ResourceWarning):
        driver = forget()
    with watchdog.watchdog._condition:  # it is not in the middle of a look
        gc.collect()
        assert driver() is None


def test_a_reference_that_outlives_a_forgotten_isolate_says_so() -> None:
    isolate = Isolate()
    isolate.__enter__()
    reference = isolate.marshal([1])
    with pytest.warns(ResourceWarning):
        del isolate
    with pytest.raises(IsolateDisposed, match="garbage-collected"):
        reference.value()


def test_a_forgotten_asyncio_isolate_leaves_no_process_and_warns() -> None:
    async def forget() -> int:
        isolate = atoll.Isolate()
        await isolate.__aenter__()
        assert await isolate.eval("1") == 1
        process = isolate._driver.process
        assert process is not None
        assert process.pid is not None
        return os.pidfd_open(process.pid)

    async def main() -> None:
        with pytest.warns(ResourceWarning, match="never closed"):
            process = await forget()
        assert await asyncio.to_thread(wait_for_end, process)

    asyncio.run(main())


def test_an_asyncio_isolate_that_outlives_its_loop_leaves_no_process() -> None:
    async def start() -> atoll.Isolate:
        isolate = atoll.Isolate()
        return await isolate.__aenter__()

    isolate = asyncio.run(start())
    process = isolate._driver.process
    assert process is not None
    assert process.pid is not None
    pidfd = os.pidfd_open(process.pid)
    with pytest.warns(ResourceWarning, match="never closed"):
        del isolate
    assert wait_for_end(pidfd)


def test_closing_properly_does_not_warn() -> None:
    with Isolate() as isolate, pytest.raises(JSError):
        isolate.eval("throw new Error()")
    del isolate
    gc.collect()
