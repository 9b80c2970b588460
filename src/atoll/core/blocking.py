"""The blocking driver: an isolate's pipes in the calling thread.

There is no thread of its own and no event loop: a call writes, then polls and handles frames until
its answer is there, running the owner's callbacks as they come. A callback that calls into the
same isolate polls in turn, on top of the outer call's stack; frames are kept in one queue, so that
the inner poll goes on where the outer one stopped.
"""

from __future__ import annotations

import asyncio
import logging
import select
import threading
import time
from collections import deque
from collections.abc import Awaitable
from typing import Any, Final

from atoll.core import operations
from atoll.core.driver import PLAIN, Driver
from atoll.core.host import Invocation, Pending
from atoll.core.launch import Confinement, explain_exit
from atoll.core.reference import BaseReference
from atoll.engine import ProcessExit
from atoll.engine.pipe_writer import PipeWriter
from atoll.errors import AtollError, IsolateDisposed, JSError, LimitExceeded
from atoll.limits import Limits
from atoll.wire.frames import Frame, ProtocolViolation

logger = logging.getLogger("atoll.isolate")

_NEVER: Final = float("inf")


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
        self._poll = select.poll()
        self._frames: deque[Frame] = deque()
        self._writing: set[int] = set()
        self._look_at = _NEVER
        self._output = self._control = -1
        self._runner: asyncio.Runner | None = None

    # Life

    def start(self) -> None:
        """Start the process and wait until the guest is ready."""
        process = self._launch()
        self._output, self._control = process.output, process.control
        self._poll.register(self._output, select.POLLIN)
        self._poll.register(self._control, select.POLLIN)
        try:
            while self.host.ready is None:
                self._turn()
            self._guest_is_ready()
        except BaseException:
            self.dispose()
            raise
        self._look_at = self._next_look()

    def dispose(self) -> None:
        """End the process and everything that waits for it. Does nothing the second time."""
        process = self.process
        if process is None or process.control < 0:
            return
        self._acquire()
        try:
            self.end(IsolateDisposed("the isolate has been disposed of"))
            while process.exit is None:
                self._poll_control()
            process.close()
        finally:
            self._lock.release()
        if self._runner is not None:
            self._runner.close()
            self._runner = None

    def _poll_control(self) -> None:
        """Wait for the spawner's next word, whatever the guest does."""
        assert self.process is not None  # noqa: S101 - for the type checker
        control = select.poll()
        control.register(self.process.control, select.POLLIN)
        control.poll()
        self.process.poll()

    def end(self, error: BaseException) -> None:
        """Kill the process because of `error`; everyone who waits gets it."""
        self.host.fail(error)
        self._frames.clear()
        if self.process is not None:
            self.process.kill()

    # Calls of the host

    def request(self, target: int, args: tuple[Any, ...], timeout: float | None = None) -> Any:
        """Call a target of the guest and wait for the answer.

        An exception in the waiting thread (KeyboardInterrupt) cancels the call in the guest.
        """
        self._check_process()
        self._acquire()
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
                self._look_at = deadline
            try:
                while not pending.done:
                    self._turn()
            except BaseException:
                self._cancel(pending)
                raise
        finally:
            self._lock.release()
        return pending.result()

    def _acquire(self) -> None:
        if not self._lock.acquire(blocking=False):
            raise RuntimeError(
                "the isolate is in use by another thread; an isolate serves one thread at a time"
            )

    def _cancel(self, pending: Pending) -> None:
        if not pending.done and self.host.failure is None:
            self._start_cancelling(pending)
            self._look_at = min(self._look_at, self._cancelled[pending.id])
            self._write()

    # Frames of the guest

    def _turn(self) -> None:
        """Handle one frame, waiting for it when there is none."""
        if self._frames:
            self._handle(self._frames.popleft())
            return
        self._write()
        for fd, _ in self._wait():
            if fd == self._output:
                self._read_output()
            elif fd == self._control:
                self._read_control()

    def _wait(self) -> list[tuple[int, int]]:
        """Wait for a pipe, or until the limits on time want a look."""
        if self._look_at == _NEVER:
            return self._poll.poll()
        left = self._look_at - time.monotonic()
        # Rounded up: waking early would only mean another turn.
        ready = self._poll.poll(left * 1000 + 1) if left > 0 else []
        if not ready:
            error = self._exceeded()
            if error is not None:
                self.end(error)
            self._look_at = self._next_look()
        return ready

    def _read_output(self) -> None:
        try:
            frames = self._read()
        except BlockingIOError:
            return
        except ProtocolViolation as error:
            self.end(self.host.violation(error))
            return
        if frames is None:
            # The exit status follows on the control socket and says why.
            self._poll.unregister(self._output)
        elif len(frames) == 1:
            self._handle(frames[0])
        else:
            self._frames.extend(frames)

    def _read_control(self) -> None:
        assert self.process is not None  # noqa: S101 - for the type checker
        try:
            event = self.process.poll()
        except AtollError as error:
            self.end(error)
            raise
        if isinstance(event, ProcessExit):
            self._poll.unregister(self._control)
            started = self.host.ready is not None
            self.end(explain_exit(event, self._limits, started=started))
            if not started:
                self.host.check_alive()

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

    def _answer(self, invocation: Invocation, value: Any, error: BaseException | None) -> None:
        if invocation.id:
            try:
                self.host.answer(invocation.id, value, error)
            except LimitExceeded as exceeded:
                self.end(exceeded)
        elif error is not None:
            logger.error("A callback of an isolate raised", exc_info=error)

    def _run_awaitable(self, value: Awaitable[Any]) -> Any:
        """Run a coroutine of the owner's to its end."""
        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner.run(_await(value))

    def adopt_awaitable(self, handle: int, value: Awaitable[Any]) -> None:
        """Await a Python awaitable and settle the guest's promise for it."""
        try:
            result = self._run_awaitable(value)
        except Exception as error:  # noqa: BLE001 - it goes to the guest
            self.host.post(operations.SETTLE, (handle, False, error))
        else:
            self.host.post(operations.SETTLE, (handle, True, result))

    def cancel_invocation(self, id: int) -> None:
        """The guest no longer wants the answer to that call: it has run by now."""
        self.host.answer(id, None, JSError("AbortError", "the host function was cancelled"))

    def wake_releases(self) -> None:
        """Releases go out with the next call."""

    # Writing

    def _write(self) -> None:
        if self.host.failure is not None:
            return
        self._queue_output()
        for writer in self._writers:
            if writer.size:
                self._write_pipe(writer)

    def _write_pipe(self, writer: PipeWriter) -> None:
        try:
            done = writer.write()
        except OSError:
            writer.clear()  # the process is gone; its exit status tells the rest
            done = True
        if done and writer.fd in self._writing:
            self._writing.discard(writer.fd)
            self._poll.unregister(writer.fd)
        elif not done and writer.fd not in self._writing:
            self._writing.add(writer.fd)
            self._poll.register(writer.fd, select.POLLOUT)


async def _await(value: Awaitable[Any]) -> Any:
    return await value
