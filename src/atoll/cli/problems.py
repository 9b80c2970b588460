"""Errors, as people read them: what happened, where, and what to do about it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from atoll.core.code_frame import code_frame
from atoll.errors import (
    AtollError,
    CpuLimitExceeded,
    IsolateCrashed,
    JSError,
    JSSyntaxError,
    LimitExceeded,
    MarshalError,
    MemoryLimitExceeded,
    ModuleError,
    OutputLimitExceeded,
    WallTimeLimitExceeded,
)

from . import exit_codes
from .json_text import NotJson, to_json

if TYPE_CHECKING:
    from .terminal import Stream

_LONGEST_STACK: Final = 20_000
_DEEPEST_CAUSE: Final = 10
_OPTIONS: Final[tuple[tuple[type[LimitExceeded], str], ...]] = (
    (MemoryLimitExceeded, "--memory"),
    (CpuLimitExceeded, "--cpu-time"),
    (WallTimeLimitExceeded, "--call-time or --wall-time"),
    (OutputLimitExceeded, "--output"),
)

_MODULES: Final = (
    "a program imports what is in the folder of --directory, and the packages of --node-modules"
)
_BY_OPTION: Final = re.compile(
    r"(navigator|fetch|Headers|Request|Response|WebSocket|EventSource) is not defined"
)


def report(error: AtollError, source: str, errors: Stream) -> int:
    """Write an error to a stream; returns the exit status that it means."""
    if isinstance(error, JSSyntaxError):
        errors.write(_syntax_error(error, source, errors))
        return exit_codes.THREW
    if isinstance(error, JSError):
        errors.write(_thrown(error, errors) + _missing_global(error))
        return exit_codes.THREW
    if isinstance(error, ModuleError):
        message, _, advice = str(error).partition(": this isolate's Modules() is empty")
        errors.say(f"{message}: {_MODULES}" if advice else message)
        return exit_codes.THREW
    if isinstance(error, MarshalError):
        errors.say(f"a value cannot leave the isolate: {error}")
        return exit_codes.THREW
    message = str(error)
    if isinstance(error, LimitExceeded):
        option = next((name for kind, name in _OPTIONS if isinstance(error, kind)), None)
        if option is not None:
            message += f". Raise the limit with {option}."
    elif isinstance(error, IsolateCrashed) and error.signal is not None:
        message += " (a crash in the engine ends one isolate only)"
    errors.say(message)
    return exit_codes.ENDED


def _thrown(error: JSError, errors: Stream) -> str:
    """A guest's error with its stack, its causes and its parts."""
    from .terminal import visible

    lines = [errors.coloured("Uncaught", "red", "bold") + " " + _trace(error, 0)]
    # The text is the guest's: nothing in it may reach a terminal's control functions.
    return visible("\n".join(lines)) + "\n"


def _missing_global(error: JSError) -> str:
    """What to do about an API that a program of the command does not have."""
    missing = _BY_OPTION.fullmatch(error.message) if error.name == "ReferenceError" else None
    if missing is None:
        return ""
    if missing[1] == "navigator":
        return "\nA program has files with --mount DIR.\n"
    return f"\nA program has {missing[1]} with --allow URL, which says what it may reach.\n"


def _trace(error: object, depth: int) -> str:
    if not isinstance(error, JSError):
        return repr(error)[:_LONGEST_STACK]
    if error.name == "Uncaught":  # no error object was thrown, but some value
        try:
            return to_json(error.value)
        except NotJson:
            return error.message
    text = (error.js_stack or str(error))[:_LONGEST_STACK]
    if depth >= _DEEPEST_CAUSE:
        return text
    for index, part in enumerate(error.errors[:20]):
        text += f"\n  [{index}] " + _trace(part, depth + 1).replace("\n", "\n      ")
    if error.cause is not None:
        text += "\nCaused by: " + _trace(error.cause, depth + 1)
    return text


def _syntax_error(error: JSSyntaxError, source: str, errors: Stream) -> str:
    """``file:line:column``, the message, and the line with a caret below the place."""
    where = f"{error.filename}:{error.line}:{error.column}" if error.line else f"{error.filename}"
    # What to do in Python, which is the rest of that message, is said for the command below.
    is_module = error.message.startswith("Cannot use import")
    message = error.message.partition(". ")[0] if is_module else error.message
    text = f"{where}: {errors.coloured('SyntaxError', 'red', 'bold')}: {message}\n"
    if error.specifier is not None and error.column:  # in a module, whose text is not here
        line = (error.source_line or "")[:200]
        text += f"\n  {line}\n  {' ' * (error.column - 1)}^\n"
    elif error.line and error.column:
        text += "\n" + code_frame(source, error.line, error.column) + "\n"
    if is_module:
        text += "\nA program is a classic script unless --module says that it is a module.\n"
    return text
