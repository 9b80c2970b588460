"""A thread that looks at the limits on time of isolates whose owners are blocked in a read.

The blocking driver waits in `read`, which is the fastest way to wait, and has no timeout. So one
daemon thread per host process sleeps until the earliest moment that some driver wants a look, and
lets that driver end its process; the blocked read then sees the end of the pipe.
"""

from __future__ import annotations

import logging
import os
import threading
import time
import weakref
from typing import Protocol

from atoll.errors import HostOutOfMemory

logger = logging.getLogger("atoll.isolate")


class Watched(Protocol):
    """What the watchdog needs of a driver."""

    def look(self) -> float:
        """Enforce the limits on time; called in the watchdog's thread.

        Returns when to look again, by `time.monotonic`; infinity for never.
        """


class Watchdog:
    """One thread for all drivers of a host process, started with the first isolate."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._looks: dict[int, tuple[float, weakref.ref[Watched]]] = {}
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Have the thread, so that `watch` cannot fail for want of one.

        Raises:
            HostOutOfMemory: there is no memory for a thread, or there may be no more of them.
        """
        with self._condition:
            if self._thread is not None:
                return
            thread = threading.Thread(target=self._run, name="atoll-watchdog", daemon=True)
            try:
                thread.start()
            except RuntimeError as error:
                raise HostOutOfMemory(
                    "the thread that enforces limits on time could not be started: this process "
                    f"has no memory for one, or may have no more of them ({error})"
                ) from error
            self._thread = thread

    def watch(self, watched: Watched, at: float) -> None:
        """Look at a driver at that time at the latest."""
        ref = weakref.ref(watched)
        with self._condition:
            known = self._looks.get(id(watched))
            if known is not None and known[1] is ref and known[0] <= at:
                return
            self._looks[id(watched)] = (at, ref)
            self._condition.notify()

    def forget(self, watched: Watched) -> None:
        """Stop looking at a driver."""
        with self._condition:
            self._looks.pop(id(watched), None)

    def _run(self) -> None:
        while True:
            with self._condition:
                due = min((at for at, _ in self._looks.values()), default=None)
                left = None if due is None else due - time.monotonic()
                if left is None or left > 0:
                    self._condition.wait(left)
                    continue
                ready = [(key, ref) for key, (at, ref) in self._looks.items() if at == due]
            for key, ref in ready:
                again = _look(ref)
                with self._condition:
                    known = self._looks.get(key)
                    if known is None or known[1] is not ref:
                        continue  # it was forgotten meanwhile
                    if known[0] != due:
                        again = min(again, known[0])  # its owner has agreed on a time meanwhile
                    if again == float("inf"):
                        del self._looks[key]
                    else:
                        self._looks[key] = (again, ref)


def _look(ref: weakref.ref[Watched]) -> float:
    """Let a driver look, without keeping it from being collected afterwards."""
    watched = ref()
    if watched is None:
        return float("inf")
    try:
        return watched.look()
    except Exception:  # the others' limits hold nevertheless
        logger.exception("The limits on time of an isolate could not be looked at")
        return time.monotonic() + 1


watchdog = Watchdog()


def _after_fork() -> None:
    # Threads do not survive a fork, and neither do the isolates of the parent.
    global watchdog
    watchdog = Watchdog()


os.register_at_fork(after_in_child=_after_fork)
