"""Observers are told of every call across the boundary, in both flavours."""

from __future__ import annotations

import asyncio
import contextvars
import logging
from typing import Any

import pytest

import atoll
import atoll.sync
from atoll import Isolate, IsolateDisposed, Runtime
from atoll.observe import Call, LoggingObserver, Observer, Observers


class Recorder(Observer):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.calls: list[Call] = []

    def isolate_started(self, isolate: int) -> None:
        self.told.append(("started", isolate))

    def isolate_ended(self, isolate: int, error: BaseException, lifetime: float) -> None:
        self.told.append(("ended", isolate, type(error), lifetime > 0))

    def call_started(self, call: Call) -> None:
        assert call.outcome == "open"
        self.told.append(("call", call.name))

    def call_ended(self, call: Call) -> None:
        self.calls.append(call)

    def of(self, name: str) -> list[Call]:
        return [call for call in self.calls if call.name == name]


async def test_calls_both_ways_are_told_with_their_names() -> None:
    told = Recorder()

    async def lookup(word: str) -> str:
        await asyncio.sleep(0)
        return word * 2

    async with Isolate(observer=told) as isolate:
        await isolate.define_function("tools.add", lambda a, b: a + b)
        await isolate.define_async_function("tools.lookup", lookup)
        await isolate.eval("f = async () => [tools.add(1, 2), await tools.lookup('ab')]")
        assert await isolate.call("f") == [3, "abab"]
    (add,), (look,), (outer,) = told.of("tools.add"), told.of("tools.lookup"), told.of("call f")
    assert (add.direction, add.kind, add.outcome) == ("to host", "sync", "ok")
    assert (look.direction, look.kind, look.outcome) == ("to host", "async", "ok")
    assert (outer.direction, outer.outcome) == ("to guest", "ok")
    assert add.parent is outer
    assert look.parent is outer
    assert outer.parent is None
    assert add.request_bytes == len("[1,2]")
    assert outer.response_bytes == len('[3,"abab"]')
    assert look.response_bytes > 0
    assert 0 < look.duration <= outer.duration < 60
    assert told.told[0] == ("started", add.isolate)
    assert told.told[-1] == ("ended", add.isolate, IsolateDisposed, True)
    assert {call.name for call in told.calls} >= {"define tools.add", "eval"}


async def test_failures_are_told_with_what_was_raised() -> None:
    told = Recorder()

    def fail() -> None:
        raise LookupError("no")

    async with Isolate(observer=told) as isolate:
        await isolate.define_function("fail", fail)
        await isolate.define_function("cannot", lambda: object.__new__)
        with pytest.raises(LookupError):
            await isolate.eval("fail()")
        with pytest.raises(atoll.JSSyntaxError):
            await isolate.eval("(")
    assert [(c.outcome, type(c.error)) for c in told.of("fail")] == [("error", LookupError)]
    outcomes = [(c.outcome, type(c.error)) for c in told.of("eval")]
    assert outcomes == [("error", LookupError), ("error", atoll.JSSyntaxError)]


async def test_what_is_cancelled_or_cut_off_is_told() -> None:
    told = Recorder()
    begun = asyncio.Event()

    async def wait() -> None:
        begun.set()
        await asyncio.Event().wait()

    async with Isolate(observer=told) as isolate:
        await isolate.define_async_function("wait", wait)
        await isolate.eval(
            "controller = new AbortController(); p = wait(controller.signal).catch(() => 'no'); 0"
        )
        await begun.wait()
        await isolate.eval("controller.abort(); 0")
        assert await isolate.eval("p") == "no"
        task = asyncio.create_task(isolate.eval("new Promise(() => {})", filename="never"))
        await isolate.eval("1")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await isolate.eval("2")
        begun.clear()
        await isolate.eval("wait(); 0")
        await begun.wait()
    outcomes = [call.outcome for call in told.of("wait")]
    assert outcomes == ["cancelled", "ended"]
    assert [c.outcome for c in told.of("eval")].count("cancelled") == 1
    assert isinstance(told.of("wait")[1].error, IsolateDisposed)


async def test_messages_without_an_answer_are_told() -> None:
    told = Recorder()
    async with Runtime(observer=told, console=lambda entry: None) as rt:
        await rt.eval("console.log('a'); console.log('b')")
    posts = [call for call in told.calls if call.kind == "post"]
    assert [(c.direction, c.outcome, c.response_bytes) for c in posts] == [("to host", "ok", 0)] * 2
    assert "Console" in posts[0].name


async def test_context_that_an_observer_sets_holds_in_the_function_and_nowhere_else() -> None:
    current: contextvars.ContextVar[str] = contextvars.ContextVar("current", default="-")

    class Setter(Observer):
        def call_started(self, call: Call) -> None:
            if call.direction == "to host":
                current.set(call.name)

    seen = []

    async def late(n: int) -> None:
        await asyncio.sleep(0)
        seen.append((n, current.get()))

    async with Isolate(observer=Setter()) as isolate:
        await isolate.define_async_function("late", late)
        await isolate.define_function("now", lambda: seen.append((0, current.get())))
        await isolate.eval("await Promise.all([late(1), late(2), now()])")
    assert sorted(seen) == [(0, "now"), (1, "late"), (2, "late")]
    assert current.get() == "-"


async def test_an_observer_that_raises_changes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Observer):
        def call_started(self, call: Call) -> None:
            raise ZeroDivisionError

        call_ended = isolate_started = isolate_ended = call_started  # type: ignore[assignment]

    async with Isolate(observer=Broken()) as isolate:
        await isolate.define_function("add", lambda a, b: a + b)
        assert await isolate.eval("add(1, 2)") == 3
    assert len([r for r in caplog.records if r.name == "atoll.observe"]) == 1


async def test_several_observers_have_data_of_their_own() -> None:
    class Counter(Observer):
        def __init__(self) -> None:
            self.total = 0

        def call_started(self, call: Call) -> None:
            assert call.data is None
            call.data = self.total

        def call_ended(self, call: Call) -> None:
            self.total = call.data + 1

    first, second = Counter(), Counter()
    second.total = 100
    async with Isolate(observer=Observers(first, second)) as isolate:
        await isolate.eval("1")
        await isolate.eval("2")
    assert (first.total, second.total) == (2, 102)


def test_the_blocking_flavour_tells_the_same() -> None:
    told = Recorder()
    with atoll.sync.Runtime(observer=told) as rt:
        rt.define_function("add", lambda a, b: a + b)
        rt.define_async_function("later", asyncio.sleep)
        assert rt.eval("console.log(1); await later(0); add(1, 2)") == 3
    (add,) = told.of("add")
    assert (add.kind, add.outcome, add.parent) == ("sync", "ok", told.of("eval")[0])
    assert told.of("later")[0].kind == "async"
    assert told.told[-1][2] is IsolateDisposed


async def test_an_isolate_without_an_observer_runs_the_plain_code() -> None:
    assert type(Isolate()._driver.host).__name__ == "Host"
    assert type(Isolate(observer=Observer())._driver.host).__name__ == "ObservedHost"


async def test_calls_are_logged_without_their_values(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "atoll.calls"):
        async with Isolate(observer=LoggingObserver()) as isolate:
            await isolate.define_function("secret", lambda text: text)
            await isolate.eval("secret('hunter2')")
            with pytest.raises(atoll.JSError):
                await isolate.eval("throw new Error('hunter2')")
    assert "to host secret (sync): ok" in caplog.text
    assert "hunter2" not in caplog.text
    levels = {record.levelno for record in caplog.records if "JSError" in record.message}
    assert levels == {logging.INFO}
    assert any(isinstance(getattr(record, "call", None), Call) for record in caplog.records)


async def test_an_isolate_that_ends_by_itself_is_logged_as_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with Isolate(observer=LoggingObserver()) as isolate:
        with pytest.raises(atoll.WallTimeLimitExceeded):
            await isolate.eval("for (;;);", timeout=0.05)
    assert "WallTimeLimitExceeded" in caplog.text
