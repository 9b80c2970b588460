"""Values as Python values: ``values="marshal"``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from atoll import JSError, Limits

from .support import Shell, shell


@pytest.fixture(scope="module")
def module_shell() -> Iterator[Shell]:
    with shell(values="marshal") as made:
        yield made


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("'a', 1, 1.5, true, null, undefined", ["a", 1, 1.5, True, None, None]),
        ("2n ** 70n", [2**70]),
        ("{ a: [1, { b: 'x' }], $: 1 }", [{"a": [1, {"b": "x"}], "$": 1}]),
        ("[1, , 3]", [[1, None, 3]]),
        ("new Date(0)", [dt.datetime(1970, 1, 1, tzinfo=dt.UTC)]),
        ("new Map([['k', [1]]]), new Set([1, 2])", [{"k": [1]}, {1, 2}]),
        ("new Uint8Array([1, 2]), new ArrayBuffer(1)", [b"\x01\x02", b"\0"]),
        ("new (class P { x = 1 })()", [{"x": 1}]),
        ("'%s!', 'a', { b: 1 }", ["a!", {"b": 1}]),
    ],
)
def test_values_arrive_as_python_values(
    console: Shell, expression: str, expected: list[Any]
) -> None:
    [entry] = console.run(f"console.log({expression})")
    assert entry.args == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("() => 1", "[Function (anonymous)]"),
        ("Symbol('s')", "Symbol(s)"),
        ("Promise.resolve(1)", "Promise { 1 }"),
        ("new WeakMap()", "WeakMap { <items unknown> }"),
        ("new Proxy({ a: 1 }, {})", "Proxy({ a: 1 })"),
        ("new Date(NaN)", "Invalid Date"),
        ("new Date(8.64e15)", "+275760-09-13T00:00:00.000Z"),
        ("new Map([[{}, 1]])", "Map(1) { {} => 1 }"),
        ("new Set([1, true])", "Set(2) { 1, true }"),
        ("new Blob(['abc'])", 'Blob { size: 3, type: "" }'),
        ("1n << 100000n", "<bigint of more than 8192 bits>"),
    ],
)
def test_what_cannot_cross_arrives_as_text_where_it_stands(
    console: Shell, expression: str, expected: str
) -> None:
    [entry] = console.run(f"console.log({expression}, {{ in: [{expression}] }})")
    assert entry.args == [expected, {"in": [expected]}]


def test_getters_are_named(console: Shell) -> None:
    [entry] = console.run("console.log({ get a() { throw 1 }, b: 2 })")
    assert entry.args == [{"a": "[Getter]", "b": 2}]


def test_cycles_and_shared_references_are_kept(console: Shell) -> None:
    [entry] = console.run(
        "const a = { n: 1 }; a.self = a; const s = []; a.x = [s, s]; console.log(a)"
    )
    [value] = entry.args
    assert value["self"] is value
    assert value["x"][0] is value["x"][1]


def test_errors_arrive_as_exceptions(console: Shell) -> None:
    [entry] = console.run(
        "console.error(Object.assign(new TypeError('no', { cause: new RangeError('why') }),"
        " { code: 7, f() {} }))"
    )
    [error] = entry.args
    assert isinstance(error, JSError)
    assert (error.name, error.message, error.properties["code"]) == ("TypeError", "no", 7)
    assert isinstance(error.__cause__, JSError)
    assert error.js_stack is not None
    assert error.js_stack.startswith("TypeError: no\n    at <eval>")
    assert error.properties["f"] == "[Function: f]"


def test_a_program_that_logs_functions_uses_no_handles(console: Shell) -> None:
    before = console.isolate.statistics()
    console.run(
        "for (let i = 0; i < 100; i++) console.log(() => i, [Promise.resolve()], { console })"
    )
    after = console.isolate.statistics()
    assert (after.guest_handles, after.host_handles) == (before.guest_handles, before.host_handles)


def test_large_values_are_cut(console: Shell) -> None:
    [entry] = console.run("console.log(Array(1e6).fill(1), 'x'.repeat(1e6))")
    assert len(entry.args[0]) < 70_000
    assert entry.args[0][-1].endswith("more items")
    assert len(entry.args[1]) < 70_000
    [entry] = console.run("let o = 1; for (let i = 0; i < 1e4; i++) o = [o]; console.log(o)")
    depth, value = 0, entry.args[0]
    while isinstance(value, list):
        depth, value = depth + 1, value[0]
    assert depth <= 60
    assert "[Array]" in value


def test_what_is_deeper_than_the_isolates_limit_is_told() -> None:
    with shell(limits=Limits(depth=3), values="marshal") as console:
        assert console.print("console.log([[[[[[1]]]]]]); console.log('next')") == [
            "[an entry that cannot be sent]",
            "next",
        ]


def test_marshalled_values_have_a_text_too(console: Shell) -> None:
    assert console.print(
        "console.log('a', { b: [1, 'x', null, true], 'c-d': 2n ** 60n }, NaN, -0);"
        "console.log([], {}, new Uint8Array(3), new Date(0))"
    ) == [
        'a { b: [ 1, "x", null, true ], "c-d": 1152921504606846976n } NaN -0',
        "[] {} <3 bytes> 1970-01-01T00:00:00+00:00",
    ]


def test_the_data_of_a_table_arrives_beside_its_cells(console: Shell) -> None:
    [entry] = console.run("console.table([{ a: 1 }])")
    assert entry.args == [[{"a": 1}]]
    assert entry.table is not None
    assert entry.table.rows == (("0", "1"),)
