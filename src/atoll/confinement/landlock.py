"""Landlock: which files a process may open, and no network.

A ruleset is made once by the spawner, from open directories and files, and inherited by every
child that needs the same one: rules hold on to inodes, not to paths, so they mean the same inside
the child's empty root. The kernel denies every right that a ruleset *handles* and no rule grants;
so everything that this kernel's ABI knows is handled, and next to nothing granted.

Landlock does not govern metadata (``stat``), which the empty root and the seal take away, nor
pipes that the process already holds.
"""

from __future__ import annotations

import os
import struct

from .syscalls import syscall

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

EXECUTE = 1 << 0
READ_FILE = 1 << 2
READ_DIRECTORY = 1 << 3

# All file rights known to an ABI version. What is handled and not granted is denied.
_FS_RIGHTS = {
    1: (1 << 13) - 1,  # execute, read, write, list, remove, make: a guest must find no file to use
    2: (1 << 14) - 1,  # + refer: moving a file to a directory with more rights
    3: (1 << 15) - 1,  # + truncate: destroying a file without writing to it
    5: (1 << 16) - 1,  # + ioctl on devices
}
_NET_RIGHTS = 0b11  # ABI 4: TCP bind and connect; a guest talks to its host and to nobody else
_SCOPES = 0b11  # ABI 6: abstract unix sockets and signals to processes outside

_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1

_FILE_RIGHTS = EXECUTE | READ_FILE  # a rule on a file may carry no directory rights


def abi() -> int:
    """The kernel's Landlock ABI version; 0 when it has none or it is switched off."""
    try:
        return syscall("landlock_create_ruleset", 0, 0, _CREATE_RULESET_VERSION)
    except OSError:
        return 0


def create_ruleset(
    executable: Iterable[str], readable: Iterable[str], *, version: int | None = None
) -> int:
    """Make a ruleset and return its descriptor (close-on-exec).

    Args:
        executable: files that may be read, mapped and executed: the engine and its libraries.
        readable: files and folders that may be read, with all that is below them.
        version: the ABI to use, at most the kernel's; by default the kernel's.

    Raises:
        OSError: when the kernel has no Landlock, or a path cannot be opened.
    """
    version = abi() if version is None else version
    if version < 1:
        raise OSError(38, "Landlock is not available in this kernel")
    rights = max(right for since, right in _FS_RIGHTS.items() if since <= version)
    attributes = [rights]
    if version >= 4:
        attributes.append(_NET_RIGHTS)
    if version >= 6:
        attributes.append(_SCOPES)
    packed = struct.pack(f"={len(attributes)}Q", *attributes)
    ruleset = syscall("landlock_create_ruleset", packed, len(packed), 0)
    try:
        for path in executable:
            _allow(ruleset, path, EXECUTE | READ_FILE)
        for path in readable:
            _allow(ruleset, path, READ_FILE | READ_DIRECTORY)
    except BaseException:
        os.close(ruleset)
        raise
    return ruleset


def _allow(ruleset: int, path: str, rights: int) -> None:
    target = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if (os.fstat(target).st_mode & 0o170000) != 0o040000:
            rights &= _FILE_RIGHTS
        rule = struct.pack("=Qi", rights, target)
        syscall("landlock_add_rule", ruleset, _RULE_PATH_BENEATH, rule, 0)
    finally:
        os.close(target)


def restrict_self(ruleset: int) -> None:
    """Put the calling thread under the ruleset for good. Needs no_new_privs, raises OSError."""
    syscall("landlock_restrict_self", ruleset, 0)
