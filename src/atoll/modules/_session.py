"""What one isolate imports: the answers to the requests of its guest half.

The guest asks, level by level, for all the imports of a graph that it cannot resolve yet; each
request names a specifier, the importer's URL and a type. Nothing in a request is trusted: a guest
may ask for whatever its owner's builder provides, in the name of any importer, and for nothing
else.
"""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from atoll.core.languages import language_of, language_to_transpile
from atoll.errors import (
    CompilerFailed,
    JSSyntaxError,
    ModuleDenied,
    ModuleError,
    ModuleLoadError,
    ModuleNotFound,
)

from . import _browser_field, _builtins, _commonjs, _compiled
from ._files import Folder, OutsideError, TooLargeError
from ._packages import PackageError
from ._resolution import Request, Resolver, Want, short
from ._sources import Kind, ModuleSource, extension_of, kind_of
from ._urls import (
    BASE,
    is_relative,
    join,
    name_of,
    path_below,
    scheme_of,
    without_query,
)

if TYPE_CHECKING:
    from atoll.core.driver import Driver
    from atoll.core.launch import Confinement
    from atoll.limits import Limits
    from atoll.typescript import Compiler, Language

    from ._builder import Config

_TYPES: Final = frozenset({"", "json", "text", "bytes", "require"})
_ANSWER: Final = 32 * 1024 * 1024
"""Characters of sources in one answer; the guest asks again for the rest."""
_REQUESTS: Final = 100_000
_KIND: Final = 2
_CODE: Final = 3
_SOURCE_MAP: Final = 7
_MAP_COMMENT: Final = re.compile(r"//[#@] ?sourceMappingURL=([^\s'\"]+)\s*$")

Record = list[Any]
Key = tuple[str, str]


class ModuleSession:
    """The modules of one isolate.

    Attributes:
        limits: of the isolate, once they are known.
        confinement: how it is confined.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._resolver = Resolver(config)
        self._packages = self._resolver.packages
        self._delivered: set[Key] = set()
        self._ready: dict[Key, Record] = {}
        self._untranspiled: dict[Key, tuple[Want, Language]] = {}
        self._loading: dict[Key, asyncio.Future[Record]] = {}
        self._failed: dict[Key, ModuleError | JSSyntaxError] = {}
        self._count = 0
        self.limits: Limits | None = None
        self.confinement: Confinement = "require"

    def options(self) -> dict[str, Any]:
        """Options for the guest half."""
        return {
            "base": BASE,
            "load": self.load,
            "resolve": self.resolve,
            "cycle": self.cycle,
            "builtins": sorted(_builtins.NAMES),
            "lexer": _commonjs.lexer_source,
            "process": _commonjs.process_for(
                self._config.env,
                browser=any(
                    _browser_field.CONDITION in mount.conditions for mount in self._config.mounts
                ),
            ),
        }

    def resolve(self, specifier: Any, importer: Any) -> str:
        """The URL that a specifier means (``import.meta.resolve``)."""
        texts = _texts([specifier, importer, ""])
        try:
            return self._resolver.place(texts).url
        except ModuleError:
            # A URL means itself, whether there is a module or not.
            url = self._resolver.as_url(Want(*texts, ""))
            if url is None:
                raise
            return url

    def of(self, driver: Driver) -> None:
        """Know the isolate that this belongs to."""
        self.limits = driver.host.limits
        self.confinement = driver.confinement

    def close(self) -> Awaitable[None] | None:
        """Cancel the loaders that run; in blocking code none does."""
        tasks = list(self._loading.values())
        for task in tasks:
            task.cancel()
        return _all_done(tasks) if tasks else None

    async def cycle(self, specifier: Any, importer: Any) -> None:
        """The guest has found that an import waits for a module that waits for it.

        Raises:
            ModuleDenied: always.
        """
        want = Want(*_texts([specifier, importer, ""]), "")
        raise want.error(
            ModuleDenied,
            "it waits for its importer, which waits for it: a cycle of top-level awaits",
            "cycle",
        )

    async def load(self, requests: Any, arrived: Any) -> list[Any]:
        """Answer a level of requests.

        Returns:
            For each request its URL and type, or None when it has to be asked for again; then the
            modules that the guest does not have.
        """
        if type(requests) is not list or type(arrived) is not list or len(requests) > _REQUESTS:
            raise ValueError("a malformed request for modules")
        for text in arrived:
            self._note_arrival(text)
        wants = [self._resolver.place(_texts(request)) for request in requests]
        missing = {(want.type, want.url): want for want in wants}
        missing = {key: want for key, want in missing.items() if key not in self._delivered}
        self._check_count(missing)
        records, size = [], 0
        slow: dict[Key, Awaitable[Record]] = {}
        for key, want in missing.items():
            found = self._find(key, want)
            if isinstance(found, list):
                self._ready[key] = found
            else:
                slow[key] = found
        if slow:
            self._ready.update(zip(slow, await asyncio.gather(*slow.values()), strict=True))
        if self._untranspiled:
            await self._transpile()
        sent: set[Key] = set()
        for key in missing:
            record = self._ready[key]
            if size == 0 or size + len(record[_CODE]) <= _ANSWER:
                size += len(record[_CODE])
                records.append(record)
                sent.add(key)
        places: list[Any] = []
        for want in wants:
            key = (want.type, want.url)
            is_there = key in sent or key in self._delivered
            places.append([want.url, want.type] if is_there else None)
        return [places, records]

    def _note_arrival(self, text: Any) -> None:
        kind, _, url = text.partition("\n") if type(text) is str else ("", "", "")
        record = self._ready.pop((kind, url), None)
        if record is not None:
            self._delivered.add((kind, url))

    def _check_count(self, missing: dict[Key, Want]) -> None:
        limit = self._config.max_modules
        new = [want for key, want in missing.items() if key not in self._ready]
        if self._count + len(new) > limit:
            want = new[limit - self._count]
            raise want.error(
                ModuleDenied,
                f"an isolate may load {limit} modules (Modules(max_modules=…))",
                "max_modules",
            )
        self._count += len(new)

    # Sources

    def _find(self, key: Key, want: Want) -> Record | Awaitable[Record]:
        """A module's record, at once or later."""
        failure = self._failed.get(key)
        if isinstance(failure, JSSyntaxError):
            raise failure
        if failure is not None:
            raise want.error(type(failure), failure.reason, failure.rule) from failure.__cause__
        ready = self._ready.get(key)
        if ready is not None:
            return ready
        loading = self._loading.get(key)
        if loading is not None:
            return asyncio.shield(loading)
        try:
            source = self._load(want)
            if not inspect.isawaitable(source):
                return self._record(want, source)
        except ModuleError as error:
            self._failed[key] = error
            raise
        task = asyncio.ensure_future(self._finish(key, want, source))
        self._loading[key] = task
        return asyncio.shield(task)

    async def _finish(self, key: Key, want: Want, source: Awaitable[Any]) -> Record:
        try:
            async with asyncio.timeout(self._config.load_time):
                loaded = await source
            return self._record(want, loaded)
        except TimeoutError:
            error = want.error(
                ModuleLoadError,
                f"its loader has not answered within {self._config.load_time:g} s "
                "(Modules(load_time=…))",
                "load_time",
            )
            self._failed[key] = error
            raise error from None
        except ModuleError as error:
            self._failed[key] = error
            raise
        except Exception as error:
            raised = _loader_raised(want, error)
            self._failed[key] = raised
            raise raised from error
        finally:
            del self._loading[key]

    def _load(self, want: Want) -> Any:
        """What a provider has for a module."""
        url = want.url
        virtual = self._config.virtual
        if url in virtual or without_query(url) in virtual:
            source = virtual[url if url in virtual else without_query(url)]
            return self._read_file(want, source) if isinstance(source, Path) else source
        if url.startswith("node:"):
            return _builtin(url[len("node:") :])
        mount = self._packages.mount_of(url)
        if mount is not None:
            return self._read(want, mount.folder, path_below(url, mount.url))
        found = self._resolver.tree_of(url)
        if found is not None:
            prefix, tree = found
            path = path_below(url, prefix)
            if isinstance(tree, Folder):
                return self._read(want, tree, path)
            if path is None:
                raise want.error(ModuleDenied, "the path is malformed", "path")
            return _call(want, tree, path)
        assert self._config.fallback is not None  # noqa: S101 - for the type checker
        specifier = url if is_relative(want.specifier) else want.specifier
        return _call(want, self._config.fallback, specifier, want.importer)

    def _read(self, want: Want, folder: Folder, path: str | None) -> bytes | None:
        if path is None:
            raise want.error(ModuleDenied, "the path is malformed, or leads out", "path")
        try:
            return folder.read(path, self._config.max_source)
        except OutsideError:
            raise want.error(
                ModuleDenied, "a symbolic link leads out, or is not followed here", "symbolic link"
            ) from None
        except TooLargeError:
            raise self._too_large(want) from None

    def _read_file(self, want: Want, path: Path) -> bytes:
        try:
            if path.stat().st_size > self._config.max_source:
                raise self._too_large(want)
            return path.read_bytes()
        except OSError as error:
            raise _loader_raised(want, error) from error

    def _too_large(self, want: Want) -> ModuleError:
        return want.error(
            ModuleLoadError,
            f"it has more than {self._config.max_source} bytes (Modules(max_source=…))",
            "max_source",
        )

    def _record(self, want: Want, loaded: Any) -> Record:
        """A module as the guest gets it: URL, type, kind, and text or bytes."""
        if loaded is None:
            name = name_of(want.url)
            hint = ""
            if is_relative(want.specifier) and "." not in name.rpartition("/")[2]:
                hint = "; an import names the whole file, as in ./util.ts"
            raise want.error(ModuleNotFound, f'there is no "{short(name)}"{hint}', "not found")
        source = loaded if isinstance(loaded, ModuleSource) else ModuleSource(loaded)
        if not isinstance(source.code, str | bytes):
            raise want.error(
                ModuleLoadError,
                f"its loader returned {type(source.code).__name__}, not text, bytes, a "
                "ModuleSource or None",
                "loader",
            )
        if len(source.code) > self._config.max_source:
            raise self._too_large(want)
        if want.type == "bytes":
            code = source.code
            return [want.url, want.type, "bytes", code.encode() if type(code) is str else code]
        text = self._text(want, source.code)
        if want.type in ("json", "require-json"):
            return [want.url, want.type, "json", text]
        if want.type == "text":
            return [want.url, want.type, "text", text]
        kind, code = self._script(want, source, text)
        if (want.type, want.url) not in self._untranspiled:
            compiled = self._compiled(want, kind, code)
            if compiled is not None:
                return compiled
        is_package = self._packages.mount_of(want.url) is not None
        source_map = None if is_package else self._source_map(want, source, text)
        return [
            *(want.url, want.type, kind, code, want.specifier, want.importer),
            *(self._node_globals(want, code), source_map, None, None),
        ]

    def _text(self, want: Want, code: str | bytes) -> str:
        if isinstance(code, str):
            return code
        try:
            return code.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise want.error(
                ModuleLoadError, f"its source is not UTF-8 (byte {error.start})", "UTF-8"
            ) from None

    def _script(self, want: Want, source: ModuleSource, text: str) -> tuple[str, str]:
        kind = source.kind or self._kind(want, text)
        if kind == "json":
            raise want.error(
                ModuleDenied, 'JSON needs an import attribute: with { type: "json" }', "type"
            )
        language = language_to_transpile(want.url, source.language)
        if language is not None:
            self._untranspiled[want.type, want.url] = (want, language)
        if kind in ("cjs", "esm") and text.startswith("#!"):
            # The guest half puts something before the text of a package's modules.
            text = f"//{text}"
        return kind, text

    def _kind(self, want: Want, text: str) -> str:
        kind = kind_of(want.url)
        if kind is None:
            raise want.error(
                ModuleDenied,
                f'a "{extension_of(want.url)}" file is no module; import it '
                'with { type: "text" } or { type: "bytes" }',
                "type",
            )
        if (
            kind == "esm"
            and extension_of(want.url) in ("", ".js", ".jsx", ".ts", ".tsx")
            and self._packages.mount_of(want.url) is not None
        ):
            try:
                package_type = self._packages.type_of(want.url)
            except PackageError as error:
                raise want.error(ModuleDenied, str(error), error.rule) from None
            # Builds for bundlers, which go by the text, are ES modules in packages of any type.
            if package_type != "module" and not _commonjs.looks_like_esm(text):
                return "cjs"
        return kind

    def _compiled(self, want: Want, kind: str, code: str) -> Record | None:
        """A large module's record with its code cache, if there is one yet."""
        cache = self._config.cache
        if cache is None or self.limits is None or kind not in ("esm", "cjs"):
            return None
        if len(code) < _compiled.LARGE:
            return None
        node_globals = self._node_globals(want, code)
        if kind == "esm" and node_globals:
            return None
        key = _compiled.key_of(kind, code, self.limits)
        found = _compiled.find(cache, key)
        if found is None:
            _compiled.request(cache, key, kind, code, self.limits, self.confinement)
            return None
        if not found.cache:
            return None
        is_script = kind == "esm"
        return [
            *(want.url, want.type, "bundle" if is_script else kind),
            *(found.text if is_script else code, want.specifier, want.importer),
            *(node_globals, None, found.names, found.cache),
        ]

    def _node_globals(self, want: Want, code: str) -> list[str]:
        if self._packages.mount_of(want.url) is None:
            return []
        names = _commonjs.node_globals(code)
        if "Buffer" in names and self._packages.does_without("node:buffer", want.url):
            names.remove("Buffer")
        return names

    async def _transpile(self) -> None:
        """Make JavaScript of what has arrived as something else."""
        from atoll.typescript import Source

        batch = dict(self._untranspiled)
        sources = [
            Source(self._ready[key][_CODE], want.url, language)
            for key, (want, language) in batch.items()
        ]
        try:
            results = await self._compiler().transpile_many_async(sources)
        except JSSyntaxError as error:
            for key, (want, _) in batch.items():
                if want.url == error.filename:
                    error.specifier, error.importer = want.specifier, want.importer
                    self._failed[key] = error
                    del self._untranspiled[key], self._ready[key]
            raise
        except CompilerFailed as error:
            # It stays with the module that did it: the next import tries the others again.
            failures = [
                self._not_compiled(key, want, error)
                for key, (want, _) in batch.items()
                if error.filename in (None, want.url)
            ]
            raise failures[0] from error
        for key, result in zip(batch, results, strict=True):
            record = self._ready[key]
            record[_CODE] = result.code
            record = self._compiled(batch[key][0], record[_KIND], result.code) or record
            record[_SOURCE_MAP] = result.source_map
            self._ready[key] = record
            self._untranspiled.pop(key, None)

    def _not_compiled(self, key: Key, want: Want, error: CompilerFailed) -> ModuleError:
        failure = self._failed[key] = want.error(ModuleLoadError, str(error), "typescript")
        del self._untranspiled[key], self._ready[key]
        return failure

    def _source_map(self, want: Want, source: ModuleSource, text: str) -> str | None:
        """The text of a module's source map; the guest finds those that are inside the module."""
        found: Any = source.source_map
        if found is None:
            match = _MAP_COMMENT.search(text, max(0, len(text) - 1000))
            if match is None or match[1].startswith("data:"):
                return None
            url = match[1] if scheme_of(match[1]) else join(f"./{match[1]}", want.url)
            found = None if url is None else self._load_now(url)
        if isinstance(found, bytes):
            found = found.decode("utf-8", "replace")
        return found if isinstance(found, str) and len(found) <= self._config.max_source else None

    async def transpile(self, code: str, filename: str) -> list[str | None]:
        """Text that the owner evaluates as a module, as JavaScript, and its source map."""
        if language_of(filename) is None:
            return [code, None]
        result = await self._compiler().transpile_async(code, filename)
        return [result.code, result.source_map]

    def transpile_blocking(self, code: str, filename: str) -> list[str | None]:
        """The same, blocking."""
        if language_of(filename) is None:
            return [code, None]
        result = self._compiler().transpile(code, filename)
        return [result.code, result.source_map]

    def _compiler(self) -> Compiler:
        if self._config.compiler is None:
            from atoll.typescript import Compiler

            self._config.compiler = Compiler()
        return self._config.compiler

    def _load_now(self, url: str) -> Any:
        """What a provider has for a URL, if it can be had without waiting; else None."""
        try:
            found = self._load(Want(url, url, "text", url)) if self._provides(url) else None
        except ModuleError:
            return None
        if inspect.iscoroutine(found):
            found.close()
        return found.code if isinstance(found, ModuleSource) else found

    def _provides(self, url: str) -> bool:
        return (
            url in self._config.virtual
            or self._resolver.tree_of(url) is not None
            or self._packages.mount_of(url) is not None
        )


async def _all_done(tasks: list[asyncio.Future[Record]]) -> None:
    await asyncio.gather(*tasks, return_exceptions=True)


def _builtin(name: str) -> ModuleSource | None:
    kind: Kind = "native" if name in _builtins.NATIVE else "esm"
    try:
        return ModuleSource("" if kind == "native" else _builtins.source(name), kind=kind)
    except FileNotFoundError:
        return None  # a part that none of them has


def _call(want: Want, loader: Callable[..., Any], *args: str) -> Any:
    try:
        return loader(*args)
    except ModuleError:
        raise
    except Exception as error:
        raise _loader_raised(want, error) from error


def _loader_raised(want: Want, error: Exception) -> ModuleError:
    return want.error(ModuleLoadError, f"its loader raised {type(error).__name__}", "loader")


def _texts(request: Any) -> Request:
    if type(request) is not list or len(request) != 3 or any(type(t) is not str for t in request):
        raise ValueError("a malformed request for a module")
    if request[2] not in _TYPES:
        raise ValueError("a request for an unknown type of module")
    return request[0], request[1], request[2]
