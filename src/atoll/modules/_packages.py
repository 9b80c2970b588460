"""Packages in a mounted ``node_modules``, resolved as Node does.

The algorithms and their names are those of "Modules: ECMAScript modules" and "Modules: CommonJS
modules" in Node's documentation; what they say of the file system happens below the mounted folder.
One thing is as bundlers have it: an `import` may leave out an extension or an index, as ``require``
may. What packages publish for runtimes other than Node was written for bundlers.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from urllib.parse import quote, unquote

from . import _browser_field
from ._files import Folder, OutsideError, TooLargeError
from ._urls import BASE, path_below, without_query

Mode = Literal["import", "require"]

EMPTY: Final = "node:empty"
"""The URL of a module of which a package says that there is none on the web."""

_PACKAGE_JSON: Final = 4 * 1024 * 1024
_LONGEST_TARGET: Final = 16 * 1024
"""Characters; a path of Linux has up to 4096 bytes."""
_CJS_SUFFIXES: Final = (".js", ".json", ".cjs")
_INDEXES: Final = ("index.js", "index.json", "index.cjs")


class PackageError(Exception):
    """A package does not let a specifier through.

    Attributes:
        rule: what stands against it.
        missing: whether there merely is nothing.
    """

    def __init__(self, reason: str, rule: str, *, missing: bool = False) -> None:
        super().__init__(reason)
        self.rule = rule
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Mount:
    """A ``node_modules`` folder and the URL that it has in the isolate, with a slash at its end."""

    url: str
    folder: Folder
    conditions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Package:
    """A folder with a ``package.json``."""

    mount: Mount
    path: str
    manifest: dict[str, Any]

    def below(self, target: str) -> str:
        """The path of a target that starts with ``./``."""
        return posixpath.normpath(f"{self.path}/{target}")

    def replacement(self, name: str) -> _browser_field.Replacement:
        """What this package has in the place of another, or of a file of its own."""
        if _browser_field.CONDITION not in self.mount.conditions:
            return None
        return _browser_field.replacement(self.manifest, name)


class Packages:
    """The packages that one isolate may import."""

    def __init__(self, mounts: Sequence[Mount]) -> None:
        self._mounts = mounts
        self._manifests: dict[tuple[str, str], dict[str, Any] | None] = {}

    def mount_of(self, url: str) -> Mount | None:
        """The innermost mount that a URL is in."""
        found = [mount for mount in self._mounts if url.startswith(mount.url)]
        return max(found, key=lambda mount: len(mount.url)) if found else None

    def type_of(self, url: str) -> str | None:
        """The ``type`` of the package that a module is in: ``"module"``, ``"commonjs"`` or none."""
        scope = self._scope(url)
        kind = None if scope is None else scope.manifest.get("type")
        return kind if isinstance(kind, str) else None

    # PACKAGE_RESOLVE

    def resolve(self, specifier: str, importer: str, mode: Mode) -> str | None:
        """The URL of a bare specifier; None: there is no such package.

        Raises:
            PackageError: there is, and it does not let the specifier through.
        """
        if specifier.startswith("#"):
            return self._resolve_private(specifier, importer, mode)
        return self._resolve_package(specifier, importer, mode)

    def _resolve_package(self, specifier: str, importer: str, mode: Mode) -> str | None:
        scope = self._scope(importer)
        if mode == "require":
            # How packages ask for another package that has the name of a module of Node's.
            specifier = specifier.removesuffix("/")
        name, rest = _split(specifier)
        subpath = f".{rest}"
        if scope is not None and scope.manifest.get("name") == name:
            exports = scope.manifest.get("exports")
            if exports is not None:
                return self._resolve_exports(scope, subpath, exports, mode)
        for mount, path in self._places(importer):
            folder = f"{path}{name}"
            if _kind(mount, folder) != "folder":
                continue
            package = Package(mount, folder, self._manifest(mount, folder) or {})
            return self._resolve_in(package, subpath, mode)
        return None

    def replaced(self, specifier: str, importer: str, mode: Mode) -> str | None:
        """The URL of what the importer's package has in the place of another one, on the web.

        Raises:
            PackageError: it names something that is not there.
        """
        scope = self._scope(importer)
        replacement = None if scope is None else scope.replacement(specifier)
        if scope is None or replacement is None:
            return None
        if replacement is False:
            return EMPTY
        other = str(replacement)
        if not other.startswith("./"):
            return None if other == specifier else self.resolve(other, importer, mode)
        found = self._file_or_folder(scope.mount, scope.below(other))
        return self._existing(scope.mount, found, other)

    def does_without(self, specifier: str, importer: str) -> bool:
        """Whether the importer's package has nothing in the place of another one, on the web."""
        scope = self._scope(importer)
        return scope is not None and scope.replacement(specifier) is False

    def _resolve_in(self, package: Package, subpath: str, mode: Mode) -> str:
        exports = package.manifest.get("exports")
        if exports is not None:
            return self._resolve_exports(package, subpath, exports, mode)
        if subpath == ".":
            found = self._main(package)
        else:
            found = self._file_or_folder(package.mount, package.below(subpath))
        return self._existing(package.mount, found, subpath)

    def _main(self, package: Package) -> str | None:
        """LEGACY_MAIN_RESOLVE."""
        main = package.manifest.get("main")
        if _browser_field.CONDITION in package.mount.conditions:
            main = _browser_field.main_of(package.manifest) or main
        return self._in_folder(package.mount, package.path, main)

    def _file_or_folder(self, mount: Mount, path: str) -> str | None:
        """LOAD_AS_FILE and LOAD_AS_DIRECTORY."""
        if not _is_inside(path):
            return None
        found = self._file(mount, path)
        if found is not None:
            return found
        if _kind(mount, path) != "folder":
            return None
        manifest = self._manifest(mount, path)
        return self._in_folder(mount, path, None if manifest is None else manifest.get("main"))

    def _in_folder(self, mount: Mount, path: str, main: object) -> str | None:
        """What a folder's ``main`` names, or else its index."""
        if isinstance(main, str) and main:
            # Not what the package.json of a folder that it names says, whose `main` may lead back.
            target = posixpath.normpath(f"{path}/{main}")
            found = self._file(mount, target) or self._index(mount, target)
            if found is not None:
                return found
        return self._index(mount, path)

    def _file(self, mount: Mount, path: str) -> str | None:
        """LOAD_AS_FILE."""
        found = (path + suffix for suffix in ("", *_CJS_SUFFIXES))
        return next((name for name in found if _kind(mount, name) == "file"), None)

    def _index(self, mount: Mount, path: str) -> str | None:
        found = (f"{path}/{name}" for name in _INDEXES)
        return next((name for name in found if _kind(mount, name) == "file"), None)

    def resolve_relative(self, url: str) -> str | None:
        """What a relative path finds at a URL of a mount, extensions added."""
        mount = self.mount_of(url)
        if mount is None:
            return None
        path = _path(url.rstrip("/"), mount)
        found = self._file_or_folder(mount, path)
        return None if found is None else self._existing(mount, found, path)

    def real_url(self, url: str) -> str | None:
        """The URL of the file that a URL of a mount leads to, links followed; None: none.

        Raises:
            PackageError: it leads out of the mount.
        """
        mount = self.mount_of(url)
        if mount is None:
            return None
        path = _path(url, mount)
        if _kind(mount, path) != "file":
            return None
        found = self._existing(mount, path, path)
        return found if found == EMPTY else found + url[len(without_query(url)) :]

    def _existing(self, mount: Mount, path: str | None, subpath: str) -> str:
        if path is None or not _is_inside(path) or _kind(mount, path) != "file":
            raise PackageError(f"the package has no file {subpath!r}", "not found", missing=True)
        url = _file_url(mount, path)
        package = self._scope(url)
        replacement = None
        if package is not None:
            replacement = package.replacement("." + _path(url, mount)[len(package.path) :])
        if package is None or replacement is None:
            return url
        if replacement is False:
            return EMPTY
        # What takes a file's place is not replaced in its turn.
        other = self._file_or_folder(mount, package.below(str(replacement)))
        if other is None:
            raise PackageError(f"the package has no file {replacement!r}", "browser field")
        return _file_url(mount, other)

    # PACKAGE_EXPORTS_RESOLVE, PACKAGE_IMPORTS_RESOLVE

    def _resolve_exports(self, package: Package, subpath: str, exports: Any, mode: Mode) -> str:
        is_map = isinstance(exports, dict) and any(key.startswith(".") for key in exports)
        if is_map and not all(key.startswith(".") for key in exports):
            raise PackageError(
                '"exports" mixes subpaths and conditions in its package.json', "package exports"
            )
        table = exports if is_map else {".": exports}
        found = self._match(package, subpath, table, mode, is_imports=False)
        if found is None:
            raise PackageError(
                f'"{subpath}" is not among the "exports" of its package.json', "package exports"
            )
        return found

    def _resolve_private(self, specifier: str, importer: str, mode: Mode) -> str:
        scope = self._scope(importer)
        imports = None if scope is None else scope.manifest.get("imports")
        found = None
        if scope is not None and isinstance(imports, dict) and not specifier.startswith("#/"):
            found = self._match(scope, specifier, imports, mode, is_imports=True)
        if found is None:
            raise PackageError(
                f'"{specifier}" is not among the "imports" of a package.json', "package imports"
            )
        return found

    def _match(
        self, package: Package, key: str, table: dict[str, Any], mode: Mode, *, is_imports: bool
    ) -> str | None:
        """PACKAGE_IMPORTS_EXPORTS_RESOLVE."""
        if key in table and "*" not in key and not key.endswith("/"):
            return self._target(package, table[key], None, mode, is_imports)
        # PATTERN_KEY_COMPARE: the longest text before the star, then the longest key.
        patterns = sorted(
            (pattern for pattern in table if pattern.count("*") == 1),
            key=lambda pattern: (-pattern.index("*") - 1, -len(pattern)),
        )
        for pattern in patterns:
            before, _, after = pattern.partition("*")
            if (
                key.startswith(before)
                and key != before
                and key.endswith(after)
                and len(key) >= len(pattern)
            ):
                star = key[len(before) : len(key) - len(after)]
                return self._target(package, table[pattern], star, mode, is_imports)
        return None

    def _target(
        self, package: Package, target: Any, star: str | None, mode: Mode, is_imports: bool
    ) -> str | None:
        """PACKAGE_TARGET_RESOLVE; None: nothing, or `null`."""
        if isinstance(target, str):
            return self._target_text(package, target, star, mode, is_imports)
        if isinstance(target, dict):
            conditions = {"default", mode, *package.mount.conditions}
            for condition, value in target.items():
                if condition in conditions:
                    found = self._target(package, value, star, mode, is_imports)
                    if found is not None or value is None:
                        return found
            return None
        if isinstance(target, list):
            failure: PackageError | None = None
            for value in target:
                try:
                    found = self._target(package, value, star, mode, is_imports)
                except PackageError as error:
                    failure = error
                    continue
                if found is not None:
                    return found
            if failure is not None:
                raise failure
        return None

    def _target_text(
        self, package: Package, target: str, star: str | None, mode: Mode, is_imports: bool
    ) -> str:
        rule = "package imports" if is_imports else "package exports"
        stars = 0 if star is None else target.count("*")
        if len(target) + stars * len(star or "") > _LONGEST_TARGET:
            raise PackageError(f"a target has more than {_LONGEST_TARGET} characters", rule)
        if not target.startswith("./"):
            if is_imports and not target.startswith(("../", "/")) and ":" not in target:
                bare = target if star is None else target.replace("*", star)
                importer = package.mount.url + quote(f"{package.path}/package.json")
                # Also "#name" is a package there, so that no import leads back to itself.
                found = self._resolve_package(bare, importer, mode)
                if found is not None:
                    return found
                raise PackageError(f'there is no package "{bare}"', "not found", missing=True)
            raise PackageError(f'the target "{target}" is outside the package', rule)
        if not _is_clean(target[2:]) or (star is not None and not _is_clean(star)):
            raise PackageError(f'the target "{target}" leads out of the package', rule)
        path = package.below(target if star is None else target.replace("*", star))
        return self._existing(package.mount, path, target)

    # Where packages are

    def _places(self, importer: str) -> Iterator[tuple[Mount, str]]:
        """Each ``node_modules`` that an importer sees, from the inside out."""
        path = without_query(importer)[len(BASE) :] if importer.startswith(BASE) else ""
        folders = path.split("/")[:-1]
        while True:
            if not folders or folders[-1] != "node_modules":
                place = BASE + "/".join((*folders, "node_modules", ""))
                mount = self.mount_of(place)
                if mount is not None:
                    yield mount, unquote(place[len(mount.url) :])
            if not folders:
                return
            folders.pop()

    def _scope(self, url: str) -> Package | None:
        """LOOKUP_PACKAGE_SCOPE."""
        mount = self.mount_of(url)
        if mount is None:
            return None
        path = unquote(without_query(url)[len(mount.url) :])
        while "/" in path:
            path = path.rpartition("/")[0]
            if path.endswith("node_modules"):
                return None
            manifest = self._manifest(mount, path)
            if manifest is not None:
                return Package(mount, path, manifest)
        return None

    def _manifest(self, mount: Mount, path: str) -> dict[str, Any] | None:
        """READ_PACKAGE_JSON."""
        key = (mount.url, path)
        if key not in self._manifests:
            # Of folders that are not there nothing is kept: a guest may name as many as it likes.
            if _kind(mount, path) != "folder":
                return None
            self._manifests[key] = _read_manifest(mount, path)
        return self._manifests[key]


def _path(url: str, mount: Mount) -> str:
    path = path_below(url, mount.url)
    if path is None:
        raise PackageError("the path is malformed", "path")
    return path


def _file_url(mount: Mount, path: str) -> str:
    """The URL of a file that is there, links followed."""
    try:
        real = mount.folder.real(path)
    except OutsideError:
        raise PackageError(*_LINK_OUT) from None
    # A name that is no UTF-8 gets a URL, which leads to nothing.
    return mount.url + quote(real, safe="/@!$&'()*+,;=~-._", errors="surrogateescape")


_LINK_OUT: Final = ("a symbolic link leads out of the mounted node_modules", "symbolic link")


def _read_manifest(mount: Mount, path: str) -> dict[str, Any] | None:
    if not _is_inside(path):
        return None
    try:
        text = mount.folder.read(f"{path}/package.json", _PACKAGE_JSON)
    except OutsideError:
        raise PackageError(*_LINK_OUT) from None
    except TooLargeError:
        raise PackageError("its package.json is too large", "package.json") from None
    if text is None:
        return None
    try:
        manifest = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PackageError(f"its package.json is no JSON: {error}", "package.json") from None
    return manifest if isinstance(manifest, dict) else {}


def _kind(mount: Mount, path: str) -> str:
    if not _is_inside(path):
        return ""
    try:
        return mount.folder.kind(path)
    except OutsideError:
        raise PackageError(*_LINK_OUT) from None


def _is_inside(path: str) -> bool:
    return not path.startswith(("/", "../")) and path not in ("", ".", "..") and "\0" not in path


def _is_clean(path: str) -> bool:
    parts = unquote(path).replace("\\", "/").lower().split("/")
    return not any(part in (".", "..", "node_modules") for part in parts) and "\0" not in path


def _split(specifier: str) -> tuple[str, str]:
    """The name of the package, and the rest with its slash."""
    parts = specifier.split("/")
    count = 2 if specifier.startswith("@") else 1
    name, rest = "/".join(parts[:count]), "/".join(parts[count:])
    if len(parts) < count or not all(parts[:count]) or name.startswith("."):
        raise PackageError("that is no name of a package", "specifier")
    if "\\" in name or "%" in name or "\0" in specifier:
        raise PackageError("that is no name of a package", "specifier")
    if specifier.endswith("/"):
        raise PackageError("a specifier of a package does not end with a slash", "specifier")
    if rest and not _is_clean_specifier(rest):
        raise PackageError("the specifier leads out of the package", "specifier")
    return name, f"/{rest}" if rest else ""


def _is_clean_specifier(rest: str) -> bool:
    return ".." not in unquote(rest).replace("\\", "/").split("/")
