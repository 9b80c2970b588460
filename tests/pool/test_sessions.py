"""Sessions keep the state of whoever they belong to, within bounds."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from atoll import Isolate, IsolateCrashed, IsolateDisposed, Pool, PoolClosed, PoolTimeout, Sessions

COUNT = "n = (globalThis.n ?? 0) + 1"


@pytest_asyncio.fixture
async def pool() -> AsyncIterator[Pool[Isolate]]:
    async with Pool(Isolate, size=1, limit=8) as pool:
        yield pool


async def count(sessions: Sessions[Any], key: str) -> Any:
    async with sessions.use(key) as isolate:
        return await isolate.eval(COUNT)


async def test_each_key_keeps_its_own_state(pool: Pool[Isolate]) -> None:
    async with Sessions(pool) as sessions:
        assert [await count(sessions, key) for key in "aabab"] == [1, 2, 1, 3, 2]
        assert len(sessions) == 2
        assert "a" in sessions
        assert "c" not in sessions


async def test_uses_of_one_key_take_turns(pool: Pool[Isolate]) -> None:
    async with Sessions(pool) as sessions:
        active = most = 0

        async def use() -> Any:
            nonlocal active, most
            async with sessions.use("a") as isolate:
                active += 1
                most = max(most, active)
                result = await isolate.eval(COUNT)
                active -= 1
                return result

        assert await asyncio.gather(*(use() for _ in range(5))) == [1, 2, 3, 4, 5]
        assert most == 1


async def test_uses_may_overlap_if_that_is_wanted(pool: Pool[Isolate]) -> None:
    async with (
        Sessions(pool, exclusive=False) as sessions,
        sessions.use("a") as first,
        sessions.use("a") as second,
    ):
        assert first is second


async def test_the_one_that_was_unused_longest_makes_room(pool: Pool[Isolate]) -> None:
    async with Sessions(pool, limit=2) as sessions:
        for key in "aba":
            await count(sessions, key)
        assert await count(sessions, "c") == 1
        assert "b" not in sessions
        assert await count(sessions, "a") == 3


async def test_one_in_use_is_waited_for(pool: Pool[Isolate]) -> None:
    async with Sessions(pool, limit=1) as sessions:
        async with sessions.use("a"):
            with pytest.raises(PoolTimeout, match="1 of 1 sessions"):
                async with sessions.use("b", timeout=0.05):
                    pass
            waiting = asyncio.create_task(count(sessions, "b"))
            given_up = asyncio.create_task(count(sessions, "c"))
            await asyncio.sleep(0.01)
            given_up.cancel()
        assert await waiting == 1
        with pytest.raises(asyncio.CancelledError):
            await given_up


async def test_an_idle_session_expires(pool: Pool[Isolate]) -> None:
    async with Sessions(pool, idle_timeout=0.1) as sessions:
        await count(sessions, "a")
        async with sessions.use("b"), asyncio.timeout(10):
            while "a" in sessions:
                await asyncio.sleep(0.01)
            assert "b" in sessions
        assert await count(sessions, "a") == 1


async def test_a_session_whose_isolate_crashed_begins_anew(pool: Pool[Isolate]) -> None:
    async with Sessions(pool) as sessions:
        await count(sessions, "a")
        async with sessions.use("a") as isolate:
            process = isolate._driver.process
            assert process is not None
            assert process.pid is not None
            os.kill(process.pid, signal.SIGKILL)
            with pytest.raises(IsolateCrashed):
                await isolate.eval("1")
        assert "a" not in sessions
        assert await count(sessions, "a") == 1


async def test_prepare_brings_a_session_its_state(pool: Pool[Isolate]) -> None:
    stored = {"a": 10, "b": 20}

    async def prepare(key: str, isolate: Isolate) -> None:
        await isolate.define_global("n", stored[key])

    async with Sessions(pool, prepare=prepare) as sessions:
        assert await count(sessions, "a") == 11
        assert await count(sessions, "b") == 21
        with pytest.raises(KeyError):
            await count(sessions, "c")
        assert "c" not in sessions
        assert pool.metrics().in_use == 2


async def test_ending_a_session_cuts_its_user_off(pool: Pool[Isolate]) -> None:
    async with Sessions(pool) as sessions:
        async with sessions.use("a") as isolate:
            assert await sessions.end("a")
            with pytest.raises(IsolateDisposed):
                await isolate.eval("1")
        assert not await sessions.end("a")
        assert await count(sessions, "a") == 1


async def test_closing_ends_all_and_tells_who_waits(pool: Pool[Isolate]) -> None:
    async with Sessions(pool, limit=1) as sessions:
        async with sessions.use("a"):
            waiting = asyncio.create_task(count(sessions, "b"))
            await asyncio.sleep(0.01)
            await sessions.close()
            with pytest.raises(PoolClosed):
                await waiting
        assert pool.metrics().in_use == 0
        with pytest.raises(PoolClosed):
            await count(sessions, "a")


@pytest.mark.parametrize(
    "options", [{"limit": 0}, {"idle_timeout": 0}, {"prepare": 1}], ids=lambda o: next(iter(o))
)
async def test_options_out_of_range_are_refused(
    pool: Pool[Isolate], options: dict[str, Any]
) -> None:
    with pytest.raises((ValueError, TypeError), match=next(iter(options))):
        Sessions(pool, **options)
