"""Scopes: references that are released together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from . import operations
from .reference import BaseReference, Reference

if TYPE_CHECKING:
    from .aio import AsyncDriver


class Scope:
    """Releases every reference made through it when it exits, also on errors and cancellation::

    async with isolate.scope() as scope:
        person = await scope.marshal({"name": "Alice"})
        await isolate.eval("p => p.name", person)
    """

    def __init__(self, driver: AsyncDriver) -> None:
        self._driver = driver
        self._references: list[BaseReference] = []

    async def marshal(self, value: object) -> Reference:
        """Put a value into the isolate and return a reference to it.

        Raises:
            MarshalError: the value cannot cross.
        """
        reference = self.manage(await self._driver.request(operations.HOLD, (value,)))
        assert isinstance(reference, Reference)  # noqa: S101 - for the type checker
        return reference

    async def eval(self, code: str, *args: object, filename: str = "<eval>") -> Reference:
        """Evaluate code and return a reference to its value."""
        request = (code, filename, list(args) if args else None, False)
        reference = self.manage(await self._driver.request(operations.EVALUATE, request))
        assert isinstance(reference, Reference)  # noqa: S101 - for the type checker
        return reference

    async def unmarshal(self, reference: Reference) -> Any:
        """A copy of what a reference stands for."""
        return await reference.value()

    def manage(self, value: Any) -> Any:
        """Release this reference, too, when the scope exits; other values pass through."""
        if isinstance(value, BaseReference):
            self._references.append(value)
        return value

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release everything now."""
        while self._references:
            self._references.pop().release()
