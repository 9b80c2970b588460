"""Systems without layers: started plainly, said plainly, and never under "require"."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import pytest

from atoll.engine import process
from atoll.errors import ConfinementUnavailable
from tests.engine.support import Guest, wait_gone


@pytest.fixture(autouse=True)
def _without_layers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_NO_LAYERS", True)
    monkeypatch.setattr(process, "_MESSAGES", socket.SOCK_DGRAM)


def test_require_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfinementUnavailable, match="no layers"):
        Guest(tmp_path, "say(1)")


def test_best_effort_starts_and_says_that_there_is_nothing(tmp_path: Path) -> None:
    with Guest(tmp_path, "say(hear()); Deno.exit(3)", confinement="best-effort") as guest:
        layers = guest.wait_spawned().layers
        assert layers["operating system"].startswith("none")
        guest.send("hello")
        assert guest.line() == "hello"
        assert guest.wait_exit().exit_code == 3


def test_it_can_be_killed(tmp_path: Path) -> None:
    with Guest(tmp_path, "console.log('x'); say(1); for (;;);", confinement="off") as guest:
        guest.line()
        guest.process.kill()
        ended = guest.wait_exit()
        assert (ended.signal, ended.stderr) == (signal.SIGKILL, "x\n")


def test_closing_ends_it(tmp_path: Path) -> None:
    guest = Guest(tmp_path, "say(1); for (;;);", confinement="off")
    pid = guest.wait_spawned().pid
    guest.line()
    guest.process.close()
    wait_gone(pid)
