"""Blocking isolates and threads: one at a time each, many side by side."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from atoll import JSError
from atoll.sync import Isolate


def test_eight_threads_use_an_isolate_each() -> None:
    together = threading.Barrier(8)

    def work(n: int) -> list[int]:
        with Isolate() as isolate:
            isolate.define_function("add", lambda a, b: a + b)
            together.wait(30)
            values = [isolate.eval(f"add({n}, {i})") for i in range(200)]
            assert isolate.eval("Promise.all([1, 2].map(async x => add(x, 1)))") == [2, 3]
            return values

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(work, range(8)))
    assert results == [[n + i for i in range(200)] for n in range(8)]


def test_two_threads_at_once_are_refused_and_the_first_goes_on(isolate: Isolate) -> None:
    entered, leave = threading.Event(), threading.Event()

    def wait() -> str:
        entered.set()
        assert leave.wait(30)
        return "done"

    isolate.define_function("wait", wait)
    with ThreadPoolExecutor(1) as threads:
        first = threads.submit(isolate.eval, "wait()")
        assert entered.wait(30)
        for use in (lambda: isolate.eval("1"), isolate.dispose, isolate.statistics):
            with pytest.raises(RuntimeError, match="in use by another thread"):
                use()
        leave.set()
        assert first.result() == "done"
    assert isolate.eval("1") == 1


def test_an_isolate_is_handed_from_thread_to_thread(isolate: Isolate) -> None:
    isolate.eval("globalThis.seen = []")
    isolate.define_function("name", lambda: threading.current_thread().name)
    for n in range(5):
        thread = threading.Thread(target=isolate.eval, args=("seen.push(name())",), name=f"t{n}")
        thread.start()
        thread.join()
    assert isolate.eval("seen") == [f"t{n}" for n in range(5)]


def test_references_are_released_from_any_thread(isolate: Isolate) -> None:
    before = isolate.statistics().guest_handles
    references = [isolate.marshal([n]) for n in range(100)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda reference: reference.release(), references))
    isolate.eval("1")
    assert isolate.statistics().guest_handles == before


def test_a_thread_disposes_of_an_isolate_that_another_one_started() -> None:
    isolate = Isolate()
    with ThreadPoolExecutor(1) as threads:
        threads.submit(isolate.__enter__).result()
    with pytest.raises(JSError):
        isolate.eval("throw new Error()")
    isolate.dispose()


def test_asking_whether_an_isolate_has_ended_gets_in_nobodys_way() -> None:
    stop = threading.Event()
    with Isolate() as isolate:

        def ask() -> None:
            while not stop.is_set():
                assert isolate.failure is None

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            for n in range(2000):
                assert isolate.eval(f"{n}") == n
        finally:
            stop.set()
            asking.join()
