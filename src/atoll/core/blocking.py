"""The blocking driver: an isolate's pipes in the calling thread.

There is no event loop: a call writes, then reads and handles frames until its answer is there,
running the owner's callbacks as they come. A callback that calls into the same isolate reads in
turn, on top of the outer call's stack; frames are kept in one queue, so that the inner call goes
on where the outer one stopped. The read blocks, as nothing wakes faster; limits on time are the
watchdog's. Only while the guest does not take what is written does the driver poll.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from atoll.core import operations, watchdog
from atoll.core.coroutines import CoroutineRunner
from atoll.core.driver import PLAIN, Driver
from atoll.core.host import Invocation, Pending
from atoll.core.launch import Confinement, explain_exit
from atoll.core.reference import BaseReference
from atoll.engine import ProcessExit
from atoll.errors import AtollError, IsolateDisposed, JSError, LimitExceeded
from atoll.limits import Limits
from atoll.wire.frames import Frame, ProtocolViolation


class BlockingDriver(Driver):
    """Runs one isolate in whichever thread calls; one thread at a time."""

    def __init__(
        self,
        limits: Limits,
        confinement: Confinement,
        reference_classes: dict[str, type[BaseReference]],
    ) -> None:
        super().__init__(limits, confinement)
        self.reference_classes = reference_classes
        self._lock = threading.RLock()
        self._frames: deque[Frame] = deque()
        self._look_at = float("inf")
        self._verdict: AtollError | None = None
        self._coroutines = CoroutineRunner()

    # Life

    def start(self) -> None:
        """Start the process and wait until the guest is ready."""
        process = self._launch()
        os.set_blocking(process.output, True)
        try:
            while self.host.ready is None:
                self._turn()
                self.host.check_alive()
            self._wait_for_control(lambda: process.pid is not None)
            self._guest_is_ready()
        except BaseException:
            self.dispose()
            raise
        self._watch(self._next_look())

    def dispose(self) -> None:
        """End the process and everything that waits for it. Does nothing the second time."""
        process = self.process
        if process is None or process.control < 0 or self._owner_pid != os.getpid():
            return
        lock = self._acquire()
        try:
            self.end(IsolateDisposed("the isolate has been disposed of"))
            self._wait_for_exit()
            process.close()
            self._coroutines.close()
        finally:
            lock.release()

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

    def request(self, target: int, args: tuple[Any, ...], timeout: float | None = None) -> Any:
        """Call a target of the guest and wait for the answer.

        An exception in the waiting thread (KeyboardInterrupt) cancels the call in the guest.
        """
        self._check_process()
        lock = self._acquire()
        try:
            host = self.host
            try:
                # Whoever calls while the guest is blocked is a callback, or is called by one.
                pending = host.call(target, args, nested=host.session.blocked)
            except LimitExceeded as error:
                self.end(error)
                raise
            deadline = self._set_deadline(pending, timeout)
            if deadline < self._look_at:
                self._watch(deadline)
            try:
                while not pending.done:
                    self._turn()
            except BaseException:
                self._cancel(pending)
                raise
        finally:
            lock.release()
        return pending.result()

    def _acquire(self) -> threading.RLock:
        lock = self._lock
        if not lock.acquire(blocking=False):
            raise RuntimeError(
                "the isolate is in use by another thread; an isolate serves one thread at a time"
            )
        return lock

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
            self._watch(self._cancelled[pending.id])
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
        self._read_frames()

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

    def _wait_for_either(self) -> None:
        """The guest has not taken everything yet: wait until it does, or says something."""
        assert self.process is not None  # noqa: S101 - for the type checker
        either = select.poll()
        either.register(self.process.output, select.POLLIN)
        for writer in self._writers:
            if writer.size:
                either.register(writer.fd, select.POLLOUT)
        for fd, _ in either.poll():
            if fd == self.process.output:
                self._read_frames()

    # Limits on time

    def _watch(self, at: float) -> None:
        self._look_at = at
        if at != float("inf") and self.host.failure is None:
            watchdog.watchdog.watch(self, at)

    def look(self) -> float:
        """Enforce the limits on time, in the watchdog's thread."""
        process = self.process
        if process is None or self.host.failure is not None:
            return float("inf")
        self._verdict = self._exceeded()
        if self._verdict is not None:
            process.kill()  # its owner's read ends, and finds the verdict
            return float("inf")
        self._look_at = self._next_look()
        return self._look_at

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
        function = invocation.export.value
        try:
            result = function(*invocation.args)  # type: ignore[operator]
            if type(result) not in PLAIN and isinstance(result, Awaitable):
                result = self._run_awaitable(result)
        except (KeyboardInterrupt, SystemExit) as error:
            self._answer(invocation, None, error)
            raise
        except BaseException as error:  # noqa: BLE001 - it goes to the guest
            self._answer(invocation, None, error)
        else:
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
