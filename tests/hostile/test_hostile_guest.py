"""User code that does its worst within the language: odd throws, pollution, floods, recursion."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from atoll import AtollError, Isolate, JSError, Limits, MarshalError, WallTimeLimitExceeded

pytestmark = pytest.mark.asyncio(loop_scope="module")


# Throwing

ODD_THROWS = {
    "a symbol": "throw Symbol('s')",
    "null": "throw null",
    "undefined": "throw undefined",
    "a number": "throw 1",
    "a huge integer": "throw 10n ** 6000n",
    "a string": "throw 'x'.repeat(1e6)",
    "an ill-formed string": "throw '\\ud800'",
    "a function": "throw () => 1",
    "an object whose toString throws": "throw { toString() { throw 1 } }",
    "an object without a prototype": "throw Object.create(null)",
    "a proxy whose traps throw": "throw new Proxy({}, new Proxy({}, { get() { throw 1 } }))",
    "a proxy of an error": "throw new Proxy(new Error('e'), {})",
    "a revoked proxy": "const p = Proxy.revocable({}, {}); p.revoke(); throw p.proxy",
    "a frozen error": "throw Object.freeze(new Error('e'))",
    "an error whose name throws": "throw Object.defineProperty(new Error('e'), 'name',"
    " { get() { throw 1 } })",
    "an error whose stack throws": "throw Object.defineProperty(new Error('e'), 'stack',"
    " { get() { throw 1 } })",
    "an error whose name is a symbol": "throw Object.assign(new Error('e'), { name: Symbol() })",
    "an error whose message is an object": "throw Object.assign(new Error('e'), { message: {} })",
    "an error that is its own cause": "const e = new Error('e'); e.cause = e; throw e",
    "an aggregate of itself": "const e = new AggregateError([]); e.errors = [e]; throw e",
    "errors without a number of causes": "let e; for (let i = 0; i < 5000; i++)"
    " e = new Error(`${i}`, { cause: e }); throw e",
    "an error with a getter that throws": "throw Object.defineProperty(new Error('e'), 'code',"
    " { get() { throw 1 }, enumerable: true })",
    "a subclass with a hostile constructor": "class E extends Error { constructor() { super('e');"
    " this.constructor = null; this.toString = 1 } } throw new E()",
    "a promise": "throw Promise.reject(1)",
    "a rejection with nothing": "Promise.reject()",
    "a DOMException": "throw new DOMException('m', 'AbortError')",
    "shared references": "let a = []; for (let i = 0; i < 60; i++) a = [a, a]; throw a",
    "a long chain of references": "const all = []; let a = []; for (let i = 0; i < 20000; i++)"
    " { all.push(a); a = [a] } throw all",
    "a cyclic map": "const m = new Map(); m.set(1, m); throw m",
    "the global object": "throw globalThis",
    "a module of WebAssembly": "throw new WebAssembly.Module(new Uint8Array("
    "[0, 97, 115, 109, 1, 0, 0, 0]))",
    "a thenable": "throw { then() { throw 1 } }",
    "a stack overflow": "(function f() { f() })()",
    "a stack overflow in a getter": "throw { get a() { return this.a } }",
}


@pytest.mark.parametrize("name", ODD_THROWS)
async def test_whatever_is_thrown_arrives_as_an_error(
    name: str, fresh_isolate: Isolate, sibling: Isolate
) -> None:
    with pytest.raises((JSError, MarshalError)) as caught:
        await fresh_isolate.eval(ODD_THROWS[name], timeout=10)
    assert len(f"{caught.value!s}{caught.value!r}") < 3_000_000
    assert await fresh_isolate.eval("1 + 1") == 2


@pytest.mark.parametrize("name", ODD_THROWS)
async def test_whatever_a_callback_of_the_guest_throws_arrives_too(
    name: str, fresh_isolate: Isolate
) -> None:
    function = await fresh_isolate.eval(f"() => {{ {ODD_THROWS[name]} }}")
    if name == "a rejection with nothing":
        await function()  # the braces make it a statement
    else:
        with pytest.raises((JSError, MarshalError)):
            await function()
    assert await fresh_isolate.eval("1 + 1") == 2


async def test_uncaught_errors_of_every_kind_reach_the_owner_or_the_log() -> None:
    seen: list[BaseException] = []
    async with Isolate(on_uncaught=seen.append) as isolate:
        for code in ODD_THROWS.values():
            await isolate.eval(f"Promise.resolve().then(() => {{ {code} }}); 0")
        async with asyncio.timeout(20):
            while len(seen) < 20:
                await isolate.eval(
                    "new Promise((d) => { AbortSignal.timeout(1).onabort = d }).then(() => 0)"
                )
        assert await isolate.eval("1 + 1") == 2
    assert all(isinstance(error, BaseException) for error in seen)


# Results


ODD_RESULTS = {
    "a symbol": "Symbol()",
    "the global object": "globalThis",
    "a revoked proxy": "const p = Proxy.revocable([], {}); p.revoke(); p.proxy",
    "a proxy whose traps throw": "new Proxy({}, { ownKeys() { throw new Error('no') } })",
    "an array with a getter that throws": "Object.defineProperty([1], 0, { get() { throw 1 } })",
    "an array that grows while it is read": "const a = [0]; Object.defineProperty(a, 0,"
    " { get() { a.push(1); return 1 }, enumerable: true }); a",
    "an array that empties while it is read": "const a = [0, 1, 2]; Object.defineProperty(a, 0,"
    " { get() { a.length = 0; return 1 }, enumerable: true, configurable: true }); a",
    "a map that grows while it is read": "const m = new Map([[1, { get a() {"
    " if (m.size < 1000) m.set({}, 1); return 1 } }]]); m",
    "a buffer that is detached while it is read": "const b = new ArrayBuffer(8);"
    " [b, { get a() { structuredClone(b, { transfer: [b] }); return 1 } }, b]",
    "a buffer that shrinks while it is read": "const b = new ArrayBuffer(8, { maxByteLength: 9 });"
    " [new Uint8Array(b), { get a() { b.resize(0); return 1 } }]",
    "a sparse array": "const a = []; a[2 ** 26] = 1; a",
    "an invalid date": "new Date(NaN)",
    "a thenable that never settles twice": "({ then(ok, no) { ok(1); no(2); ok(3) } })",
    "a thenable that throws": "({ then() { throw new Error('no') } })",
    "a getter then that throws": "({ get then() { throw new Error('no') } })",
    "many properties": "Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => [i, i]))",
    "a property of its own name": "({ __proto__: null, ['__proto__']: 1, constructor: 2, $: 3 })",
    "a class instance with private state": "new (class { #a = 1 })()",
    "a generator": "(function* () { yield 1 })()",
    "a weak map": "new WeakMap()",
    "shared references": "let a = []; for (let i = 0; i < 60; i++) a = [a, a]; a",
    "integers that collide": "const m = 2n ** 61n - 1n; const s = new Set();"
    " for (let i = 1n; i < 20000n; i++) s.add(i * m); s",
    "typed arrays as keys": "new Map([[new Uint32Array(1), 1]])",
    "a promise of itself": "let f; const p = new Promise((ok) => { f = ok }); f(p); p",
}


@pytest.mark.parametrize("name", ODD_RESULTS)
async def test_whatever_is_returned_arrives_or_is_refused(
    name: str, fresh_isolate: Isolate, sibling: Isolate
) -> None:
    try:
        async with asyncio.timeout(10):
            await fresh_isolate.eval(ODD_RESULTS[name], timeout=9)
    except (JSError, MarshalError) as error:
        assert len(str(error)) < 100_000  # noqa: PT017 - refusing is one of two right outcomes
    assert await fresh_isolate.eval("1 + 1") == 2


# Pollution

POLLUTION = {
    "Promise.prototype.then": "Promise.prototype.then = function () { return 1 }",
    "Promise.prototype.then that throws": "Promise.prototype.then = () => { throw 1 }",
    "Promise.prototype.constructor": "Object.defineProperty(Promise.prototype, 'constructor',"
    " { get() { throw 1 } })",
    "Promise[Symbol.species]": "Object.defineProperty(Promise, Symbol.species, { value: null })",
    "Promise itself": "globalThis.Promise = undefined",
    "Array.prototype[Symbol.iterator]": "Array.prototype[Symbol.iterator] = null",
    "array iterators": "Object.getPrototypeOf([][Symbol.iterator]()).next = null",
    "array methods": "for (const k of Reflect.ownKeys(Array.prototype)) if (k !== 'constructor')"
    " try { Array.prototype[k] = null } catch {}",
    "Array.prototype indexes": "for (let i = 0; i < 9; i++) Object.defineProperty(Array.prototype,"
    " i, { __proto__: null, get() { throw 1 }, set() { throw 2 }, configurable: true })",
    "Object.prototype indexes": "for (let i = 0; i < 9; i++) Object.defineProperty("
    "Object.prototype, i, { __proto__: null, get() { throw 1 }, set() { throw 2 },"
    " configurable: true })",
    "JSON": "JSON.parse = JSON.stringify = () => { throw 1 }; globalThis.JSON = null",
    "toJSON": "Object.prototype.toJSON = String.prototype.toJSON = BigInt.prototype.toJSON ="
    " Number.prototype.toJSON = () => 'polluted'",
    "Map.prototype": "for (const k of Reflect.ownKeys(Map.prototype)) if (k !== 'constructor')"
    " delete Map.prototype[k]",
    "Set and WeakMap": "for (const C of [Set, WeakMap, WeakSet, WeakRef, FinalizationRegistry])"
    " for (const k of Reflect.ownKeys(C.prototype)) delete C.prototype[k]",
    "Function.prototype": "Function.prototype.apply = Function.prototype.bind = () => { throw 1 }",
    "Reflect": "for (const k of Reflect.ownKeys(Reflect)) delete Reflect[k]",
    "Object's functions": "for (const k of Object.getOwnPropertyNames(Object))"
    " if (typeof Object[k] === 'function') Object[k] = () => { throw 1 }",
    "Object.prototype setters": "for (const k of ['a', 'id', 'kind', 'value', 'body', 'then',"
    " 'get', 'set', 'flags', 'segments', 'target', 'count', 'proxy', 'resolve', 'reject', 'size',"
    " 'pending', 'enumerable', 'configurable', 'writable', '$'])"
    " Object.defineProperty(Object.prototype, k, { __proto__: null,"
    " get() { return undefined }, set() { throw 2 }, configurable: true })",
    "Object.prototype getters": "for (const k of ['get', 'set', 'value', 'enumerable', 'once',"
    " 'configurable', 'writable', 'signal', 'cause', 'then'])"
    " Object.defineProperty(Object.prototype, k, { __proto__: null, get() { throw 1 }, set(v) {"
    " Object.defineProperty(this, k, { __proto__: null, value: v, writable: true,"
    " enumerable: true, configurable: true }) }, configurable: true })",
    "typed arrays": "const T = Object.getPrototypeOf(Uint8Array); for (const k of"
    " Reflect.ownKeys(T.prototype)) if (k !== 'constructor') delete T.prototype[k];"
    " Object.defineProperty(T, Symbol.species, { value: Array });"
    " Object.defineProperty(Uint8Array.prototype, 'constructor', { value: Array })",
    "ArrayBuffer": "for (const k of Reflect.ownKeys(ArrayBuffer.prototype))"
    " delete ArrayBuffer.prototype[k]; globalThis.ArrayBuffer = globalThis.Uint8Array = null",
    "String.prototype": "for (const k of Reflect.ownKeys(String.prototype)) if (k !== 'length' &&"
    " k !== 'constructor') delete String.prototype[k]",
    "RegExp.prototype": "RegExp.prototype.exec = RegExp.prototype.test = () => { throw 1 };"
    " RegExp.prototype[Symbol.replace] = null",
    "Symbol": "globalThis.Symbol = null",
    "Error": "Error.prepareStackTrace = () => { throw 1 }; Error.captureStackTrace = null;"
    " Error.stackTraceLimit = 'x'",
    "Error's hook that returns itself": "Error.prepareStackTrace = (e) => e.stack",
    "Error.prototype": "Object.defineProperty(Error.prototype, 'name', { get() { throw 1 } });"
    " Object.defineProperty(Error.prototype, 'message', { get() { throw 1 } });"
    " Error.prototype.toString = () => { throw 1 }",
    "EventTarget": "EventTarget.prototype.addEventListener = EventTarget.prototype.dispatchEvent"
    " = () => { throw 1 }",
    "AbortSignal": "for (const k of Reflect.ownKeys(AbortSignal.prototype)) try {"
    " delete AbortSignal.prototype[k] } catch {}",
    "every global": "for (const k of Reflect.ownKeys(globalThis)) if (k !== 'globalThis')"
    " try { delete globalThis[k] } catch {}",
    "a frozen world": "for (const k of Reflect.ownKeys(globalThis)) { const v = globalThis[k];"
    " if (v && (typeof v === 'object' || typeof v === 'function')) { Object.freeze(v);"
    " if (v.prototype) Object.freeze(v.prototype) } }",
    "a sealed global object": "Object.preventExtensions(globalThis)",
    "another prototype of the global object": "Object.setPrototypeOf(globalThis, new Proxy({},"
    " { get() { throw 1 }, has() { throw 1 } }))",
    "another prototype of arrays": "Object.setPrototypeOf(Array.prototype, null)",
}


# The engine itself evaluates scripts by way of what these break: such a realm has no use any more.
USELESS = ["array methods", "Array.prototype indexes", "Object.prototype indexes"]


@pytest.mark.parametrize("name", USELESS)
async def test_a_guest_that_breaks_the_engine_breaks_its_own_isolate(
    name: str, sibling: Isolate
) -> None:
    async with Isolate() as isolate:
        with pytest.raises(AtollError):
            await isolate.eval(POLLUTION[name])
        try:
            assert await isolate.eval("1 + 1") == 2
        except AtollError as error:
            assert "guest/" not in str(error)  # noqa: PT017 - working on is as good


@pytest.mark.parametrize("name", [name for name in POLLUTION if name not in USELESS])
async def test_the_core_works_on_in_a_polluted_realm(
    name: str, fresh_isolate: Isolate, sibling: Isolate
) -> None:
    isolate = fresh_isolate
    received: list[Any] = []

    def take(*args: object) -> int:
        received.append(args)
        return len(args)

    async def later(value: object) -> object:
        await asyncio.sleep(0)
        return value

    await isolate.define_function("take", take)
    await isolate.define_async_function("later", later)
    await isolate.eval("var keepTake = take, keepLater = later, made = { b: 1, c: [1, 2] };")
    function = await isolate.eval("(x) => x + 1")
    await isolate.eval(f"{POLLUTION[name]}; 0")
    assert await isolate.eval("1 + 1") == 2
    assert await isolate.eval("'text'") == "text"
    assert await isolate.eval("keepTake(made, 1, 'x')") == 3
    assert received[-1] == ({"b": 1, "c": [1, 2]}, 1, "x")
    assert await function(41) == 42
    assert await isolate.eval("(x) => x.n", {"n": [1, {"m": b"bytes"}]}) == [1, {"m": b"bytes"}]
    settled = await isolate.eval("globalThis.promise = keepLater(5); 0")
    assert settled == 0
    with pytest.raises(JSError):
        await isolate.eval("throw 1")
    with pytest.raises(AtollError):
        await isolate.eval("this is no program")
    assert await isolate.eval("1 + 1") == 2


async def test_a_thenable_on_object_prototype_does_not_capture_results(
    fresh_isolate: Isolate,
) -> None:
    await fresh_isolate.eval("Object.prototype.then = function (ok) { ok('captured') }; 0")
    assert await fresh_isolate.eval("1 + 1") == 2


async def test_finalizers_of_user_code_run_or_fail_alone(fresh_isolate: Isolate) -> None:
    await fresh_isolate.eval(
        """
        globalThis.registry = new FinalizationRegistry(() => { throw new Error("finalizer") });
        for (let i = 0; i < 1000; i++) registry.register({}, i);
        0
        """
    )
    for _ in range(3):
        await fresh_isolate.collect_garbage()
    assert await fresh_isolate.eval("1 + 1") == 2


# Floods


async def test_an_endless_stream_of_host_calls_leaves_the_loop_responsive(
    fresh_isolate: Isolate, sibling: Isolate
) -> None:
    await fresh_isolate.define_function("call", lambda *args: None)
    await fresh_isolate.define_async_function("later", lambda *args: None)
    flood = asyncio.ensure_future(
        fresh_isolate.eval(
            "(async () => { for (;;) { for (let i = 0; i < 100; i++) later(i); call(1);"
            " await later(2) } })()",
            timeout=1,
        )
    )
    answers = 0
    while not flood.done():
        async with asyncio.timeout(2):
            assert await sibling.eval("1 + 1") == 2
        answers += 1
    with pytest.raises(WallTimeLimitExceeded):
        await flood
    assert answers > 20


async def test_a_flood_of_uncaught_rejections_leaves_the_loop_responsive(
    sibling: Isolate,
) -> None:
    seen = 0

    def count(_: BaseException) -> None:
        nonlocal seen
        seen += 1

    async with Isolate(on_uncaught=count) as isolate:
        flood = asyncio.ensure_future(
            isolate.eval(
                "(async () => { for (;;) { Promise.reject(1);"
                " await new Promise((d) => { AbortSignal.timeout(0).onabort = d }) } })()",
                timeout=0.5,
            )
        )
        while not flood.done():
            async with asyncio.timeout(2):
                assert await sibling.eval("1 + 1") == 2
        with pytest.raises(WallTimeLimitExceeded):
            await flood
    assert seen > 0


async def test_references_that_are_made_and_dropped_do_not_pile_up() -> None:
    async with Isolate(limits=Limits(handles=1000)) as isolate:
        await isolate.define_async_function("take", lambda f: None)
        code = "(async () => { for (let i = 0; i < 5000; i++) await take({ f: () => i }) })()"
        await isolate.eval(code)
        assert (await isolate.statistics()).guest_handles < 100


async def test_deep_recursion_through_the_host_ends_in_an_error(fresh_isolate: Isolate) -> None:
    async def again(n: int) -> object:
        return await fresh_isolate.eval(f"again({n + 1})")

    await fresh_isolate.define_function("again", again)
    with pytest.raises(JSError, match="nested"):
        await fresh_isolate.eval("again(0)")
    assert await fresh_isolate.eval("1 + 1") == 2


async def test_recursion_in_the_guest_leaves_room_for_the_marshaller(
    fresh_isolate: Isolate,
) -> None:
    """A host function called where the stack is nearly used up throws, or works."""
    await fresh_isolate.define_function("take", lambda *args: 1)
    code = """
    (() => {
        let calls = 0, errors = 0;
        function down(n) {
            try { down(n + 1) } catch (error) {
                try { take({ a: [1, { b: 2 }] }); calls++ } catch { errors++ }
                if (calls < 5) throw error;
            }
        }
        try { down(0) } catch {}
        return calls;
    })()
    """
    assert await fresh_isolate.eval(code) >= 5
    assert await fresh_isolate.eval("take(1)") == 1
