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
    """Give an empty file the content of another one, with its holes.

    A hole costs a guest nothing to make: copied as zeros, it could fill the disk.
    """
    size = os.fstat(source).st_size
    at = 0
    while at < size:
        at, end = _next_data(source, at, size)
        _copy(source, target, at, end)
        at = end
    if os.fstat(target).st_size < size:
        os.ftruncate(target, size)


def _next_data(fd: int, at: int, size: int) -> tuple[int, int]:
    """Where from ``at`` on there is something in a file, and where that ends."""
    try:
        start = os.lseek(fd, at, os.SEEK_DATA)
        return start, min(size, os.lseek(fd, start, os.SEEK_HOLE))
    except OSError as error:
        if error.errno == errno.ENXIO:  # nothing but a hole
            return size, size
        return at, size  # a file system that cannot tell


def _copy(source: int, target: int, at: int, end: int) -> None:
    while at < end:
        try:
            copied = _copy_range(source, target, at, end - at)
        except OSError as error:
            if error.errno not in (errno.EXDEV, errno.EINVAL, errno.EOPNOTSUPP):
                raise
            copied = 0
        if copied == 0:
            break
        at += copied
    while at < end and (data := os.pread(source, min(COPY_SIZE, end - at), at)):
        write_at(target, at, data)
        at += len(data)
