"""How long a guest may take to notice that calls have been cancelled.

A guest that computes notices between two jobs. What counts is the time of its processor: on a
loaded machine a guest may wait for a turn longer than it would take to answer, and has done nothing
wrong. One that neither computes nor answers gets more time, and not for ever.
"""

from __future__ import annotations

import time
from typing import Final

CANCEL_GRACE: Final = 1.0
"""Seconds that the guest has to notice a cancellation at least, before its isolate is ended."""
CANCEL_CPU: Final = 0.5
"""Seconds of processor time, of all its threads, that it may use meanwhile."""
CANCEL_PATIENCE: Final = 5.0
"""Seconds that it has when it does not use them."""
_NEVER: Final = float("inf")


class Cancellations:
    """The cancelled calls of one guest that it has not given up yet."""

    def __init__(self) -> None:
        # For each call: when it was cancelled, and the processor time that was used until then.
        self._begun: dict[int, tuple[float, float]] = {}

    def __len__(self) -> int:
        return len(self._begun)

    def begin(self, call: int, used: float) -> None:
        """A call has been cancelled.

        Args:
            call: its number.
            used: seconds of processor time that the guest has used so far.
        """
        self._begun[call] = time.monotonic(), used

    def done(self, call: int) -> None:
        """The guest has given a call up, or answered it."""
        self._begun.pop(call, None)

    def renew(self, used: float) -> None:
        """Begin with all of them anew."""
        self._begun = dict.fromkeys(self._begun, (time.monotonic(), used))

    # The watchdog looks from a thread of its own, hence the copies.

    def next_look(self) -> float:
        """When `are_ignored` may have another answer."""
        now = time.monotonic()
        looks = (begun + CANCEL_GRACE for begun, _ in self._begun.copy().values())
        return min((look if look > now else now + CANCEL_CPU / 4 for look in looks), default=_NEVER)

    def are_ignored(self, used: float) -> bool:
        """Whether the guest has had its time.

        Args:
            used: seconds of processor time that it has used so far.
        """
        now = time.monotonic()
        return any(
            now >= begun + CANCEL_GRACE
            and (used >= before + CANCEL_CPU or now >= begun + CANCEL_PATIENCE)
            for begun, before in self._begun.copy().values()
        )
