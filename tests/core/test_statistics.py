"""What an isolate says that it has used."""

from __future__ import annotations

import asyncio

from atoll import Isolate, Limits, MiB, sync


async def test_usage_answers_while_the_guest_computes() -> None:
    async with Isolate(limits=Limits(call_time=None)) as isolate:
        computing = asyncio.create_task(
            isolate.eval("const kept = new Uint8Array(40 << 20).fill(1); for (;;);")
        )
        usage = isolate.usage
        while usage.cpu_time < 0.3 or usage.memory < 40 * MiB:
            await asyncio.sleep(0.01)
            usage = isolate.usage
        assert usage.wall_time > 0
        assert usage.bytes_out > 0
        computing.cancel()
        await asyncio.gather(computing, return_exceptions=True)


def test_statistics_are_usage_and_what_the_guest_knows() -> None:
    with sync.Isolate() as isolate:
        isolate.define_function("f", lambda: None)
        isolate.eval("f(); f()")
        statistics, usage = isolate.statistics(), isolate.usage
        assert statistics.calls == usage.calls == 2
        assert statistics.heap_used > 0
        assert usage.bytes_in > 0
    assert isolate.usage.memory == 0
