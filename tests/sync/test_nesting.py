"""Callbacks of blocking isolates that use the isolate which waits for them."""

from __future__ import annotations

import pytest

from atoll import JSError, Limits, ReentrancyError
from atoll.sync import Isolate, JSFunction
from tests.sync.support import held_handles


@pytest.mark.parametrize("define", ["define_function", "define_async_function"])
def test_a_callback_may_evaluate(isolate: Isolate, define: str) -> None:
    getattr(isolate, define)("ask", isolate.eval)
    assert isolate.eval("globalThis.n = 20; (async () => await ask('n + 1') + 1)()") == 22


def test_nesting_goes_as_deep_as_its_limit_and_no_deeper() -> None:
    with Isolate(limits=Limits(nesting=12)) as isolate:

        def down(n: int) -> int:
            return 0 if n == 0 else 1 + isolate.eval(f"down({n - 1})")

        isolate.define_function("down", down)
        assert isolate.eval("down(11)") == 11
        with pytest.raises(JSError, match=r"TypeError: .*Limits\.nesting \(12\)"):
            isolate.eval("down(12)")
        assert isolate.eval("down(11)") == 11


def test_nesting_through_asynchronous_calls_is_not_limited_by_it() -> None:
    with Isolate(limits=Limits(nesting=4)) as isolate:

        def down(n: int) -> int:
            return 0 if n == 0 else 1 + isolate.eval(f"down({n - 1})")

        isolate.define_async_function("down", down)
        assert isolate.eval("down(40)") == 40


def test_nesting_mixes_synchronous_and_asynchronous_calls(isolate: Isolate) -> None:
    def step(n: int) -> object:
        return 0 if n == 0 else isolate.eval(f"(n => n % 2 ? step(n) : stepLater(n))({n - 1})")

    isolate.define_function("step", step)
    isolate.define_async_function("stepLater", step)
    # A synchronous call that waits for an asynchronous one would wait for itself.
    with pytest.raises(ReentrancyError):
        isolate.eval("step(3)")
    isolate.define_async_function("step", step)
    assert isolate.eval("step(8)") == 0


def test_an_exception_passes_through_every_level_unchanged(isolate: Isolate) -> None:
    error = OSError("the bottom")

    def dig(n: int) -> object:
        if n == 0:
            raise error
        return isolate.eval(f"dig({n - 1})")

    isolate.define_function("dig", dig)
    with pytest.raises(OSError, match="the bottom") as caught:
        isolate.eval("dig(6)")
    assert caught.value is error


def test_inner_calls_overtake_answers_that_wait(isolate: Isolate) -> None:
    order: list[object] = []

    def outer(n: int) -> int:
        order.append(isolate.eval(f"'inner {n}'"))
        return n

    isolate.define_async_function("outer", outer)
    assert isolate.eval("Promise.all([1, 2, 3].map(n => outer(n)))") == [1, 2, 3]
    assert sorted(map(str, order)) == ["inner 1", "inner 2", "inner 3"]


def test_references_and_functions_work_from_inside_a_callback(isolate: Isolate) -> None:
    def apply(function: JSFunction, value: object) -> object:
        with isolate.scope() as scope:
            return isolate.eval("(f, v) => f(f(v))", scope.manage(function), scope.marshal(value))

    isolate.define_function("apply", apply)
    isolate.define_function("direct", lambda f, v: f(v) + 1)
    assert isolate.eval("apply(x => x * 3, 2)") == 18
    assert isolate.eval("direct(x => x * 3, 2)") == 7


def test_a_callback_may_call_another_isolate_and_be_called_back(isolate: Isolate) -> None:
    with Isolate() as other:
        isolate.define_function("ping", lambda n: n and 1 + other.eval(f"pong({n - 1})"))
        other.define_function("pong", lambda n: n and 1 + isolate.eval(f"ping({n - 1})"))
        assert isolate.eval("ping(8)") == 8


def test_definitions_and_statistics_from_inside_a_callback(isolate: Isolate) -> None:
    def grow() -> int:
        isolate.define_function("grown", lambda: 7)
        isolate.collect_garbage()
        return isolate.statistics().heap_used

    isolate.define_function("grow", grow)
    assert isolate.eval("grow() > 0 && grown()") == 7


def test_nested_calls_leave_no_handles(fresh_isolate: Isolate) -> None:
    fresh_isolate.define_function("apply", lambda f: fresh_isolate.eval("g => g()", f))
    assert fresh_isolate.eval("apply(() => 5)") == 5
    assert held_handles(fresh_isolate) == (0, 0)
