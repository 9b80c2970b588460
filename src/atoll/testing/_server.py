"""A real HTTP server on loopback, for tests of code that makes requests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Self

from atoll.fetch import Request, Response
from atoll.testing._fake_network import RecordedRequest

if TYPE_CHECKING:
    from aiohttp import web

    from atoll.network import Network

Answer = Response | Callable[[Request], Response | Awaitable[Response]]


class IntegrationServer:
    """An HTTP server on a free port of 127.0.0.1 that records what it is asked.

    It runs in a thread of its own, so that it serves asyncio and blocking tests alike::

        with IntegrationServer() as server:
            server.reply("/items", Response.json([1, 2]))
            isolate.install(Fetch(server.network()))
            isolate.eval(f"fetch('{server.url}/items').then(r => r.json())")  # → [1, 2]
            server.requests[0].method  # → 'GET'

    Needs the extra ``http``.

    Attributes:
        url: the origin, such as ``http://127.0.0.1:40123``.
        requests: every request, in the order in which they arrived whole.
    """

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[RecordedRequest] = []
        self._answers: dict[tuple[str, str], Answer] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._started = threading.Event()
        self._failure: BaseException | None = None

    def reply(self, path: str, answer: Answer, *, method: str = "*") -> None:
        """Say what a path is answered with.

        Args:
            path: the path without its query; ``"*"``: every path that has no answer of its own.
            answer: a response, or a function that makes one of a request.
            method: the method; ``"*"``: any.
        """
        self._answers[method, path] = answer

    def network(self, **options: Any) -> Network:
        """A `Network` that may reach this server, and nothing else.

        Args:
            options: further arguments of `Network`.
        """
        from atoll.network import Network

        return Network(self.url, private=["127.0.0.1/32"], **options)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, name="atoll-integration-server")
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            self._thread.join()
            raise self._failure
        return self

    def __exit__(self, *_: object) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not None:
            self._thread.join()

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.__exit__)

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:  # noqa: BLE001 — raised where the server was started
            self._failure = error
        finally:
            self._started.set()

    async def _serve(self) -> None:
        from aiohttp import web

        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        app = web.Application(client_max_size=2**31)
        app.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(app, shutdown_timeout=0, handler_cancellation=True)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            self._started.set()
            await self._stop.wait()
        finally:
            await runner.cleanup()

    async def _handle(self, incoming: web.Request) -> web.StreamResponse:
        from aiohttp import web

        request = Request(
            f"{self.url}{incoming.raw_path}",
            method=incoming.method,
            headers=incoming.headers.items(),
        )
        request._set_body(await incoming.read() or None)
        self.requests.append(await RecordedRequest.of(request))
        response = await self._answer(request, incoming.path)
        outgoing = web.StreamResponse(status=response.status, reason=response.status_text or None)
        for name, value in response.headers.items():
            outgoing.headers.add(name, value)
        await outgoing.prepare(incoming)
        async for chunk in response.body:
            await outgoing.write(chunk)
        await outgoing.write_eof()
        return outgoing

    async def _answer(self, request: Request, path: str) -> Response:
        for key in ((request.method, path), ("*", path), (request.method, "*"), ("*", "*")):
            answer = self._answers.get(key)
            if isinstance(answer, Response):
                return answer
            if answer is not None:
                made = answer(request)
                return made if isinstance(made, Response) else await made
        return Response(f"nothing at {path}\n", status=404)
