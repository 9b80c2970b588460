"""Cancelling a call while the guest is blocked in a callback of the host."""

from __future__ import annotations

import asyncio

import pytest

from atoll import Isolate
from atoll.core import driver


async def test_a_guest_that_waits_for_a_callback_is_not_blamed_for_not_hearing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grace = 0.05
    monkeypatch.setattr(driver, "CANCEL_GRACE", grace)
    began, finish = asyncio.Event(), asyncio.Event()

    async def slow() -> int:
        began.set()
        await finish.wait()
        return 1

    async with Isolate() as isolate:
        await isolate.define_function("slow", slow)
        call = asyncio.create_task(isolate.eval("slow()"))
        await began.wait()
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        await asyncio.sleep(3 * grace)  # the time itself is what is tested
        finish.set()
        assert await isolate.eval("1 + 1") == 2
