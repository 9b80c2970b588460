"""Imports that fail: each is a typed error that names the specifier, the importer and the rule."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from atoll import (
    Isolate,
    JSError,
    JSSyntaxError,
    Limits,
    ModuleDenied,
    ModuleError,
    ModuleLoadError,
    ModuleNotFound,
    WallTimeLimitExceeded,
)
from atoll.errors import TypeScriptSyntaxError
from atoll.modules import Modules
from atoll.modules._builder import IsolateModules
from tests.modules.support import virtual

pytestmark = pytest.mark.asyncio(loop_scope="module")

IMPORTER = "module:///main.js"


async def failure(isolate: Isolate, modules: Modules, kind: type[ModuleError]) -> ModuleError:
    """What importing ``main.js`` raises."""
    handle = await isolate.install(modules)
    with pytest.raises(ModuleError) as caught:
        await handle.run("main.js")
    assert type(caught.value) is kind
    assert caught.value.specifier in str(caught.value)
    assert caught.value.importer == IMPORTER
    return caught.value


@pytest.mark.parametrize("code", ["import {}", "await import({})", "export * from {}"])
async def test_a_missing_module(code: str, isolate: Isolate) -> None:
    modules = virtual(main=code.replace("{}", '"./gone.js"'))
    error = await failure(isolate, modules, ModuleNotFound)
    assert (error.specifier, error.rule) == ("./gone.js", "not found")


async def test_the_guest_sees_a_type_error(isolate: Isolate) -> None:
    handle = await isolate.install(virtual(a=""))
    code = (
        "export default await import('./gone.js').catch((e) => [e instanceof TypeError, e.message])"
    )
    is_type_error, message = await handle.eval(code)
    assert is_type_error
    assert message == 'Cannot import "./gone.js" from module:///: nothing provides it'


@pytest.mark.parametrize(
    ("specifier", "rule"),
    [
        ("data:text/javascript,1", "data: imports"),
        ("blob:null/4b1b9a6e", "blob: imports"),
        ("file:///etc/passwd", "file: imports"),
        ("http://example.com/x.js", "http: imports"),
        ("https://example.com/x.js", "https: imports"),
        ("npm:lodash", "npm: imports"),
        ("jsr:@std/fs", "jsr: imports"),
        ("ext:core/mod.js", "ext: imports"),
        ("node:fs", "node: imports"),
        ("node:child_process", "node: imports"),
        ("node:vm", "node: imports"),
        ("node:", "node: imports"),
        ("node:chunk-DtcTpLWz.js", "node: imports"),
        ("node:../../x", "node: imports"),
        ("https://[x.example]/", "specifier"),
        ("a" * 5000, "specifier"),
        ("nul\\0", "specifier"),
    ],
)
async def test_schemes_that_were_not_allowed(specifier: str, rule: str, isolate: Isolate) -> None:
    error = await failure(isolate, virtual(main=f'import "{specifier}"'), ModuleDenied)
    assert error.rule == rule
    if "\\" not in specifier:
        assert error.specifier.startswith(specifier[:100])


async def test_specifiers_that_are_no_text(isolate: Isolate) -> None:
    await isolate.install(virtual(a=""))
    for code in ("import('\\ud800')", "import('./\\udfff.js')", "import('')", "import('a\\0b')"):
        with pytest.raises(ModuleDenied) as caught:
            await isolate.eval(code)
        assert caught.value.rule == "specifier"
        str(caught.value).encode()
    for code in ("import(Symbol())", "import({ toString() { throw new RangeError('no') } })"):
        with pytest.raises(JSError, match=r"TypeError|RangeError: no"):
            await isolate.eval(code)


async def test_relative_imports_need_a_hierarchical_importer(isolate: Isolate) -> None:
    modules = Modules().virtual("app:main", "import './x.js'")
    handle = await isolate.install(modules)
    with pytest.raises(ModuleDenied) as caught:
        await handle.run("app:main")
    assert (caught.value.importer, caught.value.rule) == ("app:main", "specifier")


# Loaders


async def test_a_loader_that_raises(isolate: Isolate) -> None:
    raised = LookupError("the password is 1234")

    def load(path: str) -> str:
        if path == "bad.js":
            raise raised
        return "import './bad.js'"

    async def load_later(path: str) -> str:
        return load(path)

    for loader in (load, load_later):
        handle = await isolate.install(Modules().source_tree("t/", loader))
        with pytest.raises(ModuleLoadError) as caught:
            await handle.run("t/main.js")
        error = caught.value
        assert (error.specifier, error.importer) == ("./bad.js", "module:///t/main.js")
        assert error.rule == "loader"
        assert error.__cause__ is raised
        assert "1234" not in str(error)


async def test_a_loader_that_hangs(isolate: Isolate) -> None:
    cancelled = asyncio.Event()

    async def load(path: str) -> str:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return ""

    modules = Modules(load_time=0.05).source_tree("t/", load).virtual("main.js", "import 't/a.js'")
    error = await failure(isolate, modules, ModuleLoadError)
    assert error.rule == "load_time"
    assert cancelled.is_set()
    assert await isolate.eval("1 + 1") == 2


@pytest.mark.parametrize("value", [1, ["export"], {"code": ""}, object()])
async def test_a_loader_that_returns_the_wrong_type(value: Any, isolate: Isolate) -> None:
    modules = Modules().source_tree("t/", lambda path: value).virtual("main.js", "import 't/a'")
    error = await failure(isolate, modules, ModuleLoadError)
    assert error.rule == "loader"
    assert f"returned {type(value).__name__}" in str(error)


async def test_what_failed_once_keeps_failing(isolate: Isolate) -> None:
    calls: list[str] = []

    def load(path: str) -> str | None:
        calls.append(path)
        return None

    modules = virtual(
        main="""
        for (let i = 0; i < 3; i++) await import("./t/a.js").catch(() => {});
        await import("./t/a.js")"""
    )
    error = await failure(isolate, modules.source_tree("t/", load), ModuleNotFound)
    assert error.specifier == "./t/a.js"
    assert calls == ["a.js"]


async def test_a_source_that_is_not_utf8(isolate: Isolate) -> None:
    modules = virtual(main="import './latin.js'").virtual("latin.js", "é".encode("latin-1"))
    error = await failure(isolate, modules, ModuleLoadError)
    assert (error.specifier, error.rule) == ("./latin.js", "UTF-8")
    marked = virtual(main="import './bom.js'").virtual("bom.js", b"\xef\xbb\xbfexport default 1")
    await (await isolate.install(marked)).run("main.js")


async def test_a_source_that_is_too_large(isolate: Isolate, tmp_path: Path) -> None:
    (tmp_path / "large.js").write_text("/*" + "x" * 1000)
    modules = Modules(max_source=100).virtual("main.js", "import './f/large.js'")
    error = await failure(isolate, modules.directory("f/", tmp_path), ModuleLoadError)
    assert error.rule == "max_source"
    modules = Modules(max_source=100).virtual("main.js", "import './large.js'")
    error = await failure(isolate, modules.virtual("large.js", "x" * 101), ModuleLoadError)
    assert error.rule == "max_source"


@pytest.mark.parametrize("name", ["style.css", "page.html", "logo.png", "addon.node", "x.wasm"])
async def test_what_is_no_script(name: str, isolate: Isolate) -> None:
    modules = virtual(main=f"import './{name}'").virtual(name, "x")
    error = await failure(isolate, modules, ModuleDenied)
    assert error.rule == "type"
    assert 'with { type: "text" }' in str(error)


async def test_json_needs_its_attribute(isolate: Isolate) -> None:
    modules = virtual(main="import './a.json'").virtual("a.json", "1")
    error = await failure(isolate, modules, ModuleDenied)
    assert (error.specifier, error.rule) == ("./a.json", "type")


# Folders


@pytest.mark.parametrize(
    ("specifier", "kind"),
    [
        ("./f/%2e%2e/secret.js", ModuleDenied),
        ("./f/..%2fsecret.js", ModuleDenied),
        ("./f/%2e%2e%5csecret.js", ModuleDenied),
        ("./f/sub/..%2f..%2fsecret.js", ModuleDenied),
        ("./f/..\\\\secret.js", ModuleDenied),
        ("f/../secret.js", ModuleNotFound),
        ("./f//etc/passwd", ModuleNotFound),
        ("./f/a%00b.js", ModuleDenied),
        ("./f/link.js", ModuleDenied),
        ("./f/folder/secret.js", ModuleDenied),
        ("./f/inside.js", ModuleDenied),
        ("./f/fifo.js", ModuleNotFound),
        ("./f/sub", ModuleNotFound),
        ("./f/" + "x" * 300, ModuleNotFound),
    ],
)
async def test_nothing_leads_out_of_a_folder(
    specifier: str, kind: type[ModuleError], isolate: Isolate, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (tmp_path / "secret.js").write_text("export default 'secret'")
    (root / "ok.js").write_text("export default 'ok'")
    (root / "link.js").symlink_to("../secret.js")
    (root / "inside.js").symlink_to("ok.js")
    (root / "folder").symlink_to("..")
    os.mkfifo(root / "fifo.js")
    modules = virtual(main=f'import "{specifier}"').directory("f/", root)
    await failure(isolate, modules, kind)


# Cycles and numbers


@pytest.mark.parametrize(
    "sources",
    [
        {"main": "await import('./b.js')", "b": "import './main.js'"},
        {"main": "await import('./b.js')", "b": "import './c.js'", "c": "import './main.js'"},
        {"main": "import './b.js'", "b": "await import('./main.js')"},
        {"main": "await import('./main.js')"},
    ],
)
async def test_a_cycle_of_top_level_awaits(sources: dict[str, str], isolate: Isolate) -> None:
    handle = await isolate.install(virtual(**sources))
    with pytest.raises(ModuleDenied) as caught:
        await handle.run("main.js")
    assert caught.value.rule == "cycle"
    assert caught.value.importer in (IMPORTER, "module:///b.js")
    assert await isolate.eval("1 + 1") == 2


async def test_a_cycle_of_dynamic_imports_alone(isolate: Isolate) -> None:
    handle = await isolate.install(
        virtual(main="await import('./b.js')", b="await import('./main.js')")
    )
    with pytest.raises(ModuleDenied) as caught:
        await handle.run("main.js")
    assert caught.value.rule == "cycle"


async def test_a_cycle_that_nobody_awaits_is_none(isolate: Isolate) -> None:
    modules = virtual(
        main="""
        export let late; export const done = import("./b.js").then((b) => { late = b.seen() });
        export const value = 1; await 0""",
        b="import { value } from './main.js'; export const seen = () => value + 1",
    )
    handle = await isolate.install(modules)
    code = "import * as main from 'main.js'; await main.done; export default main.late"
    assert await handle.eval(code) == 2


async def test_a_cycle_that_the_host_ends_is_none(isolate: Isolate) -> None:
    """The guest has nothing to do but wait, and is not stuck."""
    release = asyncio.Event()
    await isolate.define_async_function("wait", release.wait)
    modules = virtual(
        main="globalThis.b = import('./b.js'); await wait(); export const value = 1",
        b="import { value } from './main.js'; export default () => value",
    )
    handle = await isolate.install(modules)
    running = asyncio.create_task(handle.run("main.js"))
    await asyncio.sleep(0.1)
    release.set()
    await running
    assert await isolate.eval("b.then((m) => m.default())") == 1


async def test_an_await_that_never_ends_does_so_by_its_time_limit() -> None:
    async with Isolate(limits=Limits(call_time=0.5)) as isolate:
        handle = await isolate.install(virtual(main="await new Promise(() => {})"))
        with pytest.raises(WallTimeLimitExceeded):
            await handle.run("main.js")


async def test_ten_thousand_imports(fresh_isolate: Isolate) -> None:
    names = [f"m{i}.js" for i in range(10_001)]
    modules = Modules().source_tree("t/", lambda path: "export {}")
    modules.virtual("main.js", "".join(f"import 't/{name}';" for name in names))
    error = await failure(fresh_isolate, modules, ModuleDenied)
    assert error.rule == "max_modules"
    modules = Modules(max_modules=10_002).source_tree("t/", lambda path: "export {}")
    modules.virtual("main.js", "".join(f"import 't/{name}';" for name in names))
    await (await fresh_isolate.install(modules)).run("main.js")


async def test_a_chain_that_is_too_long(fresh_isolate: Isolate) -> None:
    def load(path: str) -> str:
        return f"import './{int(path) + 1}'"

    modules = Modules(max_modules=300).source_tree("t/", load)
    handle = await fresh_isolate.install(modules)
    with pytest.raises(ModuleDenied) as caught:
        await handle.run("t/0")
    assert caught.value.rule == "max_modules"
    assert caught.value.importer == "module:///t/299"


async def test_a_chain_that_is_too_long_for_the_engine(fresh_isolate: Isolate) -> None:
    # All of it is loaded at once; the chain is what the engine walks through.
    chain = "".join(f"import './{n}';" for n in range(5000))

    def load(path: str) -> str:
        if path == "main":
            return chain
        return f"import './{int(path) + 1}'" if int(path) < 4999 else ""

    handle = await fresh_isolate.install(Modules().source_tree("t/", load))
    message = "RangeError: the chain of imports that module:///t/main begins"
    with pytest.raises(JSError, match=message):
        await handle.run("t/main")
    await handle.run("t/4900")


async def test_a_limit_on_modules_counts_each_once(isolate: Isolate) -> None:
    modules = Modules(max_modules=2).virtual("a.js", "import './b.js'; import 'b.js'")
    handle = await isolate.install(modules.virtual("b.js", "").virtual("c.js", ""))
    await handle.run("a.js")
    await handle.run("a.js")
    with pytest.raises(ModuleDenied) as caught:
        await handle.run("c.js")
    assert caught.value.rule == "max_modules"


# Syntax


async def test_syntax_errors_name_the_import(isolate: Isolate) -> None:
    for name, source in (("bad.js", "let 1"), ("bad.ts", "let a: = 1"), ("bad.tsx", "<a>")):
        handle = await isolate.install(virtual(main=f"import './{name}'").virtual(name, source))
        with pytest.raises(JSSyntaxError) as caught:
            await handle.run("main.js")
        error = caught.value
        assert isinstance(error, TypeScriptSyntaxError) == (name != "bad.js")
        assert (error.specifier, error.importer) == (f"./{name}", IMPORTER)
        assert error.filename == f"module:///{name}"
        assert error.line == 1


async def test_a_syntax_error_in_typescript_stays_and_harms_no_other(isolate: Isolate) -> None:
    modules = virtual(
        main="""
        const errors = [];
        for (let i = 0; i < 2; i++) await import("./all.js").catch((e) => errors.push(e.name));
        export default [errors, (await import("./good.ts")).default]""",
        all="import './good.ts'; import './bad.ts'",
    ).virtual("good.ts", "export default 1 as number")
    handle = await isolate.install(modules.virtual("bad.ts", "let a: = 1"))
    namespace = await handle.import_module("main.js")
    assert await namespace.get("default") == [["SyntaxError", "SyntaxError"], 1]


async def test_a_source_that_kills_the_compiler_harms_no_other(isolate: Isolate) -> None:
    modules = Modules().virtual("deep.ts", "(" * 200_000).virtual("fine.ts", "export let a: 1 = 1")
    handle = await isolate.install(modules)
    for _ in range(2):
        with pytest.raises(ModuleLoadError, match=r'Cannot import "deep\.ts".* did not survive'):
            await handle.import_module("deep.ts")
        namespace = await handle.import_module("fine.ts")
        assert await namespace.get("a") == 1


# Builders


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda m: m.virtual("a", "").virtual("./a", ""), "two virtual modules"),
        (lambda m: m.virtual("", ""), "not empty"),
        (lambda m: m.virtual(1, ""), "not empty"),
        (lambda m: m.directory("app", "."), "ends with a slash"),
        (lambda m: m.directory("a/", ".").source_tree("a/", str), "provided twice"),
        (lambda m: m.import_map({}).import_map({}), "already"),
        (lambda m: m.fallback(max).fallback(max), "already"),
        (lambda m: Modules(load_time=0), "load_time"),
        (lambda m: Modules(max_modules=0), "max_modules"),
        (lambda m: Modules(max_source=True), "max_source"),
    ],
)
async def test_builders_check_their_arguments(
    build: Callable[[Modules], object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        build(Modules())


async def test_builders_check_paths_and_types(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError, match="missing"):
        Modules().directory("a/", tmp_path / "missing")
    with pytest.raises(NotADirectoryError):
        Modules().mount_node_modules("", tmp_path / "missing")
    with pytest.raises(FileNotFoundError):
        Modules().virtual_file("a", tmp_path / "missing")
    anything: Any = 1
    with pytest.raises(TypeError):
        Modules().virtual("a", anything)
    with pytest.raises(TypeError):
        Modules().source_tree("a/", anything)
    with pytest.raises(TypeError):
        Modules().fallback(anything)


async def test_one_builder_serves_many_isolates() -> None:
    modules = virtual(main="globalThis.n = (globalThis.n ?? 0) + 1; export default n")
    async with Isolate() as one, Isolate() as two:
        for isolate in (one, two):
            handle = await isolate.install(modules)
            assert await (await handle.import_module("main.js")).get("default") == 1


async def test_malformed_requests_of_a_guest_harm_nobody() -> None:
    """What a guest that has taken over its process could send."""
    load = IsolateModules(virtual(a="1")._config).options()["load"]
    for request in (None, [None], [["a"]], [["a", "b", 1]], [["a", "b", "wasm"]], [[[], {}, ""]]):
        with pytest.raises((ValueError, ModuleError)):
            await load(request, [])
    with pytest.raises(ValueError, match="malformed"):
        await load([], None)
    assert await load([], [None, 1, "x", "\n", {}]) == [[], []]
    answer = await load([["./a.js", "module:///", ""]], [])
    assert answer[0] == [["module:///a.js", ""]]
