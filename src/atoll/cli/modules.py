"""Programs that are modules: what they may import, and by what name they are run."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from .arguments import UsageError

if TYPE_CHECKING:
    from atoll.modules import Modules

_EXTENSIONS: Final = frozenset({".mjs", ".mts"})


@dataclass(frozen=True, slots=True)
class ProgramModules:
    """How a program is run as a module.

    Attributes:
        builder: what it may import.
        specifier: its own name among that; None: it is only known by its source.
        filename: as stack traces show it.
    """

    builder: Modules
    specifier: str | None
    filename: str


def modules_of(options: argparse.Namespace, filename: str) -> ProgramModules | None:
    """How the program is run as a module; None: it is a script.

    Raises:
        UsageError: a folder does not exist, or the program is not in it.
    """
    is_module = options.module or Path(filename).suffix in _EXTENSIONS
    if not is_module:
        if options.directory is not None or options.node_modules is not None:
            raise UsageError("only modules import: add --module to --directory and --node-modules")
        return None
    from atoll.modules import Modules

    builder = Modules()
    specifier = None
    try:
        if options.node_modules is not None:
            builder.mount_node_modules("", options.node_modules)
        if options.directory is not None:
            builder.directory("", options.directory)
            specifier = _specifier(options)
    except NotADirectoryError as error:
        raise UsageError(str(error)) from None
    language = options.language
    if language is not None and specifier is None:
        filename = f"{filename.strip('<>')}.{language}"
    return ProgramModules(builder, specifier, filename)


def _specifier(options: argparse.Namespace) -> str | None:
    if options.command == "eval" or options.program == "-":
        return None
    folder = Path(options.directory).resolve()
    try:
        inside = Path(options.program).resolve().relative_to(folder)
    except ValueError:
        raise UsageError(f"{options.program} is not in the folder {options.directory}") from None
    return f"./{inside.as_posix()}"
