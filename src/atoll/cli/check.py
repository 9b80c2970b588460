"""``atoll check``: the types of programs, without running them."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from atoll.errors import AtollError, CompilerFailed

from . import exit_codes
from .arguments import UsageError
from .program import read_text, visible_parts
from .terminal import Stream, error_stream, output_stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from atoll.typescript import Diagnostic


def check(options: argparse.Namespace) -> int:
    """Check programs; returns the exit status.

    Raises:
        UsageError: a file cannot be read.
        BrokenPipeError: nobody reads the output any more.
    """
    programs = {name: read_text(Path(name)) for name in dict.fromkeys(options.files)}
    extra = [read_text(Path(name)) for name in options.declarations]
    output, errors = output_stream(), error_stream()
    found: dict[Diagnostic, None] = {}
    try:
        found.update(dict.fromkeys(_diagnostics(programs, extra, options)))
    except CompilerFailed as error:
        errors.say(str(error))
        return exit_codes.ENDED
    except AtollError as error:
        errors.say(str(error))
        return exit_codes.CANNOT_START
    if options.json:
        output.line(json.dumps([diagnostic.as_dict() for diagnostic in found]))
    else:
        for diagnostic in found:
            output.write(_shown(diagnostic, output))
        if found:
            errors.say(_summary(list(found)))
    wrong = any(diagnostic.category == "error" for diagnostic in found)
    return exit_codes.THREW if wrong else exit_codes.OK


def _diagnostics(
    programs: Mapping[str, str], extra: list[str], options: argparse.Namespace
) -> Iterator[Diagnostic]:
    from atoll.typescript import Checker, declarations_for

    names = _inside(list(programs))
    given = {inside: name for name, inside in names.items()}
    visible = declarations_for(*visible_parts(), confinement=options.confinement)
    checker = Checker(confinement=options.confinement)
    for name, text in programs.items():
        others = {names[other]: programs[other] for other in programs if other != name}
        try:
            diagnostics = checker.check(
                text, names[name], declarations="\n".join([visible, *extra]), files=others
            )
        except ValueError as error:
            raise UsageError(str(error)) from None
        for diagnostic in diagnostics:
            yield replace(diagnostic, file=given.get(diagnostic.file, diagnostic.file))


def _inside(names: list[str]) -> dict[str, str]:
    """Names relative to the folder that all of the files are in, as they import each other."""
    paths = {name: Path(os.path.realpath(name)) for name in names}
    folder = os.path.commonpath([path.parent for path in paths.values()])
    return {name: path.relative_to(folder).as_posix() for name, path in paths.items()}


def _shown(diagnostic: Diagnostic, stream: Stream) -> str:
    """``file:line:column: error TS2322: message``, and the lines around the place."""
    code = "" if diagnostic.code is None else f" TS{diagnostic.code}"
    place = f"{diagnostic.file}:{diagnostic.line}:{diagnostic.column}: " if diagnostic.line else ""
    colour = "red" if diagnostic.category == "error" else "yellow"
    kind = stream.coloured(diagnostic.category, colour, "bold")
    text = f"{place}{kind}{code}: {diagnostic.message}\n"
    if diagnostic.code_frame:
        text += f"\n{diagnostic.code_frame}\n"
    for related in diagnostic.related:
        text += f"\n  {related.file}:{related.line}:{related.column}: {related.message}\n"
    return f"{text}\n"


def _summary(found: list[Diagnostic]) -> str:
    files = {diagnostic.file for diagnostic in found}
    errors = sum(diagnostic.category == "error" for diagnostic in found)
    return (
        f"found {errors} error{'' if errors == 1 else 's'} "
        f"in {len(files)} file{'' if len(files) == 1 else 's'}"
    )
