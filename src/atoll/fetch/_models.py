"""Requests and responses, as the host sees them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol, overload

from atoll.core.headers import Headers
from atoll.core.web import URL
from atoll.fetch._body import MAX_BODY, Body, BodyInit, json_text
from atoll.fetch._signal import AbortSignal
from atoll.fetch._tokens import is_token

if TYPE_CHECKING:
    from atoll.fetch._websocket import WebSocket

HeadersInit = Headers | Mapping[str, str] | Iterable[tuple[str, str]] | None
"""What headers can be made from."""

_NORMALISED: Final = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"})
_FORBIDDEN_METHODS: Final = frozenset({"CONNECT", "TRACE", "TRACK"})
_NULL_BODY: Final = frozenset({101, 103, 204, 205, 304})
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_REASON: Final = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_URL: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.\-]*:[^\x00-\x20\x7f-\uffff\U00010000-\U0010ffff]*")


def valid_method(method: object) -> str:
    """A method, in upper case where the Fetch Standard normalises it.

    Raises:
        ValueError: it is no token of RFC 9110, or one that the Fetch Standard forbids.
    """
    if not isinstance(method, str) or not is_token(method):
        raise ValueError(f"{str(method)[:100]!r} is no HTTP method")
    upper = method.upper()
    if upper in _FORBIDDEN_METHODS:
        raise ValueError(f"the method {upper} is forbidden (Fetch Standard, section 2.2.1)")
    return upper if upper in _NORMALISED else method


def valid_url(url: object) -> URL:
    """An absolute URL.

    Raises:
        ValueError: it is relative, or has white space, control or non-ASCII characters in it.
    """
    if not isinstance(url, str) or _URL.fullmatch(url) is None:
        raise ValueError(
            f"{str(url)[:200]!r} is no absolute URL in ASCII, like 'https://example.com/a%20b'"
        )
    return url if isinstance(url, URL) else URL(url)


class _JsonMaker(Protocol):
    def __call__(
        self,
        data: object,
        *,
        status: int = 200,
        status_text: str = "",
        headers: HeadersInit = None,
    ) -> Response: ...


class _JsonReader(Protocol):
    def __call__(self, *, limit: int | None = MAX_BODY) -> Awaitable[Any]: ...


class _Json:
    """``Response.json(data)`` makes one, ``await response.json()`` reads one, as in JavaScript."""

    @overload
    def __get__(self, instance: None, owner: type[Response]) -> _JsonMaker: ...

    @overload
    def __get__(self, instance: Response, owner: type[Response]) -> _JsonReader: ...

    def __get__(self, instance: Response | None, owner: type[Response]) -> Callable[..., Any]:
        return owner._make_json if instance is None else instance._json


class Request(Body):
    """An HTTP request.

    Attributes:
        url: an absolute URL, as a string that knows its parts (``request.url.pathname``).
        method: the method.
        headers: the headers.
        signal: aborted when nobody waits for the answer any more.
        redirect: what the guest asked for: ``"follow"``, ``"error"`` or ``"manual"``. The guest
            follows redirects itself and asks the handler for each, so a handler need not.
        hop: how many redirects led here.
        keepalive: whether the guest asked for the request to outlive it.
        credentials, cache, mode, referrer, integrity: what the guest asked for, as text.
    """

    def __init__(
        self,
        url: str,
        *,
        method: str = "GET",
        headers: HeadersInit = None,
        body: BodyInit = None,
        json: object = None,
        redirect: str = "follow",
    ) -> None:
        """Make a request.

        Args:
            url: an absolute URL.
            method: the method.
            headers: a mapping, or pairs of name and value.
            body: bytes, text, a form, or an iterator of bytes, asynchronous or not.
            json: instead of ``body``: a value to be sent as JSON; ``None`` is no body.
            redirect: ``"follow"``, ``"error"`` or ``"manual"``.

        Raises:
            ValueError: the URL, the method, a header or ``redirect`` is not valid, or the method
                takes no body.
        """
        self.url = valid_url(url)
        self.method = valid_method(method)
        self.headers = Headers(headers)
        self.signal = AbortSignal()
        if redirect not in ("follow", "error", "manual"):
            raise ValueError(f"redirect is 'follow', 'error' or 'manual', not {redirect!r}")
        self.redirect = redirect
        self.hop = 0
        self.keepalive = False
        self.credentials = "same-origin"
        self.cache = "default"
        self.mode = "cors"
        self.referrer = ""
        self.integrity = ""
        if json is not None:
            if body is not None:
                raise ValueError("give body or json, not both")
            body = json_text(json)
            if not self.headers.has("content-type"):
                self.headers.append("content-type", "application/json")
        if body is not None and self.method in ("GET", "HEAD"):
            raise ValueError(f"a {self.method} request has no body")
        self._set_body(body)

    async def json(self, *, limit: int | None = MAX_BODY) -> Any:
        """The whole body as JSON; see `bytes`.

        Raises:
            ValueError: it is none.
        """
        return await self._json(limit=limit)

    def __repr__(self) -> str:
        return f"<Request {self.method} {self.url}>"


class Response(Body):
    """An HTTP response.

    Attributes:
        status: 200 to 599; 101 for a WebSocket.
        status_text: the reason phrase.
        headers: the headers.
        url: where it came from, if its maker said so; the guest sees it as ``response.url``.
        websocket: the connection, for the answer to a WebSocket request.
    """

    websocket: WebSocket | None = None
    json: Final = _Json()

    def __init__(
        self,
        body: BodyInit = None,
        *,
        status: int = 200,
        status_text: str = "",
        headers: HeadersInit = None,
        url: str = "",
    ) -> None:
        """Make a response.

        Args:
            body: bytes, text, a form, or an iterator of bytes, asynchronous or not; an iterator
                that raises makes the body fail in the reader.
            status: 200 to 599.
            status_text: the reason phrase.
            headers: a mapping, or pairs of name and value.
            url: where it came from.

        Raises:
            ValueError: the status, reason phrase, URL or a header is not valid, or the status takes
                no body.
        """
        if type(status) is not int or not 200 <= status <= 599:
            raise ValueError(f"a status is a number from 200 to 599, not {status!r}")
        if _REASON.fullmatch(status_text) is None:
            raise ValueError(f"{status_text[:100]!r} is no reason phrase")
        if body is not None and status in _NULL_BODY:
            raise ValueError(f"a response with status {status} has no body")
        self.status = status
        self.status_text = status_text
        self.headers = Headers(headers)
        self.url = valid_url(url) if url else ""
        self._set_body(body)

    @classmethod
    def _make_json(
        cls,
        data: object,
        *,
        status: int = 200,
        status_text: str = "",
        headers: HeadersInit = None,
    ) -> Response:
        response = cls(json_text(data), status=status, status_text=status_text, headers=headers)
        if not response.headers.has("content-type"):
            response.headers.append("content-type", "application/json")
        return response

    @classmethod
    def redirect(cls, url: str, status: int = 302) -> Response:
        """A redirect.

        Args:
            url: where to: an absolute URL, or one relative to the request's.
            status: 301, 302, 303, 307 or 308.

        Raises:
            ValueError: it is another status, or the URL cannot be in a header.
        """
        if status not in _REDIRECTS:
            raise ValueError(f"{status!r} is no status of a redirect")
        return cls(None, status=status, headers={"location": url})

    async def aclose(self) -> None:
        """Give the body up, or the connection. Does nothing when it has been read, or is closed."""
        if self.websocket is not None:
            await self.websocket.abort("the response was closed")
        await super().aclose()

    @property
    def ok(self) -> bool:
        """Whether the status is 200 to 299."""
        return 200 <= self.status <= 299

    @classmethod
    def of(cls, value: object) -> Response:
        """The response that a handler's result stands for.

        Args:
            value: a `Response`; or one of httpx or Starlette, whose body is streamed if it streams.

        Raises:
            TypeError: it is something else.
        """
        if isinstance(value, Response):
            return value
        foreign = _of_httpx(value) or _of_starlette(value)
        if foreign is None:
            raise TypeError(
                f"a handler returns an atoll.fetch.Response, not {type(value).__name__}; a "
                "response of httpx or Starlette is taken, too"
            )
        return foreign

    def __repr__(self) -> str:
        return f"<Response {self.status}{f' {self.status_text}' if self.status_text else ''}>"


# Told by what they have, as neither library may be installed.

_DECODED: Final = frozenset({"br", "deflate", "gzip", "zstd"})
_OF_THE_TRANSPORT: Final = frozenset({"content-encoding", "content-length", "transfer-encoding"})


def _of_httpx(value: Any) -> Response | None:
    """A body that comes decoded has headers that describe its encoding no more."""
    if not (hasattr(value, "aiter_bytes") and hasattr(value, "status_code")):
        return None
    pairs = value.headers.multi_items()
    codings = value.headers.get("content-encoding", "").lower().split(",")
    if all(coding.strip() in _DECODED for coding in codings):
        pairs = [pair for pair in pairs if pair[0].lower() not in _OF_THE_TRANSPORT]
    body: Any = value.content if value.is_closed or value.is_stream_consumed else _HttpxBody(value)
    if value.status_code in _NULL_BODY:
        body = None
    return Response(
        body,
        status=value.status_code,
        status_text=value.reason_phrase,
        headers=pairs,
        url=str(value.url) if getattr(value, "_request", None) is not None else "",
    )


class _HttpxBody:
    """The body of an httpx response, which is closed with it."""

    def __init__(self, response: Any) -> None:
        self._response = response
        self._chunks = response.aiter_bytes()

    def __aiter__(self) -> _HttpxBody:
        return self

    async def __anext__(self) -> bytes:
        chunk: bytes = await anext(self._chunks)
        return chunk

    async def aclose(self) -> None:
        await self._chunks.aclose()
        await self._response.aclose()


def _of_starlette(value: Any) -> Response | None:
    if not (hasattr(value, "raw_headers") and hasattr(value, "status_code")):
        return None
    body = value.body_iterator if hasattr(value, "body_iterator") else getattr(value, "body", None)
    if body is None or hasattr(value, "path"):
        raise TypeError(
            f"a {type(value).__name__} writes its body to a server itself; return an "
            "atoll.fetch.Response with the file's bytes or an iterator of them"
        )
    pairs = [(name.decode("latin-1"), text.decode("latin-1")) for name, text in value.raw_headers]
    return Response(
        None if value.status_code in _NULL_BODY else body, status=value.status_code, headers=pairs
    )
