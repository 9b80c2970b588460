"""Names that are left behind: by hosts that were killed, and for want of descriptors."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from atoll.fs import DirectoryFileSystem, MemoryFileSystem
from atoll.fs import _hidden as hidden
from atoll.fs._service import Service

from .support import guest

KILLED = """
import os, signal, sys
from atoll.fs import DirectoryFileSystem
files = DirectoryFileSystem(sys.argv[1], writable=True)
files._has_tmpfile = False
staged = files.stage(("f",), keep=True)
staged.write(0, bytes(100_000))
os.kill(os.getpid(), signal.SIGKILL)
"""


@contextlib.contextmanager
def descriptors_left(count: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    held: list[int] = []
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 256), hard))
    try:
        with contextlib.suppress(OSError):
            while True:
                held.append(os.open("/dev/null", os.O_RDONLY))
        for _ in range(count):
            os.close(held.pop())
        yield
    finally:
        for fd in held:
            os.close(fd)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("tmpfile", [True, False])
@pytest.mark.parametrize("content", [b"", b"old"])
def test_without_descriptors(tmp_path: Path, tmpfile: bool, content: bytes) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    files = DirectoryFileSystem(tmp_path, writable=True)
    files._has_tmpfile = files._has_tmpfile and tmpfile
    names = set()
    for count in range(10):
        (folder / "f").write_bytes(content)
        service = Service(files, None, max_depth=64, max_open=8)
        service.worker.inline = True
        call = service.functions()
        before = len(os.listdir("/proc/self/fd"))
        with descriptors_left(count):
            number = call["stage"](["folder", "f"], False, "siloed")
            answers = [number]
            if type(number) is int:
                answers += [call["write"](number, 0, b"new"), call["commit"](number)]
            answers.append(call["lookup"](["folder", "f"], "file", False))
        names |= {answer[1] for answer in answers if type(answer) is list and answer[0] == "!"}
        assert len(os.listdir("/proc/self/fd")) == before
        assert os.listdir(folder) == ["f"]
        done = [answer for answer in answers if answer is None or type(answer) is int]
        assert (folder / "f").read_bytes() == (b"new" if len(done) >= 3 else content)
    files.close()
    assert names == {"QuotaExceededError"}
    assert (folder / "f").read_bytes() == b"new"


async def test_what_a_killed_host_has_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "f").write_bytes(b"old")
    for name in (".atoll-notes", ".atoll-" + "0" * 31):
        (tmp_path / name).touch()  # not ours
    (tmp_path / (".atoll-" + "0" * 32)).mkdir()
    ours = set(os.listdir(tmp_path))
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], check=False)
    assert done.returncode == -signal.SIGKILL
    assert (tmp_path / "f").read_bytes() == b"old"
    (left,) = set(os.listdir(tmp_path)) - ours
    files = DirectoryFileSystem(tmp_path, writable=True)
    files._has_tmpfile = False
    reader = DirectoryFileSystem(tmp_path)
    used = files.stage(("f",), keep=False)
    async with guest(files) as made, guest(reader) as only_reads:
        listing = "await T.names(await navigator.storage.getDirectory())"
        assert await made.isolate.eval(listing) == ["f"]
        assert left in os.listdir(tmp_path)  # it may be of now
        monkeypatch.setattr(hidden, "_OLD", -1.0)
        assert await only_reads.isolate.eval(listing) == ["f"]
        assert left in os.listdir(tmp_path)
        assert await made.isolate.eval(listing) == ["f"]
        assert left not in os.listdir(tmp_path)
        used.write(0, b"new")  # of a writer that has it open all the time
        used.commit()
    assert (tmp_path / "f").read_bytes() == b"new"
    assert set(os.listdir(tmp_path)) == ours


def test_nobody_who_waits_at_a_fifo_is_let_go(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    files = DirectoryFileSystem(tmp_path, writable=True)
    service = Service(files, None, max_depth=64, max_open=8)
    service.worker.inline = True
    call: dict[str, Any] = dict(service.functions())
    failed: list[OSError] = []

    def write() -> None:
        try:
            with (tmp_path / "fifo").open("wb", buffering=0) as fifo:
                fifo.write(b"for the other end")
        except OSError as error:
            failed.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    state = Path(f"/proc/self/task/{writer.native_id}/stat")
    while state.read_text().split()[2] == "R":
        pass
    for _ in range(100):
        assert call["read"](["fifo"], "forged", 0, 10)[1] == "TypeMismatchError"
        assert call["stage"](["fifo"], False, "siloed")[1] == "TypeMismatchError"
        assert call["open"](["fifo"], "read-only")[1] == "TypeMismatchError"
    assert (tmp_path / "fifo").read_bytes() == b"for the other end"
    writer.join()
    files.close()
    assert failed == []


def test_exported_names_may_be_those_that_are_hidden(tmp_path: Path) -> None:
    """A guest must not be able to keep its owner from taking out what it has written."""
    mapping = {".atoll-x": b"a", "d/.atoll-y/z": b"b", "plain": b"c", ".atoll-" + "0" * 32: b"d"}
    MemoryFileSystem(mapping).export_to(tmp_path)
    found = {p.relative_to(tmp_path).as_posix(): p for p in tmp_path.rglob("*") if p.is_file()}
    assert {name: path.read_bytes() for name, path in found.items()} == mapping
