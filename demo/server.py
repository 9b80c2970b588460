"""The playground: a page, and isolates behind it."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from atoll.asgi import RuntimeApp
from atoll.confinement.status import Report, report
from demo.editor import import_map, packages_folder
from demo.examples import EXAMPLES, read_example
from demo.runs import MAX_CODE, Busy, Event, Runs

HERE = Path(__file__).parent
_NOT_OF_PROGRAMS = {
    b"content-security-policy",
    b"set-cookie",
    b"clear-site-data",
    b"service-worker-allowed",
}
MAX_PROGRAM = 2 * MAX_CODE
MAX_BODY = 128 * 1024 * 1024
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a program prints is text; should it ever become markup, no script in it runs."""
SANDBOX = b"sandbox allow-forms allow-scripts"
"""A program's pages are not of this origin, whatever is in them."""


def application(*, most_runs: int = 16) -> Starlette:
    """The playground as an ASGI application.

    Args:
        most_runs: programs that may run at a time.
    """
    runs = Runs(most_runs)

    async def run(request: HttpRequest) -> StreamingResponse | PlainTextResponse:
        wanted = await _json(request)
        code, language = wanted.get("code"), wanted.get("language")
        if not isinstance(code, str) or len(code) > MAX_CODE or language not in ("js", "ts"):
            return PlainTextResponse("a program has code, and a language", 400)
        try:
            events = runs.start(code, language)
        except Busy:
            return PlainTextResponse("Too many programs run. Try again in a moment.", 503)
        return StreamingResponse(_lines(events), media_type="application/x-ndjson")

    async def site(scope: Scope, receive: Receive, send: Send) -> None:
        key, _, path = scope["path"].removeprefix("/site/").partition("/")
        found = runs.find(key)
        app: ASGIApp = PlainTextResponse("This program has ended.", 404)
        if found is not None:
            app = RuntimeApp(found.runtime, timeout=30, max_body=MAX_BODY)
        inner = {**scope, "path": f"/{path}", "raw_path": quote(f"/{path}").encode()}
        await app(inner, receive, _sandboxed(send))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with runs:
            yield

    return Starlette(
        lifespan=lifespan,
        routes=[
            Route("/", _page),
            Route("/api/run", run, methods=["POST"]),
            Route("/api/examples", lambda _: JSONResponse(EXAMPLES)),
            Route("/api/examples/{name}", _example),
            Route("/api/layers", _layers),
            Mount("/site", site),
            Mount("/static", StaticFiles(directory=HERE / "static")),
            Mount("/vendor", StaticFiles(directory=packages_folder())),
        ],
    )


def _page(_: HttpRequest) -> HTMLResponse:
    # A map that comes from elsewhere is not allowed everywhere, and one in the page is.
    text = (HERE / "static" / "index.html").read_text("utf-8")
    import_map_text = json.dumps(import_map())
    digest = base64.b64encode(hashlib.sha256(import_map_text.encode()).digest()).decode()
    policy = POLICY.replace("script-src 'self'", f"script-src 'self' 'sha256-{digest}'")
    return HTMLResponse(
        text.replace("<!-- import map -->", f'<script type="importmap">{import_map_text}</script>'),
        headers={"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"},
    )


def _example(request: HttpRequest) -> JSONResponse | PlainTextResponse:
    found = read_example(request.path_params["name"])
    return PlainTextResponse("no such example", 404) if found is None else JSONResponse(found)


async def _layers(_: HttpRequest) -> JSONResponse:
    found = await asyncio.to_thread(_report)
    return JSONResponse(
        [
            {"name": layer.name, "holds": layer.holds, "detail": layer.detail}
            for layer in found.layers
        ]
    )


@cache
def _report() -> Report:
    return report()


async def _json(request: HttpRequest) -> dict[str, Any]:
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > MAX_PROGRAM:
        return {}
    try:
        found = json.loads(await request.body())
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


async def _lines(events: AsyncGenerator[Event]) -> AsyncIterator[bytes]:
    async with aclosing(events):
        async for event in events:
            yield json.dumps(event, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _sandboxed(send: Send) -> Send:
    """Whatever a program answers is shown as a page of no origin."""

    async def sandboxed(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [pair for pair in message["headers"] if pair[0].lower() not in _NOT_OF_PROGRAMS]
            message = {**message, "headers": [*kept, (b"content-security-policy", SANDBOX)]}
        await send(message)

    return sandboxed
