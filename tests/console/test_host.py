"""The host half: callbacks, order, limits, and messages that no correct guest sends."""

from __future__ import annotations

import asyncio
import logging
import tracemalloc
from typing import Any

import pytest

import atoll
import atoll.sync
from atoll import IsolateDisposed, Limits, MiB, OutputLimitExceeded
from atoll.console import Console, ConsoleHandle, Entry

from .support import Shell, shell

PROGRAM = """
console.log('a', 1); console.info('i'); console.trace('t'); console.table([1]); console.dir({});
console.count('c'); console.countReset('c'); console.countReset('none');
console.group('g', 2); console.groupCollapsed(); console.groupEnd();
console.time('t'); console.timeLog('t', 'x'); console.timeEnd('t');
console.assert(false, 'f', 3); console.clear(); 0
"""


def callbacks(calls: list[tuple[object, ...]]) -> dict[str, Any]:
    def note(name: str) -> Any:
        return lambda *args: calls.append((name, *args))

    names = """
        on_log on_time on_time_log on_count on_count_reset on_group on_group_end on_clear on_assert
    """
    return {name: note(name) for name in names.split()}


def check_calls(calls: list[tuple[object, ...]]) -> None:
    table = calls.pop(3)
    assert table[:2] == ("on_log", "log")
    durations = [call.__class__((*call[:2], *call[3:])) for call in calls if "time" in str(call[0])]
    assert durations == [("on_time_log", "t", ["x"]), ("on_time", "t")]
    assert [call for call in calls if "time" not in str(call[0])] == [
        ("on_log", "log", ["a", "1"]),
        ("on_log", "info", ["i"]),
        ("on_log", "log", ["t"]),
        ("on_log", "log", ["{}"]),
        ("on_count", "c", 1),
        ("on_count_reset", "c"),
        ("on_log", "warn", ['Count for "none" does not exist']),
        ("on_group", ["g", "2"], False),
        ("on_group", [], True),
        ("on_group_end",),
        ("on_assert", ["Assertion failed: f", "3"]),
        ("on_clear",),
    ]


def test_each_callback_hears_of_what_it_is_for() -> None:
    calls: list[tuple[object, ...]] = []
    with atoll.sync.Isolate() as isolate:
        isolate.install(Console(**callbacks(calls)))
        isolate.eval(PROGRAM)
    check_calls(calls)


async def test_the_asynchronous_api_does_the_same() -> None:
    calls: list[tuple[object, ...]] = []
    async with atoll.Isolate() as isolate:
        console = await isolate.install(Console(**callbacks(calls)))
        assert isinstance(console, ConsoleHandle)
        await isolate.eval(PROGRAM)
        check_calls(calls)
        await isolate.eval("console.group(); console.count('x'); console.time('y'); 0")
        assert (console.group_depth, console.counters) == (1, {"c": 0, "x": 1})
        assert list(console.timers) == ["y"]
        await console.reset()
        assert (console.group_depth, console.counters, console.timers) == (0, {}, {})
        await isolate.eval("console.count('x'); console.timeEnd('y'); 0")
        assert console.counters == {"x": 1}
        assert calls[-1] == ("on_log", "warn", ['Timer "y" does not exist'])


def test_entries_keep_their_order_with_host_calls_and_results() -> None:
    order: list[str] = []
    with atoll.sync.Isolate() as isolate:
        isolate.install(Console(lambda entry: order.append(entry.text)))
        isolate.define_function("call", order.append)
        isolate.eval(
            "console.log('1'); call('2'); console.log('3'); call('4'); console.log('5'); 0"
        )
        order.append("6")
    assert order == ["1", "2", "3", "4", "5", "6"]


async def test_entries_of_concurrent_tasks_arrive_while_they_run() -> None:
    seen: list[str] = []
    arrived = asyncio.Event()

    def note(entry: Entry) -> None:
        seen.append(entry.text)
        arrived.set()

    async def wait() -> None:
        await arrived.wait()

    async with atoll.Isolate() as isolate:
        await isolate.install(Console(note))
        await isolate.define_async_function("wait", wait)
        await isolate.eval("console.log('before'); await wait(); console.log('after')")
    assert seen == ["before", "after"]


def test_a_callback_may_use_the_isolate() -> None:
    with atoll.sync.Isolate() as isolate:
        seen: list[object] = []
        isolate.install(Console(lambda entry: seen.append(isolate.eval(f"'{entry.text}' + x"))))
        isolate.eval("var x = '!'; console.log('a'); console.log('b'); 0")
        assert sorted(map(str, seen)) == ["a!", "b!"]


def test_a_callback_that_raises_is_logged_once_and_harms_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    seen: list[str] = []

    def log(_level: str, args: list[object]) -> None:
        raise ValueError("mine")

    with atoll.sync.Isolate() as isolate:
        isolate.install(Console(lambda entry: seen.append(entry.text), on_log=log))
        assert isolate.eval("for (let i = 0; i < 5; i++) console.log(i); 7") == 7
    assert seen == ["0", "1", "2", "3", "4"]
    assert [record.name for record in caplog.records] == ["atoll.console"]
    assert "mine" in caplog.text


def test_bad_options_are_refused() -> None:
    async def coroutine(_entry: Entry) -> None: ...

    with pytest.raises(TypeError, match="on_entry must be a plain function"):
        Console(coroutine)
    with pytest.raises(TypeError, match="on_log must be callable"):
        Console(on_log="print")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="values"):
        Console(values="json")  # type: ignore[arg-type]
    for name in ("max_entries", "max_bytes", "max_entry_bytes", "depth"):
        for value in (0, -1, 1.5, True):
            with pytest.raises(ValueError, match=name):
                Console(**{name: value})  # type: ignore[arg-type]


def test_a_console_belongs_to_one_isolate() -> None:
    console = Console()
    with atoll.sync.Isolate() as first, atoll.sync.Isolate() as second:
        first.install(console)
        with pytest.raises(RuntimeError, match="one isolate"):
            second.install(console)


# Floods


def test_entries_beyond_the_limit_are_dropped_with_one_notice() -> None:
    with shell(max_entries=10) as console:
        entries = console.run("for (let i = 0; i < 1e5; i++) console.log(i)")
        assert [e.text for e in entries[:-1]] == [str(i) for i in range(10)]
        assert (entries[-1].kind, entries[-1].level) == ("dropped", "warn")
        assert "max_entries" in entries[-1].text
        assert (
            console.run("console.log('x'); console.group(); console.count(); console.time()") == []
        )
        console.console.reset()
        assert console.print("console.log('again')") == ["again"]


def test_bytes_beyond_the_limit_are_dropped_with_one_notice() -> None:
    with shell(max_bytes=100_000) as console:
        entries = console.run("for (let i = 0; i < 1000; i++) console.log('x'.repeat(1000))")
        assert 90 <= len(entries) <= 110
        assert [e.kind for e in entries if e.kind != "log"] == ["dropped"]
        assert "max_bytes" in entries[-1].text


def test_an_owner_with_on_log_alone_hears_of_it_as_well() -> None:
    seen: list[tuple[str, list[object]]] = []
    with atoll.sync.Isolate() as isolate:
        isolate.install(Console(on_log=lambda *args: seen.append(args), max_entries=1))
        isolate.eval("console.log(1); console.log(2); console.log(3); 0")
    assert [level for level, _ in seen] == ["log", "warn"]


@pytest.mark.parametrize("values", ["text", "marshal"])
def test_one_entry_has_a_size(values: str) -> None:
    with shell(values=values, max_entry_bytes=1000) as console:
        for value in (
            "'x'.repeat(1e6)",
            "Array(1e6).fill('0123456789')",
            "Object.fromEntries(Array(1e4).fill(0).map((_, i) => ['key' + i, i]))",
            "new Map(Array(1e4).fill(0).map((_, i) => ['key' + i, i]))",
            "Object.assign(new Error('m'.repeat(1e5)), { a: 'a'.repeat(1e5) })",
            "...Array(1e4).fill(['abc'])",
        ):
            for method in ("log", "group", "table", "trace", "dir"):
                lengths = [len(e.text) for e in console.run(f"console.{method}({value})")]
                assert len(lengths) == 1, (method, value)
                assert lengths[0] < 30_000, (method, value)


def test_a_flood_keeps_the_hosts_memory_flat_until_a_limit_ends_it() -> None:
    count = 0

    def note(_: Entry) -> None:
        nonlocal count
        count += 1

    with atoll.sync.Isolate(limits=Limits(output=1 * MiB)) as isolate:
        isolate.install(Console(note, max_entries=None, max_bytes=None))
        tracemalloc.start()
        try:
            with pytest.raises(OutputLimitExceeded):
                isolate.eval("while (true) console.log('flood', { a: 1 })")
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert count > 10_000
    assert peak < 1 * MiB


async def test_a_flood_leaves_the_event_loop_running() -> None:
    flooding = asyncio.Event()
    async with atoll.Isolate() as isolate:
        console = Console(lambda _: flooding.set(), max_entries=None, max_bytes=None)
        await isolate.install(console)
        flood = asyncio.create_task(isolate.eval("while (true) console.log('flood')"))
        await flooding.wait()
        for _ in range(100):
            await asyncio.sleep(0)
        assert not flood.done()
        isolate.terminate()
        with pytest.raises(IsolateDisposed):
            await flood


def test_labels_in_any_number_are_not_all_kept_here() -> None:
    with shell() as console:
        console.run("for (let i = 0; i < 3000; i++) { console.count('c' + i); console.time(i) }")
        assert len(console.console.counters) == 1000
        assert len(console.console.timers) == 1000
        assert console.print("console.count('c2999')") == ["c2999: 2"]
        [entry] = console.run("console.count('x'.repeat(1e5))")
        assert len(entry.text) < 1200


# A process that an attacker has taken over

FORGED = [
    ("printed", ("log",)),
    ("printed", ("nonsense", None, "x")),
    ("printed", (["log"], None, "x")),
    ("printed", ("groupEnd", None, "x")),
    ("printed", ("log", [1], "x")),
    ("printed", ("log", [-1, "color: red"], "x")),
    ("printed", ("log", [10**9, "color: red", 0, 5], "x")),
    ("printed", ("log", [5, "a", 1, "b"], "x")),
    ("traced", (1, None, "x")),
    ("tabled", ([], [], 1)),
    ("tabled", (["a"], [["b", "c"]])),
    ("tabled", (["a"], [[1]])),
    ("tabled", ("a", {"b": 1})),
    ("grouped", ("yes", {}, 1)),
    ("groupEnded", (1, 2, 3)),
    ("counted", (1, 1)),
    ("counted", ("a", True)),
    ("counted", ("a", 1.5)),
    ("counted", ("a" * 10_000, 1)),
    ("countReset", ({},)),
    ("timerStarted", (None,)),
    ("timed", ("a", float("nan"), True)),
    ("timed", ("a", float("inf"), True)),
    ("timed", ("a", 10**400, True)),
    ("timed", ("a", "1", True)),
    ("cleared", (1,)),
    ("dropped", (1, 2)),
]


@pytest.mark.parametrize(("name", "args"), FORGED)
def test_forged_messages_are_ignored_or_harmless(name: str, args: tuple[Any, ...]) -> None:
    entries: list[Entry] = []
    function = Console(entries.append).options()[name]
    function(*args)
    for entry in entries:
        assert isinstance(entry.text, str)
        assert all(0 <= place <= len(entry.text) for place, _ in entry.styles)
        assert entry.group_depth == 0


def test_forged_entries_are_counted_and_cut_off_here() -> None:
    entries: list[Entry] = []
    options = Console(entries.append, max_entries=3, max_entry_bytes=1000).options()
    options["printed"]("log", None, "x" * 10**6)
    options["printed"]("log", None, list(range(10**5)))
    assert len(entries) == 0
    for _ in range(10):
        options["printed"]("log", None, "x")
    assert [entry.kind for entry in entries] == ["log", "dropped"]
    for _ in range(5):
        options["groupEnded"]()


def test_logging_is_not_configured(console: Shell, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        console.run("console.error('x')")
    assert caplog.records == []
