"""File systems to test with, and guest helpers."""

from __future__ import annotations

import errno
import itertools
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

import fsspec

from atoll import Isolate, MiB
from atoll.encoding import Encoding
from atoll.fs import (
    Access,
    DirectoryFileSystem,
    Files,
    FilesHandle,
    FileSystem,
    FsspecFileSystem,
    Kind,
    MemoryFileSystem,
    MountFileSystem,
    OverlayFileSystem,
    QuotaFileSystem,
    Stat,
)
from atoll.fs import Path as Path_

HELPERS: Final = """
globalThis.T = {
  put: async (handle, ...chunks) => {
    const stream = await handle.createWritable();
    for (const chunk of chunks) await stream.write(chunk);
    await stream.close();
    return handle;
  },
  make: async (dir, name, ...chunks) =>
    T.put(await dir.getFileHandle(name, { create: true }), ...chunks),
  text: async (handle) => (await handle.getFile()).text(),
  // The name of the error that a promise or a function fails with.
  fails: async (what) => {
    try {
      await (typeof what === "function" ? what() : what);
    } catch (error) {
      return error instanceof DOMException || error instanceof TypeError
        ? error.name
        : `not a DOMException: ${error}`;
    }
    return "no error";
  },
  names: async (dir) => (await Array.fromAsync(dir.keys())).sort(),
};
"""

Make = Callable[[Path], FileSystem]


class Plain(FileSystem):
    """What has to be written for a file system, and no more. Files are values of a dict."""

    def __init__(self) -> None:
        self.entries: dict[Path_, bytes | None] = {(): None}

    def stat(self, path: Path_) -> Stat:
        content = self._get(path)
        if content is None:
            return Stat("directory")
        return Stat("file", len(content), time.time(), version=str(id(content)))

    def _get(self, path: Path_) -> bytes | None:
        if path not in self.entries:
            raise FileNotFoundError
        return self.entries[path]

    def scan(self, path: Path_) -> Iterator[tuple[str, Kind]]:
        self._get(path)
        for entry, content in list(self.entries.items()):
            if entry and entry[:-1] == path:
                yield entry[-1], "directory" if content is None else "file"

    def read(self, path: Path_, offset: int, size: int) -> bytes:
        content = self._get(path)
        if content is None:
            raise IsADirectoryError
        return content[offset : offset + size]

    def write(self, path: Path_, content: BinaryIO) -> None:
        self._get(path[:-1])
        self.entries[path] = bytes(bytearray(content.read()))

    def make_directory(self, path: Path_) -> None:
        if path in self.entries:
            raise FileExistsError
        self._get(path[:-1])
        self.entries[path] = None

    def remove(self, path: Path_) -> None:
        if self._get(path) is None and any(True for _ in self.scan(path)):
            raise OSError(errno.ENOTEMPTY, "not empty")
        del self.entries[path]


def fsspec_memory() -> FileSystem:
    store = fsspec.filesystem("memory")
    root = f"/atoll-{next(_numbers)}"
    store.mkdir(root)
    return FsspecFileSystem(store, root, writable=True)


_numbers = itertools.count()

BACKENDS: Final[dict[str, Make]] = {
    "memory": lambda _: MemoryFileSystem(),
    "directory": lambda folder: DirectoryFileSystem(folder, writable=True),
    "directory-walk": lambda folder: DirectoryFileSystem(folder, writable=True, _use_openat2=False),
    "mounts": lambda folder: MountFileSystem(
        {"/": MemoryFileSystem(), "disk": DirectoryFileSystem(folder, writable=True)}
    ),
    "quota": lambda folder: QuotaFileSystem(
        DirectoryFileSystem(folder, writable=True), max_bytes=64 * MiB, max_entries=10_000
    ),
    "overlay": lambda folder: OverlayFileSystem(DirectoryFileSystem(folder)),
    "fsspec": lambda _: fsspec_memory(),
    "plain": lambda _: Plain(),
}


class Guest:
    """An isolate with files, and a fresh directory for each run."""

    _numbers = itertools.count()

    def __init__(self, isolate: Isolate, handle: FilesHandle) -> None:
        self.isolate = isolate
        self.files = handle

    async def run(self, body: str, *args: Any) -> Any:
        """Run the body of an async function that is given `root`, `dir`, helpers and `args`."""
        name = f"t{next(self._numbers)}"
        code = f"""async (_name, args) => {{
            const {{ put, make, text, fails, names }} = T;
            const root = await navigator.storage.getDirectory();
            const dir = await root.getDirectoryHandle(_name, {{ create: true }});
            {body}
        }}"""
        return await self.isolate.eval(code, name, list(args))


@asynccontextmanager
async def guest(
    filesystem: FileSystem, on_access: Callable[[Access], object] | None = None, **options: Any
) -> AsyncIterator[Guest]:
    try:
        async with Isolate() as isolate:
            await isolate.install(Encoding())
            handle = await isolate.install(Files(filesystem, on_access=on_access, **options))
            await isolate.eval(HELPERS)
            yield Guest(isolate, handle)
    finally:
        close(filesystem)


def close(filesystem: FileSystem) -> None:
    """Close directories, which garbage collection would do at some time."""
    if isinstance(filesystem, MountFileSystem):
        for inner in filesystem.mounts.values():
            close(inner)
    elif isinstance(filesystem, QuotaFileSystem | OverlayFileSystem):
        close(filesystem.base)
    elif isinstance(filesystem, DirectoryFileSystem):
        filesystem.close()
