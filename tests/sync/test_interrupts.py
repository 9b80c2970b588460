"""KeyboardInterrupt reaches the owner at once, and leaves an isolate that works or says why not."""

from __future__ import annotations

import contextlib
import os
import signal
import time

import pytest

from atoll import IsolateCrashed, IsolateDisposed, Limits
from atoll.core import cancellations
from atoll.core.host import Host
from atoll.engine import IsolateProcess
from atoll.sync import Isolate
from tests.sync.support import interrupted_after, pid_of, wait_for_end


@pytest.fixture(autouse=True)
def default_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def test_an_interrupt_ends_the_wait_for_a_guest_that_loops(fresh_isolate: Isolate) -> None:
    process = os.pidfd_open(pid_of(fresh_isolate))
    started = time.monotonic()
    with interrupted_after(0.1), pytest.raises(KeyboardInterrupt):
        fresh_isolate.eval("for (;;);")
    assert time.monotonic() - started < 5
    # It does not react to the cancellation, so it does not go on burning the processor.
    assert wait_for_end(process)
    with pytest.raises(IsolateCrashed, match="did not react to a cancellation"):
        fresh_isolate.eval("1")


def test_a_guest_that_only_waits_survives_the_interrupt(
    fresh_isolate: Isolate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cancellations, "CANCEL_GRACE", 0.05)
    monkeypatch.setattr(cancellations, "CANCEL_PATIENCE", 0.05)
    with interrupted_after(0.1), pytest.raises(KeyboardInterrupt):
        fresh_isolate.eval("globalThis.n = 7; new Promise(() => {})")
    # The watchdog has looked at the cancellation, which nobody has read the answer to, repeatedly.
    assert not wait_for_end(os.pidfd_open(pid_of(fresh_isolate)), 0.5)
    assert fresh_isolate.eval("n") == 7
    assert not fresh_isolate._driver._cancelled


def test_an_interrupt_in_a_callback_comes_out_of_the_call(isolate: Isolate) -> None:
    isolate.define_function("interrupt", lambda: signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        isolate.eval("interrupt()")
    assert isolate.eval("1") == 1


def test_an_interrupt_in_a_nested_callback_comes_out_of_every_level(isolate: Isolate) -> None:
    def down(n: int) -> object:
        if n == 0:
            signal.raise_signal(signal.SIGINT)
        return isolate.eval(f"down({n - 1})")

    isolate.define_function("down", down)
    with pytest.raises(KeyboardInterrupt):
        isolate.eval("down(4)")
    assert isolate.eval("1") == 1


def test_the_guest_cannot_swallow_an_interrupt(isolate: Isolate) -> None:
    isolate.define_function("interrupt", lambda: signal.raise_signal(signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        isolate.eval("try { interrupt() } catch { } 'swallowed'")
    assert isolate.eval("1") == 1


def test_an_interrupt_while_starting_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    poll = IsolateProcess.poll
    started: list[int] = []

    def interrupted_poll(process: IsolateProcess) -> object:
        event = poll(process)
        if process.pid is not None and not started:
            started.append(os.pidfd_open(process.pid))
            signal.raise_signal(signal.SIGINT)
        return event

    monkeypatch.setattr(IsolateProcess, "poll", interrupted_poll)
    isolate = Isolate()
    with pytest.raises(KeyboardInterrupt), isolate:
        pytest.fail("it started")
    assert wait_for_end(started[0])
    with pytest.raises(IsolateDisposed):
        isolate.eval("1")


def test_an_interrupt_half_way_through_a_message_ends_the_isolate(
    fresh_isolate: Isolate, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle = Host.handle

    def interrupted_handle(host: Host, frame: object) -> object:
        signal.raise_signal(signal.SIGINT)
        return handle(host, frame)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(Host, "handle", interrupted_handle)
        with pytest.raises(KeyboardInterrupt):
            fresh_isolate.eval("1")
    with pytest.raises(IsolateCrashed, match="interrupted while a message was being handled"):
        fresh_isolate.eval("1")


def test_interrupts_at_any_moment_never_mix_up_answers() -> None:
    interrupts = 0
    failures: list[str] = []
    while interrupts < 60:
        with Isolate(limits=Limits(call_time=10)) as isolate:
            isolate.define_function("echo", lambda n: n)
            try:
                while interrupts < 60:
                    interrupt_while_asking(isolate, interrupts)
                    interrupts += 1
            except IsolateCrashed as error:
                failures.append(str(error))
                interrupts += 1
    assert all("interrupted while a message was being handled" in text for text in failures)
    assert len(failures) < 60


def interrupt_while_asking(isolate: Isolate, n: int) -> None:
    with (
        contextlib.suppress(KeyboardInterrupt),
        interrupted_after(0.0005 + n % 7 * 0.0001),
    ):
        while True:
            assert isolate.eval(f"[{n}, echo({n})]") == [n, n]
            assert len(isolate.eval(f"'x'.repeat(200_000 + {n})")) == 200_000 + n
