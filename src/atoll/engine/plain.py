"""Starting the engine where Atoll has no layers: not Linux, or a processor without a table.

Deno's own permissions are then all that stands between the guest and the machine, so this is only
reached with ``confinement="best-effort"`` or ``"off"``. A thread per isolate stands in for the
spawner. What is lost with it: an isolate that computes without end outlives a host that is killed,
since nobody is left to see it.
"""

from __future__ import annotations

import contextlib
import marshal
import os
import select
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence

from .environment import ENVIRONMENT, STDERR_TAIL

# Puts the pipes where the engine expects them; preexec_fn is unsafe in a host with threads.
_SHIM = """
import fcntl, os, sys
pipes = [fcntl.fcntl(int(word), fcntl.F_DUPFD, 10) for word in sys.argv[1:4]]
for target, pipe in enumerate(pipes, 3):
    os.dup2(pipe, target)
    os.close(pipe)
os.closerange(6, 256)
if sys.argv[4] == "command":
    os.dup2(1, 6)  # whose end is how the watcher hears of ours
    os.dup2(5, 1)
    os.dup2(5, 2)
os.execve(sys.argv[5], sys.argv[5:], dict(os.environb))
"""
LAYERS = {"operating system": f"none: Atoll has no layers for {sys.platform}"}


def start(
    argv: Sequence[str], pipes: Sequence[int], control: socket.socket, *, command: str | None
) -> None:
    """Start a process and report on ``control`` as the spawner would. Takes ``control`` over.

    Raises:
        OSError: no process could be made.
    """
    kind = "guest" if command is None else "command"
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _SHIM, *map(str, pipes), kind, *argv],
        stdin=subprocess.DEVNULL,
        stdout=pipes[2] if command else subprocess.PIPE,
        stderr=subprocess.STDOUT,
        pass_fds=tuple(pipes),
        cwd=command or "/",
        env=ENVIRONMENT,
        start_new_session=True,
    )
    threading.Thread(
        target=_watch, args=(process, control), name="atoll-plain-process", daemon=True
    ).start()


def _watch(process: subprocess.Popen[bytes], control: socket.socket) -> None:
    printed = process.stdout
    assert printed is not None  # noqa: S101 — narrows the type
    tail = bytearray()
    watched: list[int] = [printed.fileno(), control.fileno()]
    # The exit is told last: an owner who has heard of it finds nothing of the process left open.
    with control, contextlib.suppress(OSError):
        with printed:
            control.send(marshal.dumps({"spawned": process.pid, "layers": LAYERS}))
            while True:
                ready, _, _ = select.select(watched, [], [])
                if control.fileno() in ready:
                    process.kill()
                    watched.remove(control.fileno())
                if printed.fileno() in ready:
                    data = os.read(printed.fileno(), 65536)
                    if not data:
                        break
                    tail += data
                    del tail[:-STDERR_TAIL]
        status = process.wait()
        message = {
            "exited": status if status >= 0 else None,
            "signal": -status if status < 0 else None,
            "stderr": bytes(tail),
            "cpu_time": 0.0,
            "max_rss": 0,
        }
        control.send(marshal.dumps(message))
    process.wait()
