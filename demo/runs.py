"""Programs of the playground: one isolate each, from a request to its end."""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Self

from atoll import JSError, Limits, MiB, Pool, Runtime
from atoll.console import Console, Entry
from atoll.errors import AtollError
from atoll.fetch import NetworkError, Request, Response
from demo.values import Node, node

LIMITS = Limits(memory=64 * MiB, cpu_time=5, call_time=30, wall_time=300, message=8 * MiB)
MAX_CODE = 256 * 1024
MAX_WAITING = 2000
METERS_EVERY = 0.2
_MODULE = re.compile(r"^\s*(import|export)\b", re.MULTILINE)

Event = dict[str, Any]


class Busy(Exception):
    """As many programs run as this server lets."""


class Playground(Runtime):
    """A runtime whose console is listened to later, once it has a program to run."""

    def __init__(self) -> None:
        self.on_entry: Callable[[Entry], object] = lambda _: None
        super().__init__(
            limits=LIMITS,
            console=Console(
                self._hear,
                values="marshal",
                max_entries=MAX_WAITING,
                max_bytes=4 * MiB,
            ),
            fetch=_refuse,
            modules=True,
        )

    def _hear(self, entry: Entry) -> None:
        self.on_entry(entry)


async def _refuse(request: Request) -> Response:
    raise NetworkError(f"the playground lets nobody fetch {request.url[:100]}")


@dataclass
class Run:
    """A program that runs, or serves requests."""

    key: str
    runtime: Playground
    events: asyncio.Queue[Event] = field(default_factory=lambda: asyncio.Queue(MAX_WAITING))

    def tell(self, event: Event) -> None:
        """Pass an event to the page; one that does not keep up misses some."""
        with contextlib.suppress(asyncio.QueueFull):
            self.events.put_nowait(event)


class Runs:
    """The programs that are running.

    Args:
        most: how many at a time.
    """

    def __init__(self, most: int) -> None:
        self._pool = Pool(Playground, size=2, limit=most)
        self._most = most
        self._count = 0
        self._runs: dict[str, Run] = {}

    async def __aenter__(self) -> Self:
        await self._pool.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._pool.close()

    def find(self, key: str) -> Run | None:
        """The run with a key, if it has not ended."""
        return self._runs.get(key)

    def start(self, code: str, language: str) -> AsyncGenerator[Event]:
        """Run a program and tell what happens, until it ends or nobody listens any more.

        Raises:
            Busy: too many others run.
        """
        if self._count >= self._most:
            raise Busy
        self._count += 1
        return self._events(code, language)

    async def _events(self, code: str, language: str) -> AsyncGenerator[Event]:
        key = secrets.token_urlsafe(9)
        try:
            async with self._pool.checkout() as runtime:
                run = self._runs[key] = Run(key, runtime)
                runtime.on_entry = lambda entry: run.tell(_entry(entry))
                program = asyncio.create_task(_execute(run, code, language))
                try:
                    async for event in _until_done(run, program):
                        yield event
                finally:
                    program.cancel()
                    await asyncio.gather(program, return_exceptions=True)
        finally:
            self._count -= 1
            self._runs.pop(key, None)


async def _execute(run: Run, code: str, language: str) -> None:
    """Run the program; tell its result, its error, or that it serves requests."""
    started = time.monotonic()
    name = f"program.{language}"
    try:
        if _MODULE.search(code):
            await run.runtime.eval(code, filename=name, module=True)
            value: Any = None
        else:
            value = await run.runtime.eval(code, filename=name)
        if await run.runtime.fetch.has_handler():
            run.tell({"type": "serving", "url": f"site/{run.key}/"})
            await _served_to_its_end(run)
        run.tell({"type": "result", "value": node(value)})
    except AtollError as error:
        run.tell(_failure(error))
    run.tell({"type": "end", "ms": round((time.monotonic() - started) * 1000)})


async def _served_to_its_end(run: Run) -> None:
    """Until a limit, or a crash, ends the isolate; whoever stops the run cancels this."""
    while True:
        await asyncio.sleep(METERS_EVERY)
        if run.runtime.failure is not None:
            raise run.runtime.failure


async def _until_done(run: Run, program: asyncio.Task[None]) -> AsyncIterator[Event]:
    while not (program.done() and run.events.empty()):
        try:
            async with asyncio.timeout(METERS_EVERY):
                yield await run.events.get()
        except TimeoutError:
            yield _meters(run.runtime)
    program.result()


def _meters(runtime: Runtime) -> Event:
    used = runtime.usage
    return {
        "type": "meters",
        "memory": _meter(used.memory / LIMITS.memory, f"{used.memory / MiB:.0f} MiB"),
        "cpu": _meter(used.cpu_time / (LIMITS.cpu_time or 1), f"{used.cpu_time:.1f} s"),
        "wall": _meter(used.wall_time / (LIMITS.wall_time or 1), f"{used.wall_time:.0f} s"),
    }


def _meter(fraction: float, text: str) -> dict[str, Any]:
    return {"fraction": round(min(fraction, 1), 3), "text": text}


def _entry(entry: Entry) -> Event:
    event: Event = {
        "type": "console",
        "kind": entry.kind,
        "level": entry.level,
        "depth": entry.group_depth,
        "args": _arguments(entry),
    }
    if entry.table is not None:
        event["table"] = {
            "columns": list(entry.table.columns),
            "rows": [list(row) for row in entry.table.rows],
        }
    return event


def _arguments(entry: Entry) -> list[Node]:
    if entry.kind in ("count", "timeEnd", "timeLog", "trace", "assert"):
        return [{"type": "text", "text": entry.text}]
    return [node(value) for value in entry.args]


def _failure(error: AtollError) -> Event:
    text = error.js_stack if isinstance(error, JSError) and error.js_stack else str(error)
    return {"type": "error", "title": type(error).__name__, "text": text}
