"""What people see when something goes wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from atoll.cli.terminal import visible
from atoll.core.code_frame import code_frame
from tests.cli.support import COMMAND, Ran, atoll, environment


def test_a_thrown_error_shows_the_guests_stack(tmp_path: Path) -> None:
    program = tmp_path / "deep.js"
    program.write_text("function f() {\n  throw new RangeError('too deep');\n}\nf();\n")
    expected = "Uncaught RangeError: too deep\n    at f (deep.js:2:9)\n    at deep.js:4:1\n"
    assert atoll("run", str(program)) == Ran(1, "", expected)


def test_causes_and_the_parts_of_an_aggregate_are_shown() -> None:
    code = "throw new AggregateError([new Error('a'), 3], 'm', { cause: new TypeError('c') })"
    err = atoll("eval", code).err
    assert "Uncaught AggregateError: m\n" in err
    assert "\n  [0] Error: a\n" in err
    assert "\n  [1] 3\n" in err
    assert "\nCaused by: TypeError: c\n" in err


@pytest.mark.parametrize(
    ("code", "shown"), [("throw 5", "5"), ("throw { a: [null] }", '{"a":[null]}')]
)
def test_any_value_can_be_thrown(code: str, shown: str) -> None:
    assert atoll("eval", code) == Ran(1, "", f"Uncaught {shown}\n")


def test_a_rejection_is_told_once_whoever_handles_it() -> None:
    ran = atoll("eval", "await null; throw new Error('late')")
    assert (ran.status, ran.err.count("Uncaught Error: late")) == (1, 1)
    ran = atoll("eval", "Promise.reject(new Error('lost')); 1")
    assert (ran.status, ran.out, ran.err.count("Uncaught Error: lost")) == (1, "1\n", 1)
    ran = atoll("eval", "Promise.reject(new Error('lost')); 1", "--json")
    assert (ran.status, ran.out, ran.err.count("Uncaught Error: lost")) == (1, "1\n", 1)


def test_a_syntax_error_shows_the_place(tmp_path: Path) -> None:
    program = tmp_path / "wrong.js"
    program.write_text("let a = 1;\n\n\tlet b = 'é😀' ;; @ 3\nb\n")
    assert atoll("run", str(program)) == Ran(
        1,
        "",
        "wrong.js:3:19: SyntaxError: Invalid or unexpected token\n"
        "\n"
        "  1 | let a = 1;\n"
        "  2 |\n"
        "  3 |     let b = 'é😀' ;; @ 3\n"
        "    |                      ^\n",
    )


def test_modules_are_refused_in_words() -> None:
    err = atoll("eval", "import fs from 'fs'").err
    assert "classic script" in err
    assert "Runtime" not in err
    err = atoll("eval", "--module", "import 'lodash'").err
    assert err == (
        'atoll: Cannot import "lodash" from module:///: a program imports what is in the folder of '
        "--directory, and the packages of --node-modules\n"
    )


def test_apis_that_need_an_option_are_missed_in_words() -> None:
    assert "--allow URL" in atoll("eval", "fetch('https://a.example')").err
    assert "--mount DIR" in atoll("eval", "navigator.storage").err
    assert "--" not in atoll("eval", "alert(1)").err


def test_code_frames_stay_narrow_and_point_at_the_right_character() -> None:
    frame = code_frame("x".rjust(5000) + "@" + "y" * 5000, 1, 5001)
    source, caret = frame.splitlines()
    assert len(source) < 110
    assert source[caret.index("^")] == "@"
    assert code_frame("変@", 1, 2).splitlines()[1].index("^") - len("  1 | ") == 2
    assert code_frame("a\r\nb(", 2, 3) == "  1 | a\n  2 | b(\n    |   ^"


@pytest.mark.parametrize(
    ("options", "code", "names"),
    [
        (("--call-time", "200ms"), "for (;;);", "Limits.call_time"),
        (("--cpu-time", "0.2"), "for (;;);", "Limits.cpu_time"),
        (("--wall-time", "0.5"), "await new Promise(() => {})", "Limits.wall_time"),
        (("--memory", "32MiB"), "new Array(2 ** 32 - 1).fill(0)", "Limits.memory"),
        (("--output", "4KiB"), "for (;;) print('text')", "Limits.output"),
    ],
)  # fmt: skip
def test_each_limit_is_told_in_one_line(options: tuple[str, ...], code: str, names: str) -> None:
    ran = atoll("eval", code, *options)
    assert ran.status == 3
    assert names in ran.err
    assert "--" in ran.err
    assert ran.err.count("\n") == 1


def test_files_that_cannot_be_read_are_told_in_one_line(tmp_path: Path) -> None:
    binary = tmp_path / "binary.js"
    binary.write_bytes(b"1;\n\xff\xfe")
    for arguments, message in [
        (("run", "missing.js"), "cannot read missing.js: no such file"),
        (("run", str(tmp_path)), "is a directory"),
        (("run", str(binary)), "is not UTF-8 text: byte 0xff on line 2 (offset 3)"),
        (("eval", "input", "--input", str(binary)), "is not UTF-8 text"),
        (("eval", "input", "--input", "missing.json"), "cannot read missing.json"),
        (("run", "-", "--input", "-"), "cannot both come from standard input"),
    ]:
        ran = atoll(*arguments)
        assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
        assert message in ran.err
    ran = atoll("eval", "input", stdin=b"\xff")
    assert (ran.status, ran.out) == (2, "")
    assert "standard input is not UTF-8 text" in ran.err


def test_a_machine_that_cannot_confine_is_told_and_refused() -> None:
    code = (
        "import sys, atoll.sync, atoll.errors\n"
        "def refuse(self): raise atoll.errors.ConfinementUnavailable('no landlock', 'landlock')\n"
        "atoll.sync.Isolate.__enter__ = refuse\n"
        "from atoll.cli import main\n"
        "sys.exit(main(['eval', '1']))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (4, "", "atoll: no landlock\n")


# Streams that end


@pytest.mark.timeout(50)
@pytest.mark.parametrize("printer", ["print", "console.log"])
def test_a_reader_that_leaves_ends_the_program(printer: str) -> None:
    with subprocess.Popen(
        [*COMMAND, "eval", f"for (;;) {{ try {{ {printer}('y') }} catch {{}} }}"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"y\n"
        process.stdout.close()
        assert process.wait(30) == 141
        assert process.stderr.read() == b""


def test_a_full_disk_is_told() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    with full.open("wb") as stdout:
        ran = subprocess.run(
            [*COMMAND, "eval", "for (;;) { try { print('y') } catch {} }"],
            stdin=subprocess.DEVNULL, stdout=stdout, stderr=subprocess.PIPE,
            check=False, timeout=30, env=environment(),
        )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (
        1,
        b"atoll: cannot write the output: No space left on device\n",
    )


@pytest.mark.parametrize("code", ["print('on'); for (;;);", "print('on'); input"])
def test_ctrl_c_ends_the_program(code: str) -> None:
    with subprocess.Popen(
        [*COMMAND, "eval", code],
        stdin=subprocess.PIPE,  # stays open
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == b"on\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130
        assert process.stderr.read() == b"atoll: interrupted\n"


# Terminals


def test_only_colours_reach_a_terminal() -> None:
    assert visible("\x1b[31mred\x1b[0m\tx\n") == "\x1b[31mred\x1b[0m\tx\n\x1b[0m"
    assert visible("\x1b]0;title\x07") == "\\x1b]0;title\\x07"
    assert visible("\x1b[2J") == "\\x1b[2J"
    assert visible("safe\rEVIL") == "safe\\x0dEVIL"
    assert visible("a\r\nb\x9b2J") == "a\r\nb\\x9b2J"


def on_terminal(*arguments: str, **extra: str) -> tuple[int, str]:
    """Run ``atoll`` with standard output and error on a terminal."""
    import pty

    ours, theirs = pty.openpty()
    try:
        process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs, env=environment(**extra),
        )  # fmt: skip
        os.close(theirs)
        data = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # how Linux tells the end of a terminal
                break
            if not part:
                break
            data += part
        return process.wait(30), data.decode().replace("\r\n", "\n")
    finally:
        os.close(ours)


def test_a_guest_cannot_control_the_terminal() -> None:
    status, text = on_terminal("eval", r"print('\x1b]0;pwned\x07'); throw new Error('\x1b[2J')")
    assert status == 1
    assert "\\x1b]0;pwned\\x07\n" in text
    assert "\x1b]" not in text
    assert "\x1b[2J" not in text


def test_files_and_pipes_get_exactly_what_was_printed() -> None:
    assert atoll("eval", r"'\x1b]0;x\x07'").out == "\x1b]0;x\x07\n"


def test_colours_are_for_terminals_that_want_them() -> None:
    assert "\x1b[31" in on_terminal("eval", "throw 1", TERM="xterm")[1]
    assert "\x1b[" not in on_terminal("eval", "throw 1", TERM="xterm", NO_COLOR="1")[1]
