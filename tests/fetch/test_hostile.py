"""Guests that attack: the realm that they share with the guest half, and the host functions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from atoll import Isolate, JSError, Limits
from atoll.fetch import Fetch, Request, Response
from atoll.fetch._bodies import BodyTable
from atoll.fetch._tokens import split_headers

from .conftest import Site

SPY = """
    globalThis.seen = { __proto__: null };
    const { apply, ownKeys, getOwnPropertyDescriptor, defineProperty } = Reflect;
    // What the engine hands out by itself, and the harmless values of the language.
    function note(value) {
      if (typeof value === "function") {
        seen[`function ${value.name}`] = 1;
      } else if (typeof value === "object" && value !== null) {
        const keys = ["open", "release", "connect", "callAsync", "primordials"];
        for (let i = 0; i < keys.length; i++) {
          const key = keys[i];
          if (getOwnPropertyDescriptor(value, key) !== undefined) seen[`object with ${key}`] = 1;
        }
      }
    }
    const skipped = new Set(["constructor", "call", "then"]);
    for (const Class of [Array, Map, WeakMap, Set, String, RegExp, Uint8Array, Object,
        Object.getPrototypeOf(Uint8Array), Headers, Request, Response, Blob, FormData, URL,
        URLSearchParams, ReadableStream, ReadableStreamDefaultReader, AbortController,
        AbortSignal, EventTarget, WebSocket, EventSource]) {
      for (const key of ownKeys(Class.prototype)) {
        if (skipped.has(key)) continue;
        const old = getOwnPropertyDescriptor(Class.prototype, key);
        if (!old.configurable) continue;
        for (const part of ["value", "get", "set"]) {
          const original = old[part];
          if (typeof original !== "function") continue;
          old[part] = function (...args) {
            spied++;
            note(this);
            for (let i = 0; i < args.length; i++) note(args[i]);
            return apply(original, this, args);
          };
        }
        defineProperty(Class.prototype, key, old);
      }
    }
    var spied = 0;
"""

USE_EVERYTHING = """
    const form = new FormData();
    form.append("a", "b");
    form.append("f", new File(["x"], "n.txt"));
    const log = [];
    const r = await fetch("https://x.test/redirect", {
      method: "POST", headers: { "x-y": "z" }, body: form,
    });
    log.push(await r.text());
    log.push(await (await fetch("https://x.test/stream")).text());
    const copy = (await fetch("https://x.test/stream")).clone();
    log.push((await copy.arrayBuffer()).byteLength);
    const answer = await new Response(form).formData();
    log.push(answer.get("a"));
    const socket = new WebSocket("wss://x.test/", ["p"]);
    log.push(await new Promise((resolve) => {
      socket.onopen = () => socket.send("hello");
      socket.onmessage = (event) => resolve(event.data);
    }));
    socket.close();
    const source = new EventSource("https://x.test/events");
    log.push(await new Promise((resolve) => source.onmessage = (event) => resolve(event.data)));
    source.close();
    log
"""


async def chunks() -> AsyncIterator[bytes]:
    yield b"a"
    yield b"b"


async def events() -> AsyncIterator[bytes]:
    yield b"data: event\n\n"
    await asyncio.Event().wait()


async def answer(request: Request) -> Response:
    match request.url.pathname:
        case "/redirect":
            return Response.redirect("/end", 303)
        case "/stream":
            return Response(chunks())
        case "/events":
            return Response(events(), headers={"content-type": "text/event-stream"})
    return Response("end")


async def echo(socket: Any) -> None:
    await socket.accept("p")
    async for message in socket:
        await socket.send(message)


async def test_replaced_methods_see_no_internals_of_the_guest_half() -> None:
    async with Isolate() as isolate:
        fetch = await isolate.install(Fetch(answer, websocket=echo))
        await isolate.eval(SPY + "0")
        expected = ["end", "ab", 2, "b", "hello", "event"]
        assert await isolate.eval(USE_EVERYTHING) == expected
        await isolate.eval("serve(() => fetch('https://x.test/stream'))")
        response = await fetch.dispatch_request(Request("https://app.test/"))
        assert await response.text() == "ab"
        seen = await isolate.eval("ownKeys(seen)")
        assert await isolate.eval("spied") > 10  # by what the test itself does
        # Names of the test's own functions, and of classes that streams and blobs are.
        internal = [name for name in seen if name.startswith("object with")]
        assert internal == []
        hosts = {"function _fetch", "function open", "function release", "function connect"}
        assert hosts.isdisjoint(seen)


@pytest.mark.parametrize(
    "pollution",
    [
        "Object.defineProperty(Array.prototype, 0, { set() { throw 1 }, configurable: true })",
        "Object.defineProperty(Object.prototype, 'get', { value: () => 1, writable: true })",
        "Object.prototype.value = 1; Object.prototype.set = 1",
        "Object.prototype.signal = 5; Object.prototype.body = 5",
        "Array.prototype[Symbol.iterator] = function* () { yield 'evil' }",
        "Object.prototype.highWaterMark = 9; Object.prototype.type = 'evil'",
        "Promise.prototype.then = function () { throw 1 }",
        "RegExp.prototype.exec = () => null; RegExp.prototype.test = () => false",
        "Object.defineProperty(Object.prototype, '__proto__', { value: 1 })",
        "globalThis.Headers = globalThis.Response = globalThis.URL = globalThis.Promise = null",
    ],
)
async def test_polluted_prototypes_change_no_request(pollution: str) -> None:
    seen: list[Request] = []

    async def handler(request: Request) -> Response:
        seen.append(request)
        return await answer(request)

    async with Isolate() as isolate:
        fetch = await isolate.install(Fetch(handler))
        code = """
            var keep = { fetch, Response };
            serve(async (request) => new keep.Response(request.method));
            var ask = async () => {
              const r = await keep.fetch("https://x.test/end", { __proto__: null, method: "PUT" });
              return r.status;
            };
        """
        await isolate.eval(code)
        await isolate.eval(f"{pollution}; 0")
        await isolate.eval("ask().then === undefined; void ask(); 0")
        response = await fetch.dispatch_request(Request("https://app.test/", method="DELETE"))
        assert (response.status, await response.text()) == (200, "DELETE")
        async with asyncio.timeout(5):
            while not seen:
                await isolate.eval("0")
        assert (seen[0].method, seen[0].url) == ("PUT", "https://x.test/end")
        assert set(seen[0].headers.items()) == {("accept", "*/*"), ("accept-language", "*")}


async def test_the_engines_network_stays_out_of_reach(site: Site) -> None:
    code = """
        const names = ["Deno", "process", "require", "WebTransport", "XMLHttpRequest",
          "WebSocketStream", "navigator", "Worker", "SharedWorker", "importScripts"];
        names.filter((name) => name in globalThis)
    """
    assert await site.eval(code) == []
    # Neither class leads to the one that the engine would go to the network with.
    code = """
        [Object.getPrototypeOf(WebSocket) === EventTarget,
         Object.getPrototypeOf(EventSource) === EventTarget,
         Object.getOwnPropertySymbols(Response.prototype).map(String),
         Object.getOwnPropertySymbols(Request.prototype).map(String),
         Object.getOwnPropertySymbols(new Response())]
    """
    tag = ["Symbol(Symbol.toStringTag)"]
    assert await site.eval(code) == [True, True, tag, tag, []]


async def test_getters_of_an_init_run_once_and_in_order(site: Site) -> None:
    code = """
        const asked = [];
        const init = new Proxy({}, {
          get(_, key) { asked.push(key); return undefined },
          has(_, key) { asked.push(`has ${String(key)}`); return false },
        });
        await fetch("https://x.test/", init);
        asked.join()
    """
    assert await site.eval(code) == (
        "body,cache,credentials,duplex,headers,integrity,keepalive,method,mode,priority,redirect,"
        "referrer,referrerPolicy,signal,window"
    )


# What a guest half under an attacker's control could say to the host's functions


@pytest.mark.parametrize(
    "args",
    [
        ("CONNECT", "https://x.test/", "", None, 0, None),
        ("GET\r\nx: y", "https://x.test/", "", None, 0, None),
        (5, "https://x.test/", "", None, 0, None),
        ("GET", "/relative", "", None, 0, None),
        ("GET", "https://x.test/\r\nx: y", "", None, 0, None),
        ("GET", "https://x.test/", "a\nb\r\nc: d", None, 0, None),
        ("GET", "https://x.test/", "a", None, 0, None),
        ("GET", "https://x.test/", "a b\nc", None, 0, None),
        ("GET", "https://x.test/", "a\nb\n", None, 0, None),
        ("GET", "https://x.test/", "\n", None, 0, None),
        ("GET", "https://x.test/", "a\n\u20ac", None, 0, None),
        ("GET", "https://x.test/", "a\n" + "b" * 300_000, None, 0, None),
        ("GET", "https://x.test/", ["a", "b"], None, 0, None),
        ("GET", "https://x.test/", "", b"body", 0, None),
        ("POST", "https://x.test/", "", 1, 0, None),
        ("POST", "https://x.test/", "", "\ud800", 0, None),
        ("POST", "https://x.test/", "", {"cancel": 1}, 0, None),
        ("GET", "https://x.test/", "", None, 21, None),
        ("GET", "https://x.test/", "", None, -1, None),
        ("GET", "https://x.test/", "", None, True, None),
        ("GET", "https://x.test/", "", None, 0, "follow"),
        ("GET", "https://x.test/", "", None, 0, "\n" * 5),
        ("GET", "https://x.test/", "", None, 0, 5),
    ],
)
async def test_a_forged_request_never_reaches_the_handler(args: tuple[Any, ...]) -> None:
    async def handler(request: Request) -> Response:
        raise AssertionError("reached")

    fetch = Fetch(handler)
    with pytest.raises((ValueError, TypeError)):
        await fetch._fetch(*args)


async def test_only_what_it_was_given_can_be_opened_and_once() -> None:
    async def handler(request: Request) -> Response:
        return Response(chunks())

    fetch = Fetch(handler)
    number = (await fetch._fetch("GET", "https://x.test/", "", None, 0, None))[4]
    for wrong in (0, number + 1, -1, True, "1", None, 1.0, [1]):
        with pytest.raises(ValueError, match="does not have"):
            fetch._bodies.open(wrong)
        with pytest.raises(ValueError, match="does not have"):
            fetch._bodies.take(wrong)
    stream = fetch._bodies.open(number)
    with pytest.raises(ValueError, match="does not have"):
        fetch._bodies.open(number)
    assert [chunk async for chunk in stream] == [b"a", b"b"]
    assert len(fetch._bodies) == 0


async def test_forged_requests_beyond_the_window_are_refused() -> None:
    gate = asyncio.Event()

    async def handler(request: Request) -> Response:
        await gate.wait()
        return Response()

    fetch = Fetch(handler, max_concurrent=2)
    args = ("GET", "https://x.test/", "", None, 0, None)
    tasks = [asyncio.create_task(fetch._fetch(*args)) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Exception, match="max_concurrent"):
        await fetch._fetch(*args)
    gate.set()
    assert [(await task)[0] for task in tasks] == [200, 200]


def test_header_text_takes_time_in_proportion_to_its_length() -> None:
    # A pattern that backtracks would take for ever.
    split_headers("a\n" * 100_000 + "a\nb", 1_000_000)
    for text in ("a" * 200_000, "a\n" + " " * 200_000 + "\r", "a\n" * 100_001 + "\r"):
        with pytest.raises(ValueError, match="HTTP"):
            split_headers(text, 1_000_000)


async def test_a_table_of_bodies_is_bounded() -> None:
    table = BodyTable(limit=3)
    for _ in range(3):
        table.send(Response(chunks()))
    with pytest.raises(RuntimeError, match="3 bodies"):
        table.send(Response(chunks()))
    assert table.send(Response(b"small")) == b"small"


async def test_one_description_serves_many_isolates() -> None:
    async def handler(request: Request) -> Response:
        return Response(chunks())

    shared = Fetch(handler, max_concurrent=2)
    async with Isolate() as one, Isolate() as other:
        for isolate in (one, other):
            fetch = await isolate.install(shared)
            await isolate.eval("serve(() => fetch('https://x.test/'))")
            # Eight bodies may be open at a time, in each.
            kept = [await fetch.dispatch_request(Request("https://a.test/")) for _ in range(8)]
            assert [await response.text() for response in kept] == ["ab"] * 8
            await isolate.eval("var open = await fetch('https://x.test/'); 0")
        # The number of a body of the one means nothing to the other.
        assert await one.eval("open.text()") == "ab"
        assert await other.eval("open.text()") == "ab"


@pytest.mark.parametrize(
    "options",
    [
        {"handler": 5},
        {"websocket": "x"},
        {"max_concurrent": 0},
        {"max_redirects": -1},
        {"max_header_bytes": 1.5},
        {"max_websockets": True},
        {"env": 5},
        {"env": ["A=1"]},
        {"env": {1: "x"}},
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    (name,) = options
    with pytest.raises((TypeError, ValueError), match=name):
        Fetch(**options)


async def test_a_slow_reader_holds_no_more_than_a_window() -> None:
    made = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal made
        while True:
            made += 1
            yield b"x" * 65536

    async with Isolate(limits=Limits(memory=64 * 1024 * 1024)) as isolate:
        fetch = await isolate.install(Fetch(lambda request: Response(endless())))
        await isolate.eval(
            """
            var pulled = 0;
            serve(async () => {
              const { body } = await fetch("https://x.test/");
              return new Response(body.pipeThrough(new TransformStream({
                transform(chunk, c) { pulled++; c.enqueue(chunk) },
              })));
            })
            """
        )
        response = await fetch.dispatch_request(Request("https://app.test/"))
        for _ in range(20):
            await anext(response.body)
        # The host has read twenty chunks; neither side has run far ahead.
        assert await isolate.eval("pulled") < 200
        assert made < 400
        await response.aclose()


async def test_an_error_of_a_signal_listener_does_not_stop_the_abort(site: Site) -> None:
    cancelled = asyncio.Event()

    async def never(request: Request) -> Response:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        raise AssertionError

    site.answer = never
    with pytest.raises(JSError, match="AbortError"):
        await site.eval(
            """
            const c = new AbortController();
            const p = fetch("https://x.test/", { signal: c.signal });
            await new Promise((resolve) => queueMicrotask(resolve));
            c.signal.addEventListener("abort", () => { throw new Error("mine") });
            c.abort();
            await p
            """
        )
