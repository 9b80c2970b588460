"""Calls as records of `logging`."""

from __future__ import annotations

import logging

from atoll.errors import IsolateDisposed
from atoll.observe._observer import Call, Observer


class LoggingObserver(Observer):
    """Logs each call and the life of isolates; records have the `Call` as ``record.call``.

    What is fine is logged at one level, errors of calls at another, and isolates that did not end
    because their owner wanted it as warnings. Arguments and results are never logged.
    """

    def __init__(
        self,
        logger: str | logging.Logger = "atoll.calls",
        *,
        level: int = logging.DEBUG,
        error_level: int = logging.INFO,
    ) -> None:
        """Log to a logger.

        Args:
            logger: it, or its name.
            level: of what went well.
            error_level: of calls that failed.
        """
        self._logger = logging.getLogger(logger) if isinstance(logger, str) else logger
        self._level = level
        self._error_level = error_level

    def isolate_started(self, isolate: int) -> None:
        """Log it."""
        self._logger.log(self._level, "isolate %d: ready", isolate)

    def isolate_ended(self, isolate: int, error: BaseException, lifetime: float) -> None:
        """Log it, as a warning if its owner did not want it."""
        level = self._level if isinstance(error, IsolateDisposed) else logging.WARNING
        self._logger.log(
            level,
            "isolate %d: ended after %.3f s: %s",
            isolate,
            lifetime,
            f"{type(error).__name__}: {error}",
        )

    def call_ended(self, call: Call) -> None:
        """Log it."""
        level = self._level if call.outcome == "ok" else self._error_level
        if self._logger.isEnabledFor(level):
            self._logger.log(
                level,
                "isolate %d: %s %s (%s): %s in %.3f ms, %d bytes there, %d back%s",
                call.isolate,
                call.direction,
                call.name,
                call.kind,
                call.outcome,
                call.duration * 1e3,
                call.request_bytes,
                call.response_bytes,
                "" if call.error is None else f": {type(call.error).__name__}",
                extra={"call": call},
            )
