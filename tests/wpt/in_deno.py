"""Running a case in bare Deno: a plain ``deno run`` process with the same harness."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Final

from atoll.engine.deno import find_engine

from .in_isolate import ENVIRONMENT, GRACE
from .outcome import Outcome
from .suite import ALIASES, Case, Checkout

PROGRAM: Final = Path(__file__).parent / "bare_deno.js"
MARK: Final = "\x1eWPT "
LINE: Final = 2**24
"""The longest line of output that is kept, in bytes."""


async def run_in_deno(
    case: Case, checkout: Checkout, patience: float, server: str | None = None
) -> Outcome:
    """Run a case; the parameters are those of ``run_in_isolate``."""
    outcome = Outcome(case.id)
    started = time.monotonic()
    seconds = case.timeout * patience
    harness = checkout.script("/resources/testharness.js")
    job = {
        "config": {
            "href": case.href(server),
            "scope": case.scope,
            "timeout": seconds,
            "server": server is not None,
        },
        "root": str(checkout.root.resolve()),
        "aliases": ALIASES,
        "imports": dict(case.imports),
        "mark": MARK,
        "environment": ENVIRONMENT,
        "scripts": [{"name": s.name, "text": s.text} for s in (harness, *case.scripts)],
        "endsItself": case.ends_itself,
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "job.json"
        file.write_text(json.dumps(job), "utf-8")
        command = [
            *(find_engine(), "run", "--quiet", "--no-config", "--no-remote", "--no-npm"),
            *("--allow-read", "--allow-net=localhost,127.0.0.1", "--location", case.href(server)),
            "--unsafely-ignore-certificate-errors=localhost,127.0.0.1",
            *(str(PROGRAM), str(file)),
        ]
        environment = {**os.environ, "DENO_DIR": str(Path(folder) / "deno"), "NO_COLOR": "1"}
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
            limit=LINE,
        )
        try:
            async with asyncio.timeout(seconds + GRACE):
                await _read(process, outcome)
                status = await process.wait()
            outcome.end("CRASH", f"exit status {status}")
        except TimeoutError:
            outcome.end("TIMEOUT", f"did not end in {seconds + GRACE:.0f} s")
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    outcome.seconds = time.monotonic() - started
    return outcome


async def _read(process: asyncio.subprocess.Process, outcome: Outcome) -> None:
    assert process.stdout is not None
    mark = MARK.encode()
    async for line in process.stdout:
        if line.startswith(mark):
            kind, *rest = json.loads(line[len(mark) :])
            if kind == "result":
                outcome.add(*rest)
            else:
                outcome.end(*rest)
