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

from atoll.errors import TypeScriptSyntaxError
from atoll.typescript._code_frame import code_frame, split_lines, utf16_length

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
    line = int(found["line"])
    lines = split_lines(source.removeprefix("\ufeff"))
    text = lines[line - 1] if 1 <= line <= len(lines) else ""
    column = _column(text, int(found["column"]))
    error = TypeScriptSyntaxError("SyntaxError", found["message"])
    error.filename, error.line, error.column = filename, line, column
    error.source_line = text[:400]
    error.code_frame = code_frame("\n".join(lines), line, column, max(1, len(found["mark"])))
    return error


def _column(text: str, shown: int) -> int:
    """The 1-based UTF-16 column of what the parser shows at a column of its own."""
    at = 1
    for index, character in enumerate(text):
        if at >= shown:
            return utf16_length(text[:index]) + 1
        at += _TAB if character == "\t" else 1
    return utf16_length(text) + 1
