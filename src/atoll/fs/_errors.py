"""What the guest is told of a failure: a name of Web IDL and a text without anything of the host's.

Failures are answers, not exceptions of the host: the guest half makes a ``DOMException`` of each.
"""

from __future__ import annotations

import errno
import logging
from typing import Final

from atoll.fs._protocol import FileChanged, NotAFile, QuotaExceeded

logger: Final = logging.getLogger("atoll.fs")

Failed = list[str]
"""``["!", name, message]``"""

UNKNOWN: Final = ("!", "UnknownError", "the file system has failed")
_NAMES: Final[dict[int, tuple[str, str]]] = {
    errno.ENOENT: ("NotFoundError", "there is no such file or directory"),
    errno.ENOTDIR: ("NotFoundError", "a part of the path is no directory"),
    errno.ELOOP: ("TypeMismatchError", "the path leads over a symbolic link"),
    errno.ENXIO: ("TypeMismatchError", "the entry is neither a file nor a directory"),
    errno.ENODEV: ("TypeMismatchError", "the entry is neither a file nor a directory"),
    errno.EISDIR: ("TypeMismatchError", "there is a directory of that name"),
    errno.EEXIST: ("TypeMismatchError", "something of that name is there already"),
    errno.ENOTEMPTY: ("InvalidModificationError", "the directory is not empty"),
    errno.EACCES: ("NotAllowedError", "permission denied"),
    errno.EPERM: ("NotAllowedError", "permission denied"),
    errno.EROFS: ("NotAllowedError", "the file system is read-only"),
    errno.ENOSPC: ("QuotaExceededError", "there is no room left"),
    errno.EDQUOT: ("QuotaExceededError", "the quota is used up"),
    errno.EFBIG: ("QuotaExceededError", "the file would be too large"),
    errno.EMFILE: ("QuotaExceededError", "too much is open"),
    errno.ENFILE: ("QuotaExceededError", "too much is open"),
    errno.ENAMETOOLONG: ("TypeError", "the name is too long"),
    errno.EBUSY: ("NoModificationAllowedError", "the entry is in use"),
}


class Failure(Exception):
    """A failure that the host half has found itself."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def failed(error: BaseException) -> Failed:
    """What to answer."""
    if isinstance(error, Failure):
        return ["!", error.name, str(error)]
    if isinstance(error, FileChanged):
        return ["!", "NotReadableError", "the file has changed since getFile()"]
    if isinstance(error, NotAFile):
        return ["!", *_NAMES[errno.ENXIO]]
    if isinstance(error, QuotaExceeded):
        return ["!", "QuotaExceededError", error.strerror or "the quota is used up"]
    number = error.errno if isinstance(error, OSError) else None
    if number is None:
        number = _number(error)
    if number is not None and number in _NAMES:
        return ["!", *_NAMES[number]]
    return list(UNKNOWN)


def _number(error: BaseException) -> int | None:
    """Many libraries raise the subclasses of OSError without a number."""
    for kind, number in _KINDS:
        if isinstance(error, kind):
            return number
    return None


_KINDS: Final = (
    (FileNotFoundError, errno.ENOENT),
    (FileExistsError, errno.EEXIST),
    (NotADirectoryError, errno.ENOTDIR),
    (IsADirectoryError, errno.EISDIR),
    (PermissionError, errno.EACCES),
)
