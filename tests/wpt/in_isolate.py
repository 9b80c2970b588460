"""Running a case in an isolate of its own."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Final

from atoll import Isolate, JSError, Limits, MiB
from atoll.console import Console
from atoll.crypto import Crypto
from atoll.encoding import Encoding
from atoll.errors import AtollError, IsolateCrashed, LimitExceeded, WallTimeLimitExceeded
from atoll.fetch import Fetch
from atoll.fs import Files, MemoryFileSystem
from atoll.network import Network
from atoll.timers import Timers

from .outcome import Outcome
from .suite import Case, Checkout, NotInCheckout, Script

ENVIRONMENT: Final = (Path(__file__).parent / "environment.js").read_text("utf-8")
GRACE: Final = 10.0
"""Seconds more than the test's own, until an isolate that says nothing is ended."""
SERVER: Final = tuple(
    f"{scheme}://{host}:*"
    for scheme in ("http", "https", "ws", "wss")
    for host in ("localhost", "127.0.0.1")
)
LOOPBACK: Final = ("127.0.0.0/8", "::1/128")
MEMORY: Final = 512 * MiB


def capabilities(network: Network | None = None) -> Sequence[Any]:
    """One of everything, for one isolate."""
    files = Files(MemoryFileSystem())
    websocket = None if network is None else network.websocket
    fetch = Fetch(network, websocket=websocket, opaque_redirects=True)
    return Console(), Encoding(), Timers(), Crypto(), fetch, files


async def run_in_isolate(
    case: Case, checkout: Checkout, patience: float, server: str | None = None
) -> Outcome:
    """Run a case.

    Args:
        case: what to run.
        checkout: where the test may read files.
        patience: times the suite's own timeout.
        server: origin of the suite's server, if the test talks to it.
    """
    outcome = Outcome(case.id)
    started = time.monotonic()
    seconds = case.timeout * patience
    try:
        await _run(case, checkout, seconds, server, outcome)
    except WallTimeLimitExceeded:
        outcome.end("TIMEOUT", f"did not end in {seconds + GRACE:.0f} s")
    except (IsolateCrashed, LimitExceeded) as error:
        outcome.end("CRASH", str(error).splitlines()[0])
    except JSError as error:
        outcome.end("ERROR", f"{error.name}: {error}"[:300])
    outcome.seconds = time.monotonic() - started
    return outcome


async def _run(
    case: Case, checkout: Checkout, seconds: float, server: str | None, outcome: Outcome
) -> None:
    limits = Limits(memory=MEMORY, call_time=None, wall_time=seconds + GRACE)
    # Only the suite's server can be reached.
    network = Network(SERVER, private=LOOPBACK, tls=lenient())
    async with network, Isolate(limits=limits, on_uncaught=_ignore) as isolate:
        for capability in capabilities(None if server is None else network):
            await isolate.install(capability)

        def read(path: str) -> bytes | None:
            try:
                return checkout.file(path).read_bytes()
            except NotInCheckout:
                return None

        async def load(path: str) -> None:
            script = checkout.script(path)
            if path in case.imports:
                script = Script(script.name, case.imports[path])
            await isolate.eval(_statement(script.text), filename=script.name)

        await isolate.eval("globalThis.self ??= globalThis; undefined")
        harness = checkout.script("/resources/testharness.js")
        await isolate.eval(_statement(harness.text), filename=harness.name)
        config = {
            "href": case.href(server),
            "scope": case.scope,
            "timeout": seconds,
            "server": server is not None,
        }
        await isolate.define_global("__wpt.config", config)
        await isolate.define_function("__wpt.read", read)
        await isolate.define_function("__wpt.load", load)
        await isolate.define_function("__wpt.result", outcome.add)
        await isolate.define_function("__wpt.end", outcome.end)
        finished = await isolate.eval(ENVIRONMENT, filename="environment.js", copy=False)
        for script in case.scripts:
            await isolate.eval(_statement(script.text), filename=script.name)
        if not case.ends_itself:
            await isolate.eval("done()")
        await finished


def lenient() -> ssl.SSLContext:
    """TLS with the suite's server, whose certificate has expired, and is for another name."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _statement(text: str) -> str:
    """A script whose completion value is nothing, so that nothing is awaited or copied."""
    return f"{text}\n;undefined"


def _ignore(_error: BaseException) -> None:
    """Uncaught errors are the harness's affair: it listens for their events."""


async def run_many(
    cases: Sequence[Case],
    run: Callable[[Case], Awaitable[Outcome]],
    concurrency: int,
    report: Callable[[Outcome], object] | None = None,
) -> list[Outcome]:
    """Run cases, some at once, and return their outcomes in order."""
    gate = asyncio.Semaphore(concurrency)

    async def one(case: Case) -> Outcome:
        async with gate:
            outcome = await run(case)
        if report is not None:
            report(outcome)
        return outcome

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(case)) for case in cases]
    except* AtollError as errors:
        raise errors.exceptions[0] from None
    return [task.result() for task in tasks]
