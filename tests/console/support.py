"""What the tests of the console share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import atoll.sync
from atoll import Limits
from atoll.console import BlockingConsoleHandle, Console, Entry


class Shell:
    """An isolate with a console, and the entries that arrived."""

    def __init__(self, isolate: atoll.sync.Isolate, **options: Any) -> None:
        self.isolate = isolate
        self.entries: list[Entry] = []
        self.console: BlockingConsoleHandle = isolate.install(
            Console(self.entries.append, **options)
        )

    def run(self, code: str) -> list[Entry]:
        """The entries that a program makes, by itself and in a scope of its own."""
        self.entries.clear()
        self.isolate.eval(f"{{\n{code}\n}}\nundefined")
        return list(self.entries)

    def print(self, code: str) -> list[str]:
        """Their texts."""
        return [entry.text for entry in self.run(code)]

    def show(self, expression: str) -> str:
        """What ``console.log`` prints of a value."""
        [text] = self.print(f"console.log({expression})")
        return text


@contextmanager
def shell(limits: Limits | None = None, **options: Any) -> Iterator[Shell]:
    with atoll.sync.Isolate(limits=limits) as isolate:
        yield Shell(isolate, **options)
