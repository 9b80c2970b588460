"""The runtime, blocking."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Self

from atoll.runtime import BaseRuntime
from atoll.sync._isolate import Isolate

if TYPE_CHECKING:
    from atoll.console import BlockingConsoleHandle, Console, Entry
    from atoll.core.launch import Confinement
    from atoll.crypto import Crypto
    from atoll.encoding import Encoding
    from atoll.limits import Limits
    from atoll.timers import BlockingTimersHandle, Timers
    from atoll.typescript import Compiler


class Runtime(BaseRuntime, Isolate):
    """An isolate with the APIs that programs expect; see `atoll.Runtime` for every keyword.

    ::

        with Runtime(console=print) as rt:
            rt.eval("console.log(btoa('hello'))")
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        confinement: Confinement = "require",
        on_uncaught: Callable[[BaseException], object] | None = None,
        typescript: Compiler | None = None,
        console: Console | Callable[[Entry], object] | bool | None = True,
        timers: Timers | Literal["real", "manual"] | bool | None = "real",
        crypto: Crypto | bool | None = True,
        encoding: Encoding | bool | None = True,
    ) -> None:
        """Describe a runtime; entering it starts it. See `atoll.Runtime`."""
        super().__init__(
            limits=limits, confinement=confinement, on_uncaught=on_uncaught, typescript=typescript
        )
        self._choose(console=console, timers=timers, crypto=crypto, encoding=encoding)

    def __enter__(self) -> Self:
        super().__enter__()
        try:
            self._started(self._install_all(list(self._capabilities.values())))
        except BaseException:
            self.dispose()
            raise
        return self

    @property
    def console(self) -> BlockingConsoleHandle:
        """The console's counters, timers and groups."""
        handle: BlockingConsoleHandle = self._api("console")
        return handle

    @property
    def timers(self) -> BlockingTimersHandle:
        """The timers that are pending, and the manual clock."""
        handle: BlockingTimersHandle = self._api("timers")
        return handle

    @property
    def crypto(self) -> Crypto:
        """The capability itself."""
        handle: Crypto = self._api("crypto")
        return handle

    @property
    def encoding(self) -> Encoding:
        """The capability itself."""
        handle: Encoding = self._api("encoding")
        return handle

    def tick(self, ms: float) -> None:
        """Move the clock of ``timers="manual"``; see `atoll.Runtime.tick`."""
        self.timers.tick(ms)
