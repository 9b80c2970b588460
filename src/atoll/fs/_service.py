"""All host functions of the guest half."""

from __future__ import annotations

from collections.abc import Callable

from atoll.fs._access import Observer
from atoll.fs._access_handles import AccessHandles
from atoll.fs._calls import Answer, Calls
from atoll.fs._entries import Entries
from atoll.fs._listings import Listings
from atoll.fs._protocol import FileSystem
from atoll.fs._snapshots import Snapshots
from atoll.fs._streams import Streams


class Service:
    """What one isolate may do with one file system."""

    def __init__(
        self, filesystem: FileSystem, observer: Observer | None, *, max_depth: int, max_open: int
    ) -> None:
        self._calls = Calls(filesystem, observer, max_depth=max_depth, max_open=max_open)
        self.worker = self._calls.worker
        self.opened = self._calls.opened

    def functions(self) -> dict[str, Callable[..., Answer]]:
        """By the names that the guest half knows them by."""
        snapshots = Snapshots(self._calls)
        return {
            **Entries(self._calls, snapshots).functions(),
            **snapshots.functions(),
            **Listings(self._calls).functions(),
            **Streams(self._calls).functions(),
            **AccessHandles(self._calls).functions(),
        }
