"""The isolate: one confined V8 isolate, from asyncio."""

from __future__ import annotations

import time
import warnings
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Generic, Self, TypeVar, overload

from atoll.core import operations
from atoll.core.aio import AsyncDriver
from atoll.core.capability import (
    Capability,
    ConnectedCapability,
    SharedCapability,
    ended_hooks,
    installation,
    installed,
    own,
)
from atoll.core.classes import ClassDefinition, ClassTable
from atoll.core.driver import Driver, logger
from atoll.core.flavours import AsyncFlavour
from atoll.core.handles import HostFunction
from atoll.core.languages import Language, language_to_transpile
from atoll.core.launch import Confinement
from atoll.core.reference import Reference
from atoll.core.scope import Scope
from atoll.core.statistics import Statistics, Usage
from atoll.core.surface import Surface
from atoll.core.values import Copy
from atoll.errors import IsolateDisposed
from atoll.limits import Limits

LOGGED_UNCAUGHT: Final = 100
"""Uncaught errors of one isolate that are logged by default."""

DEFAULT_FILENAME: Final = "<eval>"

if TYPE_CHECKING:
    from atoll.observe import Observer
    from atoll.typescript import Compiler

HandleT = TypeVar("HandleT")
DriverT = TypeVar("DriverT", bound=Driver)


def check_code(code: object) -> None:
    """Refuse what is no source text; the guest would evaluate anything to itself."""
    if not isinstance(code, str):
        raise TypeError(f"the code is text, not {type(code).__name__}")


class BaseIsolate(Generic[DriverT]):
    """What isolates of both drivers share."""

    def __init__(
        self,
        driver: DriverT,
        limits: Limits,
        on_uncaught: Callable[[BaseException], object] | None,
        typescript: Compiler | None,
    ) -> None:
        if on_uncaught is not None and not callable(on_uncaught):
            raise TypeError(f"on_uncaught is a function that takes errors, not {on_uncaught!r}")
        self.limits = limits
        self._driver = driver
        self._driver.host.on_uncaught = on_uncaught or _UncaughtLogger()
        self._classes = ClassTable(driver.host.handles)
        self._typescript = typescript
        self._surface = Surface()
        self._entered = False

    def _enter(self) -> None:
        if self._entered:
            raise IsolateDisposed("an isolate can be entered once; make a new one")
        self._entered = True

    def __del__(self) -> None:
        driver: DriverT | None = getattr(self, "_driver", None)
        if driver is not None and driver.is_open:
            # An isolate runs code, so it must not live on unseen, whatever references remain.
            driver.abandon(IsolateDisposed("the isolate has been garbage-collected"))
            warnings.warn(
                f"{self!r} was never closed: enter it with `async with` (`with` for atoll.sync), "
                "or call dispose()",
                ResourceWarning,
                stacklevel=1,
                source=self,
            )

    @property
    def failure(self) -> BaseException | None:
        """What has ended the isolate; None as long as nothing is known to."""
        return self._driver.ended()

    def _layers(self) -> Mapping[str, str]:
        process = self._driver.process
        return {} if process is None else dict(process.layers)

    def _compiler(self) -> Compiler:
        """What makes JavaScript of TypeScript and JSX for this isolate."""
        if self._typescript is None:
            from atoll.typescript import Compiler  # most isolates need none

            self._typescript = Compiler(confinement=self._driver.confinement)
        return self._typescript

    def _host_function(
        self, name: str, function: Callable[..., Any], *, is_async: bool
    ) -> HostFunction:
        if not isinstance(name, str):
            raise TypeError(f"a function's name is text, not {name!r}")
        if not callable(function):
            raise TypeError(f"{name!r} needs a callable, not {function!r}")
        handle = self._driver.host.handles.define(function)
        self._driver.host.names[handle] = name
        return HostFunction(handle, name.rpartition(".")[2], is_async, function)

    @property
    def usage(self) -> Usage:
        """What the isolate has used, as far as the host sees it.

        Unlike `statistics` it asks the guest nothing, so it also answers for one that computes.
        """
        return Usage(**self._usage())

    def _usage(self) -> dict[str, Any]:
        driver = self._driver
        process, session = driver.process, driver.host.session
        return {
            "memory": process.memory() if process else 0,
            "cpu_time": process.cpu_time() if process else 0.0,
            "wall_time": time.monotonic() - driver.started_at,
            "calls": session.served,
            "bytes_in": session.bytes_in,
            "bytes_out": session.bytes_out,
        }

    def _statistics(self, guest: list[int]) -> Statistics:
        return Statistics(
            heap_used=guest[0],
            heap_total=guest[1],
            external=guest[2],
            guest_handles=guest[3],
            host_handles=self._driver.host.handles.held_by_guest,
            **self._usage(),
        )


class Isolate(AsyncFlavour, BaseIsolate[AsyncDriver]):
    """A V8 isolate in a confined process of its own.

    ::

        async with Isolate(limits=Limits(memory=64 * MiB)) as isolate:
            await isolate.define_function("add", lambda a, b: a + b)
            assert await isolate.eval("add(1, 2)") == 3

    Bare, it has ECMAScript, WebAssembly and the core classes of the web platform (URL, Blob,
    streams, events, …); `install` adds capabilities. Belongs to the event loop it was started on.

    Every method that runs guest code raises ``JSError`` for what the guest throws (or the Python
    exception that a callback raised and the guest let through), ``MarshalError`` for values that
    cannot cross, a ``LimitExceeded`` when a limit ends the isolate, ``IsolateCrashed`` when its
    process ends by itself, and ``IsolateDisposed`` after ``dispose``.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        confinement: Confinement = "require",
        on_uncaught: Callable[[BaseException], object] | None = None,
        typescript: Compiler | None = None,
        observer: Observer | None = None,
    ) -> None:
        """Describe an isolate; entering it starts it.

        Args:
            limits: what it may use.
            confinement: ``"require"`` refuses to start without Landlock and seccomp,
                ``"best-effort"`` takes what the machine has, ``"off"`` trusts V8 and Deno alone.
            on_uncaught: called with errors and rejections that nothing in the guest handled; by
                default they are logged as warnings to ``atoll.isolate``.
            typescript: how TypeScript and JSX become JavaScript, and where that is cached.
            observer: is told of every call across the boundary; see `atoll.observe`.
        """
        limits = limits or Limits()
        driver = AsyncDriver(limits, confinement, observer)
        super().__init__(driver, limits, on_uncaught, typescript)

    async def __aenter__(self) -> Self:
        self._enter()
        await self._driver.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.dispose()

    async def dispose(self) -> None:
        """End the isolate. Whoever waits for it gets ``IsolateDisposed``."""
        try:
            await self._driver.dispose()
        finally:
            while self._driver.ended_hooks:
                ending = self._driver.ended_hooks.pop()()
                if ending is not None:
                    await ending

    def terminate(self) -> None:
        """Stop the guest at once, whatever it does: the stop button, from any thread.

        Whoever waits for the isolate, or uses it later, gets ``IsolateDisposed``. It does not wait,
        and frees nothing of the host's: that is done by the end of the isolate's block, or by
        ``dispose``.

        Raises:
            IsolateDisposed: the isolate has not been started.
        """
        self._driver.terminate()

    @property
    def confinement(self) -> Mapping[str, str]:
        """The layers that confine this isolate's process, with a word on each."""
        return self._layers()

    # Running code

    async def eval(
        self,
        code: str,
        *args: object,
        filename: str = DEFAULT_FILENAME,
        language: Language | None = None,
        timeout: float | None = None,
        copy: Copy = True,
    ) -> Any:
        """Run a classic script and return its completion value; a promise is awaited.

        Top-level ``await`` is accepted. With ``args``, the value must be a function, which is
        called with them: ``await isolate.eval("p => p.age + 1", person)``.

        Args:
            code: the source text.
            args: values, references, functions.
            filename: as stack traces show it. One that ends in ``.ts``, ``.mts``, ``.cts``,
                ``.tsx`` or ``.jsx`` is transpiled first.
            language: instead of what the filename says: one of those, or ``"js"``.
            timeout: seconds, instead of ``Limits.call_time``.
            copy: ``False`` returns a ``Reference`` to the value instead of the value. ``"data"``
                refuses functions, promises and other live values in it with `MarshalError`.

        Raises:
            JSSyntaxError: the source does not compile; has file, line and column.
            CompilerFailed: the TypeScript compiler did not survive the source.
        """
        check_code(code)
        values = list(args) if args else None
        if filename is not DEFAULT_FILENAME or language is not None:
            kind = language_to_transpile(filename, language)
            if kind is not None:
                made = await self._compiler().transpile_async(code, filename, language=kind)
                typed = (made.code, filename, values, copy, made.source_map)
                return await self._driver.request(operations.EVALUATE, typed, timeout)
        request = (code, filename, values, copy)
        return await self._driver.request(operations.EVALUATE, request, timeout)

    async def call(
        self, function: str, *args: object, timeout: float | None = None, copy: Copy = True
    ) -> Any:
        """Call a global function by its name or dotted path (``"tools.search"``).

        Args:
            function: where it is; ``this`` is what the path has before the last dot.
            args: values, references, functions.
            timeout: seconds, instead of ``Limits.call_time``.
            copy: as for `eval`.

        Raises:
            JSError: it throws, or there is no such function.
            MarshalError: an argument or the result cannot cross.
            LimitExceeded: a limit ended the isolate.
        """
        request = (function.split("."), list(args), copy)
        return await self._driver.request(operations.CALL_GLOBAL, request, timeout)

    # Definitions

    async def define_global(self, name: str, value: object) -> None:
        """Set a global variable, or a property at a dotted path.

        Args:
            name: a global name, or a dotted path whose objects are made as needed.
            value: it is copied; a function or reference stays what it is.

        Raises:
            MarshalError: the value cannot cross.
            JSError: the property cannot be set.
        """
        await self._driver.request(operations.DEFINE_GLOBAL, (name, value))
        self._surface.defined(name, value)

    async def define_function(self, name: str, function: Callable[..., Any]) -> None:
        """Define a function that the guest calls synchronously: it blocks until the answer.

        ``function`` may be a coroutine function, also one that uses this isolate; the guest waits.

        Args:
            name: a global name, or a dotted path whose objects are made as needed.
            function: called with the marshalled arguments. What it raises is thrown in the guest
                as an error with the exception's class name and message.
        """
        await self.define_global(name, self._host_function(name, function, is_async=False))

    async def define_async_function(
        self, name: str, function: Callable[..., Awaitable[Any] | Any]
    ) -> None:
        """Define a function that returns a promise in the guest. Many may be in flight.

        An ``AbortSignal`` among the guest's arguments cancels the task that runs ``function``.

        Args:
            name: a global name, or a dotted path whose objects are made as needed.
            function: called with the marshalled arguments. What it raises rejects the promise, as
                an error with the exception's class name and message.
        """
        await self.define_global(name, self._host_function(name, function, is_async=True))

    async def define_class(self, definition: type | ClassDefinition) -> None:
        """Define a class whose state stays on the host.

        Args:
            definition: a Python class (its public methods, properties and constants are exposed;
                see ``js_class``) or an explicit ``ClassDefinition``.
        """
        await self._driver.request(operations.DEFINE_CLASS, (self._classes.add(definition),))
        self._surface.classes.append(definition)

    @overload
    async def install(self, capability: Capability[HandleT]) -> HandleT: ...

    @overload
    async def install(self, capability: ConnectedCapability[HandleT, Any]) -> HandleT: ...

    @overload
    async def install(self, capability: SharedCapability[HandleT, Any]) -> HandleT: ...

    async def install(self, capability: Any) -> Any:
        """Add a capability and return its handle.

        Args:
            capability: ``Console()``, ``Timers()`` and the like, or one of your own.

        Raises:
            JSError: its guest half failed.
        """
        return (await self._install_all([capability]))[0]

    async def _install_all(self, capabilities: Sequence[Any]) -> list[Any]:
        """Add capabilities in one round trip, and return their handles."""
        capabilities = [own(capability) for capability in capabilities]
        request = installation(capabilities)
        self._driver.ended_hooks += ended_hooks(capabilities)
        answers = await self._driver.request(operations.INSTALL, request)
        self._surface.installed(capabilities)
        return installed(capabilities, answers, "connected")

    # References

    async def marshal(self, value: object) -> Reference:
        """Put a value into the isolate and return a reference to it."""
        reference = await self._driver.request(operations.HOLD, (value,))
        assert isinstance(reference, Reference)  # noqa: S101 - for the type checker
        return reference

    async def unmarshal(self, reference: Reference) -> Any:
        """A copy of what a reference stands for."""
        return await reference.value()

    def scope(self) -> Scope:
        """A context manager that releases every reference made through it."""
        return Scope(self._driver)

    # Observation

    async def statistics(self) -> Statistics:
        """What the isolate has used so far."""
        return self._statistics(await self._driver.request(operations.STATISTICS, ()))

    async def collect_garbage(self) -> None:
        """Run a full garbage collection in the guest."""
        await self._driver.request(operations.COLLECT_GARBAGE, ())


class _UncaughtLogger:
    """Logs errors that nothing in a guest caught, but not as many as a guest can make."""

    def __init__(self) -> None:
        self._left = LOGGED_UNCAUGHT

    def __call__(self, error: BaseException) -> None:
        self._left -= 1
        if self._left >= 0:
            logger.warning("Uncaught in an isolate: %s", error)
        if self._left == 0:
            logger.warning("That isolate's further uncaught errors are not logged")
