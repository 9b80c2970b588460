"""Bodies: bytes in memory, or a stream that is read once."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from typing import Any, Final, Self

from atoll.core.headers import Headers
from atoll.core.web import Blob, File, FormData, URLSearchParams
from atoll.fetch._errors import BodyError, BodyTooLarge, BodyUsed
from atoll.limits import MiB

MAX_BODY: Final = 100 * MiB
"""Bytes that ``bytes()`` and its like read unless they are told otherwise."""

BodyInit = (
    bytes
    | bytearray
    | memoryview
    | str
    | Blob
    | FormData
    | URLSearchParams
    | AsyncIterable[bytes]
    | AsyncIterable[str]
    | Iterable[bytes]
    | Iterable[str]
    | None
)
"""What a body can be made from."""

_Source = bytes | AsyncIterable[Any] | Iterable[Any] | None


def _chunk(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    raise BodyError(f"a body is made of bytes or text, and this one gave {type(value).__name__}")


def _extract(body: object) -> tuple[_Source, str | None]:
    """What a body is read from, and the media type that goes with it."""
    if body is None:
        return None, None
    if isinstance(body, str):
        return body.encode(), "text/plain;charset=UTF-8"
    if isinstance(body, bytes | bytearray | memoryview):
        return bytes(body), None
    if isinstance(body, URLSearchParams):
        return str(body).encode(), "application/x-www-form-urlencoded;charset=UTF-8"
    if isinstance(body, FormData):
        return encode_form(body)
    if isinstance(body, Blob):
        return body.data, body.type or None
    if isinstance(body, AsyncIterable):
        return body, None
    if isinstance(body, Iterable) and not isinstance(body, dict):
        return body, None
    raise TypeError(
        f"a body is bytes, text, a form, or an iterator of bytes, not {type(body).__name__}; "
        "for JSON see Response.json(…) and Request(json=…)"
    )


def encode_form(form: FormData) -> tuple[bytes, str]:
    """A form as ``multipart/form-data`` (RFC 7578), and its media type.

    Raises:
        TypeError: a field is a file that is in the guest; read it first.
    """
    boundary = f"----AtollFormBoundary{secrets.token_hex(16)}"
    parts: list[bytes] = []
    for name, value in form:
        head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_escape(name, True)}"'
        if isinstance(value, str):
            text = value.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
            parts.append(f"{head}\r\n\r\n{text}\r\n".encode())
        elif isinstance(value, Blob):
            filename = value.name if isinstance(value, File) else "blob"
            media = value.type or "application/octet-stream"
            head += f'; filename="{_escape(filename)}"\r\nContent-Type: {media}'
            parts.append(f"{head}\r\n\r\n".encode() + value.data + b"\r\n")
        else:
            raise TypeError(f"the file {name!r} is in an isolate: read its bytes, and pass a File")
    parts.append(f"--{boundary}--\r\n".encode())
    return b"".join(parts), f"multipart/form-data; boundary={boundary}"


def _escape(text: str, is_name: bool = False) -> str:
    if is_name:
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
    return text.replace("\r", "%0D").replace("\n", "%0A").replace('"', "%22")


class BodyStream(AsyncIterator[bytes]):
    """The chunks of a body: ``async for chunk in response.body``.

    Closing it before its end tells the other side that no more is wanted.
    """

    def __init__(self, owner: Body) -> None:
        self._owner = owner
        self._iterator: AsyncIterator[Any] | Iterator[Any] | None = None
        self._ended = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> bytes:
        if self._ended:
            raise StopAsyncIteration
        if self._iterator is None:
            source = self._owner._take_source()
            if source is None or isinstance(source, bytes):
                self._ended = True
                if not source:
                    raise StopAsyncIteration
                return source
            self._iterator = aiter(source) if isinstance(source, AsyncIterable) else iter(source)
        try:
            if isinstance(self._iterator, AsyncIterator):
                return _chunk(await anext(self._iterator))
            for chunk in self._iterator:
                return _chunk(chunk)
        except StopAsyncIteration:
            self._ended = True
            raise
        except Exception:
            await self.aclose()
            raise
        self._ended = True
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Stop reading."""
        if self._ended:
            return
        self._ended = True
        iterator = self._iterator
        if iterator is None:
            await self._owner.aclose()
        elif hasattr(iterator, "aclose"):
            await iterator.aclose()
        elif hasattr(iterator, "close"):
            iterator.close()


class Body:
    """What requests and responses share.

    A body that was given as bytes or text can be read as often as wanted. One that is a stream is
    read once, piece by piece, and is never in memory as a whole unless `bytes`, `text` or `json`
    are asked for it.

    Attributes:
        headers: the headers.
    """

    headers: Headers
    _source: _Source = None
    _used = False
    _stream: BodyStream | None = None

    def _set_body(self, body: object) -> None:
        self._source, media_type = _extract(body)
        if media_type is not None and not self.headers.has("content-type"):
            self.headers.append("content-type", media_type)

    @property
    def has_body(self) -> bool:
        """Whether there is a body; an empty one is one, too."""
        return self._source is not None

    @property
    def body_used(self) -> bool:
        """Whether the body was a stream and has been read, or is being read."""
        return self._used

    @property
    def size(self) -> int | None:
        """Length of the body in bytes; None for a stream."""
        if self._source is None:
            return 0
        return len(self._source) if isinstance(self._source, bytes) else None

    @property
    def body(self) -> BodyStream:
        """The chunks, as an asynchronous iterator of bytes; the same one each time for a stream."""
        if self._source is None or isinstance(self._source, bytes):
            return BodyStream(self)
        if self._stream is None:
            self._stream = BodyStream(self)
        return self._stream

    def _peek_source(self) -> _Source:
        """The source, if nobody has begun to read it.

        Raises:
            BodyUsed: somebody has.
        """
        if self._used:
            raise BodyUsed("the body was a stream, and has been read already")
        return self._source

    def _take_source(self) -> _Source:
        """The source, for the one who reads it.

        Raises:
            BodyUsed: somebody else has.
        """
        source = self._source
        if source is None or isinstance(source, bytes):
            return source
        if self._used:
            raise BodyUsed("the body was a stream, and has been read already")
        self._used = True
        return source

    async def bytes(self, *, limit: int | None = MAX_BODY) -> bytes:
        """The whole body.

        Args:
            limit: bytes beyond which it is given up; None for any length.

        Raises:
            BodyUsed: it was a stream and has been read already.
            BodyTooLarge: it is longer than ``limit``.
            BodyError: it failed half-way.
        """
        if self._source is None or isinstance(self._source, bytes):
            data = self._source or b""
            if limit is not None and len(data) > limit:
                raise BodyTooLarge(limit)
            return data
        if self._used:
            raise BodyUsed("the body was a stream, and has been read already")
        chunks: list[Any] = []
        length = 0
        stream = self.body
        async for chunk in stream:
            length += len(chunk)
            if limit is not None and length > limit:
                await stream.aclose()
                raise BodyTooLarge(limit)
            chunks.append(chunk)
        self._source = b"".join(chunks)
        self._used = False
        self._stream = None
        return self._source

    def read(self, *, limit: int | None = MAX_BODY) -> Any:
        """The whole body, for blocking code; see `bytes`.

        Raises:
            TypeError: it is a stream that only asynchronous code can read.
        """
        if self._source is None or isinstance(self._source, bytes):
            data = self._source or b""
            if limit is not None and len(data) > limit:
                raise BodyTooLarge(limit)
            return data
        chunks: list[Any] = []
        length = 0
        for chunk in self.iter_bytes():
            length += len(chunk)
            if limit is not None and length > limit:
                if hasattr(self._source, "close"):
                    self._source.close()
                raise BodyTooLarge(limit)
            chunks.append(chunk)
        self._source = b"".join(chunks)
        self._used = False
        return self._source

    def iter_bytes(self) -> Iterator[Any]:
        """The chunks, for blocking code.

        Raises:
            TypeError: it is a stream that only asynchronous code can read.
        """
        source = self._peek_source()
        if isinstance(source, bytes):
            if source:
                yield source
        elif source is not None:
            iterator: Any = source
            if not hasattr(source, "__next__"):
                if not isinstance(source, Iterable):
                    raise TypeError("this body is an asynchronous stream: iterate over `body`")
                iterator = iter(source)
            self._used = True
            while True:
                try:
                    chunk = next(iterator)
                except StopIteration:
                    return
                yield _chunk(chunk)

    async def text(self, *, limit: int | None = MAX_BODY) -> str:
        """The whole body, decoded as UTF-8; see `bytes`."""
        return (await self.bytes(limit=limit)).decode("utf-8-sig", "replace")

    async def _json(self, *, limit: int | None = MAX_BODY) -> Any:
        return parse_json(await self.bytes(limit=limit))

    async def aclose(self) -> None:
        """Give the body up: whoever sends it is told. Does nothing when it has been read."""
        source = self._source
        if self._stream is not None and self._stream._iterator is not None:
            await self._stream.aclose()
        elif source is not None and not isinstance(source, bytes) and not self._used:
            self._used = True
            if hasattr(source, "aclose"):
                await source.aclose()
            elif hasattr(source, "close"):
                source.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def parse_json(data: bytes) -> Any:
    """JSON text as Python values.

    Raises:
        ValueError: it is none, or is nested too deep.
    """
    try:
        return json.loads(data)
    except RecursionError:
        raise ValueError("JSON that is nested too deep") from None


def json_text(value: object) -> bytes:
    """A value as JSON text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
