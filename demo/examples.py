"""The programs that the page offers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent / "programs"
_POST_JSON = {
    "method": "POST",
    "path": "/items",
    "headers": "Content-Type: application/json",
    "body": '{"name": "cup", "price": 12}',
}
_PROGRAMS: dict[str, tuple[str, dict[str, str] | None]] = {
    "hello.js": ("Hello", None),
    "json_api.js": ("A JSON API", _POST_JSON),
    "forms.js": ("Forms and file upload", {"method": "POST", "path": "/"}),
    "streaming.js": ("A streamed response", {"method": "GET", "path": "/"}),
    "chat.js": ("A chat over WebSockets", {"method": "GET", "path": "/"}),
    "shapes.ts": ("TypeScript", None),
    "wasm.js": ("WebAssembly", None),
    "hostile.js": ("A hostile program", None),
}
EXAMPLES = [{"name": name, "title": title} for name, (title, _) in _PROGRAMS.items()]


def read_example(name: str) -> dict[str, Any] | None:
    """A program, its language, and a request that suits it; None: there is no such example."""
    if name not in _PROGRAMS:
        return None
    return {
        "code": (_FOLDER / name).read_text("utf-8"),
        "language": name.rpartition(".")[2],
        "request": _PROGRAMS[name][1],
    }
