"""ECMA-262 § 16.2 in an isolate: linking, evaluation order, identity, live bindings, errors."""

from __future__ import annotations

import pytest

from atoll import Isolate, JSError, JSSyntaxError, ModuleNotFound
from atoll.modules import Modules
from tests.modules.support import default_of, virtual

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_bindings_are_live(isolate: Isolate) -> None:
    modules = virtual(
        main="""
        import { count, increment } from "./counter.js";
        const before = count; increment(); export default [before, count];""",
        counter="export let count = 1; export function increment() { count++ }",
    )
    assert await default_of(isolate, modules) == [1, 2]


async def test_imports_are_constant(isolate: Isolate) -> None:
    modules = virtual(
        main="""
        import { a } from "./a.js"; let error;
        try { a = 2 } catch (thrown) { error = thrown.name } export default error;""",
        a="export let a = 1",
    )
    assert await default_of(isolate, modules) == "TypeError"


async def test_modules_in_a_cycle_see_each_other(isolate: Isolate) -> None:
    modules = virtual(
        main="import { odd } from './odd.js'; export default [odd(7), odd(8)]",
        odd="import { even } from './even.js'; export const odd = (n) => n > 0 && even(n - 1);",
        even="""import { odd } from "./odd.js";
        export function even(n) { return n === 0 || odd(n - 1) }""",
    )
    assert await default_of(isolate, modules) == [True, False]


async def test_a_cycle_has_a_temporal_dead_zone(isolate: Isolate) -> None:
    modules = virtual(
        main="import './b.js'; export const value = 1; export default 1",
        b="import { value } from './main.js'; value",
    )
    with pytest.raises(JSError, match="ReferenceError"):
        await default_of(isolate, modules)


async def test_evaluation_follows_the_order_of_imports(isolate: Isolate) -> None:
    log = "(globalThis.log ??= []).push"
    modules = virtual(
        main=f"import './a.js'; import './b.js'; {log}('main'); export default log.splice(0)",
        a=f"import './c.js'; {log}('a')",
        b=f"import './c.js'; {log}('b')",
        c=f"{log}('c')",
    )
    assert await default_of(isolate, modules) == ["c", "a", "b", "main"]


async def test_top_level_await_holds_importers_back_but_not_siblings(isolate: Isolate) -> None:
    log = "(globalThis.order ??= []).push"
    modules = virtual(
        main=f"""import "./slow.js"; import "./fast.js"; {log}("main");
        export default order.splice(0)""",
        slow=f"{log}('slow starts'); await 0; await 0; {log}('slow ends')",
        fast=f"{log}('fast')",
    )
    assert await default_of(isolate, modules) == ["slow starts", "fast", "slow ends", "main"]


async def test_a_module_is_evaluated_once(isolate: Isolate) -> None:
    modules = virtual(
        main="""
        import * as one from "./a.js"; import * as two from "./../a.js";
        const three = await import("./a.js"); const four = await import("a.js");
        export default [one === two, one === three, one === four, globalThis.times]""",
        a="globalThis.times = (globalThis.times ?? 0) + 1",
    )
    assert await default_of(isolate, modules) == [True, True, True, 1]


async def test_a_query_makes_another_module(isolate: Isolate) -> None:
    modules = virtual(
        main="""
        import * as one from "./a.js?1"; import * as two from "./a.js?2";
        export default [one === two, one.url, two.url]""",
        a="export const url = import.meta.url",
    )
    urls = ["module:///a.js?1", "module:///a.js?2"]
    assert await default_of(isolate, modules) == [False, *urls]


async def test_dynamic_imports_run_at_once(isolate: Isolate) -> None:
    modules = virtual(
        main="""
        const all = await Promise.all([import("./a.js"), import("./b.js"), import("./a.js")]);
        export default all.map((namespace) => namespace.default)""",
        a="import b from './b.js'; export default `a${b}`",
        b="export default 'b'",
    )
    assert await default_of(isolate, modules) == ["ab", "b", "ab"]


async def test_the_meta_property(isolate: Isolate) -> None:
    modules = virtual(
        main="""
        import other from "./other.js";
        const { url, main, resolve } = import.meta;
        export default [url, main, resolve("./x/../y.js"), other,
            Object.getPrototypeOf(import.meta), Object.keys(import.meta)]""",
        other="export default import.meta.main",
    )
    handle = await isolate.install(modules)
    await handle.run("./main.js")
    namespace = await handle.import_module("main.js")
    assert await namespace.get("default") == [
        "module:///main.js",
        True,
        "module:///y.js",
        False,
        None,
        ["url", "main", "resolve"],
    ]


async def test_import_meta_resolve_throws_for_names_that_mean_nothing(isolate: Isolate) -> None:
    modules = virtual(main="export default import.meta.resolve('nothing')")
    with pytest.raises(ModuleNotFound) as caught:
        await default_of(isolate, modules)
    assert caught.value.specifier == "nothing"
    assert caught.value.importer == "module:///main.js"


async def test_import_attributes_choose_the_type(isolate: Isolate) -> None:
    modules = virtual(
        main="""
        import json from "./data.json" with { type: "json" };
        import text from "./data.txt" with { type: "text" };
        import bytes from "./data.bin" with { type: "bytes" };
        const again = await import("./data.json", { with: { type: "json" } });
        export default [json, text, bytes, again.default === json, Object.keys(again)]""",
    )
    modules.virtual("data.json", '{"a": [1, null]}').virtual("data.txt", "häh?")
    modules.virtual("data.bin", b"\x00\xff")
    expected = [{"a": [1, None]}, "häh?", b"\x00\xff", True, ["default"]]
    assert await default_of(isolate, modules) == expected


async def test_one_module_may_import_one_file_as_several_types(isolate: Isolate) -> None:
    modules = virtual(
        main="""
        import text from "./a.js" with { type: "text" }; import a, { n } from "./a.js";
        import bytes from './a.js' with { type: 'bytes' }; export { n } from "./a.js";
        export default [text.length, a, n, bytes.length]""",
        a="export default 'a'; export const n = 1; // ä",
    )
    assert await default_of(isolate, modules) == [44, "a", 1, 45]
    handle = await isolate.install(modules)
    code = (
        "import t from 'a.js' with { type: 'text' }; import a from 'a.js'; export default a + t[0]"
    )
    assert await handle.eval(code) == "ae"


async def test_one_file_may_be_several_types(isolate: Isolate) -> None:
    modules = virtual(
        main="""
        import json from "./data.json" with { type: "json" };
        const text = await import("./data.json", { with: { type: "text" } });
        export default [json, text.default]""",
    )
    assert await default_of(isolate, modules.virtual("data.json", "[1]")) == [[1], "[1]"]


@pytest.mark.parametrize(
    "how",
    [
        "import('./a.js')",
        "eval(\"import('./a.js')\")",
        "(0, eval)(\"import('./a.js')\")",
        "new Function(\"return import('./a.js')\")()",
        "(async () => {}).constructor(\"return import('./a.js')\")()",
        "Promise.resolve().then(() => import('./a.js'))",
        "(async () => { await 0; return import('./a.js') })()",
        "new Promise((done) => { AbortSignal.timeout(1).onabort = () => done(import('./a.js')) })",
    ],
)
@pytest.mark.parametrize("where", ["script", "module"])
async def test_every_import_goes_through_the_same_gate(
    how: str, where: str, isolate: Isolate
) -> None:
    handle = await isolate.install(virtual(a="export const name = 'a'; export default 1"))
    if where == "script":
        assert await isolate.eval(f"{how}.then((module) => module.name)") == "a"
    else:
        assert await handle.eval(f"export default (await {how}).name") == "a"


async def test_a_namespace_is_a_reference_with_callable_exports(isolate: Isolate) -> None:
    handle = await isolate.install(
        virtual(
            maths="export const add = (a, b) => a + b; export async function slow() { return 1 }"
        )
    )
    namespace = await handle.import_module("maths.js")
    assert await namespace.call_method("add", 1, 2) == 3
    assert await namespace.call_method("slow") == 1
    add = await namespace.get("add")
    assert await add(3, 4) == 7
    again = await handle.import_module("./maths.js")
    assert await isolate.eval("(a) => (b) => a === b", namespace)
    assert again is namespace


async def test_eval_gives_the_default_export(isolate: Isolate) -> None:
    handle = await isolate.install(virtual(a="export const a = 20"))
    assert await handle.eval("import { a } from './a.js'; export default a + 1") == 21
    assert await handle.eval("await 0; export const nothing = 1") is None
    reference = await handle.eval("export default class A {}", copy=False)
    assert reference.typeof == "function"
    assert (
        await handle.eval("export default import.meta.url", filename="x/y.js") == "module:///x/y.js"
    )
    with pytest.raises(JSError) as caught:
        await handle.eval("\n\n  throw new Error('here')", filename="x/y.js")
    assert caught.value.js_stack == "Error: here\n    at x/y.js:3:9"


async def test_modules_are_strict_and_have_no_this(isolate: Isolate) -> None:
    modules = virtual(main="export default [this, (function () { return this })()]")
    assert await default_of(isolate, modules) == [None, None]


# Errors


async def test_what_a_module_throws_is_kept(isolate: Isolate) -> None:
    modules = virtual(
        main="""
        const errors = [];
        for (let i = 0; i < 2; i++) await import("./bad.js").catch((e) => errors.push(e));
        export default [errors[0] === errors[1], errors[0].message, globalThis.tries]""",
        bad="globalThis.tries = (globalThis.tries ?? 0) + 1; throw new Error('once')",
    )
    assert await default_of(isolate, modules) == [True, "once", 1]


async def test_a_syntax_error_has_its_file_line_and_column(isolate: Isolate) -> None:
    modules = virtual(main="import './bad.js'", bad="export const a = 1;\nexport const b = ;\n")
    handle = await isolate.install(modules)
    with pytest.raises(JSSyntaxError) as caught:
        await handle.run("./main.js")
    error = caught.value
    assert (error.filename, error.line, error.column) == ("module:///bad.js", 2, 18)
    assert error.source_line == "export const b = ;"
    assert error.js_stack is not None
    assert error.js_stack.endswith("    at module:///bad.js:2:18")


async def test_a_syntax_error_can_be_caught_and_is_kept(isolate: Isolate) -> None:
    modules = virtual(
        main="""
        const one = await import("./bad.js").catch((e) => e);
        const two = await import("./bad.js").catch((e) => e);
        export default [one === two, one instanceof SyntaxError, `${one.stack}`]""",
        bad="let let = 1",
    )
    same, is_syntax_error, stack = await default_of(isolate, modules)
    assert same
    assert is_syntax_error
    assert stack.endswith("at module:///bad.js:1:5")


async def test_an_export_that_is_not_there_names_the_importer(isolate: Isolate) -> None:
    modules = virtual(
        main="import './middle.js'", middle="import { nope } from './a.js'", a="export const a = 1"
    )
    with pytest.raises(JSError, match=r"'nope' \(imported by module:///middle\.js\)"):
        await default_of(isolate, modules)


async def test_stacks_show_the_modules_alone(isolate: Isolate) -> None:
    modules = virtual(
        main="import { f } from './lib/f.js';\nexport default (() => f())()",
        **{"lib/f": "export function f() {\n  throw new RangeError('deep');\n}"},
    )
    with pytest.raises(JSError) as caught:
        await default_of(isolate, modules)
    assert caught.value.js_stack == (
        "RangeError: deep\n    at f (module:///lib/f.js:2:9)\n"
        "    at module:///main.js:2:23\n    at module:///main.js:2:27"
    )


async def test_a_json_module_that_is_none(isolate: Isolate) -> None:
    modules = virtual(main="import './a.json' with { type: 'json' }").virtual("a.json", "{")
    with pytest.raises(JSError, match=r"SyntaxError: module:///a\.json: "):
        await default_of(isolate, modules)


async def test_unknown_attributes_and_types(isolate: Isolate) -> None:
    for attributes, message in (
        ('type: "css"', 'none of "json", "text" and "bytes"'),
        ('lang: "ts"', 'no import attribute "lang"'),
    ):
        for code in (
            f"import './a.json' with {{ {attributes} }}",
            f"await import('./a.json', {{ with: {{ {attributes} }} }})",
        ):
            with pytest.raises(JSError, match=message):
                await default_of(isolate, virtual(main=code).virtual("a.json", "1"))


async def test_without_modules_the_error_says_what_to_add(fresh_isolate: Isolate) -> None:
    for code in ("import('a')", "eval(\"import('a')\")", "new Function(\"return import('a')\")()"):
        with pytest.raises(JSError, match=r"no modules.*atoll\.modules\.Modules"):
            await fresh_isolate.eval(code)
    with pytest.raises(JSSyntaxError, match=r"Runtime\(modules=Modules\(\)\)"):
        await fresh_isolate.eval("import a from 'a'")


async def test_an_empty_builder_says_what_to_add(isolate: Isolate) -> None:
    handle = await isolate.install(Modules())
    with pytest.raises(ModuleNotFound, match=r"add virtual\(…\)"):
        await handle.import_module("a")
