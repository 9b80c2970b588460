"""What the guest has open on the host, by numbers that only mean something here."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from atoll.fs._errors import Failure

T = TypeVar("T")


class Opened(Generic[T]):
    """Something open: a staged content, a file, a directory that is being listed.

    Its mutex keeps what a guest does to it at the same time, against all rules, in a row.
    """

    __slots__ = ("_close", "_mutex", "_thing", "name", "path")

    def __init__(self, thing: T, name: str, close: Callable[[T], None]) -> None:
        self.name = name
        self._thing: T | None = thing
        self._close = close
        self._mutex = threading.Lock()

    def __enter__(self) -> T:
        """The thing, for as long as it is used.

        Raises:
            Failure: it has been closed.
        """
        self._mutex.acquire()
        if self._thing is None:
            self._mutex.release()
            raise Failure("InvalidStateError", "it has been closed")
        return self._thing

    def __exit__(self, *_: object) -> None:
        self._mutex.release()

    def close(self) -> bool:
        """Close it. Returns whether it was open."""
        with self._mutex:
            thing, self._thing = self._thing, None
            if thing is None:
                return False
            self._close(thing)
            return True


class OpenTable:
    """Everything that one isolate has open."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: dict[tuple[type, int], Opened[object]] = {}
        self._numbers = itertools.count(1)
        self._ended = False

    def __len__(self) -> int:
        return len(self._entries)

    def check_room(self) -> None:
        """Raise unless one more may be opened."""
        if self._ended:
            raise Failure("InvalidStateError", "the isolate has ended")
        if len(self._entries) >= self._most:
            raise Failure(
                "QuotaExceededError",
                f"{self._most} streams, access handles and directory listings are open; close some",
            )

    def add(self, kind: type, opened: Opened[T]) -> int:
        """The number of something that has been opened."""
        number = next(self._numbers)
        self._entries[kind, number] = opened  # type: ignore[assignment]
        if self._ended:  # meanwhile, in a worker thread
            self._entries.pop((kind, number))
            opened.close()
            raise Failure("InvalidStateError", "the isolate has ended")
        return number

    def get(self, kind: type[T], number: int) -> Opened[T] | None:
        """What has that number, if there is such a thing."""
        return self._entries.get((kind, number))  # type: ignore[return-value]

    def find(self, kind: type, number: object) -> Opened[object]:
        """What the guest means by a number."""
        opened = self._entries.get((kind, number)) if type(number) is int else None
        if opened is None:
            raise Failure("InvalidStateError", "it has been closed")
        return opened

    def pop(self, kind: type, number: object) -> Opened[object] | None:
        """The same, to close it."""
        return self._entries.pop((kind, number), None) if type(number) is int else None

    def close_all(self) -> None:
        """The isolate has ended: give everything up."""
        self._ended = True
        interrupt: KeyboardInterrupt | None = None
        while self._entries:
            with contextlib.suppress(KeyError):  # emptied meanwhile
                _, opened = self._entries.popitem()
                try:
                    opened.close()
                except KeyboardInterrupt as error:
                    interrupt = error
                except BaseException:  # noqa: BLE001, S110 - the next one has to be closed all the same
                    pass
        if interrupt is not None:
            raise interrupt
