"""What the figures were taken on, without anything that names the machine."""

from __future__ import annotations

import os
import platform
from pathlib import Path

from atoll.engine.deno import engine_version


def describe() -> dict[str, str]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "machine": f"{_processor()}, {cores} cores{_virtual()}",
        "system": f"{platform.system()} {platform.release().split('-')[0]}, {platform.machine()}",
        "software": f"Python {platform.python_version()}, Deno "
        + ".".join(map(str, engine_version())),
        "load": load(),
    }


def load() -> str:
    return " ".join(f"{value:.1f}" for value in os.getloadavg())


def _cpu_lines() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return []


def _processor() -> str:
    for line in _cpu_lines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


def _virtual() -> str:
    flags = next((line for line in _cpu_lines() if line.startswith("flags")), "")
    return ", virtual machine" if " hypervisor" in flags else ""
