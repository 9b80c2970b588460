"""What the host learns of one call of a console method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from atoll.console._table import Table
from atoll.console._text import format_args

Level = Literal["debug", "log", "info", "warn", "error"]
Kind = Literal[
    "assert",
    "clear",
    "count",
    "countReset",
    "debug",
    "dir",
    "dirxml",
    "dropped",
    "error",
    "group",
    "groupCollapsed",
    "groupEnd",
    "info",
    "log",
    "table",
    "timeEnd",
    "timeLog",
    "trace",
    "warn",
    "warning",
]

LEVELS: Final[dict[str, Level]] = {
    "assert": "error",
    "clear": "log",
    "count": "info",
    "countReset": "info",
    "debug": "debug",
    "dir": "log",
    "dirxml": "log",
    "dropped": "warn",
    "error": "error",
    "group": "log",
    "groupCollapsed": "log",
    "groupEnd": "log",
    "info": "info",
    "log": "log",
    "table": "log",
    "timeEnd": "info",
    "timeLog": "log",
    "trace": "log",
    "warn": "warn",
    "warning": "warn",
}
"""Severity by kind: the table of section 2.3.1 of the Standard, with `debug` by itself."""

SILENT: Final = frozenset({"clear", "countReset", "groupEnd"})
"""Kinds that print nothing."""


@dataclass(slots=True, kw_only=True)
class Entry:
    """One entry of a console.

    Everything in it was chosen by the guest: neutralise control characters before it goes to a
    terminal or a log (the renderers do).

    Attributes:
        kind: the method; ``"warning"`` for what the Standard reports itself (a timer that does not
            exist), ``"dropped"`` for the notice that the console's limit has been reached.
        level: how severe it is.
        args: what is printed, after format specifiers have been applied: values, or their text.
        group_depth: how many groups the entry is in.
        time: when the host received it, in seconds since 1970.
        label: of a counter or timer.
        count: of a counter.
        ms: milliseconds on a timer.
        styles: places in ``text`` where a ``%c`` stood, each with its CSS.
        stack: where ``console.trace`` was called.
        table: what ``console.table`` shows.
    """

    kind: Kind
    level: Level
    args: list[Any]
    group_depth: int
    time: float
    label: str | None = None
    count: int | None = None
    ms: float | None = None
    styles: tuple[tuple[int, str], ...] = ()
    stack: str | None = None
    table: Table | None = None

    @property
    def text(self) -> str:
        """The arguments as one text, the way a console shows them."""
        if self.table is not None:
            return self.table.draw()
        text = format_args(self.args)
        if self.kind == "trace":
            head = f"Trace: {text}" if text else "Trace"
            return f"{head}\n{self.stack}" if self.stack else head
        return text
