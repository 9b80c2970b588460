"""What isolates do, as it happens: an observer is told of every call across the boundary.

::

    async with Runtime(observer=LoggingObserver()) as rt:
        ...

An isolate without an observer does not pay for this: it runs other code. `atoll.opentelemetry` has
an observer that makes spans and metrics.
"""

from __future__ import annotations

from atoll.observe._logging import LoggingObserver
from atoll.observe._observer import Call, Direction, Kind, Observer, Observers, Outcome

__all__ = [
    "Call",
    "Direction",
    "Kind",
    "LoggingObserver",
    "Observer",
    "Observers",
    "Outcome",
]
