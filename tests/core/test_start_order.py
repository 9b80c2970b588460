"""What the spawner says of a process, and what the process says, come in either order."""

from __future__ import annotations

import os
import signal

import pytest

from atoll import Isolate, IsolateCrashed
from atoll.engine import IsolateProcess


async def test_the_guest_is_ready_before_its_process_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    isolate = Isolate()
    poll = IsolateProcess.poll

    def late(process: IsolateProcess) -> object:
        return poll(process) if isolate._driver.host.ready is not None else None

    monkeypatch.setattr(IsolateProcess, "poll", late)
    async with isolate:
        assert await isolate.eval("1 + 1") == 2


async def test_the_process_ends_as_soon_as_it_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(process: IsolateProcess, size: int) -> None:
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        raise ProcessLookupError(size)

    monkeypatch.setattr(IsolateProcess, "limit_data", ended)
    with pytest.raises(IsolateCrashed):
        async with Isolate():
            raise AssertionError("it started")
