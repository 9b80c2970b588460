"""WebSocket connections, as the host sees them.

One object is one end of a connection whose other end is in the guest. There are two ways to one:

- the guest says ``new WebSocket(url)``: the owner's ``websocket`` callable is called with a
  connection that it accepts, answers, or passes on to a server;
- the owner dispatches a request that asks for an upgrade: the connection is the response's
  ``websocket``, accepted already.
"""

from __future__ import annotations

import asyncio
import copy
import re
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final, Protocol, Self

from atoll.core.headers import Headers
from atoll.core.web import URL
from atoll.fetch._errors import WebSocketClosed
from atoll.fetch._tokens import is_token

_REASON_BYTES: Final = 123
"""What a close frame has room for (RFC 6455, section 5.5)."""
_LONE_SURROGATES: Final = re.compile(r"[\ud800-\udfff]")

Message = str | bytes
"""A text message or a binary one."""


class WebSocketTransport(Protocol):
    """How a connection reaches its other end in the guest; all of it is waited for."""

    async def accept(self, protocol: str) -> None:
        """The connection is open."""

    async def send(self, message: Message) -> None:
        """A message."""

    async def close(self, code: int | None, reason: str) -> None:
        """A close frame; None: without a code."""

    async def abort(self, reason: str) -> None:
        """The connection is lost."""


def valid_code(code: object) -> int:
    """A close code that may be sent: 1000, 3000 to 4999, or one of RFC 6455 that has a meaning.

    Raises:
        ValueError: it is another one.
    """
    if type(code) is not int or not (
        (1000 <= code <= 1014 and code not in (1004, 1005, 1006)) or 3000 <= code <= 4999
    ):
        raise ValueError(f"{code!r} is no close code that can be sent")
    return code


def valid_reason(reason: object) -> str:
    """A reason that a close frame has room for.

    Raises:
        ValueError: it is longer than 123 bytes.
    """
    if not isinstance(reason, str) or len(reason.encode("utf-8", "replace")) > _REASON_BYTES:
        raise ValueError(f"the reason of a close frame has {_REASON_BYTES} bytes at most")
    return _LONE_SURROGATES.sub("\ufffd", reason)


class WebSocket:
    """One end of a WebSocket connection; the other end is in the guest.

    ::

        async def echo(socket: WebSocket) -> None:
            await socket.accept()
            async for message in socket:
                await socket.send(message)

    Iterating ends when the guest closes the connection properly, and raises `WebSocketClosed` when
    it is lost. What is not read waits, and with it the guest's ``bufferedAmount``.

    Attributes:
        url: the URL.
        protocols: the subprotocols that the guest offers.
        protocol: the one that was chosen, or ``""``.
        headers: headers of the request.
        close_code: the guest's close code, once it has closed: 1005 for none, 1006 for a
            connection that was lost.
        close_reason: the guest's reason.
    """

    def __init__(
        self,
        transport: WebSocketTransport,
        *,
        url: URL,
        protocols: tuple[str, ...] = (),
        headers: Headers | None = None,
        accepted: bool = False,
        max_queue: int = 16,
    ) -> None:
        self.url = url
        self.protocols = protocols
        self.protocol = ""
        self.headers = headers if headers is not None else Headers()
        self.close_code: int | None = None
        self.close_reason = ""
        self._transport = transport
        self._accepted = accepted
        self._closing = False
        self._messages: deque[Message] = deque()
        self._max_queue = max_queue
        self._arrived: asyncio.Event | None = None
        self._taken: asyncio.Event | None = None
        self._on_closed: Callable[[], object] | None = None
        self._failure: BaseException | None = None

    @property
    def accepted(self) -> bool:
        """Whether it has been accepted."""
        return self._accepted

    @property
    def closed(self) -> bool:
        """Whether it is closed, by either side."""
        return self.close_code is not None

    async def accept(self, protocol: str = "") -> None:
        """Open the connection: the guest's ``open`` event.

        Args:
            protocol: one of `protocols`, or ``""`` for none.

        Raises:
            ValueError: the guest did not offer that protocol.
            RuntimeError: it has been accepted already.
            WebSocketClosed: the guest has closed it meanwhile.
        """
        if self._accepted:
            raise RuntimeError("the connection has been accepted already")
        if protocol and protocol not in self.protocols:
            raise ValueError(f"the guest did not offer the protocol {protocol!r}")
        if self.close_code is not None:
            raise WebSocketClosed(self.close_code, self.close_reason)
        self._accepted = True
        self.protocol = protocol
        await self._transport.accept(protocol)

    async def send(self, message: str | bytes | bytearray | memoryview) -> None:
        """Send a message, text or binary; returns once the guest has taken it.

        Raises:
            WebSocketClosed: the connection is closed.
            RuntimeError: it has not been accepted.
        """
        if not self._accepted:
            raise RuntimeError("accept the connection before sending to it")
        if self.close_code is not None or self._closing:
            raise self._end()
        if isinstance(message, bytearray | memoryview):
            message = bytes(message)
        if not isinstance(message, str | bytes):
            raise TypeError(f"a message is text or bytes, not {type(message).__name__}")
        await self._transport.send(message)

    async def receive(self) -> Message:
        """The next message.

        Raises:
            WebSocketClosed: there are no more.
        """
        while not self._messages:
            if self.close_code is not None:
                raise self._end()
            self._arrived = self._arrived or asyncio.Event()
            self._arrived.clear()
            await self._arrived.wait()
        message = self._messages.popleft()
        if self._taken is not None and len(self._messages) < self._max_queue:
            self._taken.set()
        return message

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Message:
        try:
            return await self.receive()
        except WebSocketClosed as closed:
            if closed.code == 1006:
                raise
            raise StopAsyncIteration from None

    async def close(self, code: int | None = 1000, reason: str = "") -> None:
        """Close the connection. Does nothing when it is closed already.

        Args:
            code: 1000, 3000 to 4999, or one that RFC 6455 defines for sending; None for none.
            reason: 123 bytes at most.

        Raises:
            ValueError: the code or the reason cannot be sent.
        """
        if code is not None:
            valid_code(code)
        reason = valid_reason(reason)
        if self.close_code is not None or self._closing:
            return
        self._closing = True
        if self._accepted:
            await self._transport.close(code, reason)
        else:
            await self._transport.abort(reason or "the connection was refused")
        if self.close_code is None:
            self._closed(1005 if code is None else code, reason)

    async def abort(self, reason: str = "") -> None:
        """Lose the connection: an ``error`` event and a close event with code 1006 in the guest."""
        if self.close_code is None and not self._closing:
            self._closing = True
            await self._transport.abort(reason)
            self._closed(1006, "")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # What the guest does

    def _deliver(self, message: Message) -> Awaitable[None] | None:
        """A message has come. What is returned, if anything, waits until there is room for more."""
        if self.close_code is not None:
            return None
        self._messages.append(message)
        if self._arrived is not None:
            self._arrived.set()
        return None if len(self._messages) < self._max_queue else self._room()

    async def _room(self) -> None:
        while len(self._messages) >= self._max_queue and self.close_code is None:
            self._taken = self._taken or asyncio.Event()
            self._taken.clear()
            await self._taken.wait()

    def _closed(self, code: int, reason: str, failure: BaseException | None = None) -> None:
        if self.close_code is not None:
            return
        self.close_code, self.close_reason, self._failure = code, reason, failure
        for event in (self._arrived, self._taken):
            if event is not None:
                event.set()
        if self._on_closed is not None:
            self._on_closed()

    def _end(self) -> BaseException:
        if self._failure is not None:
            return copy.copy(self._failure)
        return WebSocketClosed(self.close_code or 1006, self.close_reason)

    def __repr__(self) -> str:
        state = "open" if self._accepted else "not accepted"
        return f"<WebSocket {self.url}, {'closed' if self.closed else state}>"


WebSocketHandler = Callable[[WebSocket], Awaitable[None]]
"""What a guest's ``new WebSocket`` is given to: it accepts the connection and serves it.

When it returns, a connection that is still open is closed with code 1000; when it raises,
with 1011. One that it does not accept fails in the guest.
"""


def valid_protocols(protocols: object) -> tuple[str, ...]:
    """The subprotocols of a request.

    Raises:
        ValueError: one is no token, or occurs twice.
    """
    if not isinstance(protocols, list | tuple):
        raise ValueError("protocols are a list")
    seen: dict[str, None] = {}
    for protocol in protocols:
        if not isinstance(protocol, str) or not is_token(protocol) or protocol in seen:
            raise ValueError("a subprotocol is a token that occurs once")
        seen[protocol] = None
    return tuple(seen)
