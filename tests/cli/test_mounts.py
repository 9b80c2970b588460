"""Folders that programs reach."""

from __future__ import annotations

import os
from pathlib import Path

from .support import atoll

COPY = """
const root = await navigator.storage.getDirectory();
const { in: from, out: to } = Object.fromEntries(await Array.fromAsync(root.entries()));
const text = await (await (await from.getFileHandle("data.txt")).getFile()).text();
const stream = await (await to.getFileHandle("result.txt", { create: true })).createWritable();
await stream.write(text.toUpperCase());
await stream.close();
"""


def test_a_program_reads_one_folder_and_writes_another(tmp_path: Path) -> None:
    for name in ("source", "target"):
        (tmp_path / name).mkdir()
    (tmp_path / "source" / "data.txt").write_text("data")
    program = tmp_path / "copy.js"
    program.write_text(COPY)
    mounts = [f"--mount=in={tmp_path}/source", f"--mount=out={tmp_path}/target:rw"]
    ran = atoll("run", *mounts, str(program))
    assert (ran.status, ran.err) == (0, "")
    assert (tmp_path / "target" / "result.txt").read_text() == "DATA"
    refused = atoll("run", mounts[0], f"--mount=out={tmp_path}/target:ro", str(program))
    assert refused.status == 1
    assert "NotAllowedError" in refused.err
    assert str(tmp_path) not in refused.err


def test_the_root(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("x")
    os.symlink("/etc/passwd", tmp_path / "link")
    names = "await Array.fromAsync((await navigator.storage.getDirectory()).keys())"
    for mode in ("", ":ro", ":rw"):
        assert atoll("eval", "--json", f"--mount={tmp_path}{mode}", names).out == '["f"]\n'
    assert atoll("eval", "typeof navigator").out == "undefined\n"


def test_folders_that_cannot_be_mounted(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for mounts, reason in (
        ([str(tmp_path / "none")], "no such file or directory"),
        ([str(tmp_path / "file")], "not a directory"),
        ([str(tmp_path), str(tmp_path)], "two folders are mounted as the root"),
        ([f"a={tmp_path}", f"/a/={tmp_path}"], "two folders are mounted at a"),
        ([f"{tmp_path}:rx"], "'rx' is no way to mount"),
        ([f"../a={tmp_path}"], "cannot be the name"),
    ):
        ran = atoll("eval", *(f"--mount={mount}" for mount in mounts), "1")
        assert ran.status == 2
        assert reason in ran.err
