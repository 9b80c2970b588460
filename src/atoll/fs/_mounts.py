"""Several file systems in one tree."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from atoll.fs._names import split
from atoll.fs._protocol import FileSystem, Kind, OpenFile, Path, Staged, Stat, Usage


class MountFileSystem(FileSystem):
    """Mounts file systems at paths: ``MountFileSystem({"/": memory, "data/in": directory})``.

    Without one at ``"/"``, the directories on the way to the mounts are all that the root holds. A
    mount hides what its parent has of that name, and cannot be moved or removed.

    Attributes:
        mounts: what is mounted, by path.
    """

    def __init__(self, mounts: Mapping[str, FileSystem]) -> None:
        """Make the tree.

        Args:
            mounts: file systems by path.

        Raises:
            ValueError: a path makes no sense, or occurs twice.
        """
        self.mounts = dict(mounts)
        self._mounts: dict[Path, FileSystem] = {}
        self._ways: dict[Path, dict[str, None]] = {}
        for text, filesystem in mounts.items():
            path = split(text)
            if path in self._mounts:
                raise ValueError(f"two file systems are mounted at {text!r}")
            self._mounts[path] = filesystem
            for depth in range(len(path)):
                self._ways.setdefault(path[:depth], {})[path[depth]] = None
        self.blocking = any(filesystem.blocking for filesystem in mounts.values())
        self.quick = all(found.quick or not found.blocking for found in mounts.values())

    def locate(self, path: Path) -> tuple[FileSystem, Path]:
        """The file system that keeps an entry, and the path there."""
        found = self._find(path)
        return (self, path) if found is None else found[0].locate(found[1])

    def _find(self, path: Path) -> tuple[FileSystem, Path] | None:
        for depth in range(len(path), -1, -1):
            filesystem = self._mounts.get(path[:depth])
            if filesystem is not None:
                return filesystem, path[depth:]
        return None

    def _at(self, path: Path) -> tuple[FileSystem, Path]:
        found = self._find(path)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return found

    def _changing(self, path: Path) -> tuple[FileSystem, Path]:
        """The same, for something that is neither a mount nor on the way to one."""
        if path in self._mounts or path in self._ways:
            raise PermissionError(errno.EBUSY, os.strerror(errno.EBUSY))
        found = self._find(path)
        if found is None:
            raise PermissionError(errno.EROFS, os.strerror(errno.EROFS))
        return found

    def stat(self, path: Path) -> Stat:
        """What is at ``path``."""
        if path in self._ways and path not in self._mounts:
            return Stat("directory")
        filesystem, inner = self._at(path)
        return filesystem.stat(inner)

    def scan(self, path: Path) -> Iterator[tuple[str, Kind]]:
        """Names and kinds in a directory, mounts first."""
        mounted = self._ways.get(path, {})
        for name in mounted:
            yield name, "directory"
        found = self._find(path)
        if found is None:
            return
        entries = found[0].scan(found[1])
        try:
            for name, kind in entries:
                if name not in mounted:
                    yield name, kind
        except FileNotFoundError:
            if not mounted:  # otherwise a directory that only leads to a mount
                raise

    def read(self, path: Path, offset: int, size: int) -> bytes:
        """``size`` bytes of a file."""
        filesystem, inner = self._at(path)
        return filesystem.read(inner, offset, size)

    def read_version(self, path: Path, offset: int, size: int, tag: str) -> bytes:
        """The same, of that version."""
        filesystem, inner = self._at(path)
        return filesystem.read_version(inner, offset, size, tag)

    def write(self, path: Path, content: BinaryIO) -> None:
        """Make a file, or the new content of one."""
        filesystem, inner = self._changing(path)
        filesystem.write(inner, content)

    def make_directory(self, path: Path) -> None:
        """Make a directory."""
        filesystem, inner = self._changing(path)
        filesystem.make_directory(inner)

    def create(self, path: Path) -> None:
        """Make an empty file unless there is one."""
        filesystem, inner = self._changing(path)
        filesystem.create(inner)

    def remove(self, path: Path) -> None:
        """Remove a file or an empty directory."""
        filesystem, inner = self._changing(path)
        filesystem.remove(inner)

    def remove_tree(self, path: Path) -> None:
        """Remove a directory and everything in it."""
        filesystem, inner = self._changing(path)
        filesystem.remove_tree(inner)

    def move(self, source: Path, target: Path) -> None:
        """Move a file or directory, by copying it from one file system to another if need be."""
        filesystem, inner = self._changing(source)
        other, target_inner = self._changing(target)
        if filesystem is other:
            filesystem.move(inner, target_inner)
        else:
            super().move(source, target)

    def stage(self, path: Path, *, keep: bool) -> Staged:
        """Begin the next content of a file."""
        filesystem, inner = self._at(path)
        return filesystem.stage(inner, keep=keep)

    def open(self, path: Path, *, writable: bool) -> OpenFile:
        """Open a file in place."""
        filesystem, inner = self._at(path)
        return filesystem.open(inner, writable=writable)

    def usage(self) -> Usage:
        """What all of them hold; a quota only where all have one."""
        all_of = [filesystem.usage() for filesystem in self._mounts.values()]
        quotas = [usage.max_bytes for usage in all_of if usage.max_bytes is not None]
        limits = [usage.max_entries for usage in all_of if usage.max_entries is not None]
        return Usage(
            sum(usage.bytes for usage in all_of),
            sum(usage.entries for usage in all_of),
            sum(quotas) if len(quotas) == len(all_of) else None,
            sum(limits) if len(limits) == len(all_of) else None,
        )
