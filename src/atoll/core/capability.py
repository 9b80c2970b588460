"""What a capability is: one API with a host half and a guest half.

A guest half is an ES module without imports whose default export is ``install(atoll, options)``;
``guest/capability.js`` describes ``atoll``. The host half names it and the options, which may hold
host functions.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

HandleT_co = TypeVar("HandleT_co", covariant=True)


class Capability(Protocol[HandleT_co]):
    """The protocol that ``Isolate.install`` takes.

    Attributes:
        guest_source: text of the guest half.
    """

    @property
    def guest_source(self) -> str:
        """Text of the guest half."""

    def options(self) -> dict[str, Any]:
        """Options for the guest half; functions in it are host functions there."""

    def installed(self) -> HandleT_co:
        """What ``install`` returns: the owner's handle to the capability."""
