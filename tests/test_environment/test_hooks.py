"""Hooks: their order, their scope, and what their failures do, as Jest has it."""

from __future__ import annotations

from .support import Bench, statuses

ALL_HOOKS = """
const hooks = (name) => {
  beforeAll(() => { log.push(`beforeAll ${name}`); });
  beforeEach(() => { log.push(`beforeEach ${name}`); });
  afterEach(() => { log.push(`afterEach ${name}`); });
  afterAll(() => { log.push(`afterAll ${name}`); });
};
"""


def test_hooks_run_around_the_tests_of_their_suite(guest: Bench) -> None:
    log = guest.log(f"""{ALL_HOOKS}
        hooks("outer");
        test("first", () => {{ log.push("first"); }});
        describe("inner", () => {{
          hooks("inner");
          test("second", () => {{ log.push("second"); }});
        }});
    """)
    assert log == [
        "beforeAll outer", "beforeEach outer", "first", "afterEach outer",
        "beforeAll inner", "beforeEach outer", "beforeEach inner", "second",
        "afterEach inner", "afterEach outer", "afterAll inner", "afterAll outer",
    ]  # fmt: skip


def test_hooks_of_one_kind_run_in_the_order_they_are_written(guest: Bench) -> None:
    log = guest.log("""
        for (const hook of [beforeAll, beforeEach, afterEach, afterAll]) {
          hook(() => { log.push("1"); });
          hook(async () => { await null; log.push("2"); });
          hook((done) => { log.push("3"); done(); });
        }
        test("t", () => { log.push("t"); });
    """)
    assert "".join(log) == "123123t123123"


def test_hooks_of_suites_without_a_test_to_run_are_left_out(guest: Bench) -> None:
    log = guest.log(f"""{ALL_HOOKS}
        describe("skipped", () => {{ hooks("skipped"); test.skip("a", () => {{}}); }});
        describe.skip("whole", () => {{ hooks("whole"); test("b", () => {{}}); }});
        test("t", () => {{ log.push("t"); }});
    """)
    assert log == ["t"]


def test_a_failing_before_each_fails_the_test_unrun_and_after_each_runs(guest: Bench) -> None:
    results = guest.run("""
        globalThis.log = [];
        beforeEach(() => { throw new Error("before"); });
        beforeEach(() => { log.push("second beforeEach"); });
        afterEach(() => { log.push("afterEach"); });
        test("t", () => { log.push("t"); });
    """)
    assert [error.message for error in results.tests[0].errors] == ["before"]
    assert guest.isolate.eval("log") == ["afterEach"]


def test_a_failing_before_all_fails_every_test_of_its_suite(guest: Bench) -> None:
    results = guest.run("""
        describe("bad", () => {
          beforeAll(() => { throw new Error("no database"); });
          test("a", () => {});
          describe("deeper", () => test("b", () => {}));
        });
        test("c", () => {});
    """)
    assert statuses(results) == {"bad a": "failed", "bad deeper b": "failed", "c": "passed"}
    assert results.tests[1].errors[0].message == "no database"


def test_a_failing_after_each_fails_its_test(guest: Bench) -> None:
    results = guest.run("afterEach(() => { throw new Error('after') }); test('t', () => {})")
    assert results.tests[0].errors[0].message == "after"


def test_a_failing_after_all_fails_the_file_and_names_the_suite(guest: Bench) -> None:
    results = guest.run("""
        describe("s", () => {
          afterAll(() => { throw new Error("closing"); });
          test("t", () => {});
        });
    """)
    assert (results.passed, results.failed, results.ok) == (1, 0, False)
    assert [error.message for error in results.errors] == ["s: closing"]
    assert results.root.suites[0].errors[0].code_frame is not None


def test_a_hook_that_never_ends_times_out(guest: Bench) -> None:
    results = guest.run("beforeEach(() => new Promise(() => {}), 30); test('t', () => {})")
    message = results.tests[0].errors[0].message
    assert message.startswith("Exceeded timeout of 30 ms for the hook beforeEach.")


def test_definitions_inside_of_a_running_test_are_refused(guest: Bench) -> None:
    results = guest.run("""
        test("test", () => { test("inner", () => {}); });
        test("hook", () => { beforeEach(() => {}); });
        test("suite", () => { describe("inner", () => {}); });
        beforeAll(() => { expect(() => afterAll(() => {})).toThrow("inside a beforeAll hook"); });
    """)
    messages = [test.errors[0].message for test in results.tests]
    assert [message.partition(". ")[0] for message in messages] == [
        'The test "inner" cannot be defined inside the test "test"',
        'The hook beforeEach cannot be defined inside the test "hook"',
        'The suite "inner" cannot be defined inside the test "suite"',
    ]
    assert all(len(test.errors) == 1 for test in results.tests)
