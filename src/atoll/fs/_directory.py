"""A directory of the machine's, which cannot be left.

See `_beneath` for how entries are opened. What is opened must be a regular file or a directory:
symbolic links, devices, FIFOs and sockets are neither followed nor opened, and are not listed. A
file with several names (hard links) could be one of a file outside, so it is refused by default.

New content is written to a file without a name in the same directory (``O_TMPFILE``), which takes
the old one's place by a rename; where there is no such thing, to a hidden one that is removed
whatever happens to the isolate.

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
import sys
from collections.abc import Iterator
from typing import BinaryIO, Final

from atoll.fs._beneath import Beneath
from atoll.fs._names import is_valid_name
from atoll.fs._protocol import (
    COPY_SIZE,
    Buffer,
    FileChanged,
    FileSystem,
    Kind,
    NotAFile,
    Path,
    Stat,
)

TEMPORARY: Final = ".atoll-"
"""How the names of files begin that are not finished. Guests cannot see or use such names."""
_O_PATH: Final = getattr(os, "O_PATH", os.O_RDONLY | os.O_NONBLOCK)
_O_TMPFILE: Final[int | None] = getattr(os, "O_TMPFILE", None)
_NO_TMPFILE: Final = frozenset(
    {errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL, errno.ENOSYS, errno.ENOENT}
)
_PAGE: Final = 4096
_RWF_NOWAIT: Final[int | None] = getattr(os, "RWF_NOWAIT", None)
_MODES: Final = 0o777


class DirectoryFileSystem(FileSystem):
    """A directory of the machine's: read-only unless ``writable=True``.

    Content that a guest writes appears at once, by a rename, with the permissions of the file that
    it replaces. It is not forced to the disk (``fsync``), but ``flush()`` of an access handle is.
    """

    def __init__(
        self,
        root: str | os.PathLike[str],
        writable: bool = False,
        *,
        allow_hard_links: bool = False,
        _use_openat2: bool = True,
    ) -> None:
        """Open the directory.

        Args:
            root: an existing directory, held open until this object goes.
            writable: let guests change it. Without a `QuotaFileSystem` around it, they can fill the
                disk.
            allow_hard_links: also files that have several names. Such a name may have been put
                there by whoever can write to the directory, for a file outside it.

        Raises:
            OSError: it cannot be opened, or is no directory.
        """
        self.writable = writable
        self._allow_hard_links = allow_hard_links
        self._beneath = Beneath(root, use_openat2=_use_openat2)
        self.quick = self._beneath.is_local()
        self._has_tmpfile = _O_TMPFILE is not None and os.path.exists("/proc/self/fd")

    def close(self) -> None:
        """Let the directory go, which otherwise happens when this object is collected."""
        self._beneath.close()

    # Looking

    def stat(self, path: Path) -> Stat:
        """What is at ``path``."""
        fd = self._open(path, _O_PATH)
        try:
            return self._checked(os.fstat(fd))[1]
        finally:
            os.close(fd)

    def _open(self, path: Path, flags: int, mode: int = 0) -> int:
        _check(path)
        if flags != _O_PATH:
            # Opening a FIFO would wait for somebody at its other end, and a terminal become ours.
            flags |= os.O_NONBLOCK | os.O_NOCTTY
        return self._beneath.open(path, flags, mode)

    def _checked(self, found: os.stat_result) -> tuple[os.stat_result, Stat]:
        """Raise unless it is a directory, or a file that is surely here."""
        if stat_modes.S_ISDIR(found.st_mode):
            return found, Stat("directory", modified=found.st_mtime)
        if not stat_modes.S_ISREG(found.st_mode):
            raise NotAFile("neither a file nor a directory")
        if found.st_nlink > 1 and not self._allow_hard_links:
            raise PermissionError(errno.EPERM, "the file has other names (allow_hard_links)")
        return found, Stat("file", found.st_size, found.st_mtime, _tag(found))

    def _open_file(self, path: Path, flags: int) -> tuple[int, os.stat_result]:
        """A descriptor of a file that is surely one."""
        fd = self._open(path, flags)
        try:
            found, about = self._checked(os.fstat(fd))
            if about.kind != "file":
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        except BaseException:
            os.close(fd)
            raise
        return fd, found

    def scan(self, path: Path) -> Iterator[tuple[str, Kind]]:
        """Names and kinds in a directory."""
        fd = self._open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            entries = os.scandir(fd)  # has a descriptor of its own
        finally:
            os.close(fd)
        with entries:
            for entry in entries:
                if entry.name.startswith(TEMPORARY):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    yield entry.name, "directory"
                elif entry.is_file(follow_symlinks=False):
                    yield entry.name, "file"

    def read(self, path: Path, offset: int, size: int) -> bytes:
        """``size`` bytes of a file."""
        fd, _ = self._open_file(path, os.O_RDONLY)
        try:
            return _read(fd, offset, size)
        finally:
            os.close(fd)

    def read_version(self, path: Path, offset: int, size: int, tag: str) -> bytes:
        """The same, of that version."""
        fd, found = self._open_file(path, os.O_RDONLY)
        try:
            if _tag(found) != tag:
                raise FileChanged("the file has changed")
            data = _read(fd, offset, size)
            if _tag(os.fstat(fd)) != tag:
                raise FileChanged("the file is being changed")
            return data
        finally:
            os.close(fd)

    # Changing

    @contextlib.contextmanager
    def _changing(self, path: Path) -> Iterator[tuple[int, str]]:
        """The directory of an entry that may be changed, and its name there."""
        if not self.writable:
            raise PermissionError(errno.EROFS, os.strerror(errno.EROFS))
        _check(path)
        with self._beneath.parent(path) as parent:
            yield parent, path[-1]

    def write(self, path: Path, content: BinaryIO) -> None:
        """Make a file, or the new content of one."""
        staged = self.stage(path, keep=False)
        try:
            while data := content.read(COPY_SIZE):
                staged.write(staged.size(), data)
            staged.commit()
        finally:
            staged.discard()

    def create(self, path: Path) -> None:
        """Make an empty file unless there is one."""
        with self._changing(path) as (parent, name):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            try:
                os.close(os.open(name, flags, 0o666, dir_fd=parent))
            except FileExistsError:
                if self.stat(path).kind == "directory":
                    raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)) from None

    def make_directory(self, path: Path) -> None:
        """Make a directory."""
        with self._changing(path) as (parent, name):
            os.mkdir(name, 0o777, dir_fd=parent)

    def remove(self, path: Path) -> None:
        """Remove a file or an empty directory."""
        with self._changing(path) as (parent, name):
            found = os.stat(name, dir_fd=parent, follow_symlinks=False)
            if stat_modes.S_ISDIR(found.st_mode):
                os.rmdir(name, dir_fd=parent)
            else:
                os.unlink(name, dir_fd=parent)

    def remove_tree(self, path: Path) -> None:
        """Remove a directory and everything in it, links and devices by their names."""
        if path:
            with self._changing(path) as (parent, name):
                _remove_tree(parent, name)
            return
        if not self.writable:
            raise PermissionError(errno.EROFS, os.strerror(errno.EROFS))
        fd = self._open((), os.O_RDONLY | os.O_DIRECTORY)
        try:
            _empty(fd)
        finally:
            os.close(fd)

    def move(self, source: Path, target: Path) -> None:
        """Move a file or directory; a file replaces a file."""
        with (
            self._changing(source) as (parent, name),
            self._changing(target) as (other, other_name),
        ):
            os.rename(name, other_name, src_dir_fd=parent, dst_dir_fd=other)

    def stage(self, path: Path, *, keep: bool) -> _Stage:
        """Begin the next content of a file."""
        try:
            fd, found = self._open_file(path, os.O_RDONLY)
        except FileNotFoundError:
            if keep:
                raise
            return _Stage(self, path)
        try:
            empty = self._open_empty(path, found)
            staged = _Stage(self, path, like=found, empty=empty)
            try:
                if keep and empty < 0:
                    staged.copy_from(fd, found.st_size)
            except BaseException:
                staged.discard()
                raise
            return staged
        finally:
            os.close(fd)

    def _open_empty(self, path: Path, found: os.stat_result) -> int:
        """The same file for writing, if it is empty and has no other name, or -1."""
        if found.st_size or found.st_nlink != 1 or not self.writable:
            return -1
        try:
            fd, again = self._open_file(path, os.O_WRONLY)
        except OSError:
            return -1  # it can be replaced all the same, or that says why not
        if os.path.samestat(found, again):
            return fd
        os.close(fd)
        return -1

    def open(self, path: Path, *, writable: bool) -> _File:
        """Open a file in place."""
        if writable and not self.writable:
            raise PermissionError(errno.EROFS, os.strerror(errno.EROFS))
        fd, _ = self._open_file(path, os.O_RDWR if writable else os.O_RDONLY)
        return _File(fd)


class _Stage:
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
        _write(self._fd, 0, self._page)
        if self._empty >= 0:
            os.close(self._empty)
            self._empty = -1

    def _make(self, parent: int) -> int:
        if self._filesystem._has_tmpfile and _O_TMPFILE is not None:
            try:
                flags = _O_TMPFILE | os.O_RDWR | os.O_CLOEXEC
                return os.open(".", flags, 0o666, dir_fd=parent)
            except OSError as error:
                if error.errno not in _NO_TMPFILE:
                    raise
                self._filesystem._has_tmpfile = False
        name = _hidden_name()
        fd = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666, dir_fd=parent)
        self._hidden = os.dup(parent), name
        return fd

    def copy_from(self, source: int, size: int) -> None:
        """Begin with the content of another file."""
        at = 0
        while at < size:
            try:
                copied = _copy_range(source, self._fd, at, size - at)
            except OSError as error:
                if at or error.errno not in (errno.EXDEV, errno.EINVAL, errno.EOPNOTSUPP):
                    raise
                copied = 0
            if copied == 0:
                break
            at += copied
        while data := os.pread(source, COPY_SIZE, at):
            _write(self._fd, at, data)
            at += len(data)

    def write(self, offset: int, data: Buffer) -> None:
        if self._empty >= 0:
            end = offset + len(data)
            if end <= _PAGE:
                self._page.extend(bytes(max(0, offset - len(self._page))))
                self._page[offset:end] = data
                return
            self._begin_file()
        _write(self._fd, offset, data)

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


class _File:
    """A file that is open in place."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._may_now = _RWF_NOWAIT is not None

    def read(self, offset: int, size: int) -> bytes:
        return _read(self._fd, offset, size)

    def read_now(self, offset: int, size: int) -> bytes | None:
        if not self._may_now:
            return None
        buffer = bytearray(size)
        try:
            count = os.preadv(self._fd, [buffer], offset, _RWF_NOWAIT or 0)
        except BlockingIOError:
            return None
        except OSError as error:
            if error.errno == errno.EOPNOTSUPP:
                self._may_now = False
                return None
            raise
        if count == size:
            return bytes(buffer)
        # The end of the file, or of what is in memory.
        return bytes(buffer[:count]) if offset + count >= self.size() else None

    def write(self, offset: int, data: Buffer) -> None:
        _write(self._fd, offset, data)

    def write_now(self, offset: int, data: Buffer) -> bool:
        if not self._may_now:
            return False
        try:
            return os.pwritev(self._fd, [data], offset, _RWF_NOWAIT or 0) == len(data)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno == errno.EOPNOTSUPP:
                return False
            raise

    def truncate(self, size: int) -> None:
        os.ftruncate(self._fd, size)

    def size(self) -> int:
        return os.fstat(self._fd).st_size

    def flush(self) -> None:
        os.fsync(self._fd)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


def _check(path: Path) -> None:
    for name in path:
        # The host half has checked what guests pass; an owner's mistake must not lead out either.
        if not is_valid_name(name):
            raise PermissionError(errno.EACCES, "not a name")
        if name.startswith(TEMPORARY):
            raise PermissionError(errno.EACCES, f"names that begin with {TEMPORARY} are taken")


def _remove_tree(parent: int, name: str) -> None:
    # Not `shutil.rmtree`, which waits for a FIFO's other end where a directory was.
    fd = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    try:
        _empty(fd)
    finally:
        os.close(fd)
    os.rmdir(name, dir_fd=parent)


def _empty(folder: int) -> None:
    """Remove what is in a directory: links, devices and FIFOs by their names."""
    with os.scandir(folder) as entries:
        found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for name, is_directory in found:
        if is_directory:
            _remove_tree(folder, name)
        else:
            os.unlink(name, dir_fd=folder)


def _tag(found: os.stat_result) -> str:
    return f"{found.st_dev}.{found.st_ino}.{found.st_size}.{found.st_mtime_ns}.{found.st_ctime_ns}"


def _hidden_name() -> str:
    return TEMPORARY + secrets.token_hex(16)


def _read(fd: int, offset: int, size: int) -> bytes:
    data = os.pread(fd, size, offset)
    if len(data) in (0, size):
        return data
    parts = [data]
    count = len(data)
    while count < size and (data := os.pread(fd, size - count, offset + count)):
        parts.append(data)
        count += len(data)
    return b"".join(parts)


def _write(fd: int, offset: int, data: Buffer) -> None:
    view = memoryview(data)
    while view:
        count = os.pwrite(fd, view, offset)
        view = view[count:]
        offset += count


def _copy_range(source: int, target: int, at: int, count: int) -> int:
    """Copy within the kernel, which may share the blocks instead."""
    if sys.platform != "linux":
        return 0
    return os.copy_file_range(source, target, count, at, at)
