"""The runtime: an isolate with its APIs, in one call."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from atoll import _apis
from atoll.core.isolate import DEFAULT_FILENAME, Isolate
from atoll.core.languages import Language
from atoll.core.values import Copy

if TYPE_CHECKING:
    from atoll.console import Console, ConsoleHandle, Entry
    from atoll.core.launch import Confinement
    from atoll.core.reference import Reference
    from atoll.crypto import Crypto
    from atoll.encoding import Encoding
    from atoll.fetch import Fetch, FetchHandle, Request, Response
    from atoll.fs import Files, FilesHandle, FileSystem
    from atoll.limits import Limits
    from atoll.modules import Modules, ModulesHandle
    from atoll.observe import Observer
    from atoll.path import Path
    from atoll.test_environment import (
        TestEnvironment,
        TestEnvironmentHandle,
        TestResults,
    )
    from atoll.timers import Timers, TimersHandle
    from atoll.typescript import Compiler, Diagnostic


IS_HANDLER: Final = "v => typeof v === 'function' || typeof v?.fetch === 'function'"
"""Whether what a module exports can handle requests, as the guest sees it."""


class BaseRuntime:
    """What runtimes of both drivers share: the choice of APIs, and their handles."""

    def _choose(self, record: str | os.PathLike[str] | None, /, **choices: Any) -> None:
        self._recording = record
        self._drives_clock = False
        if record is not None:
            os.fspath(record)  # a number would be one of this process's own files
            from atoll.recording._setup import repeatable

            self._drives_clock = choices["timers"] in ("real", True)
            choices = repeatable(choices)
        self._capabilities = _apis.chosen(choices)
        self._api_handles: dict[str, Any] = {}
        self._has_started = False

    def _started(self, handles: list[Any]) -> None:
        self._api_handles = dict(zip(self._capabilities, handles, strict=True))
        self._has_started = True

    def _api(self, keyword: str) -> Any:
        if keyword not in self._api_handles:
            _apis.not_enabled(keyword, entered=self._has_started)
        return self._api_handles[keyword]


class Runtime(BaseRuntime, Isolate):
    """An `Isolate` with the APIs that programs expect.

    ::

        async with Runtime(console=print, limits=Limits(memory=64 * MiB)) as rt:
            await rt.eval("setTimeout(() => console.log(crypto.randomUUID()), 100)")

    Each API is a keyword: a configured capability, a short form, or ``None`` (or ``False``) to
    leave it out, in which case its globals do not exist. By default a runtime has a console that
    nobody reads, timers in real time, crypto and encoding, and no way to reach anything outside.

    The owner's handle to each API is an attribute with the keyword's name (``rt.console.counters``,
    ``await rt.timers.pending()``). Asking for one that was left out raises ``ApiNotEnabled``.

    Everything else is as in `Isolate`. Cancelling a task that waits for the guest cancels what the
    guest does for it; a guest that does not react within a second is ended.
    """

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        confinement: Confinement = "require",
        on_uncaught: Callable[[BaseException], object] | None = None,
        typescript: Compiler | None = None,
        observer: Observer | None = None,
        console: Console | Callable[[Entry], object] | bool | None = True,
        timers: Timers | Literal["real", "manual"] | bool | None = "real",
        crypto: Crypto | bool | None = True,
        encoding: Encoding | bool | None = True,
        path: Path | bool | None = None,
        fetch: Fetch | Callable[[Request], Any] | bool | None = None,
        fs: Files | FileSystem | Mapping[str, FileSystem] | bool | None = None,
        modules: Modules | bool | None = None,
        tests: TestEnvironment | bool | None = None,
        record: str | os.PathLike[str] | None = None,
    ) -> None:
        """Describe a runtime; entering it starts it.

        Args:
            limits: what it may use.
            confinement: as for `Isolate`: ``"require"``, ``"best-effort"`` or ``"off"``.
            on_uncaught: called with errors and rejections that nothing in the guest handled; by
                default they are logged as warnings to ``atoll.isolate``.
            typescript: how TypeScript and JSX become JavaScript; by default with what
                ``atoll.typescript.Compiler()`` has.
            observer: is told of every call across the boundary; see `atoll.observe`.
            console: a function that is called with every entry, or a ``Console``; one such object
                belongs to one runtime.
            timers: ``"real"``; ``"manual"`` for time, including ``Date``, that moves by `tick`
                alone; or ``Timers``.
            crypto: Web Cryptography; ``Crypto(seed=…)`` for random values that can be repeated.
            encoding: text encodings, base64 and compression.
            path: ``True``: Node's ``path`` module as a global.
            fetch: a function that answers the guest's requests, such as a `Network`; ``Fetch(…)``;
                or ``True`` for handlers that answer requests but may make none.
            fs: a file system, which is the root of ``navigator.storage.getDirectory()``; a mapping
                of paths to several; or ``Files(…)``. ``True``: an empty one in memory.
            modules: ``Modules()`` says what ``import`` finds; ``True``: nothing.
            tests: ``describe``, ``test`` and ``expect``: ``True`` or a ``TestEnvironment``.
            record: a file to write what both sides say to, for `atoll.recording.replay`. The clock
                then moves in steps of 10 ms, also for ``Date``, and random values have a seed.

        Raises:
            TypeError: a keyword has a value that it does not take.
            ValueError: ``record``, with timers or crypto that cannot be repeated.
        """
        self._clock: asyncio.Task[None] | None = None
        super().__init__(
            limits=limits,
            confinement=confinement,
            on_uncaught=on_uncaught,
            typescript=typescript,
            observer=observer,
        )
        self._choose(
            record,
            console=console,
            timers=timers,
            crypto=crypto,
            encoding=encoding,
            path=path,
            fetch=fetch,
            fs=fs,
            modules=modules,
            tests=tests,
        )

    async def __aenter__(self) -> Self:
        if self._recording is not None:
            from atoll.recording._setup import open_recording

            open_recording(self._recording, self._driver.host)
        await super().__aenter__()
        try:
            self._started(await self._install_all(list(self._capabilities.values())))
        except BaseException:
            await self.dispose()
            raise
        if self._drives_clock:
            from atoll.recording._setup import drive_clock

            self._clock = asyncio.create_task(drive_clock(self))
        return self

    async def dispose(self) -> None:
        """End the runtime. Whoever waits for it gets ``IsolateDisposed``."""
        await super().dispose()
        if self._clock is not None and self._clock.get_loop() is asyncio.get_running_loop():
            self._clock.cancel()
            await asyncio.wait([self._clock])

    # Handles of the APIs

    @property
    def console(self) -> ConsoleHandle:
        """The console's counters, timers and groups."""
        handle: ConsoleHandle = self._api("console")
        return handle

    @property
    def timers(self) -> TimersHandle:
        """The timers that are pending, and the manual clock."""
        handle: TimersHandle = self._api("timers")
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

    @property
    def path(self) -> Path:
        """The capability itself."""
        handle: Path = self._api("path")
        return handle

    @property
    def fetch(self) -> FetchHandle:
        """Requests to the guest's handler, and its connections."""
        handle: FetchHandle = self._api("fetch")
        return handle

    @property
    def fs(self) -> FilesHandle:
        """The files that the guest may reach."""
        handle: FilesHandle = self._api("fs")
        return handle

    @property
    def tests(self) -> TestEnvironmentHandle:
        """Test files, run in the guest."""
        handle: TestEnvironmentHandle = self._api("tests")
        return handle

    @property
    def modules(self) -> ModulesHandle:
        """The modules."""
        handle: ModulesHandle = self._api("modules")
        return handle

    # What the APIs add to an isolate

    async def typecheck(
        self,
        code: str,
        filename: str = "program.ts",
        *,
        language: Language | None = None,
        files: Mapping[str, str] | None = None,
        declarations: str = "",
    ) -> list[Diagnostic]:
        """Check the types of a program against what this runtime has, without running it.

        Args:
            code: the source text; it is taken for a module.
            filename: its name in the diagnostics; the extension decides the language.
            language: instead of what the filename says.
            files: other files of the program, by relative path.
            declarations: of what else there is, as the text of a ``.d.ts`` file.

        Returns:
            Nothing when all is well; see `atoll.typescript.check`.

        Raises:
            CompilerFailed: the checker did not survive the program.
        """
        from atoll.typescript._runtime import typecheck_async

        return await typecheck_async(
            self, code, filename, language=language, files=files, declarations=declarations
        )

    async def tick(self, ms: float) -> None:
        """Move the clock of ``timers="manual"`` and run what becomes due; see `TimersHandle.tick`.

        Args:
            ms: milliseconds, 0 or more.

        Raises:
            ApiNotEnabled: the runtime has no timers.
            ValueError: its timers are in real time, or for a step back.
        """
        await self.timers.tick(ms)

    async def eval(
        self,
        code: str,
        *args: object,
        filename: str = DEFAULT_FILENAME,
        language: Language | None = None,
        timeout: float | None = None,
        copy: Copy = True,
        module: bool = False,
    ) -> Any:
        """Run code and return its value; see `Isolate.eval`.

        Args:
            code: the source text.
            args: values, references, functions.
            filename: as stack traces show it.
            language: of a script; a module has that of its filename's extension.
            timeout: seconds, instead of ``Limits.call_time``.
            copy: ``False`` returns a ``Reference`` to the value instead of the value. ``"data"``
                refuses functions, promises and other live values in it with `MarshalError`.
            module: run it as a module, whose value is its default export. One that can handle
                requests becomes the handler for `dispatch_request`.

        Raises:
            JSSyntaxError: the source does not compile; has file, line and column.
            ApiNotEnabled: ``module``, and the runtime has no modules.
            TypeError: ``module`` with arguments or a language.
        """
        if not module:
            return await super().eval(
                code, *args, filename=filename, language=language, timeout=timeout, copy=copy
            )
        if args or language is not None:
            raise TypeError(
                "a module takes no arguments, and its language is that of its filename: export a "
                "function and call it, and give filename='name.ts'"
            )
        if "fetch" not in self._api_handles:
            return await self.modules.eval(code, filename=filename, copy=copy)
        value = await self.modules.eval(code, filename=filename, copy=False)
        await self._adopt(value)
        return value if copy is False else await super().eval("v => v", value, copy=copy)

    async def run(self, specifier: str) -> None:
        """Run a module as the program: ``import.meta.main`` is true in it.

        A default export that can handle requests becomes the handler for `dispatch_request`.

        Args:
            specifier: what it is imported by.

        Raises:
            ApiNotEnabled: the runtime has no modules.
            ModuleError: it, or what it imports, is not to be had.
        """
        await self.modules.run(specifier)
        if "fetch" in self._api_handles:
            async with await self.modules.import_module(specifier) as namespace:
                await self._adopt(await namespace.get("default", copy=False))

    async def import_module(self, specifier: str) -> Reference:
        """Import a module and return a reference to its namespace; see `ModulesHandle`."""
        return await self.modules.import_module(specifier)

    async def dispatch_request(self, request: Request, *, timeout: float | None = None) -> Response:
        """Give a request to the guest's handler; see `FetchHandle.dispatch_request`."""
        return await self.fetch.dispatch_request(request, timeout=timeout)

    async def run_tests(self, code: str, *, module: bool = False, **options: Any) -> TestResults:
        """Load a test file and run its tests; see `TestEnvironmentHandle.run_tests`.

        Args:
            code: the file: a script with ``describe``, ``test`` and ``expect``.
            module: it is an ES module, which finds what the runtime's modules provide.
            options: those of `TestEnvironmentHandle.run_tests`: ``filename``, ``timeout``, …

        Raises:
            ApiNotEnabled: the runtime has no tests, or ``module`` and it has no modules.
        """
        if module:
            options["modules"] = self.modules
        return await self.tests.run_tests(code, **options)

    async def run_test_module(self, specifier: str, **options: Any) -> TestResults:
        """Import a module and run its tests; see `TestEnvironmentHandle.run_test_module`."""
        return await self.tests.run_test_module(specifier, modules=self.modules, **options)

    async def _adopt(self, value: Reference) -> None:
        """Let a module's default export handle requests, if it can."""
        if await super().eval(IS_HANDLER, value):
            await self.fetch.register(value)
