"""The functions of `atoll.testing` for blocking tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atoll.testing._code import CodeRun, as_function

if TYPE_CHECKING:
    from atoll.sync import Isolate

__all__ = ["eval_code", "run_test_code"]


def eval_code(code: str, *args: Any, filename: str = "test.js", **options: Any) -> Any:
    """`atoll.testing.eval_code`, blocking."""
    from atoll.sync import Runtime

    with Runtime(**options) as runtime:
        return runtime.eval(code, *args, filename=filename)


def run_test_code(
    isolate: Isolate,
    code: str,
    input: Any = None,  # noqa: A002 — what the guest calls it
    *,
    filename: str = "test.js",
) -> CodeRun:
    """`atoll.testing.run_test_code`, blocking."""
    run = CodeRun()
    run.value = isolate.eval(as_function(code), input, run.log, filename=filename)
    return run
