"""The console of the Console Standard (https://console.spec.whatwg.org/), for the guest.

::

    console = await isolate.install(Console(TerminalRenderer()))

What the guest prints comes to the host as entries, one way: the guest never waits for them. They
arrive in order, also with respect to calls of host functions, and before the result of the call
that printed them.
"""

from __future__ import annotations

from atoll.console._console import BlockingConsoleHandle, Console, ConsoleHandle
from atoll.console._entry import Entry, Kind, Level
from atoll.console._logging import LoggingRenderer
from atoll.console._table import Table
from atoll.console._terminal import TerminalRenderer

__all__ = [
    "BlockingConsoleHandle",
    "Console",
    "ConsoleHandle",
    "Entry",
    "Kind",
    "Level",
    "LoggingRenderer",
    "Table",
    "TerminalRenderer",
]
