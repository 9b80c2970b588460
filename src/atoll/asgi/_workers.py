"""Isolates that answer requests: a fixed number of them, each replaced when it ends.

A worker is started, is *ready* while it takes requests, *draining* when it takes no more but has
some under way, and then gone. One that ends by itself is replaced; if that happens again before it
has lived a while, the next waits longer and longer, so that a handler which crashes at once costs
a start now and then and no more.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from atoll.errors import AtollError

if TYPE_CHECKING:
    from atoll.runtime import Runtime

_logger: Final = logging.getLogger("atoll.asgi")

_FIRST_DELAY: Final = 0.1
_LONGEST_DELAY: Final = 10.0
_LIVED_WELL: Final = 10.0
"""Seconds after which an isolate that ends counts as no failure of its start."""

Start = Callable[[], Awaitable["Runtime"]]
"""Makes a runtime that is ready to take requests."""


class NoWorker(AtollError):
    """No isolate can take a request now."""


@dataclass(frozen=True)
class WorkersStatistics:
    """How the isolates of an application do.

    Attributes:
        ready: isolates that take requests.
        starting: isolates that are being started, or wait to be.
        requests: requests under way.
        served: requests that were given to an isolate so far.
        crashes: isolates that ended by themselves so far.
    """

    ready: int
    starting: int
    requests: int
    served: int
    crashes: int


class _Worker:
    __slots__ = ("idle", "requests", "runtime", "since")

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.requests = 0
        self.since = time.monotonic()
        self.idle = asyncio.Event()
        self.idle.set()


class Workers:
    """As many isolates as asked for, each of which takes several requests at a time.

    Args:
        start: makes a runtime.
        count: isolates.
        max_requests: requests under way in one of them.
        patience: seconds that a request waits for an isolate when none is ready.
        grace: seconds that requests under way get, and what they gave to ``waitUntil``, when an
            isolate is no longer wanted.
    """

    def __init__(
        self, start: Start, *, count: int, max_requests: int, patience: float, grace: float
    ) -> None:
        self._start = start
        self._count = count
        self._max_requests = max_requests
        self._patience = patience
        self._grace = grace
        self._ready: list[_Worker] = []
        self._draining: set[_Worker] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._changed: asyncio.Condition | None = None
        self._starting = 0
        self._failures = 0
        self._served = 0
        self._crashes = 0
        self._is_open = False

    @property
    def statistics(self) -> WorkersStatistics:
        """What there is, and what has happened."""
        under_way = sum(worker.requests for worker in self._ready)
        return WorkersStatistics(
            len(self._ready), self._starting, under_way, self._served, self._crashes
        )

    async def open(self) -> None:
        """Start all of them.

        Raises:
            AtollError: one did not start; none is left running.
        """
        self._changed = asyncio.Condition()
        self._is_open = True
        # All are waited for, also when one fails: none is half started when they are ended.
        outcomes = await asyncio.gather(
            *(self._add() for _ in range(self._count)), return_exceptions=True
        )
        failures = [outcome for outcome in outcomes if outcome is not None]
        if failures:
            await self.close()
            raise failures[0]

    async def close(self) -> None:
        """End all of them, those included that are finishing what they have."""
        self._is_open = False
        workers, self._ready = [*self._ready, *self._draining], []
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(self._retire(worker, self._grace) for worker in workers))

    @contextlib.asynccontextmanager
    async def borrow(self) -> AsyncIterator[Runtime]:
        """The isolate with the fewest requests, for one more.

        Raises:
            NoWorker: all have as many as they take, or none is ready in time.
        """
        worker = await self._choose()
        worker.requests += 1
        worker.idle.clear()
        self._served += 1
        try:
            yield worker.runtime
        finally:
            worker.requests -= 1
            if worker.requests == 0:
                worker.idle.set()
            if worker.runtime.failure is not None:
                self._lost(worker)

    async def _choose(self) -> _Worker:
        if not self._is_open:
            raise NoWorker("the application is not running")
        if not self._ready:
            await self._wait_for_one()
        worker = min(self._ready, key=lambda worker: worker.requests)
        if worker.runtime.failure is not None:
            self._lost(worker)
            return await self._choose()
        if worker.requests >= self._max_requests:
            raise NoWorker(f"every isolate has {self._max_requests} requests under way")
        return worker

    async def _wait_for_one(self) -> None:
        changed = self._changed
        if changed is None:
            raise NoWorker("the application is not running")
        try:
            async with asyncio.timeout(self._patience), changed:
                await changed.wait_for(lambda: bool(self._ready) or not self._is_open)
        except TimeoutError:
            raise NoWorker("no isolate is ready") from None
        if not self._ready:
            raise NoWorker("the application is being shut down")

    async def replace_all(self) -> None:
        """Start as many anew, and then let the old ones finish what they have.

        Raises:
            AtollError: a new one did not start; the old ones go on.
        """
        fresh: list[_Worker] = []
        try:
            while len(fresh) < self._count:
                fresh.append(_Worker(await self._start()))
        except BaseException:
            await asyncio.gather(*(self._retire(worker, 0) for worker in fresh))
            raise
        if not self._is_open:  # closed meanwhile
            await asyncio.gather(*(self._retire(worker, 0) for worker in fresh))
            return
        old, self._ready = self._ready, fresh
        for worker in old:
            self._draining.add(worker)
            self._spawn(self._retire(worker, self._grace))

    async def _add(self) -> None:
        self._starting += 1
        try:
            worker = _Worker(await self._start())
        finally:
            self._starting -= 1
        # Closed meanwhile, or all were replaced while one that had ended was.
        if not self._is_open or len(self._ready) >= self._count:
            await worker.runtime.dispose()
            return
        self._ready.append(worker)
        if self._changed is not None:
            async with self._changed:
                self._changed.notify_all()

    async def _replace(self) -> None:
        while self._is_open:
            if self._failures > 1:
                self._starting += 1
                delay = min(_FIRST_DELAY * 2 ** (self._failures - 2), _LONGEST_DELAY)
                try:
                    await asyncio.sleep(delay)
                finally:
                    self._starting -= 1
            try:
                await self._add()
            except Exception:
                self._failures += 1
                _logger.exception("an isolate did not start")
            else:
                return

    def _lost(self, worker: _Worker) -> None:
        """An isolate has ended by itself."""
        if worker not in self._ready:
            return
        self._ready.remove(worker)
        self._crashes += 1
        lived = time.monotonic() - worker.since
        self._failures = 1 if lived >= _LIVED_WELL else self._failures + 1
        self._draining.add(worker)
        self._spawn(self._retire(worker, 0))
        if self._is_open:
            self._spawn(self._replace())

    async def _retire(self, worker: _Worker, grace: float) -> None:
        if grace > 0 and worker.runtime.failure is None:
            with contextlib.suppress(TimeoutError, AtollError):
                async with asyncio.timeout(grace):
                    await worker.idle.wait()
                    await worker.runtime.fetch.background()
        await worker.runtime.dispose()
        self._draining.discard(worker)

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
