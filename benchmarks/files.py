"""Files of guests: many small ones, one large one, and blocks of one that is open."""

from __future__ import annotations

import asyncio
import json
import subprocess
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

import atoll
import atoll.sync
from atoll import MiB
from atoll.fs import DirectoryFileSystem, Files, FileSystem, MemoryFileSystem, Stat

from .measure import (
    Figure,
    Options,
    Row,
    Target,
    at_most,
    at_most_mib,
    interleave,
    shared,
)
from .raw import deno_command, deno_environment

_SCRIPT: Final = Path(__file__).with_suffix(".js")
_DENO: Final = "Deno's own files"
_STEPS: Final = {"create": "made and written", "list": "listed", "read": "read"}
_SPEED: Final = Target("≥ 0.5 GB/s, or Deno's own where that is slower", speed=0.5, share=1.0)
_SMALL: Final = {"create": at_most(2.5, "Deno's"), "read": at_most(4, "Deno's")}
_GUEST: Final = """
globalThis.root = await navigator.storage.getDirectory();
globalThis.steps = {
  create: async (count) => {
    for (let i = 0; i < count; i++) {
      const stream = await (await root.getFileHandle(`f${i}`, { create: true })).createWritable();
      await stream.write(`content ${i}`);
      await stream.close();
    }
  },
  list: async (count) => {
    let found = 0;
    for await (const _ of root.keys()) found++;
    if (found !== count) throw new Error(`${found} files`);
  },
  read: async (count) => {
    for (let i = 0; i < count; i++) {
      const file = await (await root.getFileHandle(`f${i}`)).getFile();
      await file.text();
    }
  },
  write: async (size) => {
    const chunk = new Uint8Array(1024 * 1024).fill(120);
    const stream = await (await root.getFileHandle("large", { create: true })).createWritable();
    for (let at = 0; at < size; at += chunk.length) await stream.write(chunk);
    await stream.close();
  },
  stream: async (_, name = "large") => {
    let size = 0;
    for await (const chunk of (await (await root.getFileHandle(name)).getFile()).stream()) {
      size += chunk.length;
    }
    return size;
  },
};
globalThis.open = async () => {
  globalThis.access = await (await root.getFileHandle("block")).createSyncAccessHandle();
  globalThis.block = new Uint8Array(4096);
};
globalThis.reads = (n) => {
  for (let i = 0; i < n; i++) access.read(block, { at: 4096 * (i % 16) });
};
globalThis.calls = (n) => { for (let i = 0; i < n; i++) nothing(); };
0"""


class _Large(FileSystem):
    """A file of 2 GiB that takes no room here."""

    blocking = False

    def stat(self, path: tuple[str, ...]) -> Stat:
        return Stat("file", 2048 * MiB, version="1") if path else Stat("directory")

    def scan(self, path: tuple[str, ...]) -> Iterator[Any]:
        return iter(())

    def read(self, path: tuple[str, ...], offset: int, size: int) -> bytes:
        return bytes(size)

    def write(self, path: tuple[str, ...], content: BinaryIO) -> None:
        raise AssertionError


def files(options: Options) -> Iterator[Row]:
    """Small files one after the other, a large one in chunks of 1 MiB, blocks of 4 KiB."""
    count = options.batch(10_000)
    size = (2 if options.quick else 256) * MiB
    rounds = options.rounds(3)
    for name in ("memory", "directory"):
        yield from asyncio.run(_beside_deno(name, count, size, rounds))
    for name in ("memory", "directory"):
        yield _blocks(name, options)
    yield asyncio.run(_memory(options))


@asynccontextmanager
async def _guest(filesystem: FileSystem) -> AsyncIterator[atoll.Isolate]:
    limits = atoll.Limits(call_time=None)
    async with atoll.Isolate(limits=limits) as isolate:
        await isolate.install(Files(filesystem))
        await isolate.eval(_GUEST)
        yield isolate


def _filesystem(name: str, folder: str) -> FileSystem:
    if name == "memory":
        return MemoryFileSystem(max_bytes=1024 * MiB)
    return DirectoryFileSystem(folder, writable=True)


async def _beside_deno(name: str, count: int, size: int, rounds: int) -> list[Row]:
    ours: dict[str, list[float]] = {}
    theirs: dict[str, list[float]] = {}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            async with _guest(_filesystem(name, folder)) as isolate:
                for step in (*_STEPS, "write", "stream"):
                    amount = count if step in _STEPS else size
                    clock = asyncio.get_running_loop().time
                    start = clock()
                    await isolate.call(f"steps.{step}", amount)
                    ours.setdefault(step, []).append((clock() - start) / amount)
        for step, took in _deno(count, size).items():
            theirs.setdefault(step, []).append(took / (count if step in _STEPS else size))
    rows = [
        Row(
            f"a small file {what}, {name}",
            Figure("s", tuple(ours[step])),
            _DENO,
            Figure("s", tuple(theirs[step])),
            _SMALL.get(step),
        )
        for step, what in _STEPS.items()
    ]
    for step, what in (("write", "written"), ("stream", "read")):
        rows.append(
            Row(
                f"{size // MiB} MiB {what}, {name}",
                _speed(ours[step]),
                _DENO,
                _speed(theirs[step]),
                _SPEED,
            )
        )
    return rows


def _speed(seconds_for_a_byte: list[float]) -> Figure:
    return Figure("GB/s", tuple(1e-9 / seconds for seconds in seconds_for_a_byte))


def _deno(count: int, size: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder, deno_environment() as environment:
        done = subprocess.run(
            deno_command("--allow-all", str(_SCRIPT), folder, str(count), str(size)),
            env=environment,
            capture_output=True,
            check=True,
        )
    times: dict[str, float] = json.loads(done.stdout)
    return times


def _blocks(name: str, options: Options) -> Row:
    """Reads of an access handle, beside the cheapest call that blocks."""
    count = options.batch(2000)
    with tempfile.TemporaryDirectory() as folder:
        filesystem = _filesystem(name, folder)
        filesystem.write_bytes("block", bytes(64 * 1024))
        with atoll.sync.Isolate() as isolate:
            isolate.define_function("nothing", lambda: None)
            isolate.install(Files(filesystem))
            isolate.eval(_GUEST)
            isolate.call("open")
            operations: tuple[Callable[[], object], ...] = (
                lambda: isolate.call("reads", count),
                lambda: isolate.call("calls", count),
            )
            measurements = [shared(count, operation) for operation in operations]
            interleave(2, *measurements)
            reads, calls = interleave(options.rounds(20), *measurements)
    return Row(
        f"4 KiB by an access handle, {name}",
        Figure("s", reads),
        "a synchronous call of a function that does nothing",
        Figure("s", calls),
        at_most(3, "call"),
    )


async def _memory(options: Options) -> Row:
    """What the isolate's process and this one grow by while 2 GiB stream through."""
    async with _guest(_Large()) as isolate:
        grown = []
        for _ in range(options.rounds(2)):
            before = (await isolate.statistics()).memory
            if options.quick:
                await isolate.eval(
                    "root.getFileHandle('x').then(f => f.getFile())"
                    ".then(f => f.slice(0, 2 ** 22).text()).then(t => t.length)"
                )
            else:
                await isolate.call("steps.stream", 0, "huge")
            grown.append(((await isolate.statistics()).memory - before) / MiB)
    return Row(
        "memory of the isolate after streaming 2 GiB, more than before",
        Figure("MiB", tuple(grown)),
        target=at_most_mib(64),
    )
