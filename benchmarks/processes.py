"""The process of an isolate, which is nobody's business but a benchmark's."""

from __future__ import annotations

import atoll
import atoll.sync


def process_id(isolate: atoll.sync.Isolate | atoll.Isolate) -> int:
    process = isolate._driver.process
    assert process is not None
    assert process.pid is not None
    return process.pid
