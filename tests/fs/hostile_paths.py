"""Attacks on `DirectoryFileSystem`, as a program: `python hostile_paths.py FOLDER [USER]`.

For each path, each operation is tried on a tree that was made for it, with a secret beside it. What
must hold afterwards: the secret was not read, and nothing outside the root has changed. Prints the
number of attacks and a line for each that got through.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import socket
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from atoll.fs import DirectoryFileSystem

SECRET = b"the secret of the machine"
DIRTY = b"written by a guest"

# Names of the tree's entries; `build` makes them.
LINKS_TO_FILES = (
    *("to-secret", "to-secret-absolute", "to-secret-twice", "to-device", "to-fifo", "to-inside"),
    *("to-proc-root", "dangling", "loop", "to-shadow", "hard", "deep/to-secret", "deep/hard"),
)
LINKS_TO_DIRECTORIES = (
    *("to-outside", "to-outside-absolute", "to-parent", "to-root", "to-proc", "to-fd"),
    *("to-self", "to-deep", "deep/to-outside", "to-outside-twice"),
)
SPECIAL = ("fifo", "socket", "device", "deep/fifo")

PATHS: list[tuple[str, ...]] = [
    *(tuple(name.split("/")) for name in (*LINKS_TO_FILES, *LINKS_TO_DIRECTORIES, *SPECIAL)),
    *((*name.split("/"), "secret") for name in LINKS_TO_DIRECTORIES),
    *((*name.split("/"), "new") for name in LINKS_TO_DIRECTORIES),
    *((name, "etc", "passwd") for name in ("to-root", "to-proc-root")),
    ("to-outside", "folder", "inner"),
    ("to-outside", "folder", "new"),
    ("to-proc", "self", "root", "etc", "passwd"),
    ("to-proc", "self", "cwd", "secret"),
    ("to-fd", "0"),
    ("deep", "to-outside", "secret"),
    ("inside", "secret"),
    ("fifo", "x"),
    ("to-secret", "x"),
    # Names that the host half refuses before any file system sees them.
    ("..",),
    ("..", "outside", "secret"),
    ("deep", "..", "..", "outside", "secret"),
    ("deep", "..", "to-secret"),
    (".", "to-secret"),
    ("/etc/passwd",),
    ("/", "etc", "passwd"),
    ("",),
    ("", "etc", "passwd"),
    ("deep/../../outside/secret",),
    ("deep/../../outside", "new"),
    ("../outside/secret",),
    ("a\0b",),
    ("..\0", "secret"),
    ("deep", "../../outside/secret"),
    ("\udcff",),
    (".atoll-0123456789abcdef0123456789abcdef",),
    ("deep", ".atoll-x"),
    ("x" * 4096,),
    (("d",) * 3000),
]


def build(folder: Path) -> None:
    """A root full of traps, and what is outside it."""
    for name in ("root", "outside"):
        shutil.rmtree(folder / name, ignore_errors=True)
    root, outside = folder / "root", folder / "outside"
    (outside / "folder").mkdir(parents=True)
    (outside / "secret").write_bytes(SECRET)
    (outside / "folder" / "inner").write_bytes(SECRET)
    (root / "deep").mkdir(parents=True)
    (root / "inside").write_bytes(b"fine")
    links = {
        "to-secret": "../outside/secret",
        "to-secret-absolute": f"{outside}/secret",
        "to-secret-twice": "to-secret",
        "to-device": "/dev/zero",
        "to-fifo": "fifo",
        "to-inside": "inside",
        "to-proc-root": "/proc/self/root",
        "dangling": "../outside/new",
        "loop": "loop",
        "to-shadow": "/etc/shadow",
        "deep/to-secret": "../../outside/secret",
        "to-outside": "../outside",
        "to-outside-absolute": str(outside),
        "to-parent": "..",
        "to-root": "/",
        "to-proc": "/proc",
        "to-fd": "/proc/self/fd",
        "to-self": ".",
        "to-deep": "deep",
        "deep/to-outside": "../../outside",
        "to-outside-twice": "to-outside",
    }
    for name, target in links.items():
        os.symlink(target, root / name)
    os.link(outside / "secret", root / "hard")
    os.link(outside / "secret", root / "deep" / "hard")
    os.mkfifo(root / "fifo")
    os.mkfifo(root / "deep" / "fifo")
    with socket.socket(socket.AF_UNIX) as server, contextlib.chdir(root):
        server.bind("socket")
    if os.geteuid() == 0:
        os.mknod(root / "device", 0o666 | stat.S_IFCHR, os.makedev(1, 5))
    else:
        os.symlink("/dev/zero", root / "device")


def outside_now(folder: Path) -> dict[str, bytes | None]:
    outside = folder / "outside"
    return {
        str(path.relative_to(outside)): path.read_bytes() if path.is_file() else None
        for path in sorted(outside.rglob("*"))
    }


Attack = Callable[[DirectoryFileSystem, tuple[str, ...]], object]


def stage(keep: bool) -> Attack:
    def attack(files: DirectoryFileSystem, path: tuple[str, ...]) -> object:
        staged = files.stage(path, keep=keep)
        try:
            staged.write(3, DIRTY)
            staged.commit()
        finally:
            staged.discard()
        return b""

    return attack


def edit(writable: bool) -> Attack:
    def attack(files: DirectoryFileSystem, path: tuple[str, ...]) -> object:
        file = files.open(path, writable=writable)
        try:
            content = file.read(0, 100)
            if writable:
                file.write(0, DIRTY)
            return content
        finally:
            file.close()

    return attack


def read_it(files: DirectoryFileSystem, path: tuple[str, ...]) -> object:
    return files.read_version(path, 0, 100, files.stat(path).tag)


ATTACKS: dict[str, Attack] = {
    "stat": lambda files, path: files.stat(path),
    "scan": lambda files, path: list(files.scan(path)),
    "read": lambda files, path: files.read(path, 0, 100),
    "read_version": read_it,
    "create": lambda files, path: files.create(path),
    "write": lambda files, path: files.write(path, io.BytesIO(DIRTY)),
    "make_directory": lambda files, path: files.make_directory(path),
    "remove": lambda files, path: files.remove(path),
    "remove_tree": lambda files, path: files.remove_tree(path),
    "move from": lambda files, path: files.move(path, ("moved",)),
    "move to": lambda files, path: files.move(("inside",), path),
    "stage": stage(False),
    "stage, keeping": stage(True),
    "open": edit(False),
    "edit": edit(True),
}


def attacks(folder: Path, use_openat2: bool) -> Iterator[str | None]:
    """None for each attack that failed, and what it did for one that did not."""
    before: dict[str, bytes | None] = {}
    is_fresh = False
    for path in PATHS:
        for name, attack in ATTACKS.items():
            if not is_fresh:
                build(folder)
                before = outside_now(folder)
            is_fresh = True
            files = DirectoryFileSystem(folder / "root", writable=True, _use_openat2=use_openat2)
            what = f"{name} of {path!r:.80}, {'openat2' if use_openat2 else 'walk'}"
            try:
                result = attack(files, path)
                is_fresh = False  # it may have changed what it was allowed to
            except (OSError, ValueError):
                result = b""
            except BaseException as error:
                yield f"{what}: raised {error!r}"
                continue
            finally:
                files.close()
            if isinstance(result, bytes) and (SECRET in result or b"root:" in result):
                yield f"{what}: read {result!r}"
            elif isinstance(result, list) and any(name == "secret" for name, _ in result):
                yield f"{what}: listed {result!r}"
            elif outside_now(folder) != before:
                yield f"{what}: changed {outside_now(folder)!r}"
            elif any(entry.startswith(".atoll-") for entry in os.listdir(folder / "root")):
                yield f"{what}: left a temporary file"
            else:
                yield None


def main(folder: str, user: str | None = None) -> None:
    if user is not None:  # everything is imported: Python may lie where only root may read
        os.setgroups([])
        os.setgid(int(user))
        os.setuid(int(user))
    count = 0
    for use_openat2 in (True, False):
        for finding in attacks(Path(folder), use_openat2):
            count += 1
            if finding is not None:
                print(finding)
    print(len(PATHS), count, os.geteuid())


if __name__ == "__main__":
    main(*sys.argv[1:])
