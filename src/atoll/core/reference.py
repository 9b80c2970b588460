"""References: handles to values that stay in the guest."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, NoReturn, Self

from atoll.core import operations
from atoll.core.notation import Failure
from atoll.core.values import Copy
from atoll.errors import ReferenceReleased

if TYPE_CHECKING:
    from .aio import AsyncDriver
    from .handles import Handles


class BaseReference:
    """What references of both drivers share: identity, and an end.

    Attributes:
        typeof: what ``typeof`` says of the value (``"object"``, ``"function"``, …), or
            ``"promise"`` or ``"null"``.
    """

    __slots__ = ("__weakref__", "_driver", "_handle", "_released", "_sent", "typeof")

    def __init__(self, driver: Any, handle: int, kind: str) -> None:
        self._driver = driver
        self._handle = handle
        self._sent = 0
        self._released = False
        self.typeof = kind

    @property
    def released(self) -> bool:
        """Whether it has been released."""
        return self._released

    def release(self) -> None:
        """Let the guest value go. Does nothing the second time; never blocks."""
        if not self._released:
            self._released = True
            self._driver.host.handles.release(self)
            self._driver.wake_releases()

    def _check_owner(self, handles: Handles) -> None:
        if self._released:
            raise ReferenceReleased(f"{self!r} has been released")
        if self._driver.host.handles is not handles:
            raise Failure("a reference into another isolate")

    def _use(self) -> Self:
        if self._released:
            raise ReferenceReleased(f"{self!r} has been released")
        return self

    def __reduce__(self) -> NoReturn:
        # A twin would release the same handle a second time.
        raise TypeError(
            f"{self!r} belongs to its isolate and process: it can be neither pickled nor copied"
        )

    def __del__(self) -> None:
        # Only queues the release: this may run in any thread, at any point.
        if not self._released:
            self._released = True
            self._driver.host.handles.release(self)

    def __repr__(self) -> str:
        state = " (released)" if self._released else ""
        return f"<{type(self).__name__} to a guest {self.typeof}{state}>"


class Reference(BaseReference):
    """A handle to a value in an isolate. It keeps that value alive until it is released.

    Passed as an argument, it stands for the value itself. Every method raises ``JSError`` when
    guest code throws, ``ReferenceReleased`` after ``release`` and the isolate's failure once that
    has ended. With ``copy=False`` a result comes as a reference, too.
    """

    __slots__ = ()
    _driver: AsyncDriver

    async def get(self, key: str | int, *, copy: Copy = True) -> Any:
        """The value of a property."""
        return await self._driver.request(operations.GET, (self._use(), key, copy))

    async def set(self, key: str | int, value: object) -> None:
        """Assign to a property."""
        await self._driver.request(operations.SET, (self._use(), key, value))

    async def call(self, *args: object, this: object = None, copy: Copy = True) -> Any:
        """Call the value, a function. A returned promise is awaited."""
        return await self._driver.request(operations.APPLY, (self._use(), this, list(args), copy))

    async def call_method(self, name: str, *args: object, copy: Copy = True) -> Any:
        """Call one of its methods. A returned promise is awaited."""
        return await self._driver.request(operations.INVOKE, (self._use(), name, list(args), copy))

    async def construct(self, *args: object, copy: Copy = False) -> Any:
        """``new value(...args)``; by default as a reference."""
        return await self._driver.request(operations.CONSTRUCT, (self._use(), list(args), copy))

    async def value(self) -> Any:
        """A copy of the value (``unmarshal``); a promise is awaited."""
        return await self._driver.request(operations.COPY, (self._use(),))

    async def __aenter__(self) -> Self:
        return self._use()

    async def __aexit__(self, *_: object) -> None:
        self.release()


class JSFunction(Reference):
    """A function in an isolate: ``await function(1, 2)``."""

    __slots__ = ()

    async def __call__(self, *args: object) -> Any:
        return await self.call(*args)


class JSPromise(Reference):
    """A promise in an isolate: ``await promise`` gives its value or raises its reason."""

    __slots__ = ()

    def __await__(self) -> Generator[Any, Any, Any]:
        return self.value().__await__()
