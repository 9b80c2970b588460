"""The asyncio driver: an isolate's pipes on an event loop.

Everything happens in loop callbacks and tasks; nothing blocks. Callbacks of the owner that return
an awaitable run as tasks. A task that answers a synchronous call of the guest carries that fact in
its context, so that calls it makes into the same isolate reach the guest although it is blocked.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import inspect
import itertools
import os
import time
from collections import deque
from collections.abc import Awaitable, Coroutine
from typing import TYPE_CHECKING, Any, Final

from atoll.core import driver, operations, web
from atoll.core.host import Invocation, Pending
from atoll.core.launch import Confinement, explain_exit
from atoll.core.reference import JSFunction, JSPromise, Reference
from atoll.engine import ProcessExit
from atoll.engine.pipe_writer import PipeWriter
from atoll.errors import (
    AtollError,
    CallLimitExceeded,
    HostOutOfMemory,
    IsolateCrashed,
    IsolateDisposed,
    JSError,
    LimitExceeded,
    ReentrancyError,
)
from atoll.limits import Limits, MiB
from atoll.wire.frames import ProtocolViolation

if TYPE_CHECKING:
    from atoll.observe import Observer

BACKLOG: Final = 16 * MiB
"""Bytes waiting for the guest beyond which new calls wait."""

_MOST_POSTED: Final = 10_000
"""Tasks of one isolate; only callbacks that the guest does not wait for can be so many."""

_DISPOSED: Final = "the isolate has been disposed of"
_OTHER_LOOP: Final = (
    "the isolate belongs to another event loop; make one isolate per loop, or use atoll.sync from "
    "threads"
)
_NAMES_TOLD: Final = 5
"""Functions that are named when they are cut off."""

_serials = itertools.count(1)
_answering: contextvars.ContextVar[tuple[tuple[int, int], ...]] = contextvars.ContextVar(
    "atoll_answering", default=()
)
"""The synchronous calls, as (driver, call), that the current context answers."""


class AsyncDriver(driver.Driver):
    """Runs one isolate on the running event loop."""

    def __init__(
        self, limits: Limits, confinement: Confinement, observer: Observer | None = None
    ) -> None:
        super().__init__(limits, confinement, observer)
        self.reference_classes = {
            "object": Reference,
            "function": JSFunction,
            "promise": JSPromise,
            **web.REFERENCES,
        }
        self._serial = next(_serials)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writing: set[int] = set()
        self._tasks: dict[asyncio.Task[Any], Awaitable[Any]] = {}
        # Callbacks that dispose of the isolate that called them: they are let finish.
        self._disposing: set[asyncio.Task[Any] | None] = set()
        # By call of the guest: what answers it, and the handle of the function.
        self._serving: dict[int, tuple[asyncio.Task[Any], int]] = {}
        self._watchdog: asyncio.TimerHandle | None = None
        self._watch_at = float("inf")
        self._flush_scheduled = False
        # Synchronous callbacks that are on the stack: one, or none.
        self._calling = 0
        # What the callers of open calls answer in turn, in this isolate or another.
        self._behind: dict[int, tuple[tuple[int, int], ...]] = {}
        self._room: asyncio.Event | None = None
        self._ended: asyncio.Future[None] | None = None
        self._ready: asyncio.Future[None] | None = None

    # Life

    async def start(self) -> None:
        """Start the process and wait until the guest is ready."""
        loop = self._loop = asyncio.get_running_loop()
        self._ended = loop.create_future()
        self._ready = loop.create_future()
        self._room = asyncio.Event()
        try:
            process = self._launch()
            loop.add_reader(process.output, self._readable)
            loop.add_reader(process.control, self._control_readable)
            self._flush()
            await self._ready
        except BaseException as error:
            await self.dispose()
            if type(error) is MemoryError:
                raise HostOutOfMemory(driver.NO_START) from error
            raise
        self._watch(self._next_look())

    async def dispose(self) -> None:
        """End the process and everything that waits for it. Does nothing the second time."""
        process = self.process
        if process is None or self._loop is None or self._owner_pid != os.getpid():
            return
        if asyncio.get_running_loop() is not self._loop:
            self._dispose_elsewhere()
            return
        self.end(IsolateDisposed(_DISPOSED))
        current = asyncio.current_task()
        if current in self._tasks:
            self._disposing.add(current)
        tasks = [task for task in self._tasks if task not in self._disposing]
        for task in tasks:
            self._stop(task)
        try:
            if self._ended is not None:
                await _to_the_end(self._ended)
            for task in tasks:
                await _to_the_end(task)
        finally:
            self._close()

    def _dispose_elsewhere(self) -> None:
        """End the process when the loop that has read from it no longer runs, if that is so."""
        assert self._loop is not None  # noqa: S101 - for the type checker
        if self._loop.is_running():
            raise RuntimeError(_OTHER_LOOP)
        self.end(IsolateDisposed(_DISPOSED))
        self._close()

    def abandon(self, error: AtollError) -> None:
        """End the process from any thread; whoever uses the isolate later gets `error`."""
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has been closed
                self._loop.call_soon_threadsafe(self.end, error)
        if self.process is not None:
            self.process.kill()

    def end(self, error: BaseException) -> None:
        """Kill the process because of `error`; everyone who waits gets it."""
        if self._serving and self.host.failure is None and isinstance(error, IsolateDisposed):
            self._tell_of_open_calls()
        self.host.fail(error)
        if self._ready is not None and not self._ready.done():
            self._ready.set_exception(error)
            self._ready.exception()  # start() may have been cancelled
        if self.process is not None:
            self.process.kill()
        if self._room is not None:
            self._room.set()
        if self._watchdog is not None:
            self._watchdog.cancel()
            self._watchdog = None

    def _tell_of_open_calls(self) -> None:
        """Say which of the owner's functions are cut off, if nobody else hears of that.

        A program that forgets an `await` ends before what it has begun.
        """
        host = self.host
        names = [host.names[handle] for _, handle in self._serving.values() if handle in host.names]
        if names and not host.session.calls:
            driver.logger.warning(
                "An isolate was ended while calls of its guest were open, which were cancelled (is "
                "an `await` missing there?): %s",
                ", ".join(names[:_NAMES_TOLD]) + (", …" if len(names) > _NAMES_TOLD else ""),
            )

    def _control_readable(self) -> None:
        assert self.process is not None  # noqa: S101 - for the type checker
        try:
            event = self.process.poll()
        except AtollError as error:
            self.end(error)
            self._set_ended()
            return
        if isinstance(event, ProcessExit):
            self.end(explain_exit(event, self._limits, started=self.host.ready is not None))
            self._set_ended()
        else:
            self._start_if_ready()

    def _set_ended(self) -> None:
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)
        self._unwatch_pipes()
        for task in self._tasks:
            if task not in self._disposing:
                self._stop(task)

    def _stop(self, task: asyncio.Task[Any]) -> None:
        """Cancel a task, once. What it has not begun to await is closed: nobody else would."""
        if task.cancelling():
            return
        awaitable = self._tasks.get(task)
        if inspect.iscoroutine(awaitable) and (
            inspect.getcoroutinestate(awaitable) == inspect.CORO_CREATED
        ):
            awaitable.close()
        task.cancel()

    def _unwatch_pipes(self) -> None:
        if self._loop is None or self.process is None or self._loop.is_closed():
            return
        for fd in (self.process.output, self.process.control):
            if fd >= 0:
                self._loop.remove_reader(fd)
        for fd in self._writing:
            self._loop.remove_writer(fd)
        self._writing.clear()

    def _close(self) -> None:
        self._unwatch_pipes()
        if self.process is not None:
            self.process.close()

    # Calls of the host

    async def request(
        self,
        target: int,
        args: tuple[Any, ...],
        timeout: float | None = None,
        *,
        started: deque[Pending] | None = None,
    ) -> Any:
        """Call a target of the guest and wait for the answer.

        Cancelling cancels the call in the guest; a guest that does not react is ended. But with
        ``started``, calls whose answers must not be lost: the first of those is waited for, if
        there is one, and when that is cancelled, the call is left running and put back there.
        """
        if timeout is not None:
            driver.check_timeout(timeout)
        loop = self._check_use()
        while self._backlog() > BACKLOG and self.host.failure is None:
            assert self._room is not None  # noqa: S101 - for the type checker
            self._room.clear()
            await self._room.wait()
        host = self.host
        if started:
            pending = started.popleft()
            if pending.done:
                return pending.result()
        else:
            try:
                pending = host.call(target, args, nested=self._is_nested())
            except LimitExceeded as error:
                self.end(error)
                raise
        future: asyncio.Future[None] = loop.create_future()

        def wake(_: Pending) -> None:
            if not future.done() and not loop.is_closed():
                future.set_result(None)

        pending.on_done = wake
        if pending.done:
            wake(pending)
        self._watch(self._set_deadline(pending, timeout))
        if self._calling:
            loop.call_soon(self._check_turn, pending)
        if len(host.session.calls) > 1:
            self._flush_soon()
        else:
            self._flush()
        answering = _answering.get()
        if answering:
            self._behind[pending.id] = answering
        try:
            await future
        except asyncio.CancelledError:
            if started is None:
                self._cancel(pending)
            else:
                pending.deadline = None
                started.appendleft(pending)
            raise
        finally:
            if answering:
                del self._behind[pending.id]
        return pending.result()

    def read_ahead(self, started: deque[Pending], args: tuple[Any, ...], count: int) -> None:
        """Have that many reads of a stream under way."""
        if len(started) < count and self._start_reads(started, args, count):
            self._flush_soon()

    def post(self, target: int, args: tuple[Any, ...]) -> None:
        """Send a message that has no answer."""
        self.host.post(target, args)
        self._flush_soon()

    def _check_use(self) -> asyncio.AbstractEventLoop:
        self._check_process()
        running: asyncio.AbstractEventLoop | None
        try:
            running = asyncio.get_running_loop()
        except RuntimeError:
            running = None
        if running is None or running is not self._loop:
            raise RuntimeError(_OTHER_LOOP)
        return running

    def _is_nested(self) -> bool:
        session = self.host.session
        return session.blocked and any(
            serial == self._serial and session.is_serving(call) for serial, call in _answering.get()
        )

    def _check_turn(self, pending: Pending) -> None:
        """A turn of the loop after a call began in a callback, which should have returned by now.

        Where a loop runs inside of a callback, as nest_asyncio lets it, it cannot call `_readable`
        a second time, so nothing of what the guest says arrives.
        """
        if self._calling:
            pending.settle(
                None,
                ReentrancyError(
                    "the event loop was run again inside of a callback (nest_asyncio allows that), "
                    "where it cannot hear this isolate; make the callback a coroutine function, "
                    "and await there"
                ),
            )

    def _cancel(self, pending: Pending) -> None:
        if pending.done or self.host.failure is not None:
            return
        self._start_cancelling(pending)
        self._watch(self._cancelled.next_look())
        self._flush_soon()

    # Frames of the guest

    def _readable(self) -> None:
        process, host = self.process, self.host
        if process is None or process.output < 0:
            return
        if self.host.failure is not None:
            # What a guest says between its end and its death is of no interest.
            assert self._loop is not None  # noqa: S101 - for the type checker
            self._loop.remove_reader(process.output)
            return
        try:
            frames = self._read()
            if frames is None:
                # The exit status follows on the control socket and says why.
                if self._loop is not None:
                    self._loop.remove_reader(process.output)
                return
            for frame in frames:
                if host.failure is not None:
                    return  # ended by the frame before
                invocation = host.handle(frame)
                if invocation is not None:
                    self._run(invocation)
        except BlockingIOError:
            pass
        except ProtocolViolation as error:
            self.end(host.violation(error))
        except LimitExceeded as error:
            self.end(error)
        except MemoryError:
            self._starved()
        except Exception as error:
            # Nobody would go on with the frames that are left, and who waits would wait for ever.
            self.end(IsolateCrashed(f"an error in the host ended the isolate: {error!r}"))
            raise
        self._start_if_ready()
        self._flush()

    def _start_if_ready(self) -> None:
        """The start is done when the guest is ready and its process is known, in either order."""
        process = self.process
        if self.host.ready is None or self._ready is None or self._ready.done():
            return
        if process is None or process.pid is None:
            return
        try:
            self._guest_is_ready()
        except ProcessLookupError:
            return  # it has ended meanwhile, and the spawner says why
        self._ready.set_result(None)

    def _run(self, invocation: Invocation) -> None:
        if invocation.context is not None:
            context, invocation.context = invocation.context, None
            context.run(self._run, invocation)
            return
        function = invocation.export.value
        # Tasks that are made from here on inherit that they answer this call.
        token = (
            _answering.set(self._answered_by(invocation))
            if invocation.is_sync or self._behind
            else None
        )
        self._calling += 1
        try:
            result = function(*invocation.args)  # type: ignore[operator]
            if type(result) in driver.PLAIN or not isinstance(result, Awaitable):
                self._answer(invocation, result, None)
            else:
                self._run_awaitable(invocation, result)
        except LimitExceeded:
            raise
        except (KeyboardInterrupt, SystemExit) as error:
            self._answer(invocation, None, error)
            raise
        except BaseException as error:  # noqa: BLE001 - it goes to the guest
            self._answer(invocation, None, error)
        finally:
            self._calling -= 1
            if token is not None:
                _answering.reset(token)

    def _answered_by(self, invocation: Invocation) -> tuple[tuple[int, int], ...]:
        """The synchronous calls that answering this one is part of answering.

        It was made while the guest worked on the open calls of the host, so what those calls are
        part of counts, too: isolates can call each other back and forth.
        """
        behind = {call for calls in self._behind.values() for call in calls}
        if invocation.is_sync:
            behind.add((self._serial, invocation.id))
        return tuple(behind)

    def _run_awaitable(self, invocation: Invocation, result: Awaitable[Any]) -> None:
        if not invocation.id and len(self._tasks) >= _MOST_POSTED:
            if isinstance(result, Coroutine):
                result.close()
            raise CallLimitExceeded(
                f"{_MOST_POSTED} asynchronous callbacks run that the guest does not wait for"
            )
        task = self._start(self._serve(invocation, result), result)
        if invocation.id:
            self._serving[invocation.id] = task, invocation.export.id

    def _start(
        self, coroutine: Coroutine[Any, Any, None], awaitable: Awaitable[Any]
    ) -> asyncio.Task[None]:
        """Run a coroutine as a task that `_finished` is to be told the end of."""
        assert self._loop is not None  # noqa: S101 - for the type checker
        task = self._loop.create_task(coroutine)
        self._tasks[task] = awaitable
        return task

    def _finished(self) -> None:
        """The current task is about to end; a done-callback would cost a turn of the loop."""
        task = asyncio.current_task()
        if task is not None:
            self._tasks.pop(task, None)

    async def _serve(self, invocation: Invocation, awaitable: Awaitable[Any]) -> None:
        """Answer a call of the guest with what an awaitable gives."""
        try:
            value = await awaitable
        except asyncio.CancelledError as error:
            self._answer(invocation, None, error)
            raise
        except (KeyboardInterrupt, SystemExit) as error:
            self._answer(invocation, None, error)
            raise
        except BaseException as error:  # noqa: BLE001 - it goes to the guest
            self._answer(invocation, None, error)
        else:
            self._answer(invocation, value, None)
        finally:
            self._serving.pop(invocation.id, None)
            self._finished()
            if self._tasks:
                self._flush_soon()
            else:
                self._flush()

    def cancel_invocation(self, id: int) -> None:
        """The guest no longer wants the answer to that call."""
        task, _ = self._serving.pop(id, (None, 0))
        if task is not None:
            # Answered here, as a task that has not begun yet will not do anything any more.
            self.host.answer(id, None, JSError("AbortError", "the host function was cancelled"))
            self._stop(task)
            self._tasks.pop(task, None)

    def adopt_awaitable(self, handle: int, value: Awaitable[Any]) -> None:
        """Await a Python awaitable and settle the guest's promise for it."""
        _ = self._start(self._settle(handle, value), value)

    async def _settle(self, handle: int, awaitable: Awaitable[Any]) -> None:
        ok, value = False, None
        try:
            value = await awaitable
            ok = True
        except asyncio.CancelledError:
            value = JSError("AbortError", "the awaitable was cancelled")
            raise
        except Exception as error:  # noqa: BLE001 - it goes to the guest
            value = error
        finally:
            self._finished()
            if self.host.failure is None:
                self._post_settled(handle, ok, value)

    def _post_settled(self, handle: int, ok: bool, value: Any) -> None:
        try:
            self.post(operations.SETTLE, (handle, ok, value))
        except AtollError as failure:
            self.post(operations.SETTLE, (handle, False, failure))

    # Writing

    def _flush_soon(self) -> None:
        """Write in the loop's next iteration, together with what else comes until then."""
        if not self._flush_scheduled and self._loop is not None and not self._loop.is_closed():
            self._flush_scheduled = True
            self._loop.call_soon(self._flush)

    def _flush(self) -> None:
        self._flush_scheduled = False
        if self.host.failure is not None:
            return
        self._queue_output()
        for writer in self._writers:
            if writer.size and writer.fd not in self._writing:
                self._write(writer)

    def _write(self, writer: PipeWriter) -> None:
        if self._loop is None or self.host.failure is not None:
            return
        try:
            done = writer.write()
        except OSError:
            writer.clear()  # the process is gone; its exit status tells the rest
            done = True
        if done and writer.fd in self._writing:
            self._writing.discard(writer.fd)
            self._loop.remove_writer(writer.fd)
        elif not done and writer.fd not in self._writing:
            self._writing.add(writer.fd)
            self._loop.add_writer(writer.fd, self._write, writer)
        if self._room is not None and self._backlog() <= BACKLOG:
            self._room.set()

    # Limits

    def _watch(self, at: float) -> None:
        if at >= self._watch_at or self._loop is None or self.host.failure is not None:
            return
        if self._watchdog is not None:
            self._watchdog.cancel()
        self._watch_at = at
        self._watchdog = self._loop.call_later(max(0.0, at - time.monotonic()), self._check_limits)

    def _check_limits(self) -> None:
        self._watchdog = None
        self._watch_at = float("inf")
        error = self._exceeded()
        if error is not None:
            self.end(error)
            return
        self._watch(self._next_look())

    # References

    def wake_releases(self) -> None:
        """References have been released; tell the guest in the loop's next iteration."""
        if self._loop is not None and not self._loop.is_closed() and self.host.failure is None:
            self._loop.call_soon_threadsafe(self._flush_soon)


async def _to_the_end(future: asyncio.Future[Any]) -> None:
    """Wait for something that is about to end; who is cancelled meanwhile waits all the same."""
    cancelled: asyncio.CancelledError | None = None
    while not future.done():
        try:
            await asyncio.wait([future])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is not None:
        raise cancelled
