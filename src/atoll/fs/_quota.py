"""Quotas around any file system."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import BinaryIO

from atoll.fs._ledger import Ledger
from atoll.fs._owner import walk
from atoll.fs._protocol import (
    Buffer,
    FileSystem,
    Kind,
    OpenFile,
    Path,
    QuotaExceeded,
    Staged,
    Stat,
    Usage,
)


class QuotaFileSystem(FileSystem):
    """Bounds what guests may put into a file system.

    What is there already counts: it is measured before the first change, by a walk through it.
    Later changes that others make beside this object are not seen.
    """

    def __init__(
        self,
        base: FileSystem,
        *,
        max_bytes: int | None = None,
        max_entries: int | None = None,
        max_name_bytes: int = 255,
        max_depth: int = 64,
    ) -> None:
        """Put quotas around ``base``.

        Args:
            base: where everything is kept.
            max_bytes: of all files, content that is not committed included; ``None`` for no limit.
            max_entries: files and directories; ``None`` for no limit.
            max_name_bytes: of a new name, as UTF-8.
            max_depth: names in a new path.
        """
        self.base = base
        self.blocking = base.blocking
        self.quick = base.quick
        self.max_buffered_bytes = base.max_buffered_bytes
        self._max_name_bytes = max_name_bytes
        self._max_depth = max_depth
        self._limits = (max_bytes, max_entries)
        self._ledger = Ledger(*self._limits)
        self._measured = False
        self._lock = threading.RLock()

    # Accounting

    def _measure(self) -> Ledger:
        with self._lock:
            if not self._measured:
                self._ledger = Ledger(*self._limits)
                size, count = _measure(self.base, ())
                self._ledger.add(size, count)
                self._measured = True
            return self._ledger

    def _check_name(self, path: Path) -> None:
        if len(path[-1].encode()) > self._max_name_bytes:
            raise QuotaExceeded(f"a name can have {self._max_name_bytes} bytes at most")
        if len(path) > self._max_depth:
            raise QuotaExceeded(f"directories are nested {self._max_depth} deep at most")

    def _size(self, path: Path) -> int | None:
        """Bytes of the file there, if there is one."""
        try:
            found = self.base.stat(path)
        except FileNotFoundError:
            return None
        return found.size if found.kind == "file" else None

    # Looking

    def stat(self, path: Path) -> Stat:
        """What is at ``path``."""
        return self.base.stat(path)

    def scan(self, path: Path) -> Iterator[tuple[str, Kind]]:
        """Names and kinds in a directory."""
        return self.base.scan(path)

    def read(self, path: Path, offset: int, size: int) -> bytes:
        """``size`` bytes of a file."""
        return self.base.read(path, offset, size)

    def read_version(self, path: Path, offset: int, size: int, tag: str) -> bytes:
        """The same, of that version."""
        return self.base.read_version(path, offset, size, tag)

    def locate(self, path: Path) -> tuple[FileSystem, Path]:
        """The file system that keeps an entry, and the path there."""
        return self.base.locate(path)

    def usage(self) -> Usage:
        """What is used."""
        return self._measure().usage()

    # Changing

    def create(self, path: Path) -> None:
        """Make an empty file unless there is one."""
        ledger = self._measure()
        if self._size(path) is not None:
            self.base.create(path)
            return
        self._check_name(path)
        with ledger.taken(entries=1):
            self.base.create(path)

    def make_directory(self, path: Path) -> None:
        """Make a directory."""
        self._check_name(path)
        with self._measure().taken(entries=1):
            self.base.make_directory(path)

    def write(self, path: Path, content: BinaryIO) -> None:
        """Make a file, or the new content of one."""
        staged = self.stage(path, keep=False)
        try:
            while data := content.read(1024 * 1024):
                staged.write(staged.size(), data)
            staged.commit()
        finally:
            staged.discard()

    def remove(self, path: Path) -> None:
        """Remove a file or an empty directory."""
        ledger = self._measure()
        size = self._size(path)
        self.base.remove(path)
        ledger.take(-(size or 0), -1)

    def remove_tree(self, path: Path) -> None:
        """Remove a directory and everything in it."""
        ledger = self._measure()
        size, count = _measure(self.base, path)
        try:
            self.base.remove_tree(path)
        except BaseException:
            self._measured = False  # some of it may have gone
            raise
        ledger.take(-size, -(count + bool(path)))

    def move(self, source: Path, target: Path) -> None:
        """Move a file or directory; a file replaces a file."""
        ledger = self._measure()
        self._check_name(target)
        replaced = None if source == target else self._size(target)
        self.base.move(source, target)
        if replaced is not None:
            ledger.take(-replaced, -1)

    def stage(self, path: Path, *, keep: bool) -> Staged:
        """Begin the next content of a file."""
        ledger = self._measure()
        if self._size(path) is None:
            self._check_name(path)
        size = (self._size(path) or 0) if keep else 0
        ledger.take(size)
        try:
            return _Stage(self, path, self.base.stage(path, keep=keep), size)
        except BaseException:
            ledger.take(-size)
            raise

    def open(self, path: Path, *, writable: bool) -> OpenFile:
        """Open a file in place."""
        file = self.base.open(path, writable=writable)
        return _File(self._measure(), file) if writable else file


def _measure(filesystem: FileSystem, path: Path) -> tuple[int, int]:
    size = count = 0
    for _, found in walk(filesystem, path):
        size += found.size
        count += 1
    return size, count


class _Stage:
    def __init__(self, owner: QuotaFileSystem, path: Path, staged: Staged, size: int) -> None:
        self._owner = owner
        self._ledger = owner._measure()
        self._path = path
        self._staged = staged
        self._taken = size
        self._open = True

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
        old = self._owner._size(self._path)
        if old is None:
            self._ledger.take(entries=1)
        try:
            self._staged.commit()
        except BaseException:
            if old is None:
                self._ledger.take(entries=-1)
            raise
        self._open = False
        self._ledger.take(-(old or 0))

    def discard(self) -> None:
        if self._open:
            self._open = False
            self._ledger.take(-self._taken)
        self._staged.discard()


class _File:
    def __init__(self, ledger: Ledger, file: OpenFile) -> None:
        self._ledger = ledger
        self._file = file
        self._size = file.size()
        self.read = file.read
        self.read_now = file.read_now
        self.size = file.size
        self.flush = file.flush
        self.close = file.close

    def _grow(self, size: int) -> int:
        """Take what a file of that size needs more; returns what that is."""
        more = max(0, size - self._size)
        self._ledger.take(more)
        return more

    def write(self, offset: int, data: Buffer) -> None:
        self._write(offset, data, now=False)

    def write_now(self, offset: int, data: Buffer) -> bool:
        return self._write(offset, data, now=True)

    def _write(self, offset: int, data: Buffer, *, now: bool) -> bool:
        more = self._grow(offset + len(data))
        written = False
        try:
            if now:
                written = self._file.write_now(offset, data)
            else:
                self._file.write(offset, data)
                written = True
        finally:
            if written:
                self._size += more
            else:
                self._ledger.take(-more)
        return written

    def truncate(self, size: int) -> None:
        more = self._grow(size)
        try:
            self._file.truncate(size)
        except BaseException:
            self._ledger.take(-more)
            raise
        if more == 0:
            self._ledger.take(size - self._size)
        self._size = size
