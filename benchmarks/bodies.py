"""Long bodies through a guest: from the host, and from a server over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final

import aiohttp

import atoll
from atoll import GiB, MiB
from atoll.fetch import Fetch, Request, Response
from atoll.network import Network

from .measure import Figure, Options, Row, at_least_speed, at_most_mib, interleave_async, speed
from .processes import peak_memory, running
from .raw import deno_command

_SCRIPT: Final = Path(__file__).with_suffix(".js")
_CHUNK: Final = 256 * 1024
_Through = Callable[[str, str, int], Awaitable[float]]
_HANDLER: Final = """
serve(async (request) => {
  const { pathname, searchParams } = new URL(request.url);
  const response = await fetch(searchParams.get("from"));
  if (pathname === "/untouched") return response;
  return new Response(response.body.pipeThrough(new TransformStream()));
})
"""


def bodies(options: Options) -> Iterator[Row]:
    """A body to the host that the guest passes on untouched, or through a stream of its own."""
    yield from asyncio.run(_of_the_host(options))
    yield from asyncio.run(_of_a_server(options))


async def _of_the_host(options: Options) -> list[Row]:
    size = (8 if options.quick else 256) * MiB
    chunk = bytes(_CHUNK)

    async def big() -> AsyncIterator[bytes]:
        for _ in range(size // len(chunk)):
            yield chunk

    async with _proxy(Fetch(lambda request: Response(big()))) as through:
        piped, raw = await interleave_async(
            options.rounds(5),
            lambda: through("/piped", "https://other.example/", size),
            lambda: _drain(big(), size),
        )
    return [
        Row(
            "a body of the host, piped through the guest",
            speed(size, piped),
            "the same iterator, read directly",
            speed(size, raw),
        )
    ]


async def _of_a_server(options: Options) -> list[Row]:
    """A response of another process over HTTP: read, passed on by Atoll, by plain Deno."""
    size = 8 * MiB if options.quick else GiB
    rounds = options.rounds(4)
    with contextlib.ExitStack() as stack:
        server = f"http://127.0.0.1:{stack.enter_context(_deno('upstream'))}"
        other = f"http://127.0.0.1:{stack.enter_context(_deno('proxy', server))}"
        source = f"{server}/?size={size}"
        async with (
            aiohttp.ClientSession() as client,
            Network(server, private=["127.0.0.1"], max_response=2 * size) as network,
            _proxy(Fetch(network)) as through,
        ):

            async def read(url: str) -> float:
                async with client.get(url) as response:
                    return await _drain(response.content.iter_any(), size)

            await through("/untouched", source, size)
            before = peak_memory()
            untouched, direct, by_deno = await interleave_async(
                rounds,
                lambda: through("/untouched", source, size),
                lambda: read(source),
                lambda: read(f"{other}/?size={size}"),
            )
            grown = (peak_memory() - before) / MiB
            (piped,) = await interleave_async(
                options.rounds(2), lambda: through("/piped", source, size)
            )
    title = f"return fetch(url), {size // MiB} MiB over HTTP"
    ours = speed(size, untouched)
    client_alone = "aiohttp, reading it directly"
    return [
        Row(title, ours, client_alone, speed(size, direct), at_least_speed(0.4, 0.8)),
        Row(title, ours, "plain Deno passing it on, over HTTP again", speed(size, by_deno)),
        Row(
            "the same through a stream of the guest",
            speed(size, piped),
            client_alone,
            speed(size, direct),
        ),
        Row(
            "peak of the host's memory, more after all of them than after the first",
            Figure("MiB", (grown,)),
            target=at_most_mib(16),
        ),
    ]


@contextlib.asynccontextmanager
async def _proxy(fetch: Fetch) -> AsyncIterator[_Through]:
    async with atoll.Isolate(limits=atoll.Limits(call_time=None)) as isolate:
        handle = await isolate.install(fetch)
        await isolate.eval(_HANDLER)

        async def through(path: str, source: str, size: int) -> float:
            query = atoll.URLSearchParams([("from", source)])
            response = await handle.dispatch_request(Request(f"https://app.example{path}?{query}"))
            return await _drain(response.body, size)

        yield through


async def _drain(chunks: AsyncIterator[bytes], size: int) -> float:
    start = time.perf_counter()
    length = 0
    async for each in chunks:
        length += len(each)
    if length != size:
        raise ValueError(f"{length} bytes instead of {size}")
    return time.perf_counter() - start


@contextlib.contextmanager
def _deno(*arguments: str) -> Iterator[int]:
    command = deno_command("--allow-net=127.0.0.1", str(_SCRIPT), *arguments)
    with running(command) as (_, output):
        yield int(output.readline())
