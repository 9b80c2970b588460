"""The asyncio pool: carries out what the policy asks for."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from types import EllipsisType, TracebackType
from typing import Any, Final, Generic, Self, TypeVar, overload

from atoll.core.arguments import check_callable, check_seconds
from atoll.core.flavours import AsyncFlavour
from atoll.core.isolate import Isolate
from atoll.errors import IsolateDisposed, PoolClosed
from atoll.pool import _policy
from atoll.pool._metrics import PoolMetrics
from atoll.pool._options import WARM_UP, WARM_UPS, make_policy
from atoll.runtime import Runtime

_logger: Final = logging.getLogger("atoll.pool")
_CHECK_TIME: Final = 5.0
"""Seconds that an idle isolate has to answer."""

_OTHER_LOOP: Final = "the pool belongs to another event loop; make one pool per loop"

IsolateT = TypeVar("IsolateT", bound=Isolate)


class Pool(AsyncFlavour, Generic[IsolateT]):
    """Isolates that are ready when they are needed.

    ::

        async with Pool(size=4) as pool:
            async with pool.checkout() as rt:
                await rt.eval("6 * 7")

    A checkout is always a fresh isolate that nobody has used before, and it is ended afterwards:
    nothing passes from one user of the pool to another. New ones are started in the background.

    A pool belongs to the event loop it was entered on.
    """

    @overload
    def __init__(
        self: Pool[Runtime],
        make: None = None,
        *,
        size: int = ...,
        limit: int | None = ...,
        timeout: float | None = ...,
        prepare: Callable[[Runtime], Awaitable[object]] | None = ...,
        max_age: float | None = ...,
        health_interval: float | None = ...,
        start_timeout: float | None = ...,
        starts_at_once: int | None = ...,
    ) -> None: ...

    @overload
    def __init__(
        self,
        make: Callable[[], IsolateT],
        *,
        size: int = ...,
        limit: int | None = ...,
        timeout: float | None = ...,
        prepare: Callable[[IsolateT], Awaitable[object]] | None = ...,
        max_age: float | None = ...,
        health_interval: float | None = ...,
        start_timeout: float | None = ...,
        starts_at_once: int | None = ...,
    ) -> None: ...

    def __init__(
        self,
        make: Callable[[], Any] | None = None,
        *,
        size: int = 2,
        limit: int | None = None,
        timeout: float | None = 30.0,
        prepare: Callable[[Any], Awaitable[object]] | None = None,
        max_age: float | None = 600.0,
        health_interval: float | None = 30.0,
        start_timeout: float | None = 30.0,
        starts_at_once: int | None = None,
    ) -> None:
        """Describe a pool; entering it starts it.

        Args:
            make: called for each isolate: returns a new one, not entered. By default ``Runtime``.
                Give it capabilities of its own each time: ``lambda: Runtime(fetch=handler)``.
            size: isolates that are kept ready. Whoever finds none raises that by one, up to four
                times as many; it goes down again when nobody has waited for a while.
            limit: isolates in total, those in use included; by default four times ``size``, and at
                least 8.
            timeout: seconds that a checkout waits, unless it says otherwise; None for no limit.
            prepare: awaited with each isolate before it is handed out: defines functions, loads
                code. What it raises counts as a failed start.
            max_age: seconds after which an isolate that nobody has used is replaced.
            health_interval: seconds between checks of whether an idle isolate still answers.
            start_timeout: seconds that starting and preparing one may take.
            starts_at_once: isolates that are started at the same time; by default one for each
                processor.

        Raises:
            ValueError, TypeError: an option is out of range.
        """
        self._policy = make_policy(
            size=size,
            limit=limit,
            starts_at_once=starts_at_once,
            max_age=max_age,
            health_interval=health_interval,
        )
        check_seconds("timeout", timeout, optional=True)
        check_seconds("start_timeout", start_timeout, optional=True)
        check_callable("make", make, "a function that makes an isolate")
        check_callable("prepare", prepare, "a function of the isolate")
        self._make: Callable[[], Any] = make or Runtime
        self._prepare = prepare
        self._timeout = timeout
        self._start_timeout = start_timeout
        self._loop: asyncio.AbstractEventLoop | None = None
        self._isolates: dict[int, IsolateT] = {}
        self._waiting: dict[int, asyncio.Future[int]] = {}
        self._starting: dict[int, asyncio.Task[None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._changed = asyncio.Event()
        self._owner_pid = os.getpid()

    # Life

    async def __aenter__(self) -> Self:
        if self._loop is not None:
            raise PoolClosed("a pool can be entered once; make a new one")
        self._loop = asyncio.get_running_loop()
        self._act()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def drain(self, timeout: float | None = None) -> None:
        """Serve nobody new, wait until everything that is checked out has come back, and close.

        Args:
            timeout: seconds to wait before what is still in use is ended as well.
        """
        self._check_loop()
        self._policy.drain()
        if self._loop is not None and not self._is_abandoned:
            self._act()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout):
                    while not self._policy.is_unused:
                        self._changed.clear()
                        await self._changed.wait()
        await self.close()

    async def close(self) -> None:
        """End every isolate, those in use as well. Whoever waits for one gets ``PoolClosed``.

        Raises:
            RuntimeError: the pool belongs to another event loop, which runs.
        """
        self._check_loop()
        self._policy.close()
        if self._loop is None or self._owner_pid != os.getpid():
            return
        if self._is_abandoned:
            while self._isolates:
                await self._isolates.popitem()[1].dispose()
            return
        self._act()
        while self._tasks:
            await asyncio.wait(self._tasks)

    # Use

    @contextlib.asynccontextmanager
    async def checkout(
        self, *, timeout: float | EllipsisType | None = ...
    ) -> AsyncIterator[IsolateT]:
        """A fresh isolate for one ``async with`` block, after which it is ended.

        Who came first is served first.

        Args:
            timeout: seconds to wait, instead of the pool's; None for as long as it takes.

        Raises:
            PoolTimeout: none became free in time.
            PoolUnavailable: starting isolates has failed time and again.
            PoolClosed: the pool is closed.
        """
        member, isolate = await self._acquire(timeout)
        try:
            yield isolate
        finally:
            self._release(member)

    def metrics(self) -> PoolMetrics:
        """What the pool does and has done."""
        return self._policy.metrics()

    async def _acquire(self, timeout: float | EllipsisType | None) -> tuple[int, IsolateT]:
        timeout = self._timeout if isinstance(timeout, EllipsisType) else timeout
        check_seconds("timeout", timeout, optional=True)
        loop = self._check_use()
        now = time.monotonic()
        waiter = self._policy.request(now, _policy.NEVER if timeout is None else now + timeout)
        future = self._waiting[waiter] = loop.create_future()
        self._act(now)
        try:
            member = await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled() and future.exception() is None:
                self._policy.unused(future.result())
            else:
                self._waiting.pop(waiter, None)
                self._policy.withdraw(waiter)
            self._act()
            raise
        if member not in self._isolates:
            raise PoolClosed("the pool has been closed")
        return member, self._isolates[member]

    def _release(self, member: int) -> None:
        self._policy.returned(member)
        if member in self._isolates:  # otherwise it has been disposed of by `close`
            self._dispose(member)
        self._act()

    def _check_use(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            raise PoolClosed("the pool has not been started: enter it first, with `async with`")
        if self._owner_pid != os.getpid():
            raise PoolClosed("the pool belongs to the process that this one was forked from")
        if asyncio.get_running_loop() is not self._loop:
            raise RuntimeError(_OTHER_LOOP)
        return self._loop

    @property
    def _is_abandoned(self) -> bool:
        """Whether its loop no longer runs."""
        return self._loop is not None and not self._loop.is_running()

    def _check_loop(self) -> None:
        if (
            self._owner_pid == os.getpid()
            and self._loop is not None
            and self._loop.is_running()
            and self._loop is not asyncio.get_running_loop()
        ):
            raise RuntimeError(_OTHER_LOOP)

    # What the policy asks for

    def _act(self, now: float | None = None) -> None:
        now = time.monotonic() if now is None else now
        policy = self._policy
        for member in policy.idle():
            failure = self._isolates[member].failure
            if failure is not None:
                policy.died(member, failure, now)
                self._dispose(member)
        for action in policy.actions(now):
            match action:
                case _policy.Start(member):
                    self._spawn(self._start(member), starts=member)
                case _policy.Hand(waiter, member):
                    self._waiting.pop(waiter).set_result(member)
                case _policy.Fail(waiter, error):
                    self._waiting.pop(waiter).set_exception(error)
                case _policy.Check(member):
                    self._spawn(self._check(member))
                case _policy.Dispose(member):
                    starting = self._starting.get(member)
                    if starting is None:
                        self._dispose(member)
                    else:
                        starting.cancel()
        self._changed.set()
        self._look_again(policy.next_look(now), now)

    def _look_again(self, at: float, now: float) -> None:
        assert self._loop is not None  # noqa: S101 - for the type checker
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if at != _policy.NEVER:
            self._timer = self._loop.call_later(max(0.001, at - now), self._act)

    def _spawn(self, work: Coroutine[Any, Any, None], starts: int = 0) -> None:
        assert self._loop is not None  # noqa: S101 - for the type checker
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        if starts:
            self._starting[starts] = task

    async def _start(self, member: int) -> None:
        isolate: IsolateT | None = None
        try:
            async with asyncio.timeout(self._start_timeout):
                isolate = self._make()
                await isolate.__aenter__()
                for _ in range(0 if self._waiting else WARM_UPS):
                    await isolate.eval(WARM_UP, [{}])
                if self._prepare is not None:
                    await self._prepare(isolate)
                if isolate.failure is not None:
                    raise isolate.failure
        except BaseException as error:
            if isolate is not None:
                await isolate.dispose()
            self._policy.start_failed(member, error, time.monotonic())
            if not isinstance(error, Exception):
                if not isinstance(error, asyncio.CancelledError):
                    raise
            elif self._policy.metrics().failures_in_a_row:
                _logger.warning("An isolate of a pool could not be started", exc_info=error)
        else:
            self._isolates[member] = isolate
            self._policy.started(member, time.monotonic())
        finally:
            del self._starting[member]
            self._act()

    async def _check(self, member: int) -> None:
        isolate = self._isolates[member]
        try:
            async with asyncio.timeout(_CHECK_TIME):
                await isolate.statistics()
        except Exception as error:  # noqa: BLE001 - whatever it is, it does not work
            self._policy.died(member, error, time.monotonic())
            self._dispose(member)
        else:
            self._policy.checked(member, time.monotonic())
        self._act()

    def _dispose(self, member: int) -> None:
        isolate = self._isolates.pop(member, None)
        if isolate is not None:
            isolate._driver.end(IsolateDisposed("the isolate went back to its pool, and was ended"))
            self._spawn(self._end(member, isolate))

    async def _end(self, member: int, isolate: IsolateT) -> None:
        try:
            await isolate.dispose()
        finally:
            self._policy.gone(member)
            self._act()
