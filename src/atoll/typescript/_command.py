"""Running one of the engine's own commands over hostile files, confined like an isolate.

The compiler is hundreds of thousands of lines of native code that parse whatever a stranger wrote,
so it gets what an isolate's process gets: a process of its own without files, network, environment
and other processes, with bounded memory, processor time and output, that ends with its work. It
can read one folder, which holds its input and nothing else, and write to one pipe.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import selectors
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self, TypeVar

from atoll.engine import IsolateProcess, ProcessExit, Spawned, SpawnOptions, find_engine, spawn
from atoll.errors import CompilerFailed
from atoll.limits import MiB

Confinement = Literal["require", "best-effort", "off"]
ResultT = TypeVar("ResultT")

OUTPUT_PIPE: Final = "/dev/fd/5"
_READ_SIZE: Final = 64 * 1024


@dataclass(frozen=True)
class Bounds:
    """What one run of a command may use.

    Attributes:
        time: seconds of wall time, and of processor time.
        memory: bytes of private memory.
        output: bytes that it may print and write.
    """

    time: float
    memory: int
    output: int


@dataclass(frozen=True)
class Finished:
    """What became of a command.

    Attributes:
        output: all that it wrote and printed.
        exit: how it ended.
    """

    output: bytes
    exit: ProcessExit


class Workspace:
    """A folder with the input of one run, which is gone when the ``with`` block ends."""

    def __init__(self) -> None:
        # The outer folder keeps other users out; the inner one is what the command's own user,
        # which has no rights elsewhere, may read.
        self._outer = os.path.realpath(tempfile.mkdtemp(prefix="atoll-"))
        self.path = str(Path(self._outer, "work"))
        _make_folder(Path(self.path))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        shutil.rmtree(self._outer, ignore_errors=True)

    def write(self, name: str, content: str | bytes) -> None:
        """Write a file of the input."""
        path = self._placed(name)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        path.chmod(0o644)

    def link_output(self, name: str) -> None:
        """Make what the command writes to a file of that name go to its output pipe."""
        self._placed(name).symlink_to(OUTPUT_PIPE)

    def _placed(self, name: str) -> Path:
        path = Path(self.path, name)
        for folder in reversed(path.relative_to(self.path).parents[:-1]):
            _make_folder(Path(self.path, folder))
        return path


def _make_folder(path: Path) -> None:
    path.mkdir(exist_ok=True)
    path.chmod(0o755)  # whatever the owner's umask is


class Cancellation:
    """Ends a command from another thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: IsolateProcess | None = None
        self.requested = False

    def attach(self, process: IsolateProcess | None) -> None:
        """The process that runs now, or none."""
        with self._lock:
            self._process = process
            if self.requested and process is not None:
                process.kill()

    def request(self) -> None:
        """End what runs, and whatever would run next."""
        with self._lock:
            self.requested = True
            if self._process is not None:
                self._process.kill()


def run(
    arguments: tuple[str, ...],
    workspace: Workspace,
    bounds: Bounds,
    *,
    confinement: Confinement,
    environment: Mapping[str, str] | None = None,
    cancellation: Cancellation | None = None,
) -> Finished:
    """Run ``deno`` with these arguments in the workspace, and wait for its end.

    Raises:
        CompilerFailed: it took longer, or wrote more, than it may.
        ConfinementUnavailable: this machine cannot confine it as asked.
        EngineNotFound: there is no engine.
    """
    deadline = time.monotonic() + bounds.time
    process = spawn(
        SpawnOptions(
            argv=(find_engine(), *arguments),
            readable_paths=(workspace.path,),
            confinement=confinement,
            cpu_time=bounds.time,
            command=workspace.path,
        )
    )
    cancellation = cancellation or Cancellation()
    try:
        cancellation.attach(process)
        return _Collector(process, bounds, deadline).collect()
    finally:
        cancellation.attach(None)
        process.close()


class _Collector:
    """Reads what a process writes until it has ended."""

    def __init__(self, process: IsolateProcess, bounds: Bounds, deadline: float) -> None:
        self._process = process
        self._bounds = bounds
        self._deadline = deadline
        self._data = bytearray()

    def collect(self) -> Finished:
        process = self._process
        with selectors.DefaultSelector() as selector:
            selector.register(process.output, selectors.EVENT_READ)
            selector.register(process.control, selectors.EVENT_READ)
            open_ends = {process.output, process.control}
            while open_ends:
                ready = selector.select(max(0.0, self._deadline - time.monotonic()))
                if not ready:
                    raise CompilerFailed(
                        f"the compiler took longer than {self._bounds.time:g} s and was ended"
                    )
                for key, _ in ready:
                    descriptor = int(key.fd)
                    more = self._read() if descriptor == process.output else self._hear()
                    if not more:
                        selector.unregister(descriptor)
                        open_ends.remove(descriptor)
        assert process.exit is not None  # noqa: S101 - for the type checker
        return Finished(bytes(self._data), process.exit)

    def _read(self) -> bool:
        try:
            data = os.read(self._process.output, _READ_SIZE)
        except BlockingIOError:
            return True
        if len(self._data) + len(data) > self._bounds.output:
            raise CompilerFailed(
                f"the compiler wrote more than {self._bounds.output} bytes and was ended"
            )
        self._data += data
        return bool(data)

    def _hear(self) -> bool:
        message = self._process.poll()
        if isinstance(message, Spawned):
            with contextlib.suppress(ProcessLookupError):  # it may have ended by now
                self._process.limit_data(self._bounds.memory)
        return not isinstance(message, ProcessExit)


MEMORY: Final = 1024 * MiB
"""Bytes of data that a command may have. The engine reserves 512 MiB of it for machine code."""


async def in_thread(function: Callable[[Cancellation], ResultT]) -> ResultT:
    """Call a blocking function from asyncio. Cancelling ends the command that it runs.

    In a thread of its own, which has ended when this returns: the loop's executor is its owner's.
    """
    cancellation = Cancellation()
    loop = asyncio.get_running_loop()
    done: asyncio.Future[ResultT] = loop.create_future()

    def work() -> None:
        try:
            result = function(cancellation)
        except BaseException as error:  # noqa: BLE001 - it goes on in the task that waits
            settle = functools.partial(done.set_exception, error)
        else:
            settle = functools.partial(done.set_result, result)
        with contextlib.suppress(RuntimeError):  # the loop has been closed under us
            loop.call_soon_threadsafe(settle)

    thread = threading.Thread(target=work, name="atoll-compiler", daemon=True)
    thread.start()
    try:
        return await asyncio.shield(done)
    except asyncio.CancelledError:
        cancellation.request()
        await asyncio.wait([done])
        done.exception()  # nobody else wants to know
        raise
    finally:
        if done.done():
            thread.join()
