"""What the server of ``atoll serve`` waits for."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from atoll.cli import http_protocol
from tests.asgi.support import serving


async def slow(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.sleep(0.5)  # longer than a head may take
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


@pytest.mark.parametrize("begin", [b"", b"GET", b"GET / HTTP/1.1\r\nHost: a\r\n"])
async def test_a_client_that_does_not_ask_is_left(
    begin: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_protocol, "HEAD_SECONDS", 0.2)
    whole = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
    async with serving(slow, lifespan="off", http=http_protocol.BoundedHttp) as client:
        for before in (b"", whole):
            reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
            writer.write(before)
            if before:
                assert await reader.readuntil(b"ok\r\n0\r\n\r\n")
                if not begin:  # a connection that is kept for later is the keep-alive time's
                    writer.write(b"G")
            writer.write(begin)
            async with asyncio.timeout(5):
                assert await reader.read() == b""
            writer.close()
            await writer.wait_closed()
