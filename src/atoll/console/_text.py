"""Text for people: values of the guest, and what must not reach a terminal or a log."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import math
import re
from collections.abc import Iterable
from typing import Any, Final

from atoll.core.notation import describe
from atoll.errors import JSError

_DEPTH: Final = 4
_ITEMS: Final = 100
_LONGEST: Final = 10_000
_LINE: Final = 72
_IDENTIFIER: Final = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)
_HARMFUL: Final = re.compile(
    # C0 but tab and newline, DEL and C1: escape sequences, bells, carriage returns that overwrite
    # what stands there. Directional controls: text that reads otherwise than it is. Lone
    # surrogates: no stream takes them.
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def neutralised(text: str) -> str:
    """The text with control characters as escapes; tabs and newlines stay."""
    if text.isascii() and text.isprintable():
        return text
    return _HARMFUL.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def format_args(args: Iterable[Any]) -> str:
    """Arguments of a console method on one line, strings as they are."""
    return " ".join([arg if type(arg) is str else format_value(arg) for arg in args])


def format_value(value: object, depth: int = _DEPTH) -> str:
    """A marshalled value the way a console shows it. Its length is bounded, whatever it is."""
    return _format(value, depth, [_LONGEST])


def _format(value: object, depth: int, left: list[int]) -> str:
    text = _simple(value)
    if text is None:
        if isinstance(value, dict | list | set | frozenset):
            if depth < 0:
                return "[Array]" if isinstance(value, list) else "[Object]"
            text = _container(value, depth, left)
        else:
            text = describe(value)
    left[0] -= len(text)
    return text


def _simple(value: object) -> str | None:
    match value:
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case str():
            shown = value if len(value) <= _LONGEST else value[:_LONGEST] + "…"
            return json.dumps(shown, ensure_ascii=False)
        case int():
            if value.bit_length() > 10_000:
                return describe(value)
            return f"{value}n" if abs(value) >= 2**53 else str(value)
        case float():
            return _float(value)
        case dt.datetime():
            return value.isoformat()
        case bytes() | memoryview():
            return f"<{memoryview(value).nbytes} bytes>"
        case JSError():
            return value.js_stack or str(value)
        case _:
            return None


def _float(value: float) -> str:
    if math.isfinite(value):
        return repr(value).removesuffix(".0")
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _container(
    value: dict[Any, Any] | list[Any] | set[Any] | frozenset[Any], depth: int, left: list[int]
) -> str:
    parts = []
    for item in itertools.islice(value, _ITEMS):
        if left[0] <= 0:
            break
        if isinstance(value, dict):
            key = item if type(item) is str and _IDENTIFIER.fullmatch(item) else None
            name = _format(item, 0, left) if key is None else key
            parts.append(f"{name}: {_format(value[item], depth - 1, left)}")
        else:
            parts.append(_format(item, depth - 1, left))
    if len(parts) < len(value):
        parts.append(f"… {len(value) - len(parts)} more items")
    opening, closing = "[]" if isinstance(value, list) else "{}"
    if not parts:
        return opening + closing
    line = f"{opening} {', '.join(parts)} {closing}"
    if len(line) <= _LINE and "\n" not in line:
        return line
    body = ",\n".join(parts).replace("\n", "\n  ")
    return f"{opening}\n  {body}\n{closing}"
