"""A WebSocket of the guest, joined to one of a server."""

from __future__ import annotations

import asyncio

import aiohttp

from atoll.fetch import WebSocket, WebSocketClosed


async def relay(socket: WebSocket, server: aiohttp.ClientWebSocketResponse) -> None:
    """Pass messages both ways until either side closes, and tell the other side how."""
    receiving = asyncio.create_task(_to_guest(server, socket))
    try:
        await _to_server(socket, server)
    finally:
        if not server.closed:
            receiving.cancel()
        await asyncio.gather(receiving, return_exceptions=True)
    failure = None if receiving.cancelled() else receiving.exception()
    if failure is not None:
        raise failure


async def _to_guest(server: aiohttp.ClientWebSocketResponse, socket: WebSocket) -> None:
    try:
        while True:
            message = await server.receive()
            if message.type not in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                break
            await socket.send(message.data)
    except WebSocketClosed:
        return
    if message.type is aiohttp.WSMsgType.CLOSE:
        try:
            await socket.close(message.data or None, message.extra or "")
        except ValueError:  # a code that no close frame may have: RFC 6455, section 7.4
            await socket.abort("the server broke the protocol")
    elif message.type is aiohttp.WSMsgType.ERROR:
        await socket.abort("the server broke the protocol")
    elif server.close_code in (None, 1006):
        await socket.abort("the connection was lost")
    else:
        await socket.close(server.close_code, "")


async def _to_server(socket: WebSocket, server: aiohttp.ClientWebSocketResponse) -> None:
    try:
        async for message in socket:
            if isinstance(message, str):
                await server.send_str(message)
            else:
                await server.send_bytes(message)
    except (WebSocketClosed, ConnectionError):
        pass  # the guest's end was lost, or the server's: either way there is nothing to send
    code = socket.close_code if socket.close_code not in (None, 1005, 1006) else 1000
    await server.close(code=code or 1000, message=socket.close_reason.encode())
