"""What was transpiled once is read back, and whatever could change it is part of its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from atoll.engine import deno
from atoll.errors import EngineNotFound, TypeScriptSyntaxError
from atoll.typescript import Compiler, DiskCache, Source, _command


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on the compiler cannot be started."""

    def missing() -> str:
        raise EngineNotFound("there is none")

    monkeypatch.setattr(_command, "find_engine", missing)


def warm(directory: Path) -> None:
    Compiler(cache=DiskCache(directory)).transpile("let x: 1 = 1", "first.ts")


def test_a_second_process_needs_no_compiler(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    warm(tmp_path)
    request.getfixturevalue("no_engine")
    made = Compiler(cache=DiskCache(tmp_path)).transpile("let x: 1 = 1", "second.ts")
    assert made.code.strip() == "let x = 1;"
    assert '"second.ts"' in made.source_map


@pytest.mark.parametrize(
    ("code", "filename", "options"),
    [
        ("let x: 1 = 2", "first.ts", {}),
        ("let x: 1 = 1", "first.tsx", {}),
        ("let x: 1 = 1", "first.ts", {"jsx": "classic"}),
        ("let x: 1 = 1", "first.ts", {"decorators": "legacy"}),
        ("let x: 1 = 1", "first.ts", {"verbatim_module_syntax": True}),
        ("let x: 1 = 1", "first.ts", {"jsx_import_source": "preact"}),
    ],
)
def test_another_source_or_option_is_another_entry(
    tmp_path: Path,
    request: pytest.FixtureRequest,
    code: str,
    filename: str,
    options: dict[str, object],
) -> None:
    warm(tmp_path)
    request.getfixturevalue("no_engine")
    with pytest.raises(EngineNotFound):
        Compiler(cache=DiskCache(tmp_path), **options).transpile(code, filename)  # type: ignore[arg-type]


def test_another_engine_is_another_entry(
    tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm(tmp_path)
    request.getfixturevalue("no_engine")
    from atoll.typescript import _transpile

    monkeypatch.setattr(_transpile, "engine_version", lambda: (*deno.engine_version()[:2], 99))
    with pytest.raises(EngineNotFound):
        warm(tmp_path)


def test_only_what_is_missing_is_compiled(tmp_path: Path) -> None:
    warm(tmp_path)
    sources = [Source("(", "bad.ts"), Source("let x: 1 = 1", "first.ts"), Source("2", "more.ts")]
    compiler = Compiler(cache=DiskCache(tmp_path))
    with pytest.raises(TypeScriptSyntaxError):
        compiler.transpile_many(sources)
    made = compiler.transpile_many(sources[1:])
    assert [one.code.strip() for one in made] == ["let x = 1;", "2;"]


def test_a_damaged_entry_is_compiled_again(tmp_path: Path) -> None:
    warm(tmp_path)
    for path in tmp_path.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(b"let x = 1", b"let x = 6"))
    made = Compiler(cache=DiskCache(tmp_path)).transpile("let x: 1 = 1", "first.ts")
    assert made.code.strip() == "let x = 1;"
