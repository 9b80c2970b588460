"""The result as a table: for a terminal, for the documentation, for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from .expectations import Surprise, Tally

BEGIN: Final = "<!-- table: make wpt ARGS=--document -->"
END: Final = "<!-- end of table -->"
ENGINES: Final = {"atoll": "Atoll", "deno": "bare Deno"}


@dataclass
class Row:
    """One directory."""

    name: str
    cases: int
    left_out: int
    tallies: dict[str, Tally] = field(default_factory=dict)
    surprises: list[Surprise] = field(default_factory=list)


def percent(tally: Tally) -> str:
    """Never rounded up to what it is not."""
    if tally.applicable == 0:
        return "-"
    return f"{int(1000 * tally.passed / tally.applicable) / 10:.1f} %"


def totals(rows: Sequence[Row]) -> Row:
    total = Row("all", sum(row.cases for row in rows), sum(row.left_out for row in rows))
    for row in rows:
        for engine, tally in row.tallies.items():
            total.tallies[engine] = total.tallies.get(engine, Tally()) + tally
    return total


def _cells(row: Row, engines: Sequence[str]) -> Iterator[str]:
    yield row.name
    yield str(row.cases)
    for engine in engines:
        tally = row.tallies[engine]
        yield f"{tally.passed} / {tally.applicable}"
        yield percent(tally)
    yield str(max(tally.not_applicable for tally in row.tallies.values()))


def _head(engines: Sequence[str]) -> list[str]:
    middle = [text for engine in engines for text in (ENGINES[engine], "")]
    return ["directory", "files", *middle, "n/a"]


def terminal(rows: Sequence[Row], engines: Sequence[str]) -> str:
    """Columns of text."""
    lines = [_head(engines), *(list(_cells(row, engines)) for row in (*rows, totals(rows)))]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def markdown(rows: Sequence[Row], engines: Sequence[str]) -> str:
    """The table of ``docs/conformance.md``."""
    head = ["directory", "files", *(ENGINES[engine] for engine in engines), "not applicable"]
    lines = [head, ["---", *("---:" for _ in head[1:])]]
    for row in (*rows, totals(rows)):
        name, cases, *middle, left = _cells(row, engines)
        shares = [
            f"{count} ({share})" for count, share in zip(middle[::2], middle[1::2], strict=True)
        ]
        lines.append([name if row in rows else f"**{name}**", cases, *shares, left])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def document(page: Path, table: str) -> None:
    """Put a table in its place on a page."""
    text = page.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n\n{table}\n\n{END}{after}", "utf-8")


def as_json(rows: Sequence[Row]) -> str:
    return json.dumps([_plain(row) for row in (*rows, totals(rows))], indent=1)


def _plain(row: Row) -> Mapping[str, Any]:
    return {
        "directory": row.name,
        "files": row.cases,
        "left_out": row.left_out,
        **{
            engine: {
                "passed": tally.passed,
                "failed": tally.failed,
                "not_applicable": tally.not_applicable,
            }
            for engine, tally in row.tallies.items()
        },
        "surprises": [vars(surprise) for surprise in row.surprises],
    }
