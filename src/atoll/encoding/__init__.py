"""Text encodings, base64 and compression: the Encoding, HTML and Compression Standards."""

from __future__ import annotations

from atoll.core.capability import BundledCapability

__all__ = ["Encoding"]


class Encoding(BundledCapability):
    """``TextEncoder``, ``TextDecoder``, base64 and compression for the guest.

    Adds ``TextEncoder``, ``TextDecoder``, ``TextEncoderStream``, ``TextDecoderStream``, ``atob``,
    ``btoa``, ``CompressionStream`` and ``DecompressionStream``. They run in the guest alone; there
    is nothing to configure and nothing to observe.
    """

    package = __name__

    def installed(self) -> Encoding:
        """The capability itself."""
        return self
