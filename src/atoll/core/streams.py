"""Streams across the boundary: what of the host becomes one in the guest, and reading ahead.

A stream of bytes is asked for several chunks at a time, in a window of bytes and of chunks, so that
neither side waits for the other; ``guest/web.js`` does the same. Each chunk is still a call and
its answer, so what bounds calls and messages bounds streams.
"""

from __future__ import annotations

import asyncio
import inspect
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

from atoll.limits import MiB

if TYPE_CHECKING:
    from atoll.core.handles import Handles

WINDOW: Final = 2 * MiB
"""Bytes of a stream that are on their way before anybody has asked for them."""
_MOST_AHEAD: Final = 32


def chunks_ahead(chunk: object) -> int:
    """How many chunks to ask for beyond one like this, so that neither side waits for the other.

    Bytes alone are read ahead. A source of anything else runs when its next chunk is wanted.
    """
    if type(chunk) is not bytes:
        return 0
    return min(max(WINDOW // max(len(chunk), 1), 1), _MOST_AHEAD)


class Sink:
    """Where a ``WritableStream`` in the guest writes to: functions of the host, sync or async.

    Args:
        write: takes one chunk; the guest's stream waits for it.
        close: called when the guest closes the stream.
        abort: called with the reason when the guest aborts it.
    """

    def __init__(
        self,
        write: Callable[[Any], Awaitable[Any] | Any],
        close: Callable[[], Awaitable[Any] | Any] | None = None,
        abort: Callable[[Any], Awaitable[Any] | Any] | None = None,
    ) -> None:
        self.write = write
        self.close = close or (lambda: None)
        self.abort = abort or (lambda _: None)


def encode_stream(value: Any, handles: Handles) -> list[Any] | None:
    """The tag for an iterator that becomes a stream, or a sink; None: neither."""
    if isinstance(value, Sink):
        return ["w", *(_function(f, handles) for f in (value.write, value.close, value.abort))]
    source: _AsyncSource | _Source
    if hasattr(type(value), "__aiter__"):
        source = _AsyncSource(aiter(value))
    elif inspect.isgenerator(value):
        source = _Source(value)
    else:
        return None
    return ["r", *(_function(f, handles) for f in (source.pull, source.cancel))]


def _function(function: Callable[..., Any], handles: Handles) -> dict[str, Any]:
    return {"$": ["f", handles.send(function), "", True]}


class _AsyncSource:
    """Pulls from an asynchronous iterator: in the order of the calls, one at a time."""

    def __init__(self, iterator: AsyncIterator[Any]) -> None:
        self._iterator = iterator
        self._is_over = False
        self._is_busy = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._pulling: asyncio.Task[Any] | None = None

    async def pull(self) -> list[Any] | None:
        """The next chunk in a list; None at the end."""
        loop = asyncio.get_running_loop()
        if self._is_busy:
            if self._loop is not loop:
                # Without asyncio, the one that is busy may wait for the guest, and this one runs
                # on top of its stack: it would never be its turn. What is read ahead comes later.
                return [b""]
            await self._turn()
        self._is_busy = True
        self._loop = loop
        try:
            if self._is_over:
                return None
            self._pulling = asyncio.current_task()
            try:
                return [await anext(self._iterator)]
            except StopAsyncIteration:
                self._is_over = True
                return None
            except BaseException:
                self._is_over = True
                raise
            finally:
                self._pulling = None
        finally:
            self._pass_turn()

    async def _turn(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._waiting.remove(turn)
            else:
                self._pass_turn()
            raise

    def _pass_turn(self) -> None:
        self._is_busy = False
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                if not self._is_over:
                    self._is_busy = True
                    return

    async def cancel(self, reason: object = None) -> None:
        """The guest wants no more."""
        self._is_over = True
        if self._pulling is not None:  # a generator that runs cannot be closed
            pulling = self._pulling
            pulling.cancel()
            await asyncio.wait([pulling])
        close = getattr(self._iterator, "aclose", None)
        if close is not None:
            await close()


class _Source:
    """Pulls from a generator."""

    def __init__(self, generator: Any) -> None:
        self._generator = generator

    def pull(self) -> list[Any] | None:
        """The next chunk in a list; None at the end."""
        try:
            return [next(self._generator)]
        except StopIteration:
            return None

    def cancel(self, reason: object = None) -> None:
        """The guest wants no more."""
        self._generator.close()
