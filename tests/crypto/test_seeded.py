from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from atoll import Isolate, JSError
from atoll.crypto import Crypto
from tests.crypto import vectors
from tests.crypto.test_crypto import UUID

pytestmark = pytest.mark.asyncio(loop_scope="module")

DRAW = """[
    crypto.getRandomValues(new Uint8Array(10)).toHex(), crypto.randomUUID(), Math.random(),
    crypto.getRandomValues(new Uint16Array(10)).join(), crypto.randomUUID(), Math.random(),
]"""


@asynccontextmanager
async def seeded(seed: bytes | int) -> AsyncIterator[Isolate]:
    async with Isolate() as isolate:
        assert (await isolate.install(Crypto(seed=seed))).seeded
        yield isolate


async def test_values_are_the_key_stream_of_the_published_vectors() -> None:
    async with seeded(bytes(32)) as isolate:
        parts: Any = await isolate.eval(
            "[1, 30, 0, 64, 33].map(n => crypto.getRandomValues(new Uint8Array(n)).toHex())"
        )
    assert "".join(parts) == vectors.CHACHA20_ZERO_KEY


async def test_the_same_seed_gives_the_same_values_and_another_others() -> None:
    async def draw(seed: bytes | int) -> Any:
        async with seeded(seed) as isolate:
            return await isolate.eval(DRAW)

    first = await draw(42)
    assert await draw(42) == first
    assert UUID.fullmatch(first[1])
    assert all(0 <= first[i] < 1 for i in (2, 5))
    assert len({*first}) == len(first)
    for other in (43, b"42!", b"", -42):
        assert not {*first} & {*await draw(other)}


async def test_each_source_has_a_stream_of_its_own() -> None:
    async with seeded(7) as one, seeded(7) as two:
        await two.eval("Math.random(); crypto.randomUUID()")
        values = "crypto.getRandomValues(new Uint8Array(32)).toHex()"
        assert await one.eval(values) == await two.eval(values)


async def test_random_numbers_are_even_over_their_range() -> None:
    async with seeded(1) as isolate:
        mean, buckets = await isolate.eval(
            """(() => {
                const buckets = Array(10).fill(0);
                let sum = 0;
                for (let i = 0; i < 1e5; i++) {
                    const n = Math.random();
                    sum += n;
                    buckets[Math.floor(n * 10)]++;
                }
                return [sum / 1e5, buckets];
            })()"""
        )
    assert abs(mean - 0.5) < 0.01
    assert all(9500 < count < 10500 for count in buckets)


@pytest.mark.parametrize(
    ("argument", "error"),
    [
        ("new Uint8Array(65537)", "QuotaExceededError"),
        ("new Float64Array(1)", "TypeMismatchError"),
        ("{}", "TypeError"),
    ],
)
async def test_errors_are_those_of_the_standard_and_use_nothing_up(
    argument: str, error: str
) -> None:
    async with seeded(bytes(32)) as isolate:
        with pytest.raises(JSError) as caught:
            await isolate.eval(f"crypto.getRandomValues({argument})")
        assert caught.value.name == error
        first = await isolate.eval("crypto.getRandomValues(new Uint8Array(4)).toHex()")
        assert first == vectors.CHACHA20_ZERO_KEY[:8]


async def test_keys_are_not_made_from_a_seed() -> None:
    async with seeded(1) as isolate:
        caught = await isolate.eval(
            """crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, true, ["encrypt"])
                .catch(e => [e.name, e instanceof DOMException, e.message])"""
        )
        assert caught == [
            "NotSupportedError",
            True,
            "generateKey needs a secret source of randomness; this isolate's is seeded",
        ]
        digest = await isolate.eval("d => crypto.subtle.digest('SHA-256', d)", b"abc")
        assert bytes(digest).hex() == vectors.DIGESTS["SHA-256"]


async def test_the_surface_is_the_same_as_without_a_seed(fresh_isolate: Isolate) -> None:
    shape = """JSON.stringify([crypto, Crypto.prototype, SubtleCrypto.prototype, Math].map(o =>
        Reflect.ownKeys(o).map((key) => {
            const d = Object.getOwnPropertyDescriptor(o, key), f = d.get ?? d.value;
            return [String(key), d.writable, d.enumerable, d.configurable, f?.name, f?.length];
        })))"""
    await fresh_isolate.install(Crypto())
    async with seeded(1) as isolate:
        assert await isolate.eval(shape) == await fresh_isolate.eval(shape)
        assert "[native code]" in await isolate.eval("`${Math.random}`")


@pytest.mark.parametrize("seed", [True, 1.5, "text"])
async def test_other_seeds_are_refused(seed: Any) -> None:
    with pytest.raises(TypeError, match="a seed is bytes or an int"):
        Crypto(seed=seed)
