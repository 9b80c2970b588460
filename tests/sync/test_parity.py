"""The blocking API does what the asyncio API does: one table of behaviour, run on both."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import atoll
import atoll.sync
from atoll import (
    URL,
    Blob,
    CpuLimitExceeded,
    HandleLimitExceeded,
    JSError,
    JSSyntaxError,
    Limits,
    MarshalError,
    MemoryLimitExceeded,
    MiB,
    OutputLimitExceeded,
    ReentrancyError,
    ReferenceReleased,
    Sink,
    WallTimeLimitExceeded,
)
from tests.sync.support import held_handles

Call = Callable[..., Any]
"""Calls a method of an isolate or a reference, and gives its result, whichever API it is of."""


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def asyncio_isolate(loop: asyncio.Runner) -> Iterator[atoll.Isolate]:
    isolate = atoll.Isolate()
    loop.run(isolate.__aenter__())
    yield isolate
    loop.run(isolate.dispose())


@pytest.fixture(params=["blocking", "asyncio"])
def flavour(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def either(
    flavour: str,
    module_isolate: atoll.sync.Isolate,
    asyncio_isolate: atoll.Isolate,
) -> Any:
    """An isolate of one API, then of the other."""
    return module_isolate if flavour == "blocking" else asyncio_isolate


@pytest.fixture
def call(loop: asyncio.Runner) -> Call:
    async def awaited(method: Callable[..., Any], *args: object, **options: object) -> object:
        return await method(*args, **options)

    def call(method: Callable[..., Any], *args: object, **options: object) -> object:
        if inspect.iscoroutinefunction(method):
            return loop.run(awaited(method, *args, **options))
        return method(*args, **options)

    return call


@pytest.mark.parametrize("name", ["Isolate", "Reference", "JSFunction", "JSPromise", "Scope",
                                  "BlobReference", "ReadableStream", "WritableStream"])  # fmt: skip
def test_the_same_methods_take_the_same_parameters(name: str) -> None:
    ours, theirs = getattr(atoll.sync, name), getattr(atoll, name)
    protocol = {"__aiter__": "__iter__", "__anext__": "__next__",
                "__aenter__": "__enter__", "__aexit__": "__exit__"}  # fmt: skip
    for key in dir(theirs):
        if (key.startswith("_") and key not in protocol) or not callable(getattr(theirs, key)):
            continue
        method = getattr(ours, protocol.get(key, key))
        parameters = inspect.signature(getattr(theirs, key)).parameters
        assert list(inspect.signature(method).parameters) == list(parameters), key
        assert [p.default for p in inspect.signature(method).parameters.values()] == [
            p.default for p in parameters.values()
        ], key


CODE: list[tuple[str, str, object]] = [
    ("a value", "[1, 2, 3].map(n => n * 2)", [2, 4, 6]),
    ("an object", "({a: {b: [null, true, 'x', 1n]}})", {"a": {"b": [None, True, "x", 1]}}),
    ("bytes", "new Uint8Array([1, 2])", b"\1\2"),
    ("a promise", "Promise.resolve(5)", 5),
    ("top-level await", "const five = await 5; five + 1", 6),
    ("nothing", "undefined", None),
    ("a URL", "new URL('a:b')", URL("a:b")),
    ("a call of a function", "add(1, 2)", 3),
    ("an asynchronous call", "later(2)", 4),
    ("calls in flight", "Promise.all([1, 2, 3].map(n => later(n)))", [2, 4, 6]),
    ("a class", "new Counter(3).increment()", 4),
    ("a nested name", "tools.math.add(2, 3)", 5),
    ("a global", "settings.debug", True),
]


@pytest.fixture
def defined(either: Any, call: Call) -> Any:
    class Counter:
        def __init__(self, start: int = 0) -> None:
            self.count = start

        def increment(self) -> int:
            self.count += 1
            return self.count

    def fail(kind: str) -> None:
        raise {"value": ValueError, "key": KeyError}[kind]("from Python")

    async def later(n: int) -> int:
        await asyncio.sleep(0)
        return n * 2

    call(either.define_function, "add", lambda a, b: a + b)
    call(either.define_function, "tools.math.add", lambda a, b: a + b)
    call(either.define_function, "fail", fail)
    call(either.define_async_function, "failLater", fail)
    call(either.define_async_function, "later", later)
    call(either.define_global, "settings", {"debug": True})
    call(either.define_class, Counter)
    return either


@pytest.mark.parametrize(("code", "value"), [row[1:] for row in CODE], ids=[r[0] for r in CODE])
def test_code_has_the_same_value(defined: Any, call: Call, code: str, value: object) -> None:
    assert call(defined.eval, code.replace("const", "var")) == value


FAILURES: list[tuple[str, str, type[BaseException], str]] = [
    ("a thrown error", "throw new RangeError('no')", JSError, "RangeError: no"),
    ("a thrown value", "throw 5", JSError, "5"),
    ("a rejection", "Promise.reject(new Error('later'))", JSError, "Error: later"),
    ("bad syntax", "let = ;", JSSyntaxError, "<eval>:1:"),
    ("a symbol", "[Symbol()]", MarshalError, r"result\[0\]"),
    ("a callback's exception", "fail('value')", ValueError, "from Python"),
    ("one from an asynchronous callback", "failLater('key')", KeyError, "from Python"),
    ("a missing function", "add.missing()", JSError, "TypeError"),
    ("a callback's symbol", "add(Symbol(), 1)", JSError, r"args\[0\]: a symbol"),
]


@pytest.mark.parametrize(
    ("code", "error", "match"), [row[1:] for row in FAILURES], ids=[r[0] for r in FAILURES]
)
def test_code_fails_the_same_way(
    defined: Any, call: Call, code: str, error: type[BaseException], match: str
) -> None:
    with pytest.raises(error, match=match):
        call(defined.eval, code)
    assert call(defined.eval, "1") == 1


def test_arguments_functions_and_references(defined: Any, call: Call) -> None:
    assert call(defined.eval, "(a, b) => a + b", 1, 2) == 3
    assert call(defined.eval, "f => f(4)", lambda n: n + 1) == 5
    assert call(defined.call, "add", 1, 2) == 3
    assert call(defined.call, "tools.math.add", 1, 2) == 3
    person = call(defined.marshal, {"name": "Alice", "age": 30})
    assert call(person.get, "age") == 30
    call(person.set, "age", 31)
    assert call(defined.eval, "p => p.age", person) == 31
    assert call(defined.unmarshal, person) == {"name": "Alice", "age": 31}
    function = call(defined.eval, "(function (x) { return [this?.k ?? null, x] })", copy=False)
    assert call(function.call, 1) == [None, 1]
    assert call(function.call, 1, this={"k": 2}) == [2, 1]
    assert call(function.__call__, 1) == [None, 1]
    cls = call(defined.eval, "(class Point { constructor(x) { this.x = x } double() {"
                             " return this.x * 2 } })", copy=False)  # fmt: skip
    point = call(cls.construct, 4)
    assert call(point.call_method, "double") == 8
    promise = call(defined.eval, "({p: Promise.resolve(6)})")["p"]
    assert call(promise.value) == 6
    point.release()
    with pytest.raises(ReferenceReleased):
        call(point.get, "x")


def test_scopes(defined: Any, call: Call, flavour: str) -> None:
    scope = defined.scope()
    names = ("__enter__", "__exit__") if flavour == "blocking" else ("__aenter__", "__aexit__")
    call(getattr(scope, names[0]))
    reference = call(scope.marshal, [1])
    code = call(scope.eval, "n => n + 1")
    assert call(scope.unmarshal, reference) == [1]
    call(getattr(scope, names[1]), None, None, None)
    assert reference.released
    assert code.released


def test_blobs_and_streams(defined: Any, call: Call, flavour: str) -> None:
    blob = call(defined.eval, "new Blob(['0123456789'], {type: 'text/plain'})")
    assert (blob.size, blob.type, blob.name) == (10, "text/plain", None)
    assert call(blob.bytes, 2, 4) == b"23"
    assert call(blob.text) == "0123456789"
    assert call(defined.eval, "b => b.text()", Blob("grüße")) == "grüße"
    stream = call(defined.eval, "new Blob(['abc']).stream()")
    following = getattr(stream, "__next__" if flavour == "blocking" else "__anext__")
    assert call(following) == b"abc"
    with pytest.raises(StopIteration if flavour == "blocking" else StopAsyncIteration):
        call(following)
    endless = call(defined.eval, "new ReadableStream({cancel(r) { globalThis.why = r }})")
    call(endless.cancel, "enough")
    assert call(defined.eval, "why") == "enough"
    writable = call(defined.eval, "got = []; new WritableStream({write(x) { got.push(x) }})")
    call(writable.write, "a")
    call(writable.close)
    assert call(defined.eval, "got") == ["a"]
    aborted = call(defined.eval, "new WritableStream({abort(r) { got.push(r) }})")
    call(aborted.abort, "no")
    assert call(defined.eval, "got") == ["a", "no"]
    chunks: list[object] = []
    code = "async (s, w) => { await s.pipeTo(w); return 'piped' }"
    assert call(defined.eval, code, (n for n in range(3)), Sink(chunks.append)) == "piped"
    assert chunks == [0, 1, 2]

    async def source() -> Any:
        for n in range(3):
            await asyncio.sleep(0)
            yield n

    assert call(defined.eval, code, source(), Sink(chunks.append)) == "piped"
    assert chunks == [0, 1, 2, 0, 1, 2]
    broken = "async s => { for await (const x of s) return x }"
    assert call(defined.eval, broken, source()) == 0


def test_a_blocked_guest_cannot_settle_a_promise(defined: Any, call: Call, flavour: str) -> None:
    if flavour == "blocking":
        call(defined.define_function, "ask", lambda: defined.eval("new Promise(() => {})"))
    else:

        async def ask() -> object:
            return await defined.eval("new Promise(() => {})")

        call(defined.define_function, "ask", ask)
    with pytest.raises(ReentrancyError):
        call(defined.eval, "ask()")
    assert call(defined.eval, "1") == 1


LIMITS: list[tuple[Limits, str, type[BaseException]]] = [
    (Limits(call_time=0.2), "for (;;);", WallTimeLimitExceeded),
    (Limits(call_time=0.2), "new Promise(() => {})", WallTimeLimitExceeded),
    (Limits(wall_time=2), "for (;;);", WallTimeLimitExceeded),
    (Limits(cpu_time=0.5), "for (;;);", CpuLimitExceeded),
    (Limits(memory=32 * MiB), "const all = []; for (;;) all.push([all.length])",
     MemoryLimitExceeded),
    (Limits(output=10_000), "'x'.repeat(20_000)", OutputLimitExceeded),
    (Limits(handles=10), "Array.from({length: 20}, () => () => 1)", HandleLimitExceeded),
]  # fmt: skip


@pytest.mark.parametrize(("limits", "code", "error"), LIMITS, ids=[r[2].__name__ for r in LIMITS])
def test_limits_end_the_isolate(
    limits: Limits, code: str, error: type[BaseException], loop: asyncio.Runner, flavour: str
) -> None:
    def blocking() -> None:
        with atoll.sync.Isolate(limits=limits) as isolate:
            for _ in range(2):
                with pytest.raises(error):
                    isolate.eval(code)

    async def asynchronous() -> None:
        async with atoll.Isolate(limits=limits) as isolate:
            for _ in range(2):
                with pytest.raises(error):
                    await isolate.eval(code)

    blocking() if flavour == "blocking" else loop.run(asynchronous())


def test_statistics_and_handles(fresh_isolate: atoll.sync.Isolate) -> None:
    with fresh_isolate.scope() as scope:
        scope.marshal([1])
        fresh_isolate.eval("f => { globalThis.f = f }", print)
        assert held_handles(fresh_isolate) == (1, 1)
        fresh_isolate.eval("delete globalThis.f")
    statistics = fresh_isolate.statistics()
    assert statistics.heap_used > 0
    assert statistics.memory > 0
    assert held_handles(fresh_isolate) == (0, 0)


def test_uncaught_errors_are_heard_with_the_next_call() -> None:
    heard: list[BaseException] = []
    with atoll.sync.Isolate(on_uncaught=heard.append) as isolate:
        isolate.eval("Promise.reject(new RangeError('unheard')); 1")
        isolate.eval("Promise.resolve()")
        isolate.collect_garbage()
    assert [str(error) for error in heard] == ["RangeError: unheard"]


def test_confinement_is_told(isolate: atoll.sync.Isolate) -> None:
    assert set(isolate.confinement) == set(isolate.confinement)
    assert isolate.confinement
