"""Evaluation: completion values, top-level await, file names, and syntax errors."""

from __future__ import annotations

import pytest

from atoll import Isolate, JSError, JSSyntaxError

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("", None),
        ("1; 2", 2),
        ("1; var a = 2;", 1),
        ("if (true) { 3 } else { 4 }", 3),
        ("let n = 0; for (let i = 0; i < 3; i++) n += i", 3),
        ("({a: 1})", {"a": 1}),
        ("{ let b = 5; b }", 5),
        ("try { throw 1 } catch { 'caught' }", "caught"),
        ("Promise.resolve(6)", 6),
        ("(async () => 7)()", 7),
        ("({then(resolve) { resolve(8) }}).then.name", "then"),
        ("'use strict'; (function () { return this === undefined })()", True),
        ("(function () { return this === globalThis })()", True),
        ("'directive only'", "directive only"),
        ("#!/usr/bin/env node\n9", 9),
        ("#!/usr/bin/env node\nconst h = 9; h", 9),
        ("10 // a comment at the end", 10),
        ("11 /* and */ // <!-- more", 11),
        ("12\n//# sourceURL=other.js", 12),
        ("arguments = 13", 13),
        ("this === globalThis", True),
        ("`line one\nline two`", "line one\nline two"),
        ("'\u2028'", "\u2028"),
    ],
)
async def test_the_completion_value_is_the_result(
    fresh_isolate: Isolate, code: str, value: object
) -> None:
    assert await fresh_isolate.eval(code) == value


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("await 1", 1),
        ("await 1; 2", 2),
        ("await 1 // a comment at the end", 1),
        ("#!/usr/bin/env node\nawait 2", 2),
        ("1; await 2; var x = 3;", 2),
        ("if (await true) { 'yes' } else { 'no' }", "yes"),
        ("let s = 0; for await (const n of [1, Promise.resolve(2)]) s += n; s", 3),
        ("let t = 0; for (let i = await 1; i < 4; i++) t += i; t", 6),
        ("for (var i = await 1, j = 5; i < 3; i++); i + j", 8),
        ("let u = []; for (const k of await [1, 2]) u.push(k * 2); u", [2, 4]),
        ("for (var [a, b] of await [[1, 2]]); a + b", 3),
        ("for (var key in await {p: 1}); key", "p"),
        ("switch (await 2) { case 2: 'two'; break; default: 'other' }", "two"),
        ("try { await Promise.reject(new Error('r')) } catch (e) { e.message }", "r"),
        ("label: while (true) { await 0; break label; } 'out'", "out"),
        ("const {a, b: [c, ...rest], ...o} = await {a: 1, b: [2, 3], d: 4}; [a, c, rest, o]",
         [1, 2, [3], {"d": 4}]),
        ("const f = async () => { await 1; return 'inner' }; await f()", "inner"),
        ("[await 1, await 2].map(x => x + 1)", [2, 3]),
        ("await (async () => { await 0; return {deep: true} })()", {"deep": True}),
        ("'use strict'; await 0; (function () { return this === undefined })()", True),
        ("await 0; (function () { return this === globalThis })()", True),
        ("`${await 'template'}`", "template"),
        ("{ await using r = {[Symbol.asyncDispose]() { this.gone = 1 }}; 'used' }", "used"),
        ("let o = {await: 1}; o.await + await 1", 2),
        ("const $completion = await 5; $completion", 5),
        ("await (1, 2), await 3", 3),
    ],
)  # fmt: skip
async def test_await_is_accepted_at_the_top_level(
    fresh_isolate: Isolate, code: str, value: object
) -> None:
    assert await fresh_isolate.eval(code) == value


async def test_declarations_persist_from_one_script_to_the_next(fresh_isolate: Isolate) -> None:
    await fresh_isolate.eval(
        "let l = 1; const c = 2; var v = 3; function f() { return 4 } class K { x = 5 }"
    )
    assert await fresh_isolate.eval("[l, c, v, f(), new K().x]") == [1, 2, 3, 4, 5]
    with pytest.raises(JSError, match="TypeError: Assignment to constant"):
        await fresh_isolate.eval("c = 3")
    with pytest.raises(JSError, match="'l' has already been declared"):
        await fresh_isolate.eval("let l = 2")


async def test_declarations_beside_an_await_persist(fresh_isolate: Isolate) -> None:
    await fresh_isolate.eval(
        """
        let l = await 1, unset; const c = await 2; var v = await 3;
        const {d, e: [g]} = await {d: 6, e: [7]};
        function f() { return 4 + l }
        async function af() { return await 8 }
        class K { x = 5 }
        if (await true) { var nested = 9 }
        for (var loop of await [10]);
        """
    )
    values = "[l, c, v, f(), new K().x, d, g, await af(), nested, loop]"
    assert await fresh_isolate.eval(values) == [
        1, 2, 3, 5, 5, 6, 7, 8, 9, 10,
    ]  # fmt: skip
    assert await fresh_isolate.eval("[typeof unset, f.name, K.name, af.name]") == [
        "undefined", "f", "K", "af",
    ]  # fmt: skip


async def test_functions_are_hoisted_over_an_await(fresh_isolate: Isolate) -> None:
    assert (
        await fresh_isolate.eval("const r = await early(1); r; function early(x) { return x + 1 }")
        == 2
    )
    assert await fresh_isolate.eval("early(2)") == 3


async def test_let_in_a_block_beside_an_await_stays_in_it(fresh_isolate: Isolate) -> None:
    await fresh_isolate.eval("{ let inside = await 1; const also = 2; }")
    assert await fresh_isolate.eval("[typeof inside, typeof also]") == ["undefined", "undefined"]


async def test_a_rejected_await_is_the_result(isolate: Isolate) -> None:
    with pytest.raises(JSError, match="TypeError: rejected"):
        await isolate.eval("await Promise.reject(new TypeError('rejected'))")


async def test_arguments_go_to_the_function_that_the_code_evaluates_to(isolate: Isolate) -> None:
    assert await isolate.eval("(a, b) => a - b", 5, 3) == 2
    assert await isolate.eval("async (a) => (await a) * 2", 4) == 8
    with pytest.raises(JSError, match="the code's value is no function"):
        await isolate.eval("5", 1)


async def test_without_a_copy_the_result_is_a_reference(isolate: Isolate) -> None:
    reference = await isolate.eval("({a: 1})", copy=False)
    assert await reference.get("a") == 1
    promise = await isolate.eval("await 5", copy=False)
    assert await promise.value() == 5


# File names and positions


@pytest.mark.parametrize(
    ("code", "line", "column"),
    [
        ("throw new Error('x')", 1, 7),
        ("\n\n  throw new Error('x')", 3, 9),
        ("await 0;\n\nthrow new Error('x')", 3, 7),
        ("const a = 1,\n  b = await 2;\nthrow new Error('x')", 3, 7),
        ("function gap() {\n  return 1;\n}\nawait 0;\nthrow new Error('x')", 5, 7),
        ("function boom() {\n  throw new Error('x');\n}\nawait 0;\nboom();", 2, 9),
        ("await 0;\n\nclass K {\n  m() { throw new Error('x'); }\n}\nnew K().m()", 4, 15),
        ("#!shebang\nthrow new Error('x')", 2, 7),
        ("#!shebang\nawait 0; throw new Error('x')", 2, 16),
    ],
)
async def test_stacks_have_the_line_and_column_of_the_source(
    fresh_isolate: Isolate, code: str, line: int, column: int
) -> None:
    with pytest.raises(JSError, match="Error: x") as caught:
        await fresh_isolate.eval(code, filename="job.js")
    assert caught.value.js_stack is not None
    first = caught.value.js_stack.splitlines()[1]
    assert f"job.js:{line}:" in first
    if "await" not in code:
        assert f"job.js:{line}:{column}" in first


@pytest.mark.parametrize(
    ("filename", "shown"),
    [
        ("a.js", "a.js"),
        ("dir/a b.js", "dir/a_b.js"),
        ("https://example.com/a.js?x=1", "https://example.com/a.js?x=1"),
        ("naïve\n'quotes'\".js", "naïve__quotes__.js"),
        ("<eval>", "<eval>"),
    ],
)
async def test_the_file_name_is_shown_in_stacks(
    isolate: Isolate, filename: str, shown: str
) -> None:
    with pytest.raises(JSError) as caught:
        await isolate.eval("null.x", filename=filename)
    assert f"at {shown}:1:" in str(caught.value.js_stack)


# Syntax errors


@pytest.mark.parametrize(
    ("code", "line", "column", "text"),
    [
        ("let = ;", 1, 7, "let = ;"),
        ("1 +", 1, 4, "1 +"),
        ("ok();\n  foo bar\nmore()", 2, 7, "  foo bar"),
        ("await 1;\nlet 5x;", 2, 6, "let 5x;"),
        ("(", 1, 2, "("),
        ("'unterminated", 1, 1, "'unterminated"),
        ("}", 1, 1, "}"),
    ],
)
async def test_a_syntax_error_says_where_it_is(
    isolate: Isolate, code: str, line: int, column: int, text: str
) -> None:
    with pytest.raises(JSSyntaxError) as caught:
        await isolate.eval(code, filename="bad.js")
    error = caught.value
    assert (error.filename, error.line, error.column, error.source_line) == (
        "bad.js", line, column, text,
    )  # fmt: skip
    assert error.name == "SyntaxError"
    assert error.message
    assert f"(bad.js:{line}:{column})" in str(error)


async def test_nothing_of_a_script_with_a_syntax_error_runs(fresh_isolate: Isolate) -> None:
    with pytest.raises(JSSyntaxError):
        await fresh_isolate.eval("globalThis.ran = true; let 5x")
    assert await fresh_isolate.eval("typeof ran") == "undefined"


@pytest.mark.parametrize(
    "code", ["import x from 'y'", "export default 1", "return 1", "import.meta.url", "yield 1"]
)
async def test_what_a_script_may_not_contain_is_a_syntax_error(isolate: Isolate, code: str) -> None:
    with pytest.raises(JSSyntaxError):
        await isolate.eval(code)


async def test_a_syntax_error_at_run_time_is_an_ordinary_error(isolate: Isolate) -> None:
    for code in ("JSON.parse('{')", "new Function('(')", "eval('1 +')", "new RegExp('(')"):
        with pytest.raises(JSError) as caught:
            await isolate.eval(code)
        assert caught.value.name == "SyntaxError"
        assert not isinstance(caught.value, JSSyntaxError)


async def test_imports_are_refused(isolate: Isolate) -> None:
    for specifier in ("node:fs", "./x.js", "https://example.com/x.js", "data:text/javascript,1"):
        with pytest.raises(JSError):
            await isolate.eval(f"import({specifier!r})")
