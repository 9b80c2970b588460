"""User code may overwrite every intrinsic; values still cross as they are."""

from __future__ import annotations

import datetime as dt

import pytest

from atoll import Isolate, JSMap, JSRegExp

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAMPLE = (
    "({list: [1, 'a', , null, -0, NaN], map: new Map([['k', {v: 1}], [2, [3]]]), "
    "set: new Set([1, 'b']), date: new Date(5), re: /x/g, big: 10n ** 20n, odd: '\\ud800', "
    "bytes: new Uint8Array([1, 2]), ints: new Int16Array([-1]), $: {__proto__: null, a: 1}, "
    "shared: [globalThis.shared ??= {}, globalThis.shared], box: new Number(4)})"
)

POLLUTIONS = {
    "toJSON on Object.prototype": "Object.prototype.toJSON = () => 'evil'",
    "toJSON on Array.prototype": "Array.prototype.toJSON = () => 'evil'",
    "toJSON on primitives": "String.prototype.toJSON = Number.prototype.toJSON = "
    "Boolean.prototype.toJSON = BigInt.prototype.toJSON = () => 'evil'",
    "JSON replaced": "JSON.stringify = JSON.parse = () => 'evil'; globalThis.JSON = null",
    "Map and Set methods": "for (const C of [Map, Set, WeakMap, WeakRef, FinalizationRegistry]) "
    "for (const k of Reflect.ownKeys(C.prototype)) if (k !== 'constructor') "
    "Object.defineProperty(C.prototype, k, {value() { throw new Error('evil'); }})",
    "Array methods": "for (const k of Reflect.ownKeys(Array.prototype)) "
    "if (k !== 'length' && k !== Symbol.iterator) "
    "Array.prototype[k] = () => { throw new Error('evil'); }",
    "iteration": "Map.prototype[Symbol.iterator] = "
    "Set.prototype[Symbol.iterator] = String.prototype[Symbol.iterator] = "
    "Object.getPrototypeOf(Uint8Array).prototype[Symbol.iterator] = function* () { yield 'evil'; }",
    "Promise.prototype.then": "Promise.prototype.then = () => { throw new Error('evil'); }; "
    "Promise.resolve = Promise.reject = Promise.all = null",
    # Its `call` cannot be replaced: see tests/hostile/test_global_scope.py.
    "Function.prototype": "Function.prototype.apply = "
    "Function.prototype.bind = () => { throw new Error('evil'); }",
    "Object and Reflect": "for (const o of [Object, Reflect]) for (const k of Reflect.ownKeys(o)) "
    "if (typeof o[k] === 'function') { try { o[k] = () => 'evil'; } catch {} }",
    "typed arrays": "const T = Object.getPrototypeOf(Uint8Array); "
    "for (const k of ['buffer', 'byteLength', 'byteOffset', 'length', Symbol.toStringTag]) "
    "Object.defineProperty(T.prototype, k, {get() { return 'evil'; }}); "
    "for (const k of ['set', 'subarray', 'slice', 'copyWithin']) T.prototype[k] = () => 'evil'; "
    "Object.defineProperty(ArrayBuffer.prototype, 'byteLength', {get: () => 0})",
    "species": "for (const C of [Array, Map, Set, RegExp, ArrayBuffer]) "
    "Object.defineProperty(C, Symbol.species, {get() { throw new Error('evil'); }})",
    "constructors": "globalThis.Map = globalThis.Set = globalThis.Date = globalThis.Array = "
    "globalThis.Uint8Array = globalThis.RegExp = globalThis.Promise = globalThis.Error = "
    "globalThis.Object = function () { throw new Error('evil'); }",
    "getters on Object.prototype": "for (const k of ['$', 'get', 'set', 'value', 'writable', "
    "'enumerable', 'configurable', 'name', 'message', 'length', 'then', 'body', 'flags', 'id', "
    "'target', 'segments', 'kind', 'pending', 'size', 'tagged', 'cause', 'errors']) "
    "Object.defineProperty(Object.prototype, k, {__proto__: null, get() { return 'evil'; }, "
    "set() { throw new Error('evil'); }, configurable: true})",
    "a setter for __proto__": "Object.defineProperty(Object.prototype, '__proto__', "
    "{get() { return 'evil'; }, set() { throw new Error('evil'); }})",
    "String and RegExp methods": "for (const C of [String, RegExp, Number, BigInt, Date, Symbol]) "
    "for (const k of Reflect.ownKeys(C.prototype)) if (k !== 'constructor' && k !== 'length') "
    "Object.defineProperty(C.prototype, k, {value() { throw new Error('evil'); }, "
    "configurable: true, writable: true})",
    "AbortSignal and EventTarget": "EventTarget.prototype.addEventListener = () => "
    "{ throw new Error('evil'); }; AbortSignal.prototype.constructor = null",
}


@pytest.mark.parametrize("pollution", POLLUTIONS.values(), ids=POLLUTIONS)
async def test_values_survive(fresh_isolate: Isolate, pollution: str) -> None:
    isolate = fresh_isolate
    await isolate.define_function("echo", lambda x: x)
    await isolate.define_async_function("later", lambda x: x)
    # Literals are made beforehand: what follows is about marshalling, not about the script.
    await isolate.eval(f"const make = () => {SAMPLE}; const sample = make(); 0")
    await isolate.eval(f"(() => {{ {pollution} }})(); 0")
    value = await isolate.eval("sample")
    assert value["list"][:4] == [1, "a", None, None]
    assert str(value["list"][4]) == "-0.0"
    assert str(value["list"][5]) == "nan"
    assert value["map"] == JSMap({"k": {"v": 1}, 2: [3]})
    assert value["set"] == {1, "b"}
    assert value["date"] == dt.datetime(1970, 1, 1, 0, 0, 0, 5000, dt.UTC)
    assert value["re"] == JSRegExp("x", "g")
    assert value["big"] == 10**20
    assert value["odd"] == "\ud800"
    assert value["bytes"] == b"\1\2"
    assert value["ints"].tolist() == [-1]
    assert value["$"] == {"a": 1}
    assert value["shared"][0] is value["shared"][1]
    assert value["box"] == 4
    del value["list"][5]  # NaN, which is not equal to itself
    ints = value.pop("ints")
    for function in ("x => echo(x)", "async x => await later(x)"):
        assert await isolate.eval(function, value) == value
    assert (await isolate.eval("x => x", ints)).tolist() == [-1]


async def test_a_function_called_with_pollution_in_place_still_works(
    fresh_isolate: Isolate,
) -> None:
    await fresh_isolate.define_function("add", lambda a, b: a + b)
    await fresh_isolate.eval(
        "Array.prototype.push = Array.prototype.map = null;"
        "Function.prototype.bind = Function.prototype.apply = null; 0"
    )
    assert await fresh_isolate.eval("add(1, 2)") == 3
    callback = await fresh_isolate.eval("(x => x * 2)")
    assert await callback(4) == 8


@pytest.mark.parametrize(
    "pollution",
    [
        "Array.prototype[Symbol.iterator] = function* () { yield 'evil'; }",
        "Object.getPrototypeOf([][Symbol.iterator]()).next = () => ({done: true})",
        "Object.defineProperty(Object.prototype, '0', {get: () => 'evil', set() {}})",
    ],
)
async def test_scripts_survive_another_array_iteration(
    fresh_isolate: Isolate, pollution: str
) -> None:
    await fresh_isolate.eval(f"{pollution}; 0")
    assert await fresh_isolate.eval("let a = [1]; a") == [1]
