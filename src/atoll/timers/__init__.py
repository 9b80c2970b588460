"""Timers: ``setTimeout`` and its family, in real time or in time that the owner moves."""

from __future__ import annotations

import datetime
import math
from typing import TYPE_CHECKING, Any, Final, Literal

from atoll.core import operations
from atoll.core.capability import BundledCapability
from atoll.errors import AtollError, ReentrancyError

if TYPE_CHECKING:
    from atoll.core.reference import Reference
    from atoll.sync import Reference as BlockingReference

__all__ = ["BlockingTimersHandle", "Timers", "TimersHandle"]

_LATEST: Final = 8.64e15
"""The range of ``Date``, in milliseconds around the epoch."""


class Timers(BundledCapability):
    """Adds ``setTimeout``, ``setInterval``, ``clearTimeout`` and ``clearInterval``.

    In manual mode nothing is due until the owner moves the clock::

        timers = await isolate.install(Timers(mode="manual", virtual_date=True))
        await isolate.eval("setTimeout(() => { rung = Date.now() }, 60_000)")
        await timers.tick(60_000)
    """

    package = __name__

    def __init__(
        self,
        *,
        mode: Literal["real", "manual"] = "real",
        max_pending: int = 100_000,
        start: datetime.datetime | float = 0,
        virtual_date: bool = False,
    ) -> None:
        """Describe the timers of one isolate, or of several.

        Args:
            mode: ``"real"``: the machine's clock; ``"manual"``: ``tick`` moves the clock.
            max_pending: timers that may be pending; one more is a ``QuotaExceededError`` in the
                guest.
            start: manual mode: where the clock begins, as an aware datetime or in milliseconds
                since the epoch.
            virtual_date: manual mode: ``Date``, ``Temporal.Now``, the default of
                ``Intl.DateTimeFormat``, ``performance.now``, ``performance.timeOrigin`` and
                ``AbortSignal.timeout`` follow the same clock.

        Raises:
            ValueError: an argument is out of range, or for the other mode.
        """
        if mode not in ("real", "manual"):
            raise ValueError(f'mode is "real" or "manual", not {mode!r}')
        if type(max_pending) is not int or not 1 <= max_pending < 2**31:
            raise ValueError(f"max_pending is a positive number below 2 ** 31, not {max_pending!r}")
        self._manual = mode == "manual"
        self._max_pending = max_pending
        self._start = _milliseconds(start)
        self._virtual_date = virtual_date
        if not self._manual and (virtual_date or self._start != 0):
            raise ValueError('start and virtual_date need mode="manual"')

    def options(self) -> dict[str, Any]:
        """Options for the guest half."""
        return {
            "manual": self._manual,
            "limit": self._max_pending,
            "start": self._start,
            "virtualDate": self._virtual_date,
        }

    def connected(self, guest: Reference) -> TimersHandle:
        """The owner's handle."""
        return TimersHandle(guest, self._start if self._manual else None)

    def connected_blocking(self, guest: BlockingReference) -> BlockingTimersHandle:
        """The owner's handle for blocking code."""
        return BlockingTimersHandle(guest, self._start if self._manual else None)


class _Clock:
    """What the handles of both flavours know of the clock."""

    def __init__(self, now: float | None) -> None:
        self._now = now

    @property
    def now(self) -> float:
        """The manual clock, in milliseconds since the epoch.

        Raises:
            ValueError: in real time.
        """
        if self._now is None:
            raise ValueError('the clock of Timers(mode="real") is the machine\'s')
        return self._now

    def _ahead(self, ms: float) -> float:
        if not (math.isfinite(ms) and ms >= 0):
            raise ValueError(f"the clock moves by 0 or more milliseconds, not by {ms!r}")
        if self._now is None:
            raise ValueError('only the clock of Timers(mode="manual") can be moved')
        if self._now + ms > _LATEST:
            raise ValueError("that is beyond the last moment that a Date can hold")
        return ms

    def _moved(self, ms: float, answer: object) -> None:
        if answer is not True:
            raise ReentrancyError(
                "the clock cannot be moved while the guest waits for a synchronous call; move it "
                "after that has returned"
            )
        assert self._now is not None  # noqa: S101 - for the type checker
        self._now += ms


def _count(answer: object) -> int:
    if type(answer) is not int or answer < 0:
        raise AtollError("the guest gave no number for its pending timers: it is tampered with")
    return answer


def _milliseconds(moment: datetime.datetime | float) -> float:
    if isinstance(moment, datetime.datetime):
        if moment.tzinfo is None:
            raise ValueError("start needs a time zone: a naive datetime says no moment")
        moment = round(moment.timestamp() * 1000)
    if not math.isfinite(moment) or abs(moment) > _LATEST:
        raise ValueError(f"start is beyond what a Date can hold: {moment!r}")
    return moment


class TimersHandle(_Clock):
    """The owner's view of an isolate's timers."""

    def __init__(self, guest: Reference, now: float | None) -> None:
        super().__init__(now)
        self._guest = guest

    async def tick(self, ms: float) -> None:
        """Move the manual clock, running what becomes due in the order of time, then of creation.

        Timers that these make are run as well if they become due, and microtasks are run after
        each, so that ``async`` callbacks go on as far as they can without the host. What a
        callback throws is reported as uncaught.

        Args:
            ms: milliseconds, 0 or more.

        Raises:
            ReentrancyError: called from a function that the guest is blocked in.
            ValueError: in real time, or for a step back, or too far ahead.
        """
        self._moved(ms, await self._guest.call_method("tick", self._ahead(ms)))

    async def pending(self) -> int:
        """How many timers are pending."""
        return _count(await self._guest.call_method("pending"))

    async def clear_all(self) -> None:
        """Clear every pending timer."""
        await self._guest.call_method("clearAll")


class BlockingTimersHandle(_Clock):
    """The same as `TimersHandle`, blocking."""

    def __init__(self, guest: BlockingReference, now: float | None) -> None:
        super().__init__(now)
        self._guest = guest

    def tick(self, ms: float) -> None:
        """Move the manual clock; see `TimersHandle.tick`."""
        self._moved(ms, self._guest.call_method("tick", self._ahead(ms)))

    def _keep_up(self, ms: float) -> None:
        """Move the clock as part of another call, whose limit on time is the one that counts."""
        request = (self._guest, "tick", [self._ahead(ms)], True)
        self._moved(ms, self._guest._driver.request(operations.INVOKE, request, math.inf))

    def pending(self) -> int:
        """How many timers are pending."""
        return _count(self._guest.call_method("pending"))

    def clear_all(self) -> None:
        """Clear every pending timer."""
        self._guest.call_method("clearAll")
