"""TypeScript in isolates of both flavours."""

from __future__ import annotations

import pytest

from atoll import Isolate, JSError, Runtime, sync
from atoll.errors import CompilerFailed, JSSyntaxError, TypeScriptSyntaxError
from atoll.typescript import Compiler

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLUGIN = """\
interface Item { price: number; count?: number }

enum Discount { None = 0, Half = 50 }

function total(items: Item[], discount: Discount = Discount.None): number {
    return items.reduce((sum, { price, count = 1 }) => {
        if (price < 0) throw new RangeError(`a price of ${price}`);
        return sum + price * count;
    }, 0) * (100 - discount) / 100;
}

total([{ price: 10, count: 2 }, { price: 1 }], Discount.Half)
"""


async def test_the_extension_of_the_filename_decides(isolate: Isolate) -> None:
    assert await isolate.eval(PLUGIN, filename="plugin.ts") == 10.5
    assert await isolate.call("total", [{"price": 3}]) == 3


async def test_the_language_can_be_said(isolate: Isolate) -> None:
    assert await isolate.eval("let said: number = 1; said", language="ts") == 1
    with pytest.raises(JSSyntaxError):
        await isolate.eval("let plain: number = 1")
    assert (
        await isolate.eval("var a = 2, b = 1; a < b > (3)", filename="x.ts", language="js") is False
    )
    with pytest.raises(ValueError, match="language is js, ts, mts, cts, tsx, jsx or None"):
        await isolate.eval("1", language="python")  # type: ignore[arg-type]


async def test_arguments_and_references(isolate: Isolate) -> None:
    code = "(item: { price: number }, by: number): number => item.price * by"
    assert await isolate.eval(code, {"price": 3}, 4, filename="x.ts") == 12
    function = await isolate.eval("(x: string) => x + '!'", filename="x.ts", copy=False)
    assert await function("a") == "a!"


async def test_top_level_await(isolate: Isolate) -> None:
    code = "const waited: number = await Promise.resolve(20);\nwaited + (await 1 as number)"
    assert await isolate.eval(code, filename="x.ts") == 21


async def test_stacks_have_the_original_lines(isolate: Isolate) -> None:
    await isolate.eval(PLUGIN, filename="plugins/total.ts")
    with pytest.raises(JSError) as caught:
        await isolate.call("total", [{"price": -1}])
    stack = caught.value.js_stack or ""
    assert stack.splitlines() == [
        "RangeError: a price of -1",
        "    at plugins/total.ts:7:30",
        "    at Array.reduce (<anonymous>)",
        "    at total (plugins/total.ts:6:18)",
    ]


async def test_a_thrown_error_after_await_has_its_line(isolate: Isolate) -> None:
    code = "type A = 1;\ntype B = 2;\nawait 1;\n\nthrow new Error('late')"
    with pytest.raises(JSError) as caught:
        await isolate.eval(code, filename="late.ts")
    assert "late.ts:5:" in (caught.value.js_stack or "")


async def test_errors_of_the_compiler_and_of_the_engine_look_alike(isolate: Isolate) -> None:
    with pytest.raises(TypeScriptSyntaxError) as compiler:
        await isolate.eval("type A = 1;\nlet x: = 2;", filename="a.ts")
    assert (compiler.value.filename, compiler.value.line) == ("a.ts", 2)
    with pytest.raises(JSSyntaxError) as engine:
        await isolate.eval("type A = 1;\nlet twice: A;\nlet twice: 2;", filename="a.ts")
    assert (engine.value.filename, engine.value.line, engine.value.column) == ("a.ts", 3, 5)


async def test_a_source_that_kills_the_compiler_leaves_the_isolate_alone(isolate: Isolate) -> None:
    with pytest.raises(CompilerFailed):
        await isolate.eval("(" * 200_000, filename="deep.ts")
    assert await isolate.eval("1 + 1") == 2


async def test_an_isolate_may_have_a_compiler_of_its_own() -> None:
    compiler = Compiler(jsx="classic", jsx_factory="h", cache=None)
    async with Isolate(typescript=compiler) as isolate:
        code = "function h(tag: string, props: object) { return [tag, props] }\n<a b='c'/>"
        assert await isolate.eval(code, filename="view.tsx") == ["a", {"b": "c"}]


async def test_a_runtime_and_its_console() -> None:
    seen: list[object] = []
    async with Runtime(console=lambda entry: seen.append(str(entry))) as runtime:
        await runtime.eval("enum A { B = 'c' }\nconsole.log(A.B)", filename="x.ts")
    assert len(seen) == 1
    assert "c" in str(seen[0])


async def test_blocking_isolates_do_the_same() -> None:
    with sync.Isolate() as isolate:
        assert isolate.eval(PLUGIN, filename="plugin.ts") == 10.5
        assert isolate.eval("(n: number) => n + 1", 1, language="ts") == 2
        with pytest.raises(JSError) as caught:
            isolate.call("total", [{"price": -1}])
        assert "plugin.ts:7:30" in (caught.value.js_stack or "")
        with pytest.raises(TypeScriptSyntaxError):
            isolate.eval("let x: ;", filename="x.ts")
    with sync.Runtime(typescript=Compiler(jsx="preserve")) as runtime:
        assert runtime.eval("enum E { A = 4 } E.A", filename="x.ts") == 4
