"""Paths: Node's ``path`` module, for POSIX and Windows."""

from __future__ import annotations

from atoll.core.capability import BundledCapability

__all__ = ["Path"]


class Path(BundledCapability):
    """Node's ``path`` module as the global ``path``.

    ``path`` is the POSIX flavour, as on Linux, with ``path.posix`` and ``path.win32``. It computes
    with text in the guest alone: nothing is looked up, and the current folder is always ``/``.
    There is nothing to configure and nothing to observe.
    """

    package = __name__

    def installed(self) -> Path:
        """The capability itself."""
        return self
