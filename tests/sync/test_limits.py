"""Limits on time of blocking isolates, which one thread watches for all of them."""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from atoll import CpuLimitExceeded, Limits, WallTimeLimitExceeded
from atoll.core import watchdog
from atoll.sync import Isolate
from tests.sync.support import pid_of, wait_for_end

FOREVER = "for (;;);"


def test_each_of_many_isolates_has_its_own_deadline(isolate: Isolate) -> None:
    together = threading.Barrier(6)

    def work(seconds: float) -> float:
        with Isolate(limits=Limits(call_time=seconds)) as own:
            together.wait(30)
            started = time.monotonic()
            with pytest.raises(
                WallTimeLimitExceeded, match=rf"than {seconds:g} s \(Limits.call_time"
            ):
                own.eval("new Promise(() => {})")
            return time.monotonic() - started

    # The latest begins first, so that the watchdog has to be woken for the earlier ones.
    limits = [1.2, 1.0, 0.8, 0.6, 0.4, 0.2]
    with ThreadPoolExecutor(6) as threads:
        times = list(threads.map(work, limits))
    assert all(limit <= took for limit, took in zip(limits, times, strict=True))
    assert times == sorted(times, reverse=True)
    assert isolate.eval("1") == 1
    assert [t.name for t in threading.enumerate()].count("atoll-watchdog") == 1


def test_a_timeout_of_one_call_overrides_the_limit() -> None:
    with Isolate(limits=Limits(call_time=0.3)) as isolate:
        isolate.define_function("wait", threading.Event().wait)
        assert isolate.eval("wait(0.6)", timeout=30) is False
        with pytest.raises(WallTimeLimitExceeded, match=r"0.3 s \(Limits.call_time"):
            isolate.eval(FOREVER)
    with Isolate() as isolate, pytest.raises(WallTimeLimitExceeded, match=r"0.2 s \(its timeout"):
        isolate.call("eval", FOREVER, timeout=0.2)


def test_a_shorter_timeout_inside_a_callback_ends_the_isolate_first() -> None:
    with Isolate() as isolate:
        isolate.define_function("inner", lambda: isolate.eval(FOREVER, timeout=0.2))
        with pytest.raises(WallTimeLimitExceeded):
            isolate.eval("inner()", timeout=60)


def test_time_in_a_blocking_callback_counts() -> None:
    with Isolate(limits=Limits(call_time=0.3)) as isolate:
        process = os.pidfd_open(pid_of(isolate))
        ended = threading.Event()

        def block() -> None:
            assert wait_for_end(process)  # the process ends although its owner does not read
            ended.set()

        isolate.define_function("block", block)
        with pytest.raises(WallTimeLimitExceeded, match="call_time"):
            isolate.eval("block()")
        assert ended.is_set()


def test_wall_time_ends_an_idle_isolate() -> None:
    with Isolate(limits=Limits(wall_time=2)) as isolate:
        assert isolate.eval("1") == 1
        assert wait_for_end(os.pidfd_open(pid_of(isolate)))
        for _ in range(2):
            with pytest.raises(WallTimeLimitExceeded, match="wall_time"):
                isolate.eval("1")


def test_processor_time_is_counted_over_all_calls() -> None:
    with Isolate(limits=Limits(cpu_time=0.6)) as isolate:
        calls = 0

        def use() -> None:
            nonlocal calls
            while True:
                isolate.eval("var end = Date.now() + 20; while (Date.now() < end);")
                calls += 1

        with pytest.raises(CpuLimitExceeded, match=r"0\.6 s"):
            use()
        assert calls > 2


def test_waiting_costs_no_processor_time() -> None:
    with Isolate(limits=Limits(cpu_time=0.6)) as isolate:
        isolate.define_function("wait", threading.Event().wait)
        assert isolate.eval("wait(1)") is False


def test_a_look_that_fails_does_not_end_the_watch(caplog: pytest.LogCaptureFixture) -> None:
    class Broken:
        def look(self) -> float:
            raise ZeroDivisionError

    broken = Broken()
    watchdog.watchdog.watch(broken, 0)
    try:
        with Isolate(limits=Limits(call_time=0.2)) as own, pytest.raises(WallTimeLimitExceeded):
            own.eval(FOREVER)
    finally:
        watchdog.watchdog.forget(broken)
    assert "could not be looked at" in caplog.text


def test_looks_and_calls_at_the_same_time_do_not_disturb_each_other() -> None:
    with Isolate(limits=Limits(cpu_time=60, wall_time=60)) as isolate:
        stop = threading.Event()
        problems: list[BaseException] = []

        def look() -> None:
            while not stop.is_set():
                try:
                    assert isolate._driver.look() > 0
                except BaseException as error:
                    problems.append(error)

        thread = threading.Thread(target=look)
        thread.start()
        isolate.define_function("down", lambda n: n and isolate.eval(f"down({n - 1})"))
        for _ in range(30):
            assert isolate.eval("down(10)") == 0
        stop.set()
        thread.join()
        assert problems == []
