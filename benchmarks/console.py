"""Entries of a console, from the guest's call to the owner's callback."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from typing import Any, Final, Literal

import atoll
import atoll.sync
from atoll.console import Console

from .measure import (
    Figure,
    Measurement,
    Options,
    Row,
    Target,
    interleave,
    interleave_async,
    shared,
)
from .raw import RawDeno

_ENTRY: Final = """console.log({ id: 12345, name: "small" })"""
_GUEST: Final = f"globalThis.log = (n) => {{ for (let i = 0; i < n; i++) {_ENTRY} }}; 0"
_READY: Final = '{ id: 12345, name: "small" }'
_FRAME: Final = 16 + len('["log",null,""]') + len(_READY) + 2
"""Bytes that an entry takes on the pipe."""
_POST: Final = f"""
export default (atoll, options) => {{
  const post = (n) => {{
    for (let i = 0; i < n; i++) atoll.post(options.take, 'log', null, {_READY!r});
  }};
  atoll.defineGlobal("post", {{ value: post }});
}}
"""
_TARGET: Final = Target("≥ 100 000/s *", speed=100_000)
_RAW: Final = "its bytes from bare Deno"


class _Posts:
    """Text that is ready, by way of a host function: an entry without the console."""

    guest_source = _POST

    def __init__(self, take: Callable[..., None]) -> None:
        self._take = take

    def options(self) -> dict[str, Any]:
        return {"take": self._take}

    def installed(self) -> None:
        return None


def console(options: Options) -> Iterator[Row]:
    """Entries of a small object in a second, beside the same bytes on a bare pipe."""
    count = options.batch(20_000)
    rounds = options.rounds(20)
    for values in ("text", "marshal"):
        yield from _blocking(count, rounds, values)
        yield from asyncio.run(_asynchronous(count, rounds, values))


def _blocking(count: int, rounds: int, values: Literal["text", "marshal"]) -> Iterator[Row]:
    with contextlib.ExitStack() as stack:
        raw = _raw(stack, count)
        isolate = stack.enter_context(atoll.sync.Isolate())
        isolate.install(_console(values))
        isolate.install(_Posts(_ignore))
        isolate.eval(_GUEST)
        measurements = (
            shared(count, lambda: isolate.call("log", count)),
            shared(count, lambda: isolate.call("post", count)),
            raw,
        )
        interleave(2, *measurements)
        ours, posts, pipe = map(_rate, interleave(rounds, *measurements))
    yield Row(f"console.log, {values}, blocking", ours, _RAW, pipe, _TARGET)
    yield Row(f"console.log, {values}, blocking", ours, "the text by a host function", posts)


async def _asynchronous(count: int, rounds: int, values: Literal["text", "marshal"]) -> list[Row]:
    async with contextlib.AsyncExitStack() as stack:
        raw = _raw(stack, count)
        isolate = await stack.enter_async_context(atoll.Isolate())
        await isolate.install(_console(values))
        await isolate.eval(_GUEST)

        async def measure() -> float:
            clock = asyncio.get_running_loop().time
            start = clock()
            await isolate.call("log", count)
            return (clock() - start) / count

        await interleave_async(2, measure, raw)
        ours, pipe = map(_rate, await interleave_async(rounds, measure, raw))
    return [Row(f"console.log, {values}, asyncio", ours, _RAW, pipe, _TARGET)]


def _console(values: Literal["text", "marshal"]) -> Console:
    return Console(_ignore, values=values, max_entries=None, max_bytes=None)


def _raw(stack: contextlib.ExitStack | contextlib.AsyncExitStack, count: int) -> Measurement:
    return shared(count, stack.enter_context(RawDeno("send", size=count * _FRAME)).receive)


def _ignore(*_: object) -> None:
    pass


def _rate(times: tuple[float, ...]) -> Figure:
    return Figure("/s", tuple(1 / time for time in times))
