"""What a loader gives, and what kind of module it is."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from ._urls import without_query

if TYPE_CHECKING:
    from atoll.typescript import Language

Kind = Literal["esm", "cjs", "json", "text", "bytes", "native"]

SCRIPTS: Final = {
    ".js": "esm",
    ".mjs": "esm",
    ".cjs": "cjs",
    ".ts": "esm",
    ".mts": "esm",
    ".cts": "cjs",
    ".tsx": "esm",
    ".jsx": "esm",
    ".json": "json",
    "": "esm",
}
_NO_SCRIPTS: Final = frozenset(
    {".wasm", ".node", ".css", ".html", ".htm", ".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp"}
    | {".txt", ".md", ".csv", ".xml", ".yaml", ".yml", ".toml", ".bin", ".pdf", ".woff", ".woff2"}
)


@dataclass(frozen=True, slots=True)
class ModuleSource:
    """The source of a module, where text or bytes alone do not say it all.

    Attributes:
        code: the source; bytes are UTF-8 unless the module is imported as bytes.
        kind: ``"esm"``, ``"cjs"`` or ``"json"``; by default what the extension says.
        language: ``"ts"``, ``"tsx"`` or ``"jsx"`` for what has to be transformed first; by
            default what the extension says.
        source_map: text of its source map (ECMA-426), by which stacks show the original places.
    """

    code: str | bytes
    kind: Kind | None = None
    language: Language | None = None
    source_map: str | bytes | None = None


def extension_of(url: str) -> str:
    """The extension of a URL's path, in lower case."""
    return posixpath.splitext(without_query(url))[1].lower()


def kind_of(url: str) -> str | None:
    """The kind of module that a URL's extension says; None: no module."""
    extension = extension_of(url)
    if extension in _NO_SCRIPTS:
        return None
    return SCRIPTS.get(extension, "esm")
