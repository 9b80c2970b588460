"""File systems to test with, and guest helpers."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from atoll import Isolate
from atoll.encoding import Encoding
from atoll.fs import (
    Access,
    DirectoryFileSystem,
    Files,
    FilesHandle,
    FileSystem,
    MemoryFileSystem,
    MountFileSystem,
)

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

BACKENDS: Final[dict[str, Make]] = {
    "memory": lambda _: MemoryFileSystem(),
    "directory": lambda folder: DirectoryFileSystem(folder, writable=True),
    "directory-walk": lambda folder: DirectoryFileSystem(folder, writable=True, _use_openat2=False),
    "mounts": lambda folder: MountFileSystem(
        {"/": MemoryFileSystem(), "disk": DirectoryFileSystem(folder, writable=True)}
    ),
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
        code = f"""async (name, args) => {{
            const {{ put, make, text, fails, names }} = T;
            const root = await navigator.storage.getDirectory();
            const dir = await root.getDirectoryHandle(name, {{ create: true }});
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
    elif isinstance(filesystem, DirectoryFileSystem):
        filesystem.close()
