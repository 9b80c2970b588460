"""Frames: what one message looks like as bytes.

A frame is a header of 16 bytes, the lengths of its binary segments, a JSON body, and the segments
themselves; all numbers are little-endian::

    0   u32  length of the body          8   u32  id of the call that it belongs to
    4   u8   kind                       12   u32  target: handle that is called
    5   u8   flags                      16   u32  length, per segment
    6   u16  number of segments          …   body, then the segments

Three pipes carry them. The host writes to two: `input`, and `replies` for what concerns a
synchronous call that the guest blocks in (two, because a blocking and a pending asynchronous read
on one pipe would steal each other's bytes). The guest writes everything to `output`.

Bytes from the guest are hostile: nothing is allocated before its size was checked, and large
frames go to memory that the kernel commits only as bytes really arrive.
"""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from struct import Struct
from typing import Final

HEADER: Final = Struct("<IBBHII")

CALL: Final = 1
RETURN: Final = 2
THROW: Final = 3
CANCEL: Final = 4
POST: Final = 5
RELEASE: Final = 6
READY: Final = 7

SYNC: Final = 1
"""The sender of this CALL blocks until it is answered."""
TAGGED: Final = 2
"""The body uses the notation of `marshal`; without it the body is plain JSON."""

SCRATCH: Final = 256 * 1024
Buffer = bytes | memoryview


class ProtocolViolation(Exception):
    """The other side sent something that no correct guest sends."""


class Frame:
    """One message. `body` and `segments` do not alias any buffer that is reused."""

    __slots__ = ("body", "flags", "id", "kind", "segments", "size", "target")

    def __init__(
        self,
        kind: int,
        flags: int,
        id: int,
        target: int,
        body: Buffer = b"",
        segments: Sequence[Buffer] = (),
        size: int = 0,
    ) -> None:
        self.kind = kind
        self.flags = flags
        self.id = id
        self.target = target
        self.body = body
        self.segments = segments
        self.size = size

    def __repr__(self) -> str:
        return (
            f"Frame(kind={self.kind}, flags={self.flags}, id={self.id}, target={self.target}, "
            f"body={bytes(self.body[:60])!r}, segments={len(self.segments)})"
        )


def encode_frame(
    kind: int,
    flags: int,
    id: int,
    target: int,
    body: bytes = b"",
    segments: Sequence[Buffer] = (),
) -> list[Buffer]:
    """The frame as buffers to write one after the other; segments are not copied."""
    head = HEADER.pack(len(body), kind, flags, len(segments), id, target)
    if not segments:
        return [head + body]
    lengths = Struct(f"<{len(segments)}I").pack(*map(len, segments))
    return [head + lengths + body, *segments]


class FrameDecoder:
    """Turns bytes into frames.

    The caller reads into `buffer()` and reports with `received(n)`, which returns the frames that
    are complete, so that large frames are read straight to where they stay.
    """

    def __init__(self, limit: int) -> None:
        """`limit`: bytes that one frame may have."""
        self._limit = limit
        self._scratch = memoryview(bytearray(SCRATCH))
        self._current = self._scratch
        self._end = 0

    def buffer(self) -> memoryview:
        """Where the next bytes belong. Never empty."""
        return self._current[self._end :]

    def received(self, count: int) -> list[Frame]:
        """The frames that `count` more bytes in `buffer()` have completed.

        Raises:
            ProtocolViolation: a header that no correct guest sends.
        """
        self._end += count
        frames: list[Frame] = []
        start = 0
        while self._end - start >= 16:
            current = self._current
            length, kind, flags, segments, id, target = HEADER.unpack_from(current, start)
            size = 16 + length
            table = start + 16
            lengths: tuple[int, ...] = ()
            if segments:
                table += 4 * segments
                lengths = self._segment_lengths(start, table, segments)
                size += 4 * segments + sum(lengths)
            if size > self._limit:
                raise ProtocolViolation(f"a frame of {size} bytes")
            if not 1 <= kind <= READY:
                raise ProtocolViolation(f"a frame of kind {kind}")
            if self._end - start < size:
                self._make_room(start, size)
                return frames
            body: Buffer
            parts: list[Buffer] | tuple[Buffer, ...] = ()
            if segments:
                at = table + length
                body = self._own(table, at)
                parts = []
                for part in lengths:
                    parts.append(self._own(at, at + part))
                    at += part
            else:
                body = bytes(current[table : table + length])
            frames.append(Frame(kind, flags, id, target, body, parts, size))
            start += size
            if current is not self._scratch:
                # A large frame has its buffer to itself.
                self._current = self._scratch
                self._end = start = 0
        if start == self._end:
            self._end = 0
        elif start:
            self._make_room(start, 16)
        return frames

    def _segment_lengths(self, start: int, table: int, segments: int) -> tuple[int, ...]:
        """The lengths as far as they have arrived; a partial table keeps its frame incomplete."""
        if table - start > SCRATCH:
            raise ProtocolViolation(f"{segments} segments in one frame")
        if table > self._end:
            return ()
        return Struct(f"<{segments}I").unpack_from(self._current, start + 16)

    def _own(self, start: int, end: int) -> Buffer:
        part = self._current[start:end]
        return bytes(part) if self._current is self._scratch else part

    def _make_room(self, start: int, size: int) -> None:
        """Keep the bytes from `start` on, with space for a frame of `size` bytes."""
        kept = self._current[start : self._end]
        if size <= SCRATCH:
            if start:
                self._scratch[: len(kept)] = bytes(kept)
        elif len(self._current) < size or start:
            large = memoryview(mmap.mmap(-1, size))
            large[: len(kept)] = kept
            self._current = large
        self._end = len(kept)
