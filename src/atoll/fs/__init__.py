"""Files: the File System Standard inside, any storage that Python can reach outside."""

from atoll.fs._access import Access, Operation
from atoll.fs._directory import DirectoryFileSystem
from atoll.fs._files import Files, FilesHandle
from atoll.fs._fsspec import FsspecFileSystem
from atoll.fs._memory import MemoryFileSystem
from atoll.fs._mounts import MountFileSystem
from atoll.fs._overlay import OverlayFileSystem
from atoll.fs._protocol import (
    FileChanged,
    FileSystem,
    Kind,
    NotAFile,
    OpenFile,
    Path,
    QuotaExceeded,
    Staged,
    Stat,
    Usage,
)
from atoll.fs._quota import QuotaFileSystem

__all__ = [
    "Access",
    "DirectoryFileSystem",
    "FileChanged",
    "FileSystem",
    "Files",
    "FilesHandle",
    "FsspecFileSystem",
    "Kind",
    "MemoryFileSystem",
    "MountFileSystem",
    "NotAFile",
    "OpenFile",
    "Operation",
    "OverlayFileSystem",
    "Path",
    "QuotaExceeded",
    "QuotaFileSystem",
    "Staged",
    "Stat",
    "Usage",
]
