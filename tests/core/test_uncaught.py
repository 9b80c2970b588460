"""Errors and rejections that nothing in the guest handles."""

from __future__ import annotations

import asyncio
import logging

import pytest

from atoll import Isolate, JSError


async def test_an_unhandled_rejection_reaches_the_owner_and_the_isolate_lives() -> None:
    seen: asyncio.Queue[BaseException] = asyncio.Queue()
    async with Isolate(on_uncaught=seen.put_nowait) as isolate:
        assert await isolate.eval("Promise.reject(new RangeError('lost')); 1") == 1
        error = await seen.get()
        assert isinstance(error, JSError)
        assert (error.name, error.message) == ("RangeError", "lost")
        assert await isolate.eval("2") == 2


async def test_an_exception_in_a_microtask_reaches_the_owner_and_the_isolate_lives() -> None:
    seen: asyncio.Queue[BaseException] = asyncio.Queue()
    async with Isolate(on_uncaught=seen.put_nowait) as isolate:
        assert await isolate.eval("queueMicrotask(() => { throw 'text' }); 1") == 1
        error = await seen.get()
        assert isinstance(error, JSError)
        assert error.value == "text"
        assert await isolate.eval("2") == 2


async def test_a_rejection_that_is_handled_in_time_is_not_reported() -> None:
    seen: list[BaseException] = []
    async with Isolate(on_uncaught=seen.append) as isolate:
        await isolate.eval("const p = Promise.reject(1); p.catch(() => {}); await null; 1")
        await isolate.collect_garbage()  # a turn of the guest's event loop
        assert seen == []


async def test_a_guest_cannot_flood_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "atoll.isolate"):
        async with Isolate() as isolate:
            await isolate.eval("for (let i = 0; i < 1000; i++) Promise.reject(i); 1")
            await isolate.collect_garbage()
            await isolate.collect_garbage()
    assert 50 < len(caplog.records) <= 101
    assert "not logged" in caplog.records[-1].message


# Events inside


WATCH = """
globalThis.seen = [];
globalThis.note = (e) => seen.push([e.type, e.constructor.name, e.message ?? null,
    e.filename ?? null, e.lineno ?? null, e.isTrusted, e.cancelable, e.target === globalThis]);
addEventListener("error", note);
const both = (e) => { note(e); seen.push([e.reason, e.promise === lost]) };
addEventListener("unhandledrejection", both);
addEventListener("rejectionhandled", both);
globalThis.lost = null;
"""


async def watched(isolate: Isolate, code: str) -> list[list[object]]:
    await isolate.eval(WATCH)
    await isolate.eval(code, filename="user.js")
    await isolate.collect_garbage()  # a turn of the guest's event loop
    seen: list[list[object]] = await isolate.eval("seen")
    return seen


async def test_an_exception_is_an_error_event_first() -> None:
    seen: list[BaseException] = []
    async with Isolate(on_uncaught=seen.append) as isolate:
        events = await watched(isolate, "queueMicrotask(() => {\n throw new RangeError('m') })")
    assert events == [
        ["error", "ErrorEvent", "Uncaught RangeError: m", "user.js", 2, True, True, True]
    ]
    assert isinstance(seen[0], JSError)
    assert (seen[0].name, seen[0].origin, len(seen)) == ("RangeError", "exception", 1)
    assert "user.js:2:" in (seen[0].js_stack or "")


LOSSES = {
    "reportError": "reportError(new Error('x'))",
    "a microtask": "queueMicrotask(() => { throw new Error('x') })",
    "a listener": """const t = new EventTarget();
        t.addEventListener('e', () => { throw new Error('x') }); t.dispatchEvent(new Event('e'))""",
    "a handler": """const c = new AbortController();
        c.signal.onabort = () => { throw new Error('x') }; c.abort()""",
    "a getter": """const t = new EventTarget();
        t.addEventListener('e', { get handleEvent() { throw new Error('x') } });
        t.dispatchEvent(new Event('e'))""",
    "a port": """const { port1, port2 } = new MessageChannel(); const heard = new Promise((ok) => {
        port2.onmessage = () => { port1.close(); ok(); throw new Error('x') } });
        port1.postMessage(1); await heard""",
}


@pytest.mark.parametrize("how", LOSSES)
async def test_every_exception_that_is_lost_is_reported_once(how: str) -> None:
    seen: list[BaseException] = []
    async with Isolate(on_uncaught=seen.append) as isolate:
        events = await watched(isolate, LOSSES[how])
        assert await isolate.eval("1 + 1") == 2
    assert [event[:3] for event in events] == [["error", "ErrorEvent", "Uncaught Error: x"]]
    assert [str(error) for error in seen] == ["Error: x"]


async def test_what_a_listener_prevents_stays_inside() -> None:
    seen: list[BaseException] = []
    async with Isolate(on_uncaught=seen.append) as isolate:
        await isolate.eval(
            "addEventListener('error', (e) => e.preventDefault(), { once: true });"
            "reportError(1); onerror = () => true; reportError(2); onerror = null; reportError(3);"
            "onunhandledrejection = () => false; Promise.reject(4); 0"
        )
        await isolate.collect_garbage()
        await isolate.eval("onunhandledrejection = null; Promise.reject(5); 0")
        await isolate.collect_garbage()
    assert [(e.value, e.origin) for e in seen if isinstance(e, JSError)] == [
        (3, "exception"), (5, "rejection"),
    ]  # fmt: skip


async def test_onerror_gets_five_arguments_and_other_handlers_the_event() -> None:
    async with Isolate(on_uncaught=lambda error: None) as isolate:
        code = """
        globalThis.got = [];
        onerror = function (...all) { got.push(all.length, all[0], all[4].message, this === self) };
        reportError(new Error("x"));
        dispatchEvent(new Event("error"));
        got.push(onerror === self.onerror, onunhandledrejection);
        onerror = 5;
        got.push(onerror);
        got;
        """
        got = await isolate.eval(code)
    assert got[:4] == [5, "Uncaught Error: x", "x", True]
    assert got[-3:] == [True, None, None]


async def test_a_rejection_that_is_handled_late_is_an_event() -> None:
    seen: list[BaseException] = []
    async with Isolate(on_uncaught=seen.append) as isolate:
        events = await watched(isolate, "lost = Promise.reject(7); 0")
        assert [event[0] for event in events] == ["unhandledrejection", 7]
        assert events[1] == [7, True]
        await isolate.eval("lost.catch(() => {}); 0")
        await isolate.collect_garbage()
        events = (await isolate.eval("seen"))[2:]
    assert events[0][:2] == ["rejectionhandled", "PromiseRejectionEvent"]
    assert (events[0][6], events[1]) == (False, [7, True])
    assert [e.origin for e in seen if isinstance(e, JSError)] == ["rejection"]


async def test_an_error_in_an_error_listener_goes_to_the_host() -> None:
    seen: list[BaseException] = []
    async with Isolate(on_uncaught=seen.append) as isolate:
        await isolate.eval(
            "addEventListener('error', () => { throw new Error('second') });"
            "addEventListener('unhandledrejection', () => { throw new Error('third') });"
            "reportError(new Error('first')); Promise.reject(new Error('rejected')); 0"
        )
        await isolate.collect_garbage()
        assert await isolate.eval("1") == 1
    assert [str(error) for error in seen] == [
        "Error: second", "Error: first", "Error: second", "Error: third", "Error: rejected",
    ]  # fmt: skip


async def test_listeners_keep_their_identity() -> None:
    code = """
    (() => {
        const t = new EventTarget(), calls = [];
        const f = function (e) { calls.push(["f", this === t, e.type]) };
        const o = { handleEvent(e) { calls.push(["o", this === o, e.type]) } };
        for (const l of [f, f, o, o]) t.addEventListener("x", l);
        t.addEventListener("x", f, true);
        t.addEventListener("x", null);
        t.dispatchEvent(new Event("x"));
        t.removeEventListener("x", f);
        t.removeEventListener("x", o, false);
        t.dispatchEvent(new Event("x"));
        const abort = new AbortController();
        t.addEventListener("y", f, { signal: abort.signal });
        abort.abort();
        t.dispatchEvent(new Event("y"));
        for (const bad of ["text", 5, Symbol()]) {
            try { t.addEventListener("z", bad); calls.push("no error") }
            catch (error) { if (!(error instanceof TypeError)) calls.push(error) }
        }
        for (const args of [[], ["x"]]) {
            try { t.addEventListener(...args); calls.push("no error") }
            catch (error) { if (!(error instanceof TypeError)) calls.push(error) }
        }
        return calls;
    })()
    """
    async with Isolate() as isolate:
        calls = await isolate.eval(code)
    assert sorted(calls[:3]) == [["f", True, "x"], ["f", True, "x"], ["o", True, "x"]]
    assert calls[3:] == [["f", True, "x"]]


async def test_the_classes_of_error_events_convert_their_members() -> None:
    code = """
    [
        (() => { const e = new ErrorEvent("x", { message: 5, filename: "\\ud800", lineno: -1,
            colno: 2 ** 32 + 1, error: 7, cancelable: 1 });
            return [e.message, e.filename, e.lineno, e.colno, e.error, e.cancelable] })(),
        (() => { const e = new ErrorEvent("x");
            return [e.message, e.lineno, e.error === undefined] })(),
        ...[() => new ErrorEvent(), () => new ErrorEvent("x", 5),
            () => new PromiseRejectionEvent("x"), () => new PromiseRejectionEvent("x", {}),
            () => ErrorEvent("x"),
            () => Object.getOwnPropertyDescriptor(ErrorEvent.prototype, "error").get.call({}),
            () => new PromiseRejectionEvent("x", null)].map((f) => {
                try { return f() } catch (error) { return error instanceof TypeError } }),
        new PromiseRejectionEvent("x", { promise: 3 }).promise instanceof Promise,
        Object.keys(ErrorEvent.prototype).join(),
        Object.keys(PromiseRejectionEvent.prototype).join(),
        `${new ErrorEvent("x")}`, ErrorEvent.length, PromiseRejectionEvent.length,
    ]
    """
    async with Isolate() as isolate:
        found = await isolate.eval(code)
    assert found[:2] == [["5", "\ufffd", 2**32 - 1, 1, 7, True], ["", 0, True]]
    assert found[2:10] == [True] * 8
    assert found[10:] == [
        "message,filename,lineno,colno,error", "promise,reason", "[object ErrorEvent]", 1, 2,
    ]  # fmt: skip


async def test_overwriting_what_reports_does_not_end_the_isolate() -> None:
    seen: list[BaseException] = []
    async with Isolate(on_uncaught=seen.append) as isolate:
        await isolate.eval(
            """
            const hostile = () => { throw new Error("hostile") };
            for (const key of ["dispatchEvent", "addEventListener", "reportError"])
                Object.defineProperty(globalThis, key, { value: hostile, configurable: true });
            EventTarget.prototype.dispatchEvent = hostile;
            for (const key of ["type", "cancelable", "defaultPrevented", "preventDefault"])
                Object.defineProperty(Event.prototype, key, { get: hostile });
            Error.prototype.toString = hostile;
            const error = new Error("mine");
            Object.defineProperty(error, "message", { get: hostile });
            queueMicrotask(() => { throw error });
            queueMicrotask(() => { throw Object.create(null) });
            queueMicrotask(() => { throw new Proxy({}, { get: hostile, has: hostile }) });
            Promise.reject(error);
            0
            """
        )
        await isolate.collect_garbage()
        assert await isolate.eval("2") == 2
    assert len(seen) >= 3
