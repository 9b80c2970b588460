"""What the owner has of it: quotas, overlays, taking files out, both flavours."""

# ruff: noqa: E501 - programs of guests
from __future__ import annotations

import asyncio
import dataclasses
import io
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import fsspec
import pytest

from atoll import JSError, Runtime, sync
from atoll.fs import (
    DirectoryFileSystem,
    Files,
    FileSystem,
    FsspecFileSystem,
    Kind,
    MemoryFileSystem,
    MountFileSystem,
    OverlayFileSystem,
    QuotaExceeded,
    QuotaFileSystem,
    Stat,
)
from atoll.limits import MiB

from .support import fsspec_memory, guest

FILL = """
const stream = await (await root.getFileHandle("f", { create: true })).createWritable();
const found = [await fails(async () => {
    for (let i = 0; i < 100; i++) await stream.write(new Uint8Array(65536));
})];
found.push((await navigator.storage.estimate()).usage <= 1048576);
const access = await (await root.getFileHandle("g", { create: true })).createSyncAccessHandle();
found.push(await fails(() => access.truncate(2 ** 21)), await fails(() =>
    access.write(new Uint8Array(1), { at: 2 ** 40 })));
access.write(new Uint8Array(1000));
access.close();
let count = 0;
found.push(await fails(async () => {
    for (;; count++) await dir.getFileHandle(`f${count}`, { create: true });
}));
await dir.remove({ recursive: true });
await root.removeEntry("g");
await root.removeEntry("f");
const { usage, quota } = await navigator.storage.estimate();
return [...found, count < 20, usage, quota]
"""


@pytest.mark.parametrize("kind", ["memory", "directory", "fsspec"])
async def test_quotas(kind: str, tmp_path: Path) -> None:
    base = DirectoryFileSystem(tmp_path, writable=True)
    files: FileSystem = MemoryFileSystem(max_bytes=MiB, max_entries=20)
    if kind != "memory":
        inner = base if kind == "directory" else fsspec_memory()
        files = QuotaFileSystem(inner, max_bytes=MiB, max_entries=20)
    async with guest(files) as made:
        assert await made.run(FILL) == [
            *("QuotaExceededError", True, "QuotaExceededError", "QuotaExceededError"),
            *("QuotaExceededError", True, 0, MiB),
        ]
        assert files.usage().entries == 0
    base.close()


async def test_what_is_there_counts(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "f").write_bytes(bytes(900))
    base = DirectoryFileSystem(tmp_path, writable=True)
    files = QuotaFileSystem(base, max_bytes=1000, max_name_bytes=5, max_depth=2)
    assert (files.usage().bytes, files.usage().entries) == (900, 2)
    with pytest.raises(QuotaExceeded):
        files.write_bytes("g", bytes(101))
    files.write_bytes("g", bytes(100))
    files.write_bytes("d/f", b"")
    assert files.usage().bytes == 100
    files.move(("g",), ("d", "f"))
    assert (files.usage().bytes, files.usage().entries) == (100, 2)
    for path in ("toolong", "d/e/f"):
        with pytest.raises(QuotaExceeded):
            files.create(tuple(path.split("/")))
    files.remove_tree(("d",))
    assert (files.usage().bytes, files.usage().entries) == (0, 0)
    base.close()


async def test_an_overlay_leaves_its_base_alone(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    for name in ("keep", "change", "remove", "edit", "d/inside", "d/other"):
        (tmp_path / name).write_bytes(name.encode())
    base = DirectoryFileSystem(tmp_path)
    files = OverlayFileSystem(base)
    async with guest(files) as made:
        assert await made.run(
            """const at = (name) => root.getFileHandle(name);
            await put(await at("change"), "changed");
            await root.removeEntry("remove");
            const access = await (await at("edit")).createSyncAccessHandle();
            access.write(new Uint8Array([69]));
            access.close();
            await dir.remove();
            const d = await root.getDirectoryHandle("d");
            const e = await root.getDirectoryHandle("e", { create: true });
            await (await d.getFileHandle("inside")).move(e, "moved");
            await root.removeEntry("d", { recursive: true });
            const again = await root.getDirectoryHandle("d", { create: true });
            return [await names(root), await names(again), await names(e),
                await text(await at("change")), await text(await at("edit")), await text(await at("keep")),
                await fails(at("remove"))]"""
        ) == [
            ["change", "d", "e", "edit", "keep"],
            [],
            ["moved"],
            "changed",
            "Edit",
            "keep",
            "NotFoundError",
        ]
    assert files.upper.to_mapping() == {
        "change": b"changed",
        "edit": b"Edit",
        "e/moved": b"d/inside",
    }
    assert files.removed == {"remove", "d"}
    left = {
        p.relative_to(tmp_path).as_posix(): p.read_bytes()
        for p in tmp_path.rglob("*")
        if p.is_file()
    }
    assert all(content == name.encode() for name, content in left.items())
    assert len(left) == 6


async def test_taking_files_out(tmp_path: Path) -> None:
    files = MemoryFileSystem({"in.txt": "text", "a/b/c.bin": b"\0\1"})
    async with guest(files) as made:
        await made.isolate.eval(
            """const root = await navigator.storage.getDirectory();
            const out = await root.getDirectoryHandle("out", { create: true });
            await T.make(out, "C: evil?.txt", "x");
            await root.getDirectoryHandle("empty", { create: true }); undefined"""
        )
    mapping = {"in.txt": b"text", "a/b/c.bin": b"\0\1", "out/C: evil?.txt": b"x"}
    assert files.to_mapping() == mapping
    assert files.to_mapping("out") == {"out/C: evil?.txt": b"x"}
    assert files.read_bytes("a/b/c.bin") == b"\0\1"
    archive = io.BytesIO()
    files.export_zip(archive)
    with zipfile.ZipFile(archive) as found:
        assert set(found.namelist()) == {*mapping, "a/", "a/b/", "out/", "empty/"}
        assert found.read("in.txt") == b"text"
        assert found.testzip() is None
    files.export_zip(tmp_path / "all.zip")
    (tmp_path / "target").mkdir()
    (tmp_path / "elsewhere").mkdir()
    files.export_to(tmp_path / "target" / "new")
    assert (tmp_path / "target" / "new" / "a" / "b" / "c.bin").read_bytes() == b"\0\1"
    assert (tmp_path / "target" / "new" / "empty").is_dir()
    os.symlink(tmp_path / "elsewhere", tmp_path / "target" / "out")
    with pytest.raises(OSError, match=r"symbolic|directory"):
        files.export_to(tmp_path / "target")
    assert os.listdir(tmp_path / "elsewhere") == []


@pytest.mark.parametrize(
    ("modified", "year"),
    [
        (-1.0, 1980),
        (1e9, 2001),
        (2.0**33, 2107),
        (1e300, 2107),
        (-1e300, 1980),
        (float("nan"), 1980),
    ],
)
def test_times_that_no_archive_can_hold(modified: float, year: int) -> None:
    class Old(MemoryFileSystem):
        def stat(self, path: tuple[str, ...]) -> Stat:
            return dataclasses.replace(super().stat(path), modified=modified)

    archive = io.BytesIO()
    Old({"f": b"content"}).export_zip(archive)
    with zipfile.ZipFile(archive) as found:
        assert found.read("f") == b"content"
        assert found.infolist()[0].date_time[0] == year


async def test_a_file_of_the_guest_reaches_the_owner() -> None:
    async with guest(MemoryFileSystem({"a.txt": b"0123456789"})) as made:
        await made.isolate.eval(
            "globalThis.a = await (await navigator.storage.getDirectory()).getFileHandle('a.txt'); 0"
        )
        file = await made.isolate.eval("await a.getFile()")
        assert (file.name, file.size, file.type) == ("a.txt", 10, "text/plain")
        assert await file.bytes(2, 5) == b"234"
        await made.isolate.eval("await T.put(a, 'changed'); 0")
        with pytest.raises(JSError, match="NotReadableError"):
            await file.bytes()


async def test_what_other_parts_of_the_platform_make_of_a_file() -> None:
    def never(_: object) -> NoReturn:
        raise AssertionError

    files = MemoryFileSystem({"f.txt": b"content"})
    async with Runtime(fs=files, fetch=never) as rt:
        assert await rt.eval(
            """const root = await navigator.storage.getDirectory();
            const handle = await root.getFileHandle("f.txt");
            const file = await handle.getFile();
            const url = URL.createObjectURL(file);
            const mixed = URL.createObjectURL(new Blob([file, "!"]));
            const get = async (url) => {
                const response = await fetch(url);
                return [response.headers.get("content-type"), await response.text()];
            };
            const found = [url !== mixed, ...await get(url), ...await get(mixed)];
            const stream = await handle.createWritable();
            await (await fetch("data:,other")).body.pipeTo(stream);
            found.push(await (await handle.getFile()).text());
            found.push(await get(url).catch((error) => error.name));
            URL.revokeObjectURL(url);
            [...found, await get(url).catch((error) => error.name)]"""
        ) == [
            *(True, "text/plain", "content", "", "content!", "other"),
            *("NotReadableError", "TypeError"),
        ]


async def test_a_small_file_comes_with_its_handle() -> None:
    class Counting(MemoryFileSystem):
        stats = reads = 0

        def stat(self, path: tuple[str, ...]) -> Stat:
            self.stats += 1
            return super().stat(path)

        def read_version(self, path: tuple[str, ...], offset: int, size: int, tag: str) -> bytes:
            self.reads += 1
            return super().read_version(path, offset, size, tag)

    files = Counting({"f": b"old", "large": bytes(MiB)})

    def change() -> None:
        files.write_bytes("f", b"changed meanwhile")

    async with guest(files) as made:
        await made.isolate.define_function("change", change)
        await made.isolate.eval(
            "globalThis.root = await navigator.storage.getDirectory();"
            "globalThis.get = async (name) => (await root.getFileHandle(name)).getFile()"
        )
        assert await made.isolate.eval("(await get('f')).text()") == "old"
        assert (files.stats, files.reads) == (1, 1)
        await made.isolate.eval("globalThis.large = await get('large'); undefined")
        assert files.reads == 1
        # Whatever may have changed the file, and the guest could know of, makes it be asked for.
        assert (
            await made.isolate.eval("const file = await get('f'); change(); T.fails(file.text())")
            == "NotReadableError"
        )
        await made.isolate.eval("globalThis.file = await get('f'); undefined")
        files.write_bytes("f", b"changed again")
        assert await made.isolate.eval("T.fails(file.text())") == "NotReadableError"
        assert await made.isolate.eval(
            "const h = await root.getFileHandle('f'); change(); (await h.getFile()).text()"
        ) == ("changed meanwhile")


def test_putting_files_in() -> None:
    files = MemoryFileSystem()
    files.write_bytes("a/b/c", "text")
    files.write_bytes("a/b/c", b"again")
    assert files.to_mapping() == {"a/b/c": b"again"}
    for bad in ("../x", "a/../b", "a\\b", "a//b"):
        with pytest.raises(ValueError, match="cannot be the name"):
            files.write_bytes(bad, b"")
    with pytest.raises(QuotaExceeded):
        MemoryFileSystem({"a": bytes(11)}, max_bytes=10)
    with pytest.raises(FileNotFoundError):
        files.read_bytes("none")


NO_PATH = r"cannot be the name|is the root"


@pytest.mark.parametrize("path", ["", "/", ".", "../x", "a//b", "a/../b", "a\0"])
def test_paths_that_make_no_sense(path: str) -> None:
    with pytest.raises(ValueError, match=NO_PATH):
        MemoryFileSystem({path: b""})
    files = MemoryFileSystem()
    with pytest.raises(ValueError, match=NO_PATH):
        files.write_bytes(path, b"")
    with pytest.raises(ValueError, match=NO_PATH):
        files.read_bytes(path)
    assert files.to_mapping() == {}


async def test_mounts(tmp_path: Path) -> None:
    (tmp_path / "data.txt").write_bytes(b"from disk")
    disk = DirectoryFileSystem(tmp_path)
    mounts = {"/": MemoryFileSystem(), "in/deep": disk, "scratch": MemoryFileSystem(max_bytes=10)}
    async with guest(MountFileSystem(mounts)) as made:
        assert await made.run(
            """const scratch = await root.getDirectoryHandle("scratch");
            const deep = await (await root.getDirectoryHandle("in")).getDirectoryHandle("deep");
            const f = await make(dir, "f", "12345");
            await f.move(scratch, "moved");
            const g = await make(dir, "g", "123456");
            return [(await names(root)).filter((n) => n !== dir.name), await text(await deep.getFileHandle("data.txt")),
                await text(await scratch.getFileHandle("moved")), await names(dir),
                await fails(g.move(scratch)), await fails(root.removeEntry("in", { recursive: true })),
                await fails(scratch.move("x")), await fails(root.remove({ recursive: true })),
                await fails(deep.getFileHandle("new", { create: true }))]"""
        ) == [
            ["in", "scratch"],
            "from disk",
            "12345",
            ["g"],
            *("QuotaExceededError", "NoModificationAllowedError", "NoModificationAllowedError"),
            *("NoModificationAllowedError", "NotAllowedError"),
        ]


async def test_what_cannot_be_taken_away_is_not_moved_by_a_copy(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "f").write_bytes(b"content")
    read_only = DirectoryFileSystem(tmp_path)
    async with guest({"/": MemoryFileSystem(), "in": read_only}) as made:  # type: ignore[arg-type]
        assert await made.isolate.eval(
            """const { fails, names } = T;
            const root = await navigator.storage.getDirectory();
            const d = await (await root.getDirectoryHandle("in")).getDirectoryHandle("d");
            const f = await d.getFileHandle("f");
            [await fails(f.move(root)), await fails(d.move(root)), await names(root), await names(d)]"""
        ) == ["NotAllowedError", "NotAllowedError", ["in"], ["f"]]
    read_only.close()


async def test_only_mounts() -> None:
    files = MountFileSystem({"a/b": MemoryFileSystem({"f": b"x"}), "c": MemoryFileSystem()})
    async with guest(files) as made:
        assert await made.isolate.eval(
            """const root = await navigator.storage.getDirectory();
            const a = await root.getDirectoryHandle("a");
            [await T.names(root), await T.names(a), await T.names(await a.getDirectoryHandle("b")),
                await T.fails(root.getFileHandle("f", { create: true }))]"""
        ) == [["a", "c"], ["b"], ["f"], "NotAllowedError"]
    with pytest.raises(ValueError, match="two file systems"):
        MountFileSystem({"a": MemoryFileSystem(), "/a/": MemoryFileSystem()})


async def test_fsspec_by_url_and_what_it_refuses() -> None:
    store = fsspec.filesystem("memory")
    store.pipe_file("/atoll-url/d/f", b"content")
    files = FsspecFileSystem("memory://atoll-url")
    assert files.to_mapping() == {"d/f": b"content"}
    with pytest.raises(PermissionError):
        files.write_bytes("g", b"")
    for local in ("file:///tmp", "/tmp"):
        with pytest.raises(ValueError, match="DirectoryFileSystem"):
            FsspecFileSystem(local)
    inner = fsspec.filesystem("dir", path="/tmp", target_protocol="file")
    with pytest.raises(ValueError, match="DirectoryFileSystem"):
        FsspecFileSystem(inner)


def test_an_archive_by_fsspec(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("f.txt", "d/g.txt", "d/e/h.txt"):
            archive.writestr(zipfile.ZipInfo(name, (2001, 2, 3, 4, 5, 6)), name)
    whole = FsspecFileSystem(f"zip://::{tmp_path / 'a.zip'}")
    assert whole.to_mapping() == {name: name.encode() for name in ("f.txt", "d/g.txt", "d/e/h.txt")}
    assert time.localtime(whole.stat(("f.txt",)).modified)[:6] == (2001, 2, 3, 4, 5, 6)
    part = FsspecFileSystem(f"zip://d::{tmp_path / 'a.zip'}")
    assert part.to_mapping() == {"g.txt": b"d/g.txt", "e/h.txt": b"d/e/h.txt"}


@pytest.mark.parametrize("kind", ["fsspec", "own"])
async def test_read_only_is_said_at_once(kind: str) -> None:
    """Not when everything has been written to a copy."""

    class Own(FileSystem):
        def stat(self, path: tuple[str, ...]) -> Stat:
            return Stat("file", 1) if path else Stat("directory")

        def scan(self, path: tuple[str, ...]) -> Iterator[tuple[str, Kind]]:
            yield "f", "file"

        def read(self, path: tuple[str, ...], offset: int, size: int) -> bytes:
            return b"x"[offset : offset + size]

    files: FileSystem = Own()
    if kind == "fsspec":
        store = fsspec.filesystem("memory")
        store.pipe("/read-only/f", b"x")
        files = FsspecFileSystem(store, "/read-only")
    async with guest(files) as made:
        assert await made.isolate.eval(
            """const { fails } = T;
            const f = await (await navigator.storage.getDirectory()).getFileHandle("f");
            const access = await f.createSyncAccessHandle({ mode: "read-only" });
            const size = access.getSize();
            access.close();
            [size, await fails(f.createWritable()), await fails(f.createSyncAccessHandle()),
                await T.text(f)]"""
        ) == [1, "NotAllowedError", "NotAllowedError", "x"]


def test_blocking(tmp_path: Path) -> None:
    files = DirectoryFileSystem(tmp_path, writable=True)
    with sync.Isolate() as isolate:
        handle = isolate.install(Files(files))
        assert isolate.eval(
            """const root = await navigator.storage.getDirectory();
                const f = await root.getFileHandle("f", { create: true });
                const stream = await f.createWritable();
                await stream.write("blocking");
                await stream.close();
                const access = await f.createSyncAccessHandle();
                const size = access.getSize();
                globalThis.open = await f.getFile();
                [size, await (await f.getFile()).text()]"""
        ) == [8, "blocking"]
        assert handle.open_count == 1
    assert handle.open_count == 0
    assert (tmp_path / "f").read_bytes() == b"blocking"
    files.close()


def test_a_capability_belongs_to_one_isolate() -> None:
    files = Files()
    with sync.Isolate() as isolate:
        isolate.install(files)
        with pytest.raises(RuntimeError, match="one isolate"):
            isolate.install(files)
    with pytest.raises(ValueError, match="max_open"):
        Files(max_open=0)


def test_an_observer_that_nobody_would_wait_for_is_refused() -> None:
    async def on_access(access: object) -> None:
        raise AssertionError(access)

    with pytest.raises(TypeError, match="on_access is a plain function"):
        Files(on_access=on_access)


async def test_what_came_along_is_forgotten_when_a_timer_fires() -> None:
    class Changing(MemoryFileSystem):
        """A file changes after each answer about it."""

        def stat(self, path: tuple[str, ...]) -> Stat:
            found = super().stat(path)
            if path == ("f",):
                asyncio.get_running_loop().call_soon(self.write_bytes, "f", b"new")
            return found

    files = Changing()
    files.write_bytes("f", b"older")
    async with Runtime(fs=files) as runtime:
        program = """(async () => {
        const root = await navigator.storage.getDirectory();
        const wait = () => new Promise((resolve) => setTimeout(resolve, 200));
        const handle = await root.getFileHandle("f");
        await wait();
        const file = await handle.getFile();
        const text = await file.text();
        const stale = await handle.getFile();
        await wait();
        return [file.size, text, await stale.text().catch((error) => error.name)]
        })()"""
        assert await runtime.eval(program) == [3, "new", "NotReadableError"]
