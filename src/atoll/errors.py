"""Every exception that Atoll raises, in one tree.

::

    AtollError
    ├── JSError                      the guest threw; carries name, message, stack, cause
    │   └── JSSyntaxError            the source did not compile; carries file, line and column
    │       └── TypeScriptSyntaxError    before it ran; carries a code frame as well
    ├── MarshalError                 a value cannot cross; carries the path to it
    ├── ModuleError                  an import failed; carries specifier, importer and rule
    │   ├── ModuleNotFound           nothing provides it
    │   ├── ModuleDenied             it may not be imported
    │   └── ModuleLoadError          its source could not be had, or is none
    ├── LimitExceeded                a limit ended the isolate
    │   ├── MemoryLimitExceeded
    │   ├── CpuLimitExceeded
    │   ├── WallTimeLimitExceeded
    │   ├── OutputLimitExceeded
    │   ├── CallLimitExceeded
    │   └── HandleLimitExceeded
    ├── IsolateCrashed               the process ended, or broke the protocol
    ├── IsolateDisposed              used after dispose
    ├── HostOutOfMemory              this process, not the guest, has no memory; a MemoryError, too
    ├── ReentrancyError              would wait for a guest that is waiting for us
    ├── ReferenceReleased            used after release
    ├── ApiNotEnabled                a runtime was made without the API that is asked for
    ├── CompilerFailed               the TypeScript compiler crashed or went over its limits
    ├── PoolError                    a pool has no isolate to give
    │   ├── PoolTimeout              none became free in time
    │   ├── PoolUnavailable          starting them fails time and again
    │   └── PoolClosed               the pool is closed
    ├── EngineNotFound               no usable deno binary
    └── ConfinementUnavailable       this machine cannot confine a process as asked

Exceptions that the owner's callbacks raise are not wrapped: if the guest lets one through, the
same object comes out of ``eval``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

__all__ = [
    "ApiNotEnabled",
    "AtollError",
    "CallLimitExceeded",
    "CompilerFailed",
    "ConfinementUnavailable",
    "CpuLimitExceeded",
    "EngineNotFound",
    "HandleLimitExceeded",
    "HostOutOfMemory",
    "IsolateCrashed",
    "IsolateDisposed",
    "JSError",
    "JSSyntaxError",
    "LimitExceeded",
    "MarshalError",
    "MemoryLimitExceeded",
    "ModuleDenied",
    "ModuleError",
    "ModuleLoadError",
    "ModuleNotFound",
    "OutputLimitExceeded",
    "PoolClosed",
    "PoolError",
    "PoolTimeout",
    "PoolUnavailable",
    "ReentrancyError",
    "ReferenceReleased",
    "TypeScriptSyntaxError",
    "WallTimeLimitExceeded",
]


class AtollError(Exception):
    """Base of every exception that Atoll itself raises."""


class JSError(AtollError):
    """A JavaScript exception, or any other value that the guest threw.

    Attributes:
        name: the error's ``name`` (``"TypeError"``); for a thrown non-error, ``"Uncaught"``.
        message: the error's ``message``.
        js_stack: the error's ``stack`` with the guest's files and lines, or ``None``.
        cause: the error's ``cause``, marshalled; an error is a ``JSError`` (or the Python
            exception it stands for), anything else a plain value. Also set as ``__cause__`` when
            it is an exception.
        errors: the members of an ``AggregateError``, otherwise empty.
        value: what was thrown when it was not an error object, otherwise ``None``.
        properties: further own enumerable properties of the error (``code``, for instance).
        origin: for one that ``on_uncaught`` gets, where it was lost: ``"exception"``, or
            ``"rejection"`` of a promise; otherwise ``None``.
    """

    origin: Literal["exception", "rejection"] | None = None

    def __init__(
        self,
        name: str,
        message: str = "",
        *,
        js_stack: str | None = None,
        cause: object = None,
        errors: Sequence[object] = (),
        value: object = None,
        properties: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.name = name
        self.message = message
        self.js_stack = js_stack
        self.errors: tuple[object, ...] = tuple(errors)
        self.value = value
        self.properties: dict[str, object] = dict(properties or {})
        self.cause: object = None
        self.set_cause(cause)

    def set_cause(self, cause: object) -> None:
        """Set ``cause``, and ``__cause__`` with it when it is an exception."""
        self.cause = cause
        if isinstance(cause, BaseException):
            self.__cause__ = cause

    def __str__(self) -> str:
        return f"{self.name}: {self.message}" if self.message else self.name

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r}, {self.message!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        # The default would lose the keyword-only state when crossing process pools.
        return (type(self), (self.name, self.message), self.__dict__)


class JSSyntaxError(JSError):
    """The guest's source did not compile.

    Attributes:
        filename: the file that was given for the source.
        line: 1-based line, or ``None`` when the engine does not say.
        column: 1-based column, or ``None``.
        source_line: the text of that line, or ``None``.
        specifier: what was imported, for a module; otherwise ``None``.
        importer: URL of the module that imported it, or ``None``.
    """

    filename: str | None = None
    line: int | None = None
    column: int | None = None
    source_line: str | None = None
    specifier: str | None = None
    importer: str | None = None

    def __str__(self) -> str:
        where = "" if self.line is None else f" ({self.filename}:{self.line}:{self.column})"
        return super().__str__() + where


class TypeScriptSyntaxError(JSSyntaxError):
    """TypeScript or JSX that the compiler refused. The code has not run.

    Attributes:
        code_frame: the lines around the place, with a mark under it; for a person to read.
    """

    code_frame: str = ""


class MarshalError(AtollError):
    """A value cannot cross the boundary.

    Attributes:
        path: where the value is, as ``args[0].items[3].cb``.
        reason: what is wrong with it.
    """

    def __init__(self, reason: str, path: str = "value") -> None:
        super().__init__(f"{path}: {reason}")
        self.reason = reason
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.reason, self.path))


class ModuleError(AtollError):
    """An import failed. The guest, which may catch it, sees a ``TypeError``.

    Attributes:
        specifier: what was imported, as it was written.
        importer: URL of the module that imported it; for scripts and the owner, the base URL.
        rule: what the import broke, in a word or two (``"not found"``, ``"package exports"``).
    """

    js_name = "TypeError"

    def __init__(self, reason: str, specifier: str, importer: str, rule: str) -> None:
        super().__init__(f'Cannot import "{specifier}" from {importer}: {reason}')
        self.reason = reason
        self.specifier = specifier
        self.importer = importer
        self.rule = rule

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.reason, self.specifier, self.importer, self.rule))


class ModuleNotFound(ModuleError):
    """Nothing provides the module."""


class ModuleDenied(ModuleError):
    """The module may not be imported: its scheme, its place, or its package forbid it."""


class ModuleLoadError(ModuleError):
    """The source of the module could not be had, or is none: ``__cause__`` may say why."""


class LimitExceeded(AtollError):
    """A limit was exceeded and the isolate was ended."""


class MemoryLimitExceeded(LimitExceeded):
    """``Limits.memory``: heap, ArrayBuffers and WebAssembly memory together."""


class CpuLimitExceeded(LimitExceeded):
    """``Limits.cpu_time``: processor time of the isolate's process, all threads."""


class WallTimeLimitExceeded(LimitExceeded):
    """``Limits.call_time``, ``Limits.wall_time``, or the ``timeout`` of one call."""


class OutputLimitExceeded(LimitExceeded):
    """``Limits.output`` bytes in all, or ``Limits.message`` bytes in one message."""


class CallLimitExceeded(LimitExceeded):
    """``Limits.calls``: host calls in flight, or ``Limits.nesting`` of synchronous ones."""


class HandleLimitExceeded(LimitExceeded):
    """``Limits.handles``: functions, promises and objects held across the boundary."""


class IsolateCrashed(AtollError):
    """The isolate's process ended by itself, or broke the protocol and was ended.

    Attributes:
        exit_code: the exit status, or ``None`` when a signal ended it.
        signal: the signal's number, or ``None``.
        stderr: the last kilobytes of what the engine printed.
    """

    def __init__(
        self,
        message: str,
        exit_code: int | None = None,
        signal: int | None = None,
        stderr: str = "",
    ) -> None:
        super().__init__(message)
        self.exit_code = exit_code
        self.signal = signal
        self.stderr = stderr

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (str(self), self.exit_code, self.signal, self.stderr))


class IsolateDisposed(AtollError):
    """The isolate was disposed of, or never entered."""


class HostOutOfMemory(AtollError, MemoryError):
    """The host's own process got no memory from the system: for a value, a message, or a start.

    Where a message of the guest could not be taken, its isolate was ended; a value that could not
    be sent leaves the isolate as it was.
    """


class ReentrancyError(AtollError):
    """The call would wait for a guest that is itself waiting for this call to return."""


class ReferenceReleased(AtollError):
    """The reference was released; the guest value it stood for may be gone."""


class ApiNotEnabled(AtollError, AttributeError):
    """A runtime was made without the API that is asked for; the message names the keyword."""


class CompilerFailed(AtollError):
    """The TypeScript compiler or checker crashed on a source, or went over its limits.

    The source is at fault, as a rule: nested beyond what any compiler takes, or made to be slow.

    Attributes:
        filename: the file that was being compiled, or ``None`` when that is not known.
    """

    def __init__(self, message: str, filename: str | None = None) -> None:
        super().__init__(message)
        self.filename = filename

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (str(self), self.filename))


class PoolError(AtollError):
    """A pool has no isolate to give."""


class PoolTimeout(PoolError, TimeoutError):
    """No isolate of a pool became free in time; the message says what the others do."""


class PoolUnavailable(PoolError):
    """A pool could not start isolates several times in a row; its ``__cause__`` is the last reason.

    It tries again by itself, after a while.
    """


class PoolClosed(PoolError):
    """A pool was closed before it had an isolate to give."""


class EngineNotFound(AtollError):
    """No ``deno`` binary in the tested version range was found."""


class ConfinementUnavailable(AtollError):
    """This machine cannot confine a process as ``confinement=`` asks.

    Attributes:
        layer: the layer that failed (``"landlock"``), or ``None``.
    """

    def __init__(self, message: str, layer: str | None = None) -> None:
        super().__init__(message)
        self.layer = layer

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (str(self), self.layer))
