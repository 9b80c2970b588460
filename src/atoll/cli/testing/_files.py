"""Which files are tests, and what they can import."""

from __future__ import annotations

import json
import os
import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from atoll.cli.arguments import UsageError
from atoll.core.languages import Language, language_of
from atoll.errors import JSSyntaxError
from atoll.modules import Modules, ModuleSource
from atoll.modules._files import Folder, OutsideError, TooLargeError
from atoll.test_environment import IMPORTS, Coverage
from atoll.typescript import transpile

EXTENSIONS: Final = (".js", ".ts", ".mjs", ".mts", ".tsx", ".jsx", ".cjs", ".cts")
_TEST_FILE: Final = re.compile(r"\.(?:test|spec)\.[cm]?[jt]sx?$")
_SCRIPT: Final = re.compile(r"(?<!\.d)\.[cm]?[jt]sx?$")
_DEFAULT_EXPORT: Final = re.compile(r"\bexport\s+default\b|\bas\s+default\b")
_ESM: Final = re.compile(r"^\s*(?:import\b\s*[\w$*{\"']|export\b\s*[\w$*{])", re.MULTILINE)
_CJS: Final = re.compile(r"\brequire\s*\(|\bmodule\.exports\b|\bexports\.[\w$]+\s*=")
_LARGEST: Final = 16 * 1024 * 1024
_WRITTEN_AS: Final[dict[str, tuple[Language, ...]]] = {
    ".js": ("ts", "tsx"),
    ".mjs": ("mts",),
    ".cjs": ("cts",),
}
"""TypeScript imports the file that it will become."""


def find_tests(patterns: list[str], start: Path) -> list[Path]:
    """The test files that patterns name, without repetition, sorted.

    Args:
        patterns: files, folders or globs; none stands for the folder itself.
        start: what they are relative to.

    Raises:
        UsageError: a pattern names nothing.
    """
    found: dict[Path, None] = {}
    for pattern in patterns or ["."]:
        path = start / pattern
        if path.is_file():
            matches = [path]
        elif path.is_dir():
            matches = list(_below(path))
        else:
            absolute = Path(pattern).is_absolute()
            base, glob = (Path(path.anchor), str(path)[1:]) if absolute else (start, pattern)
            try:
                matches = [p for p in base.glob(glob) if p.is_file() and not _is_hidden(p, start)]
            except (ValueError, NotImplementedError) as error:
                raise UsageError(f"{pattern!r} is no pattern: {error}") from None
        if not matches:
            raise UsageError(
                f"{pattern!r} names no test file. Test files are called *.test.js or *.spec.js (or "
                ".ts, .mjs, …), or are in a folder __tests__; any other file can be named itself."
            )
        found |= dict.fromkeys(match.resolve() for match in matches)
    return sorted(found)


def _is_hidden(path: Path, start: Path) -> bool:
    parts = path.parts[len(start.parts) :] if path.is_relative_to(start) else path.parts
    return any(part == "node_modules" or (part.startswith(".") and part != "..") for part in parts)


def _below(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if name != "node_modules" and not name.startswith(".")
        )
        inside = Path(place).name == "__tests__"
        for name in sorted(files):
            if _TEST_FILE.search(name) or (inside and _SCRIPT.search(name)):
                yield Path(place, name)


def root_of(file: Path) -> Path:
    """The nearest folder above a file that has a ``package.json``; else the current one."""
    for folder in file.parents:
        if (folder / "package.json").is_file():
            return folder
    here = Path.cwd().resolve()
    return here if file.is_relative_to(here) else file.parent


def _is_test(path: str) -> bool:
    return _TEST_FILE.search(path) is not None or "__tests__" in path.split("/")


def _own_exports(manifest: Path) -> dict[str, str]:
    """What a package's files may import of it by its own name, as an import map."""
    try:
        package = json.loads(manifest.read_text("utf-8"))
        name, exports = package["name"], package["exports"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    if not isinstance(exports, dict) or not all(key.startswith(".") for key in exports):
        exports = {".": exports}
    found = {}
    for key, value in exports.items():
        target = _target(value)
        if target is None or not target.startswith("./"):
            continue
        if key.endswith("/*") and target.endswith("/*"):
            found[f"{name}{key[1:-1]}"] = target[:-1]
        elif "*" not in key + target:
            found[f"{name}{key[1:]}"] = target
    return found


def _target(value: object) -> str | None:
    """What an entry of ``exports`` means for an ``import``."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        for condition, inner in value.items():
            if condition in ("import", "default", "node"):
                target = _target(inner)
                if target is not None:
                    return target
    return None


class Project:
    """What one test file can import: the files below a root, and the packages that it has.

    Attributes:
        root: the folder.
        sources: text of what was imported, by its name in stacks.
        used: the files that were read.
    """

    def __init__(self, root: Path, coverage: Coverage | None = None) -> None:
        self.root = root
        self._coverage = coverage
        self.sources: dict[str, str] = {}
        self.used: set[Path] = set()
        self._folder = Folder(root, follow_links=False)
        self._types: dict[str, bool] = {}

    def modules(self) -> Modules:
        """What ``import`` finds."""
        modules = Modules().source_tree("", self.load)
        packages = self.root / "node_modules"
        if packages.is_dir():
            modules.mount_node_modules("", packages, env={"NODE_ENV": "test"})
        for name, source in IMPORTS.items():
            modules.virtual(name, source)
        own = _own_exports(self.root / "package.json")
        return modules.import_map({"imports": own}) if own else modules

    def load(self, path: str) -> ModuleSource | str | None:
        """A module by its path, extensions and ``index`` files left out as bundlers allow."""
        try:
            text = self._read(path)
        except UnicodeDecodeError as error:
            return ModuleSource(error.object)  # for an import as bytes; others are told what it is
        if text is not None:
            return self._module(path, text)
        stem, extension = posixpath.splitext(path)
        for language in _WRITTEN_AS.get(extension, ()):
            text = self._read(f"{stem}.{language}")
            if text is not None:
                self.sources[path] = text
                return ModuleSource(text, language=language)
        for target in (*(path + e for e in EXTENSIONS), *(f"{path}/index{e}" for e in EXTENSIONS)):
            text = self._read(target)
            if text is not None:
                return self._forward(path, target, text)
        return None

    def _forward(self, path: str, target: str, text: str) -> ModuleSource:
        """A module that stands for another one."""
        relative = "./" + posixpath.relpath(target, posixpath.dirname(path) or ".")
        if self._is_commonjs(target, text):
            return ModuleSource(f"module.exports = require({relative!r});", kind="cjs")
        code = f'export * from "{relative}";'
        if _DEFAULT_EXPORT.search(text):
            code += f' export {{ default }} from "{relative}";'
        return ModuleSource(code, kind="esm")

    def _module(self, path: str, text: str) -> ModuleSource:
        self.sources[path] = text
        kind: Literal["cjs"] | None = "cjs" if self._is_commonjs(path, text) else None
        if self._coverage is not None and not _is_test(path) and not path.endswith(".json"):
            return self._measured(path, text, kind)
        return ModuleSource(text, kind=kind)

    def _measured(self, path: str, text: str, kind: Literal["cjs"] | None) -> ModuleSource:
        """A module with the counters of coverage."""
        assert self._coverage is not None  # noqa: S101 - for the type checker
        source_map = None
        if language_of(path) is not None:
            try:
                made = transpile(text, path)
            except JSSyntaxError:
                return ModuleSource(text, kind=kind)  # which is reported where it is imported
            text, source_map = made.code, made.source_map
        shown = os.path.relpath(self.root / path)
        counted = self._coverage.instrument(shown, text, source_map)
        return ModuleSource(counted, kind=kind, language="js", source_map=source_map)

    def _is_commonjs(self, path: str, text: str) -> bool:
        extension = posixpath.splitext(path)[1]
        if extension in (".cjs", ".cts"):
            return True
        if extension in (".mjs", ".mts", ".json") or _ESM.search(text):
            return False
        return _CJS.search(text) is not None

    def _read(self, path: str) -> str | None:
        try:
            data = self._folder.read(path, _LARGEST)
        except (OutsideError, TooLargeError, OSError, ValueError):
            return None  # a folder, for instance, whose index file is looked for next
        if data is None:
            return None
        self.used.add(self.root / path)
        return data.decode("utf-8-sig")
