"""What messages of a recording carry, as Python values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from atoll.core import marshal
from atoll.core.abort import AbortSignal
from atoll.core.host import _special_error
from atoll.core.marshal_decode import _Decoder
from atoll.core.notation import describe
from atoll.core.values import undefined
from atoll.errors import AtollError, JSError
from atoll.wire.frames import TAGGED, Frame, ProtocolViolation

_KINDS: Final = {
    "B": "Blob",
    "F": "File",
    "P": "Response",
    "Q": "Request",
    "a": "AbortSignal",
    "c": "instance",
    "f": "function",
    "h": "value",
    "p": "promise",
    "r": "ReadableStream",
    "w": "WritableStream",
    "x": "value",
}
"""What there is no value of when nobody is at the other end, by tag."""
_json_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class RecordedHandle:
    """Stands for a value that lived: a function, a promise, a stream.

    Attributes:
        kind: what it was.
        number: equal for the same value, for as long as it was held; 0 for one that has none.
        owner: where it lived: ``"guest"`` or ``"host"``.
    """

    kind: str
    number: int
    owner: str

    def __repr__(self) -> str:
        return f"<{self.kind} {self.number or ''}".rstrip() + f" of the {self.owner}>"


class _Live:
    """Handles, where nobody is at the other end."""

    sending = 0

    def __init__(self, sender: str) -> None:
        self._sender = sender

    def handle(self, data: list[Any]) -> RecordedHandle:
        number = data[1] if len(data) > 1 and type(data[1]) is int else 0
        others = {"guest": "host", "host": "guest"}
        owner = others[self._sender] if data[0] == "h" else self._sender
        return RecordedHandle(_KINDS.get(str(data[0]), "value"), number, owner)

    def decode_live(self, data: list[Any]) -> object:
        return self.handle(data)

    def find_exception(self, id: object) -> None:
        return None

    def guest_signal(self, number: Any) -> AbortSignal:
        return AbortSignal()

    def encode_live(self, value: object) -> None:
        raise NotImplementedError

    encode_exception = send_signal = encode_live

    def not_sent(self, since: int = 0) -> None:
        raise NotImplementedError


class _HostDecoder(_Decoder):
    """Reads what the host writes: a few tags have other data in that direction."""

    def __init__(self, frame: Frame) -> None:
        live = _Live("host")
        super().__init__(frame.segments, live)  # type: ignore[arg-type]
        self._handles = live

    def _untag(self, data: list[Any]) -> Any:
        match data:
            case ["i", bool(negative), str(digits)]:
                return -int(digits, 16) if negative else int(digits, 16)
            case ["u"]:
                return undefined
            case ["B" | "F" | "P" | "Q" | "r" | "w", *_]:
                return RecordedHandle(_KINDS[data[0]], 0, "host")
            case ["a" | "c" | "f" | "h" | "p", *_]:
                return self._handles.handle(data)
        return super()._untag(data)


def value_of(frame: Frame, *, by_guest: bool, depth: int) -> Any:
    """What a message carries.

    Raises:
        AtollError: a value that Python has no counterpart for.
        ProtocolViolation: nothing that a correct guest sends.
    """
    if by_guest:
        live: Any = _Live("guest")
        return marshal.decode(frame.body, frame.flags, frame.segments, live, depth=depth)
    if not frame.body:
        return None
    tree = _json_decode(frame.body)
    return _HostDecoder(frame).walk(tree) if frame.flags & TAGGED else tree


def value_or_text(frame: Frame, *, by_guest: bool, depth: int) -> Any:
    """The same; where there is no value, a text that says why."""
    try:
        return value_of(frame, by_guest=by_guest, depth=depth)
    except (AtollError, ProtocolViolation) as error:
        return f"<{error}>"


def error_of(frame: Frame, *, by_guest: bool, depth: int) -> BaseException:
    """What was thrown."""
    try:
        if by_guest and frame.flags & TAGGED:
            special = _special_error(frame)
            if special is not None:
                return special
        value = value_of(frame, by_guest=by_guest, depth=depth)
    except AtollError as error:
        return error
    except ProtocolViolation as violation:
        return AtollError(str(violation))
    if isinstance(value, BaseException):
        return value
    return JSError("Uncaught", describe(value), value=value)
