"""Node's built-in modules that need no authority.

They are ordinary JavaScript, which runs in the isolate with nothing but what user code has anyway:
not Node's own, nor the engine's. So importing one opens no door, whatever it exports. The
exceptions are made by the guest half: ``async_hooks`` has two classes only, ``module`` has
``createRequire``, and ``process`` constants and ``nextTick``.
"""

from __future__ import annotations

import functools
import posixpath
import re
from importlib import resources
from typing import Final

NATIVE: Final = frozenset({"async_hooks", "module", "process"})
_OWN: Final = frozenset(
    {
        "os",
        "perf_hooks",
        "stream/consumers",
        "stream/web",
        "timers",
        "timers/promises",
        "tty",
    }
)
"""Those that are files of our own, on what the web has."""
NAMES: Final = (
    NATIVE
    | _OWN
    | {
        "assert",
        "assert/strict",
        "buffer",
        "diagnostics_channel",
        "events",
        "path",
        "path/posix",
        "path/win32",
        "punycode",
        "querystring",
        "stream",
        "stream/promises",
        "string_decoder",
        "url",
        "util",
        "util/types",
    }
)
_PART: Final = re.compile(r"chunk-[\w-]+\.js")
_PROCESS: Final = "chunk-DEMDiNwt.js"
_EXPORT: Final = re.compile(r"^export (?:default )?(?=function)", re.MULTILINE)
_EXPORT_PATH: Final = """\
export default path;
export const {
  basename, delimiter, dirname, extname, format, isAbsolute, join, normalize, parse, posix,
  relative, resolve, sep, toNamespacedPath, win32,
} = path;
"""


def _path() -> str:
    """The module that is the capability of the same name, too."""
    source = (resources.files("atoll") / "path" / "guest.js").read_text("utf-8")
    body = _EXPORT.sub("", source)
    return f"const path = (() => {{ {body}\nreturn createPath(); }})();\n{_EXPORT_PATH}"


@functools.cache
def _all_of_node() -> frozenset[str]:
    file = resources.files("atoll") / "core" / "guest" / "node_modules.txt"
    return frozenset(file.read_text("utf-8").split())


def is_of_node(name: str) -> bool:
    """Whether that is a built-in module of Node, of those that are not here, too."""
    return name in _all_of_node()


def is_part(name: str) -> bool:
    """Whether that is a file that built-in modules consist of."""
    return _PART.fullmatch(name) is not None or name.removesuffix(".js") in NAMES


def join(specifier: str, importer: str) -> str | None:
    """What a relative specifier means in a built-in module; None in all others."""
    if not importer.startswith("node:"):
        return None
    folder = posixpath.dirname(importer[len("node:") :])
    joined = posixpath.normpath(posixpath.join(folder, specifier))
    name = joined.removesuffix(".js")
    return f"node:{name if name in NAMES else joined}"


@functools.cache
def source(name: str) -> str:
    """Text of a built-in module, or of a part of one."""
    if name == "empty":
        return "export default {};"
    if name == "path":
        return _path()
    if name.startswith("path/"):
        flavour = name.removeprefix("path/")
        return f'import {{ {flavour} as path }} from "node:path";\n{_EXPORT_PATH}'
    if name == _PROCESS or name in _OWN:
        path = "process" if name == _PROCESS else name.replace("/", "_")
        file = resources.files("atoll") / "modules" / "node" / f"{path}.js"
    else:
        path = name if _PART.fullmatch(name) else f"{name}.js"
        file = resources.files("atoll") / "vendor" / "jspm-core" / path
    return file.read_text("utf-8")
