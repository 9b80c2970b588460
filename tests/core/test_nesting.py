"""Synchronous calls that go back and forth between host and guest."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from atoll import Isolate, JSError, Limits, ReentrancyError

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_callback_may_evaluate_in_the_isolate_that_waits_for_it(isolate: Isolate) -> None:
    async def ask(code: str) -> object:
        return await isolate.eval(code)

    await isolate.define_function("ask", ask)
    assert await isolate.eval("globalThis.n = 20; ask('n + 1') + 1") == 22


async def test_nesting_goes_as_deep_as_its_limit_and_no_deeper() -> None:
    async with Isolate(limits=Limits(nesting=12)) as isolate:

        async def down(n: int) -> int:
            return 0 if n == 0 else 1 + await isolate.eval(f"down({n - 1})")

        await isolate.define_function("down", down)
        assert await isolate.eval("down(11)") == 11
        with pytest.raises(JSError, match=r"TypeError: .*Limits\.nesting \(12\)"):
            await isolate.eval("down(12)")
        assert await isolate.eval("down(11)") == 11


async def test_an_exception_passes_through_every_level_unchanged(isolate: Isolate) -> None:
    error = OSError("the bottom")

    async def dig(n: int) -> object:
        if n == 0:
            raise error
        return await isolate.eval(f"dig({n - 1})")

    await isolate.define_function("dig", dig)
    with pytest.raises(OSError, match="the bottom") as caught:
        await isolate.eval("dig(6)")
    assert caught.value is error


async def test_references_and_functions_work_from_inside_a_callback(isolate: Isolate) -> None:
    async def apply(function: object, value: object) -> object:
        return await isolate.eval("(f, v) => f(f(v))", function, value)

    async def direct(function: object, value: int) -> object:
        assert callable(function)
        return await function(value) + 1

    await isolate.define_function("apply", apply)
    await isolate.define_function("direct", direct)
    assert await isolate.eval("apply(x => x * 3, 2)") == 18
    assert await isolate.eval("direct(x => x * 3, 2)") == 7


async def test_a_promise_that_the_blocked_guest_cannot_settle_is_an_error(
    isolate: Isolate,
) -> None:
    async def ask(code: str) -> object:
        return await isolate.eval(code)

    await isolate.define_function("askBlocked", ask)
    with pytest.raises(ReentrancyError, match="define_async_function"):
        await isolate.eval("askBlocked('new Promise(() => {})')")
    assert await isolate.eval("askBlocked('Promise.resolve(3)')") == 3
    with pytest.raises(JSError, match="Error: no"):
        await isolate.eval("askBlocked('Promise.reject(new Error(`no`))')")
    assert await isolate.eval("1") == 1


async def test_an_unrelated_task_waits_until_the_guest_is_free(isolate: Isolate) -> None:
    order: list[str] = []
    started, gate = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        started.set()
        await gate.wait()
        order.append("callback")

    async def other() -> None:
        await isolate.eval("1")
        order.append("other")

    await isolate.define_function("wait", wait)
    blocked = asyncio.create_task(isolate.eval("wait()"))
    await started.wait()
    task = asyncio.create_task(other())
    for _ in range(5):
        await asyncio.sleep(0)
    assert order == []
    gate.set()
    await asyncio.gather(blocked, task)
    assert order == ["callback", "other"]


async def test_a_task_that_outlives_its_callback_is_no_longer_nested(isolate: Isolate) -> None:
    left: list[asyncio.Task[object]] = []

    async def start() -> str:
        left.append(asyncio.create_task(isolate.eval("'from the task'")))
        return "at once"

    await isolate.define_function("start", start)
    assert await isolate.eval("start()") == "at once"
    assert await left[0] == "from the task"


async def test_async_callbacks_evaluate_while_the_guest_runs_on(isolate: Isolate) -> None:
    async def ask(code: str) -> object:
        return await isolate.eval(code)

    await isolate.define_async_function("askLater", ask)
    assert await isolate.eval("await askLater('askLater(\"askLater(`40`)\")') + 2") == 42


async def test_a_callback_may_call_another_isolate(
    isolate: Isolate, fresh_isolate: Isolate
) -> None:
    async def ping(n: int) -> int:
        doubled: int = await fresh_isolate.eval(f"pong({n})")
        return doubled + 1

    await isolate.define_function("ping", ping)
    await fresh_isolate.define_function("pong", lambda n: n * 2)
    assert await isolate.eval("ping(8)") == 17


async def test_two_isolates_call_each_other_back_and_forth() -> None:
    limits = Limits(call_time=5)
    async with Isolate(limits=limits) as one, Isolate(limits=limits) as two:

        async def ping(n: int) -> int:
            return n if n == 0 else 1 + await two.eval(f"pong({n - 1})")

        async def pong(n: int) -> int:
            return n if n == 0 else 1 + await one.eval(f"ping({n - 1})")

        await one.define_function("ping", ping)
        await two.define_function("pong", pong)
        assert await one.eval("ping(8)") == 8


async def test_a_blocked_isolate_is_reached_through_an_asynchronous_function_of_another() -> None:
    async with Isolate(limits=Limits(call_time=5)) as one, Isolate() as two:

        async def ask_two() -> int:
            answer: int = await two.eval("ask_one()")
            return answer

        async def ask_one() -> int:
            answer: int = await one.eval("20 + 1")
            return 2 * answer

        await one.define_function("ask_two", ask_two)
        await two.define_async_function("ask_one", ask_one)
        assert await one.eval("ask_two()") == 42


async def test_statistics_and_collection_work_from_inside_a_callback(isolate: Isolate) -> None:
    async def look() -> bool:
        await isolate.collect_garbage()
        return (await isolate.statistics()).heap_used > 0

    await isolate.define_function("look", look)
    assert await isolate.eval("look()") is True


async def test_a_loop_inside_of_a_callback_is_told_that_it_cannot_hear_the_isolate(
    fresh_isolate: Isolate,
) -> None:
    loop: Any = asyncio.get_running_loop()

    def run_again() -> Any:  # what nest_asyncio makes of `loop.run_until_complete`
        task = loop.create_task(fresh_isolate.eval("1 + 1"))
        while not task.done():
            loop._run_once()
        return task.result()

    await fresh_isolate.define_function("waiting", run_again)
    await fresh_isolate.define_async_function("promising", run_again)
    for code in ("waiting()", "await promising()"):
        with pytest.raises(ReentrancyError, match="run again inside of a callback"):
            await fresh_isolate.eval(code, timeout=10)
    assert await fresh_isolate.eval("1 + 1") == 2
