"""Bad input to the web platform: the standard's error inside, or a clear Python error outside.

Streams are in `tests/core/test_streams.py` and `test_stream_window.py`, URLs in
`test_web_values.py`, malformed UTF-8 in `tests/encoding`, odd delays in `tests/timers`.
"""

from __future__ import annotations

from typing import Any

import pytest

from atoll import Isolate, MarshalError, Runtime, Sink
from atoll.console import Entry
from atoll.timers import Timers

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_ten_million_timers_are_refused_and_the_isolate_goes_on(
    fresh_isolate: Isolate,
) -> None:
    timers = await fresh_isolate.install(Timers())
    code = """
        let made = 0, error;
        try { for (; made < 1e7; made++) setTimeout(() => {}, 1e6) }
        catch (caught) { error = caught }
        [made, error.name, error instanceof DOMException]
    """
    assert await fresh_isolate.eval(code) == [100_000, "QuotaExceededError", True]
    assert await timers.pending() == 100_000
    await timers.clear_all()
    assert await fresh_isolate.eval("new Promise((done) => setTimeout(done, 0, 'runs'))") == "runs"


UNCLONABLE = [
    "() => 1",
    "Symbol()",
    "new WeakMap()",
    "Promise.resolve()",
    "new Proxy({}, {})",
    "Object.create({}, { y: { get() { throw new RangeError('got') }, enumerable: true } })",
]


@pytest.mark.parametrize("value", UNCLONABLE)
async def test_what_cannot_be_cloned_is_the_standards_error(isolate: Isolate, value: str) -> None:
    code = f"""(() => {{
        const names = [], {{ port1, port2 }} = new MessageChannel();
        for (const use of [(v) => structuredClone(v), (v) => port1.postMessage(v)]) {{
            try {{ use({value}); names.push('none') }} catch (error) {{ names.push(error.name) }}
        }}
        port1.close();
        return names;
    }})()"""
    expected = "RangeError" if "RangeError" in value else "DataCloneError"
    assert await isolate.eval(code) == [expected, expected]
    assert await isolate.eval("1") == 1


async def test_a_detached_buffer_is_refused_wherever_it_goes() -> None:
    async with Runtime() as rt:
        code = """
            const detached = () => {
                const bytes = new Uint8Array(8);
                structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
                return bytes;
            };
            const uses = [
                () => structuredClone(detached().buffer),
                () => structuredClone(null, { transfer: [detached().buffer] }),
                () => new ReadableStream({ type: 'bytes', start(c) { c.enqueue(detached()) } })
                    .getReader().read(),
                () => new ReadableStream({ type: 'bytes' }).getReader({ mode: 'byob' })
                    .read(detached()),
            ];
            const names = [];
            for (const use of uses) {
                try { await use(); names.push('none') } catch (error) { names.push(error.name) }
            }
            const empty = [];
            for (const use of [
                () => new TextDecoder().decode(detached()).length,
                () => new Blob([detached()]).size,
                async () => (await crypto.subtle.digest('SHA-1', detached())).byteLength - 20,
            ]) {
                try { empty.push(await use()) } catch (error) { empty.push(error.name) }
            }
            [names, empty]
        """
        names, empty = await rt.eval(code)
        assert names == ["DataCloneError", "DataCloneError", "TypeError", "TypeError"]
        # Web IDL reads no bytes from them; the engine refuses some.
        assert set(empty) <= {0, "TypeError"}
        with pytest.raises(MarshalError, match="detached"):
            await rt.eval("const b = new ArrayBuffer(8); b.transfer(); b")


async def test_getters_and_proxies_that_throw_do_not_stop_the_console() -> None:
    entries: list[Entry] = []
    async with Runtime(console=entries.append) as rt:
        await rt.eval(
            """
            const hostile = () => { throw new Error("hostile") };
            const revoked = Proxy.revocable([], {});
            revoked.revoke();
            console.log({ get a() { return hostile() } });
            console.log(new Proxy({}, { get: hostile, ownKeys: hostile, getPrototypeOf: hostile }));
            console.log(revoked.proxy);
            console.log("%o", revoked.proxy);
            console.table([{ get a() { return hostile() } }]);
            console.log(new (class { get [Symbol.toStringTag]() { return hostile() } })());
            console.log("after");
            0
            """
        )
    assert len(entries) == 7
    assert "after" in str(entries[-1])


async def test_a_locked_or_errored_stream_of_the_host_is_an_error_inside(isolate: Isolate) -> None:
    async def fails() -> Any:
        if not UNCLONABLE:
            yield b""
        raise OSError("cannot start")

    code = (
        "async s => { try { await s.getReader().read() } catch (e) { return [e.name, e.message] } }"
    )
    assert await isolate.eval(code, fails()) == ["OSError", "cannot start"]

    def full(chunk: object) -> None:
        raise OSError("full")

    code = """async s => { const w = s.getWriter(); const names = [];
        for (let i = 0; i < 2; i++) try { await w.write(i) } catch (e) { names.push(e.message) }
        return names }"""
    assert await isolate.eval(code, Sink(full)) == ["full", "full"]
    assert await isolate.eval(
        "s => { s.getReader(); try { s.getReader() } catch (e) { return e.name } }", fails()
    ) == "TypeError"  # fmt: skip
