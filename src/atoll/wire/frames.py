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

from collections.abc import Sequence
from struct import Struct
from typing import Final

from atoll.wire.buffers import fillable_bytes

HEADER: Final = Struct("<IBBHII")

CALL: Final = 1
RETURN: Final = 2
THROW: Final = 3
CANCEL: Final = 4
POST: Final = 5
RELEASE: Final = 6
READY: Final = 7

MAX_SEGMENTS: Final = 16_000
"""Binary values in one message; their lengths fit the guest's buffer."""

SYNC: Final = 1
"""The sender of this CALL blocks until it is answered."""
TAGGED: Final = 2
"""The body uses the notation of `marshal`; without it the body is plain JSON."""

SMALL: Final = 64 * 1024
"""Frames up to this size are cut out of what was read; larger ones are read into place."""
Buffer = bytes | memoryview


class ProtocolViolation(Exception):
    """The other side sent something that no correct guest sends."""


class FrameTooLarge(ProtocolViolation):
    """The other side announced a frame that is larger than one may be."""


class Frame:
    """One message. `body` and `segments` do not alias any buffer that is reused."""

    __slots__ = ("body", "flags", "id", "kind", "segments", "target")

    def __init__(
        self,
        kind: int,
        flags: int,
        id: int,
        target: int,
        body: Buffer = b"",
        segments: Sequence[Buffer] = (),
    ) -> None:
        self.kind = kind
        self.flags = flags
        self.id = id
        self.target = target
        self.body = body
        self.segments = segments

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
    body: bytes | bytearray = b"",
    segments: Sequence[Buffer] = (),
) -> list[Buffer]:
    """The frame as buffers to write one after the other; segments are not copied."""
    head = HEADER.pack(len(body), kind, flags, len(segments), id, target)
    if not segments:
        return [head + body]
    lengths = _lengths(len(segments)).pack(*map(len, segments))
    return [head + lengths + body, *segments]


class FrameDecoder:
    """Turns bytes into frames.

    Bytes go in through `feed`. While a large frame is under way, `targets` says where its bytes
    belong; they can be read straight to there, and reported with `filled`.
    """

    def __init__(self, limit: int) -> None:
        """`limit`: bytes that one frame may have."""
        self._limit = limit
        self._partial = b""
        self._large: Frame | None = None
        self._parts: list[bytes | bytearray] = []
        self.targets: list[memoryview] = []
        """What is left to read of a large frame: empty when none is under way."""

    def filled(self, count: int) -> list[Frame]:
        """`count` bytes have been read into `targets`, in order."""
        targets = self.targets
        done = 0
        while done < len(targets) and count >= len(targets[done]):
            count -= len(targets[done])
            done += 1
        del targets[:done]
        if targets:
            targets[0] = targets[0][count:]
            return []
        frame, self._large = self._large, None
        if frame is None:
            return []
        frame.body, *frame.segments = map(bytes, self._parts)
        self._parts = []
        return [frame]

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that these bytes complete.

        Raises:
            ProtocolViolation: a header that no correct guest sends.
        """
        size = len(data)
        if size >= 16 and not self._partial and not self.targets:
            length, kind, flags, segments, id, target = HEADER.unpack_from(data)
            if not segments and size == 16 + length <= self._limit and 1 <= kind <= READY:
                return [Frame(kind, flags, id, target, data[16:])]  # by far the most common
        return self._feed(data)

    def _feed(self, data: bytes) -> list[Frame]:
        frames: list[Frame] = []
        while self.targets and data:
            place = self.targets[0]
            count = min(len(place), len(data))
            place[:count] = data[:count]
            frames += self.filled(count)
            data = data[count:]
        if self._partial:
            data = self._partial + data
        start, end = 0, len(data)
        while end - start >= 16:
            size = self._frame_size(data, start)
            if size > end - start:
                if size > SMALL:
                    self._begin_large(data, start)
                    frames += self._feed(data[start + self._head_size(data, start) :])
                    return frames
                break
            frames.append(self._cut(data, start))
            start += size
        self._partial = data[start:] if start < end else b""
        return frames

    def _frame_size(self, data: bytes, start: int) -> int:
        """Bytes that the frame has, or as many as tell more about it."""
        header: tuple[int, ...] = HEADER.unpack_from(data, start)
        length, kind, _, segments, _, _ = header
        if not 1 <= kind <= READY:
            raise ProtocolViolation(f"a frame of kind {kind}")
        if segments > MAX_SEGMENTS:
            raise ProtocolViolation(f"{segments} segments in one frame")
        size = 16 + length
        if segments:
            table = 16 + 4 * segments
            if len(data) - start < table:
                return table
            size += 4 * segments + sum(_lengths(segments).unpack_from(data, start + 16))
        if size > self._limit:
            raise FrameTooLarge(f"a message of {size} bytes")
        return size

    @staticmethod
    def _head_size(data: bytes, start: int) -> int:
        return 16 + 4 * int(HEADER.unpack_from(data, start)[3])

    def _begin_large(self, data: bytes, start: int) -> None:
        length, kind, flags, segments, id, target = HEADER.unpack_from(data, start)
        lengths = _lengths(segments).unpack_from(data, start + 16) if segments else ()
        self._partial = b""
        self._large = Frame(kind, flags, id, target)
        for size in (length, *lengths):
            # Memory that is only committed as bytes arrive, whatever the header promises.
            part, view = fillable_bytes(size)
            self._parts.append(part)
            if size:
                self.targets.append(view)

    def _cut(self, data: bytes, start: int) -> Frame:
        length, kind, flags, segments, id, target = HEADER.unpack_from(data, start)
        at = start + 16
        if not segments:
            return Frame(kind, flags, id, target, data[at : at + length])
        lengths = _lengths(segments).unpack_from(data, at)
        at += 4 * segments
        body = data[at : at + length]
        at += length
        parts: list[Buffer] = []
        for part in lengths:
            parts.append(data[at : at + part])
            at += part
        return Frame(kind, flags, id, target, body, parts)


def _lengths(segments: int) -> Struct:
    return Struct(f"<{segments}I")
