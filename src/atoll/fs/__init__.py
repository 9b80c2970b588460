"""Files: the File System Standard inside, any storage that Python can reach outside."""

from atoll.fs._access import Access, Operation
from atoll.fs._directory import DirectoryFileSystem
from atoll.fs._files import Files, FilesHandle
from atoll.fs._memory import MemoryFileSystem
from atoll.fs._mounts import MountFileSystem
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

__all__ = [
    "Access",
    "DirectoryFileSystem",
    "FileChanged",
    "FileSystem",
    "Files",
    "FilesHandle",
    "Kind",
    "MemoryFileSystem",
    "MountFileSystem",
    "NotAFile",
    "OpenFile",
    "Operation",
    "Path",
    "QuotaExceeded",
    "Staged",
    "Stat",
    "Usage",
]
