"""Host functions for streams that write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from atoll.fs._calls import Answer, Calls, Lock, answer_of, refuse, whole
from atoll.fs._errors import Failure
from atoll.fs._locks import Mode
from atoll.fs._open import Opened
from atoll.fs._protocol import Path, Staged
from atoll.limits import MiB

_CHUNK: Final = MiB
"""Bytes of new content that are written at once: to the page cache, as long as that has room."""
_MODES: Final[dict[object, Mode]] = {"siloed": "siloed", "exclusive": "exclusive"}


class Writer:
    """The next content of a file, and the lock for it."""

    def __init__(self, staged: Staged, path: str, lock: Lock) -> None:
        self.staged = staged
        self.path = path
        self.lock = lock

    def close(self) -> None:
        try:
            self.staged.discard()
        finally:
            self.lock.release()


class Streams:
    """Streams that write, by their numbers."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def functions(self) -> dict[str, Callable[..., Answer]]:
        """By the names that the guest half knows them by."""
        return {
            "stage": self._stage,
            "write": self._write,
            "truncate": self._truncate,
            "commit": self._commit,
            "discard": self._discard,
        }

    def _stage(self, path: object = None, keep: object = None, mode: object = None) -> Answer:
        """§ 3.2, createWritable: a number."""

        def work(names: Path) -> int:
            lock_mode = _MODES.get(mode) if type(mode) is str else None
            if lock_mode is None:
                refuse("a mode")
            self._calls.opened.check_room()
            self._calls.check_file(names)
            lock = self._calls.lock(names, lock_mode)
            try:
                staged = self._calls.filesystem.stage(names, keep=keep is True)
            except BaseException:
                lock.release()
                raise
            name = "/".join(names)
            writer = Writer(staged, name, lock)
            return self._calls.opened.add(Writer, Opened(writer, name, Writer.close))

        return self._calls.do("write", path, work, quick=keep is not True)

    def _write(self, number: object = None, offset: object = None, data: object = None) -> Answer:
        def work() -> None:
            if not isinstance(data, bytes | bytearray | memoryview):
                refuse("bytes")
            at = whole(offset, len(data))
            with self._calls.opened.find(Writer, number) as writer:
                assert isinstance(writer, Writer)  # noqa: S101 - for the type checker
                if data:
                    writer.staged.write(at, data)
                elif at > writer.staged.size():
                    writer.staged.truncate(at)

        small = isinstance(data, bytes | bytearray | memoryview) and len(data) <= _CHUNK
        return self._calls.worker.do(work, None, quick=small)

    def _truncate(self, number: object = None, size: object = None) -> Answer:
        def work() -> None:
            count = whole(size)
            with self._calls.opened.find(Writer, number) as writer:
                assert isinstance(writer, Writer)  # noqa: S101 - for the type checker
                writer.staged.truncate(count)

        return self._calls.worker.do(work, None)

    def _commit(self, number: object = None) -> Answer:
        try:
            opened = self._calls.opened.find(Writer, number)
        except Failure as failure:
            return answer_of(failure)

        def work() -> None:
            try:
                with opened as writer:
                    assert isinstance(writer, Writer)  # noqa: S101 - for the type checker
                    writer.staged.commit()
            finally:
                self._calls.opened.pop(Writer, number)
                opened.close()

        return self._calls.worker.do(work, self._calls.told("commit", opened.name), quick=True)

    def _discard(self, number: object = None) -> Answer:
        return self._calls.close(Writer, number)
