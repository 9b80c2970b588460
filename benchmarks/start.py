"""Starting isolates, and what many of them cost."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import atoll
import atoll.sync
from atoll import MiB
from atoll.engine.process import spawner_pid

from . import peers
from .measure import (
    Figure,
    Options,
    Row,
    at_most,
    at_most_mib,
    faster,
    interleave,
    seconds,
)
from .processes import process_id
from .raw import RawDeno, deno_command, deno_environment

_PAGE = os.sysconf("SC_PAGE_SIZE")


def cold_start(options: Options) -> Iterator[Row]:
    """From nothing to the first result; the spawner runs already, as it does after the first."""
    rounds = options.rounds(20)
    with deno_environment() as environment:
        empty = Path(environment["HOME"]) / "empty.js"
        empty.touch()

        def bare() -> float:
            start = time.perf_counter()
            subprocess.run(deno_command(str(empty)), env=environment, check=True)
            return time.perf_counter() - start

        peer = peers.find("pydeno")
        measurements = [_blocking_start, _asyncio_start, bare, _bare_round_trip]
        if peer is not None:

            def pydeno() -> float:
                start = time.perf_counter()
                with peer.IsolatedRuntime() as runtime:
                    assert runtime.eval("1+1") == 2
                    return time.perf_counter() - start

            measurements.append(pydeno)
        interleave(1, *measurements)
        blocking, with_asyncio, bare_times, first, *others = interleave(rounds, *measurements)
    label = "bare deno run of an empty file"
    bare_figure = seconds(bare_times)
    bound = at_most(3, "bare")
    yield Row("cold start, blocking", seconds(blocking), label, bare_figure, bound)
    yield Row("cold start, asyncio", seconds(with_asyncio), label, bare_figure, bound)
    yield Row(
        "cold start, blocking", seconds(blocking), "bare Deno to a first round trip", seconds(first)
    )
    if others:
        yield Row(
            "cold start, blocking",
            seconds(blocking),
            "pydeno's worker",
            seconds(others[0]),
            faster(),
        )
    else:
        print("note: pydeno is not installed; its row is left out")


def _blocking_start() -> float:
    start = time.perf_counter()
    with atoll.sync.Isolate() as isolate:
        assert isolate.eval("1+1") == 2
        return time.perf_counter() - start


def _asyncio_start() -> float:
    async def run() -> float:
        start = time.perf_counter()
        async with atoll.Isolate() as isolate:
            assert await isolate.eval("1+1") == 2
            return time.perf_counter() - start

    return asyncio.run(run())


def _bare_round_trip() -> float:
    start = time.perf_counter()
    with RawDeno("echo") as raw:
        raw.round_trip()
        return time.perf_counter() - start


def memory(options: Options) -> Iterator[Row]:
    """Private memory of a process at rest, by two counts."""
    ours: list[tuple[float, float | None]] = []
    bare: list[tuple[float, float | None]] = []
    for _ in range(options.rounds(5)):
        with atoll.sync.Isolate() as isolate, RawDeno("echo") as raw:
            isolate.eval("1+1")
            raw.round_trip()
            time.sleep(0 if options.quick else 0.2)  # at rest: compiler threads have finished
            ours.append(_private(process_id(isolate)))
            bare.append(_private(raw.pid))
    for index, count in enumerate(("resident - shared", "Private_Dirty")):
        mine = [each[index] for each in ours]
        others = [each[index] for each in bare]
        if None in mine or None in others:
            continue  # the kernel shows it to root alone
        yield Row(
            f"private memory of an idle isolate, {count}",
            Figure("MiB", tuple(value or 0.0 for value in mine)),
            "idle bare Deno",
            Figure("MiB", tuple(value or 0.0 for value in others)),
            at_most_mib(16),
        )


def _private(pid: int) -> tuple[float, float | None]:
    """MiB: resident minus shared, and dirty private pages where they may be read."""
    words = Path(f"/proc/{pid}/statm").read_text().split()
    resident = (int(words[1]) - int(words[2])) * _PAGE / MiB
    return resident, _rollup(pid, "Private_Dirty:")


def _rollup(pid: int, field: str) -> float | None:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1]) * 1024 / MiB
    return None


def fleet(options: Options) -> Iterator[Row]:
    """Fresh isolates per second, and many alive at once."""
    count = 4 if options.quick else 24
    rates: dict[int, Figure] = {}
    for at_once in (1, 4):
        values = [asyncio.run(_turnover(count, at_once)) for _ in range(options.rounds(4))]
        rates[at_once] = Figure("/s", tuple(values))
    yield Row("fresh isolates (start, eval, dispose), one after the other", rates[1])
    yield Row("fresh isolates, four at a time", rates[4], "one after the other", rates[1])
    yield from asyncio.run(_many(4 if options.quick else 200))


async def _turnover(count: int, at_once: int) -> float:
    room = asyncio.Semaphore(at_once)

    async def one() -> None:
        async with room, atoll.Isolate() as isolate:
            assert await isolate.eval("1+1") == 2

    start = time.perf_counter()
    await asyncio.gather(*(one() for _ in range(count)))
    return count / (time.perf_counter() - start)


async def _many(count: int) -> list[Row]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < 6 * count + 100:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 6 * count + 100), hard))
    async with contextlib.AsyncExitStack() as stack:
        isolates = [atoll.Isolate() for _ in range(count)]
        room = asyncio.Semaphore(4)

        async def start(isolate: atoll.Isolate) -> None:
            async with room:
                await stack.enter_async_context(isolate)

        begin = time.perf_counter()
        await asyncio.gather(*map(start, isolates))
        started = time.perf_counter() - begin
        begin = time.perf_counter()
        answers = await asyncio.gather(*(isolate.eval("6*7") for isolate in isolates))
        answered = time.perf_counter() - begin
        assert answers == [42] * count
        private = [_private(process_id(isolate))[0] for isolate in isolates]
        shares = [_rollup(process_id(isolate), "Pss:") for isolate in isolates]
        spawner = spawner_pid()
        assert spawner is not None
        others = [_rollup(os.getpid(), "Pss:"), _rollup(spawner, "Pss:")]
    total = sum(private)
    rows = [
        Row(f"{count} isolates: all started", seconds([started])),
        Row(f"{count} isolates: all have answered one eval", seconds([answered])),
        Row(
            f"{count} isolates: private memory of all",
            Figure("MiB", (total,)),
            target=at_most_mib(3.5 * 1024 * count / 200),
            note=f"{total / count:.1f} MiB each",
        ),
    ]
    if None not in (*shares, *others):
        # Each page counts for the processes that have it, in equal parts: shared ones once in all.
        everything = sum(size or 0.0 for size in (*shares, *others))
        rows.append(
            Row(
                f"{count} isolates: memory of all, the spawner and the host (Pss)",
                Figure("MiB", (everything,)),
                target=at_most_mib(3.5 * 1024),
                note=f"{sum(share or 0.0 for share in shares) / count:.1f} MiB each",
            )
        )
    return rows
