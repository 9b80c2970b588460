"""WebSockets to handlers, from a real client through a real server."""

from __future__ import annotations

from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from atoll.asgi import App
from tests.asgi.support import serving
from tests.asgi.test_http import Reports

CHAT = """
const room = new Set();
serve({
  fetch(request, env, ctx) {
    if (request.headers.get("Upgrade") === "websocket") return ctx.upgrade();
    return new Response("connect, please", { status: 426 });
  },
  websocket: {
    open(socket) { room.add(socket); socket.send(`welcome ${room.size}`); },
    message(socket, data) {
      if (data === "close") socket.close(4001, "as you wish");
      else for (const each of room) each.send(data);
    },
    close(socket, code, reason) { room.delete(socket); report(`${code} ${reason}`); },
  },
});
"""


@pytest.fixture
def chat(tmp_path: Path) -> Path:
    file = tmp_path / "chat.js"
    file.write_text(CHAT)
    return file


async def test_messages_both_ways(chat: Path) -> None:
    heard = Reports()
    async with serving(App(chat, isolates=1, prepare=heard.prepare)) as client:
        url = f"ws://127.0.0.1:{client.base_url.port}/room"
        async with connect(url) as one, connect(url) as two:
            assert await one.recv() == "welcome 1"
            assert await two.recv() == "welcome 2"
            await one.send("text é")
            assert [await one.recv(), await two.recv()] == ["text é", "text é"]
            await two.send(bytes(range(256)) * 1000)
            assert await one.recv() == await two.recv() == bytes(range(256)) * 1000


async def test_closing_from_either_side(chat: Path) -> None:
    heard = Reports()
    async with serving(App(chat, isolates=1, prepare=heard.prepare)) as client:
        url = f"ws://127.0.0.1:{client.base_url.port}/room"
        async with connect(url) as socket:
            await socket.recv()
            await socket.send("close")
            with pytest.raises(ConnectionClosed):
                await socket.recv()
            assert (socket.close_code, socket.close_reason) == (4001, "as you wish")
        assert await heard.get() == "4001 as you wish"
        async with connect(url) as socket:
            assert await socket.recv() == "welcome 1"
            await socket.close(4002, "bye")
        assert await heard.get() == "4002 bye"


async def test_a_connection_that_is_lost(chat: Path) -> None:
    heard = Reports()
    async with serving(App(chat, isolates=1, prepare=heard.prepare)) as client:
        url = f"ws://127.0.0.1:{client.base_url.port}/room"
        socket = await connect(url)
        assert await socket.recv() == "welcome 1"
        socket.transport.abort()
        await socket.wait_closed()
        assert (await heard.get()).startswith("100")
        async with connect(url) as other:
            assert await other.recv() == "welcome 1"


async def test_a_handler_that_wants_no_websocket(tmp_path: Path) -> None:
    file = tmp_path / "plain.js"
    file.write_text("serve({ fetch: () => new Response('no', { status: 403 }) })")
    async with serving(App(file, isolates=1)) as client:
        with pytest.raises(InvalidStatus) as caught:
            await connect(f"ws://127.0.0.1:{client.base_url.port}/")
        assert caught.value.response.status_code == 403


async def test_a_handler_that_fails_before_there_is_a_websocket(tmp_path: Path) -> None:
    file = tmp_path / "plain.js"
    file.write_text("""
        serve((request) => {
          if (new URL(request.url).pathname === "/throw") throw new Error("a secret");
          return new Promise(() => {});
        })
    """)
    async with serving(App(file, isolates=1, timeout=0.2)) as client:
        for path, status in (("throw", 500), ("hang", 504)):
            with pytest.raises(InvalidStatus) as caught:
                await connect(f"ws://127.0.0.1:{client.base_url.port}/{path}")
            assert caught.value.response.status_code == status
            assert b"secret" not in (caught.value.response.body or b"")


async def test_a_handler_cannot_say_how_its_handshake_is_framed(tmp_path: Path) -> None:
    file = tmp_path / "lying.js"
    file.write_text("""
        serve({
          fetch: (request, env, ctx) => ctx.upgrade({ headers: {
            "X-Own": "yes", "Set-Cookie": "a=1", "Connection": "close", "Upgrade": "h2c",
            "Content-Length": "5", "Transfer-Encoding": "chunked",
            "Sec-WebSocket-Extensions": "permessage-evil", "Sec-WebSocket-Accept": "x",
          } }),
          websocket: { message: (socket, data) => socket.send(data) },
        })
    """)
    async with (
        serving(App(file, isolates=1)) as client,
        connect(f"ws://127.0.0.1:{client.base_url.port}/") as socket,
    ):
        assert socket.response is not None
        headers = socket.response.headers
        assert (headers["x-own"], headers["set-cookie"]) == ("yes", "a=1")
        assert headers.get_all("connection") == ["Upgrade"]
        assert headers.get_all("upgrade") == ["websocket"]
        assert "evil" not in "".join(headers.get_all("sec-websocket-extensions"))
        assert "content-length" not in headers
        assert "transfer-encoding" not in headers
        await socket.send("hello")
        assert await socket.recv() == "hello"
