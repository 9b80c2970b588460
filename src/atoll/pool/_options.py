"""What both pools are told, checked in one place."""

from __future__ import annotations

import os
from typing import Final

from atoll.core.arguments import check_count, check_seconds
from atoll.pool._policy import Policy

WARM_FACTOR: Final = 4
"""How many times its size a pool may keep warm under load."""
WARM_UP: Final = "(value) => value"
WARM_UPS: Final = 3
"""Calls that each new isolate answers first, unless somebody waits for it: code compiles when it is
used, and the first result should not wait for that."""


def make_policy(
    *,
    size: int,
    limit: int | None,
    starts_at_once: int | None,
    max_age: float | None,
    health_interval: float | None,
) -> Policy:
    """The policy of a pool.

    Raises:
        TypeError, ValueError: an option is out of range.
    """
    limit = max(8, WARM_FACTOR * size) if limit is None else limit
    at_once = os.cpu_count() or 1 if starts_at_once is None else starts_at_once
    check_count("size", size, 0)
    check_count("limit", limit)
    check_count("starts_at_once", at_once)
    if size > limit:
        raise ValueError(f"size ({size}) cannot be more than limit ({limit})")
    check_seconds("max_age", max_age, optional=True)
    check_seconds("health_interval", health_interval, optional=True)
    return Policy(
        size=size,
        limit=limit,
        most_warm=min(limit, max(1, WARM_FACTOR * size)),
        starts_at_once=at_once,
        max_age=max_age,
        check_every=health_interval,
    )
