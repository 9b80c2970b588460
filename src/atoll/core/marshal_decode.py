"""Marshalling from the guest. `marshal.py` describes the notation; every byte is hostile."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from atoll.core import web
from atoll.core.abort import AbortSignal
from atoll.core.headers import decode_headers
from atoll.core.notation import BINARY_FORMATS, EPOCH, Failure, LiveValues, describe
from atoll.core.values import JSMap, JSRegExp
from atoll.errors import JSError, JSSyntaxError, LimitExceeded, MarshalError
from atoll.wire.frames import TAGGED, Buffer, ProtocolViolation

_json_decode = msgspec.json.Decoder().decode
MAX_CONTAINERS: Final = 1_000_000
"""Arrays, objects and entries in one message. Decoding that many takes about a second."""
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"')
_MAX_ALIKE: Final = 100
"""Large integers with one hash in one message; chance gives two at most."""
_HANDLES: Final = frozenset("fpxrwBF")
"""Tags whose handle the guest counts as sent."""
_LIVE: Final = {
    "a": "an AbortSignal",
    "B": "a Blob",
    "f": "a function",
    "F": "a File",
    "h": "a value of the host",
    "p": "a promise",
    "P": "a Response",
    "Q": "a Request",
    "r": "a ReadableStream",
    "w": "a WritableStream",
}
"""What is no data, by its tag."""
_ADVICE: Final = {
    "B": ": return its bytes or text",
    "F": ": return its bytes or text",
    "p": "; is an `await` missing?",
    "P": ": return its body, as text or what it holds",
    "r": ": return what it gives",
}


def decode(
    body: Buffer,
    flags: int,
    segments: Sequence[Buffer],
    live: LiveValues,
    *,
    depth: int,
    root: str = "value",
    data: bool = False,
) -> Any:
    """Decode what the guest sent; with `data`, no value that lives on in the guest.

    Raises:
        MarshalError: a valid value that Python has no counterpart for, or that is not wanted.
        ProtocolViolation: nothing that a correct guest sends.
    """
    if not body:
        return None
    try:
        _check_containers(body)
        tree = _json_decode(body)
        limit = 4 * depth + 8
        if len(body) > limit:  # a level takes a byte at least
            _check_depth(body, tree, limit)
        if not flags & TAGGED:
            return tree
        decoder = _Decoder(segments, live, data)
        try:
            return decoder.walk(tree)
        except Failure:
            decoder.let_go(tree)
            raise
    except Failure as failure:
        raise failure.error(root) from None
    except (ProtocolViolation, MarshalError, LimitExceeded):
        raise
    except RecursionError:
        raise MarshalError("nested deeper than the Python stack allows", root) from None
    except Exception as error:
        raise ProtocolViolation(f"a malformed value ({type(error).__name__}: {error})") from error


def _check_containers(body: Buffer) -> None:
    """Refuse more containers than can be decoded without holding the host's thread up for long."""
    if len(body) <= MAX_CONTAINERS:  # each takes a byte at least
        return
    data = bytes(body)
    if _count_containers(data) <= MAX_CONTAINERS:
        return
    # Brackets in strings do not count, but looking for strings takes longer than counting.
    if _count_containers(_STRING.sub(b"", data)) > MAX_CONTAINERS:
        raise Failure(
            f"more than {MAX_CONTAINERS} arrays, objects and entries in one message; "
            "pass large data as bytes, as JSON text, or in parts"
        )


def _count_containers(data: bytes) -> int:
    return data.count(b"[") + data.count(b"{")


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
    def __init__(self, segments: Sequence[Buffer], live: LiveValues, data: bool = False) -> None:
        self._segments = segments
        self._live = live
        self._data = data
        self._shared: dict[int, Any] = {}
        self._label: int | None = None
        self._live_data: dict[int, list[Any]] = {}
        self._used_segments: set[int] = set()
        self._alike: dict[int, int] = {}

    def let_go(self, tree: Any) -> None:
        """Take the handles that decoding did not come to, only to give them back."""
        nodes, seen = [tree], set()
        while nodes:
            node = nodes.pop()
            if not isinstance(node, dict | list) or id(node) in seen:
                continue
            seen.add(id(node))
            if isinstance(node, list):
                nodes.extend(node)
                continue
            nodes.extend(node.values())
            match node.get("$"):
                case [str(tag), *_] as data if tag in _HANDLES and id(data) not in self._live_data:
                    self._live.decode_live(data)

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
        except Failure as failure:
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
        if self._data and (method is None or tag in _LIVE):
            raise Failure(f"{_LIVE.get(tag, 'a live value')} is no data{_ADVICE.get(tag, '')}")
        if method is None:
            self._live_data[id(data)] = data
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
            return EPOCH + dt.timedelta(milliseconds=data[1])
        except OverflowError:
            raise Failure("a Date outside of the years 1 to 9999 that datetime has") from None

    def _regexp(self, data: list[Any]) -> JSRegExp:
        return JSRegExp(_text(self.walk(data[1])), _text(data[2]))

    def _map(self, data: list[Any]) -> JSMap:
        out: JSMap = self._open(JSMap())
        for index, (key, item) in enumerate(data[1]):
            name = self._key(key, index)
            if name in out:
                raise Failure(f"two keys of a Map are equal in Python: {describe(name)}")
            out[name] = self._child(item, name)
        return out

    def _key(self, node: Any, index: int) -> Any:
        key = self._child(node, index)
        try:
            number = hash(key)
        except (TypeError, ValueError):  # ValueError: a memoryview of anything but bytes
            raise Failure(
                f"entry {index} of a Map or Set is a {type(key).__name__}, which Python cannot "
                "hash; convert it to an array first"
            ) from None
        if type(key) is int and key != number:
            # Python's hash of a large integer is its remainder, so whoever chooses the integers
            # can make all of them collide, and every insertion compare with all before it.
            alike = self._alike[number] = self._alike.get(number, 0) + 1
            if alike > _MAX_ALIKE:
                raise Failure("too many bigint keys of a Map or Set have the same hash in Python")
        return key

    def _set(self, data: list[Any]) -> set[Any]:
        out: set[Any] = self._open(set())
        for index, item in enumerate(data[1]):
            out.add(self._key(item, index))
        if len(out) != len(data[1]):
            raise Failure("two members of a Set are equal in Python")
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
        if index in self._used_segments:
            # Each use would be a copy: a small body could ask for any amount of memory.
            raise ProtocolViolation("a segment that is used twice")
        self._used_segments.add(index)
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
        if len(data) > 6:
            error = syntax_error(name, message, data[6])
            error.js_stack = stack
        else:
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
        signal = self._live.guest_signal(data[2])
        self._open(signal)
        reason = self.walk(data[3])
        if data[1] is True:
            signal._abort(reason)
        return signal


def syntax_error(name: str, message: str, place: Any) -> JSError:
    """An error for a source that does not compile, with where that is, as the guest tells it."""
    if type(place) is not list or len(place) < 4:
        raise ProtocolViolation("a malformed place of an error")
    filename, line, column, text, *imported = place
    error = JSSyntaxError(name, message)
    error.filename = _text(filename)
    error.line = line if type(line) is int else None
    error.column = column if type(column) is int else None
    error.source_line = text if type(text) is str else None
    if imported:
        error.specifier, error.importer = map(_text, imported[:2])
    return error


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
    "U": web.decode_url,
    "q": web.decode_pairs,
    "D": web.decode_pairs,
    "H": decode_headers,
}
