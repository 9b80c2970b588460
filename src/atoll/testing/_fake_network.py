"""Requests that a test expects, and the answers to them, without any network."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from atoll.fetch import HeadersInit, NetworkError, Request, Response

Reply = Response | Exception | Callable[[Request], Response]


@dataclass
class RecordedRequest:
    """A request as it arrived.

    Attributes:
        method: the method.
        url: the absolute URL.
        headers: the headers, names in lower case.
        body: the whole body.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    @classmethod
    async def of(cls, request: Request) -> RecordedRequest:
        """A request, read to its end."""
        headers = dict(request.headers.items())
        return cls(request.method, str(request.url), headers, await request.bytes(limit=None))

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


@dataclass
class Expectation:
    """A request that has to come, and what it is answered with."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    json: Any
    times: int
    _replies: list[Reply] = field(default_factory=list)
    _seen: int = 0

    def reply(self, *replies: Reply) -> Expectation:
        """Answer with these in turn, the last one again and again.

        Args:
            replies: responses; functions that make one of a request; or exceptions: a
                `NetworkError` rejects the guest's ``fetch``.
        """
        self._replies = list(replies)
        return self

    def _matches(self, request: RecordedRequest) -> bool:
        return (
            self._seen < self.times
            and request.method == self.method
            and request.url == self.url
            and all(request.headers.get(k.lower()) == v for k, v in self.headers.items())
            and (self.body is None or request.body == self.body)
            and (self.json is None or _json_of(request) == self.json)
        )

    def _answer(self) -> Reply:
        self._seen += 1
        if not self._replies:
            return Response()
        return self._replies[min(self._seen, len(self._replies)) - 1]

    def __str__(self) -> str:
        details = {k: v for k, v in vars(self).items() if k in ("headers", "body", "json") and v}
        return f"{self.method} {self.url}{f' with {details}' if details else ''}"


class FakeNetwork:
    """A handler for `atoll.fetch.Fetch` that answers what a test expects, and nothing else.

    ::

        with FakeNetwork() as network:
            network.expect("GET", "https://api.example/items").reply(Response.json([1, 2]))
            async with Isolate() as isolate:
                await isolate.install(Fetch(network))
                ...

    Leaving the block asserts that every expected request came and no other did.

    Attributes:
        requests: every request, in order.
    """

    def __init__(self) -> None:
        self.requests: list[RecordedRequest] = []
        self._expected: list[Expectation] = []
        self._unexpected: list[RecordedRequest] = []

    def expect(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | str | None = None,
        json: Any = None,
        times: int = 1,
    ) -> Expectation:
        """Expect a request; `Expectation.reply` says what it gets, an empty 200 otherwise.

        Args:
            method: the method.
            url: the absolute URL.
            headers: headers that it has to have; others do not matter.
            body: the whole body.
            json: the body as JSON.
            times: how often it comes.
        """
        raw = body.encode() if isinstance(body, str) else body
        expectation = Expectation(method, url, headers or {}, raw, json, times)
        self._expected.append(expectation)
        return expectation

    async def __call__(self, request: Request) -> Response:
        """Answer a request.

        Raises:
            NetworkError: nobody expected it.
        """
        recorded = await RecordedRequest.of(request)
        self.requests.append(recorded)
        for expectation in self._expected:
            if expectation._matches(recorded):
                reply = expectation._answer()
                if isinstance(reply, Exception):
                    raise reply
                return _copy(reply) if isinstance(reply, Response) else reply(request)
        self._unexpected.append(recorded)
        raise NetworkError(f"the test expects no {recorded}")

    def verify(self) -> None:
        """Assert that what was expected came, and nothing else.

        Raises:
            AssertionError: it did not; the message lists every difference.
        """
        problems = [f"unexpected: {request}" for request in self._unexpected]
        problems += [
            f"came {expected._seen} of {expected.times} times: {expected}"
            for expected in self._expected
            if expected._seen != expected.times
        ]
        if problems:
            raise AssertionError("\n".join(["requests differ from what was expected", *problems]))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self.verify()


def _copy(response: Response) -> Response:
    """A response can be given more than once, a body that streams only one time."""
    if response.size is None:
        return response
    headers: HeadersInit = response.headers
    copy = Response(status=response.status, status_text=response.status_text, headers=headers)
    copy._source = response._source
    return copy


def _json_of(request: RecordedRequest) -> Any:
    try:
        return request.json()
    except ValueError:
        return None
