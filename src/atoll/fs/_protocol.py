"""What a file system is to Atoll: a small class that any storage can be put behind.

A path is a tuple of names; ``()`` is the root. The host half checks every name before a file system
sees it, so that no path holds a separator, ``.``, ``..``, NUL or a lone surrogate.

Only `FileSystem.stat`, `FileSystem.scan` and `FileSystem.read` have to be written; `write`,
`make_directory` and `remove` make it writable. The rest has a default that is built on those six,
and is overridden where the storage can do better. What a method raises is turned into the error of
the File System Standard by its class and ``errno``, so plain ``OSError`` subclasses are right.
"""

from __future__ import annotations

import abc
import errno
import io
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, Literal, Protocol

from atoll.fs._owner import OwnerMethods

Path = tuple[str, ...]
Kind = Literal["file", "directory"]
Buffer = bytes | bytearray | memoryview

COPY_SIZE: Final = 1024 * 1024


class FileChanged(OSError):
    """The content is not that of the asked version any more: ``NotReadableError`` in the guest."""


class NotAFile(OSError):
    """Something that is neither a file nor a directory: ``TypeMismatchError`` in the guest."""


class QuotaExceeded(OSError):
    """A quota does not allow it: ``QuotaExceededError`` in the guest."""

    def __init__(self, message: str) -> None:
        super().__init__(errno.EDQUOT, message)


@dataclass(frozen=True, slots=True)
class Stat:
    """What is known of an entry.

    Attributes:
        kind: ``"file"`` or ``"directory"``.
        size: bytes of a file.
        modified: seconds since the epoch.
        version: a text that is another one after each change of a file's content; by default made
            of `size` and `modified`.
    """

    kind: Kind
    size: int = 0
    modified: float = 0.0
    version: str = ""

    @property
    def tag(self) -> str:
        """The version, or what stands for it."""
        return self.version or f"{self.size}:{self.modified!r}"


@dataclass(frozen=True, slots=True)
class Usage:
    """What a file system holds, and may hold.

    Attributes:
        bytes: of all files, content that is not committed included.
        entries: files and directories, the root not counted.
        max_bytes: the quota, or ``None``.
        max_entries: the quota, or ``None``.
    """

    bytes: int = 0
    entries: int = 0
    max_bytes: int | None = None
    max_entries: int | None = None


class Staged(Protocol):
    """The next content of a file. Nothing of it is visible until `commit`."""

    def write(self, offset: int, data: Buffer) -> None:
        """Write, filling a gap before ``offset`` with zeros."""

    def truncate(self, size: int) -> None:
        """Cut, or extend with zeros."""

    def size(self) -> int:
        """Bytes so far."""

    def commit(self) -> None:
        """Make it the file's content, all at once."""

    def discard(self) -> None:
        """Give it up, unless it was committed. May be called more than once."""


class OpenFile(Protocol):
    """A file that is read and changed in place."""

    def read(self, offset: int, size: int) -> bytes:
        """Up to ``size`` bytes; fewer at the end."""

    def read_now(self, offset: int, size: int) -> bytes | None:
        """The same, unless it would have to wait for the storage: then ``None``."""

    def write(self, offset: int, data: Buffer) -> None:
        """Write, filling a gap before ``offset`` with zeros."""

    def write_now(self, offset: int, data: Buffer) -> bool:
        """The same, unless it would have to wait: then ``False``, and nothing is written."""

    def truncate(self, size: int) -> None:
        """Cut, or extend with zeros."""

    def size(self) -> int:
        """Bytes."""

    def flush(self) -> None:
        """Hand everything to the storage."""

    def close(self) -> None:
        """Flush and let go. May be called more than once."""


class FileSystem(OwnerMethods, abc.ABC):
    """The base of every backend. Methods are called from worker threads, one at a time.

    Attributes:
        blocking: whether methods may wait, for a disk or a network. They are called in a worker
            thread then; otherwise in the isolate's own.
        quick: whether what concerns single entries and few bytes hardly ever waits all the same, as
            on a local disk: it is done in the isolate's own thread then, until it does wait.
        max_buffered_bytes: largest file that the guest may write where files can only be replaced
            as a whole, and are staged in a temporary file until then.
    """

    blocking: bool = True
    quick: bool = False
    max_buffered_bytes: int = 1024**3

    # To be written

    @abc.abstractmethod
    def stat(self, path: Path) -> Stat:
        """What is at ``path``.

        Raises:
            FileNotFoundError: nothing is.
        """

    @abc.abstractmethod
    def scan(self, path: Path) -> Iterator[tuple[str, Kind]]:
        """Names and kinds in a directory, one after the other, in any order.

        An iterator that holds a resource has a ``close`` method, as generators do.
        """

    @abc.abstractmethod
    def read(self, path: Path, offset: int, size: int) -> bytes:
        """``size`` bytes of a file; fewer at its end."""

    # To be written for a file system that can be written to

    def write(self, path: Path, content: BinaryIO) -> None:
        """Make what ``content`` has to read a file, or the new content of one, all at once."""
        raise PermissionError(errno.EROFS, "this file system is read-only")

    def make_directory(self, path: Path) -> None:
        """Make a directory, whose parent exists.

        Raises:
            FileExistsError: something is there.
        """
        raise PermissionError(errno.EROFS, "this file system is read-only")

    def remove(self, path: Path) -> None:
        """Remove a file or an empty directory.

        Raises:
            OSError: with ``errno.ENOTEMPTY``, for a directory that is not empty.
        """
        raise PermissionError(errno.EROFS, "this file system is read-only")

    # Built on those

    def create(self, path: Path) -> None:
        """Make an empty file unless there is one.

        Raises:
            IsADirectoryError: there is a directory.
        """
        try:
            found = self.stat(path)
        except FileNotFoundError:
            self.write(path, io.BytesIO())
            return
        if found.kind == "directory":
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))

    def read_version(self, path: Path, offset: int, size: int, tag: str) -> bytes:
        """The same as `read`, if the content is still that of `Stat.tag`.

        Raises:
            FileChanged: it is not.
        """
        found = self.stat(path)
        if found.kind != "file" or found.tag != tag:
            raise FileChanged("the file has changed")
        return self.read(path, offset, size)

    def stage(self, path: Path, *, keep: bool) -> Staged:
        """Begin the next content of a file.

        Args:
            path: of the file, which may not exist yet unless ``keep``; its directory does.
            keep: begin with its present content instead of nothing.
        """
        from atoll.fs._buffered import BufferedStage

        self._demand_write()
        return BufferedStage(self, path, keep=keep)

    def open(self, path: Path, *, writable: bool) -> OpenFile:
        """Open a file in place."""
        from atoll.fs._buffered import open_copy

        if writable:
            self._demand_write()
        return open_copy(self, path, writable=writable)

    def _demand_write(self) -> None:
        """Raise at once, not when everything has been written to a copy."""
        if type(self).write is FileSystem.write:
            raise PermissionError(errno.EROFS, "this file system is read-only")

    def remove_tree(self, path: Path) -> None:
        """Remove a directory and everything in it; of the root, only what is in it."""
        for name, kind in list(self.scan(path)):
            if kind == "directory":
                self.remove_tree((*path, name))
            else:
                self.remove((*path, name))
        if path:
            self.remove(path)

    def move(self, source: Path, target: Path) -> None:
        """Move a file or directory; a file replaces a file.

        Raises:
            OSError: with ``errno.ENOTEMPTY`` or ``EISDIR``, when a directory is in the way.
        """
        from atoll.fs._moving import move_by_copying

        move_by_copying(self, source, target)

    def usage(self) -> Usage:
        """What is used, as far as that is known."""
        return Usage()

    def locate(self, path: Path) -> tuple[FileSystem, Path]:
        """The file system that keeps an entry, and the path there. Locks are taken by these."""
        return self, path

    def open_to_read(self, path: Path) -> BinaryIO:
        """A file as a Python file object, for the owner."""
        return io.BufferedReader(_Reader(self, path), COPY_SIZE)


class _Reader(io.RawIOBase):
    """A file of a file system as Python's own kind of file."""

    def __init__(self, filesystem: FileSystem, path: Path) -> None:
        self._filesystem = filesystem
        self._path = path
        self._tag = filesystem.stat(path).tag
        self._offset = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        data = self._filesystem.read_version(self._path, self._offset, len(view), self._tag)
        view[: len(data)] = data
        self._offset += len(data)
        return len(data)
