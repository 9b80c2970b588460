"""Large binary values, in and out of an isolate."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from statistics import median
from typing import Final

import atoll
import atoll.sync
from atoll import Limits, MiB

from .measure import (
    Options,
    Row,
    at_least_speed,
    interleave,
    interleave_async,
    per_operation,
    speed,
)
from .raw import RawDeno

_BIG_PIPE: Final = 1 * MiB
_LIMITS: Final = Limits(memory=512 * MiB, message=256 * MiB)
_GUEST: Final = """
globalThis.take = (bytes) => bytes.length;
globalThis.give = () => stock;
globalThis.stock = new Uint8Array(SIZE).fill(120);
0"""


def transfer(options: Options) -> Iterator[Row]:
    """64 MiB at a time. The raw limit is the better of the usual pipe and one of 1 MiB."""
    size = (1 if options.quick else 64) * MiB
    rounds = options.rounds(16)
    data = b"x" * size
    guest = _GUEST.replace("SIZE", str(size))
    target = at_least_speed(1.0, 0.8)
    with (
        RawDeno("receive", size=size) as to_usual,
        RawDeno("receive", size=size, pipe_size=_BIG_PIPE) as to_big,
        RawDeno("send", size=size) as from_usual,
        RawDeno("send", size=size, pipe_size=_BIG_PIPE) as from_big,
        atoll.sync.Isolate(limits=_LIMITS) as isolate,
    ):
        isolate.eval(guest)
        directions: tuple[tuple[str, str, tuple[Callable[[], object], ...]], ...] = (
            (
                "in",
                "to bare Deno",
                (
                    lambda: isolate.call("take", data),
                    lambda: to_usual.send(data),
                    lambda: to_big.send(data),
                ),
            ),
            (
                "out",
                "from bare Deno",
                (lambda: isolate.call("give"), from_usual.receive, from_big.receive),
            ),
        )
        for direction, label, operations in directions:
            measurements = [per_operation(1, operation) for operation in operations]
            interleave(2, *measurements)
            ours, usual, big = interleave(rounds, *measurements)
            best, name = big, "1 MiB pipe"
            if median(usual) < median(big):
                best, name = usual, "64 KiB pipe"
            figure, raw = speed(size, ours), speed(size, best)
            note = (
                f"raw: {raw.text(speed(size, big).median)} with a pipe of 1 MiB, "
                f"{raw.text(speed(size, usual).median)} with one of 64 KiB"
            )
            yield Row(
                f"{size // MiB} MiB {direction}, blocking",
                figure,
                f"{label}, {name}",
                raw,
                target,
                note,
            )
            (ours_async, raw_async) = asyncio.run(
                _asyncio(rounds, guest, direction, data, measurements[2 if best is big else 1])
            )
            yield Row(
                f"{size // MiB} MiB {direction}, asyncio",
                speed(size, ours_async),
                f"{label}, {name}",
                speed(size, raw_async),
                target,
            )


async def _asyncio(
    rounds: int, guest: str, direction: str, data: bytes, raw: Callable[[], float]
) -> list[tuple[float, ...]]:
    loop = asyncio.get_running_loop()
    async with atoll.Isolate(limits=_LIMITS) as isolate:
        await isolate.eval(guest)
        arguments = ("take", data) if direction == "in" else ("give",)

        async def ours() -> float:
            start = loop.time()
            await isolate.call(*arguments)
            return loop.time() - start

        await interleave_async(2, ours, raw)
        return await interleave_async(rounds, ours, raw)
