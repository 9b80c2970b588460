"""Numbers of the built-in targets; `guest/operations.js` has the same lists."""

from __future__ import annotations

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

# Guest to host
PARSER_SOURCE: Final = 1
UNCAUGHT: Final = 2

FIRST_HANDLE: Final = 64
"""Handles are numbered from here on both sides."""
