"""TypeScript and JSX become JavaScript that does what the language says."""

from __future__ import annotations

import asyncio
import contextlib
import json
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from atoll import sync
from atoll.errors import CompilerFailed, JSSyntaxError, TypeScriptSyntaxError
from atoll.typescript import (
    Compiler,
    Source,
    language_of,
    transpile,
    transpile_async,
)


@pytest.fixture(scope="module")
def isolate() -> Any:
    with sync.Isolate() as isolate:
        yield isolate


EXAMPLES: list[tuple[str, object]] = [
    ("const n: number = 3; n as unknown as string", 3),
    ("enum E { A, B = 5, C } [E.A, E.B, E.C, E[6]]", [0, 5, 6, "C"]),
    ("const enum Const { X = 'x' } Const.X", "x"),
    ("namespace N { export const a = 1; export namespace M { export const b = 2 } } N.M.b", 2),
    ("class P { constructor(private readonly a: number, public b = 2) {} }; new P(1).a", 1),
    ("abstract class S { abstract m(): 4 } class Q extends S { m() { return 4 } } new Q().m()", 4),
    ("function f<T extends object>(this: void, x?: T): x is T { return x! == null } f()", True),
    ("interface I { a: string } type T = keyof I; let t: T = 'a' satisfies string; t", "a"),
    ("let cast = <any>'cast'; cast", "cast"),
    ("function o(a: ''): void; function o(a: 7): void; function o(a: any) { return a } o(7)", 7),
    ("declare const absent: string; typeof absent", "undefined"),
    ("const v: number = await Promise.resolve(9); v", 9),
    ("class C { accessor x = 1; static #p?: 2 = 2; static get p() { return C.#p } } C.p", 2),
]


@pytest.mark.parametrize(("code", "result"), EXAMPLES)
def test_typescript_runs(isolate: sync.Isolate, code: str, result: object) -> None:
    assert isolate.eval(transpile(code, "x.ts").code) == result


STANDARD = """
const log: string[] = [];
function dec(value: any, context: any) { log.push(`${context.kind} ${String(context.name)}`); }
@dec class A { @dec m(x: number) { return x } @dec accessor y = 1; @dec static s = 2; }
log.sort().join()
"""

LEGACY = """
const log: string[] = [];
function dec(...args: any[]) { log.push(typeof args[0] + args.length) }
@dec class A { @dec m(@dec x: number) { return x } @dec y = 1 }
log.sort().join()
"""


def test_decorators_of_both_kinds(isolate: sync.Isolate) -> None:
    standard = transpile(STANDARD, "x.ts")
    assert isolate.eval(f"{{ {standard.code} }}") == "accessor y,class A,field s,method m"
    legacy = transpile(LEGACY, "x.ts", decorators="legacy")
    assert isolate.eval(f"{{ {legacy.code} }}") == "function1,object3,object3,object3"


def test_metadata_of_legacy_decorators() -> None:
    code = "function d(...a: any[]) {} class A { @d x: string = '' }"
    assert "design:type" not in transpile(code, "x.ts", decorators="legacy").code
    made = transpile(code, "x.ts", decorators="legacy", decorator_metadata=True).code
    assert '"design:type", String' in made


@pytest.mark.parametrize("name", ["x.tsx", "x.jsx"])
def test_the_runtimes_of_jsx(name: str) -> None:
    code = "export const e = <p id='a'><>b</></p>"
    assert 'from "react/jsx-runtime"' in transpile(code, name).code
    assert 'from "preact/jsx-runtime"' in transpile(code, name, jsx_import_source="preact").code
    classic = transpile(code, name, jsx="classic", jsx_factory="h", jsx_fragment_factory="F").code
    assert 'h("p"' in classic
    assert "h(F, null" in classic
    assert "React" not in classic
    assert "<p id='a'>" in transpile(code, name, jsx="preserve").code
    pragma = transpile("/** @jsxRuntime classic @jsx mine */ " + code, name).code
    assert 'mine("p"' in pragma


def test_jsx_has_a_meaning(isolate: sync.Isolate) -> None:
    code = "function h(...args: unknown[]) { return args } <a b={1}>{2}</a>"
    made = transpile(code, "x.tsx", jsx="classic", jsx_factory="h")
    assert isolate.eval(made.code) == ["a", {"b": 1}, 2]


def test_angle_brackets_are_casts_in_ts_and_elements_in_tsx() -> None:
    assert transpile("const a = <any>b", "x.ts").code.strip() == "const a = b;"
    with pytest.raises(TypeScriptSyntaxError):
        transpile("const a = <any>b", "x.tsx")


def test_imports() -> None:
    code = "import a, { type B, c } from 'm'; import type D from 'n'; import 'o'; export { a }"
    made = transpile(code, "x.mts").code
    assert "import a from 'm'" in made
    assert "'n'" not in made
    assert "import 'o'" in made
    kept = transpile(code, "x.mts", verbatim_module_syntax=True).code
    assert "c" in kept.split("from 'm'")[0]
    commonjs = transpile("import fs = require('fs'); export = fs.x", "x.cts").code
    assert 'require("fs")' in commonjs
    assert "module.exports = fs.x" in commonjs


@pytest.mark.parametrize(
    ("filename", "language"),
    [
        ("a.ts", "ts"),
        ("dir.ts/a.mts", "mts"),
        ("A.CTS", "cts"),
        ("file:///x/a.tsx?v=1#f", "tsx"),
        ("a.jsx", "jsx"),
        ("a.js", None),
        ("ts", None),
        ("a.ts/b", None),
        ("<eval>", None),
    ],
)
def test_the_extension_decides(filename: str, language: str | None) -> None:
    assert language_of(filename) == language


def test_the_language_may_be_said_instead() -> None:
    assert transpile("let x: 1 = 1", "<eval>", language="ts").code.strip() == "let x = 1;"
    with pytest.raises(ValueError, match=r"does not end in \.ts"):
        transpile("let x: 1 = 1", "<eval>")


def test_unknown_options_are_refused() -> None:
    with pytest.raises(ValueError, match="jsx is one of automatic, classic, preserve"):
        transpile("1", "x.ts", jsx="react")
    with pytest.raises(ValueError, match="decorators are standard or legacy"):
        transpile("1", "x.ts", decorators="none")
    with pytest.raises(ValueError, match="part of legacy decorators"):
        transpile("1", "x.ts", decorator_metadata=True)


def test_a_syntax_error_says_where() -> None:
    with pytest.raises(TypeScriptSyntaxError) as caught:
        transpile("enum A {\n  B = 1,\n  C 2,\n}\n", "plugins/colours.ts")
    error = caught.value
    assert isinstance(error, JSSyntaxError)
    assert (error.name, error.filename, error.line) == ("SyntaxError", "plugins/colours.ts", 3)
    assert error.column == 5
    assert error.source_line == "  C 2,"
    assert error.code_frame.splitlines() == [
        "  1 | enum A {",
        "  2 |   B = 1,",
        "  3 |   C 2,",
        "    |     ^",
    ]
    assert "(plugins/colours.ts:3:5)" in str(error)


@pytest.mark.parametrize(
    ("code", "line", "column"),
    [
        ("\tlet \tx: number = ;", 1, 19),
        ("\r\n\r\nlet x: number = ;\r\n", 3, 17),
        ("\ufefflet x: number = ;", 1, 17),
        ("let é: '😀' = '😀', y = ;", 1, 25),
        ("let x = `\n${", 2, 3),
        ("1\u2028let x: number = ;", 2, 17),
        ("", 0, 0),
        ("x" * 5000 + " = 'a' +;", 1, 5009),
    ],
)
def test_columns_count_utf_16(code: str, line: int, column: int) -> None:
    if not code:
        assert transpile(code, "x.ts").code.strip() == ""
        return
    with pytest.raises(TypeScriptSyntaxError) as caught:
        transpile(code, "x.ts")
    assert (caught.value.line, caught.value.column) == (line, column)
    assert all(len(shown) < 200 for shown in caught.value.code_frame.splitlines())


def test_terminal_escapes_do_not_get_into_the_frame() -> None:
    with pytest.raises(TypeScriptSyntaxError) as caught:
        transpile("'\x1b]0;title\x07\x1b[31m' = ;", "x.ts")
    assert caught.value.code_frame.splitlines()[0].isprintable()


def test_the_map_names_the_file_and_no_other_path() -> None:
    made = transpile("let x: number = 1", "a/b.ts")
    parsed = json.loads(made.source_map)
    assert (parsed["version"], parsed["sources"]) == (3, ["a/b.ts"])
    assert "sourcesContent" not in parsed
    assert tempfile.gettempdir() not in made.with_inline_map
    assert made.with_inline_map.startswith(made.code.rstrip())


def test_many_files_at_once_stay_apart() -> None:
    # Each tries to look like the end of its own output, or like the next file's.
    sources = [
        Source(
            f"export const s{n}: string = `\n"
            "//# sourceMappingURL=data:application/json;base64,e30=`\n"
            '"00000000000000000000000000000000";\n',
            f"{n}.ts",
        )
        for n in range(600)
    ]
    made = Compiler(cache=None).transpile_many(sources)
    assert len(made) == 600
    for number, one in enumerate(made):
        assert one.code.startswith(f"export const s{number} = `")
        assert one.code.count("export") == 1
        assert json.loads(one.source_map)["sources"] == [f"{number}.ts"]


def test_the_first_mistake_of_many_files_is_told() -> None:
    sources = [Source("1", "a.ts"), Source("let = ;", "b.tsx"), Source("(", "c.ts")]
    with pytest.raises(TypeScriptSyntaxError) as caught:
        Compiler(cache=None).transpile_many(sources)
    assert caught.value.filename == "b.tsx"


@pytest.mark.parametrize(
    "code", ["(" * 200_000, "[" * 200_000, "type A=" + "A<" * 100_000, "x=" + "1+" * 300_000 + "1"]
)
def test_what_kills_the_compiler_is_an_error(code: str) -> None:
    with pytest.raises(CompilerFailed, match=r"did not survive deep\.ts"):
        transpile(code, "deep.ts")
    assert transpile("1", "x.ts").code.strip() == "1;"


@pytest.mark.timeout(120)
def test_memory_is_bounded(isolate: sync.Isolate) -> None:
    with pytest.raises(CompilerFailed, match="too much memory"):
        transpile("a;" * 10_000_000, "big.ts", cache=None, time_limit=100)
    assert isolate.eval("1 + 1") == 2


def test_the_compiler_may_not_take_longer_than_it_may() -> None:
    slow = Compiler(cache=None, time_limit=0.005)
    with pytest.raises(CompilerFailed, match=r"took longer than 0\.005 s"):
        slow.transpile("1", "x.ts")


def test_a_lone_surrogate_is_refused() -> None:
    with pytest.raises(CompilerFailed, match="lone surrogate at index 7"):
        transpile("let x='\ud800'", "x.ts")


def test_nothing_of_the_source_stays_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    Compiler(cache=None).transpile("1", "x.ts")
    with pytest.raises(TypeScriptSyntaxError):
        Compiler(cache=None).transpile("(", "x.ts")
    assert list(tmp_path.iterdir()) == []


def test_threads_may_transpile_at_the_same_time() -> None:
    results: dict[int, str] = {}

    def work(number: int) -> None:
        results[number] = Compiler(cache=None).transpile(f"let x: 1 = {number}", "x.ts").code

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {number: code.strip() for number, code in results.items()} == {
        number: f"let x = {number};" for number in range(6)
    }


async def test_from_asyncio() -> None:
    made = await transpile_async("let x: 1 = 1", "x.ts")
    assert made.code.strip() == "let x = 1;"
    with pytest.raises(TypeScriptSyntaxError):
        await transpile_async("(", "x.ts")


async def test_cancelling_ends_the_compiler() -> None:
    big = "\n".join(f"export enum E{n} {{ A, B, C, D }}" for n in range(200_000))
    task = asyncio.create_task(Compiler(cache=None).transpile_async(big, "x.ts"))
    await asyncio.sleep(0.2)
    started = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - started < 5


def test_many_isolates_leave_the_compiler_room() -> None:
    """Each has descriptors in the process that starts the compiler, which may have 64 itself."""
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(sync.Isolate())
        assert Compiler(cache=None).transpile("let x: 1 = 1", "x.ts").code.strip() == "let x = 1;"
