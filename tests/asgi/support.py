"""A real server around an application, and a real client for it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import uvicorn


@contextlib.asynccontextmanager
async def serving(app: Any, **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    """Run the application in a server on a free port; gives a client with its address."""
    options = {"lifespan": "on", **options}
    config = uvicorn.Config(app, port=0, log_config=None, access_log=False, **options)
    server = uvicorn.Server(config)
    socket = config.bind_socket()
    task = asyncio.create_task(server.serve(sockets=[socket]))
    try:
        while not server.started and not task.done():
            await asyncio.sleep(0.005)  # the server tells nobody when it has started
        if task.done():
            await task
            raise RuntimeError("the server did not start")
        base = f"http://127.0.0.1:{socket.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=base, timeout=20) as client:
            yield client
    finally:
        server.should_exit = True
        await task
        socket.close()
