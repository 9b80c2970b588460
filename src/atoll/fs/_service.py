"""The host functions of the guest half. Whatever the guest passes is checked here.

The guest names entries by their paths, as lists of names from the root, and open streams and access
handles by numbers. Nothing else that it could send means anything, so there is nothing to forge: a
path that it makes up is one that it could have walked to.
"""

from __future__ import annotations

import contextlib
import itertools
import mimetypes
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final, NoReturn

from atoll.fs._access import Access, Observer, Operation
from atoll.fs._errors import Failed, Failure
from atoll.fs._locks import LockTable, Mode, locks_of
from atoll.fs._names import is_valid_name
from atoll.fs._open import Opened, OpenTable
from atoll.fs._owner import walk
from atoll.fs._protocol import FileSystem, Kind, OpenFile, Path, Staged, Stat
from atoll.fs._work import Worker
from atoll.limits import MiB

Answer = Awaitable[Any] | Any

LARGEST_READ: Final = 8 * MiB
_PAGE: Final = 1000
_LARGEST_FILE: Final = 2**53 - 1
_NOW: Final = 256 * 1024
"""Bytes that are read or written in the isolate's own thread when that does not have to wait."""
_SMALL: Final = 64 * 1024
"""Bytes that are read or written in little more time than none."""
_CHUNK: Final = MiB
"""Bytes of new content that are written at once: to the page cache, as long as that has room."""
_CARRIED: Final = 8 * 1024
"""Bytes of a file that are sent along with what is known of it, as they are wanted next."""
_KINDS: Final[dict[object, Kind]] = {"file": "file", "directory": "directory"}
_WRITER_MODES: Final[dict[object, Mode]] = {"siloed": "siloed", "exclusive": "exclusive"}
_SYNC_MODES: Final[dict[object, Mode]] = {
    "readwrite": "exclusive",
    "read-only": "read-only",
    "readwrite-unsafe": "readwrite-unsafe",
}
# Python's own table, not the machine's, so that it is the same everywhere.
_TYPES: Final = mimetypes.MimeTypes()
_LOCKED: Final = "a stream or access handle is open there"


class Listing:
    """A directory that is being listed."""

    def __init__(self, entries: Iterator[tuple[str, Kind]]) -> None:
        self._entries = entries

    def page(self) -> list[str | bool]:
        """Names, each with whether it is a directory; empty at the end."""
        page: list[str | bool] = []
        for name, kind in itertools.islice(self._entries, _PAGE):
            if is_valid_name(name):
                page += (name, kind == "directory")
        return page

    def close(self) -> None:
        close = getattr(self._entries, "close", None)
        if close is not None:
            close()


class Writer:
    """The next content of a file, and the lock for it."""

    def __init__(self, staged: Staged, path: str, lock: _Lock) -> None:
        self.staged = staged
        self.path = path
        self.lock = lock

    def close(self) -> None:
        try:
            self.staged.discard()
        finally:
            self.lock.release()


class SyncFile:
    """A file that is open in place, and the lock for it."""

    def __init__(self, file: OpenFile, path: str, lock: _Lock, *, writable: bool) -> None:
        self.file = file
        self.path = path
        self.lock = lock
        self.writable = writable

    def close(self) -> None:
        try:
            self.file.close()
        finally:
            self.lock.release()


class _Lock:
    def __init__(self, table: LockTable, path: Path) -> None:
        self._table = table
        self._path = path

    def release(self) -> None:
        self._table.release(self._path)


class Service:
    """What one isolate may do with one file system."""

    def __init__(
        self,
        filesystem: FileSystem,
        observer: Observer | None,
        *,
        max_depth: int,
        max_open: int,
    ) -> None:
        self._filesystem = filesystem
        self._observer = observer
        self._max_depth = max_depth
        # An observer is told of each access, so each has to be made.
        self._carries = observer is None and (filesystem.quick or not filesystem.blocking)
        self.worker = Worker(filesystem)
        self.opened = OpenTable(max_open)

    def functions(self) -> dict[str, Callable[..., Answer]]:
        """By the names that the guest half knows them by."""
        return {
            "lookup": self._lookup,
            "remove": self._remove,
            "move": self._move,
            "snapshot": self._snapshot,
            "read": self._read,
            "list": self._list,
            "listMore": self._list_more,
            "listEnd": self._list_end,
            "stage": self._stage,
            "write": self._write,
            "truncate": self._truncate,
            "commit": self._commit,
            "discard": self._discard,
            "open": self._open,
            "syncRead": self._sync_read,
            "syncWrite": self._sync_write,
            "syncTruncate": self._sync_truncate,
            "syncSize": self._sync_size,
            "syncFlush": self._sync_flush,
            "syncClose": self._sync_close,
            "estimate": self._estimate,
        }

    # Checks

    def _path(self, value: object) -> Path:
        if type(value) is not list:
            _refuse("a path is a list of names")
        if len(value) > self._max_depth:
            raise Failure("TypeError", f"directories are nested {self._max_depth} deep at most")
        for name in value:
            if not is_valid_name(name):
                raise Failure("TypeError", "the name is not allowed")
        return tuple(value)

    def _do(
        self,
        operation: Operation,
        path: object,
        work: Callable[[Path], Any],
        *,
        quick: bool = False,
        beside: bool = False,
        target: str | None = None,
    ) -> Answer:
        """Check a path, then do the work and tell the observer."""
        try:
            names = self._path(path)
        except Failure as failure:
            return _failed(failure)
        done = self._told(operation, "/".join(names), target)
        return self.worker.do(lambda: work(names), done, quick=quick, beside=beside)

    def _told(
        self, operation: Operation, path: str, target: str | None = None, size: int | None = None
    ) -> Callable[[Any], None] | None:
        observer = self._observer
        if observer is None:
            return None

        def done(answer: Any) -> None:
            error = answer[1] if _is_failed(answer) else None
            count = len(answer) if type(answer) is bytes else size
            observer(Access(operation, path, target, count, error))

        return done

    # Entries

    def _lookup(self, path: object = None, kind: object = None, create: object = None) -> Answer:
        """§ 3.3, 3.4: what `getFileHandle` and `getDirectoryHandle` do.

        The snapshot of a file that was there, perhaps: the next thing that guests ask for.
        """
        wanted = _KINDS.get(kind) if type(kind) is str else None

        def work(names: Path) -> list[Any] | None:
            if wanted is None or not names:
                _refuse("a kind, and the path of an entry")
            try:
                found = self._filesystem.stat(names)
            except FileNotFoundError:
                if create is not True:
                    raise
                self._create(names, wanted)
                return None
            if found.kind != wanted:
                raise Failure("TypeMismatchError", f"the entry is a {found.kind}")
            if self._carries and wanted == "file" and create is not True:
                return self._snapshot_of(names, found)
            return None

        return self._do("create" if create is True else "look", path, work, quick=True)

    def _create(self, names: Path, kind: Kind) -> None:
        if kind == "file":
            self._filesystem.create(names)
            return
        try:
            self._filesystem.make_directory(names)
        except FileExistsError:  # somebody else was faster
            if self._filesystem.stat(names).kind != "directory":
                raise

    def _remove(self, path: object = None, recursive: object = None) -> Answer:
        """Remove an entry; of the root, what is in it."""

        def work(names: Path) -> None:
            found = self._filesystem.stat(names)
            with self._alone(names):
                if not names or (found.kind == "directory" and recursive is True):
                    if recursive is not True and any(True for _ in self._filesystem.scan(names)):
                        raise Failure("InvalidModificationError", "the directory is not empty")
                    self._filesystem.remove_tree(names)
                else:
                    self._filesystem.remove(names)

        return self._do("remove", path, work, quick=recursive is not True)

    def _move(self, path: object = None, kind: object = None, target: object = None) -> Answer:
        """Move a file or directory."""
        try:
            to = self._path(target)
        except Failure as failure:
            return _failed(failure)

        def work(names: Path) -> None:
            if not names or not to:
                raise Failure("InvalidModificationError", "the root cannot be moved")
            found = self._filesystem.stat(names)
            if found.kind != kind:
                raise Failure("TypeMismatchError", f"the entry is a {found.kind}")
            with self._alone(names):
                if names == to:
                    return
                if to[: len(names)] == names:
                    raise Failure("InvalidModificationError", "a directory cannot go into itself")
                if found.kind == "directory" and len(to) > len(names):
                    self._check_depth(names, self._max_depth - len(to))
                with self._alone(to):
                    self._replace(names, found.kind, to)

        quick = kind == "file"
        return self._do("move", path, work, quick=quick, target="/".join(to))

    def _check_depth(self, top: Path, deepest: int) -> None:
        """Raise if a directory nests deeper: moved on and on, it could nest without end."""
        for names, _ in walk(self._filesystem, top):
            if len(names) - len(top) > deepest:
                raise Failure("TypeError", f"directories are nested {self._max_depth} deep at most")

    def _replace(self, names: Path, kind: Kind, to: Path) -> None:
        try:
            there = self._filesystem.stat(to)
        except FileNotFoundError:
            pass
        else:
            if kind == "directory" or there.kind == "directory":
                raise Failure("InvalidModificationError", "something of that name is there already")
        self._filesystem.move(names, to)

    @contextlib.contextmanager
    def _alone(self, names: Path) -> Iterator[None]:
        """With an exclusive lock on an entry that has no lock below it."""
        filesystem, inner = self._filesystem.locate(names)
        table = locks_of(filesystem)
        if table.is_locked(inner) or not table.take(inner, "exclusive"):
            raise Failure("NoModificationAllowedError", _LOCKED)
        try:
            yield
        finally:
            table.release(inner)

    def _lock(self, names: Path, mode: Mode) -> _Lock:
        filesystem, inner = self._filesystem.locate(names)
        table = locks_of(filesystem)
        if not table.take(inner, mode):
            raise Failure("NoModificationAllowedError", _LOCKED)
        return _Lock(table, inner)

    def _list(self, path: object = None) -> Answer:
        """The first page of a directory: [number or 0, name, is directory, …]."""

        def work(names: Path) -> list[Any]:
            self.opened.check_room()
            if self._filesystem.stat(names).kind != "directory":
                raise Failure("TypeMismatchError", "the entry is a file")
            listing = Listing(iter(self._filesystem.scan(names)))
            page: list[Any] = []
            try:
                page = listing.page()
            finally:
                if len(page) < 2 * _PAGE:
                    listing.close()
            if len(page) < 2 * _PAGE:
                return [0, *page]
            opened = Opened(listing, "/".join(names), Listing.close)
            return [self.opened.add(Listing, opened), *page]

        return self._do("list", path, work)

    def _list_more(self, number: object = None) -> Answer:
        """The next page, in the same form."""

        def work() -> list[Any]:
            opened = self.opened.find(Listing, number)
            with opened as listing:
                assert isinstance(listing, Listing)  # noqa: S101 - for the type checker
                page = listing.page()
            if page:
                return [number, *page]
            self.opened.pop(Listing, number)
            opened.close()
            return [0]

        return self.worker.do(work, None)

    def _list_end(self, number: object = None) -> Answer:
        return self._close(Listing, number)

    def _close(self, kind: type, number: object) -> Answer:
        def work() -> None:
            # Not before: work that is never begun, as the isolate ends, must leave it in the table.
            opened = self.opened.pop(kind, number)
            if opened is not None:
                opened.close()

        return self.worker.do(work, None, quick=True)

    def _estimate(self) -> Answer:
        """Storage Standard § 4: [bytes used, quota or null]."""

        def work() -> list[int | None]:
            usage = self._filesystem.usage()
            return [usage.bytes, usage.max_bytes]

        return self.worker.do(work, None, beside=True)

    # Files

    def _snapshot(self, path: object = None) -> Answer:
        """[size, modification time in milliseconds, version, media type, content or null]."""

        def work(names: Path) -> list[Any]:
            found = self._filesystem.stat(names)
            if found.kind != "file":
                raise Failure("TypeMismatchError", "the entry is a directory")
            return self._snapshot_of(names, found)

        return self._do("look", path, work, quick=True)

    def _snapshot_of(self, names: Path, found: Stat) -> list[Any]:
        content = None
        if self._carries and 0 < found.size <= _CARRIED:
            try:
                content = self._filesystem.read_version(names, 0, found.size, found.tag)
            except KeyboardInterrupt:
                raise
            except BaseException:  # noqa: BLE001, S110 - the guest hears of it when it reads
                pass
        if content is not None and len(content) != found.size:
            content = None
        modified = int(found.modified * 1000)
        return [found.size, modified, found.tag, _media_type(names[-1]), content]

    def _read(
        self, path: object = None, tag: object = None, offset: object = None, size: object = None
    ) -> Answer:
        """Bytes of a file that has not changed since its snapshot."""

        def work(names: Path) -> bytes:
            if type(tag) is not str:
                _refuse("a version")
            at, count = _whole(offset), min(_whole(size), LARGEST_READ)
            data = self._filesystem.read_version(names, at, count, tag)
            if len(data) > count:
                raise ValueError("a file system has read more than it was asked for")
            return data

        small = type(size) is int and size <= _SMALL
        return self._do("read", path, work, quick=small, beside=True)

    # Streams that write

    def _stage(self, path: object = None, keep: object = None, mode: object = None) -> Answer:
        """§ 3.2, createWritable: a number."""

        def work(names: Path) -> int:
            lock_mode = _WRITER_MODES.get(mode) if type(mode) is str else None
            if lock_mode is None:
                _refuse("a mode")
            self.opened.check_room()
            self._check_file(names)
            lock = self._lock(names, lock_mode)
            try:
                staged = self._filesystem.stage(names, keep=keep is True)
            except BaseException:
                lock.release()
                raise
            name = "/".join(names)
            writer = Writer(staged, name, lock)
            return self.opened.add(Writer, Opened(writer, name, Writer.close))

        return self._do("write", path, work, quick=keep is not True)

    def _check_file(self, names: Path) -> None:
        if self._filesystem.stat(names).kind != "file":
            raise Failure("TypeMismatchError", "the entry is a directory")

    def _write(self, number: object = None, offset: object = None, data: object = None) -> Answer:
        def work() -> None:
            if not isinstance(data, bytes | bytearray | memoryview):
                _refuse("bytes")
            at = _whole(offset, len(data))
            with self.opened.find(Writer, number) as writer:
                assert isinstance(writer, Writer)  # noqa: S101 - for the type checker
                if data:
                    writer.staged.write(at, data)
                elif at > writer.staged.size():
                    writer.staged.truncate(at)

        small = isinstance(data, bytes | bytearray | memoryview) and len(data) <= _CHUNK
        return self.worker.do(work, None, quick=small)

    def _truncate(self, number: object = None, size: object = None) -> Answer:
        def work() -> None:
            count = _whole(size)
            with self.opened.find(Writer, number) as writer:
                assert isinstance(writer, Writer)  # noqa: S101 - for the type checker
                writer.staged.truncate(count)

        return self.worker.do(work, None)

    def _commit(self, number: object = None) -> Answer:
        try:
            opened = self.opened.find(Writer, number)
        except Failure as failure:
            return _failed(failure)

        def work() -> None:
            try:
                with opened as writer:
                    assert isinstance(writer, Writer)  # noqa: S101 - for the type checker
                    writer.staged.commit()
            finally:
                self.opened.pop(Writer, number)
                opened.close()

        return self.worker.do(work, self._told("commit", opened.name), quick=True)

    def _discard(self, number: object = None) -> Answer:
        return self._close(Writer, number)

    # Access handles

    def _open(self, path: object = None, mode: object = None) -> Answer:
        """§ 3.2, createSyncAccessHandle: a number."""

        def work(names: Path) -> int:
            lock_mode = _SYNC_MODES.get(mode) if type(mode) is str else None
            if lock_mode is None:
                _refuse("a mode")
            self.opened.check_room()
            self._check_file(names)
            lock = self._lock(names, lock_mode)
            writable = lock_mode != "read-only"
            try:
                file = self._filesystem.open(names, writable=writable)
            except BaseException:
                lock.release()
                raise
            name = "/".join(names)
            opened = Opened(SyncFile(file, name, lock, writable=writable), name, SyncFile.close)
            return self.opened.add(SyncFile, opened)

        return self._do("open", path, work, quick=True)

    def _with_file(
        self,
        number: object,
        operation: Operation | None,
        work: Callable[[OpenFile], Any],
        *,
        changes: bool = False,
        now: Callable[[OpenFile], Any] | None = None,
        quick: bool = True,
        size: int | None = None,
    ) -> Answer:
        """Work on an open file.

        Args:
            number: what the guest calls it.
            operation: what the observer is told.
            work: may wait.
            changes: needs a file that is open for writing.
            now: the same as ``work`` without waiting, or None if that is not possible.
            quick: hardly ever waits on a quick file system.
            size: bytes that are written.
        """
        try:
            opened = self.opened.find(SyncFile, number)
        except Failure as failure:
            return _failed(failure)

        def on(function: Callable[[OpenFile], Any]) -> Any:
            with opened as sync:
                assert isinstance(sync, SyncFile)  # noqa: S101 - for the type checker
                if changes and not sync.writable:
                    raise Failure("NoModificationAllowedError", "the handle is read-only")
                return function(sync.file)

        done = None if operation is None else self._told(operation, opened.name, size=size)
        if now is not None and not self.worker.inline:
            answer = self.worker.attempt(lambda: on(now))
            if answer is not None:
                if done is not None:
                    done(answer)
                return answer
        return self.worker.do(lambda: on(work), done, quick=quick)

    def _sync_read(
        self, number: object = None, offset: object = None, size: object = None
    ) -> Answer:
        if (
            self._observer is None
            and type(number) is int
            and type(offset) is int
            and type(size) is int
            and 0 <= size <= _NOW
            and 0 <= offset <= _LARGEST_FILE
        ):
            # The same as below in a quarter of the time, for what programs do most often.
            opened = self.opened.get(SyncFile, number)
            if opened is not None:
                try:
                    with opened as sync:
                        file = sync.file
                        if self.worker.inline:
                            return file.read(offset, size)
                        data = file.read_now(offset, size)
                    if data is not None:
                        return data
                except KeyboardInterrupt:
                    raise
                except BaseException:  # noqa: BLE001, S110 - it comes again, and is answered there
                    pass
        try:
            at, count = _whole(offset), min(_whole(size), LARGEST_READ)
        except Failure as failure:
            return _failed(failure)
        now = (lambda file: file.read_now(at, count)) if count <= _NOW else None
        quick = count <= _SMALL
        return self._with_file(
            number, "read", lambda file: file.read(at, count), now=now, quick=quick
        )

    def _sync_write(
        self, number: object = None, offset: object = None, data: object = None
    ) -> Answer:
        """True when everything has been written."""
        if not isinstance(data, bytes | bytearray | memoryview):
            return _failed(Failure("TypeError", "bytes are expected"))
        try:
            at = _whole(offset, len(data))
        except Failure as failure:
            return _failed(failure)

        def write(file: OpenFile) -> bool:
            file.write(at, data)
            return True

        def write_now(file: OpenFile) -> bool | None:
            return file.write_now(at, data) or None

        return self._with_file(
            number,
            "write",
            write,
            changes=True,
            now=write_now if len(data) <= _NOW else None,
            quick=len(data) <= _SMALL,
            size=len(data),
        )

    def _sync_truncate(self, number: object = None, size: object = None) -> Answer:
        try:
            count = _whole(size)
        except Failure as failure:
            return _failed(failure)
        return self._with_file(number, "write", lambda file: file.truncate(count), changes=True)

    def _sync_size(self, number: object = None) -> Answer:
        size: Callable[[OpenFile], int] = lambda file: file.size()  # noqa: E731
        return self._with_file(number, None, size, now=size)

    def _sync_flush(self, number: object = None) -> Answer:
        return self._with_file(number, None, lambda file: file.flush(), quick=False)

    def _sync_close(self, number: object = None) -> Answer:
        return self._close(SyncFile, number)


def _media_type(name: str) -> str:
    """§ 3.2 leaves the type to the implementation: by the ending of the name, here."""
    return _TYPES.guess_type(f"/{name}")[0] or ""


def _whole(value: object, more: int = 0) -> int:
    """A size or offset of the guest's."""
    if type(value) is not int or value < 0:
        _refuse("a size or an offset")
    if value + more > _LARGEST_FILE:
        raise Failure("QuotaExceededError", "no file can be that large")
    return value


def _refuse(expected: str) -> NoReturn:
    """What no guest half of ours sends."""
    raise Failure("TypeError", f"{expected} is expected")


def _failed(failure: Failure) -> Failed:
    return ["!", failure.name, str(failure)]


def _is_failed(answer: Any) -> bool:
    return type(answer) is list and len(answer) == 3 and answer[0] == "!"
