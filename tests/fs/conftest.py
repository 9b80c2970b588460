"""One isolate for each file system and test file."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from .support import BACKENDS, Guest, guest


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=list(BACKENDS))
async def any_backend(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Guest]:
    """A guest of each file system."""
    folder = tmp_path_factory.mktemp("files")
    async with guest(BACKENDS[request.param](folder)) as made:
        yield made
