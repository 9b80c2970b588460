"""Fixtures for pytest; needs pytest-asyncio for those that are asynchronous.

Turn them on in ``conftest.py``::

    pytest_plugins = ["atoll.testing.plugin"]

=====================  ==========================================================================
``isolate``            an entered `atoll.Isolate` with nothing installed
``runtime``            an entered `atoll.Runtime` with the defaults
``make_isolate``       ``await make_isolate(limits=…)``: as many as the test needs
``make_runtime``       ``await make_runtime(timers="manual")``
``sync_isolate``, …    the same four of `atoll.sync`, without ``await``
``integration_server`` an `IntegrationServer`
``fake_network``       a `FakeNetwork`, verified after the test
``leaves_nothing``     fails the test if it leaves a process, descriptor or thread behind
=====================  ==========================================================================

Everything that a fixture made is ended with the test.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from atoll.testing._leaks import no_leaks

if TYPE_CHECKING:
    from atoll import Isolate, Runtime, sync
    from atoll.testing._fake_network import FakeNetwork
    from atoll.testing._server import IntegrationServer

__all__ = [
    "fake_network",
    "integration_server",
    "isolate",
    "leaves_nothing",
    "make_isolate",
    "make_runtime",
    "make_sync_isolate",
    "make_sync_runtime",
    "runtime",
    "sync_isolate",
    "sync_runtime",
]


@pytest.fixture
def leaves_nothing() -> Iterator[None]:
    """Fails the test if it leaves a process, descriptor or thread behind."""
    with no_leaks():
        yield


@pytest_asyncio.fixture
async def make_isolate() -> AsyncIterator[Callable[..., Awaitable[Isolate]]]:
    """Makes isolates: the arguments are those of `atoll.Isolate`."""
    from atoll import Isolate

    async with AsyncExitStack() as stack:

        async def make(**options: Any) -> Isolate:
            return await stack.enter_async_context(Isolate(**options))

        yield make


@pytest_asyncio.fixture
async def make_runtime() -> AsyncIterator[Callable[..., Awaitable[Runtime]]]:
    """Makes runtimes: the arguments are those of `atoll.Runtime`."""
    from atoll import Runtime

    async with AsyncExitStack() as stack:

        async def make(**options: Any) -> Runtime:
            return await stack.enter_async_context(Runtime(**options))

        yield make


@pytest_asyncio.fixture
async def isolate(make_isolate: Callable[..., Awaitable[Isolate]]) -> Isolate:
    """An isolate with nothing installed."""
    return await make_isolate()


@pytest_asyncio.fixture
async def runtime(make_runtime: Callable[..., Awaitable[Runtime]]) -> Runtime:
    """A runtime with the defaults."""
    return await make_runtime()


@pytest.fixture
def make_sync_isolate() -> Iterator[Callable[..., sync.Isolate]]:
    """Makes isolates: the arguments are those of `atoll.sync.Isolate`."""
    from atoll import sync

    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(sync.Isolate(**options))


@pytest.fixture
def make_sync_runtime() -> Iterator[Callable[..., sync.Runtime]]:
    """Makes runtimes: the arguments are those of `atoll.sync.Runtime`."""
    from atoll import sync

    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(sync.Runtime(**options))


@pytest.fixture
def sync_isolate(make_sync_isolate: Callable[..., sync.Isolate]) -> sync.Isolate:
    """A blocking isolate with nothing installed."""
    return make_sync_isolate()


@pytest.fixture
def sync_runtime(make_sync_runtime: Callable[..., sync.Runtime]) -> sync.Runtime:
    """A blocking runtime with the defaults."""
    return make_sync_runtime()


@pytest.fixture
def integration_server() -> Iterator[IntegrationServer]:
    """A real HTTP server on loopback."""
    from atoll.testing._server import IntegrationServer

    with IntegrationServer() as server:
        yield server


@pytest.fixture
def fake_network() -> Iterator[FakeNetwork]:
    """A network of expectations, which are verified after the test."""
    from atoll.testing._fake_network import FakeNetwork

    network = FakeNetwork()
    yield network
    network.verify()
