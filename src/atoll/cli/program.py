"""``atoll run`` and ``atoll eval``: one program, in one isolate."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atoll.console import Console, Entry, TerminalRenderer
from atoll.core.capability import bundled_declarations
from atoll.crypto import Crypto
from atoll.encoding import Encoding
from atoll.errors import AtollError, JSError, MarshalError
from atoll.limits import Limits, MiB
from atoll.sync import JSFunction, Runtime
from atoll.timers import Timers

from . import exit_codes, problems
from .arguments import UsageError, limits_of
from .json_text import NotJson, to_json
from .modules import ProgramModules, modules_of
from .mounts import files_of
from .network import handlers_for
from .terminal import Stream, error_stream, output_stream

if TYPE_CHECKING:
    from atoll.core.statistics import Statistics
    from atoll.fs import Files


class InputError(Exception):
    """Standard input cannot be what the program sees as ``input``."""


def run(options: argparse.Namespace) -> int:
    """Run a program; returns the exit status.

    Raises:
        UsageError: a file cannot be read, or a limit makes no sense.
        BrokenPipeError: nobody reads the output any more.
    """
    source, filename = _source(options)
    read_input = _input(options)
    limits = limits_of(options)
    program = Program(source, filename, options, read_input, modules_of(options, filename))
    return program.run(limits, files_of(options), handlers_for(options.allow))


def visible_parts() -> tuple[object, ...]:
    """The capabilities of every program, for their declarations."""
    return Program, Console(), Timers(), Crypto(), Encoding()


class Program:
    """A program and what it talks to. As a capability, its ``print``, ``input`` and ``args``."""

    def __init__(
        self,
        source: str,
        filename: str,
        options: argparse.Namespace,
        read_input: Callable[[], str | None],
        modules: ProgramModules | None,
    ) -> None:
        self._source = source
        self._named: dict[str, Any] = {"filename": filename, "language": options.language}
        self._options = options
        self._read_input = read_input
        self._errors = error_stream()
        self._output = output_stream()
        self._printed: Stream = self._errors if options.json else self._output
        self._provided: tuple[JSFunction, JSFunction] | None = None
        self._status = exit_codes.OK
        self._modules = modules

    def run(self, limits: Limits, files: Files | None, handlers: Mapping[str, Any]) -> int:
        """Run it in an isolate of its own; returns the exit status.

        Args:
            limits: of the isolate.
            files: what it reaches by ``navigator.storage``, if anything.
            handlers: for its requests; none: it makes none.
        """
        fetch = None
        if handlers:
            from atoll.fetch import Fetch

            fetch = Fetch(**handlers)
        isolate = Runtime(
            limits=limits,
            confinement=self._options.confinement,
            on_uncaught=self._uncaught,
            console=self._entry,
            fetch=fetch,
            fs=files,
            modules=None if self._modules is None else self._modules.builder,
        )
        started = time.monotonic()
        try:
            isolate.__enter__()
        except AtollError as error:
            self._errors.say(str(error))
            return exit_codes.CANNOT_START
        try:
            self._run_in(isolate, limits)
        except AtollError as error:
            self._status = problems.report(error, self._source, self._errors)
            took = time.monotonic() - started
            self._say_stats(isolate, f"ended after {took:.2f} s")
        finally:
            isolate.dispose()
        return self._status

    def _run_in(self, isolate: Runtime, limits: Limits) -> None:
        show, settle = isolate.install(self)
        try:
            self._print_result(isolate, show, limits)
        except (JSError, MarshalError) as error:
            self._status = problems.report(error, self._source, self._errors)
        except InputError as error:
            self._errors.say(str(error))
            self._status = exit_codes.USAGE
        except NotJson as error:
            self._errors.say(f"{error}; run without --json to see it")
            self._status = exit_codes.THREW
        settle()
        self._say_stats(isolate, _summary(isolate.statistics()))

    def _print_result(self, isolate: Runtime, show: JSFunction, limits: Limits) -> None:
        if self._options.json:
            value = self._evaluate(isolate, copy=True)
            self._write(self._output, to_json(value))
            return
        started = time.monotonic()
        # The isolate turns the result into text: much of what it can hold cannot leave it.
        with self._evaluate(isolate, copy=False) as result:
            left = None
            if limits.call_time is not None:
                left = max(0.001, limits.call_time - (time.monotonic() - started))
            text = isolate.eval("(show, result) => show(result)", show, result, timeout=left)
        if text is not None:
            self._write(self._output, text)

    def _evaluate(self, isolate: Runtime, *, copy: bool) -> Any:
        """The program's value: of its last statement, or a module's default export."""
        if self._modules is None:
            return isolate.eval(self._source, **self._named, copy=copy)
        handle = isolate.modules
        if self._modules.specifier is None:
            return handle.eval(self._source, filename=self._modules.filename, copy=copy)
        handle.run(self._modules.specifier)
        with handle.import_module(self._modules.specifier) as namespace:
            return namespace.get("default", copy=copy)

    def _uncaught(self, error: BaseException) -> None:
        self._status = exit_codes.THREW
        if isinstance(error, JSError):
            problems.report(error, self._source, self._errors)
        else:
            self._errors.say(str(error))

    def _say_stats(self, isolate: Runtime, used: str) -> None:
        if self._options.stats:
            layers = isolate.confinement
            around = [name for name in _TOLD if not layers.get(name, "no").startswith("no")]
            by = f"confined by {', '.join(around)}" if around else "not confined by the system"
            self._errors.say(f"{used}; {by}")

    # The capability; guest.js is its other half

    declarations = bundled_declarations("atoll.cli")

    @property
    def guest_source(self) -> str:
        """Text of the guest half."""
        return (resources.files("atoll") / "cli" / "guest.js").read_text("utf-8")

    def options(self) -> dict[str, Any]:
        """What the guest half is given."""
        return {
            "print": self._print,
            "input": self._read_input,
            "args": self._options.args,
            "provide": self._provide,
        }

    def installed(self) -> tuple[JSFunction, JSFunction]:
        """The guest's functions ``show`` and ``settle``; guest.js says what they do."""
        assert self._provided is not None  # noqa: S101 - for the type checker
        return self._provided

    def _provide(self, show: JSFunction, settle: JSFunction) -> None:
        self._provided = show, settle

    def _entry(self, entry: Entry) -> None:
        stream = self._errors if entry.level in ("warn", "error") else self._printed
        text = TerminalRenderer(color=stream.has_colour).render(entry)
        if text is not None:
            self._write(stream, text)

    def _print(self, text: str) -> None:
        self._write(self._printed, text)

    def _write(self, stream: Stream, text: str) -> None:
        # SystemExit, because it is not for the guest to catch: there is nobody left to work for.
        try:
            stream.line(text)
        except BrokenPipeError:
            raise SystemExit(exit_codes.BROKEN_PIPE) from None
        except OSError as error:
            self._errors.say(f"cannot write the output: {error.strerror}")
            raise SystemExit(exit_codes.THREW) from None


_TOLD = ("landlock", "seccomp", "namespaces", "empty root", "rlimits")
"""The layers that are told in one line, by their names in `Isolate.confinement`."""


def _summary(used: Statistics) -> str:
    return (
        f"{used.wall_time:.2f} s, {used.cpu_time:.2f} s of CPU, "
        f"{used.memory / MiB:.1f} MiB of memory, heap {used.heap_used / MiB:.1f} MiB, "
        f"calls to the host: {used.calls}"
    )


# Files and standard input


def _source(options: argparse.Namespace) -> tuple[str, str]:
    """The program's text, and the name that stack traces show: no path of the host."""
    if options.command == "eval":
        return options.program, "<eval>"
    if options.program == "-":
        if options.input == "-":
            raise UsageError("the program and its input cannot both come from standard input")
        return _decode(_read_stdin(), "standard input"), "<stdin>"
    path = Path(options.program)
    return read_text(path), path.name


def _input(options: argparse.Namespace) -> Callable[[], str | None]:
    """How the program's `input` is read, when the program wants it."""
    if options.input == "-":
        text = _decode(_read_stdin(), "standard input")
        return lambda: text
    if options.input is not None:
        path = Path(options.input)
        text = _decode(_read_file(path), str(path))
        return lambda: text
    if options.program == "-" or sys.stdin is None or sys.stdin.isatty():
        return lambda: None
    return _late_input


def _late_input() -> str:
    try:
        return _decode(_read_stdin(), "standard input")
    except UsageError as error:
        raise InputError(str(error)) from None


def read_text(path: Path) -> str:
    """The text of a file.

    Raises:
        UsageError: it cannot be read, or is not UTF-8.
    """
    return _decode(_read_file(path), str(path))


def _read_file(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"cannot read {path}: {reason}") from None


def _read_stdin() -> bytes:
    if sys.stdin is None:
        return b""
    try:
        return sys.stdin.buffer.read()
    except OSError as error:
        raise UsageError(f"cannot read standard input: {os.strerror(error.errno or 0)}") from None


def _decode(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UsageError(
            f"{name} is not UTF-8 text: byte 0x{data[error.start]:02x} on line {line} "
            f"(offset {error.start}); convert it, for instance with iconv"
        ) from None
