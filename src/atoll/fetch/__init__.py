"""HTTP and WebSocket for the guest, through the owner: the Fetch Standard, both ways.

::

    async def handler(request: Request) -> Response:
        if request.url.host != "api.example.com":
            raise NetworkError("only api.example.com may be fetched")
        return Response.json({"hello": "world"})


    fetch = await isolate.install(Fetch(handler))
    await isolate.eval("await fetch('https://api.example.com/').then(r => r.json())")

and requests to code in the guest::

    await isolate.eval("serve({ fetch: (request) => new Response(`hi ${request.url}`) })")
    response = await fetch.dispatch_request(Request("https://app.example/"))
    await response.text()
"""

from __future__ import annotations

from atoll.core.headers import Headers
from atoll.fetch import _marshal as _marshal
from atoll.fetch._body import MAX_BODY, Body, BodyInit, BodyStream
from atoll.fetch._errors import (
    BodyError,
    BodyTooLarge,
    BodyUsed,
    HandlerError,
    InvalidRequest,
    NetworkError,
    RequestTimeout,
    WebSocketClosed,
)
from atoll.fetch._fetch import Fetch, Handler
from atoll.fetch._handle import BlockingFetchHandle, FetchHandle
from atoll.fetch._models import HeadersInit, Request, Response
from atoll.fetch._signal import AbortSignal
from atoll.fetch._websocket import Message, WebSocket, WebSocketHandler

__all__ = [
    "MAX_BODY",
    "AbortSignal",
    "BlockingFetchHandle",
    "Body",
    "BodyError",
    "BodyInit",
    "BodyStream",
    "BodyTooLarge",
    "BodyUsed",
    "Fetch",
    "FetchHandle",
    "Handler",
    "HandlerError",
    "Headers",
    "HeadersInit",
    "InvalidRequest",
    "Message",
    "NetworkError",
    "Request",
    "RequestTimeout",
    "Response",
    "WebSocket",
    "WebSocketClosed",
    "WebSocketHandler",
]
