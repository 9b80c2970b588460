"""Requests and responses as arguments and results."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from atoll import JSError
from atoll.core import marshal
from atoll.core.handles import Handles
from atoll.fetch import BodyUsed, Request, Response
from atoll.wire.frames import TAGGED, ProtocolViolation

from .conftest import Site


async def test_a_response_is_a_result(site: Site) -> None:
    response = await site.eval(
        "new Response('h\u00e9', { status: 201, statusText: 'Made', headers: { 'X-Y': 'z' } })"
    )
    assert isinstance(response, Response)
    assert (response.status, response.status_text) == (201, "Made")
    assert response.headers["x-y"] == "z"
    assert await response.text() == "h\u00e9"
    site.answer = Response.json([1, 2])
    fetched = await site.eval("fetch('https://x.test/a')")
    assert (fetched.url, await fetched.json()) == ("https://x.test/a", [1, 2])


async def test_a_request_is_a_result(site: Site) -> None:
    request = await site.eval(
        "new Request('https://x.test/a?b', { method: 'PUT', body: new Uint8Array([1, 2]) })"
    )
    assert isinstance(request, Request)
    assert (request.method, request.url.pathname, await request.bytes()) == ("PUT", "/a", b"\1\2")


@pytest.mark.parametrize(
    "body",
    [
        "new Blob(['a', 'b'])",
        "new ReadableStream({ start(c) { c.enqueue(new Uint8Array([97])); c.close() } })",
    ],
)
async def test_a_body_that_streams_is_read_when_it_is_wanted(site: Site, body: str) -> None:
    inside = await site.eval(f"[{{ r: new Response({body}) }}]")
    response = inside[0]["r"]
    assert [chunk async for chunk in response.body]
    with pytest.raises(BodyUsed):
        await response.bytes()


async def test_responses_and_requests_go_in(site: Site) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"a"
        yield b"b"

    code = """
        async (r, q) =>
          [r instanceof Response, r.status, await r.text(), await q.text(), q.url]
    """
    request = Request("https://x.test/", method="POST", body="q")
    result = await site.eval(code, Response(chunks(), status=202), request)
    assert result == [True, 202, "ab", "q", "https://x.test/"]
    assert await site.eval("(a, b) => a === b", *[Response("x")] * 2) is True


async def test_what_cannot_cross_says_so(site: Site) -> None:
    for code in ("Response.error()", "const r = new Response('x'); await r.text(); r"):
        with pytest.raises(JSError, match="TypeError"):
            await site.eval(code)


@pytest.mark.parametrize(
    "form",
    [
        ["P", 99, "", "", "", None],
        ["P", 200, "", "a", "", None],
        ["P", 200, "\r\n", "", "", None],
        ["P", 200, "", "", "", 5],
        ["P", 200],
        ["Q", "TRACE", "https://x/", "", None],
        ["Q", "GET", "/", "", None],
        ["Q", 5, 5, 5, 5],
    ],
)
def test_forged_forms_are_violations(form: list[Any]) -> None:
    handles = Handles(10, lambda handle, kind: None, lambda handle, value: None)  # type: ignore[arg-type, return-value]
    body = json.dumps({"$": form}).encode()
    with pytest.raises(ProtocolViolation):
        marshal.decode(body, TAGGED, [], handles, depth=10, root="result")
