"""What came out of one case."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

_PORT: Final = re.compile(r"\blocalhost:\d+")
HARNESS: Final = "(the file as a whole)"
"""Stands for the file in the place of a subtest: it failed to load, crashed, or did not end."""


@dataclass(frozen=True)
class Result:
    """Of a subtest.

    Attributes:
        status: ``PASS``, ``FAIL``, ``TIMEOUT``, ``NOTRUN``, ``PRECONDITION_FAILED``, ``ERROR`` or
            ``CRASH``.
        message: what the assertion said.
    """

    status: str
    message: str = ""

    @property
    def passed(self) -> bool:
        return self.status == "PASS"


@dataclass
class Outcome:
    """Of a case: its subtests by name, in order, and `HARNESS` if the file as a whole failed."""

    id: str
    results: dict[str, Result] = field(default_factory=dict)
    seconds: float = 0.0
    ended: bool = False

    def add(self, name: str, status: str, message: str) -> None:
        """A subtest. The suite forbids two of one name; a second one gets a number."""
        unique, count = name, 1
        while unique in self.results:
            count += 1
            unique = f"{name} ({count})"
        self.results[unique] = Result(status, message)

    def without_ports(self) -> None:
        """Name no port of the suite's server: it has others each time."""
        known = self.results
        self.results = {}
        for name, result in known.items():
            self.add(_PORT.sub("localhost:{port}", name), result.status, result.message)

    def end(self, status: str, message: str) -> None:
        """The harness has finished."""
        if self.ended:
            return
        self.ended = True
        if status != "OK":
            self.results[HARNESS] = Result(status, message)
        elif not self.results:
            self.results[HARNESS] = Result("ERROR", "no subtest was run")
