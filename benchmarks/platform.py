"""The web platform in the guest, and streams through it."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import atoll
from atoll import KiB, Limits, MiB
from atoll.crypto import Crypto
from atoll.encoding import Encoding
from atoll.sync import Isolate

from .measure import (
    Options,
    Row,
    at_least_speed,
    at_most,
    interleave,
    interleave_async,
    per_operation,
    seconds,
    speed,
)
from .raw import RawDeno

SOURCE: Final = Path(__file__).resolve().parent / "platform.js"
_KERNELS: Final = (
    "TextEncoder of 66 KB",
    "SHA-256 of 66 KB",
    "gzip of 66 KB",
    "URL, parsed and read",
)
_SIZE: Final = 60


def platform(options: Options) -> Iterator[Row]:
    """The same source in both: what Atoll puts in the way of the engine's own."""
    size = options.batch(_SIZE)
    source = SOURCE.read_text("utf-8")
    for number, title in enumerate(_KERNELS):
        with (
            RawDeno("kernels", size=size, script=SOURCE) as raw,
            Isolate(limits=Limits(memory=256 * MiB)) as isolate,
        ):
            isolate.install(Encoding())
            isolate.install(Crypto())
            isolate.eval(f"{source}\nglobalThis.kernel = kernels[{number}]; 0")
            kernels = [
                per_operation(1, functools.partial(isolate.call, "kernel", size)),
                per_operation(1, raw.kernel(number)),
            ]
            interleave(options.rounds(6), *kernels)
            ours, plain = interleave(options.rounds(30), *kernels)
        yield Row(title, seconds(ours), "plain Deno", seconds(plain), at_most(1.05, "plain"))


_THROUGH: Final = "s => s.pipeThrough(new TransformStream())"


def streams(options: Options) -> Iterator[Row]:
    """Bytes from an iterator of the host through a stream in the guest and back."""
    for size in (64 * KiB, 1 * MiB):
        yield asyncio.run(_through(options, size))


async def _through(options: Options, size: int) -> Row:
    total = (4 if options.quick else 128) * MiB
    chunk = b"x" * size
    loop = asyncio.get_running_loop()

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(total // size):
            yield chunk

    with RawDeno("bounce", size=size, pipe_size=256 * KiB) as raw:
        async with atoll.Isolate(limits=Limits(memory=256 * MiB)) as isolate:

            async def ours() -> float:
                start, seen = loop.time(), 0
                async with await isolate.eval(_THROUGH, chunks()) as stream:
                    async for part in stream:
                        seen += len(part)
                if seen != total:
                    raise RuntimeError(f"{seen} bytes came back of {total}")
                return loop.time() - start

            def bounce() -> None:
                for _ in range(total // size):
                    raw.bounce(chunk)

            bare = per_operation(1, bounce)
            await interleave_async(1, ours, bare)
            found, plain = await interleave_async(options.rounds(8), ours, bare)
    return Row(
        f"{total // MiB} MiB in chunks of {size // KiB} KiB, host → guest → host",
        speed(total, found),
        "bounced by bare Deno",
        speed(total, plain),
        at_least_speed(0.5, 0.8),
    )
