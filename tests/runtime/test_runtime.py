"""A runtime has the APIs that its keywords ask for, and no others; in both flavours."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from typing import Any, Self

import pytest

import atoll
import atoll.sync
from atoll import ApiNotEnabled, IsolateDisposed, Limits, MemoryLimitExceeded, MiB
from atoll.console import Console, Entry
from atoll.core import operations
from atoll.core.host import Host
from atoll.crypto import Crypto
from atoll.fetch import Request, Response
from atoll.fs import Files, MemoryFileSystem
from atoll.modules import Modules
from atoll.timers import Timers

Make = Callable[..., Any]

GLOBALS = {
    "console": ["console"],
    "timers": ["setTimeout", "setInterval", "clearTimeout", "clearInterval"],
    "crypto": ["crypto", "Crypto", "SubtleCrypto", "CryptoKey"],
    "encoding": ["TextEncoder", "TextDecoder", "atob", "btoa", "CompressionStream"],
}
"""What each API that is on by default adds."""


class Either:
    """A runtime of one flavour or the other, used like a blocking one."""

    def __init__(self, runtime: Any, runner: asyncio.Runner) -> None:
        self._runtime = runtime
        self._runner = runner

    def __getattr__(self, name: str) -> Any:
        member = getattr(self._runtime, name)
        if name in ("console", "timers", "crypto", "encoding", "fetch", "modules", "tests", "fs"):
            return member if isinstance(member, Crypto) else Either(member, self._runner)
        if not inspect.iscoroutinefunction(member):
            return member

        async def call(*args: object, **options: object) -> object:
            return await member(*args, **options)

        return lambda *args, **options: self._runner.run(call(*args, **options))

    def __enter__(self) -> Self:
        if isinstance(self._runtime, atoll.sync.Runtime):
            self._runtime.__enter__()
        else:
            self._runner.run(self._runtime.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self.dispose()


@pytest.fixture(params=[atoll.Runtime, atoll.sync.Runtime], ids=["asyncio", "blocking"])
def runtime(request: pytest.FixtureRequest) -> Iterator[Make]:
    with asyncio.Runner() as runner:
        yield lambda **options: Either(request.param(**options), runner)


def present(rt: Any, names: list[str]) -> list[str]:
    found: list[str] = rt.eval("names => names.filter((name) => name in globalThis)", names)
    return found


def test_the_defaults_are_there_and_nothing_that_reaches_outside(runtime: Make) -> None:
    with runtime() as rt:
        for names in GLOBALS.values():
            assert present(rt, names) == names
        assert present(rt, ["fetch", "WebSocket", "Deno", "process", "require", "fs"]) == []
        assert rt.eval("console.log('nobody reads this'); 1") == 1


@pytest.mark.parametrize("value", [None, False])
@pytest.mark.parametrize("left_out", GLOBALS)
def test_an_api_that_is_left_out_does_not_exist(
    runtime: Make, left_out: str, value: object
) -> None:
    with runtime(**{left_out: value}) as rt:
        for keyword, names in GLOBALS.items():
            assert present(rt, names) == ([] if keyword == left_out else names)
        with pytest.raises(ApiNotEnabled, match=rf"without {left_out}.*Runtime\({left_out}="):
            getattr(rt, left_out)


def test_all_apis_can_be_left_out(runtime: Make) -> None:
    with runtime(**dict.fromkeys(GLOBALS)) as rt:
        assert present(rt, [name for names in GLOBALS.values() for name in names]) == []
        assert rt.eval("6 * 7") == 42


def test_a_function_for_console_is_called_with_entries(runtime: Make) -> None:
    entries: list[Entry] = []
    with runtime(console=entries.append) as rt:
        rt.eval("console.warn('%s!', 'hi'); console.count('a')")
        assert [(entry.level, entry.text) for entry in entries] == [
            ("warn", "hi!"),
            ("info", "a: 1"),
        ]
        assert rt.console.counters == {"a": 1}


def test_configured_capabilities_are_used_as_they_are(runtime: Make) -> None:
    crypto = Crypto(seed=42)
    lines: list[Any] = []
    console = Console(on_log=lambda level, args: lines.append(args))
    with runtime(crypto=crypto, console=console, timers=Timers(max_pending=1)) as rt:
        assert rt.crypto is crypto
        assert rt.eval("crypto.randomUUID()") == "1d2e4ddb-4faa-4ef2-bacb-888ad2054f90"
        rt.eval("console.log(1)")
        assert lines == [["1"]]
        rt.eval("setTimeout(() => {}, 1e6)")
        assert rt.timers.pending() == 1
        with pytest.raises(atoll.JSError, match="1 timers are pending"):
            rt.eval("setTimeout(() => {}, 1e6)")


def test_manual_time_is_the_time_of_dates_as_well(runtime: Make) -> None:
    with runtime(timers="manual") as rt:
        rt.eval("rung = []; setInterval(() => rung.push(Date.now()), 500)")
        rt.tick(1000)
        assert rt.eval("[rung, Date.now()]") == [[500, 1000], 1000]


def test_a_clock_that_is_the_machines_cannot_be_moved(runtime: Make) -> None:
    with runtime() as rt, pytest.raises(ValueError, match='mode="manual"'):
        rt.tick(1)
    with runtime(timers=None) as rt, pytest.raises(ApiNotEnabled, match=r"Runtime\(timers="):
        rt.tick(1)


def test_handles_are_there_once_the_runtime_has_started(runtime: Make) -> None:
    rt = runtime()
    with pytest.raises(ApiNotEnabled, match="enter it"):
        _ = rt.console
    with rt:
        assert rt.console.counters == {}


@pytest.mark.parametrize(
    ("keyword", "value"),
    [("timers", "fast"), ("console", "log"), ("crypto", 42), ("encoding", "utf-8"), ("timers", 1)],
)
def test_a_value_that_a_keyword_does_not_take_says_what_it_takes(
    runtime: Make, keyword: str, value: object
) -> None:
    with pytest.raises(TypeError, match=rf"{keyword}= takes .* or None to leave it out"):
        runtime(**{keyword: value})


def test_it_is_an_isolate(runtime: Make) -> None:
    with runtime(limits=Limits(memory=64 * MiB)) as rt:
        rt.define_function("add", lambda a, b: a + b)
        assert rt.call("add", 1, 2) == 3
        assert rt.statistics().calls == 1
        assert rt.unmarshal(rt.marshal({"a": [1]})) == {"a": [1]}
        with pytest.raises(MemoryLimitExceeded):
            rt.eval("const a = []; for (;;) a.push(new Array(1000).fill(1.5))")
        with pytest.raises(MemoryLimitExceeded):
            rt.eval("1")


def test_nothing_works_after_dispose(runtime: Make) -> None:
    with runtime(timers="manual") as rt:
        pass
    uses: list[Callable[[], object]] = [
        lambda: rt.eval("1"),
        lambda: rt.tick(1),
        lambda: rt.timers.pending(),
        lambda: rt.console.reset(),
        lambda: rt.statistics(),
    ]
    for use in uses:
        with pytest.raises(IsolateDisposed):
            use()
    with pytest.raises(IsolateDisposed):
        rt.__enter__()
    rt.dispose()


def test_a_runtime_whose_apis_cannot_be_installed_leaves_no_process(runtime: Make) -> None:
    console = Console()
    with runtime(console=console):
        pass
    rt = runtime(console=console)
    with pytest.raises(Exception, match="one isolate"):
        rt.__enter__()
    with pytest.raises(IsolateDisposed):
        rt.eval("1")


def parameters(flavour: Any) -> dict[str, tuple[object, object]]:
    signature = inspect.signature(flavour.__init__)
    return {p.name: (p.kind, p.default) for p in signature.parameters.values()}


def test_both_flavours_take_the_same_keywords_and_have_the_same_members() -> None:
    assert parameters(atoll.Runtime) == parameters(atoll.sync.Runtime)
    members = [
        {name for name in dir(flavour) if not name.startswith("_")}
        for flavour in (atoll.Runtime, atoll.sync.Runtime)
    ]
    assert members[0] == members[1]


async def test_the_apis_arrive_in_one_round_trip(monkeypatch: pytest.MonkeyPatch) -> None:
    targets: list[int] = []
    call = Host.call

    def counting(self: Host, target: int, *args: Any, **options: Any) -> Any:
        targets.append(target)
        return call(self, target, *args, **options)

    monkeypatch.setattr(Host, "call", counting)
    async with atoll.Runtime():
        assert targets == [operations.INSTALL]


# APIs that are off by default


def test_fetch_goes_through_a_function(runtime: Make) -> None:
    def handler(request: Request) -> Response:
        return Response.json({"path": request.url.pathname})

    with runtime(fetch=handler) as rt:
        path = "fetch('https://example.com/a/b').then((r) => r.json()).then((j) => j.path)"
        assert rt.eval(path) == "/a/b"


def test_requests_are_dispatched_to_the_guest(runtime: Make) -> None:
    with runtime(fetch=True) as rt:
        rt.eval("serve({ fetch: (request) => new Response(`hi ${request.method}`) })")
        response = rt.dispatch_request(Request("https://app.example/", method="PUT"))
        assert response.status == 200
        with pytest.raises(atoll.JSError):
            rt.eval("fetch('https://example.com/')")


def test_modules_are_run_and_imported(runtime: Make) -> None:
    modules = (
        Modules()
        .virtual("@/env", "export const mode = 'sandbox'")
        .virtual("app.js", "import { mode } from '@/env'; globalThis.ran = mode")
    )
    with runtime(modules=modules) as rt:
        rt.run("app.js")
        assert rt.eval("ran") == "sandbox"
        namespace = rt.import_module("@/env")
        assert rt.eval("(module) => module.mode", namespace) == "sandbox"


@pytest.mark.parametrize("wrap", [lambda fs: fs, lambda fs: {"/data": fs}, Files])
def test_files_are_those_of_a_file_system(runtime: Make, wrap: Callable[[Any], Any]) -> None:
    files = MemoryFileSystem({"in.txt": b"hello", "data/in.txt": b"hello"})
    with runtime(fs=wrap(files)) as rt:
        text = rt.eval(
            "const root = await navigator.storage.getDirectory();"
            "const data = await root.getDirectoryHandle('data');"
            "const file = await (await data.getFileHandle('in.txt')).getFile();"
            "await file.text()"
        )
        assert text == "hello"
        assert rt.fs.open_count == 0


def test_test_files_are_run(runtime: Make) -> None:
    with runtime(tests=True) as rt:
        results = rt.run_tests(
            "test('adds', () => expect(1 + 1).toBe(2)); test.skip('x', () => {})"
        )
        assert (results.passed, results.failed, results.skipped) == (1, 0, 1)


@pytest.mark.parametrize(
    ("keyword", "use"),
    [
        ("fetch", lambda rt: rt.dispatch_request(Request("https://a.example/"))),
        ("modules", lambda rt: rt.run("a.js")),
        ("modules", lambda rt: rt.import_module("a.js")),
        ("tests", lambda rt: rt.run_tests("")),
        ("fs", lambda rt: rt.fs),
        ("fetch", lambda rt: rt.fetch),
    ],
)
def test_what_needs_an_api_that_is_off_names_its_keyword(
    runtime: Make, keyword: str, use: Callable[[Any], object]
) -> None:
    with runtime() as rt, pytest.raises(ApiNotEnabled, match=rf"Runtime\({keyword}="):
        use(rt)


async def test_everything_at_once() -> None:
    async with atoll.Runtime(
        fetch=lambda request: Response("x"), modules=Modules(), tests=True, timers="manual"
    ) as rt:
        assert (
            await rt.eval("[typeof fetch, typeof test, typeof setTimeout, typeof atob]")
            == ["function"] * 4
        )
