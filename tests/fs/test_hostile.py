"""Guests that call the host functions with anything, and file systems that do anything."""

# ruff: noqa: E501 - programs of guests
from __future__ import annotations

import asyncio
import dataclasses
import gc
import inspect
import io
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from atoll import MiB
from atoll.fs import Access, DirectoryFileSystem, FileSystem, Kind, MemoryFileSystem, Staged, Stat
from atoll.fs import Path as Path_
from atoll.fs._service import Service

from .support import Plain, guest

NO_PATHS: list[Any] = [
    *(None, 1, "a", "../x", b"a", {}, {"length": 1}, True, ["a", 1], [None], [["a"]], [b"a"]),
    *([""], ["."], [".."], ["a", ".."], ["a/b"], ["/"], ["a\\b"], ["\0"], ["x" * 256]),
    *(["\ud800"], ["a"] * 65, ["/etc/passwd"], ["..", "..", "etc"]),
]
NO_NUMBERS: list[Any] = [None, -1, 1.5, 2**60, "1", [], True, {}, float("nan"), b"", 0, 99]


def service(filesystem: FileSystem) -> dict[str, Any]:
    made = Service(filesystem, None, max_depth=64, max_open=8)
    made.worker.inline = True
    return {name: as_called(function) for name, function in made.functions().items()}


def as_called(function: Callable[..., Any]) -> Callable[..., Any]:
    """Arguments beyond those that a function takes are dropped before it is called."""
    most = len(inspect.signature(function).parameters)
    return lambda *args: function(*args[:most])


@pytest.mark.parametrize(
    "name", ["lookup", "remove", "move", "snapshot", "read", "list", "stage", "open"]
)
def test_no_path_but_a_path_is_taken(name: str) -> None:
    files = MemoryFileSystem({"a": b"x"})
    function = service(files)[name]
    for path in NO_PATHS:
        answer = function(path, "file", ["b"])
        assert answer[:2] == ["!", "TypeError"], (path, answer)
    assert files.to_mapping() == {"a": b"x"}


def test_nothing_but_what_was_opened_is_taken() -> None:
    functions = service(MemoryFileSystem({"a": b"x"}))
    writer = functions["stage"](["a"], False, "siloed")
    assert type(writer) is int
    for name in (
        "write",
        "truncate",
        "commit",
        "syncRead",
        "syncWrite",
        "syncTruncate",
        "syncSize",
        "syncFlush",
        "listMore",
    ):
        for number in [*NO_NUMBERS, writer if name.startswith(("sync", "list")) else None]:
            answer = functions[name](number, 0, b"x" if "rite" in name else 1)
            assert answer[0] == "!", (name, number, answer)
    for name in ("discard", "syncClose", "listEnd"):
        for number in NO_NUMBERS:
            assert functions[name](number) is None
    for bad in [*NO_NUMBERS[:8], 2**53]:
        assert functions["write"](writer, bad, b"x")[0] == "!"
        assert functions["truncate"](writer, bad)[0] == "!"
    assert functions["write"](writer, 0, "text")[0] == "!"
    assert functions["write"](writer, 0, b"new") is None
    assert functions["commit"](writer) is None


@pytest.mark.parametrize("arguments", [(), (None,), (["a"],), (["a"], {}, {}, {}, {})])
def test_any_number_of_arguments(arguments: tuple[Any, ...]) -> None:
    for name, function in service(MemoryFileSystem({"a": b"x"})).items():
        if len(arguments) < 5:
            answer = function(*arguments)
            assert answer is None or type(answer) in (int, list, bytes), name


async def test_forged_handles_are_paths_and_no_more(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    async with guest(DirectoryFileSystem(root, writable=True)) as made:
        found = await made.run(
            """const brand = Object.getOwnPropertySymbols(FileSystemHandle.prototype)
                .find((symbol) => symbol.description === "Deno.core.hostObject");
            const forge = (path, isFile) => structuredClone(
                { [brand]: () => ({ type: "AtollFileSystemHandle", isFile, path }) });
            const found = [];
            for (const path of [["..", "secret"], ["../secret"], ["/etc/passwd"], [""], "x", null, [{}]]) {
                found.push(await fails(async () => (await forge(path, true).getFile()).text()));
                found.push(await fails(async () => await names(forge(path, false))));
            }
            return found.filter((name) => name !== "TypeError" && name !== "NotFoundError" &&
                name !== "TypeMismatchError" && name !== "no error")"""
        )
        assert found == []


async def test_polluted_prototypes_see_nothing() -> None:
    async with guest(MemoryFileSystem({"d/f": b"content"})) as made:
        assert await made.isolate.eval(
            """const seen = [];
            const root = await navigator.storage.getDirectory();
            for (const key of ["0", "1", "path", "tag", "id", "create", "recursive", "mode", "at"]) {
                Object.defineProperty(Object.prototype, key, {
                    get() { seen.push([key, typeof this]); }, set(v) { seen.push([key, v]); },
                    configurable: true });
            }
            for (const key of ["0", "1"]) Object.defineProperty(Array.prototype, key, {
                set(v) { seen.push([key, v]); }, configurable: true });
            const hooks = [[Promise.prototype, "then"], [Array.prototype, "push"], [Map.prototype, "get"],
                [WeakMap.prototype, "get"], [Uint8Array.prototype.__proto__, "set"],
                [FinalizationRegistry.prototype, "register"], [String.prototype, "toWellFormed"]];
            const saved = hooks.map(([o, k]) => o[k]);
            const dir = await root.getDirectoryHandle("d", Object.create(null));
            const f = await dir.getFileHandle("f", Object.create(null));
            hooks.forEach(([o, k]) => { if (k !== "then") o[k] = () => { seen.push(k); }; });
            const stream = await f.createWritable(Object.create(null));
            await stream.write("new");
            await stream.close();
            const access = await f.createSyncAccessHandle(Object.create(null));
            const bytes = new Uint8Array(3);
            access.read(bytes, Object.create(null));
            access.close();
            hooks.forEach(([o, k], i) => { o[k] = saved[i]; });
            for (const key of ["0", "1", "path", "tag", "id", "create", "recursive", "mode", "at"])
                delete Object.prototype[key];
            delete Array.prototype[0]; delete Array.prototype[1];
            [seen, ...bytes]"""
        ) == [[], *b"new"]


class Broken(Plain):
    """Raises what it is told to, where it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.error: BaseException | None = None

    def _get(self, path: Path_) -> bytes | None:
        if self.error is not None:
            raise self.error
        return super()._get(path)


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (ValueError("/etc/secret"), "UnknownError"),
        (RecursionError(), "UnknownError"),
        (MemoryError(), "UnknownError"),
        (KeyError("x"), "UnknownError"),
        (OSError(5, "Input/output error", "/etc/secret"), "UnknownError"),
        (OSError(28, "No space left on device"), "QuotaExceededError"),
        (PermissionError(13, "denied", "/etc/secret"), "NotAllowedError"),
        (FileNotFoundError(), "NotFoundError"),
        (TimeoutError(), "UnknownError"),
        (StopIteration(), "UnknownError"),
        (SystemExit("/etc/secret"), "UnknownError"),
        (GeneratorExit(), "UnknownError"),
        (asyncio.CancelledError("/etc/secret"), "UnknownError"),
        (BaseExceptionGroup("/etc/secret", [SystemExit()]), "UnknownError"),
        (type("Own", (BaseException,), {})("/etc/secret"), "UnknownError"),
    ],
)
@pytest.mark.parametrize("blocking", [True, False])
async def test_a_file_system_that_raises_anything(
    error: BaseException, name: str, blocking: bool, caplog: pytest.LogCaptureFixture
) -> None:
    files = Broken()
    files.blocking = blocking  # in a thread, or in the event loop
    async with guest(files) as made:
        await made.run(
            "globalThis.f = await make(dir, 'f', 'x'); globalThis.d = dir;"
            "globalThis.access = await f.createSyncAccessHandle({ mode: 'readwrite-unsafe' });"
            "globalThis.open_ = await f.createSyncAccessHandle({ mode: 'readwrite-unsafe' });"
            "globalThis.tell = async (p) => { try { await p; return 'no error' } catch (e) { return [e.name, e.message] } }"
        )
        files.error = error
        found = await made.isolate.eval(
            """[await tell(d.getFileHandle("f")), await tell(d.getFileHandle("g", { create: true })),
            await tell(d.removeEntry("f")), await tell(d.keys().next()),
            await tell(f.getFile()), await tell(f.createWritable()),
            await tell((async () => { access.truncate(9); access.flush(); })()),
            await tell((async () => access.close())())]"""
        )
        assert made.files.open_count == 1
        await made.isolate.eval("open_.truncate(0)")
        files.error = None
        assert {one[0] for one in found} == {name}
        assert not any("secret" in one[1] for one in found)
        assert await made.isolate.eval("await T.text(await d.getFileHandle('f'))") == "x"
    if name == "UnknownError":
        assert "A file system of an isolate raised" in caplog.text


@pytest.mark.parametrize("blocking", [True, False])
async def test_a_file_system_that_exits_while_it_is_cleaned_up(blocking: bool) -> None:
    given_up = 0

    class Exits(Plain):
        def stage(self, path: Path_, *, keep: bool) -> Staged:
            staged = super().stage(path, keep=keep)
            discard = staged.discard

            def discard_and_exit() -> None:
                nonlocal given_up
                given_up += 1
                discard()
                raise SystemExit

            staged.discard = discard_and_exit  # type: ignore[method-assign]
            return staged

    files = Exits()
    files.blocking = blocking
    async with guest(files) as made:
        await made.run(
            "const f = await dir.getFileHandle('f', { create: true });"
            "globalThis.kept = [await f.createWritable(), await f.createWritable()]"
        )
    assert given_up == 2
    assert made.files.open_count == 0


async def test_a_quota_that_a_number_cannot_count() -> None:
    files = MemoryFileSystem({"f": b"abc"}, max_bytes=2**60)
    async with guest(files) as made:
        estimate = "const { usage, quota } = await navigator.storage.estimate(); [usage, quota]"
        assert await made.isolate.eval(estimate) == [3, 2**53 - 1]


async def test_failures_keep_their_turn() -> None:
    """Promises settle in the order of the calls: § 2.2, the file system queue."""
    for blocking in (True, False):
        files = Plain()
        files.blocking = blocking
        async with guest(files) as made:
            assert await made.run(
                """const log = [];
                const tell = (promise, name) => promise.then(() => log.push(name),
                    (error) => log.push(`${name}: ${error.name}`));
                await Promise.all([tell(dir.getFileHandle("a", { create: true }), "make"),
                    tell(dir.getFileHandle(".."), "no name"), tell(dir.removeEntry("a/b"), "no entry"),
                    tell(dir.getFileHandle("b"), "none"), tell(dir.removeEntry("a"), "remove")]);
                return log"""
            ) == [
                "make",
                "no name: TypeError",
                "no entry: TypeError",
                "none: NotFoundError",
                "remove",
            ]


async def test_a_slow_file_system_does_not_stop_the_event_loop() -> None:
    class Slow(Plain):
        def __init__(self) -> None:
            super().__init__()
            self.entered = threading.Event()
            self.go_on = threading.Event()

        def read(self, path: Path_, offset: int, size: int) -> bytes:
            self.entered.set()
            assert self.go_on.wait(30)
            return super().read(path, offset, size)

    files = Slow()
    files.write(("f",), io.BytesIO(b"content"))
    async with guest(files) as made:
        reading = asyncio.create_task(
            made.isolate.eval(
                "await T.text(await (await navigator.storage.getDirectory()).getFileHandle('f'))"
            )
        )
        while not files.entered.is_set():
            await asyncio.sleep(0)
        # The loop turns, and the guest does other things with the same file system.
        assert await made.isolate.eval("await T.names(await navigator.storage.getDirectory())") == [
            "f"
        ]
        files.go_on.set()
        assert await reading == "content"


async def test_things_that_are_open_are_counted() -> None:
    async with guest(MemoryFileSystem({"f": b""}), max_open=3) as made:
        assert await made.run(
            """const f = await root.getFileHandle("f");
            const streams = [];
            let name = "no error";
            while (name === "no error") {
                name = await fails(f.createWritable().then((stream) => streams.push(stream)));
            }
            await streams[0].abort();
            streams[0] = await f.createWritable();
            return [name, streams.length]"""
        ) == ["QuotaExceededError", 3]
        assert made.files.open_count == 3


async def test_a_deep_tree_is_refused() -> None:
    async with guest(MemoryFileSystem(), max_depth=5) as made:
        assert await made.run(
            """let at = root;
            let depth = 0;
            const name = await fails(async () => {
                for (;; depth++) at = await at.getDirectoryHandle("d", { create: true });
            });
            return [name, depth]"""
        ) == ["TypeError", 5]


async def test_moves_do_not_make_a_tree_deeper_than_it_may_be() -> None:
    files = MemoryFileSystem({"a/b/c/f": b"x", "x/y/z/g": b"y"})
    async with guest(files, max_depth=5) as made:
        assert await made.isolate.eval(
            """const root = await navigator.storage.getDirectory();
            const a = await root.getDirectoryHandle("a");
            const x = await root.getDirectoryHandle("x");
            const y = await x.getDirectoryHandle("y");
            [await T.fails(a.move(y)), await T.fails(a.move(x)), await T.names(x)]"""
        ) == ["TypeError", "no error", ["a", "y"]]


class Crowd(Plain):
    """A directory of a million files that are nowhere."""

    given = 0
    closed = False

    def scan(self, path: Path_) -> Iterator[tuple[str, Kind]]:
        try:
            for number in range(1_000_000):
                self.given += 1
                yield f"a file with the number {number}", "file"
        finally:
            self.closed = True


async def test_a_directory_is_listed_no_further_than_the_guest_goes() -> None:
    files = Crowd()
    async with guest(files) as made:
        assert (
            await made.isolate.eval(
                """const root = await navigator.storage.getDirectory();
            let count = 0;
            for await (const name of root.keys()) if (++count === 2500) break;
            count"""
            )
            == 2500
        )
        assert files.given <= 3001
        while made.files.open_count:
            await made.isolate.eval("0")
        assert files.closed


async def test_a_million_entries_need_no_more_memory_than_a_thousand() -> None:
    files = Crowd()
    async with guest(files) as made:
        await made.isolate.eval(
            """globalThis.names_ = (await navigator.storage.getDirectory()).keys();
            globalThis.seen = 0;
            globalThis.list = async (most) => {
                for (; most > 0; most--) {
                    const { value, done } = await names_.next();
                    if (done) return true;
                    if (value !== `a file with the number ${seen}`) throw new Error(value);
                    seen++;
                }
                return false;
            }; undefined"""
        )
        assert await made.isolate.eval("await list(10_000)") is False

        async def used() -> tuple[int, int]:
            await made.isolate.collect_garbage()
            gc.collect()
            return (await made.isolate.statistics()).heap_used, tracemalloc.get_traced_memory()[0]

        tracemalloc.start()
        try:
            before = await used()
            tracemalloc.reset_peak()
            # In parts, as one call may not take as long on a busy machine.
            while not await made.isolate.eval("await list(100_000)"):
                now = await used()
                # The names alone would be 4 MiB for each of these parts.
                assert now[0] - before[0] < 2 * MiB
                assert now[1] - before[1] < MiB
            assert tracemalloc.get_traced_memory()[1] - before[1] < 4 * MiB
        finally:
            tracemalloc.stop()
        assert await made.isolate.eval("seen") == files.given == 1_000_000
        assert files.closed
        assert made.files.open_count == 0


async def test_names_that_cannot_be_do_not_end_a_listing() -> None:
    class Odd(Plain):
        def scan(self, path: Path_) -> Iterator[tuple[str, Kind]]:
            for number in range(5000):
                yield f"n{number}", "file"
                if number % 1500 == 0:
                    yield "a/b", "file"
                    yield from (("\udcff", "file") for _ in range(2500))

    async with guest(Odd()) as made:
        listing = "(await T.names(await navigator.storage.getDirectory())).length"
        assert await made.isolate.eval(listing) == 5000


HUGE = 2**53


class Claims(Plain):
    """Says of its files what it is told to say."""

    def __init__(self, **claims: Any) -> None:
        super().__init__()
        self.entries["f",] = b"abcdef"
        self.claims = claims

    def stat(self, path: Path_) -> Stat:
        return (
            dataclasses.replace(super().stat(path), **self.claims) if path else super().stat(path)
        )


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        *(({"size": size}, "UnknownError") for size in (-1, 1.5, "6", None, b"x")),
        *(({"kind": kind}, "UnknownError") for kind in ("link", None, "/etc/secret")),
        *(({"size": size}, "NotReadableError") for size in (HUGE, 2**63 - 1, 2**70)),
        *(({"modified": time}, "UnknownError") for time in (float("nan"), None, "now")),
        *(({"modified": time}, 8.64e15) for time in (1e300, 2**62, float("inf"))),
        ({"modified": -1e300}, -8.64e15),
        ({"modified": 1.5}, 1500),
    ],
)
@pytest.mark.parametrize("blocking", [True, False])
async def test_what_cannot_be_known_of_a_file(
    claims: dict[str, Any], expected: str | float, blocking: bool
) -> None:
    files = Claims(**claims)
    files.blocking = blocking
    async with guest(files) as made:
        assert (
            await made.isolate.eval(
                """await (async () => {
                try {
                    const root = await navigator.storage.getDirectory();
                    const file = await (await root.getFileHandle("f")).getFile();
                    return file.lastModified;
                } catch (error) {
                    return error.message.includes("secret") ? error.message : error.name;
                }
            })()"""
            )
            == expected
        )


@pytest.mark.parametrize(
    "give",
    [
        lambda data: data.decode(),
        lambda data: list(data),
        lambda data: ["!", "TypeError", "forged"],
        lambda data: None,
        lambda data: 5,
        lambda data: memoryview(bytes(6 * 8)).cast("d"),
        lambda data: data + b"more",
    ],
)
async def test_a_file_system_that_reads_no_bytes(give: Callable[[bytes], Any]) -> None:
    class Opened:
        def __init__(self, content: Any) -> None:
            self.content = content

        def read(self, offset: int, size: int) -> Any:
            return self.content

        read_now = read

        def size(self) -> int:
            return HUGE

        def close(self) -> None:
            pass

    class Odd(Plain):
        def read(self, path: Path_, offset: int, size: int) -> Any:
            return give(super().read(path, offset, size))

        def open(self, path: Path_, *, writable: bool) -> Any:
            return Opened(give(b"abcdef"))

    for blocking in (True, False):
        files = Odd()
        files.blocking = blocking
        files.entries["f",] = b"abcdef"
        async with guest(files) as made:
            assert await made.isolate.eval(
                """const root = await navigator.storage.getDirectory();
                const f = await root.getFileHandle("f");
                const access = await f.createSyncAccessHandle();
                const buffer = new Uint8Array(6);
                const found = [await T.fails(T.text(f)), await T.fails(() => access.read(buffer)),
                    await T.fails(() => access.getSize())];
                access.close();
                [...found, ...buffer]"""
            ) == ["UnknownError", "UnknownError", "NotReadableError", *bytes(6)]


async def test_the_observer_hears_of_everything() -> None:
    heard: list[Access] = []
    async with guest(MemoryFileSystem({"f": b"content"}), heard.append) as made:
        heard.clear()
        await made.isolate.eval(
            """const root = await navigator.storage.getDirectory();
            const f = await root.getFileHandle("f");
            await T.text(f);
            await T.put(f, "new");
            await f.move("g");
            await T.fails(root.getFileHandle("none"));
            await T.fails(root.removeEntry("../x"));
            const access = await f.createSyncAccessHandle();
            access.write(new Uint8Array(5));
            access.close();
            await f.remove();"""
        )
        told = [(a.operation, a.path, a.target, a.bytes, a.error) for a in heard]
    assert told == [
        ("look", "f", None, None, None),
        ("look", "f", None, None, None),
        ("read", "f", None, 7, None),
        ("write", "f", None, None, None),
        ("commit", "f", None, None, None),
        ("move", "f", "g", None, None),
        ("look", "none", None, None, "NotFoundError"),
        ("open", "g", None, None, None),
        ("write", "g", None, 5, None),
        ("remove", "g", None, None, None),
    ]


async def test_an_observer_that_raises(caplog: pytest.LogCaptureFixture) -> None:
    def raise_it(_: Access) -> None:
        raise ValueError

    async with guest(MemoryFileSystem(), raise_it) as made:
        assert await made.run("return await text(await make(dir, 'f', 'x'))") == "x"
    assert caplog.text.count("on_access") == 1


async def test_two_isolates_share_locks_and_files() -> None:
    files = MemoryFileSystem({"f": b"old"})
    async with guest(files) as one, guest({"/": files}) as two:  # type: ignore[arg-type]
        await one.isolate.eval(
            "globalThis.f = await (await navigator.storage.getDirectory()).getFileHandle('f');"
            "globalThis.stream = await f.createWritable({ mode: 'exclusive' }); undefined"
        )
        other = "const f = await (await navigator.storage.getDirectory()).getFileHandle('f');"
        assert (
            await two.isolate.eval(other + "await T.fails(f.createWritable())")
            == "NoModificationAllowedError"
        )
        await one.isolate.eval("await stream.write('new'); await stream.close()")
        assert await two.isolate.eval("await T.text(f)") == "new"


async def test_memory_stays_where_it_is_for_a_large_file() -> None:
    class Endless(FileSystem):
        """A file of 10 GiB that is made up as it is read."""

        blocking = False
        read_bytes_ = 0

        def stat(self, path: Path_) -> Stat:
            return Stat("file", 10 * 2**30, version="1") if path else Stat("directory")

        def scan(self, path: Path_) -> Any:
            yield "huge", "file"

        def read(self, path: Path_, offset: int, size: int) -> bytes:
            self.read_bytes_ += size
            return (offset % 251).to_bytes() * size

        def write(self, path: Path_, content: BinaryIO) -> None:
            raise AssertionError

    files = Endless()
    async with guest(files) as made:
        began = time.monotonic()
        assert await made.isolate.eval(
            """const file = await (await (await navigator.storage.getDirectory())
                .getFileHandle("huge")).getFile();
            const slice = file.slice(5 * 2 ** 30, 5 * 2 ** 30 + 3);
            [file.size, slice.size, (await slice.bytes()).length, file.slice(-5).size]"""
        ) == [10 * 2**30, 3, 3, 5]
        assert files.read_bytes_ == 3
        assert time.monotonic() - began < 30
