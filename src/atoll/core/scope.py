"""Scopes: references that are released together."""

from __future__ import annotations

from typing import Any, Generic, Self, TypeVar

from atoll.core import operations
from atoll.core.aio import AsyncDriver
from atoll.core.driver import Driver
from atoll.core.reference import BaseReference, Reference

DriverT = TypeVar("DriverT", bound=Driver)
T = TypeVar("T")


class BaseScope(Generic[DriverT]):
    """What scopes of both drivers share."""

    def __init__(self, driver: DriverT) -> None:
        self._driver = driver
        self._references: list[BaseReference] = []

    def manage(self, value: T) -> T:
        """Release this reference, too, when the scope exits; other values pass through."""
        if isinstance(value, BaseReference):
            self._references.append(value)
        return value

    def close(self) -> None:
        """Release everything now."""
        while self._references:
            self._references.pop().release()


class Scope(BaseScope[AsyncDriver]):
    """Releases every reference made through it when it exits, also on errors and cancellation.

    ::

        async with isolate.scope() as scope:
            person = await scope.marshal({"name": "Alice"})
            await isolate.eval("p => p.name", person)
    """

    async def marshal(self, value: object) -> Reference:
        """Put a value into the isolate and return a reference to it.

        Raises:
            MarshalError: the value cannot cross.
        """
        reference: Reference = await self._driver.request(operations.HOLD, (value,))
        return self.manage(reference)

    async def eval(self, code: str, *args: object, filename: str = "<eval>") -> Reference:
        """Evaluate code and return a reference to its value.

        Args:
            code: the source text of a classic script, as for `Isolate.eval`.
            args: values, references, functions, with which the script's value is called.
            filename: as stack traces show it.

        Raises:
            JSSyntaxError: the source does not compile.
            JSError: it throws.
        """
        request = (code, filename, list(args) if args else None, False)
        reference: Reference = await self._driver.request(operations.EVALUATE, request)
        return self.manage(reference)

    async def unmarshal(self, reference: Reference) -> Any:
        """A copy of what a reference stands for."""
        return await reference.value()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()
