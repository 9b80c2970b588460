"""Bytes objects that are filled in place.

A large binary value would otherwise be copied from the buffer that it was read into to the `bytes`
that its owner gets; where memory is slow to map, that halves the throughput. CPython documents
that a bytes object made by `PyBytes_FromStringAndSize(NULL, n)` may be filled by its maker as long
as nobody else has seen it, so that is what happens here.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any

_WRITABLE = 0x200  # PyBUF_WRITE

if sys.implementation.name == "cpython":
    _api: Any = ctypes.pythonapi
    _new = _api.PyBytes_FromStringAndSize
    _new.restype = ctypes.py_object
    _new.argtypes = [ctypes.c_void_p, ctypes.c_ssize_t]
    _address = _api.PyBytes_AsString
    _address.restype = ctypes.c_void_p
    _address.argtypes = [ctypes.py_object]
    _view = _api.PyMemoryView_FromMemory
    _view.restype = ctypes.py_object
    _view.argtypes = [ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_int]

    def fillable_bytes(size: int) -> tuple[bytes | bytearray, memoryview]:
        """Uninitialised bytes and a view to fill them through.

        The view must not outlive the bytes, nor be used after they were handed out. Memory is
        only committed as it is written to.
        """
        data: bytes = _new(None, size)
        view: memoryview = _view(_address(data), size, _WRITABLE)
        return data, view

else:

    def fillable_bytes(size: int) -> tuple[bytes | bytearray, memoryview]:
        """A buffer and a view to fill it through; other interpreters have no such bytes."""
        data = bytearray(size)
        return data, memoryview(data)
