"""WebAssembly from responses, and what lies beside modules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from atoll import Isolate, Runtime
from atoll.fetch import Request, Response
from atoll.modules import Modules

from .conftest import Site

# (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
ADD = bytes.fromhex(
    "0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b"
)
# (module (import "m" "n" (global i32)) (export "g" (global 0)))
IMPORTS = bytes.fromhex("0061736d01000000020801016d016e037f0007050101670300")
WASM = {"content-type": "application/wasm"}


@pytest.mark.parametrize("kind", ["application/wasm", "Application/WASM", " application/wasm\t"])
async def test_a_module_is_compiled_from_a_response(kind: str, site: Site) -> None:
    site.answer = lambda _: Response(ADD, headers={"content-type": kind})
    assert await site.eval(
        """const url = "https://x.test/add.wasm";
        const module = await WebAssembly.compileStreaming(fetch(url));
        const made = await WebAssembly.instantiateStreaming(await fetch(url), {});
        [module instanceof WebAssembly.Module, Object.keys(made),
            made.instance.exports.add(2, 3), made.module instanceof WebAssembly.Module]"""
    ) == [True, ["module", "instance"], 5, True]


async def test_imports_are_looked_up_when_it_is_compiled(site: Site) -> None:
    site.answer = lambda _: Response(IMPORTS, headers=WASM)
    assert (
        await site.eval(
            """const imports = { m: { n: 7 } };
            const { instance } = await WebAssembly.instantiateStreaming(
                fetch("https://x.test/"), imports);
            instance.exports.g.value"""
        )
        == 7
    )


@pytest.mark.parametrize(
    ("argument", "error"),
    [
        ("", "TypeError"),
        ("undefined", "TypeError"),
        ("new Uint8Array(8)", "TypeError"),
        ("Object.create(Response.prototype)", "TypeError"),
        ("Promise.reject(new RangeError())", "RangeError"),
        ("new Response(add, { headers: { 'content-type': 'text/wasm' } })", "TypeError"),
        ("new Response(add, { headers: { 'content-type': 'application/wasm;a=b' } })", "TypeError"),
        ("new Response(add)", "TypeError"),
        ("new Response(add, { ...wasm, status: 404 })", "TypeError"),
        ("Response.error()", "TypeError"),
        ("used", "TypeError"),
        ("locked", "TypeError"),
        ("new Response(add.slice(0, 20), wasm)", "CompileError"),
        ("new Response(null, wasm)", "CompileError"),
        ("new Response(add, wasm), 1", "TypeError"),
    ],
)
async def test_what_is_no_module(argument: str, error: str, site: Site) -> None:
    code = f"""
        (add) => {{
            const wasm = {{ headers: {{ "content-type": "application/wasm" }} }};
            const used = new Response(add, wasm);
            used.arrayBuffer();
            const locked = new Response(add, wasm);
            locked.body.getReader();
            return WebAssembly.instantiateStreaming({argument}).then(
                () => "", (error) => error.name);
        }}"""
    assert await site.eval(code, ADD) == error


async def test_the_functions_look_as_before(site: Site) -> None:
    look = """["compileStreaming", "instantiateStreaming"].map((name) => {
        const { value, ...rest } = Object.getOwnPropertyDescriptor(WebAssembly, name);
        return [value.name, value.length, "prototype" in value, `${value}`, rest]
    })"""
    async with Isolate() as bare:
        assert await site.eval(look) == await bare.eval(look)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "node_modules" / "adder"
    (folder / "lib").mkdir(parents=True)
    (folder / "package.json").write_text('{"type": "module", "exports": "./lib/index.js"}')
    (folder / "lib" / "add.wasm").write_bytes(ADD)
    (folder / "lib" / "data.json").write_text('{"a": [1]}')
    (folder / "lib" / "index.js").write_text(
        """const { instance } = await WebAssembly.instantiateStreaming(
            fetch(new URL("add.wasm", import.meta.url)));
        export const add = instance.exports.add;
        export const at = (path, init) => fetch(new URL(path, import.meta.url), init);"""
    )
    (tmp_path / "secret").write_text("secret")
    return tmp_path / "node_modules"


async def test_a_package_fetches_what_lies_beside_its_modules(package: Path) -> None:
    async def refuse(request: Request) -> Any:
        raise AssertionError(request.url)

    modules = Modules().mount_node_modules("", package)
    async with Runtime(modules=modules, fetch=refuse) as rt:
        assert await rt.modules.eval("import { add } from 'adder'; export default add(2, 3)") == 5
        assert await rt.modules.eval(
            """import { at } from "adder";
            const response = await at("data.json");
            const bytes = await (await at("add.wasm", { mode: "same-origin" })).bytes();
            bytes.fill(0); // it is a copy
            const again = await (await at("add.wasm")).bytes();
            export default [response.ok, response.type, response.url, again[1],
                response.headers.get("content-type"), await response.json()]"""
        ) == [
            *(True, "basic", "module:///node_modules/adder/lib/data.json", 0x61),
            *("application/json", {"a": [1]}),
        ]
        for bad in (
            'at("add.wasm", { method: "POST" })',
            'at("nothing.wasm")',
            'at("../../../secret")',
            'at("%2e%2e/%2e%2e/%2e%2e/secret")',
            'fetch("module:///secret")',
        ):
            code = f"import {{ at }} from 'adder'; export default await {bad}.catch((e) => e.name)"
            assert await rt.modules.eval(code) == "TypeError"


async def test_without_modules_there_is_nothing_beside_them(site: Site) -> None:
    code = "fetch('module:///a.js').catch((error) => `${error}`)"
    assert "URLs of the scheme 'module:' cannot be fetched" in await site.eval(code)
    assert site.requests == []
