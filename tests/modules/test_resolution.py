"""Where specifiers lead: each resolver of the builder, and their order."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from atoll import Isolate, JSError, ModuleDenied, ModuleNotFound
from atoll.modules import Loaded, Modules, ModuleSource
from tests.modules.support import default_of, virtual

pytestmark = pytest.mark.asyncio(loop_scope="module")


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


async def test_virtual_modules_are_names_or_urls(isolate: Isolate) -> None:
    modules = virtual(
        main="""
        import a from "@/env"; import b from "https://cdn.example/lib.js"; import c from "app:x";
        export default [a, b, c]"""
    )
    modules.virtual("@/env", "export default 'env'").virtual("app:x", b"export default 'x'")
    modules.virtual("https://cdn.example/lib.js", "export { default } from './dep.js'")
    modules.virtual("https://cdn.example/dep.js", "export default import.meta.url")
    assert await default_of(isolate, modules) == ["env", "https://cdn.example/dep.js", "x"]


async def test_a_virtual_file_is_read_when_it_is_imported(isolate: Isolate, tmp_path: Path) -> None:
    file = tmp_path / "late.js"
    file.write_text("")
    modules = Modules().virtual_file("late", file)
    file.write_text("export default 'now'")
    assert await default_of(isolate, modules, "late") == "now"


async def test_a_directory(isolate: Isolate, tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "main.js": "import a from './lib/a.js'; import b from 'app/lib/b c.js';"
            "export default [a, b]",
            "lib/a.js": "export default import.meta.url",
            "lib/b c.js": "export { default } from './a.js?again'",
        },
    )
    modules = Modules().directory("app/", tmp_path)
    urls = ["module:///app/lib/a.js", "module:///app/lib/a.js?again"]
    assert await default_of(isolate, modules, "app/main.js") == urls


async def test_a_file_is_named_with_its_extension(isolate: Isolate, tmp_path: Path) -> None:
    write(tmp_path, {"main.ts": "import './util'", "util.ts": "", "other.ts": "import './no.ts'"})
    handle = await isolate.install(Modules().directory("", tmp_path))
    with pytest.raises(ModuleNotFound, match=r'no "util"; an import names the whole file'):
        await handle.run("./main.ts")
    with pytest.raises(ModuleNotFound, match=r'no "no.ts"$'):
        await handle.run("./other.ts")


async def test_the_longest_prefix_wins_and_virtual_modules_come_first(
    isolate: Isolate, tmp_path: Path
) -> None:
    write(tmp_path, {"a.js": "export default 'folder'", "sub/a.js": "export default 'folder'"})
    modules = (
        Modules()
        .directory("", tmp_path)
        .source_tree("sub/", lambda path: f"export default 'tree {path}'")
        .virtual("sub/virtual.js", "export default 'virtual'")
    )
    handle = await isolate.install(modules)
    for specifier, expected in (
        ("a.js", "folder"),
        ("sub/a.js", "tree a.js"),
        ("./sub/x/y.js", "tree x/y.js"),
        ("sub/virtual.js", "virtual"),
    ):
        assert await (await handle.import_module(specifier)).get("default") == expected


@pytest.mark.parametrize("is_async", [False, True])
async def test_loaders_may_be_asynchronous(is_async: bool, isolate: Isolate) -> None:
    asked: list[str] = []

    def load(path: str) -> str | None:
        asked.append(path)
        return {"a.js": "import './b.js'; export default 1", "b.js": ""}.get(path)

    async def load_later(path: str) -> str | None:
        await asyncio.sleep(0)
        return load(path)

    tree = load_later if is_async else load
    assert await default_of(isolate, Modules().source_tree("t/", tree), "t/a.js") == 1
    assert asked == ["a.js", "b.js"]


async def test_loaders_of_one_level_run_at_once(isolate: Isolate) -> None:
    barrier = asyncio.Barrier(3)

    async def load(path: str) -> str:
        if path != "main.js":
            await barrier.wait()
        imports = ["a.js", "b.js", "c.js"] if path == "main.js" else []
        return "".join(f"import './{name}';" for name in imports) + "export default 1"

    assert await default_of(isolate, Modules().source_tree("t/", load), "t/main.js") == 1


async def test_concurrent_imports_ask_a_loader_once(isolate: Isolate) -> None:
    asked: list[str] = []
    go = asyncio.Event()

    async def load(path: str) -> str:
        asked.append(path)
        await go.wait()
        return "export default {}"

    handle = await isolate.install(Modules().source_tree("t/", load))
    tasks = [asyncio.create_task(handle.import_module("t/a.js")) for _ in range(3)]
    while not asked:
        await asyncio.sleep(0)
    go.set()
    namespaces = await asyncio.gather(*tasks)
    assert asked == ["a.js"]
    assert namespaces[0] is namespaces[1] is namespaces[2]


async def test_loaders_may_say_what_they_give(isolate: Isolate) -> None:
    sources: dict[str, Loaded] = {
        "a": ModuleSource("export default (1 as number)", language="ts"),
        "b": ModuleSource("exports.b = 2", kind="cjs"),
        "c": b"export default 3",
    }
    modules = Modules().source_tree("t/", lambda path: sources[path])
    handle = await isolate.install(modules)
    code = (
        "import a from 't/a'; import { b } from 't/b'; import c from 't/c'; export default [a,b,c]"
    )
    assert await handle.eval(code) == [1, 2, 3]


async def test_the_fallback_gets_what_nothing_else_provides(isolate: Isolate) -> None:
    asked: list[tuple[str, str]] = []

    def load(specifier: str, importer: str) -> str | None:
        asked.append((specifier, importer))
        return None if "missing" in specifier else "export default 'fallback'"

    modules = virtual(
        main="""
        import a from "bare"; import b from "./b.js"; import c from "https://x.example/c.js";
        export default [a, b, c]"""
    ).fallback(load)
    assert await default_of(isolate, modules) == ["fallback"] * 3
    assert asked == [
        ("bare", "module:///main.js"),
        ("module:///b.js", "module:///main.js"),
        ("https://x.example/c.js", "module:///main.js"),
    ]
    handle = await isolate.install(modules)
    with pytest.raises(ModuleNotFound, match='"missing" from module:///: there is no "missing"'):
        await handle.import_module("missing")


# Import maps


async def test_an_import_map(isolate: Isolate) -> None:
    modules = virtual(
        main="""
        import a from "lib"; import b from "lib/x.js"; import c from "./old.js";
        import d from "#in";
        export default [a, b, c, d]""",
        **{
            "vendor/lib": "export default 'lib'",
            "vendor/lib/x": "export default 'x'",
            "new": "export default 'new'",
            "scoped/main": "export { default } from 'lib'",
            "scoped/lib": "export default 'scoped'",
        },
    ).import_map(
        {
            "imports": {
                "lib": "./vendor/lib.js",
                "lib/": "./vendor/lib/",
                "./old.js": "./new.js",
                "#in": "/new.js",
                "never": None,
            },
            "scopes": {"./scoped/": {"lib": "./scoped/lib.js"}},
        }
    )
    assert await default_of(isolate, modules) == ["lib", "x", "new", "new"]
    assert await default_of(isolate, modules, "scoped/main.js") == "scoped"
    handle = await isolate.install(modules)
    for specifier in ("never", "lib/../../main.js"):
        with pytest.raises(ModuleDenied) as caught:
            await handle.import_module(specifier)
        assert caught.value.rule == "import map"


@pytest.mark.parametrize(
    "rules",
    [
        {"import": {}},
        {"imports": []},
        {"imports": {"a": 1}},
        {"imports": {"a/": "./b"}},
        {"imports": {"": "./b"}},
        {"scopes": {"./a/": "b"}},
        {"scopes": 1},
    ],
)
async def test_a_malformed_import_map(rules: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="import map"):
        Modules().import_map(rules)


async def test_urls_are_compared_as_urls(isolate: Isolate) -> None:
    modules = Modules().import_map(
        {
            "imports": {
                "data:x/": "./never/",
                "https://a.example/x/../lib/": "./lib/",
                ".": "./lib/dot.js",
                "HTTPS://B.example": "./lib/b.js",
            }
        }
    )
    modules.virtual("lib/b.js", "export default 'b'").virtual("lib/dot.js", "export default '.'")
    modules.virtual("https://c.example/é.js", "export default 'c'")
    handle = await isolate.install(modules)
    for specifier, expected in (
        ("https://a.example/lib/./b.js", "b"),
        ("https://b.example/", "b"),
        (".", "."),
        ("https://c.example/x/../%C3%A9.js", "c"),
    ):
        assert await (await handle.import_module(specifier)).get("default") == expected
    with pytest.raises(ModuleDenied) as caught:
        await handle.import_module("data:x/y")
    assert caught.value.rule == "data: imports"


# Node's resolution

EXPORTS = """{"name": "exports", "type": "module", "exports": {
  ".": {"require": "./index.cjs", "custom": "./custom.js", "import": "./index.js"},
  "./feature": ["./missing.js", "./feature.js"],
  "./files/*.js": "./src/*.js",
  "./files/private/*": null,
  "./data.json": "./data.json",
  "./outside": "../other/index.js",
  "./up/*": "./src/../../*",
  "./absolute": "/etc/passwd",
  "./nested": "./node_modules/x/index.js"
}, "imports": {
  "#internal": "./internal.js",
  "#dep": {"import": "plain"},
  "#files/*": "./src/*.js"
}}"""
PACKAGES = {
    "exports/package.json": EXPORTS,
    "exports/index.js": "export { default as internal } from '#internal';"
    "export { default as dep } from '#dep'; export { default as file } from '#files/a';"
    "export { default as self } from 'exports/feature'; export default 'import'",
    "exports/index.cjs": "module.exports = 'require'",
    "exports/custom.js": "export default 'custom'",
    "exports/feature.js": "export default 'feature'",
    "exports/missing.js": "export default 'first of the list'",
    "exports/internal.js": "export default 'internal'",
    "exports/src/a.js": "export default 'a'",
    "exports/src/private/b.js": "",
    "exports/data.json": "{}",
    "exports/hidden.js": "",
    "plain/package.json": '{"main": "./lib"}',
    "plain/lib/index.js": "exports.__esModule = true; exports.default = 'plain'; exports.named = 1;"
    "exports.deep = require('./deep'); exports.json = require('../data');"
    "exports.sib = require('@s/p')",
    "plain/lib/deep.js": "module.exports = __filename",
    "plain/data.json": '{"json": true}',
    "@s/p/index.js": "module.exports = { nested: require('inner'), self: module.id };",
    "@s/p/node_modules/inner/package.json": '{"main": "main.js"}',
    "@s/p/node_modules/inner/main.js": "module.exports = 'inner'; ",
    "other/index.js": "",
    "guess/index.js": "import x from './x.js'\nexport default x\n",
    "guess/x.js": "export default 'guessed'",
    "guess/package.json": "{}",
    "broken/package.json": "{",
}


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    return write(tmp_path / "node_modules", PACKAGES)


async def test_exports_imports_and_self_reference(isolate: Isolate, packages: Path) -> None:
    modules = Modules().mount_node_modules("", packages)
    handle = await isolate.install(modules)
    namespace = await handle.eval("import * as all from 'exports'; export default { ...all }")
    assert namespace == {
        "default": "import",
        "dep": {"default": "plain", "named": 1, "deep": "module:///node_modules/plain/lib/deep.js"}
        | {"__esModule": True, "json": {"json": True}}
        | {"sib": {"nested": "inner", "self": "module:///node_modules/@s/p/index.js"}},
        "file": "a",
        "internal": "internal",
        "self": "first of the list",
    }
    assert await handle.eval("export { default } from 'exports/files/a.js'") == "a"
    code = "import data from 'exports/data.json' with { type: 'json' }; export default data"
    assert await handle.eval(code) == {}
    assert await handle.eval("export { default } from 'guess/index.js'") == "guessed"


async def test_conditions(isolate: Isolate, packages: Path) -> None:
    modules = Modules().mount_node_modules("", packages, conditions=("custom",))
    assert await default_of(isolate, modules, "exports") == "custom"


async def test_packages_give_what_they_have_for_the_web(isolate: Isolate, packages: Path) -> None:
    exports = {"node": "./node.js", "browser": "./browser.js", "default": "./default.js"}
    more = {"./server": {"worker": "./browser.js", "browser": "./default.js"}}
    write(
        packages,
        {
            "web/package.json": json.dumps({"type": "module", "exports": {".": exports, **more}}),
            **{f"web/{name}.js": f"export default '{name}'" for name in ("browser", "default")},
        },
    )
    handle = await isolate.install(Modules().mount_node_modules("", packages))
    assert await handle.eval("export { default } from 'web'") == "browser"
    assert await handle.eval("export { default } from 'web/server'") == "browser"
    modules = Modules().mount_node_modules("", packages, conditions=())
    async with Isolate() as other:
        assert await default_of(other, modules, "web") == "default"


async def test_imports_in_packages_may_leave_out_what_bundlers_add(
    isolate: Isolate, packages: Path
) -> None:
    write(
        packages,
        {
            "esm/package.json": '{"type": "module", "exports": "./index.js"}',
            "esm/index.js": "export { a } from './a'; export { b } from './b';"
            "export { default as c } from 'plain/lib'",
            "esm/a.js": "export const a = import.meta.url",
            "esm/b/index.js": "export { a as b } from '../a.js?twice'",
        },
    )
    handle = await isolate.install(Modules().mount_node_modules("", packages))
    code = "import { a, b, c } from 'esm'; export default [a, b, c.default]"
    url = "module:///node_modules/esm/a.js"
    assert await handle.eval(code) == [url, f"{url}?twice", "plain"]
    with pytest.raises(ModuleNotFound):
        await handle.import_module("module:///node_modules/esm/nothing")


BROWSER_FIELD = {
    "main": {"main": "./node.js", "browser": "./web.js"},
    "table": {
        "main": "./index.js",
        "browser": {
            "./index.js": "./web/index.js",
            "./lib/node": "./lib/web.js",
            "./lib/none.js": False,
            "fs": False,
            "path": False,
            "node:os": False,
            "other": "plain",
            "stream": "./web/stream.js",
        },
    },
}


async def test_the_browser_field_of_packages(isolate: Isolate, packages: Path) -> None:
    write(
        packages,
        {
            **{f"b-{name}/package.json": json.dumps(text) for name, text in BROWSER_FIELD.items()},
            "b-main/node.js": "require('fs')",
            "b-main/web.js": "module.exports = 'web'",
            "b-table/index.js": "throw 'replaced'",
            "b-table/web/index.js": "module.exports = [require('../lib/node'), require('fs'), "
            "require('path'), require('node:os'), require('other').named, require('stream'), "
            "require('../lib/none'), require('events').name, process.browser]",
            "b-table/web/stream.js": "module.exports = 'stream'",
            "b-table/lib/node.js": "require('fs').no()",
            "b-table/lib/none.js": "throw 'not there'",
            "b-table/lib/web.js": "module.exports = 'lib'",
            "b-table/esm.mjs": "import fs from 'fs'; import lib from './lib/node.js';"
            "export default [fs, lib]",
            "b-broken/package.json": '{"browser": {"./index.js": "./none.js"}}',
            "b-broken/index.js": "",
            "b-out/package.json": '{"browser": {"./index.js": "./../../../out.js", "x": "../y"}}',
            "b-out/index.js": "",
            "b-out/x.js": "require('x')",
        },
    )
    handle = await isolate.install(Modules().mount_node_modules("", packages))
    assert await handle.eval("export { default } from 'b-main'") == "web"
    assert await handle.eval("export { default } from 'b-table'") == [
        *("lib", {}, {}, {}, 1, "stream", {}, "EventEmitter", True)
    ]
    assert await handle.eval("export { default } from 'b-table/esm.mjs'") == [{}, "lib"]
    for specifier in ("b-broken", "b-out", "b-out/x.js"):
        with pytest.raises((ModuleDenied, ModuleNotFound)):
            await handle.import_module(specifier)
    modules = Modules().mount_node_modules("", packages, conditions=())
    async with Isolate() as other:
        with pytest.raises(ModuleDenied, match='"fs" needs an authority'):
            await default_of(other, modules, "b-main")


async def test_modules_of_packages_have_the_globals_of_node_that_they_use(
    isolate: Isolate, packages: Path
) -> None:
    write(
        packages,
        {
            "g/package.json": '{"type": "module"}',
            "g/cjs.cjs": "module.exports = [typeof Buffer, Buffer.from('é').length, "
            "typeof process.env, global === globalThis]",
            "g/unused.cjs": "var Buffer = 1; module.exports = Buffer",
            "g/esm.js": "export default [Buffer.from('é').toString('hex'), process.browser]",
            "g/own.js": "const Buffer = { from: () => 1 }; export default [Buffer.from(), "
            "typeof process.env]",
            "g/imports.js": "import { Buffer } from 'buffer'; export default Buffer.from('a')[0]",
            "w/package.json": '{"type": "module", "browser": {"node:buffer": false}}',
            "w/index.js": "export default typeof Buffer === 'function' && Buffer.from('é')",
        },
    )
    handle = await isolate.install(Modules().mount_node_modules("", packages))
    for name, expected in {
        "cjs.cjs": ["function", 2, "object", True],
        "unused.cjs": 1,
        "esm.js": ["c3a9", True],
        "own.js": [1, "object"],
        "imports.js": 97,
    }.items():
        assert await handle.eval(f"export {{ default }} from 'g/{name}'") == expected, name
    # It says that it does without on the web.
    assert await handle.eval("export { default } from 'w/index.js'") is False
    assert await isolate.eval("[typeof Buffer, typeof process, typeof global]") == ["undefined"] * 3


@pytest.mark.parametrize(
    ("text", "is_esm"),
    [
        ("var a=1;export{a as b};", True),
        ("!function(){}();export default 1", True),
        ('import"./x";', True),
        ("exports.a = 1; important.a = 2", False),
        ("const s = 'x'; importScripts('a'); module.exports = s", False),
    ],
)
@pytest.mark.parametrize("manifest", ["{}", '{"type": "commonjs"}'])
async def test_what_a_package_that_is_no_module_has(
    manifest: str, text: str, is_esm: bool, isolate: Isolate, packages: Path
) -> None:
    """Also with the type "commonjs" there are builds for bundlers, which go by the text."""
    write(packages, {"u/package.json": manifest, "u/index.js": text, "u/x.js": ""})
    handle = await isolate.install(Modules().mount_node_modules("", packages))
    if is_esm:
        await handle.import_module("u")
    else:
        with pytest.raises(JSError, match="is not defined"):
            await handle.import_module("u")


async def test_require_uses_its_own_condition(isolate: Isolate, packages: Path) -> None:
    write(packages, {"user/index.js": "module.exports = require('exports')"})
    modules = Modules().mount_node_modules("", packages)
    assert await default_of(isolate, modules, "user") == "require"


async def test_a_slash_asks_for_a_package_with_the_name_of_a_module_of_node(
    isolate: Isolate, packages: Path
) -> None:
    write(
        packages,
        {
            "punycode/package.json": '{"main": "p.js"}',
            "punycode/p.js": "module.exports = 'the package'",
            "user/index.js": "module.exports = [require('punycode/'), require('punycode').ucs2, "
            "require('plain/lib/')]",
            "user/esm.mjs": "import 'punycode/'",
        },
    )
    handle = await isolate.install(Modules().mount_node_modules("", packages))
    assert await handle.eval(
        "import a from 'user'; export default [a[0], typeof a[1], a[2].named]"
    ) == [*("the package", "object", 1)]
    with pytest.raises(ModuleDenied, match="does not end with a slash"):
        await handle.import_module("user/esm.mjs")


async def test_names_of_commonjs_exports(isolate: Isolate, packages: Path) -> None:
    write(
        packages,
        {
            "names/index.js": "exports.a = 1; module.exports.b = 2;"
            "Object.defineProperty(exports, 'c', { enumerable: true, value: 3 });"
            "__exportStar(require('./more'), exports); function __exportStar(m, e) {"
            "for (const k in m) e[k] = m[k] }",
            "names/more.js": "exports.d = 4",
        },
    )
    handle = await isolate.install(Modules().mount_node_modules("", packages))
    code = "import def, { a, b, c, d } from 'names'; export default [a, b, c, d, Object.keys(def)]"
    assert await handle.eval(code) == [1, 2, 3, 4, ["a", "b", "c", "d"]]


async def test_commonjs_cycles_and_the_cache(isolate: Isolate, packages: Path) -> None:
    write(
        packages,
        {
            "cycle/index.js": "exports.early = 1; exports.b = require('./b'); exports.late = 2",
            "cycle/b.js": "const a = require('./index'); module.exports = { ...a, same: () => a }",
        },
    )
    handle = await isolate.install(Modules().mount_node_modules("", packages))
    code = "import c from 'cycle'; export default [c.b.early, c.b.late, c.b.same() === c]"
    assert await handle.eval(code) == [1, None, True]


async def test_the_scope_of_a_commonjs_module(isolate: Isolate, packages: Path) -> None:
    write(
        packages,
        {
            "scope/index.js": "#!/usr/bin/env node\nconst process_ = process; {\n"
            "const process = 1; }\nmodule.exports = [typeof Buffer, process_.env.NODE_ENV, this ==="
            " exports, __dirname, typeof require.resolve, global === globalThis, arguments.length]",
            "scope/own.js": "const process = 'mine'; module.exports = process",
            "scope/esm.mjs": "export default process.env.NODE_ENV",
            "scope/esm-own.mjs": "const process = { x: 'mine' }; export default process.x",
        },
    )
    modules = Modules().mount_node_modules("", packages, env={"NODE_ENV": "test"})
    handle = await isolate.install(modules)
    assert await handle.eval("export { default } from 'scope'") == [
        *("function", "test", True, "module:///node_modules/scope", "function", True, 5)
    ]
    for name, expected in (("own.js", "mine"), ("esm.mjs", "test"), ("esm-own.mjs", "mine")):
        assert await handle.eval(f"export {{ default }} from 'scope/{name}'") == expected
    assert await isolate.eval("typeof process") == "undefined"


async def test_require_of_an_es_module(isolate: Isolate, packages: Path) -> None:
    write(
        packages,
        {
            "both/index.js": "const esm = require('./a.mjs'); module.exports = esm.a;"
            "try { require('./tla.mjs') } catch (error) { module.exports += error.message }",
            "both/a.mjs": "export const a = 'esm '",
            "both/tla.mjs": "await new Promise(() => {})",
        },
    )
    handle = await isolate.install(Modules().mount_node_modules("", packages))
    value = await handle.eval("export { default } from 'both'")
    assert value.startswith("esm require() of ")
    assert "top-level await" in value


async def test_each_folder_sees_its_own_packages(isolate: Isolate, tmp_path: Path) -> None:
    outer = write(tmp_path / "outer", {"p/index.js": "module.exports = 'outer'"})
    inner = write(tmp_path / "inner", {"p/index.js": "module.exports = 'inner'"})
    modules = virtual(
        **{"main": "export { default } from 'p'", "app/deep/main": "export { default } from 'p'"}
    )
    modules.mount_node_modules("", outer).mount_node_modules("app/", inner)
    assert await default_of(isolate, modules, "main.js") == "outer"
    assert await default_of(isolate, modules, "app/deep/main.js") == "inner"


@pytest.mark.parametrize(
    ("specifier", "rule"),
    [
        ("exports/hidden.js", "package exports"),
        ("exports/outside", "package exports"),
        ("exports/up/plain/lib/deep.js", "package exports"),
        ("exports/absolute", "package exports"),
        ("exports/nested", "package exports"),
        ("exports/files/private/b.js", "package exports"),
        ("exports/files/../hidden.js", "specifier"),
        ("plain/../other/index.js", "specifier"),
        ("plain/%2e%2e/other/index.js", "specifier"),
        ("broken", "package.json"),
        ("@s", "specifier"),
        (".hidden", "specifier"),
        ("pl%61in", "specifier"),
        ("plain/", "specifier"),
        ("#nothing", "package imports"),
        ("absent", "not found"),
        ("module:///node_modules/plain/lib/../../../x.js", "not found"),
        ("module:///node_modules/plain%2flib/deep.js", "path"),
    ],
)
async def test_what_packages_do_not_let_through(
    specifier: str, rule: str, isolate: Isolate, packages: Path
) -> None:
    handle = await isolate.install(Modules().mount_node_modules("", packages))
    with pytest.raises((ModuleDenied, ModuleNotFound)) as caught:
        await handle.import_module(specifier)
    assert caught.value.rule == rule
    assert caught.value.specifier == specifier
    assert caught.value.importer == "module:///"


async def test_links_inside_are_followed_and_links_out_are_not(
    isolate: Isolate, packages: Path, tmp_path: Path
) -> None:
    write(packages, {".store/linked@1/node_modules/linked/index.js": "module.exports = __filename"})
    (packages / "linked").symlink_to(packages / ".store/linked@1/node_modules/linked")
    secret = write(tmp_path / "secret", {"index.js": "module.exports = 1", "package.json": "{}"})
    (packages / "out").symlink_to(secret)
    (packages / "plain/lib/link.js").symlink_to(secret / "index.js")
    write(packages, {"tries/index.js": "module.exports = require('../out')"})
    handle = await isolate.install(Modules().mount_node_modules("", packages))
    url = "module:///node_modules/.store/linked@1/node_modules/linked/index.js"
    assert await handle.eval("export { default } from 'linked'") == url
    for specifier in ("out", "out/index.js", "plain/lib/link.js", "tries"):
        with pytest.raises(ModuleDenied, match="symbolic link leads out") as caught:
            await handle.import_module(specifier)
        assert caught.value.rule == "symbolic link"
