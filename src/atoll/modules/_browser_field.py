"""The ``browser`` field of a ``package.json``: what takes the place of a package's parts for Node.

It is described by the "Package Browser Field Spec" and followed by bundlers, whose output for the
web and for serverless runtimes depends on it. It is either the file to use in the place of
``main``, or a table of files (``./lib/node.js``) and packages (``fs``) with what takes their place:
a file, a package, or nothing (``false``).
"""

from __future__ import annotations

from typing import Any, Final

CONDITION: Final = "browser"
"""The condition under which the field counts."""

Replacement = str | bool | None
"""What takes something's place: a name or a relative path, ``False`` for an empty module; None: it
stays."""


def main_of(manifest: dict[str, Any]) -> str | None:
    """The file in the place of ``main``."""
    field = manifest.get("browser")
    return field if isinstance(field, str) and field else None


def replacement(manifest: dict[str, Any], name: str) -> Replacement:
    """What takes the place of a package, or of a file, whose name begins with ``./``."""
    field = manifest.get("browser")
    if not isinstance(field, dict):
        return None
    names: tuple[str, ...] = (name,)
    if name.startswith("./"):  # an extension, and the dot, may be left out in the table
        names = (name, name.removesuffix(".js"), name[2:])
    elif name.startswith("node:"):
        names = (name, name.removeprefix("node:"))
    for each in names:
        value = field.get(each)
        if value is False or (isinstance(value, str) and value):
            return value
    return None
