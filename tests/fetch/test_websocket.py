"""WebSocket connections both ways."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from atoll import Isolate
from atoll.fetch import (
    Fetch,
    FetchHandle,
    NetworkError,
    Request,
    Response,
    WebSocket,
    WebSocketClosed,
)

from .conftest import Site

Serve = Callable[[WebSocket], Awaitable[None]]

RECORD = """
    function record(socket) {
      const log = [];
      for (const type of ["open", "message", "error", "close"]) {
        socket.addEventListener(type, (event) => {
          if (type === "message") log.push(event.data);
          else if (type === "close") log.push([event.code, event.reason, event.wasClean]);
          else log.push(type);
        });
      }
      return { log, closed: new Promise((resolve) => socket.addEventListener("close", resolve)) };
    }
"""


async def run(serve: Serve | None, code: str) -> object:
    async with Isolate() as isolate:
        await isolate.install(Fetch(websocket=serve))
        await isolate.eval(RECORD)
        async with asyncio.timeout(20):
            return await isolate.eval(code)


async def echo(socket: WebSocket) -> None:
    await socket.accept(socket.protocols[-1] if socket.protocols else "")
    async for message in socket:
        await socket.send(message)


async def test_text_and_bytes_go_there_and_back() -> None:
    code = """
        const socket = new WebSocket("https://x.test/a?b", ["one", "two"]);
        socket.binaryType = "arraybuffer";
        const { log, closed } = record(socket);
        const before = [socket.readyState, socket.url, socket.protocol];
        await new Promise((resolve) => socket.onopen = resolve);
        socket.send("h\u00e9\\ud800");
        socket.send(new Uint8Array([1, 2, 3]).subarray(1));
        socket.send(new Blob(["blob"]));
        while (log.length < 4) await new Promise((resolve) => socket.onmessage = resolve);
        socket.close(3001, "bye");
        const during = socket.readyState;
        await closed;
        [before, log[1], [...new Uint8Array(log[2])], log[3].byteLength, log[4], during,
         socket.readyState, socket.protocol, socket.bufferedAmount]
    """
    assert await run(echo, code) == [
        [0, "wss://x.test/a?b", ""],
        "h\u00e9\ufffd",
        [2, 3],
        4,
        [3001, "bye", True],
        2,
        3,
        "two",
        0,
    ]


async def test_the_owner_closes() -> None:
    async def serve(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send("last words")
        await socket.close(4000, "done")

    code = "const r = record(new WebSocket('ws://x.test')); await r.closed; r.log"
    assert await run(serve, code) == ["open", "last words", [4000, "done", True]]


async def test_a_handler_that_returns_closes_normally() -> None:
    async def serve(socket: WebSocket) -> None:
        await socket.accept()

    code = "const r = record(new WebSocket('ws://x.test')); await r.closed; r.log"
    assert await run(serve, code) == ["open", [1000, "", True]]


@pytest.mark.parametrize("how", ["raise", "return", "network", "abort"])
async def test_a_connection_that_is_not_accepted_fails(how: str) -> None:
    async def serve(socket: WebSocket) -> None:
        if how == "raise":
            raise ValueError("no")
        if how == "network":
            raise NetworkError("no")
        if how == "abort":
            await socket.abort("no")

    code = "const r = record(new WebSocket('ws://x.test')); await r.closed; r.log"
    assert await run(serve, code) == ["error", [1006, "", False]]


async def test_without_a_handler_it_fails() -> None:
    code = "const r = record(new WebSocket('ws://x.test')); await r.closed; r.log"
    assert await run(None, code) == ["error", [1006, "", False]]


async def test_a_handler_that_raises_later_closes_with_1011(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def serve(socket: WebSocket) -> None:
        await socket.accept()
        raise ValueError("a secret")

    code = "const r = record(new WebSocket('ws://x.test')); await r.closed; r.log"
    assert await run(serve, code) == ["open", [1011, "", True]]
    assert "A WebSocket handler raised" in caplog.text


async def test_the_owner_sees_the_guests_close() -> None:
    seen: list[object] = []

    async def serve(socket: WebSocket) -> None:
        await socket.accept()
        seen.extend([message async for message in socket])
        seen.append((socket.close_code, socket.close_reason))
        with pytest.raises(WebSocketClosed) as caught:
            await socket.send("too late")
        seen.append(caught.value.code)

    code = """
        const s = new WebSocket("ws://x.test"); const { log, closed } = record(s);
        s.onopen = () => { for (let i = 0; i < 100; i++) s.send(`${i}`); s.close(4001, "why") };
        await closed; log
    """
    assert await run(serve, code) == ["open", [4001, "why", True]]
    assert seen == [*map(str, range(100)), (4001, "why"), 4001]


async def test_messages_wait_for_the_owner_to_take_them() -> None:
    gate = asyncio.Event()
    most = 0

    async def serve(socket: WebSocket) -> None:
        nonlocal most
        await socket.accept()
        await gate.wait()
        async for _ in socket:
            most = max(most, len(socket._messages))

    async with Isolate() as isolate:
        await isolate.install(Fetch(websocket=serve))
        code = """
            var s = new WebSocket("ws://x.test");
            await new Promise((resolve) => s.onopen = resolve);
            for (let i = 0; i < 1000; i++) s.send("x".repeat(100));
            s.bufferedAmount
        """
        assert await isolate.eval(code) == 100_000
        await isolate.eval("1")
        assert await isolate.eval("s.bufferedAmount") > 90_000
        gate.set()
        async with asyncio.timeout(20):
            while await isolate.eval("s.bufferedAmount"):
                await asyncio.sleep(0)
        assert most < 64


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("new WebSocket('relative')", "SyntaxError"),
        ("new WebSocket('ftp://x')", "SyntaxError"),
        ("new WebSocket('ws://x/#fragment')", "SyntaxError"),
        ("new WebSocket('ws://x', 'a b')", "SyntaxError"),
        ("new WebSocket('ws://x', ['a', 'a'])", "SyntaxError"),
        ("new WebSocket('ws://x').send('x')", "InvalidStateError"),
        ("new WebSocket('ws://x').close(1001)", "InvalidAccessError"),
        ("new WebSocket('ws://x').close(5000)", "InvalidAccessError"),
        ("new WebSocket('ws://x').close(1000, 'x'.repeat(124))", "SyntaxError"),
        ("WebSocket('ws://x')", "TypeError"),
        ("new WebSocket()", "TypeError"),
        ("WebSocket.prototype.send.call({}, 'x')", "TypeError"),
    ],
)
async def test_wrong_calls_throw_what_the_standard_says(code: str, name: str) -> None:
    assert await run(echo, f"try {{ {code}; '' }} catch (e) {{ e.name }}") == name


@pytest.mark.parametrize("code", [999, 1004, 1005, 1006, 1015, 2000, 5000, "1000", True])
async def test_the_owner_cannot_send_a_forbidden_code(code: int) -> None:
    refused: list[bool] = []

    async def serve(socket: WebSocket) -> None:
        await socket.accept()
        with pytest.raises(ValueError, match="close code"):
            await socket.close(code)
        with pytest.raises(ValueError, match="123 bytes"):
            await socket.close(1000, "\u20ac" * 42)
        refused.append(True)

    await run(serve, "await record(new WebSocket('ws://x.test')).closed; 0")
    assert refused == [True]


async def test_too_large_a_message_ends_the_connection() -> None:
    codes: list[int | None] = []

    async def serve(socket: WebSocket) -> None:
        await socket.accept()
        with pytest.raises(WebSocketClosed):
            await socket.receive()
        codes.append(socket.close_code)

    async with Isolate() as isolate:
        await isolate.install(Fetch(websocket=serve, max_websocket_message=1000))
        await isolate.eval(RECORD)
        code = """
            const s = new WebSocket("ws://x.test"); const r = record(s);
            s.onopen = () => s.send("x".repeat(1001));
            await r.closed; r.log.length
        """
        assert await isolate.eval(code) > 1
    assert codes == [1009]


async def test_more_connections_than_allowed_fail() -> None:
    async with Isolate() as isolate:
        await isolate.install(Fetch(websocket=echo, max_websockets=2))
        code = """
            const sockets = Array.from({ length: 4 }, () => new WebSocket("ws://x.test"));
            (await Promise.all(sockets.map((s) => new Promise((resolve) => {
              s.onopen = () => resolve("open"); s.onerror = () => resolve("error");
            })))).join()
        """
        assert await isolate.eval(code) == "open,open,error,error"


# Upgrades

UPGRADE = {"Upgrade": "websocket", "Connection": "Upgrade"}


async def upgrade(fetch: FetchHandle) -> WebSocket:
    response = await fetch.dispatch_request(Request("https://app.test/s", headers=UPGRADE))
    assert response.status == 101
    assert response.websocket is not None
    return response.websocket


async def test_an_upgrade_goes_to_the_websocket_handlers(site: Site) -> None:
    await site.eval(
        """
        var log = [];
        serve({
          fetch(request, env, ctx) {
            return ctx.upgrade({ protocol: "p", headers: { "x-y": "z" } });
          },
          websocket: {
            open(socket, request) { log.push(request.url); socket.send("welcome") },
            message(socket, data) { socket.send(typeof data === "string" ? `<${data}>` : data) },
            close(socket, code, reason, wasClean) { log.push([code, reason, wasClean]) },
          },
        })
        """
    )
    response = await site.fetch.dispatch_request(Request("https://app.test/s", headers=UPGRADE))
    assert response.headers["x-y"] == "z"
    socket = response.websocket
    assert socket is not None
    assert socket.protocol == "p"
    assert await socket.receive() == "welcome"
    await socket.send("a")
    assert await socket.receive() == "<a>"
    await socket.send(b"\0\1")
    assert await socket.receive() == b"\0\1"
    await socket.close(3000, "enough")
    assert await site.eval("log") == ["https://app.test/s", [3000, "enough", True]]
    assert site.fetch.websockets == 0


async def test_a_pair_as_cloudflare_workers_have_it(site: Site) -> None:
    await site.eval(
        """
        serve({
          fetch(request) {
            if (request.headers.get("Upgrade") !== "websocket") {
              return new Response("expected a WebSocket", { status: 426 });
            }
            const [client, server] = Object.values(new WebSocketPair());
            server.accept();
            server.send("early");
            server.addEventListener("message", (event) => {
              server.send(`echo ${event.data}`);
              if (event.data === "end") server.close(4002, "as asked");
            });
            return new Response(null, { status: 101, webSocket: client });
          },
        })
        """
    )
    assert (await site.get()).status == 426
    socket = await upgrade(site.fetch)
    await socket.send("one")
    await socket.send("end")
    assert [message async for message in socket] == ["early", "echo one", "echo end"]
    assert (socket.close_code, socket.close_reason) == (4002, "as asked")


async def test_a_slow_websocket_handler_slows_the_sender(site: Site) -> None:
    await site.eval(
        """
        var running = 0, most = 0, open;
        serve({ websocket: { async message(socket, data) {
          most = Math.max(most, ++running);
          await null; await null;
          running--;
          socket.send(data);
        } } })
        """
    )
    socket = await upgrade(site.fetch)
    for i in range(50):
        await socket.send(str(i))
    for i in range(50):
        assert await socket.receive() == str(i)
    assert await site.eval("most") == 1
    await socket.close()


async def test_a_connection_hears_that_the_isolate_died() -> None:
    async with Isolate() as isolate:
        fetch = await isolate.install(Fetch())
        await isolate.eval("serve({ websocket: { message() { for (;;); } } })")
        socket = await upgrade(fetch)
        receiving = asyncio.create_task(socket.receive())
        await isolate.eval("1")
        await isolate.dispose()
        async with asyncio.timeout(5):
            with pytest.raises(Exception, match="disposed"):
                await receiving
        with pytest.raises(Exception, match="disposed"):
            await socket.send("x")


async def test_an_answer_of_101_needs_a_request_for_it(site: Site) -> None:
    await site.eval("serve({ fetch: (r, e, ctx) => ctx.upgrade(), websocket: {} })")
    with pytest.raises(Exception, match="without Upgrade"):
        await site.get()


# EventSource


async def events(lines: list[bytes]) -> AsyncIterator[bytes]:
    for line in lines:
        yield line


async def test_server_sent_events(site: Site) -> None:
    async def answer(request: Request) -> Response:
        if len(site.requests) == 1:
            # Lines and characters are cut anywhere.
            parts = [b": hello\nid: 7\nretry: 1\ndata: one\ndata:two\r\n\r", b"\nevent: x\ndata: "]
            stream = events([*parts, b"\xe2", b"\x82\xac\n\n", b"data: never finished"])
            return Response(stream, headers={"content-type": "text/event-stream"})
        return Response(status=204)

    site.answer = answer
    code = """
        const source = new EventSource("https://x.test/events");
        const log = [];
        source.onopen = () => log.push("open");
        source.onmessage = (e) => log.push([e.data, e.lastEventId, e.origin]);
        source.addEventListener("x", (e) => log.push(e.data));
        await new Promise((resolve) => source.onerror = () => {
          log.push(source.readyState);
          if (source.readyState === EventSource.CLOSED) resolve();
        });
        log
    """
    assert await site.eval(code) == [
        "open",
        ["one\ntwo", "7", "https://x.test"],
        "\u20ac",
        0,
        2,
    ]
    first, second = site.requests
    assert first.headers["accept"] == "text/event-stream"
    assert second.headers["last-event-id"] == "7"
    assert first.cache == "no-store"


async def test_an_event_source_that_is_closed_asks_no_more(site: Site) -> None:
    closed = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"data: x\n\n"
                await asyncio.sleep(0)
        finally:
            closed.set()

    site.answer = lambda request: Response(endless(), headers={"content-type": "text/event-stream"})
    code = """
        const s = new EventSource("https://x.test/");
        await new Promise((resolve) => s.onmessage = resolve);
        s.close(); s.readyState
    """
    assert await site.eval(code) == 2
    async with asyncio.timeout(5):
        await closed.wait()
    assert len(site.requests) == 1


async def test_closing_the_response_closes_the_connection(site: Site) -> None:
    await site.eval("""
        var closed = new Promise((resolve) => serve({
          fetch: (request, env, ctx) => ctx.upgrade(),
          websocket: { close: (socket, code) => resolve(code) },
        }))
    """)
    async with await site.get("/", headers={"Upgrade": "websocket"}) as response:
        assert response.websocket is not None
        assert site.fetch.websockets == 1
    assert await site.eval("closed") == 1006
    assert site.fetch.websockets == 0
