"""Where a specifier leads: the URL of a module that somebody asks for, or why there is none.

The order of HTML's "resolve a module specifier": relative specifiers and URLs first, then the
import map, then what the owner's builder provides: virtual modules, trees, mounted packages, the
built-in modules that need no authority, and the fallback.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from atoll.errors import ModuleDenied, ModuleError, ModuleNotFound

from . import _builtins
from ._packages import PackageError, Packages
from ._sources import extension_of
from ._urls import BASE, is_relative, join, normal, scheme_of, to_url, without_query

if TYPE_CHECKING:
    from ._builder import Config

_LONGEST: Final = 4096
_LONGEST_IMPORTER: Final = 16 * 1024
"""Characters of an importer's URL: of the longest path of a file, each byte with a percent sign."""

Request = tuple[str, str, str]
"""A specifier, its importer's URL and a type."""


class Want:
    """A module that somebody asks for."""

    __slots__ = ("importer", "specifier", "type", "url")

    def __init__(self, specifier: str, importer: str, wanted: str, url: str) -> None:
        self.specifier = specifier
        self.importer = importer
        self.type = wanted
        self.url = url

    def error(self, kind: type[ModuleError], reason: str, rule: str) -> ModuleError:
        return kind(reason, short(self.specifier), short(self.importer), rule)


class Resolver:
    """The rules of one isolate.

    Attributes:
        packages: that are mounted.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self.packages = Packages(config.mounts)
        # Longer prefixes first.
        self._trees = sorted(config.trees.items(), key=lambda item: -len(item[0]))

    def place(self, request: Request) -> Want:
        """What a request is for.

        Raises:
            ModuleError: nothing may be loaded for it.
        """
        specifier, importer, wanted = request
        want = Want(specifier, importer, wanted, "")
        is_text = _is_well_formed(specifier) and _is_well_formed(importer)
        if not 0 < len(specifier) <= _LONGEST or "\0" in specifier or not is_text:
            raise want.error(ModuleDenied, "that is no specifier", "specifier")
        if len(importer) > _LONGEST_IMPORTER:
            raise want.error(ModuleDenied, "the importer's URL is too long", "importer")
        want.url = self._resolve(want)
        if wanted == "require":
            want.type = "require-json" if extension_of(want.url) == ".json" else ""
        return want

    def _resolve(self, want: Want) -> str:
        url = self.as_url(want)
        if self._config.map is not None:
            applies, address = self._config.map.resolve(want.specifier, url, want.importer)
            if applies and address is None:
                raise want.error(ModuleDenied, "the import map forbids it", "import map")
            url = address if applies else url
        try:
            return self._resolve_bare(want) if url is None else self._resolve_url(want, url)
        except PackageError as error:
            kind = ModuleNotFound if error.missing else ModuleDenied
            raise want.error(kind, str(error), error.rule) from None

    def as_url(self, want: Want) -> str | None:
        """A specifier that is a URL or a path, as a URL."""
        specifier, importer = want.specifier, want.importer
        try:
            if not is_relative(specifier):
                return normal(specifier) if scheme_of(specifier) is not None else None
            url = _builtins.join(specifier, importer) or join(specifier, importer)
        except ValueError:
            raise want.error(ModuleDenied, "that is no URL", "specifier") from None
        if url is None:
            raise want.error(
                ModuleDenied,
                "the importer's URL has no path that it could be relative to",
                "specifier",
            )
        return url

    def _resolve_url(self, want: Want, url: str) -> str:
        scheme = scheme_of(url)
        if without_query(url) in self._config.virtual or url in self._config.virtual:
            return url
        if scheme == "node":
            found = self.packages.replaced(want.specifier, want.importer, _mode(want))
            return found or self._resolve_builtin(want, url[len("node:") :])
        if self.tree_of(url) is not None and self.packages.mount_of(url) is None:
            return url
        if self.packages.mount_of(url) is not None:
            found = None if want.type == "require" else self.packages.real_url(url)
            found = found or self.packages.resolve_relative(without_query(url))
            if found is not None:
                return found
        elif self._config.fallback is not None:
            return url
        raise self._not_provided(want, url)

    def _resolve_bare(self, want: Want) -> str:
        specifier = want.specifier
        if specifier.startswith("#"):
            private = self.packages.resolve(specifier, want.importer, _mode(want))
            if private is not None:
                return private
        url = to_url(specifier)
        if url in self._config.virtual or without_query(url) in self._config.virtual:
            return url
        if self.tree_of(url, bare=True) is not None:
            return url
        if self._config.mounts:
            found = self.packages.replaced(specifier, want.importer, _mode(want))
            if found is None and specifier in _builtins.NAMES:
                return self._resolve_builtin(want, specifier)
            found = found or self.packages.resolve(specifier, want.importer, _mode(want))
            if found is not None:
                return found
            if _builtins.is_of_node(specifier) and self._config.fallback is None:
                return self._resolve_builtin(want, specifier)
        if self._config.fallback is not None:
            return url
        if self.tree_of(url) is not None:
            return url
        raise self._not_provided(want, url)

    def _resolve_builtin(self, want: Want, name: str) -> str:
        if name in _builtins.NAMES:
            return f"node:{name}"
        if want.importer.startswith("node:") and _builtins.is_part(name):
            return f"node:{name}"
        raise want.error(
            ModuleDenied,
            f'the built-in module "{name}" needs an authority that an isolate does not have, or is '
            f"unknown; available: {', '.join(sorted(_builtins.NAMES))}",
            "node: imports",
        )

    def _not_provided(self, want: Want, url: str) -> ModuleError:
        scheme = scheme_of(url)
        if not url.startswith(BASE) and scheme is not None:
            return want.error(
                ModuleDenied,
                f"{scheme}: imports are not allowed; Modules() allows one by "
                f"virtual({url[:80]!r}, …), source_tree(prefix, …) or fallback(…)",
                f"{scheme}: imports",
            )
        hint = (
            "nothing provides it"
            if self._config.virtual or self._config.trees or self._config.mounts
            else "this isolate's Modules() is empty; add virtual(…), directory(…), "
            "mount_node_modules(…) or a fallback(…)"
        )
        if self._config.mounts and not is_relative(want.specifier):
            hint = "no virtual module, folder or mounted package has that name"
        return want.error(ModuleNotFound, hint, "not found")

    def tree_of(self, url: str, *, bare: bool = False) -> tuple[str, Any] | None:
        """The folder or tree that a URL is in. An empty prefix is no claim on bare names."""
        for prefix, tree in self._trees:
            if url.startswith(prefix) and not (bare and prefix == BASE and self._config.mounts):
                return prefix, tree
        return None


def _mode(want: Want) -> Any:
    return "require" if want.type == "require" else "import"


def _is_well_formed(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def short(text: str) -> str:
    text = text[:201].encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= 200 else f"{text[:200]}…"
