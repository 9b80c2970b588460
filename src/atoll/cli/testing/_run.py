"""Running test files, each in an isolate of its own."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from atoll import Limits, Runtime
from atoll.cli.arguments import UsageError
from atoll.cli.testing._files import Project, root_of
from atoll.console import Console, Entry, TerminalRenderer
from atoll.core.launch import Confinement
from atoll.errors import AtollError, ConfinementUnavailable, EngineNotFound
from atoll.test_environment import (
    Coverage,
    RunOptions,
    SuiteResult,
    TestEnvironment,
    TestError,
    TestEvent,
    TestResults,
)
from atoll.test_environment._snapshots import write_whole

_ENTRIES: Final = 10_000
"""Console entries of one file that are kept."""
_PROCESS: Final = """
globalThis.process = {
  argv: [],
  cwd: () => "/",
  env: { NODE_ENV: "test" },
  exit: (code) => { throw new Error(`process.exit(${code ?? ""}) was called`); },
  nextTick: (callback, ...args) => queueMicrotask(() => callback(...args)),
  on() { return this; },
  platform: "linux",
  version: "",
  versions: {},
};
globalThis.global = globalThis;
0
"""
"""What pure logic asks of Node most: to end the process is an error, as in Jest."""


@dataclass(slots=True)
class Settings:
    """What the command line says of every file."""

    root: Path | None
    limits: Limits
    confinement: Confinement
    run: RunOptions
    define_globals: bool = True
    color: bool = False
    coverage: Coverage | None = None


@dataclass(slots=True)
class FileRun:
    """One test file and what came of it.

    Attributes:
        path: of the file.
        name: how it is shown: relative to the current folder, where that is shorter.
        results: of its tests.
        printed: what it wrote to the console.
        used: the files that it read.
    """

    path: Path
    name: str
    results: TestResults
    printed: str = ""
    used: set[Path] = field(default_factory=set)


OnStart = Callable[[Path], None]
OnTest = Callable[[Path, TestEvent], None]


class CannotStart(Exception):
    """No isolate can be started on this machine."""


async def run_file(path: Path, name: str, settings: Settings, on_test: OnTest) -> FileRun:
    """Run the tests of one file.

    Raises:
        CannotStart: no isolate can be started here.
    """
    root = settings.root or root_of(path)
    project = Project(root, settings.coverage)
    output = io.StringIO()
    renderer = TerminalRenderer(output, color=settings.color)

    def on_entry(entry: Entry) -> None:
        renderer(entry)

    console = Console(on_entry, max_entries=_ENTRIES)
    specifier = path.relative_to(root).as_posix()
    try:
        async with Runtime(
            limits=settings.limits,
            confinement=settings.confinement,
            console=console,
            fetch=True,
            modules=project.modules(),
        ) as rt:
            await rt.eval(_PROCESS, filename="atoll:process")
            tests = await rt.install(
                TestEnvironment(define_globals=settings.define_globals, color=settings.color)
            )
            options: RunOptions = {
                **settings.run,
                "snapshots": path.parent / "__snapshots__" / f"{path.name}.snap",
                "sources": project.sources,
                "on_event": lambda event: on_test(path, event),
                "coverage": settings.coverage,
            }
            results = await tests.run_test_module(specifier, modules=rt.modules, **options)
    except ValueError as error:
        raise UsageError(str(error).replace("pattern", "--filter")) from None
    except (EngineNotFound, ConfinementUnavailable) as error:
        raise CannotStart(str(error)) from error
    except AtollError as error:
        results = TestResults(
            specifier, SuiteResult(""), [TestError(type(error).__name__, str(error))]
        )
    if results.rewritten is not None and results.rewritten != project.sources.get(specifier):
        try:
            write_whole(path, results.rewritten)
        except OSError as error:
            reason = f"the inline snapshots cannot be written: {error.strerror}"
            results.errors.append(TestError("", reason))
    return FileRun(path, name, results, output.getvalue(), project.used | {path})


async def run_files(
    files: dict[Path, str],
    settings: Settings,
    workers: int,
    *,
    on_start: OnStart,
    on_test: OnTest,
    on_end: Callable[[FileRun], None],
) -> list[FileRun]:
    """Run test files, some at once, in order of their names; stops at the bail limit.

    Raises:
        CannotStart: no isolate can be started here.
    """
    queue = iter(files.items())
    runs: list[FileRun] = []
    bail = settings.run.get("bail", 0)

    async def work() -> None:
        for path, name in queue:
            failed = sum(run.results.failed + bool(run.results.errors) for run in runs)
            if bail and failed >= bail:
                return
            on_start(path)
            run = await run_file(path, name, settings, on_test)
            runs.append(run)
            on_end(run)

    tasks = [asyncio.ensure_future(work()) for _ in range(min(workers, len(files)))]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    order: dict[Any, int] = {path: index for index, path in enumerate(files)}
    return sorted(runs, key=lambda run: order[run.path])
