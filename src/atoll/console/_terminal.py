"""Entries of a console on a terminal, or in any text stream."""

from __future__ import annotations

import os
import sys
from typing import Final, TextIO

from atoll.console._css import RESET, ansi
from atoll.console._entry import SILENT, Entry
from atoll.console._text import neutralised

_COLOURS: Final = {"debug": "\x1b[2m", "warn": "\x1b[33m", "error": "\x1b[31m"}
_DEEPEST: Final = 20
"""Groups that are indented; a guest can open any number."""


class TerminalRenderer:
    """Writes entries as lines: ``Console(TerminalRenderer())``.

    Groups are indented, tables drawn, warnings and errors coloured, and the styles of ``%c`` kept
    as far as a terminal has them. Control characters that the guest prints are shown as escapes:
    it can neither move the cursor nor clear the screen.
    """

    def __init__(self, stream: TextIO | None = None, *, color: bool | None = None) -> None:
        """Describe a renderer.

        Args:
            stream: where to write; standard output as it is at each entry, by default.
            color: whether to use colours; by default if the stream is a terminal, and the
                environment variable ``NO_COLOR`` is not set.
        """
        self._stream = stream
        self._color = color

    def __call__(self, entry: Entry) -> None:
        """Write one entry."""
        line = self.render(entry)
        if line is None:
            return
        stream = self._stream or sys.stdout
        if stream is None:  # a program without a console
            return
        line += "\n"
        encoding = getattr(stream, "encoding", None) or "utf-8"
        if encoding.lower() not in ("utf-8", "utf8"):
            line = line.encode(encoding, "backslashreplace").decode(encoding)
        stream.write(line)

    def render(self, entry: Entry) -> str | None:
        """The lines for an entry, without the last newline; None for one that shows nothing."""
        if entry.kind in SILENT:
            return None
        color = self._use_color()
        if entry.kind in ("group", "groupCollapsed"):
            mark = "▾ " if entry.kind == "group" else "▸ "
            text = mark + (self._text(entry, color) or "console.group")
            if color:
                text = f"\x1b[1m{text}{RESET}"
        else:
            text = self._text(entry, color)
            start = _COLOURS.get(entry.level) if color else None
            if start is not None:
                text = start + text.replace(RESET, RESET + start) + RESET
        indentation = "  " * min(entry.group_depth, _DEEPEST)
        return indentation + text.replace("\n", f"\n{indentation}") if indentation else text

    def _use_color(self) -> bool:
        if self._color is not None:
            return self._color
        stream = self._stream or sys.stdout
        return stream is not None and stream.isatty() and not os.environ.get("NO_COLOR")

    def _text(self, entry: Entry, color: bool) -> str:
        text = entry.text
        if not color or not entry.styles:
            return neutralised(text)
        parts, at = [], 0
        for place, css in entry.styles:
            parts += [neutralised(text[at:place]), ansi(css)]
            at = place
        parts += [neutralised(text[at:]), RESET]
        return "".join(parts)
