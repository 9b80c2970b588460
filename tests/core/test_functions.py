"""Host functions in the guest, and guest functions in the host."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Awaitable
from typing import Any

import pytest

from atoll import Isolate, JSError, JSFunction, Limits, MiB
from tests.core.support import held_handles

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Callable:
    def __call__(self, value: object) -> object:
        return value


async def test_a_function_answers_synchronously(isolate: Isolate) -> None:
    await isolate.define_function("add", lambda a, b: a + b)
    assert await isolate.eval("const sum = add(1, 2); typeof sum + sum") == "number3"


async def test_an_async_function_answers_with_a_promise(isolate: Isolate) -> None:
    async def lookup(key: str) -> str:
        await asyncio.sleep(0)
        return key.upper()

    await isolate.define_async_function("lookup", lookup)
    await isolate.define_async_function("plain", lambda: 5)
    assert await isolate.eval("lookup('a') instanceof Promise") is True
    assert await isolate.eval("Promise.all([lookup('a'), plain()])") == ["A", 5]


async def test_a_coroutine_function_can_be_called_synchronously(isolate: Isolate) -> None:
    async def slow(value: int) -> int:
        await asyncio.sleep(0)
        return value * 2

    await isolate.define_function("slow", slow)
    assert await isolate.eval("slow(2) + slow(3)") == 10


async def test_functions_look_native_and_have_their_names(isolate: Isolate) -> None:
    await isolate.define_function("tools.search.exact", lambda: 1)
    assert await isolate.eval(
        "const {exact} = tools.search; [exact.name, `${exact}`, 'prototype' in exact, exact()]"
    ) == ["exact", "function () { [native code] }", False, 1]
    with pytest.raises(JSError, match=r"TypeError: .* is not a constructor"):
        await isolate.eval("new tools.search.exact()")


async def test_a_path_through_what_is_no_object_is_refused(isolate: Isolate) -> None:
    await isolate.define_global("number", 5)
    with pytest.raises(JSError, match=r"cannot define number\.inner: number is not an object"):
        await isolate.define_function("number.inner", lambda: 1)
    with pytest.raises(JSError, match="not configurable"):
        await isolate.define_function("undefined", lambda: 1)
    with pytest.raises(TypeError, match="'five' needs a callable"):
        await isolate.define_function("five", 5)  # type: ignore[arg-type]


async def test_surplus_arguments_are_ignored_and_missing_ones_are_errors(
    isolate: Isolate,
) -> None:
    await isolate.define_function("double", lambda x: x * 2)
    assert await isolate.eval("[1, 2].map(double)") == [2, 4]
    with pytest.raises(TypeError, match="missing 1 required positional argument"):
        await isolate.eval("double()")


@pytest.mark.parametrize(
    "function",
    [len, functools.partial(pow, 2), "text".__add__, max, Callable()],
    ids=["builtin", "partial", "bound", "variadic", "object"],
)
async def test_every_kind_of_callable_can_be_called(isolate: Isolate, function: Any) -> None:
    argument: Any = {"len": [1, 2], "max": [1, 2]}.get(getattr(function, "__name__", ""), 3)
    if function == "text".__add__:
        argument = "s"
    assert await isolate.eval("(f, x) => f(x)", function, argument) == function(argument)


async def test_a_function_passed_as_a_value_comes_home_as_itself(isolate: Isolate) -> None:
    def host() -> None: ...

    given = await isolate.eval("(f, g) => ({f, same: f === g})", host, host)
    assert given == {"f": host, "same": True}


async def test_awaitables_become_promises(isolate: Isolate) -> None:
    loop = asyncio.get_running_loop()

    async def coroutine() -> list[int]:
        return [1]

    async def failing() -> None:
        raise KeyError("k")

    future: asyncio.Future[str] = loop.create_future()
    values: list[Awaitable[Any]] = [coroutine(), future, failing()]
    loop.call_soon(future.set_result, "later")
    assert await isolate.eval(
        "async ps => (await Promise.allSettled(ps)).map(r => r.value ?? r.reason.name)", values
    ) == [[1], "later", "KeyError"]


async def test_an_awaitable_mentioned_twice_is_one_promise(isolate: Isolate) -> None:
    async def coroutine() -> int:
        await asyncio.sleep(0)
        return 6

    promise = coroutine()
    assert await isolate.eval("async (p, q) => [p === q, await p]", promise, promise) == [True, 6]


async def test_results_may_be_functions_that_go_back_and_forth(fresh_isolate: Isolate) -> None:
    await fresh_isolate.define_function("counter", lambda start: functools.partial(pow, start))
    assert await fresh_isolate.eval("counter(2)(10)") == 1024
    twice = await fresh_isolate.eval("f => x => f(f(x))", lambda x: x + "!")
    assert await twice("a") == "a!!"
    del twice
    assert await held_handles(fresh_isolate) == (0, 0)


# Errors


async def test_an_exception_comes_back_as_the_same_object(isolate: Isolate) -> None:
    error = ValueError("not that")

    def fail() -> None:
        raise error

    async def fail_later() -> None:
        raise error

    await isolate.define_function("fail", fail)
    await isolate.define_async_function("failLater", fail_later)
    for code in ("fail()", "failLater()", "try { fail() } catch (e) { throw e }"):
        with pytest.raises(ValueError, match="not that") as caught:
            await isolate.eval(code)
        assert caught.value is error
    assert await isolate.eval("try { fail() } catch (e) { e.seen = 1; [e] }") == [error]


async def test_a_wrapped_exception_is_the_cause(isolate: Isolate) -> None:
    error = LookupError("inner")

    def fail() -> None:
        raise error

    await isolate.define_function("failInside", fail)
    with pytest.raises(JSError, match="Error: outer") as caught:
        await isolate.eval(
            "try { failInside() } catch (cause) { throw new Error('outer', {cause}) }"
        )
    assert caught.value.cause is error
    assert caught.value.__cause__ is error


# Many, and large


async def test_a_hundred_thousand_pipelined_calls_complete_in_order(
    fresh_isolate: Isolate,
) -> None:
    seen: list[int] = []

    def note(n: int) -> int:
        seen.append(n)
        return n

    await fresh_isolate.define_async_function("note", note)
    code = """
        const answers = [];
        const calls = Array.from({length: 100_000}, (_, i) => note(i).then(n => answers.push(n)));
        await Promise.all(calls);
        answers.every((n, i) => n === i) && answers.length
    """
    assert await fresh_isolate.eval(code) == 100_000
    assert seen == list(range(100_000))


async def test_concurrent_evaluations_all_get_their_own_answers(isolate: Isolate) -> None:
    results = await asyncio.gather(*(isolate.eval("x => x", n) for n in range(2000)))
    assert results == list(range(2000))


async def test_calls_beyond_the_window_wait_for_their_turn() -> None:
    running = most = 0

    async def work(n: int) -> int:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        return n

    async with Isolate(limits=Limits(calls=10)) as isolate:
        await isolate.define_async_function("work", work)
        total = "(await Promise.all(Array.from({length: 500}, (_, i) => work(i)))).length"
        assert await isolate.eval(total) == 500
    assert most == 10


async def test_large_payloads_cross_in_both_directions_at_once() -> None:
    size = 64 * MiB
    payload = bytes(range(256)) * (size // 256)
    async with Isolate(limits=Limits(memory=512 * MiB)) as isolate:
        swap = await isolate.eval("x => { const out = x.slice(); out[0] = 7; return out; }")
        await isolate.define_async_function("exchange", lambda data: payload)
        exchanged = isolate.eval(
            f"const r = await exchange(new Uint8Array({size}).fill(3));[r.length, r[255], r.at(-1)]"
        )
        swapped, answer = await asyncio.gather(swap(payload), exchanged)
        assert answer == [size, 255, 255]
        assert swapped == b"\7" + payload[1:]
        assert await isolate.eval("1 + 1") == 2


# Guest functions


async def test_a_guest_function_is_a_callable(isolate: Isolate) -> None:
    function = await isolate.eval("function area(w, h) { return w * h } area")
    assert isinstance(function, JSFunction)
    assert await function(3, 4) == 12
    assert await asyncio.gather(*(function(n, n) for n in range(50))) == [n * n for n in range(50)]


async def test_call_finds_functions_by_path_and_keeps_their_receiver(isolate: Isolate) -> None:
    await isolate.eval(
        "globalThis.shop = {vat: 2, price(n) { return n * this.vat; }};"
        "function direct() { return this === undefined || this === globalThis; }"
        "const lexical = x => x;"
        "class Klass { static make() { return new this() instanceof Klass; } }"
    )
    assert await isolate.call("shop.price", 21) == 42
    assert await isolate.call("direct") is True
    assert await isolate.call("lexical", [1]) == [1]
    assert await isolate.call("Klass.make") is True
    for missing in ("nothing", "shop.nothing", "shop"):
        with pytest.raises(JSError):
            await isolate.call(missing)


async def test_awaiting_what_another_loop_has_says_so_and_tells_the_guest_no_paths(
    fresh_isolate: Isolate,
) -> None:
    other = asyncio.new_event_loop()
    try:

        async def wait() -> None:
            await other.create_future()

        await fresh_isolate.define_async_function("wait", wait)
        told = await fresh_isolate.eval("wait().catch((error) => error.message)")
        assert told.startswith("the function awaited what belongs to another event loop")
        with pytest.raises(RuntimeError, match="run_coroutine_threadsafe"):
            await fresh_isolate.eval("wait()")
    finally:
        other.close()
