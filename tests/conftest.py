"""Fixtures that tests of every part share, and a check that each test leaves nothing behind.

`isolate` is one isolate per test file, for tests that do not disturb each other; `fresh_isolate`
is one per test. Both live on the file's event loop, so their tests run there, too::

    pytestmark = pytest.mark.asyncio(loop_scope="module")
"""

from __future__ import annotations

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from atoll import Isolate
from atoll.engine.process import spawner_pid

PROC = Path("/proc/self")


def open_files() -> dict[int, str]:
    """Files, and pipes that lead to other processes; the rest may belong to an event loop."""
    found = {}
    for name in os.listdir(PROC / "fd"):
        try:
            found[int(name)] = os.readlink(PROC / "fd" / name)
        except OSError:
            continue  # the descriptor that lists the folder
    ends = Counter(found.values())
    return {
        fd: target
        for fd, target in found.items()
        if (target.startswith("pipe:") and ends[target] == 1)
        or (target.startswith("/") and not target.startswith("/dev/"))
    }


def children() -> set[int]:
    """Isolates, which are the spawner's children, and children of this process but the spawner."""
    spawner = spawner_pid()
    found = set()
    for parent in {os.getpid(), spawner} - {None}:
        try:
            text = Path(f"/proc/{parent}/task/{parent}/children").read_text()
        except OSError:
            continue  # the spawner has just ended, or the kernel keeps no such list
        found |= set(map(int, text.split()))
    return found - {spawner}


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    """Every process and descriptor that a test makes, it ends."""
    if not PROC.exists():
        yield
        return
    files, processes = open_files(), children()
    yield
    deadline = time.monotonic() + 5
    while not children() <= processes and time.monotonic() < deadline:
        time.sleep(0.001)  # the spawner reports an exit just before it reaps the process
    assert children() <= processes, "the test left a process running"
    left = {fd: name for fd, name in open_files().items() if files.get(fd) != name}
    assert not left, "the test left descriptors open"


def other_tasks() -> set[asyncio.Task[object]]:
    return asyncio.all_tasks() - {asyncio.current_task()}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_isolate() -> AsyncIterator[Isolate]:
    async with Isolate() as isolate:
        yield isolate


@pytest_asyncio.fixture(loop_scope="module")
async def isolate(module_isolate: Isolate) -> AsyncIterator[Isolate]:
    """The file's isolate."""
    before = other_tasks()
    yield module_isolate
    assert other_tasks() <= before, "the test left a task running"


@pytest_asyncio.fixture(loop_scope="module")
async def fresh_isolate() -> AsyncIterator[Isolate]:
    """An isolate for this test alone."""
    before = other_tasks()
    async with Isolate() as isolate:
        yield isolate
    assert other_tasks() <= before, "the test left a task running"
