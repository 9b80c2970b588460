"""`atoll test` beside the runners of Node and Deno, as commands: from start to exit."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from atoll.engine.deno import find_engine

from .measure import Measurement, Options, Row, at_most, interleave, seconds

_ATOLL = """\
for (let i = 0; i < COUNT; i++) test(`t${i}`, () => expect(i + 1).toBe(1 + i));
"""
_NODE = """\
import test from "node:test";
import assert from "node:assert";
for (let i = 0; i < COUNT; i++) test(`t${i}`, () => assert.strictEqual(i + 1, 1 + i));
"""
_DENO = """\
for (let i = 0; i < COUNT; i++) {
  Deno.test(`t${i}`, () => { if (i + 1 !== 1 + i) throw new Error(); });
}
"""
_TESTS_OF_EACH = 10


def testing(options: Options) -> Iterator[Row]:
    """Many tests in one file, and many files: each of ours is an isolate."""
    with tempfile.TemporaryDirectory() as folder:
        tests, files = options.batch(1000), options.batch(100)
        yield from _rows(Path(folder, "one"), options, 1, tests, f"{tests} tests in one file", 1.5)
        what = f"{files} files of {_TESTS_OF_EACH} tests"
        yield from _rows(Path(folder, "many"), options, files, _TESTS_OF_EACH, what, None)


def _rows(
    folder: Path, options: Options, files: int, tests: int, what: str, bound: float | None
) -> Iterator[Row]:
    commands = {"atoll test": _command(folder / "atoll", _ATOLL, "js", files, tests)}
    commands["atoll test"][:0] = [sys.executable, "-m", "atoll", "test"]
    node = shutil.which("node")
    if node is not None:
        commands["node --test"] = [
            node, "--test", *_command(folder / "node", _NODE, "mjs", files, tests),
        ]  # fmt: skip
    else:
        print("note: node is not installed; its rows are left out")
    commands["deno test"] = [
        find_engine(), "test", "--quiet", "--no-lock", "--parallel",
        *_command(folder / "deno", _DENO, "js", files, tests),
    ]  # fmt: skip
    # Each round starts several runtimes of several runners.
    times = interleave(1 if options.quick else 3, *map(_timed, commands.values()))
    ours, *others = map(seconds, times)
    for name, figure in zip(list(commands)[1:], others, strict=True):
        target = at_most(bound, "node") if bound is not None and name.startswith("node") else None
        yield Row(f"atoll test, {what}", ours, name, figure, target)


def _command(folder: Path, source: str, extension: str, files: int, tests: int) -> list[str]:
    """The test files that a runner is given."""
    folder.mkdir(parents=True)
    paths = [folder / f"f{number}.test.{extension}" for number in range(files)]
    for path in paths:
        path.write_text(source.replace("COUNT", str(tests)))
    return [str(path) for path in paths]


def _timed(command: list[str]) -> Measurement:
    def measure() -> float:
        start = time.perf_counter()
        subprocess.run(
            command,
            check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1"},
        )
        return time.perf_counter() - start

    return measure
