"""The blocking pool and its sessions, from many threads."""

from __future__ import annotations

import asyncio
import inspect
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

import atoll
from atoll import (
    IsolateDisposed,
    JSError,
    PoolClosed,
    PoolMetrics,
    PoolTimeout,
    PoolUnavailable,
    WallTimeLimitExceeded,
)
from atoll.sync import Isolate, Pool, Runtime, Sessions

COUNT = "n = (globalThis.n ?? 0) + 1"


def until(pool: Pool[Any], condition: Callable[[PoolMetrics], bool]) -> PoolMetrics:
    """Wait until the metrics say so."""
    deadline = time.monotonic() + 30
    while not condition(pool.metrics()):
        assert time.monotonic() < deadline
        time.sleep(0.002)
    return pool.metrics()


def process_id(isolate: Isolate) -> int:
    process = isolate._driver.process
    assert process is not None
    assert process.pid is not None
    return process.pid


def test_every_checkout_is_a_fresh_runtime() -> None:
    with Pool(size=2) as pool:
        seen = set()
        for _ in range(4):
            with pool.checkout() as rt:
                assert isinstance(rt, Runtime)
                assert rt.eval("[typeof visited, typeof console]") == ["undefined", "object"]
                rt.eval("visited = true")
                seen.add(process_id(rt))
            with pytest.raises(IsolateDisposed, match="went back to its pool"):
                rt.eval("1")
        assert len(seen) == 4
        assert until(pool, lambda m: m.idle == m.target).checkouts == 4
    assert not [t for t in threading.enumerate() if t.name.startswith("atoll-pool")]


def test_many_threads_share_a_pool() -> None:
    with Pool(Isolate, size=2, limit=4) as pool:

        def use(number: int) -> Any:
            with pool.checkout() as isolate:
                metrics = pool.metrics()
                assert metrics.in_use + metrics.idle + metrics.starting + metrics.closing <= 4
                return isolate.eval("(n) => n * 2", number)

        with ThreadPoolExecutor(8) as threads:
            assert list(threads.map(use, range(16))) == [2 * n for n in range(16)]


def test_prepare_and_the_factory_say_what_a_runtime_has() -> None:
    def prepare(rt: Runtime) -> None:
        rt.define_function("add", lambda a, b: a + b)
        rt.eval("ready = add(1, 1)")

    with (
        Pool(lambda: Runtime(console=None), size=1, prepare=prepare) as pool,
        pool.checkout() as rt,
    ):
        assert rt.eval("[ready, typeof console]") == [2, "undefined"]


def test_a_checkout_that_waits_too_long_says_what_the_others_do() -> None:
    with Pool(Isolate, size=1, limit=1) as pool, pool.checkout():
        with pytest.raises(PoolTimeout, match="1 of 1 are in use"), pool.checkout(timeout=0.05):
            pass
        assert pool.metrics().waiting == 0


def test_one_that_died_while_it_waited_is_not_handed_out() -> None:
    with Pool(Isolate, size=1) as pool:
        until(pool, lambda m: m.idle == 1)
        (isolate,) = pool._isolates.values()
        os.kill(process_id(isolate), signal.SIGKILL)
        process = isolate._driver.process
        assert process is not None
        while isolate.failure is None:
            time.sleep(0.001)
        with pool.checkout() as another:
            assert another is not isolate
            assert another.eval("1") == 1


def test_one_that_does_not_answer_its_check_is_replaced() -> None:
    with Pool(Isolate, size=1, health_interval=0.1) as pool:
        until(pool, lambda m: m.idle == 1)
        (isolate,) = pool._isolates.values()
        os.kill(process_id(isolate), signal.SIGKILL)
        until(pool, lambda m: m.died_idle == 1)
        until(pool, lambda m: m.idle == 1)


def test_old_ones_are_replaced() -> None:
    with Pool(Isolate, size=1, max_age=0.2) as pool:
        until(pool, lambda m: m.recycled >= 2)


def test_a_storm_of_failing_starts_becomes_a_trickle_and_ends_by_itself() -> None:
    broken = threading.Event()
    broken.set()
    attempts = []

    def prepare(isolate: Isolate) -> None:
        attempts.append(isolate)
        if broken.is_set():
            isolate.eval("throw new TypeError('no such thing')")

    with Pool(Isolate, size=2, prepare=prepare) as pool:
        with pytest.raises(PoolUnavailable, match="no such thing") as caught, pool.checkout():
            pass
        assert isinstance(caught.value.__cause__, JSError)
        assert len(attempts) <= 4
        broken.clear()
        until(pool, lambda m: m.idle == 2)
        with pool.checkout() as isolate:
            assert isolate.eval("1") == 1


def test_a_start_that_takes_too_long_is_given_up() -> None:
    def prepare(isolate: Isolate) -> None:
        isolate.eval("for (;;);", timeout=60)

    with Pool(Isolate, size=1, prepare=prepare, start_timeout=0.3) as pool:
        with pytest.raises(PoolUnavailable, match="start_timeout") as caught, pool.checkout():
            pass
        assert isinstance(caught.value.__cause__, WallTimeLimitExceeded)


def test_closing_ends_everything_and_everybody() -> None:
    outcomes = []
    using = threading.Event()
    with Pool(Isolate, size=1, limit=1) as pool:

        def use() -> None:
            try:
                with pool.checkout() as isolate:
                    using.set()
                    isolate.eval("new Promise(() => {})")
            except (IsolateDisposed, PoolClosed) as error:
                outcomes.append(type(error).__name__)

        users = [threading.Thread(target=use) for _ in range(2)]
        for user in users:
            user.start()
        using.wait()
        until(pool, lambda m: m.waiting == 1)
        pool.close()
        for user in users:
            user.join()
        assert sorted(outcomes) == ["IsolateDisposed", "PoolClosed"]
        with pytest.raises(PoolClosed), pool.checkout():
            pass


def test_closing_during_a_start_leaves_nothing() -> None:
    for _ in range(3):
        with Pool(Isolate, size=2) as pool:
            pass
        assert pool._policy.is_empty


def test_draining_lets_those_finish_who_have_begun() -> None:
    results: list[Any] = []
    with Pool(Isolate, size=1) as pool:
        entered, go_on = threading.Event(), threading.Event()

        def use() -> None:
            with pool.checkout() as isolate:
                entered.set()
                go_on.wait()
                results.append(isolate.eval("1"))

        user = threading.Thread(target=use)
        user.start()
        entered.wait()
        threading.Timer(0.05, go_on.set).start()
        pool.drain()
        assert results == [1]
        user.join()


def test_an_interrupt_while_waiting_takes_nothing() -> None:
    with Pool(Isolate, size=1, limit=1) as pool:
        with pool.checkout():
            main = threading.main_thread().ident
            assert main is not None
            threading.Timer(0.1, signal.pthread_kill, (main, signal.SIGINT)).start()
            with pytest.raises(KeyboardInterrupt), pool.checkout():
                pass
            assert pool.metrics().waiting == 0
        with pool.checkout() as isolate:
            assert isolate.eval("1") == 1


def test_in_a_forked_child_the_pool_is_closed_and_the_parents_goes_on() -> None:
    with Pool(Isolate, size=1) as pool:
        until(pool, lambda m: m.idle == 1)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                with pool.checkout():
                    pass
            except PoolClosed as error:
                status = 0 if "forked" in str(error) else 2
            finally:
                pool.close()
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        with pool.checkout() as isolate:
            assert isolate.eval("1") == 1


def test_it_works_where_an_event_loop_runs() -> None:
    async def notebook() -> Any:
        with Pool(Isolate, size=1) as pool, pool.checkout() as isolate:

            async def double(n: int) -> int:
                await asyncio.sleep(0)
                return 2 * n

            isolate.define_function("double", double)
            return isolate.eval("double(21)")

    assert asyncio.run(notebook()) == 42


def test_both_pools_have_the_same_options_and_members() -> None:
    for mine, other in ((Pool, atoll.Pool), (Sessions, atoll.Sessions)):
        names = {name for name in dir(mine) if not name.startswith("_")}
        assert names == {name for name in dir(other) if not name.startswith("_")}
        options = set(inspect.signature(mine.__init__).parameters)
        assert options == set(inspect.signature(other.__init__).parameters) - {"exclusive"}


# Sessions


def count(sessions: Sessions[Any], key: str) -> Any:
    with sessions.use(key) as isolate:
        return isolate.eval(COUNT)


def test_each_key_keeps_its_own_state() -> None:
    with Pool(Isolate, size=1) as pool, Sessions(pool, limit=2) as sessions:
        assert [count(sessions, key) for key in "aabab"] == [1, 2, 1, 3, 2]
        assert count(sessions, "c") == 1  # the one that was unused longest has gone
        assert "a" not in sessions
        assert [count(sessions, key) for key in "ba"] == [3, 1]
        assert sessions.end("a")
        assert not sessions.end("a")
        assert len(sessions) == 1


def test_uses_of_one_key_take_turns_across_threads() -> None:
    with Pool(Isolate, size=1) as pool, Sessions(pool) as sessions:
        with ThreadPoolExecutor(6) as threads:
            found = list(threads.map(lambda _: count(sessions, "a"), range(12)))
        assert sorted(found) == list(range(1, 13))
        with sessions.use("a"), ThreadPoolExecutor(1) as threads:

            def wait() -> None:
                with sessions.use("a", timeout=0.05):
                    pass

            with pytest.raises(PoolTimeout):
                threads.submit(wait).result()


def test_sessions_without_use_expire_and_prepare_brings_back_state() -> None:
    def prepare(key: str, isolate: Isolate) -> None:
        isolate.define_global("n", {"a": 10}[key])

    with (
        Pool(Isolate, size=1) as pool,
        Sessions(pool, idle_timeout=0.05, prepare=prepare) as sessions,
    ):
        assert count(sessions, "a") == 11
        time.sleep(0.06)
        assert count(sessions, "a") == 11
        with pytest.raises(KeyError):
            count(sessions, "b")
        assert "b" not in sessions


def test_a_session_whose_isolate_crashed_begins_anew() -> None:
    with Pool(Isolate, size=1) as pool, Sessions(pool) as sessions:
        count(sessions, "a")
        with sessions.use("a") as isolate:
            os.kill(process_id(isolate), signal.SIGKILL)
            with pytest.raises(atoll.IsolateCrashed):
                isolate.eval("1")
        assert count(sessions, "a") == 1
