"""A directory of the machine's, which cannot be left.

See `_beneath` for how entries are opened. What is opened must be a regular file or a directory:
symbolic links, devices, FIFOs and sockets are neither followed nor opened, and are not listed. A
file with several names (hard links) could be one of a file outside, so it is refused by default.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat as stat_modes
from collections.abc import Iterator
from typing import BinaryIO, Final

from atoll.fs._attributes import AS_SOMEBODY_ELSE
from atoll.fs._beneath import Beneath
from atoll.fs._descriptors import read_at
from atoll.fs._directory_file import DirectoryFile
from atoll.fs._directory_stage import O_TMPFILE, DirectoryStage
from atoll.fs._hidden import TEMPORARY, sweep
from atoll.fs._names import is_valid_name
from atoll.fs._protocol import (
    COPY_SIZE,
    FileChanged,
    FileSystem,
    Kind,
    NotAFile,
    Path,
    Stat,
)

_O_PATH: Final = getattr(os, "O_PATH", os.O_RDONLY | os.O_NONBLOCK)


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
        _hides: bool = True,
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
        self._hides = _hides
        self._allow_hard_links = allow_hard_links
        self._beneath = Beneath(root, use_openat2=_use_openat2)
        self.quick = self._beneath.is_local()
        self._can_reopen = hasattr(os, "O_PATH") and self._beneath.is_in_proc()
        self._has_tmpfile = O_TMPFILE is not None and self._can_reopen

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

    def _check(self, path: Path) -> None:
        for name in path:
            # What guests pass has been checked; an owner's mistake must not lead out either.
            if not is_valid_name(name):
                raise PermissionError(errno.EACCES, "not a name")
            if name.startswith(TEMPORARY) and self._hides:
                raise PermissionError(errno.EACCES, f"names that begin with {TEMPORARY} are taken")

    def _open(self, path: Path, flags: int, mode: int = 0) -> int:
        self._check(path)
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
        """A descriptor of a file that is surely one.

        Nothing else is opened even for a moment, where that can be avoided: it would start a
        watchdog, rewind a tape, or let go whoever waits at the other end of a FIFO.
        """
        if not self._can_reopen:
            return self._checked_file(self._open(path, flags))
        fd, found = self._checked_file(self._open(path, _O_PATH))
        try:
            return os.open(f"/proc/self/fd/{fd}", flags | os.O_NONBLOCK | os.O_CLOEXEC), found
        finally:
            os.close(fd)

    def _checked_file(self, fd: int) -> tuple[int, os.stat_result]:
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
        left: list[str] = []
        with entries:
            for entry in entries:
                if entry.name.startswith(TEMPORARY):
                    left.append(entry.name)
                elif entry.is_dir(follow_symlinks=False):
                    yield entry.name, "directory"
                elif entry.is_file(follow_symlinks=False):
                    yield entry.name, "file"
        if left and self.writable:
            fd = self._open(path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                sweep(fd, left)
            finally:
                os.close(fd)

    def read(self, path: Path, offset: int, size: int) -> bytes:
        """``size`` bytes of a file."""
        fd, _ = self._open_file(path, os.O_RDONLY)
        try:
            return read_at(fd, offset, size)
        finally:
            os.close(fd)

    def read_version(self, path: Path, offset: int, size: int, tag: str) -> bytes:
        """The same, of that version."""
        fd, found = self._open_file(path, os.O_RDONLY)
        try:
            if _tag(found) != tag:
                raise FileChanged("the file has changed")
            data = read_at(fd, offset, size)
            if _tag(os.fstat(fd)) != tag:
                raise FileChanged("the file is being changed")
            return data
        finally:
            os.close(fd)

    # Changing

    def _demand_writable(self) -> None:
        if not self.writable:
            raise PermissionError(errno.EROFS, os.strerror(errno.EROFS))

    @contextlib.contextmanager
    def _changing(self, path: Path) -> Iterator[tuple[int, str]]:
        """The directory of an entry that may be changed, and its name there."""
        self._demand_writable()
        self._check(path)
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
        self._demand_writable()
        self._check(path)
        # Neither recursive nor with a descriptor for each level: how deep it is, others decide.
        waiting: list[tuple[Path, bool]] = [(path, False)]
        while waiting:
            folder, is_empty = waiting.pop()
            if not is_empty:
                waiting.append((folder, True))
                fd = self._beneath.open(folder, os.O_RDONLY | os.O_DIRECTORY)
                try:
                    waiting.extend(((*folder, name), False) for name in _empty(fd))
                finally:
                    os.close(fd)
            elif folder:
                with self._beneath.parent(folder) as parent:
                    os.rmdir(folder[-1], dir_fd=parent)

    def move(self, source: Path, target: Path) -> None:
        """Move a file or directory; a file replaces a file."""
        with (
            self._changing(source) as (parent, name),
            self._changing(target) as (other, other_name),
        ):
            os.rename(name, other_name, src_dir_fd=parent, dst_dir_fd=other)

    def stage(self, path: Path, *, keep: bool) -> DirectoryStage:
        """Begin the next content of a file."""
        self._demand_writable()
        try:
            fd = self._open_to_replace(path)
        except FileNotFoundError:
            if keep:
                raise
            return DirectoryStage(self, path)
        return DirectoryStage(self, path, fd, keep=keep)

    def _open_to_replace(self, path: Path) -> int:
        """A descriptor of a file that may be written to: no other is replaced."""
        try:
            return self._open_file(path, os.O_RDWR)[0]
        except OSError as error:
            if error.errno != errno.ETXTBSY:  # a program that runs, and goes on with what it was
                raise
        return self._open_file(path, os.O_RDONLY)[0]

    def open(self, path: Path, *, writable: bool) -> DirectoryFile:
        """Open a file in place."""
        if not writable:
            return DirectoryFile(self._open_file(path, os.O_RDONLY)[0])
        self._demand_writable()
        fd, found = self._open_file(path, os.O_RDWR)
        if found.st_mode & AS_SOMEBODY_ELSE:
            # What it runs would be the guest's. The kernel takes these away from anybody but root.
            with contextlib.suppress(PermissionError):
                os.fchmod(fd, found.st_mode & 0o777)
        return DirectoryFile(fd)


def _empty(folder: int) -> list[str]:
    """Remove what is in a directory, links and FIFOs by their names; returns the folders."""
    # Not `shutil.rmtree`, which waits for a FIFO's other end where a directory was.
    with os.scandir(folder) as entries:
        found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for name, is_directory in found:
        if not is_directory:
            os.unlink(name, dir_fd=folder)
    return [name for name, is_directory in found if is_directory]


def _tag(found: os.stat_result) -> str:
    return f"{found.st_dev}.{found.st_ino}.{found.st_size}.{found.st_mtime_ns}.{found.st_ctime_ns}"
