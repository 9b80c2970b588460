"""Whatever fsspec reaches: object stores, archives, repositories, other machines."""

from __future__ import annotations

import contextlib
import datetime
import errno
import os
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from atoll.fs._protocol import COPY_SIZE, FileSystem, Kind, OpenFile, Path, Staged, Stat

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_MEANINGFUL: Final = frozenset("%?#")
"""What may be understood as something else than a part of a name where names become URLs: an
encoded `..` would lead out of the root."""
_LITERAL: Final = frozenset(
    {"memory", "s3", "s3a", "gs", "gcs", "az", "abfs", "adl", "zip", "tar", "sftp", "ssh", "smb"}
)
"""Protocols that take each name as it is."""
_VERSIONS: Final = (
    "ETag",
    "etag",
    "md5",
    "checksum",
    "generation",
    "version_id",
    "sha",
    "hex",
    "CRC",
)
_TIMES: Final = (
    *("mtime", "LastModified", "last_modified", "updated", "modified", "created"),
    "date_time",  # of zip
)


class FsspecFileSystem(FileSystem):
    """A part of a file system of fsspec: ``FsspecFileSystem("s3://bucket/folder")``.

    Needs the extra: ``pip install atoll[fsspec]``. Files are replaced as a whole, from a temporary
    copy. Stores without directories forget the empty ones, and symbolic links on another machine
    are followed by that machine.
    """

    def __init__(
        self,
        source: str | AbstractFileSystem,
        root: str = "",
        *,
        writable: bool = False,
        **options: Any,
    ) -> None:
        """Describe what to reach.

        Args:
            source: a URL, or a file system that has been made.
            root: the folder in it that becomes the root.
            writable: let guests change it.
            options: for making the file system of a URL, such as credentials.

        Raises:
            ImportError: fsspec, or what it needs for that protocol, is not installed.
            ValueError: it is the local disk, whose links fsspec follows.
        """
        import fsspec
        from fsspec.implementations.local import LocalFileSystem

        if isinstance(source, str):
            source, beginning = fsspec.core.url_to_fs(source, **options)
            root = f"{beginning.rstrip('/')}/{root}" if root else beginning
        inner = source
        while inner is not None:
            if isinstance(inner, LocalFileSystem):
                raise ValueError(
                    "fsspec follows symbolic links of the local disk; use DirectoryFileSystem"
                )
            inner = getattr(inner, "fs", None)
        self._fs: Any = source
        # An archive has no names that begin with a separator, a server no others.
        self._root = root.rstrip("/") or root[:1]
        self._prefix = "" if self._root == "" else f"{self._root.rstrip('/')}/"
        protocols = [source.protocol] if isinstance(source.protocol, str) else source.protocol
        self._refused = frozenset() if _LITERAL.issuperset(protocols) else _MEANINGFUL
        self.writable = writable

    def _name(self, path: Path, *, changes: bool = False) -> str:
        if changes:
            self._demand_writable()
        for name in path:
            if not self._refused.isdisjoint(name):
                raise PermissionError(errno.EACCES, "a name with %, ? or #, in a URL")
        return self._prefix + "/".join(path) if path else self._root

    def _demand_writable(self) -> None:
        if not self.writable:
            raise PermissionError(errno.EROFS, os.strerror(errno.EROFS))

    def stat(self, path: Path) -> Stat:
        """What is at ``path``."""
        info = self._fs.info(self._name(path))
        if info["type"] == "directory":
            return Stat("directory")
        size = info.get("size")
        if info["type"] != "file" or type(size) is not int:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        modified = _modified(info)
        marks = [str(info[key]) for key in _VERSIONS if info.get(key)]
        return Stat("file", size, modified, ":".join([str(size), repr(modified), *marks]))

    def scan(self, path: Path) -> Iterator[tuple[str, Kind]]:
        """Names and kinds in a directory. fsspec lists all of them at once."""
        own = self._name(path).strip("/")
        for info in self._fs.ls(self._name(path), detail=True, refresh=True):
            full = str(info["name"]).strip("/")
            if full != own:
                kind: Kind = "directory" if info["type"] == "directory" else "file"
                yield full.rpartition("/")[2], kind

    def read(self, path: Path, offset: int, size: int) -> bytes:
        """``size`` bytes of a file."""
        # Some stores refuse a range that begins at the end.
        if size == 0 or offset >= self.stat(path).size:
            return b""
        data: bytes = self._fs.cat_file(self._name(path), start=offset, end=offset + size)
        return data

    def write(self, path: Path, content: BinaryIO) -> None:
        """Make a file, or the new content of one."""
        name = self._name(path, changes=True)
        if path[:-1] and self.stat(path[:-1]).kind != "directory":
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        with self._fs.open(name, "wb") as target:
            shutil.copyfileobj(content, target, COPY_SIZE)
        self._forget(path)

    def _forget(self, path: Path) -> None:
        self._fs.invalidate_cache(self._name(path[:-1]))

    def stage(self, path: Path, *, keep: bool) -> Staged:
        """Begin the next content of a file."""
        self._demand_writable()
        return super().stage(path, keep=keep)

    def open(self, path: Path, *, writable: bool) -> OpenFile:
        """Open a file in place."""
        if writable:
            self._demand_writable()
        return super().open(path, writable=writable)

    def make_directory(self, path: Path) -> None:
        """Make a directory."""
        name = self._name(path, changes=True)
        if self._fs.exists(name):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        if path[:-1]:
            self.stat(path[:-1])
        self._fs.mkdir(name, create_parents=False)
        self._forget(path)

    def remove(self, path: Path) -> None:
        """Remove a file or an empty directory."""
        name = self._name(path, changes=True)
        if self.stat(path).kind == "directory":
            if any(True for _ in self.scan(path)):
                raise OSError(errno.ENOTEMPTY, os.strerror(errno.ENOTEMPTY))
            self._fs.rmdir(name)
        else:
            self._fs.rm_file(name)
        self._forget(path)


def _modified(info: dict[str, Any]) -> float:
    for key in _TIMES:
        value = info.get(key)
        if isinstance(value, datetime.datetime):
            return value.timestamp()
        if isinstance(value, tuple):
            with contextlib.suppress(ValueError, TypeError, OverflowError):
                return datetime.datetime(*value[:6]).astimezone().timestamp()
        if isinstance(value, int | float):
            return float(value)
    return 0.0
