"""Hosts without privileges: a user, and root as containers have it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from atoll.engine import deno

ROOT = os.geteuid() == 0
REPOSITORY = Path(__file__).parents[2]
USER = 4711

# A host program: starts one isolate, says what confines it and what it could do.
HOST = """
import json, os, pathlib, sys
sys.path[:0] = sys.path_of_the_test
from tests.engine.support import Guest, wait_until
unavailable = tuple(sys.argv[2:])
source = '''
say([(await attempt(() => Deno.readTextFileSync("/etc/passwd")))[0],
     (await attempt(() => Deno.listen({ hostname: "127.0.0.1", port: 0 })))[0]]);
hear();
'''
with Guest(pathlib.Path(sys.argv[1]), source, _unavailable=unavailable) as guest:
    layers = dict(guest.wait_spawned().layers)
    attacks = guest.line()
    status = pathlib.Path(f"/proc/{guest.process.pid}/status").read_text()
    fields = dict(line.split(":\\t", 1) for line in status.splitlines())
    size = guest.process.data_size() + (64 << 20)
    guest.process.limit_data(size)
    limits = pathlib.Path(f"/proc/{guest.process.pid}/limits")
    wait_until(lambda: f" {size} " in limits.read_text())
    print(json.dumps([layers, attacks, fields["Uid"].split(), fields["CapBnd"].strip(),
                      guest.process.cpu_time(), guest.process.memory()]))
"""

# Python and the engine may lie below a home directory that only root may enter. In a mount
# namespace of the test's own, the way to them is made of directories that anybody may enter.
OPEN_THE_WAY = """
set -e
for target in "$@"; do
  [ "$target" = -- ] && break
  top=/$(echo "$target" | cut -d/ -f2)
  case " $done " in *" $top "*) continue;; esac
  done="$done $top"
  [ -n "$(find "$top" -maxdepth 0 -perm -0005)" ] && continue
  keep=$(mktemp -d); mount --rbind "$top" "$keep"
  mount -t tmpfs -o mode=755 none "$top"
  for entry in "$keep"/* "$keep"/.[!.]*; do
    [ -d "$entry" ] || continue
    mkdir "$top/${entry##*/}"; mount --rbind "$entry" "$top/${entry##*/}"
  done
done
while [ "$1" != -- ]; do shift; done; shift
exec "$@"
"""


def run_host(prefix: list[str], folder: Path, *unavailable: str) -> list[Any]:
    paths = [str(REPOSITORY / "src"), str(REPOSITORY), *sys.path]
    program = HOST.replace("sys.path_of_the_test", repr([path for path in paths if path]))
    ran = subprocess.run(
        [*prefix, sys.executable, "-B", "-c", program, str(folder), *unavailable],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
    )
    assert ran.returncode == 0, ran.stderr
    answer: list[Any] = json.loads(ran.stdout)
    return answer


def as_user() -> list[str]:
    if not ROOT:
        return []
    if shutil.which("setpriv") is None or shutil.which("unshare") is None:
        pytest.skip("needs setpriv and unshare (util-linux) to become a user")
    drop = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"]
    prefix = [
        "unshare", "-m", "sh", "-c", OPEN_THE_WAY, "sh",
        os.path.realpath(sys.executable), str(REPOSITORY), "--", *drop,
    ]  # fmt: skip
    look = "import os, sys; sys.exit(not all(os.access(path, os.R_OK) for path in sys.argv[1:]))"
    needed = [deno.find_engine(), str(Path(deno.__file__))]
    if subprocess.run([*prefix, sys.executable, "-c", look, *needed], check=False).returncode:
        pytest.skip("the interpreter, the engine or the sources are out of a user's reach here")
    return prefix


def reachable(folder: Path) -> Path:
    """A folder that a user can write to and get to."""
    for parent in (folder, *folder.parents):
        if parent.name.startswith(("pytest-", "popen-")):
            parent.chmod(0o755)
    if ROOT:
        os.chown(folder, USER, USER)
    return folder


def test_a_user_without_privileges_gets_all_layers(tmp_path: Path) -> None:
    layers, attacks, ids, bounding, cpu_time, memory = run_host(as_user(), reachable(tmp_path))
    uid = USER if ROOT else os.geteuid()
    assert layers["landlock"].startswith("ABI")
    assert layers["seccomp"].startswith("allow-list")
    assert ids == [str(uid)] * 4
    assert "ok" not in attacks
    assert cpu_time > 0
    assert memory > 0
    if layers["namespaces"].startswith("user"):
        assert layers["empty root"] == "yes"
        assert int(bounding, 16) == 0


def test_a_user_without_namespaces_is_still_confined(tmp_path: Path) -> None:
    layers, attacks, *_ = run_host(as_user(), reachable(tmp_path), "namespaces")
    assert layers["namespaces"] == "none"
    assert attacks == ["PermissionDenied", "PermissionDenied"]


@pytest.mark.skipif(not ROOT or shutil.which("setpriv") is None, reason="needs root and setpriv")
def test_root_without_the_right_to_make_namespaces_falls_back(tmp_path: Path) -> None:
    # What a container's root may be left with: no CAP_SYS_ADMIN, and no user namespaces, which the
    # kernel refuses inside a chroot.
    inside = (
        'mount --rbind / "$1" && root=$1 && shift && '
        'exec chroot "$root" setpriv --bounding-set=-sys_admin -- "$@"'
    )
    root, folder = tmp_path / "root", tmp_path / "guest"
    root.mkdir()
    folder.mkdir()
    prefix = ["unshare", "-m", "sh", "-c", inside, "sh", str(root)]
    layers, attacks, *_ = run_host(prefix, folder)
    assert layers["namespaces"].startswith("none (more is not possible here")
    assert layers["empty root"].startswith("no")
    assert layers["landlock"].startswith("ABI")
    assert "ok" not in attacks
