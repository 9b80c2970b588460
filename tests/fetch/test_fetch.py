"""What the guest asks for, and what it is given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from atoll import Isolate, JSError, Limits
from atoll.fetch import BodyError, Fetch, NetworkError, Request, Response

from .conftest import Site


async def test_a_request_reaches_the_handler_as_it_was_made(site: Site) -> None:
    seen: dict[str, Any] = {}

    async def answer(request: Request) -> Response:
        seen["json"] = await request.json()
        return Response.json({"ok": True}, status=201, headers={"X-Answer": "y"})

    site.answer = answer
    result = await site.eval(
        """
        const response = await fetch("https://user.test/a%20b?c=d#e", {
          method: "post",
          headers: { "X-Case": "1", Cookie: "a=b" },
          body: JSON.stringify({ a: [1] }),
          cache: "no-store",
          credentials: "include",
          keepalive: true,
        });
        [response.status, response.ok, response.url, response.type, response.redirected,
         response.headers.get("x-answer"), await response.json()]
        """
    )
    assert result == [
        201,
        True,
        "https://user.test/a%20b?c=d#e".partition("#")[0],
        "basic",
        False,
        "y",
        {"ok": True},
    ]
    (request,) = site.requests
    assert (request.method, str(request.url)) == ("POST", "https://user.test/a%20b?c=d")
    assert request.headers["x-case"] == "1"
    assert request.headers["cookie"] == "a=b"
    assert ("X-Case", "1") in request.headers.raw
    assert seen["json"] == {"a": [1]}
    assert (request.cache, request.credentials, request.keepalive) == ("no-store", "include", True)


async def test_without_a_handler_the_error_says_how_to_allow_it() -> None:
    async with Isolate() as isolate:
        await isolate.install(Fetch())
        with pytest.raises(JSError, match=r"Fetch\(handler\)") as caught:
            await isolate.eval("fetch('https://x.test/')")
        assert caught.value.name == "TypeError"


async def test_a_plain_function_may_be_the_handler() -> None:
    async with Isolate() as isolate:
        await isolate.install(Fetch(lambda request: Response(request.method)))
        assert await isolate.eval("fetch('https://x.test/').then(r => r.text())") == "GET"


# Errors


async def test_a_network_error_is_a_type_error_with_its_message(site: Site) -> None:
    def refuse(request: Request) -> Response:
        raise NetworkError("x.test is not allowed")

    site.answer = refuse
    with pytest.raises(JSError) as caught:
        await site.eval("fetch('https://x.test/')")
    assert (caught.value.name, caught.value.message) == ("TypeError", "x.test is not allowed")
    assert isinstance(caught.value.cause, NetworkError)


async def test_what_a_handler_raises_is_the_cause(site: Site) -> None:
    error = PermissionError("no")

    def refuse(request: Request) -> Response:
        raise error

    site.answer = refuse
    caught = "await fetch('https://x.test/').catch(e => [e instanceof TypeError, e.message])"
    assert await site.eval(caught) == [True, "fetch failed: no"]
    with pytest.raises(JSError) as raised:
        await site.eval("fetch('https://x.test/')")
    assert raised.value.cause is error


@pytest.mark.parametrize("answer", [None, "text", 5, {"status": 200}, b"bytes"])
async def test_a_handler_that_returns_no_response_is_an_error_inside(
    site: Site, answer: object
) -> None:
    site.answer = lambda request: answer
    caught = "await fetch('https://x.test/').catch(e => [e.name, e.cause.name, e.message])"
    name, cause, message = await site.eval(caught)
    assert (name, cause) == ("TypeError", "TypeError")
    assert "atoll.fetch.Response" in message


async def test_a_handler_that_is_cancelled_is_an_abort_error(site: Site) -> None:
    async def cancelled(request: Request) -> Response:
        raise asyncio.CancelledError

    site.answer = cancelled
    caught = "await fetch('https://x.test/').catch(e => [e.name, e instanceof DOMException])"
    assert await site.eval(caught) == ["AbortError", True]


async def test_a_response_that_was_read_cannot_be_sent(site: Site) -> None:
    async def used(request: Request) -> Response:
        async def chunks() -> AsyncIterator[bytes]:
            yield b"a"

        response = Response(chunks())
        async for _ in response.body:
            pass
        return response

    site.answer = used
    assert "read already" in await site.eval("fetch('https://x.test/').catch(e => e.message)")


# Redirects


def redirecting(request: Request) -> Response:
    path = request.url.pathname
    if path == "/to-other":
        return Response.redirect("https://other.test/end", 307)
    if path.startswith("/status/"):
        return Response.redirect("/end", int(path.rpartition("/")[2]))
    if path == "/loop":
        return Response.redirect("/loop")
    if path == "/data":
        return Response.redirect("data:text/plain,x")
    return Response("end")


async def test_the_handler_sees_every_step_of_a_redirect(site: Site) -> None:
    site.answer = redirecting
    result = await site.eval(
        """
        const r = await fetch("https://a.test/to-other", {
          method: "PUT", body: "again", headers: { Authorization: "secret", Cookie: "c", X: "1" }
        });
        [r.url, r.redirected, await r.text()]
        """
    )
    assert result == ["https://other.test/end", True, "end"]
    first, second = site.requests
    assert (first.hop, second.hop) == (0, 1)
    assert first.headers["authorization"] == "secret"
    # To another origin, what is secret does not go.
    assert "authorization" not in second.headers
    assert "cookie" not in second.headers
    assert second.headers["x"] == "1"
    assert (second.method, await second.text()) == ("PUT", "again")


@pytest.mark.parametrize(
    ("status", "method", "becomes"),
    [
        (301, "POST", "GET"),
        (302, "POST", "GET"),
        (301, "PUT", "PUT"),
        (303, "PUT", "GET"),
        (303, "HEAD", "HEAD"),
        (307, "POST", "POST"),
        (308, "POST", "POST"),
    ],
)
async def test_what_a_redirect_makes_of_the_method(
    site: Site, status: int, method: str, becomes: str
) -> None:
    site.answer = redirecting
    body = "undefined" if method == "HEAD" else "'x'"
    url = f"https://a.test/status/{status}"
    await site.eval(f"fetch('{url}', {{ method: '{method}', body: {body} }}).then(r => r.text())")
    second = site.requests[1]
    assert second.method == becomes
    assert second.has_body == (becomes == method and method != "HEAD")
    assert ("content-type" in second.headers) == second.has_body


async def test_redirects_that_lead_nowhere(site: Site) -> None:
    site.answer = redirecting
    for url, init, message in (
        ("/loop", "{}", "20 redirects"),
        ("/data", "{}", "data:"),
        ("/loop", "{ redirect: 'error' }", "redirect is 'error'"),
        (
            "/to-other",
            "{ method: 'POST', duplex: 'half', body: new ReadableStream() }",
            "is a stream",
        ),
    ):
        caught = f"fetch('https://a.test{url}', {init}).catch(e => `${{e.name}} ${{e.message}}`)"
        result = await site.eval(caught)
        assert result.startswith("TypeError")
        assert message in result
    assert max(request.hop for request in site.requests) == 20


async def test_a_redirect_that_is_not_followed_is_the_response(site: Site) -> None:
    site.answer = redirecting
    code = (
        "fetch('https://a.test/to-other', { redirect: 'manual' })"
        ".then(r => [r.status, r.headers.get('location')])"
    )
    assert await site.eval(code) == [307, "https://other.test/end"]


async def test_an_opaque_redirect_tells_only_its_url() -> None:
    closed = asyncio.Event()

    class Endless:
        def __aiter__(self) -> Endless:
            return self

        async def __anext__(self) -> bytes:
            return bytes(10_000)

        async def aclose(self) -> None:
            closed.set()

    def answer(_request: Request) -> Response:
        return Response(Endless(), status=307, status_text="Away", headers={"location": "/end"})

    async with Isolate() as isolate:
        await isolate.install(Fetch(answer, opaque_redirects=True))
        result = await isolate.eval(
            """
            const r = await fetch("https://a.test/x?y#z", { redirect: "manual" });
            const seen = (r) => [r.type, r.status, r.ok, r.statusText, [...r.headers], r.body,
              r.url, r.redirected, r.bodyUsed];
            let error = null;
            try { r.headers.set("a", "b"); } catch (e) { error = e.name; }
            [seen(r), seen(r.clone()), await r.text(), error]
            """
        )
        seen = ["opaqueredirect", 0, False, "", [], None, "https://a.test/x?y", False, False]
        assert result == [seen, seen, "", "TypeError"]
        await closed.wait()  # what cannot be read is not kept open


@pytest.mark.parametrize(
    "init",
    [
        "{ redirect: 'manual', integrity: 'sha256-AAAA' }",  # there is no body
        "{ redirect: 'manual', mode: 'no-cors' }",  # § 4.1: it is of another origin
    ],
)
async def test_requests_that_cannot_have_an_opaque_redirect(init: str) -> None:
    async with Isolate() as isolate:
        await isolate.install(Fetch(redirecting, opaque_redirects=True))
        code = f"fetch('https://a.test/to-other', {init}).catch(e => e.name)"
        assert await isolate.eval(code) == "TypeError"


async def test_an_opaque_redirect_does_not_leave_the_isolate() -> None:
    async with Isolate() as isolate:
        fetch = await isolate.install(Fetch(redirecting, opaque_redirects=True))
        await isolate.eval("serve(() => fetch('https://a.test/to-other', { redirect: 'manual' }))")
        with pytest.raises(JSError, match="opaque"):
            await fetch.dispatch_request(Request("https://app.test/"))


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("/\xe2\x98\x83", "https://a.test/%E2%98%83"),
        ("/?%\xe2\x98\x83\xff", "https://a.test/?%%E2%98%83%FF"),
        ("//m\xc3\xbcnchen.test/", "https://xn--mnchen-3ya.test/"),
    ],
)
async def test_a_location_is_bytes(site: Site, location: str, url: str) -> None:
    def answer(request: Request) -> Response:
        return Response.redirect(location) if request.hop == 0 else Response("end")

    site.answer = answer
    assert await site.eval("fetch('https://a.test/').then(r => r.url)") == url


# Streams


async def test_aborting_after_the_response_ends_what_is_still_sent(site: Site) -> None:
    async def echo(request: Request) -> Response:
        return Response(request.body)

    site.answer = echo
    result = await site.eval(
        """
        const controller = new AbortController();
        const cancelled = Promise.withResolvers();
        const body = new ReadableStream({
          pull(c) { c.enqueue(new Uint8Array(10)); },
          cancel(reason) { cancelled.resolve(reason); },
        });
        const { signal } = controller;
        const response = await fetch("https://x.test/", {
          method: "POST", duplex: "half", body, signal,
        });
        const reader = response.body.getReader();
        await reader.read();
        controller.abort(new RangeError("enough"));
        const failed = await reader.closed.catch((error) => error.message);
        [failed, (await cancelled.promise)?.message];
        """
    )
    assert result == ["enough", "enough"]


async def test_what_is_read_of_a_stream_is_not_asked_for_then(site: Site) -> None:
    result = await site.eval(
        """
        const bytes = new Uint8Array([104, 101, 108, 108, 111]);
        const stream = new ReadableStream({ start(c) { c.enqueue(bytes); c.close(); } });
        const response = new Response(stream);
        Object.prototype.then = function (resolve) {
          delete Object.prototype.then;
          resolve({ done: false, value: new Uint8Array([88]) });
        };
        const reading = response.text();
        reading.then((text) => {
          const polluted = delete Object.prototype.then;
          return [text, polluted, stream.locked, response.bodyUsed];
        });
        """
    )
    assert result == ["hello", True, True, True]


async def test_a_response_streams_as_fast_as_it_is_read(site: Site) -> None:
    made = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal made
        while True:
            made += 1
            yield b"x" * 1000

    site.answer = lambda request: Response(endless())
    await site.eval("const r = await fetch('https://x.test/'); const reader = r.body.getReader()")
    assert await site.eval("const c = await reader.read(); c.value.length") == 1000
    assert made < 1000  # a window of them, however long nobody reads on
    at_rest = made
    await site.eval("for (let i = 0; i < 5; i++) await reader.read()")
    assert made <= at_rest + 1000
    await site.eval("await reader.cancel()")


async def test_cancelling_a_body_closes_the_handlers_iterator(site: Site) -> None:
    closed = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x"
        finally:
            closed.set()

    site.answer = lambda request: Response(endless())
    await site.eval("const r = await fetch('https://x.test/'); await r.body.cancel()")
    assert not site.requests[0].body_used
    await site.eval(
        "const q = await fetch('https://x.test/'); const rd = q.body.getReader();"
        "await rd.read(); await rd.cancel()"
    )
    async with asyncio.timeout(5):
        await closed.wait()
        await site.requests[1].signal.wait()


async def test_a_body_that_fails_half_way_is_a_type_error_in_the_reader(site: Site) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x"
        raise OSError("the disk is gone")

    site.answer = lambda request: Response(broken())
    code = "fetch('https://x.test/').then(r => r.text()).catch(e => [e.name, e.cause.message])"
    assert await site.eval(code) == ["TypeError", "the disk is gone"]
    code = (
        "fetch('https://x.test/').then(async r => { for await (const c of r.body); })"
        ".catch(e => [e.name, e.cause.message])"
    )
    assert await site.eval(code) == ["TypeError", "the disk is gone"]


async def test_a_request_streams_with_backpressure(site: Site) -> None:
    async def read_some(request: Request) -> Response:
        first = await anext(request.body)
        pulled = await site.isolate.eval("pulled")
        await request.aclose()
        return Response.json([len(first), pulled])

    site.answer = read_some
    code = """
        var pulled = 0, cancelled = false;
        const body = new ReadableStream({
          pull(c) { pulled++; c.enqueue(new Uint8Array(10)) },
          cancel() { cancelled = true },
        }, { highWaterMark: 0 });
        const r = await fetch('https://x.test/', { method: 'POST', body, duplex: 'half' });
        await r.json()
    """
    length, pulled = await site.eval(code)
    assert length == 10
    assert pulled < 1000
    await wait_until(site, "cancelled")


async def wait_until(site: Site, condition: str) -> None:
    async with asyncio.timeout(5):
        while not await site.eval(condition):
            await asyncio.sleep(0)


async def test_a_request_body_that_fails_is_an_error_on_both_sides(site: Site) -> None:
    failures: list[BaseException] = []

    async def read(request: Request) -> Response:
        try:
            await request.bytes()
        except BodyError as error:
            failures.append(error)
            raise
        return Response()

    site.answer = read
    for chunk, message in (
        ("c.error(new RangeError('broken'))", "broken"),
        ("c.enqueue('text')", "Uint8Array"),
    ):
        code = (
            f"fetch('https://x.test/', {{ method: 'POST', duplex: 'half', body: new ReadableStream("
            f"{{ pull(c) {{ {chunk} }} }}) }}).catch(e => `${{e.name}} ${{e.cause.message}}`)"
        )
        result = await site.eval(code)
        assert result.startswith("TypeError")
        assert message in result
    assert "broken" in str(failures[0])


async def test_what_was_fetched_can_be_sent_on_without_being_read(site: Site) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"from "
        yield b"a"

    async def answer(request: Request) -> Response:
        return Response(chunks()) if request.method == "GET" else Response(await request.bytes())

    site.answer = answer
    code = """
        const a = await fetch("https://a.test/");
        const b = await fetch("https://b.test/", { method: "POST", body: a.body, duplex: "half" });
        [await b.text(), a.bodyUsed, await a.text().catch(e => e.name)]
    """
    assert await site.eval(code) == ["from a", True, "TypeError"]


async def test_large_bodies_in_memory_cross_in_pieces(site: Site) -> None:
    data = bytes(range(256)) * 8192
    site.answer = lambda request: Response(data)
    code = (
        "fetch('https://x.test/').then(r => r.bytes()).then(b => "
        "[b.length, b.every((x, i) => x === i % 256)])"
    )
    assert await site.eval(code) == [len(data), True]


# Aborting


async def test_aborting_cancels_the_handler(site: Site) -> None:
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def never(request: Request) -> Response:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            assert not request.signal.aborted
            cancelled.set()
            raise
        raise AssertionError

    site.answer = never
    await site.eval(
        "const c = new AbortController();"
        "const p = fetch('https://x.test/', { signal: c.signal }).catch(e => [e.name, e.message]);"
        "undefined"
    )
    async with asyncio.timeout(5):
        await started.wait()
        result = await site.eval("c.abort(); await p")
        assert result[0] == "AbortError"
        await cancelled.wait()
        await site.requests[0].signal.wait()


async def test_aborting_after_the_response_breaks_its_body_off(site: Site) -> None:
    closed = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x"
                await asyncio.sleep(0)
        finally:
            closed.set()

    site.answer = lambda request: Response(endless())
    code = """
        const c = new AbortController();
        const r = await fetch("https://x.test/", { signal: c.signal });
        const reader = r.body.getReader();
        await reader.read();
        const rest = (async () => { for (;;) await reader.read() })();
        c.abort("enough");
        await rest.catch(reason => reason)
    """
    assert await site.eval(code) == "enough"
    async with asyncio.timeout(5):
        await closed.wait()
        await site.requests[0].signal.wait()


@pytest.mark.parametrize(
    "signal",
    [
        "AbortSignal.timeout(20)",
        "AbortSignal.any([AbortSignal.timeout(20), new AbortController().signal])",
        "new Request('https://x.test/', { signal: AbortSignal.timeout(20) }).signal",
    ],
)
async def test_a_request_is_given_up_when_its_time_is_over(site: Site, signal: str) -> None:
    """Nobody else listens to the signal, and nothing else happens in the guest."""
    gone = asyncio.Event()

    async def never(request: Request) -> Response:
        try:
            await asyncio.Event().wait()
        finally:
            gone.set()
        raise AssertionError

    site.answer = never
    code = f"fetch('https://x.test/', {{ signal: {signal} }}).catch((e) => e.name)"
    async with asyncio.timeout(10):
        assert await site.eval(code) == "TimeoutError"
        await gone.wait()


async def test_an_aborted_signal_makes_no_request(site: Site) -> None:
    code = "fetch('https://x.test/', { signal: AbortSignal.abort('no') }).catch(e => e)"
    assert await site.eval(code) == "no"
    assert site.requests == []


# Many


async def test_ten_thousand_at_once_with_a_bounded_number_at_the_handler() -> None:
    running = most = 0

    async def handler(request: Request) -> Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return Response(request.url.search)

    async with Isolate() as isolate:
        await isolate.install(Fetch(handler, max_concurrent=100))
        code = """
            const all = Array.from({ length: 10000 }, (_, i) =>
              fetch(`https://x.test/?${i}`).then(r => r.text()));
            (await Promise.all(all)).every((text, i) => text === `?${i}`)
        """
        assert await isolate.eval(code) is True
    assert 1 < most <= 100


async def test_bodies_that_nobody_reads_are_given_back() -> None:
    open_bodies = 0

    async def handler(request: Request) -> Response:
        class Source:
            def __aiter__(self) -> Source:
                return self

            async def __anext__(self) -> bytes:
                return b"x"

            async def aclose(self) -> None:
                nonlocal open_bodies
                open_bodies -= 1

        nonlocal open_bodies
        open_bodies += 1
        return Response(Source())

    async with Isolate() as isolate:
        await isolate.install(Fetch(handler))
        await isolate.eval("for (let i = 0; i < 50; i++) await fetch('https://x.test/'); 0")
        async with asyncio.timeout(20):
            while open_bodies > 1:
                await isolate.collect_garbage()


async def test_a_guest_that_keeps_bodies_open_is_refused_more() -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"x"

    async with Isolate() as isolate:
        await isolate.install(Fetch(lambda request: Response(chunks()), max_concurrent=2))
        code = (
            "const kept = []; let failed = 0; for (let i = 0; i < 12; i++)"
            "await fetch('https://x.test/').then(r => kept.push(r), () => failed++); failed"
        )
        assert await isolate.eval(code) == 4


# What never gets out


@pytest.mark.parametrize(
    "headers",
    [
        "{ 'x': 'a\\r\\nevil: 1' }",
        "{ 'x': 'a\\nb' }",
        "{ 'x': 'a\\0b' }",
        "{ 'x\\r\\ny': 'a' }",
        "{ 'x y': 'a' }",
        "{ 'x': '\\u20ac' }",
        "[['a']]",
        "[['a', 'b', 'c']]",
        "'text'",
    ],
)
async def test_no_header_starts_another(site: Site, headers: str) -> None:
    code = f"fetch('https://x.test/', {{ headers: {headers} }}).catch(e => e.name)"
    assert await site.eval(code) == "TypeError"
    assert site.requests == []


async def test_headers_about_the_connection_stay_behind(site: Site) -> None:
    await site.eval(
        """
        fetch("https://x.test/", { method: "POST", body: "abc", headers: {
          "Content-Length": "1", "Transfer-Encoding": "chunked", Connection: "x-keep",
          Host: "other.test", "Keep-Alive": "1", TE: "trailers", Trailer: "x", Upgrade: "h2c",
          Expect: "100-continue", "Proxy-Connection": "x", "X-Keep": "1",
        } }).then(r => r.status)
        """
    )
    names = {name.lower() for name, _ in site.requests[0].headers.raw}
    assert names == {"x-keep", "content-type", "accept", "accept-language"}


@pytest.mark.parametrize("method", ["CONNECT", "trace", "TrAcK", "G ET", "", "GET\\r\\nx: y"])
async def test_forbidden_methods_are_refused(site: Site, method: str) -> None:
    code = f"fetch('https://x.test/', {{ method: '{method}' }}).catch(e => e.name)"
    assert await site.eval(code) == "TypeError"
    assert site.requests == []


@pytest.mark.parametrize(
    "url", ["/relative", "", "https://u:p@x.test/", "file:///etc/passwd", "ftp://x/", "about:blank"]
)
async def test_urls_that_cannot_be_fetched(site: Site, url: str) -> None:
    assert await site.eval(f"fetch('{url}').catch(e => e.name)") == "TypeError"
    assert site.requests == []


async def test_huge_headers_are_refused() -> None:
    async with Isolate() as isolate:
        await isolate.install(Fetch(lambda request: Response(), max_header_bytes=1000))
        code = "fetch('https://x.test/', { headers: { x: 'a'.repeat(1001) } })"
        with pytest.raises(JSError, match="1000 are allowed"):
            await isolate.eval(code)


async def test_a_handler_that_never_returns_is_ended_with_the_call() -> None:
    started = asyncio.Event()

    async def never(request: Request) -> Response:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError

    async with Isolate(limits=Limits(call_time=None)) as isolate:
        await isolate.install(Fetch(never))
        task = asyncio.create_task(isolate.eval("fetch('https://x.test/')"))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await isolate.eval("1 + 1") == 2


# data: and blob:


@pytest.mark.parametrize(
    ("url", "media", "text"),
    [
        ("data:,a%20b", "text/plain;charset=US-ASCII", "a b"),
        ("data:text/html;charset=utf-8,%C3%A9#x", "text/html;charset=utf-8", "\u00e9"),
        ("data:;base64,aGk=", "text/plain;charset=US-ASCII", "hi"),
        ("data:text/plain; base64 ,eA==", "text/plain", "x"),
    ],
)
async def test_data_urls_are_answered_inside(site: Site, url: str, media: str, text: str) -> None:
    code = f"fetch('{url}').then(async r => [r.headers.get('content-type'), await r.text()])"
    assert await site.eval(code) == [media, text]
    assert site.requests == []


async def test_blob_urls_are_answered_inside(site: Site) -> None:
    code = """
        const url = URL.createObjectURL(new Blob(["abcdef"], { type: "x/y" }));
        const early = new Request(url);
        const range = await fetch(url, { headers: { Range: "bytes=1-3" } });
        const type = (await fetch(url)).headers.get("content-type");
        const result = [range.status, await range.text(), type];
        URL.revokeObjectURL(url);
        [...result, await fetch(url).catch(e => e.name), await fetch(early).then(r => r.text())]
    """
    assert await site.eval(code) == [206, "bcd", "x/y", "TypeError", "abcdef"]
    assert site.requests == []


@pytest.mark.parametrize(
    ("cache", "control", "pragma"),
    [
        ("default", None, None),
        ("no-cache", "max-age=0", None),
        ("no-store", "no-cache", "no-cache"),
        ("reload", "no-cache", "no-cache"),
        ("force-cache", None, None),
    ],
)
async def test_cache_modes_are_told_to_caches_on_the_way(
    site: Site, cache: str, control: str | None, pragma: str | None
) -> None:
    await site.eval(f"fetch('https://x.test/', {{ cache: '{cache}' }}).then(r => r.text())")
    await site.eval(
        f"fetch('https://x.test/', {{ cache: '{cache}', headers: {{ 'Cache-Control': 'private', "
        "Pragma: 'x' } }).then(r => r.text())"
    )
    plain, own = site.requests
    assert plain.headers.get("cache-control") == control
    assert plain.headers.get("pragma") == pragma
    assert (own.headers["cache-control"], own.headers["pragma"]) == ("private", "x")


@pytest.mark.parametrize(
    "body", ["'text'", "Uint8Array.of(116, 101, 120, 116)", "new Blob(['text'])", "''", "null"]
)
@pytest.mark.parametrize(
    "make", ["new Response(b)", "new Request('https://x.test/', { method: 'PUT', body: b })"]
)
async def test_a_body_that_was_looked_at_can_be_cloned(site: Site, make: str, body: str) -> None:
    code = f"""
        (async () => {{
          const b = {body};
          const one = {make};
          const looked = one.body !== null;
          const two = one.clone();
          const three = two.clone();
          const read = [await two.text(), await three.text(), one.bodyUsed, await one.text()];
          return [looked, ...read].join();
        }})()
    """
    text = "" if body in ("''", "null") else "text"
    assert await site.eval(code) == f"{str(body != 'null').lower()},{text},{text},false,{text}"


async def test_a_part_is_asked_for_as_it_is(site: Site) -> None:
    code = "(headers) => fetch('https://x.test/', { headers }).then(r => r.text())"
    await site.eval(code, {})
    await site.eval(code, {"Range": "bytes=0-1"})
    await site.eval(code, {"Range": "bytes=0-1", "Accept-Encoding": "gzip"})
    codings = [request.headers.get("accept-encoding") for request in site.requests]
    assert codings == [None, "identity", "gzip"]


async def test_a_redirect_to_several_places_is_none(site: Site) -> None:
    site.answer = lambda request: Response(
        None, status=302, headers=[("Location", "/a"), ("location", "/b")]
    )
    code = "fetch('https://x.test/').catch((e) => `${e.name}: ${e.message}`)"
    assert await site.eval(code) == "TypeError: a redirect to several locations"
    assert len(site.requests) == 1
    manual = (
        "fetch('https://x.test/', { redirect: 'manual' }).then((r) => r.headers.get('location'))"
    )
    assert await site.eval(manual) == "/a, /b"


async def test_integrity_is_verified(site: Site) -> None:
    site.answer = lambda request: Response("hello")
    good = "sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="
    code = f"fetch('https://x.test/', {{ integrity: '{good}' }}).then(r => r.text())"
    assert await site.eval(code) == "hello"
    code = f"fetch('https://x.test/', {{ integrity: '{good[:-4]}AAA=' }}).catch(e => e.name)"
    assert await site.eval(code) == "TypeError"


@pytest.mark.parametrize(
    ("url", "init", "ok"),
    [
        ("'data:,hello'", "integrity: GOOD", True),
        ("'data:,other'", "integrity: GOOD", False),
        ("URL.createObjectURL(new Blob(['hello']))", "integrity: GOOD", True),
        ("URL.createObjectURL(new Blob(['other']))", "integrity: GOOD", False),
        # What has no body has no integrity, not even that of nothing: § 4.1 step 22.
        ("'https://x.test/'", "integrity: EMPTY, method: 'HEAD'", False),
        ("'https://x.test/none'", "integrity: EMPTY", False),
        ("'https://x.test/none'", "integrity: 'unknown'", False),
        ("'https://x.test/empty'", "integrity: EMPTY", True),
    ],
)
async def test_integrity_of_every_kind_of_response(
    site: Site, url: str, init: str, ok: bool
) -> None:
    site.answer = lambda request: (
        Response(None, status=204) if request.url.pathname == "/none" else Response(b"")
    )
    code = f"""
        const GOOD = "sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";
        const EMPTY = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        fetch({url}, {{ {init} }}).then(() => true, e => e.name)
    """
    assert await site.eval(code) == (ok or "TypeError")


async def test_aborting_while_integrity_is_verified_lets_go_of_the_body(site: Site) -> None:
    started, closed = asyncio.Event(), asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                yield bytes(1000)
                started.set()
                await asyncio.sleep(0.001)
        finally:
            closed.set()

    site.answer = lambda request: Response(endless())
    await site.eval(
        """
        globalThis.controller = new AbortController();
        globalThis.failed = fetch("https://x.test/", {
          integrity: "sha256-LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
          signal: controller.signal,
        }).catch(e => e.name);
        undefined
        """
    )
    await started.wait()
    assert await site.eval("controller.abort(); failed") == "AbortError"
    await closed.wait()
