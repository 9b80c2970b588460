"""What both directions of marshalling share."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final, Protocol

from atoll.errors import MarshalError

EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

BINARY_FORMATS: Final = ("B", "B", "B", "b", "H", "h", "I", "i", "Q", "q", "e", "f", "d", "B")
"""`memoryview` formats by class code: ArrayBuffer, Uint8, Uint8Clamped, Int8, Uint16, Int16,
Uint32, Int32, BigUint64, BigInt64, Float16, Float32, Float64, DataView."""

_IDENTIFIER: Final = re.compile(r"[^\W\d][\w$]*", re.UNICODE)


class LiveValues(Protocol):
    """How values that stay where they are get handles. See `handles.py`."""

    def encode_live(self, value: object) -> list[Any] | None:
        """The tag for a callable, awaitable, reference or class instance; None: not one."""

    @property
    def sending(self) -> int:
        """How many handles the message that is being encoded has so far."""

    def not_sent(self, since: int = 0) -> None:
        """Take back the message's handles from that one on: they do not go out."""

    def encode_exception(self, error: BaseException) -> int:
        """A number by which the exception is known when it comes back."""

    def find_exception(self, id: object) -> BaseException | None:
        """The exception with that number, if it is still remembered."""

    def decode_live(self, data: list[Any]) -> object:
        """The value of an ``f``, ``p``, ``x`` or ``h`` tag."""


class Failure(Exception):
    """A value cannot cross; collects the keys from the value up to the root as it unwinds."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.keys: list[object] = []

    def error(self, root: str) -> MarshalError:
        path = root
        for key in reversed(self.keys):
            if isinstance(key, str):
                path += f".{key}" if _IDENTIFIER.fullmatch(key) else f"[{key!r}]"
            else:
                path += f"[{key!r}]"
        return MarshalError(self.reason, path)
