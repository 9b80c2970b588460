"""Tables, as ``console.table`` shows them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from atoll.console._text import neutralised

_WIDEST: Final = 60


@dataclass(frozen=True, slots=True)
class Table:
    """The columns and cells of a table, as text.

    Attributes:
        columns: their names; the first is the index.
        rows: as many cells each as there are columns.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def draw(self) -> str:
        """The table in box-drawing characters. Cells are cut at 60 columns."""
        lines = [[_cell(text) for text in line] for line in (self.columns, *self.rows)]
        widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
        head, *body = lines

        def rule(left: str, middle: str, right: str) -> str:
            return left + middle.join("─" * (width + 2) for width in widths) + right

        def row(line: Sequence[str]) -> str:
            padded = [
                text + " " * (width - _width(text))
                for text, width in zip(line, widths, strict=True)
            ]
            return f"│ {' │ '.join(padded)} │"

        drawn = [rule("┌", "┬", "┐"), row(head), rule("├", "┼", "┤")]
        drawn += map(row, body)
        drawn.append(rule("└", "┴", "┘"))
        return "\n".join(drawn)


def _cell(text: str) -> str:
    text = neutralised(" ".join(text.split()))
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


def _width(text: str) -> int:
    """Columns that a terminal takes for it."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
