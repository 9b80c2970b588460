"""Requests and responses as values: arguments of calls, and what calls return.

``["Q", method, url, headers, body]`` and ``["P", status, status text, headers, url, body]``, both
ways; the body is nothing, text, bytes or a stream. The guest knows them once `Fetch` is installed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from atoll.core import marshal
from atoll.fetch._bodies import GuestBody, OpenBody
from atoll.fetch._body import Body
from atoll.fetch._models import Request, Response
from atoll.fetch._tokens import join_headers, split_headers
from atoll.limits import MiB
from atoll.wire.frames import ProtocolViolation

if TYPE_CHECKING:
    from atoll.core.marshal_decode import _Decoder
    from atoll.core.marshal_encode import _Encoder

_LONGEST: Final = 16 * MiB
"""Characters of headers; `Limits.message` bounds them, too."""


def _body_form(encoder: _Encoder, body: Body, depth: int) -> Any:
    source = body._peek_source()
    if source is None or isinstance(source, bytes):
        return encoder._walk(source, depth)
    return encoder._walk(OpenBody(body, None, lambda: None), depth)


def _encode_request(encoder: _Encoder, value: Request, depth: int) -> Any:
    texts = (value.method, str(value.url), join_headers(value.headers))
    return _known(encoder, value, encoder._tag("Q", *texts, _body_form(encoder, value, depth)))


def _encode_response(encoder: _Encoder, value: Response, depth: int) -> Any:
    parts = (value.status, value.status_text, join_headers(value.headers), str(value.url))
    return _known(encoder, value, encoder._tag("P", *parts, _body_form(encoder, value, depth)))


def _known(encoder: _Encoder, value: Body, form: Any) -> Any:
    """Let the value be the same object in the guest when it comes again."""
    encoder._memo[id(value)] = (value, form)
    return form


def _take_body(message: Body, body: Any) -> None:
    if isinstance(body, str):
        message._source = body.encode()
    elif body is None or type(body) is bytes:
        message._source = body
    elif hasattr(body, "cancel"):
        message._source = GuestBody(body)
    else:
        raise ValueError("a body that is none")


def _decode_request(decoder: _Decoder, data: list[Any]) -> Request:
    try:
        _, method, url, headers, body = data
        request = Request(url, method=method)
        request.headers = split_headers(headers, _LONGEST)
        _take_body(request, decoder.walk(body))
    except (TypeError, ValueError) as error:
        raise ProtocolViolation(f"a malformed request ({error})") from error
    return request


def _decode_response(decoder: _Decoder, data: list[Any]) -> Response:
    try:
        _, status, text, headers, url, body = data
        response = Response(None, status=status, status_text=text, url=url)
        response.headers = split_headers(headers, _LONGEST)
        _take_body(response, decoder.walk(body))
    except (TypeError, ValueError) as error:
        raise ProtocolViolation(f"a malformed response ({error})") from error
    return response


marshal.register(Request, _encode_request, "Q", _decode_request)
marshal.register(Response, _encode_response, "P", _decode_response)
