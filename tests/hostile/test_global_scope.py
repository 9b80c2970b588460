"""What user code can see, and that no road leads from there to the engine or to Atoll itself."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from importlib import resources
from typing import Any

import pytest

from atoll import Isolate, JSError
from atoll.core.launch import _file_url, boot_file
from atoll.engine import find_engine
from tests.hostile.crawl import CRAWL

pytestmark = pytest.mark.asyncio(loop_scope="module")

GUEST = resources.files("atoll") / "core" / "guest"
NODE_MODULES = (GUEST / "node_modules.txt").read_text("utf-8").split()


async def names_of(isolate: Isolate, code: str) -> set[str]:
    return set(await isolate.eval(f"({code}).map(String)"))


# The global object

# What the engine, Node, browsers and shells have.
ENGINE_NAMES = [
    *["Deno", "process", "Buffer", "require", "module", "global", "console", "fetch", "crypto"],
    *["window", "setTimeout", "setInterval", "Worker", "WebSocket", "navigator", "gc"],
    *["localStorage", "caches", "location", "__bootstrap", "__dispatch", "d8", "prompt", "alert"],
    *["close", "onload", "postMessage", "onmessage", "importScripts", "TextDecoder"],
]


async def test_the_global_object_is_an_event_target_and_nothing_else(isolate: Isolate) -> None:
    """What is on it, `tests/inventory` says."""
    assert await isolate.eval("Object.getPrototypeOf(globalThis) === EventTarget.prototype")
    assert await isolate.eval("globalThis.constructor === EventTarget && self === globalThis")
    assert await isolate.eval("String(globalThis)") == "[object global]"
    found = await names_of(
        isolate,
        "(() => { const all = []; for (let o = globalThis; o; o = Object.getPrototypeOf(o))"
        " all.push(...Reflect.ownKeys(o)); return all })()",
    )
    for name in ("Deno", "process", "Buffer", "require", "fetch", "window", "global"):
        assert name not in found


async def test_nobody_listens_to_the_global_object(fresh_isolate: Isolate) -> None:
    """A listener of the engine or of Atoll would be a function that user code could call."""
    code = """
    Reflect.ownKeys(globalThis).filter((key) => typeof key === "symbol").flatMap((key) =>
        Reflect.ownKeys(globalThis[key]?.listeners ?? {})).map(String)
    """
    assert await fresh_isolate.eval(code) == []


@pytest.mark.parametrize(
    "name",
    ENGINE_NAMES,
)
async def test_no_way_of_running_code_sees(name: str, isolate: Isolate) -> None:
    checks = {
        "script": f"typeof {name}",
        "eval": f"eval('typeof {name}')",
        "indirect eval": f"(0, eval)('typeof {name}')",
        "function": f"new Function('return typeof {name}')()",
        "async function": f"(async () => {{}}).constructor('return typeof {name}')()",
        "generator": f"(function* () {{}}).constructor('yield typeof {name}')().next().value",
        "sloppy this": f"(function () {{ return typeof this.{name} }})()",
        "callback": f"['typeof {name}'].map(eval)[0]",
    }
    for how, code in checks.items():
        assert await isolate.eval(code) == "undefined", how


async def test_removed_globals_do_not_come_back(fresh_isolate: Isolate) -> None:
    before = await names_of(fresh_isolate, "Reflect.ownKeys(globalThis)")
    await fresh_isolate.eval(
        """
        new Event("x"); new Blob(["a"]).stream(); new AbortController().abort();
        structuredClone(new Error("a")); AbortSignal.timeout(1); queueMicrotask(() => {});
        new MessageChannel().port1.close(); new ReadableStream().tee(); performance.now();
        new FormData().append("a", new File(["b"], "c")); new Intl.DateTimeFormat().format();
        """
    )
    assert await names_of(fresh_isolate, "Reflect.ownKeys(globalThis)") == before


# Everything that can be reached


INSTANCES = """[
    new Event("x"), new Blob([]), new URL("a:b"), new FormData(),
    new ReadableStream(), new WritableStream(), new TransformStream(), new AbortController(),
    new AbortController().signal, new MessageChannel(), performance, new EventTarget(),
    new File([], "a"), new URLSearchParams(), new URLPattern({}), new DOMException("a"),
    new Error("a"), (function () { return arguments })(), (async function* () {})(),
    new Intl.DateTimeFormat(), new WebAssembly.Memory({ initial: 1 }), new Map().entries(),
    new Proxy({}, {}), Promise.resolve(), new WeakRef({}), host, Host, new Host()]"""


class Host:
    def method(self) -> int:
        return 1


async def test_nothing_of_the_engine_can_be_reached_by_properties(fresh_isolate: Isolate) -> None:
    await fresh_isolate.define_function("host", lambda *args: None)
    await fresh_isolate.define_class(Host)
    size, found = await fresh_isolate.eval(f"({CRAWL})(globalThis, ...{INSTANCES})")
    assert size > 1000
    assert found == []


HOOKS = ["Deno.privateCustomInspect", "Deno.core.hostObject", "nodejs.util.inspect.custom"]


async def test_hooks_of_the_engine_are_not_found_by_their_names(fresh_isolate: Isolate) -> None:
    """`Symbol.for` gives symbols that behave as any others, and are nobody's."""
    code = """
    (names) => names.flatMap((name) => {
        const symbol = Symbol.for(name);
        const everything = [new URL("a:b"), new Blob([]), new DOMException("x"), performance,
            new ReadableStream(), new Event("x"), new URLSearchParams().entries()];
        const given = everything.flatMap((value) => Reflect.ownKeys(value))
            .concat(everything.flatMap((v) => Reflect.ownKeys(Object.getPrototypeOf(v))))
            .filter((key) => typeof key === "symbol");
        return [symbol === Symbol.for(name), Symbol.keyFor(symbol) === name,
            symbol.description === name, Symbol.for(`${name}x`) !== symbol,
            given.every((key) => key !== symbol && Symbol.keyFor(key) !== name)];
    })
    """
    assert set(await fresh_isolate.eval(code, HOOKS)) == {True}
    assert await fresh_isolate.eval("Symbol.keyFor(Symbol.for('mine'))") == "mine"
    for bad in ("Symbol.keyFor('x')", "Symbol.for(Symbol())"):
        with pytest.raises(JSError, match="TypeError"):
            await fresh_isolate.eval(bad)


async def test_no_source_of_the_engine_is_shown(isolate: Isolate) -> None:
    code = """
    (names) => {
        const seen = new Set(), shown = [];
        const visit = (value, path, depth) => {
            if (value === null || !["object", "function"].includes(typeof value)) return;
            if (seen.has(value) || depth > 4) return;
            seen.add(value);
            if (typeof value === "function") {
                const text = Function.prototype.toString.call(value);
                if (!/^function [^]*\\(\\) \\{ \\[native code\\] \\}$/.test(text)) shown.push(path);
            }
            for (const key of Reflect.ownKeys(value)) {
                if (typeof key === "symbol") continue;
                const d = Reflect.getOwnPropertyDescriptor(value, key);
                const at = `${path}.${key}`;
                for (const part of [d.value, d.get, d.set]) visit(part, at, depth + 1);
            }
        };
        for (const key of names) visit(globalThis[key], key, 0);
        return shown;
    }
    """
    names = await isolate.eval("Object.getOwnPropertyNames(globalThis)")
    assert await isolate.eval(code, names) == []


async def test_global_symbols_of_the_engine_lead_nowhere(isolate: Isolate) -> None:
    code = """
    ["Deno.internal", "Deno.isUnloadDispatched", "Deno.customInspect", "Deno.symbols"].map((n) =>
        [globalThis, Object.prototype, Function.prototype, Error, Promise, Event.prototype]
            .map((o) => typeof o[Symbol.for(n)]).join()).join()
    """
    assert set((await isolate.eval(code)).split(",")) == {"undefined"}


async def test_inspection_hooks_show_only_what_is_public(isolate: Isolate) -> None:
    """The engine's classes have a hook for its console; an attacker brings the inspector."""
    code = """
    (() => {
        const hook = Symbol.for("Deno.privateCustomInspect"), given = [];
        for (const value of [new Event("x"), new Blob([]), new URL("a:b"), new ReadableStream(),
            new AbortController().signal, new MessageChannel().port1, performance]) {
            value[hook]?.((...args) => { given.push(...args); return "" }, {});
        }
        return given.map((value) => Reflect.ownKeys(value).filter((k) => typeof k === "symbol"));
    })()
    """
    assert all(keys == [] for keys in await isolate.eval(code))


async def test_host_functions_look_native_and_hold_nothing(fresh_isolate: Isolate) -> None:
    await fresh_isolate.define_function("host", lambda: None)
    assert await fresh_isolate.eval("String(host)") == "function () { [native code] }"
    assert set(await fresh_isolate.eval("Reflect.ownKeys(host).map(String)")) == {"length", "name"}
    assert await fresh_isolate.eval("Object.getPrototypeOf(host) === Function.prototype")
    for hidden in ("caller", "arguments"):
        with pytest.raises(JSError, match="TypeError"):
            await fresh_isolate.eval(f"host.{hidden}")


# Stacks


def leaks(text: str) -> bool:
    return bool(re.search(r"core/guest|ext:|node:|atoll/|/wire/|guest\.js|file:", text))


STACKS = {
    "a getter that the marshaller reads": "host({ get a() { note(new Error('x')) } })",
    "a getter of a result": "({ get a() { note(new Error('x')) } })",
    "a proxy that is marshalled": "host(new Proxy({ a: 1 }, { ownKeys(t) { note(new Error('x'));"
    " return Reflect.ownKeys(t) } }))",
    "a value that cannot cross": "try { host(Symbol()) } catch (error) { note(error) }",
    "an exception of the host": "try { fail() } catch (error) { note(error) }",
    "a rejection of the host": "failLater().catch(note)",
    "a callback of the engine": "[1].map(() => note(new Error('x')))",
    "a promise": "Promise.resolve().then(() => note(new Error('x')))",
    "an abort": "new Promise((done) => { AbortSignal.timeout(1).onabort = () =>"
    " done(note(new Error('x'))) })",
    "a stream": "new ReadableStream({ pull(c) { note(new Error('x')); c.close() } })"
    ".getReader().read().then(() => 1)",
    "an illegal invocation": "try { Event.prototype.preventDefault.call({}) }"
    " catch (error) { note(error) }",
    "a brand check of a host class": "try { Host.prototype.method.call({}) }"
    " catch (error) { note(error) }",
    "structuredClone": "try { structuredClone(() => 1) } catch (error) { note(error) }",
    "captureStackTrace": "const o = {}; Error.captureStackTrace(o); note(o)",
    "deep recursion": "try { (function f() { f() })() } catch (error) { note(error) }",
}


async def with_notes(isolate: Isolate) -> list[str]:
    def fail() -> None:
        raise ValueError("no")

    async def fail_later() -> None:
        raise ValueError("no")

    await isolate.define_function("host", lambda *args: None)
    await isolate.define_function("fail", fail)
    await isolate.define_async_function("failLater", fail_later)
    await isolate.define_class(Host)
    return []


@pytest.mark.parametrize("name", STACKS)
async def test_stacks_show_user_code_alone(name: str, fresh_isolate: Isolate) -> None:
    await with_notes(fresh_isolate)
    prepare = "globalThis.noted = []; Error.stackTraceLimit = 1000;"
    note = "globalThis.note = (error) => { noted.push(`${error.stack}`) };"
    await fresh_isolate.eval(f"{prepare}{note}")
    await fresh_isolate.eval(STACKS[name], filename="user.js")
    noted = await fresh_isolate.eval("noted")
    assert noted
    assert not any(map(leaks, noted)), noted


SITES = """
globalThis.noted = [];
const describe = (site) => {
    const parts = [];
    for (const key of Object.getOwnPropertyNames(Object.getPrototypeOf(site))) {
        if (key === "constructor") continue;
        try { parts.push(site[key]()) } catch { continue }
    }
    return parts;
};
const objects = [];
Error.stackTraceLimit = 1000;
Error.prepareStackTrace = (error, sites) => {
    for (const site of sites) {
        for (const part of describe(site)) {
            if (typeof part === "function" || typeof part === "object") objects.push(part);
            else noted.push(String(part));
        }
    }
    return "prepared";
};
globalThis.note = (error) => String(error.stack);
globalThis.objects = objects;
"""


@pytest.mark.parametrize("name", STACKS)
async def test_call_sites_show_user_code_alone(name: str, fresh_isolate: Isolate) -> None:
    await with_notes(fresh_isolate)
    await fresh_isolate.eval(SITES)
    await fresh_isolate.eval(STACKS[name], filename="user.js")
    assert not any(map(leaks, await fresh_isolate.eval("noted")))
    strange = """objects.filter((o) => o !== null && o !== globalThis && typeof o === "function"
        && !/note|x'|catch|=>|function/.test(Function.prototype.toString.call(o))).length"""
    assert await fresh_isolate.eval(strange) == 0


async def test_the_stack_hook_cannot_be_replaced(isolate: Isolate) -> None:
    code = """
    (() => {
        try { Object.defineProperty(Error, "prepareStackTrace", { value: (e, s) => s }) }
        catch (error) { return error.name }
    })()
    """
    assert await isolate.eval(code) == "TypeError"
    assert await isolate.eval("delete Error.prepareStackTrace") is False


async def test_callers_are_hidden(isolate: Isolate) -> None:
    await isolate.define_function("host", lambda *args: None)
    code = """
    (() => {
        const seen = [];
        function getter() {
            for (const f of [() => getter.caller, () => getter.arguments, () => arguments.callee])
                try { seen.push(typeof f() === "function" ? f() === getter : f()) } catch {}
            return 1;
        }
        host(Object.defineProperty({}, "a", { get: getter, enumerable: true }));
        return seen.filter((value) => value !== null && value !== true && typeof value !== "object")
    })()
    """
    assert await isolate.eval(code) == []


# Atoll's own parts


INDEX_SETTERS = """
globalThis.seen = [];
for (const target of [Array.prototype, Object.prototype]) {
    for (let i = 0; i < 8; i++) {
        Object.defineProperty(target, i, {
            configurable: true,
            set(value) { seen.push(value) },
        });
    }
}
"""


async def test_setters_on_indexes_see_nothing_of_a_message(fresh_isolate: Isolate) -> None:
    received: list[Any] = []
    await fresh_isolate.define_function("host", lambda *args: received.append(args))
    await fresh_isolate.define_class(Host)
    await fresh_isolate.eval(INDEX_SETTERS)
    await fresh_isolate.eval(
        """
        var seenBefore = seen.length;
        host({ a: [1, { b: 2 }] }, () => 1, new Map([["k", 1]]), new Set([1]), 10n ** 30n,
            new Uint8Array(3), new Error("e", { cause: 1 }), [[1, 2], [3]], new Host());
        new Host().method();
        try { host(Symbol()) } catch {}
        """
    )
    # What user code itself assigned is its own affair: a literal never calls a setter.
    assert await fresh_isolate.eval("seen.length - seenBefore") == 0
    assert received[0][0] == {"a": [1, {"b": 2}]}
    assert received[0][2] == {"k": 1}


async def test_the_notation_of_the_wire_cannot_be_written_by_hand(fresh_isolate: Isolate) -> None:
    received: list[Any] = []
    await fresh_isolate.define_function("host", received.append)
    forged = [
        '{"$": ["h", 64]}',
        'Object.assign(Object.create(null), {"$": ["h", 64]})',
        'Object.setPrototypeOf({"$": ["h", 64]}, Object.freeze(Object.create(null)))',
        'new (class { $ = ["h", 64] })',
        'new (class { get $() { return ["h", 64] } })',
        'new Proxy({"$": ["h", 64]}, {})',
    ]
    for code in forged:
        try:
            await fresh_isolate.eval(f"host({code})")
        except JSError as error:
            assert error.name == "DataCloneError"  # noqa: PT017 - refusing is as good
    assert all(value == {"$": ["h", 64]} for value in received)
    result = await fresh_isolate.eval('({"$": ["f", 64, "function"], a: {"$": ["!", "p", "r"]}})')
    assert result == {"$": ["f", 64, "function"], "a": {"$": ["!", "p", "r"]}}


async def test_messages_do_not_pass_through_user_code(fresh_isolate: Isolate) -> None:
    """toJSON, species, iterators and constructors of the values on the way."""
    await fresh_isolate.define_function("host", lambda *args: list(args))
    await fresh_isolate.eval(
        """
        globalThis.seen = [];
        const spy = function () { seen.push(this); return this };
        Object.prototype.toJSON = Array.prototype.toJSON = spy;
        for (const C of [Array, ArrayBuffer, Promise, RegExp, Map, Set,
            Object.getPrototypeOf(Uint8Array)]) {
            Object.defineProperty(C, Symbol.species, { get() { seen.push(C); return C } });
        }
        for (const C of [Array, Uint8Array, ArrayBuffer, Map, Set, Object, Promise]) {
            Object.defineProperty(C.prototype, "constructor",
                { get() { seen.push(C); return C }, configurable: true });
        }
        0
        """
    )
    await fresh_isolate.eval("seen.length = 0; host([1, { a: new Uint8Array(9) }], new Map())")
    assert await fresh_isolate.eval("seen.length") == 0


# Modules


HOW_TO_IMPORT = {
    "a script": "import(name)",
    "eval": "eval(source)",
    "indirect eval": "(0, eval)(source)",
    "a function": "new Function('return ' + source)()",
    "an async function": "(async () => {}).constructor('return ' + source)()",
    "a mapped eval": "[source].map(eval)[0]",
    "a reaction": "Promise.resolve(source).then(eval)",
    "after an await": "(async () => { await 0; return import(name) })()",
    "a microtask": "new Promise((ok, no) => { globalThis.ok = ok; globalThis.no = no;"
    " queueMicrotask(eval.bind(null, source + '.then(ok, no)')) })",
    "a stream": "new Promise((ok, no) => { globalThis.ok = ok; globalThis.no = no;"
    " new ReadableStream({ pull: eval.bind(null, source + '.then(ok, no)') }) })",
    "a module from a data: URL": "Promise.resolve(`import(${JSON.stringify("
    "`data:text/javascript,export * from ${JSON.stringify(name)}`)})`).then(eval)",
    "a script that claims to be a guest half": "Promise.resolve(`${source}\\n//# sourceURL=${root}"
    "/core/guest/x.js`).then(eval)",
    "a getter that the marshaller reads": "new Promise((ok, no) => { globalThis.ok = ok;"
    " globalThis.no = no; host(Object.defineProperty({}, 'a', { enumerable: true,"
    " get: eval.bind(null, source + '.then(ok, no)') })) })",
    "a timer": "new Promise((ok, no) => { globalThis.ok = ok; globalThis.no = no;"
    " AbortSignal.timeout(1).addEventListener('abort',"
    " eval.bind(null, source + '.then(ok, no)')) })",
}
BOOT = _file_url(boot_file())
ROOT = BOOT.removesuffix("/core/guest/boot.js")
OTHER_NAMES = [
    "fs",
    "ext:core/mod.js",
    "ext:core/ops",
    "ext:deno_node/internal/fs.js",
    "file:///etc/passwd",
    "npm:left-pad",
    "jsr:@std/fs",
    "https://example.com/x.js",
    "http://127.0.0.1:1/x.js",
    "bun:ffi",
    "cloudflare:sockets",
    "NODE:fs",
    " node:fs",
    "node:fs?x",
    "node:./fs",
]
OWN_NAMES = [
    "./engine.js",
    "atoll:core",
    "atoll:script",
    "atoll:atoll.timers",
    f"{ROOT}/core/guest/engine.js",
    f"{ROOT}/core/guest/../guest/connection.js",
    f"{ROOT.replace('file:///', 'file://localhost/')}/core/guest/realm.js",
    f"{ROOT.replace('file:', 'FILE:')}/wire/guest.js",
    f"{ROOT}/core/guest/handles.js?again",
    f"{BOOT}?again",
]

IMPORT_ALL = """
(names, root) => Promise.all(names.map((name) => {
    const source = `import(${JSON.stringify(name)})`;
    let outcome;
    try { outcome = HOW } catch (error) { outcome = Promise.reject(error) }
    return outcome.then((m) => `${name}: ${Object.keys(m)}`, () => null);
})).then((all) => all.filter((found) => found !== null))
"""


async def imported(isolate: Isolate, how: str, names: list[str]) -> list[str]:
    """The names that could be imported, one after the other where they share globals."""
    code = IMPORT_ALL.replace("HOW", HOW_TO_IMPORT[how])
    if "globalThis.ok" not in HOW_TO_IMPORT[how]:
        return list(await isolate.eval(code, names, ROOT))
    found: list[str] = []
    for name in names:
        found += await isolate.eval(code, [name], ROOT)
    return found


@pytest.mark.parametrize("how", HOW_TO_IMPORT)
async def test_no_module_can_be_imported_through(how: str, fresh_isolate: Isolate) -> None:
    await fresh_isolate.define_function("host", lambda *args: None)
    names = [f"node:{name}" for name in NODE_MODULES] + OTHER_NAMES
    assert await imported(fresh_isolate, how, names) == []


@pytest.mark.parametrize("how", HOW_TO_IMPORT)
async def test_no_guest_half_can_be_imported_through(how: str, fresh_isolate: Isolate) -> None:
    await fresh_isolate.define_function("host", lambda *args: None)
    assert await imported(fresh_isolate, how, OWN_NAMES) == []


async def test_the_first_module_exports_nothing(fresh_isolate: Isolate) -> None:
    code = f"Promise.resolve({json.dumps(f'import({json.dumps(BOOT)})')}).then(eval)"
    assert await fresh_isolate.eval(f"{code}.then((m) => Reflect.ownKeys(m).map(String))") in (
        [],
        ["Symbol(Symbol.toStringTag)"],
    )


async def test_a_module_from_a_data_url_is_code_like_any_other(fresh_isolate: Isolate) -> None:
    """It can be had through a reaction. It sees the same realm, and its `import.meta` is text."""
    source = """
    export default [typeof Deno, typeof process, typeof require, typeof fetch];
    export const meta = Reflect.ownKeys(import.meta).map(String);
    export const resolved = ["node:fs", "npm:x"].map((name) => {
        try { return import.meta.resolve(name) } catch { return null }
    });
    """
    url = f"data:text/javascript,{source}"
    code = f"Promise.resolve({json.dumps(f'import({json.dumps(url)})')}).then(eval)"
    module = await fresh_isolate.eval(f"{code}.then((m) => ({{ ...m }}))")
    assert module["default"] == ["undefined"] * 4
    assert set(module["meta"]) <= {"url", "main", "resolve", "filename", "dirname"}
    assert all(name is None or "atoll" in name or "npm:" in name for name in module["resolved"])


async def test_a_module_from_a_blob_is_code_like_any_other(fresh_isolate: Isolate) -> None:
    code = """
    Promise.resolve(`import(URL.createObjectURL(new Blob(
        ["export default [typeof Deno, typeof process]"], { type: "text/javascript" })))`)
        .then(eval).then((m) => m.default, (error) => ["undefined", "undefined"])
    """
    assert await fresh_isolate.eval(code) == ["undefined", "undefined"]


async def test_import_meta_is_no_part_of_a_script(isolate: Isolate) -> None:
    for code in ("import.meta", "eval('import.meta')", "new Function('return import.meta')"):
        with pytest.raises(JSError, match=r"import\.meta"):
            await isolate.eval(code)


async def test_the_list_of_modules_is_the_engines() -> None:
    """An upgrade of the engine cannot add a module without this failing."""
    program = (
        'import { builtinModules } from "node:module"; console.log(builtinModules.join("\\n"))'
    )
    printed = subprocess.run(
        [find_engine(), "eval", "--no-config", program],
        capture_output=True,
        text=True,
        check=True,
        env={"DENO_DIR": "/dev/null/deno", "DENO_NO_UPDATE_CHECK": "1", "NO_COLOR": "1"},
    ).stdout.split()
    assert {name.removeprefix("node:") for name in printed} <= set(NODE_MODULES)
    assert len(NODE_MODULES) == len(set(NODE_MODULES))


async def test_it_all_still_holds_while_the_isolate_is_busy(fresh_isolate: Isolate) -> None:
    code = "Promise.resolve(\"import('node:fs')\").then(eval).then(() => 'in', () => 'out')"
    outcomes = await asyncio.gather(*(fresh_isolate.eval(code) for _ in range(20)))
    assert set(outcomes) == {"out"}


async def test_what_the_engine_calls_its_operations_with_cannot_be_replaced(
    fresh_isolate: Isolate,
) -> None:
    result = await fresh_isolate.eval(
        """
        const original = Function.prototype.call;
        const attempt = (action) => {
          try { action(); return "done"; } catch (e) { return e.name; }
        };
        const attempts = [
          () => { Function.prototype.call = () => {}; },
          () => Object.defineProperty(Function.prototype, "call", { value: () => {} }),
          () => Object.defineProperty(Function.prototype, "call", { get: () => () => {} }),
          () => { "use strict"; delete Function.prototype.call; },
          () => Object.defineProperty(Function.prototype, "call", { configurable: true }),
        ].map(attempt);
        const own = () => 1;
        own.call = () => 2;
        [attempts, Function.prototype.call === original, own.call(), own.hasOwnProperty("call")]
        """
    )
    assert result == [["TypeError"] * 5, True, 2, True]
