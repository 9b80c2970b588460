"""Every benchmark by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Final

from . import (
    async_calls,
    bodies,
    calls,
    codec,
    console,
    files,
    kernels,
    modules,
    platform,
    playground,
    pools,
    serving,
    start,
    testing,
    transfer,
    typescript,
)
from .measure import Options, Row

BENCHMARKS: Final[dict[str, Callable[[Options], Iterator[Row]]]] = {
    "start": start.cold_start,
    "calls": calls.blocking_calls,
    "async-calls": async_calls.asyncio_calls,
    "transfer": transfer.transfer,
    "memory": start.memory,
    "compute": kernels.compute,
    "platform": platform.platform,
    "streams": platform.streams,
    "codec": codec.codec,
    "console": console.console,
    "files": files.files,
    "modules": modules.modules,
    "serving": serving.serving,
    "bodies": bodies.bodies,
    "fleet": start.fleet,
    "testing": testing.testing,
    "playground": playground.playground,
    "typescript": typescript.typescript,
    "runtimes": pools.runtimes,
    "observers": pools.observers,
    "pool": pools.pool,
    "threads": pools.threads,
    "turnover": pools.turnover,
    "soak": pools.soak,
}


def measure(name: str, options: Options) -> list[Row]:
    return [dataclasses.replace(row, benchmark=name) for row in BENCHMARKS[name](options)]
