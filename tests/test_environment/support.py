"""What the tests of the test environment share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import atoll.sync
from atoll import Limits
from atoll.test_environment import BlockingTestEnvironmentHandle, TestEnvironment, TestResults
from atoll.timers import Timers


class Bench:
    """An isolate with timers and a test environment."""

    def __init__(self, isolate: atoll.sync.Isolate, **options: Any) -> None:
        self.isolate = isolate
        isolate.install(Timers())
        self.tests: BlockingTestEnvironmentHandle = isolate.install(TestEnvironment(**options))

    def run(self, code: str, **options: Any) -> TestResults:
        """Run a file of its own scope."""
        return self.tests.run_tests(f"{{\n{code}\n}}", filename="it.test.js", **options)

    def log(self, code: str, **options: Any) -> list[str]:
        """What a file pushes to its ``log``, in order."""
        self.isolate.eval("globalThis.log = []; 0")
        results = self.run(code, **options)
        assert not results.errors, str(results)
        logged: list[str] = self.isolate.eval("log")
        return logged

    def fails(self, body: str) -> str:
        """The message that the only test, with this body, fails with."""
        results = self.run(f"test('it', async () => {{ {body} }})")
        assert results.failed == 1, str(results)
        return results.tests[0].errors[0].message

    def passes(self, body: str) -> None:
        """Run the only test, with this body."""
        results = self.run(f"test('it', async () => {{ {body} }})")
        assert (results.passed, results.ok) == (1, True), str(results)


@contextmanager
def bench(limits: Limits | None = None, **options: Any) -> Iterator[Bench]:
    with atoll.sync.Isolate(limits=limits) as isolate:
        yield Bench(isolate, **options)


def statuses(results: TestResults) -> dict[str, str]:
    """Status by full name."""
    return {test.full_name: test.status for test in results.tests}
