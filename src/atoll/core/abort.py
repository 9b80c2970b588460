"""Abort signals, on both sides of the boundary: ``guest/signals.js`` is the other half.

A signal of the guest is known here by a number of the guest's, one of ours there by its handle.
Whoever's controller aborts it tells the other side; nobody asks.
"""

from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING

from atoll.errors import JSError

if TYPE_CHECKING:
    from atoll.core.handles import Handles

logger = logging.getLogger("atoll.isolate")


class AbortSignal:
    """Says whether somebody still wants an answer: the DOM Standard's ``AbortSignal``.

    A host function receives one for an ``AbortSignal`` argument. When the guest aborts it, the
    task that runs an asynchronous host function is cancelled as well. One of an `AbortController`
    of the host becomes an ``AbortSignal`` in the guest, and is the same object each time.

    Attributes:
        aborted: whether that has happened.
        reason: why, once it has: the guest's value (an error is a ``JSError``), or what was given
            to ``abort``; None for no reason in particular.
    """

    __slots__ = ("__weakref__", "_homes", "_listeners", "_number", "aborted", "reason")

    def __init__(self, aborted: bool = False) -> None:
        self.aborted = aborted
        self.reason: object = None
        self._listeners: list[Callable[[], object]] = []
        # Isolates that have it, and the number by which its own isolate knows it.
        self._homes: weakref.WeakSet[Handles] = weakref.WeakSet()
        self._number = 0

    def add_listener(self, listener: Callable[[], object]) -> Callable[[], None]:
        """Call a function when the signal is aborted, now if it is already.

        Returns:
            A function that takes the listener away again.
        """
        if self.aborted:
            listener()
            return lambda: None
        self._listeners.append(listener)

        def remove() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return remove

    async def wait(self) -> None:
        """Wait until the signal is aborted."""
        if self.aborted:
            return
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not done.done():
                done.set_result(None)

        remove = self.add_listener(wake)
        try:
            await done
        finally:
            remove()

    def throw_if_aborted(self) -> None:
        """Raise the reason, if it has been aborted.

        Raises:
            JSError: an ``AbortError``, where the reason is no exception.
        """
        if self.aborted:
            if isinstance(self.reason, BaseException):
                raise self.reason
            raise JSError("AbortError", "signal is aborted", value=self.reason)

    def _abort(self, reason: object = None) -> None:
        if self.aborted:
            return
        self.aborted = True
        self.reason = reason
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            try:
                listener()
            except Exception:
                logger.exception("A listener of an AbortSignal raised")
        homes, self._homes = self._homes, weakref.WeakSet()
        for handles in homes:
            handles.abort_signal(self, reason)

    def __repr__(self) -> str:
        return f"AbortSignal(aborted={self.aborted})"


class AbortController:
    """Makes an `AbortSignal` and aborts it: the DOM Standard's ``AbortController``.

    ::

        controller = AbortController()
        task = asyncio.create_task(isolate.eval("signal => work(signal)", controller.signal))
        controller.abort()

    With `atoll.sync`, call ``abort`` in the thread that uses the isolate, from a host function for
    instance; the guest hears of it with what the host says next.

    Attributes:
        signal: the signal.
    """

    __slots__ = ("signal",)

    def __init__(self) -> None:
        self.signal = AbortSignal()

    def abort(self, reason: object = None) -> None:
        """Abort the signal, once.

        Args:
            reason: any value that can cross; the guest sees an ``AbortError`` for None.
        """
        self.signal._abort(reason)
