"""How an isolate's process is started, and what its end meant."""

from __future__ import annotations

import base64
import functools
import json
import platform
import sys
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal

from atoll.confinement import seccomp
from atoll.engine import IsolateProcess, ProcessExit, SpawnOptions, find_engine, spawn
from atoll.engine.libraries import needed_files
from atoll.errors import AtollError, CpuLimitExceeded, IsolateCrashed, MemoryLimitExceeded
from atoll.limits import Limits, MiB

Confinement = Literal["require", "best-effort", "off"]

DATA_SLACK: Final = 32 * MiB
"""Bytes of address space beyond `Limits.memory` that the engine may map without using: stacks of
its threads, room that the heap keeps ready. `docs/limits.md` has the measurement."""

_OUT_OF_MEMORY: Final = (
    "out of memory",
    "memory allocation of",
    "Cannot allocate memory",
    "process OOM",
)


def guest_root() -> Path:
    """The folder that the isolate may read its own halves from."""
    return Path(str(resources.files("atoll"))).resolve()


@functools.cache
def _denied_modules() -> str:
    """An import map that leads every built-in module of Node nowhere.

    `import()` in a script is refused by the script's own options, but code that a built-in calls
    directly (`[source].map(eval)`) has no script to ask. This is what stops it there.
    """
    names = (resources.files("atoll") / "core" / "guest" / "node_modules.txt").read_text("utf-8")
    denied = {f"node:{name}": "atoll:no-such-module" for name in names.split()}
    return "data:application/json;base64," + base64.b64encode(
        json.dumps({"imports": denied}).encode()
    ).decode("ascii")


def launch(limits: Limits, confinement: Confinement) -> IsolateProcess:
    """Start a process; returns at once. Its READY frame says that it is usable."""
    engine = find_engine()
    root = guest_root()
    heap = max(16, limits.memory // MiB)
    flags = [
        f"--max-old-space-size={heap}",
        # The young generation is three semi-spaces, on top of the old one.
        f"--max-semi-space-size={max(1, min(16, heap // 16))}",
    ]
    config = {
        "calls": limits.calls,
        "depth": limits.depth,
        "nesting": limits.nesting,
        "message": limits.message,
        "seal": None if confinement == "off" else _seal(),
    }
    options = ["--no-prompt", "--no-config", "--no-lock", "--no-remote", "--no-npm"]
    if config["seal"] is not None:
        options.append(f"--allow-ffi={config['seal']['libc']}")  # type: ignore[index]
    argv = (
        engine,
        "run",
        "--quiet",
        *options,
        "--cached-only",
        f"--import-map={_denied_modules()}",
        "--allow-read=/dev/fd/3,/dev/fd/4",
        "--allow-write=/dev/fd/5",
        f"--v8-flags={','.join(flags)}",
        str(root / "core" / "guest" / "main.js"),
        json.dumps(config),
    )
    return spawn(
        SpawnOptions(
            argv=argv,
            readable_paths=(str(root / "core" / "guest"), str(root / "wire" / "guest.js")),
            confinement=confinement,
            cpu_time=limits.cpu_time,
        )
    )


@functools.cache
def _seal() -> dict[str, Any] | None:
    if not sys.platform.startswith("linux"):
        return None
    libraries = needed_files(find_engine(), platform.machine())
    libc = next(path for path in libraries if Path(path).name.startswith("libc."))
    return {
        "libc": libc,
        "seccomp": seccomp.seal_syscall(),
        "filter": base64.b64encode(seccomp.seal_filter()).decode("ascii"),
    }


def bound_memory(process: IsolateProcess, limits: Limits) -> None:
    """Make the kernel enforce `Limits.memory`, counted from what the engine has at rest."""
    process.limit_data(process.data_size() + limits.memory + DATA_SLACK)


def explain_exit(exit: ProcessExit, limits: Limits, *, started: bool) -> AtollError:
    """The error for a process that ended by itself."""
    lowered = exit.stderr.lower()
    if any(sign.lower() in lowered for sign in _OUT_OF_MEMORY):
        return MemoryLimitExceeded(
            f"the isolate needed more than Limits.memory ({limits.memory} bytes) and was ended"
        )
    if limits.cpu_time is not None and exit.cpu_time >= limits.cpu_time:
        return cpu_exceeded(limits)
    return IsolateCrashed(
        ("" if started else "The isolate did not start. ") + exit.describe(),
        exit.exit_code,
        exit.signal,
        exit.stderr,
    )


def cpu_exceeded(limits: Limits) -> CpuLimitExceeded:
    """The error for an isolate that used up its processor time."""
    return CpuLimitExceeded(
        f"the isolate used more than {limits.cpu_time:g} s of processor time (Limits.cpu_time) "
        "and was ended"
    )
