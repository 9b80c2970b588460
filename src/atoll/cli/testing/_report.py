"""What a person sees of a run: progress while it goes on, then failures and counts."""

from __future__ import annotations

import contextlib
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from atoll.cli.terminal import Stream, visible
from atoll.cli.testing._run import FileRun
from atoll.test_environment import FileCoverage, TestError, TestEvent, TestResult

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_SLOW: Final = 0.3
"""Seconds from which on a test is named as slow."""
_SLOWEST: Final = 5
_LONGEST_PRINTED: Final = 20_000


class Reporter:
    """Reports to a stream; `live` progress where it is a terminal and ``rich`` is installed."""

    def __init__(self, stream: Stream, *, verbose: bool) -> None:
        self._stream = stream
        self._verbose = verbose
        self._progress: Progress | None = None
        self._all: TaskID | None = None
        self._tasks: dict[Path, TaskID] = {}
        self._names: dict[Path, str] = {}

    def begin(self, files: dict[Path, str]) -> Self:
        """Get ready for a run of these files."""
        self._names = files
        self._progress = _progress() if self._stream.is_terminal else None
        return self

    def __enter__(self) -> Self:
        if self._progress is not None:
            self._progress.start()
            self._all = self._progress.add_task("files", total=len(self._names))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    # While it goes on

    def started(self, path: Path) -> None:
        """A file's isolate starts."""
        if self._progress is not None:
            self._tasks[path] = self._progress.add_task(_safe(self._names[path]), total=None)

    def tested(self, path: Path, event: TestEvent) -> None:
        """Something happened in a file."""
        if self._progress is None or path not in self._tasks:
            return
        task = self._tasks[path]
        if event.kind == "collected" and event.root is not None:
            total = sum(1 for _ in event.root.walk())
            self._progress.update(task, total=total)
        elif event.kind == "finished":
            self._progress.advance(task)

    def ended(self, run: FileRun) -> None:
        """A file is done."""
        if self._progress is not None and self._all is not None:
            self._progress.remove_task(self._tasks.pop(run.path))
            self._progress.advance(self._all)
        self._line(self._summary_of(run))
        if self._verbose:
            for test in run.results.tests:
                self._line(f"    {self._mark(test.status)} {' > '.join(test.path)}{_took(test)}")
        if run.printed:
            printed = run.printed[:_LONGEST_PRINTED]
            more = "\n… (more was printed)" if len(run.printed) > _LONGEST_PRINTED else ""
            self._line(_indented(printed.rstrip("\n") + more, "    | "))

    def _summary_of(self, run: FileRun) -> str:
        results = run.results
        told = [f"{len(results.tests)} test{'' if len(results.tests) == 1 else 's'}"]
        if results.failed:
            told.append(self._stream.coloured(f"{results.failed} failed", "red"))
        if results.skipped:
            told.append(f"{results.skipped} skipped")
        if results.todo:
            told.append(f"{results.todo} todo")
        mark = self._mark("passed" if results.ok else "failed")
        time = self._stream.coloured(f"{results.duration:.2f} s", "dim")
        return f"{mark} {run.name} ({', '.join(told)}) {time}"

    def _mark(self, status: str) -> str:
        text, colour = {
            "passed": ("✓", "green"),
            "failed": ("✗", "red"),
            "skipped": ("↓", "dim"),
            "todo": ("…", "yellow"),
        }[status]
        return self._stream.coloured(text, colour)

    def _line(self, text: str) -> None:
        if self._progress is None:
            self._stream.line(text)
            return
        from rich.text import Text

        self._progress.console.print(Text.from_ansi(visible(text)), soft_wrap=True)

    # At the end

    def summary(self, runs: list[FileRun], took: float, unstarted: int) -> None:
        """Failures, slow tests and counts."""
        coloured = self._stream.coloured
        for run in runs:
            for test in run.results.tests:
                for error in test.errors:
                    self._failure(f"{run.name} > {' > '.join(test.path)}", error)
            for error in run.results.errors:
                self._failure(run.name, error)
        self._slow_and_leaky(runs)
        tests = [test for run in runs for test in run.results.tests]
        failed_files = sum(not run.results.ok for run in runs)
        self._line("")
        self._line(self._counts("Files", len(runs), failed_files, unstarted))
        failed = sum(test.status == "failed" for test in tests)
        skipped = sum(test.status in ("skipped", "todo") for test in tests)
        self._line(self._counts("Tests", len(tests), failed, skipped))
        self._snapshots(runs)
        self._line(f"{coloured('Time', 'bold')}   {took:.2f} s")

    def coverage(self, files: list[FileCoverage]) -> None:
        """A table of the files that were measured."""
        width = max([len(file.name) for file in files] + [len("Coverage")])
        self._line("")
        header = f"{'Coverage':<{width}}  {'lines':>6}  {'branches':>8}  lines that did not run"
        self._line(self._stream.coloured(header, "bold"))
        for file in files:
            rates = f"{file.line_rate:>6.1%}  {file.branch_rate:>8.1%}"
            colour = "green" if file.line_rate >= 0.8 else "yellow" if file.line_rate else "red"
            missing = _ranges(file.missing_lines)
            self._line(f"{file.name:<{width}}  {self._stream.coloured(rates, colour)}  {missing}")

    def _failure(self, title: str, error: TestError) -> None:
        self._line("")
        self._line(self._stream.coloured(f"✗ {title}", "red", "bold"))
        self._line("")
        self._line(_indented(str(error), "  "))

    def _counts(self, name: str, total: int, failed: int, skipped: int) -> str:
        coloured = self._stream.coloured
        told = []
        if failed:
            told.append(coloured(f"{failed} failed", "red", "bold"))
        if total - failed - (skipped if name == "Tests" else 0):
            passed = total - failed - (skipped if name == "Tests" else 0)
            told.append(coloured(f"{passed} passed", "green"))
        if skipped:
            told.append(coloured(f"{skipped} {'skipped' if name == 'Tests' else 'not run'}", "dim"))
        return f"{coloured(name, 'bold')}  {', '.join(told) or 'none'}"

    def _slow_and_leaky(self, runs: list[FileRun]) -> None:
        each = [(test, run.name) for run in runs for test in run.results.tests]
        slow = sorted((t for t in each if t[0].duration >= _SLOW), key=lambda t: -t[0].duration)
        if slow:
            self._line("")
            self._line(self._stream.coloured("Slow tests", "bold"))
            for test, name in slow[:_SLOWEST]:
                self._line(f"  {test.duration:6.2f} s  {name} > {' > '.join(test.path)}")
        leaky = [(test, name) for test, name in each if test.leaked_timers]
        if leaky:
            self._line("")
            self._line(self._stream.coloured("Tests that left timers running", "bold"))
            for test, name in leaky[:20]:
                self._line(f"  {test.leaked_timers:6}    {name} > {' > '.join(test.path)}")

    def _snapshots(self, runs: list[FileRun]) -> None:
        told = []
        for attribute, word in (
            ("added", "written"),
            ("updated", "updated"),
            ("removed", "removed"),
        ):
            number = sum(getattr(run.results.snapshots, attribute) for run in runs)
            if number:
                told.append(f"{number} {word}")
        obsolete = sum(len(run.results.snapshots.obsolete) for run in runs)
        if obsolete:
            told.append(f"{obsolete} obsolete (--update removes them)")
        if told:
            self._line(f"{self._stream.coloured('Snapshots', 'bold')}  {', '.join(told)}")


def _ranges(lines: list[int]) -> str:
    """Line numbers in short: 1-3, 7."""
    ranges: list[list[int]] = []
    for line in lines:
        if ranges and line == ranges[-1][1] + 1:
            ranges[-1][1] = line
        else:
            ranges.append([line, line])
    shown = [f"{a}" if a == b else f"{a}-{b}" for a, b in ranges[:12]]
    return ", ".join(shown) + (", …" if len(ranges) > 12 else "")


def _progress() -> Any:
    """A live display, where ``rich`` is installed."""
    with contextlib.suppress(ImportError):
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

        return Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            transient=True,
        )
    return None


def _safe(text: str) -> str:
    return visible(text).replace("\n", " ")


def _took(test: TestResult) -> str:
    return f" ({test.duration:.2f} s)" if test.duration >= _SLOW else ""


def _indented(text: str, by: str) -> str:
    return "\n".join(f"{by}{line}" if line else by.rstrip() for line in text.split("\n"))
