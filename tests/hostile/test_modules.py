"""Guests that attack the loader: they get what the owner provides, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from atoll import Isolate, JSError, Limits, MiB, ModuleError
from atoll.modules import Modules, _builtins
from tests.hostile.crawl import CRAWL
from tests.hostile.test_global_scope import HOW_TO_IMPORT, NODE_MODULES, OTHER_NAMES, imported

pytestmark = pytest.mark.asyncio(loop_scope="module")


def everything() -> Modules:
    return (
        Modules()
        .virtual("a.js", "import b from './b.js'; export const a = b; export default a")
        .virtual("b.js", "export default await Promise.resolve('b')")
        .virtual("data.json", '{"x": 1}')
        .virtual("c.cjs", "module.exports = { c: require('./d.cjs') }")
        .virtual("d.cjs", "exports.d = 1")
    )


@pytest.mark.parametrize("how", HOW_TO_IMPORT)
async def test_modules_open_no_door_to_the_engines(how: str, fresh_isolate: Isolate) -> None:
    await fresh_isolate.define_function("host", lambda *args: None)
    handle = await fresh_isolate.install(everything())
    await handle.run("a.js")
    denied = [f"node:{name}" for name in NODE_MODULES if name not in _builtins.NAMES]
    assert await imported(fresh_isolate, how, denied + OTHER_NAMES) == []


KEEP = """
globalThis.seen = [];
globalThis.kept = { Reflect, Set, Object, String, RegExp, Array };
globalThis.trap = (target, names, isSilent) => {
    for (const name of names) Object.defineProperty(target, name, { __proto__: null,
        configurable: true, get() { seen.push(this); return undefined },
        set(value) { seen.push(this, value) } });
};
globalThis.tap = (target, names) => {
    for (const name of names) if (name in target) {
        target[name] = function (...args) { seen[seen.length] = this; seen[seen.length] = args };
    }
};
"""
POLLUTION = {
    "then": """Promise.prototype.then = function () {
        seen.push(this); return new Promise(() => {}) }""",
    "constructor": "trap(Promise.prototype, ['constructor'])",
    "species": """Object.defineProperty(Promise, Symbol.species, { get: () => function (run) {
        seen.push(run); run((value) => seen.push(value), (error) => seen.push(error)) } })""",
    "iterator": """Array.prototype[Symbol.iterator] = function () {
        seen.push(this); return { next: () => ({ done: true }) } }""",
    "indexes": """for (const target of [Array.prototype, Object.prototype]) {
        for (let i = 0; i < 20; i++) {
            Object.defineProperty(target, i, { configurable: true,
                set(value) { kept.Reflect.defineProperty(seen, seen.length, { value }) } }) } }""",
    "array methods": """tap(Array.prototype,
        ['push', 'map', 'forEach', 'join', 'indexOf', 'includes'])""",
    "maps": """for (const C of [Map, Set, WeakMap])
        tap(C.prototype, ['get', 'set', 'has', 'add'])""",
    "objects": """trap(Object.prototype, ['context', 'identifier', 'lineOffset', 'columnOffset',
        'importModuleDynamically', 'initializeImportMeta', 'cachedData', 'type', 'with', 'kind',
        'url', 'attributes', 'specifier', 'phase', 'timeout', 'toJSON', 'then', 'default'])""",
    "text": """tap(String.prototype, ['split', 'slice', 'startsWith', 'includes', 'match']);
        RegExp.prototype.exec = function () { return null }""",
    "functions": "tap(Function.prototype, ['apply', 'bind'])",
    "builtins": """globalThis.Map = globalThis.Set = globalThis.Promise = globalThis.Reflect = null;
        globalThis.JSON = globalThis.URL = globalThis.Array = globalThis.Object = null""",
}
MAY_REFUSE = {"then", "species", "constructor", "indexes", "objects", "builtins"}
# Written so that it uses nothing that may have been replaced.
COUNT = """
(() => {
    let strange = 0;
    for (let i = 0; i < seen.length; i++) {
        let value = seen[i];
        for (let depth = 0; depth < 5 && value !== null && value !== undefined; depth++) {
            if (typeof value !== "object" && typeof value !== "function") break;
            const keys = kept.Reflect.ownKeys(value);
            for (let k = 0; k < keys.length; k++) {
                const text = typeof keys[k] === "symbol" ? keys[k].description : keys[k];
                if (text === "kWrap" || text === "kContext" || text === "setExport" ||
                    text === "linkRequests" || text === "instantiate" || text === "createRequire") {
                    strange++;
                }
            }
            value = kept.Reflect.getPrototypeOf(value);
        }
    }
    return strange;
})()
"""


@pytest.mark.parametrize("name", POLLUTION)
async def test_a_polluted_realm_sees_nothing_of_the_loader(
    name: str, fresh_isolate: Isolate
) -> None:
    handle = await fresh_isolate.install(everything())
    await fresh_isolate.eval(f"{KEEP}{POLLUTION[name]}; 0")
    for specifier in ("./a.js", "c.cjs"):
        try:
            await handle.run(specifier)
        except (JSError, ModuleError):
            # Refusing is as good as working, as long as nothing is told.
            assert name in MAY_REFUSE
    assert await fresh_isolate.eval(COUNT) == 0


async def test_the_loader_is_no_property_of_anything(fresh_isolate: Isolate) -> None:
    handle = await fresh_isolate.install(everything())
    names = set(await fresh_isolate.eval("Reflect.ownKeys(globalThis).map(String)"))
    await handle.run("a.js")
    await handle.run("c.cjs")
    assert set(await fresh_isolate.eval("Reflect.ownKeys(globalThis).map(String)")) == names
    assert "Deno" not in names
    assert "process" not in names


async def test_stacks_show_nothing_of_the_loader(fresh_isolate: Isolate) -> None:
    handle = await fresh_isolate.install(
        everything()
        .virtual("throws.js", "Error.stackTraceLimit = 100; export default new Error('x').stack")
        .virtual("throws.cjs", "Error.stackTraceLimit = 100; module.exports = new Error('x').stack")
        .virtual("again.cjs", "Error.stackTraceLimit = 100; module.exports = new Error('x').stack")
        .virtual("requires.cjs", "module.exports = require('./again.cjs')")
    )
    for name, frames in (("throws.js", 1), ("throws.cjs", 1), ("requires.cjs", 2)):
        stack = await (await handle.import_module(name)).get("default")
        lines = stack.split("\n")[1:]
        assert len(lines) == frames, stack
        assert all("module:///" in line for line in lines)
    code = "import('./gone.js').catch((error) => `${error.stack}`)"
    assert "atoll" not in await fresh_isolate.eval(code)


# Built-in modules


@pytest.mark.parametrize("name", sorted(_builtins.NAMES))
async def test_a_built_in_module_opens_no_door(name: str, isolate: Isolate) -> None:
    handle = await isolate.install(Modules())
    namespace = await handle.import_module(f"node:{name}")
    size, found = await isolate.eval(CRAWL, namespace)
    assert size > 10
    assert found == []
    globals_before = await isolate.eval("Reflect.ownKeys(globalThis).length")
    await handle.import_module(f"node:{name}")
    assert await isolate.eval("Reflect.ownKeys(globalThis).length") == globals_before


async def test_built_in_modules_work(isolate: Isolate) -> None:
    handle = await isolate.install(Modules())
    code = """
    import assert from "node:assert"; import { Buffer } from "node:buffer";
    import { EventEmitter, once } from "node:events"; import path, { basename } from "node:path";
    import posix from "node:path/posix";
    import qs from "node:querystring"; import { Readable, Transform } from "node:stream";
    import { pipeline } from "node:stream/promises";
    import { StringDecoder } from "node:string_decoder";
    import { fileURLToPath, parse } from "node:url"; import util, { promisify } from "node:util";
    import punycode from "node:punycode"; import { AsyncLocalStorage } from "node:async_hooks";
    const out = {};
    assert.deepStrictEqual({ a: [1] }, { a: [1] });
    try { assert.equal(1, 2) } catch (error) { out.assert = error.code }
    out.buffer = Buffer.from("häh").toString("base64");
    const emitter = new EventEmitter();
    setTimeoutless(() => emitter.emit("x", 5));
    out.events = await once(emitter, "x");
    out.path = [path.join("a", "../b"), path.resolve("/x", "y"), path.extname("a.b.c"),
        path.win32.join("a", "b"), basename("/a/b.js"), posix === path];
    out.qs = qs.parse("a=1&b=2&a=3");
    const parts = [];
    await pipeline(Readable.from(["a", "b"]), new Transform({
        transform(chunk, _, done) { done(null, chunk.toString().toUpperCase()) } }),
        async (source) => { for await (const chunk of source) parts.push(chunk.toString()) });
    out.stream = parts.join("");
    out.decoder = new StringDecoder("utf8").write(Buffer.from([0xc3])) +
        new StringDecoder("utf8").end(Buffer.from("é"));
    out.url = [fileURLToPath("file:///a%20b"), parse("http://x/y?z=1").query];
    out.util = [util.format("%s %d %j", "a", 1, { b: 2 }),
        await promisify((a, done) => done(null, a + 1))(1), util.types.isDate(new Date())];
    out.punycode = punycode.toASCII("mañana.com");
    const storage = new AsyncLocalStorage();
    out.storage = await storage.run("store", async () => {
        await 0; await new Promise((done) => setTimeoutless(done)); return storage.getStore() });
    out.after = storage.getStore();
    export default out;
    function setTimeoutless(callback) { Promise.resolve().then(callback) }
    """
    value: dict[str, Any] = await handle.eval(code)
    assert value == {
        "assert": "ERR_ASSERTION",
        "buffer": "aMOkaA==",
        "events": [5],
        "path": ["b", "/x/y", ".c", "a\\b", "b.js", True],
        "qs": {"a": ["1", "3"], "b": "2"},
        "stream": "AB",
        "decoder": "é",
        "url": ["/a b", "z=1"],
        "util": ['a 1 {"b":2}', 2, True],
        "punycode": "xn--maana-pta.com",
        "storage": "store",
        "after": None,
    }


async def test_asynchronous_stores_do_not_mix(isolate: Isolate) -> None:
    handle = await isolate.install(Modules())
    code = """
    import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
    const storage = new AsyncLocalStorage();
    const work = (n) => storage.run(n, async () => {
        for (let i = 0; i < n; i++) await 0;
        const nested = await storage.run(-n, async () => { await 0; return storage.getStore() });
        return [storage.getStore(), nested, storage.exit(() => storage.getStore())];
    });
    const bound = storage.run("bound", () => AsyncResource.bind(() => storage.getStore()));
    const snapshot = storage.run("snap", () => AsyncLocalStorage.snapshot());
    export default [...await Promise.all([work(1), work(3), work(2)]), bound(),
        snapshot(() => storage.getStore())];
    """
    assert await handle.eval(code) == [
        *([1, -1, None], [3, -3, None], [2, -2, None], "bound", "snap")
    ]


# Limits


async def test_a_source_larger_than_the_isolate_harms_no_other(isolate: Isolate) -> None:
    large = "/*" + "x" * (60 * MiB) + "*/"
    async with Isolate(limits=Limits(memory=32 * MiB)) as small:
        handle = await small.install(Modules().source_tree("t/", lambda path: large))
        with pytest.raises(Exception, match=r"Limits\.memory"):
            await handle.run("t/a.js")
    assert await isolate.eval("1 + 1") == 2


async def test_a_flood_of_imports_is_bounded(isolate: Isolate) -> None:
    handle = await isolate.install(Modules(max_modules=50).source_tree("t/", lambda path: ""))
    code = """
    const all = await Promise.allSettled(
        Array.from({ length: 500 }, (_, i) => import(`t/${i}.js`)));
    export default all.filter((one) => one.status === "fulfilled").length
    """
    assert await handle.eval(code) == 50
