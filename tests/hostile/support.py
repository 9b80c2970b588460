"""What the hostile tests share: an isolate whose guest is the test itself.

Whoever takes over the guest's process can send any bytes. `forged_isolate` gives the host a process
that does not exist and hands the other ends of its pipes to the test.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from atoll import Isolate, Limits
from atoll.core import driver
from atoll.core.reference import BaseReference, JSFunction, JSPromise, Reference
from atoll.engine import ProcessExit, Spawned
from atoll.wire.frames import READY, FrameDecoder
from tests.wire.support import Contents, contents, frame, receive


class Pipes:
    """The three pipes; the host's ends do not block, the guest's do."""

    def __init__(self) -> None:
        self.guest_input, self.input = os.pipe()
        self.guest_replies, self.replies = os.pipe()
        self.output, self.guest_output = os.pipe()
        for fd in (self.input, self.replies, self.output):
            os.set_blocking(fd, False)


class ForgedProcess:
    """What `launch` returns, as far as drivers use it."""

    def __init__(self, pipes: Pipes) -> None:
        self.input, self.replies, self.output = pipes.input, pipes.replies, pipes.output
        self._control, self._spawner = socket.socketpair()
        self._control.setblocking(False)
        self.control = self._control.fileno()
        self.pid = os.getpid()
        self.layers: dict[str, str] = {}
        self.exit: ProcessExit | None = None
        self.killed = threading.Event()

    def poll(self) -> Spawned | ProcessExit | None:
        if self.killed.is_set():
            self.exit = ProcessExit(None, signal.SIGKILL, "", 0.0, 0)
        return self.exit

    def kill(self) -> None:
        if not self.killed.is_set():
            self.killed.set()
            self._spawner.send(b"x")

    def close(self) -> None:
        for fd in (self.input, self.replies, self.output):
            with contextlib.suppress(OSError):
                os.close(fd)
        self.input = self.replies = self.output = self.control = -1
        self._control.close()
        self._spawner.close()

    def cpu_time(self) -> float:
        return 0.0

    def memory(self) -> int:
        return 0

    def data_size(self) -> int:
        return 0

    def limit_data(self, size: int) -> None:
        pass


class Guest:
    """The attacker's ends of the pipes."""

    def __init__(self, pipes: Pipes) -> None:
        self._pipes = pipes
        self._decoders = {
            pipes.guest_input: FrameDecoder(2**30),
            pipes.guest_replies: FrameDecoder(2**30),
        }
        self._waiting: dict[int, list[Contents]] = {fd: [] for fd in self._decoders}
        self._open = True

    async def send(self, data: bytes) -> None:
        """Write; in a thread, since the host may be slow to read. Stops when the host closes."""
        await asyncio.to_thread(self._write, data)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        with contextlib.suppress(BrokenPipeError):
            while view:
                view = view[os.write(self._pipes.guest_output, view) :]

    def write_now(self, data: bytes) -> None:
        """Write a little from the event loop's thread itself."""
        assert len(data) <= 60_000
        self._write(data)

    async def next_frame(self, *, on_replies: bool = False) -> Contents:
        """The next frame that the host sent."""
        fd = self._pipes.guest_replies if on_replies else self._pipes.guest_input
        waiting = self._waiting[fd]
        while not waiting:
            data = await asyncio.to_thread(os.read, fd, 65536)
            assert data, "the host has closed the pipe"
            waiting += map(contents, receive(self._decoders[fd], data))
        return waiting.pop(0)

    def close(self) -> None:
        if self._open:
            self._open = False
            pipes = self._pipes
            for fd in (pipes.guest_input, pipes.guest_replies, pipes.guest_output):
                os.close(fd)


@contextlib.asynccontextmanager
async def forged_isolate(
    monkeypatch: pytest.MonkeyPatch, **limits: Any
) -> AsyncIterator[tuple[Isolate, Guest]]:
    """An isolate and the attacker who is its guest. READY has been sent."""
    pipes = Pipes()
    guest = Guest(pipes)
    with monkeypatch.context() as patch:
        patch.setattr(driver, "launch", lambda *_: ForgedProcess(pipes))
        patch.setattr(driver, "core_script", lambda: b"")
        isolate = Isolate(limits=Limits(**limits))
        guest.write_now(frame(READY))
        await isolate.__aenter__()
    try:
        yield isolate, guest
    finally:
        await isolate.dispose()
        guest.close()


class StubDriver:
    """A driver without pipes, for the host's half alone."""

    def __init__(self) -> None:
        self.host: Any = None
        self.cancelled: list[int] = []

    def make_reference(self, handle: int, kind: str) -> BaseReference:
        classes: dict[str, type[Reference]] = {"function": JSFunction, "promise": JSPromise}
        return classes.get(kind, Reference)(self, handle, kind)

    def adopt_awaitable(self, handle: int, value: Any) -> None:
        value.close()

    def post(self, target: int, args: tuple[Any, ...]) -> None:
        self.host.post(target, args)

    def cancel_invocation(self, id: int) -> None:
        self.cancelled.append(id)

    def wake_releases(self) -> None:
        pass


def is_running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def gone(pid: int) -> None:
    """Wait until a process has ended. The spawner kills and reaps, which takes a moment."""
    async with asyncio.timeout(5):
        while is_running(pid):
            await asyncio.sleep(0.005)


def pid_of(isolate: Isolate) -> int:
    process = isolate._driver.process
    assert process is not None
    assert process.pid is not None
    return process.pid


@contextlib.contextmanager
def loop_errors() -> Iterator[list[dict[str, Any]]]:
    """What the running event loop reports as unhandled, which should be nothing."""
    loop = asyncio.get_running_loop()
    found: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _, context: found.append(context))
    try:
        yield found
    finally:
        loop.set_exception_handler(None)
