"""A real server on loopback, which tests allow by name of its network."""

from __future__ import annotations

import asyncio
import gzip
import sys
import zlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import brotli  # type: ignore[import-untyped]
import pytest_asyncio
from aiohttp import WSMsgType, web

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd


@dataclass
class Server:
    """Where it is, and what it has been asked."""

    url: str = ""
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    sent: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)

    async def waits_for(self, requests: int) -> None:
        """Until that many requests are waiting at ``/slow``."""
        async with self.changed:
            await self.changed.wait_for(lambda: self.at_once >= requests)


async def _echo(request: web.Request) -> web.Response:
    server = request.app[SERVER]
    headers = {name.title(): value for name, value in request.headers.items()}
    server.requests.append((request.method, headers, await request.read()))
    return web.Response(text=f"{request.method} {request.raw_path}", headers={"X-Seen": "yes"})


async def _slow(request: web.Request) -> web.Response:
    server = request.app[SERVER]
    async with server.changed:
        server.at_once += 1
        server.changed.notify_all()
    server.most_at_once = max(server.most_at_once, server.at_once)
    try:
        await server.go_on.wait()
    finally:
        server.at_once -= 1
        server.hung_up.set()
    return web.Response(text="at last")


async def _endless(request: web.Request) -> web.StreamResponse:
    server = request.app[SERVER]
    response = web.StreamResponse()
    await response.prepare(request)
    try:
        while True:
            await response.write(bytes(65536))
            server.sent += 65536
    finally:
        server.hung_up.set()


async def _broken(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b"only this")
    assert request.transport is not None
    request.transport.abort()
    return response


async def _stalled(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    await response.write(b"a beginning")
    await request.app[SERVER].go_on.wait()
    return response


async def _zipped(request: web.Request) -> web.Response:
    coding, size = request.query.get("coding", "gzip"), int(request.query["size"])
    pack = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}
    body = zstd.compress(bytes(size)) if coding == "zstd" else pack[coding](bytes(size))
    return web.Response(body=body, headers={"Content-Encoding": coding})


async def _coded(request: web.Request) -> web.Response:
    headers = {"Content-Encoding": request.query["coding"]}
    body = b"" if request.method == "HEAD" else b"as it is"
    return web.Response(body=body, headers=headers)


async def _redirect(request: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": request.query["to"]})


async def _socket(request: web.Request) -> web.WebSocketResponse:
    socket = web.WebSocketResponse(protocols=("chat",))
    await socket.prepare(request)
    async for message in socket:
        if message.type is WSMsgType.TEXT and message.data.startswith("close "):
            await socket.close(code=int(message.data[6:]), message=b"as you wish")
        elif message.type is WSMsgType.TEXT and message.data == "vanish":
            assert request.transport is not None
            request.transport.abort()
        elif message.type is WSMsgType.TEXT:
            await socket.send_str(message.data.upper())
        elif message.type is WSMsgType.BINARY:
            await socket.send_bytes(message.data[::-1])
    request.app[SERVER].hung_up.set()
    return socket


SERVER = web.AppKey("server", Server)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    """A server for one test."""
    state = Server()
    app = web.Application(client_max_size=2**30)
    app[SERVER] = state
    app.router.add_get("/slow", _slow)
    app.router.add_get("/endless", _endless)
    app.router.add_get("/broken", _broken)
    app.router.add_get("/stalled", _stalled)
    app.router.add_get("/zipped", _zipped)
    app.router.add_get("/coded", _coded)
    app.router.add_get("/redirect", _redirect)
    app.router.add_get("/socket", _socket)
    app.router.add_route("*", "/{path:.*}", _echo)
    runner = web.AppRunner(app, shutdown_timeout=0, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    state.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield state
    state.go_on.set()
    await runner.cleanup()
