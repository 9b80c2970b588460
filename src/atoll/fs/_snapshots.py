"""Host functions for `File`s, which are snapshots: what is known of a file, and bytes of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from atoll.fs._calls import LARGEST_READ, SMALL, Answer, Calls, countable, is_bytes, refuse, whole
from atoll.fs._errors import Failure
from atoll.fs._media_types import media_type
from atoll.fs._protocol import Path, Stat

_CARRIED: Final = 8 * 1024
"""Bytes of a file that are sent along with what is known of it, as they are wanted next."""
_LATEST: Final = 8.64e15
"""Milliseconds from the epoch that a `Date` can be away from it (ECMAScript § 21.4.1.1)."""


class Snapshots:
    """Versions of files."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        filesystem = calls.filesystem
        # An observer is told of each access, so each has to be made.
        self.are_carried = calls.observer is None and (filesystem.quick or not filesystem.blocking)

    def functions(self) -> dict[str, Callable[..., Answer]]:
        """By the names that the guest half knows them by."""
        return {
            "snapshot": self._snapshot,
            "read": self._read,
        }

    def _snapshot(self, path: object = None) -> Answer:
        """[size, modification time in milliseconds, version, media type, content or null]."""

        def work(names: Path) -> list[Any]:
            found = self._calls.stat(names)
            if found.kind != "file":
                raise Failure("TypeMismatchError", "the entry is a directory")
            return self.of(names, found)

        return self._calls.do("look", path, work, quick=True)

    def of(self, names: Path, found: Stat) -> list[Any]:
        """What is sent of a file."""
        size = countable(found.size)
        # NaN and what is no number at all is not in a range; what is, a `Date` can hold.
        modified = int(min(max(found.modified * 1000, -_LATEST), _LATEST))
        content = None
        if self.are_carried and 0 < found.size <= _CARRIED:
            try:
                content = self._calls.filesystem.read_version(names, 0, found.size, found.tag)
            except KeyboardInterrupt:
                raise
            except BaseException:  # noqa: BLE001, S110 - the guest hears of it when it reads
                pass
        if content is None or not is_bytes(content) or len(content) != found.size:
            content = None
        return [size, modified, found.tag, media_type(names[-1]), content]

    def _read(
        self, path: object = None, tag: object = None, offset: object = None, size: object = None
    ) -> Answer:
        """Bytes of a file that has not changed since its snapshot."""

        def work(names: Path) -> bytes:
            if type(tag) is not str:
                refuse("a version")
            at, count = whole(offset), min(whole(size), LARGEST_READ)
            data = self._calls.filesystem.read_version(names, at, count, tag)
            if not is_bytes(data) or len(data) > count:
                raise ValueError("a file system has read what it was not asked for")
            return data

        small = type(size) is int and size <= SMALL
        return self._calls.do("read", path, work, quick=small, beside=True)
