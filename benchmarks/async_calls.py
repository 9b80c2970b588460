"""The latency of calls, both ways, with the asyncio driver."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Final

import atoll

from . import peers
from .measure import (
    HAS_CLOCKS,
    Options,
    ProcessorTime,
    Row,
    at_most,
    faster,
    interleave_async,
    one_core,
    per_operation,
    seconds,
)
from .processes import process_id
from .raw import ROUND_TRIP, RawDeno

IN_FLIGHT: Final = 1000
_BATCH: Final = 40
_EVAL: Final = 'eval("1+1")'
_ONE: Final = "asynchronous host call, one at a time"
_MANY: Final = f"asynchronous host call, {IN_FLIGHT} in flight"
_TARGETS: Final = {_EVAL: None, _ONE: 8.0, _MANY: 1.5}
"""Multiples of the raw round trip."""
_RAW_BATCHES: Final = {_EVAL: 300, _ONE: 300, _MANY: 1200}
"""So that compared rounds last about equally long; see `calls`."""
_GUEST: Final = """
globalThis.repeat = async (n) => {
  for (let i = 0; i < n; i++) await echo(i);
};
globalThis.all = async (n) => {
  const calls = [];
  for (let i = 0; i < n; i++) calls.push(echo(i));
  await Promise.all(calls);
};
0"""
_Timer = Callable[[], Awaitable[float]]


def asyncio_calls(options: Options) -> Iterator[Row]:
    """On one core, which the targets are for, and as it comes; on uvloop; peers last."""
    uvloop = peers.find("uvloop")
    yield from asyncio.run(_beside_raw(options, pin=True, name="asyncio"))
    yield from asyncio.run(_beside_raw(options, pin=False, name="asyncio"))
    if uvloop is not None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            yield from runner.run(_beside_raw(options, pin=True, name="uvloop"))
    yield from asyncio.run(_beside_jsrun(options, name="asyncio"))
    if uvloop is not None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            yield from runner.run(_beside_jsrun(options, name="uvloop"))


async def _echo(value: object) -> object:
    return value


@contextlib.asynccontextmanager
async def _isolate() -> AsyncIterator[atoll.Isolate]:
    async with atoll.Isolate() as isolate:
        await isolate.define_async_function("echo", _echo)
        await isolate.eval(_GUEST)
        yield isolate


async def _beside_raw(options: Options, *, pin: bool, name: str) -> list[Row]:
    rows = []
    judged = pin and name == "asyncio"
    batch = options.batch(_BATCH)
    with one_core(pin), RawDeno("echo") as raw_deno, RawDeno("asyncEcho") as slow_deno:
        async with _isolate() as isolate:
            timers = _timers(batch, isolate.eval)
            for what, limit in _TARGETS.items():
                raw_batch = options.batch(_RAW_BATCHES[what])
                raw = per_operation(raw_batch, raw_deno.round_trip)
                slow = per_operation(max(1, raw_batch // 3), slow_deno.round_trip)
                count = options.rounds(40 if what == _MANY else 150)
                await interleave_async(options.rounds(20), timers[what], raw, slow)
                values = await interleave_async(count, timers[what], raw, slow)
                ours, floor, slow_floor = map(seconds, values)
                title = f"{what}, {name}, {'one core' if pin else 'any core'}"
                target = at_most(limit, "raw") if judged and limit else None
                rows.append(Row(title, ours, ROUND_TRIP, floor, target))
                if what == _EVAL:
                    rows.append(Row(title, ours, "the same, read asynchronously", slow_floor))
                if judged and HAS_CLOCKS:
                    clock = ProcessorTime(
                        process_id(isolate), IN_FLIGHT if what == _MANY else batch
                    )
                    floor_clock = ProcessorTime(raw_deno.pid, raw_batch)
                    values = await interleave_async(
                        count, clock.of_async(timers[what]), floor_clock.of(raw)
                    )
                    note = f"{clock.note()}; raw: {floor_clock.note()}"
                    title = f"  processor time of {what}, {name}"
                    ours, floor = map(seconds, values)
                    rows.append(Row(title, ours, ROUND_TRIP, floor, note=note))
    return rows


async def _beside_jsrun(options: Options, *, name: str) -> list[Row]:
    package = peers.find("jsrun")
    if package is None:
        print("note: jsrun is not installed; its rows are left out")
        return []
    rows = []
    batch = options.batch(_BATCH)
    with one_core(), contextlib.closing(package.Runtime()) as peer:
        peer.bind_function("echo", _echo)
        await peer.eval_async(_GUEST)
        async with _isolate() as isolate:
            ours, theirs = _timers(batch, isolate.eval), _timers(batch, peer.eval_async)
            for what in _TARGETS:
                pair = ours[what], theirs[what]
                await interleave_async(options.rounds(10), *pair)
                count = options.rounds(30 if what == _MANY else 100)
                mine, other = map(seconds, await interleave_async(count, *pair))
                target = faster() if what == _ONE and name == "asyncio" else None
                rows.append(Row(f"{what}, {name}, one core", mine, "jsrun", other, target))
    return rows


def _timers(batch: int, evaluate: Callable[[str], Awaitable[Any]]) -> dict[str, _Timer]:
    """How each is measured, given something that evaluates code."""

    async def evals() -> None:
        for _ in range(batch):
            await evaluate("1+1")

    return {
        _EVAL: _timed(batch, evals),
        _ONE: _timed(batch, lambda: evaluate(f"repeat({batch})")),
        _MANY: _timed(IN_FLIGHT, lambda: evaluate(f"all({IN_FLIGHT})")),
    }


def _timed(count: int, run: Callable[[], Awaitable[Any]]) -> _Timer:
    async def measure() -> float:
        start = time.perf_counter()
        await run()
        return (time.perf_counter() - start) / count

    return measure
