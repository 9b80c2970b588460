"""What both directions of marshalling share."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from typing import TYPE_CHECKING, Any, Final, Protocol

from atoll.errors import MarshalError

if TYPE_CHECKING:
    from atoll.core.abort import AbortSignal

EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

BINARY_FORMATS: Final = ("B", "B", "B", "b", "H", "h", "I", "i", "Q", "q", "e", "f", "d", "B")
"""`memoryview` formats by class code: ArrayBuffer, Uint8, Uint8Clamped, Int8, Uint16, Int16,
Uint32, Int32, BigUint64, BigInt64, Float16, Float32, Float64, DataView."""

_BRIEF: Final = 200
_BRIEF_ITEMS: Final = 5
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

    def send_signal(self, signal: AbortSignal) -> tuple[int, int]:
        """The handle of a signal of ours, or 0; the guest's number of one of its own, or 0."""

    def guest_signal(self, number: Any) -> AbortSignal:
        """The guest's signal with that number."""


def describe(value: object, levels: int = 3) -> str:
    """A short text for a value of the guest, whatever it is.

    `repr` is no match for hostile values: shared references make its result exponentially long,
    deep ones exhaust the stack, and a large enough integer has none at all.
    """
    if isinstance(value, str | bytes):
        return repr(value) if len(value) <= _BRIEF else repr(value[: _BRIEF - 3]) + "..."
    if isinstance(value, int) and value.bit_length() > 4 * _BRIEF:
        return f"an integer of {value.bit_length()} bits"
    if isinstance(value, dict | list | set):
        items = ["..."]
        if levels:
            items = [
                f"{describe(item, 0)}: {describe(value[item], levels - 1)}"
                if isinstance(value, dict)
                else describe(item, levels - 1)
                for item in itertools.islice(value, _BRIEF_ITEMS)
            ]
            items += ["..."] * (len(value) > _BRIEF_ITEMS)
        start, end = "[]" if isinstance(value, list) else "{}"
        return f"{start}{', '.join(items)}{end}"[:_BRIEF]
    try:
        return repr(value)[:_BRIEF]
    except Exception:  # noqa: BLE001 - an owner's object, which may do anything
        return f"a {type(value).__name__}"


class Failure(Exception):
    """A value cannot cross; collects the keys from the value up to the root as it unwinds."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        self.keys: list[object] = []

    def error(self, root: str) -> MarshalError:
        path = root
        for key in reversed(self.keys):
            if isinstance(key, str) and _IDENTIFIER.fullmatch(key):
                path += f".{key}"
            else:
                path += f"[{describe(key)}]"
        return MarshalError(self.reason, path)
