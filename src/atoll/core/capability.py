"""What a capability is: one API with a host half and a guest half.

A guest half is an ES module without imports whose default export is ``install(atoll, options)``;
``guest/capability.js`` describes ``atoll``. The host half names it and the options, which may hold
host functions.

The owner's handle comes from the host half. One that has to ask the guest something is made from a
reference to the object that the guest half returned; as asyncio and blocking code differ there,
such a capability makes either handle.

One that holds something outside for the guest, such as open files, has a method ``ended()``. It is
called once, when the isolate has been disposed of; what it returns is awaited if it is awaitable.
"""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Awaitable, Callable, Sequence
from importlib import resources
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol, TypeVar

from atoll.core.bundle import capability_script
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


class SharedCapability(Protocol[HandleT_co, BlockingHandleT_co]):
    """A description that any number of isolates may have; each gets a capability of its own."""

    def per_isolate(self) -> ConnectedCapability[HandleT_co, BlockingHandleT_co]:
        """The capability for one isolate."""


def own(capability: Any) -> Any:
    """The capability that one isolate gets."""
    return capability.per_isolate() if hasattr(capability, "per_isolate") else capability


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

    @property
    def guest_script(self) -> str | None:
        """The same as a script, which installs faster, if it is written in a form that allows it.

        That is: ``export default function install(``, no other way to export it, and no import.
        """
        return capability_script(self.guest_source, self.package)

    @property
    def declarations(self) -> str:
        """TypeScript declarations of what it adds: ``globals.d.ts`` in the package, if any.

        Where the engine's own declarations are right, a comment names them instead:
        ``// @engine TextEncoder TextDecoder``.
        """
        return bundled_declarations(self.package)

    def options(self) -> dict[str, Any]:
        """Options for the guest half."""
        return {}


@functools.cache
def _bundled(package: str) -> str:
    return (resources.files(package) / "guest.js").read_text("utf-8")


@functools.cache
def bundled_declarations(package: str) -> str:
    """The text of a package's ``globals.d.ts``, or nothing."""
    file = resources.files(package) / "globals.d.ts"
    return file.read_text("utf-8") if file.is_file() else ""


_IMPORT: Final = re.compile(r'^import [^;]* from "\./[^"]*";\n', re.MULTILINE)


@functools.cache
def joined(package: str, parts: tuple[str, ...]) -> str:
    """A guest half that is written in several files, as the one module that it has to be.

    Args:
        package: their package.
        parts: their names, each after those that it imports.
    """
    folder = resources.files(package)
    return "\n".join(_IMPORT.sub("", (folder / name).read_text("utf-8")) for name in parts)


EndedHook = Callable[[], Awaitable[None] | None]


def ended_hooks(halves: Sequence[object]) -> list[EndedHook]:
    """What those capabilities that want to be told of the isolate's end are told by."""
    return [half.ended for half in halves if hasattr(half, "ended")]


def installation(halves: Sequence[GuestHalf]) -> tuple[Any, ...]:
    """What the operation that installs guest halves is sent: their texts, then their options."""
    return ([_guest_text(half) for half in halves], *[half.options() for half in halves])


def _guest_text(half: GuestHalf) -> str:
    script = half.guest_script if isinstance(half, BundledCapability) else None
    if script is not None:
        return script
    source = base64.b64encode(half.guest_source.encode()).decode("ascii")
    return f"data:text/javascript;base64,{source}"


def installed(
    halves: Sequence[Any], answers: Sequence[Reference | None], connected: str
) -> list[Any]:
    """The handles of capabilities whose guest halves have answered.

    Args:
        halves: the capabilities.
        answers: what installing each has given.
        connected: the method that makes a handle of this flavour.

    Raises:
        AtollError: the guest half of a connected capability returned no object, or an answer is
            missing.
    """
    if len(answers) != len(halves):
        raise AtollError("the guest gave another number of answers: it is tampered with")
    return [_handle(half, answer, connected) for half, answer in zip(halves, answers, strict=True)]


def _handle(half: Any, answer: Reference | None, connected: str) -> Any:
    connect = getattr(half, connected, None)
    if connect is None:
        return half.installed()
    if answer is None:
        raise AtollError("the guest half of this capability returned no object for its handle")
    return connect(answer)
