"""The playground on loopback: from the press of its button to the first line of output."""

from __future__ import annotations

import http.client
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from .measure import Options, Row, at_most_seconds, interleave, seconds
from .processes import serving

_PROJECT: Final = Path(__file__).resolve().parents[1]
_PROGRAM: Final = json.dumps({"code": "console.log('first'); for (;;) {}", "language": "js"})
_PAUSE: Final = 0.5
"""Seconds between two presses, in which the pool gets warm again. A person takes longer."""


def playground(options: Options) -> Iterator[Row]:
    """A request for a program, to the first event of its answer."""
    if not (_PROJECT / "demo" / "node_modules" / ".deno").is_dir():
        print("note: the playground's editor is not installed (`make demo`); its row is left out")
        return
    with serving([sys.executable, "-m", "demo", "--port", "0"], _PROJECT) as port:

        def press() -> float:
            time.sleep(_PAUSE)
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            start = time.perf_counter()
            connection.request("POST", "/api/run", _PROGRAM, {"Content-Type": "application/json"})
            line = json.loads(connection.getresponse().readline())
            took = time.perf_counter() - start
            connection.close()
            if line["type"] != "console":
                raise ValueError(f"another answer: {line}")
            return took

        def page() -> float:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            start = time.perf_counter()
            connection.request("GET", "/api/examples")
            connection.getresponse().read()
            took = time.perf_counter() - start
            connection.close()
            return took

        press()
        values = interleave(options.rounds(15), press, page)
    pressed, asked = map(seconds, values)
    title = "run button to first output"
    yield Row(title, pressed, "any request to that server", asked, at_most_seconds(0.05))
