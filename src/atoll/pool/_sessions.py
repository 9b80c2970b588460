"""Sessions: isolates that keep their state for whoever they belong to."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable
from types import TracebackType
from typing import Any, Generic, Self

from atoll.core.arguments import check_callable, check_count, check_seconds
from atoll.core.flavours import AsyncFlavour
from atoll.errors import PoolClosed, PoolTimeout
from atoll.pool._pool import IsolateT, Pool


class _Session(Generic[IsolateT]):
    """What belongs to one key."""

    def __init__(self) -> None:
        self.turn = asyncio.Lock()
        self.users = 0
        self.member = 0
        self.isolate: IsolateT | None = None
        self.used_at = 0.0


class Sessions(AsyncFlavour, Generic[IsolateT]):
    """One isolate for each key, which keeps its state from one use to the next.

    ::

        async with Pool(size=2, limit=50) as pool, Sessions(pool, limit=40) as sessions:
            async with sessions.use("tenant-1") as rt:
                await rt.eval("visits = (globalThis.visits ?? 0) + 1")

    A session begins with a fresh isolate of the pool, and ends when nobody has used it for a while,
    when room is needed for another (the one that has not been used for the longest time goes), when
    its isolate ends (a limit, a crash), or by `end`. Then the next use of its key begins with a
    fresh isolate, without the state.
    """

    def __init__(
        self,
        pool: Pool[IsolateT],
        *,
        limit: int = 64,
        idle_timeout: float | None = 300.0,
        exclusive: bool = True,
        prepare: Callable[[Any, IsolateT], Awaitable[object]] | None = None,
    ) -> None:
        """Describe the sessions; entering starts them.

        Args:
            pool: where isolates come from. They count as in use there, so its ``limit`` should be
                higher than this one.
            limit: sessions at once.
            idle_timeout: seconds without a use after which a session ends; None for never.
            exclusive: uses of one key take turns. Without it they may overlap, as calls to one
                isolate may.
            prepare: awaited with the key and the isolate when a session begins: brings back what
                was stored, for instance.

        Raises:
            ValueError, TypeError: an option is out of range.
        """
        check_count("limit", limit)
        check_seconds("idle_timeout", idle_timeout, optional=True)
        check_callable("prepare", prepare, "a function of the isolate")
        self._pool = pool
        self._limit = limit
        self._idle_timeout = idle_timeout
        self._exclusive = exclusive
        self._prepare = prepare
        self._sessions: OrderedDict[Hashable, _Session[IsolateT]] = OrderedDict()
        self._queue: deque[asyncio.Future[None]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End every session, those in use as well."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        for key in list(self._sessions):
            self._drop(key)
        while self._queue:
            self._wake()

    @contextlib.asynccontextmanager
    async def use(self, key: Hashable, *, timeout: float | None = 30.0) -> AsyncIterator[IsolateT]:
        """The isolate of a key, for one ``async with`` block.

        Args:
            key: whose it is: anything that a dict takes as a key.
            timeout: seconds to wait for a turn, for room, and for an isolate, together; None for as
                long as it takes.

        Raises:
            PoolTimeout: it took longer.
            PoolUnavailable, PoolClosed: there is no isolate to be had.
        """
        check_seconds("timeout", timeout, optional=True)
        async with contextlib.AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(timeout):
                    session = await self._join(key)
                    stack.callback(self._leave, key, session)
                    if self._exclusive:
                        await stack.enter_async_context(session.turn)
                        isolate = await self._isolate_of(key, session)
                    else:
                        async with session.turn:
                            isolate = await self._isolate_of(key, session)
            except TimeoutError as error:
                if isinstance(error, PoolTimeout):
                    raise
                raise PoolTimeout(
                    f"no turn, room or isolate for this session within {timeout:g} s: "
                    f"{len(self._sessions)} of {self._limit} sessions are there; raise limit= or "
                    "timeout=, or keep uses shorter"
                ) from None
            yield isolate

    async def end(self, key: Hashable) -> bool:
        """End a session, if there is one; returns whether there was. Who uses it is cut off."""
        found = key in self._sessions
        if found:
            self._drop(key)
        return found

    def __contains__(self, key: Hashable) -> bool:
        return key in self._sessions

    def __len__(self) -> int:
        """How many sessions there are."""
        return len(self._sessions)

    # Sessions come and go

    async def _join(self, key: Hashable) -> _Session[IsolateT]:
        """The session of a key, made if need be, and counted as used from now on."""
        while not self._closed and key not in self._sessions and not self._make_room():
            await self._wait_for_room()
        if self._closed:
            raise PoolClosed("the sessions have been closed")
        session = self._sessions.setdefault(key, _Session())
        self._sessions.move_to_end(key)
        session.users += 1
        return session

    async def _wait_for_room(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._queue.remove(turn)
            else:
                self._wake()  # it was this one's turn: the next one's, then
            raise

    def _wake(self) -> None:
        """Let whoever waits for room longest look for it."""
        if self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)

    def _make_room(self) -> bool:
        if len(self._sessions) < self._limit:
            return True
        for key, session in self._sessions.items():
            if not session.users:
                self._give_back(self._sessions.pop(key))
                return True
        return False

    async def _isolate_of(self, key: Hashable, session: _Session[IsolateT]) -> IsolateT:
        if session.isolate is not None and session.isolate.failure is not None:
            self._give_back(session)
        if session.isolate is None:
            member, isolate = await self._pool._acquire(None)
            session.member, session.isolate = member, isolate
            if self._prepare is not None:
                try:
                    await self._prepare(key, isolate)
                except BaseException:
                    self._give_back(session)
                    raise
        if self._sessions.get(key) is not session:  # ended meanwhile
            self._give_back(session)
            raise PoolClosed("the session has been ended")
        return session.isolate

    def _leave(self, key: Hashable, session: _Session[IsolateT]) -> None:
        session.users -= 1
        session.used_at = time.monotonic()
        known = self._sessions.get(key) is session
        if known and not session.users:
            if session.isolate is None or session.isolate.failure is not None:
                self._drop(key)
            else:
                self._watch()
        if not session.users:
            self._wake()

    def _drop(self, key: Hashable) -> None:
        self._give_back(self._sessions.pop(key))
        self._wake()

    def _give_back(self, session: _Session[IsolateT]) -> None:
        if session.isolate is not None:
            session.isolate = None
            self._pool._release(session.member)

    # Idle ones expire

    def _watch(self) -> None:
        if self._timer is None and self._idle_timeout is not None:
            loop = asyncio.get_running_loop()
            idle = [s.used_at for s in self._sessions.values() if not s.users]
            if idle:
                wait = min(idle) + self._idle_timeout - time.monotonic()
                self._timer = loop.call_later(max(0.0, wait), self._expire)

    def _expire(self) -> None:
        self._timer = None
        assert self._idle_timeout is not None  # noqa: S101 - for the type checker
        before = time.monotonic() - self._idle_timeout
        for key, session in list(self._sessions.items()):
            if not session.users and session.used_at <= before:
                self._drop(key)
        self._watch()
