"""What an observer is told of each access of the guest."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

Operation = Literal["look", "create", "remove", "move", "list", "read", "write", "commit", "open"]
logger: Final = logging.getLogger("atoll.fs")


@dataclass(frozen=True, slots=True)
class Access:
    """One access, after it was made or refused.

    Attributes:
        operation: ``"look"`` at an entry, ``"create"`` one or look at it, ``"remove"``, ``"move"``,
            ``"list"`` a directory, ``"read"`` bytes, ``"write"``: begin a stream that writes, or
            change a file in place; ``"commit"`` what a stream has written, ``"open"`` in place.
        path: of the entry: ``"folder/name"``; ``""`` is the root.
        target: of a move.
        bytes: that were read or written, where that is known.
        error: name of the error that the guest got, or ``None``.
    """

    operation: Operation
    path: str
    target: str | None = None
    bytes: int | None = None
    error: str | None = None


class Observer:
    """Calls the owner's callback, whatever that raises."""

    def __init__(self, callback: Callable[[Access], object]) -> None:
        self._callback = callback
        self._has_failed = False

    def __call__(self, access: Access) -> None:
        try:
            self._callback(access)
        except Exception:
            if not self._has_failed:
                self._has_failed = True
                logger.exception("on_access of Files raised; this is not logged again")
