"""The ``atoll`` command.

Modules are imported when a command needs them: ``atoll --help`` answers without loading the
engine, and no command loads what only another one uses.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence
from typing import Final

from . import exit_codes

__all__ = ["main"]

_COMMANDS: Final = {
    "check": (".check", "check"),
    "doctor": (".doctor", "doctor"),
    "eval": (".program", "run"),
    "run": (".program", "run"),
    "serve": (".serve", "serve"),
    "test": (".testing._command", "test"),
}
"""Where each command is: module and function. `arguments` has their options."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status.

    Args:
        argv: the arguments after the command's name; by default those of this process.
    """
    from .arguments import UsageError, parse

    try:
        options = parse(sys.argv[1:] if argv is None else argv)
        module, function = _COMMANDS[options.command]
        status: int = getattr(importlib.import_module(module, __name__), function)(options)
        return status
    except UsageError as error:
        _say(str(error))
        return exit_codes.USAGE
    except KeyboardInterrupt:
        _say("interrupted")
        return exit_codes.INTERRUPTED
    except BrokenPipeError:
        _forget_output()
        return exit_codes.BROKEN_PIPE


def _say(message: str) -> None:
    from .terminal import error_stream

    error_stream().say(message)


def _forget_output() -> None:
    """Python flushes standard output once more as it exits; let that succeed."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
