"""The next content of a file of a directory of the machine's.

It is written to a file without a name in the same directory (``O_TMPFILE``), which takes the old
one's place by a rename; where there is no such thing, to a hidden one that is removed whatever
happens to the isolate.

Guests make a file, which is empty, before they give it content. What fits into one page goes into
that empty file, by one write when the stream is closed: nobody sees a part of it. A file in its
place would cost three times as much, as ext4 writes content out before such a rename, and looks
through all files that were removed lately when it makes one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import stat as stat_modes
from typing import TYPE_CHECKING, Final

from atoll.fs._descriptors import copy_content, write_at
from atoll.fs._protocol import Buffer, NotAFile, Path

if TYPE_CHECKING:
    from atoll.fs._directory import DirectoryFileSystem

TEMPORARY: Final = ".atoll-"
"""How the names of files begin that are not finished. Guests cannot see or use such names."""
O_TMPFILE: Final[int | None] = getattr(os, "O_TMPFILE", None)
_NO_TMPFILE: Final = frozenset(
    {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOSYS, errno.ENOENT}
)
_PAGE: Final = 4096
_MODES: Final = 0o777


class DirectoryStage:
    """A file that has no name yet, or a hidden one; or a page of content for an empty file."""

    def __init__(
        self,
        filesystem: DirectoryFileSystem,
        path: Path,
        like: os.stat_result | None = None,
        empty: int = -1,
    ) -> None:
        self._filesystem = filesystem
        self._path = path
        self._like = like
        self._hidden: tuple[int, str] | None = None
        self._fd = -1
        self._empty = empty
        self._page = bytearray()
        if empty < 0:
            self._begin_file()

    def _begin_file(self) -> None:
        """Have a file for the content, which is not a page's for the empty one any more."""
        self._drop_file()  # one that was begun when there was no room for the page
        with self._filesystem._changing(self._path) as (parent, _):
            self._fd = self._make(parent)
        like = self._like
        if like is not None:
            os.fchmod(self._fd, like.st_mode & _MODES)
            if os.geteuid() == 0 and like.st_uid != 0:
                os.fchown(self._fd, like.st_uid, like.st_gid)
        write_at(self._fd, 0, self._page)
        if self._empty >= 0:
            os.close(self._empty)
            self._empty = -1

    def _make(self, parent: int) -> int:
        if self._filesystem._has_tmpfile and O_TMPFILE is not None:
            try:
                flags = O_TMPFILE | os.O_RDWR | os.O_CLOEXEC
                return os.open(".", flags, 0o666, dir_fd=parent)
            except OSError as error:
                if error.errno not in _NO_TMPFILE:
                    raise
                self._filesystem._has_tmpfile = False
        name = _hidden_name()
        fd = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666, dir_fd=parent)
        self._hidden = os.dup(parent), name
        return fd

    def copy_from(self, source: int) -> None:
        """Begin with the content of another file."""
        copy_content(source, self._fd)

    def write(self, offset: int, data: Buffer) -> None:
        if self._empty >= 0:
            end = offset + len(data)
            if end <= _PAGE:
                self._page.extend(bytes(max(0, offset - len(self._page))))
                self._page[offset:end] = data
                return
            self._begin_file()
        write_at(self._fd, offset, data)

    def truncate(self, size: int) -> None:
        if self._empty >= 0:
            if size <= _PAGE:
                self._page[size:] = bytes(max(0, size - len(self._page)))
                return
            self._begin_file()
        os.ftruncate(self._fd, size)

    def size(self) -> int:
        return os.fstat(self._fd).st_size if self._empty < 0 else len(self._page)

    def _fill(self) -> bool:
        """Put the page into the empty file, if that is still there and empty."""
        with self._filesystem._changing(self._path) as (parent, name):
            try:
                there = os.stat(name, dir_fd=parent, follow_symlinks=False)
            except FileNotFoundError:
                return False
            found = os.fstat(self._empty)
            if not os.path.samestat(there, found) or found.st_size or found.st_nlink != 1:
                return False
            if not self._page:
                os.utime(self._empty)
            elif os.pwrite(self._empty, self._page, 0) != len(self._page):
                os.ftruncate(self._empty, 0)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.discard()
        return True

    def commit(self) -> None:
        if self._empty >= 0:
            if self._fill():
                return
            self._begin_file()
        # The directory is looked for anew: what has taken its place is not to be written to.
        with self._filesystem._changing(self._path) as (parent, name):
            try:
                there = os.stat(name, dir_fd=parent, follow_symlinks=False)
            except FileNotFoundError:
                pass
            else:
                if not stat_modes.S_ISREG(there.st_mode):
                    raise NotAFile("something else has taken the place of the file")
            if self._hidden is None:
                self._name_it(parent)
            assert self._hidden is not None  # noqa: S101 - for the type checker
            folder, hidden = self._hidden
            os.rename(hidden, name, src_dir_fd=folder, dst_dir_fd=parent)
            os.close(folder)
            self._hidden = None
        self.discard()

    def _name_it(self, parent: int) -> None:
        name = _hidden_name()
        os.link(f"/proc/self/fd/{self._fd}", name, dst_dir_fd=parent, follow_symlinks=True)
        self._hidden = os.dup(parent), name

    def discard(self) -> None:
        self._drop_file()
        if self._empty >= 0:
            os.close(self._empty)
            self._empty = -1

    def _drop_file(self) -> None:
        if self._hidden is not None:
            folder, name = self._hidden
            self._hidden = None
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)
            os.close(folder)
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _hidden_name() -> str:
    return TEMPORARY + secrets.token_hex(16)
