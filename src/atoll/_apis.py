"""The APIs that a runtime may have, by keyword: one entry for each.

A keyword of ``Runtime`` takes a configured capability, or a short form that its entry understands;
``None`` and ``False`` leave the API out, ``True`` is its default. To add an API: an entry here, a
keyword and a property in `atoll.runtime` and in `atoll.sync`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, NoReturn

from atoll.errors import ApiNotEnabled

Make = Callable[[Any, Any], Any]
"""From a capability's class and the value of its keyword to one; None when it cannot be."""


def _of_callable(kind: Any, value: Any) -> Any:
    return kind(value) if callable(value) else None


def _timers(kind: Any, value: Any) -> Any:
    if value == "real":
        return kind()
    return kind(mode="manual", virtual_date=True) if value == "manual" else None


def _files(kind: Any, value: Any) -> Any:
    from atoll.fs import FileSystem

    return kind(value) if isinstance(value, FileSystem | Mapping) else None


def _no_short_form(_kind: Any, _value: Any) -> None:
    return None


class _Api(NamedTuple):
    """An API: where its capability is, and how a keyword asks for it."""

    home: str
    make: Make
    accepts: str
    example: str


_APIS: Final[Mapping[str, _Api]] = {
    "encoding": _Api("encoding.Encoding", _no_short_form, "True or Encoding()", "True"),
    "path": _Api("path.Path", _no_short_form, "True or Path()", "True"),
    "timers": _Api("timers.Timers", _timers, '"real", "manual" or Timers(…)', '"real"'),
    "crypto": _Api("crypto.Crypto", _no_short_form, "True or Crypto(…)", "True"),
    "console": _Api(
        "console.Console", _of_callable, "a function that takes entries, or Console(…)", "on_entry"
    ),
    "fetch": _Api(
        "fetch.Fetch", _of_callable, "a function that takes requests, or Fetch(…)", "handler"
    ),
    "fs": _Api(
        "fs.Files",
        _files,
        "a FileSystem, a mapping of paths to them, or Files(…)",
        "MemoryFileSystem()",
    ),
    "modules": _Api("modules.Modules", _no_short_form, "True or Modules()", "Modules()"),
    "tests": _Api(
        "test_environment.TestEnvironment", _no_short_form, "True or TestEnvironment(…)", "True"
    ),
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
    module, _, name = api.home.partition(".")
    kind = getattr(importlib.import_module(f"atoll.{module}"), name)
    if isinstance(value, kind):
        return value
    made = kind() if value is True else api.make(kind, value)
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
