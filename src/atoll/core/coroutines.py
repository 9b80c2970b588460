"""Coroutines run to their end from blocking code, wherever that code runs.

A thread without a running event loop runs them in a loop that is kept for the next one, so that
what belongs to a loop (a lock, an HTTP session) may be used by one callback after the other. A
thread whose loop is running, as in a notebook or in a callback's own coroutine, cannot run a second
one: there, a helper thread does, and the caller waits for it.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import contextvars
import threading
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from typing import Any


class CoroutineRunner:
    """The event loops of one isolate's coroutine callbacks."""

    def __init__(self) -> None:
        self._idle: list[asyncio.Runner] = []
        self._closed = False

    def run(self, value: Awaitable[Any], lend: Callable[[], AbstractContextManager[None]]) -> Any:
        """The result of an awaitable. KeyboardInterrupt cancels it.

        Args:
            value: the awaitable.
            lend: entered in the helper thread, if there is one, around everything it does.
        """
        context = contextvars.copy_context()
        if not _loop_is_running():
            return self._run(_await(value), context)
        task = _CancellableTask(value)

        def work() -> Any:
            with lend():
                return self._run(task.run(), context)

        outcome: concurrent.futures.Future[Any] = concurrent.futures.Future()
        try:
            _start_thread(work, outcome)
            return outcome.result()
        except BaseException:
            if not outcome.cancel():  # too late for that: it runs, or has run
                task.cancel()
                concurrent.futures.wait([outcome])
            raise

    def _run(self, main: Any, context: contextvars.Context) -> Any:
        try:
            runner = self._idle.pop()
        except IndexError:
            # With a factory, it leaves the thread's current event loop alone.
            runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        try:
            result = runner.run(main, context=context)
        except Exception:
            self._put_back(runner)
            raise
        except BaseException:
            runner.close()  # what was interrupted must not go on in the next run
            raise
        self._put_back(runner)
        return result

    def _put_back(self, runner: asyncio.Runner) -> None:
        if self._closed:
            runner.close()
        else:
            self._idle.append(runner)

    def close(self) -> None:
        """Close the loops; those that run now are closed when they have finished."""
        self._closed = True
        if self._idle and _loop_is_running():
            closed: concurrent.futures.Future[Any] = concurrent.futures.Future()
            _start_thread(self._close_idle, closed)
            closed.result()
        else:
            self._close_idle()

    def _close_idle(self) -> None:
        while self._idle:
            self._idle.pop().close()


class _CancellableTask:
    """Runs an awaitable in another thread's loop, from where this one may cancel it."""

    def __init__(self, value: Awaitable[Any]) -> None:
        self._value = value
        self._lock = threading.Lock()
        self._cancelled = False
        self._cancel: Callable[[], object] | None = None

    async def run(self) -> Any:
        loop, task = asyncio.get_running_loop(), asyncio.current_task()
        assert task is not None  # noqa: S101 - for the type checker
        with self._lock:
            self._cancel = lambda: loop.call_soon_threadsafe(task.cancel)
            if self._cancelled:
                task.cancel()
        return await self._value

    def cancel(self) -> None:
        with self._lock, contextlib.suppress(RuntimeError):  # the loop may have been closed
            self._cancelled = True
            if self._cancel is not None:
                self._cancel()


def _loop_is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _start_thread(work: Callable[[], Any], outcome: concurrent.futures.Future[Any]) -> None:
    def run() -> None:
        if not outcome.set_running_or_notify_cancel():
            return
        try:
            outcome.set_result(work())
        except BaseException as error:  # noqa: BLE001 - whoever waits gets it
            outcome.set_exception(error)

    # A daemon: a coroutine that ignores its cancellation must not keep the program from ending.
    threading.Thread(target=run, name="atoll-coroutine", daemon=True).start()


async def _await(value: Awaitable[Any]) -> Any:
    return await value
