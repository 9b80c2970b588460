"""The APIs that a runtime may have, by keyword: one entry for each.

A keyword of ``Runtime`` takes a configured capability, or a short form that its entry understands;
``None`` and ``False`` leave the API out, ``True`` is its default. To add an API: an entry here, a
keyword and a property in `atoll.runtime` and in `atoll.sync`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, NoReturn

from atoll.console import Console
from atoll.crypto import Crypto
from atoll.encoding import Encoding
from atoll.errors import ApiNotEnabled
from atoll.timers import Timers

Make = Callable[[Any], Any]
"""From the value of a keyword to a capability; None when it cannot be."""


def _console(value: Any) -> Any:
    return Console(value) if callable(value) else None


def _timers(value: Any) -> Any:
    if value == "real":
        return Timers()
    return Timers(mode="manual", virtual_date=True) if value == "manual" else None


class _Api(NamedTuple):
    """An API: its capability, and how a keyword asks for it."""

    kind: type
    make: Make
    accepts: str
    example: str


_APIS: Final[Mapping[str, _Api]] = {
    "encoding": _Api(Encoding, lambda _: None, "True or Encoding()", "True"),
    "timers": _Api(Timers, _timers, '"real", "manual" or Timers(…)', '"real"'),
    "crypto": _Api(Crypto, lambda _: None, "True or Crypto(…)", "True"),
    "console": _Api(Console, _console, "a function that takes entries, or Console(…)", "on_entry"),
}
"""By keyword, in the order of installation."""


def chosen(choices: Mapping[str, Any]) -> dict[str, Any]:
    """The capabilities that the keywords ask for, in the order of installation.

    Raises:
        TypeError: a keyword has a value that it does not take.
    """
    return {
        keyword: _capability(keyword, choices[keyword])
        for keyword in _APIS
        if choices[keyword] is not None and choices[keyword] is not False
    }


def _capability(keyword: str, value: Any) -> Any:
    api = _APIS[keyword]
    if isinstance(value, api.kind):
        return value
    made = api.kind() if value is True else api.make(value)
    if made is None:
        raise TypeError(f"{keyword}= takes {api.accepts}, or None to leave it out; not {value!r}")
    return made


def not_enabled(keyword: str, *, entered: bool) -> NoReturn:
    """Say how to get at an API.

    Raises:
        ApiNotEnabled: always.
    """
    if not entered:
        raise ApiNotEnabled(
            f"the runtime has not been started, so it has no handle for {keyword} yet: enter it "
            "first, with `async with Runtime(…)`, or with `with` for atoll.sync"
        )
    raise ApiNotEnabled(
        f"this runtime was made without {keyword}; make one that has it, for instance with "
        f"Runtime({keyword}={_APIS[keyword].example})"
    )
