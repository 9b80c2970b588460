"""Programs that end by themselves, for what would spoil the process of the tests."""

from __future__ import annotations

import subprocess
import sys
import textwrap


def run_program(text: str, *options: str) -> str:
    """What a program prints that ends without a warning."""
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", *options, "-c", textwrap.dedent(text)],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
