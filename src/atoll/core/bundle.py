"""The guest's core as one script, which starts much faster than its modules one by one.

The files stay modules, for the type checker and for whoever reads them. They keep to the few forms
of ``import`` and ``export`` that are known here; any other is refused, as the join would be wrong.
Each becomes a function, called once and in the order of the imports, that returns its exports.

The guest half of a capability that comes with Atoll is made a script in the same way.
"""

from __future__ import annotations

import functools
import re
from importlib import resources
from typing import Final

from atoll.errors import AtollError

_MAIN: Final = "core/guest/main.js"
_IMPORT: Final = re.compile(
    r'^import (?:(?:\{([^}]*)\}|\* as (\w+)) from )?"(\.[^"]*)";$', re.MULTILINE
)
_NUMBERS: Final = re.compile(r"(?:\w+ = \d+(?:,\s+|;))+")
_EXPORT: Final = re.compile(
    r"^export (?:const (?P<first>\w+) =|const \{(?P<pattern>[^}]*)\} ="
    r"|(?:async )?function\*? (?P<function>\w+)|class (?P<class>\w+))",
    re.MULTILINE,
)
_OTHER: Final = re.compile(r"^(?:import|export)\b.*|\bimport\.meta\b.*", re.MULTILINE)
_DEFAULT: Final = re.compile(r"^export default (function install\()", re.MULTILINE)


@functools.cache
def core_script() -> bytes:
    """The core, as an expression whose value is the function that starts it.

    Raises:
        AtollError: files of the installation cannot be read.
    """
    parts: dict[str, str] = {}
    exported: dict[str, frozenset[str]] = {}
    try:
        _add(_MAIN, parts, exported, ())
    except OSError as error:
        raise AtollError(
            f"Atoll's own files cannot be read, so no isolate can start: {error}. Make them "
            "readable for this user, or install Atoll again"
        ) from error
    text = "".join(f"const {_variable(path)} = {part};\n" for path, part in parts.items())
    return f'(() => {{ "use strict";\n{text}return {_variable(_MAIN)}.main; }})()'.encode()


@functools.lru_cache(64)
def capability_script(source: str, package: str) -> str | None:
    """A guest half as an expression whose value is its ``install``, or None if it does not fit.

    Args:
        source: text of the module.
        package: which one it is in; stack filters know Atoll's own frames by the scheme.
    """
    script, count = _DEFAULT.subn(r"\1", source)
    if count != 1:
        return None
    script, _ = _without_exports(script)
    if _OTHER.search(script):
        return None
    return (
        f'(() => {{ "use strict";\n{script}\nreturn install; }})()\n//# sourceURL=atoll:{package}'
    )


def _add(
    path: str,
    parts: dict[str, str],
    exported: dict[str, frozenset[str]],
    importers: tuple[str, ...],
) -> None:
    if path in parts:
        return
    if path in importers:
        raise ValueError(f"guest modules import each other: {' → '.join((*importers, path))}")

    def replace(match: re.Match[str]) -> str:
        names, namespace, specifier = match.groups()
        target = _resolve(path, specifier)
        _add(target, parts, exported, (*importers, path))
        if namespace:
            return f"const {namespace} = {_variable(target)};"
        if not names:
            return ""
        pairs = [name.split(" as ") for name in _names(names)]
        for pair in pairs:
            if pair[0] not in exported[target]:
                raise ValueError(f"{path} imports {pair[0]}, which {target} does not export")
        return f"const {{ {', '.join(': '.join(pair) for pair in pairs)} }} = {_variable(target)};"

    text = (resources.files("atoll") / path).read_text("utf-8")
    body, names = _without_exports(_IMPORT.sub(replace, text))
    other = _OTHER.search(body)
    if other:
        raise ValueError(f"{path}: this form of import or export cannot be joined: {other[0]}")
    exported[path] = frozenset(names)
    parts[path] = (
        f"(() => {{\n{body}\nreturn Object.freeze({{ __proto__: null, {', '.join(names)} }}); }})()"
    )


def _without_exports(text: str) -> tuple[str, list[str]]:
    """Module text whose exports are plain declarations, and what it exports."""
    exports: list[str] = []

    def replace(match: re.Match[str]) -> str:
        if match["pattern"] is not None:
            exports.extend(name.split(":")[-1].strip() for name in _names(match["pattern"]))
        elif match["first"]:
            numbers = _NUMBERS.match(text, match.start("first"))
            declared = re.findall(r"(\w+) =", numbers[0]) if numbers else [match["first"]]
            exports.extend(declared)
        else:
            exports.append(match["function"] or match["class"])
        return match[0].removeprefix("export ")

    return _EXPORT.sub(replace, text), exports


def _names(listing: str) -> list[str]:
    without_comments = re.sub(r"/\*.*?\*/|//.*", "", listing, flags=re.DOTALL)
    return [name.strip() for name in without_comments.split(",") if name.strip()]


def _resolve(importer: str, specifier: str) -> str:
    parts = importer.split("/")[:-1]
    for word in specifier.split("/"):
        if word == "..":
            parts.pop()
        elif word != ".":
            parts.append(word)
    return "/".join(parts)


def _variable(path: str) -> str:
    return "$" + re.sub(r"\W", "_", path)
