"""Runs that are recorded, and replayed bit for bit without any of the owner's functions.

::

    async with Runtime(record="run.atoll", fetch=handler) as rt:
        await rt.eval(program)

    result = await replay("run.atoll")

Every effect that a guest has, and all that it finds out, goes through the host. So the messages are
all that there is to record: time and random values are in them as well. A replay sends the guest
what the host had sent, and checks that it says what it had said.
"""

from __future__ import annotations

from atoll.recording._format import RecordedCall, Recording, RecordingError
from atoll.recording._replay import Replay, ReplayDiverged, replay, replay_blocking
from atoll.recording._values import RecordedHandle

__all__ = [
    "RecordedCall",
    "RecordedHandle",
    "Recording",
    "RecordingError",
    "Replay",
    "ReplayDiverged",
    "replay",
    "replay_blocking",
]
