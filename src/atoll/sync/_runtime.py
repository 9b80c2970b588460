"""The runtime, blocking."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from atoll.core.isolate import DEFAULT_FILENAME
from atoll.core.languages import Language
from atoll.core.values import Copy
from atoll.runtime import IS_HANDLER, BaseRuntime
from atoll.sync._isolate import Isolate

if TYPE_CHECKING:
    from atoll.console import BlockingConsoleHandle, Console, Entry
    from atoll.core.launch import Confinement
    from atoll.crypto import Crypto
    from atoll.encoding import Encoding
    from atoll.fetch import BlockingFetchHandle, Fetch, Request, Response
    from atoll.fs import Files, FilesHandle, FileSystem
    from atoll.limits import Limits
    from atoll.modules import BlockingModulesHandle, Modules
    from atoll.observe import Observer
    from atoll.path import Path
    from atoll.sync._isolate import Reference
    from atoll.test_environment import (
        BlockingTestEnvironmentHandle,
        TestEnvironment,
        TestResults,
    )
    from atoll.timers import BlockingTimersHandle, Timers
    from atoll.typescript import Compiler, Diagnostic


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
        """Describe a runtime; entering it starts it. See `atoll.Runtime`."""
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

    def __enter__(self) -> Self:
        if self._recording is not None:
            from atoll.recording._setup import open_recording

            open_recording(self._recording, self._driver.host)
        super().__enter__()
        try:
            self._started(self._install_all(list(self._capabilities.values())))
        except BaseException:
            self.dispose()
            raise
        if self._drives_clock:
            from atoll.recording._setup import BlockingClock

            self._driver.meanwhile = BlockingClock(self.timers)
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

    @property
    def path(self) -> Path:
        """The capability itself."""
        handle: Path = self._api("path")
        return handle

    @property
    def fetch(self) -> BlockingFetchHandle:
        """Requests to the guest's handler, and its connections."""
        handle: BlockingFetchHandle = self._api("fetch")
        return handle

    @property
    def fs(self) -> FilesHandle:
        """The files that the guest may reach."""
        handle: FilesHandle = self._api("fs")
        return handle

    @property
    def tests(self) -> BlockingTestEnvironmentHandle:
        """Test files, run in the guest."""
        handle: BlockingTestEnvironmentHandle = self._api("tests")
        return handle

    @property
    def modules(self) -> BlockingModulesHandle:
        """The modules."""
        handle: BlockingModulesHandle = self._api("modules")
        return handle

    def typecheck(
        self,
        code: str,
        filename: str = "program.ts",
        *,
        language: Language | None = None,
        files: Mapping[str, str] | None = None,
        declarations: str = "",
    ) -> list[Diagnostic]:
        """Check the types of a program; see `atoll.Runtime.typecheck`."""
        from atoll.typescript._runtime import typecheck

        return typecheck(
            self, code, filename, language=language, files=files, declarations=declarations
        )

    def tick(self, ms: float) -> None:
        """Move the clock of ``timers="manual"``; see `atoll.Runtime.tick`."""
        self.timers.tick(ms)

    def eval(
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
            copy: ``False`` returns a ``Reference`` to the value instead of the value.
            module: run it as a module, whose value is its default export. One that can handle
                requests becomes the handler for `dispatch_request`.

        Raises:
            JSSyntaxError: the source does not compile; has file, line and column.
            ApiNotEnabled: ``module``, and the runtime has no modules.
            TypeError: ``module`` with arguments or a language.
        """
        if not module:
            return super().eval(
                code, *args, filename=filename, language=language, timeout=timeout, copy=copy
            )
        if args or language is not None:
            raise TypeError(
                "a module takes no arguments, and its language is that of its filename: export a "
                "function and call it, and give filename='name.ts'"
            )
        if "fetch" not in self._api_handles:
            return self.modules.eval(code, filename=filename, copy=copy)
        value = self.modules.eval(code, filename=filename, copy=False)
        self._adopt(value)
        return value if copy is False else super().eval("v => v", value, copy=copy)

    def run(self, specifier: str) -> None:
        """Run a module as the program: ``import.meta.main`` is true in it.

        A default export that can handle requests becomes the handler for `dispatch_request`.

        Args:
            specifier: what it is imported by.

        Raises:
            ApiNotEnabled: the runtime has no modules.
            ModuleError: it, or what it imports, is not to be had.
        """
        self.modules.run(specifier)
        if "fetch" in self._api_handles:
            with self.modules.import_module(specifier) as namespace:
                self._adopt(namespace.get("default", copy=False))

    def import_module(self, specifier: str) -> Reference:
        """Import a module and return a reference to its namespace; see `ModulesHandle`."""
        return self.modules.import_module(specifier)

    def dispatch_request(self, request: Request, *, timeout: float | None = None) -> Response:
        """Give a request to the guest's handler; see `FetchHandle.dispatch_request`."""
        return self.fetch.dispatch_request(request, timeout=timeout)

    def run_tests(self, code: str, *, module: bool = False, **options: Any) -> TestResults:
        """Load a test file and run its tests; see `atoll.Runtime.run_tests`."""
        if module:
            options["modules"] = self.modules
        return self.tests.run_tests(code, **options)

    def run_test_module(self, specifier: str, **options: Any) -> TestResults:
        """Import a module and run its tests; see `atoll.Runtime.run_test_module`."""
        return self.tests.run_test_module(specifier, modules=self.modules, **options)

    def _adopt(self, value: Reference) -> None:
        """Let a module's default export handle requests, if it can."""
        if super().eval(IS_HANDLER, value):
            self.fetch.register(value)
