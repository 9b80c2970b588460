"""What one isolate may use."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

KiB: Final = 1024
MiB: Final = 1024 * KiB
GiB: Final = 1024 * MiB


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Limits of one isolate, in bytes and seconds. ``None`` means no limit.

    Exceeding one ends the isolate and raises its own subclass of ``LimitExceeded`` in whoever
    waits for it; the host and other isolates are not affected.

    Attributes:
        memory: heap, ArrayBuffers and WebAssembly memory together, at least 16 MiB. Enforced by
            V8 for its heap and by the kernel for the sum.
        cpu_time: processor seconds of the isolate's process over its whole life.
        wall_time: seconds from start to the forced end of the isolate.
        call_time: seconds that any one ``eval`` or call may take (``timeout=`` overrides it).
            Reading from a stream of the guest is none: it may wait for its next chunk.
        output: bytes that the guest may send to the host over its whole life.
        message: bytes of one message, in either direction.
        calls: calls from the guest that the host works on at once; the guest queues the rest.
        nesting: depth of guest-calls-host-calls-guest chains of synchronous calls.
        handles: functions, promises and objects that either side may hold of the other.
        depth: nesting of containers in one marshalled value.
    """

    memory: int = 128 * MiB
    cpu_time: float | None = None
    wall_time: float | None = None
    call_time: float | None = 30.0
    output: int | None = None
    message: int = 256 * MiB
    calls: int = 1024
    nesting: int = 32
    handles: int = 100_000
    depth: int = 100

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value is None and "None" in str(field.type):
                continue
            number = int | float if "float" in str(field.type) else int
            if isinstance(value, bool) or not isinstance(value, number):
                raise TypeError(f"Limits.{field.name} must be a number, not {value!r}")
            if not value > 0 or value == float("inf"):
                raise ValueError(
                    f"Limits.{field.name} must be positive and finite, not {value!r}"
                    + ("; use None for no limit" if "None" in str(field.type) else "")
                )
        if self.memory < 16 * MiB:
            raise ValueError(f"Limits.memory must be at least 16 MiB, not {self.memory} bytes")
        if self.message > 1024 * MiB:
            raise ValueError("Limits.message can be 1 GiB at most")
        if self.depth > 200 or self.nesting > 100:
            raise ValueError("Limits.depth can be 200 at most, Limits.nesting 100")
