"""Modules: what ``import`` means in an isolate, decided by its owner.

::

    modules = await isolate.install(Modules().virtual("@/env", "export const mode = 'sandbox'"))
    await modules.eval("import { mode } from '@/env'; export default mode")
"""

from ._builder import FallbackLoader, Loaded, Modules, TreeLoader
from ._handles import BlockingModulesHandle, ModulesHandle
from ._sources import ModuleSource

__all__ = [
    "BlockingModulesHandle",
    "FallbackLoader",
    "Loaded",
    "ModuleSource",
    "Modules",
    "ModulesHandle",
    "TreeLoader",
]
