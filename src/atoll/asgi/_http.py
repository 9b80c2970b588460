"""A request of HTTP, from the server to an isolate and back."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Final
from urllib.parse import quote

from atoll.asgi._types import Borrow, Receive, Scope, Send
from atoll.asgi._workers import NoWorker
from atoll.errors import AtollError, IsolateCrashed, IsolateDisposed, JSError, LimitExceeded
from atoll.fetch import BodyError, Headers, InvalidRequest, Request, RequestTimeout, Response

_logger: Final = logging.getLogger("atoll.asgi")

_HOST: Final = re.compile(r"[A-Za-z0-9.\-_~%!$&'()*+,;=]+(:\d{1,5})?|\[[0-9A-Fa-f:.]+\](:\d{1,5})?")
_HOP_BY_HOP: Final = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding"}
)
"""Headers of a connection (RFC 9110, section 7.6.1), which is the server's."""
_OF_THE_REQUEST: Final = _HOP_BY_HOP | {"upgrade"}
"""And what asks for another protocol, which a server has done by then, or not."""
_MOMENT: Final = 0.02
"""Seconds of a request in which nobody looks whether its client is still there."""
_STATUS: Final = {
    400: "Bad Request",
    413: "Content Too Large",
    500: "Internal Server Error",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Gateway Timeout",
}


class BadRequest(Exception):
    """What the client sent is no request that a handler can be given."""


class Disconnected(Exception):
    """The client has gone."""


def read_headers(scope: Scope) -> list[tuple[str, str]]:
    """The headers of a connection, but for those of the connection itself."""
    pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]]
    return [pair for pair in pairs if pair[0].lower() not in _OF_THE_REQUEST]


def encode_headers(
    headers: Headers, without: frozenset[str] = frozenset()
) -> list[tuple[bytes, bytes]]:
    """Headers as a server takes them, but for some names in lower case."""
    return [
        (name.encode("latin-1"), value.encode("latin-1"))
        for name, value in headers.items()
        if name not in without
    ]


def read_request(scope: Scope, scheme: str, method: str = "GET") -> Request:
    """The request of a connection, without its body.

    Raises:
        BadRequest: its method, its host or its path is none.
    """
    try:
        return Request(_read_url(scope, scheme), method=method, headers=read_headers(scope))
    except ValueError as error:
        raise BadRequest(str(error)) from None


def _read_url(scope: Scope, scheme: str) -> str:
    """The URL that the client asked for."""
    hosts = [v.decode("latin-1") for k, v in scope["headers"] if k.lower() == b"host"]
    if len(hosts) > 1:  # RFC 9112, section 3.2: whoever is before us may have taken the other
        raise ValueError("several Host headers")
    host = hosts[0] if hosts else ""
    if not host:
        name, port = scope.get("server") or ("localhost", None)
        host = f"{name}:{port}" if port else str(name)
    if _HOST.fullmatch(host) is None:
        raise ValueError("the Host header is no host")
    raw_path = scope.get("raw_path")
    # What a server leaves as it is, but no URL has: it is escaped, as a browser would.
    path = quote(
        raw_path.partition(b"?")[0] if raw_path else scope["path"], safe="/%:@!$&'()*+,;=~"
    )
    if path == "*" and scope.get("method") == "OPTIONS":  # RFC 9110, section 7.1
        path = ""
    elif path and not path.startswith("/"):  # it would be read as more of the host
        raise ValueError("the path does not begin with a slash")
    query = quote(scope.get("query_string", b""), safe="/%:@!$&'()*+,;=~?[]")
    return f"{scheme}://{host}{path or '/'}{f'?{query}' if query else ''}"


class _Upload(AsyncIterator[bytes]):
    """The body of a request, as it arrives. It may be read long after the response has begun."""

    def __init__(self, exchange: Exchange, first: bytes | None) -> None:
        self._exchange = exchange
        self._first = first

    async def __anext__(self) -> bytes:
        chunk, self._first = self._first, None
        while not chunk:
            try:
                chunk = await self._exchange.chunk()
            except Disconnected:
                raise BodyError("the client has gone") from None
            except _TooLarge:
                raise BodyError("the body is too large") from None
            if chunk is None:
                raise StopAsyncIteration
        return chunk

    async def aclose(self) -> None:
        """The guest has given it up, or has answered without it."""
        self._exchange.leave()


class _Presence:
    """Cancels what is done inside when the client goes, and raises `Disconnected` then.

    Nobody looks for a moment: most responses have been sent by then, and need no task for it.
    """

    def __init__(self, disconnected: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._disconnected = disconnected
        self._watching: asyncio.Task[None] | None = None
        self._has_gone = False

    async def __aenter__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._timer = self._loop.call_later(_MOMENT, self._watch)

    def _watch(self) -> None:
        self._watching = self._loop.create_task(self._disconnected())
        self._watching.add_done_callback(self._gone)

    def _gone(self, watching: asyncio.Task[None]) -> None:
        if watching.cancelled() or self._task is None:
            return
        watching.exception()  # whatever it is, no more is heard of the client
        self._has_gone = True
        self._task.cancel()

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._timer.cancel()
        task, self._task = self._task, None
        if self._watching is not None and not self._watching.done():
            self._watching.cancel()
            await asyncio.wait([self._watching])
        is_ours = self._has_gone and task is not None and task.uncancel() == 0
        if is_ours and kind is asyncio.CancelledError:
            raise Disconnected from None


class Exchange:
    """One request and its response."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, max_body: int | None) -> None:
        self._scope = scope
        self._receive = receive
        self._send = send
        self._max_body = max_body
        self._received = 0
        self._more = True
        self._has_started = False
        self._rest = asyncio.Event()
        self._too_large = False

    async def run(self, borrow: Borrow, timeout: float | None) -> None:
        """Have the request answered.

        Args:
            borrow: lends an isolate.
            timeout: seconds for the response's headers.
        """
        try:
            request = await self._request()
            async with _Presence(self._disconnected):
                await self._answer(request, borrow, timeout)
        except Disconnected:
            return
        except Exception as error:  # noqa: BLE001 — each has a status
            await self._fail(error)

    async def _answer(self, request: Request, borrow: Borrow, timeout: float | None) -> None:
        async with borrow() as runtime:
            response = await runtime.fetch.dispatch_request(request, timeout=timeout)
            async with response:
                await self._respond(response)

    async def _request(self) -> Request:
        method = self._scope["method"]
        request = read_request(self._scope, self._scope.get("scheme", "http"), method)
        length = request.headers.get("content-length")
        if length is not None and not (length.isascii() and length.isdigit()):
            raise BadRequest("the Content-Length header is no number")
        if length is not None and self._max_body is not None and int(length) > self._max_body:
            raise _TooLarge
        framed = any(name.lower() == b"transfer-encoding" for name, _ in self._scope["headers"])
        if method not in ("GET", "HEAD") and (framed or (length or "0") != "0"):
            first = await self.chunk()
            request._set_body(_Upload(self, first) if self._more else first)
        else:
            self._rest.set()
        return request

    async def chunk(self) -> bytes | None:
        """The next piece of the request's body; None after its end.

        Raises:
            Disconnected: the client has gone.
            _TooLarge: it is longer than ``max_body``.
        """
        if self._rest.is_set():
            return None
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        self._more = message.get("more_body", False)
        if not self._more:
            self._rest.set()
        chunk: bytes = message.get("body", b"")
        self._received += len(chunk)
        if self._max_body is not None and self._received > self._max_body:
            self._too_large = True
            raise _TooLarge
        return chunk

    def leave(self) -> None:
        """Nobody wants the rest of the body: what follows it is for `_disconnected`."""
        self._rest.set()

    async def _disconnected(self) -> None:
        """Returns when the client goes, which only what follows the body can say.

        A body that the handler has given up, or answered without, is read here, and dropped.
        """
        await self._rest.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _respond(self, response: Response) -> None:
        size, is_head = response.size, self._scope["method"] == "HEAD"
        headers = encode_headers(
            response.headers, _HOP_BY_HOP if is_head else _HOP_BY_HOP | {"content-length"}
        )
        if is_head:
            # RFC 9110, section 8.6: as to a GET, where that is known.
            is_told = response.has_body and "content-length" not in response.headers
        else:
            is_told = response.status not in (204, 304)
        if size is not None and is_told:
            headers.append((b"content-length", b"%d" % size))
        self._has_started = True
        await self._send(
            {"type": "http.response.start", "status": response.status, "headers": headers}
        )
        if size is not None or is_head:
            body = b"" if is_head else await response.bytes(limit=None)
            await self._send({"type": "http.response.body", "body": body})
            return
        stream = response.body
        with contextlib.suppress(OSError):  # the client has gone, which the server knows
            async with contextlib.aclosing(stream):
                async for chunk in stream:
                    await self._send(
                        {"type": "http.response.body", "body": chunk, "more_body": True}
                    )
            await self._send({"type": "http.response.body", "body": b""})

    async def _fail(self, error: Exception) -> None:
        status = 413 if self._too_large else status_of(error)
        where = f"{self._scope['method']} {self._scope['path']}"
        log_failure(where, status, error)
        if self._has_started:
            # The server sees a response that never ends, and closes the connection.
            return
        await send_status(self._send, status, "http.response")


class _TooLarge(Exception):
    """The body is longer than the application takes."""


async def send_status(send: Send, status: int, kind: str) -> None:
    """A response that tells its status alone.

    Args:
        send: of the connection.
        status: one of those for failures.
        kind: what begins the types of ASGI's messages.
    """
    text = _STATUS[status].encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(text)),
    ]
    if status == 503:
        headers.append((b"retry-after", b"1"))
    await send({"type": f"{kind}.start", "status": status, "headers": headers})
    await send({"type": f"{kind}.body", "body": text})


def status_of(error: Exception) -> int:
    """The status that tells a client of a failure, and no more than that."""
    if isinstance(error, _TooLarge):
        return 413
    if isinstance(error, NoWorker):
        return 503
    if isinstance(error, IsolateCrashed | LimitExceeded | IsolateDisposed):
        return 502
    if isinstance(error, RequestTimeout):
        return 504
    return 400 if isinstance(error, BadRequest | InvalidRequest) else 500


def log_failure(where: str, status: int, error: Exception) -> None:
    """What the client is not told, for the owner's log."""
    where = where.encode("ascii", "backslashreplace").decode()[:200]
    if status < 500:
        _logger.info("%s: %d, %s", where, status, error)
    elif isinstance(error, JSError):
        _logger.error("%s: %d, the handler threw\n%s", where, status, error.js_stack or error)
    elif isinstance(error, AtollError):
        _logger.error("%s: %d, %s: %s", where, status, type(error).__name__, error)
    else:
        _logger.error("%s: %d", where, status, exc_info=error)
