"""Moving where entries cannot be renamed: by a copy, of which nothing is left if that fails."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from atoll.fs._owner import walk

if TYPE_CHECKING:
    from atoll.fs._protocol import FileSystem, Path


def move_by_copying(filesystem: FileSystem, source: Path, target: Path) -> None:
    """Move a file, which may replace one, or a directory.

    Raises:
        FileExistsError: something is where a directory should go.
    """
    if filesystem.stat(source).kind == "file":
        is_new = not _is_there(filesystem, target)
        _copy_file(filesystem, source, target)
        try:
            filesystem.remove(source)
        except BaseException:
            if is_new:
                _undo(filesystem, source, target)
            raise
        return
    filesystem.make_directory(target)
    try:
        _copy_entries(filesystem, source, target)
        filesystem.remove_tree(source)
    except BaseException:
        _undo(filesystem, source, target)
        raise


def _is_there(filesystem: FileSystem, path: Path) -> bool:
    try:
        filesystem.stat(path)
    except FileNotFoundError:
        return False
    return True


def _copy_file(filesystem: FileSystem, source: Path, target: Path) -> None:
    with contextlib.closing(filesystem.open_to_read(source)) as content:
        filesystem.write(target, content)


def _copy_entries(filesystem: FileSystem, source: Path, target: Path) -> None:
    for name, _ in list(filesystem.scan(source)):
        inner, copy = (*source, name), (*target, name)
        if filesystem.stat(inner).kind == "directory":
            filesystem.make_directory(copy)
            _copy_entries(filesystem, inner, copy)
        else:
            _copy_file(filesystem, inner, copy)


def _undo(filesystem: FileSystem, source: Path, target: Path) -> None:
    """Remove a copy, unless it has something that is not where it came from any more."""
    with contextlib.suppress(Exception):  # the first failure is the one to tell
        if filesystem.stat(target).kind == "file":
            filesystem.stat(source)
            filesystem.remove(target)
            return
        here = {names[len(source) :] for names, _ in walk(filesystem, source)}
        if all(names[len(target) :] in here for names, _ in walk(filesystem, target)):
            filesystem.remove_tree(target)
