"""Coroutine callbacks of blocking isolates, also where an event loop runs already."""

from __future__ import annotations

import asyncio
import contextvars
import signal
import threading

import pytest

from atoll import URL, IsolateDisposed, Limits
from atoll.sync import Isolate

setting: contextvars.ContextVar[str] = contextvars.ContextVar("setting", default="none")


async def double(n: int) -> int:
    await asyncio.sleep(0)
    return n * 2


def test_a_coroutine_callback_runs_to_its_end(isolate: Isolate) -> None:
    isolate.define_function("double", double)
    isolate.define_async_function("doubleLater", double)
    assert isolate.eval("double(4)") == 8
    assert isolate.eval("Promise.all([1, 2].map(n => doubleLater(n)))") == [2, 4]


def test_what_a_coroutine_raises_is_thrown_in_the_guest(isolate: Isolate) -> None:
    async def fail() -> None:
        raise LookupError("nothing there")

    isolate.define_function("fail", fail)
    assert isolate.eval("try { fail() } catch (e) { e.name }") == "LookupError"
    with pytest.raises(LookupError, match="nothing there"):
        isolate.eval("fail()")


def test_a_coroutine_that_cancels_itself_is_an_error_in_the_guest(isolate: Isolate) -> None:
    async def give_up() -> None:
        raise asyncio.CancelledError

    isolate.define_function("giveUp", give_up)
    assert isolate.eval("try { giveUp() } catch (e) { e.name }") == "AbortError"


def test_coroutines_see_the_context_of_the_call(isolate: Isolate) -> None:
    async def look() -> str:
        return setting.get()

    isolate.define_function("look", look)
    for value in ("one", "two"):
        context = contextvars.copy_context()
        context.run(setting.set, value)
        assert context.run(isolate.eval, "look()") == value


def test_one_loop_serves_callback_after_callback(isolate: Isolate) -> None:
    lock = asyncio.Lock()
    loops = set()

    async def locked() -> None:
        async with lock:
            loops.add(asyncio.get_running_loop())

    isolate.define_function("locked", locked)
    isolate.eval("locked()")
    thread = threading.Thread(target=isolate.eval, args=("locked()",))
    thread.start()
    thread.join()

    async def in_a_loop() -> None:
        isolate.eval("locked()")

    asyncio.run(in_a_loop())
    assert len(loops) == 1


def test_the_current_event_loop_of_the_thread_stays(isolate: Isolate) -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        with Isolate() as other:
            other.define_function("double", double)
            assert other.eval("double(1)") == 2
            assert asyncio.get_event_loop() is loop
        assert asyncio.get_event_loop() is loop
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def test_a_coroutine_may_use_the_isolate_that_waits_for_it(isolate: Isolate) -> None:
    async def down(n: int) -> int:
        await asyncio.sleep(0)
        return 0 if n == 0 else 1 + isolate.eval(f"down({n - 1})")

    isolate.define_function("down", down)
    assert isolate.eval("down(20)") == 20


def test_blocking_calls_work_inside_a_running_loop(isolate: Isolate) -> None:
    async def main() -> list[object]:
        isolate.define_function("double", double)
        isolate.define_async_function("doubleLater", double)
        return [
            isolate.eval("1 + 1"),
            isolate.eval("double(4)"),
            isolate.eval("doubleLater(5)"),
            isolate.call("double", 6),
        ]

    assert asyncio.run(main()) == [2, 8, 10, 12]


def test_a_whole_isolate_lives_inside_a_running_loop() -> None:
    async def main() -> object:
        with Isolate() as isolate:
            isolate.define_function("double", double)
            return isolate.eval("double(21)")

    assert asyncio.run(main()) == 42


def test_coroutines_inside_a_running_loop_use_the_isolate_that_waits(isolate: Isolate) -> None:
    async def down(n: int) -> int:
        await asyncio.sleep(0)
        return 0 if n == 0 else 1 + isolate.eval(f"down({n - 1})")

    async def main() -> object:
        isolate.define_function("down", down)
        return isolate.eval("down(8)")

    assert asyncio.run(main()) == 8
    assert isolate.eval("1") == 1


def test_while_it_is_lent_to_a_coroutine_other_threads_are_refused(isolate: Isolate) -> None:
    refused: list[BaseException] = []

    def intrude() -> None:
        try:
            isolate.eval("1")
        except RuntimeError as error:
            refused.append(error)

    async def callback() -> object:
        await asyncio.to_thread(intrude)
        return isolate.eval("2")

    async def main() -> object:
        isolate.define_function("callback", callback)
        return isolate.eval("callback()")

    assert asyncio.run(main()) == 2
    assert "in use by another thread" in str(refused[0])


def test_an_interrupt_cancels_the_coroutine_in_its_helper_thread(isolate: Isolate) -> None:
    ended: list[str] = []

    async def wait() -> None:
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signal.SIGINT)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    async def main() -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        isolate.define_function("wait", wait)
        with pytest.raises(KeyboardInterrupt):
            isolate.eval("wait()")
        ended.append("interrupted")

    asyncio.run(main())
    assert ended == ["cancelled", "interrupted"]
    assert isolate.eval("1") == 1


def test_an_awaitable_argument_is_a_promise(isolate: Isolate) -> None:
    assert isolate.eval("async p => (await p) + 1", double(4)) == 9

    async def fail() -> None:
        raise LookupError("no")

    with pytest.raises(LookupError, match="no"):
        isolate.eval("async p => await p", fail())


@pytest.mark.parametrize(
    ("result", "outcome"),
    [(object(), "MarshalError"), (URL("nonsense"), "TypeError"), (float, "fulfilled")],
    ids=["no counterpart", "not a URL", "a function"],
)
def test_an_awaitable_with_a_result_that_cannot_cross_rejects(
    isolate: Isolate, result: object, outcome: str
) -> None:
    async def give() -> object:
        return result

    name = "p => p.then(() => 'fulfilled', error => error.name)"
    assert isolate.eval(name, give()) == outcome
    assert isolate.eval("1") == 1


def test_a_coroutine_may_dispose_of_its_isolate() -> None:
    with Isolate() as isolate:

        async def stop() -> None:
            isolate.dispose()
            await asyncio.sleep(0)

        isolate.define_function("stop", stop)
        with pytest.raises(IsolateDisposed):
            isolate.eval("stop(); 1")


def test_a_nested_coroutine_inside_a_loop_may_dispose_of_its_isolate() -> None:
    async def main() -> None:
        with Isolate() as isolate:

            async def stop() -> None:
                isolate.dispose()

            async def nest() -> object:
                return isolate.eval("stop()")

            isolate.define_function("stop", stop)
            isolate.define_function("nest", nest)
            isolate.eval("1")
            with pytest.raises(IsolateDisposed):
                isolate.eval("nest()")

    asyncio.run(main())


def test_answers_that_cannot_cross_do_not_hold_up_the_calls_behind_them() -> None:
    with Isolate(limits=Limits(calls=1, call_time=10)) as isolate:
        isolate.define_async_function("open", lambda: URL("nonsense"))
        settled = "Promise.allSettled([open(), open(), open()]).then(r => r.map(s => s.status))"
        assert isolate.eval(settled) == ["rejected"] * 3
