"""Opening what is beneath a directory, and nothing else, whoever changes the tree meanwhile.

A path is resolved from the descriptor of the root, never from a name of the machine's. Where the
kernel has ``openat2`` (Linux 5.6), it resolves the whole path in one step and itself refuses every
symbolic link, magic link and way out. Elsewhere each directory is opened from the one before,
without following links. Either way what comes out is a descriptor: nothing that happens to the
names afterwards changes what it stands for.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import functools
import os
import pathlib
import platform
import weakref
from collections.abc import Iterator
from typing import Final

from atoll.fs._protocol import Path

_SYS_OPENAT2: Final = 437  # the same on every architecture
_RESOLVE_NO_MAGICLINKS: Final = 0x02
_RESOLVE_NO_SYMLINKS: Final = 0x04
_RESOLVE_BENEATH: Final = 0x08
_RESOLVE: Final = _RESOLVE_BENEATH | _RESOLVE_NO_SYMLINKS | _RESOLVE_NO_MAGICLINKS
_LONGEST: Final = 4000
"""Bytes of a path that the kernel takes in one step, and some to spare."""
_TRIES: Final = 8
_O_PATH: Final = getattr(os, "O_PATH", os.O_RDONLY)
_ALWAYS: Final = os.O_CLOEXEC | os.O_NOFOLLOW
_DIRECTORY: Final = _O_PATH | os.O_DIRECTORY


_STATFS_SIZE: Final = 512
"""More than a ``struct statfs`` is anywhere; its first field is the type."""
_LOCAL: Final = frozenset(
    {
        0xEF53,  # ext2, ext3, ext4
        0x58465342,  # xfs
        0x9123683E,  # btrfs
        0xF2F52010,  # f2fs
        0x2FC12FC1,  # zfs
        0xCA451A4E,  # bcachefs
        0x01021994,  # tmpfs
        0x794C7630,  # overlayfs, which containers have
    }
)
"""Types of file systems, from ``linux/magic.h``."""


class _How(ctypes.Structure):
    """``struct open_how``."""

    _fields_ = (
        ("flags", ctypes.c_uint64),
        ("mode", ctypes.c_uint64),
        ("resolve", ctypes.c_uint64),
    )


class Beneath:
    """A directory whose inside can be opened by paths."""

    def __init__(self, root: str | os.PathLike[str], *, use_openat2: bool = True) -> None:
        """Open the directory.

        Args:
            root: may be a symbolic link, as it is the owner's.
            use_openat2: take the kernel's way if it has it; ``False`` is for tests.

        Raises:
            OSError: it cannot be opened, or is no directory.
        """
        self._root = os.open(root, _DIRECTORY | os.O_CLOEXEC)
        self._closer = weakref.finalize(self, os.close, self._root)
        self._openat2 = use_openat2 and _has_openat2()

    def close(self) -> None:
        """Let the directory go. What is opened afterwards fails."""
        self._closer()
        self._root = -1

    def is_local(self) -> bool:
        """Whether the directory is surely on a disk, or in the memory, of this machine."""
        if platform.system() != "Linux":
            return False
        about = ctypes.create_string_buffer(_STATFS_SIZE)
        if _libc().fstatfs(self._root, about) != 0:
            return False
        return ctypes.c_long.from_buffer(about).value in _LOCAL

    def is_in_proc(self) -> bool:
        """Whether ``/proc/self/fd`` has the descriptors of this process, for it to use."""
        try:
            there = pathlib.Path(f"/proc/self/fd/{self._root}").stat()
        except OSError:
            return False
        return os.path.samestat(there, os.fstat(self._root))

    def open(self, path: Path, flags: int, mode: int = 0) -> int:
        """A descriptor of what is at ``path``, which is never a followed link.

        Raises:
            OSError: with ``errno.ELOOP`` or ``ENOTDIR``, where a link is in the way.
        """
        if not path:
            return os.open(".", flags | _ALWAYS, mode, dir_fd=self._root)
        if self._openat2:
            joined = os.fsencode("/".join(path))
            if len(joined) < _LONGEST:
                try:
                    return _openat2(self._root, joined, flags | _ALWAYS, mode)
                except OSError as error:
                    if error.errno != errno.ENOSYS:
                        raise
                    self._openat2 = False  # a filter that this process got later hides it
        return self._walk(path, flags, mode)

    def _walk(self, path: Path, flags: int, mode: int) -> int:
        at = self._root
        try:
            for name in path[:-1]:
                found = os.open(name, _DIRECTORY | _ALWAYS, dir_fd=at)
                if at != self._root:
                    os.close(at)
                at = found
            return os.open(path[-1], flags | _ALWAYS, mode, dir_fd=at)
        finally:
            if at != self._root:
                os.close(at)

    @contextlib.contextmanager
    def parent(self, path: Path) -> Iterator[int]:
        """A descriptor of the directory that an entry is in, to name it from."""
        if len(path) == 1:
            yield self._root
            return
        fd = self.open(path[:-1], _DIRECTORY)
        try:
            yield fd
        finally:
            os.close(fd)


def _openat2(root: int, path: bytes, flags: int, mode: int) -> int:
    how = _How(flags, mode, _RESOLVE)
    syscall = _libc().syscall
    number = errno.EAGAIN
    for _ in range(_TRIES):
        fd: int = syscall(
            ctypes.c_long(_SYS_OPENAT2),
            ctypes.c_int(root),
            ctypes.c_char_p(path),
            ctypes.byref(how),
            ctypes.c_size_t(ctypes.sizeof(how)),
        )
        if fd >= 0:
            return fd
        number = ctypes.get_errno()
        # EAGAIN: something was renamed meanwhile, and the kernel cannot be sure any more.
        if number not in (errno.EINTR, errno.EAGAIN):
            break
    raise OSError(number, os.strerror(number))


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


@functools.cache
def _has_openat2() -> bool:
    """Whether the kernel has it, and no filter around this process hides it."""
    if platform.system() != "Linux":
        return False
    fd = os.open("/", _DIRECTORY | os.O_CLOEXEC)
    try:
        os.close(_openat2(fd, b".", _DIRECTORY | os.O_CLOEXEC, 0))
    except OSError:
        return False
    finally:
        os.close(fd)
    return True
