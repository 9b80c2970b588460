"""The Console Standard, section by section."""

from __future__ import annotations

import pytest

from atoll import JSError

from .support import Shell

METHODS = """
    assert clear debug error info log table trace warn dir dirxml count countReset
    group groupCollapsed groupEnd time timeLog timeEnd
""".split()  # noqa: SIM905 - a list of 19 names reads worse


# 1. Namespace console


def test_the_global_is_writable_and_configurable_but_not_enumerable(console: Shell) -> None:
    found = console.isolate.eval(
        "const d = Object.getOwnPropertyDescriptor(globalThis, 'console');"
        "[d.writable, d.enumerable, d.configurable, d.value === console, 'Console' in globalThis]"
    )
    assert found == [True, False, True, True, False]


def test_the_prototype_is_an_empty_object_and_its_prototype_the_object_prototype(
    console: Shell,
) -> None:
    found = console.isolate.eval(
        "const p1 = Object.getPrototypeOf(console);"
        "[Reflect.ownKeys(p1).length, Object.getPrototypeOf(p1) === Object.prototype,"
        " String(console), Object.hasOwn(console, 'constructor')]"
    )
    assert found == [0, True, "[object console]", False]


def test_every_method_is_there_in_the_order_of_the_idl(console: Shell) -> None:
    assert console.isolate.eval("Object.keys(console)") == METHODS
    assert console.isolate.eval(
        "Object.entries(Object.getOwnPropertyDescriptors(console)).every(([name, d]) =>"
        " d.writable && d.enumerable && d.configurable &&"
        " d.value.name === name && d.value.length === 0 && !('prototype' in d.value))"
    )


def test_methods_are_no_constructors_and_return_undefined(console: Shell) -> None:
    with pytest.raises(JSError, match="not a constructor"):
        console.isolate.eval("new console.log()")
    assert console.isolate.eval(
        "Object.keys(console).every((name) => console[name]() === undefined)"
    )


def test_methods_work_unbound(console: Shell) -> None:
    assert console.print("const { log } = console; log('a'); [1].forEach(log)") == [
        "a",
        "1 0 [ 1 ]",
    ]
    # One for each argument of the callback: that is what log was given.


# 1.1 Logging


def test_each_logging_method_has_its_level(console: Shell) -> None:
    entries = console.run(
        "for (const name of ['debug', 'error', 'info', 'log', 'warn', 'dir', 'dirxml'])"
        " console[name](name)"
    )
    assert [(e.kind, e.level) for e in entries if e.text == e.kind] == [
        ("debug", "debug"),
        ("error", "error"),
        ("info", "info"),
        ("log", "log"),
        ("warn", "warn"),
        ("dirxml", "log"),
    ]
    assert [e.text for e in entries if e.kind == "dir"] == ['"dir"']


def test_logging_nothing_prints_nothing(console: Shell) -> None:
    assert console.print("console.log(); console.error(); console.dirxml()") == []


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("false", ["Assertion failed"]),
        ("", ["Assertion failed"]),
        ("0, 'because'", ["Assertion failed: because"]),
        ("null, '%s!', 'x'", ["Assertion failed: x!"]),
        ("false, { a: 1 }, 2", ["Assertion failed { a: 1 } 2"]),
        ("false, undefined", ["Assertion failed undefined"]),
        ("true, 'no'", []),
        ("[]", []),
    ],
)
def test_assert_prints_when_its_condition_is_false(
    console: Shell, arguments: str, expected: list[str]
) -> None:
    entries = console.run(f"console.assert({arguments})")
    assert [e.text for e in entries] == expected
    assert all(e.kind == "assert" and e.level == "error" for e in entries)


def test_trace_shows_the_callers_frames_and_no_others(console: Shell) -> None:
    [entry] = console.run("function inner() { console.trace('at %s', 'x', 1) }\ninner();")
    assert entry.args == ["at x", "1"]
    assert entry.stack is not None
    lines = entry.text.split("\n")
    assert lines[0] == "Trace: at x 1"
    assert lines[1].startswith("    at inner (<eval>:2:")
    assert len(lines) == 3
    assert console.print("console.trace()")[0].startswith("Trace\n    at <eval>")


def test_dir_takes_options_and_refuses_what_is_none(console: Shell) -> None:
    assert console.print("console.dir('%s', null); console.dir({ a: 1 }, { depth: 1 })") == [
        '"%s"',
        "{ a: 1 }",
    ]
    with pytest.raises(JSError, match="options"):
        console.isolate.eval("console.dir({}, 1)")


# 1.1.7 table


def test_a_table_has_a_row_for_each_element_and_a_column_for_each_property(console: Shell) -> None:
    [entry] = console.run("console.table([{ a: 1, b: 'x' }, { a: 2, c: [1] }, 5])")
    assert entry.table is not None
    assert entry.table.columns == ("(index)", "a", "b", "c", "Values")
    assert entry.table.rows == (
        ("0", "1", '"x"', "", ""),
        ("1", "2", "", "[ 1 ]", ""),
        ("2", "", "", "", "5"),
    )
    assert entry.text == (
        "┌─────────┬───┬─────┬───────┬────────┐\n"
        "│ (index) │ a │ b   │ c     │ Values │\n"
        "├─────────┼───┼─────┼───────┼────────┤\n"
        '│ 0       │ 1 │ "x" │       │        │\n'
        "│ 1       │ 2 │     │ [ 1 ] │        │\n"
        "│ 2       │   │     │       │ 5      │\n"
        "└─────────┴───┴─────┴───────┴────────┘"
    )


def test_tables_are_made_of_objects_maps_and_sets(console: Shell) -> None:
    tables = [
        entry.table
        for entry in console.run(
            "console.table({ x: { v: 1 }, y: { v: 2 } });"
            "console.table(new Map([['k', { v: 1 }]]));"
            "console.table(new Set(['s']))"
        )
    ]
    assert [(t.columns, t.rows) for t in tables if t is not None] == [
        (("(index)", "v"), (("x", "1"), ("y", "2"))),
        (("(iteration index)", "Key", "v"), (("0", '"k"', "1"),)),
        (("(index)", "Values"), (("0", '"s"'),)),
    ]


def test_the_caller_can_choose_a_tables_columns(console: Shell) -> None:
    [entry] = console.run("console.table([{ a: 1, b: 2 }], new Set(['b', 'none']))")
    assert entry.table is not None
    assert entry.table.columns == ("(index)", "b", "none")
    assert entry.table.rows == (("0", "2", ""),)


@pytest.mark.parametrize("columns", ["1", "null", "{}", "[Symbol()]"])
def test_columns_that_are_no_sequence_of_strings_are_a_type_error(
    console: Shell, columns: str
) -> None:
    with pytest.raises(JSError) as caught:
        console.isolate.eval(f"console.table([1], {columns})")
    assert caught.value.name == "TypeError"


def test_what_is_no_table_is_logged(console: Shell) -> None:
    entries = console.run("console.table(5); console.table('x'); console.table(null)")
    assert [(e.kind, e.text) for e in entries] == [("log", "5"), ("log", "x"), ("log", "null")]


# 1.2 Counting


def test_counters_count_and_are_reset(console: Shell) -> None:
    assert console.print(
        "console.count(); console.count('x'); console.count(undefined); console.count('default');"
        "console.countReset(); console.count()"
    ) == ["default: 1", "x: 1", "default: 2", "default: 3", "", "default: 1"]
    assert console.console.counters == {"default": 1, "x": 1}


def test_resetting_an_unknown_counter_is_a_warning(console: Shell) -> None:
    [entry] = console.run("console.countReset('%s nope')")
    assert (entry.kind, entry.level) == ("warning", "warn")
    assert entry.text == 'Count for "%s nope" does not exist'


@pytest.mark.parametrize("method", ["count", "countReset", "time", "timeLog", "timeEnd"])
def test_labels_are_converted_to_strings(console: Shell, method: str) -> None:
    assert console.isolate.eval(
        f"var called = 0; console.{method}({{ toString() {{ called++ }} }}); called"
    )
    with pytest.raises(JSError, match="conversion"):
        console.isolate.eval(
            f"console.{method}({{ toString() {{ throw new Error('conversion') }} }})"
        )
    with pytest.raises(JSError) as caught:
        console.isolate.eval(f"console.{method}(Symbol())")
    assert caught.value.name == "TypeError"


def test_labels_are_not_confused_with_properties_of_objects(console: Shell) -> None:
    assert console.print("console.count('__proto__'); console.count('toString')") == [
        "__proto__: 1",
        "toString: 1",
    ]


# 1.3 Grouping


def test_groups_nest_and_end(console: Shell) -> None:
    entries = console.run(
        "console.log(0); console.group('a %s', 'b', 1); console.log(1);"
        "console.groupCollapsed(); console.log(2); console.groupEnd(); console.groupEnd();"
        "console.groupEnd(); console.log(3)"
    )
    assert [(e.kind, e.group_depth, e.text) for e in entries] == [
        ("log", 0, "0"),
        ("group", 0, "a b 1"),
        ("log", 1, "1"),
        ("groupCollapsed", 1, ""),
        ("log", 2, "2"),
        ("groupEnd", 1, ""),
        ("groupEnd", 0, ""),
        ("log", 0, "3"),
    ]


def test_clear_ends_all_groups(console: Shell) -> None:
    entries = console.run("console.group(); console.group(); console.clear(); console.log('x')")
    assert [(e.kind, e.group_depth) for e in entries[-2:]] == [("clear", 0), ("log", 0)]
    assert console.console.group_depth == 0


# 1.4 Timing


def test_timers_measure_milliseconds(console: Shell) -> None:
    entries = console.run(
        "console.time('t'); const end = performance.now() + 3; while (performance.now() < end);"
        "console.timeLog('t', '%s', { a: 1 }); console.timeEnd('t')"
    )
    log, end = entries
    assert (log.kind, log.level, end.kind, end.level) == ("timeLog", "log", "timeEnd", "info")
    assert log.ms is not None
    assert end.ms is not None
    assert 3 <= log.ms <= end.ms < 1000
    assert log.text == f"t: {log.ms:.10g} ms %s {{ a: 1 }}"
    assert end.text == f"t: {end.ms:.10g} ms"


def test_the_handle_knows_the_timers_that_run(console: Shell) -> None:
    console.run("console.time(); console.time('x'); console.timeEnd()")
    assert list(console.console.timers) == ["x"]
    assert console.console.timers["x"] >= 0


def test_timers_that_exist_already_or_not_at_all_are_warnings(console: Shell) -> None:
    entries = console.run(
        "console.time(); console.time(); console.timeEnd(); console.timeEnd(); console.timeLog('y')"
    )
    assert [e.text for e in entries if e.kind == "warning"] == [
        'Timer "default" already exists',
        'Timer "default" does not exist',
        'Timer "y" does not exist',
    ]


# 2.2 Formatter


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("'%s and %s', 'a', 1", "a and 1"),
        ("'%s', Symbol('x')", "Symbol(x)"),
        ("'%s', null, undefined", "null undefined"),
        ("'%s', { toString: () => 'T' }", "T"),
        ("'%s', -0", "0"),
        ("'%s', 12n", "12"),
        ("'%d %i %f', '42.9px', 42.9, '1.5e1x'", "42 42 15"),
        ("'%d %i %f', Symbol(), {}, Symbol.iterator", "NaN NaN NaN"),
        ("'%i', '-0'", "-0"),
        ("'%d', 2n ** 64n", "18446744073709552000"),
        ("'%o|%O', 's', { a: [1] }", '"s"|{ a: [ 1 ] }'),
        ("'%s %s', 'one'", "one %s"),
        ("'100%', 1", "100% 1"),
        ("'%%s', 1", "%s 1"),
        ("'%%', 1", "% 1"),
        ("'100%%'", "100%%"),
        ("'%x %s', 1", "%x 1"),
        ("1, '%s', 2", "1 %s 2"),
        ("'%s', '%s', 1", "%s 1"),
        ("'marker %s%s', 'wat%s', 'wat'", "marker wat%swat"),
        ("'%c%s', 'color: red', 'x'", "x"),
    ],
)
def test_format_specifiers(console: Shell, arguments: str, expected: str) -> None:
    assert console.print(f"console.log({arguments})") == [expected]


def test_what_a_conversion_throws_reaches_the_program(console: Shell) -> None:
    for specifier in "sdif":
        with pytest.raises(JSError, match="mine"):
            console.isolate.eval(
                f"console.log('%{specifier}', {{ toString() {{ throw Error('mine') }} }})"
            )


def test_styles_have_their_places_in_the_text(console: Shell) -> None:
    [entry] = console.run("console.log('a%cb😀%cc', 'color: red', '', 1)")
    assert entry.args == ["ab😀c", "1"]
    assert entry.styles == ((1, "color: red"), (3, ""))
