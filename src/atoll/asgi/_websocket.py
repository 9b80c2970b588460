"""A WebSocket, from the server to an isolate and back."""

from __future__ import annotations

import asyncio
import contextlib

from atoll.asgi._http import encode_headers, log_failure, read_request, send_status, status_of
from atoll.asgi._types import Borrow, Receive, Scope, Send
from atoll.fetch import Request, Response, WebSocket, WebSocketClosed

_DENIAL = "websocket.http.response"
_HANDSHAKE = frozenset(
    {
        "sec-websocket-accept",
        "sec-websocket-extensions",
        "sec-websocket-key",
        "sec-websocket-protocol",
        "sec-websocket-version",
    }
)
"""Headers of the handshake, which is the server's."""


async def run(
    scope: Scope, receive: Receive, send: Send, borrow: Borrow, timeout: float | None
) -> None:
    """Have a connection answered, and pass its messages both ways until it closes."""
    if (await receive())["type"] != "websocket.connect":
        return
    accepted = False
    try:
        request = _request(scope)
        async with borrow() as runtime:
            response = await runtime.fetch.dispatch_request(request, timeout=timeout)
            async with response:
                if response.websocket is None:
                    await _refuse(scope, send, response)
                    return
                socket = response.websocket
                accepted = True
                await send(
                    {
                        "type": "websocket.accept",
                        "subprotocol": socket.protocol or None,
                        "headers": encode_headers(response.headers, _HANDSHAKE),
                    }
                )
                await _relay(socket, receive, send)
    except Exception as error:  # noqa: BLE001 — the client gets a close code, the log the rest
        status = status_of(error)
        log_failure(f"WebSocket {scope['path']}", status, error)
        with contextlib.suppress(OSError, RuntimeError):  # it may be closed already
            if accepted or _DENIAL not in scope.get("extensions", {}):
                await send({"type": "websocket.close", "code": 1011, "reason": ""})
            else:
                await send_status(send, status, _DENIAL)


def _request(scope: Scope) -> Request:
    scheme = {"ws": "http", "wss": "https"}.get(scope.get("scheme", "ws"), "http")
    request = read_request(scope, scheme)
    request.headers["upgrade"] = "websocket"
    request.headers["connection"] = "Upgrade"
    if scope.get("subprotocols") and "sec-websocket-protocol" not in request.headers:
        request.headers["sec-websocket-protocol"] = ", ".join(scope["subprotocols"])
    return request


async def _refuse(scope: Scope, send: Send, response: Response) -> None:
    """The handler answered with a response of HTTP, which not every server can pass on."""
    if _DENIAL not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1000, "reason": ""})
        return
    headers = encode_headers(response.headers)
    await send(
        {"type": f"{_DENIAL}.start", "status": max(response.status, 400), "headers": headers}
    )
    await send({"type": f"{_DENIAL}.body", "body": await response.bytes()})


async def _relay(socket: WebSocket, receive: Receive, send: Send) -> None:
    sending = asyncio.create_task(_to_client(socket, send))
    try:
        code = await _to_guest(socket, receive)
    finally:
        if socket.closed:
            await asyncio.gather(sending, return_exceptions=True)
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    if code == 1006:
        await socket.abort("the client has gone")


async def _to_guest(socket: WebSocket, receive: Receive) -> int | None:
    while True:
        message = await receive()
        if message["type"] == "websocket.disconnect":
            code = message.get("code") or 1005
            if not socket.closed and code != 1006:
                reason = (message.get("reason") or "")[:120]
                await socket.close(None if code == 1005 else _sendable(code), reason)
            return int(code)
        text = message.get("text")
        with contextlib.suppress(WebSocketClosed):  # the rest is read until the client closes
            await socket.send(message.get("bytes") or b"" if text is None else text)


async def _to_client(socket: WebSocket, send: Send) -> None:
    try:
        async for message in socket:
            kind = "text" if isinstance(message, str) else "bytes"
            await send({"type": "websocket.send", kind: message})
    except WebSocketClosed:
        code, reason = 1011, ""
    else:
        code, reason = socket.close_code or 1000, socket.close_reason
    with contextlib.suppress(OSError, RuntimeError):  # the client was faster
        await send(
            {
                "type": "websocket.close",
                "code": 1000 if code in (1005, 1006) else code,
                "reason": reason,
            }
        )


def _sendable(code: int) -> int:
    return code if 3000 <= code <= 4999 or 1000 <= code <= 1003 or 1007 <= code <= 1014 else 1001
