"""TypeScript and JSX to JavaScript, by the compiler that is in the engine.

``deno transpile`` reads files and writes files. Here its input is a folder made for one run, its
outputs are links to its output pipe, and it writes them one after the other. Between any two it is
made to transpile a file that holds nothing but a random number, so that where one output ends and
the next begins does not depend on what any source says.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from atoll.core.disk_cache import DiskCache, shared_cache
from atoll.core.languages import Language, language_to_transpile
from atoll.engine.deno import engine_version
from atoll.errors import CompilerFailed
from atoll.limits import MiB
from atoll.typescript import _command
from atoll.typescript._command import Bounds, Cancellation, Confinement, Finished, Workspace
from atoll.typescript._syntax_errors import syntax_error

JSX = Literal["automatic", "classic", "preserve"]
Decorators = Literal["standard", "legacy"]

_FORMAT: Final = b"transpile 1"
JSX_MODES: Final = {"automatic": "react-jsx", "classic": "react", "preserve": "preserve"}
_EXTENSIONS: Final = {"ts": "js", "mts": "mjs", "cts": "cjs", "tsx": "js", "jsx": "js"}
_MAP_COMMENT: Final = "//# sourceMappingURL=data:application/json;base64,"
_MOST_FILES: Final = 512
_GROWTH: Final = 24
"""How many bytes of output, map included, a byte of source may become. Enums make about ten."""


@dataclass(frozen=True)
class Transpiled:
    """JavaScript made from TypeScript or JSX.

    Attributes:
        code: the JavaScript.
        source_map: from it to the source, in JSON (ECMA-426, version 3), without the source's text.
    """

    code: str
    source_map: str

    @property
    def with_inline_map(self) -> str:
        """The code with its map in a ``//# sourceMappingURL=data:`` comment at the end."""
        encoded = base64.b64encode(self.source_map.encode()).decode("ascii")
        return f"{self.code.rstrip()}\n{_MAP_COMMENT}{encoded}\n"


@dataclass(frozen=True)
class Source:
    """A file to transpile.

    Attributes:
        code: its text.
        filename: how errors and source maps call it; decides the language by its extension.
        language: instead of what the extension says.
    """

    code: str
    filename: str
    language: Language | None = None


@dataclass(frozen=True, kw_only=True)
class Compiler:
    """How TypeScript and JSX become JavaScript: options, cache and confinement in one place.

    The compiler is the one inside the engine, and runs in a confined process of its own, as an
    isolate does: sources may be hostile. Types are removed, not checked; see ``check`` for that.

    Attributes:
        jsx: ``"automatic"`` imports the functions that make elements from
            ``<jsx_import_source>/jsx-runtime``; ``"classic"`` calls ``jsx_factory``; ``"preserve"``
            leaves JSX as it is.
        jsx_import_source: package for ``"automatic"``. A comment ``@jsxImportSource`` in the source
            goes before it, and ``@jsxRuntime``, ``@jsx`` and ``@jsxFrag`` before the others.
        jsx_factory: function for ``"classic"``.
        jsx_fragment_factory: what fragments are for ``"classic"``.
        decorators: ``"standard"`` ones (the TC39 proposal), or ``"legacy"`` for TypeScript's
            ``experimentalDecorators``.
        decorator_metadata: with legacy decorators, emit types as ``design:type`` metadata.
        verbatim_module_syntax: keep imports of names that no value uses, unless ``import type``.
        cache: where results are kept; ``None`` for nowhere.
        confinement: as for ``Isolate``.
        time_limit: seconds that one run of the compiler may take.
    """

    jsx: JSX = "automatic"
    jsx_import_source: str = "react"
    jsx_factory: str = "React.createElement"
    jsx_fragment_factory: str = "React.Fragment"
    decorators: Decorators = "standard"
    decorator_metadata: bool = False
    verbatim_module_syntax: bool = False
    cache: DiskCache | None = field(default_factory=shared_cache)
    confinement: Confinement = "require"
    time_limit: float = 30.0

    def __post_init__(self) -> None:
        if self.jsx not in JSX_MODES:
            raise ValueError(f"jsx is one of {', '.join(JSX_MODES)}, not {self.jsx!r}")
        if self.decorators not in ("standard", "legacy"):
            raise ValueError(f"decorators are standard or legacy, not {self.decorators!r}")
        if self.decorator_metadata and self.decorators != "legacy":
            raise ValueError("decorator_metadata is a part of legacy decorators")

    def transpile(
        self, code: str, filename: str, *, language: Language | None = None
    ) -> Transpiled:
        """Transpile one file. See the function of the same name."""
        return self.transpile_many([Source(code, filename, language)])[0]

    async def transpile_async(
        self, code: str, filename: str, *, language: Language | None = None
    ) -> Transpiled:
        """The same from asyncio, without blocking the event loop."""
        return (await self.transpile_many_async([Source(code, filename, language)]))[0]

    def transpile_many(self, sources: Iterable[Source]) -> list[Transpiled]:
        """Transpile files together, which costs little more than one: one process does them all.

        Raises:
            TypeScriptSyntaxError: of the first file that has one.
        """
        return self._transpile(list(sources), Cancellation())

    async def transpile_many_async(self, sources: Iterable[Source]) -> list[Transpiled]:
        """The same from asyncio, without blocking the event loop."""
        batch = list(sources)
        return await _command.in_thread(lambda cancellation: self._transpile(batch, cancellation))

    def _transpile(self, sources: list[Source], cancellation: Cancellation) -> list[Transpiled]:
        languages = [_language(source) for source in sources]
        options = json.dumps(self._compiler_options(), sort_keys=True).encode()
        version = ".".join(map(str, engine_version())).encode()
        texts = [_encode(source) for source in sources]
        keys = [
            DiskCache.key(_FORMAT, version, options, language.encode(), text)
            for language, text in zip(languages, texts, strict=True)
        ]
        results = [self._cached(key) for key in keys]
        missing = [index for index, result in enumerate(results) if result is None]
        for start in range(0, len(missing), _MOST_FILES):
            part = missing[start : start + _MOST_FILES]
            run = _Run(self, [(sources[i], languages[i], texts[i]) for i in part])
            for index, emitted in zip(part, run.emitted(options, cancellation), strict=False):
                results[index] = emitted
                if self.cache is not None:
                    self.cache.put(keys[index], json.dumps(emitted).encode())
            if run.failure is not None:
                raise run.failure
        return [
            Transpiled(emitted[0], json.dumps({**emitted[1], "sources": [source.filename]}))
            for emitted, source in zip(results, sources, strict=True)
            if emitted is not None
        ]

    def _cached(self, key: str) -> _Emitted | None:
        content = None if self.cache is None else self.cache.get(key)
        if content is None:
            return None
        code, source_map = json.loads(content)
        return (code, source_map)

    def _compiler_options(self) -> dict[str, object]:
        options: dict[str, object] = {
            "jsx": JSX_MODES[self.jsx],
            "experimentalDecorators": self.decorators == "legacy",
            "emitDecoratorMetadata": self.decorator_metadata,
            "verbatimModuleSyntax": self.verbatim_module_syntax,
        }
        if self.jsx == "automatic":
            options["jsxImportSource"] = self.jsx_import_source
        if self.jsx == "classic":
            options["jsxFactory"] = self.jsx_factory
            options["jsxFragmentFactory"] = self.jsx_fragment_factory
        return options


_Emitted = tuple[str, dict[str, Any]]
"""Code, and its source map without the names of files."""


class _Run:
    """One batch of files through the compiler.

    Attributes:
        failure: what is wrong with the first file that was not emitted.
    """

    def __init__(self, compiler: Compiler, files: Sequence[tuple[Source, Language, bytes]]) -> None:
        self.failure: Exception | None = None
        self._compiler = compiler
        self._files = files
        self._nonce = secrets.token_hex(16)

    def emitted(self, options: bytes, cancellation: Cancellation) -> list[_Emitted]:
        """What the compiler made of the files, up to the first that it refused."""
        with Workspace() as workspace:
            finished = _command.run(
                (*_ARGUMENTS, *self._prepare(workspace, options)),
                workspace,
                self._bounds(),
                confinement=self._compiler.confinement,
                cancellation=cancellation,
            )
        # The separator has a source map, too, between its line and what follows. It is the same
        # each time, and stands alone between the first two.
        parts = finished.output.decode("utf-8", "replace").split(f'"{self._nonce}";\n')
        tail = parts[1] if len(parts) > 2 else ""
        emitted = [_split(part.removeprefix(tail)) for part in parts[2:-1]]
        if len(emitted) < len(self._files):
            self.failure = self._explain(finished, len(emitted), parts[-1].removeprefix(tail))
        return emitted

    def _prepare(self, workspace: Workspace, options: bytes) -> list[str]:
        separator = "between.ts"
        workspace.write("deno.json", b'{"compilerOptions":' + options + b"}")
        workspace.write(separator, f'"{self._nonce}";\n')
        workspace.link_output("out/between.js")
        names = [separator, separator]
        for number, (_, language, text) in enumerate(self._files):
            workspace.write(f"{number}.{language}", text)
            workspace.link_output(f"out/{number}.{_EXTENSIONS[language]}")
            names += [f"{number}.{language}", separator]
        return names

    def _bounds(self) -> Bounds:
        size = sum(len(text) for _, _, text in self._files)
        return Bounds(
            time=self._compiler.time_limit,
            memory=_command.MEMORY,
            output=MiB + len(self._files) * 64 * 1024 + _GROWTH * size,
        )

    def _explain(self, finished: Finished, number: int, printed: str) -> Exception:
        source, language, _ = self._files[number]
        error = syntax_error(printed, f"{number}.{language}", source.code, source.filename)
        if error is not None:
            return error
        if finished.exit.signal is not None:
            return CompilerFailed(
                f"the compiler did not survive {source.filename}: it is nested too deeply, "
                "or takes too much memory or time",
                source.filename,
            )
        reason = " ".join(printed.split())[-300:]
        return CompilerFailed(
            f"the compiler refused {source.filename} and said: {reason}", source.filename
        )


_ARGUMENTS: Final = ("transpile", "--quiet", "--source-map=inline", "--outdir=out")


def _language(source: Source) -> Language:
    language = language_to_transpile(source.filename, source.language)
    if language is None:
        raise ValueError(
            f"{source.filename!r} does not end in .ts, .mts, .cts, .tsx or .jsx; say what it is "
            "with language="
        )
    return language


def _encode(source: Source) -> bytes:
    try:
        return source.code.encode()
    except UnicodeEncodeError as error:
        raise CompilerFailed(
            f"{source.filename} has a lone surrogate at index {error.start}, which the compiler "
            "cannot read; write it as an escape (\\ud800)",
            source.filename,
        ) from None


def _split(emitted: str) -> _Emitted:
    """Code and source map, from a file with an inline map. Its writer may have been taken over."""
    code, comment, encoded = emitted.rpartition(_MAP_COMMENT)
    try:
        parsed = json.loads(base64.b64decode(encoded))
        mappings, names = parsed["mappings"], parsed["names"]
    except (binascii.Error, ValueError, KeyError, TypeError, RecursionError):
        comment = ""
        mappings, names = "", []
    if not comment or type(mappings) is not str or type(names) is not list:
        raise CompilerFailed("the compiler's output is not what it writes; was it taken over?")
    if not all(type(name) is str for name in names):
        raise CompilerFailed("the compiler's source map has names that are none")
    return code, {"version": 3, "sources": [], "names": names, "mappings": mappings}
