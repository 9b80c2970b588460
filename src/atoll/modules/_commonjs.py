"""What CommonJS modules need of the host."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from importlib import resources
from typing import Any, Final

_ESM: Final = re.compile(
    r"^\s*(?:import\s*(?:[\w$*{]|[\"'])|export\s+(?:default|const|let|var|function|class|async)\b"
    r"|export\s*[{*])",
    re.MULTILINE,
)
_PROCESS: Final = re.compile(r"\bprocess\.")
_CJS: Final = re.compile(r"\bmodule\.exports\b|\bexports\.[\w$]+\s*=|\brequire\s*\(")


def looks_like_esm(text: str) -> bool:
    """Whether a file of a package that has no ``type`` is an ES module, as Node guesses it."""
    return _ESM.search(text) is not None and _CJS.search(text) is None


def uses_process(text: str) -> bool:
    """Whether an ES module may count on Node's global ``process``."""
    return _PROCESS.search(text) is not None


def process_for(env: Mapping[str, str]) -> dict[str, Any]:
    """The part of Node's ``process`` that CommonJS modules find in their scope."""
    return {
        "env": dict(env),
        "argv": [],
        "browser": False,
        "platform": "linux",
        "version": "v22.0.0",
        "versions": {"node": "22.0.0"},
    }


@functools.cache
def lexer_source() -> str:
    """Text of the lexer that finds the exports of CommonJS modules."""
    file = resources.files("atoll") / "vendor" / "cjs-module-lexer" / "lexer.js"
    return file.read_text("utf-8")
