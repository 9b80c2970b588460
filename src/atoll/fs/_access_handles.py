"""Host functions for access handles, which read and write files in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from atoll.fs._access import Operation
from atoll.fs._calls import (
    LARGEST_FILE,
    LARGEST_READ,
    SMALL,
    Answer,
    Calls,
    Lock,
    answer_of,
    countable,
    is_bytes,
    refuse,
    whole,
)
from atoll.fs._errors import Failure
from atoll.fs._locks import Mode
from atoll.fs._open import Opened
from atoll.fs._protocol import OpenFile, Path

_NOW: Final = 256 * 1024
"""Bytes that are read or written in the isolate's own thread when that does not have to wait."""
_MODES: Final[dict[object, Mode]] = {
    "readwrite": "exclusive",
    "read-only": "read-only",
    "readwrite-unsafe": "readwrite-unsafe",
}


class SyncFile:
    """A file that is open in place, and the lock for it."""

    def __init__(self, file: OpenFile, path: str, lock: Lock, *, writable: bool) -> None:
        self.file = file
        self.path = path
        self.lock = lock
        self.writable = writable

    def close(self) -> None:
        try:
            self.file.close()
        finally:
            self.lock.release()


class AccessHandles:
    """Access handles, by their numbers."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._worker = calls.worker
        self._opened = calls.opened
        self._observer = calls.observer

    def functions(self) -> dict[str, Callable[..., Answer]]:
        """By the names that the guest half knows them by."""
        return {
            "open": self._open,
            "syncRead": self._sync_read,
            "syncWrite": self._sync_write,
            "syncTruncate": self._sync_truncate,
            "syncSize": self._sync_size,
            "syncFlush": self._sync_flush,
            "syncClose": self._sync_close,
        }

    def _open(self, path: object = None, mode: object = None) -> Answer:
        """§ 3.2, createSyncAccessHandle: a number."""

        def work(names: Path) -> int:
            lock_mode = _MODES.get(mode) if type(mode) is str else None
            if lock_mode is None:
                refuse("a mode")
            self._opened.check_room()
            self._calls.check_file(names)
            lock = self._calls.lock(names, lock_mode)
            writable = lock_mode != "read-only"
            try:
                file = self._calls.filesystem.open(names, writable=writable)
            except BaseException:
                lock.release()
                raise
            name = "/".join(names)
            opened = Opened(SyncFile(file, name, lock, writable=writable), name, SyncFile.close)
            return self._opened.add(SyncFile, opened)

        return self._calls.do("open", path, work, quick=True)

    def _with_file(
        self,
        number: object,
        operation: Operation | None,
        work: Callable[[OpenFile], Any],
        *,
        changes: bool = False,
        now: Callable[[OpenFile], Any] | None = None,
        quick: bool = True,
        size: int | None = None,
    ) -> Answer:
        """Work on an open file.

        Args:
            number: what the guest calls it.
            operation: what the observer is told.
            work: may wait.
            changes: needs a file that is open for writing.
            now: the same as ``work`` without waiting, or None if that is not possible.
            quick: hardly ever waits on a quick file system.
            size: bytes that are written.
        """
        try:
            opened = self._opened.find(SyncFile, number)
        except Failure as failure:
            return answer_of(failure)

        def on(function: Callable[[OpenFile], Any]) -> Any:
            with opened as sync:
                assert isinstance(sync, SyncFile)  # noqa: S101 - for the type checker
                if changes and not sync.writable:
                    raise Failure("NoModificationAllowedError", "the handle is read-only")
                return function(sync.file)

        done = None if operation is None else self._calls.told(operation, opened.name, size=size)
        if now is not None and not self._worker.inline:
            answer = self._worker.attempt(lambda: on(now))
            if answer is not None:
                if done is not None:
                    done(answer)
                return answer
        return self._worker.do(lambda: on(work), done, quick=quick)

    def _sync_read(
        self, number: object = None, offset: object = None, size: object = None
    ) -> Answer:
        if (
            self._observer is None
            and type(number) is int
            and type(offset) is int
            and type(size) is int
            and 0 <= size <= _NOW
            and 0 <= offset <= LARGEST_FILE
        ):
            # The same as below in a quarter of the time, for what programs do most often.
            opened = self._opened.get(SyncFile, number)
            if opened is not None:
                try:
                    with opened as sync:
                        file = sync.file
                        read_now = file.read if self._worker.inline else file.read_now
                        data = read_now(offset, size)
                    if type(data) is bytes and len(data) <= size:
                        return data
                except KeyboardInterrupt:
                    raise
                except BaseException:  # noqa: BLE001, S110 - it comes again, and is answered there
                    pass
        try:
            at, count = whole(offset), min(whole(size), LARGEST_READ)
        except Failure as failure:
            return answer_of(failure)

        def read(file: OpenFile) -> bytes:
            return _checked(file.read(at, count), count)

        def read_at_once(file: OpenFile) -> bytes | None:
            data = file.read_now(at, count)
            return None if data is None else _checked(data, count)

        now = read_at_once if count <= _NOW else None
        return self._with_file(number, "read", read, now=now, quick=count <= SMALL)

    def _sync_write(
        self, number: object = None, offset: object = None, data: object = None
    ) -> Answer:
        """True when everything has been written."""
        if not isinstance(data, bytes | bytearray | memoryview):
            return answer_of(Failure("TypeError", "bytes are expected"))
        try:
            at = whole(offset, len(data))
        except Failure as failure:
            return answer_of(failure)

        def write(file: OpenFile) -> bool:
            file.write(at, data)
            return True

        def write_now(file: OpenFile) -> bool | None:
            return file.write_now(at, data) or None

        return self._with_file(
            number,
            "write",
            write,
            changes=True,
            now=write_now if len(data) <= _NOW else None,
            quick=len(data) <= SMALL,
            size=len(data),
        )

    def _sync_truncate(self, number: object = None, size: object = None) -> Answer:
        try:
            count = whole(size)
        except Failure as failure:
            return answer_of(failure)
        return self._with_file(number, "write", lambda file: file.truncate(count), changes=True)

    def _sync_size(self, number: object = None) -> Answer:
        size: Callable[[OpenFile], int] = lambda file: countable(file.size())  # noqa: E731
        return self._with_file(number, None, size, now=size)

    def _sync_flush(self, number: object = None) -> Answer:
        return self._with_file(number, None, lambda file: file.flush(), quick=False)

    def _sync_close(self, number: object = None) -> Answer:
        return self._calls.close(SyncFile, number)


def _checked(data: bytes, size: int) -> bytes:
    if not is_bytes(data) or len(data) > size:
        raise ValueError("a file system has read what it was not asked for")
    return data
