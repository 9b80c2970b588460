"""Runtimes, pools, fresh isolates for as long as it takes, and threads."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import atoll
import atoll.sync
from atoll import MiB
from atoll.engine.process import spawner_pid
from atoll.observe import Observer

from . import isolated_vm, peers
from .measure import (
    Figure,
    Options,
    Row,
    at_least_times,
    at_most_mib,
    at_most_seconds,
    interleave,
    seconds,
    shared,
)

_AT_ONCE: Final = 4
_THREADS: Final = 8
_KERNEL: Final = (
    "(() => { let h = 0; for (let i = 0; i < 6e5; i++) h = (h * 31 + i) | 0; return h })()"
)
"""About a millisecond of JavaScript."""


def runtimes(options: Options) -> Iterator[Row]:
    """What the APIs of a default runtime add to the start of an isolate."""

    def start(kind: Callable[[], Any]) -> Callable[[], float]:
        def measure() -> float:
            begin = time.perf_counter()
            with kind() as isolate:
                assert isolate.eval("1+1") == 2
                return time.perf_counter() - begin

        return measure

    measurements = start(atoll.sync.Runtime), start(atoll.sync.Isolate)
    interleave(1, *measurements)
    runtime, isolate = interleave(options.rounds(20), *measurements)
    yield Row("cold start of a default Runtime", seconds(runtime), "Isolate", seconds(isolate))


def observers(options: Options) -> Iterator[Row]:
    """What being watched costs a call."""
    count = options.batch(400)
    with (
        atoll.sync.Isolate() as plain,
        atoll.sync.Isolate(observer=Observer()) as observed,
    ):
        for isolate in (plain, observed):
            isolate.define_function("add", lambda a, b: a + b)
            isolate.eval(f"run = () => {{ for (let i = 0; i < {count}; i++) add(i, 1) }}")
        calls = interleave(
            options.rounds(15),
            shared(count, lambda: observed.call("run")),
            shared(count, lambda: plain.call("run")),
        )
    yield Row(
        "synchronous host call with an observer", seconds(calls[0]), "without", seconds(calls[1])
    )


def pool(options: Options) -> Iterator[Row]:
    """From asking a pool for a runtime to the first result."""
    count = options.rounds(25)
    target = at_most_seconds(1e-3)
    yield Row(
        "warm checkout to first result, asyncio", asyncio.run(_checkouts(count)), target=target
    )
    with atoll.sync.Pool(size=2) as blocking:
        figure = _blocking_checkouts(blocking, lambda: blocking.metrics().idle == 2, count)
    peer = peers.find("pydeno")
    other = None
    if peer is not None:
        with peer.SandboxPool(size=2) as theirs:
            theirs.wait_ready()
            other = _blocking_checkouts(theirs, theirs.wait_ready, max(2, count // 5))
    beside = "" if other is None else "pydeno's SandboxPool"
    yield Row("warm checkout to first result, blocking", figure, beside, other, target)


async def _checkouts(count: int) -> Figure:
    values = []
    async with atoll.Pool(size=2) as pool:
        for _ in range(count):
            while pool.metrics().idle < 2:
                await asyncio.sleep(0.01)
            begin = time.perf_counter()
            async with pool.checkout() as rt:
                assert await rt.eval("1+1") == 2
                values.append(time.perf_counter() - begin)
    return seconds(values)


def _blocking_checkouts(pool: Any, is_warm: Callable[[], Any], count: int) -> Figure:
    values = []
    for _ in range(count):
        while is_warm() is False:
            time.sleep(0.01)
        begin = time.perf_counter()
        with pool.checkout() as rt:
            assert rt.eval("1+1") == 2
            values.append(time.perf_counter() - begin)
    return seconds(values)


def turnover(options: Options) -> Iterator[Row]:
    """Fresh isolates, each used once, as fast as they can be had."""
    count = 8 if options.quick else 60
    rounds = options.rounds(3)

    def with_pool() -> float:
        with atoll.sync.Pool(atoll.sync.Isolate, size=_AT_ONCE, limit=4 * _AT_ONCE) as pool:

            def use(_: int) -> None:
                with pool.checkout(timeout=None) as isolate:
                    assert isolate.eval("1+1") == 2

            return _rate(use, count)

    ours = tuple(with_pool() for _ in range(rounds))
    figure = Figure("/s", ours)
    compared = False
    for name, label, make in _PEERS:
        peer = peers.find(name)
        if peer is None:
            continue
        few = max(_AT_ONCE, count // 4)
        fresh = make(peer)
        values = tuple(_rate(fresh, few) for _ in range(rounds))
        target = at_least_times(4, "pydeno's") if name == "pydeno" else None
        compared = True
        yield Row("fresh isolates, each used once", figure, label, Figure("/s", values), target)
    try:
        node = isolated_vm.find(install=not options.quick)
        values = tuple(isolated_vm.rate(node, count, _AT_ONCE) for _ in range(rounds))
    except isolated_vm.Unavailable as reason:
        print(f"note: {reason}")
    else:
        compared = True
        label = "isolated-vm in Node.js, in process"
        yield Row("fresh isolates, each used once", figure, label, Figure("/s", values))
    if not compared:
        yield Row("fresh isolates, each used once", figure)


def _rate(use: Callable[[int], None], count: int) -> float:
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        begin = time.perf_counter()
        for _ in threads.map(use, range(count)):
            pass
        return count / (time.perf_counter() - begin)


def _pydeno(peer: Any) -> Callable[[int], None]:
    def fresh(_: int) -> None:
        with peer.IsolatedRuntime() as runtime:
            assert runtime.eval("1+1") == 2

    return fresh


def _jsrun(peer: Any) -> Callable[[int], None]:
    def fresh(_: int) -> None:
        with peer.Runtime() as runtime:
            assert runtime.eval("1+1") == 2

    return fresh


def _mini_racer(peer: Any) -> Callable[[int], None]:
    def fresh(_: int) -> None:
        with peer.MiniRacer() as context:
            assert context.eval("1+1") == 2

    return fresh


def _stpyv8(peer: Any) -> Callable[[int], None]:
    def fresh(_: int) -> None:
        with peer.JSIsolate(), peer.JSContext() as context:
            assert context.eval("1+1") == 2

    return fresh


_PEERS: Final = (
    ("pydeno", "pydeno's workers", _pydeno),
    ("jsrun", "jsrun, in process", _jsrun),
    ("py_mini_racer", "mini-racer, in process", _mini_racer),
    ("STPyV8", "STPyV8, in process", _stpyv8),
)


def threads(options: Options) -> Iterator[Row]:
    """Blocking `eval` from many threads, each with an isolate, beside one thread."""
    for what, code, batch in (
        ("1+1", "1+1", options.batch(2000)),
        ("1 ms of JavaScript", _KERNEL, options.batch(200)),
    ):
        with contextlib.ExitStack() as stack:
            isolates = [stack.enter_context(atoll.sync.Isolate()) for _ in range(_THREADS)]

            def many(isolates: Any = isolates, code: str = code, batch: int = batch) -> float:
                return _together(isolates, code, batch)

            def one(isolates: Any = isolates, code: str = code, batch: int = batch) -> float:
                return _together(isolates[:1], code, batch)

            rounds = interleave(options.rounds(5), many, one)
        yield Row(
            f"blocking eval of {what}, {_THREADS} threads on {os.cpu_count()} cores",
            Figure("/s", rounds[0]),
            "one thread",
            Figure("/s", rounds[1]),
        )


def _together(isolates: list[atoll.sync.Isolate], code: str, batch: int) -> float:
    each = max(1, batch // len(isolates))
    ready = threading.Barrier(len(isolates) + 1)

    def run(isolate: atoll.sync.Isolate) -> None:
        ready.wait()
        for _ in range(each):
            isolate.eval(code)

    workers = [threading.Thread(target=run, args=(isolate,)) for isolate in isolates]
    for worker in workers:
        worker.start()
    ready.wait()
    begin = time.perf_counter()
    for worker in workers:
        worker.join()
    return each * len(isolates) / (time.perf_counter() - begin)


def soak(options: Options) -> Iterator[Row]:
    """A day's work in minutes: what is left of it in the host."""
    evals, isolates = (2000, 24) if options.quick else (100_000, 5000)
    with atoll.sync.Isolate() as isolate:
        isolate.define_function("add", lambda a, b: a + b)
        for _ in range(evals // 10):
            isolate.eval("add(1, 2)")
        size = _resident()
        begin = time.perf_counter()
        for _ in range(evals):
            isolate.eval("add(1, 2)")
        took = time.perf_counter() - begin
        size = _resident() - size
    yield Row(f"{evals} evals with a host call each", seconds([took]))
    yield Row("host memory after those", _mib(size), target=at_most_mib(2))
    _use_up(isolates // 10)
    left = _left()
    before = _resident(), _resident(spawner_pid())
    begin = time.perf_counter()
    late = _use_up(isolates)
    took = time.perf_counter() - begin
    grown = _resident() - before[0], _resident(spawner_pid()) - before[1]
    now = _left()
    things = "; ".join(f"{name}: {left[name]} before, {now[name]} after" for name in now)
    yield Row(f"{isolates} isolates out of a pool, one eval each", seconds([took]), note=things)
    note = f"in the second half {late[0]:+.2f} MiB, and {late[1]:+.0f} blocks of Python's objects"
    yield Row("host memory after those", _mib(grown[0]), target=at_most_mib(4), note=note)
    yield Row("the spawner's memory after those", _mib(grown[1]), target=at_most_mib(1))
    if now != left:
        raise AssertionError(f"something is left: {things}")


def _mib(value: float) -> Figure:
    return Figure("MiB", (max(0.001, value),))


def _use_up(count: int) -> tuple[float, float]:
    """Use up fresh isolates; returns by how many MiB and blocks the host grew in the second half.

    What leaks is in the blocks; what the allocator keeps, without using it, only in the MiB.
    """
    with (
        atoll.sync.Pool(atoll.sync.Isolate, size=_AT_ONCE, limit=4 * _AT_ONCE) as pool,
        ThreadPoolExecutor(_AT_ONCE) as threads,
    ):

        def use_some(some: int) -> None:
            # Not a future for each: thousands of them take more memory than is looked for here.
            for _ in range(some):
                with pool.checkout(timeout=None) as isolate:
                    assert isolate.eval("1+1") == 2

        sizes = []
        for _ in range(2):
            for _ in threads.map(use_some, [count // 2 // _AT_ONCE] * _AT_ONCE):
                pass
            sizes.append((_resident(), sys.getallocatedblocks()))
    return sizes[1][0] - sizes[0][0], sizes[1][1] - sizes[0][1]


def _resident(pid: int | str | None = "self") -> float:
    """MiB of a process, by default this one."""
    gc.collect()
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MiB


def _left() -> dict[str, int]:
    """What this process has open, and what the spawner has running."""
    spawner = spawner_pid()
    children = Path(f"/proc/{spawner}/task/{spawner}/children")
    deadline = time.monotonic() + 5
    while children.read_text() and time.monotonic() < deadline:
        time.sleep(0.01)  # the last ones are being reaped
    return {
        "descriptors": len(os.listdir("/proc/self/fd")),
        "descriptors of the spawner": len(os.listdir(f"/proc/{spawner}/fd")),
        "threads": threading.active_count(),
        "isolates": len(children.read_text().split()),
    }
