"""HTTP headers, and what may be in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from atoll.fetch._errors import InvalidHeader

_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_FORBIDDEN: Final = re.compile(r"[\x00\r\n]|[^\x00-\xff]")
_WHITESPACE: Final = "\t\n\r "

HeadersInit = "Headers | Mapping[str, str] | Iterable[tuple[str, str]] | None"


def is_token(text: str) -> bool:
    """Whether a text is a ``token`` of RFC 9110: a header's name, or a method."""
    return _TOKEN.fullmatch(text) is not None


def valid_name(name: object) -> str:
    """A header's name in lower case.

    Raises:
        InvalidHeader: it is no token of RFC 9110.
    """
    if not isinstance(name, str) or not is_token(name):
        raise InvalidHeader(f"{str(name)[:100]!r} is no name of a header")
    return name.lower()


def valid_value(value: object) -> str:
    """A header's value without white space around it.

    Raises:
        InvalidHeader: there is a line break or NUL in it, which would start another header, or a
            character that is no byte.
    """
    if not isinstance(value, str):
        raise InvalidHeader(f"the value of a header is text, not {type(value).__name__}")
    value = value.strip(_WHITESPACE)
    if _FORBIDDEN.search(value):
        raise InvalidHeader(
            f"the value of a header holds CR, LF, NUL or a character that is no byte: "
            f"{value[:100]!r}"
        )
    return value


class Headers:
    """Headers of a request or response, as the Fetch Standard has them.

    Names are compared without regard to case and kept in lower case; a name may occur more than
    once. ``headers["accept"]`` joins the values of all of them with commas; cookies, which cannot
    be joined, are `get_set_cookie`.
    """

    __slots__ = ("_pairs",)

    def __init__(
        self, init: Headers | Mapping[str, str] | Iterable[tuple[str, str]] | None = None
    ) -> None:
        """Copy headers from a mapping, or from pairs of name and value.

        Raises:
            InvalidHeader: a name or value that HTTP does not allow.
        """
        self._pairs: list[tuple[str, str]] = []
        if isinstance(init, Headers):
            self._pairs = list(init._pairs)
        elif init is not None:
            pairs = init.items() if isinstance(init, Mapping) else init
            for name, value in pairs:
                self.append(name, value)

    @classmethod
    def _trusted(cls, pairs: list[tuple[str, str]]) -> Headers:
        headers = cls.__new__(cls)
        headers._pairs = pairs
        return headers

    def append(self, name: str, value: str) -> None:
        """Add a header beside those of the same name.

        Raises:
            InvalidHeader: HTTP does not allow it.
        """
        self._pairs.append((valid_name(name), valid_value(value)))

    def __setitem__(self, name: str, value: str) -> None:
        name, value = valid_name(name), valid_value(value)
        places = [i for i, pair in enumerate(self._pairs) if pair[0] == name]
        if not places:
            self._pairs.append((name, value))
            return
        self._pairs[places[0]] = (name, value)
        for place in reversed(places[1:]):
            del self._pairs[place]

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        wanted = name.lower()
        self._pairs = [pair for pair in self._pairs if pair[0] != wanted]

    def __getitem__(self, name: str) -> str:
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value

    def get(self, name: str, default: str | None = None) -> str | None:
        """All values of a name, joined with commas; ``default`` if there is none."""
        values = self.get_all(name)
        return ", ".join(values) if values else default

    def get_all(self, name: str) -> list[str]:
        """All values of a name, in order."""
        wanted = name.lower()
        return [value for key, value in self._pairs if key == wanted]

    def get_set_cookie(self) -> list[str]:
        """The values of ``Set-Cookie``."""
        return self.get_all("set-cookie")

    def setdefault(self, name: str, value: str) -> str:
        """The value of a name, which is set first if there is none."""
        known = self.get(name)
        if known is None:
            self.append(name, value)
            return value
        return known

    def pop(self, name: str, default: str | None = None) -> str | None:
        """Remove a name and return its value."""
        value = self.get(name)
        if value is None:
            return default
        del self[name]
        return value

    def multi_items(self) -> list[tuple[str, str]]:
        """Every header as it is, in order: a list of pairs of lower-case name and value."""
        return list(self._pairs)

    def items(self) -> list[tuple[str, str]]:
        """A pair for each name, its values joined; each ``set-cookie`` by itself."""
        found: list[tuple[str, str]] = []
        for name in self:
            if name == "set-cookie":
                found += [(name, value) for value in self.get_all(name)]
            else:
                found.append((name, self[name]))
        return found

    def keys(self) -> list[str]:
        """Every name once."""
        return list(dict.fromkeys(name for name, _ in self._pairs))

    def copy(self) -> Headers:
        """The same headers in an object of their own."""
        return Headers(self)

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.keys())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and any(key == name.lower() for key, _ in self._pairs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and sorted(other._pairs) == sorted(self._pairs)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Headers({self._pairs!r})"
