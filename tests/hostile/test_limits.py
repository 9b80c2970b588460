"""Each limit exceeded: the typed error for all who wait, the process gone, a sibling unharmed."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from atoll import (
    CallLimitExceeded,
    CpuLimitExceeded,
    HandleLimitExceeded,
    Isolate,
    IsolateCrashed,
    JSError,
    LimitExceeded,
    Limits,
    MarshalError,
    MiB,
    OutputLimitExceeded,
    WallTimeLimitExceeded,
)

from .support import gone, pid_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOREVER = "new Promise(() => {})"


async def ends_with(
    error: type[LimitExceeded],
    code: str,
    *,
    timeout: float | None = None,
    functions: dict[str, Any] | None = None,
    **limits: Any,
) -> LimitExceeded:
    """Run code that must exceed a limit; checks everything that has to hold afterwards."""
    async with Isolate(limits=Limits(**limits)) as isolate:
        for name, function in (functions or {}).items():
            await isolate.define_async_function(name, function)
        pid = pid_of(isolate)
        waiting = asyncio.ensure_future(isolate.eval(FOREVER))
        with pytest.raises(error) as caught:
            async with asyncio.timeout(20):
                await isolate.eval(code, timeout=timeout)
        with pytest.raises(error):
            await waiting
        with pytest.raises(error):
            await isolate.eval("1")
        await gone(pid)
    return caught.value


ENDLESS = {
    "a loop": "for (;;);",
    "a loop of microtasks": "(async () => { for (;;) await 0; })()",
    "a chain of promises": f"(function next() {{ Promise.resolve().then(next) }})(); {FOREVER}",
    "queued microtasks": f"(function next() {{ queueMicrotask(next) }})(); {FOREVER}",
    "timers": f"(function next() {{ AbortSignal.timeout(0).onabort = next }})(); {FOREVER}",
    "messages": "const c = new MessageChannel(); c.port1.onmessage = () => c.port2.postMessage(1);"
    f"c.port2.postMessage(1); {FOREVER}",
    "waiting asynchronously": "const i = new Int32Array(new SharedArrayBuffer(4));"
    f"(function next() {{ Atomics.waitAsync(i, 0, 0, 1).value.then(next) }})(); {FOREVER}",
    "a regular expression": "/^(a+)+$/.test('a'.repeat(40) + 'b')",
    "a getter while it is marshalled": "({ get a() { for (;;); } })",
    "a proxy while it is marshalled": "new Proxy({}, { ownKeys() { for (;;); } })",
    "an error's message": "throw Object.defineProperty(new Error(), 'message',"
    " { get() { for (;;); } })",
    "WebAssembly": "new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([0, 97, 115,"
    "109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 8, 1, 0, 10, 9, 1, 7, 0, 3, 64, 12, 0, 11,"
    "11])))",
}


@pytest.mark.parametrize("name", ENDLESS)
async def test_what_never_ends_is_ended_by_its_timeout(name: str, sibling: Isolate) -> None:
    await ends_with(WallTimeLimitExceeded, ENDLESS[name], timeout=0.15)


async def test_a_blocked_thread_is_ended_by_its_timeout(sibling: Isolate) -> None:
    """Either the engine refuses to block or the time runs out."""
    code = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)"
    await ends_with(WallTimeLimitExceeded, code, timeout=0.15)


async def test_cpu_time(sibling: Isolate) -> None:
    started = time.monotonic()
    error = await ends_with(CpuLimitExceeded, "for (;;);", cpu_time=0.3)
    assert "Limits.cpu_time" in str(error)
    assert time.monotonic() - started < 5


async def test_waiting_takes_no_cpu_time() -> None:
    async with Isolate(limits=Limits(cpu_time=0.3)) as isolate:
        with pytest.raises(WallTimeLimitExceeded):
            await isolate.eval(FOREVER, timeout=0.5)


async def repeatedly(isolate: Isolate, code: str, times: int) -> None:
    for _ in range(times):
        await isolate.eval(code)


async def test_cpu_time_of_many_turns_adds_up(sibling: Isolate) -> None:
    code = "(() => { const end = Date.now() + 20; while (Date.now() < end); })()"
    async with Isolate(limits=Limits(cpu_time=0.3)) as isolate:
        with pytest.raises(CpuLimitExceeded):
            await repeatedly(isolate, code, 100)


async def test_cpu_time_counts_all_threads(sibling: Isolate) -> None:
    """Garbage collection runs on threads of its own."""
    code = "for (;;) { globalThis.kept = Array.from({ length: 10000 }, () => ({})) }"
    await ends_with(CpuLimitExceeded, code, cpu_time=0.4)


async def test_call_time(sibling: Isolate) -> None:
    await ends_with(WallTimeLimitExceeded, "for (;;);", call_time=0.2)


async def test_timeout_replaces_call_time() -> None:
    async with Isolate(limits=Limits(call_time=0.05)) as isolate:
        code = "new Promise((done) => { AbortSignal.timeout(150).onabort = () => done(1) })"
        assert await isolate.eval(code, timeout=5) == 1


async def test_wall_time(sibling: Isolate) -> None:
    error = await ends_with(WallTimeLimitExceeded, FOREVER, wall_time=2, call_time=None)
    assert "Limits.wall_time" in str(error)


async def test_wall_time_ends_an_isolate_that_nobody_waits_for(sibling: Isolate) -> None:
    async with Isolate(limits=Limits(wall_time=2)) as isolate:
        await gone(pid_of(isolate))
        with pytest.raises(WallTimeLimitExceeded):
            await isolate.eval("1")


async def test_a_host_function_that_hangs_counts_as_time_of_the_call(sibling: Isolate) -> None:
    async def hang() -> None:
        await asyncio.Event().wait()

    await ends_with(WallTimeLimitExceeded, "hang()", functions={"hang": hang}, timeout=0.15)


async def test_output_in_all(sibling: Isolate) -> None:
    def take(_: object) -> None:
        pass

    error = await ends_with(
        OutputLimitExceeded,
        "(async () => { for (;;) await take('x'.repeat(10_000)) })()",
        functions={"take": take},
        output=1 * MiB,
    )
    assert "Limits.output" in str(error)


async def test_one_large_result_counts_as_output(sibling: Isolate) -> None:
    await ends_with(OutputLimitExceeded, "new Uint8Array(2 ** 21)", output=1 * MiB)


async def test_a_result_larger_than_a_message_fails_its_call_alone() -> None:
    async with Isolate(limits=Limits(message=100_000)) as isolate:
        for code in ("'x'.repeat(100_000)", "new Uint8Array(100_000)"):
            with pytest.raises(MarshalError, match=r"Limits\.message"):
                await isolate.eval(code)
        with pytest.raises(MarshalError, match=r"Limits\.message"):
            await isolate.eval("(x) => 1", bytes(100_000))
        assert await isolate.eval("1") == 1


async def test_an_argument_larger_than_a_message_is_an_error_in_the_guest() -> None:
    async with Isolate(limits=Limits(message=100_000)) as isolate:
        await isolate.define_function("take", lambda _: None)
        code = "try { take('x'.repeat(100_000)) } catch (error) { error.name }"
        assert await isolate.eval(code) == "DataCloneError"


async def test_calls_beyond_the_limit_wait_in_the_guest() -> None:
    running = most = 0

    async def call() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    async with Isolate(limits=Limits(calls=8)) as isolate:
        await isolate.define_async_function("call", call)
        code = "Promise.all(Array.from({ length: 1000 }, () => call())).then((a) => a.length)"
        assert await isolate.eval(code) == 1000
    assert 1 < most <= 8


async def test_calls_that_are_never_awaited_wait_in_the_guest(sibling: Isolate) -> None:
    """Unbounded calls cost the guest's memory, not the host's."""
    calls = 0

    def call() -> None:
        nonlocal calls
        calls += 1

    error = await ends_with(
        LimitExceeded, "for (;;) call()", functions={"call": call}, memory=32 * MiB, calls=16
    )
    assert not isinstance(error, CallLimitExceeded)
    assert calls <= 16


async def test_endless_synchronous_calls_are_ended_by_time(sibling: Isolate) -> None:
    async with Isolate() as isolate:
        await isolate.define_function("call", lambda: None)
        with pytest.raises(WallTimeLimitExceeded):
            await isolate.eval("for (;;) call()", timeout=0.2)


async def test_nesting_is_an_error_in_the_guest(sibling: Isolate) -> None:
    async with Isolate(limits=Limits(nesting=5)) as isolate:
        depth = most = 0

        async def deeper() -> object:
            nonlocal depth, most
            depth += 1
            most = max(most, depth)
            try:
                return await isolate.eval("deeper()")
            finally:
                depth -= 1

        await isolate.define_function("deeper", deeper)
        with pytest.raises(JSError, match=r"Limits\.nesting"):
            await isolate.eval("deeper()")
        assert most == 5
        assert await isolate.eval("1") == 1


async def test_handles_that_the_guest_makes_the_host_hold(sibling: Isolate) -> None:
    await ends_with(HandleLimitExceeded, "Array.from({ length: 51 }, () => () => 1)", handles=50)


async def test_handles_that_the_guest_is_given(sibling: Isolate) -> None:
    async with Isolate(limits=Limits(handles=50)) as isolate:
        pid = pid_of(isolate)
        with pytest.raises(HandleLimitExceeded):
            await isolate.eval("(list) => 1", [object.__new__(Callable) for _ in range(60)])
        with pytest.raises(HandleLimitExceeded):
            await isolate.eval("1")
        await gone(pid)


class Callable:
    def __call__(self) -> None:
        pass


async def test_handles_that_a_host_function_returns(sibling: Isolate) -> None:
    await ends_with(
        HandleLimitExceeded,
        "(async () => { globalThis.kept = []; for (;;) kept.push(await make()) })()",
        functions={"make": Callable},
        handles=50,
    )


async def test_handles_that_are_let_go_do_not_count() -> None:
    async with Isolate(limits=Limits(handles=50)) as isolate:
        await isolate.define_async_function("take", lambda function: None)
        code = "(async () => { for (let i = 0; i < 500; i++) await take(() => i) })()"
        await isolate.eval(code)
        assert await isolate.eval("1") == 1


@pytest.mark.parametrize(
    "code",
    [
        "let a = []; for (let i = 0; i < 30; i++) a = [a]; a",
        "let a = {}; for (let i = 0; i < 30; i++) a = { a }; a",
        "let a = new Map(); for (let i = 0; i < 30; i++) a = new Map([[1, a]]); a",
        "let a = 1; for (let i = 0; i < 30; i++) a = [new Error('b', { cause: a })]; a",
    ],
)
async def test_depth_of_a_result(code: str) -> None:
    async with Isolate(limits=Limits(depth=20)) as isolate:
        if "Error" in code:  # a cause too deep to cross does not hide its error
            assert await isolate.eval(code) is not None
        else:
            with pytest.raises(MarshalError, match=r"Limits\.depth"):
                await isolate.eval(code)
        assert await isolate.eval("1") == 1


async def test_depth_of_an_argument() -> None:
    deep: list[Any] = []
    for _ in range(30):
        deep = [deep]
    async with Isolate(limits=Limits(depth=20)) as isolate:
        with pytest.raises(MarshalError, match=r"Limits\.depth"):
            await isolate.eval("(a) => 1", deep)
        assert await isolate.eval("1") == 1


async def test_cancelling_a_call_that_does_not_react_ends_the_isolate(sibling: Isolate) -> None:
    async with Isolate() as isolate:
        pid = pid_of(isolate)
        task = asyncio.ensure_future(isolate.eval("for (;;);"))
        other = asyncio.ensure_future(isolate.eval("1"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(IsolateCrashed, match="cancellation"):
            await other
        await gone(pid)


async def test_a_limit_of_one_isolate_that_passes_through_another_ends_only_the_first() -> None:
    """The exception of a callback is the callback's, whatever its class."""
    async with Isolate() as outer, Isolate(limits=Limits(memory=16 * MiB)) as inner:

        async def run(code: str) -> object:
            return await inner.eval(code)

        await outer.define_async_function("run", run)
        with pytest.raises(LimitExceeded):
            await outer.eval("run('new ArrayBuffer(2 ** 30)')")
        code = "run('1').catch((error) => error.name)"
        assert await outer.eval(code) == "MemoryLimitExceeded"
        assert await outer.eval("1") == 1


async def test_limits_are_checked_where_they_are_made() -> None:
    for wrong in (
        {"memory": 1},
        {"cpu_time": 0},
        {"cpu_time": float("nan")},
        {"wall_time": float("inf")},
        {"message": 2**31},
        {"nesting": 101},
        {"depth": 201},
        {"calls": 0},
        {"handles": -1},
    ):
        with pytest.raises(ValueError, match=r"Limits\."):
            Limits(**wrong)
    with pytest.raises(TypeError):
        Limits(memory="16")  # type: ignore[arg-type]
