"""A handler for `atoll.fetch.Fetch` that makes the requests which an allow-list lets through."""

from __future__ import annotations

import asyncio
import inspect
import logging
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import Any, Final, NoReturn, Self

import aiohttp
from yarl import URL

from atoll._version import __version__
from atoll.core.arguments import check_callable, check_count, check_seconds
from atoll.fetch import (
    Headers,
    HeadersInit,
    NetworkError,
    Request,
    Response,
    WebSocket,
)
from atoll.fetch._tokens import OF_THE_CONNECTION
from atoll.limits import MiB
from atoll.network._addresses import parse_networks
from atoll.network._client import AddressRefused, Opened, Redirected, Sessions, open_session
from atoll.network._exchange import Exchange
from atoll.network._relay import relay
from atoll.network._rules import Rule

_logger: Final = logging.getLogger("atoll.network")

_CONNECTION: Final = OF_THE_CONNECTION | {
    "content-length",
    "proxy-authenticate",
    "proxy-authorization",
    "sec-websocket-accept",
    "sec-websocket-extensions",
    "sec-websocket-key",
    "sec-websocket-protocol",
    "sec-websocket-version",
}
"""Headers that belong to a connection, which is the host's: a guest that set them could make two
requests of one."""

_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""What RFC 9110, section 5.5, has recipients refuse in a value."""

_Changed = Request | Response | None
OnRequest = Callable[[Request], Awaitable[_Changed] | _Changed]
OnResponse = Callable[[Request, Response], Awaitable[Response | None] | Response | None]


class Network:
    """The internet, as far as an allow-list goes; a handler for `atoll.fetch.Fetch`.

    A request is made if a rule allows it and its host leads to a public address. Loopback, private,
    link-local, multicast and metadata addresses are refused, however they are written and whatever
    a name stands for at the moment of connecting. A redirect is another request, and checked as
    one. No cookies are kept, and no proxy is used.

    Entered with ``async with``, it keeps connections open between requests; otherwise they are
    closed when no request is under way. A limit counts for everyone who uses the same object: give
    each tenant one of its own.
    """

    def __init__(
        self,
        allow: str | Rule | Iterable[str | Rule],
        *,
        private: str | Iterable[str] = (),
        headers: Mapping[str, HeadersInit] | None = None,
        max_request: int = 100 * MiB,
        max_response: int = 100 * MiB,
        max_message: int = 16 * MiB,
        max_redirects: int = 20,
        concurrency: int = 32,
        connect_timeout: float = 10,
        response_timeout: float = 60,
        idle_timeout: float = 60,
        on_request: OnRequest | None = None,
        on_response: OnResponse | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Say what is allowed.

        Args:
            allow: patterns of URLs (see `Rule`), or rules with methods; ``"*"`` is the whole public
                internet.
            private: networks that may be reached although they are not public, such as
                ``"127.0.0.0/8"``. A rule has to allow the request all the same.
            headers: headers to add, by pattern: secrets that the guest never sees. They replace
                what the guest has set.
            max_request: bytes of a request's body.
            max_response: bytes of a response's body, after decompression.
            max_message: bytes of a WebSocket message.
            max_redirects: redirects that may lead to a request.
            concurrency: requests and sockets at a time; more wait.
            connect_timeout: seconds for a connection.
            response_timeout: seconds from the request to the response's headers.
            idle_timeout: seconds in which nothing of a response's body is received, or asked for by
                the guest.
            on_request: called with each request that the rules allow, to log it; may return a
                `Response` as the answer, or another `Request` to make instead, which the rules do
                not judge.
            on_response: called with each request and its response; may return another response.
            tls: settings for ``https`` and ``wss``.

        Raises:
            ValueError: a pattern or network is none, a header cannot be sent, or a limit is out of
                range.
            TypeError: an argument is of another type.
        """
        rules = [allow] if isinstance(allow, str | Rule) else _each("allow", allow)
        self._rules = [rule if isinstance(rule, Rule) else Rule(rule) for rule in rules]
        self._headers = _added_headers(headers or {})
        for name, number in (
            ("max_request", max_request),
            ("max_response", max_response),
            ("max_message", max_message),
            ("concurrency", concurrency),
        ):
            check_count(name, number)
        check_count("max_redirects", max_redirects, 0)
        check_seconds("connect_timeout", connect_timeout)
        check_seconds("response_timeout", response_timeout)
        check_seconds("idle_timeout", idle_timeout)
        check_callable("on_request", on_request, "a function of the request")
        check_callable("on_response", on_response, "a function of the request and its response")
        if tls is not None and not isinstance(tls, ssl.SSLContext):
            raise TypeError(f"tls is an ssl.SSLContext, not {tls!r}")
        self._max_request = max_request
        self._max_response = max_response
        self._max_message = max_message
        self._max_redirects = max_redirects
        self._response_timeout = response_timeout
        self._idle_timeout = idle_timeout
        self._on_request = on_request
        self._on_response = on_response
        networks = parse_networks(
            [private] if isinstance(private, str) else _each("private", private)
        )
        self._sessions = Sessions(
            lambda: open_session(networks, connect_timeout=connect_timeout, tls=tls), concurrency
        )

    async def __aenter__(self) -> Self:
        await self._sessions.acquire()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._sessions.release()

    async def __call__(self, request: Request) -> Response:
        """Make a request.

        Raises:
            NetworkError: it is not allowed, or there was no response.
        """
        self._check(request.method, request.url, request.hop)
        response = None
        if self._on_request is not None:
            changed = await _result(self._on_request(request))
            if isinstance(changed, Request):
                request = changed
            elif changed is not None:
                response = _as_response("on_request", changed)
        if response is None:
            response = await self._send(request)
        if self._on_response is not None:
            changed = await _result(self._on_response(request, response))
            if changed is not None:
                response = _as_response("on_response", changed)
        return response

    def _check(self, method: str, url: str, hop: int = 0) -> URL:
        parsed = _parse(url)
        if hop > self._max_redirects:
            raise NetworkError(f"more than {self._max_redirects} redirects")
        if not any(rule.allows(method, parsed) for rule in self._rules):
            _logger.warning("refused %s %s: no rule allows it", method, _plain(parsed))
            raise NetworkError(f"{method} {_plain(parsed)} is not allowed here")
        return parsed

    def _outgoing(self, headers: Headers, url: URL) -> list[tuple[str, str]]:
        outgoing = _combined(headers)
        for name in _CONNECTION & outgoing.keys():
            del outgoing[name]
        for rule, added in self._headers:
            if rule.covers(url):
                outgoing |= added
        outgoing.setdefault("user-agent", ("User-Agent", f"atoll/{__version__}"))
        return [(name, _as_sent(name, value)) for name, value in outgoing.values()]

    async def _send(self, request: Request) -> Response:
        url = _parse(request.url)
        exchange = Exchange(self._sessions, self._max_response, self._idle_timeout)
        try:
            async with asyncio.timeout(self._response_timeout):
                answer = await exchange.open(
                    request.method,
                    url,
                    headers=self._outgoing(request.headers, url),
                    data=await self._body(request),
                )
                response = await exchange.response(answer, request)
        except BaseException as error:
            await exchange.aclose()
            if isinstance(error, Exception):
                self._explain(error, url)
            raise
        if response.size is not None:
            await exchange.aclose()
        return response

    async def _body(self, request: Request) -> bytes | AsyncIterator[bytes] | None:
        if not request.has_body:
            return b"" if request.method in ("POST", "PUT") else None
        if request.size is None:
            return _limited(request, self._max_request)
        if request.size > self._max_request:
            raise NetworkError(f"the request's body is longer than {self._max_request} bytes")
        return await request.bytes(limit=None)

    def _explain(self, error: Exception, url: URL) -> NoReturn:
        """The guest learns that it failed, and what an address on the internet would tell it."""
        origin = str(url.origin())
        own = _find(error, NetworkError)
        if own is not None:
            raise own
        refused = _find(error, AddressRefused)
        if refused is not None:
            _logger.warning("refused a request to %s: %s; private=… opens it", origin, refused)
            raise NetworkError(f"the address of {origin} is not allowed here") from error
        _logger.info("no response from %s: %r", origin, error)
        if isinstance(error, Redirected):
            raise NetworkError(f"{origin} redirects, which a WebSocket does not follow") from error
        if isinstance(error, TimeoutError):
            raise NetworkError(f"{origin} did not answer in time") from error
        if isinstance(error, aiohttp.ClientConnectorError | OSError):
            raise NetworkError(f"no connection to {origin}") from error
        if isinstance(error, aiohttp.ClientError | ValueError):
            raise NetworkError(f"{origin} gave no valid answer") from error
        raise error

    async def websocket(self, socket: WebSocket) -> None:
        """Connect a guest's WebSocket to its server: the ``websocket`` of `Fetch`.

        Raises:
            NetworkError: it is not allowed, or there was no connection.
        """
        url = self._check("GET", socket.url)
        opened = await self._sessions.acquire()
        try:
            async with opened.slots:
                await self._relay(socket, await self._open(socket, url, opened))
        finally:
            await self._sessions.release()

    async def _open(
        self, socket: WebSocket, url: URL, opened: Opened
    ) -> aiohttp.ClientWebSocketResponse:
        try:
            async with (
                opened.handshake(f"{url.raw_host}:{url.port}"),
                asyncio.timeout(self._response_timeout),
            ):
                return await opened.session.ws_connect(
                    url,
                    protocols=socket.protocols,
                    headers=self._outgoing(socket.headers, url),
                    max_msg_size=self._max_message,
                    autoping=True,
                )
        except Exception as error:  # noqa: BLE001 — explained, or raised again
            self._explain(error, url)

    async def _relay(self, socket: WebSocket, server: aiohttp.ClientWebSocketResponse) -> None:
        async with server:
            if socket.protocols and server.protocol is None:
                # WebSockets Standard, section 2: the connection is not established.
                raise NetworkError("the server takes none of the subprotocols")
            await socket.accept(server.protocol or "")
            await relay(socket, server)


async def _result(given: Any) -> Any:
    """What a hook returned, whether it is a coroutine function or a plain one."""
    return await given if inspect.isawaitable(given) else given


def _as_response(hook: str, value: object) -> Response:
    try:
        return Response.of(value)
    except TypeError as error:
        raise TypeError(f"{hook} returned what cannot be answered with: {error}") from None


async def _limited(request: Request, limit: int) -> AsyncIterator[bytes]:
    sent = 0
    async for chunk in request.body:
        sent += len(chunk)
        if sent > limit:
            raise NetworkError(f"the request's body is longer than {limit} bytes")
        yield chunk


def _combined(headers: Headers) -> dict[str, tuple[str, str]]:
    """By lower-case name: the name as it was first written, and all of its values."""
    combined: dict[str, tuple[str, str]] = {}
    for name, value in headers.raw:
        first, values = combined.get(name.lower(), (name, None))
        # RFC 9113, section 8.2.3: a comma is part of a cookie.
        joint = "; " if name.lower() == "cookie" else ", "
        combined[name.lower()] = (first, value if values is None else f"{values}{joint}{value}")
    return combined


def _as_sent(name: str, value: str) -> str:
    """The text whose UTF-8 has the bytes that a value stands for, one character each.

    The client writes UTF-8, and no control characters.
    """
    try:
        text = value.encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        raise NetworkError(f"the header {name} has bytes that are not UTF-8") from None
    if _CONTROL.search(text) is not None:
        raise NetworkError(f"the header {name} has a control character")
    return text


def _parse(url: str) -> URL:
    try:
        parsed = URL(url, encoded=True)
        if parsed.raw_host and parsed.port:
            return parsed
    except ValueError:
        pass
    raise NetworkError("only http, https, ws and wss URLs can be fetched")


def _plain(url: URL) -> str:
    """A URL without what may be secret in it."""
    return f"{url.origin()}{url.raw_path}"[:200]


def _find(error: BaseException | None, kind: type[Exception]) -> BaseException | None:
    while error is not None and not isinstance(error, kind):
        inner = getattr(error, "os_error", None)
        error = inner if isinstance(inner, kind) else error.__cause__ or error.__context__
    return error


def _each(name: str, values: Any) -> list[Any]:
    try:
        return list(values)
    except TypeError:
        raise TypeError(f"{name} is a text, or a list of texts, not {values!r}") from None


def _added_headers(headers: Any) -> list[tuple[Rule, dict[str, tuple[str, str]]]]:
    """What to add to requests that a rule covers, known to be what can be sent."""
    if not isinstance(headers, Mapping):
        raise TypeError(
            "headers has headers by pattern, like {'https://api.example.com': {'Authorization': "
            f"'…'}}}}, and is no {type(headers).__name__}"
        )
    found = []
    for pattern, init in headers.items():
        try:
            added = _combined(Headers(init))
            for name, value in added.values():
                if name.lower() in ("content-length", "transfer-encoding"):
                    raise ValueError(f"{name} says how a request is framed, which the client knows")
                _as_sent(name, value)
        except TypeError as error:
            raise TypeError(f"headers[{pattern!r}]: {error}") from None
        except (ValueError, NetworkError) as error:
            raise ValueError(f"headers[{pattern!r}]: {error}") from None
        found.append((Rule(pattern), added))
    return found
