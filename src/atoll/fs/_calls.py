"""What the host functions of the guest half have in common. What the guest passes is checked here.

The guest names entries by their paths, as lists of names from the root, and open streams and access
handles by numbers. Nothing else that it could send means anything, so there is nothing to forge: a
path that it makes up is one that it could have walked to.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final, NoReturn

from atoll.fs._access import Access, Observer, Operation
from atoll.fs._errors import Failed, Failure
from atoll.fs._locks import LockTable, Mode, locks_of
from atoll.fs._names import is_valid_name
from atoll.fs._open import OpenTable
from atoll.fs._protocol import FileSystem, Path, Stat
from atoll.fs._work import Worker
from atoll.limits import MiB

Answer = Awaitable[Any] | Any

LARGEST_FILE: Final = 2**53 - 1
"""Bytes that a number of the guest's can count."""
LARGEST_READ: Final = 8 * MiB
SMALL: Final = 64 * 1024
"""Bytes that are read or written in little more time than none."""
_LOCKED: Final = "a stream or access handle is open there"


class Lock:
    """A lock that is held."""

    def __init__(self, table: LockTable, path: Path) -> None:
        self._table = table
        self._path = path

    def release(self) -> None:
        self._table.release(self._path)


class Calls:
    """What one isolate may do with one file system, and what it has open there.

    Attributes:
        filesystem: the file system.
        observer: who is told of each access.
        max_depth: names in a path.
        worker: does the work.
        opened: what the guest has open.
    """

    def __init__(
        self, filesystem: FileSystem, observer: Observer | None, *, max_depth: int, max_open: int
    ) -> None:
        self.filesystem = filesystem
        self.observer = observer
        self.max_depth = max_depth
        self.worker = Worker(filesystem)
        self.opened = OpenTable(max_open)

    def path(self, value: object) -> Path:
        """The path that a guest means.

        Raises:
            Failure: it is none.
        """
        if type(value) is not list:
            refuse("a path is a list of names")
        if len(value) > self.max_depth:
            raise Failure("TypeError", f"directories are nested {self.max_depth} deep at most")
        for name in value:
            if not is_valid_name(name):
                raise Failure("TypeError", "the name is not allowed")
        return tuple(value)

    def do(
        self,
        operation: Operation,
        path: object,
        work: Callable[[Path], Any],
        *,
        quick: bool = False,
        beside: bool = False,
        target: str | None = None,
    ) -> Answer:
        """Check a path, then do the work and tell the observer."""
        try:
            names = self.path(path)
        except Failure as failure:
            return self.fail(failure, quick=quick, beside=beside)
        done = self.told(operation, "/".join(names), target)
        return self.worker.do(lambda: work(names), done, quick=quick, beside=beside)

    def fail(self, failure: Failure, *, quick: bool = False, beside: bool = False) -> Answer:
        """Answer with a failure, in its turn."""

        def work() -> NoReturn:
            raise failure

        return self.worker.do(work, None, quick=quick, beside=beside)

    def told(
        self, operation: Operation, path: str, target: str | None = None, size: int | None = None
    ) -> Callable[[Any], None] | None:
        """What tells the observer of an access, once there is an answer."""
        observer = self.observer
        if observer is None:
            return None

        def done(answer: Any) -> None:
            error = answer[1] if _is_failed(answer) else None
            count = len(answer) if type(answer) is bytes else size
            observer(Access(operation, path, target, count, error))

        return done

    def stat(self, names: Path) -> Stat:
        """What is there.

        Raises:
            ValueError: what the file system says cannot be.
        """
        found = self.filesystem.stat(names)
        if found.kind == "directory":
            return found
        if found.kind != "file":
            raise ValueError(f"the kind of an entry cannot be {found.kind!r}")
        if type(found.size) is not int or found.size < 0:
            raise ValueError(f"the size of a file cannot be {found.size!r}")
        return found

    def check_file(self, names: Path) -> None:
        """Raise unless there is a file."""
        if self.stat(names).kind != "file":
            raise Failure("TypeMismatchError", "the entry is a directory")

    def lock(self, names: Path, mode: Mode) -> Lock:
        """Lock an entry."""
        filesystem, inner = self.filesystem.locate(names)
        table = locks_of(filesystem)
        if not table.take(inner, mode):
            raise Failure("NoModificationAllowedError", _LOCKED)
        return Lock(table, inner)

    @contextlib.contextmanager
    def alone(self, names: Path) -> Iterator[None]:
        """With an exclusive lock on an entry that has no lock below it."""
        filesystem, inner = self.filesystem.locate(names)
        table = locks_of(filesystem)
        if table.is_locked(inner) or not table.take(inner, "exclusive"):
            raise Failure("NoModificationAllowedError", _LOCKED)
        try:
            yield
        finally:
            table.release(inner)

    def close(self, kind: type, number: object) -> Answer:
        """Close what the guest means by a number, if that is anything."""

        def work() -> None:
            # Not before: work that is never begun, as the isolate ends, must leave it in the table.
            opened = self.opened.pop(kind, number)
            if opened is not None:
                opened.close()

        return self.worker.do(work, None, quick=True)


def whole(value: object, more: int = 0) -> int:
    """A size or offset of the guest's."""
    if type(value) is float and value > LARGEST_FILE:
        value = LARGEST_FILE + 1
    if type(value) is not int or value < 0:
        refuse("a size or an offset")
    if value + more > LARGEST_FILE:
        raise Failure("QuotaExceededError", "no file can be that large")
    return value


def countable(size: int) -> int:
    """The size of a file, as the guest is told it."""
    if size > LARGEST_FILE:
        raise Failure("NotReadableError", "the file is larger than a number can count")
    return size


def is_bytes(value: object) -> bool:
    """Whether it is bytes, in any form that can be sent."""
    if type(value) is bytes:
        return True
    return isinstance(value, bytes | bytearray) or (
        isinstance(value, memoryview) and value.itemsize == 1
    )


def refuse(expected: str) -> NoReturn:
    """What no guest half of ours sends."""
    raise Failure("TypeError", f"{expected} is expected")


def answer_of(failure: Failure) -> Failed:
    """What the guest is told of a failure."""
    return ["!", failure.name, str(failure)]


def _is_failed(answer: Any) -> bool:
    return type(answer) is list and len(answer) == 3 and answer[0] == "!"
