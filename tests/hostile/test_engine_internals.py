"""The engine's own operations, which user code could be handed by what it overwrites."""

from __future__ import annotations

import pytest

from atoll import Isolate, JSError

REPLACEMENTS = [
    "Function.prototype.call = spy",
    "Object.defineProperty(Function.prototype, 'call', { value: spy })",
    "Object.defineProperty(Function.prototype, 'call', { get: () => spy })",
    "Reflect.set(Function.prototype, 'call', spy)",
    "delete Function.prototype.call; Function.prototype.call = spy",
    "Object.setPrototypeOf(Function.prototype, { call: spy }); delete Function.prototype.call",
]


@pytest.mark.parametrize("replacement", REPLACEMENTS)
async def test_a_replaced_call_is_not_handed_the_engines_operations(replacement: str) -> None:
    async with Isolate() as isolate:
        await isolate.eval(
            "globalThis.seen = []; function spy() { seen.push(this && this.name); }"
            f"try {{ {replacement} }} catch {{}} 0"
        )
        assert await isolate.eval("await new Blob(['abc']).text()") == "abc"
        await isolate.collect_garbage()  # the core's own asynchronous read
        assert await isolate.eval("seen") == []


async def test_a_function_may_still_have_a_call_of_its_own() -> None:
    async with Isolate() as isolate:
        code = "const f = () => 1; Object.defineProperty(f, 'call', { value: () => 2 }); f.call()"
        assert await isolate.eval(code) == 2
        with pytest.raises(JSError, match="TypeError"):
            await isolate.eval("(() => { 'use strict'; Function.prototype.call = null })()")
