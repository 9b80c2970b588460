"""Errors and rejections that nothing in the guest handles."""

from __future__ import annotations

import asyncio
import logging

import pytest

from atoll import Isolate, JSError


async def test_an_unhandled_rejection_reaches_the_owner_and_the_isolate_lives() -> None:
    seen: asyncio.Queue[BaseException] = asyncio.Queue()
    async with Isolate(on_uncaught=seen.put_nowait) as isolate:
        assert await isolate.eval("Promise.reject(new RangeError('lost')); 1") == 1
        error = await seen.get()
        assert isinstance(error, JSError)
        assert (error.name, error.message) == ("RangeError", "lost")
        assert await isolate.eval("2") == 2


async def test_an_exception_in_a_microtask_reaches_the_owner_and_the_isolate_lives() -> None:
    seen: asyncio.Queue[BaseException] = asyncio.Queue()
    async with Isolate(on_uncaught=seen.put_nowait) as isolate:
        assert await isolate.eval("queueMicrotask(() => { throw 'text' }); 1") == 1
        error = await seen.get()
        assert isinstance(error, JSError)
        assert error.value == "text"
        assert await isolate.eval("2") == 2


async def test_a_rejection_that_is_handled_in_time_is_not_reported() -> None:
    seen: list[BaseException] = []
    async with Isolate(on_uncaught=seen.append) as isolate:
        await isolate.eval("const p = Promise.reject(1); p.catch(() => {}); await null; 1")
        await isolate.collect_garbage()  # a turn of the guest's event loop
        assert seen == []


async def test_a_guest_cannot_flood_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "atoll.isolate"):
        async with Isolate() as isolate:
            await isolate.eval("for (let i = 0; i < 1000; i++) Promise.reject(i); 1")
            await isolate.collect_garbage()
            await isolate.collect_garbage()
    assert 50 < len(caplog.records) <= 101
    assert "not logged" in caplog.records[-1].message
