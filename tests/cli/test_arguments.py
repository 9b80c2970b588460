"""The command line, without isolates."""

from __future__ import annotations

import argparse
import subprocess
import sys

import pytest

from atoll import Limits
from atoll.cli import arguments
from tests.cli.support import atoll


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("64MiB", 64 * 2**20), ("1.5GiB", 3 * 2**29), ("500kB", 500_000), ("123", 123),
        ("1 kib", 1024), ("2gb", 2_000_000_000), ("7B", 7),
    ],
)  # fmt: skip
def test_sizes_have_units(text: str, expected: int) -> None:
    assert arguments.size(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("5", 5), ("0.5", 0.5), (".5s", 0.5), ("500ms", 0.5), ("2min", 120)]
)
def test_times_have_units(text: str, expected: float) -> None:
    assert arguments.duration(text) == expected


@pytest.mark.parametrize("text", ["", "MiB", "-1", "1e3", "64 m", "∞", "1,5"])
def test_anything_else_is_no_amount(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        arguments.size(text)


def test_a_limit_that_is_not_given_keeps_the_default_of_the_python_api() -> None:
    assert arguments.limits_of(arguments.parse(["eval", "1"])) == Limits()
    given = arguments.limits_of(arguments.parse(["eval", "1", "--call-time", "none"]))
    assert given == Limits(call_time=None)


def test_the_help_tells_the_defaults_of_the_python_api() -> None:
    defaults = Limits()
    assert defaults.memory == arguments.size("128MiB")
    assert defaults.call_time == arguments.duration("30s")
    assert defaults.cpu_time is defaults.wall_time is defaults.output is None
    text = atoll("run", "--help").out
    assert "(128MiB)" in text
    assert "(30s)" in text


def test_what_follows_two_dashes_belongs_to_the_program() -> None:
    options = arguments.parse(["run", "f.js", "--stats", "--", "--json", "--", "x"])
    assert options.program == "f.js"
    assert options.args == ["--json", "--", "x"]
    assert not options.json
    assert arguments.parse(["eval", "--", "-x", "a"]).program == "-x"


@pytest.mark.parametrize(
    "arguments",
    [
        (), ("run",), ("eval",), ("bogus",), ("eval", "1", "--bogus"), ("eval", "1", "2"),
        ("eval", "1", "--memory", "much"), ("eval", "1", "--memory", "5"),
        ("eval", "1", "--confinement", "maybe"), ("doctor", "--", "x"),
    ],
)  # fmt: skip
def test_wrong_usage_is_told_in_a_line_or_two(arguments: tuple[str, ...]) -> None:
    ran = atoll(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.startswith("atoll: ")
    assert ran.err.count("\n") <= 2


def test_help_does_not_load_the_engine() -> None:
    code = (
        "import sys, atoll.cli\n"
        "try: atoll.cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = ('asyncio', 'msgspec', 'atoll.core', 'atoll.engine', 'atoll.confinement')\n"
        "sys.exit(', '.join(name for name in heavy if name in sys.modules) or 0)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "atoll" in ran.stdout


def test_the_version_is_printed() -> None:
    from atoll import __version__

    assert atoll("--version").out == f"atoll {__version__}\n"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("--cpu-time", "0"), "--cpu-time must be positive and finite, not 0.0; use none for"),
        (("--cpu-time", "None"), "0.5, 500ms or 2min, nor none"),
        (("--output", "0"), "--output must be positive and finite, not 0; use none for no limit"),
        (("--memory", "5"), "--memory must be at least 16 MiB"),
    ],
)
def test_limits_are_told_of_in_the_words_of_the_options(given: tuple[str, ...], told: str) -> None:
    for command in (("eval", "1"), ("test", ".")):
        ran = atoll(*command, *given)
        assert ran.status == 2
        assert told in ran.err
        assert "None for" not in ran.err
