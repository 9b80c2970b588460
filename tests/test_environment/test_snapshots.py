"""Snapshots: in files of Jest's format, and in the source."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from atoll.test_environment import TestResults
from atoll.test_environment._recorder import Recorder
from atoll.test_environment._snapshots import rewrite_inline

from .support import Bench

CODE = """
describe("cart", () => {
  test("total", () => {
    expect({ total: 3, items: ["a", `b\\`\\\\${"$"}{c}`] }).toMatchSnapshot();
    expect("text").toMatchSnapshot("hint");
    expect(() => { throw new RangeError("too much"); }).toThrowErrorMatchingSnapshot();
  });
});
"""

FILE = """\
// Jest Snapshot v1, https://jestjs.io/docs/snapshot-testing

exports[`cart total 1`] = `
{
  "items": [
    "a",
    "b\\`\\\\\\${c}",
  ],
  "total": 3,
}
`;

exports[`cart total 2`] = `"too much"`;

exports[`cart total: hint 1`] = `"text"`;
"""


def run(guest: Bench, code: str, file: Path | None, **options: object) -> TestResults:
    return guest.tests.run_tests(
        f"{{{code}}}",
        filename="cart.test.js",
        snapshots=file,
        **options,  # type: ignore[arg-type]
    )


def test_new_snapshots_are_written_as_jest_writes_them(guest: Bench, tmp_path: Path) -> None:
    file = tmp_path / "__snapshots__" / "cart.test.js.snap"
    results = run(guest, CODE, file)
    assert results.ok, str(results)
    assert results.snapshots.added == 3
    assert file.read_text() == FILE
    again = run(guest, CODE, file)
    assert (again.snapshots.matched, again.snapshots.added, again.ok) == (3, 0, True)
    assert file.read_text() == FILE


def test_a_difference_fails_and_the_test_goes_on(guest: Bench, tmp_path: Path) -> None:
    file = tmp_path / "s.snap"
    run(guest, CODE, file)
    results = run(guest, CODE.replace("total: 3", "total: 4").replace('"text"', '"other"'), file)
    first, second = results.tests[0].errors
    assert "Snapshot name: `cart total 1`" in first.message
    assert '-   "total": 3,\n+   "total": 4,' in first.message
    assert '- "text"\n+ "other"' in second.message
    assert first.frames[0].line == 4
    assert file.read_text() == FILE


def test_updating_replaces_and_removes(guest: Bench, tmp_path: Path) -> None:
    file = tmp_path / "s.snap"
    run(guest, CODE, file)
    changed = CODE.replace("total: 3", "total: 4").replace(
        'expect("text").toMatchSnapshot("hint");', ""
    )
    told = run(guest, changed.replace("total: 4", "total: 3"), file)
    assert told.snapshots.obsolete == ["cart total: hint 1"]
    results = run(guest, changed, file, update_snapshots="all")
    assert (results.snapshots.updated, results.snapshots.removed, results.ok) == (1, 1, True)
    text = file.read_text()
    assert '"total": 4' in text
    assert "hint" not in text


def test_nothing_is_written_where_nothing_may_be(guest: Bench, tmp_path: Path) -> None:
    file = tmp_path / "s.snap"
    results = run(guest, CODE, file, update_snapshots="none")
    assert len(results.tests[0].errors) == 3
    assert "New snapshot was not written" in results.tests[0].errors[0].message
    assert not file.exists()


def test_skipped_tests_leave_their_snapshots_alone(guest: Bench, tmp_path: Path) -> None:
    file = tmp_path / "s.snap"
    run(guest, CODE, file)
    results = run(guest, "test('other', () => {})", file, update_snapshots="all", pattern="other")
    assert (results.snapshots.obsolete, results.snapshots.removed) == ([], 0)
    assert file.read_text() == FILE


def test_a_folder_that_cannot_be_written_fails_the_tests_that_need_it(
    guest: Bench, tmp_path: Path
) -> None:
    (tmp_path / "occupied").write_text("a file where a folder has to be")
    code = "test('none', () => {}); test('one', () => { expect(1).toMatchSnapshot(); });"
    results = run(guest, code, tmp_path / "occupied" / "s.snap")
    assert [test.status for test in results.tests] == ["passed", "failed"]
    assert "the snapshots cannot be written to" in results.tests[1].errors[0].message
    assert results.snapshots.error is not None


@pytest.mark.skipif(os.getuid() == 0, reason="root writes to folders that are read-only, too")
def test_a_read_only_folder_fails_the_tests_that_need_it(guest: Bench, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    results = run(guest, "test('one', () => { expect(1).toMatchSnapshot(); })", tmp_path / "s.snap")
    assert results.failed == 1


def test_properties_stand_for_what_changes(guest: Bench, tmp_path: Path) -> None:
    file = tmp_path / "s.snap"
    code = "test('t', () => expect({ id: ID, n: 1 }).toMatchSnapshot({ id: expect.any(Number) }))"
    assert run(guest, code.replace("ID", "1"), file).ok
    assert '"id": Any<Number>' in file.read_text()
    assert run(guest, code.replace("ID", "2"), file).ok
    assert "Expected properties" in (
        run(guest, code.replace("ID", "'x'"), file).tests[0].errors[0].message
    )


def test_serializers_and_mocks(guest: Bench, tmp_path: Path) -> None:
    file = tmp_path / "s.snap"
    results = run(
        guest,
        """
        expect.addSnapshotSerializer({ test: (v) => v?.secret, print: () => "***" });
        test("t", () => {
          const f = jest.fn(() => 2).mockName("f");
          f("x");
          expect([{ secret: 1 }, f, jest.fn()]).toMatchSnapshot();
        });
        """,
        file,
    )
    assert results.ok, str(results)
    assert file.read_text().partition("= `\n")[2] == (
        '[\n  ***,\n  [MockFunction f] {\n    "calls": [\n      [\n        "x",\n      ],\n    ],\n'
        '    "results": [\n      {\n        "type": "return",\n        "value": 2,\n      },\n'
        "    ],\n  },\n  [MockFunction],\n]\n`;\n"
    )


INLINE = """\
test("inline", async () => {
  expect({ a: [1], b: "`" }).toMatchInlineSnapshot();
  expect("one").toMatchInlineSnapshot();
  if (true) {
    expect(() => { throw new Error("thrown"); }).toThrowErrorMatchingInlineSnapshot();
    expect({ id: 1 }).toMatchInlineSnapshot({ id: expect.any(Number) });
  }
});
"""

WRITTEN = """\
test("inline", async () => {
  expect({ a: [1], b: "`" }).toMatchInlineSnapshot(`
    {
      "a": [
        1,
      ],
      "b": "\\`",
    }
  `);
  expect("one").toMatchInlineSnapshot(`"one"`);
  if (true) {
    expect(() => { throw new Error("thrown"); }).toThrowErrorMatchingInlineSnapshot(`"thrown"`);
    expect({ id: 1 }).toMatchInlineSnapshot({ id: expect.any(Number) }, `
      {
        "id": Any<Number>,
      }
    `);
  }
});
"""


def test_inline_snapshots_are_written_into_the_source(guest: Bench) -> None:
    results = guest.tests.run_tests(INLINE, filename="inline.test.js")
    assert results.ok, str(results)
    assert results.snapshots.added == 4
    assert results.rewritten == WRITTEN
    again = guest.tests.run_tests(WRITTEN, filename="inline.test.js")
    assert again.ok, str(again)
    assert again.rewritten is None


def test_inline_snapshots_that_differ_fail_or_are_updated(guest: Bench) -> None:
    changed = WRITTEN.replace('expect("one")', 'expect("two")').replace("a: [1]", "a: [2]")
    results = guest.tests.run_tests(changed, filename="inline.test.js")
    assert "-     1,\n+     2," in results.tests[0].errors[0].message
    assert '- "one"\n+ "two"' in results.tests[0].errors[1].message
    updated = guest.tests.run_tests(
        changed, filename="inline.test.js", update_snapshots="all"
    ).rewritten
    assert updated == changed.replace('`"one"`', '`"two"`').replace("        1,", "        2,")
    missing = guest.tests.run_tests(INLINE, filename="inline.test.js", update_snapshots="none")
    assert len(missing.tests[0].errors) == 4
    assert missing.rewritten is None


def test_a_file_that_cannot_be_read_fails_the_run_and_is_left_alone(
    guest: Bench, tmp_path: Path
) -> None:
    file = tmp_path / "s.snap"
    file.write_bytes(b"exports[`t 1`] = `\xff`;")
    results = run(guest, "test('t', () => { expect(1).toMatchSnapshot(); })", file)
    assert "cannot be read" in results.errors[0].message
    assert file.read_bytes() == b"exports[`t 1`] = `\xff`;"


def test_a_snapshot_cannot_become_code(guest: Bench) -> None:
    hostile = "`); globalThis.owned = 1; (`${globalThis.owned = 1}\\`"
    test = "test('t', () => { expect(value).toMatchInlineSnapshot(); });"
    code = f"const value = {hostile!r};\n{test}"
    written = guest.tests.run_tests(f"{{{code}}}", filename="h.test.js").rewritten
    assert written is not None
    again = guest.tests.run_tests(written, filename="h.test.js", update_snapshots="none")
    assert again.ok, str(again)
    assert guest.isolate.eval("typeof owned") == "undefined"


def test_a_forged_place_changes_nothing_but_snapshots(guest: Bench) -> None:
    source = "const a = 1;\ntest('t', () => { expect(a).toMatchInlineSnapshot(); });\n"
    for place in ("x.js:1:1", "x.js:99:1", "x.js:2:9999", "other.js:2:1", "x.js:2:-1"):
        recorded = [("inline added", f"Error\n    at {place}", "forged")]
        changed = rewrite_inline(source, "x.js", recorded)
        assert changed in (source, source.replace("Snapshot()", "Snapshot(`forged`)")), place


def test_snapshots_without_end_are_not_kept() -> None:
    recorder = Recorder("f.js", 10, {}, None)
    for _ in range(1_000_000):
        recorder.snapshot("used", "", "")
    assert len(recorder.snapshots) < 1_000_000


VITEST = """\
// Vitest Snapshot v1, https://vitest.dev/guide/snapshot.html

exports[`cart > keeps 1`] = `1`;

exports[`cart > throws 1`] = `[RangeError: too much]`;
"""


def test_files_of_vitest_are_read_and_kept_as_they_are(guest: Bench, tmp_path: Path) -> None:
    file = tmp_path / "s.snap"
    file.write_text(VITEST)
    code = """
        describe("cart", () => {
          test("keeps", () => expect(1).toMatchSnapshot());
          test("throws", () => {
            const fail = () => { throw new RangeError("too much"); };
            expect(fail).toThrowErrorMatchingSnapshot();
            expect(fail).toThrowErrorMatchingInlineSnapshot(`[RangeError: too much]`);
            expect(fail).toThrowErrorMatchingInlineSnapshot(`"too much"`);
          });
          ADDED
        });
    """
    results = run(guest, code.replace("ADDED", ""), file, update_snapshots="none")
    assert results.ok, str(results)
    assert (results.snapshots.matched, results.snapshots.obsolete) == (2, [])
    added = "test('adds', () => expect(2).toMatchSnapshot());"
    assert run(guest, code.replace("ADDED", added), file).ok
    entry = "exports[`cart > adds 1`] = `2`;\n\n"
    assert file.read_text() == VITEST.replace(
        "exports[`cart > keeps", f"{entry}exports[`cart > keeps"
    )
