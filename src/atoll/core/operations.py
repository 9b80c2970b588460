"""Numbers of the built-in targets; `guest/operations.js` has the same lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# Host to guest
EVALUATE: Final = 1
GET: Final = 2
SET: Final = 3
APPLY: Final = 4
CONSTRUCT: Final = 5
COPY: Final = 6
HOLD: Final = 7
CALL_GLOBAL: Final = 8
DEFINE_GLOBAL: Final = 9
DEFINE_CLASS: Final = 10
INSTALL: Final = 11
SETTLE: Final = 12
STATISTICS: Final = 13
COLLECT_GARBAGE: Final = 14
INVOKE: Final = 15
BLOB_READ: Final = 16
STREAM_READ: Final = 17
STREAM_CANCEL: Final = 18
STREAM_WRITE: Final = 19
STREAM_CLOSE: Final = 20
STREAM_ABORT: Final = 21
SIGNAL_ABORT: Final = 22

# Guest to host
PARSER_SOURCE: Final = 1
UNCAUGHT: Final = 2
ABORTED: Final = 3

ROOTS: Final[Mapping[int, Mapping[int, str]]] = {
    EVALUATE: {2: "args"},
    SET: {2: "value"},
    APPLY: {1: "this", 2: "args"},
    CONSTRUCT: {1: "args"},
    HOLD: {0: "value"},
    CALL_GLOBAL: {1: "args"},
    DEFINE_GLOBAL: {1: "value"},
    INSTALL: {1: "options"},
    SETTLE: {2: "result"},
    INVOKE: {2: "args"},
}
"""What the owner calls the arguments of an operation, by their position."""


def owner_path(target: int, path: str) -> str:
    """The path of a value from where the owner passed it: `args[2][0].a` is `args[0].a`."""
    for index, name in ROOTS.get(target, {}).items():
        prefix = f"args[{index}]"
        if path.startswith(prefix):
            return name + path.removeprefix(prefix)
    return path


FIRST_HANDLE: Final = 64
"""Handles are numbered from here on both sides."""
