"""What a capability is: one API with a host half and a guest half.

A guest half is an ES module without imports whose default export is ``install(atoll, options)``;
``guest/capability.js`` describes ``atoll``. The host half names it and the options, which may hold
host functions.

The owner's handle comes from the host half. One that has to ask the guest something is made from a
reference to the object that the guest half returned; as asyncio and blocking code differ there,
such a capability makes either handle.
"""

from __future__ import annotations

import functools
from importlib import resources
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, TypeVar

from atoll.errors import AtollError

if TYPE_CHECKING:
    from atoll.core.reference import Reference
    from atoll.sync import Reference as BlockingReference

HandleT_co = TypeVar("HandleT_co", covariant=True)
BlockingHandleT_co = TypeVar("BlockingHandleT_co", covariant=True)


class GuestHalf(Protocol):
    """What every capability tells of its guest half.

    Attributes:
        guest_source: text of the guest half.
    """

    @property
    def guest_source(self) -> str:
        """Text of the guest half."""

    def options(self) -> dict[str, Any]:
        """Options for the guest half; functions in it are host functions there."""


class Capability(GuestHalf, Protocol[HandleT_co]):
    """The protocol that ``Isolate.install`` takes."""

    def installed(self) -> HandleT_co:
        """What ``install`` returns: the owner's handle to the capability."""


class ConnectedCapability(GuestHalf, Protocol[HandleT_co, BlockingHandleT_co]):
    """The same for a capability whose handle calls the guest half."""

    def connected(self, guest: Reference) -> HandleT_co:
        """What ``Isolate.install`` returns.

        Args:
            guest: the object that the guest half returned.
        """

    def connected_blocking(self, guest: BlockingReference) -> BlockingHandleT_co:
        """What ``install`` of `atoll.sync` returns."""


class BundledCapability:
    """A base for capabilities whose guest half is ``guest.js`` in a package.

    Attributes:
        package: name of the package.
    """

    package: ClassVar[str]

    @property
    def guest_source(self) -> str:
        """Text of the guest half."""
        return _bundled(self.package)

    def options(self) -> dict[str, Any]:
        """Options for the guest half."""
        return {}


@functools.cache
def _bundled(package: str) -> str:
    return (resources.files(package) / "guest.js").read_text("utf-8")


def guest_object(answer: Any) -> Any:
    """The reference that installing a connected capability has given.

    Raises:
        AtollError: the guest half returned no object.
    """
    if answer is None:
        raise AtollError("the guest half of this capability returned no object for its handle")
    return answer
