"""uvicorn's HTTP, with bounds on what a client may make it keep, and on how long.

The server reads the head of a request, and trailers behind its body, for as long as they come, and
keeps all of it. A connection whose client sends without end of them is closed, and one whose client
does not send them.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES: Final = 64 * 1024
"""Bytes of a head, or of trailers; beyond them, 431."""
HEAD_SECONDS: Final = 30.0
"""Seconds that a client gets to send a head."""
_TOO_LARGE: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)


class BoundedHttp(HttpToolsProtocol):
    """A connection. The parser's callbacks say what was of use among the bytes that came."""

    _pending = 0
    """Bytes since the last that were of use."""
    _in_head = True
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._pending += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._pending > HEAD_BYTES:
            self._refuse()
        elif self._in_head and self._timer is None:
            self._start_timer()

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._pending, self._in_head = 0, False
        self._stop_timer()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._pending = 0
        super().on_body(body)

    def on_chunk_header(self) -> None:
        self._pending = 0

    def on_message_complete(self) -> None:
        self._pending = 0
        super().on_message_complete()

    def _refuse(self) -> None:
        cycle: Any = self.cycle  # None at first, whatever its type says
        if cycle is None or cycle.response_complete:
            self.transport.write(_TOO_LARGE)
        self.transport.close()

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
