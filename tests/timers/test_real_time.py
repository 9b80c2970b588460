from __future__ import annotations

import asyncio
from typing import Any

import pytest
import pytest_asyncio

from atoll import Isolate, JSError
from atoll.sync import Isolate as BlockingIsolate
from atoll.timers import Timers, TimersHandle

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAMES = ("setTimeout", "setInterval", "clearTimeout", "clearInterval")


class Uncaught:
    """What an isolate reports as uncaught, and a way to wait for it."""

    def __init__(self) -> None:
        self.errors: list[BaseException] = []
        self._arrived = asyncio.Event()

    def __call__(self, error: BaseException) -> None:
        self.errors.append(error)
        self._arrived.set()

    async def wait_for(self, count: int) -> list[str]:
        while len(self.errors) < count:
            self._arrived.clear()
            await self._arrived.wait()
        return [str(error) for error in self.errors]


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def timers(module_isolate: Isolate) -> TimersHandle:
    await module_isolate.eval("globalThis.before = Reflect.ownKeys(globalThis); 0")
    handle = await module_isolate.install(Timers())
    await module_isolate.eval("sleep = ms => new Promise(r => setTimeout(r, ms)); 0")
    return handle


async def test_nothing_else_is_added_to_the_global_scope(isolate: Isolate) -> None:
    added = await isolate.eval(
        "Reflect.ownKeys(globalThis)"
        ".filter(k => k !== 'before' && k !== 'sleep' && !before.includes(k))"
    )
    assert set(added) == set(NAMES)


@pytest.mark.parametrize(("name", "length"), [*zip(NAMES, (1, 1, 0, 0), strict=True)])
async def test_functions_have_the_descriptors_of_web_idl(
    isolate: Isolate, name: str, length: int
) -> None:
    descriptor = await isolate.eval(
        """(key) => {
            const d = Object.getOwnPropertyDescriptor(globalThis, key);
            return [d.writable, d.enumerable, d.configurable, d.value.name, d.value.length,
                Object.hasOwn(d.value, "prototype")];
        }""",
        name,
    )
    assert descriptor == [True, True, True, name, length, False]


async def test_a_timeout_calls_back_once_with_its_arguments_on_the_global_object(
    isolate: Isolate,
) -> None:
    got = await isolate.eval(
        "await new Promise(r => setTimeout(function (...args) { r([this === globalThis, args]) },"
        " 0, 1, 'b'))"
    )
    assert got == [True, [1, "b"]]


async def test_an_interval_calls_back_until_it_is_cleared_also_from_inside(
    isolate: Isolate,
) -> None:
    got = await isolate.eval(
        """let count = 0;
        await new Promise((resolve) => {
            const id = setInterval((step) => {
                count += step;
                if (count === 6) { clearInterval(id); setTimeout(resolve, 20); }
            }, 1, 2);
        });
        count"""
    )
    assert got == 6


async def test_ids_are_positive_numbers_that_clear_either_kind(isolate: Isolate) -> None:
    got = await isolate.eval(
        """const ran = [];
        const a = setTimeout(() => ran.push("a")), b = setInterval(() => ran.push("b"));
        const c = setTimeout(() => ran.push("c"));
        clearInterval(a); clearTimeout(`${b}`); clearTimeout(-1); clearTimeout(); clearTimeout({});
        await sleep(10);
        [ran, [a, b, c].every(id => Number.isInteger(id) && id > 0), new Set([a, b, c]).size]"""
    )
    assert got == [["c"], True, 3]


@pytest.mark.parametrize(
    "delay", ["undefined", "NaN", "-1", "-Infinity", "Infinity", "2 ** 31", "2 ** 32", "'x'", "{}"]
)
async def test_a_delay_is_a_long_of_web_idl(isolate: Isolate, delay: str) -> None:
    assert (
        await isolate.eval(f"await new Promise(r => setTimeout(r, {delay}, 'ran'))", timeout=20)
        == "ran"
    )


async def test_large_and_fractional_delays_wrap_and_truncate(isolate: Isolate) -> None:
    order = await isolate.eval(
        """const order = [];
        setTimeout(() => order.push("30"), 30);
        setTimeout(() => order.push("2**32+15"), 2 ** 32 + 15);
        setTimeout(() => order.push("0.9"), 0.9);
        setTimeout(() => order.push("valueOf"), { valueOf: () => 5 });
        await sleep(60);
        order"""
    )
    assert order == ["0.9", "valueOf", "2**32+15", "30"]


@pytest.mark.parametrize(
    "call",
    [
        "setTimeout()",
        "setInterval()",
        "setTimeout(Symbol())",
        "setTimeout(() => {}, 1n)",
        "setTimeout(() => {}, Symbol())",
        "setTimeout.call({}, () => {})",
        "new setTimeout(() => {})",
    ],
)
async def test_wrong_arguments_and_receivers_are_type_errors(isolate: Isolate, call: str) -> None:
    with pytest.raises(JSError, match="TypeError"):
        await isolate.eval(call)


async def test_a_string_is_run_as_a_script_in_the_global_scope(isolate: Isolate) -> None:
    got = await isolate.eval(
        """setTimeout("var fromScript = typeof sleep; let lexical = 1; // a comment", 0, "ignored");
        await sleep(5);
        [fromScript, lexical, Object.hasOwn(globalThis, "fromScript")]"""
    )
    assert got == ["function", 1, True]
    # Web IDL converts before anything is scheduled.
    assert await isolate.eval("typeof setTimeout(undefined) + typeof setTimeout(null)") == (
        "numbernumber"
    )


async def test_timers_run_in_the_order_of_time_and_then_of_creation(isolate: Isolate) -> None:
    got = await isolate.eval(
        """const names = [];
        for (const [name, ms] of [["c", 12], ["a", 2], ["d", 12], ["b", 4], ["e", 12]]) {
            setTimeout(() => names.push(name), ms);
        }
        for (const end = performance.now() + 15; performance.now() < end;); // all are due
        await sleep(20);
        names.join("")"""
    )
    assert got == "abcde"


async def test_microtasks_run_between_timers(isolate: Isolate) -> None:
    got = await isolate.eval(
        """const steps = [];
        for (const n of [1, 2]) {
            setTimeout(() => {
                steps.push(n);
                queueMicrotask(() => {
                    steps.push(-n);
                    Promise.resolve().then(() => steps.push(0));
                });
            }, 1);
        }
        for (const end = performance.now() + 3; performance.now() < end;);
        await sleep(5);
        steps"""
    )
    assert got == [1, -1, 0, 2, -2, 0]


async def test_what_a_callback_throws_is_uncaught_and_the_others_run() -> None:
    uncaught = Uncaught()
    async with Isolate(on_uncaught=uncaught) as isolate:
        handle = await isolate.install(Timers())
        after = await isolate.eval(
            """setTimeout(() => { throw new RangeError("one") });
            setTimeout("not a script");
            let calls = 0;
            const id = setInterval(() => { calls++; throw "two" }, 1);
            await new Promise(r => setTimeout(function again() {
                if (calls >= 2) { clearInterval(id); r() } else setTimeout(again, 1);
            }, 2));
            calls >= 2"""
        )
        assert after is True
        errors = await uncaught.wait_for(4)
        assert errors[0] == "RangeError: one"
        assert "SyntaxError" in errors[1]
        assert "two" in errors[2]
        assert await handle.pending() == 0


async def test_pending_timers_are_counted_and_cleared(
    isolate: Isolate, timers: TimersHandle
) -> None:
    await isolate.eval(
        "for (let i = 0; i < 5; i++) setTimeout(() => {}, 1e6); setInterval('', 1e6)"
    )
    assert await timers.pending() == 6
    await timers.clear_all()
    assert await timers.pending() == 0


async def test_an_isolate_with_only_timers_pending_uses_no_processor_time(
    isolate: Isolate, timers: TimersHandle
) -> None:
    await isolate.eval("for (let i = 0; i < 1000; i++) setTimeout(() => {}, 1e6 + i); 0")
    before = (await isolate.statistics()).cpu_time
    await isolate.eval("await sleep(500)")
    assert (await isolate.statistics()).cpu_time - before < 0.1
    assert await isolate.eval("1 + 1") == 2
    await timers.clear_all()


async def test_a_busy_interval_does_not_keep_the_host_waiting(
    isolate: Isolate, timers: TimersHandle
) -> None:
    await isolate.eval(
        """const busy = () => {
            const end = performance.now() + 1;
            while (performance.now() < end);
        };
        for (let i = 0; i < 200; i++) setInterval(busy);"""
    )
    assert await asyncio.wait_for(isolate.eval("'heard'"), 10) == "heard"
    await timers.clear_all()


async def test_ten_million_timers_are_a_quota_error_for_the_guest(
    isolate: Isolate, timers: TimersHandle
) -> None:
    got: Any = await isolate.eval(
        """let made = 0;
        try { for (; made < 1e7; made++) setTimeout(() => {}, 1e6); }
        catch (error) {
            [made, error.name, error instanceof DOMException, error.quota, error.message];
        }"""
    )
    assert got[:4] == [100_000, "QuotaExceededError", True, 100_000]
    assert got[4] == "100000 timers are pending, which is as many as this isolate may have"
    assert await timers.pending() == 100_000
    await timers.clear_all()
    assert await isolate.eval("await new Promise(r => setTimeout(r, 0, 'again'))") == "again"


async def test_cleared_timers_leave_no_memory_behind(fresh_isolate: Isolate) -> None:
    await fresh_isolate.install(Timers(max_pending=10))
    churn = "for (let i = 0; i < 2e5; i++) clearTimeout(setTimeout(() => {}, 1e6)); 0"
    await fresh_isolate.eval(churn)
    await fresh_isolate.collect_garbage()
    before = (await fresh_isolate.statistics()).heap_used
    await fresh_isolate.eval(churn)
    await fresh_isolate.collect_garbage()
    assert (await fresh_isolate.statistics()).heap_used - before < 500_000


async def test_it_works_after_user_code_has_changed_the_prototypes(fresh_isolate: Isolate) -> None:
    await fresh_isolate.eval(
        """Object.defineProperty(Array.prototype, "0", { set() { throw "polluted" } });
        Map.prototype.get = Map.prototype.set = Array.prototype.push =
            Function.prototype.apply = Reflect.apply = performance.now =
            () => { throw new Error("polluted") };
        Object.prototype.get = Object.prototype.quota = 1; 0"""
    )
    await fresh_isolate.install(Timers())
    assert (
        await fresh_isolate.eval("new Promise(r => { setTimeout(() => setTimeout(r, 2, 'b'), 1) })")
        == "b"
    )


async def test_blocking_code_has_the_same_handle() -> None:
    with BlockingIsolate() as blocking:
        handle = blocking.install(Timers())
        assert blocking.eval("await new Promise(r => setTimeout(r, 1, 'done'))") == "done"
        blocking.eval("setInterval(() => {}, 1e6)")
        assert handle.pending() == 1
        handle.clear_all()
        assert handle.pending() == 0


async def test_the_real_clock_is_not_the_owners_to_move(timers: TimersHandle) -> None:
    with pytest.raises(ValueError, match='Timers\\(mode="manual"\\)'):
        await timers.tick(1)
    with pytest.raises(ValueError, match="the machine's"):
        _ = timers.now
