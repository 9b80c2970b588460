"""Coverage: what is counted, and that counting changes nothing else."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import atoll.sync
from atoll import Limits, MiB, Runtime
from atoll.modules import Modules, ModuleSource
from atoll.test_environment import Coverage, FileCoverage

SOURCE = """\
'use strict';
export function grade(points, { bonus = 0 } = {}) {
  if (points < 0) throw new RangeError("negative");
  const sum = points + bonus;
  if (sum >= 90) {
    return "A";
  } else if (sum >= 80) return "B";
  switch (sum) {
    case 0:
      return "none";
    case 1:
    default:
      return sum > 50 ? "C" : "F";
  }
}
export const unused = (a) => a && a.b;
"""


@pytest.fixture(scope="module")
def coverage() -> Iterator[Coverage]:
    with Coverage() as made:
        made.instrument("first.js", "1")  # its isolate belongs to the file, not to a test
        yield made


async def measure(test: str, source: str = SOURCE, name: str = "grade.js") -> FileCoverage:
    with Coverage() as coverage:
        modules = Modules().virtual(name, coverage.instrument(name, source))
        async with Runtime(modules=modules, tests=True) as rt:
            results = await rt.run_tests(test, filename="t.js", module=True, coverage=coverage)
            assert results.ok, str(results)
        [file] = coverage.files
        return file


async def test_lines_functions_and_branches_are_counted() -> None:
    file = await measure("""
        import { grade } from "./grade.js";
        test("grades", () => {
          expect([grade(95), grade(75, { bonus: 10 }), grade(60), grade(0)]).toEqual(
            ["A", "B", "C", "none"]);
        });
    """)
    assert file.lines == {3: 4, 4: 4, 5: 4, 6: 1, 7: 3, 8: 2, 10: 1, 13: 1, 16: 1}
    assert file.missing_lines == []
    assert file.functions == [("grade", 2, 4), ("unused", 16, 0)]
    taken = [(line, branch, count) for line, _, branch, count in sorted(file.branches)]
    assert taken == [
        (3, 0, 0), (3, 1, 4), (5, 0, 1), (5, 1, 3), (7, 0, 1), (7, 1, 2),
        (8, 0, 1), (8, 1, 0), (8, 2, 1), (13, 0, 1), (13, 1, 0), (16, 0, 0), (16, 1, 0),
    ]  # fmt: skip
    assert file.function_rate == 0.5
    assert 0 < file.branch_rate < 1


async def test_lcov_is_what_other_tools_read() -> None:
    with Coverage() as coverage:
        code = "export const f = (a) =>\n  a ? 1 : 2;\nexport const g = () => 0;\n"
        modules = Modules().virtual("f.js", coverage.instrument("f.js", code))
        async with Runtime(modules=modules, tests=True) as rt:
            test = "import { f } from './f.js'; test('f', () => { f(1); f(1); })"
            await rt.run_tests(test, filename="t.js", module=True, coverage=coverage)
    assert coverage.lcov() == (
        "TN:\nSF:f.js\nFN:1,f:0\nFN:3,g:1\nFNDA:2,f:0\nFNDA:0,g:1\nFNF:2\nFNH:1\n"
        "BRDA:2,0,0,2\nBRDA:2,0,1,0\nBRF:2\nBRH:1\n"
        "DA:1,1\nDA:2,2\nDA:3,1\nLF:3\nLH:3\nend_of_record\n"
    )


async def test_runs_add_up() -> None:
    with Coverage() as coverage:
        code = coverage.instrument("f.js", "export const f = (a) => a ? 1 : 2;")
        for argument in ("1", "0", "0"):
            async with Runtime(modules=Modules().virtual("f.js", code), tests=True) as rt:
                test = f"import {{ f }} from './f.js'; test('f', () => {{ f({argument}); }})"
                await rt.run_tests(test, filename="t.js", module=True, coverage=coverage)
        [file] = coverage.files
    assert [count for *_, count in file.branches] == [1, 2]


async def test_typescript_is_reported_by_its_own_lines() -> None:
    from atoll.typescript import transpile

    source = "interface Unused {\n  a: string;\n}\n\nexport function f(n: number): number {\n"
    source += "  type Local = number;\n  const m: Local = n;\n  return m;\n}\n"
    made = transpile(source, "f.ts")
    with Coverage() as coverage:
        code = coverage.instrument("f.ts", made.code, made.source_map)
        modules = Modules().virtual("f.ts", ModuleSource(code, language="js"))
        async with Runtime(modules=modules, tests=True) as rt:
            test = "import { f } from './f.ts'; test('f', () => expect(f(2)).toBe(2))"
            results = await rt.run_tests(test, filename="t.js", module=True, coverage=coverage)
            assert results.ok, str(results)
        [file] = coverage.files
    assert file.lines == {7: 1, 8: 1}
    assert file.functions == [("f", 5, 1)]


@pytest.mark.parametrize(
    "counts",
    [
        None, [], {"x.js": {"s": memoryview(b"\xff")}}, {"grade.js": []},
        {"grade.js": {"s": b"", "f": memoryview(b"\1" * 9000)}}, {"grade.js": {"s": [1e308] * 9}},
    ],
)  # fmt: skip
def test_counts_that_a_guest_made_up_are_left_out(coverage: Coverage, counts: Any) -> None:
    coverage.instrument("grade.js", SOURCE)
    coverage.add(counts)
    assert all(set(file.lines.values()) == {0} for file in coverage.files)


def test_what_does_not_parse_is_left_as_it_is(coverage: Coverage) -> None:
    assert coverage.instrument("bad.js", "let = = 1") == "let = = 1"


def test_a_source_that_is_too_much_for_the_parser_harms_no_other() -> None:
    with Coverage(limits=Limits(memory=24 * MiB)) as coverage:
        large = "a(b, [c, d, e], () => f && g);\n" * 60_000
        assert coverage.instrument("large.js", large) == large
        assert "__atoll_count" in coverage.instrument("small.js", "a();")
        assert [file.name for file in coverage.files] == ["small.js"]


STATEMENTS = [
    line.replace("\\n", "\n")
    for line in Path(__file__).with_name("coverage_statements.txt").read_text("utf-8").splitlines()
]
"""Code in which counters could change what happens: each also in the midst of the others."""


def test_counting_changes_no_result(coverage: Coverage) -> None:
    """Random programs give the same with counters and without."""
    source = random.Random(11)
    with atoll.sync.Isolate() as isolate:
        for number in range(150):
            a, b = source.random() < 0.5, source.random() < 0.5
            chosen = source.sample(STATEMENTS, source.randrange(1, 5))
            body = "\n".join(f"{{ {s} }}" if "class" in s or "const o" in s else s for s in chosen)
            program = (
                f"(() => {{ const A = {str(a).lower()}, B = {str(b).lower()}; "
                f"let x = 1, y = 2, z = 3;\n{body}\n"
                "return JSON.stringify([x, y, z].map(String)); })()"
            )
            counted = coverage.instrument(f"p{number}.js", program)
            assert "__atoll_count" in counted
            assert counted.count("\n") == program.count("\n")
            assert isolate.eval(counted) == isolate.eval(program), program
