"""Handlers behind a real server, asked by a real client."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from atoll import AtollError, Limits, MiB, Runtime
from atoll.asgi import App, RuntimeApp
from atoll.testing import no_leaks
from tests.asgi.support import serving

HANDLER = """
let served = 0;
const encode = (text) => new TextEncoder().encode(text);
const routes = {
  "/echo": async (request) => new Response(await request.text(), { headers: {
    "X-Method": request.method, "X-Url": request.url, "X-Served": `${++served}`,
  } }),
  "/json": async (request) => Response.json(await request.json(), { status: 201 }),
  "/form": async (request) => {
    const form = await request.formData();
    const file = form.get("file");
    return Response.json([form.get("name"), file.name, file.type, file.size]);
  },
  "/cookies": () => {
    const headers = new Headers([["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]]);
    return new Response("c", { headers });
  },
  "/stream": () => {
    let i = 0;
    return new Response(new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        if (i === 300) controller.close();
        else controller.enqueue(encode(`line ${i++}\\n`));
      },
    }));
  },
  "/count": async (request) => {
    let length = 0;
    for await (const chunk of request.body) length += chunk.length;
    return new Response(`${length}`);
  },
  "/pass": (request) => new Response(request.body),
  "/upper": (request) => new Response(
    request.body.pipeThrough(new TextDecoderStream()).pipeThrough(new TransformStream({
      transform: (text, controller) => controller.enqueue(text.toUpperCase()),
    })).pipeThrough(new TextEncoderStream()),
  ),
  "/endless": () => new Response(new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(65536)),
    cancel: () => report("cancelled"),
  })),
  "/hang": (request) => new Promise(() => {
    request.signal.addEventListener("abort", () => report("aborted"));
    report("hanging");
  }),
  "/throw": () => { throw new Error("a secret of the program"); },
  "/nothing": () => undefined,
  "/half": () => new Response(new ReadableStream({
    start: (controller) => controller.enqueue(encode("half")),
    pull: (controller) => controller.error(new Error("gone wrong")),
  })),
  "/lying": () => new Response(new ReadableStream({
    start(controller) {
      controller.enqueue(encode("four"));
      controller.close();
    },
  }), { headers: { "Content-Length": "400", "Transfer-Encoding": "gzip", "Connection": "x" } }),
  "/die": () => { for (const hog = []; ;) hog.push(new Array(1e6).fill(1)); },
  "/empty": () => new Response(null, { status: 204 }),
};
export default {
  fetch(request) {
    const handle = routes[new URL(request.url).pathname];
    return handle ? handle(request) : new Response("no such page", { status: 404 });
  },
};
"""


@pytest.fixture
def handler(tmp_path: Path) -> Path:
    file = tmp_path / "handler.js"
    file.write_text(HANDLER)
    return file


class Reports(asyncio.Queue[str]):
    """What handlers report."""

    async def prepare(self, runtime: Runtime) -> None:
        await runtime.define_function("report", self.put_nowait)


async def test_requests_are_answered(handler: Path) -> None:
    async with serving(App(handler, isolates=1)) as client:
        echo = await client.put("/echo?a=1&b=%20ü", content="body é")
        assert echo.text == "body é"
        assert echo.headers["x-method"] == "PUT"
        assert echo.headers["x-url"] == f"{client.base_url}/echo?a=1&b=%20%C3%BC"
        assert (await client.get("/echo")).headers["x-served"] == "2"
        posted = await client.post("/json", json={"a": [1, None]})
        assert (posted.status_code, posted.json()) == (201, {"a": [1, None]})
        form = await client.post(
            "/form", data={"name": "n"}, files={"file": ("a.txt", b"hello", "text/plain")}
        )
        assert form.json() == ["n", "a.txt", "text/plain", 5]
        assert (await client.get("/cookies")).headers.get_list("set-cookie") == ["a=1", "b=2"]
        assert (await client.get("/missing")).status_code == 404
        assert (await client.get("/empty")).status_code == 204
        head = await client.head("/echo")
        assert (head.status_code, head.content) == (200, b"")


async def test_bodies_stream_both_ways(handler: Path) -> None:
    async def chunks() -> Any:
        for _ in range(200):
            yield bytes(10_000)

    async with serving(App(handler, isolates=1)) as client:
        assert (await client.post("/count", content=chunks())).text == "2000000"
        async with client.stream("GET", "/stream") as response:
            lines = response.aiter_lines()
            assert await anext(lines) == "line 0"
            assert [line async for line in lines][-1] == "line 299"


@pytest.mark.parametrize("path", ["/pass", "/upper"])
async def test_a_body_is_read_after_the_response_has_begun(handler: Path, path: str) -> None:
    async def chunks() -> Any:
        for _ in range(100):
            yield b"A" * 10_000

    async with serving(App(handler, isolates=1)) as client:
        assert (await client.post(path, content=b"ABC")).text == "ABC"
        assert (await client.post(path, content=chunks())).content == b"A" * 1_000_000
        assert (await client.post(path, content=b"A" * 3_000_000)).content == b"A" * 3_000_000


async def test_a_client_that_goes_is_noticed_behind_a_body_that_nobody_reads(
    handler: Path,
) -> None:
    async def chunks() -> Any:
        for _ in range(100):
            yield bytes(10_000)

    heard = Reports()
    async with serving(App(handler, isolates=1, prepare=heard.prepare)) as client:
        async with client.stream("POST", "/endless", content=chunks()) as response:
            await anext(response.aiter_bytes())
        assert await heard.get() == "cancelled"


async def test_many_requests_at_once(handler: Path) -> None:
    async with serving(App(handler, isolates=2)) as client:
        answers = await asyncio.gather(*(client.post("/echo", content=str(n)) for n in range(200)))
    assert [int(answer.text) for answer in answers] == list(range(200))


async def test_a_client_that_goes_while_it_waits(handler: Path) -> None:
    heard = Reports()
    async with serving(App(handler, isolates=1, prepare=heard.prepare)) as client:
        asking = asyncio.create_task(client.get("/hang"))
        assert await heard.get() == "hanging"
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        assert await heard.get() == "aborted"
        assert (await client.get("/echo")).status_code == 200


async def test_a_client_that_goes_while_it_reads(handler: Path) -> None:
    heard = Reports()
    async with serving(App(handler, isolates=1, prepare=heard.prepare)) as client:
        async with client.stream("GET", "/endless") as response:
            await anext(response.aiter_bytes())
        assert await heard.get() == "cancelled"
        assert (await client.get("/echo")).status_code == 200


async def test_what_a_handler_throws_is_for_the_log_alone(
    handler: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(App(handler, isolates=1)) as client:
        answer = await client.get("/throw")
        assert (answer.status_code, answer.text) == (500, "Internal Server Error")
        assert "a secret of the program" in caplog.text
        assert "handler.js:" in caplog.text
        assert (await client.get("/nothing")).status_code == 500
        with pytest.raises(httpx.RemoteProtocolError):
            await client.get("/half")
        assert (await client.get("/echo")).status_code == 200


async def test_a_handler_cannot_say_how_its_response_is_framed(handler: Path) -> None:
    async with serving(App(handler, isolates=1)) as client:
        answer = await client.get("/lying")
        assert answer.text == "four"
        assert answer.headers.get("transfer-encoding") == "chunked"
        assert "content-length" not in answer.headers
        assert answer.headers.get("connection") != "x"


async def test_a_handler_that_takes_too_long(handler: Path) -> None:
    heard = Reports()
    async with serving(App(handler, isolates=1, timeout=0.3, prepare=heard.prepare)) as client:
        assert (await client.get("/hang")).status_code == 504
        assert [await heard.get(), await heard.get()] == ["hanging", "aborted"]
        assert (await client.get("/echo")).status_code == 200


async def test_an_isolate_that_dies_is_replaced(
    handler: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = App(handler, isolates=1, limits=Limits(memory=32 * MiB))
    async with serving(app) as client:
        assert (await client.get("/die")).status_code == 502
        assert (await client.get("/echo")).status_code == 200
        assert app.statistics.crashes == 1
        assert "MemoryLimitExceeded" in caplog.text


async def test_bodies_that_are_too_large(handler: Path) -> None:
    async def chunks() -> Any:
        for _ in range(20):
            yield bytes(1000)

    async with serving(App(handler, isolates=1, max_body=10_000)) as client:
        assert (await client.post("/count", content=bytes(10_000))).text == "10000"
        assert (await client.post("/count", content=bytes(10_001))).status_code == 413
        assert (await client.post("/count", content=chunks())).status_code == 413


async def test_more_requests_than_allowed(handler: Path) -> None:
    heard = Reports()
    async with serving(App(handler, isolates=1, max_requests=1, prepare=heard.prepare)) as client:
        hanging = asyncio.create_task(client.get("/hang"))
        assert await heard.get() == "hanging"
        refused = await client.get("/echo")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        hanging.cancel()
        await asyncio.gather(hanging, return_exceptions=True)


async def status_of(client: httpx.AsyncClient, head: str) -> bytes:
    """The status that a request gets whose head is written by hand."""
    reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
    writer.write(f"{head}\r\nConnection: close\r\n\r\n".encode())
    status = (await reader.readline()).split()[1]
    writer.close()
    await writer.wait_closed()
    return status


HOSTS = ["a b", "a/b", "user@host", "[::1", "host:port", "a\\b", "a?b"]
HOSTS_OF_NO_URL = ["1.2.3.4.5", "a:99999", "[::1::2]", "a%00b", "xn--a"]


@pytest.mark.parametrize("host", HOSTS + HOSTS_OF_NO_URL)
async def test_a_host_that_is_none(
    handler: Path, host: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with serving(App(handler, isolates=1)) as client:
        assert await status_of(client, f"GET /echo HTTP/1.1\r\nHost: {host}") == b"400"
    assert not [each for each in caplog.records if each.levelname == "ERROR"]


async def test_a_request_has_one_host(handler: Path) -> None:
    async with serving(App(handler, isolates=1)) as client:
        assert await status_of(client, "GET /echo HTTP/1.1\r\nHost: a\r\nHost: b") == b"400"


class Asked:
    """An application, asked as a server would that checks nothing."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, **scope: Any) -> tuple[int, str]:
        sent: list[Any] = []

        async def receive() -> Any:
            await asyncio.Event().wait()

        async def send(message: Any) -> None:
            sent.append(message)

        headers = scope.pop("headers", [(b"host", b"good.example")])
        await self.app(
            {"type": "http", "method": "GET", "headers": headers, "query_string": b"", **scope},
            receive,
            send,
        )
        return sent[0]["status"], dict(sent[0]["headers"]).get(b"x-url", b"").decode()


async def test_a_path_is_no_part_of_the_host(handler: Path) -> None:
    app = App(handler, isolates=1)
    try:
        asked = Asked(app)
        for path in (b"@evil.example/echo", b":1/echo", b".evil.example/echo", b"*"):
            assert (await asked(path="", raw_path=path))[0] == 400
        # RFC 9110, section 7.1: about the server as a whole.
        assert (await asked(method="OPTIONS", path="*", raw_path=b"*"))[0] == 404
        url = (await asked(path="/echo", raw_path=b"/echo"))[1]
        assert url == "http://good.example/echo"
    finally:
        await app.close()


async def test_an_upgrade_that_the_server_has_not_made_is_none(handler: Path) -> None:
    handler.write_text(
        "serve({ fetch: (r) => new Response(r.headers.get('Upgrade')), websocket: {} })"
    )
    app = App(handler, isolates=1)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://a.example") as client:
        headers = {"Upgrade": "websocket", "Connection": "Upgrade"}
        assert (await client.get("/", headers=headers)).text == ""
    await app.close()


async def test_a_head_is_told_the_length_of_what_is_not_sent(handler: Path) -> None:
    handler.write_text("""
        serve((request) => new Response({
          "/text": "12345", "/null": null, "/stream": new Blob(["67"]).stream(),
        }[new URL(request.url).pathname]))
    """)
    async with serving(App(handler, isolates=1)) as client:
        assert (await client.head("/text")).headers["content-length"] == "5"
        for path in ("/null", "/stream"):
            assert "content-length" not in (await client.head(path)).headers


async def test_an_error_of_the_owners_is_no_bad_request(handler: Path) -> None:
    async def prepare(runtime: Runtime) -> None:
        def fail() -> None:
            raise ValueError("a secret of the owner")

        await runtime.define_function("fail", fail)

    handler.write_text("serve(() => fail())")
    async with serving(App(handler, isolates=1, prepare=prepare)) as client:
        answer = await client.get("/")
        assert (answer.status_code, answer.text) == (500, "Internal Server Error")


async def test_a_handler_that_does_not_load_stops_the_server(tmp_path: Path) -> None:
    file = tmp_path / "handler.js"
    file.write_text("export const nothing = 1;")
    told: list[Any] = []

    async def receive() -> Any:
        return {"type": "lifespan.startup"}

    async def send(message: Any) -> None:
        told.append(message)

    await App(file)({"type": "lifespan"}, receive, send)
    (message,) = told
    assert message["type"] == "lifespan.startup.failed"
    assert "no handler for requests" in message["message"]


async def test_a_changed_file_is_loaded_again(handler: Path) -> None:
    app = App(handler, isolates=2)
    async with serving(app) as client:
        assert (await client.get("/missing")).status_code == 404
        handler.write_text("serve({ fetch: () => new Response('new') })")
        await app.reload()
        assert (await client.get("/missing")).text == "new"
        handler.write_text("this is no program")
        with pytest.raises(AtollError, match="Unexpected identifier"):
            await app.reload()
        assert (await client.get("/missing")).text == "new"


async def test_a_runtime_of_ones_own() -> None:
    async with Runtime(fetch=True) as runtime:
        await runtime.eval("serve({ fetch: (r) => new Response(new URL(r.url).pathname) })")
        transport = httpx.ASGITransport(RuntimeApp(runtime))
        async with httpx.AsyncClient(transport=transport, base_url="http://a.example") as client:
            assert (await client.get("/mine")).text == "/mine"


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"file": None}, TypeError, "give a file"),
        ({"runtime": Runtime, "limits": Limits()}, TypeError, "limits"),
        ({"isolates": 0}, ValueError, "isolates is a whole number of at least 1"),
        ({"isolates": "2"}, TypeError, "isolates is a whole number"),
        ({"max_requests": -1}, ValueError, "max_requests"),
        ({"max_body": -1}, ValueError, "max_body .* or None"),
        ({"max_body": 1.5}, TypeError, "max_body"),
        ({"timeout": 0}, ValueError, "timeout .* or None"),
        ({"timeout": float("nan")}, ValueError, "timeout"),
        ({"patience": -1}, ValueError, "patience"),
        ({"shutdown_grace": None}, TypeError, "shutdown_grace"),
        ({"prepare": "x"}, TypeError, "prepare is a function"),
        ({"runtime": 5}, TypeError, "runtime is a function"),
    ],
)
def test_options_of_the_application(
    options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        App(**{"file": "x.js", **options})


def test_what_is_no_runtime_cannot_be_mounted() -> None:
    with pytest.raises(TypeError, match="runtime is an atoll"):
        RuntimeApp("handler.js")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="timeout"):
        RuntimeApp(Runtime(fetch=True), timeout=-1)


async def test_isolates_that_are_replaced_end_with_the_application(handler: Path) -> None:
    heard = Reports()
    app = App(handler, isolates=1, prepare=heard.prepare, shutdown_grace=0.2)
    with no_leaks():
        async with serving(app) as client:
            hanging = asyncio.create_task(client.get("/hang"))
            assert await heard.get() == "hanging"
            await app.reload()
            assert (await client.get("/echo")).headers["x-served"] == "1"
            await app.close()
            await asyncio.gather(hanging, return_exceptions=True)


async def test_closing_while_isolates_are_replaced_leaves_none(handler: Path) -> None:
    starting, go_on = asyncio.Event(), asyncio.Event()
    go_on.set()

    async def prepare(runtime: Runtime) -> None:
        starting.set()
        await go_on.wait()

    app = App(handler, isolates=2, prepare=prepare, shutdown_grace=0)
    with no_leaks():
        await app.open()
        starting.clear()
        go_on.clear()
        reloading = asyncio.create_task(app.reload())
        await starting.wait()
        await app.close()
        go_on.set()
        await reloading
