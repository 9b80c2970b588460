"""Requests, responses, headers and bodies on the host, without an isolate."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import starlette.responses

from atoll import Blob, File, FormData, URLSearchParams
from atoll.fetch import (
    BodyError,
    BodyTooLarge,
    BodyUsed,
    Request,
    Response,
)


async def chunks(*parts: object) -> AsyncIterator[Any]:
    for part in parts:
        yield part


# Headers


@pytest.mark.parametrize(
    "value", ["a\r\nset-cookie: x=1", "a\nb", "a\rb", "a\0b", "price: 5 \u20ac", 5, None, b"a"]
)
def test_a_value_cannot_start_another_header(value: Any) -> None:
    with pytest.raises((ValueError, TypeError), match="header x"):
        Response(headers=[("x", value)])
    with pytest.raises((ValueError, TypeError), match="header x"):
        Request("https://x/", headers={"x": value})


# Requests and responses


@pytest.mark.parametrize("method", ["CONNECT", "trace", "Track", "", "GE T", "GET\r\nX: y", 5])
def test_forbidden_methods_are_refused(method: Any) -> None:
    with pytest.raises(ValueError, match=r"method|forbidden"):
        Request("https://x/", method=method)


def test_known_methods_are_normalised_and_others_are_kept() -> None:
    assert [Request("https://x/", method=m).method for m in ("post", "Put", "patch", "x-Y")] == [
        "POST",
        "PUT",
        "patch",
        "x-Y",
    ]


@pytest.mark.parametrize("url", ["/relative", "", "https://x/a b", "https://x/\r\n", "//x", 5])
def test_urls_are_absolute_and_in_ascii(url: Any) -> None:
    with pytest.raises(ValueError, match="absolute"):
        Request(url)


def test_a_url_knows_its_parts() -> None:
    url = Request("https://u@example.com:8443/a?b=c#d").url
    assert (url.hostname, url.host, url.pathname, url.search) == (
        "example.com",
        "example.com:8443",
        "/a",
        "?b=c",
    )


@pytest.mark.parametrize("status", [99, 100, 101, 199, 600, "200", 200.0, True])
def test_statuses_are_numbers_of_three_digits(status: Any) -> None:
    with pytest.raises(ValueError, match="status"):
        Response(status=status)


def test_what_has_no_body_takes_none() -> None:
    with pytest.raises(ValueError, match="no body"):
        Response("x", status=204)
    with pytest.raises(ValueError, match="no body"):
        Request("https://x/", body="x")
    with pytest.raises(ValueError, match="reason phrase"):
        Response(status_text="OK\r\nset-cookie: x")
    with pytest.raises(ValueError, match="redirect"):
        Response.redirect("https://x/", 200)
    with pytest.raises(ValueError, match="location"):
        Response.redirect("/\r\nset-cookie: x")


async def test_json_is_made_by_the_class_and_read_by_the_instance() -> None:
    response = Response.json({"a": [1, "\u20ac"]}, status=201)
    assert response.headers["content-type"] == "application/json"
    assert await response.json() == {"a": [1, "\u20ac"]}
    assert response.ok
    request = Request("https://x/", method="POST", json=[1])
    assert await request.json() == [1]
    with pytest.raises(ValueError, match="nested"):
        await Response("[" * 200_000).json()


# Bodies


@pytest.mark.parametrize(
    ("body", "data", "media"),
    [
        (None, b"", None),
        (b"a", b"a", None),
        (bytearray(b"a"), b"a", None),
        (memoryview(b"ab")[1:], b"b", None),
        ("\u20ac", b"\xe2\x82\xac", "text/plain;charset=UTF-8"),
        (
            URLSearchParams([("a", "b c")]),
            b"a=b+c",
            "application/x-www-form-urlencoded;charset=UTF-8",
        ),
        (Blob(b"x", "image/png"), b"x", "image/png"),
        ([b"a", "b"], b"ab", None),
    ],
)
async def test_what_bodies_are_made_from(body: Any, data: bytes, media: str | None) -> None:
    response = Response(body)
    assert response.headers.get("content-type") == media
    assert await response.bytes() == data


async def test_a_form_becomes_multipart() -> None:
    form = FormData([('a"\r\n', "x\ny"), ("f", File(b"\0\r\n", 'n".txt', "text/plain"))])
    response = Response(form)
    boundary = response.headers["content-type"].partition("boundary=")[2]
    assert (await response.bytes()).decode("latin-1") == (
        f'--{boundary}\r\nContent-Disposition: form-data; name="a%22%0D%0A"\r\n\r\nx\r\ny\r\n'
        f'--{boundary}\r\nContent-Disposition: form-data; name="f"; filename="n%22.txt"\r\n'
        f"Content-Type: text/plain\r\n\r\n\0\r\n\r\n--{boundary}--\r\n"
    )


async def test_a_stream_is_read_once_piece_by_piece() -> None:
    response = Response(chunks(b"a", "b", bytearray(b"c")))
    assert response.size is None
    found = [chunk async for chunk in response.body]
    assert found == [b"a", b"b", b"c"]
    assert response.body_used
    with pytest.raises(BodyUsed):
        await response.bytes()


async def test_a_stream_that_was_read_whole_is_kept() -> None:
    response = Response(chunks(b"a", b"b"))
    assert await response.text() == "ab"
    assert await response.bytes() == b"ab"
    assert response.size == 2


async def test_reading_whole_is_bounded_and_closes_what_it_gives_up() -> None:
    closed = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x" * 1000
        finally:
            closed.set()

    with pytest.raises(BodyTooLarge) as caught:
        await Response(endless()).bytes(limit=10_000)
    assert caught.value.limit == 10_000
    assert closed.is_set()
    with pytest.raises(BodyTooLarge):
        await Response(b"abc").text(limit=2)


async def test_a_chunk_that_is_no_bytes_is_an_error() -> None:
    with pytest.raises(BodyError, match="int"):
        await Response(chunks(b"a", 5)).bytes()
    with pytest.raises(TypeError, match=r"Response\.json"):
        Response({"a": 1})


async def test_a_body_that_nobody_reads_is_closed() -> None:
    closed = asyncio.Event()

    class Source:
        def __aiter__(self) -> Source:
            return self

        async def __anext__(self) -> bytes:
            return b"x"

        async def aclose(self) -> None:
            closed.set()

    async with Response(Source()):
        pass
    assert closed.is_set()


# Responses of other libraries


async def squeezed() -> AsyncIterator[bytes]:
    yield gzip.compress(b"decoded")


async def test_a_response_of_httpx_is_taken_as_it_is() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        headers = [("set-cookie", "a=1"), ("set-cookie", "b=2"), ("content-encoding", "gzip")]
        return httpx.Response(201, headers=headers, content=squeezed())

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        streamed = await client.send(client.build_request("GET", "https://x.test/a"), stream=True)
        response = Response.of(streamed)
        assert (response.status, response.status_text) == (201, "Created")
        assert response.url == "https://x.test/a"
        # Decoded, so that what described the encoding is gone.
        assert list(response.headers) == [("set-cookie", "a=1"), ("set-cookie", "b=2")]
        assert response.size is None
        assert await response.bytes() == b"decoded"
        whole = Response.of(await client.get("https://x.test/a"))
        assert (whole.size, await whole.text()) == (7, "decoded")


@pytest.mark.parametrize(
    ("coding", "told"),
    [("x-unheard-of", "x-unheard-of"), ("gzip", None), ("gzip, gzip", None)],
)
async def test_a_coding_that_httpx_does_not_know_keeps_its_name(
    coding: str, told: str | None
) -> None:
    body = b"decoded"
    for _ in range(coding.count("gzip")):
        body = gzip.compress(body)
    found = Response.of(httpx.Response(200, headers={"content-encoding": coding}, content=body))
    assert found.headers.get("content-encoding") == told
    assert await found.bytes() == b"decoded"


async def test_closing_the_body_closes_the_response_of_httpx() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x"

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=endless())

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        other = await client.send(client.build_request("GET", "https://x.test/"), stream=True)
        async with Response.of(other) as response:
            assert await anext(response.body) == b"x"
        assert other.is_closed


async def test_responses_of_starlette_are_taken_as_they_are() -> None:
    plain = starlette.responses.JSONResponse({"a": 1}, status_code=202, headers={"x-y": "z"})
    response = Response.of(plain)
    assert (response.status, response.headers["x-y"]) == (202, "z")
    assert await response.json() == {"a": 1}
    streaming = Response.of(starlette.responses.StreamingResponse(chunks(b"a", "b")))
    assert streaming.size is None
    assert await streaming.text() == "ab"
    assert not Response.of(starlette.responses.Response(status_code=204)).has_body
    with pytest.raises(TypeError, match="FileResponse writes its body"):
        Response.of(starlette.responses.FileResponse(__file__))


@pytest.mark.parametrize("value", [None, "text", 5, {}, Request("https://x/")])
def test_a_handler_returns_a_response(value: object) -> None:
    with pytest.raises(TypeError, match="a handler returns"):
        Response.of(value)
