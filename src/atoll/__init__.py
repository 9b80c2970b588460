"""Run untrusted JavaScript from Python, in V8 isolates that the operating system confines.

The names are loaded when they are first used: the process that starts isolates imports parts of
this package and must start fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from ._version import __version__

if TYPE_CHECKING:
    from .core.abort import AbortController, AbortSignal
    from .core.classes import ClassDefinition, Property, js_class
    from .core.headers import Headers
    from .core.isolate import Isolate
    from .core.reference import JSFunction, JSPromise, Reference
    from .core.scope import Scope
    from .core.statistics import Statistics, Usage
    from .core.streams import Sink
    from .core.values import JSMap, JSRegExp, undefined
    from .core.web import (
        URL,
        Blob,
        BlobReference,
        File,
        FormData,
        ReadableStream,
        URLSearchParams,
        WritableStream,
    )
    from .errors import (
        ApiNotEnabled,
        AtollError,
        CallLimitExceeded,
        ConfinementUnavailable,
        CpuLimitExceeded,
        EngineNotFound,
        HandleLimitExceeded,
        HostOutOfMemory,
        IsolateCrashed,
        IsolateDisposed,
        JSError,
        JSSyntaxError,
        LimitExceeded,
        MarshalError,
        MemoryLimitExceeded,
        ModuleDenied,
        ModuleError,
        ModuleLoadError,
        ModuleNotFound,
        OutputLimitExceeded,
        PoolClosed,
        PoolError,
        PoolTimeout,
        PoolUnavailable,
        ReentrancyError,
        ReferenceReleased,
        WallTimeLimitExceeded,
    )
    from .limits import GiB, KiB, Limits, MiB
    from .pool import Pool, PoolMetrics, Sessions
    from .runtime import Runtime

_HOMES = {
    ".core.abort": ("AbortController", "AbortSignal"),
    ".core.classes": ("ClassDefinition", "Property", "js_class"),
    ".core.headers": ("Headers",),
    ".core.isolate": ("Isolate",),
    ".core.reference": ("JSFunction", "JSPromise", "Reference"),
    ".core.scope": ("Scope",),
    ".core.statistics": ("Statistics", "Usage"),
    ".core.streams": ("Sink",),
    ".core.values": ("JSMap", "JSRegExp", "undefined"),
    ".core.web": (
        "Blob",
        "BlobReference",
        "File",
        "FormData",
        "ReadableStream",
        "URL",
        "URLSearchParams",
        "WritableStream",
    ),
    ".errors": (
        "ApiNotEnabled",
        "AtollError",
        "CallLimitExceeded",
        "ConfinementUnavailable",
        "CpuLimitExceeded",
        "EngineNotFound",
        "HandleLimitExceeded",
        "HostOutOfMemory",
        "IsolateCrashed",
        "IsolateDisposed",
        "JSError",
        "JSSyntaxError",
        "LimitExceeded",
        "MarshalError",
        "MemoryLimitExceeded",
        "ModuleDenied",
        "ModuleError",
        "ModuleLoadError",
        "ModuleNotFound",
        "OutputLimitExceeded",
        "PoolClosed",
        "PoolError",
        "PoolTimeout",
        "PoolUnavailable",
        "ReentrancyError",
        "ReferenceReleased",
        "WallTimeLimitExceeded",
    ),
    ".limits": ("GiB", "KiB", "Limits", "MiB"),
    ".pool": ("Pool", "PoolMetrics", "Sessions"),
    ".runtime": ("Runtime",),
}
_MODULES = {name: module for module, names in _HOMES.items() for name in names}

# Written out, because type checkers do not run code.
__all__ = [
    "URL",
    "AbortController",
    "AbortSignal",
    "ApiNotEnabled",
    "AtollError",
    "Blob",
    "BlobReference",
    "CallLimitExceeded",
    "ClassDefinition",
    "ConfinementUnavailable",
    "CpuLimitExceeded",
    "EngineNotFound",
    "File",
    "FormData",
    "GiB",
    "HandleLimitExceeded",
    "Headers",
    "HostOutOfMemory",
    "Isolate",
    "IsolateCrashed",
    "IsolateDisposed",
    "JSError",
    "JSFunction",
    "JSMap",
    "JSPromise",
    "JSRegExp",
    "JSSyntaxError",
    "KiB",
    "LimitExceeded",
    "Limits",
    "MarshalError",
    "MemoryLimitExceeded",
    "MiB",
    "ModuleDenied",
    "ModuleError",
    "ModuleLoadError",
    "ModuleNotFound",
    "OutputLimitExceeded",
    "Pool",
    "PoolClosed",
    "PoolError",
    "PoolMetrics",
    "PoolTimeout",
    "PoolUnavailable",
    "Property",
    "ReadableStream",
    "ReentrancyError",
    "Reference",
    "ReferenceReleased",
    "Runtime",
    "Scope",
    "Sessions",
    "Sink",
    "Statistics",
    "URLSearchParams",
    "Usage",
    "WallTimeLimitExceeded",
    "WritableStream",
    "__version__",
    "js_class",
    "undefined",
]


def __getattr__(name: str) -> object:
    module = _MODULES.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(module, __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
