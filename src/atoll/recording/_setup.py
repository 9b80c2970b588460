"""What a runtime needs so that its run can be repeated: a clock and a seed of its own."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from atoll.errors import AtollError, ReentrancyError
from atoll.recording._format import RecordingWriter

if TYPE_CHECKING:
    from atoll.core.host import Host
    from atoll.runtime import Runtime
    from atoll.timers import BlockingTimersHandle

_STEP: Final = 0.01
"""Seconds between two moves of the clock while the guest works on something."""
_IDLE_STEP: Final = 0.25


def repeatable(choices: Mapping[str, Any]) -> dict[str, Any]:
    """The APIs of a runtime whose run is to be recorded.

    Args:
        choices: what its keywords ask for.

    Raises:
        ValueError: they would let in what a recording does not have.
    """
    from atoll.crypto import Crypto
    from atoll.timers import Timers

    chosen = dict(choices)
    timers, crypto = chosen["timers"], chosen["crypto"]
    if timers in ("real", True):
        chosen["timers"] = Timers(mode="manual", virtual_date=True, start=round(time.time() * 1000))
    elif timers != "manual" and not (
        isinstance(timers, Timers) and timers.options()["virtualDate"]
    ):
        raise ValueError(
            "a run whose clock is the machine's cannot be repeated: record it with "
            'timers="manual", or Timers(mode="manual", virtual_date=True)'
        )
    if crypto is True:
        chosen["crypto"] = Crypto(seed=os.urandom(32))
    elif not (isinstance(crypto, Crypto) and crypto.seeded):
        raise ValueError(
            "a run whose random values are the system's cannot be repeated: record it with "
            "crypto=True, which seeds them, or Crypto(seed=…)"
        )
    return chosen


def open_recording(path: str | os.PathLike[str], host: Host) -> None:
    """Record what both sides of an isolate say from now on.

    Raises:
        OSError: the file cannot be written.
    """
    host.recorder = RecordingWriter(open(path, "wb"), host.limits)  # noqa: PTH123, SIM115


async def drive_clock(runtime: Runtime) -> None:
    """Move a manual clock as time goes by: quickly while the guest works on something."""
    calls = runtime._driver.host.session.calls
    moved = time.monotonic()
    with contextlib.suppress(AtollError):  # the isolate has ended
        while True:
            await asyncio.sleep(_STEP)
            elapsed = time.monotonic() - moved
            if calls or elapsed >= _IDLE_STEP:
                step = int(elapsed * 1000)
                with contextlib.suppress(ReentrancyError):  # later, then
                    await runtime.timers.tick(step)
                    moved += step / 1000


class BlockingClock:
    """Moves a manual clock as time goes by, whenever somebody calls the guest or waits for it."""

    def __init__(self, timers: BlockingTimersHandle) -> None:
        self._timers = timers
        self._moved = time.monotonic()
        self._is_moving = False

    def __call__(self) -> None:
        elapsed = time.monotonic() - self._moved
        if self._is_moving or elapsed < _STEP:
            return
        step = int(elapsed * 1000)
        self._is_moving = True
        try:
            with contextlib.suppress(ReentrancyError):  # later, then
                self._timers._keep_up(step)
                self._moved += step / 1000
        finally:
            self._is_moving = False
