"""What the command's exit status means; `docs/cli.md` has the same table."""

from __future__ import annotations

from typing import Final

OK: Final = 0
THREW: Final = 1
"""The program threw, left a rejection unhandled, or its result cannot be shown."""
USAGE: Final = 2
"""Wrong options, or a file that cannot be read."""
ENDED: Final = 3
"""A limit ended the isolate, or its process crashed."""
CANNOT_START: Final = 4
"""No engine, or this machine cannot confine it as asked; for `doctor`, that it could not."""
INTERRUPTED: Final = 130
"""Ctrl-C."""
BROKEN_PIPE: Final = 141
"""Whoever read standard output has stopped reading, as with ``| head``."""
