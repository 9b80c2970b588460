"""The host half of fetch: what the guest asks for, and what it is given."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from atoll.core.arguments import check_callable, check_count
from atoll.core.capability import BundledCapability, joined
from atoll.fetch._bodies import BodyTable, GuestBody
from atoll.fetch._errors import NetworkError
from atoll.fetch._handle import BlockingFetchHandle, FetchHandle
from atoll.fetch._models import Request, Response
from atoll.fetch._sockets import Sockets
from atoll.fetch._tokens import join_headers, split_headers, without_framing
from atoll.fetch._websocket import WebSocketHandler
from atoll.limits import KiB, MiB

if TYPE_CHECKING:
    from atoll.core.reference import Reference
    from atoll.sync import Reference as BlockingReference

Handler = Callable[[Request], Awaitable[Any] | Any]
"""What answers the guest's requests: returns a `Response` (or one of httpx or Starlette)."""

_PARTS: Final = (
    "webidl.js",
    "forms.js",
    "headers.js",
    "tee.js",
    "body_host.js",
    "body_mixin.js",
    "body_sending.js",
    "body.js",
    "request.js",
    "response.js",
    "integrity.js",
    "local_schemes.js",
    "fetch.js",
    "wasm_streaming.js",
    "events.js",
    "event_source.js",
    "web_socket.js",
    "serve.js",
    "guest.js",
)
_META: Final = ("redirect", "credentials", "cache", "mode", "referrer", "integrity")
_LONGEST_META: Final = 64 * KiB


class Fetch(BundledCapability):
    """``fetch``, ``WebSocket``, ``EventSource`` and ``serve`` for the guest, through the owner.

    ::

        async def handler(request: Request) -> Response:
            return Response.json({"path": request.url.pathname})


        fetch = await isolate.install(Fetch(handler))

    Every request of the guest, each step of a redirect included, is given to the handler, which
    answers it or refuses it: there is no other way out. Aborting in the guest cancels the task that
    runs the handler. What the handler raises rejects the guest's ``fetch`` with a ``TypeError``,
    whose ``cause`` it is; cancelling it, with an ``AbortError``. ``data:`` and ``blob:`` URLs are
    answered in the guest.

    One object may be given to any number of isolates; each has its own requests and connections.
    """

    package = "atoll.fetch"

    def __init__(
        self,
        handler: Handler | None = None,
        *,
        websocket: WebSocketHandler | None = None,
        env: Mapping[str, object] | None = None,
        max_concurrent: int = 512,
        max_redirects: int = 20,
        opaque_redirects: bool = False,
        max_header_bytes: int = 256 * KiB,
        max_websockets: int = 256,
        max_websocket_message: int = 16 * MiB,
    ) -> None:
        """Describe fetch for one isolate.

        Args:
            handler: answers the guest's requests. Without one, ``fetch`` rejects.
            websocket: answers the guest's ``new WebSocket``. Without one, it fails.
            env: what handlers in the guest get as their second argument; functions in it are
                host functions there.
            max_concurrent: requests of the guest that are with the handler at once; the guest
                queues the rest.
            max_redirects: redirects that the guest follows for one request.
            opaque_redirects: whether ``redirect: "manual"`` gives the guest an opaque response, of
                which it can tell only the URL (Fetch Standard, section 2.2.6), as browsers do.
                Otherwise it gives the redirect with its status and headers, as server runtimes do.
            max_header_bytes: characters that the headers of one message of the guest may have.
            max_websockets: connections that may be open at once.
            max_websocket_message: bytes, or characters, of one message of the guest.

        Raises:
            TypeError: a handler cannot be called, or an argument is of another type.
            ValueError: a number is out of range.
        """
        check_callable("handler", handler, "a function of the request")
        check_callable("websocket", websocket, "a coroutine function of the connection")
        names: Any = () if env is None else env
        if not isinstance(names, Mapping | tuple) or not all(type(name) is str for name in names):
            raise TypeError(f"env is a mapping of names to values, not {env!r}")
        for name, number, least in (
            ("max_concurrent", max_concurrent, 1),
            ("max_redirects", max_redirects, 0),
            ("max_header_bytes", max_header_bytes, 1),
            ("max_websockets", max_websockets, 0),
            ("max_websocket_message", max_websocket_message, 1),
        ):
            check_count(name, number, least)
        self._handler = handler
        self._env = dict(env or {})
        self._max_concurrent = max_concurrent
        self._max_redirects = max_redirects
        self._opaque_redirects = opaque_redirects
        self._max_headers = max_header_bytes
        self._max_websockets = max_websockets
        self._max_message = max_websocket_message
        self._websocket = websocket
        self._reset()

    def _reset(self) -> None:
        self._running = 0
        self._bodies = BodyTable(limit=4 * self._max_concurrent)
        self._sockets = Sockets(
            self._websocket, max_sockets=self._max_websockets, max_message=self._max_message
        )

    def per_isolate(self) -> Fetch:
        """The capability for one isolate."""
        mine = copy.copy(self)
        mine._reset()
        return mine

    @property
    def guest_source(self) -> str:
        """Text of the guest half."""
        return joined(self.package, _PARTS)

    def options(self) -> dict[str, Any]:
        """Options for the guest half."""
        return {
            "allowed": self._handler is not None,
            "fetch": self._fetch,
            "open": self._bodies.open,
            "release": self._bodies.release,
            "connect": self._sockets.connect,
            "message": self._sockets.message,
            "closed": self._sockets.closed,
            "env": self._env,
            "maxConcurrent": self._max_concurrent,
            "maxRedirects": self._max_redirects,
            "maxHeaders": self._max_headers,
            "opaqueRedirects": self._opaque_redirects,
        }

    def connected(self, guest: Reference) -> FetchHandle:
        """The owner's handle."""
        handle = FetchHandle(guest, self._bodies, self._sockets, self._max_headers)
        self._sockets.guest = handle
        return handle

    def ended(self) -> Awaitable[None] | None:
        """Close the bodies that the guest has not read to their end."""
        return self._bodies.close() if len(self._bodies) else None

    def connected_blocking(self, guest: BlockingReference) -> BlockingFetchHandle:
        """The owner's handle for blocking code."""
        return BlockingFetchHandle(guest, self._bodies, self._sockets, self._max_headers)

    async def _fetch(
        self, method: object, url: object, headers: object, body: object, hop: object, meta: object
    ) -> tuple[Any, ...]:
        if self._handler is None:
            raise NetworkError("fetch is not allowed here")
        if self._running >= self._max_concurrent:
            raise NetworkError(f"{self._max_concurrent} requests are under way (max_concurrent)")
        request = self._request(method, url, headers, body, hop, meta)
        self._running += 1
        try:
            result = self._handler(request)
            response = Response.of(await result if inspect.isawaitable(result) else result)
            sent = self._bodies.send(response, lambda: request.signal._abort("the guest"))
        except BaseException:
            request.signal._abort("the request has ended")
            await request.aclose()
            raise
        finally:
            self._running -= 1
        return (
            response.status,
            response.status_text,
            join_headers(response.headers),
            response.url,
            sent,
        )

    def _request(
        self, method: object, url: object, headers: object, body: object, hop: object, meta: object
    ) -> Request:
        """The guest's request, checked."""
        if type(method) is not str or type(url) is not str:
            raise ValueError("a malformed request")
        request = Request(url, method=method)
        request.headers = without_framing(split_headers(headers, self._max_headers))
        if body is not None:
            if request.method in ("GET", "HEAD"):
                raise ValueError(f"a {request.method} request has no body")
            if type(body) is int:
                request._source = self._bodies.take(body)._take_source()
            elif type(body) is bytes:
                request._source = body
            elif type(body) is str:
                request._source = body.encode()
            elif hasattr(body, "cancel"):
                request._source = GuestBody(body)
            else:
                raise ValueError("a malformed body")
        if type(hop) is not int or not 0 <= hop <= self._max_redirects:
            raise ValueError("too many redirects")
        request.hop = hop
        if meta is not None:
            if type(meta) is not str or len(meta) > _LONGEST_META or meta.count("\n") != len(_META):
                raise ValueError("a malformed request")
            *texts, keepalive = meta.split("\n")
            for name, text in zip(_META, texts, strict=True):
                setattr(request, name, text)
            request.keepalive = keepalive == "1"
        return request
