"""What a program printed before it was killed."""

from __future__ import annotations

import pytest

from atoll import CpuLimitExceeded, Isolate, Limits, MemoryLimitExceeded
from atoll.console import Console


async def test_what_an_endless_loop_printed_before_is_not_lost() -> None:
    seen: list[str] = []
    async with Isolate(limits=Limits(cpu_time=0.3)) as isolate:
        await isolate.install(Console(lambda entry: seen.append(entry.text)))
        with pytest.raises(CpuLimitExceeded):
            await isolate.eval("console.log('here'); for (;;);")
    assert seen == ["here"]


async def test_what_was_printed_before_memory_ran_out_is_not_lost() -> None:
    seen: list[str] = []
    async with Isolate() as isolate:
        await isolate.install(Console(lambda entry: seen.append(entry.text)))
        with pytest.raises(MemoryLimitExceeded):
            await isolate.eval("console.log('here'); new Array(2 ** 32 - 1).fill(0)")
    assert seen == ["here"]


@pytest.mark.parametrize("method", ["error", "assert"])
async def test_errors_are_told_at_once_whatever_was_printed_before(method: str) -> None:
    seen: list[str] = []
    async with Isolate(limits=Limits(cpu_time=0.3)) as isolate:
        await isolate.install(Console(lambda entry: seen.append(entry.text)))
        words = "false, 'last'" if method == "assert" else "'last'"
        with pytest.raises(CpuLimitExceeded):
            await isolate.eval(
                f"for (let i = 0; i < 10; i++) console.log(i);console.{method}({words}); for (;;);"
            )
    assert len(seen) == 11
    assert "last" in seen[-1]
