"""Finding the engine, and the libraries that it is confined with."""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from atoll.confinement import syscalls
from atoll.engine import deno, libraries, process
from atoll.errors import EngineNotFound


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    yield
    deno._find.cache_clear()
    deno.engine_version.cache_clear()


def forget() -> None:
    deno._find.cache_clear()
    deno.engine_version.cache_clear()


def test_the_binary_of_the_wheel_is_found() -> None:
    path = deno.find_engine()
    assert os.access(path, os.X_OK)
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
    assert said.startswith("deno " + ".".join(map(str, deno.engine_version())))


def test_a_missing_wheel_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    forget()
    monkeypatch.setattr(importlib.metadata, "version", missing)
    with pytest.raises(EngineNotFound, match="pip install"):
        deno.find_engine()


@pytest.mark.parametrize("version", ["1.46.3", "2.8.9", "2.10.0", "3.0.0"])
def test_an_untested_version_is_refused(monkeypatch: pytest.MonkeyPatch, version: str) -> None:
    forget()
    monkeypatch.setattr(importlib.metadata, "version", lambda name: version)
    with pytest.raises(EngineNotFound, match=r"is tested with 2\.9\.0"):
        deno.find_engine()


def test_a_missing_binary_says_where_it_was_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    forget()
    monkeypatch.setattr(deno, "_candidates", lambda: ["/nonexistent/bin/deno"])
    with pytest.raises(EngineNotFound, match="/nonexistent/bin/deno"):
        deno.find_engine()


@pytest.mark.skipif(shutil.which("ldd") is None, reason="compares with ldd")
@pytest.mark.parametrize("program", [deno.find_engine(), sys.executable])
def test_libraries_are_those_that_the_loader_finds(program: str) -> None:
    said = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    expected = {word for word in said.split() if word.startswith("/")}
    found = libraries.needed_files(program, syscalls.MACHINE)
    assert {os.path.realpath(path) for path in found} >= {os.path.realpath(p) for p in expected}


def test_a_file_that_is_not_a_program_is_refused(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text("#!/bin/sh\n")
    with pytest.raises(OSError, match="not a 64-bit little-endian ELF"):
        libraries.needed_files(str(script), syscalls.MACHINE)


def test_the_spawner_imports_nothing_slow() -> None:
    package = str(Path(deno.__file__).parents[1])
    boot = process._BOOT.removesuffix("main()")
    code = boot + "print(*sorted(set(sys.modules) & set(sys.argv[4:])))"
    slow = ["typing", "enum", "re", "dataclasses", "inspect", "json", "asyncio", "msgspec"]
    ran = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            code,
            "0",
            "0",
            package,
            *slow,
            "subprocess",
            "contextlib",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.split() == []


def test_threads_may_look_for_the_engine_at_the_same_time() -> None:
    program = """
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from atoll.engine import find_engine
barrier = Barrier(16)
with ThreadPoolExecutor(16) as threads:
    print(len(set(threads.map(lambda _: (barrier.wait(), find_engine())[1], range(16)))))
"""
    for _ in range(5):
        ran = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        )
        assert ran.stdout.strip() == "1"
