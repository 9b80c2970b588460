"""`atoll test`, as a person or a CI job runs it."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from atoll.engine.deno import find_engine

from .support import COMMAND, Ran, environment

PASSING = """
import { expect, test } from "vitest";
import { double } from "../src/double.js";
test("doubles", () => expect(double(2)).toBe(4));
test.skip("skipped", () => {});
test.todo("later");
"""
FAILING = """
describe("a suite", () => {
  test("fails", () => {
    console.log("printed by the test");
    expect({ a: [1, 2] }).toEqual({ a: [1, 3] });
  });
  test("passes", () => {});
});
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A package with a source and a passing test file."""
    write(tmp_path, "package.json", '{ "type": "module" }')
    write(tmp_path, "src/double.js", "export const double = (n) => 2 * n;\n")
    write(tmp_path, "test/double.test.js", PASSING)
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def atoll_test(root: Path, *arguments: str, **extra: str) -> Ran:
    variables = {k: v for k, v in environment(**extra).items() if k != "CI" or "CI" in extra}
    ran = subprocess.run(
        [*COMMAND, "test", *arguments],
        cwd=root, capture_output=True, text=True, timeout=100, check=False, env=variables,
    )  # fmt: skip
    assert "Traceback" not in ran.stderr, ran.stderr
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def test_passing_files_are_listed_and_counted(project: Path) -> None:
    ran = atoll_test(project)
    assert ran.status == 0, ran
    first = re.sub(r"\d+\.\d+", "T", ran.out).splitlines()
    assert first[0] == "✓ test/double.test.js (3 tests, 1 skipped, 1 todo) T s"
    assert "Files  1 passed" in first
    assert "Tests  1 passed, 2 skipped" in first


def test_a_failure_has_its_difference_its_place_and_what_was_printed(project: Path) -> None:
    write(project, "test/fails.test.js", FAILING)
    ran = atoll_test(project)
    assert ran.status == 1
    assert "✗ test/fails.test.js > a suite > fails" in ran.out
    assert "  -     3,\n  +     2," in ran.out
    assert "5 |     expect({ a: [1, 2] }).toEqual({ a: [1, 3] });" in ran.out
    assert "at test/fails.test.js:5:27" in ran.out
    assert "    | printed by the test" in ran.out
    assert "Files  1 failed, 1 passed" in ran.out
    assert str(project) not in ran.out


def test_patterns_choose_files(project: Path) -> None:
    write(project, "test/fails.spec.mjs", FAILING)
    write(project, "src/__tests__/in_folder.js", "test('in a folder', () => {})")
    write(project, "src/not_a_test.js", "throw new Error('not loaded')")
    write(project, "node_modules/dep/index.test.js", "throw new Error('not loaded')")
    assert atoll_test(project, "test/double.test.js").status == 0
    assert atoll_test(project, "src").out.startswith("✓ src/__tests__/in_folder.js (1 test)")
    assert "1 failed" in atoll_test(project, "**/*.spec.*").out
    everything = atoll_test(project, "--verbose").out
    assert "Files  1 failed, 2 passed" in everything
    assert "    ✓ in a folder" in everything
    nothing = atoll_test(project, "nowhere")
    assert nothing.status == 2
    assert "'nowhere' names no test file" in nothing.err


def test_json_has_the_form_of_jests(project: Path) -> None:
    write(project, "test/fails.test.js", FAILING)
    ran = atoll_test(project, "--json")
    assert ran.status == 1
    report = json.loads(ran.out)
    assert (report["success"], report["numTotalTests"], report["numFailedTests"]) == (False, 5, 1)
    assert (report["numPendingTests"], report["numTodoTests"]) == (1, 1)
    [failed] = [file for file in report["testResults"] if file["status"] == "failed"]
    assert failed["name"] == "test/fails.test.js"
    assert failed["assertionResults"][0]["ancestorTitles"] == ["a suite"]
    assert "toEqual(expected)" in failed["assertionResults"][0]["failureMessages"][0]
    assert "✗ test/fails.test.js" in ran.err


def test_junit_xml_is_well_formed_whatever_tests_are_called(project: Path) -> None:
    write(
        project,
        "test/odd.test.js",
        r"test('<&\u0000\u001b[31m\ud800>', () => { throw '</x>\u0007' })",
    )
    ran = atoll_test(project, "--junit", "reports/junit.xml")
    assert ran.status == 1
    root = ET.fromstring((project / "reports/junit.xml").read_text())
    assert (root.get("tests"), root.get("failures"), root.get("skipped")) == ("4", "1", "2")
    cases = {case.get("name"): case for case in root.iter("testcase")}
    [odd] = [case for name, case in cases.items() if name and name.startswith("<&")]
    failure = odd.find("failure")
    assert failure is not None
    assert "</x>" in (failure.text or "")
    assert cases["later"].find("skipped") is not None


def test_filter_bail_shuffle_and_retries(project: Path) -> None:
    write(project, "test/fails.test.js", FAILING)
    filtered = atoll_test(project, "--filter", "suite passes$|doubles")
    assert (filtered.status, "Tests  2 passed, 3 skipped" in filtered.out) == (0, True)
    write(project, "test/z.test.js", FAILING)
    bailed = atoll_test(project, "test/fails.test.js", "test/z.test.js", "--bail", "--workers", "1")
    assert "Files  1 failed, 1 not run" in bailed.out
    shuffled = atoll_test(project, "test/double.test.js", "--shuffle")
    assert re.search(r"shuffled with --shuffle \d+", shuffled.err)
    write(project, "test/flaky.test.js", "let n = 0; test('flaky', () => expect(++n).toBe(3))")
    assert atoll_test(project, "test/flaky.test.js", "--retries", "2").status == 0
    assert atoll_test(project, "test/flaky.test.js", "--retries", "1").status == 1


def test_snapshots_are_written_beside_the_tests_except_in_ci(project: Path) -> None:
    write(
        project,
        "test/snap.test.js",
        "test('s', () => {\n  expect([1]).toMatchSnapshot();\n"
        "  expect(2).toMatchInlineSnapshot();\n});\n",
    )
    assert atoll_test(project, "test/snap.test.js", CI="1").status == 1
    assert atoll_test(project, "test/snap.test.js", "--ci").status == 1
    assert not (project / "test/__snapshots__").exists()
    written = atoll_test(project, "test/snap.test.js")
    assert (written.status, "Snapshots  2 written" in written.out) == (0, True)
    assert "exports[`s 1`]" in (project / "test/__snapshots__/snap.test.js.snap").read_text()
    source = (project / "test/snap.test.js").read_text()
    assert "expect(2).toMatchInlineSnapshot(`2`);" in source
    assert atoll_test(project, "test/snap.test.js", "--ci").status == 0
    write(project, "test/snap.test.js", source.replace("[1]", "[7]").replace("(2)", "(9)"))
    assert atoll_test(project, "test/snap.test.js").status == 1
    assert atoll_test(project, "test/snap.test.js", "-u").status == 0
    assert "expect(9).toMatchInlineSnapshot(`9`);" in (project / "test/snap.test.js").read_text()


def test_every_file_has_an_isolate_of_its_own_and_misbehaving_ones_harm_no_other(
    project: Path,
) -> None:
    files = {
        "throws": "throw new Error('on load')",
        "syntax": "test('a', () => {",
        "none": "export const nothing = 1;",
        "blocks": "test('blocks', () => { for (;;) {} })",
        "exits": "test('exits', () => process.exit(1))",
        "missing": "import './missing.js'; test('a', () => {})",
        "outside": "import '../../outside.js'; test('a', () => {})",
        "hungry": "test('hungry', () => { const a = []; for (;;) a.push(new Array(1e6).fill(0)) })",
        "global": "globalThis.leaked = 1; test('a', () => {})",
        "fresh": "test('a', () => expect(globalThis.leaked).toBeUndefined())",
    }
    write(project.parent, "outside.js", "export const secret = 1;")
    for name, code in files.items():
        write(project, f"test/{name}.test.js", code)
    ran = atoll_test(project, "--timeout", "2s", "--memory", "64MiB", "--json")
    assert ran.status == 1
    report = json.loads(ran.out)
    outcome = {Path(file["name"]).name.partition(".")[0]: file for file in report["testResults"]}
    passed = {name for name, file in outcome.items() if file["status"] == "passed"}
    assert passed == {"double", "global", "fresh"}
    assert "on load" in outcome["throws"]["message"]
    assert "SyntaxError" in outcome["syntax"]["message"]
    assert "defines no test" in outcome["none"]["message"]
    assert "missing.js" in outcome["missing"]["message"]
    assert "secret" not in json.dumps(outcome["outside"])
    blocked = outcome["blocks"]["assertionResults"][0]
    assert "WallTimeLimitExceeded" in blocked["failureMessages"][0]
    assert "MemoryLimitExceeded" in outcome["hungry"]["assertionResults"][0]["failureMessages"][0]
    exits = outcome["exits"]["assertionResults"][0]["failureMessages"][0]
    assert "process.exit(1) was called" in exits


def test_imports_find_files_without_extensions_and_packages(project: Path) -> None:
    write(project, "src/index.js", "export * from './double'; export default 'index';")
    write(project, "src/data.cjs", "module.exports = { value: 3, other: require('./more.cjs') };")
    write(project, "src/more.cjs", "exports.more = 4;")
    write(project, "node_modules/dep/package.json", '{ "name": "dep", "main": "main.js" }')
    write(project, "node_modules/dep/main.js", "exports.env = process.env.NODE_ENV;")
    write(
        project,
        "test/imports.test.js",
        """
        import { jest } from "@jest/globals";
        import { mock } from "bun:test";
        import index, { double } from "../src";
        import { double as same } from "../src/double";
        import data from "../src/data.cjs";
        import { env } from "dep";
        test("imports", () => {
          expect([index, double(1), data.value, data.other.more, env]).toEqual(
            ["index", 2, 3, 4, "test"]);
          expect(double).toBe(same);
          expect(jest.isMockFunction(mock(() => 1))).toBe(true);
        });
        """,
    )
    write(
        project,
        "test/required.test.cjs",
        """
        const { test, expect } = require("@jest/globals");
        const { value } = require("../src/data.cjs");
        test("requires", () => expect(value).toBe(3));
        """,
    )
    ran = atoll_test(project)
    assert ran.status == 0, ran.out


def test_a_file_that_is_no_text_is_data_and_no_module(project: Path) -> None:
    (project / "data.bin").write_bytes(b"\xff\x00")
    (project / "binary.test.js").write_bytes(b"\xff\x00")
    code = 'import d from "./data.bin" with { type: "bytes" };'
    code += 'test("a", () => expect(d[0]).toBe(255));'
    write(project, "bytes.test.js", code)
    assert atoll_test(project, "bytes.test.js").status == 0
    ran = atoll_test(project, "binary.test.js")
    assert ran.status == 1
    assert "its source is not UTF-8 (byte 0)" in ran.out + ran.err


def test_wrong_options_are_told(project: Path) -> None:
    assert atoll_test(project, "--workers", "0").status == 2
    assert atoll_test(project, "--timeout", "0").status == 2
    assert atoll_test(project, "--root", "nowhere").status == 2
    assert "is not below --root" in atoll_test(project, "test", "--root", "src").err
    unclear = atoll_test(project, "--filter", "(")
    assert (unclear.status, "--filter is no regular expression" in unclear.err) == (2, True)


@contextlib.contextmanager
def watching(project: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [*COMMAND, "test", "--watch", *options],
        cwd=project, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment(),
    )  # fmt: skip
    assert process.stdout is not None
    try:
        yield process
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
    finally:
        process.kill()
        process.stdout.close()
        process.wait()


def test_watching_runs_what_a_change_concerns(project: Path) -> None:
    write(project, "test/other.test.js", "test('other', () => {})")
    with watching(project) as process:
        first = read_until(process, "Waiting for changes")
        assert "Files  2 passed" in first
        write(project, "src/double.js", "export const double = (n) => 3 * n;\n")
        second = read_until(process, "Waiting for changes")
        assert "✗ test/double.test.js" in second
        assert "other.test.js" not in second


def test_a_change_while_the_tests_run_is_not_missed(project: Path) -> None:
    slow = "test('slow', () => new Promise((done) => setTimeout(done, 1000)))"
    write(project, "test/slow.test.js", slow)
    with watching(project, "--workers", "1") as process:
        read_until(process, "✓ test/double.test.js")
        write(project, "src/double.js", "export const double = (n) => 3 * n;\n")
        read_until(process, "✓ test/slow.test.js")
        assert "✗ test/double.test.js" in read_until(process, "✗")


def read_until(process: subprocess.Popen[bytes], text: str) -> str:
    assert process.stdout is not None
    read = ""
    while text not in read:
        more = os.read(process.stdout.fileno(), 65536).decode()
        assert more, read
        read += more
    return read


def test_coverage_is_shown_and_written(project: Path) -> None:
    write(
        project,
        "src/double.js",
        "export const double = (n) => {\n  if (n < 0) {\n    return 0;\n  }\n  return 2 * n;\n};\n",
    )
    write(project, "src/typed.ts", "type A = 1;\nexport const f = (): A | 2 =>\n  1;\n")
    write(project, "test/typed.test.ts", "import { f } from '../src/typed'; test('f', () => f())")
    ran = atoll_test(project, "--lcov", "out/lcov.info")
    assert ran.status == 0, ran.out
    assert re.search(r"^src/double\.js +75\.0% +50\.0%  3$", ran.out, re.MULTILINE), ran.out
    assert re.search(r"^src/typed\.ts +100\.0% +100\.0%", ran.out, re.MULTILINE), ran.out
    assert "test/typed.test.ts  " not in ran.out
    lcov = (project / "out/lcov.info").read_text()
    assert "SF:src/double.js\n" in lcov
    assert "DA:3,0\n" in lcov


SUITES = (
    "array", "catch", "coerce", "intersection", "object", "record", "refine", "tuple", "transform",
    "validate",
)  # fmt: skip


@pytest.fixture(scope="module")
def zod(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The npm package zod, which ships the tests that its authors run with Vitest."""
    folder = tmp_path_factory.mktemp("zod")
    try:
        subprocess.run(
            [find_engine(), "cache", "--quiet", "--no-lock", "npm:zod@4.6.7"],
            env={**os.environ, "DENO_DIR": str(folder)}, check=True, timeout=50, cwd=folder,
        )  # fmt: skip
    except subprocess.SubprocessError as error:
        pytest.skip(f"the npm package zod cannot be fetched here: {error}")
    [manifest] = folder.glob("npm/*/zod/4.6.7/package.json")
    return manifest.parent


@pytest.mark.timeout(120)
def test_the_suite_of_an_npm_package_runs_as_it_is(zod: Path) -> None:
    files = [f"src/v4/classic/tests/{name}.test.ts" for name in SUITES]
    files.append("src/v4/core/tests/locales/be.test.ts")  # whose suites use what follows them
    ran = atoll_test(zod, "--ci", "--json", *files)
    assert ran.status == 0, ran.err
    report = json.loads(ran.out)
    assert report["numFailedTests"] == 0
    assert report["numPassedTests"] > 200


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="there is no pseudo-terminal")
def test_progress_on_a_terminal_and_hostile_names(project: Path) -> None:
    write(
        project,
        "test/odd.test.js",
        r"test('\u001b]0;title\u0007 odd', () => { throw '\u001b[2J' })",
    )
    ours, theirs = os.openpty()
    try:
        process = subprocess.Popen(
            [*COMMAND, "test", "--verbose"],
            cwd=project, stdin=theirs, stdout=theirs, stderr=theirs,
            env=environment(TERM="xterm-256color", COLUMNS="120"),
        )  # fmt: skip
        os.close(theirs)
        shown = b""
        while True:
            try:
                chunk = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not chunk:
                break
            shown += chunk
        assert process.wait(10) == 1
    finally:
        os.close(ours)
    assert b"Traceback" not in shown
    assert "━".encode() in shown  # the bar of the live display
    assert "✓".encode() in shown
    assert b"1 failed" in shown
    assert b"\x1b]0;" not in shown
    assert b"\x1b[2J" not in shown
