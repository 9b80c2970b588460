"""The blocking counterparts of the shared fixtures: one isolate per file, or one per test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from atoll.sync import Isolate


@pytest.fixture(scope="module")
def module_isolate() -> Iterator[Isolate]:
    with Isolate() as isolate:
        yield isolate


@pytest.fixture
def isolate(module_isolate: Isolate) -> Isolate:
    """The file's isolate."""
    return module_isolate


@pytest.fixture
def fresh_isolate() -> Iterator[Isolate]:
    """An isolate for this test alone."""
    with Isolate() as isolate:
        yield isolate
