"""WebSocket connections of one isolate, by number."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final, Protocol

from atoll.core.headers import Headers
from atoll.core.web import URL
from atoll.errors import AtollError
from atoll.fetch._errors import NetworkError, WebSocketClosed
from atoll.fetch._models import valid_url
from atoll.fetch._websocket import (
    Message,
    WebSocket,
    WebSocketHandler,
    valid_code,
    valid_protocols,
    valid_reason,
)

_logger: Final = logging.getLogger("atoll.fetch")
_UNTAKEN: Final = 64
"""Messages of one connection that a guest may send without waiting; a correct one sends 16."""


class Guest(Protocol):
    """How connections reach the guest half."""

    async def socket_event(self, number: int, kind: str, *data: Any) -> None:
        """Something has happened at the host's end; returns when the guest has dealt with it."""

    def watch_socket(self, number: int, ended: Callable[[BaseException | None], object]) -> None:
        """Call back when the guest has let a connection go, or the isolate has ended."""


class _Transport:
    def __init__(self, guest: Guest, number: int) -> None:
        self._guest = guest
        self._number = number

    async def accept(self, protocol: str) -> None:
        await self._guest.socket_event(self._number, "open", protocol)

    async def send(self, message: Message) -> None:
        await self._guest.socket_event(self._number, "message", message)

    async def close(self, code: int | None, reason: str) -> None:
        await self._guest.socket_event(self._number, "close", code or 1005, reason)

    async def abort(self, reason: str) -> None:
        await self._guest.socket_event(self._number, "abort", reason)


class Sockets:
    """The connections that are open."""

    def __init__(
        self, handler: WebSocketHandler | None, *, max_sockets: int, max_message: int
    ) -> None:
        self._handler: Final = handler
        self._max_sockets: Final = max_sockets
        self._max_message: Final = max_message
        self._sockets: dict[int, WebSocket] = {}
        self.guest: Guest | None = None

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._sockets)

    def _add(self, number: object, socket: WebSocket) -> None:
        if type(number) is not int or number in self._sockets:
            raise ValueError("the number of a connection is new")
        if len(self._sockets) >= self._max_sockets:
            raise NetworkError(
                f"{self._max_sockets} WebSocket connections are open (max_websockets)"
            )
        self._sockets[number] = socket
        socket._on_closed = lambda: self._sockets.pop(number, None)

    async def connect(self, number: object, url: object, protocols: object) -> None:
        """The guest's ``new WebSocket``; runs as long as the owner's handler."""
        if self._handler is None or self.guest is None:
            raise NetworkError(
                "WebSocket is not allowed here: the owner of this isolate gave no handler for it "
                "(Fetch(websocket=…))"
            )
        if type(number) is not int or type(protocols) is not str:
            raise ValueError("a malformed connection")
        socket = WebSocket(
            _Transport(self.guest, number),
            url=valid_url(url),
            protocols=valid_protocols(protocols.split("\n") if protocols else []),
        )
        self._add(number, socket)
        try:
            await self._serve(socket, self._handler)
        finally:
            socket._closed(1006, "")

    async def _serve(self, socket: WebSocket, handler: WebSocketHandler) -> None:
        try:
            await handler(socket)
        except WebSocketClosed:
            pass  # the guest has gone, and the handler had nothing more to do
        except Exception as error:
            if not socket.accepted:
                raise
            if not isinstance(error, AtollError):
                _logger.error("A WebSocket handler raised", exc_info=error)
            await socket.close(1011)
            return
        if not socket.accepted and not socket.closed:
            raise NetworkError("the connection was refused")
        await socket.close(1000)

    def adopt(self, number: object, url: URL, headers: Headers, protocol: str) -> WebSocket:
        """The owner's end of a connection that a handler in the guest has accepted."""
        if self.guest is None or type(number) is not int:
            raise ValueError("a malformed connection")
        socket = WebSocket(_Transport(self.guest, number), url=url, headers=headers, accepted=True)
        socket.protocol = protocol
        self._add(number, socket)
        self.guest.watch_socket(number, lambda failure: socket._closed(1006, "", failure))
        return socket

    def message(self, number: object, data: object) -> Any:
        """The guest sends a message; answered when there is room for more."""
        socket = self._sockets.get(number) if type(number) is int else None
        if socket is None:
            return None
        if not isinstance(data, str | bytes) or len(data) > self._max_message:
            socket._closed(1009, "")
            raise ValueError(f"a message is text or bytes, {self._max_message} of them at most")
        if len(socket._messages) >= _UNTAKEN:
            socket._closed(1008, "")
            raise ValueError("messages that were sent without waiting")
        return socket._deliver(data)

    def closed(self, number: object, code: object, reason: object) -> None:
        """The guest closes a connection, or loses it (1006)."""
        socket = self._sockets.get(number) if type(number) is int else None
        if socket is not None:
            sent = code if code in (1005, 1006) else valid_code(code)
            socket._closed(int(str(sent)), valid_reason(reason))
