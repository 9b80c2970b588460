"""What both pools are told, checked in one place."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Final

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
    check_count("limit", limit, 1)
    check_count("starts_at_once", at_once, 1)
    if size > limit:
        raise ValueError(f"size ({size}) cannot be more than limit ({limit})")
    check_seconds("max_age", max_age)
    check_seconds("health_interval", health_interval)
    return Policy(
        size=size,
        limit=limit,
        most_warm=min(limit, max(1, WARM_FACTOR * size)),
        starts_at_once=at_once,
        max_age=max_age,
        check_every=health_interval,
    )


def check_count(name: str, value: Any, least: int) -> None:
    """Refuse what is no number of things.

    Raises:
        ValueError: not an integer, or too small.
    """
    if type(value) is not int or value < least:
        raise ValueError(f"{name} must be an integer of at least {least}, not {value!r}")


def check_seconds(name: str, value: Any) -> None:
    """Refuse what is no time.

    Raises:
        ValueError: neither None nor a positive, finite number.
    """
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e9:
        raise ValueError(f"{name} must be a positive number of seconds, or None; not {value!r}")


def check_callable(name: str, value: Callable[..., Any] | None) -> None:
    """Refuse what cannot be called.

    Raises:
        TypeError: neither None nor callable.
    """
    if value is not None and not callable(value):
        raise TypeError(f"{name} must be callable, not {value!r}")
