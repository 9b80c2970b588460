"""Staging and editing for storage that can only replace a file as a whole.

The content is kept in memory while it is small, and in a temporary file that has no name from then
on, so nothing remains of it whatever happens.
"""

from __future__ import annotations

import tempfile
import threading
from typing import TYPE_CHECKING, Final

from atoll.fs._protocol import COPY_SIZE, Buffer, QuotaExceeded

if TYPE_CHECKING:
    from atoll.fs._protocol import FileSystem, Path

_IN_MEMORY: Final = 1024 * 1024
_ATTRIBUTE: Final = "_atoll_copies"


class _Buffered:
    """A copy of a file's content."""

    def __init__(self, filesystem: FileSystem, path: Path) -> None:
        self._filesystem = filesystem
        self._path = path
        self._size = 0
        self._content = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115

    def fill(self) -> None:
        """Begin with what the file has."""
        found = self._filesystem.stat(self._path)
        while self._size < found.size:
            data = self._filesystem.read_version(self._path, self._size, COPY_SIZE, found.tag)
            if not data:
                break
            self.write(self._size, data)

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

    def __init__(self, filesystem: FileSystem, path: Path, *, keep: bool) -> None:
        super().__init__(filesystem, path)
        if keep:
            try:
                self.fill()
            except BaseException:
                self.discard()
                raise

    def commit(self) -> None:
        try:
            self._store()
        finally:
            self._content.close()

    def discard(self) -> None:
        self._content.close()


class _Copy(_Buffered):
    """The content of a file that is open in place, for all that have it open.

    Attributes:
        lock: held by whoever uses it.
        handles: how many have it open.
        is_changed: since it was read or stored.
    """

    def __init__(self, filesystem: FileSystem, path: Path) -> None:
        super().__init__(filesystem, path)
        self.lock = threading.RLock()
        self.handles = 0
        self.is_changed = False
        self._is_filled = False

    def prepare(self) -> None:
        """Read it, if nobody has yet."""
        with self.lock:
            if not self._is_filled:
                self.fill()
                self._is_filled = True

    def read(self, offset: int, size: int) -> bytes:
        self._content.seek(offset)
        return self._content.read(size)

    def store(self) -> None:
        if self.is_changed:
            self._store()
            self.is_changed = False

    def close(self) -> None:
        self._content.close()


class _Copies:
    """The files of a file system that are open in place, whichever isolates have them open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[Path, _Copy] = {}

    def open(self, filesystem: FileSystem, path: Path) -> _Copy:
        with self._lock:
            copy = self._open.get(path)
            if copy is None:
                copy = self._open[path] = _Copy(filesystem, path)
            copy.handles += 1
        try:
            copy.prepare()
        except BaseException:
            self.close(path, copy)
            raise
        return copy

    def close(self, path: Path, copy: _Copy) -> None:
        with self._lock:
            copy.handles -= 1
            if copy.handles == 0:
                del self._open[path]
                copy.close()


def open_copy(filesystem: FileSystem, path: Path, *, writable: bool) -> BufferedFile:
    """Open a file in place where it can only be replaced as a whole."""
    copies = vars(filesystem).setdefault(_ATTRIBUTE, _Copies())
    assert isinstance(copies, _Copies)  # noqa: S101 - for the type checker
    return BufferedFile(copies, copies.open(filesystem, path), path, writable=writable)


class BufferedFile:
    """`OpenFile` for any file system: stored when it is flushed or closed."""

    def __init__(self, copies: _Copies, copy: _Copy, path: Path, *, writable: bool) -> None:
        self._copies = copies
        self._copy = copy
        self._path = path
        self._writable = writable
        self._open = True

    def read(self, offset: int, size: int) -> bytes:
        with self._copy.lock:
            return self._copy.read(offset, size)

    def read_now(self, offset: int, size: int) -> bytes | None:
        # In memory, or in a temporary file of this machine's that was written just now; unless
        # another handle stores it.
        if not self._copy.lock.acquire(blocking=False):
            return None
        try:
            return self._copy.read(offset, size)
        finally:
            self._copy.lock.release()

    def write(self, offset: int, data: Buffer) -> None:
        self._demand_writable()
        with self._copy.lock:
            self._copy.is_changed = True
            self._copy.write(offset, data)

    def write_now(self, offset: int, data: Buffer) -> bool:
        if not self._copy.lock.acquire(blocking=False):
            return False
        try:
            self.write(offset, data)
        finally:
            self._copy.lock.release()
        return True

    def truncate(self, size: int) -> None:
        self._demand_writable()
        with self._copy.lock:
            self._copy.is_changed = True
            self._copy.truncate(size)

    def _demand_writable(self) -> None:
        if not self._writable:
            raise PermissionError("the file is open for reading only")

    def size(self) -> int:
        return self._copy.size()

    def flush(self) -> None:
        with self._copy.lock:
            self._copy.store()

    def close(self) -> None:
        if self._open:
            self._open = False
            try:
                self.flush()
            finally:
                self._copies.close(self._path, self._copy)
