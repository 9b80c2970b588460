"""The command itself: its options, its reports, and watching."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import random
import time
from pathlib import Path
from typing import NoReturn

from atoll.cli import exit_codes
from atoll.cli.arguments import UsageError, limits_of
from atoll.cli.terminal import error_stream, output_stream
from atoll.cli.testing import _formats
from atoll.cli.testing._files import find_tests
from atoll.cli.testing._report import Reporter
from atoll.cli.testing._run import CannotStart, FileRun, Settings, run_files
from atoll.test_environment import Coverage, RunOptions

_LOOK: float = 0.2
"""Seconds between two looks at files that are watched."""
_CLOCK_STEP: int = 10_000_000
"""Nanoseconds by which the times of files may lag behind the clock: a step of the kernel's."""
_UNSEEN: tuple[int, int] = (-1, -1)


def test(options: argparse.Namespace) -> int:
    """Run test files; returns the exit status.

    Raises:
        UsageError: the options make no sense, or name no test file.
    """
    settings = _settings(options)
    files = _named(find_tests(options.patterns, Path.cwd()), settings.root)
    try:
        with settings.coverage or contextlib.nullcontext():
            if options.watch:
                asyncio.run(_watch(files, settings, options))
            return asyncio.run(_once(files, settings, options))[0]
    except CannotStart as error:
        error_stream().say(str(error))
        return exit_codes.CANNOT_START


def _settings(options: argparse.Namespace) -> Settings:
    limits = limits_of(options)
    if not options.timeout > 0:
        raise UsageError("--timeout must be more than 0")
    root = None if options.root is None else options.root.resolve()
    if root is not None and not root.is_dir():
        raise UsageError(f"--root {options.root} is no folder")
    seed = options.shuffle
    if seed == -1:
        seed = random.SystemRandom().randrange(2**32)
        error_stream().say(f"shuffled with --shuffle {seed}")
    run = RunOptions(
        timeout=options.timeout,
        retries=options.retries,
        bail=options.bail,
        pattern=options.filter,
        seed=seed,
        update_snapshots="all" if options.update else "none" if options.ci else "new",
    )
    return Settings(
        root=root,
        limits=limits,
        confinement=options.confinement,
        run=run,
        define_globals=not options.no_globals,
        color=output_stream().has_colour and not options.json,
        coverage=Coverage() if options.coverage or options.lcov is not None else None,
    )


def _named(files: list[Path], root: Path | None) -> dict[Path, str]:
    """The files with the names that they are shown by."""
    here = Path.cwd()
    for path in files:
        if root is not None and not path.is_relative_to(root):
            raise UsageError(f"{path} is not below --root {root}")
    return {path: os.path.relpath(path, here) for path in files}


async def _once(
    files: dict[Path, str], settings: Settings, options: argparse.Namespace
) -> tuple[int, list[FileRun]]:
    """Run files and report; returns the exit status, and what came of each file."""
    # With --json, standard output is for programs.
    stream = error_stream() if options.json else output_stream()
    reporter = Reporter(stream, verbose=options.verbose)
    started = time.monotonic()
    with reporter.begin(files):
        runs = await run_files(
            files,
            settings,
            options.workers,
            on_start=reporter.started,
            on_test=reporter.tested,
            on_end=reporter.ended,
        )
    took = time.monotonic() - started
    if settings.coverage is not None:
        reporter.coverage(settings.coverage.files)
        if options.lcov is not None:
            _write(options.lcov, settings.coverage.lcov().encode())
    reporter.summary(runs, took, len(files) - len(runs))
    if options.json:
        output_stream().line(_formats.to_json(runs, took))
    if options.junit is not None:
        _write(options.junit, _formats.to_junit(runs, took))
    ok = all(run.results.ok for run in runs) and len(runs) == len(files)
    return exit_codes.OK if ok else exit_codes.THREW, runs


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"cannot write {path}: {(error.strerror or str(error)).lower()}") from None


async def _watch(
    files: dict[Path, str], settings: Settings, options: argparse.Namespace
) -> NoReturn:
    """Run the tests, and again those that a change concerns, until Ctrl-C."""
    used: dict[Path, set[Path]] = {}
    concerned = files
    while True:
        before, began = _stamps(used), time.time_ns() - _CLOCK_STEP
        _, runs = await _once(concerned, settings, options)
        used |= {run.path: run.used for run in runs}
        # What has changed while the tests ran was perhaps read too early.
        seen = {
            path: before.get(path, stamp if stamp[0] < began else _UNSEEN)
            for path, stamp in _stamps(used).items()
        }
        output_stream().line("\nWaiting for changes; Ctrl-C ends.")
        concerned = {}
        while not concerned:
            await asyncio.sleep(_LOOK)
            stamps = _stamps(used)
            changed = {path for path, stamp in stamps.items() if seen.get(path) != stamp}
            seen = stamps
            concerned = {
                path: name
                for path, name in files.items()
                if used.get(path, {path}) & changed and path.exists()
            }


def _stamps(used: dict[Path, set[Path]]) -> dict[Path, tuple[int, int]]:
    """What shows that a file has changed, by file; (0, 0) for one that is gone."""
    stamps = {}
    for path in {file for files in used.values() for file in files}:
        try:
            status = path.stat()
            stamps[path] = status.st_mtime_ns, status.st_size
        except OSError:
            stamps[path] = 0, 0
    return stamps
