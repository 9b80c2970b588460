"""Whose a file is, and who may do what with it, after a guest has written to it."""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from atoll.fs import DirectoryFileSystem

USER, TEAM, STRANGERS = 4711, 4712, 4713
ACL = "system.posix_acl_access"

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be several users")


@pytest.fixture
def files(tmp_path: Path) -> Iterator[DirectoryFileSystem]:
    made = DirectoryFileSystem(tmp_path, writable=True)
    yield made
    made.close()


@contextlib.contextmanager
def as_user(*groups: int) -> Iterator[None]:
    before = os.getgroups()
    os.setgroups(groups)
    os.setegid(USER)
    os.seteuid(USER)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(before)


def make(path: Path, mode: int, user: int = -1, group: int = -1, content: bytes = b"old") -> Path:
    path.write_bytes(content)
    if os.geteuid() == 0:
        os.chown(path, user, group)
    path.chmod(mode)
    return path


def rights(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return found.st_uid, found.st_gid, found.st_mode & 0o7777


@needs_root
@pytest.mark.parametrize("tmpfile", [True, False])
def test_roots_files_keep_their_group(
    files: DirectoryFileSystem, tmp_path: Path, tmpfile: bool
) -> None:
    files._has_tmpfile = files._has_tmpfile and tmpfile
    f = make(tmp_path / "f", 0o640, 0, TEAM)
    files.write_bytes("f", b"new")
    assert rights(f) == (0, TEAM, 0o640)


@needs_root
@pytest.mark.parametrize(("groups", "expected"), [([TEAM], (TEAM, 0o664)), ([], (USER, 0o644))])
def test_no_other_group_gets_the_rights_of_the_old_one(
    files: DirectoryFileSystem, tmp_path: Path, groups: list[int], expected: tuple[int, int]
) -> None:
    os.chown(tmp_path, USER, USER)
    f = make(tmp_path / "f", 0o664, USER, TEAM)
    with as_user(*groups):
        files.write_bytes("f", b"new")
    assert f.read_bytes() == b"new"
    assert rights(f) == (USER, *expected)


@needs_root
def test_a_file_that_may_not_be_written_to_is_not_replaced(
    files: DirectoryFileSystem, tmp_path: Path
) -> None:
    os.chown(tmp_path, USER, USER)
    own = make(tmp_path / "own", 0o444, USER, USER)
    roots = make(tmp_path / "roots", 0o644, 0, 0)
    empty = make(tmp_path / "empty", 0o444, USER, USER, b"")
    with as_user():
        for name in ("own", "roots", "empty"):
            with pytest.raises(PermissionError):
                files.write_bytes(name, b"new")
    assert own.read_bytes() == roots.read_bytes() == b"old"
    assert empty.read_bytes() == b""


@needs_root
def test_root_without_the_right_to_give_files_away(
    files: DirectoryFileSystem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(fd: int, user: int, group: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "fchown", refuse)
    f = make(tmp_path / "f", 0o660, USER, TEAM)
    opened = os.listdir("/proc/self/fd")
    files.write_bytes("f", b"new")
    assert rights(f) == (0, 0, 0o600)
    assert len(os.listdir("/proc/self/fd")) == len(opened)


def write_at_once(files: DirectoryFileSystem, name: str) -> None:
    files.write_bytes(name, b"new")


def write_in_place(files: DirectoryFileSystem, name: str) -> None:
    file = files.open((name,), writable=True)
    file.write(0, b"new")
    file.close()


@pytest.mark.parametrize("write", [write_at_once, write_in_place])
@pytest.mark.parametrize("content", [b"old", b""])
@pytest.mark.parametrize("mode", [0o4755, 0o2755, 0o6755])
def test_no_program_of_a_guests_is_run_as_somebody_else(
    files: DirectoryFileSystem,
    tmp_path: Path,
    write: Callable[[DirectoryFileSystem, str], None],
    content: bytes,
    mode: int,
) -> None:
    f = make(tmp_path / "f", mode, content=content)
    write(files, "f")
    assert f.read_bytes() == b"new"
    assert f.stat().st_mode & 0o7777 == 0o755


def access_list(**bits: int) -> bytes:
    """`acl(5)`, as the kernel takes it: for the user `USER`, beside the three of the mode."""
    entries = [(1, bits["owner"], -1), (2, bits["user"], USER), (4, bits["group"], -1)]
    entries += [(0x10, bits["mask"], -1), (0x20, bits["other"], -1)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)


def test_access_lists_and_attributes_are_kept(files: DirectoryFileSystem, tmp_path: Path) -> None:
    f = make(tmp_path / "f", 0o640)
    try:
        os.setxattr(f, "user.note", b"the owner's")
        os.setxattr(f, ACL, access_list(owner=6, user=6, group=0, mask=6, other=0))
    except OSError as error:
        pytest.skip(f"a file system without access control lists: {error}")
    found = os.getxattr(f, ACL)
    files.write_bytes("f", b"new")
    assert f.read_bytes() == b"new"
    assert os.getxattr(f, "user.note") == b"the owner's"
    # Without it, the group would have the rights of the mask.
    assert os.getxattr(f, ACL) == found
    assert f.stat().st_mode & 0o777 == 0o660


def test_nobody_gets_the_rights_that_new_files_have_there(
    files: DirectoryFileSystem, tmp_path: Path
) -> None:
    f = make(tmp_path / "f", 0o640)
    every = access_list(owner=7, user=7, group=7, mask=7, other=7)
    try:
        os.setxattr(tmp_path, "system.posix_acl_default", every)
    except OSError as error:
        pytest.skip(f"a file system without access control lists: {error}")
    files.write_bytes("f", b"new")
    assert ACL not in os.listxattr(f)
    assert f.stat().st_mode & 0o777 == 0o640
