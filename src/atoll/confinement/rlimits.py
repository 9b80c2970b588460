"""Resource limits: back-stops that hold when nothing else is looking.

The owner's limits on memory and CPU time are watched by the host, which can say what happened;
these are what the kernel enforces even if the host is busy or gone.
"""

from __future__ import annotations

import resource

# V8 reserves hundreds of gigabytes of addresses: RLIMIT_AS must stay unlimited, and RLIMIT_DATA is
# set by the host on the running process, once the engine has made its reservations.
_FIXED = {
    resource.RLIMIT_CORE: 0,  # a crash writes no memory, which may hold the host's data, to disk
    resource.RLIMIT_FSIZE: 0,  # if it found a file to write to, not one byte could be added to it
    resource.RLIMIT_MEMLOCK: 0,  # cannot pin memory, which no other limit would count
    resource.RLIMIT_MSGQUEUE: 0,  # no kernel memory through POSIX message queues
}

OPEN_FILES = 64
"""Descriptors an isolate may hold: the engine needs about 20; each costs kernel memory."""


def apply(*, cpu_time: float | None, threads: int | None) -> None:
    """Set the limits of the calling process but that on descriptors, soft and hard alike.

    Args:
        cpu_time: seconds of CPU after which the kernel kills it, rounded up; ``None`` for no limit.
            Soft and hard are the same because a soft limit's signal is ignored by the first process
            of a PID namespace.
        threads: how many; ``None`` where the count would be of all the user's processes.

    Raises:
        OSError, ValueError: a limit above the current hard limit.
    """
    for kind, value in _FIXED.items():
        resource.setrlimit(kind, (value, value))
    if threads is not None:
        resource.setrlimit(resource.RLIMIT_NPROC, _lower(resource.RLIMIT_NPROC, threads))
    if cpu_time is not None:
        seconds = max(1, -int(-cpu_time // 1))
        resource.setrlimit(resource.RLIMIT_CPU, _lower(resource.RLIMIT_CPU, seconds))


def apply_open_files() -> None:
    """Set the limit on descriptors, which counts for new ones alone.

    Raises:
        OSError: it cannot be set.
    """
    resource.setrlimit(resource.RLIMIT_NOFILE, _lower(resource.RLIMIT_NOFILE, OPEN_FILES))


def _lower(kind: int, value: int) -> tuple[int, int]:
    hard = resource.getrlimit(kind)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    return (value, value)


def apply_core_only() -> None:
    """No core dumps: kept even where confinement is off, since a dump may hold the host's data."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
