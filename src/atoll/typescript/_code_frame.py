"""A few lines of a source with a mark under the place that matters."""

from __future__ import annotations

from typing import Final

_AROUND: Final = 2
_WIDTH: Final = 120
_TAB: Final = "    "


def code_frame(
    source: str, line: int, column: int, length: int = 1, *, end_line: int | None = None
) -> str:
    """Show lines around a place, numbered, with a mark under it.

    Args:
        source: the whole text.
        line: 1-based.
        column: 1-based, in UTF-16 code units, as JavaScript counts.
        length: code units to mark.
        end_line: the last line of the place; the mark then goes to the end of the first.

    Returns:
        Lines without a newline after the last; empty when there is no such line. Characters that
        would change a terminal's state are shown as U+FFFD.
    """
    lines = split_lines(source)
    if len(lines) > line and not lines[-1]:
        lines.pop()  # what follows the last newline is no line
    if not 1 <= line <= len(lines):
        return ""
    first, last = max(1, line - _AROUND), min(len(lines), line + _AROUND)
    digits = len(str(last))
    start = utf16_index(lines[line - 1], column - 1)
    end = utf16_index(lines[line - 1], column - 1 + length)
    if end_line is not None and end_line > line:
        end = len(lines[line - 1])
    # A long line is shown around the mark; its neighbours are cut at the same place.
    offset = max(0, start - _WIDTH // 2) if len(lines[line - 1]) > _WIDTH else 0
    shown: list[str] = []
    for number in range(first, last + 1):
        text = _printable(lines[number - 1][offset : offset + _WIDTH])
        mark = ">" if number == line else " "
        shown.append(f"{mark} {number:>{digits}} | {text}".rstrip())
        if number == line:
            before = _printable(lines[number - 1][offset:start])
            marked = _printable(lines[number - 1][start : min(end, offset + _WIDTH)])
            shown.append(f"  {'':>{digits}} | {' ' * len(before)}{'^' * max(1, len(marked))}")
    return "\n".join(shown)


def split_lines(source: str) -> list[str]:
    """The lines of a source as compilers count them."""
    return source.replace("\r\n", "\n").split("\n")


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


def _printable(text: str) -> str:
    text = text.replace("\t", _TAB)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == " " else "\ufffd" for c in text)
