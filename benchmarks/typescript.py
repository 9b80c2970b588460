"""TypeScript to JavaScript, beside the same compiler without confinement, and from the cache."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from atoll.engine import find_engine
from atoll.typescript import Checker, Compiler, DiskCache, Source, declarations_for

from .measure import Options, Row, at_most, interleave, seconds
from .raw import deno_environment

FILES = 500
_LINES = 20


def typescript(options: Options) -> Iterator[Row]:
    """One file, many files, the same from the cache, and a type check."""
    count = options.batch(FILES)
    one = [_source(0)]
    many = [_source(number) for number in range(count)]
    with deno_environment() as environment, tempfile.TemporaryDirectory() as folder:
        for source in many:
            Path(folder, source.filename).write_text(source.code)
        warm = Compiler(cache=DiskCache(Path(folder, "cache")))
        warm.transpile_many(many)

        def raw(sources: list[Source]) -> float:
            names = [source.filename for source in sources]
            command = [find_engine(), "transpile", "--quiet", "--source-map=inline"]
            start = time.perf_counter()
            subprocess.run(
                [*command, "--outdir=out", *names], cwd=folder, env=environment, check=True
            )
            return time.perf_counter() - start

        def ours(sources: list[Source]) -> float:
            start = time.perf_counter()
            Compiler(cache=None).transpile_many(sources)
            return time.perf_counter() - start

        def cached(sources: list[Source]) -> float:
            compiler = Compiler(cache=DiskCache(Path(folder, "cache")))  # nothing in memory
            start = time.perf_counter()
            compiler.transpile_many(sources)
            return time.perf_counter() - start

        def checked() -> float:
            start = time.perf_counter()
            Checker(cache=None).check(one[0].code, declarations=declarations_for())
            return time.perf_counter() - start

        def raw_check() -> float:
            command = [find_engine(), "check", "--quiet", one[0].filename]
            start = time.perf_counter()
            # Without a folder of its own it forgets what it has checked, as ours is told to.
            nowhere = {**environment, "DENO_DIR": "/dev/null/deno"}
            subprocess.run(command, cwd=folder, env=nowhere, check=True)
            return time.perf_counter() - start

        rounds = options.rounds(10)
        ours(one)
        single, bare_single = interleave(rounds, lambda: ours(one), lambda: raw(one))
        batch, bare_batch, hits = interleave(
            rounds, lambda: ours(many), lambda: raw(many), lambda: cached(many)
        )
        checks, bare_checks = interleave(options.rounds(4), checked, raw_check)
    bare = "bare deno transpile"
    yield Row("transpile one file, confined", seconds(single), bare, seconds(bare_single))
    label = f"transpile {count} files of {_LINES} lines"
    yield Row(f"{label}, confined", seconds(batch), bare, seconds(bare_batch), at_most(3, "bare"))
    yield Row(
        f"{label}, from the disk cache",
        seconds(hits),
        "without it",
        seconds(batch),
        at_most(1, "that"),
    )
    yield Row(
        "check the types of one file, confined",
        seconds(checks),
        "bare deno check",
        seconds(bare_checks),
    )


def _source(number: int) -> Source:
    code = f"export const x{number}: number = {number};\n" + "".join(
        f"export function f{line}<T extends object>(value: T, by?: number): T {{ return value }}\n"
        for line in range(_LINES - 1)
    )
    return Source(code, f"m{number}.ts")
