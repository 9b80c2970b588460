"""The file: a line that says what it is, a header in JSON, then entries.

An entry is its kind (a byte), its length (four bytes, little-endian) and so many bytes:

====  ==========================================================
kind  content
====  ==========================================================
0, 1  what the host wrote to the pipe ``input``, ``replies``
2     a frame of the guest
3     the names of host functions, by handle, in JSON
4     why the isolate ended, in JSON; the last entry
====  ==========================================================

Entries are in the order in which the host acted, so what the host wrote never depends on a frame
that is recorded after it. A file without the last entry was cut short, by the end of the host for
instance, and is good up to there.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import logging
import os
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final, Literal

from atoll.core import operations
from atoll.core.bundle import core_script
from atoll.core.notation import describe
from atoll.engine import engine_version
from atoll.errors import AtollError
from atoll.limits import Limits
from atoll.recording._values import error_of, value_or_text
from atoll.wire.frames import (
    CALL,
    POST,
    READY,
    RELEASE,
    RETURN,
    SYNC,
    TAGGED,
    THROW,
    Frame,
    FrameDecoder,
    ProtocolViolation,
    encode_frame,
)

_logger: Final = logging.getLogger("atoll.recording")
MAGIC: Final = b"atoll recording 1\n"
HOST_FRAMES: Final = (0, 1)
GUEST_FRAME: Final = 2
NAMES: Final = 3
END: Final = 4
_ENTRY: Final = struct.Struct("<BI")
_UNRECORDED: Final = frozenset({READY, RELEASE})
"""Frames of the guest that depend on when garbage is collected, or on nothing."""
MEASUREMENTS: Final = frozenset({operations.STATISTICS, operations.COLLECT_GARBAGE})
"""Operations whose answers are never the same twice."""
_SHOWN: Final = 200


class RecordingError(AtollError):
    """A file is no recording, or one that this version cannot replay."""


def fingerprint() -> dict[str, str]:
    """What a replay must have in common with the run."""
    return {
        "engine": ".".join(map(str, engine_version())),
        "core": hashlib.sha256(core_script()).hexdigest()[:16],
    }


def is_recorded(frame: Frame) -> bool:
    """Whether a frame of the guest is part of a recording."""
    return frame.kind not in _UNRECORDED


def frame_bytes(frame: Frame) -> bytes:
    """A frame as it is on the wire."""
    body = bytes(frame.body)
    return b"".join(
        encode_frame(frame.kind, frame.flags, frame.id, frame.target, body, frame.segments)
    )


class RecordingWriter:
    """Writes a recording as the run goes on."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        self._file = file
        self._named: set[int] = set()
        header = {**fingerprint(), "limits": dataclasses.asdict(limits)}
        file.write(MAGIC + json.dumps(header).encode() + b"\n")

    def sent(self, pipe: int, buffers: Sequence[bytes | memoryview]) -> None:
        """The host has written to a pipe."""
        self._write(pipe, b"".join(buffers))

    def received(self, frame: Frame, name: str | None) -> None:
        """The guest has sent a frame.

        Args:
            frame: it.
            name: of the function that it calls.
        """
        if not is_recorded(frame):
            return
        if name is not None and frame.target not in self._named:
            self._named.add(frame.target)
            self._write(NAMES, json.dumps({frame.target: name}).encode())
        self._write(GUEST_FRAME, frame_bytes(frame))

    def ended(self, error: BaseException) -> None:
        """The isolate has ended; nothing follows."""
        if not self._file.closed:
            self._write(END, json.dumps([type(error).__name__, str(error)]).encode())
            with contextlib.suppress(OSError):
                self._file.close()

    def _write(self, kind: int, content: bytes) -> None:
        if self._file.closed:
            return
        try:
            self._file.write(_ENTRY.pack(kind, len(content)) + content)
        except OSError:
            # The run matters more. What has been written is good up to there.
            _logger.exception("The recording could not be written and stops here")
            with contextlib.suppress(OSError):
                self._file.close()


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A call across the boundary, as a person reads it.

    Attributes:
        direction: ``"to host"``: a function of the owner's was called; ``"to guest"``.
        name: of the function, or of what the owner asked for.
        arguments: what was passed. A `RecordedHandle` stands for what lived: functions, promises.
        outcome: ``"returned"``, ``"threw"``, ``"open"`` when the recording ends before, or
            ``"posted"`` for what has no answer: an entry of the console, an uncaught error.
        value: what it returned.
        error: what it threw: an exception, by name and message, in place of the one of then.
    """

    direction: Literal["to host", "to guest"]
    name: str
    arguments: list[Any]
    outcome: Literal["returned", "threw", "open", "posted"]
    value: Any = None
    error: BaseException | None = None

    def __str__(self) -> str:
        """A line for a person; what is long is cut."""
        arguments = ", ".join(map(describe, self.arguments))
        what = f"{self.direction}: {self.name}({arguments})"
        if self.outcome == "returned":
            return f"{what} → {describe(self.value)}"
        if self.error is not None:
            return f"{what} threw {describe(str(self.error))}"
        return f"{what} ({self.outcome})" if self.outcome == "open" else what


class Recording:
    """A recording that has been read.

    Attributes:
        entries: its entries, as kind and content.
        limits: those of the isolate.
        names: host functions by handle.
        ended: the name and message of what ended the isolate; None for a file that was cut short.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Read a recording.

        Raises:
            RecordingError: it is none, or was made with another version.
            OSError: it cannot be read.
        """
        data = Path(path).read_bytes()
        if not data.startswith(MAGIC):
            raise RecordingError(f"{os.fspath(path)} is no recording of Atoll")
        end = data.find(b"\n", len(MAGIC))
        try:
            header = json.loads(data[len(MAGIC) : end])
            self.limits = Limits(**header.pop("limits"))
        except (ValueError, TypeError, KeyError) as error:
            raise RecordingError(f"the header of {os.fspath(path)} is malformed") from error
        if header != fingerprint():
            raise RecordingError(
                f"{os.fspath(path)} was made with another version of Atoll or of its engine "
                f"({header} instead of {fingerprint()}): replay it with that one"
            )
        self.entries = list(_entries(data, end + 1))
        self.names: dict[int, str] = {}
        self.ended: tuple[str, str] | None = None
        for kind, content in self.entries:
            if kind == NAMES:
                self.names |= {int(key): str(name) for key, name in json.loads(content).items()}
            elif kind == END:
                name, message = json.loads(content)
                self.ended = (str(name), str(message))

    def frames(self) -> Iterator[tuple[int, Frame]]:
        """The frames of both sides, with the kind of their entry."""
        decoders = {kind: FrameDecoder(2**31) for kind in (*HOST_FRAMES, GUEST_FRAME)}
        for kind, content in self.entries:
            if kind in decoders:
                try:
                    for frame in decode(decoders[kind], content):
                        yield kind, frame
                except ProtocolViolation as error:
                    raise RecordingError(f"a malformed frame: {error}") from error

    def calls(self) -> list[RecordedCall]:
        """Every call, in the order in which they began."""
        begun: list[tuple[int, Frame]] = []
        answers: dict[int, Frame] = {}
        open_calls: dict[tuple[bool, int], int] = {}
        for kind, frame in self.frames():
            by_guest = kind == GUEST_FRAME
            if frame.kind == CALL:
                open_calls[by_guest, frame.id] = len(begun)
                begun.append((kind, frame))
            elif frame.kind == POST and by_guest:
                begun.append((kind, frame))
            elif frame.kind in (RETURN, THROW):
                index = open_calls.pop((not by_guest, frame.id), None)
                if index is not None:
                    answers[index] = frame
        return [
            self._readable(kind, frame, answers.get(index))
            for index, (kind, frame) in enumerate(begun)
        ]

    def arguments_of(self, kind: int, call: Frame) -> list[Any]:
        """What a call passes."""
        by_guest = kind == GUEST_FRAME
        arguments = value_or_text(call, by_guest=by_guest, depth=self.limits.depth)
        return arguments if isinstance(arguments, list) else [arguments]

    def _readable(self, kind: int, call: Frame, answer: Frame | None) -> RecordedCall:
        outcome: Any = "posted" if call.kind == POST else "open"
        value, error = None, None
        how: Any = {"by_guest": kind != GUEST_FRAME, "depth": self.limits.depth}
        if answer is not None and answer.kind == RETURN:
            outcome, value = "returned", value_or_text(answer, **how)
        elif answer is not None:
            outcome, error = "threw", error_of(answer, **how)
        direction: Any = "to host" if kind == GUEST_FRAME else "to guest"
        name, arguments = self.describe_target(kind, call), self.arguments_of(kind, call)
        return RecordedCall(direction, name, arguments, outcome, value, error)

    def describe_target(self, kind: int, frame: Frame) -> str:
        """The name of what a call calls."""
        if kind == GUEST_FRAME:
            if frame.target == operations.PARSER_SOURCE:
                return "<the parser>"
            if frame.target == operations.UNCAUGHT:
                return "<uncaught>"
            return self.names.get(frame.target, f"function {frame.target}")
        return _OPERATIONS.get(frame.target, f"function {frame.target}")


_OPERATIONS: Final = {
    number: name.lower().replace("_", " ")
    for name, number in vars(operations).items()
    if name.isupper() and isinstance(number, int) and name not in ("FIRST_HANDLE", "UNCAUGHT")
    if name != "PARSER_SOURCE"
}


def _entries(data: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + _ENTRY.size <= len(data):
        kind, length = _ENTRY.unpack_from(data, at)
        at += _ENTRY.size
        if at + length > len(data):
            return
        yield kind, data[at : at + length]
        at += length


def decode(decoder: FrameDecoder, data: bytes) -> list[Frame]:
    """Frames of bytes that came in any pieces."""
    frames = []
    while data:
        if decoder.targets:
            target = decoder.targets[0]
            count = min(len(target), len(data))
            target[:count] = data[:count]
            frames += decoder.filled(count)
            data = data[count:]
        else:
            frames += decoder.feed(data)
            data = b""
    return frames


def body_text(frame: Frame) -> str:
    """What a frame carries, for a person."""
    text = bytes(frame.body).decode("utf-8", "replace")
    text = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    binary = sum(map(len, frame.segments))
    return f"{text} and {binary} bytes" if binary else text


def describe_frame(recording: Recording, frame: Frame) -> str:
    """What a guest says with a frame, in words."""
    if frame.kind == POST:
        name = recording.describe_target(GUEST_FRAME, frame)
        return f"the guest tells {name} {body_text(frame)}"
    if frame.kind == CALL:
        how = "synchronously " if frame.flags & SYNC else ""
        name = recording.describe_target(GUEST_FRAME, frame)
        return f"the guest {how}calls {name} with {body_text(frame)}"
    if frame.kind in (RETURN, THROW):
        verb = "answers" if frame.kind == RETURN else "throws"
        tagged = " (tagged)" if frame.flags & TAGGED else ""
        return f"the guest {verb} call {frame.id} with {body_text(frame)}{tagged}"
    return f"the guest gives call {frame.id} up"
