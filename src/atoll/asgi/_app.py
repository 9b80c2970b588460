"""The application: isolates that answer what an ASGI server receives."""

from __future__ import annotations

import asyncio
import inspect
import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from atoll.asgi._connection import serve
from atoll.asgi._types import Receive, Scope, Send
from atoll.asgi._workers import Workers, WorkersStatistics
from atoll.core.arguments import check_callable, check_count, check_seconds
from atoll.errors import ApiNotEnabled, AtollError

if TYPE_CHECKING:
    from atoll.modules import Modules
    from atoll.runtime import Runtime

_logger: Final = logging.getLogger("atoll.asgi")

MakeRuntime = Callable[[], "Runtime"]
Prepare = Callable[["Runtime"], Awaitable[object] | object]


class App:
    """An ASGI 3 application whose requests are answered by a handler in isolates.

    The isolates live as long as the application; what one keeps in global variables, later
    requests to it see, as in other serverless systems. An isolate that crashes or exceeds a limit
    is replaced; the requests that it had get 502, and nothing else suffers. A client that
    disconnects aborts ``request.signal``. What a handler throws is a 500 with no details, and a
    stack in the log ``atoll.asgi``.

    Servers that support ASGI's lifespan start the isolates at once; with others they are started
    by the first request.
    """

    def __init__(
        self,
        file: str | os.PathLike[str] | None = None,
        *,
        runtime: MakeRuntime | None = None,
        isolates: int = 2,
        prepare: Prepare | None = None,
        max_requests: int = 256,
        max_body: int | None = None,
        timeout: float | None = 30,
        patience: float = 5,
        shutdown_grace: float = 10,
        **options: Any,
    ) -> None:
        """Describe an application.

        Args:
            file: a file, JavaScript or TypeScript, that calls ``serve(…)`` or is a module with a
                default export.
            runtime: makes a `Runtime` with ``fetch=``, not yet entered. By default one with
                ``options``. The file is run as a module if it has `modules_beside` the file, or
                others that know its name; without modules, as a script.
            isolates: how many there are.
            prepare: called with each runtime before it takes requests, to define functions, for
                instance; a file is loaded afterwards.
            max_requests: requests under way in one isolate; beyond, 503.
            max_body: bytes of a request's body; beyond, 413. None: no limit, as bodies stream.
            timeout: seconds until a handler has to have answered; beyond, 504. None:
                ``Limits.call_time``.
            patience: seconds that a request waits while no isolate is ready; beyond, 503.
            shutdown_grace: seconds that requests under way get when the server stops, or when their
                isolate is replaced by `reload`.
            options: arguments of `Runtime`. Unless they say otherwise, the handler may import the
                files of its folder and of ``node_modules`` in it.

        Raises:
            ValueError: a number is out of range.
            TypeError: there is neither a file nor ``prepare``, or both ``runtime`` and ``options``;
                or an argument is of another type.
        """
        check_count("isolates", isolates)
        check_count("max_requests", max_requests)
        check_count("max_body", max_body, 0, optional=True)
        check_seconds("timeout", timeout, optional=True)
        check_seconds("patience", patience, zero=True)
        check_seconds("shutdown_grace", shutdown_grace, zero=True)
        check_callable("runtime", runtime, "a function that makes a Runtime")
        check_callable("prepare", prepare, "a function of the runtime")
        if file is None and prepare is None:
            raise TypeError("give a file, or a prepare= that runs a program with a handler")
        if runtime is not None and options:
            raise TypeError(f"give {', '.join(options)} to the runtimes that runtime= makes")
        self._file = None if file is None else Path(file)
        self._make = runtime or _maker(options, self._file)
        self._prepare = prepare
        self._max_body = max_body
        self._timeout = timeout
        self._workers = Workers(
            self._start,
            count=isolates,
            max_requests=max_requests,
            patience=patience,
            grace=shutdown_grace,
        )
        self._opening: asyncio.Task[None] | None = None

    @property
    def statistics(self) -> WorkersStatistics:
        """How the isolates do."""
        return self._workers.statistics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, as ASGI has it."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
            return
        await self.open()
        await serve(
            scope,
            receive,
            send,
            self._workers.borrow,
            timeout=self._timeout,
            max_body=self._max_body,
        )

    async def reload(self) -> None:
        """Start the isolates anew, as after a change of the file.

        The old ones finish what they have, for ``shutdown_grace`` seconds.

        Raises:
            AtollError: the handler does not load; the old isolates go on.
        """
        await self._workers.replace_all()

    async def open(self) -> None:
        """Start the isolates; a server with ASGI's lifespan, or else the first request, does that.

        Raises:
            AtollError: they do not start, or the handler does not load.
        """
        if self._opening is None:
            self._opening = asyncio.get_running_loop().create_task(self._workers.open())
        if not self._opening.done() or self._opening.exception() is not None:
            try:
                await asyncio.shield(self._opening)
            except Exception:
                self._opening = None  # the next request tries again
                raise

    async def close(self) -> None:
        """End the isolates; what is under way gets ``shutdown_grace`` seconds."""
        opening, self._opening = self._opening, None
        if opening is not None:
            await asyncio.gather(opening, return_exceptions=True)
            await self._workers.close()

    async def _start(self) -> Runtime:
        runtime = self._make()
        await runtime.__aenter__()
        try:
            if self._prepare is not None:
                prepared = self._prepare(runtime)
                if inspect.isawaitable(prepared):
                    await prepared
            if self._file is not None:
                await _load(runtime, self._file)
            if not await runtime.fetch.has_handler():
                raise AtollError(
                    "the program has no handler for requests: it has to run "
                    "`serve({ fetch(request) {…} })`, or `export default { fetch(request) {…} }`"
                )
        except BaseException:
            await runtime.dispose()
            raise
        return runtime

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self.open()
                except Exception as error:
                    _logger.exception("the application does not start")
                    await send({"type": "lifespan.startup.failed", "message": str(error)})
                    return
                await send({"type": "lifespan.startup.complete"})
            else:
                await self.close()
                await send({"type": "lifespan.shutdown.complete"})
                return


def modules_beside(file: str | os.PathLike[str]) -> Modules:
    """What a handler in a file may import: the files of its folder, and packages installed there.

    Args:
        file: the handler.
    """
    from atoll.modules import Modules

    folder = Path(file).absolute().parent
    modules = Modules().directory("", folder)
    packages = folder / "node_modules"
    return modules.mount_node_modules("", packages) if packages.is_dir() else modules


def _maker(options: dict[str, Any], file: Path | None) -> MakeRuntime:
    def make() -> Runtime:
        from atoll.runtime import Runtime

        modules = True if file is None else modules_beside(file)
        return Runtime(**{"fetch": True, "modules": modules, **options})

    return make


async def _load(runtime: Runtime, file: Path) -> None:
    """Run the file: as a module if the runtime has modules, otherwise as a script."""
    try:
        await runtime.run(file.name)
    except ApiNotEnabled:
        source = await asyncio.to_thread(file.read_text, "utf-8")
        await runtime.eval(source, filename=file.name)
