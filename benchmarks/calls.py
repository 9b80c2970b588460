"""The latency of calls, both ways, with the blocking driver."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any, Final

import atoll.sync

from . import peers
from .measure import (
    HAS_CLOCKS,
    Options,
    ProcessorTime,
    Row,
    at_most,
    interleave,
    one_core,
    per_operation,
    seconds,
    shared,
)
from .processes import process_id
from .raw import ROUND_TRIP, RawDeno

_BATCH: Final = 40
_RAW_BATCH: Final = 150
"""Rounds that are compared have to last equally long, some 1.5 ms: longer ones are interrupted more
often by whatever else runs."""
_EVAL: Final = 'eval("1+1")'
_CALL: Final = "synchronous host call"
_TARGETS: Final = {_EVAL: 4.0, _CALL: 2.5}
"""Multiples of the raw round trip."""
_GUEST: Final = """
globalThis.repeat = (n) => {
  for (let i = 0; i < n; i++) echo(i);
};
0"""


def blocking_calls(options: Options) -> Iterator[Row]:
    """On one core, which the targets are for, and as it comes; peers last, with their threads."""
    yield from _beside_raw(options, pin=True)
    yield from _beside_raw(options, pin=False)
    yield from _beside_pydeno(options)


def _echo(value: object) -> object:
    return value


@contextlib.contextmanager
def _isolate() -> Iterator[atoll.sync.Isolate]:
    with atoll.sync.Isolate() as isolate:
        isolate.define_function("echo", _echo)
        isolate.eval(_GUEST)
        yield isolate


def _beside_raw(options: Options, *, pin: bool) -> Iterator[Row]:
    batch, raw_batch = options.batch(_BATCH), options.batch(_RAW_BATCH)
    with one_core(pin), RawDeno("echo") as raw, _isolate() as isolate:
        measurements = [
            per_operation(raw_batch, raw.round_trip),
            per_operation(batch, lambda: isolate.eval("1+1")),
            shared(batch, lambda: isolate.call("repeat", batch)),
        ]
        interleave(options.rounds(30), *measurements)
        floor, *figures = map(seconds, interleave(options.rounds(250), *measurements))
        for (what, limit), figure in zip(_TARGETS.items(), figures, strict=True):
            title = f"{what}, blocking, {'one core' if pin else 'any core'}"
            target = at_most(limit, "raw") if pin else None
            yield Row(title, figure, ROUND_TRIP, floor, target)
        if pin and HAS_CLOCKS:
            floor_clock = ProcessorTime(raw.pid, raw_batch)
            clocks = [ProcessorTime(process_id(isolate), batch) for _ in measurements[1:]]
            values = interleave(
                options.rounds(250),
                floor_clock.of(measurements[0]),
                *(clock.of(each) for clock, each in zip(clocks, measurements[1:], strict=True)),
            )
            floor = seconds(values[0])
            for what, clock, times in zip(_TARGETS, clocks, values[1:], strict=True):
                note = f"{clock.note()}; raw: {floor_clock.note()}"
                title = f"  processor time of {what}, blocking"
                yield Row(title, seconds(times), ROUND_TRIP, floor, note=note)


def _beside_pydeno(options: Options) -> Iterator[Row]:
    package = peers.find("pydeno")
    if package is None:
        print("note: pydeno is not installed; its rows are left out")
        return
    batch, few = options.batch(_BATCH), options.batch(_BATCH) // 4 or 1
    with (
        one_core(),
        _isolate() as isolate,
        package.IsolatedRuntime(max_host_calls=None, max_host_wait=None) as peer,
    ):
        peer.bind_function("echo", _echo)
        peer.eval(_GUEST)
        for what, ours, theirs in (
            (_EVAL, _evals(isolate.eval, batch), _evals(peer.eval, few)),
            (
                _CALL,
                shared(batch, lambda: isolate.call("repeat", batch)),
                shared(few, lambda: peer.eval(f"repeat({few})")),
            ),
        ):
            interleave(options.rounds(10), ours, theirs)
            mine, other = map(seconds, interleave(options.rounds(80), ours, theirs))
            yield Row(f"{what}, blocking, one core", mine, "pydeno", other)


def _evals(evaluate: Callable[[str], Any], count: int) -> Callable[[], float]:
    return per_operation(count, lambda: evaluate("1+1"))
