"""No isolate survives its host or its spawner, whoever else holds copies of their sockets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from atoll.engine import process
from tests.engine.support import Guest, wait_gone, wait_readable

SOURCE = str(Path(__file__).parents[2] / "src")
REPOSITORY = str(Path(__file__).parents[2])

# A host program: starts isolates that never end, says the pids, does what the test wants, waits.
HOST = """
import os, pathlib, subprocess, sys, threading
from atoll.engine import process
from tests.engine.support import Guest
folder = pathlib.Path(sys.argv[1])
guests = [Guest(folder, "say(1); setInterval(() => 0, 1000)", confinement=sys.argv[2])
          for _ in range(3)]
pids = [guest.wait_spawned().pid for guest in guests]
for guest in guests:
    guest.line()
{extra}
print(*pids, process.spawner_pid(), flush=True)
sys.stdin.read()
"""


@contextmanager
def host(folder: Path, extra: str = "", confinement: str = "require") -> Iterator[
    tuple[subprocess.Popen[bytes], list[int]]
]:  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((SOURCE, REPOSITORY))}
    with subprocess.Popen(
        [sys.executable, "-c", HOST.format(extra=extra), str(folder), confinement],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
    ) as running:
        assert running.stdout is not None
        pids = [int(word) for word in running.stdout.readline().split()]
        assert len(pids) >= 4, "the host did not start"
        try:
            yield running, pids
        finally:
            running.kill()


@pytest.mark.parametrize("confinement", ["require", "off"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_killing_the_host_ends_everything(tmp_path: Path, how: int, confinement: str) -> None:
    with host(tmp_path, confinement=confinement) as (running, pids):
        running.send_signal(how)
        for pid in pids:
            wait_gone(pid)


def test_a_host_that_ends_by_itself_ends_everything(tmp_path: Path) -> None:
    with host(tmp_path) as (running, pids):
        assert running.stdin is not None
        running.stdin.close()
        assert running.wait() == 0
        for pid in pids:
            wait_gone(pid)


def test_a_forked_child_that_holds_the_sockets_keeps_nothing_alive(tmp_path: Path) -> None:
    # Forked behind Python's back, so that no hook closes the copies.
    extra = """
import ctypes
child = ctypes.CDLL(None).fork()
if child == 0:
    import signal
    while True: signal.pause()
pids.append(child)
"""
    with host(tmp_path, extra) as (running, pids):
        child = pids.pop(3)
        try:
            running.kill()
            for pid in pids:
                wait_gone(pid)
            os.kill(child, 0)
        finally:
            os.kill(child, signal.SIGKILL)


def test_killing_the_spawner_ends_its_isolates(tmp_path: Path) -> None:
    with Guest(tmp_path, "say(1); setInterval(() => 0, 1000)") as guest:
        pid = guest.wait_spawned().pid
        guest.line()
        spawner = process.spawner_pid()
        assert spawner is not None
        os.kill(spawner, signal.SIGKILL)
        wait_gone(pid)
        ended = guest.wait_exit()
        assert (ended.signal, ended.stderr) == (signal.SIGKILL, "the spawner process died")
        with Guest(tmp_path, "say(2)") as another:
            assert another.line() == 2
        assert process.spawner_pid() != spawner


def test_a_forked_child_has_a_spawner_of_its_own(tmp_path: Path) -> None:
    extra = """
import signal
child = os.fork()
if child == 0:
    with Guest(folder, "say(2)") as guest:
        assert guest.line() == 2
    assert guests[0].process.control == -1
    guests[0].process.close()
    os._exit(23)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 23
for guest in guests:
    assert guest.process.poll() is None
"""
    with host(tmp_path, extra) as (_, pids):
        for pid in pids:
            os.kill(pid, 0)


def test_ctrl_c_in_a_terminal_does_not_reach_spawner_or_isolates(tmp_path: Path) -> None:
    with host(tmp_path) as (running, pids):
        assert all(os.getpgid(pid) != os.getpgid(running.pid) for pid in pids)


def test_an_isolate_that_is_stopped_can_still_be_killed(tmp_path: Path) -> None:
    with Guest(tmp_path, "say(1); setInterval(() => 0, 1000)") as guest:
        pid = guest.wait_spawned().pid
        guest.line()
        os.kill(pid, signal.SIGSTOP)
        guest.process.kill()
        wait_readable(guest.process.output)
        assert guest.wait_exit().signal == signal.SIGKILL
