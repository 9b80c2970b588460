"""What can go wrong with a request, a response or a socket.

::

    AtollError
    ├── NetworkError        raised by a handler: the guest's fetch rejects with a TypeError
    ├── BodyError           a body failed half-way, or gave something that is not bytes
    │   ├── BodyUsed        it has been read already
    │   └── BodyTooLarge    it is longer than the reader allowed
    ├── InvalidRequest      a request that no handler can be given (also a ValueError)
    ├── HandlerError        the guest has no handler, or it returned no response
    ├── RequestTimeout      the guest did not answer in time (also a TimeoutError)
    └── WebSocketClosed     nothing can be sent or received any more; has code and reason
"""

from __future__ import annotations

from typing import Any

from atoll.errors import AtollError


class NetworkError(AtollError):
    """There is no response: raise it in a handler to refuse a request, or to say what failed.

    In the guest, ``fetch`` rejects with a ``TypeError`` of this message, as the Fetch Standard asks
    for network errors. The message is for the guest to read: no secrets, no internal addresses.
    """


class BodyError(AtollError):
    """A body failed half-way, or gave something that is not bytes."""


class BodyUsed(BodyError):
    """The body was a stream and has been read already."""


class BodyTooLarge(BodyError):
    """The body is longer than the ``limit`` of whoever read it.

    Attributes:
        limit: that limit, in bytes.
    """

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"the body is longer than {limit} bytes; iterate over `body` to stream it, or raise "
            "limit="
        )
        self.limit = limit

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.limit,))


class InvalidRequest(AtollError, ValueError):
    """The request's URL is none of http or https, or none that the guest's parser takes.

    The URL Standard is stricter than what a `Request` of the host checks: ``http://1.2.3.4.5/``.
    """


class HandlerError(AtollError):
    """The guest has registered no handler, or its handler returned something else than a response.

    What a handler throws is raised as it is, as a ``JSError``.
    """


class RequestTimeout(AtollError, TimeoutError):
    """The guest's handler did not answer in time; ``request.signal`` was aborted inside."""


class WebSocketClosed(AtollError):
    """The connection is closed, or has failed.

    Attributes:
        code: the close code of RFC 6455, section 7.4; 1005 when the peer gave none, 1006 when the
            connection was lost.
        reason: the peer's reason, or ``""``.
    """

    def __init__(self, code: int = 1006, reason: str = "") -> None:
        super().__init__(f"the WebSocket is closed: {code}{f' ({reason})' if reason else ''}")
        self.code = code
        self.reason = reason

    def __reduce__(self) -> tuple[Any, ...]:
        return (type(self), (self.code, self.reason))
