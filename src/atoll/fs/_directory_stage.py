"""The next content of a file of a directory of the machine's.

It is written to a file without a name in the same directory (``O_TMPFILE``), which takes the old
one's place by a rename; where there is no such thing, to a hidden one that is removed whatever
happens to the isolate.

Guests make a file, which is empty, before they give it content. What fits into one page goes into
that empty file, by one write when the stream is closed: nobody sees a part of it. A file in its
place would cost three times as much, as ext4 writes content out before such a rename, and looks
through all files that were removed lately when it makes one. More than a page changes places with
the empty file, which is removed then: nothing is written out for that, and if the machine fails
before the kernel has done so, what is lost was not there before.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat as stat_modes
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from atoll.confinement.syscalls import syscall
from atoll.fs._attributes import AS_SOMEBODY_ELSE, take_over
from atoll.fs._descriptors import copy_content, write_at
from atoll.fs._hidden import hidden_name, mark_as_used
from atoll.fs._protocol import Buffer, NotAFile, Path

if TYPE_CHECKING:
    from atoll.fs._directory import DirectoryFileSystem

O_TMPFILE: Final[int | None] = getattr(os, "O_TMPFILE", None)
_NO_TMPFILE: Final = frozenset(
    {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOSYS, errno.ENOENT}
)
_PAGE: Final = 4096
_RENAME_EXCHANGE: Final = 2


class DirectoryStage:
    """A file that has no name yet, or a hidden one; or a page of content for an empty file."""

    def __init__(
        self, filesystem: DirectoryFileSystem, path: Path, replaced: int = -1, *, keep: bool = False
    ) -> None:
        """Begin it.

        Args:
            filesystem: which the file is in.
            path: of the file.
            replaced: a descriptor of the file that is there, for writing if that is empty; closed
                when it is not needed any more.
            keep: begin with the content of that.
        """
        self._filesystem = filesystem
        self._path = path
        self._hidden: tuple[int, str] | None = None
        self._fd = -1
        self._replaced = replaced
        self._page = bytearray()
        try:
            self._in_page = replaced >= 0 and _can_be_filled(os.fstat(replaced))
            if not self._in_page:
                self._begin_file(keep=keep)
        except BaseException:
            self.discard()
            raise

    def _begin_file(self, *, keep: bool = False) -> None:
        """Have a file for the content, which is not a page's for the empty one any more."""
        self._drop_file()  # one that was begun when there was no room for the page
        with self._filesystem._changing(self._path) as (parent, _):
            self._fd = self._make(parent)
        if self._replaced >= 0:
            take_over(self._replaced, self._fd)
            if keep:
                copy_content(self._replaced, self._fd)
        write_at(self._fd, 0, self._page)
        self._in_page = False
        self._drop_replaced()

    def _make(self, parent: int) -> int:
        if self._filesystem._has_tmpfile and O_TMPFILE is not None:
            try:
                flags = O_TMPFILE | os.O_RDWR | os.O_CLOEXEC
                return os.open(".", flags, 0o666, dir_fd=parent)
            except OSError as error:
                if error.errno not in _NO_TMPFILE:
                    raise
                self._filesystem._has_tmpfile = False
        name = hidden_name()
        with self._hide(parent, name):
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            fd = os.open(name, flags, 0o666, dir_fd=parent)
        mark_as_used(fd)
        return fd

    @contextlib.contextmanager
    def _hide(self, parent: int, name: str) -> Iterator[None]:
        """Remember where a hidden name is, before there is one that would have to be removed."""
        folder = os.dup(parent)
        try:
            yield
        except BaseException:
            os.close(folder)
            raise
        self._hidden = folder, name

    def write(self, offset: int, data: Buffer) -> None:
        if self._in_page:
            end = offset + len(data)
            if end <= _PAGE:
                self._page.extend(bytes(max(0, offset - len(self._page))))
                self._page[offset:end] = data
                return
            self._begin_file()
        write_at(self._fd, offset, data)

    def truncate(self, size: int) -> None:
        if self._in_page:
            if size <= _PAGE:
                self._page[size:] = bytes(max(0, size - len(self._page)))
                return
            self._begin_file()
        os.ftruncate(self._fd, size)

    def size(self) -> int:
        return os.fstat(self._fd).st_size if not self._in_page else len(self._page)

    def _fill(self) -> bool:
        """Put the page into the empty file, if that is still there and empty."""
        with self._filesystem._changing(self._path) as (parent, name):
            try:
                there = os.stat(name, dir_fd=parent, follow_symlinks=False)
            except FileNotFoundError:
                return False
            found = os.fstat(self._replaced)
            if not os.path.samestat(there, found) or not _can_be_filled(found):
                return False
            if not self._page:
                os.utime(self._replaced)
            elif os.pwrite(self._replaced, self._page, 0) != len(self._page):
                os.ftruncate(self._replaced, 0)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.discard()
        return True

    def commit(self) -> None:
        if self._in_page:
            if self._fill():
                return
            self._begin_file()
        # The directory is looked for anew: what has taken its place is not to be written to.
        with self._filesystem._changing(self._path) as (parent, name):
            try:
                there = os.stat(name, dir_fd=parent, follow_symlinks=False)
            except FileNotFoundError:
                there = None
            if there is not None and not stat_modes.S_ISREG(there.st_mode):
                raise NotAFile("something else has taken the place of the file")
            if self._hidden is None:
                self._name_it(parent)
            assert self._hidden is not None  # noqa: S101 - for the type checker
            folder, hidden = self._hidden
            is_empty = there is not None and there.st_size == 0
            if not (is_empty and _exchange(folder, hidden, parent, name)):
                os.rename(hidden, name, src_dir_fd=folder, dst_dir_fd=parent)
                os.close(folder)
                self._hidden = None
        self.discard()  # and the empty file, if that has the hidden name now

    def _name_it(self, parent: int) -> None:
        name = hidden_name()
        with self._hide(parent, name):
            os.link(f"/proc/self/fd/{self._fd}", name, dst_dir_fd=parent, follow_symlinks=True)

    def discard(self) -> None:
        self._drop_file()
        self._drop_replaced()

    def _drop_replaced(self) -> None:
        if self._replaced >= 0:
            os.close(self._replaced)
            self._replaced = -1

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


def _can_be_filled(found: os.stat_result) -> bool:
    """Whether nothing is lost, nor run as somebody else, if a file gets content in its place."""
    return found.st_size == 0 and found.st_nlink == 1 and not found.st_mode & AS_SOMEBODY_ELSE


def _exchange(folder: int, hidden: str, parent: int, name: str) -> bool:
    """Let a file take the place of an empty one, and that the file's, by one step.

    Returns:
        Whether it did. Where it did not, a rename does it, or says why it cannot be done.
    """
    places = (folder, os.fsencode(hidden), parent, os.fsencode(name))
    try:
        syscall("renameat2", *places, _RENAME_EXCHANGE)
    except OSError:
        return False
    if stat_modes.S_ISDIR(os.stat(hidden, dir_fd=folder, follow_symlinks=False).st_mode):
        # Unlike a rename, it puts a file where somebody has put a directory meanwhile.
        syscall("renameat2", *places, _RENAME_EXCHANGE)
        return False
    return True
