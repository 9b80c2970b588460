"""Values as JSON that a page can unfold."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from typing import Any

MAX_DEPTH = 5
MAX_ENTRIES = 100
MAX_TEXT = 10_000
MAX_PREVIEW = 60

Node = dict[str, Any]


def node(value: object, depth: int = 0) -> Node:
    """What the page is told of a value.

    Args:
        value: what an isolate gave.
        depth: how deep it stands.
    """
    match value:
        case None:
            return _leaf("quiet", "undefined" if depth == 0 else "null")
        case bool() | int() | float():
            return _leaf("number", str(value).lower() if isinstance(value, bool) else str(value))
        case str():
            return _leaf(
                "text" if depth == 0 else "string",
                value if depth == 0 else json.dumps(value, ensure_ascii=False),
            )
        case datetime.datetime():
            return _leaf("number", value.isoformat())
        case bytes() | bytearray() | memoryview():
            shown = bytes(value[:16]).hex(" ")
            return _leaf("quiet", f"{len(value)} bytes: {shown}{' …' if len(value) > 16 else ''}")
        case BaseException():
            return _leaf("text", getattr(value, "js_stack", None) or f"{value}")
        case Mapping():
            pairs = ((str(key), item) for key, item in value.items())
            return _branch("", pairs, len(value), depth)
        case list() | tuple() | set() | frozenset():
            label = "Set" if isinstance(value, set | frozenset) else "Array"
            pairs = ((str(index), item) for index, item in enumerate(value))
            return _branch(f"{label}({len(value)})", pairs, len(value), depth)
        case _:
            return _leaf("quiet", str(value))


def _leaf(kind: str, text: str) -> Node:
    return {"type": kind, "text": text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + "…"}


def _branch(name: str, pairs: Iterable[tuple[str, object]], length: int, depth: int) -> Node:
    if depth >= MAX_DEPTH:
        return _leaf("quiet", name or "{…}")
    entries: list[list[Any]] = []
    for key, item in pairs:
        if len(entries) == MAX_ENTRIES:
            break
        entries.append([key[:200], node(item, depth + 1)])
    return {
        "type": "branch",
        "text": f"{name} {_preview(name, entries)}".strip(),
        "entries": entries,
        "more": length - len(entries),
    }


def _preview(name: str, entries: list[list[Any]]) -> str:
    """The first entries in a line, as consoles show what is folded."""
    shown, length = [], 0
    for key, value in entries:
        text = value["text"] if "entries" not in value else "…"
        part = text if name else f"{key}: {text}"
        length += len(part)
        if length > MAX_PREVIEW:
            shown.append("…")
            break
        shown.append(part)
    return f"[{', '.join(shown)}]" if name else f"{{{', '.join(shown)}}}"
