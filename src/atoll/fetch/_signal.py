"""Whether somebody still wants the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from atoll.core.values import AbortSignal as CoreSignal


class AbortSignal(CoreSignal):
    """Tells whoever works on a request that its answer is not wanted any more.

    Attributes:
        aborted: whether that has happened.
        reason: a text that says why, or None.
    """

    __slots__ = ("_listeners", "reason")

    def __init__(self) -> None:
        super().__init__(False)
        self.reason: str | None = None
        self._listeners: list[Callable[[], object]] = []

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

    def _abort(self, reason: str | None = None) -> None:
        if self.aborted:
            return
        self.aborted = True
        self.reason = reason
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener()
