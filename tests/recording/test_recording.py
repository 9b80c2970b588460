"""A run that was recorded is repeated bit for bit, and a replay that differs says where."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import signal
import time
from pathlib import Path
from typing import Any

import pytest

import atoll.sync
from atoll import Isolate, JSError, Limits, MarshalError, Runtime, WallTimeLimitExceeded
from atoll.console import Console
from atoll.crypto import Crypto
from atoll.fetch import Request, Response
from atoll.modules import Modules
from atoll.recording import (
    Recording,
    RecordingError,
    ReplayDiverged,
    replay,
    replay_blocking,
)
from atoll.recording._format import MAGIC
from atoll.timers import Timers


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.atoll"


async def test_a_run_with_everything_in_it_is_repeated_without_its_functions(path: Path) -> None:
    async def lookup(word: str) -> dict[str, Any]:
        await asyncio.sleep(0.02)
        return {"word": word, "at": time.time()}

    def handler(request: Request) -> Response:
        return Response.json({"url": str(request.url), "at": time.time()})

    async with Runtime(
        record=path, fetch=handler, console=lambda entry: None, on_uncaught=lambda error: None
    ) as rt:
        await rt.define_async_function("tools.lookup", lookup)
        await rt.define_function("now", time.time)
        results = await rt.eval(
            """
            const out = [];
            setTimeout(() => out.push("timer", Date.now()), 25);
            out.push(await Promise.all([tools.lookup("a"), tools.lookup("b")]), now());
            out.push(Math.random(), crypto.randomUUID(), new Date().toISOString());
            out.push(await fetch("https://a.example/b").then((r) => r.json()));
            console.log("so far", out.length);
            console.time("rest");
            Promise.reject(new Error("lost"));
            await new Promise((resolve) => setTimeout(resolve, 50));
            out.push(performance.now(), Date.now());
            console.timeEnd("rest");
            console.error(new Date(), Math.random());
            out
            """
        )
        assert results[0] == "timer"
    for _ in range(2):
        replayed = await replay(path)
        assert replayed.ended == ("IsolateDisposed", "the isolate has been disposed of")
        (evaluated,) = [call for call in replayed.calls if call.name == "evaluate"]
        assert evaluated.outcome == "returned"
        assert {"tools.lookup", "now", "Fetch._fetch"} <= {call.name for call in replayed.calls}
        told = [(call.name, call.arguments) for call in replayed.calls if call.outcome == "posted"]
        assert told[0] == ("Console._printed", ["log", None, "so far", "8"])
        assert [name for name, _ in told[1:]] == [
            "Console._timer_started", "<uncaught>", "Console._timed", "Console._printed",
        ]  # fmt: skip
        assert "lost" in str(told[2][1][0])


async def test_recorded_timers_go_on_in_real_time(path: Path) -> None:
    async with Runtime(record=path) as rt:
        begun = time.monotonic()
        elapsed = await rt.eval(
            "const begun = Date.now(); await new Promise((r) => setTimeout(r, 120));"
            "Date.now() - begun"
        )
        assert 0.1 < time.monotonic() - begun < 10
        assert elapsed >= 120
        assert abs(await rt.eval("Date.now()") / 1000 - time.time()) < 5
    await replay(path)


async def test_failures_binary_data_and_classes_are_repeated(path: Path) -> None:
    @atoll.js_class(name="Counter")
    class Counter:
        def __init__(self) -> None:
            self.n = 0

        def add(self, n: int) -> int:
            self.n += n
            return self.n

    def fail() -> None:
        raise LookupError("no such thing")

    async with Runtime(record=path, timers="manual") as rt:
        await rt.define_class(Counter)
        await rt.define_function("fail", fail)
        await rt.define_function("blob", lambda data: bytes(reversed(data)))
        assert await rt.eval("try { fail() } catch (e) { `${e}` }") == "LookupError: no such thing"
        with pytest.raises(LookupError):
            await rt.eval("fail()")
        with pytest.raises(JSError):
            await rt.eval("throw new TypeError('mine')")
        assert len(await rt.eval("blob(new Uint8Array(200_000).fill(7))")) == 200_000
        assert await rt.eval("const c = new Counter(); c.add(2); c.add(3)") == 5
        await rt.tick(1000)
        await rt.statistics()
        async with rt.scope() as scope:
            await scope.eval("({ a: 1 })")
        await rt.collect_garbage()
        assert await rt.eval("1") == 1
    await replay(path)


async def test_calls_that_cross_each_other_are_repeated_in_their_order(path: Path) -> None:
    async with Runtime(record=path, timers="manual") as rt:
        order: list[int] = []

        async def inner(n: int) -> Any:
            order.append(n)
            return await rt.eval(f"{n} * 10")

        await rt.define_function("inner", inner)
        results = await asyncio.gather(*(rt.eval(f"[inner({n}), {n}]") for n in range(8)))
        assert results == [[10 * n, n] for n in range(8)]
        function = await rt.eval("(f) => (x) => f(x) + 1", lambda x: 2 * x)
        assert await function(4) == 9
    await replay(path)


async def test_modules_are_in_the_recording(path: Path) -> None:
    modules = Modules().virtual("a.js", "import b from 'b.js'; export default b + 1")
    modules.virtual("b.js", "export default await Promise.resolve(41)")
    async with Runtime(record=path, modules=modules, timers="manual") as rt:
        assert await rt.eval("import a from 'a.js'; export default a", module=True) == 42
    await replay(path)


def test_the_blocking_flavour_records_in_manual_time(path: Path) -> None:
    with atoll.sync.Runtime(record=path, timers="manual") as rt:
        rt.define_function("now", time.time)
        rt.eval("rung = 0; setTimeout(() => { rung = now() }, 1000)")
        rt.tick(1000)
        assert rt.eval("rung") > 0
    assert replay_blocking(path).ended is not None


def test_the_blocking_flavour_moves_the_clock_while_it_waits(path: Path) -> None:
    async def lookup(word: str) -> str:
        await asyncio.sleep(0.01)
        return word

    with atoll.sync.Runtime(record=path, console=lambda entry: None) as rt:
        rt.define_async_function("lookup", lookup)
        rt.define_function("again", lambda code: rt.eval(code))
        begun = time.monotonic()
        code = """
            const begun = Date.now();
            const beats = [];
            const beat = setInterval(async () => { beats.push(await lookup('x')) }, 20);
            do await new Promise((resolve) => setTimeout(resolve, 120)); while (beats.length < 2);
            clearInterval(beat);
            console.log(beats.length);
            [Date.now() - begun, again('1 + 1')]
        """
        elapsed, inner = rt.eval(code)
        assert 0.1 < time.monotonic() - begun < 30
        assert elapsed >= 120
        assert inner == 2
        time.sleep(0.05)  # what the host does meanwhile: the clock goes on
        assert abs(rt.eval("Date.now()") / 1000 - time.time()) < 5
        before = rt.eval("Date.now()")
        with pytest.raises(WallTimeLimitExceeded):
            rt.eval("for (;;);", timeout=0.1)
        assert before > 0
    assert replay_blocking(path).ended is not None


def test_an_interrupt_while_the_clock_moves_leaves_the_runtime_usable(path: Path) -> None:
    with atoll.sync.Runtime(record=path) as rt:
        rt.define_function("interrupt", lambda: signal.raise_signal(signal.SIGINT))
        with pytest.raises(KeyboardInterrupt):
            rt.eval("await new Promise((resolve) => setTimeout(() => { interrupt() }, 30))")
        assert rt.eval("6 * 7") == 42


async def test_a_run_that_a_limit_ended_is_repeated_up_to_there(path: Path) -> None:
    async with Runtime(record=path, timers="manual") as rt:
        await rt.define_function("step", lambda n: n)
        with pytest.raises(WallTimeLimitExceeded):
            await rt.eval("step(1); for (;;);", timeout=0.1)
    replayed = await replay(path)
    assert replayed.ended is not None
    assert replayed.ended[0] == "WallTimeLimitExceeded"
    assert replayed.calls[-1].name == "step"


async def test_limits_are_those_of_the_run(path: Path) -> None:
    async with Runtime(record=path, limits=Limits(depth=5), timers="manual") as rt:
        with pytest.raises(atoll.MarshalError):
            await rt.eval("[[[[[[1]]]]]]")
    assert Recording(path).limits == Limits(depth=5)
    await replay(path)


async def record_greeting(path: Path) -> None:
    async with Runtime(record=path, timers="manual", console=lambda entry: None) as rt:
        await rt.define_function("greet", lambda name: f"hello {name}")
        await rt.eval("greet('ada'); console.log('one', 1)")
        await rt.eval("greet('bob') + '!'")


def change(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert old in data
    assert len(old) == len(new)
    path.write_bytes(data.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        # What the host had answered: the guest makes something else of it.
        (b'"hello bob"', b'"hello eve"', 'recorded: .*"hello bob!"\n  replayed: .*"hello eve!"'),
        # What the program was: it calls something else.
        (
            b"greet('ada')",
            b"greet('eve')",
            'greet with \\["ada"\\]\n.*calls greet with \\["eve"\\]',
        ),
        # It prints something else.
        (
            b"console.log('one', 1)",
            b"console.log('two', 2)",
            'tells Console._printed \\["log",null,"one","1"\\]\n.*"two","2"',
        ),
        # The program does not call at all.
        (b"greet('bob')", b"'x' + 'bob' ", "recorded: .*calls greet.*\n  replayed: .*answers call"),
        # It says nothing at all.
        (b"greet('bob')", b"for (;;) { }", "replayed: nothing within 0.5 s"),
        # It fails.
        (b"greet('bob')", b"undefined.ab", "replayed: .*throws"),
    ],
)
async def test_a_replay_that_differs_says_what_and_where(
    path: Path, old: bytes, new: bytes, message: str
) -> None:
    await record_greeting(path)
    await replay(path)
    change(path, old, new)
    with pytest.raises(ReplayDiverged, match=message) as caught:
        await replay(path, timeout=0.5)
    assert caught.value.index >= 2
    assert caught.value.expected is not None


async def test_a_guest_that_ends_in_a_replay_says_why(path: Path) -> None:
    async with Runtime(record=path, limits=Limits(memory=16 * 1024 * 1024), timers="manual") as rt:
        await rt.eval("const keep = []; for (let i = 0; i < 1e3; i++) keep.push([i, i]); 1")
    change(path, b"1e3;", b"1e9;")
    with pytest.raises(ReplayDiverged, match=r"replayed: nothing: .*Limits\.memory"):
        await replay(path)


async def test_a_file_that_was_cut_short_is_good_up_to_there(path: Path) -> None:
    await record_greeting(path)
    data = path.read_bytes()
    path.write_bytes(data[: data.rindex(b"greet('bob')") + 3])
    replayed = await replay(path)
    assert replayed.ended is None
    assert [call.arguments for call in replayed.calls[-2:]] == [["ada"], ["log", None, "one", "1"]]


async def test_what_is_no_recording_is_refused(path: Path) -> None:
    path.write_bytes(b"hello")
    with pytest.raises(RecordingError, match="no recording"):
        await replay(path)
    path.write_bytes(MAGIC + b"{}\n")
    with pytest.raises(RecordingError, match="malformed"):
        await replay(path)
    await record_greeting(path)
    header, rest = path.read_bytes()[len(MAGIC) :].split(b"\n", 1)
    other = json.dumps({**json.loads(header), "engine": "1.2.3"}).encode()
    path.write_bytes(MAGIC + other + b"\n" + rest)
    with pytest.raises(RecordingError, match=r"another version .*1\.2\.3"):
        await replay(path)
    with pytest.raises(FileNotFoundError):
        await replay(path.with_name("none"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"timers": None}, "clock is the machine's"),
        ({"timers": Timers()}, "clock is the machine's"),
        ({"timers": Timers(mode="manual")}, "clock is the machine's"),
        ({"crypto": None}, "random values are the system's"),
        ({"crypto": Crypto()}, "random values are the system's"),
    ],
)
def test_what_could_not_be_repeated_is_not_recorded(
    path: Path, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Runtime(record=path, **options)
    assert not path.exists()


async def test_explicit_seeds_and_clocks_are_kept(path: Path) -> None:
    timers = Timers(mode="manual", virtual_date=True, start=5000)
    async with Runtime(record=path, crypto=Crypto(seed=1), timers=timers) as rt:
        assert await rt.eval("Date.now()") == 5000
    await replay(path)


async def test_a_file_that_cannot_be_written_is_told_before_anything_starts(
    tmp_path: Path,
) -> None:
    with pytest.raises(FileNotFoundError):
        async with Runtime(record=tmp_path / "no" / "such" / "folder"):
            pass


async def test_a_full_disk_ends_the_recording_and_not_the_run(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with Runtime(record="/dev/full", timers="manual") as rt:
        assert len(await rt.eval("'x'.repeat(100_000)")) == 100_000
        assert await rt.eval("1") == 1
    assert "stops here" in caplog.text


async def test_a_plain_isolate_has_no_recorder() -> None:
    assert Isolate()._driver.host.recorder is None


def test_calls_can_be_read_without_a_replay(path: Path) -> None:
    asyncio.run(record_greeting(path))
    calls = [call for call in Recording(path).calls() if call.direction == "to host"]
    assert [(c.name, c.arguments, c.outcome, c.value) for c in calls] == [
        ("greet", ["ada"], "returned", "hello ada"),
        ("Console._printed", ["log", None, "one", "1"], "posted", None),
        ("greet", ["bob"], "returned", "hello bob"),
    ]
    assert str(calls[0]) == "to host: greet('ada') → 'hello ada'"


async def test_calls_have_the_values_that_went_both_ways(path: Path) -> None:
    when = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)

    def refuse(_: object) -> None:
        raise LookupError("there is none")

    async with Runtime(record=path, timers="manual") as rt:
        await rt.define_function(
            "tools.find", lambda *_: {"when": when, "big": -(2**70), "b": b"x"}
        )
        await rt.define_function("refuse", refuse)
        await rt.eval("globalThis.kept = () => 1")
        await rt.eval(
            "(m) => tools.find(m, new Uint8Array([1]), kept, Promise.resolve())", {1: "a"}
        )
        with pytest.raises(LookupError):
            await rt.eval("refuse(kept)")
        with pytest.raises(MarshalError):
            await rt.eval("[Symbol()]")
        with pytest.raises(JSError):
            await rt.eval("throw { code: 1 }")
        await rt.eval("(stream, f, u) => 1", (n for n in [1]), refuse, atoll.undefined)
    calls = Recording(path).calls()
    find, failed = (call for call in calls if call.direction == "to host")
    assert find.arguments[:2] == [{1: "a"}, b"\x01"]
    function, promise = find.arguments[2:]
    assert (function.kind, function.owner, promise.kind) == ("function", "guest", "promise")
    assert repr(function) == f"<function {function.number} of the guest>"
    assert find.value == {"when": when, "big": -(2**70), "b": b"x"}
    assert find.error is None
    assert failed.arguments[0].kind == "function"
    assert (failed.outcome, str(failed.error)) == ("threw", "LookupError: there is none")
    evaluated = [call for call in calls if call.name == "evaluate"]
    assert [(c.outcome, str(c.error)) for c in evaluated[2:5]] == [
        ("threw", "LookupError: there is none"),
        ("threw", "result[0]: a symbol cannot leave the isolate"),
        ("threw", "Uncaught: {'code': 1}"),
    ]
    stream, passed, undefined = evaluated[5].arguments[2]
    assert [stream.kind, passed.kind, passed.owner] == ["ReadableStream", "function", "host"]
    assert undefined is atoll.undefined


@pytest.mark.parametrize("make", [lambda entries: entries.append, lambda e: Console(e.append)])
async def test_a_replay_shows_what_was_printed(path: Path, make: Any) -> None:
    async with Runtime(record=path, timers="manual") as rt:
        await rt.eval("console.group('g'); console.error('one', [1]); console.count(); 1")
    entries: list[Any] = []
    await replay(path, console=make(entries))
    assert [(e.kind, e.text, e.group_depth) for e in entries] == [
        ("group", "g", 0), ("error", "one [ 1 ]", 1), ("count", "default: 1", 1),
    ]  # fmt: skip
