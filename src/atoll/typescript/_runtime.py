"""Type checks for an isolate: against what is in it, with the options of its compiler."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from atoll.core.languages import Language
from atoll.typescript import _command
from atoll.typescript._check import Checker
from atoll.typescript._command import Cancellation
from atoll.typescript._declarations import declarations_for
from atoll.typescript._diagnostics import Diagnostic

if TYPE_CHECKING:
    from atoll.core.isolate import BaseIsolate


def typecheck(
    isolate: BaseIsolate[Any],
    code: str,
    filename: str,
    *,
    language: Language | None,
    files: Mapping[str, str] | None,
    declarations: str,
    cancellation: Cancellation | None = None,
) -> list[Diagnostic]:
    """What `Runtime.typecheck` returns. Also for isolates."""
    compiler = isolate._compiler()
    checker = Checker(
        jsx=compiler.jsx,
        jsx_import_source=compiler.jsx_import_source,
        jsx_factory=compiler.jsx_factory,
        jsx_fragment_factory=compiler.jsx_fragment_factory,
        decorators=compiler.decorators,
        cache=compiler.cache,
        confinement=compiler.confinement,
    )
    visible = declarations_for(isolate, confinement=compiler.confinement)
    return checker.check(
        code,
        filename,
        declarations=f"{visible}\n{declarations}",
        language=language,
        files=files,
        cancellation=cancellation,
    )


async def typecheck_async(
    isolate: BaseIsolate[Any],
    code: str,
    filename: str,
    *,
    language: Language | None,
    files: Mapping[str, str] | None,
    declarations: str,
) -> list[Diagnostic]:
    """The same from asyncio, without blocking the event loop."""
    return await _command.in_thread(
        lambda cancellation: typecheck(
            isolate,
            code,
            filename,
            language=language,
            files=files,
            declarations=declarations,
            cancellation=cancellation,
        )
    )
