"""The latency of calls, both ways."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final

import atoll
import atoll.sync

from . import peers
from .measure import (
    Options,
    Row,
    at_most,
    faster,
    interleave,
    interleave_async,
    one_core,
    per_operation,
    seconds,
    shared,
)
from .raw import RawDeno

IN_FLIGHT: Final = 1000
_BATCH: Final = 40
"""Operations in a round: 1 to 3 ms, so that most rounds fit into one slice of the scheduler."""
_RAW: Final = "blocking round trip of 60 bytes, bare Deno"
_ASYNC_RAW: Final = "the same, asynchronous read in Deno"
_SYNC_GUEST: Final = """
globalThis.repeat = (n) => {
  for (let i = 0; i < n; i++) echo(i);
};
0"""
_ASYNC_GUEST: Final = """
globalThis.repeat = async (n) => {
  for (let i = 0; i < n; i++) await echo(i);
};
globalThis.all = async (n) => {
  const calls = [];
  for (let i = 0; i < n; i++) calls.push(echo(i));
  await Promise.all(calls);
};
0"""
_EVAL: Final = 'eval("1+1")'
_ONE: Final = "asynchronous host call, one at a time"
_MANY: Final = f"asynchronous host call, {IN_FLIGHT} in flight"
_ASYNC_TARGETS: Final = {_EVAL: None, _ONE: 8.0, _MANY: 1.5}
"""Multiples of the raw round trip."""

_Timer = Callable[[], Awaitable[float]]


def _echo(value: object) -> object:
    return value


async def _async_echo(value: object) -> object:
    return value


def blocking_calls(options: Options) -> Iterator[Row]:
    """Pinned to one core, which the targets are for, and as it comes."""
    yield from _blocking_calls(options, pin=True)
    yield from _blocking_calls(options, pin=False)


def _blocking_calls(options: Options, *, pin: bool) -> Iterator[Row]:
    batch = options.batch(_BATCH)
    few = max(1, batch // 4)
    where = "one core" if pin else "any core"
    with contextlib.ExitStack() as stack:
        stack.enter_context(one_core(pin))
        raw = stack.enter_context(RawDeno("echo"))
        isolate = stack.enter_context(atoll.sync.Isolate())
        isolate.define_function("echo", _echo)
        isolate.eval(_SYNC_GUEST)
        measurements = [
            per_operation(batch, raw.round_trip),
            per_operation(batch, lambda: isolate.eval("1+1")),
            shared(batch, lambda: isolate.call("repeat", batch)),
        ]
        peer = _pydeno(stack)
        if peer is not None:
            measurements += [
                per_operation(few, lambda: peer.eval("1+1")),
                shared(few, lambda: peer.eval(f"repeat({few})")),
            ]
        interleave(options.rounds(30), *measurements)
        floor, evals, calls, *others = map(seconds, interleave(options.rounds(250), *measurements))
    rows = ((_EVAL, evals, 4), ("synchronous host call", calls, 2.5))
    for index, (what, figure, limit) in enumerate(rows):
        title = f"{what}, blocking, {where}"
        yield Row(title, figure, _RAW, floor, at_most(limit, what="x raw") if pin else None)
        if others:
            yield Row(title, figure, "pydeno", others[index])


def asyncio_calls(options: Options) -> Iterator[Row]:
    """Pinned to one core, which the targets are for, and as it comes; then on uvloop."""
    yield from asyncio.run(_asyncio_calls(options, pin=True, name="asyncio"))
    yield from asyncio.run(_asyncio_calls(options, pin=False, name="asyncio"))
    uvloop = peers.find("uvloop")
    if uvloop is not None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            yield from runner.run(_asyncio_calls(options, pin=True, name="uvloop"))


async def _asyncio_calls(options: Options, *, pin: bool, name: str) -> list[Row]:
    batch = options.batch(_BATCH)
    where = f"{name}, {'one core' if pin else 'any core'}"
    rows = []
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(one_core(pin))
        raw = per_operation(batch, stack.enter_context(RawDeno("echo")).round_trip)
        slow = per_operation(batch, stack.enter_context(RawDeno("asyncEcho")).round_trip)
        isolate = await stack.enter_async_context(atoll.Isolate())
        await isolate.define_async_function("echo", _async_echo)
        await isolate.eval(_ASYNC_GUEST)
        ours = _timers(batch, isolate.eval)
        peer = _jsrun(stack)
        theirs: dict[str, _Timer] = {}
        if peer is not None:
            await peer.eval_async(_ASYNC_GUEST)
            theirs = _timers(batch, peer.eval_async)
        for what, limit in _ASYNC_TARGETS.items():
            timers = [ours[what], *([theirs[what]] if theirs else [])]
            await interleave_async(options.rounds(20), *timers, raw, slow)
            rounds = 40 if what == _MANY else 150
            times = await interleave_async(options.rounds(rounds), *timers, raw, slow)
            figure, *others = map(seconds, times)
            judged = pin and name == "asyncio"
            target = at_most(limit, what="x raw") if judged and limit else None
            title = f"{what}, {where}"
            rows.append(Row(title, figure, _RAW, others[-2], target))
            if what == _EVAL:
                rows.append(Row(title, figure, _ASYNC_RAW, others[-1]))
            if theirs:
                target = faster() if judged and what == _ONE else None
                rows.append(Row(title, figure, "jsrun", others[0], target))
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


def _jsrun(stack: contextlib.AsyncExitStack) -> Any:
    package = peers.find("jsrun")
    if package is None:
        return None
    runtime = package.Runtime()
    stack.callback(runtime.close)
    runtime.bind_function("echo", _async_echo)
    return runtime


def _pydeno(stack: contextlib.ExitStack) -> Any:
    package = peers.find("pydeno")
    if package is None:
        return None
    runtime = stack.enter_context(package.IsolatedRuntime(max_host_calls=None, max_host_wait=None))
    runtime.bind_function("echo", _echo)
    runtime.eval(_SYNC_GUEST)
    return runtime
