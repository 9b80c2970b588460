"""``--mount``: folders that a program reaches through ``navigator.storage``."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .arguments import UsageError

if TYPE_CHECKING:
    from atoll.fs import Files

_MOUNT: Final = re.compile(r"(?:(?P<name>[^=]*)=)?(?P<folder>.*?)(?::(?P<mode>ro|rw))?", re.DOTALL)


def files_of(options: argparse.Namespace) -> Files | None:
    """What the program's files are; None: it has none.

    Raises:
        UsageError: a folder does not exist, or two have the same place.
    """
    if not options.mount:
        return None
    from atoll.fs import DirectoryFileSystem, Files, FileSystem, MemoryFileSystem

    mounts: dict[str, FileSystem] = {}
    for text in options.mount:
        match = _MOUNT.fullmatch(text)
        assert match is not None  # noqa: S101 - for the type checker: it matches any text
        name = (match["name"] or "").strip("/")
        if name in mounts:
            where = f"at {name}" if name else "as the root; write NAME=DIR"
            raise UsageError(f"two folders are mounted {where}")
        try:
            mounts[name] = DirectoryFileSystem(match["folder"], writable=match["mode"] == "rw")
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            folder, colon, mode = match["folder"].rpartition(":")
            if colon and Path(folder).is_dir():
                reason = f"{mode!r} is no way to mount {folder!r}; write :ro or :rw, or neither"
            raise UsageError(f"cannot mount {match['folder']!r}: {reason}") from None
    if "" not in mounts:
        mounts[""] = MemoryFileSystem()
    try:
        return Files(mounts)
    except ValueError as error:
        raise UsageError(str(error)) from None
