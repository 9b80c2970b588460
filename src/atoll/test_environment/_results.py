"""What a run of tests came to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from atoll.core.code_frame import code_frame
from atoll.test_environment._stack import StackFrame, frames_of, stack_text

__all__ = ["Status", "SuiteResult", "TestError", "TestEvent", "TestResult", "TestResults"]

Status = Literal["passed", "failed", "skipped", "todo"]


@dataclass(slots=True)
class TestError:
    """Why a test, a hook or a file failed.

    Attributes:
        name: class of what was thrown; empty when that was no error.
        message: what it says: for a matcher, with the difference.
        frames: the places it came through, innermost first.
        code_frame: the lines around the first of them, where their source is known.
        cause: the error's ``cause``.
        errors: the members of an ``AggregateError``.
    """

    __test__: ClassVar = False

    name: str
    message: str
    frames: list[StackFrame] = field(default_factory=list)
    code_frame: str | None = None
    cause: TestError | None = None
    errors: list[TestError] = field(default_factory=list)

    @property
    def stack(self) -> str:
        """The frames as text, a line each."""
        return stack_text(self.frames)

    def __str__(self) -> str:
        named = self.name not in ("", "Error")
        text = f"{self.name}: {self.message}" if named else self.message
        if self.code_frame:
            text += f"\n\n{self.code_frame}"
        if self.frames:
            text += f"\n\n{self.stack}"
        for index, part in enumerate(self.errors):
            text += f"\n\n[{index}] {part}"
        return text if self.cause is None else f"{text}\n\nCaused by: {self.cause}"

    @classmethod
    def from_stack(
        cls, name: str, message: str, stack: str | None, sources: Mapping[str, str]
    ) -> TestError:
        """An error with the frames of a stack, and the code of the first that has any."""
        frames = frames_of(stack or "", message)
        shown = None
        for frame in frames:
            if frame.filename in sources:
                shown = code_frame(sources[frame.filename], frame.line, frame.column) or None
                break
        return cls(name, message, frames, shown)


@dataclass(slots=True)
class TestResult:
    """One test.

    Attributes:
        name: its own title.
        path: the titles of its suites, outermost first, and its own.
        status: ``"passed"``, ``"failed"``, ``"skipped"`` or ``"todo"``.
        duration: seconds, hooks and retries included.
        errors: why it failed, in order.
        retries: how often it was run again.
        leaked_timers: timers that it left pending.
        note: why it was skipped, when the file did not ask for that.
    """

    __test__: ClassVar = False

    name: str
    path: tuple[str, ...]
    status: Status = "skipped"
    duration: float = 0.0
    errors: list[TestError] = field(default_factory=list)
    retries: int = 0
    leaked_timers: int = 0
    note: str | None = None

    @property
    def full_name(self) -> str:
        """The titles of its suites and its own, with spaces between: what a pattern is tried on."""
        return " ".join(self.path)


@dataclass(slots=True)
class SuiteResult:
    """A ``describe`` block, or the file itself.

    Attributes:
        name: its title; empty for the file.
        children: suites and tests, in the order of the file.
        errors: failures of its ``afterAll`` hooks.
    """

    name: str
    children: list[SuiteResult | TestResult] = field(default_factory=list)
    errors: list[TestError] = field(default_factory=list)

    @property
    def suites(self) -> list[SuiteResult]:
        """The suites right inside of it."""
        return [child for child in self.children if isinstance(child, SuiteResult)]

    @property
    def tests(self) -> list[TestResult]:
        """The tests right inside of it."""
        return [child for child in self.children if isinstance(child, TestResult)]

    def walk(self) -> Iterator[TestResult]:
        """Every test in it, in the order of the file."""
        for child in self.children:
            if isinstance(child, TestResult):
                yield child
            else:
                yield from child.walk()


@dataclass(slots=True)
class SnapshotSummary:
    """How many snapshots were compared and written.

    Attributes:
        matched: that were compared with what had been kept.
        added: new ones.
        updated: ones that were replaced.
        obsolete: keys that had been kept, and no test asked for.
        removed: obsolete ones that were removed.
        error: why they could not be written, if they could not.
    """

    matched: int = 0
    added: int = 0
    updated: int = 0
    obsolete: list[str] = field(default_factory=list)
    removed: int = 0
    error: str | None = None


@dataclass(slots=True)
class TestResults:
    """A run of one file.

    Attributes:
        filename: as stack traces show it.
        root: the file's suites and tests.
        errors: failures of the file itself: it did not load, defined no test, an ``afterAll`` hook
            or something between two tests threw, a limit ended the isolate.
        duration: seconds from the start of loading to the end.
        seed: of the order, or None for that of the file.
        snapshots: what became of snapshots.
        rewritten: text of the file with the inline snapshots that the run has made, or None.
        ended: the limit or crash that ended the isolate during the run, or None.
    """

    __test__: ClassVar = False

    filename: str
    root: SuiteResult
    errors: list[TestError] = field(default_factory=list)
    duration: float = 0.0
    seed: int | None = None
    snapshots: SnapshotSummary = field(default_factory=SnapshotSummary)
    rewritten: str | None = None
    ended: Exception | None = None

    @property
    def tests(self) -> list[TestResult]:
        """Every test, in the order of the file."""
        return list(self.root.walk())

    def _count(self, status: Status) -> int:
        return sum(test.status == status for test in self.root.walk())

    @property
    def passed(self) -> int:
        """How many tests passed."""
        return self._count("passed")

    @property
    def failed(self) -> int:
        """How many tests failed."""
        return self._count("failed")

    @property
    def skipped(self) -> int:
        """How many tests did not run."""
        return self._count("skipped")

    @property
    def todo(self) -> int:
        """How many tests are placeholders."""
        return self._count("todo")

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.errors and self.failed == 0

    def __str__(self) -> str:
        counts = ", ".join(
            f"{number} {name}"
            for number, name in (
                (self.failed, "failed"),
                (self.passed, "passed"),
                (self.skipped, "skipped"),
                (self.todo, "todo"),
            )
            if number
        )
        text = f"{self.filename}: {counts or 'no tests'} ({self.duration:.2f} s)"
        failures = [*map(str, self.errors)]
        for test in self.root.walk():
            failures += [f"{' > '.join(test.path)}\n\n{error}" for error in test.errors]
        return "\n\n".join([text, *failures])


@dataclass(slots=True)
class TestEvent:
    """Something that happened in a run, as it happens.

    Attributes:
        kind: ``"collected"`` (the file has loaded; `root` is what it defines), ``"started"`` and
            ``"finished"`` (of `test`), ``"ended"`` (of the run).
        filename: of the run.
        test: of ``"started"`` and ``"finished"``.
        root: of ``"collected"``.
        results: of ``"ended"``.
    """

    __test__: ClassVar = False

    kind: Literal["collected", "started", "finished", "ended"]
    filename: str
    test: TestResult | None = None
    root: SuiteResult | None = None
    results: TestResults | None = None
