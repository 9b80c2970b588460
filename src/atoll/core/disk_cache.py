"""A cache on disk that only the host writes: small, bounded, and never the cause of a failure.

An entry is a file named by the SHA-256 of everything that its content depends on, so that there is
nothing to invalidate. It begins with a checksum of the rest: whatever is cut short, damaged or of
another format is treated as absent and written anew. The folder belongs to the user of the host
alone; one that others could write to is not used at all, as what comes out of it is executed.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import logging
import os
import sys
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from atoll.limits import MiB

logger = logging.getLogger("atoll.cache")

ENVIRONMENT_VARIABLE: Final = "ATOLL_CACHE_DIR"
_MAGIC: Final = b"atoll cache 1\n"
_SUM: Final = 32
_MEMORY: Final = 16 * MiB
_LARGEST: Final = 64 * MiB
_SWEEPS: Final = 16
"""How often a cache is swept while its whole size is written once."""


def default_directory() -> Path:
    """The folder for caches: ``$ATOLL_CACHE_DIR``, or where the platform keeps caches."""
    chosen = os.environ.get(ENVIRONMENT_VARIABLE)
    if chosen:
        return Path(chosen)
    if sys.platform == "darwin":
        return Path("~/Library/Caches/atoll").expanduser()
    base = os.environ.get("XDG_CACHE_HOME") or ""
    # The XDG Base Directory Specification: relative paths are invalid and ignored.
    return (Path(base) if base.startswith("/") else Path("~/.cache").expanduser()) / "atoll"


class DiskCache:
    """Bytes by key, on disk and, while they are used, in memory. All methods are thread-safe.

    Attributes:
        directory: where it is.
        max_size: bytes on disk beyond which the entries not used for longest are removed.
    """

    def __init__(
        self, directory: str | os.PathLike[str] | None = None, *, max_size: int = 256 * MiB
    ) -> None:
        """Describe a cache; its folder is made by the first write.

        Args:
            directory: by default ``$ATOLL_CACHE_DIR``, or the platform's folder for caches.
            max_size: bytes.
        """
        if max_size < 0:
            raise ValueError(f"max_size is a number of bytes, not {max_size}")
        self.directory = default_directory() if directory is None else Path(directory)
        self.max_size = max_size
        self._lock = threading.Lock()
        self._memory: OrderedDict[str, bytes] = OrderedDict()
        self._memory_size = 0
        self._unswept = max_size
        self._usable: bool | None = None

    @staticmethod
    def key(*parts: bytes) -> str:
        """A key for content that depends on these parts and nothing else."""
        digest = hashlib.sha256()
        for part in parts:
            digest.update(len(part).to_bytes(8, "little"))
            digest.update(part)
        return digest.hexdigest()

    def get(self, key: str) -> bytes | None:
        """The content of an entry, or ``None`` when there is none that is whole."""
        with self._lock:
            found = self._memory.get(key)
            if found is not None:
                self._memory.move_to_end(key)
                return found
        if not self._may_use():
            return None
        path = self._path(key)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        header = len(_MAGIC) + _SUM
        content = data[header:]
        expected = data[len(_MAGIC) : header]
        if not data.startswith(_MAGIC) or hashlib.sha256(content).digest() != expected:
            logger.debug("A damaged cache entry is ignored: %s", path)
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # when it was last used
        self._remember(key, content)
        return content

    def put(self, key: str, content: bytes) -> None:
        """Keep an entry. Where that is not possible, nothing happens."""
        self._remember(key, content)
        if len(content) > min(_LARGEST, self.max_size) or not self._may_use(create=True):
            return
        path = self._path(key)
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            self._write(path, _MAGIC + hashlib.sha256(content).digest() + content)
        except OSError as error:
            logger.debug("A cache entry could not be written: %s", error)
            return
        with self._lock:
            self._unswept += len(content)
            due = self._unswept > self.max_size // _SWEEPS
            if due:
                self._unswept = 0
        if due:
            self.sweep()

    def sweep(self) -> None:
        """Remove the entries not used for longest until a quarter of the size is free."""
        entries: list[tuple[float, int, str]] = []
        with contextlib.suppress(OSError):
            for folder in self.directory.iterdir():
                if len(folder.name) == 2 and folder.is_dir() and not folder.is_symlink():
                    entries += _entries(folder)
        size = sum(entry[1] for entry in entries)
        if size <= self.max_size:
            return
        for _, length, path in sorted(entries):
            with contextlib.suppress(OSError):
                Path(path).unlink()
            size -= length
            if size <= self.max_size * 3 // 4:
                break

    def clear_memory(self) -> None:
        """Forget what is in memory; the disk keeps it."""
        with self._lock:
            self._memory.clear()
            self._memory_size = 0

    def _path(self, key: str) -> Path:
        return self.directory / key[:2] / key[2:]

    def _remember(self, key: str, content: bytes) -> None:
        if len(content) > _MEMORY // 4:
            return
        with self._lock:
            previous = self._memory.pop(key, b"")
            self._memory[key] = content
            self._memory_size += len(content) - len(previous)
            while self._memory_size > _MEMORY:
                self._memory_size -= len(self._memory.popitem(last=False)[1])

    def _may_use(self, *, create: bool = False) -> bool:
        if self._usable is None or create:
            try:
                if create:
                    self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
                status = self.directory.stat()
            except FileNotFoundError:
                return False
            except OSError as error:
                logger.debug("No cache: %s", error)
                return False
            usable = status.st_uid == os.geteuid() and not status.st_mode & 0o022
            if not usable and self._usable is None:
                logger.warning(
                    "%s is not used as a cache: it must belong to this user (uid %d) and be "
                    "writable by nobody else. Run `chmod 700` on it, or set %s.",
                    self.directory,
                    os.geteuid(),
                    ENVIRONMENT_VARIABLE,
                )
            self._usable = usable
        return self._usable

    def _write(self, path: Path, data: bytes) -> None:
        # In the same folder, so that the rename is atomic; mkstemp makes it private.
        descriptor, temporary = tempfile.mkstemp(dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            Path(temporary).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise


def _entries(folder: Path) -> Iterable[tuple[float, int, str]]:
    with contextlib.suppress(OSError), os.scandir(folder) as files:
        for file in files:
            status = file.stat(follow_symlinks=False)
            yield (status.st_mtime, status.st_size, file.path)


def shared_cache() -> DiskCache:
    """The cache that everything in this process uses unless told otherwise."""
    return _shared_cache(default_directory())


@functools.cache
def _shared_cache(directory: Path) -> DiskCache:
    return DiskCache(directory)
