"""TypeScript and JSX: to JavaScript before they run, and types checked for those who want it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atoll.core.disk_cache import DiskCache
from atoll.core.languages import LANGUAGES, Language, language_of
from atoll.errors import CompilerFailed, TypeScriptSyntaxError
from atoll.typescript._check import Checker
from atoll.typescript._declarations import declarations_for
from atoll.typescript._diagnostics import Diagnostic, Related
from atoll.typescript._transpile import Compiler, Source, Transpiled

__all__ = [
    "LANGUAGES",
    "Checker",
    "Compiler",
    "CompilerFailed",
    "Diagnostic",
    "DiskCache",
    "Language",
    "Related",
    "Source",
    "Transpiled",
    "TypeScriptSyntaxError",
    "check",
    "check_async",
    "declarations_for",
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


def check(
    code: str,
    filename: str = "program.ts",
    *,
    declarations: str | None = None,
    language: Language | None = None,
    files: Mapping[str, str] | None = None,
    **options: Any,
) -> list[Diagnostic]:
    """Check the types of a program, without running it.

    The program may be hostile: the checker runs in a confined process of its own. It takes about
    a second; what was checked before is read from the cache.

    Args:
        code: the source text. It is taken for a module, so top-level ``await`` is accepted and
            what it declares is its own.
        filename: its name in the diagnostics; the extension decides the language. JavaScript is
            checked, too, by its JSDoc.
        declarations: what it can see beside ECMAScript, as the text of a ``.d.ts`` file;
            ``declarations_for`` makes it. By default what a bare isolate has.
        language: instead of what the filename says.
        files: other files of the program, which it may import, by relative path.
        options: those of ``Checker``: ``strict``, ``jsx``, ``cache``, …

    Returns:
        Nothing when all is well; otherwise what TypeScript says, in its order.

    Raises:
        CompilerFailed: the checker crashed on it, or took more time or memory than it may.
        ConfinementUnavailable: this machine cannot confine the checker as asked.
        ValueError: a name in ``files`` is no relative path.
    """
    checker = Checker(**options)
    return checker.check(code, filename, declarations=declarations, language=language, files=files)


async def check_async(
    code: str,
    filename: str = "program.ts",
    *,
    declarations: str | None = None,
    language: Language | None = None,
    files: Mapping[str, str] | None = None,
    **options: Any,
) -> list[Diagnostic]:
    """The same from asyncio, without blocking the event loop."""
    return await Checker(**options).check_async(
        code, filename, declarations=declarations, language=language, files=files
    )
