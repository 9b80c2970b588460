"""What a pool does and when, without doing it: no I/O, no clock, no tasks and no threads.

A driver tells the policy what has happened (somebody asks for an isolate, one has started, one has
ended) and the time, then carries out the `actions` that it asks for. Both pools, asyncio's and the
blocking one, are such drivers.

A member goes one way only, and what has been used is never used again::

    STARTING ──► IDLE ◄──► CHECKING
        │         │ │          │
        │         │ └──► USED  │
        ▼         ▼      ▼     ▼
        └───────► CLOSING ◄────┘ ──► gone

**How many are warm.** The target begins at ``size``. Whoever has to wait raises it by one, up to
``most_warm``; every ``SETTLE`` seconds without that lower it by one again. Members of every state
count towards ``limit``, as all of them have a process.

**Failures.** A start that fails, or an idle member that ends by itself, makes the next start wait,
twice as long each time. Until a member has been handed out, or has lived for `PROVEN` seconds, one
is started at a time. After `PATIENCE` failures in a row nobody is kept waiting for a pool that
cannot serve: who waits, and who asks before the next attempt, gets the reason.
"""

from __future__ import annotations

import enum
import itertools
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from atoll.errors import PoolClosed, PoolError, PoolTimeout, PoolUnavailable
from atoll.pool._metrics import PoolMetrics

SETTLE: Final = 10.0
"""Seconds without a wait after which the target goes down by one."""
FIRST_DELAY: Final = 0.1
LAST_DELAY: Final = 30.0
"""Seconds that starts wait after the first failure, and at most."""
PROVEN: Final = 1.0
"""Seconds of idle life that prove that starting works."""
LULL: Final = 0.005
"""Seconds after an isolate was handed out in which none is started, if nobody waits: a start takes
processor time that the one who has just got an isolate wants."""
PATIENCE: Final = 3
"""Failures in a row after which nobody waits."""

NEVER: Final = float("inf")


class State(enum.Enum):
    STARTING = enum.auto()
    IDLE = enum.auto()
    CHECKING = enum.auto()
    USED = enum.auto()
    CLOSING = enum.auto()


@dataclass(slots=True)
class _Member:
    state: State
    since: float
    """When it began to start, then when it was ready."""
    checked: float = 0.0


@dataclass(slots=True)
class _Waiter:
    since: float
    deadline: float
    missed: bool = False
    """Whether it is known that there was none for it when it came."""


@dataclass(frozen=True, slots=True)
class Start:
    """Start an isolate; answer with `started` or `start_failed`."""

    member: int


@dataclass(frozen=True, slots=True)
class Check:
    """See whether an idle isolate still works; answer with `checked`."""

    member: int


@dataclass(frozen=True, slots=True)
class Hand:
    """Give an isolate to whoever waits; answer with `returned` in the end, or with `unused`."""

    waiter: int
    member: int


@dataclass(frozen=True, slots=True)
class Fail:
    """Tell whoever waits that there will be no isolate."""

    waiter: int
    error: PoolError


@dataclass(frozen=True, slots=True)
class Dispose:
    """End an isolate, or its start; answer with `gone`."""

    member: int


def _closed() -> PoolError:
    return PoolClosed("the pool has been closed")


Action = Start | Check | Hand | Fail | Dispose


class Policy:
    """The state of a pool; see the module.

    Attributes:
        starts_at_once: isolates that may be starting at the same time.
    """

    def __init__(
        self,
        *,
        size: int,
        limit: int,
        most_warm: int,
        starts_at_once: int,
        max_age: float | None,
        check_every: float | None,
    ) -> None:
        self._size = size
        self._limit = limit
        self._most_warm = most_warm
        self.starts_at_once = starts_at_once
        self._max_age = NEVER if max_age is None else max_age
        self._check_every = NEVER if check_every is None else check_every
        self._members: dict[int, _Member] = {}
        self._waiters: OrderedDict[int, _Waiter] = OrderedDict()
        self._ids = itertools.count(1)
        self._target = size
        self._settle_at = NEVER
        self._failures = 0
        self._retry_at = 0.0
        self._lull_ends = 0.0
        self._last_error: BaseException | None = None
        self._draining = False
        self._closed = False
        self._refused: list[Fail] = []
        self._counts = dict.fromkeys(
            ("checkouts", "waits", "timeouts", "starts", "failures", "died", "recycled"), 0
        )
        self._waited = 0.0
        self._longest_wait = 0.0

    # What happens

    def request(self, now: float, deadline: float) -> int:
        """Somebody wants an isolate. Returns the number under which to hand it over.

        Raises:
            PoolClosed: the pool is closed, or about to be.
            PoolUnavailable: starting has failed time and again, and is not tried at the moment.
        """
        if self._draining:
            raise PoolClosed("the pool is closed, or closes once it is empty")
        if self._failures >= PATIENCE and now < self._retry_at and not self._count(State.IDLE):
            raise self._unavailable(now)
        waiter = next(self._ids)
        self._waiters[waiter] = _Waiter(now, deadline)
        return waiter

    def withdraw(self, waiter: int) -> None:
        """Whoever waited does not any more."""
        self._waiters.pop(waiter, None)

    def started(self, member: int, now: float) -> None:
        """A start has succeeded."""
        if self._is(member, State.STARTING):
            self._become(member, State.IDLE, now)

    def start_failed(self, member: int, error: BaseException, now: float) -> None:
        """A start has failed, and there is nothing left of it."""
        if self._members.pop(member).state is not State.STARTING:
            return  # it was to end anyway
        self._counts["failures"] += 1
        self._failed(error, now)

    def died(self, member: int, error: BaseException, now: float) -> None:
        """An idle isolate has ended by itself; it will be disposed of."""
        if self._is(member, State.IDLE) or self._is(member, State.CHECKING):
            self._members[member].state = State.CLOSING
            self._counts["died"] += 1
            self._failed(error, now)

    def checked(self, member: int, now: float) -> None:
        """An isolate works."""
        if self._is(member, State.CHECKING):
            self._members[member].state = State.IDLE
            self._members[member].checked = now

    def unused(self, member: int) -> None:
        """Whoever was to get an isolate did not take it."""
        if self._is(member, State.USED):
            self._members[member].state = State.IDLE
            self._counts["checkouts"] -= 1

    def returned(self, member: int) -> None:
        """An isolate has been used; it will be disposed of."""
        if self._is(member, State.USED):
            self._members[member].state = State.CLOSING

    def gone(self, member: int) -> None:
        """An isolate has been disposed of."""
        self._members.pop(member, None)

    def drain(self) -> None:
        """Nobody new is served."""
        self._draining = True

    def close(self) -> None:
        """Nobody is served any more."""
        self._draining = self._closed = True

    # What to do

    def actions(self, now: float) -> list[Action]:
        """What has to be done now; each is asked for once."""
        if self._closed:
            return [*self._fail_all(_closed), *self._end_all()]
        actions: list[Action] = [*self._refused, *self._time_out(now), *self._recycle(now)]
        self._refused.clear()
        actions += self._hand_out(now)
        actions += self._adapt(now)
        actions += self._start(now)
        actions += self._check(now)
        return actions

    def next_look(self, now: float) -> float:
        """When `actions` has to be asked again, even if nothing happens; infinity for never."""
        look = min((w.deadline for w in self._waiters.values()), default=NEVER)
        if self._closed:
            return look
        for member in self._members.values():
            if member.state is State.IDLE:
                look = min(look, member.since + self._max_age, member.checked + self._check_every)
                if self._failures:
                    look = min(look, member.since + PROVEN)
        if self._missing() > 0:
            at = max(self._retry_at if self._failures else 0.0, self._lull_ends)
            look = min(look, at) if at > now else look
        if self._target > self._size:
            look = min(look, self._settle_at)
        return max(look, now)

    def idle(self) -> list[int]:
        """The members that wait to be used."""
        return [id for id, member in self._members.items() if member.state is State.IDLE]

    def has_closed(self) -> bool:
        """Whether nobody is served any more."""
        return self._closed

    @property
    def is_empty(self) -> bool:
        """Whether there is no member left."""
        return not self._members

    @property
    def is_unused(self) -> bool:
        """Whether nobody has an isolate, or waits for one."""
        return not self._waiters and not self._count(State.USED)

    def metrics(self) -> PoolMetrics:
        """Numbers of this moment, and since the beginning."""
        counts = self._counts
        return PoolMetrics(
            idle=self._count(State.IDLE) + self._count(State.CHECKING),
            starting=self._count(State.STARTING),
            in_use=self._count(State.USED),
            closing=self._count(State.CLOSING),
            waiting=len(self._waiters),
            target=self._target,
            failures_in_a_row=self._failures,
            checkouts=counts["checkouts"],
            waits=counts["waits"],
            timeouts=counts["timeouts"],
            starts=counts["starts"],
            failed_starts=counts["failures"],
            died_idle=counts["died"],
            recycled=counts["recycled"],
            waited=self._waited,
            longest_wait=self._longest_wait,
        )

    # Parts of `actions`

    def _time_out(self, now: float) -> list[Fail]:
        late = [id for id, waiter in self._waiters.items() if waiter.deadline <= now]
        self._counts["timeouts"] += len(late)
        return [self._fail(id, self._too_late(now - self._waiters[id].since)) for id in late]

    def _too_late(self, waited: float) -> PoolTimeout:
        used, starting = self._count(State.USED), self._count(State.STARTING)
        error = PoolTimeout(
            f"no isolate was free within {waited:.3g} s: {used} of {self._limit} are in use and "
            f"{starting} are starting; raise limit= or timeout=, or keep checkouts shorter"
        )
        error.__cause__ = self._last_error if self._failures else None
        return error

    def _recycle(self, now: float) -> list[Dispose]:
        old = [id for id in self.idle() if now >= self._members[id].since + self._max_age]
        self._counts["recycled"] += len(old)
        return [self._end(id) for id in old]

    def _hand_out(self, now: float) -> list[Hand]:
        handed = []
        for member in self.idle():
            if not self._waiters:
                break
            waiter, waiting = self._waiters.popitem(last=False)
            self._members[member].state = State.USED
            self._failures = 0
            self._lull_ends = now + LULL
            self._counts["checkouts"] += 1
            waited = now - waiting.since
            self._waited += waited
            self._longest_wait = max(self._longest_wait, waited)
            handed.append(Hand(waiter, member))
        return handed

    def _adapt(self, now: float) -> list[Dispose]:
        """Raise or lower the target; what is too much is ended."""
        for waiter in self._waiters.values():
            if not waiter.missed:
                waiter.missed = True
                self._counts["waits"] += 1
                self._target = min(self._most_warm, self._target + 1)
                self._settle_at = now + SETTLE
        while self._target > self._size and now >= self._settle_at:
            self._target -= 1
            self._settle_at += SETTLE
        if any(now >= self._members[id].since + PROVEN for id in self.idle()):
            self._failures = 0
        return [self._end(id) for id in self.idle()[: max(0, -self._missing())]]

    def _start(self, now: float) -> list[Start]:
        if (self._failures and now < self._retry_at) or (
            not self._waiters and now < self._lull_ends
        ):
            return []
        starting = self._count(State.STARTING)
        at_once = 1 if self._failures else self.starts_at_once
        count = min(self._missing(), at_once - starting, self._limit - len(self._members))
        started = []
        for _ in range(count):
            id = next(self._ids)
            self._members[id] = _Member(State.STARTING, now)
            self._counts["starts"] += 1
            started.append(Start(id))
        return started

    def _missing(self) -> int:
        """Isolates that are to be started; below zero, those that are too many."""
        if self._draining:
            return len(self._waiters) - self._warm()
        return self._target + len(self._waiters) - self._warm()

    def _warm(self) -> int:
        return sum(
            member.state in (State.STARTING, State.IDLE, State.CHECKING)
            for member in self._members.values()
        )

    def _check(self, now: float) -> list[Check]:
        due = [id for id in self.idle() if now >= self._members[id].checked + self._check_every]
        for id in due:
            self._members[id].state = State.CHECKING
        return [Check(id) for id in due]

    # Failures and ends

    def _failed(self, error: BaseException, now: float) -> None:
        self._failures += 1
        self._last_error = error
        delay = min(LAST_DELAY, FIRST_DELAY * 2 ** min(self._failures - 1, 20))
        self._retry_at = now + delay
        if self._failures >= PATIENCE and not self._count(State.IDLE):
            self._refused += self._fail_all(lambda: self._unavailable(now))

    def _unavailable(self, now: float) -> PoolUnavailable:
        error = PoolUnavailable(
            f"{self._failures} isolates in a row could not be started or ended at once; the next "
            f"attempt is in {max(0.0, self._retry_at - now):.1f} s. The last one: "
            f"{type(self._last_error).__name__}: {self._last_error}"
        )
        error.__cause__ = self._last_error
        return error

    def _fail_all(self, error: Callable[[], PoolError]) -> list[Fail]:
        return [self._fail(waiter, error()) for waiter in list(self._waiters)]

    def _fail(self, waiter: int, error: PoolError) -> Fail:
        del self._waiters[waiter]
        return Fail(waiter, error)

    def _end_all(self) -> list[Dispose]:
        return [
            self._end(id)
            for id, member in self._members.items()
            if member.state is not State.CLOSING
        ]

    def _end(self, member: int) -> Dispose:
        self._members[member].state = State.CLOSING
        return Dispose(member)

    # Members

    def _is(self, member: int, state: State) -> bool:
        known = self._members.get(member)
        return known is not None and known.state is state

    def _become(self, id: int, state: State, now: float) -> None:
        member = self._members[id]
        member.state = state
        member.since = member.checked = now

    def _count(self, state: State) -> int:
        return sum(member.state is state for member in self._members.values())
