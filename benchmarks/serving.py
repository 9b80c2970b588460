"""Requests to a handler: without HTTP in Atoll, over HTTP in plain Deno and in workerd.

A load generator has a core of its own for most of the time, as Atoll's host has. Nobody pipelines.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Final

import atoll
from atoll.fetch import Fetch, Request

from . import processes
from .measure import Options, Row, at_most, faster, interleave_async, seconds
from .processes import running
from .raw import deno_command

_HERE: Final = Path(__file__).resolve().parent
_HANDLER: Final = _HERE / "serving_handler.js"
_SCRIPT: Final = _HERE / "serving.js"
_AT_ONCE: Final = 32
_ISOLATES: Final = 2
_BATCH: Final = 4000
_REQUEST: Final = {"accept": "*/*", "user-agent": "bench"}
_WORKERD: Final = """
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [(name = "worker", esModule = embed "serving_handler.js")],
    compatibilityDate = "2025-01-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:%d", http = (), service = "main")],
);
"""


def serving(options: Options) -> Iterator[Row]:
    """Requests per second as seconds for each, and how soon a response begins."""
    yield from asyncio.run(_requests(options))


async def _requests(options: Options) -> list[Row]:
    batch, rounds = options.batch(_BATCH), options.rounds(12)
    workerd = find_workerd()
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(_load(stack.enter_context(_atoll_server())))
        deno = stack.enter_context(_load(stack.enter_context(_deno_server())))
        peer = None
        if workerd is not None:
            peer = stack.enter_context(_load(stack.enter_context(_workerd(workerd))))
        async with atoll.Isolate() as isolate:
            fetch = await isolate.install(Fetch())
            source = _HANDLER.read_text("utf-8").replace("export default ", "serve(") + ")"
            await isolate.eval(source.replace("};\n)", "})"))
            raw = await isolate.eval(
                "async (number, method, url, headers, body) => [200, '', headers, 'hello', null]"
            )

            async def dispatch() -> float:
                async def worker(count: int) -> None:
                    for _ in range(count):
                        request = Request("https://app.example/x", headers=_REQUEST)
                        response = await fetch.dispatch_request(request)
                        if await response.bytes() != b"hello":
                            raise ValueError("another response")

                return await _timed(worker, batch)

            async def call() -> float:
                async def worker(count: int) -> None:
                    for _ in range(count):
                        await raw(1, "GET", "https://app.example/x", "accept\n*/*", None)

                return await _timed(worker, batch)

            measurements: list[Callable[[], Awaitable[float] | float]] = [
                dispatch,
                call,
                functools.partial(server, batch),
                functools.partial(deno, batch),
            ]
            if peer is not None:
                measurements.append(functools.partial(peer, batch))
            await interleave_async(2, *measurements)
            values = await interleave_async(rounds, *measurements)
        few = -max(1, batch // 20)
        firsts = [functools.partial(each, few) for each in (server, deno, peer) if each is not None]
        await interleave_async(2, *firsts)
        first_bytes = await interleave_async(rounds, *firsts)
    ours, calls, served, over_http, *others = map(seconds, values)
    title = f"dispatch_request, {_AT_ONCE} at once"
    rows = [
        Row(title, ours, "a call of a guest function", calls),
        Row(title, ours, "Deno.serve, over HTTP", over_http),
        Row(f"atoll serve, {_ISOLATES} isolates", served, "Deno.serve, over HTTP", over_http),
    ]
    if others:
        rows.append(
            Row(
                f"atoll serve, {_ISOLATES} isolates",
                served,
                "workerd, over HTTP",
                others[0],
                at_most(2.5, "workerd"),
            )
        )
        rows.append(Row(title, ours, "workerd, over HTTP", others[0], faster()))
    else:
        print("note: there is no workerd (ATOLL_WORKERD); its rows are left out")
    ours, *others = map(seconds, first_bytes)
    rows += [
        Row("first byte of a streamed response, atoll serve", ours, f"{name}, over HTTP", other)
        for name, other in zip(("Deno.serve", "workerd"), others, strict=False)
    ]
    return rows


async def _timed(worker: Callable[[int], Awaitable[None]], count: int) -> float:
    each = max(1, count // _AT_ONCE)
    start = time.perf_counter()
    await asyncio.gather(*(worker(each) for _ in range(_AT_ONCE)))
    return (time.perf_counter() - start) / (each * _AT_ONCE)


# Servers and load


def find_workerd() -> str | None:
    """The binary of the npm package ``workerd``, which ATOLL_WORKERD may name."""
    return os.environ.get("ATOLL_WORKERD") or shutil.which("workerd")


@contextlib.contextmanager
def _deno_server() -> Iterator[int]:
    command = deno_command("--allow-net=127.0.0.1", f"--allow-read={_HERE}", str(_SCRIPT), "serve")
    with running(command) as (_, output):
        yield int(output.readline())


def _atoll_server() -> contextlib.AbstractContextManager[int]:
    command = [sys.executable, "-m", "atoll", "serve", str(_HANDLER), "--port", "0"]
    return processes.serving([*command, "--isolates", str(_ISOLATES)])


@contextlib.contextmanager
def _workerd(binary: str) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="atoll-bench-") as folder:
        shutil.copy(_HANDLER, folder)
        config = Path(folder) / "config.capnp"
        config.write_text(_WORKERD % port)
        with running([binary, "serve", str(config)]):
            _wait_for(port)
            yield port


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


@contextlib.contextmanager
def _load(port: int) -> Iterator[Callable[[int], float]]:
    """A function that makes that many requests, and returns the seconds for each.

    A negative number makes them one after the other, and counts until an answer begins.
    """
    command = deno_command("--allow-net=127.0.0.1", str(_SCRIPT), "load", str(port), str(_AT_ONCE))
    with running(command) as (process, output):
        output.readline()

        def run(count: int) -> float:
            if process.stdin is None:
                raise ValueError("no way to tell it")
            process.stdin.write(f"{count}\n")
            process.stdin.flush()
            return float(output.readline())

        yield run
