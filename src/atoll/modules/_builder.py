"""The builder: what each import of an isolate means."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from atoll.core.capability import BundledCapability, bundled_declarations, joined
from atoll.core.disk_cache import DiskCache, shared_cache

from ._files import Folder
from ._handles import BlockingModulesHandle, ModulesHandle
from ._import_map import ImportMap
from ._packages import Mount
from ._sources import ModuleSource
from ._urls import to_url

if TYPE_CHECKING:
    from atoll.core.reference import Reference
    from atoll.sync import Reference as BlockingReference
    from atoll.typescript import Compiler

Loaded = str | bytes | ModuleSource | None
TreeLoader = Callable[[str], Loaded | Awaitable[Loaded]]
FallbackLoader = Callable[[str, str], Loaded | Awaitable[Loaded]]

WEB: Final = ("worker", "browser")
"""The names that packages give their builds for runtimes like an isolate."""

_PARTS: Final = (
    "bundles.js",
    "compile.js",
    "registry.js",
    "commonjs.js",
    "async_hooks.js",
    "guest.js",
)


@dataclass(slots=True)
class Config:
    """What a builder has been told."""

    virtual: dict[str, Loaded | Path] = field(default_factory=dict)
    trees: dict[str, Folder | TreeLoader] = field(default_factory=dict)
    mounts: list[Mount] = field(default_factory=list)
    map: ImportMap | None = None
    fallback: FallbackLoader | None = None
    load_time: float = 10.0
    max_modules: int = 10_000
    max_source: int = 64 * 1024 * 1024
    compiler: Compiler | None = None
    cache: DiskCache | None = field(default_factory=shared_cache)
    env: dict[str, str] = field(default_factory=dict)


class Modules:
    """What ``import`` means in an isolate; the guest can load nothing else.

    ::

        modules = await isolate.install(
            Modules()
            .virtual("@/env", "export const mode = 'sandbox'")
            .directory("app/", "plugin/src")
            .mount_node_modules("", "plugin/node_modules")
        )
        await modules.run("app/main.js")

    Names that are no URL stand for URLs below ``module:///``: ``app/main.js`` is
    ``module:///app/main.js`` in stacks and ``import.meta.url``. A specifier is looked up in the
    import map, among the virtual modules, in the folder or tree with the longest matching prefix,
    among the mounted packages, and with the fallback, in this order. Every method returns the
    builder, and one builder may serve any number of isolates.
    """

    def __init__(
        self,
        *,
        load_time: float = 10.0,
        max_modules: int = 10_000,
        max_source: int = 64 * 1024 * 1024,
        compiler: Compiler | None = None,
        cache: DiskCache | Literal["shared"] | None = "shared",
    ) -> None:
        """Make an empty builder: every import fails.

        Args:
            load_time: seconds that a loader may take for one module.
            max_modules: modules that one isolate may load.
            max_source: bytes that one module may have.
            compiler: for TypeScript and JSX; ``Compiler()`` by default.
            cache: where the compiled code of large modules is kept; ``None`` for nowhere, by
                default the folder that ``ATOLL_CACHE_DIR`` names, or the platform's.
        """
        if not load_time > 0:
            raise ValueError(f"load_time is a positive number of seconds, not {load_time!r}")
        for name, number in (("max_modules", max_modules), ("max_source", max_source)):
            if type(number) is not int or number < 1:
                raise ValueError(f"{name} is a positive number, not {number!r}")
        self._config = Config(
            load_time=load_time,
            max_modules=max_modules,
            max_source=max_source,
            compiler=compiler,
            cache=shared_cache() if cache == "shared" else cache,
        )

    def virtual(self, specifier: str, source: str | bytes | ModuleSource) -> Self:
        """Provide one module.

        Args:
            specifier: how it is imported: a name, or a URL.
            source: its text; as bytes, UTF-8.

        Raises:
            ValueError: there is a virtual module of that name already.
        """
        if not isinstance(source, str | bytes | ModuleSource):
            raise TypeError(f"the source of a module is text or bytes, not {source!r}")
        return self._add_virtual(specifier, source)

    def virtual_file(self, specifier: str, path: str | os.PathLike[str]) -> Self:
        """Provide one module from a file, which is read when it is first imported.

        Raises:
            ValueError: there is a virtual module of that name already.
            FileNotFoundError: there is no such file.
        """
        file = Path(path).resolve()
        if not file.is_file():
            raise FileNotFoundError(f"no file for the module {specifier!r}: {os.fspath(path)!r}")
        return self._add_virtual(specifier, file)

    def _add_virtual(self, specifier: str, source: Loaded | Path) -> Self:
        url = to_url(_checked(specifier))
        if url in self._config.virtual:
            raise ValueError(f"there are two virtual modules {specifier!r}; a name has one source")
        self._config.virtual[url] = source
        return self

    def directory(self, prefix: str, path: str | os.PathLike[str]) -> Self:
        """Provide the files of a folder: ``prefix`` + the path below it.

        No specifier leads out of it, and symbolic links in it are not followed.

        Args:
            prefix: ends with a slash (``"app/"``), or is empty.
            path: of the folder.

        Raises:
            NotADirectoryError: there is no folder at that path.
            ValueError: the prefix is taken, or does not end with a slash.
        """
        return self._add_tree(prefix, Folder(path, follow_links=False))

    def source_tree(self, prefix: str, loader: TreeLoader) -> Self:
        """Provide what a function gives: ``loader(path)`` with what follows the prefix.

        Args:
            prefix: ends with a slash, or is empty.
            loader: returns text, bytes, a ``ModuleSource``, or ``None`` for what does not exist;
                may be a coroutine function.

        Raises:
            ValueError: the prefix is taken, or does not end with a slash.
        """
        if not callable(loader):
            raise TypeError(f"a loader is a function, not {loader!r}")
        return self._add_tree(prefix, loader)

    def _add_tree(self, prefix: str, tree: Folder | TreeLoader) -> Self:
        url = _prefix_url(prefix)
        if url in self._config.trees:
            raise ValueError(f"the prefix {prefix!r} is provided twice")
        self._config.trees[url] = tree
        return self

    def mount_node_modules(
        self,
        prefix: str,
        path: str | os.PathLike[str],
        *,
        conditions: tuple[str, ...] = WEB,
        env: Mapping[str, str] | None = None,
    ) -> Self:
        """Provide the packages of a ``node_modules`` folder, resolved as Node does.

        Args:
            prefix: the folder whose modules see the packages; empty for all.
            path: of the ``node_modules`` folder. No symbolic link leads out of it.
            conditions: of ``exports`` and ``imports``, beyond ``import`` or ``require`` and
                ``default``. Those that it has unless told otherwise choose what a package has
                for runtimes with web APIs and without Node's.
            env: ``process.env`` of its CommonJS modules; ``{"NODE_ENV": "production"}`` by default.

        Raises:
            NotADirectoryError: there is no folder at that path.
            ValueError: that folder has packages already, or the prefix does not end with a slash.
        """
        url = _prefix_url(prefix) + "node_modules/"
        if any(mount.url == url for mount in self._config.mounts):
            raise ValueError(f"the prefix {prefix!r} has a node_modules already")
        folder = Folder(path, follow_links=True)
        self._config.mounts.append(Mount(url, folder, tuple(conditions)))
        self._config.env.update({"NODE_ENV": "production"} if env is None else env)
        return self

    def import_map(self, rules: Mapping[str, Any]) -> Self:
        """Apply an import map (HTML § 8.1.6.3) before everything else.

        Args:
            rules: ``{"imports": {"lib": "./vendor/lib.js"}, "scopes": {…}}``; addresses are
                relative to the base.

        Raises:
            ValueError: it has another form, or there is one already.
        """
        if self._config.map is not None:
            raise ValueError("there is an import map already; merge the two")
        self._config.map = ImportMap(rules)
        return self

    def fallback(self, loader: FallbackLoader) -> Self:
        """Ask a function for everything else: ``loader(specifier, importer)``.

        Args:
            loader: gets the specifier (a relative one as the URL that it means) and the importer's
                URL; returns what a loader of ``source_tree`` returns.

        Raises:
            ValueError: there is one already.
        """
        if not callable(loader):
            raise TypeError(f"a loader is a function, not {loader!r}")
        if self._config.fallback is not None:
            raise ValueError("there is a fallback already")
        self._config.fallback = loader
        return self

    @property
    def declarations(self) -> str:
        """TypeScript declarations of what it adds: ``import.meta``."""
        return bundled_declarations("atoll.modules")

    def per_isolate(self) -> IsolateModules:
        """The capability for one isolate."""
        return IsolateModules(self._config)


class IsolateModules(BundledCapability):
    """The modules of one isolate."""

    package = "atoll.modules"

    def __init__(self, config: Config) -> None:
        from ._session import ModuleSession

        self._session = ModuleSession(config)

    @property
    def guest_source(self) -> str:
        """Text of the guest half."""
        return joined(self.package, _PARTS)

    def options(self) -> dict[str, Any]:
        """Options for the guest half."""
        return self._session.options()

    def ended(self) -> Awaitable[None] | None:
        """Loaders do not outlive the isolate."""
        return self._session.close()

    def connected(self, guest: Reference) -> ModulesHandle:
        """The owner's handle."""
        self._session.of(guest._driver)
        return ModulesHandle(guest, self._session)

    def connected_blocking(self, guest: BlockingReference) -> BlockingModulesHandle:
        """The owner's handle for blocking code."""
        self._session.of(guest._driver)
        return BlockingModulesHandle(guest, self._session)


def _checked(specifier: Any) -> str:
    if not isinstance(specifier, str) or not specifier or "\0" in specifier:
        raise ValueError(f"a specifier is a text that is not empty, not {specifier!r}")
    return specifier


def _prefix_url(prefix: Any) -> str:
    if not isinstance(prefix, str) or (prefix and not prefix.endswith("/")):
        raise ValueError(f'a prefix ends with a slash ("app/"), or is empty; {prefix!r} does not')
    return to_url(prefix)
