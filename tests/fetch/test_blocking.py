"""Fetch and serve without asyncio."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest

from atoll import JSError
from atoll.fetch import BodyTooLarge, Fetch, HandlerError, NetworkError, Request, Response
from atoll.sync import Isolate


def blocking(request: Request) -> Response:
    if request.url.pathname == "/no":
        raise NetworkError("no")
    data = request.read()
    return Response(data or b"plain", headers={"x-method": request.method})


async def waiting(request: Request) -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"a"
        yield await request.bytes()

    return Response(chunks())


def test_a_plain_handler_answers() -> None:
    with Isolate() as isolate:
        isolate.install(Fetch(blocking))
        code = """
            const r = await fetch("https://x.test/", { method: "POST", body: "posted" });
            [r.headers.get("x-method"), await r.text()]
        """
        assert isolate.eval(code) == ["POST", "posted"]
        with pytest.raises(JSError, match="no"):
            isolate.eval("fetch('https://x.test/no')")


def test_a_coroutine_function_answers_with_a_stream() -> None:
    with Isolate() as isolate:
        isolate.install(Fetch(waiting))
        code = """
            const body = new ReadableStream({
              start(c) {
                for (const code of [98, 99]) c.enqueue(new Uint8Array([code]));
                c.close();
              },
            });
            const r = await fetch("https://x.test/", { method: "POST", body, duplex: "half" });
            await r.text()
        """
        assert isolate.eval(code) == "abc"


def test_requests_are_dispatched_and_their_responses_read() -> None:
    def chunks() -> Iterator[bytes]:
        yield b"1"
        yield b"2"

    with Isolate() as isolate:
        fetch = isolate.install(Fetch(blocking, env={"key": "value"}))
        with pytest.raises(HandlerError):
            fetch.dispatch_request(Request("https://app.test/"))
        assert not fetch.has_handler()
        isolate.eval(
            """
            serve(async (request, env) => {
              if (request.method === "GET") return fetch("https://x.test/");
              const text = await request.text();
              return new Response(new ReadableStream({
                start(c) {
                  for (const part of [env.key, text]) c.enqueue(encode(part));
                  c.close();
                },
              }));
            })
            var encode = (text) => Uint8Array.from(text, (c) => c.charCodeAt(0));
            0
            """
        )
        assert fetch.dispatch_request(Request("https://app.test/")).read() == b"plain"
        request = Request("https://app.test/", method="POST", body=chunks())
        response = fetch.dispatch_request(request)
        assert list(response.iter_bytes()) == [b"value", b"12"]
        response = fetch.dispatch_request(Request("https://app.test/", method="POST", body="long"))
        with pytest.raises(BodyTooLarge):
            response.read(limit=6)
        isolate.eval(
            "var done = 0; serve((r, e, ctx) => {"
            "ctx.waitUntil(Promise.resolve().then(() => done++)); return new Response() })"
        )
        fetch.dispatch_request(Request("https://app.test/"))
        fetch.background()
        assert isolate.eval("done") == 1


def test_a_response_that_is_given_up_aborts_its_request() -> None:
    with Isolate() as isolate:
        fetch = isolate.install(Fetch())
        isolate.eval("""
            var reason = new Promise((resolve) => serve((request) => {
              request.signal.onabort = () => resolve(request.signal.reason.name);
              return new Response(new ReadableStream({
                pull(controller) { controller.enqueue(new Uint8Array(1000)) },
              }));
            }))
        """)
        response = fetch.dispatch_request(Request("https://app.test/"))
        with pytest.raises(BodyTooLarge):
            response.read(limit=6)
        assert isolate.eval("reason") == "AbortError"


def test_a_default_export_is_registered() -> None:
    with Isolate() as isolate:
        fetch = isolate.install(Fetch())
        fetch.register(isolate.eval("() => new Response('x')", copy=False))
        assert fetch.has_handler()
        assert fetch.dispatch_request(Request("https://app.test/")).read() == b"x"
