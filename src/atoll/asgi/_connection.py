"""One connection of a server, of whatever type."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from atoll.asgi import _websocket
from atoll.asgi._http import Exchange
from atoll.asgi._types import Borrow, Receive, Scope, Send
from atoll.core.arguments import check_count, check_seconds

if TYPE_CHECKING:
    from atoll.runtime import Runtime


async def serve(
    scope: Scope,
    receive: Receive,
    send: Send,
    borrow: Borrow,
    *,
    timeout: float | None,
    max_body: int | None,
) -> None:
    """Answer a request or a WebSocket in an isolate that ``borrow`` lends."""
    if scope["type"] == "http":
        await Exchange(scope, receive, send, max_body).run(borrow, timeout)
    elif scope["type"] == "websocket":
        await _websocket.run(scope, receive, send, borrow, timeout)
    else:
        raise ValueError(f"ASGI connections of type {scope['type']!r} are not known")


class RuntimeApp:
    """A runtime of the owner's as an ASGI application, to be mounted in a larger one.

    The runtime has ``fetch=`` and a handler, and is started and ended by its owner.

    Args:
        runtime: the runtime.
        timeout: seconds until the handler has to have answered; None: ``Limits.call_time``.
        max_body: bytes of a request's body; beyond, 413.

    Raises:
        ValueError: a number is out of range.
        TypeError: an argument is of another type.
    """

    def __init__(
        self, runtime: Runtime, *, timeout: float | None = None, max_body: int | None = None
    ) -> None:
        # By what it has: the blocking Runtime has no coroutines, and importing either takes time.
        if not hasattr(type(runtime), "__aenter__"):
            raise TypeError(f"runtime is an atoll.Runtime, not {runtime!r}")
        check_seconds("timeout", timeout, optional=True)
        check_count("max_body", max_body, 0, optional=True)
        self._runtime = runtime
        self._timeout = timeout
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection, as ASGI has it."""
        await serve(
            scope,
            receive,
            send,
            lambda: contextlib.nullcontext(self._runtime),
            timeout=self._timeout,
            max_body=self._max_body,
        )
