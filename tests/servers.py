"""Servers that run in a process of their own, as their user starts them."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


class Served:
    """A server that runs, and what it says."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.url = self.wait_for(r"running on (http://\S+)")

    def wait_for(self, pattern: str) -> str:
        """Read its messages until one has the pattern; returns the group."""
        said = []
        assert self.process.stderr is not None
        for line in self.process.stderr:
            said.append(line)
            found = re.search(pattern, line)
            if found:
                return found[1]
        raise AssertionError(f"it never said {pattern}: {said}")


@contextmanager
def served_by(module: str, *arguments: str) -> Iterator[Served]:
    """Run ``python -m`` module on a free port, until Ctrl-C at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments, "--port", "0"],
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield Served(process)
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
