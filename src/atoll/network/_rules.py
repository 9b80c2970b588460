"""What a guest may ask for: an allow-list of origins, methods and paths.

A rule is compared with the URL after it was parsed, never with its text.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

from yarl import URL

from atoll.fetch._tokens import is_token

_PATTERN: Final = re.compile(
    r"""
    (?P<scheme> [a-z]+ ) ://
    (?P<host> \[[0-9a-fA-F:.]+\] | (?: \*\. )? [^\s/*:?\#@]+ | \* )
    (?: : (?P<port> \d{1,5} | \* ) )?
    (?P<path> / [^\s?\#]* )?
    """,
    re.VERBOSE,
)
_BAD_PORTS: Final = frozenset(
    {
        *(0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95),
        *(101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179),
        *(389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601),
        *(636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000),
        *(6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080),
    }
)
"""Ports of other protocols, such as mail, whose servers might take a request for one of theirs: the
Fetch Standard, section 2.9, "bad port". A rule has to name one to allow it."""
_PORTS: Final = {"http": 80, "https": 443, "ws": 80, "wss": 443}


@dataclass(frozen=True)
class Rule:
    """One thing that a guest may ask for.

    Attributes:
        pattern: ``"https://api.example.com"``: that origin. ``"https://*.example.com"``: its
            subdomains. ``"https://api.example.com/v1/*"``: those paths. A port is the scheme's
            own unless one is given; ``:*`` is any. ``"*"``: every ``http``, ``https``, ``ws`` and
            ``wss`` URL. Both leave out ports of other protocols, such as 25: the Fetch Standard's
            bad ports.
        methods: the methods; empty: all of them.

    Raises:
        ValueError: the pattern is no pattern, or a method none.
        TypeError: the pattern is no text, or the methods are no collection of texts.
    """

    pattern: str
    methods: frozenset[str] = frozenset()
    _parts: re.Match[str] | None = field(init=False, repr=False, compare=False)

    def __init__(self, pattern: str, methods: Iterable[str] = ()) -> None:
        if not isinstance(pattern, str):
            raise TypeError(f"a pattern of URLs is a text, not {pattern!r}")
        object.__setattr__(self, "pattern", pattern)
        object.__setattr__(self, "methods", _checked_methods(methods))
        object.__setattr__(self, "_parts", None if pattern == "*" else _parsed(pattern))

    def allows(self, method: str, url: URL) -> bool:
        """Whether the rule covers a request."""
        return (not self.methods or method.upper() in self.methods) and self.covers(url)

    def covers(self, url: URL) -> bool:
        """Whether the rule covers a URL."""
        parts = self._parts
        if parts is None:
            return url.scheme in _PORTS and url.port not in _BAD_PORTS
        return (
            url.scheme == parts["scheme"]
            and _host_matches(parts["host"], url.raw_host or "")
            and _port_matches(parts["port"], url)
            and _path_matches(parts["path"], url.raw_path)
        )


def _checked_methods(methods: object) -> frozenset[str]:
    if isinstance(methods, str) or not isinstance(methods, Iterable):
        raise TypeError("methods is a collection of methods, such as {'GET', 'HEAD'}")
    found = list(methods)
    for method in found:
        if not isinstance(method, str):
            raise TypeError(f"a method is a text, such as 'GET', not {method!r}")
        if not is_token(method):
            raise ValueError(f"{method!r} is no HTTP method")
    return frozenset(method.upper() for method in found)


def _parsed(pattern: str) -> re.Match[str]:
    parts = _PATTERN.fullmatch(pattern)
    if (
        parts is None
        or parts["scheme"] not in _PORTS
        or not _is_host(parts["host"])
        or not _is_port(parts["port"])
    ):
        raise ValueError(
            f"{pattern!r} is no pattern of URLs: write it like https://api.example.com, "
            "https://*.example.com or https://api.example.com/v1/*"
        )
    return parts


def _is_host(pattern: str) -> bool:
    try:
        return pattern == "*" or _ascii(pattern.removeprefix("*.").strip("[]")) != ""
    except ValueError:
        return False


def _is_port(pattern: str | None) -> bool:
    return pattern in (None, "*") or int(pattern) < 2**16


def _host_matches(pattern: str, host: str) -> bool:
    host = host.lower().rstrip(".")
    if pattern == "*":
        return True
    if pattern.startswith("*."):
        return host.endswith("." + _ascii(pattern[2:]))
    return host == _ascii(pattern.strip("[]"))


@functools.cache
def _ascii(host: str) -> str:
    """The host as it is in a parsed URL: lower case, and IDNA where it is not ASCII."""
    return URL.build(scheme="http", host=host).raw_host or ""


def _port_matches(pattern: str | None, url: URL) -> bool:
    if pattern == "*":
        return url.port not in _BAD_PORTS
    return url.port == (_PORTS[url.scheme] if pattern is None else int(pattern))


def _path_matches(pattern: str | None, path: str) -> bool:
    """``*`` is any text. A path that a server might read as another one matches only ``/*``."""
    if pattern is None or pattern == "/*":
        return True
    plain = unquote(path)
    # A replacement character was no UTF-8, as an overlong "." is none; what follows a semicolon is
    # dropped by some servers before they resolve "..".
    if any(odd in plain for odd in "\\%\ufffd"):
        return False
    if any(part.partition(";")[0] in (".", "..") for part in plain.split("/")):
        return False
    glob = "".join(".*" if part == "*" else re.escape(part) for part in re.split(r"(\*)", pattern))
    return re.fullmatch(glob, path, re.DOTALL) is not None
