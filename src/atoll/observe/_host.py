"""A host that tells an observer. An isolate without one has the plain `Host`."""

from __future__ import annotations

import contextvars
import itertools
import logging
import time
from collections.abc import Callable
from typing import Any, Final

from atoll.core import operations
from atoll.core.handles import Export
from atoll.core.host import Driver, Host, Invocation, Pending
from atoll.errors import IsolateDisposed, JSError
from atoll.limits import Limits
from atoll.observe._observer import Call, Kind, Observer, Outcome
from atoll.wire.frames import READY, RETURN, SYNC, Frame

_logger: Final = logging.getLogger("atoll.observe")
_numbers = itertools.count(1)
_OPERATIONS: Final = {
    number: name.lower().replace("_", " ")
    for name, number in vars(operations).items()
    if name.isupper() and isinstance(number, int) and name != "FIRST_HANDLE"
}
_LONGEST_NAME: Final = 100


class ObservedHost(Host):
    """See the module's docstring."""

    def __init__(self, limits: Limits, driver: Driver, observer: Observer) -> None:
        super().__init__(limits, driver)
        self._observer = observer
        self._number = next(_numbers)
        self._made_at = time.monotonic()
        self._to_guest: dict[int, Call] = {}
        self._to_host: dict[int, Call] = {}
        self._complained = False

    # Calls to the guest

    def call(self, target: int, args: tuple[Any, ...], *, nested: bool = False) -> Pending:
        """Send a call."""
        before = self.session.bytes_out
        pending = super().call(target, args, nested=nested)
        call = self._call("to guest", _asked(target, args), "async", None)
        call.request_bytes = self.session.bytes_out - before
        self._to_guest[pending.id] = call
        self._tell(self._observer.call_started, call)
        return pending

    def _settle(self, frame: Frame) -> None:
        call = self._to_guest.pop(frame.id, None)
        pending: Any = self.session.calls.get(frame.id)
        super()._settle(frame)
        if call is not None:
            call.response_bytes = _size(frame)
            error = None if frame.kind == RETURN and pending.error is None else pending.error
            cancelled = isinstance(error, IsolateDisposed)
            self._end(call, error, "cancelled" if cancelled else None)

    # Calls to the host

    def _invocation(self, frame: Frame) -> Invocation | None:
        kind: Kind = "sync" if frame.flags & SYNC else "async"
        if frame.target < operations.FIRST_HANDLE:
            return super()._invocation(frame)
        call = self._incoming(frame, kind)
        self._to_host[frame.id] = call
        context = contextvars.copy_context()
        context.run(self._tell, self._observer.call_started, call)
        invocation = super()._invocation(frame)
        if invocation is not None:
            invocation.context = context
        return invocation

    def _posted(self, frame: Frame) -> Invocation | None:
        invocation = super()._posted(frame)
        if invocation is None or frame.target < operations.FIRST_HANDLE:
            return invocation
        call = self._incoming(frame, "post")
        context = invocation.context = contextvars.copy_context()
        context.run(self._tell, self._observer.call_started, call)
        function: Any = invocation.export.value

        def run(*args: object) -> object:
            try:
                result = function(*args)
            except BaseException as error:
                self._end(call, error)
                raise
            self._end(call, None)
            return result

        invocation.export = Export(invocation.export.id, run, fixed=True)
        return invocation

    def answer(self, id: int, value: Any, error: BaseException | None, function: int = 0) -> None:
        """Answer a call of the guest."""
        call = self._to_host.pop(id, None)
        before = self.session.bytes_out
        super().answer(id, value, error, function)
        if call is not None:
            call.response_bytes = self.session.bytes_out - before
            cancelled = isinstance(error, JSError) and error.name == "AbortError"
            self._end(call, error, "cancelled" if cancelled else None)

    # Life

    def _handle(self, frame: Frame) -> Invocation | None:
        invocation = super()._handle(frame)
        if frame.kind == READY:
            self._tell(self._observer.isolate_started, self._number)
        return invocation

    def fail(self, error: BaseException) -> None:
        """End everything that waits."""
        first = self.failure is None
        super().fail(error)
        if first:
            for calls in (self._to_host, self._to_guest):
                while calls:
                    self._end(calls.popitem()[1], error, "ended")
            lifetime = time.monotonic() - self._made_at
            self._tell(self._observer.isolate_ended, self._number, error, lifetime)

    # Telling

    def _incoming(self, frame: Frame, kind: Kind) -> Call:
        parents = list(self._to_guest.values())
        parent = parents[0] if len(parents) == 1 else None
        call = self._call("to host", self.name_of(frame.target), kind, parent)
        call.request_bytes = _size(frame)
        return call

    def _call(self, direction: Any, name: str, kind: Kind, parent: Call | None) -> Call:
        return Call(self._number, direction, name, kind, parent, time.time(), 0)

    def _end(self, call: Call, error: BaseException | None, outcome: Outcome | None = None) -> None:
        if call.outcome == "open":
            call.duration = max(0.0, time.time() - call.started)
            call.error = error
            call.outcome = outcome or ("ok" if error is None else "error")
            self._tell(self._observer.call_ended, call)

    def _tell(self, method: Callable[..., None], *args: object) -> None:
        try:
            method(*args)
        except Exception:
            if not self._complained:
                self._complained = True
                _logger.exception("An observer raised; what it raises from now on is not logged")


def _asked(target: int, args: tuple[Any, ...]) -> str:
    """What the owner asks of the guest, without values."""
    if target == operations.CALL_GLOBAL:
        return f"call {'.'.join(args[0])}"[:_LONGEST_NAME]
    if target == operations.INVOKE:
        return f"call {args[1]}"[:_LONGEST_NAME]
    if target == operations.DEFINE_GLOBAL:
        return f"define {args[0]}"[:_LONGEST_NAME]
    return "eval" if target == operations.EVALUATE else _OPERATIONS.get(target, "function")


def _size(frame: Frame) -> int:
    return len(frame.body) + sum(map(len, frame.segments))
