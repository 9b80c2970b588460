"""Checks of arguments, so that a mistake is heard of where it is made."""

from __future__ import annotations

import math
from typing import Any


def check_count(name: str, value: object, least: int = 1, *, optional: bool = False) -> None:
    """A number of things, or of bytes.

    Args:
        name: of the argument.
        value: what was given for it.
        least: the smallest that makes sense.
        optional: whether it may be None, for no limit.

    Raises:
        TypeError: it is no whole number.
        ValueError: it is smaller.
    """
    if value is None and optional:
        return
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} is a whole number{_or_none(optional)}, not {value!r}")
    if value < least:
        raise ValueError(
            f"{name} is a whole number of at least {least}{_or_none(optional)}, not {value!r}"
        )


def check_seconds(name: str, value: object, *, optional: bool = False, zero: bool = False) -> None:
    """A time in seconds.

    Args:
        name: of the argument.
        value: what was given for it.
        optional: whether it may be None, for no limit.
        zero: whether it may be 0.

    Raises:
        TypeError: it is no number.
        ValueError: it is negative, zero or not finite.
    """
    if value is None and optional:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} is a number of seconds{_or_none(optional)}, not {value!r}")
    if not math.isfinite(value) or value < 0 or (value == 0 and not zero):
        kind = (
            "a number of seconds that is not negative" if zero else "a positive number of seconds"
        )
        raise ValueError(f"{name} is {kind}{_or_none(optional)}, not {value!r}")


def check_callable(name: str, value: Any, what: str) -> None:
    """A function, or None.

    Args:
        name: of the argument.
        value: what was given for it.
        what: how it is called: ``"a function of the request"``.

    Raises:
        TypeError: it cannot be called.
    """
    if value is not None and not callable(value):
        raise TypeError(f"{name} is {what}, not {value!r}")


def _or_none(optional: bool) -> str:
    return ", or None for no limit" if optional else ""
