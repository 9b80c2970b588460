"""Rounds, figures and rows: what every benchmark is made of."""

from __future__ import annotations

import contextlib
import gc
import os
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from atoll.engine.process import spawner_pid

Measurement = Callable[[], float]
"""Measures one round and returns the cost of one operation."""

HAS_CLOCKS: Final = sys.platform == "linux"
"""Whether the processor time of another process can be read."""
_FORMATS: Final = {
    "s": ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns")),
    "GB/s": ((1.0, "GB/s"),),
    "MiB": ((1.0, "MiB"),),
    "/s": ((1.0, "/s"),),
}


@dataclass(frozen=True)
class Options:
    """How much to measure. `quick` is for tests: every path once, no figure worth reading."""

    quick: bool = False

    def rounds(self, count: int) -> int:
        return 2 if self.quick else count

    def batch(self, count: int) -> int:
        """Operations in one round."""
        return max(1, count // 50) if self.quick else count


@dataclass(frozen=True)
class Figure:
    """What the rounds gave, in `unit`, in the order they were taken."""

    unit: str
    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def best(self) -> float:
        return (max if self.unit.endswith("/s") else min)(self.values)

    def text(self, value: float) -> str:
        scale, name = next(
            ((scale, name) for scale, name in _FORMATS[self.unit] if value >= scale),
            _FORMATS[self.unit][-1],
        )
        number = value / scale
        return f"{number:.0f} {name}" if number >= 100 else f"{number:.3g} {name}"


@dataclass(frozen=True)
class Target:
    """What a row should reach; each bound that is given has to hold.

    Attributes:
        text: as the table shows it.
        ratio: the ratio is at most that.
        mib: the figure is at most that.
        time: the figure is at most that, in seconds.
        times: the ratio is at least that.
        speed: the figure is at least that, in GB/s, or the ratio is at least `share` where the raw
            limit itself is slower.
    """

    text: str
    ratio: float | None = None
    mib: float | None = None
    time: float | None = None
    times: float | None = None
    speed: float | None = None
    share: float = 1.0

    def holds(self, row: Row) -> bool:
        if self.mib is not None and row.figure.median > self.mib:
            return False
        if self.time is not None and row.figure.median > self.time:
            return False
        if row.ratio is None or row.other is None:
            return self.ratio is None and self.speed is None and self.times is None
        if self.times is not None and row.ratio < self.times:
            return False
        if self.ratio is not None and row.ratio > self.ratio:
            return False
        if self.speed is None or row.figure.median >= self.speed:
            return True
        return row.other.median < self.speed and row.ratio >= self.share


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        benchmark: the name for ``--only``; filled in by the runner.
        what: what was measured, and where.
        figure: Atoll's.
        beside: what it is compared with, if anything.
        other: that thing's figure.
        target: what it should reach, for the rows that have a target.
        note: what a reader has to know besides.
    """

    what: str
    figure: Figure
    beside: str = ""
    other: Figure | None = None
    target: Target | None = None
    note: str = ""
    benchmark: str = ""

    @property
    def ratio(self) -> float | None:
        """Atoll's cost (or speed, for speeds) as a multiple of the other's: by rounds, median."""
        if self.other is None:
            return None
        pairs = zip(self.figure.values, self.other.values, strict=False)
        return statistics.median(ours / theirs for ours, theirs in pairs)

    @property
    def ratio_of_bests(self) -> float | None:
        """The same from the best round of each: what the ratio is when nobody else disturbs."""
        return None if self.other is None else self.figure.best / self.other.best

    @property
    def met(self) -> bool | None:
        return None if self.target is None else self.target.holds(self)

    def as_json(self) -> dict[str, Any]:
        def figure(figure: Figure | None) -> dict[str, Any] | None:
            if figure is None:
                return None
            return {
                "unit": figure.unit,
                "median": figure.median,
                "best": figure.best,
                "rounds": len(figure.values),
            }

        return {
            "benchmark": self.benchmark,
            "what": self.what,
            "atoll": figure(self.figure),
            "beside": self.beside,
            "other": figure(self.other),
            "ratio": self.ratio,
            "ratio_of_bests": self.ratio_of_bests,
            "target": self.target.text if self.target else None,
            "met": self.met,
            "note": self.note,
        }


def at_most(limit: float, of: str) -> Target:
    """The ratio is at most `limit`."""
    return Target(f"≤ {limit:g} x {of}", ratio=limit)


def faster() -> Target:
    """Atoll is cheaper than what it is beside."""
    return Target("< 1 x", ratio=1.0)


def at_most_mib(limit: float) -> Target:
    """The figure is at most `limit` MiB."""
    return Target(f"≤ {limit:g} MiB", mib=limit)


def at_most_seconds(limit: float) -> Target:
    """The figure is at most `limit` seconds."""
    return Target(f"≤ {limit * 1e3:g} ms", time=limit)


def at_least_times(factor: float, of: str) -> Target:
    """The ratio, of two speeds, is at least `factor`."""
    return Target(f"≥ {factor:g} x {of}", times=factor)


def at_least_speed(speed: float, share: float) -> Target:
    """At least `speed` GB/s, or `share` of the raw limit where that is slower than `speed`."""
    return Target(f"≥ {speed:g} GB/s *", speed=speed, share=share)


def interleave(rounds: int, *measurements: Measurement) -> list[tuple[float, ...]]:
    """Take rounds of each in turn, in an order that alternates; one tuple of values for each."""
    values: list[list[float]] = [[] for _ in measurements]
    order = list(range(len(measurements)))
    gc.collect()
    for _ in range(rounds):
        for index in order:
            values[index].append(measurements[index]())
        order.reverse()
    return [tuple(each) for each in values]


async def interleave_async(
    rounds: int, *measurements: Callable[[], Awaitable[float] | float]
) -> list[tuple[float, ...]]:
    """`interleave` for measurements of which some are coroutine functions."""
    values: list[list[float]] = [[] for _ in measurements]
    order = list(range(len(measurements)))
    gc.collect()
    for _ in range(rounds):
        for index in order:
            value = measurements[index]()
            values[index].append(value if isinstance(value, float) else await value)
        order.reverse()
    return [tuple(each) for each in values]


def per_operation(count: int, operation: Callable[[], object]) -> Measurement:
    """Time `count` operations in a row."""

    def measure() -> float:
        clock = time.perf_counter
        start = clock()
        for _ in range(count):
            operation()
        return (clock() - start) / count

    return measure


def shared(count: int, operation: Callable[[], object]) -> Measurement:
    """Time one call that does `count` operations."""

    def measure() -> float:
        start = time.perf_counter()
        operation()
        return (time.perf_counter() - start) / count

    return measure


class ProcessorTime:
    """Processor time of this process and of another one, for each operation.

    What else the machine does changes it little, so it tells best where the time goes.
    """

    def __init__(self, pid: int, count: int) -> None:
        self._clock = (~pid << 3) | 2  # the kernel's number for that process's clock
        self._count = count
        self._begin = (0.0, 0.0)
        self.here: list[float] = []
        self.there: list[float] = []

    def start(self) -> None:
        self._begin = (time.process_time(), time.clock_gettime(self._clock))

    def stop(self) -> float:
        here, there = time.process_time(), time.clock_gettime(self._clock)
        self.here.append((here - self._begin[0]) / self._count)
        self.there.append((there - self._begin[1]) / self._count)
        return self.here[-1] + self.there[-1]

    def of(self, operation: Callable[[], object]) -> Measurement:
        """Measure one call that does `count` operations."""

        def measure() -> float:
            self.start()
            operation()
            return self.stop()

        return measure

    def of_async(
        self, operation: Callable[[], Awaitable[object]]
    ) -> Callable[[], Awaitable[float]]:
        async def measure() -> float:
            self.start()
            await operation()
            return self.stop()

        return measure

    def note(self) -> str:
        here, there = map(statistics.median, (self.here, self.there))
        return f"host {here * 1e6:.1f} µs, guest {there * 1e6:.1f} µs"


def seconds(values: Sequence[float]) -> Figure:
    return Figure("s", tuple(values))


def speed(size: int, times: Sequence[float]) -> Figure:
    """GB/s (10⁹ bytes) from seconds for `size` bytes."""
    return Figure("GB/s", tuple(size / time / 1e9 for time in times))


@contextlib.contextmanager
def one_core(pin: bool = True) -> Iterator[None]:
    """Keep this process, and whatever it starts meanwhile, on one core.

    Waking a process on an idle core of a virtual machine costs tens of microseconds, which would
    hide everything else in a round trip, and varies with what the hypervisor does.
    """
    if not pin or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    _move({_quietest(before)})
    try:
        yield
    finally:
        _move(before)


def _quietest(cores: set[int]) -> int:
    """The core that others use least, so far as a look of 0.2 s tells."""

    def idle() -> dict[int, int]:
        lines = Path("/proc/stat").read_text().splitlines()
        words = (line.split() for line in lines if line.startswith("cpu") and line[3] != " ")
        return {int(word[0][3:]): int(word[4]) for word in words}

    before = idle()
    time.sleep(0.2)
    after = idle()
    return max(sorted(cores), key=lambda core: after.get(core, 0) - before.get(core, 0))


def _move(cores: set[int]) -> None:
    os.sched_setaffinity(0, cores)
    spawner = spawner_pid()
    if spawner is not None:
        os.sched_setaffinity(spawner, cores)
