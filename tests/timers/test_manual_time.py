from __future__ import annotations

import datetime
from typing import Any

import pytest

from atoll import Isolate, ReentrancyError
from atoll.sync import Isolate as BlockingIsolate
from atoll.timers import Timers

pytestmark = pytest.mark.asyncio(loop_scope="module")

MILLENNIUM = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
START = 946_684_800_000


async def test_nothing_runs_until_the_owner_moves_the_clock(fresh_isolate: Isolate) -> None:
    timers = await fresh_isolate.install(Timers(mode="manual"))
    await fresh_isolate.eval("log = []; setTimeout(() => log.push('ran'), 0); 0")
    assert await fresh_isolate.eval("log") == []
    assert await timers.pending() == 1
    await timers.tick(0)
    assert await fresh_isolate.eval("log") == ["ran"]
    assert await timers.pending() == 0


async def test_what_is_due_runs_in_order_nested_timers_included(fresh_isolate: Isolate) -> None:
    timers = await fresh_isolate.install(Timers(mode="manual"))
    await fresh_isolate.eval(
        """log = [];
        setTimeout(() => log.push("20"), 20);
        setTimeout(() => log.push("10a"), 10);
        setTimeout(() => { log.push("10b"); setTimeout(() => log.push("nested 15"), 5);
            setTimeout(() => log.push("nested 10"), 0); }, 10);
        setInterval(() => log.push("every 8"), 8);
        setTimeout(() => log.push("21"), 21); 0"""
    )
    await timers.tick(20)
    assert await fresh_isolate.eval("log") == [
        "every 8", "10a", "10b", "nested 10", "nested 15", "every 8", "20",
    ]  # fmt: skip
    assert timers.now == 20
    await timers.tick(1)
    assert await fresh_isolate.eval("log.at(-1)") == "21"
    assert timers.now == 21
    assert await timers.pending() == 1
    await timers.clear_all()
    await timers.tick(100)
    assert await fresh_isolate.eval("log.length") == 8


async def test_async_callbacks_go_on_as_far_as_microtasks_take_them(
    fresh_isolate: Isolate,
) -> None:
    timers = await fresh_isolate.install(Timers(mode="manual", virtual_date=True))
    await fresh_isolate.eval(
        """log = []; const sleep = ms => new Promise(r => setTimeout(r, ms));
        (async () => { for (let i = 0; i < 3; i++) { await sleep(10); await null;
            log.push(["a", Date.now()]); } })();
        (async () => { await sleep(15); await sleep(15); log.push(["b", Date.now()]); })(); 0"""
    )
    await timers.tick(100)
    assert await fresh_isolate.eval("log") == [["a", 10], ["a", 20], ["b", 30], ["a", 30]]


async def test_zero_delays_that_repeat_for_ever_let_the_clock_reach_its_end(
    fresh_isolate: Isolate,
) -> None:
    timers = await fresh_isolate.install(Timers(mode="manual"))
    await fresh_isolate.eval(
        """counts = { interval: 0, nested: 0, loop: 0 };
        setInterval(() => counts.interval++, 0);
        (function again() { counts.nested++; setTimeout(again, 0) })();
        const turn = () => new Promise(r => setTimeout(r, 0));
        (async () => { for (;;) { await turn(); counts.loop++ } })(); 0"""
    )
    await timers.tick(1000)
    counts: Any = await fresh_isolate.eval("counts")
    assert all(1000 <= count <= 1010 for count in counts.values())


async def test_exceptions_are_reported_and_the_clock_goes_on() -> None:
    uncaught: list[str] = []
    async with Isolate(on_uncaught=lambda error: uncaught.append(str(error))) as isolate:
        timers = await isolate.install(Timers(mode="manual"))
        await isolate.eval(
            """ran = 0; setTimeout(() => { throw new Error("one") }, 1);
            setTimeout(() => { throw 2 }, 2); setTimeout(() => ran++, 3); 0"""
        )
        await timers.tick(5)
        assert uncaught[0] == "Error: one"
        assert len(uncaught) == 2
        assert await isolate.eval("ran") == 1


async def test_the_clock_stands_still_for_fractions_until_they_add_up(
    fresh_isolate: Isolate,
) -> None:
    timers = await fresh_isolate.install(Timers(mode="manual", virtual_date=True))
    await fresh_isolate.eval("ran = 0; setTimeout(() => ran++, 1); 0")
    await timers.tick(0.75)
    assert await fresh_isolate.eval("[ran, Date.now(), performance.now()]") == [0, 0, 0.75]
    await timers.tick(0.25)
    assert await fresh_isolate.eval("[ran, Date.now()]") == [1, 1]


async def test_it_cannot_be_moved_from_inside_a_synchronous_call(fresh_isolate: Isolate) -> None:
    timers = await fresh_isolate.install(Timers(mode="manual"))

    async def move() -> None:
        await timers.tick(10)

    await fresh_isolate.define_function("move", move)
    with pytest.raises(ReentrancyError, match="while the guest waits"):
        await fresh_isolate.eval("move()")
    assert timers.now == 0


@pytest.mark.parametrize("ms", [-1, float("nan"), float("inf"), 1e300])
async def test_the_clock_moves_by_finite_steps_forward_only(
    fresh_isolate: Isolate, ms: float
) -> None:
    timers = await fresh_isolate.install(Timers(mode="manual"))
    with pytest.raises(ValueError, match=r"millisecond|moment"):
        await timers.tick(ms)
    assert timers.now == 0


async def test_date_keeps_its_meaning_on_the_owners_clock(fresh_isolate: Isolate) -> None:
    await fresh_isolate.eval(
        """descriptors = () => JSON.stringify(Object.entries(
            Object.getOwnPropertyDescriptors(Date)).map(([key, { value, ...d }]) => [key, d]));
        before = [descriptors(), Date.prototype]; 0"""
    )
    timers = await fresh_isolate.install(Timers(mode="manual", virtual_date=True, start=MILLENNIUM))
    assert timers.now == START
    await timers.tick(1500)
    got = await fresh_isolate.eval(
        """class Mine extends Date { twice() { return 2 * this.getTime() } }
        const mine = new Mine();
        ({
            now: Date.now(), made: new Date().getTime(), text: Date() === new Date().toString(),
            given: new Date(5).getTime(), parts: new Date(2000, 0).getFullYear(),
            undefinedIsInvalid: isNaN(new Date(undefined)),
            parse: Date.parse("1970-01-01T00:00:01Z"), utc: Date.UTC(1970, 0),
            instance: new Date() instanceof Date && mine instanceof Date && mine instanceof Mine,
            sub: mine.twice(), proto: Object.getPrototypeOf(new Date()) === before[1],
            constructor: new Date().constructor === Date && mine.constructor === Mine,
            same: descriptors() === before[0], native: /\\[native code\\]/.test(`${Date}`),
            nativeNow: /native code/.test(`${Date.now}`),
            global: JSON.stringify(Object.getOwnPropertyDescriptor(globalThis, "Date")),
            clone: structuredClone(new Date()).constructor === Date,
            keys: Object.keys(Date.prototype).length, tag: Object.prototype.toString.call(mine),
        })"""
    )
    assert got == {
        "now": START + 1500, "made": START + 1500, "text": True, "given": 5, "parts": 2000,
        "undefinedIsInvalid": True, "parse": 1000, "utc": 0, "instance": True,
        "sub": 2 * (START + 1500), "proto": True, "constructor": True, "same": True,
        "native": True, "nativeNow": True,
        "global": '{"writable":true,"enumerable":false,"configurable":true}',
        "clone": True, "keys": 0, "tag": "[object Date]",
    }  # fmt: skip
    assert await fresh_isolate.eval("new Date()") == MILLENNIUM + datetime.timedelta(seconds=1.5)


async def test_every_clock_of_the_realm_follows(fresh_isolate: Isolate) -> None:
    timers = await fresh_isolate.install(Timers(mode="manual", virtual_date=True, start=MILLENNIUM))
    await timers.tick(61_000)
    got = await fresh_isolate.eval(
        """const utc = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium", timeZone: "UTC" });
        [Temporal.Now.instant().toString(), Temporal.Now.plainDateISO("UTC").toString(),
         Temporal.Now.plainTimeISO("UTC").toString(),
         Temporal.Now.plainDateTimeISO("UTC").toString(),
         Temporal.Now.zonedDateTimeISO("Asia/Tokyo").hour,
         utc.format(), utc.format === utc.format, utc.format(0),
         utc.formatToParts().map(p => p.value).join(""),
         performance.now(), performance.timeOrigin]"""
    )
    assert got == [
        "2000-01-01T00:01:01Z", "2000-01-01", "00:01:01", "2000-01-01T00:01:01", 9,
        "00:01:01", True, "00:00:00", "00:01:01", 61_000, START,
    ]  # fmt: skip


async def test_abort_signals_time_out_on_the_owners_clock(fresh_isolate: Isolate) -> None:
    timers = await fresh_isolate.install(Timers(mode="manual", virtual_date=True))
    await fresh_isolate.eval(
        """log = []; signal = AbortSignal.timeout(100);
        signal.addEventListener("abort", (e) => log.push(Date.now(), signal.reason.name,
            signal.reason instanceof DOMException, signal instanceof AbortSignal)); 0"""
    )
    assert await timers.pending() == 0
    await timers.tick(99)
    assert await fresh_isolate.eval("[signal.aborted, ...log]") == [False]
    await timers.tick(1)
    assert await fresh_isolate.eval("log") == [100, "TimeoutError", True, True]
    wrong = "['x', -1, 2 ** 53, Infinity, 1n].map(ms => { try { AbortSignal.timeout(ms) }"
    assert (
        await fresh_isolate.eval(f"{wrong} catch (e) {{ return e.name }} }})") == ["TypeError"] * 5
    )


async def test_without_virtual_date_the_clocks_are_the_machines(fresh_isolate: Isolate) -> None:
    await fresh_isolate.install(Timers(mode="manual"))
    assert await fresh_isolate.eval("Date.now()") > START


async def test_the_clocks_work_after_user_code_has_changed_the_prototypes(
    fresh_isolate: Isolate,
) -> None:
    timers = await fresh_isolate.install(Timers(mode="manual", virtual_date=True))
    await fresh_isolate.eval(
        """Object.prototype.get = Object.prototype.apply = Object.prototype.construct =
            Object.prototype.value = Reflect.apply = Reflect.construct = Function.prototype.apply =
            Math.floor = AbortController.prototype.abort = Temporal.Now.timeZoneId =
            () => { throw new Error("polluted") };
        ran = []; setTimeout(() => ran.push(Date.now(), new Date().getTime()), 7);
        signal = AbortSignal.timeout(3); 0"""
    )
    await timers.tick(10)
    assert await fresh_isolate.eval("ran") == [7, 7]
    assert await fresh_isolate.eval("[signal.aborted, Temporal.Now.instant().toString()]") == [
        True, "1970-01-01T00:00:00.01Z",
    ]  # fmt: skip


async def test_two_runs_see_the_same_times() -> None:
    async def run() -> Any:
        async with Isolate() as isolate:
            timers = await isolate.install(Timers(mode="manual", virtual_date=True, start=START))
            await isolate.eval(
                """log = []; for (let i = 0; i < 50; i++) {
                    setTimeout(() => log.push(i, Date.now(), `${new Date()}`), i * 7919 % 100);
                } 0"""
            )
            await timers.tick(100)
            return await isolate.eval("log")

    assert await run() == await run()


async def test_blocking_code_moves_the_clock_alike() -> None:
    with BlockingIsolate() as blocking:
        timers = blocking.install(Timers(mode="manual", virtual_date=True, start=1000))
        blocking.eval("seen = 0; setTimeout(() => { seen = Date.now() }, 60_000); 0")
        timers.tick(60_000)
        assert blocking.eval("seen") == timers.now == 61_000


@pytest.mark.parametrize(
    "options",
    [
        {"mode": "fake"},
        {"max_pending": 0},
        {"max_pending": 1.5},
        {"virtual_date": True},
        {"start": 5},
        {"mode": "manual", "start": float("nan")},
        {"mode": "manual", "start": datetime.datetime(2000, 1, 1)},  # noqa: DTZ001
    ],
)
async def test_options_that_make_no_sense_are_refused(options: Any) -> None:
    with pytest.raises(ValueError, match=r"mode|max_pending|start"):
        Timers(**options)
