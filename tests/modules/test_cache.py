"""Compiled modules on disk: the second import is as the first, only faster."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from atoll import Isolate, JSError, Limits, MiB
from atoll.core.disk_cache import DiskCache
from atoll.modules import Modules, _compiled
from atoll.modules._handles import ModulesHandle

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DiskCache]:
    """A cache that takes modules of any size; nothing of it goes on after the test."""
    monkeypatch.setattr(_compiled, "LARGE", 0)
    yield DiskCache(tmp_path / "cache")
    _compiled.worker().wait()


def entries(cache: DiskCache) -> list[Path]:
    return [path for path in cache.directory.glob("*/*") if path.is_file()]


FITS = {
    "exports at the end": "const a = 1; function f() { return a + 1 }\nexport { a, f as 'b c' };"
    " export default f()",
    "declarations": "export const { x, y: [z = 3], ...rest } = { x: 1, y: [], w: 4 };\n"
    "export function f() { return g() } export function g() { return x } export class C { static"
    " v = z }",
    "hoisting": "export default f(); function f() { return typeof v } var v = 1;"
    "export { v }; export { f }",
    "a default class": "export default class Named { static name_ = Named.name }",
    "a default function": "export default function named() { return named.name }",
    "a default value": "export default { a: [1] };\nexport const n = 2",
    "nothing": "globalThis.touched = (globalThis.touched ?? 0) + 1",
    "strict": "export const e = (() => { try { undeclared = 1 } catch (e) { return e.name } })()",
    "this": "export const self = this; export const type = typeof this",
    "await inside": "export const p = (async () => { await 0;"
    " for await (const x of [1]) return x })()",
    "a namespace": "export const keys = 1; export { keys as then_, keys as _a }",
    "dynamic imports": "export const other = () => import('./other.js').then((m) => m.default)",
    "a last comment": "export const a = 1 // the end",
    "lines": "\n\n  export const line = new Error('x').stack.split('\\n')[1].trim()",
    "columns": "export const line = new Error('x').stack.split('\\n')[1].trim()",
    "a stack in a function": "export const f = () => { throw new RangeError('deep') }\n"
    "export const caught = (() => { try { f() } catch (e) { return e.stack } })()",
}
DOES_NOT_FIT = {
    "an import": "import './other.js'; export const a = 1",
    "a re-export": "export * from './other.js'",
    "import.meta": "export default import.meta.url",
    "an await": "await 0; export default 1",
    "an await in an arrow's neighbour": "export const a = [await 1]",
    "for await": "export let n = 0; for await (const x of [1, 2]) n += x",
    "an assigned export": "export let n = 1; export const set = (v) => { n = v }; set(2)",
    "an incremented export": "export let n = 1; n++",
    "a destructured export": "export let n = 1; [n] = [2]",
    "eval": "export let n = 1; eval('n = 2')",
    "an anonymous default": "export default (a) => a",
    "an anonymous class": "export default class {}",
    "using": "using x = { [Symbol.dispose]() {} }; export const a = 1",
}
SUMMARY = """async (ns) => {
    const out = {};
    for (const key of Reflect.ownKeys(ns).filter((key) => typeof key === "string")) {
        let value = ns[key];
        if (value instanceof Promise) value = ["promise", await value];
        else if (typeof value === "function") {
            const called = /^class/.test(String(value)) ? null : (() => { try { return value() }
                catch (error) { return error.stack } })();
            value = [value.name, value.length, { ...value }, await called];
        }
        out[key] = value === undefined ? "undefined" : value;
    }
    return [out, Object.prototype.toString.call(ns), Object.isExtensible(ns)];
}"""


async def summary(isolate: Isolate, handle: ModulesHandle) -> Any:
    return await isolate.eval(SUMMARY, await handle.import_module("main.js"))


async def imported_twice(source: str, cache: DiskCache) -> tuple[Any, Any, _compiled.Compiled]:
    """What a module exports before and after it has been compiled, and the entry."""
    modules = Modules(cache=cache).virtual("main.js", source)
    modules.virtual("other.js", "export default 'other'")
    results = []
    for _ in range(2):
        async with Isolate() as isolate:
            handle = await isolate.install(modules)
            results.append(await summary(isolate, handle))
            await handle.compiled()
    entry = _compiled.find(cache, _compiled.key_of("esm", source, Limits()))
    assert entry is not None
    return results[0], results[1], entry


@pytest.mark.parametrize("name", FITS)
async def test_what_fits_is_the_same_from_the_cache(name: str, cache: DiskCache) -> None:
    first, second, entry = await imported_twice(FITS[name], cache)
    assert entry.cache
    assert second == first


@pytest.mark.parametrize("name", DOES_NOT_FIT)
async def test_what_does_not_fit_stays_a_module(name: str, cache: DiskCache) -> None:
    first, second, entry = await imported_twice(DOES_NOT_FIT[name], cache)
    assert not entry.cache
    assert second == first


async def test_commonjs_is_compiled_as_well(cache: DiskCache) -> None:
    source = "const process = 1; exports.a = process; exports.where = new Error('x').stack"
    modules = Modules(cache=cache).virtual("main.cjs", source)
    found = []
    for _ in range(2):
        async with Isolate() as isolate:
            handle = await isolate.install(modules)
            namespace = await handle.import_module("main.cjs")
            found.append(await namespace.get("default"))
            await handle.compiled()
    assert found[0] == found[1]
    entry = _compiled.find(cache, _compiled.key_of("cjs", source, Limits()))
    assert entry is not None
    assert entry.cache


async def test_typescript_is_kept_compiled(cache: DiskCache) -> None:
    source = "enum E { A = 4 }\n\nexport const where = (): string => new Error('x').stack!;"
    modules = Modules(cache=cache).virtual("main.ts", f"{source}\nexport const a: number = E.A")
    found = []
    for _ in range(2):
        async with Isolate() as isolate:
            handle = await isolate.install(modules)
            namespace = await handle.import_module("main.ts")
            found.append([await namespace.get("a"), await namespace.call_method("where")])
            await handle.compiled()
    assert found[0] == found[1]
    assert found[0][0] == 4
    assert "module:///main.ts:3:36" in found[0][1]
    assert len(entries(cache)) == 1


async def test_a_damaged_entry_is_made_anew(cache: DiskCache) -> None:
    source = "export const a = 1"
    await imported_twice(source, cache)
    (entry,) = entries(cache)
    for damage in (b"", b"x" * 500, entry.read_bytes()[:-1], entry.read_bytes()[::-1]):
        entry.write_bytes(damage)
        fresh = DiskCache(cache.directory)
        first, second, made = await imported_twice(source, fresh)
        assert first == second
        assert made.cache


async def test_a_cache_of_the_wrong_bytes_is_rejected_by_the_engine(cache: DiskCache) -> None:
    """It would take write access to the folder, checksum included; the engine still looks."""
    source = "export const a = 1"
    await imported_twice(source, cache)
    key = _compiled.key_of("esm", source, Limits())
    entry = _compiled.find(cache, key)
    assert entry is not None
    cache.put(key, _compiled._encode((entry.text, entry.names, b"\0" * len(entry.cache))))
    async with Isolate() as isolate:
        handle = await isolate.install(Modules(cache=cache).virtual("main.js", source))
        assert await (await handle.import_module("main.js")).get("a") == 1


async def test_other_limits_have_their_own_entry(cache: DiskCache) -> None:
    modules = Modules(cache=cache).virtual("main.js", "export const a = 1")
    for memory in (64 * MiB, 256 * MiB):
        async with Isolate(limits=Limits(memory=memory)) as isolate:
            handle = await isolate.install(modules)
            await handle.run("main.js")
            await handle.compiled()
    assert len(entries(cache)) == 2


async def test_nothing_that_a_guest_does_reaches_the_cache(cache: DiskCache) -> None:
    source = "Object.prototype.x = 1; Array.prototype.push = null; export const a = 1"
    modules = Modules(cache=cache).virtual("main.js", source)
    async with Isolate() as isolate:
        await isolate.eval("globalThis.poison = true; RegExp.prototype.test = () => false; 0")
        handle = await isolate.install(modules)
        await handle.run("main.js")
        await handle.compiled()
    entry = _compiled.find(cache, _compiled.key_of("esm", source, Limits()))
    assert entry is not None
    assert entry.names == ["a"]
    async with Isolate() as isolate:
        handle = await isolate.install(modules)
        assert await (await handle.import_module("main.js")).get("a") == 1


async def test_a_source_that_does_not_compile_is_not_kept(cache: DiskCache) -> None:
    modules = Modules(cache=cache).virtual("main.js", "export const = 1")
    async with Isolate() as isolate:
        handle = await isolate.install(modules)
        with pytest.raises(JSError, match="SyntaxError"):
            await handle.run("main.js")
        await handle.compiled()
    found = [_compiled.find(cache, path.parent.name + path.name) for path in entries(cache)]
    assert all(entry is None or not entry.cache for entry in found)


async def test_small_modules_and_no_cache(tmp_path: Path) -> None:
    cache = DiskCache(tmp_path / "cache")
    for modules in (Modules(cache=cache), Modules(cache=None)):
        async with Isolate() as isolate:
            handle = await isolate.install(modules.virtual("main.js", "export const a = 1"))
            await handle.run("main.js")
            await handle.compiled()
    assert entries(cache) == []


async def test_imports_of_compiled_modules_come_from_their_urls(cache: DiskCache) -> None:
    modules = Modules(cache=cache).virtual(
        "deep/main.js", "export const load = (name) => import(name)"
    )
    modules.virtual("deep/other.js", "export default import.meta.url")
    for _ in range(2):
        async with Isolate() as isolate:
            handle = await isolate.install(modules)
            namespace = await handle.import_module("deep/main.js")
            other = await namespace.call_method("load", "./other.js")
            assert other == {"default": "module:///deep/other.js"}
            await handle.compiled()
