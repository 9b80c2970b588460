"""What runtimes and pools make of their owners' mistakes, and of machines that have run out."""

from __future__ import annotations

import asyncio
import gc
import importlib.metadata
import os
import resource
import threading
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

import atoll
import atoll.sync
from atoll import (
    AtollError,
    EngineNotFound,
    Isolate,
    IsolateDisposed,
    Pool,
    PoolUnavailable,
    Runtime,
)
from atoll.core import bundle, launch
from atoll.engine import deno
from tests.hostile.support import gone, pid_of
from tests.runtime.support import run_program

# Uses that are none


async def test_a_runtime_belongs_to_its_event_loop() -> None:
    async with Runtime(timers="manual") as rt:
        for use in (lambda: rt.eval("1"), lambda: rt.tick(1), lambda: rt.statistics()):

            async def elsewhere(use: Any = use) -> None:
                await use()

            with pytest.raises(RuntimeError, match="another event loop"):
                await asyncio.to_thread(asyncio.run, elsewhere())
        assert await rt.eval("1") == 1


WRONG: dict[str, tuple[dict[str, Any], type[Exception], str]] = {
    "limits": ({"limits": {"memory": 5}}, TypeError, "limits is Limits"),
    "confinement": ({"confinement": "none"}, ValueError, "'require', 'best-effort', 'off', not"),
    "observer": ({"observer": print}, TypeError, "observer is an Observer"),
    "on_uncaught": ({"on_uncaught": "log"}, TypeError, "on_uncaught is a function"),
    "record": ({"record": True}, TypeError, "PathLike"),
}


@pytest.mark.parametrize("keyword", WRONG)
def test_keywords_with_a_wrong_value_are_refused_when_the_runtime_is_made(keyword: str) -> None:
    given, error, message = WRONG[keyword]
    for make in (Runtime, atoll.sync.Runtime):
        with pytest.raises(error, match=message):
            make(**given)


async def test_calls_with_wrong_arguments_are_refused_before_anything_is_sent() -> None:
    wrong: Any = [
        (lambda rt: rt.eval(b"1 + 1"), "the code is text, not bytes"),
        (lambda rt: rt.eval(None), "the code is text"),
        (lambda rt: rt.eval("1", timeout="5"), "timeout is seconds"),
        (lambda rt: rt.call("f", timeout=float("nan")), "timeout is seconds"),
        (lambda rt: rt.define_function(5, print), "name is text, not 5"),
    ]
    async with Runtime() as rt:
        for use, message in wrong:
            with pytest.raises(TypeError, match=message):
                await use(rt)
        assert await rt.eval("1") == 1
    with atoll.sync.Runtime() as blocking:
        for use, message in wrong:
            with pytest.raises(TypeError, match=message):
                use(blocking)
        assert blocking.eval("1") == 1


async def test_entering_one_flavour_as_the_other_names_the_right_one() -> None:
    for made in (Runtime(), Isolate(), Pool(), atoll.Sessions(Pool())):
        name = type(made).__name__
        wrong: Any = made
        with pytest.raises(TypeError, match=rf"async with`; .* atoll\.sync\.{name}"):  # noqa: SIM117
            with wrong:
                pass
    pool = atoll.sync.Pool()
    for blocking in (atoll.sync.Runtime(), atoll.sync.Isolate(), pool, atoll.sync.Sessions(pool)):
        wrong = blocking
        with pytest.raises(TypeError, match=rf"there is atoll\.{type(wrong).__name__}"):
            async with wrong:
                pass


def test_a_runtime_whose_loop_is_gone_can_be_disposed_of() -> None:
    loop = asyncio.new_event_loop()
    rt = loop.run_until_complete(Runtime().__aenter__())
    pool = Pool(Isolate, size=1)
    loop.run_until_complete(pool.__aenter__())
    loop.run_until_complete(loop.create_task(_ready(pool)))
    loop.close()
    asyncio.run(asyncio.wait_for(rt.dispose(), 10))
    asyncio.run(asyncio.wait_for(pool.close(), 10))
    assert isinstance(rt.failure, IsolateDisposed)


async def _ready(pool: Pool[Isolate]) -> None:
    while not pool.metrics().idle:
        await asyncio.sleep(0.005)


async def test_another_loop_does_not_dispose_of_what_this_one_uses() -> None:
    async with Runtime() as rt, Pool(Isolate, size=0) as pool:
        for end in (rt.dispose, pool.close, pool.drain):
            with pytest.raises(RuntimeError, match="another event loop"):
                await asyncio.to_thread(asyncio.run, end())
        assert await rt.eval("1") == 1
        async with pool.checkout() as isolate:
            assert await isolate.eval("1") == 1


def test_two_threads_at_once_are_refused_and_the_first_goes_on() -> None:
    with atoll.sync.Runtime() as rt:
        entered, go_on = threading.Event(), threading.Event()

        def wait() -> str:
            entered.set()
            go_on.wait()
            return "done"

        rt.define_function("wait", wait)
        results: list[Any] = []
        thread = threading.Thread(target=lambda: results.append(rt.eval("wait()")))
        thread.start()
        entered.wait()
        with pytest.raises(RuntimeError, match="in use by another thread"):
            rt.timers.pending()
        go_on.set()
        thread.join()
        assert results == ["done"]


async def test_a_callback_may_use_its_own_runtime() -> None:
    async with Runtime(timers="manual") as rt:

        async def again(n: int) -> Any:
            return await rt.eval(f"{n} + 1")

        await rt.define_function("sync_again", again)
        await rt.define_async_function("again", again)
        assert await rt.eval("[sync_again(1), await again(2)]") == [2, 3]

        async def tick() -> None:
            await rt.tick(10)

        await rt.define_function("tick", tick)
        with pytest.raises(atoll.ReentrancyError, match="clock cannot be moved"):
            await rt.eval("tick()")
        await rt.define_function("dispose", rt.dispose)
        with pytest.raises(IsolateDisposed):
            await rt.eval("dispose()")


# Owners that forget


@pytest.fixture(autouse=True)
def collect() -> Iterator[None]:
    """What recorded warnings and cycles keep alive goes before the look at what is left."""
    yield
    gc.collect()


async def test_a_forgotten_runtime_warns_and_leaves_no_process() -> None:
    async def forget() -> int:
        rt = Runtime(console=lambda entry: None)
        await rt.__aenter__()
        return pid_of(rt)

    with pytest.warns(ResourceWarning, match="never closed"):
        pid = await forget()
    await gone(pid)


def test_a_forgotten_blocking_runtime_warns_and_leaves_no_process() -> None:
    def forget() -> int:
        rt = atoll.sync.Runtime()
        rt.__enter__()
        process = rt._driver.process
        assert process is not None
        assert process.pid is not None
        return process.pid

    with pytest.warns(ResourceWarning, match="never closed"):
        pid = forget()
    asyncio.run(gone(pid))


FORGOTTEN = """
import asyncio, warnings
from atoll import Isolate, Pool
warnings.simplefilter("ignore")

async def main():
    pool = Pool(Isolate, size=1)
    await pool.__aenter__()
    async with pool.checkout() as isolate:
        print(isolate._driver.process.pid, flush=True)
    while not pool.metrics().idle:
        await asyncio.sleep(0.01)
    print(next(iter(pool._isolates.values()))._driver.process.pid, flush=True)
"""
ENDINGS = {
    "forgotten": "asyncio.run(main())",
    "loop closed early": "loop = asyncio.new_event_loop(); loop.run_until_complete(main());"
    " loop.close()",
}


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_program_that_forgets_its_pool_ends_and_leaves_no_process(ending: str) -> None:
    output = await asyncio.to_thread(run_program, f"{FORGOTTEN}\n{ENDINGS[ending]}")
    pids = list(map(int, output.split()))
    assert len(pids) == 2
    for pid in pids:
        await gone(pid)


async def test_a_program_that_forgets_its_blocking_pool_ends_and_leaves_no_process() -> None:
    output = await asyncio.to_thread(
        run_program,
        """
        import warnings
        from atoll.sync import Isolate, Pool
        warnings.simplefilter("ignore")
        pool = Pool(Isolate, size=1)
        pool.__enter__()
        with pool.checkout() as isolate:
            print(isolate._driver.process.pid)
        """,
    )
    await gone(int(output))


async def test_a_program_may_end_while_daemon_threads_use_a_pool() -> None:
    # A thread that the end of the program cuts off says so with an error of Atoll's, if at all.
    output = await asyncio.to_thread(
        run_program,
        """
        import threading
        from atoll import AtollError
        from atoll.sync import Isolate, Pool
        threading.excepthook = lambda raised: print(raised.exc_type, raised.exc_value)
        begun = threading.Barrier(3)
        pool = Pool(Isolate, size=2).__enter__()

        def work():
            first = True
            while True:
                try:
                    with pool.checkout() as isolate:
                        isolate.eval("1")
                        if first:
                            begun.wait()
                        first = False
                except AtollError:
                    return

        def direct():
            try:
                with Isolate() as isolate:
                    begun.wait()
                    while True:
                        isolate.eval("1")
            except AtollError:
                return

        for target in (work, direct):
            threading.Thread(target=target, daemon=True).start()
        begun.wait()
        print("ended")
        """,
    )
    assert output == "ended\n"


async def test_in_a_forked_child_an_asyncio_pool_is_closed() -> None:
    output = await asyncio.to_thread(
        run_program,
        """
        import asyncio, os, warnings
        from atoll import Isolate, Pool, PoolClosed
        warnings.simplefilter("ignore", DeprecationWarning)

        async def main():
            async with Pool(Isolate, size=1) as pool:
                async with pool.checkout() as isolate:
                    await isolate.eval("1")
                child = os.fork()
                if child == 0:
                    try:
                        pool.checkout().__aenter__().send(None)
                    except PoolClosed as error:
                        print("forked" in str(error), flush=True)
                    os._exit(0)
                assert os.waitpid(child, 0)[1] == 0
                async with pool.checkout() as isolate:
                    print(await isolate.eval("6 * 7"))

        asyncio.run(main())
        """,
    )
    assert output.split() == ["True", "42"]


async def test_an_interrupt_ends_a_program_with_a_pool_cleanly() -> None:
    output = await asyncio.to_thread(
        run_program,
        """
        import asyncio, os, signal
        from atoll import Pool

        async def main():
            async with Pool(size=2) as pool, pool.checkout() as rt:
                print(rt._driver.process.pid, flush=True)
                await rt.define_function("interrupt", lambda: os.kill(os.getpid(), signal.SIGINT))
                await rt.eval("interrupt(); for (;;);")

        try:
            asyncio.run(main())
        except KeyboardInterrupt:
            print("interrupted")
        """,
    )
    pid, told = output.split()
    assert told == "interrupted"
    await gone(int(pid))


# Machines that have run out


@pytest.fixture
def few_descriptors() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    atoll.sync.Isolate().__enter__().dispose()  # the spawner has started
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 3, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_without_descriptors_a_runtime_says_what_to_do(few_descriptors: None) -> None:
    with pytest.raises(AtollError, match="ulimit -n"):
        atoll.sync.Runtime().__enter__()


async def test_without_descriptors_one_on_a_loop_says_so_too(few_descriptors: None) -> None:
    with pytest.raises(AtollError, match="ulimit -n"):
        await Runtime().__aenter__()


def test_a_blocking_pool_without_descriptors_says_why(few_descriptors: None) -> None:
    with (
        atoll.sync.Pool(size=1) as pool,
        pytest.raises(PoolUnavailable, match="ulimit -n"),
        pool.checkout(),
    ):
        pass


async def test_a_pool_outlives_a_lack_of_descriptors() -> None:
    atoll.sync.Isolate().__enter__().dispose()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 3, hard))
    try:
        async with Pool(size=1) as pool:
            with pytest.raises(PoolUnavailable, match="ulimit -n"):
                async with pool.checkout():
                    pass
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            async with asyncio.timeout(20):
                while not pool.metrics().idle:
                    await asyncio.sleep(0.01)
            async with pool.checkout() as rt:
                assert await rt.eval("1") == 1
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes a user whose processes can be counted")
async def test_where_no_process_can_be_made_the_error_says_so(tmp_path: Path) -> None:
    output = await asyncio.to_thread(
        run_program,
        """
        import asyncio, logging, os, resource
        import atoll, atoll.sync
        from atoll import AtollError
        import atoll.core.blocking, atoll.core.aio
        import atoll.console, atoll.crypto, atoll.encoding, atoll.timers
        # Modules that are imported when they are needed may be out of that user's reach.
        from atoll.core.launch import boot_file
        from atoll.core.bundle import core_script
        from atoll.engine import find_engine
        find_engine(); core_script(); boot_file()
        resource.setrlimit(resource.RLIMIT_NPROC, (1, 1))
        os.setgroups([]); os.setgid(54321); os.setuid(54321)
        logging.disable()

        def blocking(kind):
            with kind(lambda: atoll.sync.Runtime(confinement="best-effort")) as made:
                if kind is atoll.sync.Pool:
                    made.checkout().__enter__()

        async def on_loop(kind):
            async with kind(lambda: atoll.Runtime(confinement="best-effort")) as made:
                if kind is atoll.Pool:
                    await made.checkout().__aenter__()

        for start in (
            lambda: blocking(lambda make: make()),
            lambda: blocking(atoll.sync.Pool),
            lambda: asyncio.run(on_loop(lambda make: make())),
            lambda: asyncio.run(on_loop(atoll.Pool)),
        ):
            try:
                start()
            except AtollError as error:
                print(type(error).__name__, error)
        """,
    )
    blocking, of_pool, on_loop, of_loops_pool = output.splitlines()
    assert blocking.startswith("HostOutOfMemory the thread")
    assert of_pool.startswith("PoolUnavailable the pool could not start")
    assert on_loop.startswith("AtollError No process could be started")
    assert of_loops_pool.startswith("PoolUnavailable")
    assert "No process could be started" in of_loops_pool


# Installations that are broken


@pytest.fixture
def forgetful() -> Iterator[None]:
    """What is cached about the installation is looked up again."""
    caches = (deno._find, deno.engine_version, bundle.core_script, launch._seal)
    for cache in caches:
        cache.cache_clear()
    yield
    for cache in caches:
        cache.cache_clear()


def start_all() -> list[BaseException]:
    """The errors of a runtime of each flavour, and what a pool of each says was the reason."""

    async def start() -> tuple[AtollError, BaseException | None]:
        with pytest.raises(AtollError) as of_runtime:
            await Runtime().__aenter__()
        with pytest.raises(PoolUnavailable) as of_pool:
            async with Pool(size=1) as pool, pool.checkout():
                pass
        return of_runtime.value, of_pool.value.__cause__

    errors = [*asyncio.run(start())]
    with pytest.raises(AtollError) as of_runtime:
        atoll.sync.Runtime().__enter__()
    with (
        pytest.raises(PoolUnavailable) as of_pool,
        atoll.sync.Pool(size=1) as pool,
        pool.checkout(),
    ):
        pass
    errors += [of_runtime.value, of_pool.value.__cause__]
    return [error for error in errors if error is not None]


def test_a_missing_engine_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, forgetful: None
) -> None:
    monkeypatch.setattr(deno, "_candidates", lambda: ["/nonexistent/bin/deno"])
    for error in start_all():
        assert isinstance(error, EngineNotFound)
        assert "pip install" in str(error)


def test_another_version_of_the_engine_is_refused(
    monkeypatch: pytest.MonkeyPatch, forgetful: None
) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda name: "1.46.3")
    for error in start_all():
        assert isinstance(error, EngineNotFound)
        assert "is tested with" in str(error)


def test_guest_code_that_cannot_be_read_says_so(
    monkeypatch: pytest.MonkeyPatch, forgetful: None, tmp_path: Path
) -> None:
    files = resources.files
    monkeypatch.setattr(
        resources, "files", lambda name: tmp_path if name == "atoll" else files(name)
    )
    for error in start_all():
        assert "own files cannot be read" in str(error)


def test_a_first_module_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, forgetful: None, tmp_path: Path
) -> None:
    monkeypatch.setattr(launch, "boot_file", lambda: tmp_path / "boot.js")
    for error in start_all():
        assert "boot.js" in str(error)
