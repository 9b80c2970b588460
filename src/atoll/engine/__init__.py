"""The engine: finding Deno, starting confined processes, and holding on to them from the host."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .deno import engine_version, find_engine
    from .process import IsolateProcess, ProcessExit, Spawned, SpawnOptions, spawn

__all__ = [
    "IsolateProcess",
    "ProcessExit",
    "SpawnOptions",
    "Spawned",
    "engine_version",
    "find_engine",
    "spawn",
]


def __getattr__(name: str) -> object:
    # The spawner imports this package in a process of its own and must not pay for the host's half.
    if name in ("engine_version", "find_engine"):
        from . import deno

        return getattr(deno, name)
    if name in __all__:
        from . import process

        return getattr(process, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
