"""What the owner does with a file system: put files in, and take out what guests have written.

The names in it are a guest's choice, but each is one name: none leads out of a folder or archive.
"""

from __future__ import annotations

import contextlib
import io
import os
import pathlib
import shutil
import time
import zipfile
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, BinaryIO, Final, Protocol

from atoll.fs._names import is_valid_name, split, split_file

if TYPE_CHECKING:
    from atoll.fs._protocol import Kind, Path, Stat

_COPY_SIZE: Final = 1024 * 1024
_OLDEST_ZIP: Final = (1980, 1, 1, 0, 0, 0)
_LATEST_ZIP: Final = (2107, 12, 31, 23, 59, 58)


class _Tree(Protocol):
    """What is used of a file system here."""

    def stat(self, path: Path) -> Stat: ...
    def scan(self, path: Path) -> Iterator[tuple[str, Kind]]: ...
    def write(self, path: Path, content: BinaryIO) -> None: ...
    def make_directory(self, path: Path) -> None: ...
    def open_to_read(self, path: Path) -> BinaryIO: ...
    def read_bytes(self, path: str) -> bytes: ...
    def walk(self, path: str = "") -> Iterator[tuple[str, Stat]]: ...


class OwnerMethods:
    """Methods that every `FileSystem` has. They block."""

    def read_bytes(self: _Tree, path: str) -> bytes:
        """The content of a file, by its path: ``"folder/name"``.

        Raises:
            FileNotFoundError: there is none.
            ValueError: the path makes no sense.
        """
        with self.open_to_read(split_file(path)) as file:
            return file.read()

    def write_bytes(self: _Tree, path: str, content: bytes | str) -> None:
        """Make a file, or the new content of one, and the directories on the way to it.

        Args:
            path: ``"folder/name"``.
            content: text becomes UTF-8.

        Raises:
            ValueError: the path makes no sense.
        """
        names = split_file(path)
        for depth in range(1, len(names)):
            with contextlib.suppress(FileExistsError):
                self.make_directory(names[:depth])
        data = content.encode() if isinstance(content, str) else content
        self.write(names, io.BytesIO(data))

    def walk(self: _Tree, path: str = "") -> Iterator[tuple[str, Stat]]:
        """Every entry below a directory, with its path; directories before what is in them."""
        for names, found in walk(self, split(path)):
            yield "/".join(names), found

    def to_mapping(self: _Tree, path: str = "") -> dict[str, bytes]:
        """All files below a directory, by their paths from the root."""
        return {
            name: self.read_bytes(name) for name, found in self.walk(path) if found.kind == "file"
        }

    def export_zip(self: _Tree, target: str | os.PathLike[str] | IO[bytes]) -> None:
        """Write everything into a zip archive.

        Args:
            target: a path, or a binary file that is open for writing.
        """
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for names, found in walk(self, ()):
                when = _zip_time(found.modified)
                ending = "/" if found.kind == "directory" else ""
                info = zipfile.ZipInfo("/".join(names) + ending, when)
                info.compress_type = zipfile.ZIP_DEFLATED
                if found.kind == "directory":
                    archive.writestr(info, b"")
                    continue
                large = found.size > 2**31
                with (
                    self.open_to_read(names) as source,
                    archive.open(info, "w", force_zip64=large) as member,
                ):
                    shutil.copyfileobj(source, member, _COPY_SIZE)

    def export_to(self: _Tree, folder: str | os.PathLike[str]) -> None:
        """Copy everything into a folder of the machine's, which is made if need be.

        Nothing is written through a symbolic link in it.
        """
        from atoll.fs._directory import DirectoryFileSystem

        pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        # A guest that chose such a name must not keep its owner from having the rest.
        target = DirectoryFileSystem(folder, writable=True, _hides=False)
        try:
            for names, found in walk(self, ()):
                if found.kind == "directory":
                    with contextlib.suppress(FileExistsError):
                        target.make_directory(names)
                    continue
                with self.open_to_read(names) as source:
                    target.write(names, source)
        finally:
            target.close()


def _zip_time(modified: float) -> tuple[int, int, int, int, int, int]:
    """The time of a file, or the nearest that an archive can hold."""
    try:
        when = time.localtime(modified)[:6]
    except (ValueError, OverflowError, OSError):  # NaN, or further away than the machine can count
        return _LATEST_ZIP if modified > 0 else _OLDEST_ZIP
    return min(max(when, _OLDEST_ZIP), _LATEST_ZIP)


def walk(
    filesystem: _Tree, top: Path, *, skip_unreadable: bool = False
) -> Iterator[tuple[Path, Stat]]:
    """Every entry below a directory. Not recursive, as guests may nest deeply.

    Args:
        filesystem: what to walk through.
        top: the directory.
        skip_unreadable: take directories that may not be listed for empty, instead of raising.
    """
    waiting = [top]
    while waiting:
        folder = waiting.pop()
        try:
            yield from _entries(filesystem, folder, waiting)
        except PermissionError:
            if not skip_unreadable or folder == top:
                raise
        except (FileNotFoundError, NotADirectoryError):
            if folder == top:
                raise  # any other has gone meanwhile


def _entries(
    filesystem: _Tree, folder: Path, directories: list[Path]
) -> Iterator[tuple[Path, Stat]]:
    for name, _ in filesystem.scan(folder):
        if not is_valid_name(name):
            continue  # of the machine's; no guest can reach it either
        path = (*folder, name)
        try:
            found = filesystem.stat(path)
        except OSError:
            continue  # it has gone meanwhile, or is nothing that a guest may have
        yield path, found
        if found.kind == "directory":
            directories.append(path)
