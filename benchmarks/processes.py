"""Processes: those that are measured beside Atoll, an isolate's own, and this one."""

from __future__ import annotations

import contextlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import atoll
import atoll.sync

from .raw import deno_environment


@contextlib.contextmanager
def running(command: list[str]) -> Iterator[tuple[subprocess.Popen[str], IO[str]]]:
    """A process and its output, until it is left."""
    with deno_environment() as environment:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        try:
            if process.stdout is None:
                raise ValueError("no output")
            yield process, process.stdout
        finally:
            process.kill()
            process.communicate()


@contextlib.contextmanager
def serving(command: list[str], folder: Path | None = None) -> Iterator[int]:
    """A server that says on standard error where it runs, and its port, until it is left."""
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        said = ""
        for line in process.stderr or ():
            said += line
            found = re.search(r"running on http://[^:]+:(\d+)", line)
            if found is not None:
                yield int(found[1])
                break
        else:
            raise ValueError(f"{command[2]} did not start:\n{said}")
    finally:
        process.terminate()
        process.communicate()


def peak_memory() -> int:
    """The most bytes that this process has had resident."""
    for line in Path("/proc/self/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name == "VmHWM":
            return int(value.split()[0]) * 1024
    raise ValueError("the system does not say")


def process_id(isolate: atoll.sync.Isolate | atoll.Isolate) -> int:
    """The process of an isolate, which is nobody's business but a benchmark's."""
    process = isolate._driver.process
    assert process is not None
    assert process.pid is not None
    return process.pid
