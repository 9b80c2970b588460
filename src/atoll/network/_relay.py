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
        async for message in server:
            if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                await socket.send(message.data)
            elif message.type is aiohttp.WSMsgType.ERROR:
                await socket.abort("the server broke the protocol")
                return
    except WebSocketClosed:
        return
    if server.close_code in (None, 1006):
        await socket.abort("the connection was lost")
    else:
        code = None if server.close_code == 1005 else server.close_code
        await socket.close(code, "")


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
