"""What both ways of starting the engine have in common."""

from __future__ import annotations

ENVIRONMENT = {
    # Nothing of the host's. Without a cache folder and without a home to put one in, Deno refuses
    # to start; one that can never be made, not even by root, it takes in its stride.
    b"DENO_DIR": b"/dev/null/deno",
    b"DENO_NO_UPDATE_CHECK": b"1",
}

STDERR_TAIL = 8 * 1024
"""Bytes of the engine's stdout and stderr that are kept, the last ones."""
