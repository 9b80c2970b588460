"""Describes the global scope of isolates, a line for each property. `make inventory` rewrites it.

``bare.txt`` is a bare isolate. The other files have what a capability changes: lines that it adds
begin with ``+``, lines that it takes away with ``-``. A line is a path, attributes (``w`` for
writable, ``e`` for enumerable, ``c`` for configurable) and what is there: another path where that
object has been described; ``path : path`` names a prototype. What only the engine
itself can use is ``internal``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from atoll.console import Console
from atoll.crypto import Crypto
from atoll.encoding import Encoding
from atoll.fetch import Fetch
from atoll.fs import Files
from atoll.modules import Modules
from atoll.path import Path as PathModule
from atoll.sync import Isolate
from atoll.timers import Timers

FOLDER = Path(__file__).parent

CAPABILITIES: dict[str, Callable[[], Any]] = {
    "console": lambda: Console(on_entry=lambda entry: None),
    "crypto": Crypto,
    "crypto-seeded": lambda: Crypto(seed=1),
    "encoding": Encoding,
    "fetch": lambda: Fetch(lambda request: None),
    "files": Files,
    "modules": Modules,
    "path": PathModule,
    "timers": Timers,
    "timers-manual": lambda: Timers(mode="manual", virtual_date=True),
}
"""Every capability, in each of its forms: how to make one."""


def describe(*capabilities: Any) -> list[str]:
    """The lines of an isolate with those capabilities."""
    with Isolate() as isolate:
        for capability in capabilities:
            isolate.install(capability)
        lines: list[str] = isolate.eval(f"({(FOLDER / 'walk.js').read_text('utf-8')})()")
    return lines


def changes(before: list[str], after: list[str]) -> list[str]:
    """What to take away, and what to add."""
    known, new = set(before), set(after)
    return [f"- {line}" for line in before if line not in new] + [
        f"+ {line}" for line in after if line not in known
    ]


def inventory(name: str) -> str:
    """The text of one file."""
    bare = describe()
    if name == "bare":
        return "\n".join([*bare, ""])
    return "\n".join([*changes(bare, describe(CAPABILITIES[name]())), ""])


if __name__ == "__main__":
    for name in ["bare", *CAPABILITIES]:
        (FOLDER / f"{name}.txt").write_text(inventory(name), "utf-8")
