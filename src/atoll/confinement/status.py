"""What holds on this machine: the report behind ``atoll doctor``.

Nothing is inferred from version numbers or files below ``/proc/sys``. Each layer is put on and
attacked (``probe``), and then a real isolate's process is started with every Deno permission
granted and attacks all of them together (``probe.js``), sealing itself on the way.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from atoll.engine import deno, process
from atoll.errors import AtollError, EngineNotFound

from . import landlock, seccomp, syscalls

_PATIENCE = 20.0


@dataclass(frozen=True)
class LayerStatus:
    """One row of the report.

    Attributes:
        name: of the layer.
        holds: whether it could be put on and withstood every attack.
        required: whether ``confinement="require"`` refuses to start without it.
        detail: what was found.
        how_tested: one sentence.
        advice: what to do where it does not hold; empty where it does.
    """

    name: str
    holds: bool
    required: bool
    detail: str
    how_tested: str
    advice: str = ""


@dataclass(frozen=True)
class Report:
    """All layers of this machine."""

    layers: tuple[LayerStatus, ...]

    @property
    def complete(self) -> bool:
        """Whether every layer holds."""
        return all(layer.holds for layer in self.layers)

    @property
    def sufficient(self) -> bool:
        """Whether ``confinement="require"`` starts isolates here."""
        return all(layer.holds for layer in self.layers if layer.required)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, for ``--json``."""
        return {
            "complete": self.complete,
            "sufficient": self.sufficient,
            "layers": [asdict(layer) for layer in self.layers],
        }


_NAMESPACES = (
    "Allow unprivileged user namespaces (sysctl user.max_user_namespaces, "
    "kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns=0), or in a "
    "container allow clone, mount and pivot_root in its seccomp and AppArmor profiles. Isolates "
    "start without this layer."
)
# Layer of the probe: required, what to do.
_ADVICE: dict[str, tuple[bool, str]] = {
    "landlock": (
        True,
        (
            "Use Linux 5.13 or newer with Landlock switched on (lsm=landlock,… at boot), "
            "and a container runtime whose seccomp profile allows the landlock_* calls."
        ),
    ),
    "seccomp": (
        True,
        (
            "Use a kernel with CONFIG_SECCOMP_FILTER on x86-64 or aarch64, and a container runtime "
            "that allows the seccomp call."
        ),
    ),
    "seal": (True, "See seccomp: the seal is a second filter."),
    "no_new_privs": (True, "Use Linux 3.5 or newer."),
    "rlimits": (True, "Raise the hard limits that this process was started with."),
    "capabilities": (False, "Do not run as root where user 65534 does not exist."),
    "user namespace": (False, _NAMESPACES),
    "pid namespace": (False, _NAMESPACES),
    "net namespace": (False, _NAMESPACES),
    "ipc namespace": (False, _NAMESPACES),
    "empty root": (False, _NAMESPACES),
}


def report() -> Report:
    """Test every layer on this machine; takes about a second.

    The calling process is not changed: everything is tried in other processes.
    """
    rows = [_engine()]
    if syscalls.NUMBERS is None:
        rows.append(_no_layers())
        return Report(tuple(rows))
    rows += _probed()
    rows += _together()
    rows.append(_orphans())
    return Report(tuple(rows))


def _engine() -> LayerStatus:
    how = "Looked up the installed package and its binary."
    try:
        path = deno.find_engine()
    except EngineNotFound as error:
        return LayerStatus("engine", False, True, "not usable", how, str(error))
    version = ".".join(map(str, deno.engine_version()))
    return LayerStatus("engine", True, True, f"Deno {version}, {path}", how)


def _no_layers() -> LayerStatus:
    return LayerStatus(
        "operating system",
        False,
        True,
        f"{sys.platform} on {syscalls.MACHINE or 'this machine'} has none of Atoll's layers",
        "Compared the system and the architecture with those that Atoll has filters for.",
        "Only Deno's own permissions protect the host here, with confinement='best-effort'. For "
        "untrusted code, run on Linux (x86-64 or aarch64).",
    )


def _probed() -> list[LayerStatus]:
    source = str(Path(__file__).resolve().parents[2])
    code = (
        "import sys; sys.path.append(sys.argv.pop()); "
        "from atoll.confinement.probe import main; main()"
    )
    with tempfile.TemporaryDirectory(prefix="atoll-doctor-") as scratch:
        ran = subprocess.run(
            [sys.executable, "-I", "-S", "-c", code, scratch, source],
            capture_output=True,
            timeout=_PATIENCE,
            check=False,
        )
    try:
        results = json.loads(ran.stdout)
    except ValueError:
        failure = ran.stderr.decode("utf-8", "replace")[-500:] or f"status {ran.returncode}"
        results = [
            {"layer": layer, "attack": "", "held": False, "detail": f"probe failed: {failure}"}
            for layer in _ADVICE
        ]
    return [
        _row(layer, required, advice, [r for r in results if r["layer"] == layer])
        for layer, (required, advice) in _ADVICE.items()
    ]


def _row(name: str, required: bool, advice: str, results: list[dict[str, Any]]) -> LayerStatus:
    broken = [r for r in results if not r["held"]]
    attacks = ", ".join(r["attack"] for r in results if r["attack"])
    how = f"A process took it on, alone, and tried: {attacks}." if attacks else "Tried to use it."
    if not broken:
        detail = f"withstood {len(results)} attacks"
        if name == "landlock":
            detail = f"ABI {landlock.abi()}, {detail}"
        return LayerStatus(name, True, required, detail, how)
    detail = "; ".join(f"{r['attack'] or 'cannot be used'}: {r['detail']}" for r in broken)
    return LayerStatus(name, False, required, detail, how, advice)


def _together() -> list[LayerStatus]:
    """Attack from inside a real isolate's process."""
    how = (
        "Started the engine confined, with every Deno permission granted, and attacked from "
        "JavaScript before and after the seal."
    )
    advice = "Please report this, with the output of `atoll doctor --json`."
    name, dumpable = "all layers together", "not dumpable"
    how_dumpable = "Looked from outside who owns the sealed process's files below /proc."
    try:
        results, owner, layers = _attack_from_guest()
    except (AtollError, OSError, ValueError) as error:
        return [
            LayerStatus(name, False, True, str(error), how, advice),
            LayerStatus(dumpable, False, True, "no process to look at", how_dumpable, advice),
        ]
    broken = {attack: r["detail"] for attack, r in results.items() if not r["held"]}
    detail = "; ".join(f"{attack}: {found}" for attack, found in broken.items())
    whole = ", ".join(f"{layer}: {state}" for layer, state in layers.items())
    held = not broken and len(results) > 0
    return [
        LayerStatus(name, held, True, detail or whole, how, "" if held else advice),
        LayerStatus(
            dumpable, owner == 0, True, f"owned by uid {owner}", how_dumpable,
            "" if owner == 0 else advice,
        ),
    ]  # fmt: skip


def _attack_from_guest() -> tuple[dict[str, Any], int, dict[str, str]]:
    script = str(Path(__file__).with_name("probe.js"))
    engine = deno.find_engine()
    argv = (engine, "run", "--no-config", "--no-lock", "--no-remote", "-A", script, engine)
    guest = process.spawn(process.SpawnOptions(argv, (script,), cpu_time=_PATIENCE))
    try:
        seal = {"number": seccomp.seal_syscall(), "filter": list(seccomp.seal_filter())}
        os.write(guest.replies, json.dumps(seal).encode())
        data = b""
        deadline = time.monotonic() + _PATIENCE
        while not data.endswith(b"\n"):
            _await([guest.output, guest.control], deadline)
            said = guest.poll()
            if isinstance(said, process.ProcessExit):
                raise AtollError(said.describe())
            with contextlib.suppress(BlockingIOError):
                data += os.read(guest.output, 65536)
        owner = os.stat(f"/proc/{guest.pid}/mem").st_uid
        return json.loads(data), owner, dict(guest.layers)
    finally:
        guest.close()


def _await(descriptors: Iterable[int], deadline: float) -> None:
    poller = select.poll()
    for descriptor in descriptors:
        poller.register(descriptor, select.POLLIN)
    if not poller.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise TimeoutError(f"no answer within {_PATIENCE:.0f} seconds")


# A host that starts an isolate which never ends, says its pids, and waits to be killed.
_HOST = """
import sys; sys.path.append(sys.argv[1])
import os, select
from atoll.engine import process
argv = (sys.argv[2], "eval", "setInterval(() => 0, 1000)")
guest = process.spawn(process.SpawnOptions(argv, confinement="best-effort"))
while guest.pid is None:
    select.select([guest.control], [], [])
    guest.poll()
print(guest.pid, process.spawner_pid(), flush=True)
sys.stdin.read()
"""


def _orphans() -> LayerStatus:
    name = "no orphans"
    how = "Killed a host with SIGKILL and waited for its isolate and its spawner to end."
    advice = "Use Linux 5.3 or newer. Isolates may outlive a host that is killed."
    source = str(Path(__file__).resolve().parents[2])
    try:
        arguments = [sys.executable, "-c", _HOST, source, deno.find_engine()]
        with subprocess.Popen(
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as host:
            assert host.stdout is not None  # noqa: S101 — narrows the type
            pids = [int(word) for word in host.stdout.readline().split()]
            watched = [os.pidfd_open(pid) for pid in pids]
            host.send_signal(signal.SIGKILL)
            started = time.monotonic()
            try:
                for descriptor in watched:
                    _await([descriptor], started + _PATIENCE)
            finally:
                for descriptor in watched:
                    os.close(descriptor)
        took = (time.monotonic() - started) * 1000
    except (AtollError, OSError, ValueError) as error:
        return LayerStatus(name, False, False, str(error), how, advice)
    if not watched:
        return LayerStatus(name, False, False, "the host did not start", how, advice)
    return LayerStatus(name, True, False, f"both ended within {took:.0f} ms", how)
