"""Confinement: what the operating system takes away from an isolate's process.

One module per layer (``landlock``, ``seccomp``, ``namespaces``, ``rlimits``), each with the attack
that every rule stops written beside the rule. ``probe`` attacks each layer on the machine at hand
and ``status`` reports what held. The spawner imports the layers in a process of its own, where
every millisecond of import is a millisecond of cold start: nothing here imports ``typing``,
``enum``, ``re`` or ``dataclasses`` on that path.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .seccomp import seal_filter
    from .status import LayerStatus, Report, report

__all__ = ["LayerStatus", "Report", "report", "seal_filter"]


def __getattr__(name: str) -> object:
    if name == "seal_filter":
        from .seccomp import seal_filter

        return seal_filter
    if name in ("LayerStatus", "Report", "report"):
        from . import status

        return getattr(status, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
