"""The capability, its handles, and the course of a run.

The course is written once, as a generator that yields calls of the guest and is sent their answers;
the handles of both flavours carry the calls out.
"""

from __future__ import annotations

import functools
import re
import time
from collections import ChainMap
from collections.abc import Callable, Generator, Mapping
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict, Unpack

from atoll.core import operations
from atoll.core.capability import BundledCapability
from atoll.core.languages import language_of
from atoll.core.reference import BaseReference
from atoll.errors import AtollError, IsolateCrashed, JSError, LimitExceeded
from atoll.test_environment._coverage import Coverage
from atoll.test_environment._recorder import OnEvent, Recorder
from atoll.test_environment._results import TestError, TestEvent, TestResults
from atoll.test_environment._snapshots import SnapshotFile
from atoll.typescript import transpile, transpile_async

if TYPE_CHECKING:
    from atoll.core.reference import Reference
    from atoll.modules import BlockingModulesHandle, ModulesHandle
    from atoll.sync import Reference as BlockingReference

_PARTS: Final = (
    ("test_environment", "titles.js"),
    ("test_environment", "turns.js"),
    ("test_environment", "tree.js"),
    ("test_environment", "failures.js"),
    ("test_environment", "calls.js"),
    ("test_environment", "runner.js"),
    ("test_environment", "snapshots.js"),
    ("test_environment", "packages.js"),
    ("timers", "guest.js"),
    ("test_environment", "fake_timers.js"),
    ("test_environment", "api.js"),
    ("test_environment", "guest.js"),
)
_IMPORT: Final = re.compile(r'^import [^;]*? from "\.\.?/[^"]*";\n', re.MULTILINE)
_PACKAGES: Final = {
    "expect": "expect.js",
    "@jest/expect-utils": "expect-utils.js",
    "jest-matcher-utils": "jest-matcher-utils.js",
    "jest-diff": "jest-diff.js",
    "@jest/diff-sequences": "diff-sequences.js",
    "pretty-format": "pretty-format.js",
    "@jest/get-type": "get-type.js",
    "jest-mock": "jest-mock.js",
}
_SLICE: Final = 0.2
"""Seconds of a run before the guest comes back for more."""
_COUNTS: Final = "globalThis.__atoll_coverage__"
_GRACE: Final = 1.0
"""Seconds beyond a test's own timeout after which the isolate is ended: it does not come back."""

Call = Callable[[], Any]
"""A call of the guest: it returns the answer or, for asyncio, what to await for it."""
Course = Generator[Call, Any, TestResults]


@functools.cache
def _guest_source() -> str:
    """The guest half as the one module that it has to be."""
    texts = []
    for folder, name in _PARTS:
        text = (resources.files("atoll") / folder / name).read_text("utf-8")
        text = _IMPORT.sub("", text)
        if folder == "timers":
            text = text.replace("export default function install(", "function install(")
            text = f"const installClock = (() => {{\n{text}\nreturn install;\n}})();"
        texts.append(text)
    return "\n".join(texts)


@functools.cache
def _package_sources() -> dict[str, str]:
    folder = resources.files("atoll") / "vendor" / "jest"
    return {name: (folder / file).read_text("utf-8") for name, file in _PACKAGES.items()}


class TestEnvironment(BundledCapability):
    """``describe``, ``test``, ``expect`` and what belongs to them, for the guest.

    ::

        tests = await isolate.install(TestEnvironment())
        results = await tests.run_tests("test('adds', () => expect(1 + 1).toBe(2))")
        assert results.passed == 1

    The API is Jest's, with what Vitest adds; the matchers, the formats and the mock functions are
    Jest's own packages. ``jest`` and ``vi`` are the objects with mock functions and fake timers.

    One object belongs to one isolate.
    """

    __test__ = False
    package = "atoll.test_environment"

    def __init__(
        self, *, define_globals: bool = True, color: bool = False, max_tests: int = 100_000
    ) -> None:
        """Describe a test environment.

        Args:
            define_globals: whether test files find the API as globals.
            color: whether differences are coloured, with the escape sequences of terminals.
            max_tests: tests and suites of one run, at most.

        Raises:
            ValueError: `max_tests` is not positive.
        """
        if type(max_tests) is not int or max_tests < 1:
            raise ValueError(f"max_tests must be a positive integer, not {max_tests!r}")
        self._globals = define_globals
        self._color = color
        self._max_tests = max_tests
        self._installed = False
        self._recorder: Recorder | None = None

    @property
    def guest_source(self) -> str:
        """Text of the guest half."""
        return _guest_source()

    def options(self) -> dict[str, Any]:
        """Options for the guest half."""
        if self._installed:
            raise RuntimeError("a TestEnvironment belongs to one isolate; make another one")
        self._installed = True
        return {
            "sources": _package_sources(),
            "colours": self._color,
            "globals": self._globals,
            "limit": self._max_tests,
            "collected": lambda *told: self._tell("collected", told),
            "started": lambda *told: self._tell("started", told),
            "ended": lambda *told: self._tell("ended", told),
            "suiteFailed": lambda *told: self._tell("suite_failed", told),
            "snapshot": lambda *told: self._tell("snapshot", told),
        }

    def _tell(self, what: str, told: tuple[Any, ...]) -> None:
        if self._recorder is not None:
            getattr(self._recorder, what)(*told)

    def connected(self, guest: Reference) -> TestEnvironmentHandle:
        """The owner's handle."""
        return TestEnvironmentHandle(self, guest)

    def connected_blocking(self, guest: BlockingReference) -> BlockingTestEnvironmentHandle:
        """The owner's handle for blocking code."""
        return BlockingTestEnvironmentHandle(self, guest)


class RunOptions(TypedDict, total=False):
    """How tests are run.

    Attributes:
        timeout: seconds that a test or hook may take, unless the file says otherwise (5). One that
            blocks for a second longer, or longer than ``Limits.call_time``, ends the isolate.
        retries: how often a test that failed is run again, unless the file says otherwise (0).
        bail: failed tests after which no more are run; 0, the default, for never.
        pattern: a regular expression (of JavaScript); tests whose full name it does not match
            are skipped.
        seed: shuffles suites and tests, in the same way for the same seed.
        concurrency: how many of the tests that are ``concurrent`` run at once (5).
        snapshots: the file that snapshots are kept in; without one, none are kept, and each is new.
        update_snapshots: ``"new"`` (the default) writes those that are missing, ``"all"`` replaces
            those that differ as well, ``"none"`` fails the tests of both.
        sources: text of further files, by the names that stack traces show, for code frames.
        on_event: called with a `TestEvent` as things happen; a plain function.
        coverage: is told how often what it has instrumented ran.
    """

    timeout: float
    retries: int
    bail: int
    pattern: str | None
    seed: int | None
    concurrency: int
    snapshots: str | Path | None
    update_snapshots: Literal["new", "all", "none"]
    sources: Mapping[str, str] | None
    on_event: OnEvent | None
    coverage: Coverage | None


class _Handle:
    """The course of a run, for both flavours."""

    __test__ = False

    def __init__(self, environment: TestEnvironment, guest: BaseReference) -> None:
        self._environment = environment
        self._guest = guest

    def _invoke(self, name: str, *args: object, timeout: float | None = None) -> Call:
        request = (self._guest._use(), name, list(args), True)
        return lambda: self._guest._driver.request(operations.INVOKE, request, timeout)

    def _course(
        self,
        code: str | None,
        *,
        filename: str,
        modules: ModulesHandle | BlockingModulesHandle | None,
        timeout: float = 5.0,
        retries: int = 0,
        bail: int = 0,
        pattern: str | None = None,
        seed: int | None = None,
        concurrency: int = 5,
        snapshots: str | Path | None = None,
        update_snapshots: Literal["new", "all", "none"] = "new",
        sources: Mapping[str, str] | None = None,
        on_event: OnEvent | None = None,
        coverage: Coverage | None = None,
    ) -> Course:
        environment = self._environment
        if environment._recorder is not None:
            raise RuntimeError("this isolate is running tests already; a run at a time")
        if not timeout > 0:
            raise ValueError(f"timeout must be a positive number of seconds, not {timeout!r}")
        if update_snapshots not in ("new", "all", "none"):
            raise ValueError(
                f"update_snapshots is 'new', 'all' or 'none', not {update_snapshots!r}"
            )
        kept = SnapshotFile(None if snapshots is None else Path(snapshots))
        settings = {
            "timeout": timeout * 1000,
            "retries": retries,
            "bail": bail,
            "seed": None if seed is None else seed & 0xFFFFFFFF,
            "pattern": pattern,
            "concurrency": concurrency,
            "slice": _SLICE * 1000,
            "snapshots": kept.stored,
            "update": update_snapshots,
            "separator": kept.separator,
            "testPath": filename,
        }
        known: Mapping[str, str] = {} if sources is None else sources
        if code is not None:
            known = ChainMap({filename: code}, known)  # type: ignore[arg-type]
        recorder = Recorder(filename, environment._max_tests, known, on_event)
        results = TestResults(filename, recorder.root, recorder.errors, seed=seed)
        driver = self._guest._driver
        host = driver.host
        host.check_alive()
        on_uncaught, host.on_uncaught = host.on_uncaught, recorder.fail
        environment._recorder = recorder
        started = time.monotonic()
        try:
            load = self._load(code, filename, modules)
            yield from self._steps(load, filename, settings, recorder)
            if coverage is not None:
                request = (_COUNTS, "<coverage>", None, True)
                counts = yield lambda: driver.request(operations.EVALUATE, request)
                coverage.add(counts)
        except (LimitExceeded, IsolateCrashed) as error:
            results.ended = error
            recorder.cut_short(error)
        finally:
            host.on_uncaught = on_uncaught
            environment._recorder = None
            results.duration = time.monotonic() - started
        recorder.not_run("not run: the run was over before")
        kept.conclude(recorder, results, update_snapshots, whole=pattern is None)
        recorder.emit(TestEvent("ended", filename, results=results))
        return results

    def _load(
        self,
        code: str | None,
        filename: str,
        modules: ModulesHandle | BlockingModulesHandle | None,
    ) -> Call:
        """The call that loads a file: a module by its specifier, or text as a module or script."""
        if code is None:
            assert modules is not None  # noqa: S101 - for the type checker
            return lambda: modules.import_module(filename)
        if modules is None:
            return lambda: self._evaluate(code, filename)
        return lambda: modules.eval(code, filename=filename, copy=False)

    def _evaluate(self, code: str, filename: str) -> Any:
        """Run the file as a script, transpiled where its name says so."""
        raise NotImplementedError

    def _steps(
        self, load: Call, filename: str, settings: dict[str, Any], recorder: Recorder
    ) -> Generator[Call, Any, None]:
        limits = self._guest._driver.host.limits
        try:
            yield self._invoke("begin", settings)
        except JSError as error:
            raise ValueError(f"pattern is no regular expression: {error.message}") from None
        try:
            loaded = yield load
            if isinstance(loaded, BaseReference):
                loaded.release()
            answer = yield self._invoke("collect")
        except (LimitExceeded, IsolateCrashed):
            raise
        except Exception as error:  # noqa: BLE001 - whatever the file throws is its failure
            recorder.fail(error)
            yield self._invoke("finish")
            return
        recorder.emit(TestEvent("collected", filename, root=recorder.root))
        if not any(True for _ in recorder.root.walk()):
            recorder.errors.append(
                TestError("", "The file defines no test. Define one with test(…) or it(…).")
            )
        done = False
        while not done:
            deadline = _step_limit(answer, limits.call_time)
            answer = yield self._invoke("next", timeout=deadline)
            done = type(answer) is not dict or answer.get("done") is not False
        yield self._invoke("finish")


def _step_limit(answer: object, call_time: float | None) -> float | None:
    """Seconds in which a slice of the run comes back, going by what the guest says of its tests."""
    longest = answer.get("longest") if type(answer) is dict else None
    if type(longest) not in (int, float):
        raise AtollError("the guest gave no timeout for its tests: it is tampered with")
    seconds = longest / 1000  # type: ignore[operator]
    if call_time is not None:
        seconds = min(seconds, call_time)
    return _SLICE + seconds + _GRACE if seconds < 1e9 else None


class TestEnvironmentHandle(_Handle):
    """The owner's view of a test environment."""

    _guest: Reference

    async def run_tests(
        self,
        code: str,
        *,
        filename: str = "<tests>",
        modules: ModulesHandle | None = None,
        **options: Unpack[RunOptions],
    ) -> TestResults:
        """Load a test file and run its tests.

        What goes wrong in the guest is in the results, a limit or a crash that ends the isolate
        included: the test that ran has failed, the others are skipped with a note.

        Args:
            code: the file: a script, in which top-level ``await`` works.
            filename: as stack traces show it; TypeScript by its extension.
            modules: the isolate's modules, for a file that is an ES module.
            options: see `RunOptions`.

        Raises:
            ValueError: an option makes no sense.
            RuntimeError: this environment is running tests already.
        """
        return await self._run(self._course(code, filename=filename, modules=modules, **options))

    async def run_test_module(
        self, specifier: str, *, modules: ModulesHandle, **options: Unpack[RunOptions]
    ) -> TestResults:
        """The same for a module that the isolate can import.

        Args:
            specifier: of the module, as ``ModulesHandle.import_module`` takes it.
            modules: the isolate's modules. A test file finds the API as globals, or imports it,
                where ``Modules().virtual(name, source)`` was told the modules of `IMPORTS`.
            options: see `RunOptions`.
        """
        return await self._run(self._course(None, filename=specifier, modules=modules, **options))

    async def _evaluate(self, code: str, filename: str) -> Any:
        if language_of(filename) is not None:
            code = (await transpile_async(code, filename)).with_inline_map
        request = (code, filename, None, False)
        return await self._guest._driver.request(operations.EVALUATE, request)

    async def _run(self, course: Course) -> TestResults:
        try:
            call = next(course)
            while True:
                try:
                    answer = await call()
                except BaseException as error:  # noqa: BLE001 - the course decides
                    call = course.throw(error)
                else:
                    call = course.send(answer)
        except StopIteration as stop:
            results: TestResults = stop.value
            return results
        finally:
            course.close()


class BlockingTestEnvironmentHandle(_Handle):
    """The same as `TestEnvironmentHandle`, blocking."""

    _guest: BlockingReference

    def run_tests(
        self,
        code: str,
        *,
        filename: str = "<tests>",
        modules: BlockingModulesHandle | None = None,
        **options: Unpack[RunOptions],
    ) -> TestResults:
        """Load a test file and run its tests; see `TestEnvironmentHandle.run_tests`."""
        return self._run(self._course(code, filename=filename, modules=modules, **options))

    def run_test_module(
        self, specifier: str, *, modules: BlockingModulesHandle, **options: Unpack[RunOptions]
    ) -> TestResults:
        """Import a module and run its tests; see `TestEnvironmentHandle.run_test_module`."""
        return self._run(self._course(None, filename=specifier, modules=modules, **options))

    def _evaluate(self, code: str, filename: str) -> Any:
        if language_of(filename) is not None:
            code = transpile(code, filename).with_inline_map
        request = (code, filename, None, False)
        return self._guest._driver.request(operations.EVALUATE, request)

    def _run(self, course: Course) -> TestResults:
        try:
            call = next(course)
            while True:
                try:
                    answer = call()
                except BaseException as error:  # noqa: BLE001 - the course decides
                    call = course.throw(error)
                else:
                    call = course.send(answer)
        except StopIteration as stop:
            results: TestResults = stop.value
            return results
        finally:
            course.close()
