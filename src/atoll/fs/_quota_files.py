"""What files that are being written count for in a quota.

A staged content counts from its first byte, beside the content that it will replace. A file that
is open in place, by several handles perhaps, counts for the largest that any of them has made it,
until the last one knows better: where files are replaced as a whole, each has a copy of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atoll.fs._protocol import Buffer, OpenFile, Path, Staged

if TYPE_CHECKING:
    from atoll.fs._quota import QuotaFileSystem


class QuotaStage:
    """`Staged`, within a quota."""

    def __init__(self, owner: QuotaFileSystem, path: Path, staged: Staged, taken: int) -> None:
        self._owner = owner
        self._ledger = owner._measure()
        self._path = path
        self._staged = staged
        self._taken = taken
        self._open = True

    def check(self) -> None:
        """Count what it began with, which may be more by now; discard it if that is too much."""
        try:
            self._grow(self._staged.size())
        except BaseException:
            self.discard()
            raise

    def _grow(self, size: int) -> None:
        if size > self._taken:
            self._ledger.take(size - self._taken)
            self._taken = size

    def write(self, offset: int, data: Buffer) -> None:
        self._grow(offset + len(data))
        self._staged.write(offset, data)

    def truncate(self, size: int) -> None:
        self._grow(size)
        self._staged.truncate(size)
        self._ledger.take(size - self._taken)
        self._taken = size

    def size(self) -> int:
        return self._staged.size()

    def commit(self) -> None:
        with self._owner._lock:
            size = self._staged.size()  # what could not be written does not count
            old = self._owner._size(self._path)
            with self._ledger.taken(entries=1 if old is None else 0):
                self._staged.commit()
            self._open = False
            self._ledger.add(size - self._taken - (old or 0), 0)

    def discard(self) -> None:
        if self._open:
            self._open = False
            self._ledger.take(-self._taken)
        self._staged.discard()


class _InPlace:
    """A file that is open in place.

    Attributes:
        handles: how many have it open.
        counted: bytes that it counts for.
        is_there: whether it is still at the path that it was opened by.
    """

    def __init__(self, counted: int) -> None:
        self.handles = 0
        self.counted = counted
        self.is_there = True


class InPlaceTable:
    """The files of a file system that are open in place."""

    def __init__(self, owner: QuotaFileSystem) -> None:
        self._owner = owner
        self._files: dict[Path, _InPlace] = {}

    def add(self, path: Path, file: OpenFile) -> QuotaFile:
        """One more handle."""
        self._owner._measure()
        with self._owner._lock:
            shared = self._files.get(path)
            if shared is None:
                shared = self._files[path] = _InPlace(self._owner._size(path) or 0)
            shared.handles += 1
            return QuotaFile(self, path, file, shared)

    def forget(self, path: Path) -> None:
        """What was there is not there any more; only the owner does that to what is open."""
        for other in [other for other in self._files if other[: len(path)] == path]:
            shared = self._files.pop(other)
            shared.counted = 0
            shared.is_there = False

    def grow(self, shared: _InPlace, size: int) -> None:
        """Count a file that becomes as large as that."""
        with self._owner._lock:
            more = size - shared.counted
            if more > 0:
                self._owner._ledger.take(more)
                shared.counted = size

    def settle(self, path: Path, shared: _InPlace, size: int) -> None:
        """Count what is there, now that one handle at most has the file open.

        Args:
            path: of the file.
            shared: the file.
            size: what its only handle takes it for.
        """
        with self._owner._lock:
            if shared.handles > 1:
                return
            if shared.is_there:
                size = max(size, self._owner._size(path) or 0)
            self._owner._ledger.add(size - shared.counted, 0)
            shared.counted = size

    def close(self, path: Path, shared: _InPlace) -> None:
        """One handle less."""
        with self._owner._lock:
            shared.handles -= 1
            if shared.handles == 0:
                self.settle(path, shared, 0)
                if shared.is_there:
                    del self._files[path]


class QuotaFile:
    """`OpenFile`, within a quota."""

    def __init__(self, table: InPlaceTable, path: Path, file: OpenFile, shared: _InPlace) -> None:
        self._table = table
        self._path = path
        self._file = file
        self._shared = shared
        self._open = True
        self.read = file.read
        self.read_now = file.read_now
        self.size = file.size

    def write(self, offset: int, data: Buffer) -> None:
        end = offset + len(data)
        if end > self._shared.counted:
            self._table.grow(self._shared, end)
        self._file.write(offset, data)

    def write_now(self, offset: int, data: Buffer) -> bool:
        end = offset + len(data)
        if end > self._shared.counted:
            self._table.grow(self._shared, end)
        return self._file.write_now(offset, data)

    def truncate(self, size: int) -> None:
        self._table.grow(self._shared, size)
        try:
            self._file.truncate(size)
        finally:
            self._settle()

    def flush(self) -> None:
        try:
            self._file.flush()
        finally:
            self._settle()

    def _settle(self) -> None:
        self._table.settle(self._path, self._shared, self._file.size())

    def close(self) -> None:
        try:
            self._file.close()
        finally:
            if self._open:
                self._open = False
                self._table.close(self._path, self._shared)
