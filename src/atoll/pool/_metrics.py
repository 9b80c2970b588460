"""What a pool tells of itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PoolMetrics:
    """A snapshot of a pool. Counts begin with the pool; times are in seconds.

    Attributes:
        idle: isolates that are ready to be used.
        starting: isolates that are being started and prepared.
        in_use: isolates that are checked out.
        closing: isolates that are being ended.
        waiting: who waits for an isolate.
        target: isolates that the pool wants to have ready at the moment.
        failures_in_a_row: starts that have failed, and idle isolates that have ended by
            themselves, since the last success.
        checkouts: isolates that were handed out.
        waits: times at which somebody found none ready.
        timeouts: checkouts that waited for too long.
        starts: isolates that were started, or tried to.
        failed_starts: those of them that failed, in starting or in ``prepare``.
        died_idle: isolates that ended before anybody used them.
        recycled: isolates that were replaced because of their age.
        waited: what all checkouts have waited together.
        longest_wait: what the one that waited longest has.
    """

    idle: int
    starting: int
    in_use: int
    closing: int
    waiting: int
    target: int
    failures_in_a_row: int
    checkouts: int
    waits: int
    timeouts: int
    starts: int
    failed_starts: int
    died_idle: int
    recycled: int
    waited: float
    longest_wait: float
