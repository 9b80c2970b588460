"""Type checks, by TypeScript's own checker, which is in the engine.

``deno check`` runs it confined, like the compiler, over a folder with the program, the
declarations and a configuration that nobody else can change. What the program imports has to be
among its files, or declared: nothing is fetched, and the engine's own modules are led nowhere.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Final

from atoll.core.disk_cache import DiskCache, shared_cache
from atoll.core.languages import Language, language_to_transpile
from atoll.engine.deno import engine_version
from atoll.errors import CompilerFailed
from atoll.limits import MiB
from atoll.typescript import _command
from atoll.typescript._command import Bounds, Cancellation, Confinement, Workspace
from atoll.typescript._declarations import declarations_for
from atoll.typescript._diagnostics import Diagnostic, parse
from atoll.typescript._transpile import JSX, JSX_MODES, Decorators

DECLARATIONS: Final = "globals.d.ts"
_ARGUMENTS: Final = (
    "check", "--quiet", "--no-lock", "--no-remote", "--no-npm", "--config", "deno.json",
)  # fmt: skip
_FORMAT: Final = b"check 1"
_OUTPUT: Final = 8 * MiB
_REFERENCE: Final = re.compile(r"^([ \t]*)///([ \t]*<(?:reference|amd-))", re.MULTILINE)
_DECLARED: Final = re.compile(r"""\bdeclare module ["']([^"'\n]+)["']""")
_NAME: Final = re.compile(r"[\w.@$+()\[\] -]+(?:/[\w.@$+()\[\] -]+)*")


@dataclass(frozen=True, kw_only=True)
class Checker:
    """How types are checked: options, cache and confinement in one place.

    Attributes:
        strict: TypeScript's ``strict``.
        jsx, jsx_import_source, jsx_factory, jsx_fragment_factory, decorators: as for ``Compiler``;
            ``jsx="preserve"`` is checked like ``"automatic"``.
        cache: where results are kept; ``None`` for nowhere.
        confinement: as for ``Isolate``.
        time_limit: seconds that a check may take; the checker alone needs about one.
    """

    strict: bool = True
    jsx: JSX = "automatic"
    jsx_import_source: str = "react"
    jsx_factory: str = "React.createElement"
    jsx_fragment_factory: str = "React.Fragment"
    decorators: Decorators = "standard"
    cache: DiskCache | None = field(default_factory=shared_cache)
    confinement: Confinement = "require"
    time_limit: float = 60.0

    def check(
        self,
        code: str,
        filename: str = "program.ts",
        *,
        declarations: str | None = None,
        language: Language | None = None,
        files: Mapping[str, str] | None = None,
        cancellation: Cancellation | None = None,
    ) -> list[Diagnostic]:
        """Check a program. See the function of the same name."""
        program = _Program(code, filename, language, files or {})
        return self._check(program, declarations, cancellation or Cancellation())

    async def check_async(
        self,
        code: str,
        filename: str = "program.ts",
        *,
        declarations: str | None = None,
        language: Language | None = None,
        files: Mapping[str, str] | None = None,
    ) -> list[Diagnostic]:
        """The same from asyncio, without blocking the event loop."""
        program = _Program(code, filename, language, files or {})
        return await _command.in_thread(
            lambda cancellation: self._check(program, declarations, cancellation)
        )

    def _check(
        self, program: _Program, declarations: str | None, cancellation: Cancellation
    ) -> list[Diagnostic]:
        if declarations is None:
            declarations = declarations_for(confinement=self.confinement)
        config = json.dumps(
            {"compilerOptions": self._compiler_options(), "imports": _imports()}, sort_keys=True
        )
        version = ".".join(map(str, engine_version())).encode()
        texts = json.dumps([program.main, program.files, declarations]).encode()
        key = DiskCache.key(_FORMAT, version, config.encode(), texts)
        found = None if self.cache is None else self.cache.get(key)
        if found is None:
            output, folder = self._run(program, declarations, config, cancellation)
            if self.cache is not None:
                self.cache.put(key, json.dumps([output, folder]).encode())
        else:
            output, folder = json.loads(found)
        sources = {**program.files, DECLARATIONS: declarations}
        diagnostics = parse(output, folder, {program.main: program.filename}, sources)
        if output and not diagnostics:
            reason = " ".join(output.replace(folder, "").split())[:300]
            raise CompilerFailed(f"{program.filename} could not be checked: {reason}")
        # The module graph knows no declared modules; the checker does.
        absent = tuple(
            start
            for name in _DECLARED.findall(declarations)
            for start in (f"Cannot find module '{name}'.", f'Import "{name}" not a dependency')
        )
        return [
            one for one in diagnostics if one.code != 2307 or not one.message.startswith(absent)
        ]

    def _run(
        self, program: _Program, declarations: str, config: str, cancellation: Cancellation
    ) -> tuple[str, str]:
        with Workspace() as workspace:
            for name, text in program.files.items():
                workspace.write(name, _encoded(_REFERENCE.sub(r"\1// \2", text), name))
            workspace.write(DECLARATIONS, _encoded(declarations, DECLARATIONS))
            workspace.write("deno.json", config)
            finished = _command.run(
                (*_ARGUMENTS, program.main),
                workspace,
                Bounds(time=self.time_limit, memory=_command.MEMORY, output=_OUTPUT),
                confinement=self.confinement,
                cancellation=cancellation,
            )
            folder = Path(workspace.path).as_uri() + "/"
        if finished.exit.exit_code == 0:
            return "", folder
        if finished.exit.exit_code is None:
            raise CompilerFailed(
                f"the type checker did not survive {program.filename}: it is nested too deeply, "
                "or takes too much memory or time"
            )
        return finished.output.decode("utf-8", "replace"), folder

    def _compiler_options(self) -> dict[str, object]:
        options: dict[str, object] = {
            "lib": ["esnext"],
            "types": [f"./{DECLARATIONS}"],
            "strict": self.strict,
            "checkJs": True,
            "jsx": JSX_MODES[self.jsx],
            "experimentalDecorators": self.decorators == "legacy",
        }
        if self.jsx == "automatic":
            options["jsxImportSource"] = self.jsx_import_source
        if self.jsx == "classic":
            options["jsxFactory"] = self.jsx_factory
            options["jsxFragmentFactory"] = self.jsx_fragment_factory
        return options


class _Program:
    """The files of a program, by names that are safe in a folder.

    Attributes:
        main: the name of the one that is checked.
        filename: what its owner calls that.
        files: all of them.
    """

    def __init__(
        self, code: str, filename: str, language: Language | None, files: Mapping[str, str]
    ) -> None:
        kind = language_to_transpile(filename, language)
        extension = kind or ("mjs" if filename.endswith(".mjs") else "js")
        self.filename = filename
        self.files = {_relative(name): text for name, text in files.items()}
        # Where it lies matters when it imports the others.
        path = posixpath.normpath(filename)
        usable = _NAME.fullmatch(path) is not None and not path.startswith("..")
        stem = posixpath.splitext(path)[0] if usable else "program"
        if re.search(r"\.d(?:\.|$)", posixpath.basename(stem)):
            # Otherwise its statements would be taken for declarations.
            stem = posixpath.join(posixpath.dirname(stem), "program")
        self.main = f"{stem}.{extension}"
        if self.main in self.files or self.main == "deno.json":
            self.main = f"{stem}.program.{extension}"
        self.files[self.main] = code


def _relative(name: str) -> str:
    path = posixpath.normpath(name)
    if _NAME.fullmatch(path) is None or path.startswith(("..", "/")):
        raise ValueError(f"files are named by relative paths inside the program, not {name!r}")
    if path in ("deno.json", DECLARATIONS):
        raise ValueError(f"{path} is the checker's own")
    return path


def _encoded(text: str, name: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise CompilerFailed(
            f"{name} has a lone surrogate at index {error.start}, which the checker cannot read; "
            "write it as an escape (\\ud800)"
        ) from None


def _imports() -> dict[str, str]:
    """An import map that leads the engine's modules nowhere; declared ones are found all the same.

    A file that is not there gives the error of a module that is not there, by this name.
    """
    names = (resources.files("atoll") / "core" / "guest" / "node_modules.txt").read_text("utf-8")
    return {f"node:{name}": f"./no-such-module/node:{name}" for name in names.split()}
