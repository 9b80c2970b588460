"""Scopes release everything that was made through them, however they end."""

from __future__ import annotations

import asyncio

import pytest

from atoll import Isolate, IsolateDisposed, JSError, MarshalError, Reference, ReferenceReleased
from tests.core.support import held_handles

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_scope_releases_what_was_made_in_it(fresh_isolate: Isolate) -> None:
    async with fresh_isolate.scope() as scope:
        person = await scope.marshal({"name": "Alice", "age": 30})
        made = await scope.eval("() => 1")
        managed = scope.manage(await fresh_isolate.eval("[1]", copy=False))
        assert await fresh_isolate.eval("p => p.age + 1", person) == 31
        assert await scope.unmarshal(managed) == [1]
        assert await held_handles(fresh_isolate) == (3, 0)
    assert person.released
    assert made.released
    with pytest.raises(ReferenceReleased):
        await person.get("name")
    assert await held_handles(fresh_isolate) == (0, 0)


async def test_a_scope_releases_on_errors_and_lets_them_through(fresh_isolate: Isolate) -> None:
    kept: list[Reference] = []

    async def work(code: str, value: object) -> None:
        async with fresh_isolate.scope() as scope:
            kept.append(await scope.marshal([1]))
            await scope.eval(code)
            await scope.marshal(value)

    with pytest.raises(JSError, match="Error: inside"):
        await work("throw new Error('inside')", 1)
    with pytest.raises(MarshalError, match="value: a value of type object cannot"):
        await work("1", object())
    assert [reference.released for reference in kept] == [True, True]
    assert await held_handles(fresh_isolate) == (0, 0)


async def test_a_scope_releases_on_cancellation(fresh_isolate: Isolate) -> None:
    entered = asyncio.Event()
    kept: list[Reference] = []

    async def work() -> None:
        async with fresh_isolate.scope() as scope:
            kept.append(await scope.marshal([1]))
            entered.set()
            await scope.eval("await new Promise(() => {})")

    task = asyncio.create_task(work())
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert kept[0].released
    assert await held_handles(fresh_isolate) == (0, 0)


async def test_inner_scopes_end_before_outer_ones(isolate: Isolate) -> None:
    async with isolate.scope() as outer:
        first = await outer.marshal([1])
        async with isolate.scope() as inner:
            second = await inner.marshal([first])
        assert (first.released, second.released) == (False, True)
        assert await first.value() == [1]
    assert first.released


async def test_what_is_managed_but_no_reference_passes_through(isolate: Isolate) -> None:
    async with isolate.scope() as scope:
        assert scope.manage([1]) == [1]
        promise = scope.manage((await isolate.eval("[Promise.resolve(4)]"))[0])
        assert await promise == 4
    with pytest.raises(ReferenceReleased):
        await promise


async def test_closing_early_releases_now(isolate: Isolate) -> None:
    async with isolate.scope() as scope:
        reference = await scope.marshal([1])
        scope.close()
        assert reference.released


async def test_a_scope_survives_the_end_of_its_isolate() -> None:
    async with Isolate() as isolate, isolate.scope() as scope:
        await scope.marshal([1])
        await isolate.dispose()
        with pytest.raises(IsolateDisposed):
            await scope.marshal([2])
