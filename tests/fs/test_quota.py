"""Quotas that guests try to get around: by races, handles on one file, moves and failures."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from atoll.fs import (
    DirectoryFileSystem,
    FileSystem,
    MemoryFileSystem,
    MountFileSystem,
    QuotaExceeded,
    QuotaFileSystem,
    Stat,
)
from atoll.fs import Path as Path_

from .support import BACKENDS, Plain, close, guest

BASES: dict[str, Callable[[Path], FileSystem]] = {
    name: BACKENDS[name] for name in ("memory", "directory", "fsspec", "plain")
}


def held(files: FileSystem) -> tuple[int, int]:
    """Bytes and entries that are really there."""
    found = [about for _, about in files.walk()]
    return sum(about.size for about in found), len(found)


@pytest.mark.parametrize("base", list(BASES))
async def test_several_handles_on_one_file(base: str, tmp_path: Path) -> None:
    inner = BASES[base](tmp_path)
    files = QuotaFileSystem(inner, max_bytes=1_400_000)
    async with guest(files) as made:
        found = await made.run(
            """const mode = "readwrite-unsafe";
            const [a, b] = [await make(dir, "a"), await make(dir, "b")];
            const half = new Uint8Array(2 ** 19);
            let name = "no error";
            for (let i = 0; i < 6 && name === "no error"; i++) {
                const early = await a.createSyncAccessHandle({ mode });
                early.write(new Uint8Array(2 ** 18), { at: 0 });
                early.flush();
                const late = await a.createSyncAccessHandle({ mode });
                early.truncate(0);
                late.truncate(0);
                early.close();
                late.close();
                const access = await b.createSyncAccessHandle({ mode });
                name = await fails(() => access.write(half, { at: access.getSize() }));
                access.close();
            }
            const size = (await b.getFile()).size;
            const before = (await navigator.storage.estimate()).usage;
            const access = await b.createSyncAccessHandle();
            access.truncate(5);
            access.flush();
            const after = (await navigator.storage.estimate()).usage;
            access.close();
            return [name, size, before, after]"""
        )
        assert found == ["QuotaExceededError", 2**20, 2**20, 5]
        usage = files.usage()
        assert (usage.bytes, usage.entries) == held(inner)
    close(files)


@pytest.mark.parametrize("base", list(BASES))
def test_handles_that_write_where_another_has_cut(base: str, tmp_path: Path) -> None:
    inner = BASES[base](tmp_path)
    files = QuotaFileSystem(inner, max_bytes=1000)
    files.write_bytes("f", bytes(900))
    one, two = files.open(("f",), writable=True), files.open(("f",), writable=True)
    one.truncate(0)
    two.write(0, bytes(900))
    with pytest.raises(QuotaExceeded):
        two.write(0, bytes(1001))
    one.close()
    two.close()
    assert (files.usage().bytes, 1) == held(inner)
    assert files.usage().bytes in (0, 900)
    files.remove(("f",))
    assert files.usage().bytes == 0
    close(files)


def test_moves_do_not_make_a_tree_deeper_than_the_quota_allows() -> None:
    inner = MemoryFileSystem({"a/b/f": b"", "x/y/g": b""})
    files = QuotaFileSystem(inner, max_depth=4)
    with pytest.raises(QuotaExceeded):
        files.move(("a",), ("x", "y", "a"))
    files.move(("a",), ("x", "a"))
    assert max(len(path.split("/")) for path, _ in inner.walk()) == 4


@pytest.mark.parametrize("change", ["commit", "remove", "remove_tree", "move", "create"])
def test_changes_at_the_same_time(change: str) -> None:
    """Each change counts what it finds, not what was there before another one."""

    class Meets(MemoryFileSystem):
        """Lets the other thread begin while the first has looked, and not yet changed."""

        looked: Callable[[], object] | None = None

        def stat(self, path: Path_) -> Stat:
            found = super().stat(path)
            if self.looked is not None and path == ("f",):
                looked, self.looked = self.looked, None
                looked()
            return found

    inner = Meets(max_bytes=None)
    files = QuotaFileSystem(inner, max_bytes=10_000)
    files.write_bytes("f", bytes(1000))
    files.write_bytes("other", bytes(3000))
    staged = [files.stage(("f",), keep=False) for _ in range(2)]
    for size, one in zip((1, 2), staged, strict=True):
        one.write(0, bytes(size))
    second = threading.Thread(target=staged[1].commit)

    def begin() -> None:
        second.start()
        second.join(0.3)  # it cannot come between, or it has by now

    inner.looked = begin
    if change == "commit":
        staged[0].commit()
    elif change == "remove":
        files.remove(("f",))
    elif change == "remove_tree":
        files.remove_tree(())
    elif change == "move":
        files.move(("other",), ("f",))
    else:
        files.create(("f",))
    second.join()
    for one in staged:
        one.discard()
    assert (files.usage().bytes, files.usage().entries) == held(inner)


def test_what_was_not_written_does_not_count() -> None:
    inner = MemoryFileSystem(max_bytes=100)
    files = QuotaFileSystem(inner, max_bytes=1000)
    staged = files.stage(("f",), keep=False)
    with pytest.raises(QuotaExceeded):
        staged.write(0, bytes(500))
    staged.commit()  # what only a forged guest half does
    assert files.usage().bytes == 0


def test_a_file_that_grows_while_it_is_copied() -> None:
    class Grows(MemoryFileSystem):
        def stage(self, path: Path_, *, keep: bool):  # type: ignore[no-untyped-def]
            if keep:
                self.write_bytes("f", bytes(900))
            return super().stage(path, keep=keep)

    inner = Grows({"f": b"x"})
    files = QuotaFileSystem(inner, max_bytes=1000)
    with pytest.raises(QuotaExceeded):
        files.stage(("f",), keep=True).write(900, bytes(200))
    assert inner.usage().bytes <= 2000


def test_what_cannot_be_looked_into_does_not_count(tmp_path: Path) -> None:
    """Such as `lost+found`, which only root may list."""

    class Refuses(Plain):
        def scan(self, path: Path_):  # type: ignore[no-untyped-def]
            if path == ("lost+found",):
                raise PermissionError
            return super().scan(path)

    inner = Refuses()
    inner.make_directory(("lost+found",))
    inner.write_bytes("f", bytes(10))
    files = QuotaFileSystem(inner, max_bytes=1000)
    assert (files.usage().bytes, files.usage().entries) == (10, 2)
    files.write_bytes("g", b"fits")
    with pytest.raises(PermissionError):  # nothing is silently left out of what is taken out
        files.to_mapping()


@pytest.mark.parametrize("kind", ["memory", "directory"])
def test_a_write_that_fails_leaves_no_empty_file(kind: str, tmp_path: Path) -> None:
    small = MemoryFileSystem(max_bytes=1000)
    files = MountFileSystem(
        {
            "/": small
            if kind == "memory"
            else QuotaFileSystem(DirectoryFileSystem(tmp_path, writable=True), max_bytes=1000),
            "from": MemoryFileSystem({"d/a": bytes(600), "d/b": bytes(600), "big": bytes(2000)}),
        }
    )
    with pytest.raises(QuotaExceeded):
        files.move(("from", "big"), ("big",))
    with pytest.raises(QuotaExceeded):
        files.move(("from", "d"), ("d",))
    # What was not moved is where it was, and nowhere else.
    assert sorted(files.to_mapping()) == ["from/big", "from/d/a", "from/d/b"]
    assert sorted(path for path, _ in files.walk()) == [
        *("from", "from/big", "from/d", "from/d/a", "from/d/b")
    ]
    assert os.listdir(tmp_path) == []
    close(files)
