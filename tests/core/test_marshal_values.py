"""The table of values, both ways: what each one becomes on the other side."""

from __future__ import annotations

import array
import collections
import dataclasses
import datetime as dt
import decimal
import enum
import json
import math
import pathlib
import re
import struct
import types
import uuid
from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from atoll import Isolate, JSError, JSMap, JSRegExp, MarshalError, undefined

pytestmark = pytest.mark.asyncio(loop_scope="module")

MAX_SAFE = 2**53 - 1


def same(left: object, right: object) -> bool:
    """Equal in value and in type, NaN and the sign of zero included."""
    if type(left) is not type(right):
        return False
    if isinstance(left, float) and isinstance(right, float):
        return struct.pack("d", left) == struct.pack("d", right) or (
            math.isnan(left) and math.isnan(right)
        )
    return left == right


# Guest to host


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("undefined", None),
        ("null", None),
        ("true", True),
        ("false", False),
        ("0", 0),
        ("-0", -0.0),
        ("NaN", math.nan),
        ("Infinity", math.inf),
        ("-Infinity", -math.inf),
        ("1.5", 1.5),
        ("5e-324", 5e-324),
        ("Number.MAX_VALUE", 1.7976931348623157e308),
        ("2 ** 53 - 1", MAX_SAFE),
        ("-(2 ** 53 - 1)", -MAX_SAFE),
        ("2 ** 53", 2.0**53),
        ("-(2 ** 53)", -(2.0**53)),
        ("1e21", 1e21),
        ("0.1 + 0.2", 0.1 + 0.2),
        ("0n", 0),
        ("-1n", -1),
        ("2n ** 200n", 2**200),
        ("-(2n ** 200n) - 1n", -(2**200) - 1),
        ("''", ""),
        ("'\\0\\u{1F600}é\"\\\\'", '\0\U0001f600é"\\'),
        ("'\\ud800'", "\ud800"),
        ("'a\\udc00\\ud800b'", "a\udc00\ud800b"),
        ("new Number(-0)", -0.0),
        ("new String('box')", "box"),
        ("new Boolean(false)", False),
        ("Object(7n)", 7),
        ("/a[/]b\\n/giu", JSRegExp("a[/]b\\n", "giu")),
        ("new RegExp('')", JSRegExp("(?:)", "")),
        ("[]", []),
        ("[1, , 3]", [1, None, 3]),
        ("[undefined, null]", [None, None]),
        ("new Array(3)", [None, None, None]),
        ("({})", {}),
        ("Object.create(null)", {}),
        ("({a: undefined})", {"a": None}),
        ("({10: 'x', 2: 'y'})", {"2": "y", "10": "x"}),
        ("({$: 1, b: 2})", {"$": 1, "b": 2}),
        ("({$: ['u']})", {"$": ["u"]}),
        ("({['__proto__']: 1, constructor: 2})", {"__proto__": 1, "constructor": 2}),
        ("({'\\ud800': 1})", {"\ud800": 1}),
        ("({'': 1, 'odd key': 2})", {"": 1, "odd key": 2}),
        ("new Map([['a', 1], [2, 'b']])", JSMap({"a": 1, 2: "b"})),
        ("new Map([[NaN, 1]]).size", 1),
        ("new Set([1, 'a', null])", {1, "a", None}),
        ("new Set()", set()),
        ("new Map()", JSMap()),
        ("Object.assign(Object.create({inherited: 1}), {own: 2})", {"own": 2}),
        ("new (class P { x = 1; #y = 2; })", {"x": 1}),
        ("Object.defineProperty({a: 1}, 'hidden', {value: 2})", {"a": 1}),
        ("({[Symbol('s')]: 1, a: 1})", {"a": 1}),
        ("(function () { return arguments; })(1, 2)", {"0": 1, "1": 2}),
    ],
)
async def test_a_guest_value_arrives_as(isolate: Isolate, code: str, expected: object) -> None:
    assert same(await isolate.eval(f"({code})"), expected)
    assert same((await isolate.eval(f"[[{code}]]"))[0][0], expected)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("Symbol('s')", "a symbol cannot leave the isolate"),
        ("Object(Symbol.iterator)", "has no data of its own to copy"),
        ("new WeakMap()", "WeakMap has no data of its own to copy"),
        ("new WeakSet()", "WeakSet has no data of its own"),
        ("new (class Secret { #x = 1; })", "Secret has no data of its own"),
        ("(function* () {})()", "has no data of its own"),
        ("new Proxy(new Map(), {})", "has no data of its own"),
        ("Object.create(Map.prototype)", "has no data of its own"),
        ("Object.create(Date.prototype)", "has no data of its own"),
        ("new Date(NaN)", "an invalid Date"),
        ("new Date(8.64e15)", "outside of the years 1 to 9999"),
        ("new Date(-8.64e15)", "outside of the years 1 to 9999"),
        ("new SharedArrayBuffer(8)", "shared memory cannot leave the isolate"),
        ("new Set([[1]])", "which Python cannot hash"),
        ("new Map([[{}, 1]])", "which Python cannot hash"),
        ("new Set([1, true])", "two members of a Set are equal in Python"),
        ("new Map([[0, 1], [false, 2]])", "two keys of a Map are equal in Python"),
    ],
)
async def test_what_cannot_leave_the_guest_says_why(
    isolate: Isolate, code: str, reason: str
) -> None:
    with pytest.raises(MarshalError) as caught:
        await isolate.eval(f"({{a: [0, {code}]}})")
    assert reason in caught.value.reason
    assert caught.value.path.startswith("result.a[1]")


# Host to guest: checked by what the guest itself says of the value


class Colour(enum.Enum):
    RED = "red"
    LIST = (1, 2)


class Level(enum.IntEnum):
    HIGH = 3


class Name(str):
    __slots__ = ()

    def __str__(self) -> str:
        raise AssertionError("the text itself is wanted, not what __str__ makes of it")


class Count(int):
    pass


@dataclasses.dataclass
class Point:
    x: int
    y: object = None
    _private: int = 5


class Shape(msgspec.Struct):
    name: str
    sides: int = 3


Pair = collections.namedtuple("Pair", "a b")  # noqa: PYI024 - the plain kind is what is tested


@pytest.mark.parametrize(
    ("value", "check"),
    [
        (None, "x === null"),
        (undefined, "x === undefined"),
        (True, "x === true"),
        (0, "Object.is(x, 0)"),
        (-0.0, "Object.is(x, -0)"),
        (math.nan, "Object.is(x, NaN)"),
        (math.inf, "x === Infinity"),
        (-math.inf, "x === -Infinity"),
        (1.0, "x === 1"),
        (5e-324, "x === Number.MIN_VALUE"),
        (1.7976931348623157e308, "x === Number.MAX_VALUE"),
        (MAX_SAFE, "x === Number.MAX_SAFE_INTEGER"),
        (-MAX_SAFE, "x === Number.MIN_SAFE_INTEGER"),
        (2**53, "x === 2n ** 53n"),
        (-(2**53), "x === -(2n ** 53n)"),
        (-(2**200), "x === -(2n ** 200n)"),
        (2.0**53, "x === 2 ** 53"),
        ("\0\U0001f600\u2028", "x === '\\0\\u{1F600}\\u2028'"),
        ("\ud800", "x === '\\ud800'"),
        ("\ud83d\ude00", "x.length === 2 && x === '\\u{1F600}'"),
        ([], "Array.isArray(x) && x.length === 0"),
        ((1, (2,)), "Array.isArray(x) && Array.isArray(x[1]) && x[1][0] === 2"),
        (Pair(1, 2), "Array.isArray(x) && x.join() === '1,2'"),
        ({}, "Object.getPrototypeOf(x) === Object.prototype && Object.keys(x).length === 0"),
        ({"b": 1, "a": 2}, "Object.keys(x).join() === 'b,a'"),
        ({"$": 1}, "x.$ === 1 && Object.keys(x).length === 1"),
        ({"$": ["u"]}, "x.$[0] === 'u'"),
        (
            {"__proto__": {"evil": 1}},
            "Object.hasOwn(x, '__proto__') && x.evil === undefined && x instanceof Object",
        ),
        (
            {"__proto__": 1, "$": 2},
            "Object.getOwnPropertyDescriptor(x, '__proto__').value === 1 && x.$ === 2",
        ),
        ({"constructor": 1, "toString": 2}, "x.constructor === 1 && x.toString === 2"),
        ({"10": "b", "9": "a"}, "x[9] === 'a' && x[10] === 'b'"),
        ({"\ud800": 1}, "Object.keys(x)[0] === '\\ud800'"),
        ({1: "a"}, "x instanceof Map && x.get(1) === 'a'"),
        ({"a": 1, 2: 3}, "x instanceof Map && x.get('a') === 1 && x.get(2) === 3"),
        ({None: 1, (1, 2): 3}, "x instanceof Map && x.has(null)"),
        (JSMap(a=1), "x instanceof Map && x.get('a') === 1"),
        (
            collections.OrderedDict(b=1, a=2),
            "!(x instanceof Map) && Object.keys(x).join() === 'b,a'",
        ),
        (collections.defaultdict(list, a=[1]), "x.a[0] === 1 && !(x instanceof Map)"),
        (types.MappingProxyType({"a": 1}), "x.a === 1"),
        (collections.ChainMap({"a": 1}, {"b": 2}), "x.a === 1 && x.b === 2"),
        ({Name("key"): Name("value")}, "x.key === 'value'"),
        ({1, 2}, "x instanceof Set && x.size === 2 && x.has(1)"),
        (frozenset({"a"}), "x instanceof Set && x.has('a')"),
        ({"a": 1}.keys(), "x instanceof Set && x.has('a')"),
        (Count(7), "x === 7"),
        (Level.HIGH, "x === 3"),
        (Colour.RED, "x === 'red'"),
        (Colour.LIST, "x.join() === '1,2'"),
        (Point(1, Point(2)), "x.x === 1 && x.y.x === 2 && x.y.y === null"),
        (Shape("square", 4), "x.name === 'square' && x.sides === 4"),
        (uuid.UUID(int=5), "x === '00000000-0000-0000-0000-000000000005'"),
        (decimal.Decimal("1.10"), "x === '1.10'"),
        (pathlib.PurePosixPath("/a/b"), "x === '/a/b'"),
        (dt.date(2024, 2, 29), "x === '2024-02-29'"),
        (dt.time(1, 2, 3), "x === '01:02:03'"),
        (
            dt.datetime(2024, 1, 2, 3, 4, 5, 678_999, dt.UTC),
            "x.toISOString() === '2024-01-02T03:04:05.678Z'",
        ),
        (
            dt.datetime(2024, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=2))),
            "x.toISOString() === '2024-01-01T22:00:00.000Z'",
        ),
        (dt.datetime(1, 1, 1, tzinfo=dt.UTC), "x.getTime() === -62135596800000"),
        (dt.datetime(1969, 12, 31, 23, 59, 59, 999_999, dt.UTC), "x.getTime() === -1"),
        (JSRegExp("a/b", "gi"), "x instanceof RegExp && x.flags === 'gi' && x.test('A/B')"),
        (JSRegExp("\ud800"), "x.source === '\\ud800'"),
        (re.compile("^a.b", re.IGNORECASE | re.DOTALL), "x.flags === 'isu' && x.test('A\\nb')"),
        (b"ab\xff", "x instanceof Uint8Array && x.length === 3 && x[2] === 255"),
        (b"", "x instanceof Uint8Array && x.length === 0"),
        (bytearray(b"ab"), "x instanceof Uint8Array && x[1] === 98"),
        (memoryview(b"abcdef")[1:5:2], "x instanceof Uint8Array && x.join() === '98,100'"),
    ],
)
async def test_a_host_value_is_in_the_guest(isolate: Isolate, value: object, check: str) -> None:
    assert await isolate.eval(f"x => ({check})", value) is True
    assert await isolate.eval(f"([[x]]) => ({check})", [[value]]) is True


@pytest.mark.parametrize(
    ("typecode", "name", "values"),
    [
        ("b", "Int8Array", [-128, 0, 127]),
        ("B", "Uint8Array", [0, 255]),
        ("h", "Int16Array", [-(2**15), 2**15 - 1]),
        ("H", "Uint16Array", [0, 2**16 - 1]),
        ("i", "Int32Array", [-(2**31), 2**31 - 1]),
        ("I", "Uint32Array", [0, 2**32 - 1]),
        ("q", "BigInt64Array", [-(2**63), 2**63 - 1]),
        ("Q", "BigUint64Array", [0, 2**64 - 1]),
        ("f", "Float32Array", [-0.5, math.inf]),
        ("d", "Float64Array", [5e-324, -math.inf]),
    ],
)
async def test_typed_arrays_keep_their_type_both_ways(
    isolate: Isolate, typecode: str, name: str, values: list[Any]
) -> None:
    sent = array.array(typecode, values)
    description = await isolate.eval("x => [x.constructor.name, Array.from(x, String)]", sent)
    assert description[0] == name
    literal = ", ".join(f"{value}{'n' * (typecode in 'qQ')}" for value in values)
    made = await isolate.eval(
        f"Array.from({name}.of({literal.replace('inf', 'Infinity')}), String)"
    )
    assert made == description[1]
    back = await isolate.eval("x => x", sent)
    if typecode == "B":
        assert back == bytes(values)
    else:
        assert isinstance(back, memoryview)
        assert (back.format, back.tolist()) == (typecode, values)
        assert back.readonly


@pytest.mark.parametrize(
    "code",
    [
        "new Uint8Array([1, 2, 3])",
        "new Uint8ClampedArray([1, 2, 3])",
        "new Uint8Array([1, 2, 3]).buffer",
        "new DataView(new Uint8Array([1, 2, 3]).buffer)",
        "new DataView(new Uint8Array([0, 1, 2, 3, 4]).buffer, 1, 3)",
        "new Uint8Array([0, 1, 2, 3, 4]).subarray(1, 4)",
        "new Uint8Array(new SharedArrayBuffer(3)).map((_, i) => i + 1)",
        "(s => { s.set([1, 2, 3]); return s; })(new Uint8Array(new SharedArrayBuffer(3)))",
        "(s => { s.set([1, 2, 3]); return s; })(new Uint8Array(new ArrayBuffer(3, {maxByteLength: 8})))",  # noqa: E501
    ],
)
async def test_bytes_of_every_shape_arrive_as_bytes(isolate: Isolate, code: str) -> None:
    assert same(await isolate.eval(code), b"\1\2\3")


async def test_half_floats_arrive_as_bytes_in_host_order(isolate: Isolate) -> None:
    assert await isolate.eval("new Float16Array([1.5, -2])") == struct.pack("<2e", 1.5, -2)


async def test_an_array_buffer_that_is_gone_or_shared_says_so(isolate: Isolate) -> None:
    for view in ("b", "new Uint8Array(b)", "new DataView(b)"):
        with pytest.raises(MarshalError, match="detached"):
            await isolate.eval(
                f"(() => {{ const b = new ArrayBuffer(8); const v = {view};"
                " structuredClone(b, {transfer: [b]}); return v; })()"
            )


async def test_bytes_are_copied_so_that_neither_side_sees_the_other_write(
    isolate: Isolate,
) -> None:
    buffer = bytearray(b"before")
    kept = await isolate.marshal(buffer)
    buffer[:] = b"after!"
    assert await kept.value() == b"before"
    arrived = await isolate.eval("globalThis.bytes = new Int32Array([1, 2]); bytes")
    await isolate.eval("bytes[0] = 9")
    assert arrived.tolist() == [1, 2]


async def test_bytes_are_not_passed_as_text(isolate: Isolate) -> None:
    before = (await isolate.statistics()).bytes_out
    await isolate.eval("x => x.length", b"\xff" * 1_000_000)
    assert (await isolate.statistics()).bytes_out - before < 1_001_000


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (object(), "type object cannot cross"),
        (iter([]), "cannot cross"),
        (1j, "type complex cannot cross"),
        (range(3), "cannot cross"),
        (dt.datetime(2024, 1, 1), "without a time zone"),  # noqa: DTZ001 - the point
        (dt.timedelta(1), "cannot cross"),
        (re.compile(b"a"), "a pattern over bytes"),
        (memoryview(b"12345678").cast("P"), "no typed array"),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_what_cannot_enter_the_guest_says_why(
    isolate: Isolate, value: object, reason: str
) -> None:
    with pytest.raises(MarshalError) as caught:
        await isolate.eval("x => x", {"items": [0, {"odd key": value}]})
    assert reason in caught.value.reason
    assert caught.value.path == "args[0].items[1]['odd key']"


async def test_dates_are_aware_and_in_utc(isolate: Isolate) -> None:
    date = await isolate.eval("new Date(Date.UTC(2024, 1, 29, 12, 30, 15, 250))")
    assert date == dt.datetime(2024, 2, 29, 12, 30, 15, 250_000, dt.UTC)
    assert date.tzinfo is dt.UTC
    for year in (1, 9999):
        edge = await isolate.eval(
            f"const d{year} = new Date(0); d{year}.setUTCFullYear({year}); d{year}"
        )
        assert edge.year == year


async def test_json_that_the_guest_makes_of_a_value_is_the_json_that_python_makes(
    isolate: Isolate,
) -> None:
    value: Mapping[str, object] = {
        "text": "é\U0001f600",
        "list": [1, -2.5, True, None, {"deep": [[]]}],
        "9": {},
    }
    text = await isolate.eval("x => JSON.stringify(x)", value)
    assert json.loads(text) == value


# Paths


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("Symbol()", "result"),
        ("({items: [0, 1, 2, {cb: Symbol()}]})", "result.items[3].cb"),
        ("({a: [0, {'odd key': Symbol()}]})", 'result.a[1]["odd key"]'),
        ("({$: Symbol()})", "result.$"),
        ("new Map([[1, 2], [3, Symbol()]])", "result[1]"),
        ("({ünï: {_$1: Symbol()}})", "result.ünï._$1"),
        ("[,, Symbol()]", "result[2]"),
    ],
)
async def test_an_error_names_the_path_in_the_guest_value(
    isolate: Isolate, code: str, path: str
) -> None:
    with pytest.raises(MarshalError) as caught:
        await isolate.eval(f"({code})")
    assert caught.value.path == path


async def test_an_error_names_the_argument_that_the_owner_passed(isolate: Isolate) -> None:
    bad = {"items": [0, 1, 2, {"cb": object()}]}
    await isolate.eval("globalThis.tools = {use: x => x}; function use(x) { return x; }")
    target = await isolate.marshal({})
    function = await isolate.eval("x => x")
    for attempt, path in (
        (isolate.eval("x => x", 0, bad), "args[1].items[3].cb"),
        (isolate.call("tools.use", bad), "args[0].items[3].cb"),
        (function(bad), "args[0].items[3].cb"),
        (function.call(this=bad), "this.items[3].cb"),
        (target.call_method("use", 1, bad), "args[1].items[3].cb"),
        (function.construct(bad), "args[0].items[3].cb"),
        (target.set("key", bad), "value.items[3].cb"),
        (isolate.marshal(bad), "value.items[3].cb"),
        (isolate.define_global("name", bad), "value.items[3].cb"),
    ):
        with pytest.raises(MarshalError) as caught:
            await attempt
        assert caught.value.path == path


async def test_a_callback_learns_the_path_in_its_arguments_and_result(
    fresh_isolate: Isolate,
) -> None:
    await fresh_isolate.define_function("take", lambda *_: {"a": [object()]})
    name_and_message = "(e => [e.name, e.message])"
    assert await fresh_isolate.eval(
        f"try {{ take(1, {{cb: [Symbol()]}}) }} catch (e) {{ {name_and_message}(e) }}"
    ) == ["DataCloneError", "args[1].cb[0]: a symbol cannot leave the isolate"]
    name, message = await fresh_isolate.eval(
        f"try {{ take() }} catch (e) {{ {name_and_message}(e) }}"
    )
    assert name == "MarshalError"
    assert message.startswith("take().a[0]: a value of type object cannot")


async def test_what_a_getter_throws_comes_out(isolate: Isolate) -> None:
    with pytest.raises(JSError, match="RangeError: no"):
        await isolate.eval("({get a() { throw new RangeError('no'); }})")
    with pytest.raises(JSError, match=r"TypeError: .*revoked"):
        await isolate.eval(
            "(() => { const r = Proxy.revocable({}, {}); r.revoke(); return [r.proxy]; })()"
        )
    with pytest.raises(JSError, match="Error: trap"):
        await isolate.eval("new Proxy({}, {ownKeys() { throw new Error('trap'); }})")


async def test_proxies_cross_as_what_they_show(isolate: Isolate) -> None:
    assert await isolate.eval("new Proxy({a: 1}, {get: () => 2})") == {"a": 2}
    assert await isolate.eval("new Proxy([1, 2], {})") == [1, 2]


async def test_what_a_function_returns_and_cannot_cross_is_named_by_the_function(
    fresh_isolate: Isolate,
) -> None:
    await fresh_isolate.define_function("tools.due", lambda: {"at": [0, 1j]})
    with pytest.raises(MarshalError) as caught:
        await fresh_isolate.eval("tools.due()")
    assert caught.value.path == "tools.due().at[1]"
    await fresh_isolate.define_async_function("span", lambda: dt.timedelta(1))
    message = "try { await span() } catch (error) { error.message }"
    assert "span(): a value of type timedelta cannot cross" in await fresh_isolate.eval(message)
