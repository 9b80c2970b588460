"""Entries on terminals and in logs."""

from __future__ import annotations

import io
import logging
import sys
from typing import Any

import pytest

import atoll.sync
from atoll.console import Console, Entry, LoggingRenderer, TerminalRenderer

from .support import Shell


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def rendered(console: Shell, code: str, **options: Any) -> str:
    stream = io.StringIO()
    renderer = TerminalRenderer(stream, **options)
    for entry in console.run(code):
        renderer(entry)
    return stream.getvalue()


def test_groups_are_indented_and_tables_drawn(console: Shell) -> None:
    assert rendered(
        console,
        "console.log('a'); console.group('G'); console.warn('two\\nlines');"
        "console.groupCollapsed();"
        "console.table([1]); console.groupEnd(); console.count(); console.groupEnd();"
        "console.clear(); console.countReset(); console.log('z')",
    ) == (
        "a\n"
        "▾ G\n"
        "  two\n"
        "  lines\n"
        "  ▸ console.group\n"
        "    ┌─────────┬────────┐\n"
        "    │ (index) │ Values │\n"
        "    ├─────────┼────────┤\n"
        "    │ 0       │ 1      │\n"
        "    └─────────┴────────┘\n"
        "  default: 1\n"
        "z\n"
    )  # fmt: skip


def test_wide_characters_keep_tables_straight(console: Shell) -> None:
    lines = rendered(console, "console.table([{ k: '漢字' }, { k: 'e\\u0301' }])").splitlines()
    assert lines[3] == '│ 0       │ "漢字" │'
    assert lines[4] == '│ 1       │ "e\u0301"    │'


def test_levels_have_colours(console: Shell) -> None:
    text = rendered(console, "console.debug(1); console.log(2); console.warn(3); console.error(4)", color=True)  # fmt: skip # noqa: E501
    assert text == "\x1b[2m1\x1b[0m\n2\n\x1b[33m3\x1b[0m\n\x1b[31m4\x1b[0m\n"


@pytest.mark.parametrize(
    ("css", "codes"),
    [
        ("color: red", "0;38;2;255;0;0"),
        ("color:#0f0;background-color: #112233", "0;38;2;0;255;0;48;2;17;34;51"),
        ("color: rgb(1, 2, 999); font-weight: bold", "0;38;2;1;2;255;1"),
        ("font-weight:700;font-style:italic;text-decoration:underline line-through", "0;1;3;4;9"),
        ("color: \x1b[2J; nonsense; a:b:c; font-weight: 400", "0"),
        ("", "0"),
    ],
)
def test_styles_become_escape_sequences(console: Shell, css: str, codes: str) -> None:
    [entry] = console.run(f"console.log('a%cb%cc', {css!r}, '')")
    assert TerminalRenderer(color=True).render(entry) == f"a\x1b[{codes}mb\x1b[0mc\x1b[0m"
    assert TerminalRenderer(color=False).render(entry) == "abc"


def test_colours_need_a_terminal_and_no_wish_to_the_contrary(
    console: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    [entry] = console.run("console.error('e')")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert TerminalRenderer(io.StringIO()).render(entry) == "e"
    assert TerminalRenderer(Terminal()).render(entry) == "\x1b[31me\x1b[0m"
    monkeypatch.setenv("NO_COLOR", "1")
    assert TerminalRenderer(Terminal()).render(entry) == "e"
    assert TerminalRenderer(Terminal(), color=True).render(entry) == "\x1b[31me\x1b[0m"


HARMFUL = r"\x1b[2J\x07\r\b\x9b31m\x7f\u202e\u2028\ud800 tab:\t"
SHOWN = "\\x1b[2J\\x07\\x0d\\x08\\x9b31m\\x7f\\u202e\\u2028\\ud800 tab:\t"


@pytest.mark.parametrize("color", [True, False])
def test_control_characters_of_the_guest_do_nothing(console: Shell, color: bool) -> None:
    for code in (
        f"console.log('{HARMFUL}')",
        f"console.error('%s%c', '{HARMFUL}', 'color: {HARMFUL}')",
        f"console.group('{HARMFUL}')",
        f"console.count('{HARMFUL}')",
        f"console.log({{ ['{HARMFUL}']: Symbol('{HARMFUL}'), f: {{ ['{HARMFUL}']() {{}} }} }})",
        f"console.table([{{ ['{HARMFUL}']: Symbol('{HARMFUL}') }}])",
        f"console.trace('{HARMFUL}')",
        f"console.log(new (class {{ static name = '{HARMFUL}' }})())",
        f"console.assert(false, '{HARMFUL}')",
    ):
        text = rendered(console, code, color=color)
        for start in ("\x1b[0m", "\x1b[1m", "\x1b[31m"):
            text = text.replace(start, "")
        assert not set(text) & set("\x1b\x07\r\b\x9b\x7f\u202e\u2028\ud800"), code
        if "error" in code or "log('" in code:
            assert text.startswith(SHOWN.split(" ")[0])


def test_a_stream_that_cannot_take_a_character_gets_an_escape(console: Shell) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    for entry in console.run("console.log('é→')"):
        TerminalRenderer(stream)(entry)
    stream.flush()
    assert raw.getvalue() == b"\\xe9\\u2192\n"


def test_standard_output_is_the_default(
    console: Shell, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    [entry] = console.run("console.log('here')")
    TerminalRenderer()(entry)
    assert capsys.readouterr().out == "here\n"
    monkeypatch.setattr(sys, "stdout", None)
    TerminalRenderer()(entry)  # a program without a console


def test_endless_groups_are_not_indented_endlessly(console: Shell) -> None:
    text = rendered(console, "for (let i = 0; i < 500; i++) console.group(); console.log('x')")
    assert max(map(len, text.splitlines())) < 100


def test_entries_become_log_records(caplog: pytest.LogCaptureFixture) -> None:
    with atoll.sync.Isolate() as isolate, caplog.at_level(logging.DEBUG):
        isolate.install(Console(LoggingRenderer()))
        isolate.eval(
            "console.debug('d'); console.log('%s', 'l'); console.info('i %d'); console.warn('w');"
            "console.error('e'); console.group('g'); console.log('in\\nERROR forged\\x1b[2J');"
            "console.groupEnd(); console.clear(); console.assert(false); 0"
        )
    records = [(r.name, r.levelno, r.getMessage()) for r in caplog.records]
    name = "atoll.console.guest"
    assert records == [
        (name, logging.DEBUG, "d"),
        (name, logging.INFO, "l"),
        (name, logging.INFO, "i %d"),
        (name, logging.WARNING, "w"),
        (name, logging.ERROR, "e"),
        (name, logging.INFO, "g"),
        (name, logging.INFO, "  in\n    ERROR forged\\x1b[2J"),
        (name, logging.ERROR, "Assertion failed"),
    ]
    assert isinstance(caplog.records[0].__dict__["entry"], Entry)


def test_a_logger_of_ones_own_decides_what_is_logged(
    console: Shell, caplog: pytest.LogCaptureFixture
) -> None:
    logger = logging.getLogger("tests.console")
    logger.setLevel(logging.WARNING)
    for entry in console.run("console.log('no'); console.warn('yes')"):
        LoggingRenderer(logger)(entry)
    assert caplog.messages == ["yes"]
