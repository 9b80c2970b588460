"""Tests inside the isolate: ``describe``, ``test`` and ``expect``, as Jest and Vitest have them.

::

    tests = await isolate.install(TestEnvironment())
    results = await tests.run_tests(code, filename="sum.test.js")
    print(results.passed, results.failed, results.skipped)
"""

from __future__ import annotations

from atoll.test_environment._coverage import Coverage, FileCoverage
from atoll.test_environment._environment import (
    BlockingTestEnvironmentHandle,
    RunOptions,
    TestEnvironment,
    TestEnvironmentHandle,
)
from atoll.test_environment._imports import IMPORTS
from atoll.test_environment._results import (
    SnapshotSummary,
    Status,
    SuiteResult,
    TestError,
    TestEvent,
    TestResult,
    TestResults,
)
from atoll.test_environment._stack import StackFrame

__all__ = [
    "IMPORTS",
    "BlockingTestEnvironmentHandle",
    "Coverage",
    "FileCoverage",
    "RunOptions",
    "SnapshotSummary",
    "StackFrame",
    "Status",
    "SuiteResult",
    "TestEnvironment",
    "TestEnvironmentHandle",
    "TestError",
    "TestEvent",
    "TestResult",
    "TestResults",
]
