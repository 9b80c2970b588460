"""Namespaces and the empty root: a process that sees no files, no network and no other processes.

A child is made by ``clone(2)`` with all namespaces at once, from a single-threaded process, so that
the child can go on in Python for the few system calls before ``execve``. Its root directory becomes
a tmpfs that holds read-only bind mounts of the engine, its libraries and the guest's folders, at
the paths they have outside, so that arguments mean the same with and without a mount namespace.
"""

from __future__ import annotations

import ctypes
import os
import struct

from . import syscalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

NEWNS = 0x00020000  # an empty root: no file of the machine can be named, nor its metadata read
NEWCGROUP = 0x02000000  # does not see where in the machine's resource tree it runs
NEWUTS = 0x04000000  # does not learn the machine's name
NEWIPC = 0x08000000  # no System V or POSIX message queues and shared memory of others
NEWUSER = 0x10000000  # capabilities, if it ever got any, would be over nothing
NEWPID = 0x20000000  # cannot name, signal or trace another process; its death ends all it started
NEWNET = 0x40000000  # no interface, not even loopback; no abstract sockets of others

NAMES = {
    NEWUSER: "user",
    NEWPID: "pid",
    NEWNET: "net",
    NEWIPC: "ipc",
    NEWNS: "mount",
    NEWUTS: "uts",
    NEWCGROUP: "cgroup",
}
ALL = NEWUSER | NEWPID | NEWNET | NEWIPC | NEWNS | NEWUTS | NEWCGROUP

_SIGCHLD = 17

_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC = 1, 2, 4, 8
_MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = 32, 4096, 16384, 1 << 18
_MNT_DETACH = 2
_OLD_ROOT = "./.old-root"
_MOUNT_POINT = b"/tmp"
_DESCRIPTORS = (_OLD_ROOT + "/proc/self/fd").encode()
OWN_MAPS = "/proc/self/maps"
"""Where the C library looks for the limits of the first thread's stack."""
_READ_ONLY = _MS_REMOUNT | _MS_BIND | _MS_RDONLY | _MS_NOSUID | _MS_NODEV


def candidates(privileged: bool) -> tuple[int, ...]:
    """The sets of namespaces to try, the best first; the last is none at all.

    Args:
        privileged: whether namespaces may be had without a user namespace.
    """
    sets = [ALL, ALL & ~NEWCGROUP]
    if privileged:
        sets += [ALL & ~NEWUSER, ALL & ~NEWUSER & ~NEWCGROUP]
    # Some systems allow namespaces and forbid mounts in them.
    return (*sets, ALL & ~NEWNS, ALL & ~NEWNS & ~NEWCGROUP, 0)


def describe(flags: int) -> str:
    """The names of a set of namespaces."""
    return " ".join(name for flag, name in NAMES.items() if flags & flag) or "none"


def clone(flags: int) -> int:
    """Like ``os.fork``, into new namespaces. Only for single-threaded processes.

    Python's own after-fork work is skipped: the child must make system calls and execute.

    Raises:
        OSError: EPERM where the system forbids it, ENOSPC or EUSERS beyond its limits.
    """
    return syscalls.syscall("clone", flags | _SIGCHLD, 0, 0, 0, 0)


def write_id_maps(pid: int, become: tuple[int, int] | None) -> None:
    """Map users and groups into the child's user namespace. Called by its parent.

    Ids are the same inside as outside. The child starts as the caller, which has to be mapped for
    it to own the directories of its root.

    Args:
        become: user and group that the child changes to later, or ``None``.

    Raises:
        OSError: the system does not allow it.
    """
    users, groups = [os.geteuid()], [os.getegid()]
    if become is not None:
        users.append(become[0])
        groups.append(become[1])
    else:
        # Without it an unprivileged user could leave a group that denies something to it.
        _write(f"/proc/{pid}/setgroups", "deny")
    _write(f"/proc/{pid}/uid_map", "".join(f"{user} {user} 1\n" for user in users))
    _write(f"/proc/{pid}/gid_map", "".join(f"{group} {group} 1\n" for group in groups))


def _write(path: str, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)


def set_host_name(name: bytes) -> None:
    """Set the name that ``uname`` reports in this UTS namespace. Raises ``OSError``."""
    syscalls.syscall("sethostname", name, len(name))


class EmptyRoot:
    """The plan of a root directory, worked out once and carried out by each child.

    Args:
        executable: files to be seen and executed: the engine, the loader, its libraries.
        readable: files and folders to be seen; nothing in them can be executed.
        links: symbolic links, name to target.
        own_maps: whether a process sees its own address space listed in ``/proc/self/maps``.
    """

    def __init__(
        self,
        executable: Sequence[str],
        readable: Sequence[str],
        links: dict[str, str],
        *,
        own_maps: bool = False,
    ) -> None:
        self._directories: list[str] = []
        self._files: list[str] = []
        self._binds: list[tuple[bytes, bytes, int]] = []
        self._links = [(target, "." + name) for name, target in links.items()]
        known: set[str] = set()
        for path in links:
            self._parents(path, known)
        # Folders before what lies in them, and programs last: a mount covers earlier ones.
        folders = sorted(readable, key=len)
        for paths, flags in ((folders, _READ_ONLY | _MS_NOEXEC), (executable, _READ_ONLY)):
            for path in paths:
                self._parents(path, known)
                if os.path.isdir(path):
                    self._directory(path, known)
                elif path not in known:
                    known.add(path)
                    self._files.append("." + path)
                self._bind(path, path, flags)
        self._parents("/dev/fd", known)
        self._directory("/dev/fd", known)
        self._binds.append((_DESCRIPTORS, b"./dev/fd", _READ_ONLY | _MS_NOEXEC))
        if own_maps:
            self._parents(OWN_MAPS, known)
            self._files.append("." + OWN_MAPS)
            # Not resolved now: this is the child's own when the child mounts it.
            source = os.fsencode(_OLD_ROOT + OWN_MAPS)
            self._binds.append((source, os.fsencode("." + OWN_MAPS), _READ_ONLY | _MS_NOEXEC))

    def _bind(self, source: str, point: str, flags: int) -> None:
        # Resolved now: an absolute symbolic link would lead into the new root.
        real = _OLD_ROOT + os.path.realpath(source)
        self._binds.append((os.fsencode(real), os.fsencode("." + point), flags))

    def _parents(self, path: str, known: set[str]) -> None:
        at = path.find("/", 1)
        while at > 0:
            self._directory(path[:at], known)
            at = path.find("/", at + 1)

    def _directory(self, path: str, known: set[str]) -> None:
        if path not in known:
            known.add(path)
            self._directories.append("." + path)

    def enter(self) -> None:
        """Make the root and go there. Needs CAP_SYS_ADMIN over a mount namespace of its own.

        ``/dev/fd`` shows the descriptors of the calling process and, since the process id stays,
        those of what it executes.

        Raises:
            OSError: the process is then of no use: parts of the root may be in place.
        """
        mount = _mount
        # Without this, mounts would be seen by the machine (in a namespace made by root).
        mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None)
        options = b"mode=755,size=64k,nr_inodes=512"
        mount(b"none", _MOUNT_POINT, b"tmpfs", _MS_NOSUID | _MS_NODEV, options)
        os.chdir(_MOUNT_POINT)
        os.mkdir(_OLD_ROOT, 0o700)
        # First, because the sources may lie below the directory that the tmpfs covers.
        syscalls.syscall("pivot_root", b".", _OLD_ROOT.encode())
        for directory in self._directories:
            os.mkdir(directory, 0o755)
        for file in self._files:
            os.close(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o644))
        for target, name in self._links:
            os.symlink(target, name)
        for source, point, flags in self._binds:
            mount(source, point, None, _MS_BIND | _MS_REC, None)
            mount(None, point, None, flags, None)
        syscalls.syscall("umount2", _OLD_ROOT.encode(), _MNT_DETACH)
        os.rmdir(_OLD_ROOT)
        os.chdir("/")
        mount(None, b"/", None, _READ_ONLY, None)


_libc_mount = syscalls.libc.mount


def _mount(
    source: bytes | None, target: bytes, kind: bytes | None, flags: int, options: bytes | None
) -> None:
    if _libc_mount(source, target, kind, ctypes.c_ulong(flags), options) != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"mount {target.decode()}: {os.strerror(error)}")


_LAST_CAPABILITY = 63
_SECURE = 0b11101111  # NOROOT, NO_SETUID_FIXUP, NO_CAP_AMBIENT_RAISE and the locks of all


def drop_bounding_set() -> None:
    """No capability can be gained by executing a file, whoever owns it. Needs CAP_SETPCAP."""
    for capability in range(_LAST_CAPABILITY):
        try:
            syscalls.prctl(syscalls.PR_CAPBSET_DROP, capability)
        except OSError as error:
            if error.errno != 22:  # EINVAL: beyond the last capability of this kernel
                raise
            break
    syscalls.prctl(syscalls.PR_CAP_AMBIENT, syscalls.PR_CAP_AMBIENT_CLEAR_ALL)
    syscalls.prctl(syscalls.PR_SET_SECUREBITS, _SECURE)


def drop_capabilities() -> None:
    """Give up the effective, permitted and inheritable sets. Raises ``OSError``."""
    syscalls.syscall("capset", struct.pack("=Ii", 0x20080522, 0), bytes(24))
