"""How an isolate's process is started, and what its end meant."""

from __future__ import annotations

import base64
import functools
import json
import os
import platform
import resource
import secrets
import signal
import sys
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import quote

from atoll.confinement import seccomp
from atoll.core.bundle import core_script
from atoll.engine import IsolateProcess, ProcessExit, SpawnOptions, find_engine, spawn
from atoll.engine.libraries import needed_files
from atoll.errors import AtollError, CpuLimitExceeded, IsolateCrashed, MemoryLimitExceeded
from atoll.limits import Limits, MiB

Confinement = Literal["require", "best-effort", "off"]

DATA_SLACK: Final = 16 * MiB
"""Bytes that the kernel allows beyond `Limits.memory` and the young generation: what V8 does not
count, such as the headers of small buffers. `docs/limits.md` has the measurements."""
_GUEST_HEAP: Final = 4 * MiB
"""The part of V8's heap that Atoll's own guest halves and the engine's take."""
_ENGINE_RESIDENT: Final = 40 * MiB
"""Resident memory of an idle isolate, the engine's binary included."""

_NO_ROOM: Final = 71
"""Exit status of a guest that could not allocate the buffer for a message."""
_OUT_OF_MEMORY: Final = (
    "out of memory",
    "memory allocation of",
    "Cannot allocate memory",
    "process OOM",
)


def boot_file() -> Path:
    """The one file of ours that the isolate may read, before its process is sealed."""
    return Path(str(resources.files("atoll"))).resolve() / "core" / "guest" / "boot.js"


@functools.cache
def _import_map(vm: str) -> str:
    """An import map that leads every file, and every built-in module of Node, nowhere.

    `import()` in a script is refused by the script's own options, but code that the engine calls
    directly (`Promise.resolve(source).then(eval)`) has no script to ask. This is what stops it
    there.

    Args:
        vm: the name under which Atoll may import `node:vm`, a secret.
    """
    names = (resources.files("atoll") / "core" / "guest" / "node_modules.txt").read_text("utf-8")
    denied = {f"node:{name}": "atoll:no-such-module" for name in names.split()}
    boot = _file_url(boot_file())
    # The first module is looked up, too. It has no exports.
    rules = {
        "imports": {**denied, "file:///": "atoll://no-such-module/", boot: boot},
        # Whatever makes an import in the name of that module has to guess this one.
        "scopes": {boot: {vm: "node:vm", boot: boot}},
    }
    encoded = base64.b64encode(json.dumps(rules).encode()).decode("ascii")
    return f"data:application/json;base64,{encoded}"


def _file_url(path: Path) -> str:
    """The URL that the engine has for a path: `Path.as_uri` quotes more than the URL standard."""
    return "file://" + quote(os.fsencode(path), safe="/!$&'()*+,-.:;=@[]^_|~")


@functools.cache
def _vm_name() -> str:
    return f"atoll-{secrets.token_hex(16)}:vm"


def launch(limits: Limits, confinement: Confinement) -> IsolateProcess:
    """Start a process; returns at once. Its READY frame says that it is usable.

    The first thing that it reads from its input is `core_script`.
    """
    engine = find_engine()
    boot = str(boot_file())
    flags = [
        f"--max-old-space-size={(limits.memory + _GUEST_HEAP) // MiB}",
        f"--max-semi-space-size={_semi_space(limits) // MiB}",
        # Heap, ArrayBuffers and WebAssembly memory count together against that size. Without
        # these, garbage buffers go uncollected until the kernel refuses V8 a page of its heap.
        "--maximum-global-heap-limit-factor=1",
        "--enforce-global-heap-limit",
        # The engine has reserved 512 MiB for machine code, which the kernel has counted at once.
        f"--wasm-max-committed-code-mb={max(8, limits.memory // MiB // 2)}",
    ]
    config = {
        "calls": limits.calls,
        "depth": limits.depth,
        "nesting": limits.nesting,
        "message": limits.message,
        "script": len(core_script()),
        "vm": _vm_name(),
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
        # There is no folder to keep compiled code in. Making it would take a tenth of the start.
        "--no-code-cache",
        f"--import-map={_import_map(_vm_name())}",
        "--allow-read=/dev/fd/3,/dev/fd/4",
        "--allow-write=/dev/fd/5",
        f"--v8-flags={','.join(flags)}",
        boot,
        json.dumps(config),
    )
    return spawn(
        SpawnOptions(
            argv=argv,
            readable_paths=(boot,),
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


def _semi_space(limits: Limits) -> int:
    """Bytes of one of the three semi-spaces that make the young generation."""
    return max(1, min(16, limits.memory // MiB // 16)) * MiB


def bound_memory(process: IsolateProcess, limits: Limits) -> None:
    """Make the kernel enforce `Limits.memory`, counted from what the engine has at rest.

    V8 enforces the same limit more exactly, and with a garbage collection first. This is for what
    V8 does not count, and for a guest that has taken V8 over.
    """
    allowed = limits.memory + 3 * _semi_space(limits) + DATA_SLACK
    process.limit_data(process.data_size() + allowed)


def explain_exit(exit: ProcessExit, limits: Limits, *, started: bool) -> AtollError:
    """The error for a process that ended by itself."""
    if not started:
        room = resource.getrlimit(resource.RLIMIT_AS)[1]
        if room != resource.RLIM_INFINITY:
            return IsolateCrashed(
                f"The isolate did not start. This process may have {room} bytes of addresses "
                "(ulimit -v, RLIMIT_AS), and so may those it starts; V8 reserves far more than it "
                "ever uses. Lift that limit: what an isolate uses is bounded by Limits.memory.",
                exit.exit_code,
                exit.signal,
                exit.stderr,
            )
    lowered = exit.stderr.lower()
    starved = exit.exit_code == _NO_ROOM or _starved(exit, limits)
    if starved or any(sign.lower() in lowered for sign in _OUT_OF_MEMORY):
        return MemoryLimitExceeded(
            f"the isolate needed more than Limits.memory ({limits.memory} bytes) and was ended"
        )
    # The kernel's own limit counts ticks, which can be ahead of the clock that is reported here.
    if limits.cpu_time is not None and exit.cpu_time >= 0.75 * limits.cpu_time:
        return cpu_exceeded(limits)
    return IsolateCrashed(
        ("" if started else "The isolate did not start. ") + exit.describe(),
        exit.exit_code,
        exit.signal,
        exit.stderr,
    )


def _starved(exit: ProcessExit, limits: Limits) -> bool:
    """Whether the process fell over an allocation that failed without a word.

    Where the kernel refuses memory to code that does not expect it, the process ends by a fault.
    """
    faults = (signal.SIGSEGV, signal.SIGABRT, signal.SIGTRAP, signal.SIGBUS, signal.SIGILL)
    return exit.signal in faults and exit.max_rss >= _ENGINE_RESIDENT + limits.memory // 2


def cpu_exceeded(limits: Limits) -> CpuLimitExceeded:
    """The error for an isolate that used up its processor time."""
    return CpuLimitExceeded(
        f"the isolate used more than {limits.cpu_time:g} s of processor time (Limits.cpu_time) "
        "and was ended"
    )
