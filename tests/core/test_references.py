"""References: handles to values that stay in the guest, and tables that come back to zero."""

from __future__ import annotations

import asyncio
import copy
import gc
import pickle
from typing import Any

import pytest

from atoll import (
    HandleLimitExceeded,
    Isolate,
    IsolateDisposed,
    JSError,
    JSFunction,
    JSPromise,
    Limits,
    MarshalError,
    Reference,
    ReferenceReleased,
)
from tests.core.support import held_handles

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def reference(isolate: Isolate, code: str) -> Reference:
    found = await isolate.eval(code, copy=False)
    assert isinstance(found, Reference)
    return found


# Use


async def test_get_copies_a_property_or_gives_a_reference_to_it(isolate: Isolate) -> None:
    person = await reference(isolate, "({name: 'Ada', tags: ['a', 'b']})")
    assert await person.get("name") == "Ada"
    tags = await person.get("tags", copy=False)
    assert isinstance(tags, Reference)
    assert await tags.get(1) == "b"
    assert await tags.get("length") == 2
    assert await person.get("missing") is None


async def test_get_runs_getters_with_the_value_as_receiver(isolate: Isolate) -> None:
    value = await reference(isolate, "({n: 20, get double() { return this.n * 2; }})")
    assert await value.get("double") == 40
    failing = await reference(isolate, "({get no() { throw new RangeError('not now'); }})")
    with pytest.raises(JSError, match="RangeError: not now"):
        await failing.get("no")


async def test_get_works_on_primitives(isolate: Isolate) -> None:
    text = await isolate.marshal("four")
    assert await text.get("length") == 4
    assert await text.call_method("toUpperCase") == "FOUR"


async def test_get_awaits_a_promise(isolate: Isolate) -> None:
    value = await reference(isolate, "({later: Promise.resolve(5)})")
    assert await value.get("later") == 5
    promise = await value.get("later", copy=False)
    assert isinstance(promise, JSPromise)


async def test_set_changes_the_value_in_the_guest(isolate: Isolate) -> None:
    target = await reference(isolate, "globalThis.target = {}; target")
    await target.set("list", [1, 2])
    await target.set("self", target)
    assert await isolate.eval("target.self === target && target.list.join()") == "1,2"


async def test_set_on_a_frozen_value_raises(isolate: Isolate) -> None:
    frozen = await reference(isolate, "Object.freeze({a: 1})")
    with pytest.raises(JSError, match="TypeError: cannot set property a"):
        await frozen.set("a", 2)
    assert await frozen.value() == {"a": 1}


async def test_call_passes_this_and_arguments(isolate: Isolate) -> None:
    function = await reference(isolate, "(function (a, b) { return [this.n, a, b]; })")
    receiver = await isolate.marshal({"n": 7})
    assert await function.call(1, [2], this=receiver) == [7, 1, [2]]


async def test_call_awaits_what_the_function_promises(isolate: Isolate) -> None:
    function = await isolate.eval("async x => { if (x < 0) throw new RangeError('x'); return x; }")
    assert isinstance(function, JSFunction)
    assert await function(3) == 3
    with pytest.raises(JSError, match="RangeError: x"):
        await function(-1)


async def test_calling_what_is_no_function_raises(isolate: Isolate) -> None:
    value = await isolate.marshal({"a": 1})
    with pytest.raises(JSError, match="TypeError: the referenced value is no function"):
        await value.call()
    with pytest.raises(JSError, match="TypeError: a is no method"):
        await value.call_method("a")


async def test_call_method_keeps_the_receiver(isolate: Isolate) -> None:
    entries = await reference(isolate, "new Map([['k', {v: 1}]])")
    assert await entries.call_method("get", "k") == {"v": 1}
    held = await entries.call_method("get", "k", copy=False)
    assert await held.get("v") == 1


async def test_construct_gives_a_reference_by_default(isolate: Isolate) -> None:
    point = await reference(
        isolate, "(class Point { #x; constructor(x) { this.#x = x; } get x() { return this.#x; } })"
    )
    instance = await point.construct(4)
    assert isinstance(instance, Reference)
    assert await instance.get("x") == 4
    assert await (await isolate.eval("c => p => p instanceof c", point))(instance) is True
    date = await reference(isolate, "Date")
    assert (await date.construct(0, copy=True)).year == 1970


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("({})", "object"),
        ("[]", "object"),
        ("null", "null"),
        ("undefined", "undefined"),
        ("1", "number"),
        ("1n", "bigint"),
        ("'s'", "string"),
        ("true", "boolean"),
        ("Symbol('s')", "symbol"),
        ("() => 1", "function"),
        ("class {}", "function"),
        ("Promise.resolve()", "promise"),
    ],
)
async def test_typeof_tells_what_is_referred_to(isolate: Isolate, code: str, expected: str) -> None:
    assert (await reference(isolate, f"({code})")).typeof == expected


async def test_a_reference_stands_for_the_very_value_wherever_it_is_passed(
    isolate: Isolate,
) -> None:
    value = await reference(isolate, "globalThis.original = {n: 1}; original")
    assert await isolate.eval("v => v === original", value) is True
    assert await isolate.eval("v => v.deep[0].v === original", {"deep": [{"v": value}]}) is True
    await isolate.define_global("alias", value)
    assert await isolate.eval("alias === original") is True
    assert await isolate.unmarshal(value) == {"n": 1}


async def test_symbols_and_other_values_that_cannot_be_copied_can_be_referred_to(
    isolate: Isolate,
) -> None:
    symbol = await reference(isolate, "globalThis.sign = Symbol('sign'); sign")
    assert await isolate.eval("s => s === sign", symbol) is True
    with pytest.raises(MarshalError, match="a symbol cannot leave the isolate"):
        await symbol.value()
    weak = await reference(isolate, "new WeakMap()")
    assert await weak.call_method("has", symbol) is False


async def test_the_same_function_is_the_same_object_every_time_it_arrives(
    isolate: Isolate,
) -> None:
    first = await isolate.eval("globalThis.once = () => 1; [once, {again: once}]")
    second = await isolate.eval("once")
    assert first[0] is first[1]["again"]
    assert first[0] is second


# Promises


async def test_a_promise_in_a_container_is_awaited_when_the_owner_wants(isolate: Isolate) -> None:
    value = await isolate.eval(
        "({good: Promise.resolve([1]), bad: Promise.reject(new Error('b'))})"
    )
    assert isinstance(value["good"], JSPromise)
    assert await value["good"] == [1]
    assert await value["good"] == [1]
    with pytest.raises(JSError, match="Error: b"):
        await value["bad"]


async def test_a_pending_promise_settles_while_it_is_awaited(isolate: Isolate) -> None:
    held = await isolate.eval(
        "(() => { let resolve; const promise = new Promise(r => resolve = r); "
        "return {promise, resolve}; })()"
    )
    waiting = asyncio.ensure_future(held["promise"])
    await held["resolve"]("done")
    assert await waiting == "done"


async def test_a_promise_passed_back_is_the_same_promise(isolate: Isolate) -> None:
    held = await isolate.eval("globalThis.p = Promise.resolve(1); [p]")
    assert await isolate.eval("q => q === p", held[0]) is True


# Ends


async def test_a_released_reference_says_so(isolate: Isolate) -> None:
    value = await isolate.marshal({"a": 1})
    assert "released" not in repr(value)
    value.release()
    assert value.released
    assert "released" in repr(value)
    for use in (value.get("a"), value.set("a", 1), value.call(), value.value()):
        with pytest.raises(ReferenceReleased):
            await use
    with pytest.raises(ReferenceReleased):
        await isolate.eval("x => x", value)
    with pytest.raises(ReferenceReleased):
        async with value:
            raise AssertionError("entered")


async def test_releasing_twice_is_no_mistake(fresh_isolate: Isolate) -> None:
    value = await fresh_isolate.marshal({"a": 1})
    again = await fresh_isolate.eval("x => [() => x]", value)
    value.release()
    value.release()
    assert await again[0]() == {"a": 1}
    del again
    assert await held_handles(fresh_isolate) == (0, 0)


async def test_async_with_releases(isolate: Isolate) -> None:
    async with await isolate.marshal([1]) as value:
        assert await value.get(0) == 1
    assert value.released


async def test_a_value_that_arrives_again_after_its_release_is_usable(
    fresh_isolate: Isolate,
) -> None:
    released = await fresh_isolate.eval("globalThis.f = () => 5; f")
    released.release()
    again = await fresh_isolate.eval("f")
    assert again is not released
    assert await again() == 5
    assert await fresh_isolate.eval("f") is again
    del again, released
    assert await held_handles(fresh_isolate) == (0, 0)


async def test_a_value_that_arrives_while_its_release_is_on_the_way_stays_usable(
    fresh_isolate: Isolate,
) -> None:
    first = await fresh_isolate.eval("globalThis.f = () => 5; f")
    arriving = asyncio.ensure_future(fresh_isolate.eval("f"))
    await asyncio.sleep(0)
    first.release()
    second = await arriving
    third = await fresh_isolate.eval("f")
    assert second is third
    assert await third() == 5
    del first, second, third, arriving
    assert await held_handles(fresh_isolate) == (0, 0)


async def test_references_of_another_isolate_are_refused(
    isolate: Isolate, fresh_isolate: Isolate
) -> None:
    foreign = await fresh_isolate.marshal({"a": 1})
    with pytest.raises(MarshalError, match=r"^args\[0\]\.deep: a reference into another isolate"):
        await isolate.eval("x => x", {"deep": foreign})
    own = await isolate.marshal({})
    with pytest.raises(MarshalError, match="a reference into another isolate"):
        await own.set("x", foreign)
    assert await foreign.get("a") == 1


async def test_a_reference_outlives_its_isolate_only_as_an_error() -> None:
    async with Isolate() as isolate:
        value = await isolate.marshal({"a": 1})
    with pytest.raises(IsolateDisposed):
        await value.get("a")
    value.release()


# Leaks


async def test_released_references_leave_no_handle(fresh_isolate: Isolate) -> None:
    held = [await fresh_isolate.marshal({"n": n}) for n in range(50)]
    assert await held_handles(fresh_isolate) == (50, 0)
    for value in held:
        value.release()
    assert await held_handles(fresh_isolate) == (0, 0)


async def test_dropped_references_leave_no_handle(fresh_isolate: Isolate) -> None:
    held: Any = await fresh_isolate.eval("Array.from({length: 50}, (_, i) => () => i)")
    assert await held_handles(fresh_isolate) == (50, 0)
    assert await held[49]() == 49
    del held
    assert await held_handles(fresh_isolate) == (0, 0)


async def test_host_values_that_the_guest_drops_leave_no_handle(fresh_isolate: Isolate) -> None:
    functions = [lambda n=n: n for n in range(50)]
    await fresh_isolate.eval("fs => { globalThis.kept = fs; }", functions)
    assert await held_handles(fresh_isolate) == (0, 50)
    assert await fresh_isolate.eval("kept[49]()") == 49
    await fresh_isolate.eval("kept = null")
    assert await held_handles(fresh_isolate) == (0, 0)


async def test_many_evaluations_without_a_collection_still_return_handles(
    fresh_isolate: Isolate,
) -> None:
    await fresh_isolate.eval("f => f()", lambda: 1)
    await fresh_isolate.eval("'g'.repeat(30_000_000).length; new Array(4e6).fill(0).length")
    for _ in range(2000):
        await fresh_isolate.eval("new Array(20000).fill(0).length")
        if (await fresh_isolate.statistics()).host_handles == 0:
            break
    assert (await fresh_isolate.statistics()).host_handles == 0


@pytest.mark.parametrize("bad", [object(), "x" * 2_000_000], ids=["value", "size"])
async def test_a_message_that_cannot_go_out_leaves_no_handle(bad: object) -> None:
    async def coroutine() -> int:
        return 1

    async with Isolate(limits=Limits(message=1_000_000)) as isolate:
        await isolate.define_function("give", lambda: [lambda: 1, bad])
        promise = coroutine()
        with pytest.raises(MarshalError):
            await isolate.eval("x => 0", [lambda: 1, promise, bad])
        promise.close()
        with pytest.raises(MarshalError):
            await isolate.eval("give()")
        assert await held_handles(isolate) == (0, 0)


@pytest.mark.parametrize("bad", ["Symbol()", "'x'.repeat(2e6)"], ids=["value", "size"])
async def test_a_guest_message_that_cannot_go_out_leaves_no_handle(bad: str) -> None:
    async with Isolate(limits=Limits(message=1_000_000)) as isolate:
        await isolate.define_function("take", lambda *_: None)
        await isolate.define_async_function("later", lambda *_: None)
        with pytest.raises(MarshalError):
            await isolate.eval(f"[() => 1, Promise.resolve(1), {bad}]")
        for function in ("take", "await later"):
            with pytest.raises(JSError, match="DataCloneError"):
                await isolate.eval(f"{function}(() => 1, Promise.resolve(1), {bad})")
        assert await held_handles(isolate) == (0, 0)


async def test_an_answer_that_python_cannot_hold_leaves_no_handle(fresh_isolate: Isolate) -> None:
    with pytest.raises(MarshalError, match="two members of a Set are equal in Python"):
        await fresh_isolate.eval("[() => 1, new Set([1, true]), () => 2, Promise.resolve(1)]")
    assert await held_handles(fresh_isolate) == (0, 0)


async def test_lone_surrogates_beside_a_function_leave_no_handle(fresh_isolate: Isolate) -> None:
    async def coroutine() -> int:
        return 7

    values = [lambda: 1, "\ud800", coroutine()]
    assert await fresh_isolate.eval("async ([f, text, p]) => [f(), text, await p]", values) == [
        1,
        "\ud800",
        7,
    ]
    del values
    assert await held_handles(fresh_isolate) == (0, 0)


async def test_the_handle_limit_ends_an_isolate_that_keeps_sending_functions() -> None:
    async with Isolate(limits=Limits(handles=100)) as isolate:
        with pytest.raises(HandleLimitExceeded):
            await isolate.eval("Array.from({length: 101}, (_, i) => () => i)")
        with pytest.raises(HandleLimitExceeded):
            await isolate.eval("1")


async def test_an_isolate_that_ends_drops_the_host_values_it_held() -> None:
    import weakref

    class Token:
        def __call__(self) -> int:
            return 1

    token = Token()
    alive = weakref.ref(token)
    async with Isolate() as isolate:
        await isolate.eval("f => { globalThis.f = f; }", token)
        del token
        gc.collect()
        assert alive() is not None
    del isolate
    gc.collect()
    assert alive() is None


async def test_a_reference_has_no_twin(isolate: Isolate) -> None:
    value = await isolate.eval("({ f: () => 1, p: Promise.resolve(2) })")
    for twin in (pickle.dumps, copy.copy, copy.deepcopy):
        for reference in value.values():
            with pytest.raises(TypeError, match="neither pickled nor copied"):
                twin(reference)
    assert await value["f"]() == 1
