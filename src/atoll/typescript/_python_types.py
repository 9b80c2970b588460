"""Python annotations as TypeScript types: what crosses the boundary for them.

``docs/marshalling.md`` has the table that this follows. It is not the same both ways: a guest may
pass any ``ArrayBuffer`` for ``bytes``, and gets a ``Uint8Array`` for it.
"""

from __future__ import annotations

import array
import collections.abc as abc
import dataclasses
import datetime
import decimal
import enum
import inspect
import json
import pathlib
import re
import types
import typing
import uuid
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

Direction = Literal["in", "out"]
"""``"in"``: what the guest may pass; ``"out"``: what it gets."""

_BYTES: Final = {"in": "ArrayBuffer | ArrayBufferView", "out": "Uint8Array"}
_NONE: Final = {"in": "null | undefined", "out": "null"}
_PLAIN: Final[dict[object, str]] = {
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    datetime.datetime: "Date",
    datetime.date: "string",
    datetime.time: "string",
    uuid.UUID: "string",
    decimal.Decimal: "string",
    re.Pattern: "RegExp",
    array.array: "ArrayBufferView",
    object: "unknown",
    Any: "any",
    inspect.Parameter.empty: "any",
}
_WEB: Final = {
    "URL": "URL",
    "URLSearchParams": "URLSearchParams",
    "Headers": "Headers",
    "FormData": "FormData",
    "Blob": "Blob",
    "BlobReference": "Blob",
    "File": "File",
    "ReadableStream": "ReadableStream",
    "WritableStream": "WritableStream",
    "Sink": "WritableStream",
    "AbortSignal": "AbortSignal",
    "Reference": "any",
    "JSFunction": "(...args: any[]) => any",
    "JSPromise": "Promise<any>",
    "JSMap": "Map<any, any>",
    "JSRegExp": "RegExp",
    "Request": "Request",
    "Response": "Response",
}
_LISTS: Final = (list, abc.Sequence, abc.MutableSequence, abc.Collection)
_SETS: Final = (set, frozenset, abc.Set, abc.MutableSet)
_MAPPINGS: Final = (dict, abc.Mapping, abc.MutableMapping)
_STREAMS: Final = (
    abc.Iterator, abc.Iterable, abc.Generator,
    abc.AsyncIterator, abc.AsyncIterable, abc.AsyncGenerator,
)  # fmt: skip
_AWAITABLES: Final = (abc.Awaitable, abc.Coroutine)
_IDENTIFIER: Final = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)
_RESERVED: Final = frozenset(
    [
        *("arguments", "await", "break", "case", "catch", "class", "const", "continue", "debugger"),
        *("default", "delete", "do", "else", "enum", "eval", "export", "extends", "false"),
        *("finally", "for", "function", "if", "implements", "import", "in", "instanceof"),
        *("interface", "let", "new", "null", "package", "private", "protected", "public"),
        *("return", "static", "super", "switch", "this", "throw", "true", "try", "typeof", "var"),
        *("void", "while", "with", "yield"),
    ]
)
_DEEPEST: Final = 8


class TypeWriter:
    """Writes types, knowing the classes that the guest has been given.

    Args:
        classes: names in the guest, by Python class.
    """

    def __init__(self, classes: Mapping[type, str]) -> None:
        self._classes = classes

    def write(self, annotation: Any, direction: Direction, depth: int = 0) -> str:
        """The type for an annotation; ``unknown`` or ``any`` for one that says nothing here."""
        unknown = "any" if direction == "in" else "unknown"
        if depth > _DEEPEST:
            return unknown
        if annotation is None or annotation is type(None):
            return _NONE[direction]
        origin = typing.get_origin(annotation)
        if origin is not None:
            return self._generic(origin, typing.get_args(annotation), direction, depth)
        if annotation in (bytes, bytearray, memoryview):
            return _BYTES[direction]
        plain = _plain(annotation)
        if plain is not None:
            return plain
        if isinstance(annotation, typing.TypeVar):
            bound = annotation.__bound__
            return unknown if bound is None else self.write(bound, direction, depth + 1)
        if isinstance(annotation, typing.NewType):
            return self.write(annotation.__supertype__, direction, depth + 1)
        if isinstance(annotation, type):
            return self._class(annotation, direction, depth) or unknown
        return unknown

    def _class(self, cls: type, direction: Direction, depth: int) -> str | None:
        if cls in self._classes:
            return self._classes[cls]
        if issubclass(cls, enum.Enum):
            return _union([self._literal(member.value) for member in cls]) or "never"
        if cls.__module__.partition(".")[0] == "atoll" and cls.__name__ in _WEB:
            return _WEB[cls.__name__]
        if issubclass(cls, pathlib.PurePath):
            return "string"
        if issubclass(cls, BaseException):
            return "Error"
        if typing.is_typeddict(cls):
            hints = _hints(cls)
            total: frozenset[str] = getattr(cls, "__required_keys__", frozenset())
            required = {
                name
                for name, hint in hints.items()
                if typing.get_origin(hint) is typing.Required
                or (name in total and typing.get_origin(hint) is not typing.NotRequired)
            }
            return self._fields(hints, lambda name: name in required, direction, depth)
        if direction == "out" and dataclasses.is_dataclass(cls):
            return self._fields(_hints(cls), lambda name: True, direction, depth)
        for kinds in (_LISTS, _SETS, _MAPPINGS):
            if cls in kinds:
                return self._generic(cls, (), direction, depth)
        if cls is tuple:
            return "any[]"
        if cls in _STREAMS:
            return "ReadableStream"
        return None

    def _fields(
        self,
        hints: Mapping[str, Any],
        is_required: Callable[[str], bool],
        direction: Direction,
        depth: int,
    ) -> str:
        parts = []
        for name, hint in hints.items():
            if not name.startswith("_"):
                mark = "" if is_required(name) else "?"
                parts.append(f"{key(name)}{mark}: {self.write(hint, direction, depth + 1)}")
        return "{ " + "; ".join(parts) + " }" if parts else "{}"

    def _generic(self, origin: Any, args: tuple[Any, ...], direction: Direction, depth: int) -> str:
        def inner(index: int) -> str:
            given = args[index] if index < len(args) else Any
            return self.write(given, direction, depth + 1)

        if origin in (typing.Union, types.UnionType):
            return _union([self.write(arg, direction, depth + 1) for arg in args])
        if origin is Literal:
            return _union([self._literal(arg) for arg in args])
        if origin in (typing.Annotated, typing.Required, typing.NotRequired, typing.Final):
            return inner(0)
        if origin in _LISTS:
            return _array(inner(0))
        if origin is tuple:
            if len(args) == 2 and args[1] is Ellipsis:
                return _array(inner(0))
            return f"[{', '.join(inner(index) for index in range(len(args)))}]"
        if origin in _SETS:
            return f"Set<{inner(0)}>"
        if origin in _MAPPINGS:
            if not args:
                return "Record<string, any>"
            return f"{'Record' if args[0] is str else 'Map'}<{inner(0)}, {inner(1)}>"
        if origin in _AWAITABLES:
            return f"Promise<{inner(len(args) - 1)}>"
        if origin in _STREAMS:
            return f"ReadableStream<{inner(0)}>"
        if origin is abc.Callable:
            return self._callable(args, direction, depth)
        if isinstance(origin, type):
            return self._class(origin, direction, depth) or "unknown"
        return "unknown"

    def _callable(self, args: tuple[Any, ...], direction: Direction, depth: int) -> str:
        back: Direction = "out" if direction == "in" else "in"
        result = self.write(args[-1], direction, depth + 1) if args else "any"
        if not args or args[0] is Ellipsis:
            return f"((...args: any[]) => {result})"
        parameters = [
            f"arg{index}: {self.write(arg, back, depth + 1)}" for index, arg in enumerate(args[0])
        ]
        return f"(({', '.join(parameters)}) => {result})"

    def _literal(self, value: object) -> str:
        if isinstance(value, enum.Enum):
            value = value.value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            return json.dumps(value)
        if isinstance(value, int):
            return str(value)
        return self.write(type(value), "out")

    def parameters(self, function: Callable[..., Any], *, skip: int = 0) -> tuple[str, Any]:
        """The parameters that a guest can pass, and the annotation of the result.

        Args:
            function: any callable.
            skip: positional parameters that the guest does not pass, as ``self``.
        """
        try:
            signature = inspect.signature(function)
        except (TypeError, ValueError):
            return "...args: any[]", Any
        hints = _hints(function)
        parts: list[str] = []
        names: set[str] = set()
        positional = [
            p
            for p in signature.parameters.values()
            if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
        ][skip:]
        for parameter in positional:
            annotation = hints.get(parameter.name, parameter.empty)
            # What follows an optional parameter is optional, too.
            optional = parameter.default is not parameter.empty or (bool(parts) and "?" in names)
            if optional:
                names.add("?")
            name = binding(parameter.name)
            parts.append(f"{name}{'?' if optional else ''}: {self.write(annotation, 'in')}")
        rest = [p for p in signature.parameters.values() if p.kind is p.VAR_POSITIONAL]
        for parameter in rest:
            annotation = hints.get(parameter.name, parameter.empty)
            parts.append(f"...{binding(parameter.name)}: {_array(self.write(annotation, 'in'))}")
        result = hints.get("return", Any)
        if isinstance(function, type):
            result = function
        return ", ".join(parts), result

    def result(self, annotation: Any, *, is_async: bool) -> str:
        """The type of what a call gives."""
        origin = typing.get_origin(annotation)
        if origin in _AWAITABLES:
            arguments = typing.get_args(annotation)
            annotation = arguments[-1] if arguments else Any
        is_none = annotation is None or annotation is type(None)
        written = "void" if is_none else self.write(annotation, "out")
        return f"Promise<{written}>" if is_async else written


def _plain(annotation: Any) -> str | None:
    try:
        return _PLAIN.get(annotation)
    except TypeError:  # not hashable
        return "any"


def _hints(thing: Any) -> dict[str, Any]:
    """Annotations, resolved; those that cannot be are left out."""
    target = getattr(thing, "func", thing)  # functools.partial
    if isinstance(target, type) and not (
        dataclasses.is_dataclass(target) or typing.is_typeddict(target)
    ):
        target = target.__init__  # type: ignore[misc]
    try:
        return typing.get_type_hints(target, include_extras=True)
    except Exception:  # noqa: BLE001 - annotations are arbitrary code
        known = getattr(target, "__annotations__", {})
        return {name: hint for name, hint in known.items() if not isinstance(hint, str)}


def _union(parts: list[str]) -> str:
    flat = dict.fromkeys(case for part in parts for case in _cases(part))
    return "any" if "any" in flat else " | ".join(flat)


def _cases(part: str) -> list[str]:
    return part.split(" | ") if not re.search(r"[(<{\[\"]", part) else [part]


def _array(item: str) -> str:
    return f"{item}[]" if re.fullmatch(r"[\w.]+(\[\])*", item) else f"Array<{item}>"


def is_identifier(name: str) -> bool:
    """Whether a global can be declared by that name."""
    return _IDENTIFIER.fullmatch(name) is not None and name not in _RESERVED


def binding(name: str) -> str:
    """A name for a parameter."""
    return name if is_identifier(name) else f"_{re.sub(r'[^A-Za-z0-9_$]', '_', name)}"


def key(name: str) -> str:
    """A name for a property."""
    return name if _IDENTIFIER.fullmatch(name) else json.dumps(name)
