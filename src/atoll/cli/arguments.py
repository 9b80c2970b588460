"""The command line: what it accepts, spelled like the Python API."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, Never

from atoll._version import __version__
from atoll.limits import Limits

from .testing import _options as test_options

_SIZES: Final = {
    "": 1, "b": 1,
    "kib": 1024, "mib": 1024**2, "gib": 1024**3,
    "kb": 1000, "mb": 1000**2, "gb": 1000**3,
}  # fmt: skip
_DURATIONS: Final = {"": 1.0, "ms": 0.001, "s": 1.0, "min": 60.0}
_AMOUNT: Final = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)\s*([a-z]*)", re.IGNORECASE)

_EXIT_STATUS: Final = """\
exit status:
  0    the program ran to its end (test: all passed; check: no errors; doctor:
       confinement="require" works here)
  1    the program threw, or its result cannot be shown (test: something failed; check: errors)
  2    wrong options, or a file that cannot be read
  3    a limit ended the isolate, or its process crashed
  4    no isolate could be started (doctor: what "require" needs does not hold)
  130  interrupted with Ctrl-C
"""
_GLOBALS: Final = """\
A program is a classic script, in TypeScript if it is said to be, in which top-level await works, or
a module (--module, .mjs, .mts). It sees ECMAScript, WebAssembly, the core classes of the web
platform (URL, Blob, streams, events, ...), timers, crypto, TextEncoder and the like, and:

  console           whose warnings and errors go to standard error, all else to standard output
  print(...values)  writes a line to standard output, however large the values are
  input             text of --input, or of standard input when that is no terminal, or null
  args              what follows --, an array of strings

Its completion value, the value of its last expression statement, or a module's default export, is
printed unless undefined; a promise is awaited.
"""


class UsageError(Exception):
    """The command cannot do what it was asked; the message is for a person."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Never:
        raise UsageError(f"{message}\nTry `{self.prog} --help`.")


_A_SIZE: Final = "a size such as 64MiB, 1GiB or a number of bytes"
_A_TIME: Final = "a time such as 5, 0.5, 500ms or 2min"


def size(text: str) -> int:
    """Bytes, from ``64MiB``, ``1.5GiB``, ``500kB`` or a plain number."""
    return round(_amount(text, _SIZES, _A_SIZE))


def duration(text: str) -> float:
    """Seconds, from ``5``, ``0.5``, ``500ms``, ``5s`` or ``2min``."""
    return _amount(text, _DURATIONS, _A_TIME)


def _amount(text: str, units: Mapping[str, float], expected: str) -> float:
    match = _AMOUNT.fullmatch(text.strip())
    if match is None or match[2].lower() not in units:
        raise argparse.ArgumentTypeError(f"{text!r} is not {expected}")
    return float(match[1]) * units[match[2].lower()]


def _optional_size(text: str) -> int | None:
    return None if text == "none" else round(_amount(text, _SIZES, f"{_A_SIZE}, nor none"))


def _optional_duration(text: str) -> float | None:
    return None if text == "none" else _amount(text, _DURATIONS, f"{_A_TIME}, nor none")


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Parse the arguments after the command's name.

    Raises:
        UsageError: they make no sense.
        SystemExit: ``--help`` or ``--version`` was asked for and has been answered.
    """
    # argparse has changed its mind about `--` between versions, so it never sees one.
    own, rest = list(argv), []
    if "--" in own:
        at = own.index("--")
        own, rest = own[:at], own[at + 1 :]
    options = _parser().parse_args(own)
    if options.command in ("run", "eval"):
        if options.program is None:
            if not rest:
                raise UsageError(
                    f"{options.command} needs {'a FILE' if options.command == 'run' else 'CODE'}\n"
                    f"Try `atoll {options.command} --help`."
                )
            options.program = rest.pop(0)
        options.args = rest
    elif rest:
        raise UsageError(f"{options.command} takes no arguments after --")
    return options


def _parser() -> _Parser:
    parser = _Parser(
        prog="atoll",
        description="Run untrusted JavaScript and TypeScript in V8 isolates that are confined.",
        epilog=_EXIT_STATUS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"atoll {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (summary, description, add_options) in _COMMANDS.items():
        command = commands.add_parser(
            name,
            help=summary,
            description=description,
            epilog=_EXIT_STATUS,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        add_options(command)
    return parser


def _add_run(parser: argparse.ArgumentParser) -> None:
    _add_program(parser, "FILE", "a JavaScript or TypeScript file; - reads it from standard input")


def _add_eval(parser: argparse.ArgumentParser) -> None:
    _add_program(parser, "CODE", "the source text")


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", metavar="FILE", nargs="+", help="a program; they may import others"
    )
    parser.add_argument("--json", action="store_true", help="the diagnostics as JSON")
    parser.add_argument(
        "--declarations",
        metavar="FILE",
        action="append",
        default=[],
        help="a .d.ts file with what else programs can see",
    )
    _add_confinement(parser)


def _add_doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="the report as JSON")


def _add_serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a handler: JavaScript or TypeScript")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    parser.add_argument("--isolates", type=int, default=2, help="how many answer requests (2)")
    parser.add_argument(
        "--timeout", type=_optional_duration, metavar="TIME", default=30, help=_HELP["timeout"]
    )
    parser.add_argument(
        "--max-body", type=_optional_size, metavar="SIZE", default=None, help=_HELP["max_body"]
    )
    parser.add_argument(
        "--shutdown-grace", type=duration, metavar="TIME", default=10, help=_HELP["shutdown_grace"]
    )
    parser.add_argument("--reload", action="store_true", help=_HELP["reload"])
    parser.add_argument(
        "--env", metavar="NAME=VALUE", action="append", default=[], help=_HELP["env"]
    )
    parser.add_argument("--allow", metavar="URL", action="append", default=[], help=_HELP["allow"])
    add_limits(parser)


def _add_program(parser: argparse.ArgumentParser, metavar: str, what: str) -> None:
    parser.usage = f"{parser.prog} [options] {metavar} [-- ARGS...]"
    parser.add_argument("program", metavar=metavar, nargs="?", help=what)
    parser.add_argument("--input", metavar="FILE", help=_HELP["input"])
    parser.add_argument("--json", action="store_true", help=_HELP["json"])
    parser.add_argument("--stats", action="store_true", help=_HELP["stats"])
    parser.add_argument(
        "--language", choices=("js", "ts", "mts", "cts", "tsx", "jsx"), help=_HELP["language"]
    )
    parser.add_argument(
        "--ts", action="store_const", dest="language", const="ts", help="the same as --language ts"
    )
    parser.add_argument(
        "--mount", metavar="[NAME=]DIR[:ro|rw]", action="append", default=[], help=_HELP["mount"]
    )
    parser.add_argument("--allow", metavar="URL", action="append", default=[], help=_HELP["allow"])
    _add_modules(parser)
    add_limits(parser)


def _add_modules(parser: argparse.ArgumentParser) -> None:
    modules = parser.add_argument_group(
        "modules", "Without --directory, a program imports nothing."
    )
    modules.add_argument("--module", action="store_true", help=_HELP["module"])
    modules.add_argument("--directory", metavar="DIR", help=_HELP["directory"])
    modules.add_argument("--node-modules", metavar="DIR", help=_HELP["node_modules"])


def add_limits(parser: argparse.ArgumentParser) -> None:
    """Add the options for limits and confinement."""
    limits = parser.add_argument_group(
        "limits", "The defaults are those of the Python API; none lifts a limit."
    )
    for option, (kind, metavar, summary) in _LIMIT_OPTIONS.items():
        # A limit that is not given keeps the default of the Python API, without loading that.
        limits.add_argument(option, type=kind, metavar=metavar, help=summary, default=_UNSET)
    _add_confinement(limits)


def _add_confinement(parser: argparse._ActionsContainer) -> None:
    parser.add_argument(
        "--confinement",
        choices=("require", "best-effort", "off"),
        default="require",
        help=_HELP["confinement"],
    )


_CHECKS: Final = (
    "Checks TypeScript, and JavaScript by its JSDoc, against what programs of `run` see."
)
_ATTACKS: Final = "Puts on each layer of confinement and attacks it. Takes about a second."
_HELP: Final = {
    "allow": "a pattern of URLs that may be fetched, such as https://api.example.com",
    "env": "a value that the handler gets in its second argument",
    "timeout": "time until a handler has to have answered (30s)",
    "max_body": "bytes of a request's body (none)",
    "shutdown_grace": "time that requests under way get when the server is to stop (10s)",
    "reload": "load the handler again when a file beside it changes",
    "module": "it is a module, as .mjs and .mts files are; its value is its default export",
    "directory": "a folder that its imports, and FILE, are in; what is in it can be imported",
    "node_modules": "a node_modules folder whose packages it can import",
    "input": "what the program sees as input; - reads standard input before it starts",
    "json": "print the result as one line of JSON, and what the program prints to standard error",
    "mount": "a folder that it reaches by navigator.storage, as its root or as NAME; read-only "
    "unless :rw",
    "language": "of the program, where the extension of FILE does not say it",
    "stats": "end with a line on standard error: time, memory, confinement",
    "confinement": "require (default) refuses to start without Landlock and seccomp; see doctor",
}
_UNSET: Final = object()
_LIMIT_OPTIONS: Final[dict[str, tuple[Callable[[str], float | None], str, str]]] = {
    "--memory": (size, "SIZE", "heap, ArrayBuffers and WebAssembly together (128MiB)"),
    "--cpu-time": (_optional_duration, "TIME", "processor time in all (none)"),
    "--call-time": (_optional_duration, "TIME", "time that the program may take (30s)"),
    "--wall-time": (_optional_duration, "TIME", "time from start to the forced end (none)"),
    "--output": (_optional_size, "SIZE", "bytes that the program may send out (none)"),
}


def limits_of(options: argparse.Namespace) -> Limits:
    """The limits that the command line sets.

    Raises:
        UsageError: one makes no sense; the message has the options' own words.
    """
    given = {option: getattr(options, _keyword(option)) for option in _LIMIT_OPTIONS}
    try:
        return Limits(**{_keyword(name): n for name, n in given.items() if n is not _UNSET})
    except ValueError as error:
        message = str(error).replace("use None", "use none")
        for option in _LIMIT_OPTIONS:
            message = message.replace(f"Limits.{_keyword(option)}", option)
        raise UsageError(message) from None


def _keyword(option: str) -> str:
    return option.removeprefix("--").replace("-", "_")


_SERVES: Final = """\
Answers HTTP requests and WebSockets with a handler in isolates. The file calls
serve({ fetch(request) { ... } }), or is a module with
export default { fetch(request, env, ctx) { ... } }.
"""
_AddOptions = Callable[[argparse.ArgumentParser], None]
_COMMANDS: Final[dict[str, tuple[str, str, _AddOptions]]] = {
    "run": ("run a JavaScript or TypeScript file", _GLOBALS, _add_run),
    "eval": ("run code from the command line", _GLOBALS, _add_eval),
    "serve": ("answer HTTP requests with a handler in isolates", _SERVES, _add_serve),
    "test": ("run test files", test_options.DESCRIPTION, test_options.add_options),
    "check": ("check the types of programs without running them", _CHECKS, _add_check),
    "doctor": ("test which confinement layers hold on this machine", _ATTACKS, _add_doctor),
}
"""Summary, description and options of each command, in the order of the help."""
