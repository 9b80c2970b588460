"""The options of ``atoll test``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

DESCRIPTION = """\
Runs test files, each in a fresh isolate, several at once. They use the API of Jest and Vitest:
describe, test, expect, jest and vi are globals, or imported from "vitest", "@jest/globals" or
"bun:test". A test file is an ES module (or CommonJS); it can import what is below the root, and the
packages in the root's node_modules.

Without PATTERN: **/*.test.*, **/*.spec.* and **/__tests__/** below the current folder, without
node_modules and folders whose name begins with a dot.
"""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add them to the parser of the command."""
    from atoll.cli.arguments import add_limits, duration

    parser.usage = f"{parser.prog} [options] [PATTERN...]"
    parser.add_argument("patterns", metavar="PATTERN", nargs="*", help="files, folders or globs")
    parser.add_argument("--root", type=Path, metavar="FOLDER", help=_HELP["root"])
    choice = parser.add_argument_group("which tests, and how")
    choice.add_argument("-t", "--filter", metavar="REGEX", help=_HELP["filter"])
    choice.add_argument(
        "--bail", type=_count, metavar="N", nargs="?", const=1, default=0, help=_HELP["bail"]
    )
    choice.add_argument(
        "--shuffle", type=int, metavar="SEED", nargs="?", const=-1, help=_HELP["shuffle"]
    )
    choice.add_argument("--retries", type=_count, metavar="N", default=0, help=_HELP["retries"])
    choice.add_argument(
        "--timeout", type=duration, metavar="TIME", default=5.0, help=_HELP["timeout"]
    )
    choice.add_argument(
        "--workers", type=_positive, metavar="N", default=os.cpu_count() or 1, help=_HELP["workers"]
    )
    choice.add_argument("-u", "--update", action="store_true", help=_HELP["update"])
    choice.add_argument("--ci", action="store_true", default="CI" in os.environ, help=_HELP["ci"])
    choice.add_argument("--no-globals", action="store_true", help=_HELP["globals"])
    choice.add_argument("--watch", action="store_true", help=_HELP["watch"])
    output = parser.add_argument_group("output")
    output.add_argument("--json", action="store_true", help=_HELP["json"])
    output.add_argument("--junit", type=Path, metavar="FILE", help=_HELP["junit"])
    output.add_argument("--verbose", action="store_true", help="every test, not only every file")
    output.add_argument("--coverage", action="store_true", help=_HELP["coverage"])
    output.add_argument("--lcov", type=Path, metavar="FILE", help=_HELP["lcov"])
    add_limits(parser)


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{text} is not 0 or more")
    return number


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not 1 or more")
    return number


_HELP = {
    "bail": "stop after N failed tests (1)",
    "ci": "write no snapshots; the default where the variable CI is set",
    "coverage": "measure which lines and branches of the imported files ran",
    "filter": "only tests whose full name matches",
    "globals": "define no globals: test files import what they use",
    "json": "print the results as JSON, in the form of Jest's --json",
    "junit": "write the results as JUnit XML",
    "lcov": "write the coverage as lcov; implies --coverage",
    "retries": "run a failed test up to N times more",
    "root": "what test files can import from (the nearest folder with a package.json)",
    "shuffle": "run suites and tests in a random order, or that of SEED",
    "timeout": "that a test or hook may take, unless it says otherwise (5s)",
    "update": "replace snapshots that differ, and remove those that nothing asks for",
    "watch": "run the tests again whenever a file that they use changes",
    "workers": "files that run at once (the number of processors)",
}
