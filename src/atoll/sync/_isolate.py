"""The isolate and its references, blocking."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar, overload

from atoll.core import operations
from atoll.core.blocking import BlockingDriver
from atoll.core.capability import (
    Capability,
    ConnectedCapability,
    SharedCapability,
    ended_hooks,
    installation,
    installed,
    own,
)
from atoll.core.classes import ClassDefinition
from atoll.core.flavours import BlockingFlavour
from atoll.core.host import Pending
from atoll.core.isolate import DEFAULT_FILENAME, BaseIsolate, check_code
from atoll.core.languages import Language, language_to_transpile
from atoll.core.launch import Confinement
from atoll.core.reference import BaseReference
from atoll.core.scope import BaseScope
from atoll.core.statistics import Statistics
from atoll.core.streams import chunks_ahead
from atoll.core.values import Copy
from atoll.core.web import BaseBlobReference
from atoll.limits import Limits

if TYPE_CHECKING:
    from atoll.observe import Observer
    from atoll.typescript import Compiler

HandleT = TypeVar("HandleT")


class Reference(BaseReference):
    """A handle to a value in an isolate; see `atoll.Reference`."""

    __slots__ = ()
    _driver: BlockingDriver

    def get(self, key: str | int, *, copy: Copy = True) -> Any:
        """The value of a property."""
        return self._driver.request(operations.GET, (self._use(), key, copy))

    def set(self, key: str | int, value: object) -> None:
        """Assign to a property."""
        self._driver.request(operations.SET, (self._use(), key, value))

    def call(self, *args: object, this: object = None, copy: Copy = True) -> Any:
        """Call the value, a function. A returned promise is waited for."""
        return self._driver.request(operations.APPLY, (self._use(), this, list(args), copy))

    def call_method(self, name: str, *args: object, copy: Copy = True) -> Any:
        """Call one of its methods. A returned promise is waited for."""
        return self._driver.request(operations.INVOKE, (self._use(), name, list(args), copy))

    def construct(self, *args: object, copy: Copy = False) -> Any:
        """``new value(...args)``; by default as a reference."""
        return self._driver.request(operations.CONSTRUCT, (self._use(), list(args), copy))

    def value(self) -> Any:
        """A copy of the value (``unmarshal``); a promise is waited for."""
        return self._driver.request(operations.COPY, (self._use(),))

    def __enter__(self) -> Self:
        return self._use()

    def __exit__(self, *_: object) -> None:
        self.release()


class JSFunction(Reference):
    """A function in an isolate: ``function(1, 2)``."""

    __slots__ = ()

    def __call__(self, *args: object) -> Any:
        return self.call(*args)


class JSPromise(Reference):
    """A promise in an isolate: ``promise.value()`` waits for it."""

    __slots__ = ()


class BlobReference(BaseBlobReference, Reference):
    """A ``Blob`` or ``File`` that stays in the guest and is read on demand."""

    __slots__ = ()

    def bytes(self, start: int = 0, end: int | None = None) -> bytes:
        """The bytes, or those from ``start`` to before ``end``."""
        data: bytes = self._driver.request(operations.BLOB_READ, self._request(start, end))
        return data

    def text(self) -> str:
        """The bytes decoded as UTF-8."""
        return self.bytes().decode("utf-8-sig", "replace")


class ReadableStream(Reference):
    """A ``ReadableStream`` of the guest: ``for chunk in stream``."""

    __slots__ = ("_started",)

    def __init__(self, driver: Any, handle: int, kind: str) -> None:
        super().__init__(driver, handle, kind)
        self._started: deque[Pending] = deque()

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Any:
        read = (self._use(),)
        chunk = self._driver.request(operations.STREAM_READ, read, started=self._started)
        if chunk is None:
            raise StopIteration
        self._driver.read_ahead(self._started, read, chunks_ahead(chunk[0]))
        return chunk[0]

    def cancel(self, reason: object = None) -> None:
        """Stop reading; the guest's source is told."""
        self._started.clear()
        self._driver.request(operations.STREAM_CANCEL, (self._use(), reason))


class WritableStream(Reference):
    """A ``WritableStream`` of the guest."""

    __slots__ = ()

    def write(self, chunk: object) -> None:
        """Write a chunk; returns once the guest has taken it."""
        self._driver.request(operations.STREAM_WRITE, (self._use(), chunk))

    def close(self) -> None:
        """Close the stream once everything has been written."""
        self._driver.request(operations.STREAM_CLOSE, (self._use(),))

    def abort(self, reason: object = None) -> None:
        """Give the stream up."""
        self._driver.request(operations.STREAM_ABORT, (self._use(), reason))


class Scope(BaseScope[BlockingDriver]):
    """Releases every reference made through it when it exits; see `atoll.Scope`."""

    def marshal(self, value: object) -> Reference:
        """Put a value into the isolate and return a reference to it."""
        reference: Reference = self._driver.request(operations.HOLD, (value,))
        return self.manage(reference)

    def eval(self, code: str, *args: object, filename: str = "<eval>") -> Reference:
        """Evaluate code and return a reference to its value; see `atoll.Scope.eval`."""
        request = (code, filename, list(args) if args else None, False)
        reference: Reference = self._driver.request(operations.EVALUATE, request)
        return self.manage(reference)

    def unmarshal(self, reference: Reference) -> Any:
        """A copy of what a reference stands for."""
        return reference.value()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Isolate(BlockingFlavour, BaseIsolate[BlockingDriver]):
    """A V8 isolate in a confined process of its own; see `atoll.Isolate` for every method."""

    _references: ClassVar[dict[str, type[BaseReference]]] = {
        "object": Reference,
        "function": JSFunction,
        "promise": JSPromise,
        "blob": BlobReference,
        "readable": ReadableStream,
        "writable": WritableStream,
    }

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        confinement: Confinement = "require",
        on_uncaught: Callable[[BaseException], object] | None = None,
        typescript: Compiler | None = None,
        observer: Observer | None = None,
    ) -> None:
        """Describe an isolate; entering it starts it. See `atoll.Isolate`."""
        limits = limits or Limits()
        driver = BlockingDriver(limits, confinement, self._references, observer)
        super().__init__(driver, limits, on_uncaught, typescript)

    def __enter__(self) -> Self:
        self._enter()
        self._driver.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.dispose()

    def dispose(self) -> None:
        """End the isolate."""
        self._driver.dispose()

    def terminate(self) -> None:
        """Stop the guest at once, from any thread; see `atoll.Isolate.terminate`."""
        self._driver.terminate()

    def eval(
        self,
        code: str,
        *args: object,
        filename: str = DEFAULT_FILENAME,
        language: Language | None = None,
        timeout: float | None = None,
        copy: Copy = True,
    ) -> Any:
        """Run a classic script and return its completion value; see `atoll.Isolate.eval`."""
        check_code(code)
        values = list(args) if args else None
        if filename is not DEFAULT_FILENAME or language is not None:
            kind = language_to_transpile(filename, language)
            if kind is not None:
                made = self._compiler().transpile(code, filename, language=kind)
                typed = (made.code, filename, values, copy, made.source_map)
                return self._driver.request(operations.EVALUATE, typed, timeout)
        request = (code, filename, values, copy)
        return self._driver.request(operations.EVALUATE, request, timeout)

    def call(
        self, function: str, *args: object, timeout: float | None = None, copy: Copy = True
    ) -> Any:
        """Call a global function by its name or dotted path; see `atoll.Isolate.call`."""
        request = (function.split("."), list(args), copy)
        return self._driver.request(operations.CALL_GLOBAL, request, timeout)

    def define_global(self, name: str, value: object) -> None:
        """Set a global variable or a property; see `atoll.Isolate.define_global`."""
        self._driver.request(operations.DEFINE_GLOBAL, (name, value))
        self._surface.defined(name, value)

    def define_function(self, name: str, function: Callable[..., Any]) -> None:
        """Define a function that the guest waits for; see `atoll.Isolate.define_function`."""
        self.define_global(name, self._host_function(name, function, is_async=False))

    def define_async_function(self, name: str, function: Callable[..., Any]) -> None:
        """Define one that returns a promise; see `atoll.Isolate.define_async_function`."""
        self.define_global(name, self._host_function(name, function, is_async=True))

    def define_class(self, definition: type | ClassDefinition) -> None:
        """Define a class whose state stays on the host; see `atoll.Isolate.define_class`."""
        self._driver.request(operations.DEFINE_CLASS, (self._classes.add(definition),))
        self._surface.classes.append(definition)

    @overload
    def install(self, capability: Capability[HandleT]) -> HandleT: ...

    @overload
    def install(self, capability: ConnectedCapability[Any, HandleT]) -> HandleT: ...

    @overload
    def install(self, capability: SharedCapability[Any, HandleT]) -> HandleT: ...

    def install(self, capability: Any) -> Any:
        """Add a capability and return its handle."""
        return self._install_all([capability])[0]

    def _install_all(self, capabilities: Sequence[Any]) -> list[Any]:
        """Add capabilities in one round trip, and return their handles."""
        capabilities = [own(capability) for capability in capabilities]
        request = installation(capabilities)
        self._driver.ended_hooks += ended_hooks(capabilities)
        answers = self._driver.request(operations.INSTALL, request)
        self._surface.installed(capabilities)
        return installed(capabilities, answers, "connected_blocking")

    def marshal(self, value: object) -> Reference:
        """Put a value into the isolate and return a reference to it."""
        reference: Reference = self._driver.request(operations.HOLD, (value,))
        return reference

    def unmarshal(self, reference: Reference) -> Any:
        """A copy of what a reference stands for."""
        return reference.value()

    def scope(self) -> Scope:
        """A context manager that releases every reference made through it."""
        return Scope(self._driver)

    def statistics(self) -> Statistics:
        """What the isolate has used so far."""
        return self._statistics(self._driver.request(operations.STATISTICS, ()))

    def collect_garbage(self) -> None:
        """Run a full garbage collection in the guest."""
        self._driver.request(operations.COLLECT_GARBAGE, ())

    @property
    def confinement(self) -> Mapping[str, str]:
        """The layers that confine this isolate's process, with a word on each."""
        return self._layers()
