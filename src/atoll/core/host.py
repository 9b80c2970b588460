"""The host's half of one isolate, without I/O: session, marshalling, handles and dispatch.

A driver reads and writes the pipes, and decides how callbacks run and how callers wait; everything
else is here, so that the asyncio and the blocking driver behave the same.
"""

from __future__ import annotations

import contextvars
import copy
import functools
import inspect
import weakref
from collections.abc import Awaitable, Callable
from importlib import resources
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

from atoll.core import marshal, notation, operations
from atoll.core.handles import Export, Handles
from atoll.core.marshal_decode import syntax_error
from atoll.core.reference import BaseReference
from atoll.errors import (
    AtollError,
    CallLimitExceeded,
    HostOutOfMemory,
    IsolateCrashed,
    IsolateDisposed,
    JSError,
    LimitExceeded,
    MarshalError,
    MemoryLimitExceeded,
    OutputLimitExceeded,
    ReentrancyError,
)
from atoll.limits import Limits
from atoll.wire.frames import (
    CALL,
    CANCEL,
    POST,
    READY,
    RELEASE,
    RETURN,
    SYNC,
    TAGGED,
    THROW,
    Frame,
    FrameTooLarge,
    ProtocolViolation,
)
from atoll.wire.session import CallsExceeded, MessageTooLarge, OutputExceeded, Session

if TYPE_CHECKING:
    from atoll.recording._format import RecordingWriter

_ALLOCATION_FAILURES: Final = (
    "Array buffer allocation failed",
    "WebAssembly.Memory(): could not allocate memory",
    "Out of memory: Cannot allocate Wasm memory for new instance",
)
_json_decode = msgspec.json.Decoder().decode
_SPECIAL: Final = b'{"$":["!'
_LONGEST_NAME: Final = 100
_SPECIAL_LENGTH: Final = len(_SPECIAL)


def _is_reference(value: Any) -> bool:
    return isinstance(value, BaseReference)


def _is_chunk(value: Any) -> bool:
    return value is None or (type(value) is list and len(value) == 1)


def _is_counts(value: Any) -> bool:
    return type(value) is list and len(value) >= 4 and all(type(n) is int for n in value)


def _is_installed(value: Any) -> bool:
    return type(value) is list and all(half is None or _is_reference(half) for half in value)


_ANSWERS: Final[dict[int, Callable[[Any], bool]]] = {
    operations.HOLD: _is_reference,
    operations.INSTALL: _is_installed,
    operations.STATISTICS: _is_counts,
    operations.BLOB_READ: lambda value: type(value) is bytes,
    operations.STREAM_READ: _is_chunk,
}
"""What a correct guest answers to operations whose answer is not the user code's own value."""
_COPY: Final = {
    operations.EVALUATE: 3,
    operations.GET: 2,
    operations.APPLY: 3,
    operations.CONSTRUCT: 2,
    operations.CALL_GLOBAL: 2,
    operations.INVOKE: 3,
}
"""Operations with an argument that says how the value comes, and which one that is."""


class Pending:
    """A call of the host that the guest has not answered yet."""

    __slots__ = (
        "__weakref__",
        "check",
        "data",
        "deadline",
        "done",
        "error",
        "id",
        "limit",
        "on_done",
        "untimed",
        "value",
    )

    def __init__(self) -> None:
        self.id = 0
        self.done = False
        self.value: Any = None
        self.error: BaseException | None = None
        self.deadline: float | None = None
        self.limit = 0.0
        self.check: Callable[[Any], bool] | None = None
        self.untimed = False
        self.data = False
        self.on_done: Callable[[Pending], None] | None = None

    def settle(self, value: Any, error: BaseException | None) -> None:
        if self.done:
            return
        self.done = True
        self.value = value
        self.error = error
        if self.on_done is not None:
            self.on_done(self)

    def result(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.value


class Invocation:
    """A call of the guest that a driver has to run. `id` is 0 when nobody waits for an answer.

    It runs in `context`, if that is not None.
    """

    __slots__ = ("args", "context", "export", "id", "is_sync")

    def __init__(self, id: int, export: Export, args: list[Any], is_sync: bool) -> None:
        self.id = id
        self.export = export
        self.args = args
        self.is_sync = is_sync
        self.context: contextvars.Context | None = None


class Driver(Protocol):
    """What references and the host need of a driver."""

    def make_reference(self, handle: int, kind: str) -> BaseReference:
        """A reference of the driver's own flavour."""

    def adopt_awaitable(self, handle: int, value: Awaitable[Any]) -> None:
        """Await a Python awaitable and settle the guest's promise for it."""

    def post(self, target: int, args: tuple[Any, ...]) -> None:
        """Send a message that has no answer."""

    def cancel_invocation(self, id: int) -> None:
        """The guest no longer wants the answer to that call."""


class Host:
    """See the module's docstring.

    Attributes:
        failure: what ended the isolate, or None while it lives.
        on_uncaught: called with each exception that nothing in the guest caught.
        names: of functions that were defined, by handle.
        recorder: writes down what both sides say, if anything does.
    """

    def __init__(self, limits: Limits, driver: Driver) -> None:
        self.limits = limits
        self.session = Session(
            message=limits.message,
            calls=limits.calls,
            nesting=limits.nesting,
            output=limits.output,
        )
        self.handles = Handles(limits.handles, driver.make_reference, driver.adopt_awaitable)
        self.failure: BaseException | None = None
        self.ready: dict[str, Any] | None = None
        self.on_uncaught: Callable[[BaseException], object] | None = None
        self.names: dict[int, str] = {}
        self.recorder: RecordingWriter | None = None
        self._driver = weakref.proxy(driver)
        self.handles.post = self._post_if_alive
        self._builtins: dict[int, Export] = {
            operations.PARSER_SOURCE: Export(operations.PARSER_SOURCE, _parser_source),
            operations.UNCAUGHT: Export(operations.UNCAUGHT, self._uncaught),
            operations.ABORTED: Export(operations.ABORTED, self._signal_aborted),
        }

    def name_of(self, handle: int) -> str:
        """The name of what the guest calls, for a person.

        Raises:
            ProtocolViolation: the guest holds no such thing.
        """
        name = self.names.get(handle)
        if name is None:
            function: Any = self._builtins.get(handle) or self.handles.target(handle)
            function = inspect.unwrap(function.value)
            name = getattr(function, "__qualname__", None) or type(function).__qualname__
        return name[:_LONGEST_NAME]

    # Calls of the host

    def call(self, target: int, args: tuple[Any, ...], *, nested: bool = False) -> Pending:
        """Send a call.

        Raises:
            MarshalError: an argument cannot cross.
            ValueError: the argument ``copy`` is none of its values.
            IsolateDisposed, IsolateCrashed, LimitExceeded: the isolate has ended.
        """
        self.check_alive()
        how = args[_COPY[target]] if target in _COPY else True
        if how is not True and how is not False and how != "data":
            raise ValueError(f'copy is True, False or "data", not {how!r}')
        if self.handles.released:
            self.flush_releases()  # before the call, which may ask what is still held
        body, flags, segments = self._encode_call(target, args)
        pending = Pending()
        pending.check = _ANSWERS.get(target)
        pending.untimed = target == operations.STREAM_READ
        if how is False:
            pending.check = _is_reference
        pending.data = how == "data"
        try:
            pending.id = self.session.call(target, body, flags, segments, pending, nested=nested)
        except (MessageTooLarge, MemoryError) as error:
            self.handles.not_sent()
            raise _not_sent(error, "args") from None
        self.handles.sent()
        return pending

    def post(self, target: int, args: tuple[Any, ...]) -> None:
        """Send a message that has no answer."""
        self.check_alive()
        body, flags, segments = self._encode_call(target, args)
        try:
            self.session.post(target, body, flags, segments)
        except (MessageTooLarge, MemoryError) as error:
            self.handles.not_sent()
            raise _not_sent(error, "args") from None
        self.handles.sent()

    def _encode_call(self, target: int, args: tuple[Any, ...]) -> marshal.Encoded:
        try:
            return self._encode(args, "args")
        except MarshalError as error:
            path = operations.owner_path(target, error.path)
            raise MarshalError(error.reason, path) from error.__cause__

    def _encode(self, value: Any, root: str) -> marshal.Encoded:
        """Encode a message; `handles.sent` or `handles.not_sent` has to follow."""
        try:
            return marshal.encode(value, self.handles, depth=self.limits.depth, root=root)
        except BaseException:
            self.handles.not_sent()
            raise

    def _decode(self, frame: Frame, root: str, *, data: bool = False) -> Any:
        return marshal.decode(
            frame.body,
            frame.flags,
            frame.segments,
            self.handles,
            depth=self.limits.depth,
            root=root,
            data=data,
        )

    def check_alive(self) -> None:
        """Raise what ended the isolate, if it has ended."""
        if self.failure is not None:
            raise copy.copy(self.failure)

    def fail(self, error: BaseException) -> None:
        """End everything that waits. The first failure stays."""
        if self.failure is None:
            self.failure = error
            if self.recorder is not None:
                self.recorder.ended(error)
        calls = list(self.session.calls.values())
        self.session.calls.clear()
        for pending in calls:
            assert isinstance(pending, Pending)  # noqa: S101 - for the type checker
            pending.settle(None, copy.copy(self.failure))

    # Frames of the guest

    def handle(self, frame: Frame) -> Invocation | None:
        """Act on a frame; returns what the driver has to run, if anything.

        Raises:
            ProtocolViolation, LimitExceeded: end the isolate.
        """
        try:
            if self.recorder is not None:
                self.recorder.received(
                    frame, self.name_of(frame.target) if frame.kind in (CALL, POST) else None
                )
            return self._handle(frame)
        except MarshalError as error:
            # Where a value that cannot cross has no one to hear of it.
            raise ProtocolViolation(f"a malformed value: {error}") from error

    def _handle(self, frame: Frame) -> Invocation | None:
        kind = frame.kind
        if kind in (RETURN, THROW):
            self._settle(frame)
            return None
        if kind == CALL:
            return self._invocation(frame)
        if kind == RELEASE:
            self.handles.give_back(self._decode(frame, "release"))
            return None
        if kind == CANCEL:
            self._driver.cancel_invocation(frame.id)
            return None
        if kind == READY:
            ready = self._decode(frame, "ready")
            self.ready = ready if isinstance(ready, dict) else {}
            return None
        return self._posted(frame)

    def _settle(self, frame: Frame) -> None:
        pending = self.session.take_call(frame.id)
        assert isinstance(pending, Pending)  # noqa: S101 - for the type checker
        try:
            if frame.kind == RETURN:
                value = self._decode(frame, "result", data=pending.data)
                if pending.check is not None and not pending.check(value):
                    raise ProtocolViolation("an answer of the wrong kind")
                pending.settle(value, None)
                return
            thrown = self._thrown(frame)
        except MarshalError as failure:
            thrown = failure
        except (LimitExceeded, ProtocolViolation) as failure:
            # `fail` no longer knows this call.
            ends = failure if isinstance(failure, LimitExceeded) else self.violation(failure)
            pending.settle(None, ends)
            raise
        pending.settle(None, thrown)

    def _thrown(self, frame: Frame) -> BaseException:
        """What to raise for a THROW.

        Raises:
            MemoryLimitExceeded: the guest let a failed allocation through.
        """
        if frame.flags & TAGGED:
            special = _special_error(frame)
            if special is not None:
                return special
        value = self._decode(frame, "error")
        if isinstance(value, JSError):
            if value.name == "RangeError" and value.message in _ALLOCATION_FAILURES:
                raise MemoryLimitExceeded(
                    f"{value.message}: an allocation in the guest went over Limits.memory "
                    f"({self.limits.memory} bytes)"
                )
            return value
        if isinstance(value, BaseException):
            return value
        return JSError("Uncaught", notation.describe(value), value=value)

    def _invocation(self, frame: Frame) -> Invocation | None:
        export = self._target(frame)
        try:
            args = self._decode(frame, "args")
        except MarshalError as error:
            self.answer(frame.id, None, error)
            return None
        if type(args) is not list:
            raise ProtocolViolation("arguments that are no array")
        if export.max_args is not None:
            del args[export.max_args :]
        return Invocation(frame.id, export, args, bool(frame.flags & SYNC))

    def _posted(self, frame: Frame) -> Invocation | None:
        export = self._target(frame)
        try:
            args = self._decode(frame, "args")
        except MarshalError:
            return None  # nobody waits; the guest's encoder has refused what it could
        if type(args) is not list:
            raise ProtocolViolation("arguments that are no array")
        return Invocation(0, export, args, False)

    def _target(self, frame: Frame) -> Export:
        if frame.target < operations.FIRST_HANDLE:
            export = self._builtins.get(frame.target)
            if export is None:
                raise ProtocolViolation(f"a call of the unknown target {frame.target}")
            return export
        return self.handles.target(frame.target)

    def answer(self, id: int, value: Any, error: BaseException | None, function: int = 0) -> None:
        """Answer a call of the guest with a result or an exception.

        Args:
            id: of the call.
            value: the result.
            error: the exception, or None.
            function: what was called, by its handle: an answer that cannot cross is named by it.
        """
        if self.failure is not None or not self.session.is_serving(id):
            return
        try:
            body, flags, segments = self._encode(value if error is None else error, "result")
            self.session.reply(id, error is None, body, flags, segments)
        except LimitExceeded:
            raise
        except (AtollError, MessageTooLarge, MemoryError) as failure:
            self.handles.not_sent()
            if not isinstance(failure, AtollError):
                failure = _not_sent(failure, "result")
            if isinstance(failure, MarshalError) and function in self.names:
                path = failure.path.removeprefix("result")
                failure = MarshalError(failure.reason, f"{self.names[function]}(){path}")
            body, flags, segments = self._encode(failure, "result")
            self.session.reply(id, False, body, flags, segments)
        self.handles.sent()

    def flush_releases(self) -> None:
        """Give back the handles that references have let go."""
        if self.handles.released and self.failure is None:
            pairs = self.handles.take_released()
            self.session.release(msgspec.json.encode(pairs))

    def _post_if_alive(self, target: int, args: tuple[Any, ...]) -> None:
        if self.failure is None:
            self._driver.post(target, args)

    def _signal_aborted(self, number: Any = None, reason: Any = None) -> None:
        """The guest has aborted a signal. One that nobody here has any more is of no interest."""
        signal = self.handles.signals.get(number) if type(number) is int else None
        if signal is not None:
            signal._abort(reason)

    def _uncaught(self, error: Any = None, origin: Any = None) -> None:
        if self.on_uncaught is not None:
            if not isinstance(error, BaseException):
                error = JSError("Uncaught", notation.describe(error), value=error)
            if isinstance(error, JSError):
                error.origin = "rejection" if origin == "rejection" else "exception"
            self.on_uncaught(error)

    def violation(self, error: ProtocolViolation) -> AtollError:
        """The owner's error for a guest that broke the protocol."""
        if isinstance(error, OutputExceeded):
            return OutputLimitExceeded(f"{error} (Limits.output)")
        if isinstance(error, FrameTooLarge):
            return OutputLimitExceeded(f"{error} from the guest (Limits.message)")
        if isinstance(error, CallsExceeded):
            return CallLimitExceeded(f"the guest has {error} (Limits.calls, Limits.nesting)")
        return IsolateCrashed(f"the guest broke the protocol and was ended: {error}")


def _not_sent(error: MessageTooLarge | MemoryError, root: str) -> AtollError:
    if isinstance(error, MemoryError):
        return HostOutOfMemory("there is no memory for a message, which was not sent")
    return MarshalError(str(error), root)


def _special_error(frame: Frame) -> BaseException | None:
    """Failures that the guest's core, not its user code, reports."""
    if bytes(frame.body[:_SPECIAL_LENGTH]) != _SPECIAL:
        return None
    try:
        tree = _json_decode(frame.body)
    except (msgspec.DecodeError, RecursionError) as malformed:
        raise ProtocolViolation(f"a malformed error ({malformed})") from malformed
    match tree:
        case {"$": ["!", str(path), str(reason)]}:
            return MarshalError(reason, path)
        case {"$": ["!s", str(message), *place]}:
            return syntax_error("SyntaxError", message, place)
        case {"$": ["!b"]}:
            return ReentrancyError(
                "the result is a promise, and the guest cannot settle it while it is blocked in "
                "the synchronous call that is being answered; use define_async_function"
            )
        case {"$": ["!c"]}:
            return IsolateDisposed("cancelled")
    return None


@functools.cache
def _parser_source() -> str:
    return (resources.files("atoll") / "vendor" / "acorn" / "acorn.js").read_text("utf-8")
