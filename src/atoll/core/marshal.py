"""Values to JSON trees and back. `guest/marshal.js` is the other half.

Plain JSON values stand for themselves. Everything else is an object with the single key ``"$"``,
whose value is an array of a tag and its data:

======  ===============================  ======================================================
tag     data                             value
======  ===============================  ======================================================
``u``                                    undefined
``n``   text                             a number that JSON cannot write, or not exactly
``i``   hexadecimal digits               bigint (to the guest: sign, then ``0x`` digits)
``s``   segment                          string with lone surrogates, as UTF-16
``d``   milliseconds                     Date
``R``   source, flags                    RegExp
``m``   entries                          Map
``S``   items                            Set
``o``   entries                          plain object whose keys need care
``b``   segment, class                   ArrayBuffer, typed array or DataView
``E``   name, message, stack, fields,    error; number of the Python exception that it stands
        number                           for, or 0
``a``   aborted                          AbortSignal
``f``   handle, …                        function of the sender
``p``   handle                           promise of the sender
``x``   handle, kind                     any other value of the sender, by reference
``c``   handle, class                    instance of a class that the host defined
``h``   handle                           a value of the receiver, come home
``@``   label, value                     a value that occurs again
``#``   label                            the value with that label
``!``   path, reason                     from the guest: the answer could not be marshalled
``!s``  message, file, line, column,     from the guest: the source did not compile
        text
``!b``                                   from the guest: blocked, cannot wait for the promise
``!c``                                   from the guest: cancelled
======  ===============================  ======================================================
"""

from __future__ import annotations

import array
import dataclasses
import datetime as dt
import decimal
import enum
import pathlib
import re
import uuid
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Any, Final, Protocol

import msgspec

from atoll.errors import JSError, MarshalError
from atoll.wire.frames import TAGGED, Buffer, ProtocolViolation

from .values import AbortSignal, JSMap, JSRegExp, undefined

MAX_SAFE_INTEGER: Final = 2**53 - 1
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

BINARY_FORMATS: Final = ("B", "B", "B", "b", "H", "h", "I", "i", "Q", "q", "e", "f", "d", "B")
"""`memoryview` formats by class code: ArrayBuffer, Uint8, Uint8Clamped, Int8, Uint16, Int16,
Uint32, Int32, BigUint64, BigInt64, Float16, Float32, Float64, DataView."""
_CODES: Final = {"b": 3, "H": 4, "h": 5, "I": 6, "i": 7, "Q": 8, "q": 9, "e": 10, "f": 11, "d": 12}
_CODES_BY_SIZE: Final = {("L", 4): 6, ("L", 8): 8, ("l", 4): 7, ("l", 8): 9}

_json_encode = msgspec.json.Encoder().encode
_json_decode = msgspec.json.Decoder().decode
_IDENTIFIER: Final = re.compile(r"[^\W\d][\w$]*", re.UNICODE)

Encoded = tuple[bytes, int, list[Buffer]]
"""Body, frame flags, segments."""


class LiveValues(Protocol):
    """How values that stay where they are get handles. See `handles.py`."""

    def encode_live(self, value: object) -> list[Any] | None:
        """The tag for a callable, awaitable, reference or class instance; None: not one."""

    def encode_exception(self, error: BaseException) -> int:
        """A number by which the exception is known when it comes back."""

    def find_exception(self, id: object) -> BaseException | None:
        """The exception with that number, if it is still remembered."""

    def decode_live(self, data: list[Any]) -> object:
        """The value of an ``f``, ``p``, ``x`` or ``h`` tag."""


class _Failure(Exception):
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


def encode(value: object, live: LiveValues, *, depth: int, root: str = "value") -> Encoded:
    """Encode a value, or for ``root="args"`` a sequence of separate values.

    Raises:
        MarshalError: something in it cannot cross; names the path to it.
    """
    encoder = _Encoder(live, depth)
    try:
        tree = encoder.encode(value)
        try:
            body = _json_encode(tree)
        except UnicodeEncodeError:
            # Lone surrogates are rare enough not to look for them in every string.
            encoder = _Encoder(live, depth, check_strings=True)
            body = _json_encode(encoder.encode(value))
    except _Failure as failure:
        raise failure.error(root) from failure.__cause__
    except RecursionError:
        raise MarshalError(f"nested deeper than the Python stack allows ({depth=})", root) from None
    return body, TAGGED if encoder.tagged else 0, encoder.segments


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
                except _Failure as failure:
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
                raise _Failure(f"nested deeper than Limits.depth ({self._limit})")
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
            except _Failure as failure:
                failure.keys.append(len(out))
                raise
        return out

    def _dict(self, value: Mapping[Any, Any], depth: int) -> Any:
        out: dict[str, Any] = {}
        for key in value:
            if type(key) is not str:
                return self._map(value, depth)
            if key == "$" or (self._check_strings and not _is_well_formed(key)):
                return self._entries("o", value, depth)
        self._memo[id(value)] = (value, out)
        walk = self._walk
        depth += 1
        key = None
        try:
            for key, item in value.items():
                out[key] = walk(item, depth)
        except _Failure as failure:
            failure.keys.append(key)
            raise
        return out

    def _map(self, value: Mapping[Any, Any], depth: int) -> Any:
        if type(value) is dict and all(isinstance(key, str) for key in value):
            return self._dict({str.__str__(key): item for key, item in value.items()}, depth)
        return self._entries("m", value, depth)

    def _entries(self, tag: str, value: Mapping[Any, Any], depth: int) -> Any:
        entries: list[Any] = []
        out = self._tag(tag, entries)
        self._memo[id(value)] = (value, out)
        for key, item in value.items():
            try:
                entries.append([self._walk(key, depth + 1), self._walk(item, depth + 1)])
            except _Failure as failure:
                failure.keys.append(key)
                raise
        return out

    def _other(self, value: Any, kind: type, depth: int) -> Any:
        live = self._live.encode_live(value)
        if live is not None:
            return self._tag(*live)
        for base in kind.__mro__:
            method = _ENCODERS.get(base)
            if method is not None:
                known = self._memo.get(id(value)) if base in _CONTAINERS else None
                if known is not None:
                    return self._reference(known[1])
                if base in _CONTAINERS and depth >= self._limit:
                    raise _Failure(f"nested deeper than Limits.depth ({self._limit})")
                return method(self, value, depth)
        if dataclasses.is_dataclass(kind) or issubclass(kind, msgspec.Struct):
            return self._fields(value, depth)
        if issubclass(kind, Mapping):
            return self._walk(dict(value), depth)
        if issubclass(kind, Set):
            return self._set(value, depth)
        try:
            view = memoryview(value)
        except TypeError:
            raise _Failure(
                f"a {kind.__qualname__} cannot cross into the isolate; pass a dict, a dataclass "
                "or bytes, a function, or an instance of a class given to define_class"
            ) from None
        return self._buffer(view, depth)

    def _fields(self, value: Any, depth: int) -> Any:
        known = self._memo.get(id(value))
        if known is not None:
            return self._reference(known[1])
        if dataclasses.is_dataclass(value):
            names = [field.name for field in dataclasses.fields(value)]
        else:
            names = list(value.__struct_fields__)
        fields = {name: getattr(value, name) for name in names}
        out = self._dict(fields, depth)
        self._memo[id(value)] = (value, out)
        return out

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

    def _set(self, value: Set[Any], depth: int) -> Any:
        items: list[Any] = []
        out = self._tag("S", items)
        self._memo[id(value)] = (value, out)
        for item in value:
            items.append(self._walk(item, depth + 1))
        return out

    def _js_map(self, value: JSMap, depth: int) -> Any:
        return self._entries("m", value, depth)

    def _bytes(self, value: bytes | bytearray, depth: int) -> Any:
        return self._tag("b", self._segment(bytes(value)), 1)

    def _buffer(self, view: memoryview, depth: int) -> Any:
        format = view.format.lstrip("@=")
        code = _CODES.get(format) or _CODES_BY_SIZE.get((format, view.itemsize), 1)
        if code == 1 and format not in ("B", "c"):
            raise _Failure(f"a buffer of format {view.format!r} has no typed array; pass bytes")
        # Copied: the caller may change it before the frame has gone out.
        return self._tag("b", self._segment(view.tobytes()), code)

    def _datetime(self, value: dt.datetime, depth: int) -> Any:
        if value.tzinfo is None:
            raise _Failure("a datetime without a time zone is no point in time; add tzinfo")
        return self._tag("d", (value - _EPOCH) // dt.timedelta(milliseconds=1))

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
        return self._tag("R", value.source, value.flags)

    def _pattern(self, value: re.Pattern[Any], depth: int) -> Any:
        if isinstance(value.pattern, bytes):
            raise _Failure("a pattern over bytes has no counterpart; JavaScript matches text")
        flags = "".join(
            letter
            for flag, letter in ((re.IGNORECASE, "i"), (re.MULTILINE, "m"), (re.DOTALL, "s"))
            if value.flags & flag
        )
        return self._tag("R", value.pattern, flags + "u")

    def _abort_signal(self, value: AbortSignal, depth: int) -> Any:
        raise _Failure("an AbortSignal does not go back into the isolate")

    def _exception(self, value: BaseException, depth: int) -> Any:
        if isinstance(value, JSError):
            name, message, stack = value.name, value.message, value.js_stack
        else:
            # str() of a KeyError is the repr of its key.
            plain = isinstance(value, KeyError) and len(value.args) == 1
            message = str(value.args[0]) if plain else str(value)
            name, stack = type(value).__name__, None
        fields: list[Any] = []
        data = ["E", name, message, stack, fields, self._live.encode_exception(value)]
        out = self._tag(*data)
        self._memo[id(value)] = (value, out)
        if not _json_safe(name, message, stack):
            out["$"][1:4] = [self._walk(part, depth) for part in (name, message, stack)]
        for key, item in _error_fields(value):
            try:
                fields.append([key, self._walk(item, depth + 1)])
            except _Failure:
                continue  # a field that cannot cross must not hide the error itself
        return out


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


_CONTAINERS: Final = frozenset({list, tuple, dict, JSMap, set, frozenset, BaseException})
_ENCODERS: Final[dict[type, Callable[[_Encoder, Any, int], Any]]] = {
    list: _Encoder._list,
    tuple: _Encoder._tuple,
    dict: _Encoder._map,
    JSMap: _Encoder._js_map,
    set: _Encoder._set,
    frozenset: _Encoder._set,
    bytes: _Encoder._bytes,
    bytearray: _Encoder._bytes,
    memoryview: _Encoder._buffer,
    array.array: lambda encoder, value, depth: encoder._buffer(memoryview(value), depth),
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
}


def decode(
    body: Buffer,
    flags: int,
    segments: Sequence[Buffer],
    live: LiveValues,
    *,
    depth: int,
    root: str = "value",
) -> Any:
    """Decode what the guest sent.

    Raises:
        MarshalError: a valid value that Python has no counterpart for.
        ProtocolViolation: nothing that a correct guest sends.
    """
    if not body:
        return None
    try:
        tree = _json_decode(body)
        _check_depth(body, tree, 4 * depth + 8)
        if not flags & TAGGED:
            return tree
        return _Decoder(segments, live).walk(tree)
    except _Failure as failure:
        raise failure.error(root) from None
    except (ProtocolViolation, MarshalError):
        raise
    except RecursionError:
        raise MarshalError("nested deeper than the Python stack allows", root) from None
    except Exception as error:
        raise ProtocolViolation(f"a malformed value ({type(error).__name__}: {error})") from error


def _check_depth(body: Buffer, tree: Any, limit: int) -> None:
    """Refuse nesting that no correct guest sends. `limit` allows for the notation's own."""
    data = body if isinstance(body, bytes) else bytes(body)
    if data.count(b"[") + data.count(b"{") <= limit:
        return
    level: list[Any] = [tree]
    for _ in range(limit):
        level = [
            child
            for node in level
            for child in (node.values() if type(node) is dict else node)
            if type(child) is list or type(child) is dict
        ]
        if not level:
            return
    raise ProtocolViolation(f"a value nested deeper than {limit}")


class _Decoder:
    def __init__(self, segments: Sequence[Buffer], live: LiveValues) -> None:
        self._segments = segments
        self._live = live
        self._shared: dict[int, Any] = {}
        self._label: int | None = None

    def walk(self, node: Any) -> Any:
        kind = type(node)
        if kind is list:
            self._open(node)
            for index, item in enumerate(node):
                if type(item) is list or type(item) is dict:
                    node[index] = self._child(item, index)
            return node
        if kind is dict:
            data = node.get("$")
            if type(data) is list:
                return self._untag(data)
            self._open(node)
            for key, item in node.items():
                if type(item) is list or type(item) is dict:
                    node[key] = self._child(item, key)
        return node

    def _child(self, node: Any, key: object) -> Any:
        try:
            return self.walk(node)
        except _Failure as failure:
            failure.keys.append(key)
            raise

    def _open(self, value: Any) -> Any:
        """Make a container known under its label before its children are decoded."""
        if self._label is not None:
            self._shared[self._label] = value
            self._label = None
        return value

    def _untag(self, data: list[Any]) -> Any:
        tag = data[0]
        if tag == "@":
            self._label = data[1]
            return self._open(self.walk(data[2]))
        if tag == "#":
            return self._shared[data[1]]
        method = _DECODERS.get(tag)
        if method is None:
            return self._live.decode_live(data)
        return method(self, data)

    def _number(self, data: list[Any]) -> float:
        return float(data[1])

    def _bigint(self, data: list[Any]) -> int:
        return int(data[1], 16)

    def _string(self, data: list[Any]) -> str:
        return str(bytes(self._segment(data[1])), "utf-16-le", "surrogatepass")

    def _date(self, data: list[Any]) -> dt.datetime:
        try:
            return _EPOCH + dt.timedelta(milliseconds=data[1])
        except OverflowError:
            raise _Failure("a Date outside of the years 1 to 9999 that datetime has") from None

    def _regexp(self, data: list[Any]) -> JSRegExp:
        return JSRegExp(_text(self.walk(data[1])), _text(data[2]))

    def _map(self, data: list[Any]) -> JSMap:
        out: JSMap = self._open(JSMap())
        for index, (key, item) in enumerate(data[1]):
            name = self._key(key, index)
            if name in out:
                raise _Failure(f"two keys of a Map are equal in Python: {name!r}")
            out[name] = self._child(item, name)
        return out

    def _key(self, node: Any, index: int) -> Any:
        key = self._child(node, index)
        try:
            hash(key)
        except TypeError:
            raise _Failure(
                f"entry {index} of a Map or Set is a {type(key).__name__}, which Python cannot "
                "hash; convert it to an array first"
            ) from None
        return key

    def _set(self, data: list[Any]) -> set[Any]:
        out: set[Any] = self._open(set())
        for index, item in enumerate(data[1]):
            out.add(self._key(item, index))
        if len(out) != len(data[1]):
            raise _Failure("two members of a Set are equal in Python")
        return out

    def _object(self, data: list[Any]) -> dict[str, Any]:
        out: dict[str, Any] = self._open({})
        for key, item in data[1]:
            name = _text(self.walk(key))
            out[name] = self._child(item, name)
        return out

    def _segment(self, index: Any) -> Buffer:
        if type(index) is not int or index < 0:
            raise ProtocolViolation("a segment number")
        return self._segments[index]

    def _binary(self, data: list[Any]) -> bytes | memoryview:
        code = data[2]
        if type(code) is not int or not 0 <= code < len(BINARY_FORMATS):
            raise ProtocolViolation("a typed array class")
        content = bytes(self._segment(data[1]))
        format = BINARY_FORMATS[code]
        if format == "B" or format == "e":
            return content
        return memoryview(content).cast(format)  # type: ignore[call-overload, no-any-return]

    def _error(self, data: list[Any]) -> BaseException:
        known = self._live.find_exception(data[5])
        if known is not None:
            return known
        name, message = _text(self.walk(data[1])), _text(self.walk(data[2]))
        stack = None if data[3] is None else _text(self.walk(data[3]))
        error = JSError(name, message, js_stack=stack)
        self._open(error)
        for key, item in data[4]:
            field = _text(self.walk(key))
            value = self._child(item, field)
            if field == "cause":
                error.set_cause(value)
            elif field == "errors" and isinstance(value, list):
                error.errors = tuple(value)
            else:
                error.properties[field] = value
        return error

    def _abort_signal(self, data: list[Any]) -> AbortSignal:
        return AbortSignal(data[1] is True)


def _text(value: Any) -> str:
    if type(value) is not str:
        raise ProtocolViolation("text expected")
    return value


_DECODERS: Final[dict[Any, Callable[[_Decoder, list[Any]], Any]]] = {
    "n": _Decoder._number,
    "i": _Decoder._bigint,
    "s": _Decoder._string,
    "d": _Decoder._date,
    "R": _Decoder._regexp,
    "m": _Decoder._map,
    "S": _Decoder._set,
    "o": _Decoder._object,
    "b": _Decoder._binary,
    "E": _Decoder._error,
    "a": _Decoder._abort_signal,
}
