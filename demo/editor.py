"""CodeMirror for the page: modules of packages from npm, which `make demo` installs.

Browsers load them as they are. An import map says where each package is; nothing is bundled.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


def packages_folder() -> Path:
    """Where the installed packages are.

    Raises:
        FileNotFoundError: they have not been installed.
    """
    folder = HERE / "node_modules" / ".deno"
    if not folder.is_dir():
        raise FileNotFoundError("the editor is not installed: run `make demo`, which does that")
    return folder


@cache
def import_map() -> dict[str, dict[str, str]]:
    """The import map: each package's name, and the URL of its module."""
    imports = {}
    for manifest in sorted(packages_folder().glob("*/node_modules/**/package.json")):
        if manifest.is_symlink() or manifest.parent.is_symlink():
            continue  # a dependency, which has a place of its own
        package = json.loads(manifest.read_text("utf-8"))
        entry = _module_of(package)
        if "name" in package and entry is not None and (manifest.parent / entry).is_file():
            path = (manifest.parent / entry).relative_to(packages_folder())
            imports[package["name"]] = f"./vendor/{path.as_posix()}"
    return {"imports": imports}


def _module_of(package: dict[str, object]) -> str | None:
    exports = package.get("exports")
    if isinstance(exports, dict):
        root = exports.get(".", exports)
        exports = root.get("import", root.get("default")) if isinstance(root, dict) else root
    for entry in (exports, package.get("module"), package.get("main")):
        if isinstance(entry, str):
            return entry.removeprefix("./")
    return None
