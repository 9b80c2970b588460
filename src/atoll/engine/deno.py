"""Finding the engine: the ``deno`` binary that the wheel of that name installs."""

from __future__ import annotations

import functools
import importlib.metadata
import os
import re
import sys
import sysconfig
import threading
from pathlib import Path

from atoll.errors import EngineNotFound

TESTED = ((2, 9, 0), (2, 10, 0))
"""Versions from the first, up to but not including the second. Atoll touches engine internals, and
its filters were measured on these."""

_INSTALL = 'pip install "deno>=2.9,<2.10"'


_lock = threading.Lock()


def find_engine() -> str:
    """The absolute path of the ``deno`` binary.

    Raises:
        EngineNotFound: no ``deno`` wheel is installed here, its binary is missing, or its version
            is outside the tested range.
    """
    with _lock:  # sysconfig fails when two threads use it first at the same time
        return _find()


@functools.cache
def _find() -> str:
    version = engine_version()
    if not TESTED[0] <= version < TESTED[1]:
        raise EngineNotFound(
            f"The installed deno is version {_dotted(version)}; Atoll is tested with "
            f"{_dotted(TESTED[0])} up to, not including, {_dotted(TESTED[1])}. Run: {_INSTALL}"
        )
    for candidate in _candidates():
        if os.path.isfile(candidate) and os.access(candidate, os.X_OK):
            return os.path.realpath(candidate)
    raise EngineNotFound(
        "The deno package is installed, but its binary is not where packages put their scripts "
        f"({', '.join(_candidates())}). Reinstall it: {_INSTALL} --force-reinstall"
    )


@functools.cache
def engine_version() -> tuple[int, int, int]:
    """The version of the installed ``deno`` wheel, without running it.

    Raises:
        EngineNotFound: the package is not installed for this interpreter.
    """
    try:
        text = importlib.metadata.version("deno")
    except importlib.metadata.PackageNotFoundError:
        raise EngineNotFound(
            f"The deno package, which is Atoll's engine, is not installed for {sys.executable}. "
            f"Run: {_INSTALL}"
        ) from None
    match = re.match(r"(\d+)\.(\d+)\.(\d+)", text)
    if match is None:
        raise EngineNotFound(f"The installed deno has a version that makes no sense: {text!r}")
    return (int(match[1]), int(match[2]), int(match[3]))


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _candidates() -> list[str]:
    """Where installers put the wheel's script, the most specific first."""
    name = "deno" + (sysconfig.get_config_var("EXE") or "")
    files = importlib.metadata.files("deno") or ()
    found = [Path(str(file.locate())) for file in files if file.name == name]
    found.append(Path(sysconfig.get_path("scripts")) / name)
    user = sysconfig.get_preferred_scheme("user")
    found.append(Path(sysconfig.get_path("scripts", scheme=user)) / name)
    return [os.path.abspath(path) for path in dict.fromkeys(found)]
