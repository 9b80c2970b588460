"""A run with a seed and a clock of the owner's is the same each time, bit for bit."""

from __future__ import annotations

import pytest

from atoll import Isolate
from atoll.crypto import Crypto
from atoll.sync import Isolate as BlockingIsolate
from atoll.timers import Timers

pytestmark = pytest.mark.asyncio(loop_scope="module")

PROGRAM = """
globalThis.log = [];
const note = () => log.push(
    Date.now(), new Date().toISOString(), performance.now(), performance.timeOrigin,
    performance.mark("m").startTime, new PerformanceMark("p").startTime,
    performance.measure("x").duration, performance.measure("y", "m").duration,
    new File([], "f").lastModified, new Event("e").timeStamp, `${Temporal.Now.instant()}`,
    Math.random(), crypto.randomUUID(), crypto.getRandomValues(new Uint32Array(2)),
    performance.getEntries().map((entry) => [entry.name, entry.startTime, entry.duration]),
);
note();
setTimeout(note, 10);
setInterval(() => { if (Math.random() < 0.5) note() }, 7);
queueMicrotask(note);
AbortSignal.timeout(25).addEventListener("abort", note);
Promise.reject(new Error("lost"));
0
"""


def run() -> tuple[str, list[str]]:
    lost: list[str] = []
    with BlockingIsolate(on_uncaught=lambda error: lost.append(str(error))) as isolate:
        timers = isolate.install(Timers(mode="manual", virtual_date=True, start=1e12))
        isolate.install(Crypto(seed=b"again"))
        isolate.eval(PROGRAM)
        for step in (3, 7, 40, 0.5):
            timers.tick(step)
        # What was lost is told in a message of its own, which one of the next calls brings.
        for _ in range(1000):
            if lost:
                break
            isolate.eval("0")
        return isolate.eval("JSON.stringify(log)"), lost


async def test_a_run_can_be_repeated() -> None:
    first = run()
    assert first == run()
    assert len(first[0]) > 2000
    assert first[1] == ["Error: lost"]


async def test_what_tells_the_time_follows_the_clock(fresh_isolate: Isolate) -> None:
    timers = await fresh_isolate.install(Timers(mode="manual", virtual_date=True, start=1000))
    await fresh_isolate.eval("performance.mark('a'); 0")
    await timers.tick(40)
    code = """[
        performance.mark('b').startTime, performance.mark('c', { detail: 4 }).startTime,
        performance.mark('d', { detail: 4 }).detail, performance.mark('e').detail,
        performance.mark('f', { startTime: 3 }).startTime, new PerformanceMark('g').startTime,
        performance.measure('m').duration, performance.measure('m', 'a').duration,
        performance.measure('m', 'a', 'b').duration, performance.measure('m', {}).duration,
        performance.measure('m', { start: 'a', duration: 5 }).duration,
        performance.measure('m', { duration: 5 }).startTime,
        performance.measure('m', { start: 1, end: 9, detail: 7 }).detail,
        new File([], 'x').lastModified, new File([], 'x', { lastModified: 7 }).lastModified,
        new File(['ab'], 'x', { type: 'A/b' }).type, new File(['ab'], 'x').size,
        new (class extends File {})([], 'x').lastModified,
    ]"""
    assert await fresh_isolate.eval(code) == [
        40, 40, 4, None, 3, 40, 40, 40, 40, 40, 5, 35, 7, 1040, 7, "a/b", 2, 1040,
    ]  # fmt: skip


async def test_the_classes_stay_what_they_were(fresh_isolate: Isolate) -> None:
    await fresh_isolate.install(Timers(mode="manual", virtual_date=True))
    code = """[
        File.name, File.length, File.prototype.constructor === File,
        new File([], 'x') instanceof File,
        new File([], 'x') instanceof Blob, Object.getPrototypeOf(File) === Blob,
        PerformanceMark.length, new PerformanceMark('x') instanceof PerformanceEntry,
        ...[() => performance.mark(), () => performance.mark('x', 5), () => performance.measure(),
            () => performance.measure('x', 'none'), () => new File([]), () => new File([], 'x', 5),
            () => new PerformanceMark(), () => File([], 'x')].map((f) => {
            try { f(); return 'no error' } catch (error) { return error.name } }),
    ]"""
    found = await fresh_isolate.eval(code)
    assert found[:8] == ["File", 2, True, True, True, True, 1, True]
    assert found[8:] == ["TypeError"] * 3 + ["SyntaxError"] + ["TypeError"] * 4


async def test_a_file_of_the_host_keeps_its_time(fresh_isolate: Isolate) -> None:
    from atoll import File

    await fresh_isolate.install(Timers(mode="manual", virtual_date=True, start=5))
    file = File(b"x", "x", last_modified=77)
    assert await fresh_isolate.eval("f => [f.lastModified, f instanceof File]", file) == [77, True]
