"""An isolate with fetch, for each test, whose handler the test chooses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio

from atoll import Isolate
from atoll.fetch import Fetch, FetchHandle, Request, Response


class Site:
    """An isolate, its fetch, and what its handler has been asked."""

    def __init__(self, isolate: Isolate) -> None:
        self.isolate = isolate
        self.requests: list[Request] = []
        self.answer: Any = Response("ok")
        self.fetch: FetchHandle

    async def handle(self, request: Request) -> Any:
        self.requests.append(request)
        answer = self.answer
        if callable(answer):
            answer = answer(request)
        return await answer if asyncio.iscoroutine(answer) else answer

    async def eval(self, code: str, *args: object) -> Any:
        return await self.isolate.eval(code, *args)

    async def get(self, path: str = "/", **options: Any) -> Response:
        return await self.fetch.dispatch_request(Request(f"https://app.test{path}", **options))


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    before = asyncio.all_tasks() - {asyncio.current_task()}
    async with Isolate() as isolate:
        made = Site(isolate)
        made.fetch = await isolate.install(Fetch(made.handle, env={"KEY": "value"}))
        yield made
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert left <= before, "the test left a task running"
