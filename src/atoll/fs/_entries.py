"""Host functions that find, make, move and remove entries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from atoll.fs._calls import LARGEST_FILE, Answer, Calls, refuse
from atoll.fs._errors import Failure
from atoll.fs._owner import walk
from atoll.fs._protocol import Kind, Path
from atoll.fs._snapshots import Snapshots

_KINDS: Final[dict[object, Kind]] = {"file": "file", "directory": "directory"}


class Entries:
    """Files and directories, by their paths."""

    def __init__(self, calls: Calls, snapshots: Snapshots) -> None:
        self._calls = calls
        self._snapshots = snapshots

    def functions(self) -> dict[str, Callable[..., Answer]]:
        """By the names that the guest half knows them by."""
        return {
            "lookup": self._lookup,
            "remove": self._remove,
            "move": self._move,
            "estimate": self._estimate,
        }

    def _lookup(self, path: object = None, kind: object = None, create: object = None) -> Answer:
        """§ 3.3, 3.4: what `getFileHandle` and `getDirectoryHandle` do.

        The snapshot of a file that was there, perhaps: the next thing that guests ask for.
        """
        wanted = _KINDS.get(kind) if type(kind) is str else None

        def work(names: Path) -> list[Any] | None:
            if wanted is None or not names:
                refuse("a kind, and the path of an entry")
            try:
                found = self._calls.stat(names)
            except FileNotFoundError:
                if create is not True:
                    raise
                self._create(names, wanted)
                return None
            if found.kind != wanted:
                raise Failure("TypeMismatchError", f"the entry is a {found.kind}")
            if (
                self._snapshots.are_carried
                and wanted == "file"
                and create is not True
                and found.size <= LARGEST_FILE
            ):
                return self._snapshots.of(names, found)
            return None

        return self._calls.do("create" if create is True else "look", path, work, quick=True)

    def _create(self, names: Path, kind: Kind) -> None:
        if kind == "file":
            self._calls.filesystem.create(names)
            return
        try:
            self._calls.filesystem.make_directory(names)
        except FileExistsError:  # somebody else was faster
            if self._calls.stat(names).kind != "directory":
                raise

    def _remove(self, path: object = None, recursive: object = None) -> Answer:
        """Remove an entry; of the root, what is in it."""
        filesystem = self._calls.filesystem

        def work(names: Path) -> None:
            found = self._calls.stat(names)
            with self._calls.alone(names):
                if not names or (found.kind == "directory" and recursive is True):
                    if recursive is not True and any(True for _ in filesystem.scan(names)):
                        raise Failure("InvalidModificationError", "the directory is not empty")
                    filesystem.remove_tree(names)
                else:
                    filesystem.remove(names)

        return self._calls.do("remove", path, work, quick=recursive is not True)

    def _move(self, path: object = None, kind: object = None, target: object = None) -> Answer:
        """Move a file or directory."""
        try:
            to = self._calls.path(target)
        except Failure as failure:
            return self._calls.fail(failure, quick=kind == "file")

        def work(names: Path) -> None:
            if not names or not to:
                raise Failure("InvalidModificationError", "the root cannot be moved")
            found = self._calls.stat(names)
            if found.kind != kind:
                raise Failure("TypeMismatchError", f"the entry is a {found.kind}")
            with self._calls.alone(names):
                if names == to:
                    return
                if to[: len(names)] == names:
                    raise Failure("InvalidModificationError", "a directory cannot go into itself")
                if found.kind == "directory" and len(to) > len(names):
                    self._check_depth(names, self._calls.max_depth - len(to))
                with self._calls.alone(to):
                    self._replace(names, found.kind, to)

        quick = kind == "file"
        return self._calls.do("move", path, work, quick=quick, target="/".join(to))

    def _check_depth(self, top: Path, deepest: int) -> None:
        """Raise if a directory nests deeper: moved on and on, it could nest without end."""
        for names, _ in walk(self._calls.filesystem, top, skip_unreadable=True):
            if len(names) - len(top) > deepest:
                raise Failure(
                    "TypeError", f"directories are nested {self._calls.max_depth} deep at most"
                )

    def _replace(self, names: Path, kind: Kind, to: Path) -> None:
        try:
            there = self._calls.stat(to)
        except FileNotFoundError:
            pass
        else:
            if kind == "directory" or there.kind == "directory":
                raise Failure("InvalidModificationError", "something of that name is there already")
        self._calls.filesystem.move(names, to)

    def _estimate(self) -> Answer:
        """Storage Standard § 4: [bytes used, quota or null]."""

        def work() -> list[int | None]:
            usage = self._calls.filesystem.usage()
            most = usage.max_bytes
            return [
                min(usage.bytes, LARGEST_FILE),
                None if most is None else min(most, LARGEST_FILE),
            ]

        return self._calls.worker.do(work, None, beside=True)
