"""Helpers of these tests."""

from __future__ import annotations

from typing import Any

from atoll import Isolate
from atoll.modules import Modules, ModulesHandle


def virtual(**sources: str) -> Modules:
    """Virtual modules: ``a="…"`` is ``a.js``."""
    modules = Modules()
    for name, source in sources.items():
        modules.virtual(f"{name}.js", source)
    return modules


async def default_of(isolate: Isolate, modules: Modules, specifier: str = "./main.js") -> Any:
    """The default export of a module, in an isolate that gets these modules."""
    handle = await isolate.install(modules)
    return await (await handle.import_module(specifier)).get("default")


async def evaluate(handle: ModulesHandle, *lines: str) -> Any:
    """The default export of a module made of lines."""
    return await handle.eval("\n".join(lines), filename="test.js")
