"""What the tests of the core share."""

from __future__ import annotations

import gc

from atoll import Isolate


async def held_handles(isolate: Isolate) -> tuple[int, int]:
    """Guest values that the host holds and host values that the guest holds, after collection."""
    gc.collect()
    # What the first collection makes each side release may free more on the other.
    await isolate.collect_garbage()
    gc.collect()
    await isolate.collect_garbage()
    statistics = await isolate.statistics()
    return statistics.guest_handles, statistics.host_handles
