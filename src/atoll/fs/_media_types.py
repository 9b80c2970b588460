"""The media types of files, by the endings of their names.

The File System Standard (§ 3.2) leaves the type to the implementation.
"""

from __future__ import annotations

import mimetypes
from typing import Final

# Python's own table, not the machine's, and what its versions disagree about: the same everywhere.
_TYPES: Final = mimetypes.MimeTypes()
_MORE: Final = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".md": "text/markdown",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
}
for _ending, _type in _MORE.items():
    _TYPES.add_type(_type, _ending)
_PACKED: Final = {
    "gzip": "application/gzip",
    "bzip2": "application/x-bzip2",
    "xz": "application/x-xz",
    "compress": "application/x-compress",
}
"""A packed file is not of the type of what is in it."""


def media_type(name: str) -> str:
    """The type of a file of that name, or ``""``."""
    found, packed = _TYPES.guess_type(f"/{name}")
    if packed is not None:
        return _PACKED.get(packed, "")
    return found or ""
