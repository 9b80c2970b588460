"""The hidden names of files that are not finished, and what becomes of those that never are.

A host that is killed leaves them behind. Whoever lists the directory later removes them: once they
are old, and nobody holds the lock that their writer takes.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import secrets
import stat as stat_modes
import time
from collections.abc import Iterable
from typing import Final

TEMPORARY: Final = ".atoll-"
"""How such names begin. Guests cannot see or use them."""
_NAME: Final = re.compile(r"\.atoll-[0-9a-f]{32}")
_OLD: Final = 3600.0
"""Seconds: far more than there are between the name of a finished file and its rename."""


def hidden_name() -> str:
    """A name that nothing has."""
    return TEMPORARY + secrets.token_hex(16)


def mark_as_used(fd: int) -> None:
    """Lock an unfinished file for as long as it is open, however long it takes to finish."""
    with contextlib.suppress(OSError):  # a file system without locks: `sweep` has none either
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def sweep(folder: int, names: Iterable[str]) -> None:
    """Remove what was left in a directory, of the hidden names that are in it."""
    for name in names:
        with contextlib.suppress(OSError):  # it has gone, or is not ours to remove
            if _is_abandoned(folder, name):
                os.unlink(name, dir_fd=folder)


def _is_abandoned(folder: int, name: str) -> bool:
    if _NAME.fullmatch(name) is None:
        return False
    found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    if not stat_modes.S_ISREG(found.st_mode) or time.time() - found.st_ctime < _OLD:
        return False
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    fd = os.open(name, flags, dir_fd=folder)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    finally:
        os.close(fd)
    return True
