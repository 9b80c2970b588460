"""The host's record of a run, from what the guest says of it.

The guest may be an attacker's: it can say anything about its own tests, but nothing that costs the
host more than a bounded amount of memory, and nothing about what it never announced.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from atoll.errors import JSError, JSSyntaxError
from atoll.test_environment._results import (
    Status,
    SuiteResult,
    TestError,
    TestEvent,
    TestResult,
)

_logger: Final = logging.getLogger("atoll.test_environment")
_LONGEST_NAME: Final = 2_000
_LONGEST_TEXT: Final = 40_000
_MOST_ERRORS: Final = 1_000
"""Failures of a file that are kept; a test has 20 at most."""
_DEEPEST: Final = 6
_COST: Final = 100
"""What one snapshot counts beside its text, so that empty ones come to an end, too."""
_TEXT_BUDGET: Final = 64 * 1024 * 1024
"""Characters of all failures and names of a run."""

OnEvent = Callable[[TestEvent], object]


class Recorder:
    """What is known of one run.

    Attributes:
        root: the file's suites and tests.
        errors: failures of the file itself.
        running: the tests that have started and not ended, by their ids.
        snapshots: what the guest said of snapshots: kind, key or stack, text.
        sources: text of the files that stacks can point into.
    """

    def __init__(
        self, filename: str, limit: int, sources: Mapping[str, str], on_event: OnEvent | None
    ) -> None:
        self.root = SuiteResult("")
        self.errors: list[TestError] = []
        self.running: dict[int, TestResult] = {}
        self.waiting: dict[int, TestResult] = {}
        self.snapshots: list[tuple[str, str, str]] = []
        self.sources = sources
        self._filename = filename
        self._limit = limit
        self._on_event = on_event
        self._has_failed = False
        self._suites: dict[int, tuple[SuiteResult, tuple[str, ...]]] = {0: (self.root, ())}
        self._items = 0
        self._left = _TEXT_BUDGET

    def emit(self, event: TestEvent) -> None:
        """Tell the owner. What the callback raises is logged, once."""
        if self._on_event is None:
            return
        try:
            self._on_event(event)
        except Exception:
            if not self._has_failed:
                self._has_failed = True
                _logger.exception("on_event of a test run raised; this is not logged again")

    # Messages of the guest

    def collected(self, rows: object = None, *_: object) -> None:
        """Rows of ``[id, parent, kind, name]``."""
        if type(rows) is not list:
            return
        for row in rows:
            if type(row) is not list or len(row) != 4 or self._items >= self._limit:
                continue
            id, parent, kind, name = row
            if type(id) is not int or type(name) is not str or parent not in self._suites:
                continue
            if id in self._suites or id in self.waiting:
                continue
            suite, path = self._suites[parent]
            name = self._text(name, _LONGEST_NAME)
            if kind not in ("suite", "run", "skip", "todo"):
                continue
            self._items += 1
            if kind == "suite":
                inner = SuiteResult(name)
                suite.children.append(inner)
                self._suites[id] = inner, (*path, name)
            else:
                test = TestResult(name, (*path, name), "todo" if kind == "todo" else "skipped")
                suite.children.append(test)
                if kind == "run":
                    self.waiting[id] = test

    def started(self, id: object = None, *_: object) -> None:
        """A test begins."""
        test = self.waiting.pop(id, None) if type(id) is int else None
        if test is not None:
            self.running[id] = test  # type: ignore[index]
            self.emit(TestEvent("started", self._filename, test=test))

    def ended(
        self,
        id: object = None,
        status: object = None,
        took: object = None,
        retries: object = None,
        leaked: object = None,
        errors: object = None,
        *_: object,
    ) -> None:
        """A test is over."""
        test = self.running.pop(id, None) if type(id) is int else None
        if test is None:
            return
        known: dict[object, Status] = {"passed": "passed", "skipped": "skipped"}
        test.status = known.get(status, "failed") if type(status) is str else "failed"
        if isinstance(took, int | float) and math.isfinite(took) and took >= 0:
            test.duration = took / 1000
        test.retries = _count(retries)
        test.leaked_timers = _count(leaked)
        if type(errors) is list:
            test.errors = [self._error(error) for error in errors[:20]]
        if test.status == "passed" and test.errors:
            test.status = "failed"
        self.emit(TestEvent("finished", self._filename, test=test))

    def suite_failed(self, id: object = None, errors: object = None, *_: object) -> None:
        """Hooks of a suite failed after its tests."""
        if type(id) is not int or id not in self._suites or type(errors) is not list:
            return
        suite, path = self._suites[id]
        for error in errors[:20]:
            if len(self.errors) < _MOST_ERRORS:
                told = self._error(error)
                suite.errors.append(told)
                if path:
                    told.message = f"{' > '.join(path)}: {told.message}"
                self.errors.append(told)

    def snapshot(
        self, kind: object = None, key: object = None, text: object = None, *_: object
    ) -> None:
        """A snapshot was compared, or is to be written."""
        if type(kind) is str and type(key) is str and type(text) is str:
            self._left -= len(key) + len(text) + _COST
            if self._left > 0:
                self.snapshots.append((kind, key, text))

    # Failures

    def thrown(self, error: BaseException) -> TestError:
        """A failure that is an exception here."""
        if isinstance(error, JSSyntaxError) and error.line is not None:
            told = TestError("SyntaxError", error.message)
            stack = f"\n    at {error.filename}:{error.line}:{error.column}"
            return TestError.from_stack(told.name, told.message, stack, self.sources)
        if isinstance(error, JSError):
            told = TestError.from_stack(error.name, error.message, error.js_stack, self.sources)
            if isinstance(error.cause, BaseException):
                told.cause = self.thrown(error.cause)
            return told
        return TestError(type(error).__name__, str(error))

    def fail(self, error: BaseException) -> None:
        """A failure of the file itself."""
        if len(self.errors) < _MOST_ERRORS:
            self.errors.append(self.thrown(error))

    def cut_short(self, error: BaseException) -> None:
        """The isolate has ended: the tests that ran have failed, the others never will run."""
        told = self.thrown(error)
        for test in list(self.running.values()):
            test.status = "failed"
            test.errors.append(told)
            self.emit(TestEvent("finished", self._filename, test=test))
        if not self.running:
            self.errors.append(told)
        self.running.clear()
        self.not_run(f"not run: {told.name} ended the isolate before")

    def not_run(self, why: str) -> None:
        """Whatever has not started will not."""
        for test in self.waiting.values():
            test.note = why
        self.waiting.clear()

    def _error(self, row: object, depth: int = 0) -> TestError:
        """An error from ``[name, message, stack, cause, parts]``."""
        if type(row) is not list or len(row) != 5 or depth > _DEEPEST:
            return TestError("", "an error that cannot be shown")
        name, message, stack, cause, parts = row
        told = TestError.from_stack(
            self._text(name, _LONGEST_NAME),
            self._text(message, _LONGEST_TEXT),
            self._text(stack, _LONGEST_TEXT),
            self.sources,
        )
        if cause is not None:
            told.cause = self._error(cause, depth + 1)
        if type(parts) is list:
            told.errors = [self._error(part, depth + 1) for part in parts[:10]]
        return told

    def _text(self, value: Any, longest: int) -> str:
        if type(value) is not str:
            return ""
        text = value[: max(0, min(longest, self._left))]
        self._left -= len(text)
        return text


def _count(value: object) -> int:
    return value if type(value) is int and 0 <= value < 2**31 else 0
