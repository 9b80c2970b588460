"""The table as plain text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from .measure import Figure, Row

_HEAD: Final = (
    "what",
    "Atoll: median (best)",
    "beside",
    "median (best)",
    "ratio",
    "of bests",
    "target",
    "",
)
_WIDTHS: Final = (58, 21, 42, 21, 6, 8, 12, 6)


def lines(rows: Sequence[Row]) -> Iterator[str]:
    """One line for each row, notes below their row."""
    yield _line(_HEAD)
    yield _line(tuple("-" * width for width in _WIDTHS))
    for row in rows:
        met = {True: "met", False: "MISSED", None: ""}[row.met]
        yield _line(
            (
                row.what,
                _figure(row.figure),
                row.beside,
                _figure(row.other),
                "" if row.ratio is None else f"{row.ratio:.2f}",
                "" if row.ratio_of_bests is None else f"{row.ratio_of_bests:.2f}",
                row.target.text if row.target else "",
                met,
            )
        )
        if row.note:
            yield f"    {row.note}"


def summary(rows: Sequence[Row]) -> str:
    """How many targets were met, and which were not."""
    judged = [row for row in rows if row.target is not None]
    missed = [row for row in judged if not row.met]
    text = f"{len(judged) - len(missed)} of {len(judged)} targets met"
    return text + "".join(
        f"\nmissed: {row.what}: {row.ratio or row.figure.median:.2f} ({row.target.text})"
        for row in missed
        if row.target
    )


def _figure(figure: Figure | None) -> str:
    if figure is None:
        return ""
    return f"{figure.text(figure.median)} ({figure.text(figure.best)})"


def _line(cells: tuple[str, ...]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True)).rstrip()
