"""Which shared libraries a program needs, found by reading its ELF headers as the loader does.

Asking the loader itself (``ldd``) would take longer than starting the engine. The search is the
loader's for a system library: ``RUNPATH`` entries, then the directories of ``ld.so.conf`` as they
are conventional, which covers glibc and musl systems and NixOS (through RUNPATH).
"""

from __future__ import annotations

import os
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_PT_LOAD, _PT_DYNAMIC, _PT_INTERP = 1, 2, 3
_DT_NEEDED, _DT_STRTAB, _DT_RPATH, _DT_RUNPATH = 1, 5, 15, 29


class _Program:
    """The few facts of an ELF file that the loader acts on."""

    def __init__(self, path: str) -> None:
        self.interpreter: str | None = None
        self.needed: list[str] = []
        self.search: list[str] = []
        with open(path, "rb", buffering=0) as file:
            header = file.read(64)
            if header[:6] != b"\x7fELF\x02\x01":
                raise OSError(8, f"{path} is not a 64-bit little-endian ELF file")
            offset, size, count = struct.unpack_from("<32xQ14xHH", header)
            file.seek(offset)
            table = file.read(size * count)
            loads: list[tuple[int, int, int]] = []
            dynamic = b""
            for at in range(0, len(table), size):
                kind, _, where, address, _, length = struct.unpack_from("<IIQQQQ", table, at)
                if kind == _PT_LOAD:
                    loads.append((address, where, length))
                elif kind in (_PT_DYNAMIC, _PT_INTERP):
                    file.seek(where)
                    content = file.read(length)
                    if kind == _PT_INTERP:
                        self.interpreter = content.rstrip(b"\0").decode()
                    else:
                        dynamic = content
            entries = [struct.unpack_from("<qQ", dynamic, at) for at in range(0, len(dynamic), 16)]
            strings = next((value for tag, value in entries if tag == _DT_STRTAB), 0)
            strings -= next((a - w for a, w, length in loads if a <= strings < a + length), 0)
            for tag, value in entries:
                if tag in (_DT_NEEDED, _DT_RPATH, _DT_RUNPATH):
                    file.seek(strings + value)
                    text = file.read(4096).split(b"\0", 1)[0].decode()
                    if tag == _DT_NEEDED:
                        self.needed.append(text)
                    else:
                        origin = os.path.dirname(os.path.realpath(path))
                        text = text.replace("${ORIGIN}", origin).replace("$ORIGIN", origin)
                        self.search += text.split(":")


def _directories(machine: str) -> Iterator[str]:
    for root in ("/lib", "/usr/lib"):
        yield f"{root}/{machine}-linux-gnu"
    yield from ("/lib64", "/usr/lib64", "/lib", "/usr/lib")


def needed_files(program: str, machine: str) -> list[str]:
    """The loader and the libraries of a program, as the paths that the loader will open.

    Raises:
        OSError: the program, or a library that it needs, cannot be read or found.
    """
    first = _Program(program)
    found: dict[str, str] = {}
    if first.interpreter is not None:
        found[os.path.basename(first.interpreter)] = first.interpreter
    queue = [first]
    while queue:
        current = queue.pop()
        for name in current.needed:
            if name in found:
                continue
            for directory in (*current.search, *_directories(machine)):
                path = os.path.join(directory, name)
                if directory and os.path.exists(path):
                    break
            else:
                raise OSError(2, f"{program} needs {name}, which is in no library directory")
            found[name] = path
            queue.append(_Program(path))
    return list(found.values())
