"""Sessions, blocking."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterator
from types import TracebackType
from typing import Any, Generic, Self

from atoll.core.arguments import check_callable, check_count, check_seconds
from atoll.core.flavours import BlockingFlavour
from atoll.errors import PoolClosed, PoolTimeout
from atoll.sync._pool import IsolateT, Pool


class _Session(Generic[IsolateT]):
    """What belongs to one key: the uses that wait for their turn, the one that has it first."""

    def __init__(self) -> None:
        self.turns: deque[object] = deque()
        self.member = 0
        self.isolate: IsolateT | None = None
        self.used_at = 0.0


class Sessions(BlockingFlavour, Generic[IsolateT]):
    """One isolate for each key, which keeps its state from one use to the next.

    ::

        with Pool(size=2, limit=50) as pool, Sessions(pool, limit=40) as sessions:
            with sessions.use("tenant-1") as rt:
                rt.eval("visits = (globalThis.visits ?? 0) + 1")

    See `atoll.Sessions`. Uses of one key take turns, in whichever threads they are. A session that
    nobody uses any more ends with the next use of any, and when the sessions are closed.
    """

    def __init__(
        self,
        pool: Pool[IsolateT],
        *,
        limit: int = 64,
        idle_timeout: float | None = 300.0,
        prepare: Callable[[Any, IsolateT], object] | None = None,
    ) -> None:
        """Describe the sessions. See `atoll.Sessions`; `prepare` is a plain function."""
        check_count("limit", limit)
        check_seconds("idle_timeout", idle_timeout, optional=True)
        check_callable("prepare", prepare, "a function of the isolate")
        self._pool = pool
        self._limit = limit
        self._idle_timeout = idle_timeout
        self._prepare = prepare
        self._sessions: OrderedDict[Hashable, _Session[IsolateT]] = OrderedDict()
        self._changed = threading.Condition()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End every session, those in use as well."""
        with self._changed:
            self._closed = True
            for key in list(self._sessions):
                self._drop(key)

    @contextlib.contextmanager
    def use(self, key: Hashable, *, timeout: float | None = 30.0) -> Iterator[IsolateT]:
        """The isolate of a key, for one ``with`` block.

        Args:
            key: whose it is: anything that a dict takes as a key.
            timeout: seconds to wait for a turn, for room, and for an isolate, together; None for as
                long as it takes.

        Raises:
            PoolTimeout: it took longer.
            PoolUnavailable, PoolClosed: there is no isolate to be had.
        """
        check_seconds("timeout", timeout, optional=True)
        deadline = None if timeout is None else time.monotonic() + timeout
        turn = object()
        session: _Session[IsolateT] | None = None
        try:
            with self._changed:
                self._expire()
                session = self._join(key, turn, deadline)
            isolate = self._isolate_of(key, session, deadline)
            yield isolate
        finally:
            if session is not None:
                self._leave(key, session, turn)

    def end(self, key: Hashable) -> bool:
        """End a session, if there is one; returns whether there was. Who uses it is cut off."""
        with self._changed:
            found = key in self._sessions
            if found:
                self._drop(key)
            return found

    def __contains__(self, key: Hashable) -> bool:
        return key in self._sessions

    def __len__(self) -> int:
        """How many sessions there are."""
        return len(self._sessions)

    # Sessions come and go; each of these is called with the condition's lock held

    def _join(self, key: Hashable, turn: object, deadline: float | None) -> _Session[IsolateT]:
        """The session of a key, made if need be, once it is this use's turn."""
        self._wait(lambda: self._closed or key in self._sessions or self._make_room(), deadline)
        if self._closed:
            raise PoolClosed("the sessions have been closed")
        session = self._sessions.setdefault(key, _Session())
        self._sessions.move_to_end(key)
        session.turns.append(turn)
        try:
            self._wait(lambda: session.turns[0] is turn, deadline)
        except BaseException:
            session.turns.remove(turn)
            self._changed.notify_all()
            raise
        return session

    def _wait(self, condition: Callable[[], bool], deadline: float | None) -> None:
        left = None if deadline is None else max(0.0, deadline - time.monotonic())
        if not self._changed.wait_for(condition, left):
            raise PoolTimeout(
                f"no turn or room for this session in time: {len(self._sessions)} of "
                f"{self._limit} sessions are there; raise limit= or timeout=, or keep uses shorter"
            )

    def _make_room(self) -> bool:
        if len(self._sessions) < self._limit:
            return True
        for key, session in self._sessions.items():
            if not session.turns:
                self._drop(key)
                return True
        return False

    def _isolate_of(
        self, key: Hashable, session: _Session[IsolateT], deadline: float | None
    ) -> IsolateT:
        if session.isolate is not None and session.isolate.failure is not None:
            self._give_back(session)
        if session.isolate is None:
            left = None if deadline is None else max(0.001, deadline - time.monotonic())
            session.member, session.isolate = self._pool._acquire(left)
            if self._prepare is not None:
                try:
                    self._prepare(key, session.isolate)
                except BaseException:
                    self._give_back(session)
                    raise
        with self._changed:
            isolate = session.isolate
            if self._sessions.get(key) is not session or isolate is None:  # ended meanwhile
                self._give_back(session)
                raise PoolClosed("the session has been ended")
            return isolate

    def _leave(self, key: Hashable, session: _Session[IsolateT], turn: object) -> None:
        with self._changed:
            session.turns.remove(turn)
            session.used_at = time.monotonic()
            if (
                self._sessions.get(key) is session
                and not session.turns
                and (session.isolate is None or session.isolate.failure is not None)
            ):
                self._drop(key)
            self._changed.notify_all()

    def _expire(self) -> None:
        if self._idle_timeout is not None:
            before = time.monotonic() - self._idle_timeout
            for key, session in list(self._sessions.items()):
                if not session.turns and session.used_at <= before:
                    self._drop(key)

    def _drop(self, key: Hashable) -> None:
        self._give_back(self._sessions.pop(key))
        self._changed.notify_all()

    def _give_back(self, session: _Session[IsolateT]) -> None:
        if session.isolate is not None:
            session.isolate = None
            self._pool._release(session.member)
