"""Putting a finished file in the place of another one, at once.

A rename over a file makes ext4 write the new content to the disk first, so that a crash leaves
either content and not an empty file (``auto_da_alloc``). That took half the time of writing a small
file. Guests make a file before they give it content, so what is replaced is empty most often: with
new content of one page there is nothing that a crash could lose then. In that case the two names
are exchanged, and the empty file is removed.
"""

from __future__ import annotations

import ctypes
import functools
import os
import sys
from collections.abc import Callable
from typing import Final

PAGE: Final = 4096
_EXCHANGE: Final = 2  # RENAME_EXCHANGE, linux/fs.h


def replace(folder: int, name: str, target_folder: int, target: str, *, harmless: bool) -> None:
    """Move the file ``name`` to ``target``, in directories by descriptors.

    Args:
        folder: where the file is.
        name: what it is called there.
        target_folder: where it has to go.
        target: what it has to be called.
        harmless: what is there is empty, and the file has `PAGE` bytes at most.

    Raises:
        OSError: nothing has changed.
    """
    if not (harmless and _exchange(folder, name, target_folder, target)):
        os.rename(name, target, src_dir_fd=folder, dst_dir_fd=target_folder)
        return
    try:
        os.unlink(name, dir_fd=folder)
    except OSError:
        # A directory has taken the place of the empty file meanwhile: it gets it back.
        _exchange(folder, name, target_folder, target)
        raise


def _exchange(folder: int, name: str, target_folder: int, target: str) -> bool:
    """Whether the names were exchanged. If not, a rename will say why, or do it."""
    renameat2 = _renameat2()
    if renameat2 is None:
        return False
    names = os.fsencode(name), os.fsencode(target)
    return renameat2(folder, names[0], target_folder, names[1], _EXCHANGE) == 0


@functools.cache
def _renameat2() -> Callable[..., int] | None:
    if sys.platform != "linux":
        return None
    function = getattr(ctypes.CDLL(None), "renameat2", None)
    if function is None:  # a C library from before 2018
        return None
    function.argtypes = [
        *(ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    ]
    call: Callable[..., int] = function
    return call
