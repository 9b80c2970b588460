"""Help for those who test code that runs in isolates.

Fixtures for pytest come with one line in ``conftest.py``::

    pytest_plugins = ["atoll.testing.plugin"]
"""

from __future__ import annotations

from atoll.testing._code import CodeRun, eval_code, run_test_code
from atoll.testing._fake_network import Expectation, FakeNetwork, RecordedRequest
from atoll.testing._leaks import no_leaked_handles, no_leaked_tasks, no_leaks
from atoll.testing._server import IntegrationServer

__all__ = [
    "CodeRun",
    "Expectation",
    "FakeNetwork",
    "IntegrationServer",
    "RecordedRequest",
    "eval_code",
    "no_leaked_handles",
    "no_leaked_tasks",
    "no_leaks",
    "run_test_code",
]
