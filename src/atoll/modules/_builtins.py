"""Node's built-in modules that need no authority.

They are ordinary JavaScript, which runs in the isolate with nothing but what user code has anyway:
not Node's own, nor the engine's. So importing one opens no door, whatever it exports.
"""

from __future__ import annotations

import posixpath
from importlib import resources
from typing import Final

NAMES: Final = frozenset[str]()


def is_part(name: str) -> bool:
    """Whether a built-in module consists of it, among others."""
    return False


def join(specifier: str, importer: str) -> str | None:
    """What a relative specifier means in a built-in module; None in all others."""
    if not importer.startswith("node:"):
        return None
    return "node:" + posixpath.normpath(
        posixpath.join(posixpath.dirname(importer[len("node:") :]), specifier)
    )


def source(name: str) -> str | None:
    """Text of a built-in module, or of a part of one."""
    file = resources.files("atoll") / "vendor" / "node" / f"{name}.js"
    return file.read_text("utf-8")
