"""Fixtures of the hostile tests: a sibling that has to keep answering, and no stray errors."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from atoll import Isolate

from .support import loop_errors


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def module_sibling() -> AsyncIterator[Isolate]:
    async with Isolate() as isolate:
        yield isolate


@pytest_asyncio.fixture(loop_scope="module")
async def sibling(module_sibling: Isolate) -> AsyncIterator[Isolate]:
    """Another isolate of the same host. It still answers afterwards, whatever a test did."""
    with loop_errors() as errors:
        yield module_sibling
        assert await module_sibling.eval("6 * 7", timeout=5) == 42
    assert errors == []
