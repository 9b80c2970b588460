"""Bodies that the guest has, and does not read, when its isolate ends."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from atoll import Isolate
from atoll.fetch import Fetch, Request, Response


class Endless:
    """Chunks without end, which tell when they are closed."""

    def __init__(self, closed: list[str], name: str, *, fails: bool = False) -> None:
        self.closed = closed
        self.name = name
        self.fails = fails

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        return b"x" * 1000

    async def aclose(self) -> None:
        self.closed.append(self.name)
        if self.fails:
            raise RuntimeError("in the handler's clean-up")


@pytest.mark.parametrize(
    "code",
    [
        "fetch(url).then((response) => { globalThis.kept = response })",
        "fetch(url).then((response) => { globalThis.kept = response.text() })",
        "fetch(url).then((response) => (globalThis.kept = response.body.getReader()).read())",
        "fetch(url).then((response) => { globalThis.kept = response.clone() })",
    ],
)
async def test_they_are_closed(code: str) -> None:
    closed: list[str] = []

    async def handler(request: Request) -> Response:
        return Response(Endless(closed, request.url.pathname))

    async with Isolate() as isolate:
        await isolate.install(Fetch(handler))
        await isolate.define_global("url", "https://example.com/body")
        await isolate.eval(f"{code}.then(() => {{}})")
        assert closed == []
    assert closed == ["/body"]


async def test_one_that_fails_to_close_keeps_no_other_open() -> None:
    closed: list[str] = []

    async def handler(request: Request) -> Response:
        return Response(Endless(closed, request.url.pathname, fails=True))

    async with Isolate() as isolate:
        await isolate.install(Fetch(handler))
        await isolate.eval("""(async () => {
          globalThis.kept = [];
          for (const name of ["a", "b"]) {
            const response = await fetch(`https://example.com/${name}`);
            const reader = response.body.getReader();
            await reader.read();
            kept.push(reader);
          }
        })()""")
    assert sorted(closed) == ["/a", "/b"]
