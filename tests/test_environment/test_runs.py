"""Runs as their owner sees them: events, both flavours, cancellation."""

from __future__ import annotations

import asyncio

import pytest

from atoll import Isolate, Limits
from atoll.test_environment import TestEnvironment, TestEvent, TestResults
from atoll.timers import Timers

from .support import Bench, statuses

CODE = """
describe("suite", () => {
  test("passes", async () => { await null; });
  test("fails", () => { expect(1).toBe(2); });
  test.skip("skipped", () => {});
});
"""


def test_events_come_as_things_happen(guest: Bench) -> None:
    told: list[tuple[str, str | None, str | None]] = []

    def on_event(event: TestEvent) -> None:
        test = event.test
        name, status = (None, None) if test is None else (test.name, test.status)
        told.append((event.kind, name, status))

    results = guest.run(CODE, on_event=on_event)
    assert told == [
        ("collected", None, None),
        ("started", "passes", "skipped"),
        ("finished", "passes", "passed"),
        ("started", "fails", "skipped"),
        ("finished", "fails", "failed"),
        ("ended", None, None),
    ]
    assert results.duration > 0


async def run_async(code: str, **options: object) -> TestResults:
    async with Isolate() as isolate:
        await isolate.install(Timers())
        tests = await isolate.install(TestEnvironment())
        return await tests.run_tests(code, **options)  # type: ignore[arg-type]


async def test_both_flavours_give_the_same_results(guest: Bench) -> None:
    blocking = guest.tests.run_tests(CODE, filename="a.js")
    results = await run_async(CODE, filename="a.js")
    assert statuses(results) == statuses(blocking)
    assert [str(test.errors) for test in results.tests] == [
        str(test.errors) for test in blocking.tests
    ]


async def test_isolates_run_their_tests_at_once() -> None:
    code = "test('t', () => new Promise((done) => setTimeout(done, 300)))"
    loop = asyncio.get_running_loop()
    started = loop.time()
    runs = await asyncio.gather(*(run_async(code) for _ in range(4)))
    assert all(results.ok for results in runs)
    assert loop.time() - started < 4 * max(results.duration for results in runs)


async def test_a_run_goes_on_for_longer_than_a_call_may() -> None:
    async with Isolate(limits=Limits(call_time=1.0)) as isolate:
        await isolate.install(Timers())
        tests = await isolate.install(TestEnvironment())
        results = await tests.run_tests("""
            test.each(Array.from({ length: 12 }, (_, i) => i))("%i", () =>
              new Promise((done) => setTimeout(done, 200)));
        """)
    assert (results.passed, results.duration > 2) == (12, True)


async def test_cancelling_a_run_ends_it_and_leaves_the_isolate_usable() -> None:
    async with Isolate() as isolate:
        await isolate.install(Timers())
        tests = await isolate.install(TestEnvironment())
        reached = asyncio.Event()

        def on_event(event: TestEvent) -> None:
            if event.kind == "started":
                reached.set()

        # It times out while the second run is under way, and must not be taken for a part of that.
        endless = "test('waits', () => new Promise(() => {}), 50)"
        task = asyncio.ensure_future(tests.run_tests(endless, on_event=on_event))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        results = await tests.run_tests(
            "test('t', () => new Promise((done) => setTimeout(done, 100)))"
        )
        assert [(test.name, test.status) for test in results.tests] == [("t", "passed")]


TYPESCRIPT = """interface A {
  a: number;
}
test("typed", () => {
  const it: A = { a: 1 };
  expect(it).toEqual({ a: 2 } satisfies A);
});
"""


async def test_scripts_can_be_typescript(guest: Bench) -> None:
    blocking = guest.tests.run_tests(TYPESCRIPT, filename="t.test.ts")
    for results in (blocking, await run_async(TYPESCRIPT, filename="t.test.ts")):
        [error] = results.tests[0].errors
        assert (error.frames[0].filename, error.frames[0].line) == ("t.test.ts", 6)
        assert error.code_frame is not None
        assert "6 |   expect(it).toEqual({ a: 2 } satisfies A);" in error.code_frame
    broken = guest.tests.run_tests("let x: = 1;", filename="t.test.ts")
    assert "SyntaxError" in str(broken.errors[0])


def test_results_read_as_a_report(guest: Bench) -> None:
    results = guest.run(CODE)
    text = str(results)
    assert text.startswith("it.test.js: 1 failed, 1 passed, 1 skipped (")
    assert "suite > fails\n\nexpect(received).toBe(expected)" in text
    assert ">" in text


def test_a_second_run_knows_nothing_of_the_first(guest: Bench) -> None:
    guest.run("beforeEach(() => { throw new Error('left over'); }); test('a', () => {})")
    results = guest.run("test('b', () => {})")
    assert (len(results.tests), results.ok) == (1, True)


@pytest.mark.parametrize(
    ("option", "value"), [("timeout", 0), ("timeout", -1), ("update_snapshots", "some")]
)
def test_options_that_make_no_sense_are_refused(guest: Bench, option: str, value: object) -> None:
    with pytest.raises(ValueError, match=option):
        guest.run("test('t', () => {})", **{option: value})


def test_an_unknown_pattern_is_an_error_of_the_caller(guest: Bench) -> None:
    with pytest.raises(ValueError, match="pattern"):
        guest.run("test('t', () => {})", pattern="(")
    assert guest.run("test('t', () => {})").ok
