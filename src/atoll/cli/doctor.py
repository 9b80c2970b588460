"""``atoll doctor``: what protects the host on this machine, found out by attacking it."""

from __future__ import annotations

import argparse
import json
import platform
import shutil
import subprocess
import textwrap
from typing import Any

from atoll._version import __version__
from atoll.confinement.status import LayerStatus, Report, report
from atoll.engine.deno import find_engine
from atoll.errors import EngineNotFound

from . import exit_codes
from .terminal import Stream, output_stream


def doctor(options: argparse.Namespace) -> int:
    """Print the report; returns the exit status, 0 if ``confinement="require"`` works here."""
    output = output_stream()
    found = report()
    about = _about()
    if options.json:
        output.line(json.dumps({**about, **found.to_dict()}, indent=2))
    else:
        output.write(_page(found, about, output))
    return exit_codes.OK if found.sufficient else exit_codes.CANNOT_START


def _about() -> dict[str, Any]:
    return {
        "atoll": __version__,
        "engine": _engine_versions(),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
    }


def _engine_versions() -> dict[str, str]:
    """What the engine says of itself: ``{"deno": "2.9.8", "v8": …, "typescript": …}``."""
    try:
        said = subprocess.run(
            [find_engine(), "--version"],
            env={"NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1"},
            capture_output=True,
            text=True,
            timeout=20,
            check=True,
        ).stdout
    except (EngineNotFound, OSError, subprocess.SubprocessError):
        return {}
    pairs = [line.split()[:2] for line in said.splitlines()]
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def _page(found: Report, about: dict[str, Any], output: Stream) -> str:
    engine = ", ".join(f"{name} {version}" for name, version in about["engine"].items())
    lines = [
        f"Atoll {about['atoll']}; {engine or 'no engine'}; {about['python']}; {about['platform']}",
        "",
    ]
    width = max(len(layer.name) for layer in found.layers) + 2
    room = max(40, min(shutil.get_terminal_size((100, 24)).columns, 120) - width - 14)
    header = f"{'layer':<{width}}{'holds':<7}{'needed':<7}how it was tested, and what was found"
    lines.append(output.coloured(header, "bold"))
    for layer in found.layers:
        lines += _row(layer, width, room, output)
    return "\n".join([*lines, "", _verdict(found, output)]) + "\n"


def _row(layer: LayerStatus, width: int, room: int, output: Stream) -> list[str]:
    holds = output.coloured("yes    ", "green") if layer.holds else _no(layer, output)
    head = f"{layer.name:<{width}}{holds}{'yes' if layer.required else 'no':<7}"
    indent = " " * (width + 14)
    texts = [(layer.how_tested, ()), (f"{layer.detail[:1].upper()}{layer.detail[1:]}.", ("dim",))]
    if layer.advice and not layer.holds:
        texts.append((f"What to do: {layer.advice}", ("yellow",)))
    lines = [
        output.coloured(line, *colours) if colours else line
        for text, colours in texts
        for line in textwrap.wrap(text, room)
    ]
    return [head + lines[0], *(indent + line for line in lines[1:])]


def _no(layer: LayerStatus, output: Stream) -> str:
    return output.coloured("no     ", "red" if layer.required else "yellow", "bold")


def _verdict(found: Report, output: Stream) -> str:
    missing = [layer.name for layer in found.layers if not layer.holds]
    if not missing:
        return output.coloured("Confinement is complete on this machine.", "green", "bold")
    if found.sufficient:
        said = f'confinement="require" starts isolates here, without: {", ".join(missing)}.'
        return output.coloured(said, "yellow", "bold")
    needed = [layer.name for layer in found.layers if layer.required and not layer.holds]
    verb = "does" if len(needed) == 1 else "do"
    said = (
        f'confinement="require" refuses to start isolates here: {", ".join(needed)} {verb} not '
        "hold."
    )
    return output.coloured(said, "red", "bold")
