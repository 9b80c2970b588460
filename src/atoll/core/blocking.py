"""The blocking driver: an isolate's pipes in the calling thread.

There is no event loop: a call writes, then reads and handles frames until its answer is there,
running the owner's callbacks as they come. A callback that calls into the same isolate reads in
turn, on top of the outer call's stack; frames are kept in one queue, so that the inner call goes
on where the outer one stopped. The read blocks, as nothing wakes faster; limits on time are the
watchdog's. Only while the guest does not take what is written does the driver poll.

KeyboardInterrupt may come between any two instructions. While the driver waits, or the owner's code
runs, it cancels the call and the isolate stays usable. Anywhere else, half of a message may have
been handled, so the isolate is ended. A read that the interrupt comes just behind loses nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import os
import select
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

from atoll.core import operations, watchdog
from atoll.core.coroutines import CoroutineRunner
from atoll.core.driver import (
    MOST_VECTORS,
    NO_START,
    PLAIN,
    READ_SIZE,
    Driver,
    check_timeout,
)
from atoll.core.host import Invocation, Pending
from atoll.core.launch import Confinement, explain_exit
from atoll.core.reference import BaseReference
from atoll.engine import IsolateProcess, ProcessExit
from atoll.errors import (
    AtollError,
    HostOutOfMemory,
    IsolateCrashed,
    IsolateDisposed,
    JSError,
    LimitExceeded,
)
from atoll.limits import Limits
from atoll.wire.frames import Frame, ProtocolViolation

if TYPE_CHECKING:
    from atoll.observe import Observer

_MEANWHILE: Final = 0.01
"""Seconds of silence after which there is time for something else."""
_INTERRUPTED: Final = (
    "the call was interrupted while a message was being handled, so the isolate was ended"
)


class BlockingDriver(Driver):
    """Runs one isolate in whichever thread calls; one thread at a time."""

    def __init__(
        self,
        limits: Limits,
        confinement: Confinement,
        reference_classes: dict[str, type[BaseReference]],
        observer: Observer | None = None,
    ) -> None:
        super().__init__(limits, confinement, observer)
        self.reference_classes = reference_classes
        self._lock = threading.RLock()
        self._glance = threading.RLock()
        self._frames: deque[Frame] = deque()
        self._look_at = float("inf")
        self._verdict: AtollError | None = None
        self._coroutines = CoroutineRunner()
        # What is done before a call, and now and then while the guest says nothing.
        self.meanwhile: Callable[[], None] | None = None
        self._taken: list[bytes | int] = []
        # Whether an exception that comes from nowhere would find a message half handled.
        self._torn = False

    # Life

    def start(self) -> None:
        """Start the process and wait until the guest is ready."""
        try:
            watchdog.watchdog.start()
            process = self._launch()
            os.set_blocking(process.output, True)
            while self.host.ready is None:
                self._turn()
                self.host.check_alive()
            self._wait_for_control(lambda: process.pid is not None)
            if process.exit is not None:
                self._output_ended()
                self.host.check_alive()
            self._guest_is_ready()
        except BaseException as error:
            self.dispose()
            if type(error) is MemoryError:
                raise HostOutOfMemory(NO_START) from error
            raise
        self._watch(self._next_look())

    def dispose(self) -> None:
        """End the process and everything that waits for it. Does nothing the second time."""
        process = self.process
        if process is None or not self.is_open:
            return
        lock = self._acquire()
        try:
            self.end(IsolateDisposed("the isolate has been disposed of"))
            self._wait_for_exit()
            process.close()
            self._run_ended_hooks()
        finally:
            self._coroutines.close()
            lock.release()

    def _run_ended_hooks(self) -> None:
        while self.ended_hooks:
            ending = self.ended_hooks.pop()()
            if ending is not None:
                self._run_awaitable(ending)

    def ended(self) -> BaseException | None:
        """What has ended the isolate, if that is known: nobody listens between calls, so ask."""
        process = self.process
        if (
            self.host.failure is None
            and process is not None
            and self.is_open
            and self.host.ready is not None
        ):
            with self._glance:
                if self._lock.acquire(blocking=False):
                    try:
                        self._look_for_exit(process)
                    finally:
                        self._lock.release()
        return self.host.failure

    def _look_for_exit(self, process: IsolateProcess) -> None:
        exit = process.poll()
        if isinstance(exit, ProcessExit):
            self.end(self._verdict or explain_exit(exit, self._limits, started=True))

    def abandon(self, error: AtollError) -> None:
        """End the process from any thread; whoever uses the isolate later gets `error`."""
        self._verdict = error
        if self.process is not None:
            self.process.kill()

    def end(self, error: BaseException) -> None:
        """Kill the process because of `error`; everyone who waits gets it."""
        watchdog.watchdog.forget(self)
        self.host.fail(error)
        self._frames.clear()
        if self.process is not None:
            self.process.kill()

    def _output_ended(self) -> None:
        """The guest's output has ended, so the process has, or will at once: find out why."""
        started = self.host.ready is not None
        try:
            exit = self._wait_for_exit()
        except AtollError as error:
            self.end(error)
        else:
            self.end(self._verdict or explain_exit(exit, self._limits, started=started))

    def _wait_for_exit(self) -> ProcessExit:
        process = self.process
        assert process is not None  # noqa: S101 - for the type checker
        self._wait_for_control(lambda: False)
        assert process.exit is not None  # noqa: S101 - for the type checker
        return process.exit

    def _wait_for_control(self, done: Callable[[], bool]) -> None:
        """Hear the spawner out, until it has said what is waited for, or that all is over."""
        process = self.process
        assert process is not None  # noqa: S101 - for the type checker
        control = select.poll()
        control.register(process.control, select.POLLIN)
        while process.exit is None and not done():
            control.poll()
            process.poll()

    # Calls of the host

    def request(
        self,
        target: int,
        args: tuple[Any, ...],
        timeout: float | None = None,
        *,
        started: deque[Pending] | None = None,
    ) -> Any:
        """Call a target of the guest and wait for the answer.

        An exception in the waiting thread (KeyboardInterrupt) cancels the call in the guest. But
        with ``started``, calls whose answers must not be lost: the first of those is waited for,
        if there is one, and when that is interrupted, the call is left running and put back there.
        """
        if timeout is not None:
            check_timeout(timeout)
        self._check_process()
        try:
            lock = self._acquire()
        except RuntimeError:
            if self._verdict is not None:  # whoever else is at it only ends it
                raise copy.copy(self._verdict) from None
            raise
        try:
            host = self.host
            if self._verdict is not None:
                self.end(self._verdict)
            if self._cancelled:
                self._cancelled.renew(self._used())  # answers to earlier ones are read only now
            if self.meanwhile is not None and not host.session.blocked:
                self.meanwhile()
            pending = None
            self._torn = True
            try:
                # Whoever calls while the guest is blocked is a callback, or is called by one.
                if started:
                    pending = started.popleft()
                else:
                    pending = host.call(target, args, nested=host.session.blocked)
                deadline = self._set_deadline(pending, timeout)
                if deadline < self._look_at:
                    self._watch(deadline)
                while not pending.done:
                    self._turn()
            except AtollError as error:  # of `call`, as what the guest throws is in `pending`
                if isinstance(error, LimitExceeded):
                    self.end(error)
                raise
            except MemoryError as error:
                raise self._starved() from error
            except BaseException:
                if self._torn:
                    self.end(IsolateCrashed(_INTERRUPTED))
                elif pending is not None and started is None:
                    self._cancel(pending)
                elif pending is not None and started is not None:
                    pending.deadline = None
                    started.appendleft(pending)
                raise
        finally:
            self._torn = False
            lock.release()
        return pending.result()

    def post(self, target: int, args: tuple[Any, ...]) -> None:
        """Send a message that has no answer: with what the host says next."""
        self.host.post(target, args)

    def read_ahead(self, started: deque[Pending], args: tuple[Any, ...], count: int) -> None:
        """Have that many reads of a stream under way."""
        if len(started) >= count:
            return
        lock = self._acquire()
        try:
            if self._start_reads(started, args, count):
                self._write()
        except BaseException:  # KeyboardInterrupt: half of a message may have been queued
            self.end(IsolateCrashed(_INTERRUPTED))
            raise
        finally:
            lock.release()

    def _acquire(self) -> threading.RLock:
        lock = self._lock
        if lock.acquire(blocking=False):
            return lock
        with self._glance:  # another thread may only have asked whether the isolate has ended
            if lock.acquire(blocking=False):
                return lock
        raise RuntimeError(
            "the isolate is in use by another thread; an isolate serves one thread at a time"
        )

    @contextlib.contextmanager
    def _lend(self) -> Iterator[None]:
        """Let this thread use the isolate while the one that uses it waits for this one."""
        held, lent = self._lock, threading.RLock()
        lent.acquire()
        self._lock = lent
        try:
            yield
        finally:
            # `lent` is not released: who has got hold of it meanwhile is to be refused.
            self._lock = held

    def _cancel(self, pending: Pending) -> None:
        if not pending.done and self.host.failure is None:
            self._start_cancelling(pending)
            self._watch(self._cancelled.next_look())
            self._write()

    # Frames of the guest

    def _turn(self) -> None:
        """Handle one frame, waiting for it when there is none."""
        if self._frames:
            self._handle(self._frames.popleft())
            return
        if not self._write():
            self._wait_for_either()
            return
        if self.meanwhile is not None and not self._arrives(_MEANWHILE):
            if not self.host.session.blocked:
                self.meanwhile()
                self._torn = True
            return
        self._read_frames()

    def _arrives(self, seconds: float) -> bool:
        """Whether the guest says something within that time."""
        assert self.process is not None  # noqa: S101 - for the type checker
        unread = select.poll()
        unread.register(self.process.output, select.POLLIN)
        self._torn = False
        arrives = bool(self._taken or unread.poll(seconds * 1000))
        self._torn = True
        return arrives

    def _read_frames(self) -> None:
        try:
            frames = self._read()
        except ProtocolViolation as error:
            self.end(self.host.violation(error))
            return
        if frames is None:
            self._output_ended()
        elif len(frames) == 1:
            self._handle(frames[0])
        else:
            self._frames.extend(frames)

    def _read(self) -> list[Frame] | None:
        assert self.process is not None  # noqa: S101 - for the type checker
        session, fd, taken = self.host.session, self.process.output, self._taken
        if not taken:
            targets = session.targets
            if targets:
                self._widen(fd)
            self._torn = False
            # Reading and keeping are one call, so that no interrupt comes between them.
            if targets:
                taken.extend(map(os.readv, (fd,), (targets[:MOST_VECTORS],)))
            else:
                taken.extend(map(os.read, (fd,), (READ_SIZE,)))
            self._torn = True
        data = taken.pop()
        if not data:
            return None
        return session.filled(data) if isinstance(data, int) else session.feed(data)

    def _wait_for_either(self) -> None:
        """The guest has not taken everything yet: wait until it does, or says something."""
        assert self.process is not None  # noqa: S101 - for the type checker
        either = select.poll()
        either.register(self.process.output, select.POLLIN)
        for writer in self._writers:
            if writer.size:
                either.register(writer.fd, select.POLLOUT)
        self._torn = False
        ready = either.poll()
        self._torn = True
        for fd, _ in ready:
            if fd == self.process.output:
                self._read_frames()

    # Limits on time

    def _watch(self, at: float) -> None:
        self._look_at = min(self._look_at, at)
        if at != float("inf") and self.host.failure is None:
            watchdog.watchdog.watch(self, at)

    def look(self) -> float:
        """Enforce the limits on time, in the watchdog's thread."""
        process = self.process
        if process is None or self.host.failure is not None:
            return float("inf")
        # First, so that a call that begins meanwhile agrees on a look of its own.
        self._look_at = float("inf")
        verdict = self._exceeded()
        if verdict is not None:
            self._verdict = verdict
            process.kill()  # its owner's read ends, and finds the verdict
            return float("inf")
        look = self._next_look()
        self._look_at = min(self._look_at, look)
        return look

    def _ignores_cancellation(self) -> bool:
        return super()._ignores_cancellation() and not self._may_have_reacted()

    def _may_have_reacted(self) -> bool:
        """Whether the guest has said something, but nobody has called since and heard it."""
        process = self.process
        if process is None or process.output < 0:
            return False
        if len(self.host.session.calls) > len(self._cancelled):
            return False  # somebody listens
        unread = select.poll()
        unread.register(process.output, select.POLLIN)
        return bool(self._frames or self._taken or unread.poll(0))

    def _handle(self, frame: Frame) -> None:
        try:
            invocation = self.host.handle(frame)
        except ProtocolViolation as error:
            self.end(self.host.violation(error))
            return
        except LimitExceeded as error:
            self.end(error)
            return
        if invocation is not None:
            self._run(invocation)

    def _run(self, invocation: Invocation) -> None:
        if invocation.context is not None:
            context, invocation.context = invocation.context, None
            context.run(self._run, invocation)
            return
        function = invocation.export.value
        self._torn = False
        try:
            result = function(*invocation.args)  # type: ignore[operator]
            if type(result) not in PLAIN and isinstance(result, Awaitable):
                result = self._run_awaitable(result)
        except BaseException as error:
            self._torn = True
            self._answer(invocation, None, error)
            if isinstance(error, KeyboardInterrupt | SystemExit):
                self._torn = False
                raise
        else:
            self._torn = True
            self._answer(invocation, result, None)

    def _run_awaitable(self, value: Awaitable[Any]) -> Any:
        """Run a coroutine of the owner's to its end."""
        return self._coroutines.run(value, self._lend)

    def adopt_awaitable(self, handle: int, value: Awaitable[Any]) -> None:
        """Await a Python awaitable and settle the guest's promise for it."""
        try:
            result = self._run_awaitable(value)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - it goes to the guest
            self._settle(handle, False, error)
        else:
            self._settle(handle, True, result)

    def _settle(self, handle: int, ok: bool, value: Any) -> None:
        if self.host.failure is not None:
            return
        try:
            self.host.post(operations.SETTLE, (handle, ok, value))
        except LimitExceeded as exceeded:
            self.end(exceeded)
        except AtollError as failure:
            self.host.post(operations.SETTLE, (handle, False, failure))

    def cancel_invocation(self, id: int) -> None:
        """The guest no longer wants the answer to that call: it has run by now."""
        self.host.answer(id, None, JSError("AbortError", "the host function was cancelled"))

    def wake_releases(self) -> None:
        """Releases go out with the next call."""

    # Writing

    def _write(self) -> bool:
        """Write what the guest takes without waiting. Returns whether that was everything."""
        if self.host.failure is not None:
            return True
        self._queue_output()
        done = True
        for writer in self._writers:
            if writer.size:
                try:
                    done = writer.write() and done
                except OSError:
                    writer.clear()  # the process is gone; its exit status tells the rest
        return done
