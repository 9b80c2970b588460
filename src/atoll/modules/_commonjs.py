"""What CommonJS modules need of the host."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any, Final

# Spaces before a statement end with the line, where the next begins: empty lines would otherwise
# cost the square of their number.
_ESM: Final = re.compile(
    r"(?:^|[;}])[^\S\n]*(?:import(?:\s+[\w$]|\s*[{*\"'])|export\s*[{*]"
    r"|export\s+(?:default|const|let|var|function|class|async)\b)",
    re.MULTILINE,
)
_PROCESS: Final = re.compile(r"\bprocess\.")
_BUFFER: Final = re.compile(
    r"(?<![.\w$\"'])Buffer\s*[.(]|(?:\btypeof|\binstanceof|\bnew)\s+Buffer\b"
)
_OWN_BUFFER: Final = re.compile(r"[\"'](?:node:)?buffer[\"']")
_CJS: Final = re.compile(r"\bmodule\.exports\b|\bexports\.[\w$]+\s*=|\brequire\s*\(")


def looks_like_esm(text: str) -> bool:
    """Whether a file of a package that is not of type ``module`` is an ES module all the same.

    Node guesses it so where there is no ``type``.
    """
    return _ESM.search(text) is not None and _CJS.search(text) is None


def node_globals(text: str) -> list[str]:
    """Which of Node's globals a module of a package may count on, of those that it can have."""
    names = ["process"] if _PROCESS.search(text) else []
    if _BUFFER.search(text) and not _OWN_BUFFER.search(text):
        names.append("Buffer")
    return names


def process_for(env: Mapping[str, str], *, browser: bool) -> dict[str, Any]:
    """The part of Node's ``process`` that CommonJS modules find in their scope.

    Args:
        env: its ``env``.
        browser: whether packages give what they have for the web. Bundlers say so there, and name
            no version of Node, by which packages tell that they may use its other modules.
    """
    return {
        "env": dict(env),
        "argv": [],
        "browser": browser,
        "platform": "linux",
        "title": "browser" if browser else "node",
        "version": "" if browser else "v22.0.0",
        "versions": {} if browser else {"node": "22.0.0"},
    }


@functools.cache
def lexer_source() -> str:
    """Text of the lexer that finds the exports of CommonJS modules."""
    file = resources.files("atoll") / "vendor" / "cjs-module-lexer" / "lexer.js"
    return file.read_text("utf-8")
