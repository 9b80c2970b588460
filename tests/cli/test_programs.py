"""``atoll run`` and ``atoll eval``, in real isolates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.support import Ran, atoll


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("1 + 1", "2\n"),
        ("'text\\nas it is'", "text\nas it is\n"),
        ("undefined", ""),
        ("null", "null\n"),
        ("2n ** 70n", "1180591620717411303424n\n"),
        ("const n = await Promise.resolve(3); n + 1", "4\n"),
        ("Promise.resolve(undefined)", ""),
        (
            "({ a: [1, 'x'], b: new Map([[1, 'x']]) })",
            '{ a: [ 1, "x" ], b: Map(1) { 1 => "x" } }\n',
        ),
        ("new (class Point { #x = 1; y = 2 })()", "Point { y: 2 }\n"),
        ("Symbol('s')", "Symbol(s)\n"),
        ("const o = {}; o.self = o; o", "<ref *1> { self: [Circular *1] }\n"),
        ("Array(200).fill(7).length", "200\n"),
    ],
)
def test_the_completion_value_is_printed_as_text(code: str, shown: str) -> None:
    assert atoll("eval", code) == Ran(0, shown, "")


def test_long_results_are_whole() -> None:
    assert atoll("eval", "Array(300).fill('y'.repeat(200))").out.count("y" * 200) == 300


def test_print_writes_lines_and_returns_nothing() -> None:
    ran = atoll("eval", "print('a', 1, { b: [undefined, 2n] }); print(); print('é', '\\ud800')")
    assert ran == Ran(0, "a 1 { b: [ undefined, 2n ] }\n\né �\n", "")


def test_programs_have_a_console() -> None:
    ran = atoll("eval", "console.log('a', { b: 1 }); print('c'); console.table([[1]]); 'd'")
    assert ran.out.startswith("a { b: 1 }\nc\n┌")
    assert ran.out.endswith("┘\nd\n")
    assert (ran.status, ran.err) == (0, "")
    ran = atoll(
        "eval", "console.error('e'); console.warn('w'); console.group('g'); console.info(1)"
    )
    assert ran == Ran(0, "▾ g\n  1\n", "e\nw\n")
    assert atoll("eval", "--json", "console.log('a'), 1") == Ran(0, "1\n", "a\n")


def test_programs_have_what_programs_expect() -> None:
    code = (
        "[typeof setTimeout, btoa('a'), crypto.randomUUID().length, new TextEncoder().encode('é')]"
    )
    assert atoll("eval", code).out == '[ "function", "YQ==", 36, Uint8Array(2) [ 195, 169 ] ]\n'


def test_the_command_waits_for_what_a_program_has_started() -> None:
    code = """
    setTimeout(() => setTimeout(() => console.log("timer")), 20);
    new Promise((resolve) => setTimeout(resolve, 30)).then(() => { throw new Error("late") });
    "value"
    """
    ran = atoll("eval", code)
    assert ran.out == "value\ntimer\n"
    assert ran.err.startswith("Uncaught Error: late")
    assert ran.status == 1
    ran = atoll("eval", "setInterval(() => {}, 1); 1", "--call-time", "300ms")
    assert (ran.status, ran.out) == (3, "1\n")
    assert "--call-time" in ran.err


def test_programs_reach_what_is_allowed(tmp_path: Path) -> None:
    code = "fetch('http://127.0.0.1:9/').catch((error) => error.message)"
    assert "--allow" in atoll("eval", code).err
    ran = atoll("eval", "--allow", "https://api.example.com", code)
    assert ran.out == "GET http://127.0.0.1:9/ is not allowed here\n"
    assert "not allowed" in atoll("eval", "--allow", "http://127.0.0.1:9", code).out
    assert atoll("eval", "--allow", "no pattern", "1").status == 2


def test_what_was_printed_before_the_end_is_not_lost() -> None:
    ran = atoll("eval", "print('before'); for (;;);", "--call-time", "200ms")
    assert ran.out == "before\n"
    assert ran.status == 3


def test_a_program_reads_its_input_and_arguments(tmp_path: Path) -> None:
    program = tmp_path / "sum.js"
    program.write_text("const [key] = args; JSON.parse(input).reduce((t, x) => t + x[key], 0)")
    data = tmp_path / "data.json"
    data.write_text('[{"n": 1}, {"n": 41}]')
    assert atoll("run", str(program), "--input", str(data), "--", "n").out == "42\n"
    assert atoll("run", str(program), "--", "n", stdin=data.read_text()).out == "42\n"
    assert atoll("run", str(program), "--input", "-", "--", "n", stdin="[]").out == "0\n"


def test_a_program_may_come_from_standard_input() -> None:
    assert atoll("run", "-", "--", "x", stdin="[args, input]").out == '[ [ "x" ], null ]\n'


def test_programs_may_use_the_names_of_their_globals() -> None:
    code = "var input = JSON.parse(input); const args = 1; function print() {} input.a"
    assert atoll("eval", code, stdin='{"a": 5}').out == "5\n"


def test_a_program_without_interest_in_its_input_does_not_wait_for_it() -> None:
    import subprocess

    from tests.cli.support import COMMAND, environment

    with subprocess.Popen(
        [*COMMAND, "eval", "1"],
        stdin=subprocess.PIPE,  # stays open
        stdout=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stdout.read() == b"1\n"
        assert process.wait(30) == 0


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    program = tmp_path / "bom.js"
    program.write_bytes(b"\xef\xbb\xbf'use strict'; input.length")
    assert atoll("run", str(program), stdin=b"\xef\xbb\xbfab").out == "2\n"


def test_the_guest_learns_no_path_of_the_host(tmp_path: Path) -> None:
    program = tmp_path / "where.js"
    program.write_text("new Error('here').stack")
    assert atoll("run", str(program)).out == "Error: here\n    at where.js:1:1\n"


# Results for programs


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("({ a: [null, undefined, true, 1.5] })", {"a": [None, None, True, 1.5]}),
        ("'é\\ud800'", "é\ud800"),
        ("2n ** 70n", 2**70),
        ("new Date(0)", "1970-01-01T00:00:00.000Z"),
        ("[new Set([1]), new Map([['k', 2]])]", [[1], {"k": 2}]),
        ("undefined", None),
        ("await Promise.resolve('x')", "x"),
    ],
)  # fmt: skip
def test_json_is_for_programs(code: str, expected: object) -> None:
    ran = atoll("eval", code, "--json")
    assert (ran.status, ran.err, ran.out.count("\n")) == (0, "", 1)
    assert json.loads(ran.out) == expected


def test_with_json_standard_output_holds_the_result_alone() -> None:
    assert atoll("eval", "print('progress'); 1", "--json") == Ran(0, "1\n", "progress\n")


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("NaN", "result is NaN"),
        ("({ a: [x => x] })", "result.a[0] is a function"),
        ("new Uint8Array(3)", "result is binary data"),
        ("new Map([[1, 2]])", "result is a Map"),
        ("const o = {}; o.o = o; o", "result.o contains itself"),
        ("[new Error('x')]", "result[0] is an Error"),
        ("Symbol()", "a symbol cannot leave"),
    ],
)
def test_what_json_has_no_form_for_is_an_error(code: str, path: str) -> None:
    ran = atoll("eval", code, "--json")
    assert (ran.status, ran.out) == (1, "")
    assert path in ran.err


def test_statistics_go_to_standard_error() -> None:
    ran = atoll("eval", "1", "--stats")
    assert ran.out == "1\n"
    assert "MiB of memory" in ran.err
    assert "landlock, seccomp" in ran.err
    ran = atoll("eval", "1", "--stats", "--confinement", "off")
    assert "not confined by the system" in ran.err
