"""File entry locks (File System Standard § 2.2), with the modes of its successor drafts.

A lock is exclusive, or shared with others of the same kind only: several streams that each write a
copy of their own ("siloed"), several readers ("read-only"), several writers that have asked for it
("readwrite-unsafe"). An entry with a lock, or with one below it, is neither moved nor removed.
"""

from __future__ import annotations

import threading
from typing import Final, Literal

from atoll.fs._protocol import FileSystem, Path

Mode = Literal["exclusive", "siloed", "read-only", "readwrite-unsafe"]

_ATTRIBUTE: Final = "_atoll_locks"


class LockTable:
    """The locks of one file system, whichever isolates hold them."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._held: dict[Path, tuple[Mode, int]] = {}
        self._below: dict[Path, int] = {}

    def take(self, path: Path, mode: Mode) -> bool:
        """Take a lock; False when it cannot be had now."""
        with self._mutex:
            held = self._held.get(path)
            if held is not None and (mode == "exclusive" or held[0] != mode):
                return False
            self._held[path] = (mode, 1 if held is None else held[1] + 1)
            for depth in range(len(path)):
                self._below[path[:depth]] = self._below.get(path[:depth], 0) + 1
            return True

    def release(self, path: Path) -> None:
        """Give one back."""
        with self._mutex:
            mode, count = self._held[path]
            if count == 1:
                del self._held[path]
            else:
                self._held[path] = (mode, count - 1)
            for depth in range(len(path)):
                left = self._below[path[:depth]] - 1
                if left:
                    self._below[path[:depth]] = left
                else:
                    del self._below[path[:depth]]

    def is_locked(self, path: Path) -> bool:
        """Whether there is a lock on an entry or on anything below it."""
        with self._mutex:
            return path in self._held or path in self._below


def locks_of(filesystem: FileSystem) -> LockTable:
    """The locks of a file system: kept by the object, as several isolates may share it."""
    table = vars(filesystem).setdefault(_ATTRIBUTE, LockTable())
    assert isinstance(table, LockTable)  # noqa: S101 - for the type checker
    return table
