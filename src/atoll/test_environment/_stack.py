"""Stacks of the guest as places, and places as code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

_FRAME: Final = re.compile(
    r"^\s*at (?:(?P<name>.{0,500}?) \()?(?P<file>[^\n()]{1,1000})"
    r":(?P<line>\d{1,9}):(?P<col>\d{1,9})\)?$"
)
_MOST_FRAMES: Final = 50
_MODULES: Final = "module:///"


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
                StackFrame(
                    found["name"], _name(found["file"]), int(found["line"]), int(found["col"])
                )
            )
    return frames


def _name(file: str) -> str:
    """The name that the URL of a module stands for; anything else as it is."""
    return unquote(file.removeprefix(_MODULES)) if file.startswith(_MODULES) else file


def stack_text(frames: list[StackFrame]) -> str:
    """Frames as text, a line each."""
    return "\n".join(f"    {frame}" for frame in frames)
