"""What both drivers share: the process, its pipes, and the limits on time."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections import deque
from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING, Any, Final, get_args

from atoll.core import operations
from atoll.core.bundle import core_script
from atoll.core.cancellations import Cancellations
from atoll.core.host import Host, Invocation, Pending
from atoll.core.launch import Confinement, bound_memory, cpu_exceeded, launch
from atoll.core.reference import BaseReference
from atoll.engine import IsolateProcess
from atoll.engine.pipe_writer import PipeWriter
from atoll.engine.process import widen_pipe
from atoll.errors import (
    AtollError,
    HostOutOfMemory,
    IsolateCrashed,
    IsolateDisposed,
    JSError,
    LimitExceeded,
    WallTimeLimitExceeded,
)
from atoll.limits import Limits, MiB
from atoll.wire.frames import Frame
from atoll.wire.session import INPUT, REPLIES

if TYPE_CHECKING:
    from atoll.core.capability import EndedHook
    from atoll.observe import Observer

logger = logging.getLogger("atoll.isolate")

_CPU_CHECK: Final = 0.02
"""Shortest interval, in seconds, between looks at the processor clock."""
READ_SIZE: Final = 64 * 1024
MOST_VECTORS: Final = 64
"""Buffers that one system call fills; the kernel takes 1024 at most."""
_NEVER: Final = float("inf")
_OTHER_LOOP: Final = "attached to a different loop"
NO_START: Final = "there is no memory for another isolate"
WIDE_PIPE: Final = 256 * 1024
"""Bytes that a pipe holds once it has had much to carry; 64 KiB is usual."""
_WIDE_FROM: Final = 128 * 1024
"""Bytes waiting for a pipe from which on it is made wide."""
_RELEASES_WAIT: Final = 1 * MiB
"""Bytes waiting for the guest beyond which it is not told of released references as well."""
PLAIN: Final = frozenset({type(None), bool, int, float, str, bytes, list, dict, tuple})
"""Types of results that are quickly known not to be awaitable."""


def check_timeout(value: object) -> None:
    """Refuse what is no time, before anything has been sent. One that has passed is a time."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise TypeError(f"timeout is seconds, or None for that of the limits; not {value!r}")


class Driver:
    """One isolate's process and pipes.

    Attributes:
        host: the half that does no I/O.
        process: the process, once it has been launched.
        started_at: when that was, by `time.monotonic`.
        confinement: how strictly the owner wants it confined.
        ended_hooks: what capabilities have to do when the isolate has ended.
    """

    reference_classes: Mapping[str, type[BaseReference]]

    def __init__(self, limits: Limits, confinement: Confinement, observer: Observer | None) -> None:
        if not isinstance(limits, Limits):
            raise TypeError(f"limits is Limits(…) or None, not {limits!r}")
        if confinement not in get_args(Confinement):
            known = ", ".join(map(repr, get_args(Confinement)))
            raise ValueError(f"confinement is one of {known}, not {confinement!r}")
        self.host = self._make_host(limits, observer)
        self.process: IsolateProcess | None = None
        self.started_at = 0.0
        self._limits = limits
        self.confinement = confinement
        self.ended_hooks: list[EndedHook] = []
        self._owner_pid = os.getpid()
        self._wide: set[int] = set()
        self._writers: tuple[PipeWriter, ...] = ()
        self._cancelled = Cancellations()

    def _make_host(self, limits: Limits, observer: Observer | None) -> Host:
        if observer is None:
            return Host(limits, self)
        from atoll.observe import Observer
        from atoll.observe._host import ObservedHost

        if not isinstance(observer, Observer):
            raise TypeError(f"observer is an Observer or None, not {observer!r}")
        return ObservedHost(limits, self, observer)

    def _launch(self) -> IsolateProcess:
        self.started_at = time.monotonic()
        process = self.process = launch(self._limits, self.confinement)
        writers = self._writers = (PipeWriter(process.input), PipeWriter(process.replies))
        script = core_script()
        writers[INPUT].feed([script])
        writers[INPUT].written -= len(script)  # the session counts its own bytes
        self.host.session.written = lambda pipe: writers[pipe].written
        return process

    @property
    def is_open(self) -> bool:
        """Whether there is a process of ours that has not been disposed of."""
        process = self.process
        return process is not None and process.control >= 0 and self._owner_pid == os.getpid()

    def ended(self) -> BaseException | None:
        """What has ended the isolate, if that is known."""
        return self.host.failure

    def abandon(self, error: AtollError) -> None:
        """End the process from any thread; whoever uses the isolate later gets `error`."""
        raise NotImplementedError

    def terminate(self) -> None:
        """End the process from any thread, because its owner wants it."""
        self._check_process()
        if self.host.failure is None:
            self.abandon(IsolateDisposed("the isolate was terminated"))

    def _check_process(self) -> None:
        if self.process is None:
            raise IsolateDisposed(
                "the isolate has not been started: enter it first, with `async with Isolate()`, "
                "or with `with` for atoll.sync"
            )
        if self._owner_pid != os.getpid():
            raise IsolateDisposed(
                "the isolate belongs to the process that this one was forked from; make a new one"
            )

    # Pipes

    def _read(self) -> list[Frame] | None:
        """One read of the guest's output: the frames it completed; None at the end of the pipe.

        Raises:
            BlockingIOError: there is nothing to read.
            ProtocolViolation: end the isolate.
        """
        assert self.process is not None  # noqa: S101 - for the type checker
        session = self.host.session
        targets = session.targets
        if targets:
            self._widen(self.process.output)
            count = os.readv(self.process.output, targets[:MOST_VECTORS])
            return session.filled(count) if count else None
        data = os.read(self.process.output, READ_SIZE)
        return session.feed(data) if data else None

    def _queue_output(self) -> None:
        """Hand what the session wants to say to the pipes' writers."""
        host = self.host
        if host.handles.released and self._backlog() < _RELEASES_WAIT:
            host.flush_releases()
        outgoing = host.session.outgoing
        for pipe in (INPUT, REPLIES):
            buffers = outgoing[pipe]
            if buffers:
                if host.recorder is not None:
                    host.recorder.sent(pipe, buffers)
                writer = self._writers[pipe]
                writer.feed(buffers)
                buffers.clear()
                if writer.size > _WIDE_FROM:
                    self._widen(writer.fd)

    def _widen(self, fd: int) -> None:
        """Let a pipe that has much to carry hold more at a time.

        Only such a one: the system bounds what all pipes of a user hold, and beyond that gives
        every new one less than usual.
        """
        if fd not in self._wide:
            self._wide.add(fd)
            widen_pipe(fd, WIDE_PIPE)

    def _backlog(self) -> int:
        """Bytes that wait for the guest to read them."""
        return sum(writer.size for writer in self._writers)

    def _starved(self) -> HostOutOfMemory:
        """End the isolate, as there was no memory for what it said: half of that may be lost."""
        error = HostOutOfMemory(
            "the host had no memory for a message of the guest, so the isolate was ended"
        )
        self.end(error)
        return error

    def _guest_is_ready(self) -> None:
        assert self.process is not None  # noqa: S101 - for the type checker
        bound_memory(self.process, self._limits)

    # Calls

    def post(self, target: int, args: tuple[Any, ...]) -> None:
        """Send a message that has no answer."""
        raise NotImplementedError

    def _start_reads(self, started: deque[Pending], args: tuple[Any, ...], count: int) -> bool:
        """Ask for chunks of a stream before they are wanted; `_flush` has to follow.

        Not while the guest is blocked: it could not answer.
        """
        host = self.host
        if host.failure is not None or host.session.blocked:
            return False
        while len(started) < count:
            started.append(host.call(operations.STREAM_READ, args))
        return True

    # Answers

    def end(self, error: BaseException) -> None:
        """Kill the process because of `error`; everyone who waits gets it."""
        raise NotImplementedError

    def _answer(self, invocation: Invocation, value: Any, error: BaseException | None) -> None:
        if isinstance(error, asyncio.CancelledError):
            # Whoever waits for the guest has not been cancelled, so it must not look like that.
            error = JSError("AbortError", "the host function was cancelled")
        elif type(error) is RuntimeError and _OTHER_LOOP in str(error):
            # The text of asyncio tells the guest of tasks, with the paths of their files.
            logger.error("A callback of an isolate awaited in the wrong loop", exc_info=error)
            error = RuntimeError(
                "the function awaited what belongs to another event loop; start that with "
                "asyncio.run_coroutine_threadsafe, and await asyncio.wrap_future of it"
            )
        if invocation.id:
            try:
                self.host.answer(invocation.id, value, error, invocation.export.id)
            except LimitExceeded as exceeded:
                self.end(exceeded)
        elif error is not None and not isinstance(error, KeyboardInterrupt | SystemExit):
            # Those two go on to whoever runs the program.
            logger.error("A callback of an isolate raised", exc_info=error)

    # Limits on time

    def _set_deadline(self, pending: Pending, timeout: float | None) -> float:
        """When a call must have been answered; infinity for no limit."""
        # A stream may have nothing to say for as long as it likes: a server's events, for instance.
        limit = self._limits.call_time if timeout is None and not pending.untimed else timeout
        if limit is None:
            return _NEVER
        pending.limit = limit
        deadline = pending.deadline = time.monotonic() + limit
        return deadline

    def _start_cancelling(self, pending: Pending) -> None:
        """Ask the guest to give a call up, and give it a moment to."""
        pending.on_done = self._cancellation_done
        pending.deadline = None
        self.host.session.cancel(pending.id)
        self._cancelled.begin(pending.id, self._used())

    def _cancellation_done(self, pending: Pending) -> None:
        self._cancelled.done(pending.id)

    def _used(self) -> float:
        """Seconds of processor time."""
        return 0.0 if self.process is None else self.process.cpu_time()

    def _next_look(self) -> float:
        """When the limits on time want to be looked at again."""
        look = self._cancelled.next_look()
        for pending in self._pending():
            if pending.deadline is not None and pending.deadline < look:
                look = pending.deadline
        return min(look, self._next_look_at_process())

    def _next_look_at_process(self) -> float:
        look = _NEVER
        if self._limits.wall_time is not None:
            look = self.started_at + self._limits.wall_time
        if self._limits.cpu_time is not None and self.process is not None:
            left = self._limits.cpu_time - self._used()
            look = min(look, time.monotonic() + max(_CPU_CHECK, left / (os.cpu_count() or 1)))
        return look

    def _exceeded(self) -> AtollError | None:
        """The limit on time that has been exceeded, if any."""
        now = time.monotonic()
        limits = self._limits
        if limits.cpu_time is not None and self._used() > limits.cpu_time:
            return cpu_exceeded(limits)
        if limits.wall_time is not None and now >= self.started_at + limits.wall_time:
            return WallTimeLimitExceeded(
                f"the isolate lived longer than {limits.wall_time:g} s (Limits.wall_time)"
            )
        for pending in self._pending():
            if pending.deadline is not None and now >= pending.deadline:
                which = "Limits.call_time" if pending.limit == limits.call_time else "its timeout"
                return WallTimeLimitExceeded(
                    f"a call took longer than {pending.limit:g} s ({which}); the isolate was ended"
                )
        if self._cancelled and self.host.session.blocked:
            # It waits for a callback of ours and cannot hear; its time begins after that.
            self._cancelled.renew(self._used())
        if self._ignores_cancellation():
            return IsolateCrashed("the guest did not react to a cancellation and was ended")
        return None

    def _ignores_cancellation(self) -> bool:
        return self._cancelled.are_ignored(self._used())

    def _pending(self) -> list[Pending]:
        # Copies, since the watchdog looks from a thread of its own.
        calls = self.host.session.calls.copy()
        return [call for call in calls.values() if isinstance(call, Pending)]

    # For the host

    def make_reference(self, handle: int, kind: str) -> BaseReference:
        """A reference of this driver's flavour."""
        classes = self.reference_classes
        return classes.get(kind, classes["object"])(self, handle, kind)

    def adopt_awaitable(self, handle: int, value: Awaitable[Any]) -> None:
        """Await a Python awaitable and settle the guest's promise for it."""
        raise NotImplementedError

    def cancel_invocation(self, id: int) -> None:
        """The guest no longer wants the answer to that call."""
        raise NotImplementedError

    def wake_releases(self) -> None:
        """References have been released: tell the guest when there is an occasion."""
        raise NotImplementedError
