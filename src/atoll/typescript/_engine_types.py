"""The engine's own declarations of the web platform, by name.

``deno types`` prints what all of its globals are. An isolate has some of them, so each is taken
alone, with the types that it mentions and without the values that it does not have. Whoever writes
declarations names them in a comment::

    // @engine URL URLSearchParams
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from atoll.core.disk_cache import DiskCache, shared_cache
from atoll.engine.deno import engine_version
from atoll.errors import CompilerFailed
from atoll.limits import MiB
from atoll.typescript import _command
from atoll.typescript._command import Bounds, Confinement, Workspace

_DIRECTIVE: Final = re.compile(r"^[ \t]*// @engine (.+)$", re.MULTILINE)
_HEADER: Final = re.compile(
    r"(?:declare\s+)?(?:abstract\s+)?"
    r"(?P<kind>var|let|const|function|class|interface|type|namespace)\s+(?P<name>[\w$]+)"
)
_BLOCKS: Final = ("class", "interface", "namespace")
_TYPES: Final = ("interface", "type")
_IDENTIFIER: Final = re.compile(r"[A-Za-z_$][\w$]*")
_TRIVIA: Final = re.compile(r"/\*.*?\*/|//[^\n]*|\"[^\"\n]*\"|'[^'\n]*'", re.DOTALL)
_ELSEWHERE: Final = ("Window", "WorkerGlobalScope", "Deno")
"""What no isolate has; a type that mentions it has one case less."""
_ENGINE_ONLY: Final = re.compile(rf"\b(?:{'|'.join(_ELSEWHERE)})\b(?:\.\w+)*")
_FORMAT: Final = b"engine types 1"


@dataclass(frozen=True)
class _Statement:
    kind: str
    name: str
    text: str


def expand(declarations: str, confinement: Confinement) -> str:
    """Put the engine's declarations in the place of ``@engine`` comments.

    Raises:
        ValueError: a name is none that the engine declares.
        CompilerFailed: the engine does not say what it declares.
    """
    names = [name for line in _DIRECTIVE.findall(declarations) for name in line.split()]
    if not names:
        return declarations
    written = _DIRECTIVE.sub("", declarations).strip()
    engine = _select(names, _statements(_engine_text(confinement)), written)
    return f"{written}\n{engine}"


def _select(names: Iterable[str], known: dict[str, list[_Statement]], written: str) -> str:
    """The engine's declarations of these names, with the types that they and others mention.

    Args:
        names: what is to be declared.
        known: all that the engine declares.
        written: other declarations: what those declare is not taken from the engine.
    """
    chosen: dict[_Statement, None] = {}
    seen = {match["name"] for match in _HEADER.finditer(written)}
    queue = [_Statement("type", "", written)]
    for name in dict.fromkeys(names):
        if name not in known:
            raise ValueError(f"the engine declares no {name}")
        queue += known[name]
    while queue:
        statement = queue.pop()
        if statement in chosen:
            continue
        if statement.name:
            chosen[statement] = None
        for name in _IDENTIFIER.findall(statement.text):
            # What it mentions is needed as a type; a value that the isolate lacks stays away.
            if name not in seen and name not in _ELSEWHERE:
                seen.add(name)
                queue += [other for other in known.get(name, ()) if other.kind in _TYPES]
    texts = [_ENGINE_ONLY.sub("never", statement.text) for statement in chosen]
    return "\n".join(sorted(texts)) + "\n"


@functools.lru_cache(maxsize=2)
def _statements(text: str) -> dict[str, list[_Statement]]:
    found: dict[str, list[_Statement]] = {}
    # Comments are most of it; braces in strings would be counted.
    bare = _TRIVIA.sub(lambda match: "" if match[0].startswith("/") else match[0], text)
    for piece in _top_level(bare):
        header = _HEADER.match(piece)
        if header is not None:
            statement = _Statement(header["kind"], header["name"], piece)
            found.setdefault(header["name"], []).append(statement)
    return found


def _top_level(text: str) -> Iterable[str]:
    """The statements of a file of declarations."""
    depth = 0
    start = 0
    is_block = False
    for match in re.finditer(r"[{}()\[\];]|\"[^\"\n]*\"|'[^'\n]*'", text):
        mark = match[0]
        if mark in ("{", "(", "["):
            if depth == 0:
                header = _HEADER.match(text[start : match.start()].strip())
                is_block = header is not None and header["kind"] in _BLOCKS
            depth += 1
        elif mark in ("}", ")", "]"):
            depth -= 1
        if depth == 0 and (mark == ";" or (mark == "}" and is_block)):
            yield re.sub(r"\n\s*\n+", "\n", text[start : match.end()].strip())
            start = match.end()
            is_block = False


def _engine_text(confinement: Confinement) -> str:
    cache = shared_cache()
    key = DiskCache.key(_FORMAT, ".".join(map(str, engine_version())).encode())
    content = cache.get(key)
    if content is None:
        with Workspace() as workspace:
            finished = _command.run(
                ("types",),
                workspace,
                Bounds(time=30, memory=_command.MEMORY, output=16 * MiB),
                confinement=confinement,
            )
        if finished.exit.exit_code != 0:
            raise CompilerFailed(f"the engine cannot print its types: {finished.exit.describe()}")
        content = finished.output
        cache.put(key, content)
    return content.decode()
