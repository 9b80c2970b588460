"""The playground's server, as somebody uses it who does not keep to its page."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

COUNT = """
export default {
  async fetch(request) {
    let length = 0;
    for await (const chunk of request.body ?? []) length += chunk.length;
    return new Response(`${length}`);
  },
};
"""
BUFFER = "export default async (request) => new Response(`${(await request.bytes()).length}`)"


@contextlib.asynccontextmanager
async def running(client: httpx.AsyncClient, code: str) -> AsyncIterator[AsyncIterator[Any]]:
    """A program that runs: the events that it tells."""
    async with client.stream("POST", "api/run", json={"code": code, "language": "js"}) as response:
        assert response.status_code == 200
        yield (json.loads(line) async for line in response.aiter_lines())


async def first(events: AsyncIterator[Any], kind: str) -> Any:
    async for event in events:
        if event["type"] == kind:
            return event
    raise AssertionError(f"there was no {kind}")


@pytest.fixture
async def client(playground: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=playground, timeout=60) as client:
        yield client


async def body(length: int) -> AsyncIterator[bytes]:
    for _ in range(length // 65536):
        yield bytes(65536)


async def test_a_body_of_100_mb_streams_through_a_program(client: httpx.AsyncClient) -> None:
    length = 100 * 2**20
    async with running(client, COUNT) as events:
        url = (await first(events, "serving"))["url"]
        assert (await client.post(url, content=body(length))).text == str(length)


async def test_a_program_that_keeps_a_body_of_100_mb_is_ended_alone(
    client: httpx.AsyncClient,
) -> None:
    async with running(client, BUFFER) as greedy, running(client, COUNT) as other:
        url, other_url = [(await first(each, "serving"))["url"] for each in (greedy, other)]
        assert (await client.post(url, content=body(100 * 2**20))).status_code == 502
        assert (await first(greedy, "error"))["title"] == "MemoryLimitExceeded"
        assert (await client.post(other_url, content=b"12345")).text == "5"


async def test_hostile_programs_of_many_pages_at_once(client: httpx.AsyncClient) -> None:
    async def attack(code: str) -> str:
        async with running(client, code) as events:
            title: str = (await first(events, "error"))["title"]
            return title

    attacks = ["for (const hog = []; ;) hog.push(new Array(1e6).fill(1))", "throw new Error('no')"]
    titles = await asyncio.gather(*(attack(code) for code in attacks * 5))
    assert set(titles) == {"MemoryLimitExceeded", "JSError"}
    async with running(client, "1 + 1") as events:
        assert (await first(events, "result"))["value"]["text"] == "2"


async def test_more_programs_than_allowed_are_told_to_wait(client: httpx.AsyncClient) -> None:
    async with contextlib.AsyncExitStack() as stack:
        programs = [await stack.enter_async_context(running(client, COUNT)) for _ in range(16)]
        for events in programs:  # held, as a collected one closes its response
            await first(events, "serving")
        refused = await client.post("api/run", json={"code": "1", "language": "js"})
        assert refused.status_code == 503
        assert "Try again" in refused.text


async def test_a_client_that_does_not_read_holds_up_nobody(client: httpx.AsyncClient) -> None:
    flood = "for (let i = 0; i < 1500; i++) console.log('x'.repeat(2000)); 'done'"
    async with running(client, flood), running(client, "1 + 1") as events:
        assert (await first(events, "result"))["value"]["text"] == "2"


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"code": 1, "language": "js"}', b'{"code": "1", "language": "py"}',
     b"[" * 100_000, b'{"code": "' + b"x" * 300_000 + b'", "language": "js"}', b"\xff"],
)  # fmt: skip
async def test_what_is_no_program(client: httpx.AsyncClient, body: bytes) -> None:
    assert (await client.post("api/run", content=body)).status_code == 400


@pytest.mark.parametrize(
    "path",
    ["site/none/", "api/examples/none", "api/examples/..%2Fserver.py", "static/../server.py",
     "static/%2e%2e/server.py", "vendor/../../package.json", "vendor/%2e%2e/%2e%2e/package.json"],
)  # fmt: skip
async def test_what_is_not_there(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 404
