"""Node's built-in modules that are files of our own, on what the web has."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from atoll import Isolate, ModuleError, Runtime
from atoll.modules import Modules

from .support import default_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def rt(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Runtime]:
    folder: Path = tmp_path_factory.mktemp("packages") / "node_modules"
    (folder / "cjs").mkdir(parents=True)
    (folder / "cjs" / "index.js").write_text("module.exports = [typeof require('os').EOL, 'cjs']")
    modules = Modules().mount_node_modules("", folder)
    async with Runtime(modules=modules) as runtime:
        yield runtime


PROGRAMS: dict[str, tuple[str, Any]] = {
    "os tells nothing of the machine": (
        """import os, { EOL, cpus } from "node:os";
        export default [EOL, os.platform(), os.hostname(), cpus(), os.totalmem(), os.homedir()]""",
        ["\n", "linux", "localhost", [], 0, "/"],
    ),
    "there is no terminal": (
        """import tty from "tty";
        let error;
        try { new tty.WriteStream(1) } catch (thrown) { error = thrown.message }
        export default [tty.isatty(1), error]""",
        [False, "an isolate has no terminal"],
    ),
    "timers": (
        """import timers, { clearImmediate, setImmediate, setTimeout as once } from "node:timers";
        const heard = [];
        clearImmediate(setImmediate(() => heard.push("cleared")));
        await new Promise((done) => setImmediate((a, b) => { heard.push(a, b); done() }, 1, 2));
        export default [...heard, once === setTimeout, timers.clearTimeout === clearTimeout]""",
        [1, 2, True, True],
    ),
    "timers/promises": (
        """import { setImmediate, setTimeout, scheduler } from "node:timers/promises";
        const stop = new AbortController();
        const stopped = setTimeout(1e6, "never", { signal: stop.signal });
        stop.abort("why");
        const error = await stopped.catch((error) => [error.name, error.code, error.cause]);
        const again = await setTimeout(1, 0, { signal: stop.signal }).catch((e) => e.name);
        export default [await setTimeout(1, "a"), await setImmediate("b"),
            await scheduler.wait(1), await scheduler.yield(), error, again]""",
        ["a", "b", None, None, ["AbortError", "ABORT_ERR", "why"], "AbortError"],
    ),
    "an interval as an iterable": (
        """import { setInterval } from "node:timers/promises";
        const heard = [];
        for await (const value of setInterval(1, "tick")) if (heard.push(value) === 3) break;
        const stop = new AbortController();
        const ended = (async () => {
            for await (const _ of setInterval(1e6, 0, { signal: stop.signal }));
        })().catch((error) => error.name);
        await null;
        stop.abort();
        export default [heard, await ended]""",
        [["tick", "tick", "tick"], "AbortError"],
    ),
    "stream/consumers": (
        """import { arrayBuffer, blob, buffer, json, text } from "node:stream/consumers";
        import { Readable } from "node:stream";
        const halves = new TextEncoder().encode("é");
        export default [await text([halves.subarray(0, 1), halves.subarray(1), "!"]),
            await text(Readable.from(["a", "b"])), await json(new Blob(['{"a": 1}']).stream()),
            (await buffer([halves])).toString("hex"), (await arrayBuffer([halves])).byteLength,
            (await blob(["abc"])).size]""",
        ["é!", "ab", {"a": 1}, "c3a9", 2, 3],
    ),
    "the web's classes and clock": (
        """import { ReadableStream as Stream } from "node:stream/web";
        import hooks, { performance as clock } from "node:perf_hooks";
        export default [Stream === ReadableStream, clock === performance,
            hooks.performance === clock]""",
        [True, True, True],
    ),
    "createRequire": (
        """import { builtinModules, createRequire } from "node:module";
        const require = createRequire(import.meta.url);
        export default [require("cjs"), require.resolve("cjs"), builtinModules.includes("os")]""",
        [["string", "cjs"], "module:///node_modules/cjs/index.js", True],
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
async def test_a_program(name: str, rt: Runtime) -> None:
    code, expected = PROGRAMS[name]
    assert await rt.modules.eval(code, filename="main.mjs") == expected


async def test_create_require_reaches_no_more_than_an_import(rt: Runtime) -> None:
    for specifier in ("node:fs", "../../secret", "file:///etc/passwd"):
        code = (
            "import { createRequire } from 'module';"
            f"createRequire('file:///etc/x.js')({specifier!r})"
        )
        with pytest.raises(ModuleError):
            await rt.modules.eval(code, filename="main.mjs")


async def test_without_timers_there_are_none() -> None:
    modules = Modules().virtual("main.js", "import t from 'node:timers'; export default [t, 1]")
    async with Isolate() as isolate:
        timers, one = await default_of(isolate, modules)
    assert one == 1
    assert timers["setTimeout"] is None or "setTimeout" not in timers
