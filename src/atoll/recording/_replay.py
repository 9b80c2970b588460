"""Replaying: a guest whose host is the recording."""

from __future__ import annotations

import asyncio
import inspect
import os
import select
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from atoll.core.bundle import core_script
from atoll.core.driver import READ_SIZE
from atoll.core.launch import Confinement, bound_memory, explain_exit, launch
from atoll.engine import IsolateProcess, ProcessExit
from atoll.engine.pipe_writer import PipeWriter
from atoll.errors import AtollError
from atoll.recording._format import (
    GUEST_FRAME,
    HOST_FRAMES,
    MEASUREMENTS,
    RecordedCall,
    Recording,
    decode,
    describe_frame,
    frame_bytes,
    is_recorded,
)
from atoll.wire.frames import CALL, POST, READY, RETURN, Frame, FrameDecoder, ProtocolViolation

if TYPE_CHECKING:
    from atoll.console import Console, Entry

__all__ = ["Replay", "ReplayDiverged", "replay", "replay_blocking"]


class ReplayDiverged(AtollError):
    """A guest did in a replay what it had not done in the run.

    Attributes:
        index: how many messages of the guest were the same.
        expected: what the recording has, in words; None for nothing.
        found: what the guest did instead; None for nothing.
    """

    def __init__(self, index: int, expected: str | None, found: str | None, note: str = "") -> None:
        super().__init__(
            f"the replay differs from the recording after {index} messages of the guest.\n"
            f"  recorded: {expected or 'nothing more'}\n  replayed: {found or 'nothing'}{note}"
        )
        self.index = index
        self.expected = expected
        self.found = found


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay that was the same as the run.

    Attributes:
        messages: messages of the guest that were compared.
        calls: every call across the boundary.
        ended: the name and message of what had ended the isolate; None when the recording was cut
            short.
    """

    messages: int
    calls: list[RecordedCall]
    ended: tuple[str, str] | None


async def replay(
    path: str | os.PathLike[str],
    *,
    timeout: float = 30.0,
    confinement: Confinement = "require",
    console: Console | Callable[[Entry], object] | None = None,
) -> Replay:
    """Replay a recorded run in a fresh isolate, without any function of the owner's.

    Args:
        path: the recording.
        timeout: seconds that the guest may take from one message to the next.
        confinement: as for `Isolate`.
        console: gets what the guest prints, as that of a `Runtime` does.

    Raises:
        ReplayDiverged: the guest did something else; the error says what and where.
        RecordingError: the file is no recording, or was made with another version.
    """
    return await asyncio.to_thread(
        replay_blocking, path, timeout=timeout, confinement=confinement, console=console
    )


def replay_blocking(
    path: str | os.PathLike[str],
    *,
    timeout: float = 30.0,
    confinement: Confinement = "require",
    console: Console | Callable[[Entry], object] | None = None,
) -> Replay:
    """Replay a recorded run; see `replay`."""
    recording = Recording(path)
    player = _Player(recording, confinement, timeout, _printers(console))
    try:
        return player.play()
    finally:
        player.close()


class _Player:
    """One process, fed from a recording."""

    def __init__(
        self,
        recording: Recording,
        confinement: Confinement,
        timeout: float,
        printers: Mapping[str, Callable[..., object]],
    ) -> None:
        self._recording = recording
        self._printers = printers
        self._timeout = timeout
        self._process: IsolateProcess = launch(recording.limits, confinement)
        self._writers = (PipeWriter(self._process.input), PipeWriter(self._process.replies))
        self._decoder = FrameDecoder(recording.limits.message)
        self._frames: deque[Frame] = deque()
        self._compared = 0
        self._measuring: set[int] = set()

    def play(self) -> Replay:
        self._writers[0].feed([core_script()])
        ready = self._next_frame()
        if ready is None or ready.kind != READY:
            raise ReplayDiverged(0, "a guest that is ready", None)
        self._wait_for_pid()
        bound_memory(self._process, self._recording.limits)
        for kind, frame in self._recording.frames():
            if kind in HOST_FRAMES:
                self._say(kind, frame)
            elif kind == GUEST_FRAME:
                self._expect(frame)
                if frame.kind == POST and self._printers:
                    self._print(frame)
        return Replay(self._compared, self._recording.calls(), self._recording.ended)

    def _print(self, frame: Frame) -> None:
        recording = self._recording
        printer = self._printers.get(recording.describe_target(GUEST_FRAME, frame))
        if printer is not None:
            printer(*recording.arguments_of(GUEST_FRAME, frame))

    def close(self) -> None:
        self._process.kill()
        while not isinstance(self._process.poll(), ProcessExit):
            select.select([self._process.control], [], [])
        self._process.close()

    def _say(self, pipe: int, frame: Frame) -> None:
        if frame.kind == CALL and frame.target in MEASUREMENTS:
            self._measuring.add(frame.id)
        self._writers[pipe].feed([frame_bytes(frame)])

    def _expect(self, expected: Frame) -> None:
        found = self._next_frame()
        while found is not None and not is_recorded(found):
            found = self._next_frame()
        if found is None:
            raise self._diverged(expected, None)
        if found.kind == expected.kind == RETURN and found.id == expected.id in self._measuring:
            self._measuring.discard(found.id)
        elif frame_bytes(found) != frame_bytes(expected):
            raise self._diverged(expected, found)
        self._compared += 1

    def _diverged(self, expected: Frame, found: Frame | None) -> ReplayDiverged:
        if found is None:
            exit = self._process.poll()
            why = f" within {self._timeout:g} s"
            if isinstance(exit, ProcessExit):
                why = f": {explain_exit(exit, self._recording.limits, started=True)}"
            return ReplayDiverged(
                self._compared, describe_frame(self._recording, expected), None, why
            )
        texts = [describe_frame(self._recording, frame) for frame in (expected, found)]
        note = ""
        if texts[0] == texts[1]:
            place = _first_difference(frame_bytes(expected), frame_bytes(found))
            note = f"\n  They differ at byte {place} of the message."
        return ReplayDiverged(self._compared, texts[0], texts[1], note)

    # Pipes

    def _next_frame(self) -> Frame | None:
        """The guest's next frame; None when it says nothing any more."""
        deadline = time.monotonic() + self._timeout
        while not self._frames:
            poll = select.poll()
            poll.register(self._process.output, select.POLLIN)
            for writer in self._writers:
                if writer.size and not self._flush(writer):
                    poll.register(writer.fd, select.POLLOUT)
            left = deadline - time.monotonic()
            if left <= 0 or not (ready := poll.poll(left * 1000)):
                return None
            if any(fd == self._process.output for fd, _ in ready) and not self._read():
                self._wait_for_exit()
                return None
        return self._frames.popleft()

    def _flush(self, writer: PipeWriter) -> bool:
        try:
            return writer.write()
        except OSError:
            writer.clear()  # the process is gone, as the end of its output will say
            return True

    def _read(self) -> bool:
        data = os.read(self._process.output, READ_SIZE)
        try:
            self._frames.extend(decode(self._decoder, data))
        except ProtocolViolation as error:
            raise ReplayDiverged(self._compared, None, f"a malformed message: {error}") from error
        return bool(data)

    def _wait_for_pid(self) -> None:
        while self._process.pid is None and self._process.exit is None:
            select.select([self._process.control], [], [])
            self._process.poll()

    def _wait_for_exit(self) -> None:
        while not isinstance(self._process.poll(), ProcessExit):
            select.select([self._process.control], [], [])


def _printers(
    console: Console | Callable[[Entry], object] | None,
) -> dict[str, Callable[..., object]]:
    """What a console calls its callbacks for, by the names that a recording knows it by."""
    if console is None:
        return {}
    from atoll.console import Console

    if not isinstance(console, Console):
        console = Console(console)
    called = console.options().values()
    return {value.__qualname__: value for value in called if inspect.ismethod(value)}


def _first_difference(one: bytes, other: bytes) -> int:
    for index, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return index
    return min(len(one), len(other))
