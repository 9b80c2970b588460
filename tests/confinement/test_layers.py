"""Each layer is attacked where it is on, and the same attack succeeds where it is off."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from atoll.confinement import landlock, probe, status, syscalls

SOURCE = str(Path(probe.__file__).parents[2])
ROOT = os.geteuid() == 0


def in_probe(code: str, folder: Path) -> Any:
    """Run code in a process as `atoll doctor` does; what it leaves in `result` comes back."""
    program = (
        f"import sys; sys.path.append({SOURCE!r})\n"
        "import json, os\n"
        "from atoll.confinement import landlock, namespaces, probe, rlimits, seccomp, syscalls\n"
        f"folder = {str(folder)!r}\n{code}\nprint(json.dumps(result))"
    )
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, check=False, text=True
    )
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("probe")
    found: list[dict[str, Any]] = in_probe("result = probe.run(folder)", folder)
    return found


@pytest.mark.parametrize("layer", list(status._ADVICE))
def test_a_layer_withstands_its_attacks(layer: str, results: list[dict[str, Any]]) -> None:
    attempts = [r for r in results if r["layer"] == layer]
    assert attempts
    if any(not r["attack"] for r in attempts) and not status._ADVICE[layer][0]:
        pytest.skip(f"not available here: {attempts[0]['detail']}")
    assert [r for r in attempts if not r["held"]] == []


def without(layer: str, attacks: str, folder: Path) -> dict[str, bool]:
    """Which attacks are still stopped when the layer is not put on."""
    code = f"""
import socket
scratch = probe._fresh(folder)
abstract = b"\\0atoll-test-%d" % os.getpid()
listener = socket.socket(socket.AF_UNIX); listener.bind(abstract); listener.listen()
result = [r for attack in {attacks} for r in probe._try({layer!r}, lambda: None, [attack])]
"""
    return {r["attack"]: r["held"] for r in in_probe(code, folder)}


def test_landlock_is_what_stops_them(tmp_path: Path) -> None:
    # Executing replaces the process, which then says nothing more: no word is a success.
    stopped = without("landlock", "probe._landlock_attacks(scratch, abstract)", tmp_path)
    assert stopped.pop("") is False
    assert set(stopped.values()) == {False}


@pytest.mark.skipif(not ROOT, reason="the kernel refuses several of these to users")
def test_seccomp_is_what_stops_them(tmp_path: Path) -> None:
    stopped = without("seccomp", '[*probe.FORBIDDEN_CALLS, ("fork", probe._fork)]', tmp_path)
    # These may be compiled out or switched off in a kernel.
    optional = {"bpf", "userfaultfd", "keyctl", "io_uring_setup", "perf_event_open"}
    assert {name for name, held in stopped.items() if held} <= optional


def test_the_rlimits_are_what_stops_them(tmp_path: Path) -> None:
    attacks = '[("write", probe._write_file(scratch)), ("open", probe._exhaust_descriptors)]'
    assert set(without("rlimits", attacks, tmp_path).values()) == {False}


@pytest.mark.skipif(landlock.abi() < 6, reason="compares rights that older kernels lack")
@pytest.mark.parametrize(
    ("version", "stopped"),
    [(3, set()), (5, {"TCP connect", "TCP bind"}), (6, {"TCP connect", "TCP bind",
     "abstract unix socket", "signal the parent"})],
)  # fmt: skip
def test_each_landlock_right_is_what_stops_its_attack(
    tmp_path: Path, version: int, stopped: set[str]
) -> None:
    code = f"""
import socket
scratch = probe._fresh(folder)
abstract = b"\\0atoll-test-%d" % os.getpid()
listener = socket.socket(socket.AF_UNIX); listener.bind(abstract); listener.listen()
def put_on():
    probe._no_new_privs()
    landlock.restrict_self(landlock.create_ruleset((), (), version={version}))
result = probe._try("landlock", put_on, probe._landlock_attacks(scratch, abstract)[4:])
"""
    assert {r["attack"] for r in in_probe(code, tmp_path) if r["held"]} == stopped


def test_landlock_grants_reading_and_no_more(tmp_path: Path) -> None:
    code = """
inside = os.path.join(folder, "inside"); os.mkdir(inside)
file = os.path.join(inside, "file"); open(file, "w").close()
def put_on():
    probe._no_new_privs()
    landlock.restrict_self(landlock.create_ruleset(("/bin/sh",), (inside,)))
result = probe._try("landlock", put_on, [
    ("read", lambda: open(file).read()),
    ("list", lambda: os.listdir(inside)),
    ("write", lambda: os.open(file, os.O_WRONLY)),
    ("truncate", lambda: os.truncate(file, 0)),
    ("remove", lambda: os.unlink(file)),
    ("make", lambda: os.mkdir(inside + "/new")),
    ("link", lambda: os.symlink("/", inside + "/link")),
    ("rename", lambda: os.rename(file, inside + "/other")),
    ("outside", lambda: os.listdir(folder)),
    ("read the program", lambda: open("/bin/sh", "rb").read(1)),
    ("execute another", lambda: os.execv("/bin/true", ["true"])),
])
"""
    got = {r["attack"]: r["held"] for r in in_probe(code, tmp_path)}
    assert {name for name, held in got.items() if not held} == {"read", "list", "read the program"}


def test_landlock_refuses_a_path_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        landlock.create_ruleset((), (str(tmp_path / "absent"),))


def test_the_report_holds_and_is_plain_data() -> None:
    report = status.report()
    assert report.sufficient, [layer for layer in report.layers if not layer.holds]
    data = json.loads(json.dumps(report.to_dict()))
    assert data["sufficient"] is True
    names = [layer["name"] for layer in data["layers"]]
    assert len(set(names)) == len(names)
    assert {"engine", "landlock", "seccomp", "no orphans", "not dumpable"} <= set(names)
    assert all(layer["how_tested"].endswith(".") for layer in data["layers"])
    assert all(layer["holds"] or layer["advice"] for layer in data["layers"])


def test_a_probe_that_fails_is_a_layer_that_does_not_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    rows = status._probed()
    assert not any(row.holds for row in rows)
    assert all(row.advice for row in rows)


def test_a_system_without_layers_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syscalls, "NUMBERS", None)
    report = status.report()
    assert not report.sufficient
    assert "best-effort" in report.layers[-1].advice
