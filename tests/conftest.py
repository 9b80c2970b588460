"""Fixtures that tests of every part share, and a check that each test leaves nothing behind.

`isolate` is one isolate per test file, for tests that do not disturb each other; `fresh_isolate`
is one per test. Both live on the file's event loop, so their tests run there, too::

    pytestmark = pytest.mark.asyncio(loop_scope="module")
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from atoll import Isolate
from atoll.testing import no_leaked_tasks, no_leaks


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    """Every process and descriptor that a test makes, it ends."""
    with no_leaks():
        yield


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_isolate() -> AsyncIterator[Isolate]:
    async with Isolate() as isolate:
        yield isolate


@pytest_asyncio.fixture(loop_scope="module")
async def isolate(module_isolate: Isolate) -> AsyncIterator[Isolate]:
    """The file's isolate."""
    async with no_leaked_tasks():
        yield module_isolate


@pytest_asyncio.fixture(loop_scope="module")
async def fresh_isolate() -> AsyncIterator[Isolate]:
    """An isolate for this test alone."""
    async with no_leaked_tasks(), Isolate() as isolate:
        yield isolate
