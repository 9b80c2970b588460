"""Which language a source is in."""

from __future__ import annotations

from typing import Final, Literal

Language = Literal["js", "ts", "mts", "cts", "tsx", "jsx"]
"""What a source can be said to be: the extension of files that are."""

LANGUAGES: Final[tuple[Language, ...]] = ("ts", "mts", "cts", "tsx", "jsx")
"""Those that become JavaScript before they run."""


def language_of(filename: str) -> Language | None:
    """The language of a file that has to be transpiled, or ``None`` for everything else.

    Decided by the extension alone; a query or fragment, as module specifiers have them, is left
    out. A declaration file (``x.d.ts``) is TypeScript without any code.
    """
    path = filename.partition("?")[0].partition("#")[0]
    stem, _, extension = path.rpartition("/")[2].rpartition(".")
    language = extension.lower()
    return language if stem and language in LANGUAGES else None


def language_to_transpile(filename: str, language: str | None) -> Language | None:
    """The language of a source that has to be transpiled, or ``None`` for JavaScript.

    Args:
        filename: decides when ``language`` is None.
        language: what the owner says it is.

    Raises:
        ValueError: there is no such language.
    """
    if language is None:
        return language_of(filename)
    if language == "js":
        return None
    if language not in LANGUAGES:
        raise ValueError(f"language is js, {', '.join(LANGUAGES)} or None, not {language!r}")
    return language
