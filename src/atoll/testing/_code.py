"""Code that a test brings with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atoll import Isolate


@dataclass
class CodeRun:
    """What test code did.

    Attributes:
        value: what it returned.
        logs: what it passed to ``log(name, value)``, by name; of several calls the last.
        log_order: the names, in the order of the calls.
    """

    value: Any = None
    logs: dict[str, Any] = field(default_factory=dict)
    log_order: list[str] = field(default_factory=list)

    def log(self, name: str, value: Any = None) -> None:
        """The guest's ``log``."""
        self.logs[name] = value
        self.log_order.append(name)


def as_function(code: str) -> str:
    """The code as the body of an asynchronous function, on the lines that it had."""
    return f"async (input, log) => {{{code}\n}}"


async def eval_code(code: str, *args: Any, filename: str = "test.js", **options: Any) -> Any:
    """Evaluate code in a fresh runtime, and end that.

    Args:
        code: a script; its completion value, awaited. With ``args``, its value is a function.
        args: arguments for that function.
        filename: what stack traces call the code.
        options: arguments of `atoll.Runtime`.

    Raises:
        AtollError: the code threw, could not be parsed, or exceeded a limit.
    """
    from atoll import Runtime

    async with Runtime(**options) as runtime:
        return await runtime.eval(code, *args, filename=filename)


async def run_test_code(
    isolate: Isolate,
    code: str,
    input: Mapping[str, Any] | Any = None,  # noqa: A002 — what the guest calls it
    *,
    filename: str = "test.js",
) -> CodeRun:
    """Run the body of an asynchronous function that has ``input`` and ``log(name, value)``.

    ::

        run = await run_test_code(
            runtime, "log('sum', input.a + input.b); return 1", {"a": 1, "b": 2}
        )
        run.logs["sum"]  # 3

    Args:
        isolate: an isolate or runtime.
        code: statements; ``return`` gives the run's value.
        input: what the code sees as ``input``: values, functions, classes' instances.
        filename: what stack traces call the code.

    Raises:
        AtollError: the code threw, could not be parsed, or exceeded a limit.
    """
    run = CodeRun()
    run.value = await isolate.eval(as_function(code), input, run.log, filename=filename)
    return run
