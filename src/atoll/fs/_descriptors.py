"""Reading, writing and copying by descriptors, in as many system calls as it takes."""

from __future__ import annotations

import errno
import os
import sys

from atoll.fs._protocol import COPY_SIZE, Buffer


def read_at(fd: int, offset: int, size: int) -> bytes:
    data = os.pread(fd, size, offset)
    if len(data) in (0, size):
        return data
    parts = [data]
    count = len(data)
    while count < size and (data := os.pread(fd, size - count, offset + count)):
        parts.append(data)
        count += len(data)
    return b"".join(parts)


def write_at(fd: int, offset: int, data: Buffer) -> None:
    view = memoryview(data)
    while view:
        count = os.pwrite(fd, view, offset)
        view = view[count:]
        offset += count


def _copy_range(source: int, target: int, at: int, count: int) -> int:
    """Copy within the kernel, which may share the blocks instead."""
    if sys.platform != "linux":
        return 0
    return os.copy_file_range(source, target, count, at, at)


def copy_content(source: int, target: int) -> None:
    """Give an empty file the content of another one."""
    at = 0
    size = os.fstat(source).st_size
    while at < size:
        try:
            copied = _copy_range(source, target, at, size - at)
        except OSError as error:
            if at or error.errno not in (errno.EXDEV, errno.EINVAL, errno.EOPNOTSUPP):
                raise
            copied = 0
        if copied == 0:
            break
        at += copied
    while data := os.pread(source, COPY_SIZE, at):
        write_at(target, at, data)
        at += len(data)
