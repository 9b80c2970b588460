"""Marshalling to the guest. `marshal.py` describes the notation."""

from __future__ import annotations

import array
import dataclasses
import datetime as dt
import decimal
import enum
import pathlib
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Final

import msgspec

from atoll.core import web
from atoll.core.abort import AbortSignal
from atoll.core.headers import Headers, encode_headers
from atoll.core.notation import EPOCH, Failure, LiveValues
from atoll.core.values import JSMap, JSRegExp, undefined
from atoll.errors import AtollError, HostOutOfMemory, JSError, MarshalError
from atoll.wire.frames import TAGGED, Buffer

MAX_SAFE_INTEGER: Final = 2**53 - 1
_CODES: Final = {"b": 3, "H": 4, "h": 5, "I": 6, "i": 7, "Q": 8, "q": 9, "e": 10, "f": 11, "d": 12}
_CODES_BY_SIZE: Final = {("L", 4): 6, ("L", 8): 8, ("l", 4): 7, ("l", 8): 9}

_json_encode_into = msgspec.json.Encoder().encode_into
_FIRST: Final = 512
"""Bytes of a new buffer, which grows as it is needed."""

Encoded = tuple[bytes | bytearray, int, list[Buffer]]
"""Body, frame flags, segments."""


def encode(value: object, live: LiveValues, *, depth: int, root: str = "value") -> Encoded:
    """Encode a value, or for ``root="args"`` a sequence of separate values.

    Raises:
        MarshalError: something in it cannot cross; names the path to it.
        HostOutOfMemory: there is no memory for it.
    """
    try:
        if _is_plain(value):
            try:
                return _json_encode(value), 0, _NO_SEGMENTS
            except UnicodeEncodeError:
                pass  # a lone surrogate: the encoder below finds it
        return _encode(value, live, depth, root)
    except MemoryError as error:
        raise HostOutOfMemory(
            "there is no memory to marshal a value, which was not sent"
        ) from error


def _encode(value: object, live: LiveValues, depth: int, root: str) -> Encoded:
    encoder = _Encoder(live, depth)
    try:
        tree = encoder.encode(value)
        try:
            body = _json_encode(tree)
        except UnicodeEncodeError:
            # Lone surrogates are rare enough not to look for them in every string.
            live.not_sent()
            encoder = _Encoder(live, depth, check_strings=True)
            body = _json_encode(encoder.encode(value))
    except Failure as failure:
        raise failure.error(root) from failure.__cause__
    except RecursionError:
        raise MarshalError(f"nested deeper than the Python stack allows ({depth=})", root) from None
    except (AtollError, MemoryError):
        raise
    except Exception as error:
        # A property, an iterator or the like of the owner's own object.
        reason = f"{type(error).__name__} was raised while it was marshalled: {_text_of(error)}"
        raise MarshalError(reason, root) from error
    return body, TAGGED if encoder.tagged else 0, encoder.segments


def _json_encode(tree: Any) -> bytearray:
    # Not `encode`: where its buffer cannot grow, msgspec 0.22 ends the process by a fault.
    body = bytearray(_FIRST)
    _json_encode_into(tree, body)
    return body


_NO_SEGMENTS: Final[list[Buffer]] = []


def _is_plain(value: Any) -> bool:
    """Whether a value, or every value in a tuple, is a scalar that JSON writes as it is.

    Most calls pass nothing else, and this is several times faster than the encoder.
    """
    for item in value if type(value) is tuple else (value,):
        kind = type(item)
        if kind is int:
            if not -MAX_SAFE_INTEGER <= item <= MAX_SAFE_INTEGER:
                return False
        elif kind is float:
            if item - item != 0:
                return False
        elif kind is not str and kind is not bool and item is not None:
            return False
    return True


class _Encoder:
    def __init__(self, live: LiveValues, depth: int, *, check_strings: bool = False) -> None:
        self.segments: list[Buffer] = []
        self.tagged = False
        self._live = live
        self._limit = depth
        self._check_strings = check_strings
        # What each container was encoded to, by identity. Values are kept alive beside it, as
        # conversions make temporary ones whose addresses would come back.
        self._memo: dict[int, tuple[object, Any]] = {}
        self._labels: dict[int, int] = {}

    def encode(self, value: object) -> Any:
        if type(value) is tuple:  # arguments: separate values, at depth 0
            tree: Any = []
            for index, item in enumerate(value):
                try:
                    tree.append(self._walk(item, 0))
                except Failure as failure:
                    failure.keys.append(index)
                    raise
        else:
            tree = self._walk(value, 0)
        return self._label(tree) if self._labels else tree

    def _tag(self, *data: Any) -> dict[str, Any]:
        self.tagged = True
        return {"$": list(data)}

    def _walk(self, value: Any, depth: int) -> Any:
        kind = type(value)
        if kind is str:
            if self._check_strings and not _is_well_formed(value):
                return self._tag("s", self._segment(value.encode("utf-16-le", "surrogatepass")))
            return value
        if kind is bool or value is None:
            return value
        if kind is int:
            if -MAX_SAFE_INTEGER <= value <= MAX_SAFE_INTEGER:
                return value
            return self._tag("i", value < 0, hex(abs(value)))
        if kind is float:
            # Subtracting is the quickest test: NaN and infinities give NaN.
            return value if value - value == 0 else self._tag("n", _number_text(value))
        if kind is list or kind is dict:
            known = self._memo.get(id(value))
            if known is not None:
                return self._reference(known[1])
            if depth >= self._limit:
                raise Failure(f"nested deeper than Limits.depth ({self._limit})")
            return self._list(value, depth) if kind is list else self._dict(value, depth)
        return self._other(value, kind, depth)

    def _list(self, value: Sequence[Any], depth: int) -> list[Any]:
        out: list[Any] = []
        self._memo[id(value)] = (value, out)
        walk = self._walk
        depth += 1
        for item in value:
            try:
                out.append(walk(item, depth))
            except Failure as failure:
                failure.keys.append(len(out))
                raise
        return out

    def _dict(self, value: Mapping[Any, Any], depth: int, owner: object = None) -> Any:
        """`owner`: what is known by this form, when `value` is a copy of its contents."""
        out: dict[str, Any] = {}
        for key in value:
            if type(key) is not str:
                return self._map(value, depth)
            if key == "$" or (self._check_strings and not _is_well_formed(key)):
                return self._entries("o", value, depth, owner)
        owner = value if owner is None else owner
        self._memo[id(owner)] = (owner, out)
        walk = self._walk
        depth += 1
        key = None
        try:
            for key, item in value.items():
                out[key] = walk(item, depth)
        except Failure as failure:
            failure.keys.append(key)
            raise
        return out

    def _map(self, value: Mapping[Any, Any], depth: int) -> Any:
        if all(isinstance(key, str) for key in value):
            fields = {str.__str__(key): item for key, item in value.items()}
            return self._dict(fields, depth, value)
        return self._entries("m", value, depth)

    def _entries(self, tag: str, value: Mapping[Any, Any], depth: int, owner: object = None) -> Any:
        entries: list[Any] = []
        out = self._tag(tag, entries)
        owner = value if owner is None else owner
        self._memo[id(owner)] = (owner, out)
        for key, item in value.items():
            try:
                entries.append([self._walk(key, depth + 1), self._walk(item, depth + 1)])
            except Failure as failure:
                failure.keys.append(key)
                raise
        return out

    def _other(self, value: Any, kind: type, depth: int) -> Any:
        known = self._memo.get(id(value))
        if known is not None:
            return self._reference(known[1])
        live = self._live.encode_live(value)
        if live is not None:
            out = self._tag(*live)
            if live[0] in _MADE_ANEW:
                self._memo[id(value)] = (value, out)
            return out
        method = _encoder_of(kind)
        if depth >= self._limit and method in _CONTAINERS:
            raise Failure(f"nested deeper than Limits.depth ({self._limit})")
        return method(self, value, depth)

    def _fields(self, value: Any, depth: int) -> Any:
        if dataclasses.is_dataclass(value):
            names = [field.name for field in dataclasses.fields(value)]
        else:
            names = list(value.__struct_fields__)
        return self._dict({name: getattr(value, name) for name in names}, depth, value)

    def _segment(self, data: Buffer) -> int:
        self.segments.append(data)
        return len(self.segments) - 1

    def _reference(self, node: Any) -> Any:
        return self._tag("#", self._labels.setdefault(id(node), len(self._labels)))

    def _label(self, node: Any) -> Any:
        """Wrap each form that is referred to in its definition."""
        kind = type(node)
        if kind is list:
            for index, item in enumerate(node):
                node[index] = self._label(item)
        elif kind is dict:
            for key, item in node.items():
                node[key] = self._label(item)
        else:
            return node
        label = self._labels.get(id(node))
        return node if label is None else {"$": ["@", label, node]}

    # Encoders by type

    def _tuple(self, value: Any, depth: int) -> Any:
        return self._list(value, depth)

    def _set(self, value: AbstractSet[Any], depth: int) -> Any:
        items: list[Any] = []
        out = self._tag("S", items)
        self._memo[id(value)] = (value, out)
        items.extend(self._walk(item, depth + 1) for item in value)
        return out

    def _js_map(self, value: JSMap, depth: int) -> Any:
        return self._entries("m", value, depth)

    def _bytes(self, value: bytes, depth: int) -> Any:
        return self._tag("b", self._segment(bytes(value)), 1)

    def _buffer(self, value: Any, depth: int) -> Any:
        try:
            view = memoryview(value)
        except TypeError:
            instead = (
                "its total_seconds()"
                if isinstance(value, dt.timedelta)
                else "a dict, a dataclass or bytes, a function, or an instance of a class given to "
                "define_class"
            )
            raise Failure(
                f"a value of type {type(value).__qualname__} cannot cross into the isolate; "
                f"pass {instead}"
            ) from None
        format = view.format.lstrip("@=")
        code = _CODES.get(format) or _CODES_BY_SIZE.get((format, view.itemsize), 1)
        if code == 1 and format not in ("B", "c"):
            raise Failure(f"a buffer of format {view.format!r} has no typed array; pass bytes")
        # Copied: the caller may change it before the frame has gone out.
        out = self._tag("b", self._segment(view.tobytes()), code)
        self._memo[id(value)] = (value, out)
        return out

    def _datetime(self, value: dt.datetime, depth: int) -> Any:
        if value.tzinfo is None:
            raise Failure("a datetime without a time zone is no point in time; add tzinfo")
        return self._tag("d", (value - EPOCH) // dt.timedelta(milliseconds=1))

    def _isoformat(self, value: Any, depth: int) -> Any:
        return value.isoformat()

    def _text(self, value: object, depth: int) -> Any:
        return self._walk(str(value), depth)

    def _enum(self, value: enum.Enum, depth: int) -> Any:
        if value is undefined:
            return self._tag("u")
        return self._walk(value.value, depth)

    def _int(self, value: int, depth: int) -> Any:
        return self._walk(int(value), depth)

    def _float(self, value: float, depth: int) -> Any:
        return self._walk(float(value), depth)

    def _str(self, value: str, depth: int) -> Any:
        return self._walk(str.__str__(value), depth)

    def _regexp(self, value: JSRegExp, depth: int) -> Any:
        return self._tag("R", self._walk(value.source, depth), value.flags)

    def _pattern(self, value: re.Pattern[Any], depth: int) -> Any:
        if isinstance(value.pattern, bytes):
            raise Failure("a pattern over bytes has no counterpart; JavaScript matches text")
        flags = "".join(
            letter
            for flag, letter in ((re.IGNORECASE, "i"), (re.MULTILINE, "m"), (re.DOTALL, "s"))
            if value.flags & flag
        )
        return self._tag("R", self._walk(value.pattern, depth), flags + "u")

    def _abort_signal(self, value: AbortSignal, depth: int) -> Any:
        handle, number = self._live.send_signal(value)
        data = ["a", value.aborted, handle, number, None]
        out = self._tag(*data)
        self._memo[id(value)] = (value, out)
        if value.aborted:
            reason = undefined if value.reason is None else value.reason
            out["$"][4] = self._walk(reason, depth + 1)
        return out

    def _exception(self, value: BaseException, depth: int) -> Any:
        if isinstance(value, JSError):
            name, message, stack = value.name, value.message, value.js_stack
        else:
            # str() of a KeyError is the repr of its key.
            plain = isinstance(value, KeyError) and len(value.args) == 1
            message = _text_of(value.args[0] if plain else value)
            name, stack = getattr(value, "js_name", type(value).__name__), None
        fields: list[Any] = []
        data = ["E", name, message, stack, fields, self._live.encode_exception(value)]
        out = self._tag(*data)
        self._memo[id(value)] = (value, out)
        if not _json_safe(name, message, stack):
            out["$"][1:4] = [self._walk(part, depth) for part in (name, message, stack)]
        for key, item in _error_fields(value):
            known, sending = len(self._memo), self._live.sending
            try:
                fields.append([self._walk(key, depth), self._walk(item, depth + 1)])
            except Failure:
                # A field that cannot cross must not hide the error itself.
                self._live.not_sent(sending)
                while len(self._memo) > known:
                    self._memo.popitem()
        return out


def _text_of(value: object) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001 - an owner's class; its error must reach the guest anyway
        return f"<a {type(value).__name__} without a text>"


def _error_fields(error: BaseException) -> list[tuple[str, object]]:
    if isinstance(error, JSError):
        fields = list(error.properties.items())
        if error.cause is not None:
            fields.append(("cause", error.cause))
        if error.errors:
            fields.append(("errors", list(error.errors)))
        return fields
    found: list[tuple[str, object]] = []
    cause = error.__cause__
    if cause is not None:
        found.append(("cause", cause))
    if isinstance(error, BaseExceptionGroup):
        found.append(("errors", list(error.exceptions)))
    return found


def _json_safe(*texts: str | None) -> bool:
    return all(text is None or _is_well_formed(text) for text in texts)


def _is_well_formed(text: str) -> bool:
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _number_text(value: float) -> str:
    if value != value:
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


_ENCODERS: Final[dict[type, Callable[[_Encoder, Any, int], Any]]] = {
    list: _Encoder._list,
    tuple: _Encoder._tuple,
    dict: _Encoder._map,
    JSMap: _Encoder._js_map,
    set: _Encoder._set,
    frozenset: _Encoder._set,
    bytes: _Encoder._bytes,
    bytearray: _Encoder._buffer,
    memoryview: _Encoder._buffer,
    array.array: _Encoder._buffer,
    dt.datetime: _Encoder._datetime,
    dt.date: _Encoder._isoformat,
    dt.time: _Encoder._isoformat,
    uuid.UUID: _Encoder._text,
    decimal.Decimal: _Encoder._text,
    pathlib.PurePath: _Encoder._text,
    enum.Enum: _Encoder._enum,
    int: _Encoder._int,
    float: _Encoder._float,
    str: _Encoder._str,
    JSRegExp: _Encoder._regexp,
    re.Pattern: _Encoder._pattern,
    AbortSignal: _Encoder._abort_signal,
    BaseException: _Encoder._exception,
    web.URL: web.encode_url,
    web.URLSearchParams: web.encode_pairs,
    web.FormData: web.encode_pairs,
    web.Blob: web.encode_blob,
    Headers: encode_headers,
}
_MADE_ANEW: Final = ("r", "w")
"""Tags of live values that the guest does not know again by their handles."""
_CONTAINERS: Final = frozenset(
    {
        _Encoder._list,
        _Encoder._tuple,
        _Encoder._map,
        _Encoder._js_map,
        _Encoder._set,
        _Encoder._fields,
        _Encoder._exception,
    }
)


def _encoder_of(kind: type) -> Callable[[_Encoder, Any, int], Any]:
    for base in kind.__mro__:
        method = _ENCODERS.get(base)
        if method is not None:
            return method
    if dataclasses.is_dataclass(kind) or issubclass(kind, msgspec.Struct):
        return _Encoder._fields
    if issubclass(kind, Mapping):
        return _Encoder._map
    if issubclass(kind, AbstractSet):
        return _Encoder._set
    return _Encoder._buffer
