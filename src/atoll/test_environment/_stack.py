"""Stacks of the guest as places, and places as code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_FRAME: Final = re.compile(
    r"^\s*at (?:(?P<name>.{0,500}?) \()?(?P<file>[^\n()]{1,1000})"
    r":(?P<line>\d{1,9}):(?P<col>\d{1,9})\)?$"
)
_MOST_FRAMES: Final = 50
_AROUND: Final = (2, 2)
_WIDTH: Final = 100
_LINE_ENDS: Final = re.compile(r"\r\n|[\n\r\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class StackFrame:
    """A place in a stack.

    Attributes:
        function: name of the function, or None.
        filename: of the source, as it was named when it was run.
        line: 1-based.
        column: 1-based, in UTF-16 code units.
    """

    function: str | None
    filename: str
    line: int
    column: int

    def __str__(self) -> str:
        place = f"{self.filename}:{self.line}:{self.column}"
        return f"at {self.function} ({place})" if self.function else f"at {place}"


def frames_of(stack: str, message: str = "") -> list[StackFrame]:
    """The places of a stack, innermost first.

    Args:
        stack: the text of an error's ``stack``.
        message: the error's message, which the stack begins with and may look like frames.
    """
    at = stack.find(message) if message else -1
    rest = stack[at + len(message) :] if at >= 0 else stack
    frames: list[StackFrame] = []
    for text in rest.splitlines()[:500]:
        found = _FRAME.match(text)
        if found is not None and len(frames) < _MOST_FRAMES:
            frames.append(
                StackFrame(found["name"], found["file"], int(found["line"]), int(found["col"]))
            )
    return frames


def stack_text(frames: list[StackFrame]) -> str:
    """Frames as text, a line each."""
    return "\n".join(f"    {frame}" for frame in frames)


def code_frame(source: str, line: int, column: int) -> str | None:
    """The lines around a place, which is marked; None when the source has no such line.

    Args:
        source: the whole text.
        line: 1-based.
        column: 1-based, in UTF-16 code units.
    """
    lines = _LINE_ENDS.split(source)
    if not 1 <= line <= len(lines):
        return None
    before, after = _AROUND
    first, last = max(1, line - before), min(len(lines), line + after)
    margin = len(str(last))
    units = lines[line - 1].encode("utf-16-le", "surrogatepass")[: 2 * (column - 1)]
    ahead = units.decode("utf-16-le", "replace")
    # A minified line can have a million columns: show the part around the place.
    start = max(0, len(ahead) - _WIDTH * 2 // 3)
    shown = []
    for number in range(first, last + 1):
        text = lines[number - 1][start : start + _WIDTH].replace("\t", "  ")
        marker = ">" if number == line else " "
        shown.append(f"{marker} {number:>{margin}} | {text}".rstrip())
        if number == line:
            indent = len(ahead[start:].replace("\t", "  "))
            shown.append(f"  {' ' * margin} | {' ' * indent}^")
    return "\n".join(shown)
