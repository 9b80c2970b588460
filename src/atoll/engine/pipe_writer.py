"""Buffered writing to a non-blocking pipe."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Sequence
from typing import Final

_BATCH: Final = 64
"""Buffers per system call; the kernel takes 1024 at most."""


class PipeWriter:
    """Queues buffers and writes as much as the pipe takes. Never blocks.

    Attributes:
        fd: the pipe.
        size: bytes that are queued.
        written: bytes that the pipe has taken so far.
    """

    def __init__(self, fd: int) -> None:
        self.fd = fd
        self.size = 0
        self.written = 0
        self._queue: deque[bytes | memoryview] = deque()

    def feed(self, buffers: Sequence[bytes | memoryview]) -> None:
        """Queue buffers; they must not change any more."""
        self._queue.extend(buffers)
        self.size += len(buffers[0]) if len(buffers) == 1 else sum(map(len, buffers))

    def write(self) -> bool:
        """Write what the pipe takes. Returns whether everything has been written.

        Raises:
            BrokenPipeError: nobody reads any more.
        """
        queue = self._queue
        while queue:
            try:
                if len(queue) == 1:
                    written = os.write(self.fd, queue[0])
                else:
                    written = os.writev(self.fd, [queue[i] for i in range(min(len(queue), _BATCH))])
            except BlockingIOError:
                return False
            self.size -= written
            self.written += written
            if self.size == 0:
                queue.clear()
                return True
            while written:
                first = queue[0]
                if len(first) > written:
                    queue[0] = memoryview(first)[written:]
                    break
                written -= len(first)
                queue.popleft()
        return True

    def clear(self) -> None:
        """Forget what is queued."""
        self._queue.clear()
        self.size = 0
