"""HTTP headers, as the Fetch Standard has them. `guest/web.js` has the guest's half."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

from atoll.wire.frames import ProtocolViolation

if TYPE_CHECKING:
    from atoll.core.marshal_decode import _Decoder
    from atoll.core.marshal_encode import _Encoder

T = TypeVar("T")

_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
"""A header name: RFC 9110, section 5.6.2."""
_SPACE: Final = "\t\n\r "
"""HTTP whitespace bytes of the Fetch Standard, section 2.2; stripped off the ends of values."""
_FORBIDDEN: Final = re.compile(r"[\0\n\r]")
_NOT_A_BYTE: Final = re.compile(r"[^\0-\xff]")


class Headers:
    """HTTP headers: a list of pairs of name and value whose names are case-insensitive.

    Follows the ``Headers`` class of the Fetch Standard (section 5.1), which it becomes in the
    guest, with the names that Python's mappings have beside it::

        headers = Headers({"Content-Type": "text/plain"})
        headers.append("Vary", "accept")
        headers.append("vary", "cookie")
        headers["vary"]  # 'accept, cookie'
        headers.get("etag")  # None
        list(headers)  # [('content-type', 'text/plain'), ('vary', 'accept, cookie')]

    Iterating gives pairs in order of their lower-case names, values of one name combined with a
    comma, but each ``set-cookie`` on its own. ``raw`` has them as they were added.

    Args:
        init: other headers, a mapping, or pairs of name and value.

    Raises:
        ValueError: a name that is no token, or a value with a line break, a NUL or a character
            beyond U+00FF.
        TypeError: one that is no text, or no pair.
    """

    __slots__ = ("_pairs",)

    def __init__(
        self, init: Headers | Mapping[str, str] | Iterable[tuple[str, str]] | None = None
    ) -> None:
        self._pairs: list[tuple[str, str]] = []
        if init is None:
            return
        if isinstance(init, Headers):
            self._pairs += init._pairs
            return
        pairs: Iterable[Any] = init.items() if isinstance(init, Mapping) else init
        for pair in pairs:
            # A text is a sequence as well, and "ab" would be a name and a value.
            if isinstance(pair, str) or len(pair) != 2:
                raise TypeError("headers are a mapping, or pairs of name and value")
            self.append(*pair)

    @property
    def raw(self) -> tuple[tuple[str, str], ...]:
        """The pairs in the order and case in which they were added."""
        return tuple(self._pairs)

    # Changing

    def append(self, name: str, value: str) -> None:
        """Add a value and keep those that the name has already."""
        value = _normalized(_checked_name(name), value)
        self._pairs.append((name, value))

    def set(self, name: str, value: str) -> None:
        """Give the name one value, in the place of its first."""
        value, lower = _normalized(_checked_name(name), value), name.lower()
        pairs: list[tuple[str, str]] = []
        found = False
        for known, old in self._pairs:
            if known.lower() != lower:
                pairs.append((known, old))
            elif not found:
                found = True
                pairs.append((known, value))
        if not found:
            pairs.append((name, value))
        self._pairs = pairs

    def delete(self, name: str) -> None:
        """Remove all values of the name, if there are any."""
        lower = _checked_name(name).lower()
        self._pairs = [pair for pair in self._pairs if pair[0].lower() != lower]

    __setitem__ = set

    def __delitem__(self, name: str) -> None:
        if name not in self:
            raise KeyError(name)
        self.delete(name)

    # Reading

    @overload
    def get(self, name: str) -> str | None: ...
    @overload
    def get(self, name: str, default: T) -> str | T: ...
    def get(self, name: str, default: T | None = None) -> str | T | None:
        """The values of the name, joined by ``", "``; ``default`` when it has none."""
        values = self.get_all(name)
        return ", ".join(values) if values else default

    def get_all(self, name: str) -> list[str]:
        """The values of the name as they were added, in order."""
        lower = _checked_name(name).lower()
        return [value for known, value in self._pairs if known.lower() == lower]

    def get_set_cookie(self) -> list[str]:
        """Every ``Set-Cookie``: those values have commas of their own and cannot be joined."""
        return self.get_all("set-cookie")

    def has(self, name: str) -> bool:
        """Whether the name has a value."""
        lower = _checked_name(name).lower()
        return any(known.lower() == lower for known, _ in self._pairs)

    def __getitem__(self, name: str) -> str:
        values = self.get_all(name)
        if not values:
            raise KeyError(name)
        return ", ".join(values)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and _TOKEN.fullmatch(name) is not None and self.has(name)

    def items(self) -> list[tuple[str, str]]:
        """The pairs that iterating gives: "sort and combine" in the standard, section 2.2.2."""
        combined: dict[str, list[str]] = {}
        for name, value in self._pairs:
            combined.setdefault(name.lower(), []).append(value)
        pairs: list[tuple[str, str]] = []
        for name in sorted(combined):
            if name == "set-cookie":
                pairs += ((name, value) for value in combined[name])
            else:
                pairs.append((name, ", ".join(combined[name])))
        return pairs

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self.items())

    def __len__(self) -> int:
        """How many pairs iterating gives."""
        return len(self.items())

    def __bool__(self) -> bool:
        return bool(self._pairs)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self.items() == other.items()

    __hash__ = None  # type: ignore[assignment]

    def copy(self) -> Headers:
        """Headers of the same pairs."""
        return Headers(self)

    def __repr__(self) -> str:
        return f"Headers({self._pairs!r})"


def _checked_name(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError(f"a header name must be text, not {type(name).__name__}")
    if _TOKEN.fullmatch(name) is None:
        raise ValueError(
            f"{name!r} is no header name: names are letters, digits and !#$%&'*+-.^_`|~ "
            "(RFC 9110, section 5.6.2)"
        )
    return name


def _normalized(name: str, value: object) -> str:
    """The value without whitespace around it, if it is one that HTTP can carry."""
    if not isinstance(value, str):
        raise TypeError(f"the value of header {name} must be text, not {type(value).__name__}")
    value = value.strip(_SPACE)
    bad = _FORBIDDEN.search(value) or _NOT_A_BYTE.search(value)
    if bad is not None:
        raise ValueError(
            f"the value of header {name} has {bad.group()!r} at {bad.start()}: a line break or NUL "
            "cannot be sent, nor a character beyond U+00FF; encode it first (as percent or Base64)"
        )
    return value


def encode_headers(encoder: _Encoder, value: Headers, depth: int) -> Any:
    """``["H", pairs]``."""
    out = encoder._tag("H", [list(pair) for pair in value._pairs])
    encoder._memo[id(value)] = (value, out)
    return out


def decode_headers(decoder: _Decoder, data: list[Any]) -> Headers:
    """Headers; the guest's class has checked and combined them."""
    headers: Headers = decoder._open(Headers())
    try:
        pairs = [(_checked_name(name), _normalized(name, value)) for name, value in data[1]]
    except (TypeError, ValueError) as error:
        raise ProtocolViolation(f"malformed headers ({error})") from error
    # Not through `append`, which looks at all that are there.
    headers._pairs += pairs
    return headers
