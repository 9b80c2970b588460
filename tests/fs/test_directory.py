"""The directory backend against whoever changes the tree meanwhile."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import stat as stat_modes
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from atoll import Isolate, Limits
from atoll.confinement.syscalls import syscall
from atoll.errors import WallTimeLimitExceeded
from atoll.fs import DirectoryFileSystem, Files, NotAFile
from atoll.fs._media_types import media_type as of_name

from . import hostile_paths
from .support import guest

SECRET = hostile_paths.SECRET


@contextlib.contextmanager
def directory(root: Path, *, walk: bool = False) -> Iterator[DirectoryFileSystem]:
    files = DirectoryFileSystem(root, writable=True, _use_openat2=not walk)
    try:
        yield files
    finally:
        files.close()


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    hostile_paths.build(tmp_path)
    return tmp_path


@pytest.fixture
def anybodys_folder() -> Iterator[Path]:
    """pytest's own are only for whom it runs as."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


@pytest.mark.parametrize("user", [None, "4711"])
def test_hostile_paths(user: str | None, anybodys_folder: Path) -> None:
    if user is not None and os.geteuid() != 0:
        pytest.skip("only root can become another user; as this one, the other case has run")
    folder = anybodys_folder
    program = [sys.executable, hostile_paths.__file__, str(folder), *([user] if user else [])]
    done = subprocess.run(program, capture_output=True, text=True, timeout=100, check=False)
    assert done.stderr == ""
    *found, count = done.stdout.splitlines()
    assert found == []
    paths, attacks, uid = map(int, count.split())
    assert paths >= 60
    assert attacks == 2 * paths * len(hostile_paths.ATTACKS)
    assert uid == int(user or os.geteuid())


def test_the_attacks_find_a_way_out(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table is worth something: without the flags, it finds what it looks for."""
    monkeypatch.setattr("atoll.fs._beneath._ALWAYS", os.O_CLOEXEC)
    monkeypatch.setattr(hostile_paths, "PATHS", [("to-outside", "new")])
    found = [text for text in hostile_paths.attacks(tree, use_openat2=False) if text]
    assert any("changed" in text for text in found)


@pytest.mark.parametrize("walk", [False, True])
def test_a_directory_that_becomes_a_link_before_the_commit(tree: Path, walk: bool) -> None:
    root, outside = tree / "root", tree / "outside"
    (root / "deep" / "secret").write_bytes(b"old")
    with directory(root, walk=walk) as files:
        staged = files.stage(("deep", "secret"), keep=True)
        staged.write(0, b"new")
        (root / "deep").rename(root / "moved")
        (root / "deep").symlink_to(outside)
        with pytest.raises(OSError, match=r"symbolic|directory"):
            staged.commit()
        staged.discard()
    assert (outside / "secret").read_bytes() == SECRET
    assert (root / "moved" / "secret").read_bytes() == b"old"
    assert sorted(os.listdir(outside)) == ["folder", "secret"]


@pytest.mark.parametrize("walk", [False, True])
def test_a_race_between_a_directory_and_a_link(tree: Path, walk: bool) -> None:
    root, outside = tree / "root", tree / "outside"
    (root / "swap").mkdir()
    (root / "swap" / "secret").write_bytes(b"fine")
    (root / "link").symlink_to(outside)
    done = threading.Event()

    def swap() -> None:
        while not done.is_set():
            for a, b in (("swap", "kept"), ("link", "swap"), ("swap", "link"), ("kept", "swap")):
                os.rename(root / a, root / b)

    swapper = threading.Thread(target=swap)
    swapper.start()
    seen: set[bytes] = set()
    try:
        with directory(root, walk=walk) as files:
            tries = 0
            while tries < 500 or len(seen) < 2:  # both are seen, however busy the machine is
                tries += 1
                try:
                    seen.add(files.read(("swap", "secret"), 0, 100))
                    files.create(("swap", "new"))
                    files.remove(("swap", "new"))
                except OSError:
                    seen.add(b"refused")
    finally:
        done.set()
        swapper.join()
    assert seen == {b"fine", b"refused"}
    assert sorted(os.listdir(outside)) == ["folder", "secret"]


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server, contextlib.chdir(path.parent):
        server.bind(path.name)


def make_device(path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root to make a device")
    os.mknod(path, 0o666 | stat_modes.S_IFCHR, os.makedev(1, 5))


@pytest.mark.parametrize(
    "make",
    [os.mkfifo, lambda path: os.symlink("/etc/passwd", path), make_socket, make_device],
    ids=["fifo", "link", "socket", "device"],
)
async def test_a_file_that_something_else_takes_the_place_of(
    tree: Path, make: Callable[[Path], object]
) -> None:
    root = tree / "root"
    async with guest(DirectoryFileSystem(root, writable=True)) as made:
        await made.isolate.eval(
            """globalThis.handle = await (await navigator.storage.getDirectory())
                .getFileHandle("inside");
            globalThis.file = await handle.getFile();
            globalThis.stream = await handle.createWritable(); undefined"""
        )
        (root / "inside").unlink()
        make(root / "inside")
        assert await made.run(
            """await stream.write("x");
            return [await fails(file.text()), await fails(handle.getFile()),
                await fails(handle.createWritable()), await fails(handle.createSyncAccessHandle()),
                await fails(root.getFileHandle("inside", { create: true })),
                await fails(root.getDirectoryHandle("inside")), await fails(stream.close()),
                (await names(root)).includes("inside")]"""
        ) == ["TypeMismatchError"] * 7 + [False]
    assert not stat_is_regular(root / "inside")


def stat_is_regular(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def test_new_content_for_an_empty_file(tmp_path: Path) -> None:
    with directory(tmp_path) as files:
        for size in (0, 1, 4096, 4097, 70_000):
            (tmp_path / "f").write_bytes(b"")
            (tmp_path / "f").chmod(0o604)
            staged = files.stage(("f",), keep=False)
            staged.write(size // 2, b"x" * (size - size // 2))
            staged.write(0, b"y" * (size // 2))
            assert staged.size() == size
            assert (tmp_path / "f").read_bytes() == b""
            staged.commit()
            assert (tmp_path / "f").read_bytes() == b"y" * (size // 2) + b"x" * (size - size // 2)
            assert (tmp_path / "f").stat().st_mode & 0o777 == 0o604
            assert os.listdir(tmp_path) == ["f"]


def test_a_page_of_content_is_cut_and_extended(tmp_path: Path) -> None:
    with directory(tmp_path) as files:
        for sizes in ((3, 5), (3, 4096), (5000, 3), (3, 5000, 4)):
            (tmp_path / "f").write_bytes(b"")
            staged = files.stage(("f",), keep=True)
            staged.write(0, b"12345")
            expected = b"12345"
            for size in sizes:
                staged.truncate(size)
                expected = expected[:size].ljust(size, b"\0")
                assert staged.size() == size
            staged.commit()
            assert (tmp_path / "f").read_bytes() == expected


@pytest.mark.parametrize("what", ["grown", "removed", "another", "linked", "directory", "link"])
def test_an_empty_file_that_is_not_there_any_more(tmp_path: Path, what: str) -> None:
    file, other = tmp_path / "f", tmp_path / "other"
    file.touch()
    with directory(tmp_path) as files:
        staged = files.stage(("f",), keep=False)
        staged.write(0, b"new")
        if what == "grown":
            file.write_bytes(b"longer than that")
            other.hardlink_to(file)
        elif what == "linked":
            other.hardlink_to(file)
        else:
            file.rename(other)
        if what == "another":
            file.touch()
        elif what == "directory":
            file.mkdir()
        elif what == "link":
            file.symlink_to(other)
        if what in ("directory", "link"):
            with pytest.raises(NotAFile):
                staged.commit()
            staged.discard()
            assert file.is_dir() or file.is_symlink()
        else:
            staged.commit()
            assert file.read_bytes() == b"new"
    # It went to that name alone.
    assert other.read_bytes() == (b"longer than that" if what == "grown" else b"")
    assert sorted(os.listdir(tmp_path)) == ["f", "other"]


async def test_hard_links_are_refused_unless_allowed(tree: Path) -> None:
    with directory(tree / "root") as files, pytest.raises(PermissionError):
        files.read(("hard",), 0, 100)
    allowed = DirectoryFileSystem(tree / "root", writable=True, allow_hard_links=True)
    try:
        assert allowed.read(("hard",), 0, 100) == SECRET
        staged = allowed.stage(("hard",), keep=False)
        staged.write(0, b"mine")
        staged.commit()  # a new file; the other name keeps the old one
        assert (tree / "root" / "hard").read_bytes() == b"mine"
        assert (tree / "outside" / "secret").read_bytes() == SECRET
    finally:
        allowed.close()


def test_devices_and_sockets_are_no_files(tree: Path) -> None:
    with directory(tree / "root") as files:
        for name in ("fifo", "socket", "device"):
            with pytest.raises((NotAFile, OSError)):
                files.stat((name,))
        assert {name for name, _ in files.scan(())} == {"deep", "inside", "hard"}


async def test_read_only_by_default(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"content")
    async with guest(DirectoryFileSystem(tmp_path)) as made:
        assert await made.isolate.eval(
            """const { fails, text } = T;
            const root = await navigator.storage.getDirectory();
            const f = await root.getFileHandle("f");
            const reader = await f.createSyncAccessHandle({ mode: "read-only" });
            const size = reader.getSize();
            reader.close();
            [await text(f), size, await fails(f.createWritable()), await fails(f.remove()),
                await fails(f.createSyncAccessHandle()), await fails(f.move("g")),
                await fails(root.getFileHandle("g", { create: true })),
                await fails(root.getDirectoryHandle("d", { create: true })),
                await fails(root.remove({ recursive: true }))]"""
        ) == ["content", 7, *["NotAllowedError"] * 7]
    assert os.listdir(tmp_path) == ["f"]


@pytest.mark.parametrize("tmpfile", [True, False])
async def test_an_isolate_that_is_killed_while_it_writes(tmp_path: Path, tmpfile: bool) -> None:
    (tmp_path / "f").write_bytes(b"old content")
    files = DirectoryFileSystem(tmp_path, writable=True)
    files._has_tmpfile = files._has_tmpfile and tmpfile
    async with Isolate(limits=Limits(call_time=1)) as isolate:
        handle = await isolate.install(Files(files))
        with pytest.raises(WallTimeLimitExceeded):
            await isolate.eval(
                """const root = await navigator.storage.getDirectory();
                const stream = await (await root.getFileHandle("f")).createWritable();
                for (;;) await stream.write(new Uint8Array(2 ** 16));"""
            )
    assert handle.open_count == 0
    assert os.listdir(tmp_path) == ["f"]
    assert (tmp_path / "f").read_bytes() == b"old content"
    # The lock went with it.
    async with guest(files) as other:
        assert (
            await other.isolate.eval(
                """const top = await navigator.storage.getDirectory();
            await T.put(await top.getFileHandle("f"), "new");
            await T.text(await top.getFileHandle("f"))"""
            )
            == "new"
        )
    assert os.listdir(tmp_path) == ["f"]


async def test_new_content_keeps_the_permissions(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"old")
    (tmp_path / "f").chmod(0o640)
    if os.geteuid() == 0:
        os.chown(tmp_path / "f", 4711, 4711)
    with directory(tmp_path) as files:
        files.write_bytes("f", b"new")
    found = (tmp_path / "f").stat()
    assert found.st_mode & 0o777 == 0o640
    assert found.st_uid == (4711 if os.geteuid() == 0 else os.geteuid())
    assert (tmp_path / "f").read_bytes() == b"new"


@pytest.mark.parametrize("tmpfile", [True, False])
async def test_more_than_a_page_takes_the_place_of_an_empty_file(
    tmp_path: Path, tmpfile: bool
) -> None:
    (tmp_path / "f").touch()
    (tmp_path / "f").chmod(0o640)
    empty = (tmp_path / "f").stat().st_ino
    with directory(tmp_path) as files:
        files._has_tmpfile = files._has_tmpfile and tmpfile
        files.write_bytes("f", b"new" * 4096)
    assert os.listdir(tmp_path) == ["f"]  # the empty one is gone
    assert (tmp_path / "f").read_bytes() == b"new" * 4096
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "f").stat().st_ino != empty


@pytest.mark.parametrize("put", ["a directory", "nothing", "content"])
async def test_an_empty_file_that_is_swapped_while_it_is_replaced(
    tmp_path: Path, put: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody has the moment between the look at the file and the call that replaces it."""
    target = tmp_path / "f"
    target.touch()

    def swap() -> None:
        target.unlink()
        if put == "a directory":
            target.mkdir()
            (target / "theirs").write_bytes(b"theirs")
        elif put == "content":
            target.write_bytes(b"theirs")

    def late(*arguments: object) -> int:
        monkeypatch.undo()
        swap()
        return syscall(*arguments)  # type: ignore[arg-type]

    with directory(tmp_path) as files:
        monkeypatch.setattr("atoll.fs._directory_stage.syscall", late)
        if put == "a directory":
            with pytest.raises(IsADirectoryError):
                files.write_bytes("f", b"new" * 4096)
            assert (target / "theirs").read_bytes() == b"theirs"
        else:
            files.write_bytes("f", b"new" * 4096)
            assert target.read_bytes() == b"new" * 4096
    assert os.listdir(tmp_path) == ["f"]


async def test_names_that_are_no_text_are_not_listed(tmp_path: Path) -> None:
    os.mkdir(os.fsencode(tmp_path) + b"/\xff\xfe")
    (tmp_path / ".atoll-0123").write_bytes(b"left by a crash")
    (tmp_path / "fine").touch()
    async with guest(DirectoryFileSystem(tmp_path, writable=True)) as made:
        assert await made.isolate.eval(
            "const r = await navigator.storage.getDirectory();"
            "[await T.names(r), await T.fails(r.getFileHandle('.atoll-0123'))]"
        ) == [["fine"], "NotAllowedError"]


@contextlib.contextmanager
def as_ordinary_user() -> Iterator[None]:
    """Without root's right to everything, for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(4711)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("walk", [False, True])
async def test_permission_denied(tmp_path: Path, walk: bool) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "f").touch(0o000)
    (tmp_path / "readable").write_bytes(b"content")
    (tmp_path / "d").mkdir(0o700)
    (tmp_path / "d" / "inner").write_bytes(b"secret")
    for folder in ("d", "."):  # so that its owner, where that is who runs this, may not write
        (tmp_path / folder).chmod(0o000 if folder == "d" else 0o555)
    try:
        async with guest(DirectoryFileSystem(tmp_path, True, _use_openat2=not walk)) as made:
            with as_ordinary_user():
                found = await made.isolate.eval(
                    """const { fails, text, names } = T;
                    const root = await navigator.storage.getDirectory();
                    const f = await root.getFileHandle("f");
                    const readable = await root.getFileHandle("readable");
                    const d = await root.getDirectoryHandle("d");
                    [await fails(text(f) /* empty */), await fails(f.createSyncAccessHandle()),
                        await fails(f.createWritable()), await fails(readable.createWritable()),
                        await fails(names(d)), await fails(d.getFileHandle("inner")),
                        await fails(root.getFileHandle("new", { create: true })),
                        await fails(root.getDirectoryHandle("new", { create: true })),
                        await fails(readable.remove()), await fails(readable.move("g")),
                        await text(readable)]"""
                )
    finally:
        (tmp_path / "d").chmod(0o700)
        tmp_path.chmod(0o700)
    assert found == ["no error", *["NotAllowedError"] * 9, "content"]
    assert sorted(os.listdir(tmp_path)) == ["d", "f", "readable"]


def test_a_root_that_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "f").touch()
    with pytest.raises(NotADirectoryError):
        DirectoryFileSystem(tmp_path / "f")
    with pytest.raises(FileNotFoundError):
        DirectoryFileSystem(tmp_path / "none")


@pytest.mark.parametrize("has_tmpfile", [True, False])
def test_writes_that_find_no_room_keep_nothing_open(
    has_tmpfile: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(fd: int, offset: int, data: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "f").touch()
    files = DirectoryFileSystem(tmp_path, writable=True)
    files._has_tmpfile = has_tmpfile
    staged = files.stage(("f",), keep=False)
    monkeypatch.setattr("atoll.fs._directory_stage.write_at", no_room)
    opened = []
    for _ in range(3):  # a guest may go on after the first
        with pytest.raises(OSError, match="No space"):
            staged.write(0, bytes(5000))
        opened.append(len(os.listdir("/proc/self/fd")))
    assert opened[0] == opened[2]
    staged.discard()
    assert os.listdir(tmp_path) == ["f"]
    files.close()


@pytest.mark.parametrize("in_kernel", [True, False])
def test_holes_are_not_copied(
    in_kernel: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not in_kernel:
        monkeypatch.setattr("atoll.fs._descriptors._copy_range", lambda *_: 0)
    size = 2**40
    with (tmp_path / "f").open("wb") as file:
        for at, data in ((0, b"first"), (2**30, b"x" * 70_000), (2**39, b"last")):
            file.seek(at)
            file.write(data)
        file.truncate(size)
    with directory(tmp_path) as files:
        staged = files.stage(("f",), keep=True)
        staged.write(5, b" of all")
        staged.commit()
        assert files.stat(("f",)).size == size
        assert (tmp_path / "f").stat().st_blocks * 512 < 2**21
        assert files.read(("f",), 0, 13) == b"first of all\0"
        assert files.read(("f",), 2**30 - 1, 70_002) == b"\0" + b"x" * 70_000 + b"\0"
        assert files.read(("f",), 2**39, 5) == b"last\0"


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        *(("a.txt", "text/plain"), ("A.JPG", "image/jpeg"), ("a.js", "text/javascript")),
        *(("a.webp", "image/webp"), ("a.json", "application/json"), ("a", ""), ("a.unknown", "")),
        # Packed, it is not of the type of what is in it.
        *(("a.csv.gz", "application/gzip"), ("a.tar.xz", "application/x-xz"), ("a.html.br", "")),
        *(("data:text/html,a", ""), ("x.html\n", ""), ("http:..a.html", "text/html")),
    ],
)
def test_the_media_types_of_names(name: str, media_type: str) -> None:
    assert of_name(name) == media_type


@pytest.mark.parametrize("walk", [False, True])
def test_a_tree_deeper_than_python_goes_is_removed(tmp_path: Path, walk: bool) -> None:
    (tmp_path / "top").mkdir()
    at = os.open(tmp_path / "top", os.O_RDONLY)
    for number in range(1500):
        os.mkdir("d", dir_fd=at)
        inner = os.open("d", os.O_RDONLY, dir_fd=at)
        os.close(os.open("f", os.O_CREAT, dir_fd=inner))
        if number == 1000:
            os.mkdir(b"\xff", dir_fd=inner)  # names that no guest can have are in it, too
            os.mkdir(".atoll-left", dir_fd=inner)
            os.symlink("/", "link", dir_fd=inner)
        os.close(at)
        at = inner
    os.close(at)
    with directory(tmp_path, walk=walk) as files:
        files.remove_tree(("top",))
    assert os.listdir(tmp_path) == []


def test_a_kernel_call_that_is_taken_away_later(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a filter that the owner's program puts around itself."""
    with directory(tree / "root") as files:
        assert files.read_bytes("inside") == b"fine"

        def hidden(*_: object) -> int:
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

        monkeypatch.setattr("atoll.fs._beneath._openat2", hidden)
        assert files.read_bytes("inside") == b"fine"
        for path in ("to-secret", "to-outside/secret"):
            with pytest.raises(OSError, match=r"symbolic|directory|neither"):
                files.read_bytes(path)
