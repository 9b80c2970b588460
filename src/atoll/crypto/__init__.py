"""Web Cryptography: random values and the whole of ``crypto.subtle``."""

from __future__ import annotations

import hashlib
from typing import Any

from atoll.core.capability import BundledCapability

__all__ = ["Crypto"]


class Crypto(BundledCapability):
    """Adds ``crypto``, ``Crypto``, ``SubtleCrypto`` and ``CryptoKey``.

    With a seed, ``getRandomValues``, ``randomUUID`` and ``Math.random`` give the same values in
    every run, **which everybody who knows the seed can compute: they are unfit for keys.**
    ``generateKey``, ``encapsulateKey`` and ``encapsulateBits`` then reject with a
    ``NotSupportedError``. What ``subtle`` makes random inside other operations (the salt of
    RSA-PSS, the nonce of ECDSA) still comes from the system.

    Attributes:
        seeded: whether the random values are the seed's.
    """

    package = __name__

    def __init__(self, *, seed: bytes | int | None = None) -> None:
        """Describe the cryptography of one isolate, or of several.

        Args:
            seed: where all random values come from, as a key stream of ChaCha20 (RFC 8439): 32
                bytes are its key; other bytes, and the decimal digits of a number, are hashed to
                one with SHA-256. By default they come from the system.
        """
        self._key = None if seed is None else _chacha_key(seed)

    @property
    def seeded(self) -> bool:
        return self._key is not None

    def options(self) -> dict[str, Any]:
        """Options for the guest half."""
        return {"key": self._key}

    def installed(self) -> Crypto:
        """The capability itself."""
        return self


def _chacha_key(seed: bytes | int) -> bytes:
    if isinstance(seed, int) and not isinstance(seed, bool):
        return hashlib.sha256(str(seed).encode("ascii")).digest()
    if not isinstance(seed, bytes | bytearray | memoryview):
        raise TypeError(f"a seed is bytes or an int, not {type(seed).__name__}")
    data = bytes(seed)
    return data if len(data) == 32 else hashlib.sha256(data).digest()
