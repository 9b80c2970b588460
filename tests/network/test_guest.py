"""A guest, the network handler, and a real server."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web

from atoll import Isolate, sync
from atoll.fetch import Fetch
from atoll.network import Network
from tests.network.conftest import Server


@pytest_asyncio.fixture
async def network(server: Server) -> AsyncIterator[Network]:
    patterns = [server.url, server.url.replace("http", "ws")]
    async with Network(patterns, private=["127.0.0.1/32"]) as network:
        yield network


@pytest_asyncio.fixture
async def isolate(network: Network) -> AsyncIterator[Isolate]:
    async with Isolate() as isolate:
        await isolate.install(Fetch(network, websocket=network.websocket))
        yield isolate


async def test_a_guest_fetches(isolate: Isolate, server: Server) -> None:
    text = await isolate.eval(
        "async (url) => (await fetch(url + '/a', { method: 'POST', body: 'b' })).text()", server.url
    )
    assert text == "POST /a"
    assert server.requests[0][2] == b"b"


async def test_a_refusal_is_a_type_error_inside(isolate: Isolate, server: Server) -> None:
    result = await isolate.eval(
        """
        async (base) => {
          const outcomes = [];
          const redirect = base + "/redirect?to=http://10.0.0.1/";
          for (const url of ["http://10.0.0.1/", "http://[::1]:81/", redirect]) {
            outcomes.push(await fetch(url).catch((e) => `${e.name}: ${e.message}`));
          }
          return outcomes;
        }
        """,
        server.url,
    )
    assert result == [
        "TypeError: GET http://10.0.0.1/ is not allowed here",
        "TypeError: GET http://[::1]:81/ is not allowed here",
        "TypeError: GET http://10.0.0.1/ is not allowed here",
    ]


async def test_a_redirect_is_followed_where_it_is_allowed(isolate: Isolate, server: Server) -> None:
    result = await isolate.eval(
        "async (base) => { const r = await fetch(base + '/redirect?to=/there');"
        " return [r.url, r.redirected, await r.text()] }",
        server.url,
    )
    assert result == [f"{server.url}/there", True, "GET /there"]


async def test_aborting_in_the_guest_hangs_up(isolate: Isolate, server: Server) -> None:
    aborted = asyncio.create_task(
        isolate.eval(
            "async (url) => { globalThis.controller = new AbortController();"
            " return fetch(url, { signal: controller.signal }).catch((e) => e.name) }",
            f"{server.url}/slow",
        )
    )
    await server.waits_for(1)
    await isolate.eval("controller.abort()")
    assert await aborted == "AbortError"
    await server.hung_up.wait()


async def test_a_body_that_nobody_reads_ends_with_the_isolate(server: Server) -> None:
    network = Network(server.url, private="127.0.0.1/32")
    async with Isolate() as isolate:
        await isolate.install(Fetch(network))
        assert (
            await isolate.eval("u => fetch(u).then((r) => r.status)", f"{server.url}/endless")
            == 200
        )
    await server.hung_up.wait()


async def test_an_isolate_that_dies_leaves_no_request_behind(server: Server) -> None:
    network = Network(server.url, private=["127.0.0.1/32"])
    async with Isolate() as isolate:
        await isolate.install(Fetch(network))
        asking = asyncio.create_task(isolate.eval("u => fetch(u)", f"{server.url}/slow"))
        await server.waits_for(1)
        await isolate.dispose()
        await asyncio.gather(asking, return_exceptions=True)
    await server.hung_up.wait()


CHAT = """
(url) => new Promise((resolve, reject) => {
  const socket = new WebSocket(url, ["chat"]);
  const heard = [];
  socket.binaryType = "arraybuffer";
  socket.onopen = () => { heard.push(socket.protocol); socket.send("hello"); };
  socket.onmessage = ({ data }) => {
    heard.push(typeof data === "string" ? data : [...new Uint8Array(data)].join());
    if (heard.length === 2) socket.send(new Uint8Array([1, 2, 3]));
    else socket.send("close 4001");
  };
  socket.onclose = (event) => resolve([...heard, event.code, event.reason, event.wasClean]);
  socket.onerror = () => heard.push("error");
})
"""


async def test_a_guest_talks_to_a_websocket(isolate: Isolate, server: Server) -> None:
    url = server.url.replace("http", "ws")
    heard = await isolate.eval(CHAT, f"{url}/socket")
    assert heard == ["chat", "HELLO", "3,2,1", 4001, "as you wish", True]


async def test_a_websocket_whose_server_takes_no_subprotocol_fails(
    isolate: Isolate, server: Server
) -> None:
    result = await isolate.eval(
        """
        (url) => new Promise((resolve) => {
          const events = [];
          const socket = new WebSocket(url, ["CHAT", "other"]);
          const note = ({ type, isTrusted }) => events.push(type, isTrusted, socket.readyState);
          socket.onopen = socket.onerror = note;
          socket.onclose = ({ code, wasClean }) => resolve([...events, code, wasClean]);
        })
        """,
        f"{server.url.replace('http', 'ws')}/socket",
    )
    assert result == ["error", True, 3, 1006, False]


async def test_a_websocket_follows_no_redirect(server: Server) -> None:
    """It would lead past the rules, and take the secrets along."""
    url = server.url.replace("http", "ws")
    network = Network(
        f"{url}/redirect", private=["127.0.0.1/32"], headers={url: {"X-Api-Key": "secret"}}
    )
    async with network, Isolate() as guest:
        await guest.install(Fetch(websocket=network.websocket))
        code = """
            (url) => new Promise((resolve) => {
              const events = [];
              const socket = new WebSocket(url);
              socket.onopen = socket.onerror = ({ type }) => events.push(type);
              socket.onclose = ({ code }) => resolve([...events, code]);
            })
        """
        for target in (f"{server.url}/socket", f"{server.url}/elsewhere"):
            assert await guest.eval(code, f"{url}/redirect?to={target}") == ["error", 1006]
    assert server.requests == []
    assert not server.hung_up.is_set()


async def test_one_websocket_at_a_time_shakes_hands_with_a_host() -> None:
    heads: list[bytes] = []
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        arrived.set()
        await go_on.wait()
        assert len(heads) <= refused + 1  # the next one has waited for this one
        writer.write(b"HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        count()
        writer.close()

    refused = 0

    def count() -> None:
        nonlocal refused
        refused += 1

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as listening:
        url = f"ws://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
        network = Network(url + "*", private=["127.0.0.1/32"])
        async with network, Isolate() as other:
            await other.install(Fetch(websocket=network.websocket))
            code = """
                (url) => Promise.all([1, 2, 3].map((n) => new Promise((resolve) => {
                  new WebSocket(url + n).onclose = ({ code }) => resolve(code);
                })))
            """
            connecting = asyncio.create_task(other.eval(code, url))
            await arrived.wait()
            go_on.set()
            assert await connecting == [1006, 1006, 1006]
    assert (len(heads), refused) == (3, 3)


@pytest.mark.parametrize(
    ("frame", "heard"),
    [
        (b"\x88\x06\x03\xe9bye!", ["open", 1001, "bye!", True]),
        (b"\x88\x02\x0f\xa0", ["open", 4000, "", True]),
        (b"\x88\x00", ["open", 1005, "", True]),  # without a code
        (b"\x88\x01\x03", ["open", "error", 1006, "", False]),  # half a code
        (b"\x88\x02\x03\xed", ["open", "error", 1006, "", False]),  # 1005 cannot be sent
        (b"\x88\x02\x03\xee", ["open", "error", 1006, "", False]),  # nor can 1006
        (b"\x88\x02\x13\x88", ["open", "error", 1006, "", False]),  # 5000 is no code
        (b"\x83\x00", ["open", "error", 1006, "", False]),  # no such opcode
    ],
)
async def test_what_a_server_closes_with(frame: bytes, heard: list[object]) -> None:
    async def close(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        assert request.transport is not None
        request.transport.write(frame)
        request.transport.close()  # at once, before the guest's answer
        return socket

    app = web.Application()
    app.router.add_get("/", close)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    url = f"ws://127.0.0.1:{runner.addresses[0][1]}/"
    async with Network(url, private=["127.0.0.1/32"]) as network, Isolate() as isolate:
        await isolate.install(Fetch(websocket=network.websocket))
        result = await isolate.eval(
            """
            (url) => new Promise((resolve) => {
              const socket = new WebSocket(url);
              const heard = [];
              socket.onopen = socket.onerror = ({ type }) => heard.push(type);
              socket.onclose = ({ code, reason, wasClean }) =>
                resolve([...heard, code, reason, wasClean]);
            })
            """,
            url,
        )
    await runner.cleanup()
    assert result == heard


async def test_a_websocket_that_is_lost(isolate: Isolate, server: Server) -> None:
    result = await isolate.eval(
        """
        (url) => new Promise((resolve) => {
          const socket = new WebSocket(url);
          socket.onopen = () => socket.send("vanish");
          socket.onclose = ({ code, wasClean }) => resolve([code, wasClean]);
        })
        """,
        f"{server.url.replace('http', 'ws')}/socket",
    )
    assert result == [1006, False]


@pytest.mark.parametrize("path", ["ws://10.0.0.1/", "/echo"])
async def test_a_websocket_that_is_refused(isolate: Isolate, server: Server, path: str) -> None:
    url = path if path.startswith("ws") else server.url.replace("http", "ws") + path
    result = await isolate.eval(
        """
        (url) => new Promise((resolve) => {
          const events = [];
          const socket = new WebSocket(url);
          socket.onerror = ({ type }) => events.push(type);
          socket.onclose = ({ code }) => resolve([...events, code]);
        })
        """,
        url,
    )
    assert result == ["error", 1006]


async def test_an_isolate_that_ends_closes_its_websockets(server: Server, network: Network) -> None:
    async with Isolate() as isolate:
        await isolate.install(Fetch(network, websocket=network.websocket))
        await isolate.eval(
            "url => new Promise((resolve) => { new WebSocket(url).onopen = () => resolve() })",
            f"{server.url.replace('http', 'ws')}/socket",
        )
    await server.hung_up.wait()


def test_blocking_isolates_use_it_too() -> None:
    from atoll.fetch import Response
    from atoll.testing import IntegrationServer

    with IntegrationServer() as server, sync.Isolate() as isolate:
        server.reply("/", Response("blocking"))
        isolate.install(Fetch(server.network()))
        assert isolate.eval("u => fetch(u).then((r) => r.text())", server.url) == "blocking"


def test_a_body_that_nobody_reads_ends_with_a_blocking_isolate() -> None:
    from collections.abc import Iterator

    from atoll.fetch import Response
    from atoll.testing import IntegrationServer

    def endless() -> Iterator[bytes]:
        while True:
            yield bytes(65536)

    with IntegrationServer() as server:
        server.reply("/", Response(endless()))
        with sync.Isolate() as isolate:
            isolate.install(Fetch(server.network()))
            assert isolate.eval("u => fetch(u).then((r) => r.status)", server.url) == 200
