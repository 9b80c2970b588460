"""TypeScript from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.support import Ran, atoll

PROGRAM = """\
enum Level { Low = 1, High = 10 }
const lines: string[] = args;
print(lines.length as number);
Level.High
"""


@pytest.fixture(autouse=True)
def cache_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATOLL_CACHE_DIR", str(tmp_path / "cache"))


def test_the_extension_makes_a_file_typescript(tmp_path: Path) -> None:
    program = tmp_path / "program.ts"
    program.write_text(PROGRAM)
    assert atoll("run", str(program), "--", "a", "b") == Ran(0, "2\n10\n", "")
    assert atoll("run", "--json", str(program)) == Ran(0, "10\n", "0\n")


def test_code_and_standard_input_say_their_language() -> None:
    assert atoll("eval", "--ts", "const n: number = 6; n * 7") == Ran(0, "42\n", "")
    assert atoll("run", "-", "--language", "ts", stdin="<number>7").out == "7\n"
    assert atoll("eval", "const n: number = 6").status == 1


def test_stacks_and_syntax_errors_show_the_source(tmp_path: Path) -> None:
    program = tmp_path / "program.ts"
    program.write_text(
        "interface A { b: 1 }\n\nfunction f(a: A): void {\n  throw Error('x')\n}\nf()"
    )
    ran = atoll("run", str(program))
    assert ran.status == 1
    assert ran.err.splitlines()[:2] == [
        "Uncaught Error: x",
        "    at f (program.ts:4:9)",
    ]
    program.write_text("type A = 1;\nlet x: A = ;\n")
    ran = atoll("run", str(program))
    assert (ran.status, ran.out) == (1, "")
    assert ran.err == (
        "program.ts:2:12: SyntaxError: Expression expected\n\n"
        "  1 | type A = 1;\n  2 | let x: A = ;\n    |            ^\n"
    )


def test_what_kills_the_compiler_is_told_in_one_line(tmp_path: Path) -> None:
    program = tmp_path / "deep.ts"
    program.write_text("(" * 200_000)
    ran = atoll("run", str(program))
    assert (ran.status, ran.out, ran.err.count("\n")) == (3, "", 1)
    assert "did not survive deep.ts" in ran.err
