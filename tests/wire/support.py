"""What the tests of the wire share: frames as bytes, and a reader that behaves like a driver's."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Protocol

from atoll.wire.frames import Frame, encode_frame


class Receiver(Protocol):
    """The half of a decoder or of a session that bytes go in through."""

    @property
    def targets(self) -> list[memoryview]: ...

    def feed(self, data: bytes) -> list[Frame]: ...

    def filled(self, count: int) -> list[Frame]: ...


def frame(
    kind: int,
    *,
    id: int = 0,
    target: int = 0,
    flags: int = 0,
    body: bytes = b"",
    segments: Iterable[bytes] = (),
) -> bytes:
    return b"".join(encode_frame(kind, flags, id, target, body, list(segments)))


def receive(receiver: Receiver, data: bytes) -> list[Frame]:
    """Hand over bytes the way a driver does: large frames straight to where they belong."""
    frames: list[Frame] = []
    while data:
        if receiver.targets:
            count = 0
            for target in receiver.targets:
                part = data[count : count + len(target)]
                target[: len(part)] = part
                count += len(part)
            frames += receiver.filled(count)
            data = data[count:]
        else:
            frames += receiver.feed(data)
            data = b""
    return frames


def pieces(data: bytes, cuts: Iterable[int]) -> list[bytes]:
    """The bytes, cut at these places."""
    places = sorted({cut % (len(data) + 1) for cut in cuts} | {0, len(data)})
    return [data[start:end] for start, end in itertools.pairwise(places)]


Contents = tuple[int, int, int, int, bytes, list[bytes]]


def contents(frame: Frame) -> Contents:
    """A frame as a value that can be compared."""
    return (
        frame.kind,
        frame.flags,
        frame.id,
        frame.target,
        bytes(frame.body),
        [bytes(part) for part in frame.segments],
    )
