"""What the tests of the blocking API share."""

from __future__ import annotations

import contextlib
import gc
import os
import select
import signal
from collections.abc import Iterator
from types import FrameType

from atoll.sync import Isolate


def held_handles(isolate: Isolate) -> tuple[int, int]:
    """Guest values that the host holds and host values that the guest holds, after collection."""
    gc.collect()
    # What the first collection makes each side release may free more on the other.
    isolate.collect_garbage()
    gc.collect()
    isolate.collect_garbage()
    statistics = isolate.statistics()
    return statistics.guest_handles, statistics.host_handles


def pid_of(isolate: Isolate) -> int:
    process = isolate._driver.process
    assert process is not None
    assert process.pid is not None
    return process.pid


def wait_for_end(pidfd: int, seconds: float = 10) -> bool:
    """Wait until the process behind a pidfd has ended."""
    waiting = select.poll()
    waiting.register(pidfd, select.POLLIN)
    try:
        return bool(waiting.poll(seconds * 1000))
    finally:
        os.close(pidfd)


def interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextlib.contextmanager
def interrupted_after(seconds: float, every: float = 0) -> Iterator[None]:
    """Raise KeyboardInterrupt in the main thread after that time, as Ctrl-C would."""
    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds, every)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
