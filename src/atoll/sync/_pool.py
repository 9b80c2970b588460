"""The blocking pool: the same policy, carried out by threads."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import EllipsisType, TracebackType
from typing import Any, Final, Generic, Self, TypeVar, overload

from atoll.core.arguments import check_callable, check_seconds
from atoll.core.flavours import BlockingFlavour
from atoll.errors import (
    AtollError,
    IsolateDisposed,
    PoolClosed,
    PoolUnavailable,
    WallTimeLimitExceeded,
)
from atoll.pool import PoolMetrics, _policy
from atoll.pool._options import WARM_UP, WARM_UPS, make_policy
from atoll.sync._isolate import Isolate
from atoll.sync._runtime import Runtime

_logger: Final = logging.getLogger("atoll.pool")
_CHECK_TIME: Final = 5.0
"""Seconds that an idle isolate has to answer."""
_ENDERS: Final = 4
"""Threads beyond those that start isolates, for those that end and check them."""

IsolateT = TypeVar("IsolateT", bound=Isolate)


class Pool(BlockingFlavour, Generic[IsolateT]):
    """Isolates that are ready when they are needed, for any number of threads.

    ::

        with Pool(size=4) as pool:
            with pool.checkout() as rt:
                rt.eval("6 * 7")

    A checkout is always a fresh isolate, which is ended afterwards; see `atoll.Pool`. Threads of
    the pool start and end isolates; calls to an isolate stay in the thread that makes them.
    """

    @overload
    def __init__(
        self: Pool[Runtime],
        make: None = None,
        *,
        size: int = ...,
        limit: int | None = ...,
        timeout: float | None = ...,
        prepare: Callable[[Runtime], object] | None = ...,
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
        prepare: Callable[[IsolateT], object] | None = ...,
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
        prepare: Callable[[Any], object] | None = None,
        max_age: float | None = 600.0,
        health_interval: float | None = 30.0,
        start_timeout: float | None = 30.0,
        starts_at_once: int | None = None,
    ) -> None:
        """Describe a pool; entering it starts it. See `atoll.Pool` for every option.

        `make` and `prepare` are plain functions, called in threads of the pool.
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
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._look_at = _policy.NEVER
        self._isolates: dict[int, IsolateT] = {}
        self._starting: dict[int, tuple[IsolateT | None, float]] = {}
        self._waiting: dict[int, Future[int]] = {}
        self._threads: ThreadPoolExecutor | None = None
        self._keeper: threading.Thread | None = None
        self._owner_pid = os.getpid()

    # Life

    def __enter__(self) -> Self:
        if self._threads is not None:
            raise PoolClosed("a pool can be entered once; make a new one")
        self._owner_pid = os.getpid()
        count = self._policy.starts_at_once + _ENDERS
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="atoll-pool")
        # A daemon: a program that ends without closing its pool is not kept from ending.
        keeper = threading.Thread(target=self._keep, name="atoll-pool", daemon=True)
        try:
            _start_all(self._threads, count)
            keeper.start()
        except RuntimeError as error:
            self._policy.close()
            self._threads.shutdown(cancel_futures=True)
            raise PoolUnavailable(
                f"the pool could not start the {count + 1} threads that it needs ({error}): this "
                "process has no memory for them, or may have no more (ulimit -u)"
            ) from error
        self._keeper = keeper
        self._act()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def drain(self, timeout: float | None = None) -> None:
        """Serve nobody new, wait until everything that is checked out has come back, and close.

        Args:
            timeout: seconds to wait before what is still in use is ended as well.
        """
        if self._is_ours():
            with self._lock:
                self._policy.drain()
                self._act()
                self._changed.wait_for(lambda: self._policy.is_unused, timeout)
        self.close()

    def close(self) -> None:
        """End every isolate, those in use as well. Whoever waits for one gets ``PoolClosed``."""
        if not self._is_ours():
            return
        with self._lock:
            self._policy.close()
            threads, keeper = self._threads, self._keeper
            if threads is None or keeper is None:
                return
            self._act()
            self._changed.wait_for(lambda: self._policy.is_empty)
        keeper.join()
        threads.shutdown()

    # Use

    @contextlib.contextmanager
    def checkout(self, *, timeout: float | EllipsisType | None = ...) -> Iterator[IsolateT]:
        """A fresh isolate for one ``with`` block, after which it is ended.

        Who came first is served first.

        Args:
            timeout: seconds to wait, instead of the pool's; None for as long as it takes.

        Raises:
            PoolTimeout: none became free in time.
            PoolUnavailable: starting isolates has failed time and again.
            PoolClosed: the pool is closed.
        """
        member, isolate = self._acquire(timeout)
        try:
            yield isolate
        finally:
            self._release(member)

    def metrics(self) -> PoolMetrics:
        """What the pool does and has done."""
        with self._lock:
            return self._policy.metrics()

    def _acquire(self, timeout: float | EllipsisType | None) -> tuple[int, IsolateT]:
        timeout = self._timeout if isinstance(timeout, EllipsisType) else timeout
        check_seconds("timeout", timeout, optional=True)
        if self._threads is None:
            raise PoolClosed("the pool has not been started: enter it first, with `with`")
        if not self._is_ours():
            raise PoolClosed("the pool belongs to the process that this one was forked from")
        future: Future[int] = Future()
        waiter = 0
        try:
            with self._lock:
                now = time.monotonic()
                deadline = _policy.NEVER if timeout is None else now + timeout
                waiter = self._policy.request(now, deadline)
                self._waiting[waiter] = future
                self._act(now)
            member = future.result()
            with self._lock:
                isolate = self._isolates.get(member)
        except BaseException as error:
            if not isinstance(error, AtollError):  # KeyboardInterrupt, which may come anywhere
                self._give_up(waiter, future)
            raise
        if isolate is None:
            raise PoolClosed("the pool has been closed")
        return member, isolate

    def _give_up(self, waiter: int, future: Future[int]) -> None:
        with self._lock:
            self._waiting.pop(waiter, None)
            self._policy.withdraw(waiter)
            if future.done() and future.exception() is None:
                self._policy.unused(future.result())
            self._act()

    def _release(self, member: int) -> None:
        if not self._is_ours():
            return
        with self._lock:
            self._policy.returned(member)
            if member in self._isolates:  # otherwise it has been disposed of by `close`
                self._dispose(member)
            self._act()

    def _is_ours(self) -> bool:
        return self._owner_pid == os.getpid()

    # What the policy asks for

    def _act(self, now: float | None = None) -> None:
        with self._lock:
            now = time.monotonic() if now is None else now
            policy = self._policy
            for member in policy.idle():
                failure = self._isolates[member].failure
                if failure is not None:
                    policy.died(member, failure, now)
                    self._dispose(member)
            for action in policy.actions(now):
                self._carry_out(action, now)
            for member, (isolate, deadline) in self._starting.items():
                if deadline <= now and isolate is not None:
                    isolate._driver.abandon(_too_slow(self._start_timeout))
                    self._starting[member] = (isolate, _policy.NEVER)
            deadlines = [deadline for _, deadline in self._starting.values()]
            self._look_at = min(policy.next_look(now), *deadlines, _policy.NEVER)
            self._changed.notify_all()

    def _carry_out(self, action: _policy.Action, now: float) -> None:
        match action:
            case _policy.Start(member):
                deadline = _policy.NEVER
                if self._start_timeout is not None:
                    deadline = now + self._start_timeout
                self._starting[member] = (None, deadline)
                self._submit(self._start, member)
            case _policy.Hand(waiter, member):
                self._waiting.pop(waiter).set_result(member)
            case _policy.Fail(waiter, error):
                self._waiting.pop(waiter).set_exception(error)
            case _policy.Check(member):
                self._submit(self._check, member)
            case _policy.Dispose(member):
                isolate, _ = self._starting.get(member, (None, 0.0))
                if isolate is not None:
                    isolate._driver.abandon(PoolClosed("the pool has been closed"))
                elif member not in self._starting:
                    self._dispose(member)

    def _submit(self, work: Callable[..., None], *args: Any) -> None:
        assert self._threads is not None  # noqa: S101 - for the type checker
        # When the program ends, threads take no more work, and every isolate ends with it.
        with contextlib.suppress(RuntimeError):
            self._threads.submit(self._run, work, *args)

    def _run(self, work: Callable[..., None], *args: Any) -> None:
        try:
            work(*args)
        except BaseException:
            _logger.exception("A thread of a pool failed")
            raise
        finally:
            self._act()

    def _keep(self) -> None:
        """Look again when it is time to, in a thread of its own."""
        with self._lock:
            while not (self._policy.has_closed() and self._policy.is_empty):
                wait = self._look_at - time.monotonic()
                self._changed.wait(None if wait == _policy.NEVER else max(0.0, wait))
                if time.monotonic() >= self._look_at:
                    self._act()

    def _start(self, member: int) -> None:
        isolate: IsolateT | None = None
        try:
            isolate = self._make()
            with self._lock:
                self._starting[member] = (isolate, self._starting[member][1])
                if self._policy.has_closed():
                    raise PoolClosed("the pool has been closed")
            isolate.__enter__()
            for _ in range(0 if self._waiting else WARM_UPS):
                isolate.eval(WARM_UP, [{}])
            if self._prepare is not None:
                self._prepare(isolate)
            if isolate.failure is not None:
                raise isolate.failure
        except BaseException as error:
            if isolate is not None:
                isolate.dispose()
            with self._lock:
                del self._starting[member]
                self._policy.start_failed(member, error, time.monotonic())
                if self._policy.metrics().failures_in_a_row:
                    _logger.warning("An isolate of a pool could not be started", exc_info=error)
        else:
            with self._lock:
                del self._starting[member]
                self._isolates[member] = isolate
                if self._policy.has_closed():
                    self._dispose(member)
                else:
                    self._policy.started(member, time.monotonic())

    def _check(self, member: int) -> None:
        with self._lock:
            isolate = self._isolates.get(member)
        if isolate is None:
            return
        try:
            isolate.eval("0", timeout=_CHECK_TIME)
        except Exception as error:  # noqa: BLE001 - whatever it is, it does not work
            with self._lock:
                if member in self._isolates:
                    self._policy.died(member, error, time.monotonic())
                    self._dispose(member)
        else:
            with self._lock:
                self._policy.checked(member, time.monotonic())

    def _dispose(self, member: int) -> None:
        isolate = self._isolates.pop(member, None)
        if isolate is not None:
            error = IsolateDisposed("the isolate went back to its pool, and was ended")
            isolate._driver.abandon(error)
            self._submit(self._end, member, isolate)

    def _end(self, member: int, isolate: IsolateT) -> None:
        try:
            # Whoever still uses it finds out at once, as its process has been killed.
            while True:
                try:
                    isolate.dispose()
                    break
                except RuntimeError:  # in use by another thread
                    time.sleep(0.001)
        finally:
            with self._lock:
                self._policy.gone(member)


def _start_all(threads: ThreadPoolExecutor, count: int) -> None:
    """Have every thread now, so that none is missing once there is work for it.

    Raises:
        RuntimeError: there can be no more.
    """
    together = threading.Barrier(count)

    def wait() -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            together.wait()

    try:
        for _ in range(count):
            threads.submit(wait)
    except BaseException:
        together.abort()
        raise


def _too_slow(seconds: float | None) -> AtollError:
    return WallTimeLimitExceeded(
        f"starting and preparing an isolate took longer than {seconds:g} s (start_timeout)"
    )
