"""Text for people and pipes.

What a guest prints is hostile to a terminal, too: escape sequences can retitle its window, write
to its clipboard or hide what came before. On a terminal, only colours pass; everything else is
shown instead of obeyed. Files and pipes get exactly what was printed.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from typing import Final, TextIO

_UNSAFE: Final = re.compile(
    r"\x1b(?!\[[0-9;:]{0,40}m)"  # escapes that are not colours
    r"|\r(?!\n)"  # back to the start of the line, to write over it
    r"|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]"
)
_RESET: Final = "\x1b[0m"
_COLOURS: Final = {"red": 31, "green": 32, "yellow": 33, "bold": 1, "dim": 2}


def visible(text: str) -> str:
    """The text with every control character that a terminal might obey written out."""
    text = _UNSAFE.sub(lambda found: f"\\x{ord(found[0]):02x}", text)
    return text + _RESET if "\x1b[" in text else text


class Stream:
    """Standard output or standard error.

    Attributes:
        is_terminal: whether a person sees it directly.
        has_colour: whether that person wants colours (https://no-color.org).
    """

    def __init__(self, file: TextIO | None) -> None:
        # None where the descriptor was closed: then nobody wants to know.
        self._file = None if file is None else file.buffer
        self.is_terminal = file is not None and file.isatty()
        self.has_colour = (
            self.is_terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        )

    def write(self, text: str) -> None:
        """Write text, at once.

        Raises:
            OSError: the stream cannot be written to; ``BrokenPipeError`` when nobody reads it.
        """
        if self._file is None:
            return
        if self.is_terminal:
            text = visible(text)
        try:
            data = text.encode()
        except UnicodeEncodeError:  # lone surrogates, as TextEncoder writes them
            data = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()
        self._file.write(data)
        self._file.flush()

    def line(self, text: str) -> None:
        """Write a line."""
        self.write(text + "\n")

    def say(self, message: str) -> None:
        """Write a message of the command's own; nothing happens when it cannot be written."""
        with contextlib.suppress(OSError):
            self.line(f"atoll: {message}")

    def coloured(self, text: str, *colours: str) -> str:
        """The text in colours, where this stream has them."""
        if not self.has_colour:
            return text
        codes = ";".join(str(_COLOURS[colour]) for colour in colours)
        return f"\x1b[{codes}m{text}{_RESET}"


def output_stream() -> Stream:
    """Standard output."""
    return Stream(sys.stdout)


def error_stream() -> Stream:
    """Standard error."""
    return Stream(sys.stderr)
