"""Stacks show the places in the files that people wrote, by source maps."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from atoll import Isolate, JSError
from atoll.errors import JSSyntaxError

pytestmark = pytest.mark.asyncio(loop_scope="module")

DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


def vlq(*numbers: int) -> str:
    """ECMA-426 § 9.1, the other way round."""
    text = ""
    for number in numbers:
        rest = -number * 2 + 1 if number < 0 else number * 2
        while True:
            rest, digit = rest // 32, rest % 32
            text += DIGITS[digit + (32 if rest else 0)]
            if not rest:
                break
    return text


def comment(map_: Any) -> str:
    data = map_ if isinstance(map_, str) else json.dumps(map_)
    encoded = base64.b64encode(data.encode()).decode()
    return f"\n//# sourceMappingURL=data:application/json;charset=utf-8;base64,{encoded}"


def source_map(mappings: str, *sources: str | None, **more: object) -> dict[str, object]:
    return {"version": 3, "sources": sources, "names": [], "mappings": mappings, **more}


async def frames(isolate: Isolate, code: str, filename: str = "out/bundle.js") -> list[str]:
    with pytest.raises(JSError) as caught:
        await isolate.eval(code, filename=filename)
    stack = caught.value.js_stack
    assert stack is not None
    return [line.strip().removeprefix("at ") for line in stack.splitlines()[1:]]


THROWS = "function f() {\n  throw new Error('x');\n}\nf();"
"""Stack: f at 2:9, the script at 4:1."""


async def test_each_frame_is_mapped(isolate: Isolate) -> None:
    mappings = ";".join(["", vlq(8, 0, 40, 2), "", vlq(0, 1, -30, 5)])
    code = THROWS + comment(source_map(mappings, "/src/a.ts", "/src/b.ts"))
    assert await frames(isolate, code) == ["f (/src/a.ts:41:3)", "/src/b.ts:11:8"]


async def test_a_place_belongs_to_the_segment_before_it(isolate: Isolate) -> None:
    line = ",".join([vlq(0, 0, 0, 0), vlq(7, 0, 1, 0), vlq(3, 0, 1, 0)])
    code = THROWS + comment(source_map(f";{line}", "/a.ts"))
    # Column 8 (from 0) is between the segments at 7 and 10; the last line has none.
    assert await frames(isolate, code) == ["f (/a.ts:2:1)", "out/bundle.js"]


async def test_code_that_stands_for_nothing_has_no_line(isolate: Isolate) -> None:
    code = THROWS + comment(source_map(f";{vlq(0)};;{vlq(0, 0, 0, 0)}", "/a.ts"))
    assert await frames(isolate, code) == ["f (out/bundle.js)", "/a.ts:1:1"]


@pytest.mark.parametrize(
    ("sources", "root", "shown"),
    [
        (["a.ts"], None, "out/a.ts:1:1"),
        (["../src/a.ts"], None, "out/../src/a.ts:1:1"),
        (["a.ts"], "webpack://", "webpack://a.ts:1:1"),
        (["a.ts"], "/root/", "/root/a.ts:1:1"),
        (["https://example.com/a.ts"], None, "https://example.com/a.ts:1:1"),
        (["out/bundle.js"], None, "out/bundle.js:1:1"),
        ([None], None, "out/bundle.js:1:1"),
        ([7], None, "out/bundle.js:1:1"),
        ([], None, "out/bundle.js:1:1"),
    ],
)
async def test_names_of_files(
    isolate: Isolate, sources: list[Any], root: str | None, shown: str
) -> None:
    more = {} if root is None else {"sourceRoot": root}
    code = "throw new Error(1)" + comment(source_map(vlq(0, 0, 0, 0), *sources, **more))
    assert await frames(isolate, code) == [shown]


async def test_a_script_without_a_map_forgets_an_earlier_one(isolate: Isolate) -> None:
    code = "throw new Error(1)"
    mapped = code + comment(source_map(vlq(0, 0, 9, 0), "/a.ts"))
    assert await frames(isolate, mapped) == ["/a.ts:10:1"]
    assert await frames(isolate, code) == ["out/bundle.js:1:7"]


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "no JSON",
        "null",
        "[]",
        "{}",
        '{"version": 3, "sources": [], "mappings": 1}',
        '{"version": 3, "mappings": "AAAA"}',
        '{"version": 3, "sources": {"length": 1e9}, "mappings": "AAAA"}',
        source_map("!", "/a"),
        source_map("A\u00e9", "/a"),
        source_map("AA", "/a"),
        source_map("AAA", "/a"),
        source_map("AAAAAA", "/a"),
        source_map("g", "/a"),
        source_map("g" * 100, "/a"),
        source_map("ggggggggggB", "/a"),
        {"version": 3, "sections": []},
    ],
)
async def test_a_map_that_makes_no_sense_is_none(isolate: Isolate, bad: Any) -> None:
    assert await frames(isolate, "throw new Error(1)" + comment(bad)) == ["out/bundle.js:1:7"]


async def test_negative_and_large_numbers_do_no_harm(isolate: Isolate) -> None:
    for numbers in ((-5, 0, 0, 0), (0, 5, 0, 0), (0, -5, -5, -5), (0, 0, 2**30, 2**30)):
        code = "throw new Error(1)" + comment(source_map(",".join([vlq(*numbers)] * 5), "/a.ts"))
        assert len(await frames(isolate, code)) == 1


async def test_other_comments_are_not_taken_for_maps(isolate: Isolate) -> None:
    inside = "`" + comment(source_map(vlq(0, 0, 9, 0), "/a.ts")) + "`;\n1;\n2;\n3;\n4;\n"
    assert await frames(isolate, inside + "throw new Error(1)") == ["out/bundle.js:7:7"]
    linked = "throw new Error(1)\n//# sourceMappingURL=bundle.js.map"
    assert await frames(isolate, linked) == ["out/bundle.js:1:7"]


async def test_a_comment_that_names_the_script_may_follow(isolate: Isolate) -> None:
    code = "throw new Error(1)" + comment(source_map(vlq(0, 0, 9, 0), "/a.ts"))
    assert await frames(isolate, code + "\n//# sourceURL=x.js\n\n") == ["/a.ts:10:1"]


async def test_functions_that_are_called_later_are_mapped(fresh_isolate: Isolate) -> None:
    code = "function late() { throw new Error(1) }"
    mapped = code + comment(source_map(vlq(0, 0, 9, 0), "/a.ts"))
    await fresh_isolate.eval(mapped, filename="lib.js")
    assert await frames(fresh_isolate, "late()", "main.js") == [
        "late (/a.ts:10:1)",
        "main.js:1:1",
    ]
    stack = await fresh_isolate.eval("try { late() } catch (e) { e.stack }")
    assert "/a.ts:10:1" in stack
    with pytest.raises(JSError) as caught:
        await fresh_isolate.call("late")
    assert "/a.ts:10:1" in (caught.value.js_stack or "")


async def test_syntax_errors_are_mapped(isolate: Isolate) -> None:
    code = "let a;\nlet b = ;" + comment(source_map(f";{vlq(0, 0, 9, 4)}", "/a.ts"))
    with pytest.raises(JSSyntaxError) as caught:
        await isolate.eval(code, filename="out/bundle.js")
    error = caught.value
    assert (error.filename, error.line, error.column) == ("/a.ts", 10, 5)


async def test_user_code_that_replaced_built_ins_changes_nothing(fresh_isolate: Isolate) -> None:
    await fresh_isolate.eval("""
        Object.prototype.sourceRoot = '/polluted';
        JSON.parse = String.prototype.lastIndexOf = String.prototype.slice = () => { throw 'own' };
        RegExp.prototype.exec = Map.prototype.get = Uint8Array.fromBase64 = () => { throw 'own' };
        const typedArray = Object.getPrototypeOf(Int32Array.prototype);
        Object.defineProperty(typedArray, 'length', { get() { return 1e9 } });
        0;
    """)
    code = "throw new Error(1)" + comment(source_map(vlq(0, 0, 9, 0), "/a.ts"))
    assert await frames(fresh_isolate, code) == ["/a.ts:10:1"]


async def test_a_large_map(isolate: Isolate) -> None:
    lines = 100_000
    code = "\n" * lines + "throw new Error(1)"
    mapped = code + comment(source_map(";".join([vlq(0, 0, 1, 0)] * (lines + 1)), "/a.ts"))
    assert await frames(isolate, mapped) == [f"/a.ts:{lines + 2}:1"]


@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("await 1; let a1 = 1, b1 = null.x;", "1:32"),
        ("const x1 = await 1;\nlet y1 = 2; throw new Error('q')", "2:19"),
        ("#!/bin/x\nawait 1; function f1() { throw new Error(1) } f1()", "2:32"),
        ("var a2 = 1,\n  b2 = await 2; let c2 = null,\n d2 = c2.x", "3:10"),
        ("'use strict'; await 1; null.x", "1:29"),
        ("await 1; class A3 { m() { null.x } }; new A3().m()", "1:32"),
        ("await 1;\r\nif (1) { 'é😀'; null.x }", "2:22"),
    ],
)
async def test_scripts_with_await_keep_their_columns(
    isolate: Isolate, code: str, place: str
) -> None:
    shown = await frames(isolate, code, "script.js")
    assert f"script.js:{place}" in shown[0]


async def test_scripts_with_await_and_a_map(isolate: Isolate) -> None:
    # The call is at column 9 of what the map was made for; the script that runs has it further on.
    line = ",".join([vlq(0, 0, 0, 0), vlq(9, 0, 6, 4), vlq(11, 0, 7, 0)])
    code = "await 1; null.x; 'what comes after'" + comment(source_map(line, "/a.ts"))
    assert await frames(isolate, code) == ["/a.ts:7:5"]
