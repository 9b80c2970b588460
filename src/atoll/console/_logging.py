"""Entries of a console as records of Python's logging."""

from __future__ import annotations

import logging
from typing import Final

from atoll.console._entry import Entry
from atoll.console._text import neutralised

_LEVELS: Final = {
    "debug": logging.DEBUG,
    "log": logging.INFO,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "error": logging.ERROR,
}
_DEEPEST: Final = 20


class LoggingRenderer:
    """Makes a log record of every entry: ``Console(LoggingRenderer())``.

    Control characters are shown as escapes, and further lines are indented, so that the guest
    cannot write what looks like another record. The record has the entry as ``record.entry``.
    """

    def __init__(self, logger: logging.Logger | str = "atoll.console.guest") -> None:
        """Describe a renderer.

        Args:
            logger: what takes the records, or its name.
        """
        self._logger = logging.getLogger(logger) if isinstance(logger, str) else logger

    def __call__(self, entry: Entry) -> None:
        """Log one entry."""
        level = _LEVELS[entry.level]
        if entry.kind in ("clear", "groupEnd", "countReset") or not self._logger.isEnabledFor(
            level
        ):
            return
        indentation = "  " * min(entry.group_depth, _DEEPEST)
        text = neutralised(entry.text).replace("\n", f"\n  {indentation}")
        self._logger.log(level, "%s%s", indentation, text, extra={"entry": entry})
