"""One isolate with a test environment for each test file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .support import Bench, bench


@pytest.fixture(scope="module")
def guest() -> Iterator[Bench]:
    """The file's isolate, whose runs follow each other."""
    with bench() as made:
        yield made
