"""A file of a directory of the machine's that is read and changed in place."""

from __future__ import annotations

import errno
import os
from typing import Final

from atoll.fs._descriptors import read_at, write_at
from atoll.fs._protocol import Buffer

_RWF_NOWAIT: Final[int | None] = getattr(os, "RWF_NOWAIT", None)


class DirectoryFile:
    """A file that is open in place."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._may_now = _RWF_NOWAIT is not None

    def read(self, offset: int, size: int) -> bytes:
        return read_at(self._fd, offset, size)

    def read_now(self, offset: int, size: int) -> bytes | None:
        if not self._may_now:
            return None
        buffer = bytearray(size)
        try:
            count = os.preadv(self._fd, [buffer], offset, _RWF_NOWAIT or 0)
        except BlockingIOError:
            return None
        except OSError as error:
            if error.errno == errno.EOPNOTSUPP:
                self._may_now = False
                return None
            raise
        if count == size:
            return bytes(buffer)
        # The end of the file, or of what is in memory.
        return bytes(buffer[:count]) if offset + count >= self.size() else None

    def write(self, offset: int, data: Buffer) -> None:
        write_at(self._fd, offset, data)

    def write_now(self, offset: int, data: Buffer) -> bool:
        if not self._may_now:
            return False
        try:
            return os.pwritev(self._fd, [data], offset, _RWF_NOWAIT or 0) == len(data)
        except BlockingIOError:
            return False
        except OSError as error:
            if error.errno == errno.EOPNOTSUPP:
                return False
            raise

    def truncate(self, size: int) -> None:
        os.ftruncate(self._fd, size)

    def size(self) -> int:
        return os.fstat(self._fd).st_size

    def flush(self) -> None:
        os.fsync(self._fd)

    def close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1
