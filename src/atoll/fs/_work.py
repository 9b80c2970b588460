"""Where the work of a file system is done: at once, or in a worker thread.

The File System Standard has one queue on which everything is done in order ("file system queue").
A file system that may wait gets one thread for it, so that the owner's event loop goes on; what
reads snapshots of files is in no queue in the Standard either, and runs beside it.

A thread costs more than it looks like: under load, the interpreter lets it wait up to 5 ms after
every system call. With two busy processors, making 2500 files took 20 s with all work in the
thread, and 4 s with quick work done at once. So that is what happens on file systems that are quick
as a rule, until one piece of work takes longer than it should.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any, Final

from atoll.fs._errors import UNKNOWN, failed
from atoll.fs._protocol import FileSystem

logger: Final = logging.getLogger("atoll.fs")
_LOGGED: Final = 100
"""Unexpected exceptions of a file system that are logged, for one isolate."""
_READERS: Final = 4
_SLOW: Final = 0.01
"""Seconds that quick work may take; what takes longer sends the rest to the worker thread…"""
_PENALTY: Final = 20
"""…for so many times as long, so that it holds the event loop up for a twentieth of the time."""

_LINGER: Final = 0.1
"""Seconds that a thread waits for more work: starting one takes longer than most of it."""

Work = Callable[[], Any]
Done = Callable[[Any], None]


class Worker:
    """Does the work for one isolate.

    Attributes:
        inline: whether everything is done at once.
    """

    def __init__(self, filesystem: FileSystem) -> None:
        self.inline = not filesystem.blocking
        self._quick = filesystem.quick
        self._slow_until = 0.0
        self._queue = _Queue()
        self._readers = [_Queue() for _ in range(_READERS)]
        self._waiting = 0
        self._left_to_log = _LOGGED

    def do(
        self, work: Work, done: Done | None, *, quick: bool = False, beside: bool = False
    ) -> Awaitable[Any] | Any:
        """The answer to the guest: what ``work`` returns, or its failure.

        Args:
            work: may raise anything.
            done: called with the answer, in the isolate's own thread.
            quick: concerns a single entry, or few bytes.
            beside: does not change anything, so need not wait its turn.
        """
        if self.inline:
            answer = self.attempt(work)
        elif quick and self._may_be_quick():
            began = time.monotonic()
            answer = self.attempt(work)
            now = time.monotonic()
            if now - began > _SLOW:
                self._slow_until = now + _PENALTY * (now - began)
        else:
            return self._in_thread(work, done, beside)
        if done is not None:
            done(answer)
        return answer

    def _may_be_quick(self) -> bool:
        """Whether it is not known to be slow now, and nobody waits who comes first."""
        return self._quick and self._waiting == 0 and time.monotonic() >= self._slow_until

    async def _in_thread(self, work: Work, done: Done | None, beside: bool) -> Any:
        queue = min(self._readers, key=len) if beside else self._queue
        if not beside:
            self._waiting += 1
        try:
            answer = await asyncio.wrap_future(queue.submit(lambda: self.attempt(work)))
        finally:
            if not beside:
                self._waiting -= 1
        if done is not None:
            done(answer)
        return answer

    def attempt(self, work: Work) -> Any:
        """What ``work`` returns, or the answer for its failure.

        A file system that exits or cancels does that to itself, not to the owner's program.

        Raises:
            KeyboardInterrupt: the owner's own, who wants the program to end.
        """
        try:
            return work()
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            answer = failed(error)
            if answer == list(UNKNOWN) and self._left_to_log > 0:
                self._left_to_log -= 1
                logger.exception("A file system of an isolate raised")
            return answer

    @property
    def is_busy(self) -> bool:
        """Whether there is work for the thread, or in it."""
        return len(self._queue) > 0

    async def finish(self, work: Callable[[], None]) -> None:
        """Do the last work, after everything that is under way."""
        last = asyncio.wrap_future(self._queue.submit(lambda: self.attempt(work)))
        await asyncio.shield(last)


class _Queue:
    """Work that is done in order, by a thread that is there while there is some."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.Lock())
        self._items: deque[tuple[Work, Future[Any]]] = deque()
        self._has_thread = False
        self._working = False

    def __len__(self) -> int:
        return len(self._items) + self._working

    def submit(self, work: Work) -> Future[Any]:
        """Have work done.

        Raises:
            RuntimeError: no thread can be started.
        """
        future: Future[Any] = Future()
        with self._changed:
            if not self._has_thread:
                # A daemon: a disk that does not answer must not keep the program from ending.
                threading.Thread(target=self._run, name="atoll-fs", daemon=True).start()
                self._has_thread = True
            self._items.append((work, future))
            self._changed.notify()
        return future

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._items:
                    self._changed.wait(_LINGER)
                if not self._items:
                    self._has_thread = False
                    return
                work, future = self._items.popleft()
                self._working = True
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(work())
                except BaseException as error:  # noqa: BLE001 - for whoever waits
                    future.set_exception(error)
            self._working = False
            del work, future
