"""What a test may leave behind: nothing."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from atoll.engine.process import spawner_pid

if TYPE_CHECKING:
    from atoll import Isolate

_PROC = Path("/proc/self")
_OF_LOOPS = "asyncio_"
"""Threads of an event loop's default executor: they end with the loop, whoever has it."""


@contextlib.contextmanager
def no_leaks(*, patience: float = 5) -> Iterator[None]:
    """Assert that the block ends every process and thread and closes every file that it opens.

    Processes are those of isolates and other children of this one; files are those on disks and
    pipes to other processes. Where there is no ``/proc`` only threads are looked at.

    Args:
        patience: seconds that a process gets, which ends shortly after its end was reported.

    Raises:
        AssertionError: something is left, with its name.
    """
    files, processes, threads = _open_files(), _children(), set(threading.enumerate())
    yield
    _wait_for_compiler()
    deadline = time.monotonic() + patience
    while not _children() <= processes and time.monotonic() < deadline:
        time.sleep(0.001)  # the spawner reports an exit just before it reaps the process
    left = _children() - processes
    _expect(not left, f"processes are left running: {sorted(left)}")
    opened = {fd: name for fd, name in _open_files().items() if files.get(fd) != name}
    _expect(not opened, f"descriptors are left open: {opened}")
    started = {
        thread
        for thread in set(threading.enumerate()) - threads
        if not thread.daemon and thread.is_alive() and not thread.name.startswith(_OF_LOOPS)
    }
    _expect(not started, f"threads are left running: {started}")


@contextlib.asynccontextmanager
async def no_leaked_tasks() -> AsyncIterator[None]:
    """Assert that the block leaves no task of asyncio running.

    Raises:
        AssertionError: one is left.
    """
    before = _other_tasks()
    yield
    left = _other_tasks() - before
    _expect(not left, f"tasks are left running: {left}")


@contextlib.asynccontextmanager
async def no_leaked_handles(isolate: Isolate) -> AsyncIterator[None]:
    """Assert that the block leaves the guest no more handles of the host, and the other way round.

    Both sides collect their garbage before they are counted.

    Raises:
        AssertionError: there are more than before.
    """
    before = await _handles(isolate)
    yield
    after = await _handles(isolate)
    _expect(
        after <= before,
        f"{after - before} handles are left: a reference that nobody released, or a function that "
        "the guest still holds",
    )


def _wait_for_compiler() -> None:
    """Large modules are compiled for the next time in isolates of their own, in the background."""
    compiled = sys.modules.get("atoll.modules._compiled")
    if compiled is not None:
        compiled.worker().wait()


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise AssertionError(otherwise)


async def _handles(isolate: Isolate) -> int:
    gc.collect()
    await isolate.collect_garbage()
    statistics = await isolate.statistics()
    return statistics.guest_handles + statistics.host_handles


def _other_tasks() -> set[asyncio.Task[object]]:
    return asyncio.all_tasks() - {asyncio.current_task()}


def _open_files() -> dict[int, str]:
    """Files, and pipes that lead to other processes; the rest may belong to an event loop."""
    found = {}
    with contextlib.suppress(FileNotFoundError):
        for name in os.listdir(_PROC / "fd"):  # noqa: PTH208 — what is listed may be gone
            with contextlib.suppress(OSError):  # the descriptor that lists the folder
                found[int(name)] = os.readlink(_PROC / "fd" / name)  # noqa: PTH115
    ends = Counter(found.values())
    return {
        fd: target
        for fd, target in found.items()
        if (target.startswith("pipe:") and ends[target] == 1)
        or (target.startswith("/") and not target.startswith("/dev/"))
    }


def _children() -> set[int]:
    """Isolates, which are the spawner's children, and children of this process but the spawner."""
    spawner = spawner_pid()
    found: set[int] = set()
    for parent in {os.getpid(), spawner} - {None}:
        with contextlib.suppress(OSError):  # it has just ended, or the kernel keeps no such list
            text = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii")
            found |= set(map(int, text.split()))
    return {pid for pid in found if pid != spawner}
