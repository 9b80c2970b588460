"""The runner of web-platform-tests, on a hand-made suite of a few files and a harness of 60 lines.

So it is tested where there is no checkout of the suite. The harness has the suite's interface as
far as the runner uses it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.wpt import __main__ as command
from tests.wpt.areas import AREAS, Area
from tests.wpt.expectations import UNEXPLAINED, BadExpectations, Expectations
from tests.wpt.in_deno import run_in_deno
from tests.wpt.in_isolate import run_in_isolate, run_many
from tests.wpt.outcome import HARNESS, Outcome
from tests.wpt.suite import Case, Checkout, NotInCheckout, metadata
from tests.wpt.table import BEGIN, END, Row, as_json, document, markdown, percent, terminal

ROOT = Path(__file__).parents[2]

HARNESS_JS = """
(() => {
  const tests = [], onResult = [], onCompletion = [];
  let waiting = true, complete = false;
  const end = (status, message) => {
    if (complete) return;
    complete = true;
    for (const callback of onCompletion) callback(tests, { status, message });
  };
  const settle = (test, status, message = null) => {
    Object.assign(test, { status, message });
    for (const callback of onResult) callback(test);
    check();
  };
  const check = () => {
    if (!waiting && tests.every((test) => test.status !== null)) end(0, null);
  };
  const add = (name) => {
    const test = { name, status: null, message: null };
    tests.push(test);
    return test;
  };
  Object.assign(globalThis, {
    setup() {},
    test(body, name) {
      const test = add(name);
      try {
        body();
        settle(test, 0);
      } catch (error) {
        settle(test, 1, error.message);
      }
    },
    promise_test(body, name) {
      const test = add(name);
      Promise.resolve().then(body).then(
        () => settle(test, 0),
        (error) => settle(test, 1, error.message),
      );
    },
    assert_equals(a, b) {
      if (a !== b) throw new Error(`${a} is not ${b}`);
    },
    done() {
      waiting = false;
      if (tests.length === 0) end(1, "no tests");
      else check();
    },
    timeout() {
      waiting = true;
      for (const test of tests) if (test.status === null) settle(test, 2, "timed out");
      end(2, null);
    },
    add_result_callback: (callback) => onResult.push(callback),
    add_completion_callback: (callback) => onCompletion.push(callback),
  });
})();
"""

FILES = {
    "resources/testharness.js": HARNESS_JS,
    "common/add.js": "function add(a, b) { return a + b }\nconst shared = 'script scope';",
    "url/resources/data.json": '{"sum": 5}',
    "url/resources/not-a-test.any.js": "test(() => {}, 'support file')",
    "url/helper.js": "const double = (n) => 2 * n;",
    "url/scripts.any.js": """// META: title=Both kinds of path
// META: script=/common/add.js
// META: script=helper.js
// META: global=window,worker

// META: script=/too/late.js
test(() => assert_equals(add(1, 2), 3), "absolute");
test(() => assert_equals(double(4), 8), "relative");
test(() => assert_equals(shared, "script scope"), "lexical declarations are global");
test(() => assert_equals(GLOBAL.isWorker(), true), "a worker's scope");
""",
    "url/variants.any.js": """// META: variant=?one
// META: variant=?two
test(() => assert_equals(location.search, "?one"), "is the first");
test(() => assert_equals(location.pathname, "/url/variants.any.js"), "path");
""",
    "url/fetch.any.js": """promise_test(async () => {
  const response = await fetch("resources/data.json");
  assert_equals((await response.json()).sum, 5);
}, "a file of the checkout");
promise_test(() => fetch("../../outside.txt").then(
  () => { throw new Error("was read") }, () => {}), "a file outside");
promise_test(() => fetch("/%2e%2e/outside.txt").then(
  () => { throw new Error("was read") }, () => {}), "a file outside, escaped");
""",
    "url/mixed.any.js": """test(() => {}, "good");
test(() => assert_equals(1, 2), "bad");
test(() => {}, "twice");
test(() => {}, "twice");
test(() => {}, "lone \\ud800 surrogate");
""",
    "url/never.any.js": """test(() => {}, "before");
promise_test(() => new Promise(() => {}), "never");
""",
    "url/loop.any.js": "test(() => {}, 'before'); for (;;);",
    "url/syntax.any.js": "test(() => {}, 'before') test",
    "url/throws.any.js": "test(() => {}, 'before'); throw new RangeError('on load');",
    "url/empty.any.js": "// nothing",
    "url/slow.any.js": "// META: timeout=long\ntest(() => {}, 'slow');",
    "url/later.any.js": """setup({ explicit_done: true });
Promise.resolve().then(() => Promise.resolve()).then(() => {
  test(() => {}, "late");
  done();
});
""",
    "url/method.any.js": "const object = { done() { return 1 } };\n"
    "test(() => assert_equals(object.done(), 1), 'not the harness');",
    "url/window.any.js": "// META: global=window\n"
    "test(() => assert_equals(GLOBAL.isWindow(), true), 'window');",
    "url/shared.any.js": "// META: global=sharedworker\ntest(() => {}, 'no');",
    "url/sub/loads.worker.js": """importScripts("/resources/testharness.js");
importScripts("../helper.js", "/common/add.js");
test(() => assert_equals(add(double(1), 1), 3), "imported");
done();
""",
    "url/plain.window.js": "test(() => assert_equals(window, self), 'window is self');",
    "url/dom.window.js": "test(() => document.createElement('a'), 'no');",
    "url/page.html": """<!doctype html><meta name="timeout" content="long">
<script src="/resources/testharness.js"></script>
<script src=/resources/testharnessreport.js></script>
<script src="helper.js"></script><div id=log></div>
<script>test(() => assert_equals(double("2" < 3 && 2), 4), "inline");</script>""",
    "url/image.html": '<script src="/resources/testharness.js"></script><img src=x>',
    "url/reftest.html": "<p>not a test</p>",
}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    folder = tmp_path_factory.mktemp("suite")
    (folder / "outside.txt").write_text("secret")
    root = folder / "wpt"
    for path, text in FILES.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return Checkout(root)


def case(checkout: Checkout, id: str) -> Case:
    return next(case for case in checkout.find("url").cases if case.id == id)


def statuses(outcome: Outcome) -> dict[str, str]:
    return {name: result.status for name, result in outcome.results.items()}


# The suite's files


def test_metadata_ends_where_the_code_begins() -> None:
    assert list(metadata(FILES["url/scripts.any.js"])) == [
        ("title", "Both kinds of path"),
        ("script", "/common/add.js"),
        ("script", "helper.js"),
        ("global", "window,worker"),
        ("script", "/too/late.js"),
    ]
    assert list(metadata("'use strict';\n// META: script=x.js")) == []


def test_tests_are_found_with_their_variants(checkout: Checkout) -> None:
    found = checkout.find("url")
    ids = {case.id for case in found.cases}
    assert {"url/variants.any.js?one", "url/variants.any.js?two"} <= ids
    assert {"url/sub/loads.worker.js", "url/plain.window.js", "url/page.html"} <= ids
    assert not any("resources" in id for id in ids)
    assert case(checkout, "url/slow.any.js").timeout == 60
    assert case(checkout, "url/page.html").timeout == 60
    assert case(checkout, "url/mixed.any.js").timeout == 10


def test_what_is_left_out_has_a_reason(checkout: Checkout) -> None:
    assert checkout.find("url").left_out == {
        "url/dom.window.js": "needs a document: it uses document",
        "url/image.html": "needs a document: it has <img>",
        "url/reftest.html": "is no testharness.js test",
        "url/shared.any.js": "is for sharedworker alone",
        "url/scripts.any.js": "the checkout has no /too/late.js",
    }


@pytest.mark.parametrize("path", ["../outside.txt", "/../outside.txt", "url", "url/nothing.js"])
def test_nothing_but_files_of_the_checkout_is_read(path: str, checkout: Checkout) -> None:
    with pytest.raises(NotInCheckout):
        checkout.file(path)


def test_a_link_out_of_the_checkout_is_not_followed(checkout: Checkout) -> None:
    link = checkout.root / "url" / "link.txt"
    link.symlink_to("../../outside.txt")
    try:
        with pytest.raises(NotInCheckout):
            checkout.file("url/link.txt")
    finally:
        link.unlink()


def test_a_folder_without_a_harness_is_no_checkout(tmp_path: Path) -> None:
    with pytest.raises(NotInCheckout, match="testharness"):
        Checkout(tmp_path)


# Running, in both engines

ENGINES = pytest.mark.parametrize("run", [run_in_isolate, run_in_deno])


@ENGINES
@pytest.mark.parametrize(
    ("id", "expected"),
    [
        ("url/variants.any.js?one", {"is the first": "PASS", "path": "PASS"}),
        ("url/variants.any.js?two", {"is the first": "FAIL", "path": "PASS"}),
        (
            "url/fetch.any.js",
            {
                "a file of the checkout": "PASS",
                "a file outside": "PASS",
                "a file outside, escaped": "PASS",
            },
        ),
        (
            "url/mixed.any.js",
            {
                "good": "PASS",
                "bad": "FAIL",
                "twice": "PASS",
                "twice (2)": "PASS",
                "lone \ud800 surrogate": "PASS",
            },
        ),
        ("url/syntax.any.js", {HARNESS: "ERROR"}),
        ("url/throws.any.js", {"before": "PASS", HARNESS: "ERROR"}),
        ("url/empty.any.js", {HARNESS: "ERROR"}),
        ("url/later.any.js", {"late": "PASS"}),
        ("url/method.any.js", {"not the harness": "PASS"}),
        ("url/window.any.js", {"window": "PASS"}),
        ("url/sub/loads.worker.js", {"imported": "PASS"}),
        ("url/plain.window.js", {"window is self": "PASS"}),
        ("url/page.html", {"inline": "PASS"}),
    ],
)
async def test_a_case_is_run(
    run: command.Run, id: str, expected: dict[str, str], checkout: Checkout
) -> None:
    outcome = await run(case(checkout, id), checkout, 1, None)
    assert statuses(outcome) == expected


@ENGINES
async def test_scripts_of_the_metadata_come_first(
    run: command.Run, checkout: Checkout, tmp_path: Path
) -> None:
    path = "url/scripts.any.js"
    text = FILES[path].replace("// META: script=/too/late.js\n", "")
    file = checkout.root / path
    file.write_text(text)
    try:
        outcome = await run(case(checkout, path), checkout, 1, None)
    finally:
        file.write_text(FILES[path])
    assert statuses(outcome) == dict.fromkeys(
        ["absolute", "relative", "lexical declarations are global", "a worker's scope"], "PASS"
    )


@ENGINES
async def test_a_test_that_waits_for_ever_times_out(run: command.Run, checkout: Checkout) -> None:
    outcome = await run(case(checkout, "url/never.any.js"), checkout, 0.02, None)
    assert statuses(outcome) == {"before": "PASS", "never": "TIMEOUT", HARNESS: "TIMEOUT"}


@ENGINES
async def test_a_test_that_never_yields_is_ended(
    run: command.Run, checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.wpt.in_isolate.GRACE", 1)
    monkeypatch.setattr("tests.wpt.in_deno.GRACE", 1)
    outcome = await run(case(checkout, "url/loop.any.js"), checkout, 0.02, None)
    assert statuses(outcome) == {"before": "PASS", HARNESS: "TIMEOUT"}


async def test_outcomes_come_in_order(checkout: Checkout) -> None:
    ids = ["url/page.html", "url/variants.any.js?one", "url/plain.window.js"]
    cases = [case(checkout, id) for id in ids]
    told: list[str] = []
    outcomes = await run_many(
        cases,
        lambda case: run_in_isolate(case, checkout, 1),
        concurrency=2,
        report=lambda outcome: told.append(outcome.id),
    )
    assert [outcome.id for outcome in outcomes] == ids
    assert sorted(told) == sorted(ids)


# Expectations


def outcome(id: str, **results: str) -> Outcome:
    made = Outcome(id)
    for name, status in results.items():
        made.add(name, status, "")
    made.end("OK", "")
    return made


def expectations(tmp_path: Path, *groups: dict[str, object]) -> Expectations:
    file = tmp_path / "expectations.json"
    file.write_text(json.dumps({"groups": groups}))
    return Expectations.load(file)


REASON = "The engine does this in another way."


def test_both_kinds_of_surprise(tmp_path: Path) -> None:
    expected = expectations(
        tmp_path, {"reason": REASON, "kind": "fails", "tests": {"a.js": ["known", "fixed"]}}
    )
    surprises = expected.surprises(
        [outcome("a.js", fine="PASS", known="FAIL", fixed="PASS", new="FAIL")]
    )
    assert [(s.subtest, s.what) for s in surprises] == [
        ("fixed", "unexpected PASS"),
        ("new", "FAIL"),
    ]
    assert expected.surprises([outcome("a.js", known="TIMEOUT", fixed="FAIL")]) == []


def test_what_is_expected_to_fail_has_to_be_run(tmp_path: Path) -> None:
    expected = expectations(
        tmp_path, {"reason": REASON, "kind": "fails", "tests": {"a.js": ["gone"]}}
    )
    (surprise,) = expected.surprises([outcome("a.js", fine="PASS")])
    assert (surprise.subtest, surprise.what) == ("gone", "expected to fail, and was not run")


def test_what_is_not_applicable_is_not_counted(tmp_path: Path) -> None:
    expected = expectations(
        tmp_path,
        {"reason": REASON, "kind": "not-applicable", "tests": {"a.js": ["x"], "b.js": True}},
        {"reason": REASON + " Else.", "kind": "unstable", "tests": {"a.js": ["y"]}},
    )
    outcomes = [outcome("a.js", x="FAIL", y="FAIL", z="PASS")]
    assert expected.surprises(outcomes) == []
    tally = expected.tally(outcomes)
    assert (tally.passed, tally.applicable, tally.not_applicable) == (1, 2, 1)
    assert expected.is_left_out("b.js")
    assert not expected.is_left_out("a.js")


@pytest.mark.parametrize(
    "group",
    [
        {"reason": "Short.", "kind": "fails", "tests": {}},
        {"reason": "A reason that is no sentence", "kind": "fails", "tests": {}},
        {"reason": REASON, "kind": "ignored", "tests": {}},
        {"reason": REASON, "kind": "fails", "tests": {"a.js": []}},
        {"reason": REASON, "kind": "fails", "tests": {"a.js": False}},
        {"reason": REASON, "kind": "fails", "tests": {}, "comment": "x"},
        {"reason": REASON, "kind": "fails"},
    ],
)
def test_an_expectations_file_has_its_form(group: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(BadExpectations):
        expectations(tmp_path, group)


def test_a_subtest_has_one_expectation(tmp_path: Path) -> None:
    one: dict[str, object] = {"reason": REASON, "kind": "fails", "tests": {"a.js": ["x"]}}
    other: dict[str, object] = {"reason": REASON, "kind": "unstable", "tests": {"a.js": True}}
    with pytest.raises(BadExpectations, match="two groups"):
        expectations(tmp_path, one, other)


def test_an_update_expects_what_came_out(tmp_path: Path) -> None:
    expected = expectations(
        tmp_path,
        {"reason": REASON, "kind": "fails", "tests": {"a.js": ["known", "fixed"], "c.js": ["x"]}},
    )
    outcomes = [outcome("a.js", known="FAIL", fixed="PASS", new="FAIL"), outcome("b.js", y="FAIL")]
    expected.update(outcomes)
    assert expected.surprises(outcomes) == []
    assert [(group.reason, group.tests) for group in expected.groups] == [
        (REASON, {"a.js": {"known"}, "c.js": {"x"}}),
        (UNEXPLAINED, {"a.js": {"new"}, "b.js": {"y"}}),
    ]
    file = tmp_path / "saved.json"
    expected.save(file)
    again = Expectations.load(file)
    assert again == expected
    assert again.unexplained
    fixed = {name: outcome(f"{name}.js", x="PASS") for name in "abc"}
    again.update(fixed.values())
    again.save(file)
    assert not file.exists()


def test_ports_are_in_no_name() -> None:
    made = Outcome("a.js")
    made.add("http://localhost:4000/ and localhost:4001", "PASS", "")
    made.add("http://localhost:4002/ and localhost:4003", "FAIL", "")
    made.without_ports()
    name = "http://localhost:{port}/ and localhost:{port}"
    assert statuses(made) == {name: "PASS", f"{name} (2)": "FAIL"}


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.name)
def test_every_expected_failure_is_explained(area: Area) -> None:
    assert not area.expectations().unexplained


# The command


def options(**changed: object) -> argparse.Namespace:
    given = {"filter": [], "engine": "atoll", "concurrency": 2, "patience": 1, "json": False}
    given |= {"verbose": False, "update": False, "document": False}
    return argparse.Namespace(**(given | changed))


@pytest.mark.parametrize("engine", ["atoll", "both"])
async def test_the_command_compares(
    engine: str,
    checkout: Checkout,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("tests.wpt.areas.EXPECTATIONS", tmp_path)
    chosen = ["url/variants.any.js", "url/page.html"]
    assert await command.run(options(filter=chosen, engine=engine), checkout) == 1
    printed = capsys.readouterr()
    assert "url/variants.any.js?two: 'is the first': FAIL" in printed.err
    assert "4 / 5" in printed.out
    assert ("bare Deno" in printed.out) == (engine == "both")

    assert await command.run(options(filter=chosen, update=True), checkout) == 0
    capsys.readouterr()
    assert await command.run(options(filter=chosen, json=True), checkout) == 0
    rows = json.loads(capsys.readouterr().out)
    assert rows[0]["directory"] == "url"
    assert rows[0]["atoll"] == {"passed": 4, "failed": 1, "not_applicable": 0}
    assert await command.run(options(filter=["nothing/of/that/name"]), checkout) == 2


def test_the_command_says_how_to_get_the_suite() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "ATOLL_WPT"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.wpt"],
        capture_output=True,
        cwd=ROOT,
        env=environment,
        text=True,
        timeout=30,
    )
    assert done.returncode == 2
    assert "ATOLL_WPT" in done.stderr


def test_tables_say_the_same(tmp_path: Path) -> None:
    expected = expectations(
        tmp_path, {"reason": REASON, "kind": "not-applicable", "tests": {"a.js": ["n"]}}
    )
    tally = expected.tally([outcome("a.js", x="PASS", y="PASS", z="FAIL", n="FAIL")])
    assert percent(tally) == "66.6 %"
    row = Row("url", 1, 0, {"atoll": tally, "deno": tally})
    text = markdown([row], ["atoll", "deno"])
    assert "| url | 1 | 2 / 3 (66.6 %) | 2 / 3 (66.6 %) | 1 |" in text
    cells = terminal([row], ["atoll"]).splitlines()[1].split()
    assert cells == ["url", "1", "2", "/", "3", "66.6", "%", "1"]
    assert json.loads(as_json([row]))[1]["atoll"]["passed"] == 2
    page = tmp_path / "page.md"
    page.write_text(f"Before.\n{BEGIN}\nold\n{END}\nAfter.\n")
    document(page, text)
    assert page.read_text() == f"Before.\n{BEGIN}\n\n{text}\n\n{END}\nAfter.\n"
