"""Limits.memory: what fits, what does not, and how far beyond it a process gets before it ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from atoll import Isolate, JSError, Limits, MemoryLimitExceeded, MiB

from .support import gone, pid_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


def anonymous(pid: int) -> int:
    """Bytes of resident memory that belong to no file."""
    with contextlib.suppress(OSError), open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    return 0


@contextlib.asynccontextmanager
async def watched(isolate: Isolate) -> AsyncIterator[list[int]]:
    """The most memory that the isolate's process was seen to have beyond what it has at rest."""
    pid = pid_of(isolate)
    rest = anonymous(pid)
    most = [0]

    async def watch() -> None:
        while True:
            most[0] = max(most[0], anonymous(pid) - rest)
            await asyncio.sleep(0.001)

    task = asyncio.ensure_future(watch())
    try:
        yield most
    finally:
        task.cancel()


# What each step keeps, in MiB, is its own measure of what the guest has.
KEEPS = {
    "objects": "kept.push(Array.from({ length: 8000 }, (_, i) => ({ a: i, b: i + 0.5 })))",
    "numbers": "kept.push(new Array(131072).fill(1.5))",
    "strings": "kept.push(JSON.parse(JSON.stringify(`${kept.length}` + 'x'.repeat(2 ** 20))))",
    "buffers": "kept.push(new Uint8Array(2 ** 20).fill(1))",
    "small buffers": "for (let i = 0; i < 256; i++) kept.push(new Uint8Array(4096).fill(1))",
    "WebAssembly memory": "const m = new WebAssembly.Memory({ initial: 16 });"
    "new Uint8Array(m.buffer).fill(1); kept.push(m)",
}


@pytest.mark.parametrize("memory", [16, 64])
@pytest.mark.parametrize("name", KEEPS)
async def test_live_memory_reaches_the_limit_and_hardly_more(
    name: str, memory: int, sibling: Isolate
) -> None:
    async with Isolate(limits=Limits(memory=memory * MiB)) as isolate:
        pid = pid_of(isolate)
        waiting = asyncio.ensure_future(isolate.eval("new Promise(() => {})"))
        await isolate.eval(f"globalThis.kept = []; globalThis.step = () => {{ {KEEPS[name]} }}")
        kept = 0
        async with watched(isolate) as most:
            try:
                while kept < 4 * memory:
                    await isolate.eval("step()")
                    kept += 1
            except MemoryLimitExceeded:
                pass
        with pytest.raises(MemoryLimitExceeded):
            await waiting
        with pytest.raises(MemoryLimitExceeded):
            await isolate.eval("1")
        await gone(pid)
    if name not in ("objects", "strings"):  # steps of other sizes than 1 MiB
        assert 0.8 * memory <= kept <= memory + 2
    # Three semi-spaces and DATA_SLACK, in docs/limits.md.
    assert most[0] <= (memory + 3 * max(1, memory // 16) + 16) * MiB


FILLS = {
    "a sparse array that is filled": "new Array(2 ** 32 - 1).fill(0)",
    "objects": "for (const a = []; ;) a.push({})",
    "promises": "for (const a = []; ;) a.push(new Promise(() => {}))",
    "closures": "for (const a = []; ;) a.push(() => a)",
    "map entries": "for (const m = new Map(); ;) m.set({}, {})",
    "one string": "let s = 'x'.repeat(2 ** 28); s.charCodeAt(1)",
    "strings": "for (const a = []; ;) a.push(`${a.length}`.repeat(10000).split(''))",
    "10 000 buffers": "Array.from({ length: 10000 }, () => new ArrayBuffer(65536))",
    "tiny buffers": "for (const a = []; ;) a.push(new ArrayBuffer(1))",
    "growing WebAssembly memory": "for (const m = new WebAssembly.Memory({ initial: 1 }); ;)"
    " m.grow(16)",
    "blobs": "for (const a = []; ;) a.push(new Blob([new Uint8Array(2 ** 20)]))",
    "JSON": "JSON.parse('['.repeat(2 ** 20) + ']'.repeat(2 ** 20))",
    "microtasks": "for (;;) queueMicrotask(() => {})",
    "a huge buffer": "new ArrayBuffer(2 ** 40)",
    "a buffer over the limit": "new ArrayBuffer(200 * 2 ** 20)",
    "a large WebAssembly memory": "new WebAssembly.Memory({ initial: 65536 })",
}


@pytest.mark.parametrize("name", FILLS)
async def test_what_fills_the_memory_is_ended_as_such(name: str, sibling: Isolate) -> None:
    async with Isolate(limits=Limits(memory=32 * MiB)) as isolate:
        pid = pid_of(isolate)
        with pytest.raises(MemoryLimitExceeded):
            await isolate.eval(FILLS[name], timeout=20)
        await gone(pid)


GARBAGE = {
    "buffers of 1 MiB": "for (let i = 0; i < 1000; i++) new Uint8Array(2 ** 20).fill(i)",
    "buffers of 4 MiB": "for (let i = 0; i < 200; i++) new Uint8Array(2 ** 22).fill(i)",
    "buffers that live a little": "for (let i = 0; i < 1500; i++)"
    " globalThis.k = [new Uint8Array(2 ** 19).fill(i), new Array(1000).fill({})]",
    "small buffers": "for (let i = 0; i < 200000; i++) new Uint8Array(1024)",
    "WebAssembly memories": "for (let i = 0; i < 200; i++)"
    " new Uint8Array(new WebAssembly.Memory({ initial: 16 }).buffer).fill(1)",
    "arrays": "for (let i = 0; i < 300; i++) new Array(100000).fill(1.5)",
    "objects": "for (let i = 0; i < 2e6; i++) globalThis.k = { i, next: { i } }",
    "strings": "for (let i = 0; i < 300; i++) `x${i}`.repeat(200000).charCodeAt(5)",
}


@pytest.mark.parametrize(
    ("name", "memory"), [*((name, 16) for name in GARBAGE), ("buffers of 1 MiB", 64)]
)
async def test_garbage_is_collected_instead(name: str, memory: int) -> None:
    async with Isolate(limits=Limits(memory=memory * MiB)) as isolate:
        async with watched(isolate) as most:
            await isolate.eval(GARBAGE[name], timeout=20)
        assert await isolate.eval("1") == 1
    assert most[0] <= (memory + 3 * max(1, memory // 16) + 16) * MiB


async def test_a_failed_allocation_can_be_caught() -> None:
    async with Isolate(limits=Limits(memory=32 * MiB)) as isolate:
        code = "try { new ArrayBuffer(2 ** 30) } catch (error) { `${error}` }"
        assert await isolate.eval(code) == "RangeError: Array buffer allocation failed"
        assert await isolate.eval("1") == 1


@pytest.mark.parametrize(
    "code", ["'x'.repeat(2 ** 31)", "let s = 'x'.repeat(2 ** 28); s + s + s + s + s + s + s + s"]
)
async def test_a_string_of_2_gib_is_an_error_of_the_engine(code: str) -> None:
    async with Isolate() as isolate:
        with pytest.raises(JSError, match="Invalid string length"):
            await isolate.eval(code)
        assert await isolate.eval("1") == 1


async def test_a_clone_that_does_not_fit_can_be_caught() -> None:
    async with Isolate(limits=Limits(memory=32 * MiB)) as isolate:
        code = "let a = new Array(2 ** 20).fill(1.5); for (;;) a = [structuredClone(a), a]"
        with pytest.raises((JSError, MemoryLimitExceeded), match="memory"):
            await isolate.eval(code, timeout=20)


async def test_10_000_small_buffers_fit() -> None:
    async with Isolate(limits=Limits(memory=32 * MiB)) as isolate:
        code = "Array.from({ length: 10000 }, () => new ArrayBuffer(512)).length"
        assert await isolate.eval(code) == 10_000


async def test_address_space_that_is_only_reserved_is_free() -> None:
    """A WebAssembly memory reserves gigabytes so that its accesses need no checks."""
    async with Isolate(limits=Limits(memory=32 * MiB)) as isolate:
        code = """
            globalThis.kept = Array.from({ length: 50 },
                () => new WebAssembly.Memory({ initial: 1, maximum: 65536 }));
            kept.length
        """
        assert await isolate.eval(code) == 50


async def test_optimized_code_fits_the_smallest_limit() -> None:
    """The compilers of V8 work on threads with memory of their own."""
    async with Isolate(limits=Limits(memory=16 * MiB)) as isolate:
        code = """
            const functions = Array.from({ length: 200 }, (_, i) =>
                new Function("n", `let t = ${i}; for (let k = 0; k < n; k++) t = (t * 31 + k) | 0;
                return t`));
            let sum = 0;
            for (let round = 0; round < 20; round++) {
                for (const f of functions) sum = (sum + f(2000)) | 0;
            }
            typeof sum
        """
        assert await isolate.eval(code, timeout=20) == "number"


async def test_large_messages_fit_next_to_the_limit() -> None:
    async with Isolate(limits=Limits(memory=64 * MiB)) as isolate:
        data = bytes(20 * MiB)
        assert await isolate.eval("(b) => b.length", data) == len(data)
        assert len(await isolate.eval("new Uint8Array(20 * 2 ** 20)")) == 20 * MiB
        assert await isolate.eval("1") == 1


async def test_an_argument_larger_than_the_memory_ends_the_isolate(sibling: Isolate) -> None:
    async with Isolate(limits=Limits(memory=16 * MiB)) as isolate:
        with pytest.raises(MemoryLimitExceeded):
            await isolate.eval("(b) => b.length", bytes(100 * MiB))
