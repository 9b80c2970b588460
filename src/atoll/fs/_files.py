"""The capability."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from atoll.core.arguments import check_callable, check_count
from atoll.core.capability import BundledCapability, joined
from atoll.fs._access import Access, Observer
from atoll.fs._memory import MemoryFileSystem
from atoll.fs._mounts import MountFileSystem
from atoll.fs._protocol import FileSystem
from atoll.fs._service import Service

if TYPE_CHECKING:
    from atoll.core.reference import Reference
    from atoll.sync import Reference as BlockingReference

_PARTS: Final = ("webidl.js", "blob.js", "handles.js", "writable.js", "access.js", "guest.js")


class Files(BundledCapability):
    """The File System Standard for the guest: ``navigator.storage.getDirectory()``.

    ::

        files = MemoryFileSystem({"input.csv": data})
        await isolate.install(Files(files))
        await isolate.eval(program)
        files.to_mapping()["output.csv"]

    One object belongs to one isolate; a file system may be that of several.
    """

    package = "atoll.fs"

    def __init__(
        self,
        filesystem: FileSystem | Mapping[str, FileSystem] | None = None,
        *,
        on_access: Callable[[Access], object] | None = None,
        max_depth: int = 64,
        max_open: int = 256,
    ) -> None:
        """Describe what an isolate may reach.

        Args:
            filesystem: what the root directory is; a mapping of paths to file systems mounts
                several in one tree (see `MountFileSystem`). By default an empty `MemoryFileSystem`.
            on_access: called with an `Access` after each access, in the isolate's event loop or
                thread. One that raises is logged to ``atoll.fs``, once.
            max_depth: names in a path.
            max_open: streams that write, access handles and unfinished directory listings that may
                be open at once.

        Raises:
            TypeError, ValueError: an argument is of the wrong kind, or out of range.
        """
        check_count("max_depth", max_depth)
        check_count("max_open", max_open)
        check_callable("on_access", on_access, "a function of the access")
        if inspect.iscoroutinefunction(on_access):
            raise TypeError("on_access is a plain function: nobody waits for a coroutine")
        if isinstance(filesystem, Mapping):
            filesystem = MountFileSystem(filesystem)
        self.filesystem: FileSystem = MemoryFileSystem() if filesystem is None else filesystem
        self._service = Service(
            self.filesystem,
            None if on_access is None else Observer(on_access),
            max_depth=max_depth,
            max_open=max_open,
        )
        self._installed = False

    @property
    def guest_source(self) -> str:
        """Text of the guest half."""
        return joined(self.package, _PARTS)

    def options(self) -> dict[str, Any]:
        """Options for the guest half."""
        if self._installed:
            raise RuntimeError("a Files belongs to one isolate; make another one")
        self._installed = True
        return dict(self._service.functions())

    def connected(self, guest: Reference) -> FilesHandle:
        """The handle, for asyncio."""
        return FilesHandle(self, guest)

    def connected_blocking(self, guest: BlockingReference) -> FilesHandle:
        """The handle, for `atoll.sync`, where nothing else waits meanwhile."""
        self._service.worker.inline = True
        return FilesHandle(self, guest)

    def ended(self) -> Awaitable[None] | None:
        """The isolate has ended: give up what it has open."""
        opened, worker = self._service.opened, self._service.worker
        if worker.inline or not (worker.is_busy or len(opened)):
            opened.close_all()
            return None
        return worker.finish(opened.close_all)


class FilesHandle:
    """The owner's handle: what ``install`` returns.

    Attributes:
        filesystem: what the guest's root directory is.
    """

    def __init__(self, files: Files, guest: object) -> None:
        self.filesystem = files.filesystem
        self._files = files
        self._guest = guest  # for as long as the isolate lives

    @property
    def open_count(self) -> int:
        """Streams that write, access handles and directory listings that the guest has open."""
        return len(self._files._service.opened)
