"""The owner's handle: requests to the handler that the guest has registered."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from atoll.core import operations
from atoll.core.headers import Headers
from atoll.fetch._bodies import BodyTable, GuestBody
from atoll.fetch._errors import HandlerError, InvalidRequest, RequestTimeout
from atoll.fetch._models import Request, Response
from atoll.fetch._sockets import Sockets
from atoll.fetch._tokens import join_headers, split_headers, with_true_length, without_framing

if TYPE_CHECKING:
    from atoll.core.host import Pending
    from atoll.core.reference import Reference
    from atoll.sync import Reference as BlockingReference

_FOREVER: Final = float("inf")
_NO_HANDLER: Final = "no handler"
_UNWANTED: Final = "the response is not wanted any more"
_NO_URL: Final = "no URL"


class _Exchange:
    """What both flavours know of requests to the guest: how they are sent, and read."""

    def __init__(self, guest: Any, bodies: BodyTable, sockets: Sockets, max_headers: int) -> None:
        self._guest = guest
        self._bodies = bodies
        self._sockets = sockets
        self._max_headers = max_headers
        self._numbers = itertools.count(1)
        self._functions: dict[str, Any] = {}

    def _arguments(self, number: int, request: Request) -> tuple[Any, ...]:
        if not request.url.lower().startswith(("http:", "https:")):
            raise InvalidRequest(
                f"a request to a handler is http or https, not {request.url[:100]!r}"
            )
        headers = join_headers(request.headers)
        body = self._bodies.send(request)
        return (number, request.method, str(request.url), headers, body)

    def _response(self, request: Request, answer: Any, close: Callable[[], object]) -> Response:
        """The response that the guest answered with.

        Raises:
            HandlerError: it is none.
            InvalidRequest: the request was none.
        """
        try:
            status, reason, headers, body, socket = answer
            if status is None and reason == _NO_URL:
                raise InvalidRequest(f"{request.url[:100]!r} is no URL")
            if status is None:
                raise HandlerError(_explain(reason))
            if type(status) is int and status == 101:
                return self._upgraded(request, split_headers(headers, self._max_headers), socket)
            source, found = body, Response(None, status=status, status_text=reason)
            found.headers = split_headers(headers, self._max_headers)
            if type(body) is int:
                taken = self._bodies.take(body)
                found._source, found._used = taken._take_source(), False
            elif body is None or type(body) is bytes:
                found._source = source
            elif type(body) is str:
                found._source = body.encode()
            elif hasattr(body, "cancel"):
                found._source = GuestBody(body, close)
            else:
                raise ValueError("a body that is none")
            if found.headers:
                with_true_length(found.headers, _length(request, found))
            if found.status == 204:  # RFC 9110, section 8.6
                found.headers.delete("content-length")
        except InvalidRequest:
            raise
        except (TypeError, ValueError) as error:
            raise HandlerError(f"the guest's response is not valid: {error}") from error
        return found

    def _upgraded(self, request: Request, headers: Headers, socket: object) -> Response:
        if request.headers.get("upgrade", "").lower() != "websocket":
            raise HandlerError("the handler answered 101 to a request without Upgrade: websocket")
        response = Response(None)
        response.status, response.headers = 101, without_framing(headers)
        protocol = headers.get("sec-websocket-protocol", "")
        response.websocket = self._sockets.adopt(socket, request.url, request.headers, protocol)
        return response


def _length(request: Request, response: Response) -> int | None:
    """Bytes of what follows the headers; None: not known, or the headers tell of another body."""
    if response.has_body:
        return response.size
    return None if request.method == "HEAD" or response.status == 304 else 0


def _explain(reason: object) -> str:
    if reason == _NO_HANDLER:
        return (
            "the guest has no handler for requests: it has to run `serve({ fetch(request) {…} })`, "
            "or be a module with `export default { fetch(request) { … } }`"
        )
    return f"the guest's handler returned {str(reason)[:200]} instead of a Response"


class FetchHandle(_Exchange):
    """The owner's view of fetch and serve in one isolate."""

    _guest: Reference

    async def dispatch_request(self, request: Request, *, timeout: float | None = None) -> Response:
        """Give a request to the handler that the guest has registered.

        Any number may be under way at once. Bodies stream both ways. Cancelling the call, or
        closing the response before its end (``async with response``, ``await response.aclose()``),
        aborts ``request.signal`` in the guest.

        A request with ``Upgrade: websocket`` whose handler accepts it gives a response with status
        101, whose `Response.websocket` is the connection.

        Args:
            request: an http or https request.
            timeout: seconds until the response has to be there, not its body;
                ``Limits.call_time`` unless it is given.

        Raises:
            InvalidRequest: it is neither, or its URL is none that the guest's parser takes.
            HandlerError: there is no handler, or it returned no response.
            JSError: the handler threw. An exception of a host function that the handler let
                through is raised as it is.
            RequestTimeout: it took too long. The request was aborted; the isolate goes on, unless
                it does not react, which ends it.
            LimitExceeded, IsolateCrashed, IsolateDisposed: the isolate has ended.
        """
        driver = self._guest._driver
        dispatch = self._functions.get("dispatch") or await self._connect()
        number = next(self._numbers)
        args = self._arguments(number, request)
        limit = driver._limits.call_time if timeout is None else timeout
        deadline = asyncio.timeout(limit)
        try:
            async with deadline:
                answer = await driver.request(dispatch._handle, args, _FOREVER)
        except TimeoutError:
            if not deadline.expired():
                raise  # one of the owner's, that the handler let through
            self._abort(number, "the request took too long")
            raise RequestTimeout(f"the guest's handler did not answer within {limit:g} s") from None
        except asyncio.CancelledError:
            self._abort(number, "nobody waits for the response any more")
            raise
        return self._response(request, answer, lambda: self._abort(number, _UNWANTED))

    async def _connect(self) -> Reference:
        names = ("abort", "socketEvent", "socketDone", "dispatch")
        found = {name: await self._guest.get(name, copy=False) for name in names}
        # At once, as another request may be waiting for the same.
        self._functions.update(found)
        self._sockets.guest = self
        dispatch: Reference = found["dispatch"]
        return dispatch

    def _abort(self, number: int, reason: str) -> None:
        driver = self._guest._driver
        if driver.host.failure is None:
            driver.post(self._functions["abort"]._handle, (number, reason))

    async def register(self, handler: Reference) -> None:
        """Make a value in the guest the handler: what a module exports as its default.

        Args:
            handler: a reference to a function, or to an object with a method ``fetch``.

        Raises:
            JSError: a TypeError: it is neither.
        """
        await self._guest.call_method("register", handler)

    async def has_handler(self) -> bool:
        """Whether the guest has registered a handler."""
        return bool(await self._guest.call_method("hasHandler"))

    async def background(self) -> None:
        """Wait until everything that handlers gave to ``ctx.waitUntil`` has settled."""
        await self._guest._driver.request(
            operations.INVOKE, (self._guest, "background", [], True), _FOREVER
        )

    @property
    def websockets(self) -> int:
        """How many WebSocket connections are open."""
        return self._sockets.count

    # For connections

    async def socket_event(self, number: int, kind: str, *data: Any) -> None:
        """Tell the guest what happened at the host's end of a connection."""
        if "socketEvent" not in self._functions:
            await self._connect()
        target = self._functions["socketEvent"]._handle
        await self._guest._driver.request(target, (number, kind, *data), _FOREVER)

    def watch_socket(self, number: int, ended: Callable[[BaseException | None], object]) -> None:
        """Call back when the guest has let a connection go, or the isolate has ended."""
        driver = self._guest._driver
        pending = driver.host.call(self._functions["socketDone"]._handle, (number,))

        def done(pending: Pending) -> None:
            ended(pending.error)

        pending.on_done = done
        driver._flush_soon()


class BlockingFetchHandle(_Exchange):
    """The same as `FetchHandle`, blocking. WebSockets need asyncio."""

    _guest: BlockingReference

    def dispatch_request(self, request: Request, *, timeout: float | None = None) -> Response:
        """Give a request to the handler that the guest has registered.

        See `FetchHandle.dispatch_request`. The response's body is read with `Response.read` and
        `Response.iter_bytes`.
        """
        number = next(self._numbers)
        driver = self._guest._driver
        arguments = list(self._arguments(number, request))
        answer = driver.request(
            operations.INVOKE, (self._guest, "dispatch", arguments, True), timeout
        )

        def close() -> None:
            if driver.host.failure is None:
                self._guest.call_method("abort", number, _UNWANTED)

        return self._response(request, answer, close)

    def register(self, handler: BlockingReference) -> None:
        """Make a value in the guest the handler; see `FetchHandle.register`."""
        self._guest.call_method("register", handler)

    def has_handler(self) -> bool:
        """Whether the guest has registered a handler."""
        return bool(self._guest.call_method("hasHandler"))

    def background(self) -> None:
        """Wait until everything that handlers gave to ``ctx.waitUntil`` has settled."""
        self._guest.call_method("background")
