"""Round trips of generated values, and the guest's own word on what it got.

A bug that both directions share would cancel out in a round trip. So the guest also describes each
value in plain text of its own making, and Python makes the same text from the original.
"""

from __future__ import annotations

import array
import asyncio
import datetime as dt
import json
import math
import struct
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from atoll import Isolate, JSMap, JSRegExp

MAX_SAFE = 2**53 - 1
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

DESCRIBE = r"""
const hex = (text) => {
  let out = "";
  for (let i = 0; i < text.length; i++) out += text.charCodeAt(i).toString(16).padStart(4, "0");
  return out;
};
const bits = (number) => {
  if (Number.isNaN(number)) return "nan";
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, number);
  return view.getBigUint64(0).toString(16).padStart(16, "0");
};
function describe(value) {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "string") return "s" + hex(value);
  if (typeof value === "number") return "n" + bits(value);
  if (typeof value === "bigint") return "i" + value;
  if (typeof value === "boolean") return "b" + value;
  if (Array.isArray(value)) return "[" + value.map(describe).join() + "]";
  if (value instanceof Date) return "d" + value.getTime();
  if (value instanceof RegExp) return "r" + hex(value.source) + "/" + value.flags;
  if (value instanceof Map) {
    return "m{" + [...value].map(([k, v]) => describe(k) + ":" + describe(v)).join() + "}";
  }
  if (value instanceof Set) return "S{" + [...value].map(describe).sort().join() + "}";
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return value.constructor.name + bytes.toHex();
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return "?";
  const fields = Object.entries(value).map(([k, v]) => hex(k) + ":" + describe(v));
  return "{" + fields.sort().join() + "}";
}
0
"""


def units(text: str) -> str:
    """UTF-16 code units in hexadecimal."""
    data = text.encode("utf-16-be", "surrogatepass")
    return data.hex()


def describe(value: Any) -> str:
    """What the guest has to say of a value that Python sends."""
    match value:
        case None:
            return "null"
        case bool():
            return f"b{str(value).lower()}"
        case str():
            return f"s{units(value)}"
        case int() if -MAX_SAFE <= value <= MAX_SAFE:
            return f"n{struct.pack('>d', value).hex()}"
        case int():
            return f"i{value}"
        case float():
            return "nnan" if math.isnan(value) else f"n{struct.pack('>d', value).hex()}"
        case list() | tuple():
            return f"[{','.join(map(describe, value))}]"
        case dt.datetime():
            return f"d{(value - EPOCH) // dt.timedelta(milliseconds=1)}"
        case JSRegExp():
            return f"r{units(value.source)}/{value.flags}"
        case JSMap():
            return f"m{{{','.join(f'{describe(k)}:{describe(v)}' for k, v in value.items())}}}"
        case set() | frozenset():
            return f"S{{{','.join(sorted(map(describe, value)))}}}"
        case bytes():
            return f"Uint8Array{value.hex()}"
        case memoryview():
            names = {"h": "Int16Array", "d": "Float64Array", "q": "BigInt64Array"}
            return names[value.format] + value.tobytes().hex()
        case dict():
            return f"{{{','.join(sorted(f'{units(k)}:{describe(v)}' for k, v in value.items()))}}}"
    raise AssertionError(f"no description of {value!r}")


def normal(value: Any) -> Any:
    """What a value is when it has been to the guest and back: the documented normal form."""
    match value:
        case float() if (
            value.is_integer() and abs(value) <= MAX_SAFE and not is_negative_zero(value)
        ):
            return int(value)
        case dt.datetime():
            return value.astimezone(dt.UTC).replace(microsecond=value.microsecond // 1000 * 1000)
        case list() | tuple():
            return [normal(item) for item in value]
        case JSMap():
            return JSMap({normal(k): normal(v) for k, v in value.items()})
        case set() | frozenset():
            return {normal(item) for item in value}
        case dict():
            return {key: normal(item) for key, item in value.items()}
    return value


def is_negative_zero(value: float) -> bool:
    return value == 0 and math.copysign(1, value) < 0


def equal(left: Any, right: Any) -> bool:
    """Equality that tells apart what == does not: types, NaN, the sign of zero."""
    if type(left) is not type(right):
        return False
    match left:
        case float():
            return struct.pack("d", left) == struct.pack("d", right) or left != left != right
        case list():
            return len(left) == len(right) and all(map(equal, left, right))
        case dict():
            return left.keys() == right.keys() and all(equal(left[k], right[k]) for k in left)
        case memoryview():
            return bool(left.format == right.format and left.tobytes() == right.tobytes())
    return bool(left == right)


text = st.text(st.characters(exclude_categories=()), max_size=12)
keys = text | st.sampled_from(["$", "__proto__", "constructor", "0", "10", "length", "then", ""])
numbers = (
    st.integers()
    | st.integers(-(2**54), 2**54)
    | st.sampled_from([MAX_SAFE, MAX_SAFE + 1, -MAX_SAFE, -MAX_SAFE - 1, 2**64, -(2**63)])
    | st.floats()
    | st.sampled_from([-0.0, 0.0, 2.0**53, 1e21, 5e-324])
)
dates = st.datetimes(
    dt.datetime(1, 1, 2),  # noqa: DTZ001 - Hypothesis wants them naive
    dt.datetime(9999, 12, 30),  # noqa: DTZ001
    timezones=st.just(dt.UTC) | st.just(dt.timezone(dt.timedelta(hours=-7))),
)
regexps = st.builds(
    JSRegExp, st.sampled_from(["a+", "[^/]", "\\n", "é"]), st.sampled_from(["", "gi"])
)
typed_arrays = st.builds(
    lambda items, code: memoryview(array.array(code, items)),
    st.lists(st.integers(-9, 9), max_size=3),
    st.sampled_from("hdq"),
)
buffers = st.binary(max_size=16) | typed_arrays
scalars = st.none() | st.booleans() | numbers | text
# What JavaScript and Python agree on being different: 1, 1.0 and True are one key in Python.
members = st.text(max_size=5) | st.integers(-(2**60), 2**60).filter(lambda n: n not in (0, 1))
leaves = scalars | dates | regexps | buffers | st.frozensets(members, max_size=4)
values = st.recursive(
    leaves,
    lambda children: (
        st.lists(children, max_size=4)
        | st.tuples(children, children)
        | st.dictionaries(keys, children, max_size=4)
        | st.dictionaries(members, children, max_size=3).map(lambda entries: JSMap(entries.items()))
    ),
    max_leaves=25,
)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def shared(runner: asyncio.Runner) -> Iterator[Isolate]:
    isolate = Isolate()
    runner.run(isolate.__aenter__())
    runner.run(isolate.define_function("echo", lambda value: value))
    runner.run(isolate.eval(DESCRIBE))
    yield isolate
    runner.run(isolate.dispose())


properties = settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@properties
@given(value=values)
def test_a_value_comes_back_in_its_normal_form(
    runner: asyncio.Runner, shared: Isolate, value: Any
) -> None:
    back, seen = runner.run(shared.eval("x => [x, describe(x)]", value))
    assert seen == describe(value)
    assert equal(back, normal(value))


@properties
@given(value=values)
def test_the_normal_form_is_stable(runner: asyncio.Runner, shared: Isolate, value: Any) -> None:
    first = runner.run(shared.eval("x => x", value))
    second = runner.run(shared.eval("x => echo(echo(x))", value))
    assert equal(first, second)


@settings(properties, max_examples=150)
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers(-MAX_SAFE, MAX_SAFE) | st.text(max_size=10),
        lambda children: (
            st.lists(children, max_size=4)
            | st.dictionaries(st.text(max_size=6), children, max_size=4)
        ),
        max_leaves=20,
    )
)
def test_json_text_of_the_guest_and_of_python_agree(
    runner: asyncio.Runner, shared: Isolate, value: Any
) -> None:
    text, parsed, same = runner.run(
        shared.eval(
            "(x, text) => [JSON.stringify(x), JSON.parse(text),"
            " describe(x) === describe(JSON.parse(text))]",
            value,
            json.dumps(value),
        )
    )
    assert json.loads(text) == value
    assert parsed == value
    assert same is True


@settings(properties, max_examples=100)
@given(data=st.data())
def test_any_graph_keeps_its_shape(
    runner: asyncio.Runner, shared: Isolate, data: st.DataObject
) -> None:
    kinds = data.draw(st.lists(st.sampled_from(["list", "dict", "map"]), min_size=1, max_size=6))
    nodes: list[Any] = [{"list": list, "dict": dict, "map": JSMap}[kind]() for kind in kinds]
    edges = data.draw(
        st.lists(st.tuples(*[st.integers(0, len(nodes) - 1)] * 2), max_size=12), label="edges"
    )
    for number, (start, end) in enumerate(edges):
        node = nodes[start]
        if isinstance(node, list):
            node.append(nodes[end])
        else:
            node[f"e{number}"] = nodes[end]
    in_guest = """nodes => nodes.map(n =>
        (n instanceof Map ? [...n.values()] : Object.values(n)).map(v => nodes.indexOf(v)))"""
    expected = [[end for start, end in edges if start == number] for number in range(len(nodes))]
    assert runner.run(shared.eval(in_guest, nodes)) == expected
    back = runner.run(shared.eval("x => x", nodes))
    identities = [id(node) for node in back]
    found = [
        [identities.index(id(v)) for v in (node if isinstance(node, list) else node.values())]
        for node in back
    ]
    assert found == expected
