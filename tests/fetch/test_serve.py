"""Requests to handlers in the guest."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from atoll import Isolate, IsolateCrashed, JSError, LimitExceeded, Limits, MiB
from atoll.fetch import (
    Fetch,
    HandlerError,
    InvalidRequest,
    NetworkError,
    Request,
    RequestTimeout,
    Response,
)

from .conftest import Site


async def test_a_request_and_its_response_cross_as_they_are(site: Site) -> None:
    await site.eval(
        """
        serve({
          async fetch(request, env, ctx) {
            return Response.json([
              request instanceof Request, request.method, request.url,
              request.headers.get("x-y"), await request.text(), env.KEY, typeof ctx.waitUntil,
            ], {
              status: 202,
              statusText: "Fine",
              headers: [["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]],
            });
          },
        })
        """
    )
    response = await site.get("/p%20q?r=s", method="PUT", headers={"X-Y": "z"}, body="h\u00e9")
    assert (response.status, response.status_text) == (202, "Fine")
    assert response.headers.get_set_cookie() == ["a=1", "b=2"]
    assert response.headers["content-type"] == "application/json"
    url = "https://app.test/p%20q?r=s"
    assert await response.json() == [True, "PUT", url, "z", "h\u00e9", "value", "function"]


@pytest.mark.parametrize(
    "register",
    [
        "serve((request) => new Response('here'))",
        "serve({ fetch: () => new Response('here') })",
        "serve({ text: 'here', fetch() { return new Response(this.text) } })",
        "serve(new (class { fetch() { return Promise.resolve(new Response('here')) } }))",
    ],
)
async def test_what_a_handler_can_be(site: Site, register: str) -> None:
    await site.eval(register)
    assert await site.fetch.has_handler()
    assert await (await site.get()).text() == "here"


async def test_a_default_export_is_registered_by_reference(site: Site) -> None:
    exported = await site.isolate.eval("({ fetch: () => new Response('default') })", copy=False)
    await site.fetch.register(exported)
    assert await (await site.get()).text() == "default"
    with pytest.raises(JSError, match="a handler is a function"):
        await site.fetch.register(await site.isolate.eval("({})", copy=False))


@pytest.mark.parametrize("value", ["null", "5", "{}", "{ fetch: 1 }", "'x'"])
async def test_what_is_no_handler_is_refused(site: Site, value: str) -> None:
    with pytest.raises(JSError, match="TypeError: a handler is a function"):
        await site.eval(f"serve({value})")
    assert not await site.fetch.has_handler()


async def test_without_a_handler_the_error_says_what_is_missing(site: Site) -> None:
    with pytest.raises(HandlerError, match="export default"):
        await site.get()


@pytest.mark.parametrize(
    ("result", "said"), [("undefined", "undefined"), ("'x'", "string"), ("{}", "another object")]
)
async def test_a_handler_that_returns_no_response(site: Site, result: str, said: str) -> None:
    await site.eval(f"serve(() => ({result}))")
    with pytest.raises(HandlerError, match=said):
        await site.get()


async def test_what_a_handler_throws_is_raised(site: Site) -> None:
    await site.eval("serve(async () => { throw new RangeError('too far') })")
    with pytest.raises(JSError) as caught:
        await site.get()
    assert (caught.value.name, caught.value.message) == ("RangeError", "too far")
    await site.eval("serve(() => Response.error())")
    with pytest.raises(JSError, match=r"Response\.error"):
        await site.get()


async def test_an_exception_of_the_owner_comes_back_as_itself(site: Site) -> None:
    error = NetworkError("refused")

    def refuse(request: Request) -> Response:
        raise error

    site.answer = refuse
    await site.eval("serve(() => fetch('https://x.test/'))")
    with pytest.raises(JSError) as caught:
        await site.get()
    assert caught.value.cause is error


async def test_a_used_body_is_an_error(site: Site) -> None:
    await site.eval("const kept = new Response('x'); serve(() => kept)")
    assert await (await site.get()).text() == "x"
    with pytest.raises(JSError, match="read already"):
        await site.get()


async def test_requests_are_served_at_once(site: Site) -> None:
    gates: dict[str, asyncio.Future[None]] = {}

    async def answer(request: Request) -> Response:
        gates[request.url.search] = asyncio.get_running_loop().create_future()
        await gates[request.url.search]
        return Response(request.url.search)

    site.answer = answer
    await site.eval("serve((request) => fetch('https://x.test/' + new URL(request.url).search))")
    tasks = [asyncio.create_task(site.get(f"/?{i}")) for i in range(100)]
    async with asyncio.timeout(20):
        while len(gates) < 100:
            await asyncio.sleep(0)
    for i in reversed(range(100)):
        gates[f"?{i}"].set_result(None)
        assert await (await tasks[i]).text() == f"?{i}"


# Streams


async def test_a_response_streams_out_with_backpressure(site: Site) -> None:
    await site.eval(
        """
        var pulled = 0, cancelled;
        serve(() => new Response(new ReadableStream({
          pull(c) { c.enqueue(new Uint8Array([pulled++ % 256])) },
          cancel(reason) { cancelled = `${reason}` },
        }, { highWaterMark: 0 })))
        """
    )
    response = await site.get()
    first = [await anext(response.body) for _ in range(3)]
    assert b"".join(first)[:3] == bytes([0, 1, 2])
    assert await site.eval("pulled") < 1000
    await response.aclose()
    async with asyncio.timeout(5):
        while await site.eval("cancelled") is None:
            await asyncio.sleep(0)


async def test_a_request_streams_in_with_backpressure(site: Site) -> None:
    made = 0
    closed = asyncio.Event()

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal made
        try:
            while True:
                made += 1
                yield b"x" * 1000
        finally:
            closed.set()

    await site.eval(
        """
        serve(async (request) => {
          const reader = request.body.getReader();
          const { value } = await reader.read();
          await reader.cancel();
          return new Response(value.length);
        })
        """
    )
    response = await site.get(method="POST", body=chunks())
    assert await response.text() == "1000"
    assert made < 1000
    async with asyncio.timeout(5):
        await closed.wait()


async def test_a_request_body_that_nobody_reads_is_closed(site: Site) -> None:
    closed = asyncio.Event()

    class Source:
        def __aiter__(self) -> Source:
            return self

        async def __anext__(self) -> bytes:
            return b"x"

        async def aclose(self) -> None:
            closed.set()

    await site.eval("serve(() => new Response('no, thanks', { status: 413 }))")
    response = await site.get(method="POST", body=Source())
    assert response.status == 413
    async with asyncio.timeout(5):
        await closed.wait()


async def test_what_a_handler_passes_through_never_enters_the_isolate(site: Site) -> None:
    data = bytes(1024 * 1024)

    async def big() -> AsyncIterator[bytes]:
        for _ in range(64):
            yield data

    site.answer = lambda request: Response(big(), headers={"content-type": "x/y"})
    await site.eval("serve((request) => fetch('https://x.test/'))")
    before = (await site.isolate.statistics()).bytes_out
    response = await site.get()
    length = 0
    async for chunk in response.body:
        length += len(chunk)
    assert length == 64 * len(data)
    assert response.headers["content-type"] == "x/y"
    assert (await site.isolate.statistics()).bytes_out - before < len(data)


async def test_a_body_is_passed_on_in_a_response_of_its_own(site: Site) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    site.answer = lambda request: Response(chunks())
    await site.eval(
        """
        serve(async (request) => {
          const r = await fetch("https://x.test/");
          return new Response(r.body, { headers: { "x-added": "1" } });
        })
        """
    )
    response = await site.get()
    assert (response.headers["x-added"], await response.text()) == ("1", "ab")


async def test_a_body_that_was_looked_at_is_copied(site: Site) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    site.answer = lambda request: Response(chunks())
    await site.eval(
        """
        var text;
        serve(async (request) => {
          const r = await fetch("https://x.test/");
          const copy = r.clone();
          text = copy.text();
          return r;
        })
        """
    )
    assert await (await site.get()).text() == "ab"
    assert await site.eval("text") == "ab"


async def test_a_response_that_fails_half_way_raises_in_the_reader(site: Site) -> None:
    await site.eval(
        """
        serve(() => new Response(new ReadableStream({
          start(c) { c.enqueue(new Uint8Array(5)) },
          pull(c) { c.error(new Error("half-way")) },
        })))
        """
    )
    response = await site.get()
    with pytest.raises(Exception, match="half-way"):
        await response.bytes()
    await site.eval(
        "serve(() => new Response(new ReadableStream({ pull(c) { c.enqueue('text') } })))"
    )
    response = await site.get()
    with pytest.raises(Exception, match="Uint8Array"):
        await response.bytes()


# Aborting and waiting


async def test_cancelling_a_request_aborts_its_signal_alone(site: Site) -> None:
    await site.eval(
        """
        var aborted = [];
        serve((request) => new Promise((resolve) => {
          const { pathname } = new URL(request.url);
          request.signal.addEventListener("abort", () => {
            aborted.push([pathname, request.signal.reason.name]);
          });
          if (pathname === "/b") resolve(new Response("b"));
        }))
        """
    )
    task = asyncio.create_task(site.get("/a"))
    assert await (await site.get("/b")).text() == "b"
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with asyncio.timeout(5):
        while not await site.eval("aborted.length"):
            await asyncio.sleep(0)
    assert await site.eval("aborted") == [["/a", "AbortError"]]


READERS = {
    "chunk by chunk": "for await (const _ of request.body);",
    "whole": "await request.bytes();",
    "by a pipe": "await request.body.pipeTo(new WritableStream());",
    "later": "await aborted; await request.text();",
}


@pytest.mark.parametrize("reader", READERS)
async def test_an_upload_that_is_cut_off_fails_for_whoever_reads_it(
    reader: str, site: Site
) -> None:
    reading, closed = asyncio.Event(), asyncio.Event()

    async def upload() -> AsyncIterator[bytes]:
        try:
            yield b"x" * 100_000
            reading.set()
            await asyncio.Event().wait()
        finally:
            closed.set()

    if reader == "later":
        await site.isolate.define_function("handling", reading.set)
        closed.set()  # it was never opened
    else:
        await site.isolate.eval("var handling = () => {}")
    await site.eval(
        f"""
        var failed = new Promise((tell) => serve(async (request) => {{
            const aborted = new Promise((done) => {{ request.signal.onabort = done }});
            handling();
            try {{
                {READERS[reader]}
            }} catch (error) {{
                tell([error.name, error === request.signal.reason]);
            }}
            return new Response();
        }}));
        0"""
    )
    request = Request("https://app.test/", method="POST", body=upload())
    task = asyncio.create_task(site.fetch.dispatch_request(request))
    await reading.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await site.eval("failed") == ["AbortError", True]
    await asyncio.wait_for(closed.wait(), 10)


async def test_closing_a_response_aborts_the_signal(site: Site) -> None:
    await site.eval(
        """
        var reason;
        serve((request) => {
          request.signal.onabort = () => { reason = request.signal.reason.message };
          return new Response(new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1)) } }));
        })
        """
    )
    async with await site.get() as response:
        await anext(response.body)
    async with asyncio.timeout(5):
        while await site.eval("reason") is None:
            await asyncio.sleep(0)


async def test_a_request_that_takes_too_long_is_given_up(site: Site) -> None:
    await site.eval(
        """
        var aborted = false;
        serve((request) => new Promise(() => {
          request.signal.onabort = () => { aborted = true };
        }))
        """
    )
    with pytest.raises(RequestTimeout, match=r"0\.05 s"):
        await site.fetch.dispatch_request(Request("https://app.test/"), timeout=0.05)
    assert await site.eval("aborted") is True


async def test_a_timeout_of_the_owners_is_not_the_requests(site: Site) -> None:
    error = TimeoutError("the database")

    async def query() -> None:
        raise error

    await site.isolate.define_async_function("query", query)
    await site.eval("serve(async () => { await query() })")
    with pytest.raises(TimeoutError) as caught:
        await site.get()
    assert caught.value is error


async def test_the_first_requests_may_come_at_once(site: Site) -> None:
    await site.eval("serve((request) => new Promise(() => {}))")
    tasks = [asyncio.create_task(site.get()) for _ in range(5)]
    for task in tasks:
        await asyncio.sleep(0)
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(result) for result in results} == {asyncio.CancelledError}
    await site.eval("serve(() => new Response('on'))")
    assert await (await site.get()).text() == "on"


async def test_a_handler_that_never_yields_ends_the_isolate(site: Site) -> None:
    await site.eval("serve(() => { for (;;); })")
    with pytest.raises((IsolateCrashed, RequestTimeout)):
        await site.fetch.dispatch_request(Request("https://app.test/"), timeout=0.05)
    with pytest.raises(IsolateCrashed):
        await site.eval("1")


async def test_what_goes_on_after_the_response_can_be_waited_for(site: Site) -> None:
    gate = asyncio.Event()

    async def answer(request: Request) -> Response:
        await gate.wait()
        return Response("late")

    site.answer = answer
    await site.eval(
        """
        var done = [];
        serve((request, env, { waitUntil }) => {
          waitUntil(fetch("https://x.test/").then(r => r.text()).then(t => done.push(t)));
          return new Response("early");
        })
        """
    )
    assert await (await site.get()).text() == "early"
    waiting = asyncio.create_task(site.fetch.background())
    assert await site.eval("done") == []
    assert not waiting.done()
    gate.set()
    await waiting
    assert await site.eval("done") == ["late"]
    await site.fetch.background()


async def test_what_fails_after_the_response_is_reported() -> None:
    uncaught: list[BaseException] = []
    async with Isolate(on_uncaught=uncaught.append) as isolate:
        fetch = await isolate.install(Fetch())
        await isolate.eval(
            "serve((r, e, ctx) => { ctx.waitUntil(Promise.reject(new Error('later')));"
            "return new Response() })"
        )
        await fetch.dispatch_request(Request("https://app.test/"))
        await fetch.background()
        assert [str(error) for error in uncaught] == ["Error: later"]


# What the guest may not


async def test_requests_have_headers_that_cannot_be_changed(site: Site) -> None:
    await site.eval("serve((request) => { request.headers.set('a', 'b'); return new Response() })")
    with pytest.raises(JSError, match="cannot be changed"):
        await site.get()


@pytest.mark.parametrize("url", ["ftp://x/", "data:,x", "file:///x"])
async def test_a_handler_is_asked_over_http(site: Site, url: str) -> None:
    await site.eval("serve(() => new Response())")
    with pytest.raises(ValueError, match="http or https"):
        await site.fetch.dispatch_request(Request(url))


async def test_huge_headers_are_refused() -> None:
    async with Isolate() as isolate:
        fetch = await isolate.install(Fetch(max_header_bytes=1000))
        await isolate.eval("serve(() => new Response('', { headers: { x: 'a'.repeat(1001) } }))")
        with pytest.raises(JSError, match="1000 are allowed"):
            await fetch.dispatch_request(Request("https://app.test/"))


@pytest.mark.parametrize(
    "answer",
    [
        "[200, '', 'x', null, null]",
        "[200, '', 'x\\na\\r\\nb', null, null]",
        "[200, '', 'x y\\na', null, null]",
        "[999, '', '', null, null]",
        "['200', '', '', null, null]",
        "[200, 'a\\nb', '', null, null]",
        "[200, '', '', 7, null]",
        "[200, '', '', '\\ud800', null]",
        "[200, '', '', null]",
        "[101, '', '', null, 1]",
        "5",
        "null",
        "{}",
    ],
)
async def test_a_forged_answer_is_an_error_and_nothing_else(site: Site, answer: str) -> None:
    # What a guest half under an attacker's control could say.
    await site.eval("serve(() => new Response())")
    await site.get()
    forged = await site.isolate.eval(f"() => ({answer})", copy=False)
    real = site.fetch._functions["dispatch"]
    site.fetch._functions["dispatch"] = forged
    with pytest.raises(HandlerError):
        await site.get()
    site.fetch._functions["dispatch"] = real
    assert (await site.get()).status == 200


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ([["Content-Length", "5"]], "5"),
        ([["Content-Length", "4"]], None),
        ([["Content-Length", "5"], ["content-length", "500"]], None),
        ([["Content-Length", "5"], ["Transfer-Encoding", "chunked"]], "5"),
        ([["Content-Length", "+5"]], None),
        ([["Content-Length", "5, 5"]], None),
        ([["Connection", "close"], ["Keep-Alive", "1"], ["Upgrade", "h2c"]], None),
    ],
)
async def test_a_response_says_nothing_false_about_its_length(
    site: Site, headers: list[list[str]], kept: str | None
) -> None:
    await site.isolate.define_global("given", headers)
    await site.eval("serve(() => new Response('hello', { headers: [...given, ['x', 'y']] }))")
    response = await site.get()
    assert response.headers.get("content-length") == kept
    names = {name for name, _ in response.headers} - {"content-length"}
    assert names == {"content-type", "x"}


async def test_a_stream_that_passes_the_guest_takes_no_memory_of_its_own() -> None:
    size, chunk = 192 * MiB, bytes(256 * 1024)

    async def big() -> AsyncIterator[bytes]:
        for _ in range(size // len(chunk)):
            yield chunk

    async with Isolate(limits=Limits(memory=64 * MiB)) as isolate:
        fetch = await isolate.install(Fetch(lambda request: Response(big())))
        await isolate.eval(
            """
            serve(async () => {
              const { body } = await fetch("https://x.test/");
              return new Response(body.pipeThrough(new TransformStream()));
            })
            """
        )
        response = await fetch.dispatch_request(Request("https://app.test/"))
        length = 0
        async for piece in response.body:
            length += len(piece)
        assert length == size


# The end of the isolate


async def test_every_request_hears_that_the_isolate_died() -> None:
    async def never(request: Request) -> Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with Isolate(limits=Limits(memory=64 * 1024 * 1024)) as sibling:
        async with Isolate(limits=Limits(memory=64 * 1024 * 1024)) as isolate:
            fetch = await isolate.install(Fetch(never))
            await isolate.eval(
                """
                serve((request) => {
                  const { pathname } = new URL(request.url);
                  if (pathname === "/die") new Array(2 ** 32 - 1).fill(0);
                  if (pathname === "/stream") return new Response(new ReadableStream({
                    pull: () => new Promise(() => {}),
                  }));
                  return fetch("https://x.test/");
                })
                """
            )
            streaming = await fetch.dispatch_request(Request("https://app.test/stream"))
            reading = asyncio.create_task(streaming.bytes())
            tasks = [
                asyncio.create_task(fetch.dispatch_request(Request("https://app.test/")))
                for _ in range(100)
            ]
            await isolate.eval("1")
            with pytest.raises(Exception, match="memory"):
                await fetch.dispatch_request(Request("https://app.test/die"))
            async with asyncio.timeout(10):
                results: list[Any] = await asyncio.gather(*tasks, reading, return_exceptions=True)
            assert {type(result).__name__ for result in results} == {"MemoryLimitExceeded"}
        assert await sibling.eval("1 + 1") == 2


async def test_a_stream_may_be_silent_for_longer_than_a_call_may_take() -> None:
    async with Isolate(limits=Limits(call_time=0.2)) as isolate:
        fetch = await isolate.install(Fetch())
        await isolate.eval(
            """
            var next;
            serve(() => new Response(new ReadableStream({
              pull: (c) => new Promise((resolve) => {
                next = () => { c.enqueue(new Uint8Array([1])); c.close(); resolve() };
              }),
            })))
            """
        )
        response = await fetch.dispatch_request(Request("https://app.test/"))
        reading = asyncio.create_task(response.bytes())
        await asyncio.sleep(0.5)  # more than call_time
        await isolate.eval("next()")
        assert await reading == b"\1"


@pytest.mark.parametrize(
    ("method", "status", "sent"),
    [
        ("GET", 200, None),  # nothing follows, whatever the guest says
        ("GET", 204, None),
        ("HEAD", 204, None),
        ("HEAD", 200, "5"),  # what a GET would have
        ("GET", 304, "5"),
    ],
)
async def test_a_length_without_a_body_is_told_only_where_it_is_of_another(
    site: Site, method: str, status: int, sent: str | None
) -> None:
    init = f"{{ status: {status}, headers: {{ 'Content-Length': '5' }} }}"
    await site.eval(f"serve(() => new Response(null, {init}))")
    response = await site.get(method=method)
    assert response.headers.get("content-length") == sent
    assert not response.has_body


@pytest.mark.parametrize(
    "url", ["http://1.2.3.4.5/", "http://a:99999/", "ftp://a.test/", "data:,x"]
)
async def test_a_request_whose_url_is_none(site: Site, url: str) -> None:
    await site.eval("var asked = 0; serve(() => { asked++; return new Response() })")
    with pytest.raises(InvalidRequest):
        await site.fetch.dispatch_request(Request(url))
    assert await site.eval("asked") == 0


READ_LATER = {
    "by a pipe": """(request, env, ctx) => {
      const { readable, writable } = new TransformStream();
      ctx.waitUntil(request.body.pipeTo(writable));
      return new Response(readable);
    }""",
    "by a reader that waits": """(request) => {
      const reader = request.body.getReader();
      return new Response(new ReadableStream({
        async pull(controller) {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        },
      }, { highWaterMark: 0 }));
    }""",
    "by one that comes later": """({ body }) => {
      let reader;
      return new Response(new ReadableStream({
        async pull(controller) {
          reader ??= body.getReader();
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        },
      }, { highWaterMark: 0 }));
    }""",
}


@pytest.mark.parametrize("how", READ_LATER)
async def test_a_request_is_read_while_the_response_is_sent(site: Site, how: str) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for n in range(5):
            yield bytes([n]) * 1000

    await site.eval(f"serve({READ_LATER[how]})")
    response = await site.get(method="POST", body=pieces())
    assert await response.bytes() == b"".join([bytes([n]) * 1000 for n in range(5)])


async def test_a_request_that_is_not_read_by_the_end_of_the_response_is_closed(site: Site) -> None:
    closed = asyncio.Event()

    class Source:
        def __aiter__(self) -> Source:
            return self

        async def __anext__(self) -> bytes:
            return b"x"

        async def aclose(self) -> None:
            closed.set()

    await site.eval("""
        serve((request) => {
          request.body.getReader();
          return new Response(new Blob(["x".repeat(8e6)]).stream());
        })
    """)
    response = await site.get(method="POST", body=Source())
    await anext(response.body)
    assert not closed.is_set()
    async for _ in response.body:
        pass
    async with asyncio.timeout(5):
        await closed.wait()


async def test_nothing_is_kept_of_a_request_whose_response_was_streamed(site: Site) -> None:
    await site.eval("""
        var signals = [];
        serve((request) => {
          signals.push(new WeakRef(request.signal));
          return new Response(new ReadableStream({
            start(controller) { controller.enqueue(new Uint8Array(9)); controller.close(); },
          }));
        })
    """)
    for _ in range(20):
        assert len(await (await site.get()).bytes()) == 9
    left = "signals.filter((each) => each.deref() !== undefined).length"
    async with asyncio.timeout(20):
        while await site.eval(left) > 1:
            await site.isolate.collect_garbage()


async def test_a_body_that_there_is_no_memory_for_does_not_keep_its_request_waiting() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(88):
            yield bytes(MiB)

    async with Isolate(limits=Limits(memory=128 * MiB)) as isolate:
        fetch = await isolate.install(Fetch())
        await isolate.eval("serve(async (request) => new Response((await request.bytes()).length))")
        request = Request("https://a.test/", method="POST", body=pieces())
        # The chunks are there, and then all of them once more.
        with pytest.raises((JSError, LimitExceeded), match=r"allocation failed|Limits\.memory"):
            await fetch.dispatch_request(request, timeout=20)
