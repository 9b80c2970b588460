"""The suite's own server, on loopback, for the directories whose tests talk to it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

from .suite import ORIGIN, Case, Checkout, Found, Script, resolved

STARTS_WITHIN: Final = 60.0
"""Seconds."""
_IMPORT: Final = re.compile(r"""\bimportScripts\(["']([^"']+)["']\)""")


@contextlib.asynccontextmanager
async def suite_server(checkout: Checkout) -> AsyncIterator[str]:
    """Run ``wpt serve`` of a checkout; gives the origin of its first HTTP server.

    Raises:
        TimeoutError: it did not answer.
        RuntimeError: it ended at once, with what it said.
    """
    ports = _free_ports(6)
    config = {
        "browser_host": "localhost",
        "server_host": "127.0.0.1",
        "alternate_hosts": {"alt": "127.0.0.1"},
        "check_subdomains": False,
        "log_level": "error",
        # Its scripts name ports of every kind.
        "ports": {"http": ports[:2], "https": ports[2:4], "ws": ports[4:5], "wss": ports[5:]},
        "ssl": {"type": "pregenerated"},
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "config.json"
        file.write_text(json.dumps(config))
        log = Path(folder) / "log"
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "wpt", "serve", "--config", str(file)),
                cwd=checkout.root,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # it starts a process for each port
            )
        try:
            await _wait_for(process, ports[0], log)
            yield f"http://localhost:{ports[0]}"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _wait_for(process: asyncio.subprocess.Process, port: int, log: Path) -> None:
    async with asyncio.timeout(STARTS_WITHIN):
        while True:
            if process.returncode is not None:
                raise RuntimeError(f"the suite's server ended:\n{log.read_text()[-2000:]}")
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.1)  # it says nothing when it is ready
                continue
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()
            return


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for free in sockets:
            free.bind(("127.0.0.1", 0))
        return [free.getsockname()[1] for free in sockets]


async def through_server(case: Case, checkout: Checkout, origin: str) -> Case:
    """The case with its scripts as the server gives them: it fills in names and ports."""
    if ".sub." in case.path and case.path.endswith((".html", ".htm")):
        found = Found()
        text = await asyncio.to_thread(fetched, f"/{case.path}", origin)
        checkout.add_page(found, case.path, text)
        case = replace(case, scripts=found.cases[0].scripts)
    scripts = [await asyncio.to_thread(_filled_in, script, origin) for script in case.scripts]
    imports = {}
    for reference in (name for script in scripts for name in _IMPORT.findall(script.text)):
        path = resolved(case.path, reference)
        if _has_substitutions(path):
            imports[path.partition("?")[0]] = await asyncio.to_thread(fetched, path, origin)
    return replace(case, scripts=tuple(scripts), imports=imports)


def _filled_in(script: Script, origin: str) -> Script:
    if not _has_substitutions(script.name):
        return script
    return Script(script.name, fetched(script.name.removeprefix(ORIGIN), origin))


def _has_substitutions(path: str) -> bool:
    name, _, query = path.partition("?")
    return name.endswith(".js") and (".sub." in name or query == "pipe=sub")


def fetched(path: str, origin: str) -> str:
    """A text file of the server. It is on loopback, whatever its name."""
    port = urlsplit(origin).port
    with urlopen(f"http://127.0.0.1:{port}{quote(path, '/?=')}", timeout=30) as response:
        text: str = response.read().decode("utf-8")
    return text
