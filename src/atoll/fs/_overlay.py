"""Writes in one file system, over another one that is only read."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from collections.abc import Iterator
from typing import BinaryIO

from atoll.fs._memory import MemoryFileSystem
from atoll.fs._protocol import (
    COPY_SIZE,
    FileSystem,
    Kind,
    OpenFile,
    Path,
    Staged,
    Stat,
    Usage,
)


class OverlayFileSystem(FileSystem):
    """Shows ``base``, and keeps every change in ``upper``: in memory, unless told otherwise.

    ::

        files = OverlayFileSystem(DirectoryFileSystem("project"))
        …
        files.upper.to_mapping(), files.removed  # what the guest has changed

    Attributes:
        base: never written to.
        upper: new and changed files, and the directories on the way to them.
    """

    def __init__(self, base: FileSystem, upper: FileSystem | None = None) -> None:
        """Lay ``upper``, which has to be empty and writable, over ``base``."""
        self.base = base
        self.upper = MemoryFileSystem() if upper is None else upper
        self.blocking = base.blocking or self.upper.blocking
        self.quick = all(layer.quick or not layer.blocking for layer in (base, self.upper))
        self._hidden: set[Path] = set()
        self._lock = threading.RLock()

    @property
    def removed(self) -> set[str]:
        """Paths of what the base has and guests have removed, or replaced by something new."""
        return {"/".join(path) for path in self._hidden}

    # Looking

    def _is_hidden(self, path: Path) -> bool:
        return any(path[:depth] in self._hidden for depth in range(len(path) + 1))

    def _stat_in(self, layer: FileSystem, path: Path) -> Stat | None:
        if layer is self.base and self._is_hidden(path):
            return None
        try:
            return layer.stat(path)
        except (FileNotFoundError, NotADirectoryError):
            return None

    def stat(self, path: Path) -> Stat:
        """What is at ``path``."""
        if not path:
            return Stat("directory")
        for layer, mark in ((self.upper, "u"), (self.base, "b")):
            found = self._stat_in(layer, path)
            if found is not None:
                return Stat(found.kind, found.size, found.modified, mark + found.tag)
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))

    def scan(self, path: Path) -> Iterator[tuple[str, Kind]]:
        """Names and kinds in a directory."""
        if self.stat(path).kind != "directory":
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        seen = set()
        if self._stat_in(self.upper, path) is not None:
            for name, kind in self.upper.scan(path):
                seen.add(name)
                yield name, kind
        if self._stat_in(self.base, path) is not None:
            for name, kind in self.base.scan(path):
                if name not in seen and (*path, name) not in self._hidden:
                    yield name, kind

    def _layer(self, path: Path) -> FileSystem:
        """The one that has a file."""
        if self._stat_in(self.upper, path) is not None:
            return self.upper
        if self._is_hidden(path):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return self.base

    def read(self, path: Path, offset: int, size: int) -> bytes:
        """``size`` bytes of a file."""
        return self._layer(path).read(path, offset, size)

    def read_version(self, path: Path, offset: int, size: int, tag: str) -> bytes:
        """The same, of that version."""
        layer = self._layer(path)
        mark = "u" if layer is self.upper else "b"
        return layer.read_version(path, offset, size, tag[1:] if tag[:1] == mark else "changed")

    # Changing

    def _make_way(self, path: Path) -> None:
        """Make the directories above an entry in the upper layer."""
        for depth in range(1, len(path)):
            if self.stat(path[:depth]).kind != "directory":
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
            with contextlib.suppress(FileExistsError):
                self.upper.make_directory(path[:depth])

    def write(self, path: Path, content: BinaryIO) -> None:
        """Make a file, or the new content of one."""
        self._make_way(path)
        self.upper.write(path, content)

    def create(self, path: Path) -> None:
        """Make an empty file unless there is one."""
        with self._lock:
            try:
                found = self.stat(path)
            except FileNotFoundError:
                self._make_way(path)
                self.upper.create(path)
                return
            if found.kind == "directory":
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))

    def make_directory(self, path: Path) -> None:
        """Make a directory."""
        with self._lock:
            if self._stat_in(self.upper, path) or self._stat_in(self.base, path):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            self._make_way(path)
            self.upper.make_directory(path)

    def remove(self, path: Path) -> None:
        """Remove a file or an empty directory."""
        with self._lock:
            if self.stat(path).kind == "directory" and any(True for _ in self.scan(path)):
                raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY))
            if self._stat_in(self.upper, path) is not None:
                self.upper.remove(path)
            self._hide(path)

    def _hide(self, path: Path) -> None:
        if self._stat_in(self.base, path) is not None:
            self._hidden = {one for one in self._hidden if one[: len(path)] != path} | {path}

    def remove_tree(self, path: Path) -> None:
        """Remove a directory and everything in it."""
        with self._lock:
            if self._stat_in(self.upper, path) is not None:
                self.upper.remove_tree(path)
            self._hide(path)

    def move(self, source: Path, target: Path) -> None:
        """Move a file or directory: what is in the base is copied."""
        with self._lock:
            if self._stat_in(self.base, source) is None:
                self._make_way(target)
                self.upper.move(source, target)
            else:
                super().move(source, target)

    def stage(self, path: Path, *, keep: bool) -> Staged:
        """Begin the next content of a file."""
        with self._lock:
            self._make_way(path)
            if not keep or self._layer(path) is self.upper:
                return self.upper.stage(path, keep=keep)
            staged = self.upper.stage(path, keep=False)
            try:
                with self.base.open_to_read(path) as content:
                    while data := content.read(COPY_SIZE):
                        staged.write(staged.size(), data)
            except BaseException:
                staged.discard()
                raise
            return staged

    def open(self, path: Path, *, writable: bool) -> OpenFile:
        """Open a file in place, as a copy if it is to be written to."""
        with self._lock:
            layer = self._layer(path)
            if writable and layer is self.base:
                with self.base.open_to_read(path) as content:
                    self.write(path, content)
                layer = self.upper
            return layer.open(path, writable=writable)

    def usage(self) -> Usage:
        """What the upper layer holds."""
        return self.upper.usage()
