"""Cancelling a call while the guest cannot hear: it is blocked, or does not get the processor."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator

import pytest

from atoll import Isolate, IsolateCrashed
from atoll.core import cancellations
from tests.hostile.support import pid_of


async def test_a_guest_that_waits_for_a_callback_is_not_blamed_for_not_hearing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grace = 0.05
    monkeypatch.setattr(cancellations, "CANCEL_GRACE", grace)
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


@contextlib.asynccontextmanager
async def cancelled_while_stopped() -> AsyncIterator[Isolate]:
    """An isolate that has no turn on the processor since one of its calls was cancelled."""
    async with Isolate() as isolate:
        call = asyncio.create_task(isolate.eval("new Promise(() => {})"))
        assert await isolate.eval("1") == 1  # and so the call has arrived
        os.kill(pid_of(isolate), signal.SIGSTOP)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        yield isolate


async def test_a_guest_without_the_processor_is_not_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    grace = 0.05
    monkeypatch.setattr(cancellations, "CANCEL_GRACE", grace)
    async with cancelled_while_stopped() as isolate:
        await asyncio.sleep(6 * grace)  # the time itself is what is tested
        os.kill(pid_of(isolate), signal.SIGCONT)
        assert await isolate.eval("1 + 1") == 2


async def test_a_guest_that_neither_computes_nor_answers_is_ended_some_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cancellations, "CANCEL_GRACE", 0.05)
    monkeypatch.setattr(cancellations, "CANCEL_PATIENCE", 0.2)
    async with cancelled_while_stopped() as isolate:
        with pytest.raises(IsolateCrashed, match="did not react to a cancellation"):
            await isolate.eval("1 + 1")
