"""Requests that the ready handler makes, and those that it refuses."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from atoll.fetch import NetworkError, Request, Response
from atoll.network import Network, Rule
from tests.network.conftest import Server

LOOPBACK = ["127.0.0.0/8"]


def allowing(server: Server, **options: Any) -> Network:
    return Network(server.url, private=LOOPBACK, **options)


async def test_a_request_is_made_and_its_response_streamed(server: Server) -> None:
    network = allowing(server)
    response = await network(Request(f"{server.url}/a%20b?c=1", headers={"X-Mine": "1"}))
    assert (response.status, response.headers["x-seen"]) == (200, "yes")
    assert await response.text() == "GET /a%20b?c=1"
    ((_, headers, _),) = server.requests
    assert headers["X-Mine"] == "1"


@pytest.mark.parametrize("body", [b"bytes", "text", [b"by", b"tes"]])
async def test_bodies_are_sent(server: Server, body: Any) -> None:
    response = await allowing(server)(Request(f"{server.url}/", method="POST", body=body))
    await response.bytes()
    ((method, headers, received),) = server.requests
    assert (method, received) == ("POST", b"text" if body == "text" else b"bytes")
    assert ("Content-Length" in headers) != ("Transfer-Encoding" in headers)


async def test_connections_are_used_again_while_it_is_entered(server: Server) -> None:
    async with allowing(server) as network:
        for _ in range(3):
            await (await network(Request(f"{server.url}/"))).bytes()
        opened = await network._sessions.acquire()
        connector = opened.session.connector
        assert connector is not None
        assert len(list(connector._conns.values())) == 1
        await network._sessions.release()
    assert not network._sessions._opened


@pytest.mark.parametrize(
    "url",
    ["http://example.com/", "https://127.0.0.1/", "ftp://127.0.0.1/", "data:,x", "file:///etc"],
)
async def test_what_no_rule_allows_is_refused(server: Server, url: str) -> None:
    with pytest.raises(NetworkError, match=r"not allowed|only http"):
        await allowing(server)(Request(url))


async def test_methods_that_no_rule_allows_are_refused(server: Server) -> None:
    network = Network(Rule(server.url, methods=["GET"]), private=LOOPBACK)
    await (await network(Request(f"{server.url}/"))).bytes()
    with pytest.raises(NetworkError, match="not allowed"):
        await network(Request(f"{server.url}/", method="DELETE"))
    assert [method for method, *_ in server.requests] == ["GET"]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "017700000001",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "0",
        "0.0.0.0",
        "[::]",
        "169.254.169.254",
    ],
)
async def test_the_whole_internet_does_not_include_this_machine(server: Server, host: str) -> None:
    port = server.url.rpartition(":")[2]
    with pytest.raises(NetworkError, match=r"not allowed|no connection|no valid answer"):
        await Network("*")(Request(f"http://{host}:{port}/"))
    assert server.requests == []


async def test_a_refusal_does_not_say_which_address_a_name_has(server: Server) -> None:
    with pytest.raises(NetworkError) as caught:
        await Network("*")(Request(server.url.replace("127.0.0.1", "localhost")))
    assert "127." not in str(caught.value)


async def test_a_name_that_changes_after_the_check_changes_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """127.0.0.1 is allowed here, 127.0.0.2 is not; the name is first the one, then the other."""
    port = int(server.url.rpartition(":")[2])
    answers = iter(["127.0.0.1", "127.0.0.2", "127.0.0.2"])
    real = socket.getaddrinfo

    def rebinding(host: Any, *args: Any, **options: Any) -> Any:
        return real(next(answers) if host == "rebinding.example" else host, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    inner = web.AppRunner(web.Application())
    await inner.setup()
    await web.TCPSite(inner, "127.0.0.2", port).start()
    try:
        network = Network("*", private=["127.0.0.1/32"])
        url = f"http://rebinding.example:{port}/"
        async with await network(Request(url)) as response:
            assert response.status == 200
        with pytest.raises(NetworkError, match="not allowed"):
            await network(Request(url))
    finally:
        await inner.cleanup()


async def test_redirects_are_not_followed_but_given_back(server: Server) -> None:
    response = await allowing(server)(Request(f"{server.url}/redirect?to=http://10.0.0.1/"))
    assert (response.status, response.headers["location"]) == (302, "http://10.0.0.1/")
    again = Request("http://10.0.0.1/")
    again.hop = 1
    with pytest.raises(NetworkError, match="not allowed"):
        await Network("*")(again)
    again.hop = 21
    with pytest.raises(NetworkError, match="more than 20 redirects"):
        await Network("*")(again)


async def test_headers_that_are_not_ascii_come_through(server: Server) -> None:
    response = await allowing(server)(Request(f"{server.url}/redirect?to=/caf%C3%A9"))
    assert response.headers["location"].encode("latin-1") == "/café".encode()


@contextlib.asynccontextmanager
async def plain_server(answer: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that keeps what it is sent, byte for byte, and always answers the same."""
    heads: list[bytes] = []

    async def answer_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(answer_one, "127.0.0.1", 0) as listening:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/", heads


async def test_names_of_headers_are_sent_as_they_were_written() -> None:
    async with plain_server(b"HTTP/1.1 204 None\r\nConnection: close\r\n\r\n") as (url, heads):
        network = Network(url, private=LOOPBACK, headers={url: {"X-API-Key": "secret"}})
        headers = [("THIS-is-A-test", "1"), ("Z", "z"), ("this-IS-a-test", "2"), ("x-api-key", "")]
        headers += [("Cookie", "a=1"), ("cookie", "b=2")]
        await network(Request(url, headers=headers))
    lines = heads[0].split(b"\r\n")
    assert b"THIS-is-A-test: 1, 2" in lines
    assert b"Z: z" in lines
    assert b"Cookie: a=1; b=2" in lines
    assert [line for line in lines if line.lower().startswith(b"x-api")] == [b"X-API-Key: secret"]


@pytest.mark.parametrize("method", ["patch", "Patch", "PATCH", "x-Frob"])
async def test_methods_are_sent_as_they_were_written(method: str) -> None:
    lines: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append(await reader.readline())
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as listening:
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
        response = await Network(url, private=LOOPBACK)(Request(url, method=method))
        assert await response.text() == "ok"
    assert lines == [f"{method} / HTTP/1.1\r\n".encode()]


async def test_values_of_headers_are_bytes_both_ways() -> None:
    answer = b"HTTP/1.1 200 \xe9\r\nX: a\x01\x80\xff b\r\nContent-Length: 0\r\n\r\n"
    async with plain_server(answer) as (url, heads):
        network = Network(url, private=LOOPBACK)
        value = "café".encode().decode("latin-1")
        response = await network(Request(url, headers={"X": value}))
        assert b"X: caf\xc3\xa9" in heads[0].split(b"\r\n")
        assert response.headers["x"] == "a\x01\x80\xff b"
        assert response.status_text == "\xe9"


@pytest.mark.parametrize(
    ("value", "message"), [("caf\xe9", "not UTF-8"), ("a\x01", "control"), ("a\x7f", "control")]
)
async def test_values_that_the_client_cannot_send_are_refused(value: str, message: str) -> None:
    async with plain_server(b"") as (url, heads):
        with pytest.raises(NetworkError, match=f"the header X-Mine has .*{message}"):
            await Network(url, private=LOOPBACK)(Request(url, headers={"X-Mine": value}))
    assert not heads


async def test_a_body_that_breaks_the_protocol_fails_at_once() -> None:
    go_on, hung_up = asyncio.Event(), asyncio.Event()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n")
        await go_on.wait()
        writer.write(b"garbage")
        await reader.read()
        hung_up.set()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as listening:
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/"
        async with asyncio.timeout(10), Network(url, private=LOOPBACK) as network:  # idle: 60 s
            response = await network(Request(url))
            chunks = aiter(response.body)
            assert await anext(chunks) == b"first"
            go_on.set()
            with pytest.raises(NetworkError, match="connection was lost"):
                await anext(chunks)
            await hung_up.wait()


async def test_headers_of_the_connection_are_the_hosts(server: Server) -> None:
    request = Request(
        f"{server.url}/",
        method="POST",
        body="12345",
        headers={
            "Host": "evil.example",
            "Content-Length": "1",
            "Transfer-Encoding": "chunked",
            "Connection": "X-Mine",
            "Upgrade": "h2c",
            "X-Mine": "kept",
        },
    )
    await (await allowing(server)(request)).bytes()
    ((_, headers, body),) = server.requests
    assert body == b"12345"
    assert headers["Content-Length"] == "5"
    assert headers["Host"] == server.url.removeprefix("http://")
    assert headers["X-Mine"] == "kept"
    assert not {"Transfer-Encoding", "Upgrade"} & headers.keys()


async def test_secrets_go_where_they_belong_and_nowhere_else(server: Server) -> None:
    network = allowing(server, headers={f"{server.url}/api/*": {"Authorization": "Bearer secret"}})
    with_fake = {"Authorization": "guess"}
    for path in ("/api/x", "/public"):
        await (await network(Request(server.url + path, headers=with_fake))).bytes()
    seen = [headers["Authorization"] for _, headers, _ in server.requests]
    assert seen == ["Bearer secret", "guess"]


async def test_hooks_log_rewrite_and_answer(server: Server) -> None:
    log: list[str] = []

    async def on_request(request: Request) -> Request | Response | None:
        log.append(request.url)
        if request.url.endswith("/cached"):
            return Response("from the cache")
        if request.url.endswith("/moved"):
            return Request(f"{server.url}/target")
        return None

    async def on_response(request: Request, response: Response) -> Response | None:
        log.append(f"{response.status}")
        return Response("hidden") if response.status == 302 else None

    network = allowing(server, on_request=on_request, on_response=on_response)
    cached = await network(Request(f"{server.url}/cached"))
    moved = await network(Request(f"{server.url}/moved"))
    hidden = await network(Request(f"{server.url}/redirect?to=/x"))
    assert await cached.text() == "from the cache"
    assert await moved.text() == "GET /target"
    assert await hidden.text() == "hidden"
    assert log[1::2] == ["200", "200", "302"]


async def test_a_response_beyond_the_limit_fails_and_hangs_up(server: Server) -> None:
    response = await allowing(server, max_response=10**6)(Request(f"{server.url}/endless"))
    with pytest.raises(NetworkError, match="longer than 1000000 bytes"):
        await response.bytes()
    await server.hung_up.wait()


async def test_what_is_not_read_is_not_sent(server: Server) -> None:
    response = await allowing(server)(Request(f"{server.url}/endless"))
    body = response.body
    received = 0
    while received < 50 * 2**20:
        received += len(await anext(body))
        assert server.sent - received < 8 * 2**20  # what fits into the buffers on the way
    await body.aclose()
    await server.hung_up.wait()


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
async def test_compressed_responses_are_counted_as_they_unfold(server: Server, coding: str) -> None:
    network = allowing(server, max_response=10**6)
    zipped = f"{server.url}/zipped?coding={coding}"
    response = await network(Request(f"{zipped}&size=1000000"))
    assert "content-encoding" not in response.headers
    assert await response.bytes() == bytes(10**6)
    bomb = await network(Request(f"{zipped}&size=200000000"))
    with pytest.raises(NetworkError, match="longer"):
        await bomb.bytes(limit=None)


@pytest.mark.parametrize(
    ("coding", "method"), [("x-unheard-of", "GET"), ("gzip, br", "GET"), ("gzip", "HEAD")]
)
async def test_what_is_not_unpacked_keeps_the_name_of_its_coding(
    server: Server, coding: str, method: str
) -> None:
    url = f"{server.url}/coded?coding={coding.replace(' ', '%20')}"
    response = await allowing(server)(Request(url, method=method))
    assert response.headers["content-encoding"] == coding
    assert await response.text() == ("as it is" if method == "GET" else "")


async def test_a_request_beyond_the_limit_fails(server: Server) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(65536)

    network = allowing(server, max_request=10**6)
    for body in (bytes(10**6 + 1), endless()):
        with pytest.raises(NetworkError, match="longer than 1000000 bytes"):
            await network(Request(f"{server.url}/", method="POST", body=body))


async def test_a_response_that_breaks_off_is_an_error(server: Server) -> None:
    response = await allowing(server)(Request(f"{server.url}/broken"))
    with pytest.raises(NetworkError, match="lost before the end"):
        await response.bytes()


async def test_a_server_that_does_not_answer_is_given_up(server: Server) -> None:
    with pytest.raises(NetworkError, match="did not answer in time"):
        await allowing(server, response_timeout=0.05)(Request(f"{server.url}/slow"))
    await server.hung_up.wait()


async def test_a_server_that_stops_is_given_up(server: Server) -> None:
    response = await allowing(server, idle_timeout=0.1)(Request(f"{server.url}/stalled"))
    with pytest.raises(NetworkError, match=r"received for 0\.1 s"):
        await response.bytes()


async def test_a_guest_that_does_not_read_loses_its_turn(server: Server) -> None:
    network = allowing(server, idle_timeout=0.1, concurrency=1)
    unread = await network(Request(f"{server.url}/endless"))
    assert await (await network(Request(f"{server.url}/next"))).text() == "GET /next"
    with pytest.raises(NetworkError, match="received for"):
        await unread.bytes()


async def test_no_more_requests_at_once_than_allowed(server: Server) -> None:
    network = allowing(server, concurrency=3)
    tasks = [asyncio.create_task(network(Request(f"{server.url}/slow"))) for _ in range(10)]
    await server.waits_for(3)
    server.go_on.set()
    for response in await asyncio.gather(*tasks):
        await response.bytes()
    assert server.most_at_once == 3


async def test_cancelling_hangs_up(server: Server) -> None:
    task = asyncio.create_task(allowing(server)(Request(f"{server.url}/slow")))
    await server.waits_for(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await server.hung_up.wait()


async def test_nobody_listens() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        with pytest.raises(NetworkError, match="no connection"):
            await Network(url, private=LOOPBACK)(Request(url))


@pytest.mark.parametrize(
    ("options", "error"),
    [
        *(
            ({name: value}, ValueError)
            for name in ("max_request", "max_response", "max_message", "concurrency")
            for value in (0, -1)
        ),
        *(
            ({name: value}, ValueError)
            for name in ("connect_timeout", "response_timeout", "idle_timeout")
            for value in (0, -1, float("nan"), float("inf"))
        ),
        ({"max_redirects": -1}, ValueError),
        ({"max_redirects": None}, TypeError),
        ({"concurrency": 1.5}, TypeError),
        ({"max_response": True}, TypeError),
        ({"idle_timeout": "60"}, TypeError),
        ({"connect_timeout": None}, TypeError),
        ({"private": ["localhost"]}, ValueError),
        ({"private": ["10.0.0.1/8"]}, ValueError),
        ({"private": [10]}, TypeError),
        ({"private": None}, TypeError),
        ({"on_request": "log"}, TypeError),
        ({"on_response": 5}, TypeError),
        ({"tls": False}, TypeError),
        ({"headers": [("https://a.test", {})]}, TypeError),
        ({"headers": {"https://a.test": "Bearer x"}}, TypeError),
        ({"headers": {"https://a.test": {"X-Key": 5}}}, TypeError),
        ({"headers": {"a.test": {"X-Key": "x"}}}, ValueError),
        ({"headers": {"*": {"Content-Length": "5"}}}, ValueError),
    ],
)
def test_options_that_make_no_sense(options: dict[str, Any], error: type[Exception]) -> None:
    (name,) = options
    with pytest.raises(error, match=rf"{name}|pattern") as caught:
        Network("*", **options)
    assert "Bearer" not in str(caught.value)


@pytest.mark.parametrize("value", ["s€cret", "s\xe9cret", "s\ncret", "s\0cret", "s\x1bcret"])
def test_a_header_that_cannot_be_sent_is_refused_at_once(value: str) -> None:
    with pytest.raises(ValueError, match="X-Key") as caught:
        Network("*", headers={"https://a.test": {"X-Key": value}})
    assert "cret" not in str(caught.value)


@pytest.mark.parametrize("allow", [None, 5, [None], [b"*"]])
def test_an_allow_list_is_one(allow: Any) -> None:
    with pytest.raises(TypeError, match=r"allow|pattern"):
        Network(allow)


async def test_hooks_may_be_plain_functions(server: Server) -> None:
    seen: list[Any] = []
    network = allowing(server, on_request=seen.append, on_response=lambda *pair: seen.append(pair))
    await (await network(Request(f"{server.url}/"))).bytes()
    assert [type(each).__name__ for each in seen] == ["Request", "tuple"]


@pytest.mark.parametrize("hook", ["on_request", "on_response"])
async def test_a_hook_that_returns_something_else(server: Server, hook: str) -> None:
    async def wrong(*_: Any) -> Any:
        return "no"

    with pytest.raises(TypeError, match=hook):
        await allowing(server, **{hook: wrong})(Request(f"{server.url}/"))
