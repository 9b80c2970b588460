"""Owners who do odd things: callbacks that misbehave, forks, threads, loops of other kinds."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import pytest
import uvloop

from atoll import (
    AtollError,
    Isolate,
    IsolateDisposed,
    JSError,
    MarshalError,
    Reference,
    ReferenceReleased,
    WallTimeLimitExceeded,
)

from .support import gone, pid_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


# What callbacks raise


class Unprintable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")

    __repr__ = __str__


class Hostile(Exception):
    """An exception whose attributes cannot be relied on."""

    def __getattribute__(self, name: str) -> Any:
        if name in ("args", "__dict__"):
            raise RuntimeError("no")
        return super().__getattribute__(name)


def cyclic() -> Exception:
    error = ValueError("cycle")
    error.__cause__ = error
    return error


def deep() -> Exception:
    error: Exception = ValueError("0")
    for n in range(500):
        outer = ValueError(str(n))
        outer.__cause__ = error
        error = outer
    return error


RAISED: dict[str, Callable[[], BaseException]] = {
    "an exception": lambda: ValueError("no"),
    "an exception without a text": Unprintable,
    "a hostile exception": Hostile,
    "a group": lambda: ExceptionGroup("g", [ValueError("a"), Unprintable()]),
    "its own cause": cyclic,
    "a long chain of causes": deep,
    "lone surrogates": lambda: ValueError("\ud800"),
    "a huge text": lambda: ValueError("x" * 1_000_000),
    "StopIteration": lambda: StopIteration(1),
    "GeneratorExit": GeneratorExit,
    "an Atoll error": lambda: MarshalError("no", "here"),
    "CancelledError": asyncio.CancelledError,
}


@pytest.mark.parametrize("name", RAISED)
@pytest.mark.parametrize("is_async", [False, True])
async def test_what_a_callback_raises_reaches_the_guest_and_the_caller(
    name: str, is_async: bool, fresh_isolate: Isolate, sibling: Isolate
) -> None:
    def fail() -> None:
        raise RAISED[name]()

    async def fail_later() -> None:
        await asyncio.sleep(0)
        raise RAISED[name]()

    if is_async:
        await fresh_isolate.define_async_function("fail", fail_later)
        caught = "fail().then(() => 'passed', (error) => typeof error.message)"
    else:
        await fresh_isolate.define_function("fail", fail)
        caught = (
            "(() => { try { return fail(), 'passed' } catch (e) { return typeof e.message } })()"
        )
    assert await fresh_isolate.eval(caught, timeout=10) == "string"
    with pytest.raises(BaseException) as thrown:  # noqa: PT011 - the very one that was raised
        await fresh_isolate.eval("fail()", timeout=10)
    assert not isinstance(thrown.value, WallTimeLimitExceeded)
    assert await fresh_isolate.eval("1 + 1") == 2


async def test_no_host_path_or_traceback_reaches_the_guest(fresh_isolate: Isolate) -> None:
    def fail() -> None:
        raise ValueError("plain")

    await fresh_isolate.define_function("fail", fail)
    seen = await fresh_isolate.eval(
        "(() => { try { fail() } catch (e) { return [e.stack, e.message, e.name,"
        " ...Reflect.ownKeys(e).map((k) => String(e[k]))].join() } })()"
    )
    for secret in ("Traceback", ".py", __file__, os.getcwd(), "test_host_abuse"):
        assert secret not in seen


# What callbacks return


class RaisingMapping(Mapping[str, int]):
    def __getitem__(self, key: str) -> int:
        raise RuntimeError("no item")

    def __iter__(self) -> Iterator[str]:
        return iter(["a"])

    def __len__(self) -> int:
        return 1


@dataclasses.dataclass
class RaisingField:
    value: int = 0

    def __getattribute__(self, name: str) -> Any:
        if name == "value":
            raise RuntimeError("no field")
        return super().__getattribute__(name)


class HostileClass:
    @property  # type: ignore[misc]
    def __class__(self) -> Any:
        raise RuntimeError("no class")


def recursive() -> list[Any]:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    return value


RETURNED: dict[str, Callable[[], object]] = {
    "an object": object,
    "an open file": lambda: sys.stdin,
    "a mapping that raises": RaisingMapping,
    "a dataclass that raises": RaisingField,
    "deep nesting": recursive,
    "a huge message": lambda: bytes(300 * 1024 * 1024),
    "many segments": lambda: [b"x"] * 20_000,
    "a naive datetime": lambda: __import__("datetime").datetime(2020, 1, 1),
    "a hostile class": HostileClass,
}


@pytest.mark.parametrize("name", RETURNED)
@pytest.mark.parametrize("is_async", [False, True])
async def test_what_cannot_cross_is_an_error_in_the_guest(
    name: str, is_async: bool, fresh_isolate: Isolate
) -> None:
    async def later() -> object:
        return RETURNED[name]()

    if is_async:
        await fresh_isolate.define_async_function("get", later)
        code = "get().then(() => 'passed', (error) => error.name)"
    else:
        await fresh_isolate.define_function("get", RETURNED[name])
        code = "(() => { try { return get(), 'passed' } catch (e) { return e.name } })()"
    # The hostile class raises as soon as it is looked at, and that is what the guest hears.
    assert await fresh_isolate.eval(code, timeout=20) in ("MarshalError", "RuntimeError")
    with pytest.raises((AtollError, RuntimeError)):
        await fresh_isolate.eval("get()", timeout=20)
    assert await fresh_isolate.eval("1 + 1") == 2


async def test_what_cannot_cross_as_an_argument_is_an_error_of_the_call(
    fresh_isolate: Isolate,
) -> None:
    for make in RETURNED.values():
        with pytest.raises(MarshalError):
            await fresh_isolate.eval("(x) => 1", make())
    assert await fresh_isolate.eval("1 + 1") == 2
    assert (await fresh_isolate.statistics()).host_handles == 0


async def test_a_released_reference_as_a_result_is_an_error_in_the_guest(
    fresh_isolate: Isolate, sibling: Isolate
) -> None:
    reference = await fresh_isolate.marshal({"a": 1})
    foreign = await sibling.marshal({"a": 1})
    reference.release()
    await fresh_isolate.define_function("released", lambda: reference)
    await fresh_isolate.define_function("foreign", lambda: foreign)
    names = []
    for name in ("released", "foreign"):
        code = f"(() => {{ try {{ return {name}() }} catch (e) {{ return e.name }} }})()"
        names.append(await fresh_isolate.eval(code, timeout=5))
    assert names == ["ReferenceReleased", "MarshalError"]
    with pytest.raises(ReferenceReleased):
        await fresh_isolate.eval("(x) => x", reference)
    foreign.release()


async def test_an_awaitable_that_fails_to_cross_rejects(fresh_isolate: Isolate) -> None:
    async def make(error: bool) -> object:
        await asyncio.sleep(0)
        if error:
            raise Unprintable
        return object()

    for error in (False, True):
        code = "(p) => p.then(() => 'passed', (e) => typeof e.message)"
        assert await fresh_isolate.eval(code, make(error), timeout=5) == "string"


async def test_an_unhandled_failure_of_on_uncaught_does_no_harm(sibling: Isolate) -> None:
    called = asyncio.Event()

    def on_uncaught(_: BaseException) -> None:
        called.set()
        raise RuntimeError("the owner's own mistake")

    async with Isolate(on_uncaught=on_uncaught) as isolate:
        await isolate.eval("Promise.reject(new Error('lost')); 0")
        async with asyncio.timeout(5):
            while not called.is_set():
                await isolate.eval(
                    "new Promise((d) => { AbortSignal.timeout(1).onabort = () => d(0) })"
                )
        assert await isolate.eval("1 + 1") == 2


# Callbacks that hang, dispose, re-enter, cancel


async def test_a_hanging_callback_is_cancelled_with_its_isolate(sibling: Isolate) -> None:
    cancelled = asyncio.Event()
    started = asyncio.Event()

    async def hang() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async with Isolate() as isolate:
        await isolate.define_async_function("hang", hang)
        task = asyncio.ensure_future(isolate.eval("hang()"))
        await started.wait()
    with pytest.raises(IsolateDisposed):
        await task
    assert cancelled.is_set()


@pytest.mark.parametrize("is_async", [False, True])
async def test_a_callback_may_dispose_the_isolate_that_calls_it(
    is_async: bool, sibling: Isolate
) -> None:
    async with Isolate() as isolate:
        pid = pid_of(isolate)

        async def dispose() -> None:
            await isolate.dispose()

        define = isolate.define_async_function if is_async else isolate.define_function
        await define("dispose", dispose)
        with pytest.raises(IsolateDisposed):
            async with asyncio.timeout(5):
                await isolate.eval("dispose()")
        await gone(pid)
        with pytest.raises(IsolateDisposed):
            await isolate.eval("1")


async def test_disposing_twice_and_at_once_is_harmless() -> None:
    async with Isolate() as isolate:
        waiting = asyncio.ensure_future(isolate.eval("new Promise(() => {})"))
        await asyncio.gather(*(isolate.dispose() for _ in range(5)))
        with pytest.raises(IsolateDisposed):
            await waiting


async def test_cancelling_the_start_leaves_nothing() -> None:
    for delay in (0, 0.001, 0.01):
        task = asyncio.ensure_future(Isolate().__aenter__())
        await asyncio.sleep(delay)
        task.cancel()
        try:
            isolate = await task
        except asyncio.CancelledError:
            continue
        await isolate.dispose()


async def test_a_callback_that_cancels_its_own_caller(fresh_isolate: Isolate) -> None:
    async def cancel() -> None:
        task.cancel()
        await asyncio.sleep(0)

    await fresh_isolate.define_async_function("cancel", cancel)
    task = asyncio.ensure_future(fresh_isolate.eval("cancel()"))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await fresh_isolate.eval("1 + 1") == 2


async def test_references_collected_in_another_thread(fresh_isolate: Isolate) -> None:
    references: list[Reference] = [await fresh_isolate.marshal({"n": n}) for n in range(50)]

    def drop() -> None:
        references.clear()
        gc.collect()

    thread = threading.Thread(target=drop)
    thread.start()
    await asyncio.to_thread(thread.join)
    async with asyncio.timeout(5):
        while (await fresh_isolate.statistics()).guest_handles:
            await asyncio.sleep(0)


# Loops and threads


async def test_an_isolate_belongs_to_its_loop(fresh_isolate: Isolate, sibling: Isolate) -> None:
    def elsewhere() -> str:
        async def use() -> None:
            await fresh_isolate.eval("1")

        with pytest.raises(RuntimeError, match="another event loop"):
            asyncio.run(use())
        return "refused"

    assert await asyncio.to_thread(elsewhere) == "refused"
    assert await fresh_isolate.eval("1 + 1") == 2


async def test_threads_run_loops_and_isolates_of_their_own(sibling: Isolate) -> None:
    async def use(n: int) -> int:
        async with Isolate() as isolate:
            await isolate.define_function("add", lambda a, b: a + b)
            return int(await isolate.eval(f"add({n}, 1)"))

    def run(n: int) -> int:
        return asyncio.run(use(n))

    results = await asyncio.gather(*(asyncio.to_thread(run, n) for n in range(4)))
    assert results == [1, 2, 3, 4]


def run_on_uvloop(main: Callable[[], Awaitable[object]]) -> object:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())  # type: ignore[arg-type]


async def test_uvloop(sibling: Isolate) -> None:
    async def main() -> list[object]:
        async with Isolate() as isolate:
            await isolate.define_function("now", lambda: 1)
            await isolate.define_async_function("later", lambda: 2)
            found: list[object] = [await isolate.eval("later().then((n) => n + now())")]
            data = bytes(3_000_000)
            found.append(len(await isolate.eval("(b) => b", data)))
            pid = pid_of(isolate)
            with pytest.raises(WallTimeLimitExceeded):
                await isolate.eval("for (;;);", timeout=0.1)
            await gone(pid)
            return found

    assert await asyncio.to_thread(run_on_uvloop, main) == [3, 3_000_000]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="eager tasks came with Python 3.12")
async def test_eager_tasks(sibling: Isolate) -> None:
    async def main() -> object:
        factory: Any = getattr(asyncio, "eager_task_factory")  # noqa: B009 - unknown to 3.11
        asyncio.get_running_loop().set_task_factory(factory)
        async with Isolate() as isolate:

            async def later(n: int) -> int:
                return n + 1

            await isolate.define_async_function("later", later)
            await isolate.define_function("sync", later)
            return await isolate.eval("later(1).then((n) => sync(n))")

    assert await asyncio.to_thread(lambda: asyncio.run(main())) == 3


# Whole programs: what would end the test run itself


def run_program(text: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error::ResourceWarning", "-c", textwrap.dedent(text)],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


async def test_a_keyboard_interrupt_in_a_callback_ends_the_program_cleanly() -> None:
    for kind in ("def", "async def"):
        output = await asyncio.to_thread(
            run_program,
            f"""
            import asyncio
            from atoll import Isolate

            async def main():
                async with Isolate() as isolate:
                    {kind} interrupt():
                        raise KeyboardInterrupt
                    await isolate.define_function("interrupt", interrupt)
                    print(isolate._driver.process.pid)
                    await isolate.eval("interrupt()")

            try:
                asyncio.run(main())
            except KeyboardInterrupt:
                print("interrupted")
            """,
        )
        pid, said = output.split()
        assert said == "interrupted"
        await gone(int(pid))


async def test_a_signal_while_the_guest_loops_ends_the_program_cleanly() -> None:
    output = await asyncio.to_thread(
        run_program,
        """
        import asyncio, os, signal, threading
        from atoll import Isolate

        async def main():
            async with Isolate() as isolate:
                started = asyncio.Event()
                await isolate.define_function("start", started.set)
                task = asyncio.ensure_future(isolate.eval("start(); for (;;);"))
                await started.wait()
                os.kill(os.getpid(), signal.SIGINT)
                await task

        try:
            asyncio.run(main())
        except KeyboardInterrupt:
            print("interrupted")
        """,
    )
    assert output.strip() == "interrupted"


async def test_a_forked_child_gets_an_error_and_harms_nothing() -> None:
    output = await asyncio.to_thread(
        run_program,
        """
        import asyncio, os, warnings
        from atoll import Isolate, IsolateDisposed
        warnings.simplefilter("ignore", DeprecationWarning)

        def drive(coroutine):
            # The child has the parent's loop, but does not run it.
            try:
                coroutine.send(None)
            except StopIteration:
                return "returned"
            except IsolateDisposed as error:
                return "forked" if "forked" in str(error) else str(error)
            return "waits"

        async def main():
            async with Isolate() as isolate:
                reference = await isolate.marshal({"a": 1})
                pid = os.fork()
                if pid == 0:
                    said = [drive(isolate.eval("1")), drive(reference.value()),
                            drive(isolate.dispose())]
                    reference.release()
                    del reference
                    said.append(drive(isolate.eval("1")))
                    async def own():
                        async with Isolate() as other:
                            return await other.eval("40 + 2")
                    loop = asyncio.new_event_loop()
                    asyncio.events._set_running_loop(None)
                    said.append(loop.run_until_complete(own()))
                    print(said, flush=True)
                    os._exit(0)
                assert os.waitpid(pid, 0)[1] == 0
                print(await isolate.eval("6 * 7"), await reference.value())

        asyncio.run(main())
        """,
    )
    assert output.splitlines() == [
        "['forked', 'forked', 'returned', 'forked', 42]",
        "42 {'a': 1}",
    ]


async def test_a_program_that_forgets_its_isolate_leaves_no_process() -> None:
    output = await asyncio.to_thread(
        run_program,
        """
        import asyncio, warnings
        from atoll import Isolate
        warnings.simplefilter("ignore")

        async def main():
            isolate = Isolate()
            await isolate.__aenter__()
            print(isolate._driver.process.pid, flush=True)

        asyncio.run(main())
        """,
    )
    await gone(int(output.split()[0]))


async def test_errors_survive_copies_and_pickles() -> None:
    import copy
    import pickle

    async with Isolate() as isolate:
        with pytest.raises(JSError) as caught:
            await isolate.eval("throw Object.assign(new TypeError('m'), { code: 5 })")
    for again in (copy.copy(caught.value), pickle.loads(pickle.dumps(caught.value))):
        assert (again.name, again.message, again.properties) == ("TypeError", "m", {"code": 5})
