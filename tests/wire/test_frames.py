"""Frames as bytes: what goes in comes out, however it is cut, and nothing else gets through."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atoll.wire.frames import (
    CALL,
    HEADER,
    MAX_SEGMENTS,
    READY,
    SMALL,
    FrameDecoder,
    FrameTooLarge,
    ProtocolViolation,
    encode_frame,
)

from .support import Contents, contents, frame, pieces, receive

LIMIT = 4 * 1024 * 1024
u32 = st.integers(0, 2**32 - 1)
# Sizes around those at which frames are handled differently.
blobs = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([SMALL - 17, SMALL - 16, SMALL - 15, SMALL, 3 * SMALL]).map(bytes),
)
frames = st.tuples(
    st.integers(CALL, READY),
    st.integers(0, 255),
    u32,
    u32,
    blobs,
    st.lists(blobs, max_size=4),
)


def encoded(contents: Contents) -> bytes:
    kind, flags, id, target, body, segments = contents
    return b"".join(encode_frame(kind, flags, id, target, body, segments))


@given(st.lists(frames, max_size=6), st.lists(st.integers(0, 2**24), max_size=12))
def test_frames_survive_any_division_into_reads(sent: list[Contents], cuts: list[int]) -> None:
    decoder = FrameDecoder(LIMIT)
    received = [
        contents(found)
        for piece in pieces(b"".join(map(encoded, sent)), cuts)
        for found in receive(decoder, piece)
    ]
    assert received == sent


@given(st.lists(frames, min_size=1, max_size=3))
def test_a_decoder_that_is_only_fed_finds_the_same_frames(sent: list[Contents]) -> None:
    decoder = FrameDecoder(LIMIT)
    data = b"".join(map(encoded, sent))
    received = []
    for at in range(0, len(data), 1000):
        received += [contents(found) for found in decoder.feed(data[at : at + 1000])]
    assert received == sent


@given(frames, st.integers(0, 2**24))
def test_a_truncated_frame_yields_nothing(sent: Contents, cut: int) -> None:
    data = encoded(sent)
    assert receive(FrameDecoder(LIMIT), data[: cut % len(data)]) == []


def test_single_bytes_add_up_to_frames() -> None:
    decoder = FrameDecoder(LIMIT)
    data = frame(CALL, id=1, body=b"[1]", segments=[b"ab", b"", b"c"]) * 2
    received = [found for byte in data for found in receive(decoder, bytes([byte]))]
    assert [found.segments for found in received] == [[b"ab", b"", b"c"]] * 2


@pytest.mark.parametrize("kind", [0, READY + 1, 255])
def test_an_unknown_kind_is_refused(kind: int) -> None:
    with pytest.raises(ProtocolViolation, match="kind"):
        FrameDecoder(LIMIT).feed(HEADER.pack(0, kind, 0, 0, 0, 0))


@pytest.mark.parametrize("length", [LIMIT - 15, LIMIT, 2**31, 2**32 - 1])
def test_an_oversized_body_is_refused_by_its_header(length: int) -> None:
    with pytest.raises(FrameTooLarge):
        FrameDecoder(LIMIT).feed(HEADER.pack(length, CALL, 0, 0, 0, 0))


def test_a_frame_of_exactly_the_limit_passes() -> None:
    decoder = FrameDecoder(LIMIT)
    assert len(receive(decoder, frame(CALL, body=bytes(LIMIT - 16)))) == 1


def test_segments_count_against_the_limit_as_soon_as_their_lengths_are_known() -> None:
    header = HEADER.pack(0, CALL, 0, 2, 0, 0) + (2**31).to_bytes(4, "little") * 2
    with pytest.raises(FrameTooLarge):
        FrameDecoder(LIMIT).feed(header)


@pytest.mark.parametrize("segments", [MAX_SEGMENTS + 1, 65535])
def test_too_many_segments_are_refused_by_the_header(segments: int) -> None:
    with pytest.raises(ProtocolViolation, match="segments"):
        FrameDecoder(LIMIT).feed(HEADER.pack(0, CALL, 0, segments, 0, 0))


def test_as_many_segments_as_may_be_pass() -> None:
    decoder = FrameDecoder(LIMIT)
    found = receive(decoder, frame(CALL, segments=[b"x"] * MAX_SEGMENTS))
    assert len(found[0].segments) == MAX_SEGMENTS


def test_a_promised_body_takes_no_memory_before_it_arrives() -> None:
    decoder = FrameDecoder(1024 * 1024 * 1024)
    with open("/proc/self/statm") as file:
        before = int(file.read().split()[1])
    decoder.feed(HEADER.pack(900 * 1024 * 1024, CALL, 0, 0, 0, 0) + b"x" * 1000)
    with open("/proc/self/statm") as file:
        pages = int(file.read().split()[1]) - before
    assert pages * 4096 < 8 * 1024 * 1024


def test_bytes_handed_out_do_not_change_with_what_is_read_later() -> None:
    decoder = FrameDecoder(LIMIT)
    (small,) = receive(decoder, frame(CALL, body=b"first", segments=[b"one"]))
    (large,) = receive(decoder, frame(CALL, body=b"a" * 2 * SMALL, segments=[b"b" * 2 * SMALL]))
    receive(decoder, frame(CALL, body=b"z" * 3 * SMALL) + frame(CALL, body=b"other"))
    assert (small.body, small.segments) == (b"first", [b"one"])
    assert bytes(large.body) == b"a" * 2 * SMALL
    assert bytes(large.segments[0]) == b"b" * 2 * SMALL


@given(st.binary(max_size=400), st.lists(st.integers(0, 400), max_size=5))
def test_garbage_ends_in_a_violation_or_in_waiting(data: bytes, cuts: list[int]) -> None:
    decoder = FrameDecoder(64 * 1024)
    try:
        for piece in pieces(data, cuts):
            receive(decoder, piece)
    except ProtocolViolation:
        pass


def test_many_small_frames_leave_no_memory_behind() -> None:
    decoder = FrameDecoder(LIMIT)
    data = frame(CALL, id=7, body=b"[]") * 3000 + b"\x10"
    tracemalloc.start()
    try:
        decoder.feed(data[:-1])
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(20):
            decoder.feed(data[:-1])
        assert tracemalloc.get_traced_memory()[0] - before < 100_000
    finally:
        tracemalloc.stop()
