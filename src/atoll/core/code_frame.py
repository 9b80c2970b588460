"""A few lines of a source with a mark below the place that matters, for a person to read."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_LINE_ENDS: Final = re.compile(r"\r\n|[\n\r\u2028\u2029]")
_BEFORE: Final = 2
_WIDTH: Final = 96
_TAB: Final = "    "


def code_frame(source: str, line: int, column: int, length: int = 1) -> str:
    """Up to three lines of a source that end with the given one, and carets below the place.

    Args:
        source: the whole text. What a terminal might obey is written out.
        line: 1-based.
        column: 1-based, in UTF-16 code units.
        length: code units to mark, on that line.

    Returns:
        Lines without a newline after the last; nothing when there is no such line.
    """
    lines = split_lines(source)
    if not 1 <= line <= len(lines):
        return ""
    first = max(1, line - _BEFORE)
    margin = len(str(line))
    text = lines[line - 1]
    place = utf16_index(text, column - 1)
    end = utf16_index(text, column - 1 + length)
    # A minified line can have a million columns: show the part around the place.
    start = max(0, place - _WIDTH * 2 // 3)
    frame = []
    for number in range(first, line + 1):
        shown = _shown(lines[number - 1][start : start + _WIDTH])
        frame.append(f"{number:>{margin + 2}} | {shown}".rstrip())
    indent = _columns(_shown(text[start:place]))
    marked = _columns(_shown(text[place : min(end, start + _WIDTH)]))
    frame.append(" " * (margin + 2) + " | " + " " * indent + "^" * max(1, marked))
    return "\n".join(frame)


def split_lines(source: str) -> list[str]:
    """The lines of a source (ECMA-262 § 12.3)."""
    return _LINE_ENDS.split(source)


def utf16_index(line: str, units: int) -> int:
    """The index in a Python string that many UTF-16 code units are at."""
    if line.isascii() or units <= 0:
        return min(max(units, 0), len(line))
    seen = 0
    for index, character in enumerate(line):
        if seen >= units:
            return index
        seen += 2 if character > "\uffff" else 1
    return len(line)


def utf16_length(text: str) -> int:
    """How many UTF-16 code units a text has."""
    return len(text) + sum(character > "\uffff" for character in text)


def _shown(text: str) -> str:
    text = text.replace("\t", _TAB)
    if text.isprintable():
        return text
    return "".join(
        f"\\x{ord(c):02x}" if unicodedata.category(c) == "Cc" else c
        for c in text
        if unicodedata.category(c) != "Cf"  # direction marks would show it in another order
    )


def _columns(text: str) -> int:
    """Columns that a terminal gives the text."""
    return sum(
        0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )
