"""Staging and editing for storage that can only replace a file as a whole.

The content is kept in memory while it is small, and in a temporary file that has no name from then
on, so nothing remains of it whatever happens.
"""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Final

from atoll.fs._protocol import COPY_SIZE, Buffer, QuotaExceeded

if TYPE_CHECKING:
    from atoll.fs._protocol import FileSystem, Path

_IN_MEMORY: Final = 1024 * 1024


class _Buffered:
    """A copy of a file's content."""

    def __init__(self, filesystem: FileSystem, path: Path, *, keep: bool) -> None:
        self._filesystem = filesystem
        self._path = path
        self._size = 0
        self._content = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115
        if keep:
            try:
                found = filesystem.stat(path)
                while self._size < found.size:
                    data = filesystem.read_version(path, self._size, COPY_SIZE, found.tag)
                    if not data:
                        break
                    _Buffered.write(self, self._size, data)
            except BaseException:
                self._content.close()
                raise

    def write(self, offset: int, data: Buffer) -> None:
        self._check(offset + len(data))
        if offset > self._size:
            self.truncate(offset)
        self._content.seek(offset)
        self._content.write(data)
        self._size = max(self._size, offset + len(data))

    def truncate(self, size: int) -> None:
        self._check(size)
        if self._size < size <= _IN_MEMORY:
            self._content.seek(self._size)
            self._content.write(bytes(size - self._size))
        else:
            if size > self._size:
                self._content.rollover()  # a hole in a real file takes no room
            self._content.truncate(size)
        self._size = size

    def _check(self, size: int) -> None:
        limit = self._filesystem.max_buffered_bytes
        if size > limit:
            raise QuotaExceeded(f"a file of this file system can have {limit} bytes at most")

    def size(self) -> int:
        return self._size

    def _store(self) -> None:
        self._content.seek(0)
        self._filesystem.write(self._path, self._content)  # type: ignore[arg-type]


class BufferedStage(_Buffered):
    """`Staged` for any file system."""

    def commit(self) -> None:
        try:
            self._store()
        finally:
            self._content.close()

    def discard(self) -> None:
        self._content.close()


class BufferedFile(_Buffered):
    """`OpenFile` for any file system: stored when it is flushed or closed."""

    def __init__(self, filesystem: FileSystem, path: Path, *, writable: bool) -> None:
        super().__init__(filesystem, path, keep=True)
        self._writable = writable
        self._dirty = False

    def read(self, offset: int, size: int) -> bytes:
        self._content.seek(offset)
        return self._content.read(size)

    def read_now(self, offset: int, size: int) -> bytes | None:
        # In memory, or in a temporary file of this machine's that was written just now.
        return self.read(offset, size)

    def write(self, offset: int, data: Buffer) -> None:
        self._changes()
        super().write(offset, data)

    def write_now(self, offset: int, data: Buffer) -> bool:
        self.write(offset, data)
        return True

    def truncate(self, size: int) -> None:
        self._changes()
        super().truncate(size)

    def _changes(self) -> None:
        if not self._writable:
            raise PermissionError("the file is open for reading only")
        self._dirty = True

    def flush(self) -> None:
        if self._dirty:
            self._store()
            self._dirty = False

    def close(self) -> None:
        if not self._content.closed:
            try:
                self.flush()
            finally:
                self._content.close()
