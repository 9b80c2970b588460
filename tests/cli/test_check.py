"""``atoll check``: types on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.support import Ran, atoll


@pytest.fixture(autouse=True)
def cache_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATOLL_CACHE_DIR", str(tmp_path / "cache"))


def test_a_correct_program_says_nothing(tmp_path: Path) -> None:
    program = tmp_path / "good.ts"
    program.write_text("const first: string = args[0];\nprint(first, input?.length);\n")
    assert atoll("check", str(program)) == Ran(0, "", "")
    assert atoll("check", "--json", str(program)) == Ran(0, "[]\n", "")


def test_mistakes_are_shown_with_their_lines(tmp_path: Path) -> None:
    program = tmp_path / "bad.ts"
    program.write_text("type A = 1;\nconst n: A = args[0];\n")
    ran = atoll("check", str(program))
    assert ran.status == 1
    assert ran.out == (
        f"{program}:2:7: error TS2322: Type 'string' is not assignable to type '1'.\n\n"
        "  1 | type A = 1;\n  2 | const n: A = args[0];\n    |       ^\n\n"
    )
    assert ran.err == "atoll: found 1 error in 1 file\n"
    ran = atoll("check", "--json", str(program))
    assert ran.status == 1
    (found,) = json.loads(ran.out)
    assert (found["file"], found["line"], found["column"], found["code"]) == (
        str(program), 2, 7, 2322,
    )  # fmt: skip


def test_programs_import_each_other_and_see_more_declarations(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    main, library = tmp_path / "main.ts", tmp_path / "lib" / "b.ts"
    main.write_text("import { b } from './lib/b.ts';\nconst s: string = b + rates.length;\n")
    library.write_text("export const b = 1;\n")
    extra = tmp_path / "host.d.ts"
    extra.write_text("declare const rates: number[];\n")
    ran = atoll("check", str(main), str(library), "--declarations", str(extra))
    assert (ran.status, ran.out.count("error TS")) == (1, 1)
    assert ran.out.startswith(f"{main}:2:7: error TS2322")


def test_what_cannot_be_checked_is_told_in_one_line(tmp_path: Path) -> None:
    assert atoll("check").status == 2
    ran = atoll("check", str(tmp_path / "missing.ts"))
    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    deep = tmp_path / "deep.ts"
    deep.write_text("(" * 200_000)
    ran = atoll("check", str(deep))
    assert (ran.status, ran.out, ran.err.count("\n")) == (3, "", 1)
