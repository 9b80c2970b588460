"""A blocking driver of one process, just enough for these tests."""

from __future__ import annotations

import json
import os
import select
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from atoll.confinement import seccomp
from atoll.engine import deno, process

PATIENCE = 30.0

# Every guest of these tests starts with this: pipes, and a way to try things and say what happened.
PRELUDE = """
const output = Deno.openSync("/dev/fd/5", { write: true });
const input = Deno.openSync("/dev/fd/3");
const replies = Deno.openSync("/dev/fd/4");
const say = (value) =>
  output.writeSync(new TextEncoder().encode(JSON.stringify(value ?? null) + "\\n"));
const hear = () => {
  const buffer = new Uint8Array(65536);
  return new TextDecoder().decode(buffer.subarray(0, replies.readSync(buffer)));
};
const attempt = async (action) => {
  try { return ["ok", await action()]; } catch (error) { return [error.name, error.message]; }
};
const seal = () => {
  const { number, filter } = JSON.parse(hear());
  const program = new Uint8Array(filter);
  const libc = Deno.dlopen("libc.so.6", {
    prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
    syscall: { parameters: ["i64", "u64", "u64", "buffer"], result: "i64" },
  });
  const header = new DataView(new ArrayBuffer(16));
  header.setUint16(0, program.length / 8, true);
  const address = Deno.UnsafePointer.value(Deno.UnsafePointer.of(program));
  header.setBigUint64(8, BigInt(address), true);
  const undumpable = libc.symbols.prctl(4, 0n, 0n, 0n, 0n);
  const sealed = libc.symbols.syscall(BigInt(number), 1n, 1n, new Uint8Array(header.buffer));
  Deno.permissions.revokeSync({ name: "ffi" });
  return [undumpable, Number(sealed)];
};
"""


class Guest:
    """One process that runs a script, with all of Deno's permissions unless told otherwise."""

    def __init__(
        self,
        folder: Path,
        source: str,
        *,
        flags: Iterable[str] = ("-A",),
        prelude: str = PRELUDE,
        **options: Any,
    ) -> None:
        folder.chmod(0o755)
        script = folder / "guest.js"
        if not script.exists() or script.read_text() != prelude + source:
            script.write_text(prelude + source)
        argv = (
            deno.find_engine(), "run", "--no-config", "--no-lock", "--no-remote", "--no-prompt",
            *flags, str(script),
        )  # fmt: skip
        options.setdefault("readable_paths", (str(folder),))
        self.process = process.spawn(process.SpawnOptions(argv, **options))
        self._data = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.close()

    def wait_spawned(self) -> process.Spawned:
        """Wait until the engine was executed."""
        said = self._hear()
        assert isinstance(said, process.Spawned), said
        return said

    def wait_exit(self) -> process.ProcessExit:
        """Wait for the end of the process."""
        while not isinstance(said := self._hear(), process.ProcessExit):
            pass
        return said

    def _hear(self) -> process.Spawned | process.ProcessExit:
        while (said := self.process.poll()) is None:
            wait_readable(self.process.control)
        return said

    def seal(self) -> None:
        """Send what the prelude's ``seal()`` waits for."""
        seal = {"number": seccomp.seal_syscall(), "filter": list(seccomp.seal_filter())}
        self.send(json.dumps(seal))

    def send(self, text: str) -> None:
        """Write to the guest's ``hear()``."""
        os.write(self.process.replies, text.encode())

    def line(self) -> Any:
        """The next thing that the guest said; fails with its stderr when it ended instead."""
        while b"\n" not in self._data:
            wait_readable(self.process.output)
            data = os.read(self.process.output, 65536)
            if not data:
                raise AssertionError(f"the guest ended: {self.wait_exit()}")
            self._data += data
        line, self._data = self._data.split(b"\n", 1)
        return json.loads(line)


def wait_readable(descriptor: int, patience: float = PATIENCE) -> None:
    """Wait for an event on a descriptor; a pidfd becomes readable when the process ends."""
    poller = select.poll()
    poller.register(descriptor, select.POLLIN)
    assert poller.poll(patience * 1000), "nothing happened"


def wait_gone(pid: int) -> None:
    """Wait until a process, which need not be our child, has ended."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        wait_readable(descriptor)
    finally:
        os.close(descriptor)


def wait_until(condition: Any, patience: float = PATIENCE) -> None:
    """For conditions that no descriptor announces."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it never became true"
        os.sched_yield()
