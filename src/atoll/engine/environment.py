"""What both ways of starting the engine have in common."""

from __future__ import annotations

import resource

ENVIRONMENT = {
    # Nothing of the host's. Without a cache folder and without a home to put one in, Deno refuses
    # to start; one that can never be made, not even by root, it takes in its stride.
    b"DENO_DIR": b"/dev/null/deno",
    b"DENO_NO_UPDATE_CHECK": b"1",
}

STDERR_TAIL = 8 * 1024
"""Bytes of the engine's stdout and stderr that are kept, the last ones."""


def set_data_limit(pid: int, size: int) -> None:
    """Set a process's soft ``RLIMIT_DATA`` to ``size`` bytes, or to its hard limit if that is less.

    Raises:
        PermissionError: its user is another one, and we have no CAP_SYS_RESOURCE over it.
        ProcessLookupError: it does not exist.
    """
    hard = resource.prlimit(pid, resource.RLIMIT_DATA)[1]
    if hard != resource.RLIM_INFINITY:
        size = min(size, hard)
    resource.prlimit(pid, resource.RLIMIT_DATA, (size, hard))
