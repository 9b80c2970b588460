"""Bare Deno with pipes: the raw limit that Atoll is measured beside."""

from __future__ import annotations

import contextlib
import fcntl
import mmap
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from atoll.engine import find_engine

_HERE: Final = Path(__file__).resolve().parent
SCRIPT: Final = _HERE / "raw.js"
MESSAGE: Final = b"x" * 60
"""About the size of a small call's frame."""
ROUND_TRIP: Final = "blocking round trip of 60 bytes, bare Deno"


@contextlib.contextmanager
def deno_environment() -> Iterator[dict[str, str]]:
    """An environment in which Deno neither asks the network nor touches the user's cache."""
    with tempfile.TemporaryDirectory(prefix="atoll-bench-") as folder:
        yield {"DENO_DIR": folder, "DENO_NO_UPDATE_CHECK": "1", "HOME": folder}


def deno_command(*arguments: str) -> list[str]:
    """`deno run` without a look around for configuration."""
    return [find_engine(), "run", "--quiet", "--no-prompt", "--no-config", "--no-lock", *arguments]


class RawDeno:
    """A process of `raw.js`; a context manager."""

    def __init__(
        self, mode: str, *, size: int = 0, script: Path | None = None, pipe_size: int | None = None
    ) -> None:
        self._mode = mode
        self._size = size
        self._script = script
        self._pipe_size = pipe_size
        self._stack = contextlib.ExitStack()
        self.input = self.output = -1
        self.pid = 0

    def __enter__(self) -> Self:
        far_input, self.input = os.pipe()
        self.output, far_output = os.pipe()
        if self._pipe_size is not None and sys.platform == "linux":
            for pipe in (self.input, self.output):
                fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, self._pipe_size)
        readable = f"/dev/fd/{far_input}" + (f",{self._script}" if self._script else "")
        command = deno_command(
            f"--allow-read={readable}",
            f"--allow-write=/dev/fd/{far_output}",
            str(SCRIPT),
            self._mode,
            str(far_input),
            str(far_output),
            str(self._size),
            str(self._script or ""),
        )
        environment = self._stack.enter_context(deno_environment())
        process = subprocess.Popen(
            command, pass_fds=(far_input, far_output), env=environment, stdin=subprocess.DEVNULL
        )
        os.close(far_input)
        os.close(far_output)
        self._process = process
        self.pid = process.pid
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        os.close(self.input)  # the end of its input ends it
        os.close(self.output)
        self._process.wait(timeout=30)
        self._stack.close()

    def round_trip(self) -> None:
        """60 bytes there and back: a blocking write and a blocking read on either side."""
        os.write(self.input, MESSAGE)
        os.read(self.output, 4096)

    def send(self, data: bytes) -> None:
        """Send bytes that the guest receives into a fresh buffer, and wait until it has."""
        view = memoryview(data)
        while view:
            view = view[os.write(self.input, view) :]
        os.read(self.output, 1)

    def receive(self) -> memoryview:
        """Receive the guest's bytes into fresh memory."""
        os.write(self.input, b"x")
        data = memoryview(mmap.mmap(-1, self._size))
        rest = data
        while rest:
            rest = rest[os.readv(self.output, [rest]) :]
        return data

    def bounce(self, data: bytes) -> None:
        """Send bytes, and receive them again once the guest has all of them."""
        view = memoryview(data)
        while view:
            view = view[os.write(self.input, view) :]
        rest = memoryview(bytearray(len(data)))
        while rest:
            rest = rest[os.readv(self.output, [rest]) :]

    def kernel(self, number: int) -> Callable[[], None]:
        """Runs that kernel and waits for it."""

        def run() -> None:
            os.write(self.input, bytes([number]))
            os.read(self.output, 1)

        return run
