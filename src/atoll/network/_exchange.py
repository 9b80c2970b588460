"""A request under way, from its turn to the end of its response."""

from __future__ import annotations

import asyncio
from typing import Any, Final, Self

import aiohttp
from yarl import URL

from atoll.fetch import NetworkError, Request, Response
from atoll.network._client import Sessions, written

_DECODED: Final = frozenset({"gzip", "deflate", "br", "zstd"})
"""Codings that the client takes off a body; one of another, or of several, comes as it is."""


class Exchange:
    """A request under way: its slot, its connection, and its body until that ends."""

    def __init__(self, sessions: Sessions, max_bytes: int, idle_timeout: float) -> None:
        self._sessions = sessions
        self._max_bytes = max_bytes
        self._idle_timeout = idle_timeout
        self._answer: aiohttp.ClientResponse | None = None
        self._slots: asyncio.Semaphore | None = None
        self._has_session = False
        self._timer: asyncio.TimerHandle | None = None
        self._failure: str | None = None
        self._received = 0
        self._closing: asyncio.Task[None] | None = None
        self._connection_closed: asyncio.Future[None] | None = None

    async def open(self, method: str, url: URL, **options: Any) -> aiohttp.ClientResponse:
        opened = await self._sessions.acquire()
        self._has_session = True
        await opened.slots.acquire()
        self._slots = opened.slots
        # A redirect is the guest's to follow, so the session's own refusal of one is left out.
        middlewares = () if method.isupper() else (written(method),)
        self._answer = await opened.session.request(
            method, url, allow_redirects=False, middlewares=middlewares, **options
        )
        return self._answer

    async def response(self, answer: aiohttp.ClientResponse, request: Request) -> Response:
        """The response, which keeps the exchange open if there is more of its body to come."""
        # As bytes, one character each: servers do send UTF-8 in them (Fetch Standard, section 2.2).
        pairs = [(n.decode("latin-1"), v.decode("latin-1")) for n, v in answer.raw_headers]
        pairs = [p for p in pairs if p[0].lower() not in ("connection", "transfer-encoding")]
        has_body = request.method != "HEAD" and answer.status not in (101, 103, 204, 205, 304)
        if has_body and answer.headers.get("Content-Encoding", "").lower() in _DECODED:
            # What describes the body's encoding is not true of what comes out.
            pairs = [p for p in pairs if p[0].lower() not in ("content-encoding", "content-length")]
        body: bytes | Exchange | None = self
        if not has_body:
            body = None
        elif answer.content.is_eof():
            body = b"".join([chunk async for chunk in self])
        else:
            self._restart()
            answer.content.on_eof(self._received_all)
            self._watch(answer)
        return Response(
            body,
            status=answer.status,
            status_text=_as_bytes(answer.reason or ""),
            headers=pairs,
            url=str(request.url),
        )

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        answer = self._answer
        if answer is None:
            if self._failure is not None:
                raise NetworkError(self._failure)
            raise StopAsyncIteration
        self._restart()
        try:
            chunk = await answer.content.readany()
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            await self.aclose()
            raise NetworkError(
                self._failure or "the connection was lost before the end of the response"
            ) from error
        except BaseException:
            await self.aclose()
            raise
        if not chunk:
            await self.aclose()
            return await anext(self)
        self._received += len(chunk)
        if self._received > self._max_bytes:
            await self.aclose()
            raise NetworkError(f"the response is longer than {self._max_bytes} bytes")
        return chunk

    def _watch(self, answer: aiohttp.ClientResponse) -> None:
        """Notice that the connection is closed, although the client does not tell the body.

        It does not where the rest of a body breaks the protocol.
        """
        connection = answer.connection
        if connection is None or connection.protocol is None:
            return
        closed = self._connection_closed = connection.protocol.closed
        if closed is None:
            self._lost(None)
        else:
            closed.remove_done_callback(_ignore)
            closed.add_done_callback(self._lost)

    def _lost(self, closed: asyncio.Future[None] | None) -> None:
        cause = None if closed is None else closed.exception()
        content = None if self._answer is None else self._answer.content
        if content is not None and not content.is_eof() and content.exception() is None:
            error = aiohttp.ClientPayloadError("the connection was closed")
            content.set_exception(error, cause or error)

    def _received_all(self) -> None:
        """What has not been read is in memory: it keeps nobody else from their turn."""
        slots, self._slots = self._slots, None
        if slots is not None:
            slots.release()

    def _restart(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._idle_timeout, self._give_up)

    def _give_up(self) -> None:
        self._failure = f"nothing of the response was received for {self._idle_timeout:g} s"
        if self._answer is not None:
            self._answer.close()  # wakes whoever reads
            self._closing = asyncio.get_running_loop().create_task(self.aclose())

    async def aclose(self) -> None:
        """Let go of the connection, which is used again if its response has ended."""
        self._received_all()
        if self._timer is not None:
            self._timer.cancel()
        answer, self._answer = self._answer, None
        closed, self._connection_closed = self._connection_closed, None
        if closed is not None:
            # The connection may live on; what ends it is the affair of its next response.
            closed.remove_done_callback(self._lost)
            closed.remove_done_callback(_ignore)
            closed.add_done_callback(_ignore)
        if answer is not None:
            answer.release()
        if self._has_session:
            self._has_session = False
            await self._sessions.release()


def _ignore(closed: asyncio.Future[None]) -> None:
    closed.exception()


def _as_bytes(reason: str) -> str:
    """A reason phrase as bytes, one character each: the client takes them for UTF-8."""
    return reason.encode("utf-8", "surrogateescape").decode("latin-1")
