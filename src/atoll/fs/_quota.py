"""Quotas around any file system."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import BinaryIO

from atoll.fs._ledger import Ledger
from atoll.fs._owner import walk
from atoll.fs._protocol import (
    FileSystem,
    Kind,
    OpenFile,
    Path,
    QuotaExceeded,
    Staged,
    Stat,
    Usage,
)
from atoll.fs._quota_files import InPlaceTable, QuotaStage


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
        # Held while something changes: what is counted must be what was there.
        self._lock = threading.RLock()
        self._in_place = InPlaceTable(self)

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
        with self._lock:
            if self._size(path) is not None:
                self.base.create(path)
                return
            self._check_name(path)
            with ledger.taken(entries=1):
                self.base.create(path)

    def make_directory(self, path: Path) -> None:
        """Make a directory."""
        self._check_name(path)
        ledger = self._measure()
        with self._lock, ledger.taken(entries=1):
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
        with self._lock:
            size = self._size(path)
            self.base.remove(path)
            ledger.take(-(size or 0), -1)
            self._in_place.forget(path)

    def remove_tree(self, path: Path) -> None:
        """Remove a directory and everything in it."""
        ledger = self._measure()
        with self._lock:
            size, count = _measure(self.base, path)
            try:
                self.base.remove_tree(path)
            except BaseException:
                self._measured = False  # some of it may have gone
                raise
            ledger.take(-size, -(count + bool(path)))
            self._in_place.forget(path)

    def move(self, source: Path, target: Path) -> None:
        """Move a file or directory; a file replaces a file."""
        ledger = self._measure()
        self._check_name(target)
        with self._lock:
            if len(target) > len(source) and self._size(source) is None:
                self._check_depth(source, self._max_depth - len(target))
            replaced = None if source == target else self._size(target)
            self.base.move(source, target)
            if replaced is not None:
                ledger.take(-replaced, -1)
            if source != target:
                self._in_place.forget(source)
                self._in_place.forget(target)

    def _check_depth(self, top: Path, deepest: int) -> None:
        for names, _ in walk(self.base, top, skip_unreadable=True):
            if len(names) - len(top) > deepest:
                raise QuotaExceeded(f"directories are nested {self._max_depth} deep at most")

    def stage(self, path: Path, *, keep: bool) -> Staged:
        """Begin the next content of a file."""
        ledger = self._measure()
        size = self._size(path)
        if size is None:
            self._check_name(path)
        taken = (size or 0) if keep else 0
        with ledger.taken(taken):
            staged = QuotaStage(self, path, self.base.stage(path, keep=keep), taken)
        staged.check()
        return staged

    def open(self, path: Path, *, writable: bool) -> OpenFile:
        """Open a file in place."""
        file = self.base.open(path, writable=writable)
        if not writable:
            return file
        try:
            return self._in_place.add(path, file)
        except BaseException:
            file.close()
            raise


def _measure(filesystem: FileSystem, path: Path) -> tuple[int, int]:
    size = count = 0
    for _, found in walk(filesystem, path, skip_unreadable=True):
        size += found.size
        count += 1
    return size, count
