"""Much at once, in both directions, through blocking isolates."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from atoll import Limits, MiB, Sink, WallTimeLimitExceeded
from atoll.sync import Isolate

BIG = 64 * MiB


@pytest.fixture(scope="module")
def module_isolate() -> Iterator[Isolate]:
    with Isolate(limits=Limits(memory=512 * MiB)) as isolate:
        yield isolate


def test_64_mib_go_in_and_come_out(isolate: Isolate) -> None:
    data = os.urandom(BIG)
    assert isolate.eval("b => b", data) == data


def test_64_mib_cross_in_both_directions_at_once(isolate: Isolate) -> None:
    data = os.urandom(BIG)
    got: list[bytes] = []

    def swap(theirs: bytes) -> bytes:
        got.append(theirs)
        return data

    isolate.define_async_function("swap", swap)
    # The second call is on its way out while the answer to the first is on its way in.
    code = f"const both = new Uint8Array({BIG}).fill(7); Promise.all([swap(both), swap(both)])"
    first, second = isolate.eval(code)
    assert first == second == data
    assert got == [b"\7" * BIG] * 2


def test_100_000_calls_in_flight_are_all_answered(isolate: Isolate) -> None:
    isolate.define_async_function("double", lambda n: n * 2)
    code = (
        "Promise.all(Array.from({length: 100_000}, (_, i) => double(i)))"
        ".then(all => all.every((n, i) => n === 2 * i) && all.length)"
    )
    assert isolate.eval(code) == 100_000


def test_calls_of_the_host_one_after_the_other_are_all_answered(isolate: Isolate) -> None:
    function = isolate.eval("n => n + 1", copy=False)
    assert sum(function(n) for n in range(20_000)) == sum(range(1, 20_001))


def test_a_guest_that_does_not_read_is_ended_by_its_deadline() -> None:
    with Isolate(limits=Limits(call_time=0.5, memory=256 * MiB)) as isolate:
        isolate.define_async_function("much", lambda: bytes(32 * MiB))
        with pytest.raises(WallTimeLimitExceeded):
            isolate.eval("much(); much(); for (;;);")


def test_a_guest_that_starts_reading_late_gets_everything(isolate: Isolate) -> None:
    isolate.define_async_function("much", lambda n: bytes([n]) * (8 * MiB))
    # The calls have gone out when the first synchronous call does, and the answers wait.
    isolate.define_function("tick", lambda: None)
    code = (
        "async () => { const all = [1, 2, 3].map(n => much(n));"
        " for (let i = 0; i < 100; i++) tick();"
        " return (await Promise.all(all)).map(b => [b[0], b.length]) }"
    )
    assert isolate.eval(f"({code})()") == [[n, 8 * MiB] for n in (1, 2, 3)]


def test_streams_of_the_guest_and_the_host_move_much(isolate: Isolate) -> None:
    chunk = bytes(MiB)
    total = 0

    def count(data: bytes) -> None:
        nonlocal total
        total += len(data)

    isolate.eval("(s, w) => s.pipeTo(w)", (chunk for _ in range(64)), Sink(count))
    assert total == 64 * MiB
