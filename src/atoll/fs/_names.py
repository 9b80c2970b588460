"""Which names a path may be made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from atoll.fs._protocol import Path

MAX_NAME_BYTES: Final = 255
"""Longest name, as UTF-8: what the file systems of Linux and macOS allow."""


def is_valid_name(name: object) -> bool:
    """A "valid file name" of File System Standard § 2.1, on any system, that is text at all.

    Both separators are refused everywhere, so that a tree means the same on every system.
    """
    if type(name) is not str or name in ("", ".", ".."):
        return False
    if "/" in name or "\\" in name or "\0" in name:
        return False
    try:
        return len(name.encode()) <= MAX_NAME_BYTES
    except UnicodeEncodeError:  # a lone surrogate
        return False


def split(path: str) -> Path:
    """A path of the owner's, ``"folder/name"``, as its names.

    Raises:
        ValueError: it holds a name that cannot be.
    """
    names = tuple(path.strip("/").split("/")) if path.strip("/") else ()
    for name in names:
        if not is_valid_name(name):
            raise ValueError(f"{name!r} in {path!r} cannot be the name of a file or directory")
    return names


def split_file(path: str) -> Path:
    """The same, of a file.

    Raises:
        ValueError: it is the root, or holds a name that cannot be.
    """
    names = split(path)
    if not names:
        raise ValueError(f"{path!r} is the root, which is no file")
    return names
