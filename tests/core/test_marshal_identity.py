"""Cycles and shared references inside one message, and the limits on depth and size."""

from __future__ import annotations

import array
import collections
import dataclasses
from typing import Any

import msgspec
import pytest

from atoll import Isolate, JSError, JSMap, Limits, MarshalError

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclasses.dataclass
class Node:
    next: object = None


class Link(msgspec.Struct):
    next: object = None


async def test_cycles_leave_the_guest(isolate: Isolate) -> None:
    value = await isolate.eval("const o = {list: []}; o.self = o; o.list.push(o.list, o); o")
    assert value["self"] is value
    assert value["list"][0] is value["list"]
    assert value["list"][1] is value
    mapping = await isolate.eval("const m = new Map(); m.set('self', m); m")
    assert isinstance(mapping, JSMap)
    assert mapping["self"] is mapping
    odd = await isolate.eval("const d = {$: 1}; d.self = d; d")
    assert odd["self"] is odd
    error = await isolate.eval("const e = new Error('loop'); e.cause = e; e.me = [e]; ({e})")
    assert error["e"].cause is error["e"]
    assert error["e"].properties["me"][0] is error["e"]


async def test_cycles_enter_the_guest(isolate: Isolate) -> None:
    plain: dict[str, Any] = {}
    plain["self"] = plain
    items: list[Any] = [plain]
    items.append(items)
    node, link = Node(), Link()
    node.next, link.next = node, [link]
    ordered: Any = collections.OrderedDict()
    ordered["self"] = ordered
    mapping: Any = JSMap()
    mapping[1] = mapping
    odd: dict[str, Any] = {"$": 1}
    odd["self"] = odd
    checks = await isolate.eval(
        "(plain, items, node, link, ordered, map, odd) => [plain.self === plain,"
        " items[1] === items, items[0] === plain, node.next === node, link.next[0] === link,"
        " ordered.self === ordered, map.get(1) === map, odd.self === odd]",
        plain, items, node, link, ordered, mapping, odd,
    )  # fmt: skip
    assert checks == [True] * 8


async def test_an_exception_that_causes_itself_enters_the_guest(isolate: Isolate) -> None:
    error = ValueError("loop")
    error.__cause__ = error
    assert await isolate.eval("({e}) => e.cause === e", {"e": error}) is True


async def test_shared_values_stay_shared_out_of_the_guest(isolate: Isolate) -> None:
    value = await isolate.eval(
        "const s = {a: 1}, z = new Set([1]), f = () => 1, t = new Float64Array(1);"
        "({one: [s, z, f, t], two: [s, z, f, t]})"
    )
    for one, two in zip(value["one"], value["two"], strict=True):
        assert one is two


async def test_shared_values_stay_shared_into_the_guest(isolate: Isolate) -> None:
    shared: list[Any] = [
        {"a": 1}, [1], {1: 2}, {1}, Node(1), Link(1), collections.OrderedDict(a=1),
        bytearray(b"b"), array.array("d", [1]), lambda: 1, ValueError("v"), (1, 2),
    ]  # fmt: skip
    same = await isolate.eval("(a, b) => a.map((x, i) => x === b[i])", shared, list(shared))
    assert same == [True] * len(shared)


async def test_equal_values_stay_separate(isolate: Isolate) -> None:
    assert await isolate.eval("([a, b, c, d]) => a === b || c === d", [{}, {}, b"x", b"x"]) is False
    first, second = await isolate.eval("[{}, {}]")
    assert first is not second


async def test_identity_is_kept_within_a_message_and_not_beyond(isolate: Isolate) -> None:
    value = {"n": 1}
    await isolate.eval("x => { globalThis.earlier = x; }", value)
    assert await isolate.eval("x => x === earlier", value) is False


async def test_temporary_values_are_never_mistaken_for_each_other(isolate: Isolate) -> None:
    class Fresh(collections.UserDict[str, int]):
        pass

    values = [Fresh(n=n) for n in range(200)]
    assert await isolate.eval("x => x.map(({n}) => n)", values) == list(range(200))
    points = [Node(Node(n)) for n in range(200)]
    assert await isolate.eval("x => x.map(p => p.next.next)", points) == list(range(200))


async def test_a_diamond_of_references_is_not_unfolded(isolate: Isolate) -> None:
    value: list[Any] = []
    for _ in range(60):
        value = [value, value]
    assert await isolate.eval("x => x[0] === x[1] && x[0][0] === x[1][1]", value) is True
    back = await isolate.eval("let v = []; for (let i = 0; i < 60; i++) v = [v, v]; v")
    assert back[0] is back[1]
    assert back[0][0] is back[1][1]


# Limits


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth - 1):
        value = [value]
    return value


async def test_depth_is_limited_in_both_directions() -> None:
    async with Isolate(limits=Limits(depth=20)) as isolate:
        deep = "(n => { let v = []; while (--n > 0) v = [v]; return v; })"
        assert await isolate.eval(f"{deep}(20)") == nested(20)
        with pytest.raises(
            MarshalError, match=r"nested deeper than Limits\.depth \(20\)"
        ) as caught:
            await isolate.eval(f"{deep}(21)")
        assert caught.value.path == "result" + "[0]" * 20
        await isolate.define_global("fits", nested(20))
        with pytest.raises(
            MarshalError, match=r"nested deeper than Limits\.depth \(20\)"
        ) as caught:
            await isolate.define_global("deeper", nested(21))
        assert caught.value.path == "value" + "[0]" * 20
        for one in (Node(nested(20)), {1: nested(20)}, (nested(20),), ({"a": nested(20)})):
            with pytest.raises(MarshalError, match="nested deeper"):
                await isolate.define_global("deeper", one)
        with pytest.raises(MarshalError, match="nested deeper"):
            await isolate.eval("let m = 1; for (let i = 0; i < 30; i++) m = new Map([[1, m]]); m")


@pytest.mark.parametrize("depth", [100, 200])
async def test_values_as_deep_as_the_limit_cross(depth: int) -> None:
    async with Isolate(limits=Limits(depth=depth)) as isolate:
        # The arguments of eval are in a list of their own.
        assert await isolate.eval("x => x", nested(depth - 1)) == nested(depth - 1)
        value: Any = 1
        for _ in range(depth - 1):
            value = JSMap({"m": value})
        assert await isolate.eval("x => x", value) == value


async def test_size_is_limited_in_both_directions() -> None:
    async with Isolate(limits=Limits(message=100_000)) as isolate:
        with pytest.raises(MarshalError, match=r"Limits\.message") as caught:
            await isolate.eval("'x'.repeat(200_000)")
        assert caught.value.path == "result"
        with pytest.raises(MarshalError, match=r"Limits\.message"):
            await isolate.eval("new Uint8Array(200_000)")
        with pytest.raises(MarshalError, match=r"Limits\.message"):
            await isolate.eval("x => 0", b"x" * 200_000)
        await isolate.define_function("big", lambda: "x" * 200_000)
        with pytest.raises(MarshalError, match=r"Limits\.message"):
            await isolate.eval("big('small')")
        with pytest.raises(JSError, match=r"DataCloneError: .*Limits\.message"):
            await isolate.eval("big('x'.repeat(200_000))")
        assert await isolate.eval("1 + 1") == 2


async def test_more_binary_values_than_a_frame_has_room_for_are_refused(isolate: Isolate) -> None:
    with pytest.raises(MarshalError, match="binary values in one message"):
        await isolate.eval("Array.from({length: 70_000}, () => new Uint8Array(1))")
    with pytest.raises(MarshalError):
        await isolate.eval("x => 0", [b"x"] * 70_000)
    assert await isolate.eval("x => x.length", [b"x"] * 10_000) == 10_000


async def test_a_sparse_array_is_not_filled(isolate: Isolate) -> None:
    with pytest.raises(MarshalError, match="an array of 4294967295 elements"):
        await isolate.eval("[new Array(2 ** 32 - 1)]")
