"""A rejection belongs to whoever holds the promise."""

from __future__ import annotations

import pytest

from atoll import Isolate, JSError, JSPromise


@pytest.mark.parametrize(
    "code", ["Promise.reject(new Error('no'))", "await 0; throw new Error('no')"]
)
async def test_the_rejection_of_a_held_promise_is_its_holders_alone(code: str) -> None:
    uncaught: list[BaseException] = []
    async with Isolate(on_uncaught=uncaught.append) as isolate:
        promise = await isolate.eval(code, copy=False)
        await isolate.statistics()
        assert isinstance(promise, JSPromise)
        with pytest.raises(JSError, match="no"):
            await promise
        await isolate.statistics()
    assert uncaught == []


async def test_a_rejection_that_nobody_holds_is_reported() -> None:
    uncaught: list[BaseException] = []
    async with Isolate(on_uncaught=uncaught.append) as isolate:
        await isolate.eval("Promise.reject(new Error('lost')); 1")
        await isolate.collect_garbage()  # a turn of the guest's event loop
    assert [str(error) for error in uncaught] == ["Error: lost"]
