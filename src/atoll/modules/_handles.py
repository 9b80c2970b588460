"""The owner's handles to the modules of an isolate."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from ._compiled import worker
from ._urls import BASE, to_url

if TYPE_CHECKING:
    from atoll.core.reference import Reference
    from atoll.core.values import Copy
    from atoll.sync import Reference as BlockingReference

    from ._session import ModuleSession


def _place(filename: str) -> str:
    """The URL of code that is given with a file name: `<eval>` and the like are no name."""
    return BASE if filename.startswith("<") else to_url(filename)


class ModulesHandle:
    """The owner's view of an isolate's modules.

    Every method raises ``ModuleError`` for an import that fails, ``JSSyntaxError`` for a module
    that does not compile, and what the modules throw.
    """

    def __init__(self, guest: Reference, session: ModuleSession) -> None:
        self._guest = guest
        self._session = session

    async def run(self, specifier: str) -> None:
        """Run a module as the program: ``import.meta.main`` is true in it.

        Returns when it has been evaluated, top-level ``await`` included.

        Args:
            specifier: relative to the base; a name, or a URL.
        """
        await self._guest.call_method("run", specifier)

    async def import_module(self, specifier: str) -> Reference:
        """Import a module and return a reference to its namespace.

        ::

            maths = await modules.import_module("maths.js")
            await maths.call_method("add", 1, 2)

        Args:
            specifier: relative to the base; a name, or a URL.
        """
        reference: Reference = await self._guest.call_method("importModule", specifier)
        return reference

    async def eval(self, code: str, *, filename: str = "<eval>", copy: Copy = True) -> Any:
        """Run source text as a module and return its default export, or ``None``.

        Args:
            code: the source text; each call makes a module of its own.
            filename: as stack traces show it; relative imports start from there. TypeScript and
                JSX are known by its extension.
            copy: ``False`` returns a ``Reference`` to the value instead of the value. ``"data"``
                refuses functions, promises and other live values in it with `MarshalError`.
        """
        source = await self._session.transpile(code, filename)
        how = copy is not False  # else the guest makes the reference itself
        return await self._guest.call_method(
            "evaluate", source, filename, _place(filename), how, copy=copy or True
        )

    async def compiled(self) -> None:
        """Wait until what was imported so far has been compiled for the next isolate.

        That is done in the background, for modules of 64 KiB and more, and may never be finished
        when the program ends before.
        """
        await asyncio.to_thread(worker().wait)


class BlockingModulesHandle:
    """The same as `ModulesHandle`, blocking."""

    def __init__(self, guest: BlockingReference, session: ModuleSession) -> None:
        self._guest = guest
        self._session = session

    def run(self, specifier: str) -> None:
        """Run a module as the program; see `ModulesHandle.run`."""
        self._guest.call_method("run", specifier)

    def import_module(self, specifier: str) -> BlockingReference:
        """Import a module; see `ModulesHandle.import_module`."""
        reference: BlockingReference = self._guest.call_method("importModule", specifier)
        return reference

    def eval(self, code: str, *, filename: str = "<eval>", copy: Copy = True) -> Any:
        """Run source text as a module; see `ModulesHandle.eval`."""
        source = self._session.transpile_blocking(code, filename)
        how = copy is not False
        return self._guest.call_method(
            "evaluate", source, filename, _place(filename), how, copy=copy or True
        )

    def compiled(self) -> None:
        """Wait for the background; see `ModulesHandle.compiled`."""
        worker().wait()
