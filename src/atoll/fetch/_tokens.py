"""What HTTP's grammar allows, and headers as one text.

A request or response crosses the boundary as a few plain values, its headers as one of them: names
and values in turn, a line each, which no valid header can have a break in.
"""

from __future__ import annotations

import re
from typing import Final

from atoll.core.headers import Headers

_LENGTH: Final = re.compile(r"[0-9]{1,18}")
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_LINES: Final = re.compile(
    r"(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]++\n[^\x00\r\n\u0100-\U0010ffff]*+(?:\n(?!\Z)|\Z))*"
)


OF_THE_CONNECTION: Final = frozenset(
    {
        "connection",
        "expect",
        "host",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""Headers that say how a message is framed: whoever sends it on decides that, not the guest, which
could smuggle a second request, or response, past a proxy with them (RFC 9112, section 11.2)."""


def is_token(text: str) -> bool:
    """Whether a text is a ``token`` of RFC 9110, section 5.6.2: a method, a subprotocol."""
    return _TOKEN.fullmatch(text) is not None


def join_headers(headers: Headers) -> str:
    """Headers as one text."""
    return "\n".join([part for pair in headers._pairs for part in pair])


def split_headers(text: object, limit: int) -> Headers:
    """Headers from the text that the guest sent.

    Args:
        text: anything.
        limit: characters that it may have.

    Raises:
        ValueError: it holds something that is no header, or is too long.
    """
    headers = Headers()
    if text == "":
        return headers
    if type(text) is not str:
        raise ValueError("headers that are no text")
    if len(text) > limit:
        raise ValueError(f"headers of {len(text)} bytes: {limit} are allowed (max_header_bytes)")
    if _LINES.fullmatch(text) is None:
        raise ValueError("headers that HTTP does not allow")
    parts = text.split("\n")
    headers._pairs = list(zip(parts[::2], parts[1::2], strict=True))
    return headers


def without_framing(headers: Headers) -> Headers:
    """The headers of a request without those that are about its connection or its length."""
    headers._pairs = [
        pair
        for pair in headers._pairs
        if (name := pair[0].lower()) not in OF_THE_CONNECTION and name != "content-length"
    ]
    return headers


def with_true_length(headers: Headers, size: int | None) -> Headers:
    """The headers of a response without those about its connection, or a length that is not its.

    Args:
        headers: they are changed.
        size: bytes of the body; None when that is not known, or when the headers tell of another.
    """
    kept: list[tuple[str, str]] = []
    lengths: list[tuple[str, str]] = []
    for pair in headers._pairs:
        name = pair[0].lower()
        if name == "content-length":
            lengths.append(pair)
        elif name not in OF_THE_CONNECTION:
            kept.append(pair)
    if (
        len(lengths) == 1
        and _LENGTH.fullmatch(lengths[0][1]) is not None
        and size in (None, int(lengths[0][1]))
    ):
        kept += lengths
    headers._pairs = kept
    return headers
