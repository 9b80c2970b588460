"""What an isolate has used."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What the host sees of an isolate; sizes in bytes, times in seconds.

    Attributes:
        memory: resident memory that belongs to the isolate's process alone.
        cpu_time: processor time of the process, all threads.
        wall_time: time since the isolate was started.
        calls: calls from the guest to the host so far.
        bytes_in: bytes received from the guest.
        bytes_out: bytes sent to the guest.
    """

    memory: int
    cpu_time: float
    wall_time: float
    calls: int
    bytes_in: int
    bytes_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics(Usage):
    """The same, and what only the guest knows.

    Attributes:
        heap_used: V8 heap in use.
        heap_total: V8 heap allocated.
        external: memory outside of the heap that JavaScript objects keep, ArrayBuffers above all.
        guest_handles: values of the guest that the host holds.
        host_handles: values of the host that the guest holds, definitions not counted.
    """

    heap_used: int
    heap_total: int
    external: int
    guest_handles: int
    host_handles: int
