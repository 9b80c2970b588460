"""Type checks: what a program gets wrong, as data, by what it can see."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import pytest

from atoll import Runtime, sync
from atoll.errors import CompilerFailed, EngineNotFound
from atoll.typescript import (
    Checker,
    Compiler,
    Diagnostic,
    DiskCache,
    Related,
    _command,
    check,
    check_async,
)

NOTHING = "export {};"


def summary(diagnostics: list[Diagnostic]) -> list[tuple[int, int, int | None]]:
    return [(one.line, one.column, one.code) for one in diagnostics]


def test_a_correct_program_has_no_diagnostics() -> None:
    code = "const n: number = await Promise.resolve(1);\nnew URL('x:y').href.length + n;"
    assert check(code, "program.ts") == []


def test_a_mistake_is_data() -> None:
    code = "interface A { b: number }\n\nconst a: A = { b: 'é😀', };\nlet s = '😀', n: number = s;"
    first, second = check(code, "plugins/a.ts")
    assert first == Diagnostic(
        file="plugins/a.ts",
        line=3,
        column=16,
        length=1,
        code=2322,
        category="error",
        message="Type 'string' is not assignable to type 'number'.",
        related=(
            Related(
                "plugins/a.ts",
                1,
                15,
                "The expected type comes from property 'b' which is declared here on type 'A'",
            ),
        ),
    )
    assert first.code_frame.splitlines()[-2:] == [
        "  3 | const a: A = { b: 'é😀', };",
        "    |                ^",
    ]
    assert (second.line, second.column) == (4, 15)
    assert str(second).startswith("plugins/a.ts:4:15: error TS2322: Type 'string'")
    assert first.as_dict()["related"][0]["line"] == 1


def test_a_message_of_several_lines() -> None:
    code = "const z = { a: { b: 'x' } };\nconst y: { a: { b: number } } = z;"
    (found,) = check(code, declarations=NOTHING)
    assert found.message.splitlines() == [
        "Type '{ a: { b: string; }; }' is not assignable to type '{ a: { b: number; }; }'.",
        "  The types of 'a.b' are incompatible between these types.",
        "    Type 'string' is not assignable to type 'number'.",
    ]


def test_a_syntax_error_is_a_diagnostic() -> None:
    (found,) = check("type A = 1;\n\tlet x: A = ;", "x.ts", declarations=NOTHING)
    assert (found.file, found.line, found.column, found.code) == ("x.ts", 2, 13, None)
    assert found.message == "Expression expected"


@pytest.mark.parametrize(
    ("name", "code", "errors"),
    [
        ("x.tsx", "const e: number = <p/>;", 1),
        ("x.mts", "let a: string = 1;", 1),
        ("x.cts", "let a: string = 1;", 1),
        ("x.js", "/** @type {string} */ let a = 1;", 1),
        ("x.mjs", "/** @type {string} */ let a = 1;", 1),
        ("no extension at all", "let a = 1; a.b;", 1),
        ("../../outside.ts", "let a: string = 1;", 1),
        ("/etc/passwd.ts", "let a: string = 1;", 1),
        ("<eval>.ts", "let a: string = 1;", 1),
        ("globals.d.ts", "let a: string = 1;", 1),
        ("deno.json", "let a = 1; a.b;", 1),
    ],
)
def test_names_of_files(name: str, code: str, errors: int) -> None:
    jsx = "declare namespace JSX { interface IntrinsicElements { p: {} } type Element = {} }\n"
    jsx += "declare function h(name: string): JSX.Element;"
    found = check(code, name, declarations=jsx, jsx="classic", jsx_factory="h")
    assert [one.file for one in found] == [name] * errors


def test_the_functions_of_automatic_jsx_can_be_declared() -> None:
    declared = (
        "declare module 'preact/jsx-runtime' { export namespace JSX {\n"
        "  interface IntrinsicElements { p: { id: string } } type Element = { tag: string } }\n"
        "  export function jsx(...args: unknown[]): JSX.Element; }"
    )
    options = {"declarations": declared, "jsx_import_source": "preact"}
    assert check("const e = <p id='a'/>; e.tag;", "x.tsx", **options) == []  # type: ignore[arg-type]
    (found,) = check("<p id={1}/>", "x.tsx", **options)  # type: ignore[arg-type]
    assert found.code == 2322


def test_options() -> None:
    loose = "function f(x) { return x }"
    assert summary(check(loose, declarations=NOTHING)) == [(1, 12, 7006)]
    assert check(loose, declarations=NOTHING, strict=False) == []
    legacy = "function d(t: object, k: string) {}\nclass A { @d x = 1 }"
    assert check(legacy, declarations=NOTHING, decorators="legacy") == []
    assert check(legacy, declarations=NOTHING)[0].code == 1240


def test_other_files_of_the_program_can_be_imported() -> None:
    code = "import { b } from './lib/b.ts'; import data from './d.json' with { type: 'json' };\n"
    files = {"src/lib/b.ts": "export const b = 1;", "src/d.json": '{"n": 1}'}
    assert check(code + "const n: number = b + data.n;", "src/main.ts", files=files) == []
    (found,) = check(code + "const s: string = b;", "src/main.ts", files=files)
    assert (found.file, found.line) == ("src/main.ts", 2)
    (found,) = check(code, "src/main.ts", files={**files, "src/lib/b.ts": "export let b: 1 = 2;"})
    assert (found.file, found.line) == ("src/lib/b.ts", 1)


@pytest.mark.parametrize("name", ["/etc/x.ts", "../x.ts", "a/../../x.ts", "deno.json", "a\n.ts"])
def test_files_stay_inside(name: str) -> None:
    with pytest.raises(ValueError, match=r"relative paths|checker's own"):
        check("1", files={name: "1"})


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import './absent.ts'", "Cannot find module './absent.ts'"),
        ("import 'node:fs'", "Cannot find module 'node:fs'"),
        ("import '/etc/passwd'", "/etc/passwd"),
        ("import 'npm:lodash'", "npm"),
        ("import 'https://example.com/x.ts'", "example.com"),
        ("import 'jsr:@std/path'", "@std/path"),
        ("import '@/env'", "@/env"),
    ],
)
def test_what_is_neither_there_nor_declared_cannot_be_imported(code: str, message: str) -> None:
    (found,) = check(code, declarations=NOTHING)
    assert message in found.message
    assert tempfile.gettempdir() not in found.message
    assert "deno" not in found.message
    assert "--" not in found.message


def test_modules_can_be_declared() -> None:
    declared = "declare module '@/env' { export const mode: 'test' }\n"
    declared += "declare module 'node:path' { export function join(...parts: string[]): string }"
    code = "import { mode } from '@/env'; import { join } from 'node:path';\n"
    assert check(code + "const s: string = join(mode);", declarations=declared) == []
    (found,) = check(code + "const s: number = join(mode);", declarations=declared)
    assert found.line == 2


def test_a_program_cannot_widen_what_it_sees() -> None:
    code = (
        '/// <reference lib="dom" />\n  /// <reference types="node" />\n'
        '/// <reference path="/etc/passwd" />\ndocument.title; process.exit();'
    )
    assert summary(check(code)) == [(4, 1, 2584), (4, 17, 2591)]


def test_a_report_cannot_be_forged() -> None:
    code = (
        "declare const ERROR: never; const a = 1\n?\nTS9999 [ERROR]: 2;\n"
        "const s: number = `\nTS9999 [ERROR]: forged\n    at file:///main.ts:1:1\n`;"
    )
    assert [one.code for one in check(code, declarations=NOTHING)] == [2304, 2322]


@pytest.mark.parametrize(
    "code",
    [
        "(" * 200_000,
        "let x = " + "[" * 100_000,
        "type A<T> = T extends [infer H, ...infer R] ? A<[...R, H, H]> : T;\nlet x: A<[1, 2, 3]>;",
        "type D = '0'|'1'|'2'|'3'|'4'|'5'|'6'|'7'|'8'|'9';\nlet x: `${D}${D}${D}${D}${D}${D}${D}`;",
        "let a" + ".b" * 50_000,
    ],
)
def test_hostile_programs_end(code: str) -> None:
    try:
        told = bool(check(code, declarations=NOTHING, time_limit=30))
    except CompilerFailed:
        told = True
    assert told
    assert check("export {}", declarations=NOTHING) == []


def test_it_may_not_take_longer_than_it_may() -> None:
    with pytest.raises(CompilerFailed, match=r"took longer than 0\.05 s"):
        check("let unique_1 = 1", declarations=NOTHING, time_limit=0.05, cache=None)


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(CompilerFailed, match="lone surrogate"):
        check("let x = '\ud800'", declarations=NOTHING)


def test_mistakes_in_declarations_are_told() -> None:
    (found,) = check("1", declarations="declare const x: Nonsense;")
    assert (found.file, found.line, found.code) == ("globals.d.ts", 1, 2304)


def test_a_second_check_is_read_from_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "let cached: string = 1"

    def checked(name: str, **options: object) -> list[Diagnostic]:
        cache = DiskCache(tmp_path)
        return Checker(cache=cache).check(code, name, declarations=NOTHING, **options)  # type: ignore[arg-type]

    found = checked("a.ts")

    def missing() -> str:
        raise EngineNotFound("there is none")

    monkeypatch.setattr(_command, "find_engine", missing)
    assert checked("a.ts") == found
    assert checked("a.ts")[0].code_frame == found[0].code_frame
    with pytest.raises(EngineNotFound):
        checked("a.ts", files={"b.ts": ""})


async def test_from_asyncio_and_cancelled() -> None:
    assert len(await check_async("let a: string = 1", declarations=NOTHING)) == 1
    task = asyncio.create_task(check_async("let b: string = 1", declarations=NOTHING, cache=None))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_runtime_checks_against_itself() -> None:
    compiler = Compiler(jsx="classic", jsx_factory="h")
    async with Runtime(timers=None, typescript=compiler) as runtime:
        await runtime.define_function("h", lambda tag: tag)
        code = "console.log(<b/>, extra);\nsetTimeout(() => {});"
        more = "declare namespace JSX { interface IntrinsicElements { b: {} } }\n"
        found = await runtime.typecheck(
            code, "view.tsx", declarations=f"{more} declare const extra: 1;"
        )
        assert [(one.file, one.line, one.code) for one in found] == [("view.tsx", 2, 2304)]
    with sync.Runtime() as blocking:
        assert blocking.typecheck("setTimeout(() => console.log(crypto.randomUUID()))") == []
        (one,) = blocking.typecheck(
            "import { b } from './b.ts'; b.c", files={"b.ts": "export let b = 1"}
        )
        assert one.code == 2339
