"""Which language a file is in, by its name."""

from __future__ import annotations

from typing import Final, Literal

Language = Literal["ts", "mts", "cts", "tsx", "jsx"]

LANGUAGES: Final[tuple[Language, ...]] = ("ts", "mts", "cts", "tsx", "jsx")


def language_of(filename: str) -> Language | None:
    """The language of a file that has to be transpiled, or ``None`` for everything else.

    Decided by the extension alone; a query or fragment, as module specifiers have them, is left
    out. A declaration file (``x.d.ts``) is TypeScript without any code.
    """
    path = filename.partition("?")[0].partition("#")[0]
    stem, _, extension = path.rpartition("/")[2].rpartition(".")
    language = extension.lower()
    return language if stem and language in LANGUAGES else None
