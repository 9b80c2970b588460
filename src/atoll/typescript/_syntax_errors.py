"""What the engine's parser prints about a source that it refuses, as an error object.

::

    error: SyntaxError: Expression expected
      |
    1 | let x: number = ;
      |                 ~
        at file:///…/0.ts:1:17

Columns are counted in characters, from 1, with two for a tab.
"""

from __future__ import annotations

import re

from atoll.core.code_frame import code_frame, split_lines, utf16_length
from atoll.errors import TypeScriptSyntaxError

_STYLES = re.compile(r"\x1b\[[0-9;]*m")
_REPORT = re.compile(
    r"(?:^error: )?(?:SyntaxError: )?(?P<message>[^\n]*)\n"
    r"\s*\|\n[^\n]*\n\s*\| *(?P<mark>~*)[^\n]*\n"
    r" +at file://[^\n]*/(?P<file>[0-9a-z.]+):(?P<line>\d+):(?P<column>\d+)"
)
_TAB = 2


def syntax_error(
    printed: str, name: str, source: str, filename: str
) -> TypeScriptSyntaxError | None:
    """The first error in what the parser printed.

    Args:
        printed: its output.
        name: what the file was called for the parser.
        source: the file's text.
        filename: what the owner calls it.

    Returns:
        The error, or ``None`` when the parser printed something else.
    """
    found = _REPORT.search(_STYLES.sub("", printed))
    if found is None or found["file"] != name or len(found["line"]) + len(found["column"]) > 20:
        return None
    line, column = parsed_place(source, int(found["line"]), int(found["column"]))
    error = TypeScriptSyntaxError("SyntaxError", found["message"])
    error.filename, error.line, error.column = filename, line, column
    error.source_line = split_lines(source)[line - 1][:400]
    error.code_frame = code_frame(source, line, column, max(1, len(found["mark"])))
    return error


def parsed_place(source: str, line: int, column: int) -> tuple[int, int]:
    """The line and column, as JavaScript counts, of a place that the parser shows.

    It knows fewer line ends, counts characters, and gives a tab two columns.
    """
    text = source.removeprefix("\ufeff").replace("\r\n", "\n")
    before = text.split("\n")[: max(1, line)]
    place = sum(len(line) + 1 for line in before[:-1]) + _index(before[-1], column)
    lines = split_lines(text[:place])
    return len(lines), utf16_length(lines[-1]) + 1


def _index(line: str, shown: int) -> int:
    """The index of what the parser shows at a column of its own."""
    at = 1
    for index, character in enumerate(line):
        if at >= shown:
            return index
        at += _TAB if character == "\t" else 1
    return len(line)
