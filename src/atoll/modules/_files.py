"""Files below one folder, which no path and no symbolic link leads out of.

A path is walked from the folder's descriptor, one component at a time, and no component may be a
link. Where links are followed, their end is looked up first and has to be inside; the walk then
finds out whether somebody has changed it meanwhile.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

_DIRECTORY: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class OutsideError(Exception):
    """The path leads out of the folder."""


class TooLargeError(Exception):
    """The file is larger than a source may be."""


class Folder:
    """A folder of the host.

    Attributes:
        root: its real path.
    """

    def __init__(self, path: str | os.PathLike[str], *, follow_links: bool) -> None:
        """Name a folder.

        Args:
            path: of the folder, which must exist.
            follow_links: whether links that stay inside are followed; otherwise none is.

        Raises:
            NotADirectoryError: there is no folder at that path.
        """
        self.root = os.path.realpath(path)
        if not Path(self.root).is_dir():
            raise NotADirectoryError(f"no folder of modules: {os.fspath(path)!r}")
        self._follow_links = follow_links

    def real(self, path: str) -> str:
        """Where a path below the folder leads, as a path below it.

        Raises:
            OutsideError: to somewhere else.
        """
        if not self._follow_links:
            return path
        full = os.path.realpath(os.path.join(self.root, path))  # noqa: PTH118 - a plain string
        if not full.startswith(self.root + os.sep):
            raise OutsideError(path)
        return full[len(self.root) + 1 :]

    def kind(self, path: str) -> str:
        """``"file"``, ``"folder"`` or ``""``: what is there.

        Raises:
            OutsideError: a link leads out, or links are not followed.
        """
        full = os.path.join(self.root, path)  # noqa: PTH118 - a plain string
        try:
            mode = os.lstat(full).st_mode
            if stat.S_ISLNK(mode):
                if not self._follow_links:
                    raise OutsideError(path)
                mode = os.lstat(os.path.join(self.root, self.real(path))).st_mode  # noqa: PTH118
        except (OSError, ValueError):
            return ""
        return "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else ""

    def read(self, path: str, limit: int) -> bytes | None:
        """The content of a regular file; None when there is none.

        Args:
            path: below the folder, without ``.`` and ``..``.
            limit: bytes that it may have.

        Raises:
            OutsideError: a link leads out, or links are not followed.
            TooLargeError: it has more bytes.
        """
        parts = self.real(path).split("/")
        try:
            at = os.open(self.root, _DIRECTORY)
        except OSError:
            return None
        try:
            for part in parts[:-1]:
                inner = self._open(part, _DIRECTORY, at)
                if inner is None:
                    return None
                os.close(at)
                at = inner
            file = self._open(parts[-1], _FILE, at)
        finally:
            os.close(at)
        if file is None:
            return None
        try:
            status = os.fstat(file)
            if not stat.S_ISREG(status.st_mode):
                return None
            if status.st_size > limit:
                raise TooLargeError(path)
            return _read_all(file, min(status.st_size + 1, limit))
        finally:
            os.close(file)

    def _open(self, part: str, flags: int, at: int) -> int | None:
        try:
            return os.open(part, flags, dir_fd=at)
        except (FileNotFoundError, NotADirectoryError, PermissionError, ValueError):
            if stat.S_ISLNK(self._mode(part, at)):
                raise OutsideError(part) from None
            return None
        except OSError:
            # ELOOP: it is a link, or has just become one.
            if stat.S_ISLNK(self._mode(part, at)):
                raise OutsideError(part) from None
            return None

    @staticmethod
    def _mode(part: str, at: int) -> int:
        try:
            return os.stat(part, dir_fd=at, follow_symlinks=False).st_mode
        except (OSError, ValueError):
            return 0


def _read_all(file: int, limit: int) -> bytes:
    content = os.read(file, limit)
    while len(content) < limit:
        more = os.read(file, limit - len(content))
        if not more:
            break
        content += more
    return content
