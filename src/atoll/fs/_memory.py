"""Files in the memory of the host's process."""

from __future__ import annotations

import errno
import itertools
import os
import threading
import time
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final

from atoll.fs._ledger import Ledger
from atoll.fs._names import split_file
from atoll.fs._prefault import prefault
from atoll.fs._protocol import (
    Buffer,
    FileChanged,
    FileSystem,
    Kind,
    Path,
    QuotaExceeded,
    Stat,
    Usage,
)
from atoll.limits import MiB

_READ_ONLY: Final = "the file is open for reading only"
_serials: Final = itertools.count(1)


class _File:
    __slots__ = ("data", "modified", "removed", "serial", "version")

    def __init__(self) -> None:
        self.data = bytearray()
        self.serial = next(_serials)
        self.version = 0
        self.modified = time.time()
        self.removed = False

    def changed(self) -> None:
        self.version += 1
        self.modified = time.time()


class _Directory:
    __slots__ = ("children", "modified")

    def __init__(self) -> None:
        self.children: dict[str, _File | _Directory] = {}
        self.modified = time.time()


_Node = _File | _Directory


class MemoryFileSystem(FileSystem):
    """Files in memory, from nothing or from a mapping of paths to contents.

    ::

        files = MemoryFileSystem({"in/data.json": b"[1, 2]"}, max_bytes=64 * MiB)

    May be shared by isolates, also of several threads.
    """

    blocking = False

    def __init__(
        self,
        files: Mapping[str, bytes | str] | None = None,
        *,
        max_bytes: int | None = 256 * MiB,
        max_entries: int | None = 100_000,
    ) -> None:
        """Make it.

        Args:
            files: contents by path (``"folder/name"``); text becomes UTF-8. Counts.
            max_bytes: of all files together, content that is not committed included. ``None``
                leaves the host's memory to the guest.
            max_entries: files and directories.

        Raises:
            ValueError: a path makes no sense.
            QuotaExceeded: ``files`` is more than that.
        """
        self._lock = threading.RLock()
        self._ledger = Ledger(max_bytes, max_entries)
        self._root = _Directory()
        for name, content in (files or {}).items():
            self._put(
                split_file(name), content.encode() if isinstance(content, str) else bytes(content)
            )

    def _put(self, path: Path, content: bytes) -> None:
        for depth in range(1, len(path)):
            if path[:depth] and not isinstance(self._find(path[:depth]), _Directory):
                self.make_directory(path[:depth])
        self.create(path)
        staged = self.stage(path, keep=False)
        staged.write(0, content)
        staged.commit()

    # Looking

    def _find(self, path: Path) -> _Node | None:
        node: _Node | None = self._root
        for name in path:
            if not isinstance(node, _Directory):
                return None
            node = node.children.get(name)
        return node

    def _node(self, path: Path) -> _Node:
        node = self._find(path)
        if node is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return node

    def _file(self, path: Path) -> _File:
        node = self._node(path)
        if not isinstance(node, _File):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        return node

    def _directory(self, path: Path) -> _Directory:
        node = self._node(path)
        if not isinstance(node, _Directory):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        return node

    def stat(self, path: Path) -> Stat:
        """What is at ``path``."""
        with self._lock:
            node = self._node(path)
            if isinstance(node, _Directory):
                return Stat("directory", modified=node.modified)
            return Stat("file", len(node.data), node.modified, self._tag(node))

    def _tag(self, node: _File) -> str:
        # A file that takes the place of another one must not pass for it.
        return f"{node.serial}.{node.version}"

    def scan(self, path: Path) -> Iterator[tuple[str, Kind]]:
        """Names and kinds in a directory."""
        with self._lock:
            children = self._directory(path).children
            names = list(children)
        for name in names:
            child = children.get(name)
            if child is not None:
                yield name, "file" if isinstance(child, _File) else "directory"

    def read(self, path: Path, offset: int, size: int) -> bytes:
        """``size`` bytes of a file."""
        with self._lock:
            return _slice(self._file(path).data, offset, size)

    def read_version(self, path: Path, offset: int, size: int, tag: str) -> bytes:
        """The same, of that version."""
        with self._lock:
            node = self._node(path)
            if not isinstance(node, _File) or self._tag(node) != tag:
                raise FileChanged("the file has changed")
            return _slice(node.data, offset, size)

    # Changing

    def _parent(self, path: Path) -> _Directory:
        return self._directory(path[:-1])

    def write(self, path: Path, content: BinaryIO) -> None:
        """Make a file, or the new content of one."""
        with self._lock:
            staged = self.stage(path, keep=False)
            try:
                while data := content.read(MiB):
                    staged.write(staged.size(), data)
                staged.commit()
            finally:
                staged.discard()

    def create(self, path: Path) -> None:
        """Make an empty file unless there is one."""
        with self._lock:
            parent = self._parent(path)
            found = parent.children.get(path[-1])
            if isinstance(found, _Directory):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            if found is None:
                self._ledger.take(entries=1)
                parent.children[path[-1]] = _File()

    def make_directory(self, path: Path) -> None:
        """Make a directory."""
        with self._lock:
            parent = self._parent(path)
            if path[-1] in parent.children:
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            self._ledger.take(entries=1)
            parent.children[path[-1]] = _Directory()

    def remove(self, path: Path) -> None:
        """Remove a file or an empty directory."""
        with self._lock:
            node = self._node(path)
            if isinstance(node, _Directory) and node.children:
                raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY))
            self._drop(path, node)

    def _drop(self, path: Path, node: _Node) -> None:
        del self._parent(path).children[path[-1]]
        self._give_back(node)

    def _give_back(self, node: _Node) -> None:
        if isinstance(node, _File):
            self._ledger.take(-len(node.data), -1)
            node.data = bytearray()
            node.removed = True
        else:
            self._ledger.take(entries=-1)

    def move(self, source: Path, target: Path) -> None:
        """Move a file or directory; a file replaces a file."""
        with self._lock:
            node = self._node(source)
            parent = self._parent(target)
            found = parent.children.get(target[-1])
            if found is node:
                return
            if isinstance(found, _Directory):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            if found is not None:
                if isinstance(node, _Directory):
                    raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
                self._drop(target, found)
            del self._parent(source).children[source[-1]]
            parent.children[target[-1]] = node

    def stage(self, path: Path, *, keep: bool) -> _MemoryStage:
        """Begin the next content of a file."""
        with self._lock:
            self._parent(path)
            return _MemoryStage(self, path, self._file(path).data if keep else b"")

    def open(self, path: Path, *, writable: bool) -> _MemoryFile:
        """Open a file in place."""
        with self._lock:
            return _MemoryFile(self, self._file(path), writable=writable)

    def usage(self) -> Usage:
        """What is used."""
        return self._ledger.usage()


def _slice(data: bytearray, offset: int, size: int) -> bytes:
    # One copy; the slice of a bytearray would be another.
    with memoryview(data) as view:
        return bytes(view[offset : offset + size])


def _write(ledger: Ledger, data: bytearray, offset: int, new: Buffer) -> None:
    end = offset + len(new)
    grown = end - len(data)
    if grown > 0:
        ledger.take(grown)
        _extend(ledger, data, offset - len(data), grown)
    if offset == len(data):
        prefault(data, len(new))
        data += new
    else:
        data[offset:end] = new


def _extend(ledger: Ledger, data: bytearray, zeros: int, taken: int) -> None:
    if zeros > 0:
        try:
            data.extend(bytes(zeros))
        except MemoryError:
            ledger.take(-taken)
            raise QuotaExceeded("the host has no memory left for this") from None


def _truncate(ledger: Ledger, data: bytearray, size: int) -> None:
    grown = size - len(data)
    ledger.take(grown)
    if grown > 0:
        _extend(ledger, data, grown, grown)
    else:
        del data[size:]


class _MemoryStage:
    def __init__(self, filesystem: MemoryFileSystem, path: Path, data: Buffer) -> None:
        self._filesystem = filesystem
        self._path = path
        self._ledger = filesystem._ledger
        self._ledger.take(len(data))
        self._data: bytearray | None = bytearray(data)

    def _open(self) -> bytearray:
        if self._data is None:
            raise ValueError("this has been committed or discarded")
        return self._data

    def write(self, offset: int, data: Buffer) -> None:
        _write(self._ledger, self._open(), offset, data)

    def truncate(self, size: int) -> None:
        _truncate(self._ledger, self._open(), size)

    def size(self) -> int:
        return len(self._open())

    def commit(self) -> None:
        with self._filesystem._lock:
            data = self._open()
            self._filesystem.create(self._path)  # it may have been removed meanwhile
            node = self._filesystem._file(self._path)
            self._ledger.take(-len(node.data))
            node.data, self._data = data, None
            node.changed()

    def discard(self) -> None:
        data, self._data = self._data, None
        if data is not None:
            self._ledger.take(-len(data))


class _MemoryFile:
    def __init__(self, filesystem: MemoryFileSystem, node: _File, *, writable: bool) -> None:
        self._ledger = filesystem._ledger
        self._lock = filesystem._lock
        self._node = node
        self._writable = writable

    def read(self, offset: int, size: int) -> bytes:
        with self._lock:
            return _slice(self._node.data, offset, size)

    def read_now(self, offset: int, size: int) -> bytes | None:
        return self.read(offset, size)

    def write(self, offset: int, data: Buffer) -> None:
        with self._changing():
            _write(self._ledger, self._node.data, offset, data)
            self._node.changed()

    def write_now(self, offset: int, data: Buffer) -> bool:
        self.write(offset, data)
        return True

    def truncate(self, size: int) -> None:
        with self._changing():
            _truncate(self._ledger, self._node.data, size)
            self._node.changed()

    def _changing(self) -> threading.RLock:
        if not self._writable:
            raise PermissionError(errno.EBADF, _READ_ONLY)
        if self._node.removed:  # by the owner, as a lock keeps guests from that
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        return self._lock

    def size(self) -> int:
        return len(self._node.data)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass
