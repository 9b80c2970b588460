"""A real disk without room, without inodes, and one that becomes read-only under a guest."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from atoll.fs import DirectoryFileSystem

from .support import guest

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0,
    reason="mounts small tmpfs file systems: needs root on Linux",
)

Mount = Callable[[str], Path]
GET = "globalThis.f = await (await navigator.storage.getDirectory()).getFileHandle('f'); 0"


@pytest.fixture
def mount(tmp_path: Path) -> Iterator[Mount]:
    """Mounts a tmpfs with options."""
    folder = tmp_path / "disk"
    folder.mkdir()

    def mount(options: str) -> Path:
        command = ["mount", "-t", "tmpfs", "-o", options, "none", str(folder)]
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode != 0:
            pytest.skip(f"needs CAP_SYS_ADMIN to mount a tmpfs: {done.stderr.strip()}")
        return folder

    yield mount
    # What is mounted last goes first; lazily, as a failing test may have left something open.
    while os.path.ismount(folder):
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("tmpfile", [True, False])
async def test_a_full_disk(mount: Mount, tmpfile: bool) -> None:
    disk = mount("size=1m")
    (disk / "f").write_bytes(b"old content")
    files = DirectoryFileSystem(disk, writable=True)
    files._has_tmpfile = files._has_tmpfile and tmpfile
    async with guest(files) as made, guest(DirectoryFileSystem(disk, writable=True)) as sibling:
        await made.isolate.eval(GET)
        await sibling.isolate.eval(GET)
        for chunk in ("new Uint8Array(50_000)", "new Blob(['x'.repeat(3e6)])", "'x'.repeat(3e6)"):
            assert await made.isolate.eval(
                f"""await (async () => {{
                const stream = await f.createWritable();
                const chunk = {chunk};
                const name = await T.fails(async () => {{
                    for (let i = 0; i < 1000; i++) await stream.write(chunk);
                }});
                // The stream is broken from then on, and the file is as it was.
                return [name, await T.fails(stream.write("x")) !== "no error",
                    await T.fails(stream.close()) !== "no error", await T.text(f)];
                }})()"""
            ) == ["QuotaExceededError", True, True, "old content"]
            while made.files.open_count:
                await made.isolate.eval("0")
            assert os.listdir(disk) == ["f"]
            assert (disk / "f").read_bytes() == b"old content"
        # The sibling has all the room that there was.
        assert (
            await sibling.isolate.eval("await T.put(f, new Uint8Array(600_000)); 'no error'")
            == "no error"
        )
        assert await made.isolate.eval(
            """const full = [await T.fails(f.createWritable({ keepExistingData: true }))];
            const access = await f.createSyncAccessHandle();
            full.push(await T.fails(() => access.write(new Uint8Array(2e6), { at: 600_000 })));
            access.truncate(3);
            access.close();
            await T.put(f, "there is room again");
            [...full, await T.text(f)]"""
        ) == ["QuotaExceededError", "QuotaExceededError", "there is room again"]
        assert made.files.open_count == sibling.files.open_count == 0
    assert os.listdir(disk) == ["f"]


async def test_a_disk_without_inodes(mount: Mount) -> None:
    disk = mount("size=1m,nr_inodes=10")
    (disk / "f").write_bytes(b"old content")
    async with guest(DirectoryFileSystem(disk, writable=True)) as made:
        await made.isolate.eval(GET)
        assert await made.isolate.eval(
            """const root = await navigator.storage.getDirectory();
            let count = 0;
            const found = [await T.fails(async () => {
                for (;; count++) await root.getFileHandle(`n${count}`, { create: true });
            })];
            found.push(await T.fails(root.getDirectoryHandle("d", { create: true })));
            found.push(await T.fails(f.createWritable()), await T.text(f));
            await root.removeEntry("n0");
            await T.put(f, "new");
            [...found, count > 0, await T.text(f)]"""
        ) == [*["QuotaExceededError"] * 3, "old content", True, "new"]
        assert made.files.open_count == 0
    assert not [name for name in os.listdir(disk) if name.startswith(".")]


async def test_a_disk_that_becomes_read_only(mount: Mount) -> None:
    disk = mount("size=1m")
    (disk / "f").write_bytes(b"old content")
    async with guest(DirectoryFileSystem(disk, writable=True)) as made:
        await made.isolate.eval(GET)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        assert await made.isolate.eval(
            """const root = await navigator.storage.getDirectory();
            [await T.fails(f.createWritable()), await T.fails(f.createSyncAccessHandle()),
                await T.fails(f.remove()), await T.fails(f.move("g")),
                await T.fails(root.getFileHandle("g", { create: true })),
                await T.fails(root.getDirectoryHandle("d", { create: true })), await T.text(f)]"""
        ) == [*["NotAllowedError"] * 6, "old content"]
