"""The session: which frames may come when, and which pipe a frame goes out on.

Theory of operation. Both sides call each other: CALL is answered by exactly one RETURN or THROW
with the same id, ids being chosen by the caller. POST has no answer. CANCEL asks for a call to be
given up; the call still gets its one answer, so ids and windows stay true. RELEASE gives handles
back. The guest's first frame, and only its first, is READY.

A guest that sends a CALL with SYNC blocks until that call is answered. Meanwhile it hears only
the `replies` pipe. So the answer goes there, and so do calls that the host makes as part of finding
the answer ("nested" calls); the guest may send another SYNC call while it serves one of those, and
so on. Hence the invariant: there is at most one more synchronous call open than there are nested
calls.

======================  =======================================================================
frame from the guest    is a violation unless
======================  =======================================================================
READY                   it is the first frame
CALL                    its id is not being served; fewer than `calls` asynchronous ones are
                        open or have their answers still queued on this side; a SYNC one keeps
                        the invariant and `nesting`
RETURN, THROW           a call of the host with that id is open
CANCEL                  (a call that has just been answered may still be cancelled)
POST, RELEASE           READY came before
======================  =======================================================================

That answers count until the pipe has taken them bounds what a guest that calls and never reads can
make the host keep. A correct guest counts a call as open until it has read the answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from .frames import (
    CALL,
    CANCEL,
    MAX_SEGMENTS,
    POST,
    READY,
    RELEASE,
    RETURN,
    SYNC,
    THROW,
    Buffer,
    Frame,
    FrameDecoder,
    ProtocolViolation,
    encode_frame,
)

INPUT: Final = 0
REPLIES: Final = 1
_ALL: Final = float("inf")


class OutputExceeded(ProtocolViolation):
    """The guest sent more bytes than it may in all."""


class CallsExceeded(ProtocolViolation):
    """The guest has more calls open than it may."""


class MessageTooLarge(ValueError):
    """The host's own message is larger than `message` bytes."""


class Session:
    """One conversation with a guest, without I/O.

    Attributes:
        outgoing: buffers to write, per pipe (`INPUT`, `REPLIES`), in order.
        calls: open calls of the host by id, each with the caller's own token.
        bytes_in: bytes received from the guest so far.
        bytes_out: bytes handed to `outgoing` so far.
        served: calls of the guest so far.
        written: says how many bytes of a pipe's `outgoing` have been written; set by a driver
            that queues them, otherwise they count as written at once.
    """

    def __init__(self, *, message: int, calls: int, nesting: int, output: int | None) -> None:
        self.outgoing: tuple[list[Buffer], list[Buffer]] = ([], [])
        self.calls: dict[int, object] = {}
        self.bytes_in = 0
        self.bytes_out = 0
        self.served = 0
        self.written: Callable[[int], float] = lambda _pipe: _ALL
        self._sent = [0, 0]
        self._answers: tuple[deque[int], deque[int]] = (deque(), deque())
        self._message = message
        self._max_calls = calls
        self._max_nesting = nesting
        self._max_output = output
        self._decoder = FrameDecoder(message)
        self._ready = False
        self._next_id = 1
        self._async_calls: set[int] = set()
        self._sync_calls: list[int] = []
        self._nested: set[int] = set()
        self._answered: set[int] = set()

    # Sending

    def call(
        self,
        target: int,
        body: bytes | bytearray,
        flags: int,
        segments: Sequence[Buffer],
        token: object,
        *,
        nested: bool = False,
    ) -> int:
        """Open a call and return its id. `nested`: it is part of answering a synchronous call."""
        id = self._next_id
        while id in self.calls:
            id = id % 0xFFFFFFFF + 1
        pipe = INPUT
        if nested and self._sync_calls:
            pipe = REPLIES
            self._nested.add(id)
        try:
            self._send(pipe, CALL, flags, id, target, body, segments)
        except (MessageTooLarge, MemoryError):
            self._nested.discard(id)
            raise
        self._next_id = id % 0xFFFFFFFF + 1
        self.calls[id] = token
        return id

    def post(
        self, target: int, body: bytes | bytearray, flags: int, segments: Sequence[Buffer]
    ) -> None:
        """Send a message that has no answer."""
        self._send(INPUT, POST, flags, 0, target, body, segments)

    def reply(
        self, id: int, ok: bool, body: bytes | bytearray, flags: int, segments: Sequence[Buffer]
    ) -> None:
        """Answer a call of the guest. A call that is no longer open is ignored."""
        if id in self._async_calls:
            pipe = INPUT
        elif id in self._sync_calls:
            pipe = REPLIES
        else:
            return
        self._send(pipe, RETURN if ok else THROW, flags, id, 0, body, segments)
        self._answers[pipe].append(self._sent[pipe])
        if pipe == INPUT:
            self._async_calls.discard(id)
        else:
            self._sync_calls.remove(id)

    def cancel(self, id: int) -> None:
        """Ask the guest to give up a call of the host."""
        if id in self.calls:
            self._send(INPUT, CANCEL, 0, id, 0, b"", ())

    def release(self, body: bytes) -> None:
        """Give handles back. `body`: a JSON array of ids and counts in turn."""
        self._send(INPUT, RELEASE, 0, 0, 0, body, ())

    @property
    def blocked(self) -> bool:
        """Whether the guest is blocked in a synchronous call."""
        return bool(self._sync_calls)

    @property
    def serving(self) -> int:
        """Calls of the guest that are open."""
        return len(self._async_calls) + len(self._sync_calls)

    def is_serving(self, id: int) -> bool:
        """Whether that call of the guest is still open."""
        return id in self._async_calls or id in self._sync_calls

    def _send(
        self,
        pipe: int,
        kind: int,
        flags: int,
        id: int,
        target: int,
        body: bytes | bytearray,
        segments: Sequence[Buffer],
    ) -> None:
        size = 16 + len(body)
        if segments:
            size += 4 * len(segments) + sum(map(len, segments))
        if size > self._message or len(segments) > MAX_SEGMENTS:
            raise MessageTooLarge(
                f"a message of {size} bytes exceeds Limits.message ({self._message} bytes)"
                if size > self._message
                else f"{len(segments)} binary values in one message; {MAX_SEGMENTS} at most"
            )
        frame = encode_frame(kind, flags, id, target, body, segments)
        self.bytes_out += size
        self._sent[pipe] += size
        self.outgoing[pipe].extend(frame)

    # Receiving

    @property
    def targets(self) -> list[memoryview]:
        """Where to read the rest of a large frame to, if one is under way; then `filled`."""
        return self._decoder.targets

    def filled(self, count: int) -> list[Frame]:
        """The valid frames that `count` bytes read into `targets` have completed."""
        self._count(count)
        return self._checked(self._decoder.filled(count))

    def feed(self, data: bytes) -> list[Frame]:
        """The valid frames that these bytes have completed.

        Raises:
            ProtocolViolation: the guest is hostile or broken; end it.
            OutputExceeded: it sent more than it may.
        """
        self._count(len(data))
        return self._checked(self._decoder.feed(data))

    def _count(self, count: int) -> None:
        self.bytes_in += count
        if self._max_output is not None and self.bytes_in > self._max_output:
            raise OutputExceeded(f"more than {self._max_output} bytes from the guest")

    def _checked(self, frames: list[Frame]) -> list[Frame]:
        for frame in frames:
            self._check(frame)
        return frames

    def _check(self, frame: Frame) -> None:
        kind = frame.kind
        if not self._ready:
            if kind != READY:
                raise ProtocolViolation(f"the first frame is of kind {kind}")
            self._ready = True
        elif kind == CALL:
            self._open(frame)
        elif kind in (RETURN, THROW):
            if frame.id not in self.calls or frame.id in self._answered:
                raise ProtocolViolation(f"an answer to call {frame.id}, which is not open")
            self._answered.add(frame.id)
            self._nested.discard(frame.id)
        elif kind not in (POST, RELEASE, CANCEL):
            raise ProtocolViolation(f"a frame of kind {kind} at this point")

    def take_call(self, id: int) -> object:
        """Close a call of the host that has been answered; returns its token."""
        self._answered.discard(id)
        return self.calls.pop(id)

    def _open(self, frame: Frame) -> None:
        id = frame.id
        if id == 0 or id in self._async_calls or id in self._sync_calls:
            raise ProtocolViolation(f"call id {id} is in use")
        if frame.flags & SYNC:
            depth = len(self._sync_calls)
            if depth > len(self._nested) or depth >= self._max_nesting:
                raise CallsExceeded(f"{depth + 1} synchronous calls at once")
            if self._unwritten(REPLIES, self._max_nesting):
                raise CallsExceeded("synchronous calls whose answers are not read")
            self._sync_calls.append(id)
        else:
            if self._unwritten(INPUT, self._max_calls - len(self._async_calls)):
                raise CallsExceeded(f"more than {self._max_calls} calls at once")
            self._async_calls.add(id)
        self.served += 1

    def _unwritten(self, pipe: int, most: int) -> bool:
        """Whether `most` answers or more wait to be written to the pipe."""
        answers = self._answers[pipe]
        if len(answers) >= most:
            written = self.written(pipe)
            while answers and answers[0] <= written:
                answers.popleft()
        return len(answers) >= most
