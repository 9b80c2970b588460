"""Pools of real isolates."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from atoll import (
    Isolate,
    IsolateCrashed,
    IsolateDisposed,
    JSError,
    Limits,
    Pool,
    PoolClosed,
    PoolMetrics,
    PoolTimeout,
    PoolUnavailable,
    Runtime,
)


async def until(pool: Pool[Any], condition: Callable[[PoolMetrics], bool]) -> PoolMetrics:
    """Wait until the metrics say so."""
    async with asyncio.timeout(30):
        while not condition(pool.metrics()):
            await asyncio.sleep(0.005)
    return pool.metrics()


def process_id(isolate: Isolate) -> int:
    process = isolate._driver.process
    assert process is not None
    assert process.pid is not None
    return process.pid


async def test_every_checkout_is_a_fresh_runtime() -> None:
    async with Pool(size=2) as pool:
        seen = set()
        for _ in range(4):
            async with pool.checkout() as rt:
                assert isinstance(rt, Runtime)
                assert await rt.eval("[typeof visited, typeof console]") == [
                    "undefined",
                    "object",
                ]
                await rt.eval("visited = true")
                seen.add(process_id(rt))
        assert len(seen) == 4
        metrics = await until(pool, lambda m: m.idle == m.target and not m.closing)
        assert metrics.checkouts == 4


async def test_a_runtime_is_ended_when_its_checkout_is_over() -> None:
    async with Pool(size=1) as pool:
        async with pool.checkout() as rt:
            await rt.eval("1")
        with pytest.raises(IsolateDisposed, match="went back to its pool"):
            await rt.eval("1")
        with pytest.raises(KeyError):
            async with pool.checkout() as rt:
                raise KeyError
        with pytest.raises(IsolateDisposed):
            await rt.eval("1")


async def test_warm_ones_are_made_in_the_background() -> None:
    async with Pool(size=3) as pool:
        await until(pool, lambda m: m.idle == 3)
        async with pool.checkout(), pool.checkout():
            assert pool.metrics().waits == 0
            await until(pool, lambda m: m.idle == 3)
            assert pool.metrics().in_use == 2


async def test_the_factory_and_prepare_say_what_a_runtime_has() -> None:
    class Special(Runtime):
        pass

    async def prepare(rt: Special) -> None:
        await rt.define_function("add", lambda a, b: a + b)
        await rt.eval("ready = add(1, 1)")

    async with (
        Pool(lambda: Special(console=None), size=1, prepare=prepare) as pool,
        pool.checkout() as rt,
    ):
        assert isinstance(rt, Special)
        assert await rt.eval("[ready, typeof console]") == [2, "undefined"]


async def test_bare_isolates_can_be_pooled() -> None:
    async with Pool(Isolate, size=1) as pool, pool.checkout() as isolate:
        assert await isolate.eval("typeof setTimeout") == "undefined"


async def test_no_more_than_the_limit_exist_and_waiting_is_fair() -> None:
    async with Pool(Isolate, size=1, limit=2) as pool:
        order: list[int] = []

        async def use(number: int) -> None:
            async with pool.checkout() as isolate:
                order.append(number)
                metrics = pool.metrics()
                assert metrics.in_use + metrics.idle + metrics.starting + metrics.closing <= 2
                await isolate.eval("1")

        await asyncio.gather(*map(use, range(8)))
        assert order == list(range(8))


async def test_a_checkout_that_waits_too_long_says_what_the_others_do() -> None:
    async with Pool(Isolate, size=1, limit=1) as pool, pool.checkout():
        with pytest.raises(PoolTimeout, match="1 of 1 are in use"):
            async with pool.checkout(timeout=0.05):
                pass
        assert pool.metrics().timeouts == 1
        with pytest.raises(ValueError, match="timeout"):
            async with pool.checkout(timeout=-1):
                pass


async def test_a_checkout_that_is_cancelled_takes_nothing() -> None:
    async with Pool(Isolate, size=1, limit=1) as pool:
        async with pool.checkout():
            waiting = asyncio.create_task(pool.checkout().__aenter__())
            await until(pool, lambda m: m.waiting == 1)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert pool.metrics().waiting == 0
            # Cancelled in the moment between being served and hearing of it.
            late = asyncio.create_task(pool.checkout().__aenter__())
            await until(pool, lambda m: m.waiting == 1)
            ((waiter, future),) = pool._waiting.items()

            class Cancelling:
                def set_result(self, member: int) -> None:
                    future.set_result(member)
                    late.cancel()

            pool._waiting[waiter] = Cancelling()  # type: ignore[assignment]
        with pytest.raises(asyncio.CancelledError):
            await late
        assert pool.metrics().idle == 1
        async with pool.checkout() as isolate:
            assert await isolate.eval("1") == 1


async def test_idle_ones_are_replaced_when_they_are_old() -> None:
    async with Pool(Isolate, size=1, max_age=0.2) as pool:
        metrics = await until(pool, lambda m: m.recycled >= 2)
        assert metrics.failed_starts == 0
        async with pool.checkout() as isolate:
            assert await isolate.eval("1") == 1


async def test_one_that_died_while_it_waited_is_not_handed_out() -> None:
    async with Pool(Isolate, size=1) as pool:
        await until(pool, lambda m: m.idle == 1)
        (isolate,) = pool._isolates.values()
        os.kill(process_id(isolate), signal.SIGKILL)
        async with asyncio.timeout(5):
            while isolate.failure is None:
                await asyncio.sleep(0.005)
        async with pool.checkout() as another:
            assert another is not isolate
            assert await another.eval("1") == 1
        assert pool.metrics().died_idle == 1


async def test_one_that_does_not_answer_its_check_is_replaced() -> None:
    async with Pool(Isolate, size=1, health_interval=0.1) as pool:
        await until(pool, lambda m: m.idle == 1)
        (isolate,) = pool._isolates.values()
        os.kill(process_id(isolate), signal.SIGKILL)
        await until(pool, lambda m: m.died_idle == 1)
        await until(pool, lambda m: m.idle == 1)


async def test_healthy_ones_stay_through_their_checks() -> None:
    async with Pool(Isolate, size=1, health_interval=0.05) as pool:
        await until(pool, lambda m: m.idle == 1)
        members = list(pool._isolates)
        for _ in range(5):
            await asyncio.sleep(0.05)
        assert list(pool._isolates) == members
        assert pool.metrics().died_idle == 0


async def test_guests_that_crash_are_replaced_and_hurt_nobody() -> None:
    limits = Limits(memory=16 * 1024 * 1024)
    async with Pool(lambda: Isolate(limits=limits), size=2) as pool:

        async def crash() -> str:
            async with pool.checkout() as isolate:
                try:
                    await isolate.eval("new Array(2 ** 32 - 1).fill(0)")
                except Exception as error:
                    return type(error).__name__
                return "lives"

        async def work() -> Any:
            async with pool.checkout() as isolate:
                return await isolate.eval("6 * 7")

        results = await asyncio.gather(*(crash() if i % 2 else work() for i in range(12)))
        assert results[::2] == [42] * 6
        assert set(results[1::2]) <= {"MemoryLimitExceeded", "JSError"}
        metrics = pool.metrics()
        assert metrics.failed_starts == metrics.failures_in_a_row == 0


async def test_a_storm_of_failing_starts_becomes_a_trickle_and_ends_by_itself(
    caplog: pytest.LogCaptureFixture,
) -> None:
    broken = True
    attempts = 0

    async def prepare(isolate: Isolate) -> None:
        nonlocal attempts
        attempts += 1
        if broken:
            await isolate.eval("throw new TypeError('no such thing')")

    async with Pool(Isolate, size=2, prepare=prepare) as pool:
        with pytest.raises(PoolUnavailable, match="TypeError: no such thing") as caught:
            async with pool.checkout():
                pass
        assert isinstance(caught.value.__cause__, JSError)
        assert attempts <= 4
        with pytest.raises(PoolUnavailable, match="the next attempt is in"):
            async with pool.checkout():
                pass
        assert "could not be started" in caplog.text
        assert pool.metrics().failures_in_a_row >= 3
        broken = False
        await until(pool, lambda m: m.idle == 2)
        async with pool.checkout() as isolate:
            assert await isolate.eval("1") == 1
        assert pool.metrics().failures_in_a_row == 0


async def test_isolates_that_end_in_prepare_count_as_failed() -> None:
    async def prepare(isolate: Isolate) -> None:
        os.kill(process_id(isolate), signal.SIGKILL)
        with pytest.raises(IsolateCrashed):
            await isolate.eval("1")

    async with Pool(Isolate, size=1, prepare=prepare) as pool:
        with pytest.raises(PoolUnavailable, match="IsolateCrashed"):
            async with pool.checkout():
                pass


async def test_a_start_that_takes_too_long_is_given_up() -> None:
    async def prepare(_: Isolate) -> None:
        await asyncio.Event().wait()

    async with Pool(Isolate, size=1, prepare=prepare, start_timeout=0.2) as pool:
        with pytest.raises(PoolUnavailable, match="TimeoutError"):
            async with pool.checkout():
                pass


async def test_a_factory_that_raises_is_a_failed_start() -> None:
    def make() -> Isolate:
        raise LookupError("no configuration")

    async with Pool(make, size=1) as pool:
        with pytest.raises(PoolUnavailable, match="LookupError: no configuration"):
            async with pool.checkout():
                pass


async def test_closing_ends_everything_and_everybody() -> None:
    pool = Pool(Isolate, size=1, limit=1)
    await pool.__aenter__()
    outcomes = []
    using = asyncio.Event()

    async def use() -> None:
        try:
            async with pool.checkout() as isolate:
                using.set()
                await isolate.eval("new Promise(() => {})")
        except (IsolateDisposed, PoolClosed) as error:
            outcomes.append(type(error))

    users = [asyncio.create_task(use()) for _ in range(2)]
    await using.wait()
    assert pool.metrics().waiting == 1
    await pool.close()
    await asyncio.gather(*users)
    assert sorted(map(str, outcomes)) == sorted(map(str, [IsolateDisposed, PoolClosed]))
    with pytest.raises(PoolClosed):
        async with pool.checkout():
            pass
    await pool.close()
    assert pool._policy.is_empty


async def test_closing_during_a_start_leaves_nothing() -> None:
    async with Pool(Isolate, size=4) as pool:
        await asyncio.sleep(0)
        assert pool.metrics().starting
    assert pool._policy.is_empty


async def test_draining_lets_those_finish_who_have_begun() -> None:
    async with Pool(Isolate, size=1) as pool:
        results: list[Any] = []
        entered = asyncio.Event()
        go_on = asyncio.Event()

        async def use() -> None:
            async with pool.checkout() as isolate:
                entered.set()
                await go_on.wait()
                results.append(await isolate.eval("1"))

        user = asyncio.create_task(use())
        await entered.wait()
        draining = asyncio.create_task(pool.drain())
        await asyncio.sleep(0)
        with pytest.raises(PoolClosed):
            async with pool.checkout():
                pass
        assert not draining.done()
        go_on.set()
        await draining
        await user
        assert results == [1]
        assert pool._policy.is_empty


async def test_draining_waits_no_longer_than_it_is_told() -> None:
    async with Pool(Isolate, size=1) as pool, pool.checkout() as isolate:
        await pool.drain(timeout=0.05)
        with pytest.raises(IsolateDisposed):
            await isolate.eval("1")


async def test_a_pool_is_entered_first_and_once() -> None:
    pool = Pool(Isolate, size=0)
    with pytest.raises(PoolClosed, match="enter it first"):
        async with pool.checkout():
            pass
    async with pool:
        with pytest.raises(PoolClosed, match="once"):
            await pool.__aenter__()


async def test_a_pool_belongs_to_its_event_loop() -> None:
    async with Pool(Isolate, size=0) as pool:

        async def use() -> None:
            async with pool.checkout():
                pass

        with pytest.raises(RuntimeError, match="another event loop"):
            await asyncio.to_thread(asyncio.run, use())


async def test_a_pool_of_size_none_starts_isolates_when_they_are_asked_for() -> None:
    async with Pool(Isolate, size=0) as pool:
        assert pool.metrics().starting == 0
        async with pool.checkout() as isolate:
            assert await isolate.eval("1") == 1


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"size": -1}, ValueError),
        ({"size": 1.5}, TypeError),
        ({"size": 4, "limit": 3}, ValueError),
        ({"limit": 0}, ValueError),
        ({"timeout": 0}, ValueError),
        ({"timeout": float("nan")}, ValueError),
        ({"max_age": -1}, ValueError),
        ({"health_interval": "1"}, TypeError),
        ({"start_timeout": float("inf")}, ValueError),
        ({"starts_at_once": 0}, ValueError),
        ({"prepare": 1}, TypeError),
        ({"make": 1}, TypeError),
    ],
)
def test_options_out_of_range_are_refused(options: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error, match=next(iter(options))):
        Pool(**options)


async def test_other_work_goes_on_while_many_check_out() -> None:
    async def use(pool: Pool[Isolate]) -> Any:
        async with pool.checkout() as isolate:
            return await isolate.eval("1 + 1")

    work: list[Awaitable[Any]] = []
    async with Pool(Isolate, size=2, limit=6) as pool:
        work = [use(pool) for _ in range(20)]
        assert await asyncio.gather(*work) == [2] * 20
        assert pool.metrics().target > 2
