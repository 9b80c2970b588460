"""``atoll serve``: a handler behind a real HTTP server. Extra ``server``."""

from __future__ import annotations

import argparse
import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from atoll.errors import AtollError, ConfinementUnavailable, EngineNotFound

from . import exit_codes, problems
from .arguments import UsageError, limits_of
from .network import handlers_for
from .program import read_text
from .terminal import error_stream

if TYPE_CHECKING:
    import uvicorn

    from atoll.asgi import App

_WATCHED = {".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx", ".json"}


def serve(options: argparse.Namespace) -> int:
    """Serve until a signal; returns the exit status.

    Raises:
        UsageError: the file cannot be read, or an option makes no sense.
    """
    try:
        import uvicorn

        from .http_protocol import BoundedHttp
    except ModuleNotFoundError:
        raise UsageError("serve needs the extra `server`: pip install 'atoll[server]'") from None
    file = Path(options.file)
    source = read_text(file)
    app = _app(options)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            http=BoundedHttp,
            host=options.host,
            port=options.port,
            lifespan="on",
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=options.shutdown_grace,
            ws_max_size=16 * 2**20,
        )
    )
    try:
        return asyncio.run(_run(server, app, source, file if options.reload else None))
    except SystemExit:
        return exit_codes.USAGE  # uvicorn cannot listen, and has said why
    except KeyboardInterrupt:
        return exit_codes.OK  # how a server is meant to be stopped; it has finished its requests
    except OSError as error:
        error_stream().say(f"cannot listen on {options.host}:{options.port}: {error.strerror}")
        return exit_codes.USAGE


def _app(options: argparse.Namespace) -> App:
    from atoll.asgi import App, modules_beside
    from atoll.console import Console, TerminalRenderer
    from atoll.fetch import Fetch

    if not 0 <= options.port <= 65535:
        raise UsageError(f"--port is a number up to 65535, not {options.port}")
    env = dict(_pair(text) for text in options.env)
    limits = limits_of(options)
    try:
        handlers = handlers_for(options.allow)
        from atoll import Runtime

        return App(
            options.file,
            runtime=lambda: Runtime(
                limits=limits,
                confinement=options.confinement,
                console=Console(TerminalRenderer()),
                fetch=Fetch(**handlers, env=env),
                modules=modules_beside(options.file),
            ),
            isolates=options.isolates,
            timeout=options.timeout,
            max_body=options.max_body,
            shutdown_grace=options.shutdown_grace,
        )
    except ValueError as error:
        raise UsageError(str(error)) from None


def _pair(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise UsageError(f"--env takes NAME=VALUE, not {text!r}")
    return name, value


def _does_not_start(error: AtollError, source: str) -> int:
    status = problems.report(error, source, error_stream())
    if isinstance(error, ConfinementUnavailable | EngineNotFound):
        return exit_codes.CANNOT_START
    return exit_codes.THREW if type(error) is AtollError else status


async def _run(server: uvicorn.Server, app: App, source: str, watched: Path | None) -> int:
    try:
        await app.open()
    except AtollError as error:
        await app.close()
        return _does_not_start(error, source)
    watching = None if watched is None else asyncio.create_task(_reload(app, watched))
    try:
        await server.serve()
    finally:
        if watching is not None:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
    return exit_codes.OK if server.started else exit_codes.THREW


async def _reload(app: App, file: Path) -> None:
    """Load the handler again when a source file in its folder changes."""
    from watchfiles import awatch

    out = error_stream()
    async for _ in awatch(file.parent, watch_filter=lambda _, path: Path(path).suffix in _WATCHED):
        try:
            await app.reload()
        except (AtollError, OSError) as error:
            out.say(f"{file.name} does not load, the old one goes on: {error}")
        else:
            out.say(f"loaded {file.name} again")
