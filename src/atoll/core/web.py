"""The core classes of the web platform, as Python has them. `guest/web.js` is the other half.

Values (`URL`, `URLSearchParams`, `FormData`, `Blob`, `File`) are made by either side and copied.
What is large or lives on stays where it is: a blob or stream of the guest arrives as a reference
to read from or write to, and an iterator of the host becomes a stream in the guest that pulls.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from atoll.core import operations
from atoll.core.reference import BaseReference, Reference
from atoll.core.streams import chunks_ahead
from atoll.wire.frames import ProtocolViolation

if TYPE_CHECKING:
    from atoll.core.handles import Handles
    from atoll.core.host import Pending
    from atoll.core.marshal_decode import _Decoder
    from atoll.core.marshal_encode import _Encoder

T = TypeVar("T")


class URL(str):
    """A URL: a string that crosses as a ``URL`` object.

    One that comes from the guest has been parsed and serialised there by the URL Standard, so its
    parts are exact; for one made in Python they are what ``urllib`` makes of it.
    """

    __slots__ = ()

    @property
    def _parts(self) -> SplitResult:
        return urlsplit(str(self))

    @property
    def href(self) -> str:
        """The whole URL, as a plain string."""
        return str.__str__(self)

    @property
    def protocol(self) -> str:
        """The scheme with its colon: ``"https:"``."""
        return f"{self._parts.scheme}:"

    @property
    def host(self) -> str:
        """Host name and port."""
        return self._parts.netloc.rpartition("@")[2]

    @property
    def hostname(self) -> str:
        """Host name without the port."""
        return self._parts.hostname or ""

    @property
    def pathname(self) -> str:
        """The path."""
        return self._parts.path

    @property
    def search(self) -> str:
        """The query with its question mark, or nothing."""
        return f"?{self._parts.query}" if self._parts.query else ""

    @property
    def hash(self) -> str:
        """The fragment with its number sign, or nothing."""
        return f"#{self._parts.fragment}" if self._parts.fragment else ""


class _Pairs(Generic[T]):
    """An ordered list of pairs of name and value; names may repeat."""

    def __init__(self, pairs: Mapping[str, T] | Iterable[tuple[str, T]] = ()) -> None:
        items = pairs.items() if isinstance(pairs, Mapping) else pairs
        self._pairs = [(name, value) for name, value in items]

    def append(self, name: str, value: T) -> None:
        """Add a pair at the end."""
        self._pairs.append((name, value))

    def get(self, name: str) -> T | None:
        """The first value of that name, or ``None``."""
        return next((value for key, value in self._pairs if key == name), None)

    def get_all(self, name: str) -> list[T]:
        """All values of that name, in order."""
        return [value for key, value in self._pairs if key == name]

    def __iter__(self) -> Iterator[tuple[str, T]]:
        return iter(self._pairs)

    def __len__(self) -> int:
        return len(self._pairs)

    def __contains__(self, name: object) -> bool:
        return any(key == name for key, _ in self._pairs)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other._pairs == self._pairs

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._pairs!r})"


class URLSearchParams(_Pairs[str]):
    """The query of a URL as pairs; ``str()`` gives its serialised form (URL Standard, section 5).

    Args:
        init: a mapping, pairs, or the text of a query, with or without its question mark.
    """

    def __init__(self, init: str | Mapping[str, str] | Iterable[tuple[str, str]] = ()) -> None:
        if isinstance(init, str):
            init = parse_qsl(init.removeprefix("?"), keep_blank_values=True)
        super().__init__(init)

    def __str__(self) -> str:
        return urlencode(self._pairs, safe="*").replace("~", "%7E")


class Blob:
    """Bytes with a media type, made by the host.

    Attributes:
        data: the bytes.
        type: the media type, or ``""``.
    """

    def __init__(self, data: bytes | bytearray | memoryview | str = b"", type: str = "") -> None:  # noqa: A002
        # By way of a view, as `bytes` alone would make a number that many zeros.
        self.data = data.encode() if isinstance(data, str) else bytes(memoryview(data))
        self.type = type

    @property
    def size(self) -> int:
        """Length in bytes."""
        return len(self.data)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Blob) and vars(other) == vars(self)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.size} bytes, {self.type or 'no type'}>"


class File(Blob):
    """A blob with a name.

    Attributes:
        name: the file's name.
        last_modified: milliseconds since the epoch.
    """

    def __init__(
        self,
        data: bytes | bytearray | memoryview | str,
        name: str,
        type: str = "",  # noqa: A002
        last_modified: int | None = None,
    ) -> None:
        super().__init__(data, type)
        self.name = name
        self.last_modified = int(time.time() * 1000) if last_modified is None else last_modified


class FormData(_Pairs["str | Blob | BaseReference"]):
    """The fields of a form: text, or files."""


# What the guest's blobs and streams are to the host


class BaseBlobReference(BaseReference):
    """A ``Blob`` or ``File`` of the guest.

    Attributes:
        size: length in bytes.
        type: the media type, or ``""``.
        name: the file's name; ``None`` for a plain blob.
        last_modified: milliseconds since the epoch; ``None`` for a plain blob.
    """

    __slots__ = ("last_modified", "name", "size", "type")
    size: int
    type: str
    name: str | None
    last_modified: int | None

    def _request(self, start: int, end: int | None) -> tuple[Any, int, int]:
        return self._use(), start, self.size if end is None else end


class BlobReference(BaseBlobReference, Reference):
    """A ``Blob`` or ``File`` that stays in the guest and is read on demand."""

    __slots__ = ()

    async def bytes(self, start: int = 0, end: int | None = None) -> bytes:
        """The bytes, or those from ``start`` to before ``end``."""
        data: bytes = await self._driver.request(operations.BLOB_READ, self._request(start, end))
        return data

    async def text(self) -> str:
        """The bytes decoded as UTF-8."""
        return (await self.bytes()).decode("utf-8-sig", "replace")


class ReadableStream(Reference):
    """A ``ReadableStream`` of the guest: ``async for chunk in stream``.

    Released before its end, it is cancelled in the guest. A read that is cancelled loses nothing:
    the next one gets its chunk.
    """

    __slots__ = ("_started",)

    def __init__(self, driver: Any, handle: int, kind: str) -> None:
        super().__init__(driver, handle, kind)
        self._started: deque[Pending] = deque()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        read = (self._use(),)
        chunk = await self._driver.request(operations.STREAM_READ, read, started=self._started)
        if chunk is None:
            raise StopAsyncIteration
        self._driver.read_ahead(self._started, read, chunks_ahead(chunk[0]))
        return chunk[0]

    async def cancel(self, reason: object = None) -> None:
        """Stop reading; the guest's source is told."""
        self._started.clear()
        await self._driver.request(operations.STREAM_CANCEL, (self._use(), reason))


class WritableStream(Reference):
    """A ``WritableStream`` of the guest.

    Released before it was closed, it is aborted in the guest.
    """

    __slots__ = ()

    async def write(self, chunk: object) -> None:
        """Write a chunk; returns once the guest has taken it."""
        await self._driver.request(operations.STREAM_WRITE, (self._use(), chunk))

    async def close(self) -> None:
        """Close the stream once everything has been written."""
        await self._driver.request(operations.STREAM_CLOSE, (self._use(),))

    async def abort(self, reason: object = None) -> None:
        """Give the stream up."""
        await self._driver.request(operations.STREAM_ABORT, (self._use(), reason))


REFERENCES = {"blob": BlobReference, "readable": ReadableStream, "writable": WritableStream}


# Encoding


def encode_url(encoder: _Encoder, value: URL, depth: int) -> Any:
    """``["U", href]``."""
    return _known(encoder, value, encoder._tag("U", encoder._walk(value.href, depth)))


def encode_pairs(encoder: _Encoder, value: _Pairs[Any], depth: int) -> Any:
    """``["q", pairs]`` for URLSearchParams, ``["D", pairs]`` for FormData."""
    pairs = [[encoder._walk(k, depth), encoder._walk(v, depth + 1)] for k, v in value]
    tag = "q" if isinstance(value, URLSearchParams) else "D"
    return _known(encoder, value, encoder._tag(tag, pairs))


def encode_blob(encoder: _Encoder, value: Blob, depth: int) -> Any:
    """``["B", segment, type]``, and name and time for a file: ``["F", …]``."""
    data = [encoder._segment(value.data), encoder._walk(value.type, depth)]
    if isinstance(value, File):
        data += (encoder._walk(value.name, depth), encoder._walk(value.last_modified, depth))
        return _known(encoder, value, encoder._tag("F", *data))
    return _known(encoder, value, encoder._tag("B", *data))


def _known(encoder: _Encoder, value: object, form: Any) -> Any:
    """Let the value be the same object in the guest when it comes again."""
    encoder._memo[id(value)] = (value, form)
    return form


# Decoding


def decode_url(decoder: _Decoder, data: list[Any]) -> URL:
    """A URL."""
    url: URL = decoder._open(URL(_text(data[1])))
    return url


def decode_pairs(decoder: _Decoder, data: list[Any]) -> URLSearchParams | FormData:
    """URLSearchParams or FormData."""
    if data[0] == "q":
        params: URLSearchParams = decoder._open(URLSearchParams())
        for name, value in data[1]:
            params.append(_text(decoder.walk(name)), _text(decoder.walk(value)))
        return params
    form: FormData = decoder._open(FormData())
    for name, value in data[1]:
        item = decoder.walk(value)
        if not isinstance(item, str | BaseBlobReference):
            raise ProtocolViolation("a field of a form that is neither text nor a file")
        form.append(_text(decoder.walk(name)), item)
    return form


def decode_reference(handles: Handles, data: list[Any]) -> BaseReference | None:
    """A blob or stream of the guest; None: another tag."""
    match data:
        case ["r", handle]:
            return handles.import_handle(handle, "readable")
        case ["w", handle]:
            return handles.import_handle(handle, "writable")
        case ["B", handle, int(size), str(type)]:
            return _blob(handles.import_handle(handle, "blob"), size, type, None, None)
        case ["F", handle, int(size), str(type), str(name), int(modified)]:
            return _blob(handles.import_handle(handle, "blob"), size, type, name, modified)
    return None


def _blob(
    reference: BaseReference,
    size: int,
    type: str,  # noqa: A002
    name: str | None,
    last_modified: int | None,
) -> BaseReference:
    if not isinstance(reference, BaseBlobReference):
        raise ProtocolViolation("a handle that was something else before")
    reference.size, reference.type = size, type
    reference.name, reference.last_modified = name, last_modified
    return reference


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ProtocolViolation("text expected")
    return value
