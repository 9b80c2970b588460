"""What the checker says about a program, as data.

The engine prints it for people; this reads it back. Each report ends with a line that names a
file in a folder whose name nobody can guess, so a program cannot forge the end of one::

    TS2322 [ERROR]: Type 'string' is not assignable to type 'number'.
    const x: number = "a";
          ^
        at file:///tmp/atoll-…/work/main.ts:1:7

        The expected type comes from here.
        …
            at file:///…
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import unquote

from atoll.core.code_frame import code_frame
from atoll.typescript._syntax_errors import parsed_place

Category = Literal["error", "warning", "suggestion", "message"]

_STYLES: Final = re.compile(r"\x1b\[[0-9;]*m")
_HEADER: Final = re.compile(r"^TS(\d+) \[([A-Z]+)\]: ", re.MULTILINE)
_FATAL: Final = re.compile(r"^error: ", re.MULTILINE)
_SYNTAX: Final = re.compile(
    r"^(?:SyntaxError: )?(?P<message>[^\n]*)\n\s*\|\n[^\n]*\n\s*\| *(?P<mark>~*)"
)
_MARKS: Final = re.compile(r"\s*[~^]+\s*")
_CATEGORIES: Final[Mapping[str, Category]] = {
    "ERROR": "error",
    "WARN": "warning",
    "SUGGESTION": "suggestion",
    "MESSAGE": "message",
}
_AGAIN: Final = (2307, 2591, 2792)
"""Cannot find module, cannot find name (of a module)."""
_HINTS: Final = re.compile(
    r" Do you need to (?:change your target library|install type definitions).*?$"
    r"|\n  hint: [^\n]*"
    r"|; but --no-\S+ is specified|, but --no-\S+ is specified\.?"
    r"|, run again with the --allow-import flag",
    re.MULTILINE,
)
"""Advice for people who run the engine themselves."""


@dataclass(frozen=True)
class Related:
    """A place that has to do with a diagnostic, and why.

    Attributes:
        file, line, column: as in `Diagnostic`.
        message: what is to be known about it.
    """

    file: str
    line: int
    column: int
    message: str


@dataclass(frozen=True)
class Diagnostic:
    """Something that the type checker says.

    Attributes:
        file: as the owner calls it; ``"globals.d.ts"`` for the declarations.
        line: 1-based; 0 for something that is said of no place.
        column: 1-based, in UTF-16 code units.
        length: code units from there, on that line.
        code: TypeScript's number, or ``None`` where the parser or the module graph complains.
        category: ``"error"`` as a rule.
        message: sentences; further lines are indented and say more.
        related: other places.
        code_frame: the lines around the place, for a person to read.
    """

    file: str
    line: int
    column: int
    code: int | None
    category: Category
    message: str
    length: int = 1
    related: tuple[Related, ...] = ()
    code_frame: str = field(default="", repr=False, compare=False)

    def __str__(self) -> str:
        code = "" if self.code is None else f" TS{self.code}"
        place = f"{self.file}:{self.line}:{self.column}: " if self.line else ""
        return f"{place}{self.category}{code}: {self.message}"

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values, without the code frame."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "length": self.length,
            "code": self.code,
            "category": self.category,
            "message": self.message,
            "related": [vars(place) for place in self.related],
        }


def parse(
    output: str, folder: str, names: Mapping[str, str], sources: Mapping[str, str]
) -> list[Diagnostic]:
    """Read what the checker printed.

    Args:
        output: all of it.
        folder: the URL of the folder that it ran in, with a slash at its end.
        names: what the owner calls the files in it.
        sources: their texts, by the same keys.
    """
    found: dict[tuple[str, int, int, int | None], Diagnostic] = {}
    places: set[tuple[str, int, int]] = set()
    for diagnostic in _Reader(_STYLES.sub("", output), folder, names, sources).diagnostics():
        place = (diagnostic.file, diagnostic.line, diagnostic.column)
        # Of a module that is not there the checker says so once more, as of a name.
        if place not in places or diagnostic.code not in _AGAIN:
            found.setdefault((*place, diagnostic.code), diagnostic)
        places.add(place)
    return list(found.values())


class _Reader:
    def __init__(
        self, text: str, folder: str, names: Mapping[str, str], sources: Mapping[str, str]
    ) -> None:
        self._text = text
        self._folder = folder
        self._names = names
        self._sources = sources
        place = re.escape(folder) + r"(?P<file>[^\n]*?):(?P<line>\d{1,9}):(?P<column>\d{1,9})$"
        self._place = re.compile(rf"^ {{4}}at {place}", re.MULTILINE)
        self._related = re.compile(rf"^ {{8}}at {place}", re.MULTILINE)

    def diagnostics(self) -> Iterator[Diagnostic]:
        text = self._text
        at = 0
        header = _HEADER.search(text)
        while header is not None:
            place = self._place.search(text, header.end())
            following = _HEADER.search(text, header.end())
            if place is None or (following and self._is_without_place(following, place)):
                at = following.start() if following else len(text)
                yield self._of_no_place(header, text[header.end() : at])
            else:
                following = _HEADER.search(text, place.end())
                at = following.start() if following else len(text)
                yield self._at_place(header, place, text[place.end() : at])
            header = following
        yield from self._fatal(at)

    def _is_without_place(self, following: re.Match[str], place: re.Match[str]) -> bool:
        """Whether the next report begins before this one's place: after an empty line, that is."""
        start = following.start()
        return start < place.start() and self._text[start - 2 : start] == "\n\n"

    def _of_no_place(self, header: re.Match[str], body: str) -> Diagnostic:
        message = self._clean(body.split("\n\n")[0])
        return Diagnostic("", 0, 0, int(header[1]), self._category(header), message)

    def _at_place(self, header: re.Match[str], place: re.Match[str], rest: str) -> Diagnostic:
        lines = self._text[header.end() : place.start()].rstrip("\n").split("\n")
        length = 1
        if len(lines) > 2 and _MARKS.fullmatch(lines[-1]):
            length = len(lines[-1].strip())
            lines = lines[:-2]
        return self._made(
            place,
            "\n".join(lines),
            code=int(header[1]),
            category=self._category(header),
            length=length,
            related=tuple(self._related_places(rest)),
        )

    def _related_places(self, rest: str) -> Iterator[Related]:
        at = 0
        for place in self._related.finditer(rest):
            lines = [line[4:] for line in rest[at : place.start()].strip("\n").split("\n")]
            if len(lines) > 2 and _MARKS.fullmatch(lines[-1]):
                lines = lines[:-2]
            yield Related(
                self._name(unquote(place["file"])),
                int(place["line"]),
                int(place["column"]),
                self._clean("\n".join(lines)),
            )
            at = place.end()

    def _fatal(self, at: int) -> Iterator[Diagnostic]:
        """What ends the checker before it checks: a source that does not parse, a bad import."""
        found = _FATAL.search(self._text, at)
        if found is None:
            return
        place = self._place.search(self._text, found.end())
        if place is None:
            return
        body = self._text[found.end() : place.start()]
        syntax = _SYNTAX.match(body)
        if syntax is not None:
            yield self._made(place, syntax["message"], length=len(syntax["mark"]) or 1, parsed=True)
        else:
            yield self._made(place, body.strip("\n"))

    def _made(
        self,
        place: re.Match[str],
        message: str,
        *,
        code: int | None = None,
        category: Category = "error",
        length: int = 1,
        related: tuple[Related, ...] = (),
        parsed: bool = False,
    ) -> Diagnostic:
        file, line, column = unquote(place["file"]), int(place["line"]), int(place["column"])
        source = self._sources.get(file, "")
        if parsed:
            line, column = parsed_place(source, line, column)
        return Diagnostic(
            file=self._name(file),
            line=line,
            column=column,
            length=length,
            code=code,
            category=category,
            message=self._clean(message),
            related=related,
            code_frame=code_frame(source, line, column, length),
        )

    def _name(self, file: str) -> str:
        return self._names.get(file, file)

    def _clean(self, message: str) -> str:
        """No path of this machine, and no advice about an engine that nobody sees."""
        message = _HINTS.sub("", message.replace(f"{self._folder}no-such-module/", ""))
        return message.replace(self._folder, "./").strip()

    def _category(self, header: re.Match[str]) -> Category:
        return _CATEGORIES.get(header[2], "error")
