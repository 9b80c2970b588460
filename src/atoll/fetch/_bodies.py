"""Bodies of the host that the guest has been told of.

A body that is in memory and small crosses with its message. Any other stays here under a number.
The guest opens it when somebody reads it there; one that it passes on unread, as in
``return fetch(url)``, comes back as its number, and its bytes never enter the isolate.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

from atoll.errors import JSError
from atoll.fetch._body import Body
from atoll.fetch._errors import BodyError
from atoll.limits import KiB

INLINE: Final = 256 * KiB
"""Bytes in memory up to which a body crosses with its message."""
_PIECE: Final = 256 * KiB
"""Bytes of a body in memory that cross at once."""


class BodyTable:
    """Bodies by number."""

    def __init__(self, limit: int) -> None:
        self._limit: Final = limit
        self._bodies: dict[int, tuple[Body, Callable[[], object] | None]] = {}
        self._open: dict[int, OpenBody] = {}
        self._next = 0

    def __len__(self) -> int:
        return len(self._bodies) + len(self._open)

    def send(self, body: Body, on_end: Callable[[], object] | None = None) -> bytes | int | None:
        """What to send to the guest for a body: nothing, its bytes, or its number.

        Args:
            body: the body.
            on_end: called when the guest gives it up before its end.

        Raises:
            BodyUsed: it has been read already.
            RuntimeError: the guest has too many.
        """
        source = body._peek_source()
        if source is None:
            return None
        if isinstance(source, bytes) and len(source) <= INLINE:
            return source
        if len(self) >= self._limit:
            raise RuntimeError(f"the guest has {self._limit} bodies that it has not read")
        self._next += 1
        self._bodies[self._next] = body, on_end
        return self._next

    def take(self, number: object) -> Body:
        """The body that the guest passes on unread.

        Raises:
            ValueError: there is none with that number, or it has been opened.
        """
        entry = self._bodies.pop(number, None) if type(number) is int else None
        if entry is None:
            raise ValueError("a body that the guest does not have")
        return entry[0]

    def open(self, number: object) -> OpenBody:
        """A stream of the chunks of a body that the guest reads.

        Raises:
            ValueError: there is none with that number, or it has been opened.
        """
        entry = self._bodies.pop(number, None) if type(number) is int else None
        if entry is None:
            raise ValueError("a body that the guest does not have")
        assert type(number) is int  # noqa: S101 - for the type checker
        stream = OpenBody(*entry, lambda: self._open.pop(number, None))
        self._open[number] = stream
        return stream

    async def release(self, number: object) -> None:
        """The guest has dropped a body. Nothing happens when it has been read or passed on."""
        if type(number) is not int:
            raise ValueError("a body that the guest does not have")
        entry = self._bodies.pop(number, None)
        if entry is not None:
            await OpenBody(*entry, lambda: None).aclose()
            return
        opened = self._open.get(number)
        if opened is not None:
            await opened.aclose()

    async def close(self) -> None:
        """Close every body: there is nobody left to read it."""
        numbers = [*self._bodies, *self._open]
        await asyncio.gather(*map(self.release, numbers), return_exceptions=True)


class OpenBody(AsyncIterator[bytes]):
    """The chunks of a body that the guest reads, none of them large."""

    def __init__(
        self, body: Body, on_end: Callable[[], object] | None, forget: Callable[[], object]
    ) -> None:
        self._body = body
        self._on_end = on_end
        self._forget = forget
        self._stream = body.body
        self._rest: memoryview | None = None
        self._ended = False
        self._reading: asyncio.Task[Any] | None = None

    async def __anext__(self) -> bytes:
        if self._ended:
            raise StopAsyncIteration
        if self._rest is None:
            self._reading = asyncio.current_task()
            try:
                chunk = await anext(self._stream)
            except BaseException:
                self._ended = True
                self._forget()
                raise
            finally:
                self._reading = None
            if len(chunk) <= _PIECE:
                return chunk
            self._rest = memoryview(chunk)
        piece = bytes(self._rest[:_PIECE])
        self._rest = self._rest[_PIECE:] if len(self._rest) > _PIECE else None
        return piece

    async def aclose(self) -> None:
        """The guest wants no more of it."""
        if self._ended:
            return
        self._ended = True
        self._forget()
        if self._on_end is not None:
            self._on_end()
        reading = self._reading
        if reading is not None:  # ahead of the guest; a generator that runs cannot be closed
            reading.cancel()
            await asyncio.wait([reading])
        await self._stream.aclose()


class GuestBody(AsyncIterator[bytes]):
    """A stream of the guest, asynchronous or blocking, as the source of a body.

    Args:
        stream: the reference to it.
        on_close: called when it is given up before its end.
    """

    def __init__(self, stream: Any, on_close: Callable[[], object] | None = None) -> None:
        self._stream = stream
        self._on_close = on_close
        self._ended = False

    async def __anext__(self) -> bytes:
        if self._ended:
            raise StopAsyncIteration
        try:
            chunk = (
                await anext(self._stream)
                if hasattr(self._stream, "__anext__")
                else next(self._stream, None)
            )
        except StopAsyncIteration:
            self._end()
            raise
        except JSError as error:
            self._end()
            raise BodyError(f"the body failed in the guest: {error}") from error
        except asyncio.CancelledError:
            raise  # the next reader gets the chunk
        except BaseException:
            self._end()
            raise
        return self._checked(chunk)

    def __next__(self) -> bytes:
        """The same for blocking code."""
        if self._ended:
            raise StopIteration
        try:
            chunk = next(self._stream, None)
        except JSError as error:
            self._end()
            raise BodyError(f"the body failed in the guest: {error}") from error
        if chunk is None:
            self._end()
            raise StopIteration
        return self._checked(chunk)

    def _checked(self, chunk: object) -> bytes:
        if chunk is None:
            self._end()
            raise StopAsyncIteration
        if type(chunk) is not bytes:
            self._end()
            raise BodyError(f"the guest's body gave {type(chunk).__name__} instead of bytes")
        return chunk

    def _end(self) -> None:
        self._ended = True
        self._stream.release()

    async def aclose(self) -> None:
        """Stop reading: the stream is cancelled in the guest."""
        self.close()

    def close(self) -> None:
        """The same for blocking code."""
        if not self._ended:
            self._end()
            if self._on_close is not None:
                self._on_close()
