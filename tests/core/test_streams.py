"""Streams, both ways."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from atoll import (
    Isolate,
    JSError,
    Limits,
    MarshalError,
    MiB,
    ReadableStream,
    ReferenceReleased,
    Sink,
    WritableStream,
)
from tests.core.support import held_handles

pytestmark = pytest.mark.asyncio(loop_scope="module")

COUNTER = """(most, log) => { let n = 0; return new ReadableStream({
  pull(c) { if (n < most) c.enqueue(n++); else c.close() },
  cancel(reason) { log('cancelled', reason?.message ?? reason) },
}, {highWaterMark: 0}) }"""


async def next_event(isolate: Isolate, log: asyncio.Queue[list[Any]]) -> list[Any]:
    """What the guest logs next. The guest hears of releases with the next message."""
    await isolate.eval("1")
    async with asyncio.timeout(10):
        return await log.get()


@pytest.fixture
def log() -> asyncio.Queue[list[Any]]:
    return asyncio.Queue()


# From the guest


async def test_a_stream_of_the_guest_is_iterated(isolate: Isolate) -> None:
    stream = await isolate.eval(COUNTER, 4, print)
    assert type(stream) is ReadableStream
    assert [chunk async for chunk in stream] == [0, 1, 2, 3]
    assert [chunk async for chunk in stream] == []


async def test_chunks_are_any_values(isolate: Isolate) -> None:
    stream = await isolate.eval(
        "new ReadableStream({start(c) { for (const x of [null, undefined, new Uint8Array([1, 2]),"
        " [], {a: 1n}, 'text']) c.enqueue(x); c.close() }})"
    )
    assert [chunk async for chunk in stream] == [None, None, b"\1\2", [], {"a": 1}, "text"]


async def test_a_byte_stream_is_iterated(isolate: Isolate) -> None:
    stream = await isolate.eval("new Blob(['x'.repeat(200_000)]).stream()")
    assert b"".join([chunk async for chunk in stream]) == b"x" * 200_000


async def test_a_chunk_that_cannot_cross_is_an_error_and_the_next_one_follows(
    isolate: Isolate,
) -> None:
    stream = await isolate.eval(
        "new ReadableStream({start(c) { c.enqueue(Symbol()); c.enqueue(2); c.close() }})"
    )
    with pytest.raises(MarshalError, match="symbol"):
        await anext(stream)
    assert await anext(stream) == 2


async def test_an_error_in_the_source_is_raised_from_then_on(isolate: Isolate) -> None:
    stream = await isolate.eval(
        "new ReadableStream({n: 0, pull(c) {"
        " if (this.n++ < 2) c.enqueue(this.n); else c.error(new RangeError('dry')) }},"
        " {highWaterMark: 0})"
    )
    assert await anext(stream) == 1
    assert await anext(stream) == 2
    for _ in range(2):
        with pytest.raises(JSError, match="RangeError: dry"):
            await anext(stream)


async def test_cancelling_tells_the_source_why(
    isolate: Isolate, log: asyncio.Queue[list[Any]]
) -> None:
    stream = await isolate.eval(COUNTER, 10, lambda *event: log.put_nowait([*event]))
    assert await anext(stream) == 0
    await stream.cancel("enough")
    assert log.get_nowait() == ["cancelled", "enough"]
    assert [chunk async for chunk in stream] == []
    await stream.cancel("again")
    assert log.empty()


async def test_releasing_before_the_end_cancels_the_source(
    isolate: Isolate, log: asyncio.Queue[list[Any]]
) -> None:
    stream = await isolate.eval(COUNTER, 10, lambda *event: log.put_nowait([*event]))
    async for chunk in stream:
        if chunk == 2:
            break
    stream.release()
    assert await next_event(isolate, log) == ["cancelled", "the host has dropped the stream"]
    with pytest.raises(ReferenceReleased):
        await anext(stream)


async def test_forgetting_a_stream_cancels_its_source(
    isolate: Isolate, log: asyncio.Queue[list[Any]]
) -> None:
    await isolate.eval(COUNTER, 10, lambda *event: log.put_nowait([*event]))
    gc.collect()
    assert await next_event(isolate, log) == ["cancelled", "the host has dropped the stream"]


async def test_releasing_after_the_end_does_not_cancel(
    isolate: Isolate, log: asyncio.Queue[list[Any]]
) -> None:
    async with await isolate.eval(COUNTER, 1, lambda *event: log.put_nowait([*event])) as stream:
        assert [chunk async for chunk in stream] == [0]
    await isolate.eval("1")
    assert log.empty()


async def test_a_locked_stream_is_refused(isolate: Isolate) -> None:
    with pytest.raises(MarshalError, match=r"result\.s: a locked ReadableStream"):
        await isolate.eval("var s = new ReadableStream(); var reader = s.getReader(); ({s})")
    with pytest.raises(MarshalError, match=r"result\[0\]: a locked WritableStream"):
        await isolate.eval("var w = new WritableStream(); w.getWriter(); [w]")
    await isolate.eval("reader.releaseLock()")
    assert type(await isolate.eval("s")) is ReadableStream


async def test_the_host_locks_the_streams_that_it_holds(isolate: Isolate) -> None:
    stream = await isolate.eval("globalThis.held = new ReadableStream()")
    with pytest.raises(JSError, match="TypeError"):
        await isolate.eval("held.getReader()")
    assert await isolate.eval("held") is stream
    assert await isolate.eval("s => s === held", stream) is True


async def test_a_stream_in_a_message_that_cannot_go_out_stays_as_it_was(isolate: Isolate) -> None:
    for value in ("new ReadableStream({start(c) { c.enqueue(5) }})", "new WritableStream()"):
        with pytest.raises(MarshalError, match="symbol"):
            await isolate.eval(f"globalThis.kept = {value}; [kept, Symbol()]")
        assert await isolate.eval("kept.locked") is False
    stream = await isolate.eval("globalThis.kept = new ReadableStream({start(c){ c.enqueue(5) }})")
    with pytest.raises(MarshalError, match="symbol"):
        await isolate.eval("[kept, Symbol()]")
    assert await anext(stream) == 5


async def test_an_errored_stream_crosses_and_raises_when_read(isolate: Isolate) -> None:
    stream = await isolate.eval("new ReadableStream({start(c) { c.error(new Error('early')) }})")
    with pytest.raises(JSError, match="early"):
        await anext(stream)


async def test_reads_may_be_in_flight_together(isolate: Isolate) -> None:
    stream = await isolate.eval(COUNTER, 3, print)
    assert await asyncio.gather(*[anext(stream, "end") for _ in range(4)]) == [0, 1, 2, "end"]


async def test_a_cancelled_read_loses_no_chunk(isolate: Isolate) -> None:
    stream = await isolate.eval(
        "new ReadableStream({start(c) { globalThis.give = x => c.enqueue(x) }})"
    )
    read = asyncio.create_task(anext(stream))
    await isolate.eval("1")
    read.cancel()
    with pytest.raises(asyncio.CancelledError):
        await read
    await isolate.eval("give(1); give(2)")
    assert await anext(stream) == 1
    assert await anext(stream) == 2


async def test_a_writable_stream_of_the_guest_is_written_to(isolate: Isolate) -> None:
    stream = await isolate.eval(
        "globalThis.got = []; new WritableStream({write(x) { got.push(x) },"
        " close() { got.push('closed') }, abort(r) { got.push('aborted', r) }})"
    )
    assert type(stream) is WritableStream
    await stream.write("a")
    await stream.write({"b": b"\1"})
    await stream.close()
    assert await isolate.eval("got") == ["a", {"b": b"\1"}, "closed"]
    with pytest.raises(JSError, match="TypeError"):
        await stream.write("late")


async def test_aborting_tells_the_sink_why(isolate: Isolate) -> None:
    stream = await isolate.eval(
        "globalThis.got = []; new WritableStream({abort(reason) { got.push(reason) }})"
    )
    await stream.abort("no more")
    assert await isolate.eval("got") == ["no more"]
    with pytest.raises(JSError, match="no more"):
        await stream.write("late")


async def test_releasing_a_writable_stream_aborts_it(
    isolate: Isolate, log: asyncio.Queue[list[Any]]
) -> None:
    code = "log => new WritableStream({abort(reason) { log(reason.message) }})"
    stream = await isolate.eval(code, lambda *event: log.put_nowait([*event]))
    stream.release()
    assert await next_event(isolate, log) == ["the host has dropped the stream"]


async def test_an_error_in_the_guests_sink_is_raised_by_the_write(isolate: Isolate) -> None:
    stream = await isolate.eval("new WritableStream({write() { throw new RangeError('full') }})")
    for _ in range(2):
        with pytest.raises(JSError, match="RangeError: full"):
            await stream.write(1)


async def test_a_write_returns_once_the_guest_has_taken_the_chunk(isolate: Isolate) -> None:
    stream = await isolate.eval(
        "new WritableStream({write() { return new Promise(r => { globalThis.take = r }) }})"
    )
    task = asyncio.create_task(stream.write(1))
    while not await isolate.eval("typeof take === 'function'"):
        pass
    assert not task.done()
    await isolate.eval("take(); 0")
    await task


# Into the guest


class Source:
    """An asynchronous iterator that counts what it is asked for, and hears of its end."""

    def __init__(self, most: int = 100) -> None:
        self.asked = 0
        self.most = most
        self.closed = asyncio.Event()

    def __aiter__(self) -> AsyncIterator[int]:
        return self

    async def __anext__(self) -> int:
        if self.asked == self.most:
            raise StopAsyncIteration
        self.asked += 1
        return self.asked

    async def aclose(self) -> None:
        self.closed.set()


async def counting(most: int, closed: asyncio.Event | None = None) -> AsyncIterator[int]:
    try:
        for n in range(most):
            yield n
    finally:
        if closed is not None:
            closed.set()


def counting_at_once(most: int) -> Iterator[int]:
    yield from range(most)


COLLECT = "async s => { const all = []; for await (const x of s) all.push(x); return all }"


@pytest.mark.parametrize("make", [counting, counting_at_once, Source])
async def test_an_iterator_of_the_host_is_a_stream(isolate: Isolate, make: Any) -> None:
    assert await isolate.eval("s => s instanceof ReadableStream", make(1)) is True
    assert len(await isolate.eval(COLLECT, make(5))) == 5
    assert await isolate.eval(COLLECT, make(0)) == []


async def test_chunks_into_the_guest_are_any_values(isolate: Isolate) -> None:
    def chunks() -> Iterator[object]:
        yield from (None, b"\1\2", [], {"a": 2**60}, "text")

    code = f"async s => (await ({COLLECT})(s)).map(x => x?.constructor?.name ?? String(x))"
    assert await isolate.eval(code, chunks()) == [
        "null", "Uint8Array", "Array", "Object", "String",
    ]  # fmt: skip


async def test_a_generator_is_not_pulled_ahead_of_its_reader(isolate: Isolate) -> None:
    source = Source()
    await isolate.eval("s => { globalThis.reader = s.getReader() }", source)
    assert source.asked == 0
    for n in (1, 2, 3):
        assert await isolate.eval("reader.read()") == {"value": n, "done": False}
        assert source.asked == n


async def test_an_exception_half_way_errors_the_stream(isolate: Isolate) -> None:
    async def failing() -> AsyncIterator[int]:
        yield 1
        raise LookupError("ran dry")

    def failing_at_once() -> Iterator[int]:
        yield 1
        raise LookupError("ran dry")

    code = (
        "async s => { const got = []; try { for await (const x of s) got.push(x) }"
        " catch (e) { got.push(e.name, e.message) } return got }"
    )
    for source in (failing(), failing_at_once()):
        assert await isolate.eval(code, source) == [1, "LookupError", "ran dry"]
    with pytest.raises(LookupError, match="ran dry"):
        await isolate.eval(COLLECT, failing())


async def test_a_chunk_of_the_host_that_cannot_cross_errors_the_stream(isolate: Isolate) -> None:
    async def chunks() -> AsyncIterator[object]:
        yield object()

    with pytest.raises(MarshalError, match="cannot cross"):
        await isolate.eval(COLLECT, chunks())


async def test_cancelling_in_the_guest_closes_the_generator(isolate: Isolate) -> None:
    closed = asyncio.Event()
    code = "async s => { for await (const x of s) if (x === 2) return x }"
    assert await isolate.eval(code, counting(100, closed)) == 2
    assert closed.is_set()
    source = Source()
    await isolate.eval(code, source)
    assert source.closed.is_set()


async def test_cancelling_in_the_guest_closes_a_sync_generator(isolate: Isolate) -> None:
    closed = []

    def source() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.append(True)

    await isolate.eval("async s => { for await (const x of s) return x }", source())
    assert closed == [True]


async def test_cancelling_during_a_read_closes_the_generator(isolate: Isolate) -> None:
    waiting, closed = asyncio.Event(), asyncio.Event()

    async def source() -> AsyncIterator[int]:
        try:
            waiting.set()
            await asyncio.Event().wait()
            yield 1
        finally:
            closed.set()

    await isolate.eval(
        "s => { globalThis.r = s.getReader(); globalThis.read = r.read() }", source()
    )
    await waiting.wait()
    await isolate.eval("r.cancel('enough')")
    assert closed.is_set()
    assert await isolate.eval("read") == {"done": True, "value": None}


async def test_a_generator_that_is_its_own_stream_twice_is_one_stream(isolate: Isolate) -> None:
    source, sink = counting(1), Sink(print)
    assert (
        await isolate.eval("(a, b, c) => a === b && a === c[0]", source, source, [source]) is True
    )
    assert await isolate.eval("(a, b) => a === b", sink, sink) is True


async def test_the_guest_writes_to_a_sink(isolate: Isolate) -> None:
    got: list[object] = []

    async def write(chunk: object) -> None:
        await asyncio.sleep(0)
        got.append(chunk)

    async def close() -> None:
        got.append("closed")

    code = (
        "async s => { const w = s.getWriter(); await w.write('a');"
        " await w.write(new Uint8Array(1)); await w.close(); return s instanceof WritableStream }"
    )
    assert await isolate.eval(code, Sink(write, close)) is True
    assert await isolate.eval(code, Sink(got.append, lambda: got.append("closed"))) is True
    assert await isolate.eval(code, Sink(got.append)) is True
    once = ["a", b"\0", "closed"]
    assert got == once + once + once[:2]


async def test_the_guest_aborts_a_sink(isolate: Isolate) -> None:
    got: list[object] = []
    code = "s => s.abort('changed my mind')"
    await isolate.eval(code, Sink(got.append, abort=got.append))
    await isolate.eval(code, Sink(got.append))
    assert got == ["changed my mind"]


async def test_an_exception_in_a_sink_errors_the_guests_stream(isolate: Isolate) -> None:
    def write(chunk: object) -> None:
        raise OSError("disk full")

    async def write_later(chunk: object) -> None:
        raise OSError("disk full")

    code = (
        "async s => { const w = s.getWriter(); const names = [];"
        " for (const f of [() => w.write(1), () => w.write(2), () => w.close(), () => w.closed])"
        "   await f().catch(e => names.push(e.name + ': ' + e.message));"
        " return names }"
    )
    for sink in (Sink(write), Sink(write_later)):
        names = await isolate.eval(code, sink)
        assert names[0] == names[1] == names[3] == "OSError: disk full"


async def test_a_writer_waits_for_a_slow_sink(isolate: Isolate) -> None:
    gate, got = asyncio.Event(), []

    async def write(chunk: object) -> None:
        got.append(chunk)
        await gate.wait()

    await isolate.eval(
        "s => { const w = s.getWriter(); globalThis.done = 0;"
        " for (let i = 0; i < 5; i++) w.write(i).then(() => { done++ });"
        " globalThis.size = w.desiredSize; globalThis.all = w.close() }",
        Sink(write),
    )
    assert await isolate.eval("[done, size]") == [0, -4]
    assert got == [0]
    gate.set()
    await isolate.eval("all")
    assert got == [0, 1, 2, 3, 4]


async def test_streams_go_through_the_guest_and_back(isolate: Isolate) -> None:
    code = "s => s.pipeThrough(new TransformStream({transform(x, c) { c.enqueue(x * 2) }}))"
    stream = await isolate.eval(code, counting(4))
    assert [chunk async for chunk in stream] == [0, 2, 4, 6]


async def test_handles_return_to_zero(fresh_isolate: Isolate) -> None:
    assert await fresh_isolate.eval(COLLECT, counting(3)) == [0, 1, 2]
    await fresh_isolate.eval("async s => { for await (const x of s) break }", counting(3))
    await fresh_isolate.eval("async s => { const w = s.getWriter(); await w.close() }", Sink(print))
    await fresh_isolate.eval("s => { s.cancel() }", counting(3))
    stream = await fresh_isolate.eval(COUNTER, 2, lambda *_: None)
    assert [chunk async for chunk in stream] == [0, 1]
    writable = await fresh_isolate.eval("new WritableStream()")
    await writable.write(1)
    await writable.close()
    unread = await fresh_isolate.eval("new ReadableStream()")
    del stream, writable, unread
    assert await held_handles(fresh_isolate) == (0, 0)


# A quarter of a gigabyte


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


AMOUNT, CHUNK = 256 * MiB, 1 * MiB


async def test_much_flows_out_in_little_memory() -> None:
    async with Isolate(limits=Limits(memory=64 * MiB)) as isolate:
        stream = await isolate.eval(
            "([size, count]) => { let n = 0; return new ReadableStream({ pull(c) {"
            " if (n === count) c.close();"
            " else c.enqueue(new Uint8Array(size).fill(n++)) }}, {highWaterMark: 2}) }",
            [CHUNK, AMOUNT // CHUNK],
        )
        before, most_here, most_there, total = resident(), 0, 0, 0
        async for chunk in stream:
            assert chunk[0] == chunk[-1] == total // CHUNK % 256
            total += len(chunk)
            if total % (16 * MiB) == 0:
                most_here = max(most_here, resident())
                most_there = max(most_there, (await isolate.statistics()).memory)
        assert total == AMOUNT
        assert most_here - before < 32 * MiB
        assert most_there < 128 * MiB


async def test_much_flows_in_in_little_memory() -> None:
    async with Isolate(limits=Limits(memory=64 * MiB)) as isolate:
        most_here = most_there = 0
        before = resident()

        async def source() -> AsyncIterator[bytes]:
            nonlocal most_here, most_there
            for n in range(AMOUNT // CHUNK):
                yield bytes([n % 256]) * CHUNK
                if n % 16 == 0:
                    most_here = max(most_here, resident())
                    most_there = max(most_there, (await isolate.statistics()).memory)

        code = (
            "async s => { let total = 0; for await (const x of s) {"
            " if (x[0] !== (total / x.length) % 256) throw new Error('mixed up');"
            " total += x.length } return total }"
        )
        assert await isolate.eval(code, source()) == AMOUNT
        assert most_here - before < 32 * MiB
        assert most_there < 128 * MiB
