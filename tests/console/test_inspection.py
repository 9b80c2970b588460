"""Values as text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from atoll.console import Console
from atoll.fetch import Fetch
from atoll.sync import Isolate

from .support import Shell, shell


@pytest.fixture(scope="module", params=["text", "marshal"])
def either(request: pytest.FixtureRequest) -> Iterator[Shell]:
    with shell(values=request.param) as made:
        yield made


TRAPS = "new Proxy({}, { get(_, name) { ran.push(name) } })"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'text', 1.5, -0, NaN, 10n", "text 1.5 -0 NaN 10n"),
        ("true, null, undefined", "true null undefined"),
        ("Symbol('x'), Symbol()", "Symbol(x) Symbol()"),
        ("{ a: 1, 'b-c': 'x\\n', [Symbol('s')]: 2 }", '{ a: 1, "b-c": "x\\n", [Symbol(s)]: 2 }'),
        ("[1, , 'x', [], {}]", '[ 1, <1 empty item>, "x", [], {} ]'),
        ("Object.assign([1], { named: 2 })", "[ 1, named: 2 ]"),
        ("new Map([['a', { b: 1 }]]), new Set([1])", 'Map(1) { "a" => { b: 1 } } Set(1) { 1 }'),
        ("new (class Point { x = 1 })()", "Point { x: 1 }"),
        ("new (class Bag extends Map {})()", "Bag [Map](0) {}"),
        ("new (class List extends Array {})()", "List [Array](0) []"),
        ("Object.create(null), Object.create({ a: 1 })", "[Object: null prototype] {} Object {}"),
        ("{ get [Symbol.toStringTag]() {} }", "{ [Symbol(Symbol.toStringTag)]: [Getter] }"),
        ("() => 1, function f() {}, class A {}", "[Function (anonymous)] [Function: f] [class A]"),
        ("async () => {}, function* g() {}", "[AsyncFunction (anonymous)] [GeneratorFunction: g]"),
        ("new Date(0), new Date(NaN), /a/g", "1970-01-01T00:00:00.000Z Invalid Date /a/g"),
        ("new Uint8Array([1, 2])", "Uint8Array(2) [ 1, 2 ]"),
        ("new ArrayBuffer(3)", "ArrayBuffer { byteLength: 3 }"),
        ("Promise.resolve(1), new Promise(() => {})", "Promise { 1 } Promise { <pending> }"),
        (
            "Object(1), Object('s'), Object(2n), Object(Symbol('y')), Object(false)",
            '[Number: 1] [String: "s"] [BigInt: 2n] [Symbol: Symbol(y)] [Boolean: false]',
        ),
        ("new WeakMap(), new WeakSet()", "WeakMap { <items unknown> } WeakSet { <items unknown> }"),
        (
            "new URL('https://a/b?c'), new Blob(['abc'])",
            'URL { href: "https://a/b?c" } Blob { size: 3, type: "" }',
        ),
        (
            "new URLSearchParams('a=1&a=2&b-c='), new URLSearchParams()",
            'URLSearchParams { a: "1", a: "2", "b-c": "" } URLSearchParams {}',
        ),
        (
            "Object.create(FormData.prototype), Object.create(URL.prototype)",
            "FormData {} URL {}",
        ),
        (
            "new Event('e'), new AbortController().signal",
            'Event { type: "e" } AbortSignal { aborted: false }',
        ),
        ("Math, JSON", "Object [Math] {} Object [JSON] {}"),
        (
            "{ get a() { throw 1 }, set b(v) {}, get c() { throw 1 }, set c(v) {} }",
            "{ a: [Getter], b: [Setter], c: [Getter/Setter] }",
        ),
        ("new Proxy({ a: 1 }, {}), new Proxy([], {})", "Proxy({ a: 1 }) Proxy([])"),
    ],
)
def test_values_look_familiar(console: Shell, expression: str, expected: str) -> None:
    assert console.show(expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("new Response(null, { status: 404 })", "status: 404"),
        ("new Response('')", 'headers: Headers { "content-type": "text/plain;charset=UTF-8" }'),
        ("new Request('http://a/', { method: 'PUT' })", 'method: "PUT",\n  url: "http://a/"'),
        ("new Headers(Array.from({ length: 102 }, (_, i) => [`${i}`, 'x']))", "… 2 more items"),
        ("form", 'FormData { n: File { name: "y", size: 1, type: "", lastModified: 5 } }'),
    ],
)
@pytest.mark.parametrize("console_first", [True, False])
def test_what_fetch_brings_shows_what_it_holds(
    expression: str, expected: str, console_first: bool
) -> None:
    entries: list[str] = []
    console = Console(on_entry=lambda entry: entries.append(entry.text))
    with Isolate() as isolate:
        for capability in (console, Fetch()) if console_first else (Fetch(), console):
            isolate.install(capability)
        isolate.eval("form = new FormData(), file = new File(['x'], 'y', { lastModified: 5 })")
        isolate.eval(f"form.append('n', file), console.log({expression})")
    assert expected in entries[0]


def test_cycles_are_named(console: Shell) -> None:
    assert console.print("const a = { n: 1 }; a.self = a; a.list = [a]; console.log(a)") == [
        "<ref *1> { n: 1, self: [Circular *1], list: [ [Circular *1] ] }"
    ]


def test_errors_show_their_stack_their_cause_and_what_they_carry(console: Shell) -> None:
    [text] = console.print(
        "console.log(Object.assign(new TypeError('no', { cause: new Error('why') }), { code: 7 }))"
    )
    assert text.startswith("TypeError: no\n    at <eval>")
    assert "[cause]: Error: why\n" in text
    assert "code: 7" in text
    assert console.show("new AggregateError([1, 2], 'many')").startswith("AggregateError: many")
    assert console.show("new DOMException('m', 'AbortError')").startswith("AbortError: m")


def test_errors_whose_fields_throw_are_shown_without_them(console: Shell) -> None:
    text = console.print(
        "const e = new Error('gone');"
        "for (const k of ['stack', 'name', 'message', 'cause'])"
        " Object.defineProperty(e, k, { get() { throw new Error('ran') } });"
        "console.log(e)"
    )
    assert text == ["[Error] { [cause]: [Getter] }"]


def test_a_hook_that_formats_stacks_cannot_break_the_console(console: Shell) -> None:
    assert console.print(
        "const e = new Error('x'); Error.prepareStackTrace = () => { throw 1 };"
        "try { console.log(e); console.trace('t') } finally { Error.prepareStackTrace = undefined }"
    ) == ["[Error: x]", "Trace: t"]


@pytest.mark.parametrize(
    "value",
    [
        "{ get a() { ran.push('getter') } }",
        "{ get [Symbol.toStringTag]() { ran.push('tag') } }",
        "{ get constructor() { ran.push('constructor') } }",
        "Object.create({ get constructor() { ran.push('constructor') } })",
        "new (class { static get name() { ran.push('name') } })()",
        "{ [Symbol.toPrimitive]() { ran.push('primitive') }, toString() { ran.push('string') } }",
        "{ [Symbol.for('Deno.customInspect')]() { ran.push('custom') } }",
        "{ [Symbol.for('Deno.privateCustomInspect')]() { ran.push('private') } }",
        "{ [Symbol.for('nodejs.util.inspect.custom')]() { ran.push('node') } }",
        "{ toJSON() { ran.push('json') } }",
        f"new Proxy({{ a: 1 }}, {TRAPS})",
        f"Object.create(new Proxy({{}}, {TRAPS}))",
        f"new Map([[new Proxy({{}}, {TRAPS}), new Proxy([], {TRAPS})]])",
        f"new Proxy(new Proxy(class A {{}}, {TRAPS}), {TRAPS})",
        "new (class extends Map { get size() { ran.push('size') } entries() { ran.push('e') } })()",
        "new (class extends Date { toISOString() { ran.push('iso') } })(0)",
        "Object.defineProperty([1], 0, { get() { ran.push('element') } })",
    ],
)
def test_looking_at_a_value_runs_none_of_its_code(either: Shell, value: str) -> None:
    either.isolate.eval("var ran = []; 0")
    for method in ("log", "dir", "table", "group", "trace"):
        assert len(either.run(f"console.{method}({value})")) == 1
    assert len(either.run(f"console.log('%o %O', {value}, {value})")) == 1
    assert either.isolate.eval("ran") == []


def test_revoked_proxies_are_shown_as_such(console: Shell) -> None:
    assert console.print(
        "const { proxy, revoke } = Proxy.revocable({}, {}); revoke();"
        "console.log(proxy, [proxy], Object.create(proxy));"
        "console.table(proxy); console.dir(proxy)"
    ) == [
        "<Revoked Proxy> [ <Revoked Proxy> ] Object {}",
        "<Revoked Proxy>",
        "<Revoked Proxy>",
    ]


def test_large_values_are_cut(console: Shell) -> None:
    assert console.show("Array(1e7).fill(7)").endswith("… 9999900 more items\n]")
    assert console.show("new Uint8Array(1e7)").endswith("… 9999900 more items\n]")
    assert console.show("Array(2 ** 32 - 1)").endswith("… 4294967195 more items ]")
    assert console.show("{ text: 'x'.repeat(20000) }").endswith('… 10000 more characters"\n}')
    assert console.show(
        "Object.fromEntries(Array(1e5).fill(0).map((_, i) => ['k' + i, i]))"
    ).endswith("… 99900 more items\n}")
    assert console.show("new Set(Array(1e5).keys())").endswith("… 99900 more items\n}")
    assert console.show("1n << 100000n") == "<bigint of more than 8192 bits>"
    assert len(console.show("'x'.repeat(1e7)")) < 70_000
    [text] = console.print("console.log(...Array(1e5).fill('0123456789'))")
    assert len(text) < 200_000


def test_deep_values_are_cut(console: Shell) -> None:
    assert console.show("{ a: { b: { c: { d: { e: { f: 1 } } } } } }") == (
        "{ a: { b: { c: { d: { e: [Object] } } } } }"
    )
    assert console.print("let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; console.log(o)") == [
        "{ o: { o: { o: { o: { o: [Object] } } } } }"
    ]
    with shell(depth=1) as shallow:
        assert (
            shallow.show("{ a: { b: { c: 1 } }, d: [[[]]] }")
            == "{ a: { b: [Object] }, d: [ [Array] ] }"
        )


def test_shared_structure_takes_no_exponential_time(console: Shell) -> None:
    [text] = console.print(
        "let o = { a: 1 }; for (let i = 0; i < 12; i++) o = Array(100).fill(o); console.log(o)"
    )
    assert len(text) < 1_000_000


def test_detached_buffers_are_empty(console: Shell) -> None:
    assert console.print(
        "const u = new Uint8Array(8); structuredClone(u.buffer, { transfer: [u.buffer] });"
        "console.log(u, u.buffer)"
    ) == ["Uint8Array(0) [] ArrayBuffer { byteLength: 0 }"]


def test_lone_surrogates_survive(console: Shell) -> None:
    assert console.print(r"console.log('\ud800x'); console.log({ a: '\ud800' })") == [
        "\ud800x",
        '{ a: "\\ud800" }',
    ]


@pytest.mark.parametrize("values", ["text", "marshal"])
def test_the_console_works_when_the_guest_has_overwritten_everything(values: str) -> None:
    with shell(values=values) as console:
        console.isolate.eval(SABOTAGE, filename="sabotage.js")
        console.entries.clear()
        console.isolate.eval(
            "A[iterator] = () => { throw new E('overwritten') };"
            "log({ a: [1, 'x'], m: new M(), d: new D(0), e: 5n }, 2); table([{ c: 1 }]);"
            "group('%s-%d', 'g', 4); count(); time(); timeEnd(); trace('t'); assert(false, 'a');"
            "log(new E('err')); 0"
        )
        kinds = [entry.kind for entry in console.entries]
        assert kinds == [
            "log", "table", "group", "count", "timeEnd", "trace", "assert", "log",
        ]  # fmt: skip
        if values == "text":
            first = console.entries[0].text
            assert first.startswith('{ a: [ 1, "x" ], m: Map(0) {}, d: 1970-01-01T')
        assert console.entries[2].text == "g-4"


SABOTAGE = """
var { log, table, group, count, time, timeEnd, trace, assert } = console;
var M = Map, D = Date, E = Error, A = Array.prototype, iterator = Symbol.iterator;
const own = Reflect.ownKeys, look = Reflect.getOwnPropertyDescriptor;
const classes = [Object, Array, String, Number, Boolean, Symbol, BigInt, Function, Map, Set,
                 WeakMap, Date, RegExp, Error, Promise, Uint8Array, ArrayBuffer, Performance];
for (let c = 0; c < classes.length; c++) {
  for (let side = 0; side < 2; side++) {
    const target = side ? classes[c] : classes[c].prototype;
    const keys = own(target);
    for (let i = 0; i < keys.length; i++) {
      if (keys[i] === 'prototype' || keys[i] === 'constructor') continue;
      // The engine itself takes the result of this script out of an array, by iteration.
      if (target === A && keys[i] === iterator) continue;
      const descriptor = look(target, keys[i]);
      if (typeof descriptor.value !== 'function' || !descriptor.writable) continue;
      target[keys[i]] = () => { throw new E('overwritten'); };
    }
  }
}
const names = ['Reflect', 'JSON', 'Math', 'performance', 'parseInt', 'parseFloat', 'Object',
               'Array', 'String', 'Map', 'Set'];
for (let i = 0; i < names.length; i++) globalThis[names[i]] = undefined;
0
"""
