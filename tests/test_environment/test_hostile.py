"""Test files that misbehave: each is told at the right test, and nothing else is harmed."""

from __future__ import annotations

import pytest

import atoll.sync
from atoll import IsolateDisposed, Limits, MiB
from atoll.console import Console, Entry
from atoll.errors import AtollError, MemoryLimitExceeded, WallTimeLimitExceeded
from atoll.test_environment import TestEnvironment, TestEvent

from .support import Bench, bench, statuses


def test_a_file_that_does_not_compile_has_the_place_of_it(guest: Bench) -> None:
    results = guest.tests.run_tests("test('a', () => {\n  let x = ;\n})", filename="bad.test.js")
    [error] = results.errors
    assert (error.name, error.message) == ("SyntaxError", "Unexpected token ';'")
    assert error.code_frame is not None
    assert "  2 |   let x = ;" in error.code_frame
    assert not results.ok


def test_a_file_that_throws_on_load_fails_with_its_place(guest: Bench) -> None:
    results = guest.run("test('a', () => {});\nnull.oops;\ntest('b', () => {});")
    [error] = results.errors
    assert (error.name, results.tests) == ("TypeError", [])
    assert error.frames[0].line == 3
    assert "  3 | null.oops;" in str(error)


def test_a_suite_that_throws_fails_the_file(guest: Bench) -> None:
    results = guest.run("describe('s', () => { throw new Error('in describe') })")
    assert results.errors[0].message == "in describe"


def test_an_async_suite_is_refused(guest: Bench) -> None:
    results = guest.run("describe('s', async () => { test('a', () => {}) })")
    assert 'Returning a Promise from "describe" is not supported' in results.errors[0].message


def test_a_file_without_tests_says_so(guest: Bench) -> None:
    results = guest.run("1 + 1")
    assert results.errors[0].message.startswith("The file defines no test.")
    assert not results.ok


def test_a_file_that_defines_too_many_tests_is_refused() -> None:
    with bench(max_tests=50) as guest:
        results = guest.run("for (let i = 0; ; i++) test(`t${i}`, () => {})")
        assert "more than 50 tests" in results.errors[0].message
        assert guest.run("test('fine', () => {})").passed == 1


def test_code_that_blocks_for_ever_is_ended_at_its_test() -> None:
    with bench() as sibling, bench() as guest:
        results = guest.run(
            """
            test("before", () => {});
            test("blocks", () => { for (;;) {} });
            test("after", () => {});
            """,
            timeout=0.2,
        )
        before, blocks, after = results.tests
        assert (before.status, blocks.status, after.status) == ("passed", "failed", "skipped")
        assert blocks.errors[0].name == "WallTimeLimitExceeded"
        assert after.note == "not run: WallTimeLimitExceeded ended the isolate before"
        assert isinstance(results.ended, WallTimeLimitExceeded)
        assert not results.ok
        with pytest.raises(AtollError):
            guest.run("test('again', () => {})")
        assert sibling.run("test('t', () => {})").passed == 1


def test_a_file_that_blocks_while_it_loads_is_ended() -> None:
    with bench(Limits(call_time=0.5)) as guest:
        results = guest.run("test('a', () => {}); for (;;) {}")
        assert [error.name for error in results.errors] == ["WallTimeLimitExceeded"]


def test_a_timeout_that_a_file_chooses_does_not_exceed_the_owners_limit() -> None:
    with bench(Limits(call_time=0.3)) as guest:
        results = guest.run("test('a', () => { for (;;) {} }, 2 ** 30)")
        assert results.duration < 10
        assert results.tests[0].errors[0].name == "WallTimeLimitExceeded"


def test_a_test_that_exceeds_memory_is_the_one_that_fails() -> None:
    with bench(Limits(memory=48 * MiB)) as guest, bench() as sibling:
        results = guest.run("""
            test("before", () => {});
            test("hungry", () => {
              const all = [];
              for (;;) all.push(new Array(1e5).fill(all.length));
            });
            test("after", () => {});
        """)
        assert statuses(results) == {"before": "passed", "hungry": "failed", "after": "skipped"}
        assert isinstance(results.ended, MemoryLimitExceeded)
        assert sibling.run("test('t', () => {})").passed == 1


def test_a_promise_that_never_settles_fails_its_test_alone(guest: Bench) -> None:
    results = guest.run(
        "test('hangs', () => new Promise(() => {}));\ntest('next', () => {});", timeout=0.03
    )
    hangs, after = results.tests
    assert "Exceeded timeout of 30 ms for a test." in hangs.errors[0].message
    assert hangs.errors[0].frames[0].line == 2
    assert after.status == "passed"


def test_what_nobody_catches_fails_the_test_it_came_from(guest: Bench) -> None:
    results = guest.run("""
        test("rejects", () => { Promise.reject(new Error("nobody waits")); });
        test("next", () => {});
        test("throws later", async () => {
          setTimeout(() => { throw new Error("in a timer"); }, 1);
          await new Promise((done) => setTimeout(done, 20));
        });
        test("reports", () => { queueMicrotask(() => { throw new Error("microtask"); }); });
        test("last", () => {});
    """)
    assert [test.status for test in results.tests] == [
        "failed", "passed", "failed", "failed", "passed",
    ]  # fmt: skip
    messages = [test.errors[0].message for test in results.tests if test.errors]
    assert messages == ["nobody waits", "in a timer", "microtask"]


def test_what_fails_between_two_tests_fails_the_file(guest: Bench) -> None:
    results = guest.run("""
        beforeAll(async () => {
          Promise.reject(new Error("beside"));
          await new Promise((done) => setTimeout(done, 5));
        });
        test("t", () => {});
    """)
    assert (results.passed, [error.message for error in results.errors]) == (1, ["beside"])


def test_timers_that_a_test_leaves_are_counted_and_cleared(guest: Bench) -> None:
    results = guest.run("""
        globalThis.late = [];
        test("leaks", () => {
          setInterval(() => late.push("interval"), 1);
          setTimeout(() => late.push("timeout"), 60_000);
        });
        test("tidy", () => { clearTimeout(setTimeout(() => {}, 60_000)); });
    """)
    assert [test.leaked_timers for test in results.tests] == [2, 0]
    assert guest.run("test('t', () => {})").tests[0].leaked_timers == 0
    before = guest.isolate.eval("late.length")
    guest.isolate.eval("new Promise((done) => setTimeout(done, 20))")
    assert guest.isolate.eval("late.length") == before


def test_process_exit_is_no_way_out(guest: Bench) -> None:
    results = guest.run("test('exits', () => { process.exit(0); }); test('next', () => {})")
    assert statuses(results) == {"exits": "failed", "next": "passed"}
    assert "process is not defined" in results.tests[0].errors[0].message


def test_endless_printing_ends_with_its_test() -> None:
    printed: list[Entry] = []
    with bench() as guest:
        guest.isolate.install(Console(printed.append, max_entries=100))
        results = guest.run(
            "test('prints', () => { for (;;) console.log('x') }); test('next', () => {})",
            timeout=0.2,
        )
    assert statuses(results) == {"prints": "failed", "next": "skipped"}
    assert 0 < len(printed) <= 101


def test_prototypes_that_a_test_breaks_do_not_break_the_results(guest: Bench) -> None:
    with bench() as guest:
        results = guest.run("""
            test("breaks", () => {
              Promise.prototype.then = () => { throw new Error("then"); };
              Array.prototype.push = () => { throw new Error("push"); };
              Object.defineProperty(Array.prototype, 0, { set() { throw new Error("0"); } });
            });
            test("next", () => { throw new Error("told"); });
        """)
        assert [test.status for test in results.tests] == ["passed", "failed"]
        assert results.tests[1].errors[0].message == "told"


def test_hostile_errors_become_text(guest: Bench) -> None:
    results = guest.run("""
        test("getter", () => { throw { get message() { throw 1; }, get stack() { throw 2; } }; });
        test("primitive", () => { throw undefined; });
        test("long", () => { throw new Error("x".repeat(1e7)); });
        test("deep", () => {
          let error = new Error("0");
          for (let i = 1; i < 1000; i++) error = new Error(`${i}`, { cause: error });
          throw error;
        });
        test("forged frames", () => {
          const error = new Error("m"); error.stack = "m\\n    at x (/etc/passwd:1:1)"; throw error;
        });
        test("proxy", () => { throw new Proxy({}, { get() { throw new Error("trap"); } }); });
    """)
    assert results.failed == 6
    errors = {test.name: test.errors[0] for test in results.tests}
    assert errors["primitive"].message == "thrown: undefined"
    assert len(errors["long"].message) < 100_000
    depth, cause = 0, errors["deep"].cause
    while cause is not None:
        depth, cause = depth + 1, cause.cause
    assert depth == 5
    assert errors["forged frames"].code_frame is None


def test_a_forged_protocol_costs_the_host_nothing() -> None:
    """A guest whose process is an attacker's can say what it likes of its own tests."""
    forged = """
    export default function install(atoll, options) {
      const say = (fn, ...args) => atoll.post(fn, ...args);
      return {
        begin() {},
        collect() {
          say(options.collected, [[1, 0, "run", "one"], [1, 0, "run", "again"], [2, 99, "run", "x"],
            [3, 0, "what", "x"], "row", [4, 0, "run", 5], ["a", 0, "run", "x"]]);
          say(options.collected, "rows");
          for (let i = 10; i < 100; i++) say(options.collected, [[i, 0, "run", `t${i}`]]);
          return { longest: 10, count: 1 };
        },
        next() {
          say(options.started, 1); say(options.started, 1); say(options.started, "1");
          say(options.started, 777); say(options.started, [1]);
          say(options.ended, 1, "passed", NaN, -1, 1e9, [["n", 1, 2, ["x"], 3]]);
          say(options.ended, 1, "failed", 1, 0, 0, []);
          say(options.suiteFailed, 50, []); say(options.suiteFailed, 0, "errors");
          say(options.snapshot, 1, 2, 3);
          return { done: true };
        },
        finish() {},
      };
    }
    """

    class Forged(TestEnvironment):
        @property
        def guest_source(self) -> str:
            return forged

    with atoll.sync.Isolate() as isolate:
        results = isolate.install(Forged(max_tests=10)).run_tests("1")
    assert len(results.tests) == 10
    assert (results.tests[0].name, results.tests[0].status) == ("one", "failed")
    assert results.tests[0].duration == 0.0
    assert {test.status for test in results.tests[1:]} == {"skipped"}


def test_a_callback_that_raises_changes_nothing(
    guest: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    def on_event(event: TestEvent) -> None:
        raise RuntimeError("the owner's own bug")

    results = guest.run("test('a', () => {}); test('b', () => {})", on_event=on_event)
    assert results.passed == 2
    assert [record.getMessage() for record in caplog.records] == [
        "on_event of a test run raised; this is not logged again"
    ]


def test_two_runs_at_once_are_refused_and_the_first_goes_on(guest: Bench) -> None:
    refused: list[str] = []

    def on_event(event: TestEvent) -> None:
        if event.kind == "started":
            try:
                guest.run("test('other', () => {})")
            except RuntimeError as error:
                refused.append(str(error))

    results = guest.run("test('a', () => {})", on_event=on_event)
    assert (results.passed, len(refused)) == (1, 1)
    assert "a run at a time" in refused[0]


def test_an_environment_belongs_to_one_isolate() -> None:
    environment = TestEnvironment()
    with atoll.sync.Isolate() as first, atoll.sync.Isolate() as second:
        first.install(environment)
        with pytest.raises(RuntimeError, match="belongs to one isolate"):
            second.install(environment)


def test_a_disposed_isolate_runs_no_tests() -> None:
    with bench() as guest:
        tests = guest.tests
    with pytest.raises(IsolateDisposed):
        tests.run_tests("test('a', () => {})")
