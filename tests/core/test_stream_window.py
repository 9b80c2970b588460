"""Streams of bytes are read ahead, within bounds; everything else is not."""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from atoll import GiB, Isolate, JSError, Limits, MiB, ReadableStream, sync
from atoll.core.streams import WINDOW, chunks_ahead
from tests.core.support import held_handles

pytestmark = pytest.mark.asyncio(loop_scope="module")

READ = """async (stream, most = Infinity) => {
  const reader = stream.getReader(), sizes = [];
  while (sizes.length < most) {
    const { done, value } = await reader.read();
    if (done) break;
    sizes.push(value[0]);
  }
  reader.releaseLock();
  return sizes;
}"""


class Source:
    """Numbered chunks of one size, and how far they have been asked for."""

    def __init__(self, count: int, size: int, *, fail_at: int | None = None) -> None:
        self.made = 0
        self.closed = False
        self._count = count
        self._size = size
        self._fail_at = fail_at

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            for number in range(self._count):
                if number == self._fail_at:
                    raise LookupError("half-way")
                self.made += 1
                if number % 3 == 0:
                    await asyncio.sleep(0)
                yield bytes([number % 256]) * self._size
        finally:
            self.closed = True


async def test_the_window_is_bounded_in_bytes_and_in_chunks() -> None:
    assert chunks_ahead(b"x" * WINDOW * 9) == 1
    assert chunks_ahead(b"x" * (WINDOW // 4)) == 4
    assert chunks_ahead(b"x") == chunks_ahead(b"") == 32
    for other in ("text", None, [b"x"], 5, {"a": 1}):
        assert chunks_ahead(other) == 0


@pytest.mark.parametrize("size", [1, 1000, 100_000, 3_000_000])
async def test_chunks_keep_their_order_both_ways(isolate: Isolate, size: int) -> None:
    count = 40 if size > 1_000_000 else 300
    expected = [number % 256 for number in range(count)]
    assert await isolate.eval(READ, Source(count, size).chunks()) == expected
    through = await isolate.eval(
        "s => s.pipeThrough(new TransformStream())", Source(count, size).chunks()
    )
    assert [chunk[0] async for chunk in through] == expected


async def test_blocking_streams_keep_their_order_both_ways() -> None:
    def chunks() -> Iterator[bytes]:
        for number in range(200):
            yield bytes([number]) * 10_000

    with sync.Isolate() as isolate:
        inside = isolate.eval(READ, chunks())
        stream = isolate.eval("s => s.pipeThrough(new TransformStream())", chunks())
        outside = [chunk[0] for chunk in stream]
    assert inside == outside == list(range(200))


async def test_the_host_is_not_asked_for_more_than_the_window(isolate: Isolate) -> None:
    size = 256 * 1024
    source = Source(1000, size)
    held = await isolate.eval("s => { globalThis.s = s; return s.locked }", source.chunks())
    assert held is False
    assert source.made == 0, "nobody has read yet"
    assert await isolate.eval(f"({READ})(s, 2)") == [0, 1]
    await isolate.eval("1")
    assert source.made <= 2 + WINDOW // size + 1
    await isolate.eval("s.cancel()")
    assert source.closed


async def test_the_guest_is_not_asked_for_more_than_the_window(isolate: Isolate) -> None:
    stream = await isolate.eval(
        "globalThis.made = 0; new ReadableStream({ pull(c) {"
        " made++; c.enqueue(new Uint8Array(256 * 1024)) } }, { highWaterMark: 0 })"
    )
    await anext(stream)
    await anext(stream)
    assert await isolate.eval("made") <= 2 + WINDOW // (256 * 1024) + 1
    await stream.cancel()
    assert [chunk async for chunk in stream] == []


async def test_values_are_made_when_they_are_wanted(isolate: Isolate) -> None:
    made = 0

    async def numbers() -> AsyncIterator[Any]:
        nonlocal made
        for number in range(100):
            made += 1
            yield {"number": number}

    code = "async s => { const r = s.getReader(); await r.read(); await r.read(); r.releaseLock() }"
    await isolate.eval(code, numbers())
    assert made == 2
    stream = await isolate.eval(
        "globalThis.made = 0; new ReadableStream({ pull(c) { c.enqueue(`${made++}`) } },"
        " { highWaterMark: 0 })"
    )
    assert [await anext(stream), await anext(stream)] == ["0", "1"]
    assert await isolate.eval("made") == 2


async def test_an_iterator_that_raises_half_way_is_an_error_after_what_came_before(
    isolate: Isolate,
) -> None:
    source = Source(100, 1000, fail_at=20)
    code = """async (stream) => {
        const seen = [];
        try { for await (const chunk of stream) seen.push(chunk[0]) }
        catch (error) { return [seen, error.name, error.message] }
    }"""
    assert await isolate.eval(code, source.chunks()) == [
        list(range(20)), "LookupError", "half-way",
    ]  # fmt: skip
    assert source.closed


async def test_a_source_of_the_guest_that_fails_half_way_raises_after_what_came_before(
    isolate: Isolate,
) -> None:
    stream = await isolate.eval(
        "new ReadableStream({ n: 0, pull(c) { if (this.n === 20) throw new RangeError('dry');"
        " c.enqueue(new Uint8Array([this.n++])) } })"
    )
    seen: list[int] = []

    async def read() -> None:
        async for chunk in stream:
            seen.append(chunk[0])

    # The standard drops what is queued when a source errs, so fewer may have come.
    with pytest.raises(JSError, match="RangeError: dry"):
        await read()
    assert seen == list(range(len(seen)))
    assert len(seen) >= 19


async def test_abandoning_a_stream_leaves_nothing_open(fresh_isolate: Isolate) -> None:
    source = Source(1000, 1000)
    code = f"async s => {{ await ({READ})(s, 3); await s.cancel('enough'); return true }}"
    assert await fresh_isolate.eval(code, source.chunks())
    assert source.closed
    stream = await fresh_isolate.eval(
        "globalThis.cancelled = false; new ReadableStream({ pull(c) {"
        " c.enqueue(new Uint8Array(9)) }, cancel() { cancelled = true } })"
    )
    async for _ in stream:
        break
    stream.release()
    del stream
    assert await fresh_isolate.eval("cancelled") is True
    assert await held_handles(fresh_isolate) == (0, 0)


async def test_a_stream_that_is_dropped_in_the_guest_is_let_go_of_here() -> None:
    source = Source(1000, 1000)
    async with Isolate() as isolate:
        await isolate.eval(f"s => ({READ})(s, 3)", source.chunks())
    assert source.made < 100
    gc.collect()


async def test_reads_ahead_of_a_cancelled_read_are_not_lost(isolate: Isolate) -> None:
    stream = await isolate.eval(
        "new ReadableStream({ start(c) {"
        " globalThis.give = (n) => c.enqueue(new Uint8Array([n])) } })"
    )
    await isolate.eval("give(0)")
    assert (await anext(stream))[0] == 0
    read = asyncio.create_task(anext(stream))
    await isolate.eval("1")
    read.cancel()
    with pytest.raises(asyncio.CancelledError):
        await read
    await isolate.eval("for (let n = 1; n < 50; n++) give(n)")
    assert [(await anext(stream))[0] for _ in range(49)] == list(range(1, 50))


async def test_a_guest_that_asks_for_everything_at_once_gets_it_in_order() -> None:
    """Its own pulls, not those of the stream: as many as it likes, up to its limit of calls."""
    source = Source(50, 10)
    async with Isolate(limits=Limits(calls=8)) as isolate:
        sizes = await isolate.eval(
            """async (stream) => {
                const reader = stream.getReader();
                const all = await Promise.all(Array.from({ length: 60 }, () => reader.read()));
                return all.map(({ done, value }) => done ? null : value[0]);
            }""",
            source.chunks(),
        )
    assert sizes == [*range(50), *[None] * 10]


# Large streams


def memory(pid: int | str = "self") -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


CHUNK = 1 * MiB
SLACK = 48 * MiB
"""What the window, the allocators and the garbage of both sides may take meanwhile."""


@pytest.mark.serial
@pytest.mark.timeout(300)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
async def test_a_gibibyte_goes_in_with_constant_memory() -> None:
    most = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal most
        for number in range(1 * GiB // CHUNK):
            if number % 16 == 0:
                most = max(most, memory())
            yield bytes(CHUNK)

    async with Isolate(limits=Limits(memory=64 * MiB)) as isolate:
        before = memory()
        total = await isolate.eval(
            "async s => { let n = 0; for await (const c of s) n += c.length; return n }", chunks()
        )
    assert total == 1 * GiB
    assert most - before < SLACK


@pytest.mark.serial
@pytest.mark.timeout(300)
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
async def test_a_gibibyte_comes_out_with_constant_memory() -> None:
    async with Isolate(limits=Limits(memory=64 * MiB)) as isolate:
        stream: ReadableStream = await isolate.eval(
            "(count, size) => { let n = 0; return new ReadableStream({ pull(c) {"
            " if (n++ < count) c.enqueue(new Uint8Array(size)); else c.close() } }) }",
            1 * GiB // CHUNK,
            CHUNK,
        )
        before, most, total = memory(), 0, 0
        async for chunk in stream:
            total += len(chunk)
            if total % (16 * MiB) == 0:
                most = max(most, memory())
    assert total == 1 * GiB
    assert most - before < SLACK
