"""TypeScript and JSX: to JavaScript before they run, and types checked for those who want it."""

from __future__ import annotations

from typing import Any

from atoll.core.disk_cache import DiskCache
from atoll.core.languages import LANGUAGES, Language, language_of
from atoll.errors import CompilerFailed, TypeScriptSyntaxError
from atoll.typescript._transpile import Compiler, Source, Transpiled

__all__ = [
    "LANGUAGES",
    "Compiler",
    "CompilerFailed",
    "DiskCache",
    "Language",
    "Source",
    "Transpiled",
    "TypeScriptSyntaxError",
    "language_of",
    "transpile",
    "transpile_async",
]


def transpile(
    code: str, filename: str, *, language: Language | None = None, **options: Any
) -> Transpiled:
    """Make JavaScript of TypeScript or JSX, without checking types.

    The source may be hostile: the compiler runs in a confined process of its own. Results are kept
    on disk, so the same source costs next to nothing the next time.

    Args:
        code: the source text, a module or a script.
        filename: its name in errors and in the source map. The extension decides the language:
            ``.ts``, ``.mts``, ``.cts``, ``.tsx`` or ``.jsx``.
        language: that, for names without one.
        options: those of ``Compiler``: ``jsx``, ``decorators``, ``cache``, …

    Raises:
        TypeScriptSyntaxError: with file, line, column and a code frame.
        CompilerFailed: the compiler crashed on it, or took more time or memory than it may.
        ConfinementUnavailable: this machine cannot confine the compiler as asked.
    """
    return Compiler(**options).transpile(code, filename, language=language)


async def transpile_async(
    code: str, filename: str, *, language: Language | None = None, **options: Any
) -> Transpiled:
    """The same from asyncio, without blocking the event loop."""
    return await Compiler(**options).transpile_async(code, filename, language=language)
