"""`describe`, `test` and their modifiers: what runs, under which names."""

from __future__ import annotations

import pytest

from atoll.test_environment import TestResults

from .support import Bench, statuses


def test_tests_pass_fail_and_are_counted(guest: Bench) -> None:
    results = guest.run("""
        test("adds", () => expect(1 + 1).toBe(2));
        it("fails", () => { throw new Error("on purpose"); });
        test.skip("skipped", () => { throw new Error("not run"); });
        test.todo("later");
    """)
    assert (results.passed, results.failed, results.skipped, results.todo) == (1, 1, 1, 1)
    assert not results.ok
    assert [test.status for test in results.tests] == ["passed", "failed", "skipped", "todo"]
    assert results.tests[1].errors[0].message == "on purpose"


def test_suites_nest_as_they_are_written(guest: Bench) -> None:
    results = guest.run("""
        describe("a", () => {
          test("one", () => {});
          describe("b", () => test("two", () => {}));
        });
        test("three", () => {});
    """)
    a, three = results.root.children
    assert (a.name, three.name) == ("a", "three")
    assert [test.path for test in results.tests] == [("a", "one"), ("a", "b", "two"), ("three",)]
    assert results.root.suites[0].suites[0].tests[0].full_name == "a b two"


@pytest.mark.parametrize(
    ("code", "ran"),
    [
        ("test.only('a', () => {}); test('b', () => {});", ["a"]),
        ("fit('a', () => {}); it('b', () => {});", ["a"]),
        ("describe.only('s', () => { test('a', () => {}) }); test('b', () => {});", ["s a"]),
        (
            "describe.only('s', () => { test.only('a', () => {}); test('b', () => {}) });",
            ["s a"],
        ),
        (
            "describe('s', () => test.only('a', () => 0)); describe('t', () => test('b', () => 0))",
            ["s a"],
        ),
        (
            "describe.only('s', () => describe('t', () => test('a', () => 0))); test('b', () => 0)",
            ["s t a"],
        ),
        ("describe.skip('s', () => { test.only('a', () => {}) }); test('b', () => {});", ["b"]),
        ("xdescribe('s', () => test('a', () => {})); xit('c', () => {}); it('b', () => {})", ["b"]),
        ("test.skipIf(true)('a', () => {}); test.runIf(true)('b', () => {});", ["b"]),
        ("test('a', { skip: true }, () => {}); test('b', () => {}, { timeout: 9 });", ["b"]),
        ("test.todoIf(true)('a', () => {}); test('b', () => {});", ["b"]),
    ],
)
def test_focus_and_skipping_choose_what_runs(guest: Bench, code: str, ran: list[str]) -> None:
    found = statuses(guest.run(code))
    assert [name for name, status in found.items() if status == "passed"] == ran
    assert "failed" not in found.values()


def test_rows_of_a_table_are_tests(guest: Bench) -> None:
    results = guest.run("""
        test.each([[1, 2, 3], [2, 2, 4]])("%i + %i = %i", (a, b, sum) => expect(a + b).toBe(sum));
        test.each([{ a: 1, b: { c: 2 } }])("$a and $b.c, row $#", (row) => expect(row.a).toBe(1));
        test.each(["x", null])("one %s", (value) => expect([null, "x"]).toContain(value));
        test.each([[{ a: [1] }, "q"]])("%p then %s, %j, 100%%, %#", (o) => expect(o.a[0]).toBe(1));
        test.each`
          a    | b    | sum
          ${1} | ${1} | ${2}
          ${2} | ${5} | ${7}
        `("$a + $b is $sum", ({ a, b, sum }) => expect(a + b).toBe(sum));
        describe.each([["s", 1]])("suite %s", (name, n) => test(`has ${name}${n}`, () => {}));
        test.for([[1, 2]])("an array of %i", (pair) => expect(pair).toEqual([1, 2]));
        test.skip.each([[1]])("not %i", () => { throw 1; });
    """)
    assert results.failed == 0, str(results)
    assert [test.full_name for test in results.tests] == [
        "1 + 2 = 3",
        "2 + 2 = 4",
        "1 and 2, row 0",
        "one x",
        "one null",
        'Object {"a": [Array]} then q, %j, 100%, 0'.replace("Object ", ""),
        "1 + 1 is 2",
        "2 + 5 is 7",
        "suite s has s1",
        "an array of 1",
        "not 1",
    ]


def test_failing_tests_pass_when_they_fail(guest: Bench) -> None:
    results = guest.run("""
        test.failing("throws", () => { throw new Error("known"); });
        test.fails("rejects", async () => { throw new Error("known"); });
        test.failing("works again", () => {});
        test.failing.each([[1]])("row %i", (n) => expect(n).toBe(2));
    """)
    assert [test.status for test in results.tests] == ["passed", "passed", "failed", "passed"]
    assert "supposed to fail" in results.tests[2].errors[0].message


def test_concurrent_tests_run_at_once_and_others_in_turn(guest: Bench) -> None:
    log = guest.log("""
        const wait = (ms) => new Promise((done) => setTimeout(done, ms));
        for (const [name, ms] of [["slow", 30], ["fast", 1]]) {
          test.concurrent(name, async () => {
            log.push(`${name} on`);
            await wait(ms);
            log.push(`${name} off`);
          });
        }
        test("after", () => { log.push("after"); });
    """)
    assert log == ["slow on", "fast on", "fast off", "slow off", "after"]


def test_no_more_concurrent_tests_run_than_allowed(guest: Bench) -> None:
    [most] = guest.log(
        """
        let now = 0, most = 0;
        test.concurrent.each([1, 2, 3, 4, 5, 6])("%i", async () => {
          most = Math.max(most, ++now);
          await new Promise((done) => setTimeout(done, 5));
          now--;
        });
        afterAll(() => { log.push(String(most)); });
        """,
        concurrency=2,
    )
    assert most == "2"


def test_callbacks_and_promises_end_a_test(guest: Bench) -> None:
    results = guest.run("""
        test("callback", (done) => { setTimeout(done, 1); });
        test("callback with an error", (done) => { done(new Error("given")); });
        test("callback twice", (done) => { done(); done(); });
        test("both", async (done) => { done(); });
        test("promise", () => new Promise((done) => setTimeout(done, 1)));
        test("thenable", () => ({ then: (resolve) => resolve() }));
        test("context", ({ expect, task }) => { expect(task.name).toBe("context"); });
        test("skips itself", ({ skip }) => { skip(); throw new Error("not here"); });
    """)
    assert [test.status for test in results.tests] == [
        "passed", "failed", "failed", "failed", "passed", "passed", "passed", "skipped",
    ]  # fmt: skip
    messages = [test.errors[0].message for test in results.tests if test.errors]
    assert messages[0] == "given"
    assert "called multiple times" in messages[1]
    assert "cannot both take a 'done' callback and return something" in messages[2]


def test_a_pattern_selects_by_the_full_name(guest: Bench) -> None:
    code = "describe('a', () => { test('b', () => {}); test('c', () => {}) }); test('b', () => {})"
    assert statuses(guest.run(code, pattern="^a b$")) == {
        "a b": "passed",
        "a c": "skipped",
        "b": "skipped",
    }


def test_bail_stops_after_so_many_failures(guest: Bench) -> None:
    code = "for (const i of [1, 2, 3]) test('t' + i, () => { throw i })"
    results = guest.run(code, bail=2)
    assert [test.status for test in results.tests] == ["failed", "failed", "skipped"]
    assert results.tests[2].note == "not run: the run was over before"


def order(results: TestResults) -> list[str]:
    return [test.name for test in results.tests if test.status == "passed"]


def test_a_seed_shuffles_the_same_way_every_time(guest: Bench) -> None:
    code = """
        for (let i = 0; i < 30; i++) test(`t${i}`, () => { log.push(`t${i}`); });
    """
    first, again = guest.log(code, seed=7), guest.log(code, seed=7)
    other, plain = guest.log(code, seed=8), guest.log(code)
    assert first == again
    assert sorted(first) == sorted(plain)
    assert len({tuple(first), tuple(other), tuple(plain)}) == 3
    assert plain == [f"t{i}" for i in range(30)]


def test_retries_run_a_failed_test_again(guest: Bench) -> None:
    results = guest.run("""
        let flaky = 0, never = 0;
        test("flaky", { retry: 3 }, () => { expect(++flaky).toBe(3); });
        test("never", { retry: 1 }, () => { never++; throw new Error("no"); });
        test("ran twice", () => expect(never).toBe(2));
    """)
    flaky, never, twice = results.tests
    assert (flaky.status, flaky.retries) == ("passed", 2)
    assert (never.status, never.retries, len(never.errors)) == ("failed", 1, 1)
    assert twice.status == "passed"


def test_a_file_can_set_timeouts_and_retries(guest: Bench) -> None:
    results = guest.run("""
        jest.setTimeout(20);
        jest.retryTimes(1);
        test("hangs", () => new Promise(() => {}));
    """)
    assert results.tests[0].retries == 1
    assert "Exceeded timeout of 20 ms for a test" in results.tests[0].errors[0].message


def test_the_apis_of_other_runners_are_there(guest: Bench) -> None:
    results = guest.run("""
        test("finished and failed", () => {
          onTestFinished(() => globalThis.log.push("finished"));
          onTestFailed(() => globalThis.log.push("failed"));
          globalThis.log = [];
          throw new Error("x");
        });
        test("they ran", () => expect(log).toEqual(["finished", "failed"]));
        suite("named", () => { class Named {} describe(Named, () => test(12, () => {})); });
    """)
    assert [test.status for test in results.tests] == ["failed", "passed", "passed"]
    assert results.tests[2].path == ("named", "Named", "12")


def test_a_hook_can_give_tests_more_time(guest: Bench) -> None:
    results = guest.run(
        """
        beforeAll(() => { jest.setTimeout(10_000); });
        test("takes its time", () => new Promise((done) => setTimeout(done, 1500)));
        """,
        timeout=0.1,
    )
    assert results.ok, str(results)
