"""The same handles from blocking code, and from runtimes."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from atoll import ApiNotEnabled, JSSyntaxError, ModuleLoadError, ModuleNotFound, Runtime
from atoll.modules import Modules
from atoll.sync import Isolate as BlockingIsolate
from atoll.sync import Runtime as BlockingRuntime
from tests.modules.support import virtual


def test_blocking_handles() -> None:
    modules = virtual(
        main="export const add = (a, b) => a + b; export default import.meta.main",
        bad="let 1",
        slow="await 0; export default (await import('./main.js')).add(1, 2)",
    )
    with BlockingIsolate() as isolate:
        handle = isolate.install(modules)
        handle.run("./main.js")
        namespace = handle.import_module("main.js")
        assert namespace.get("default") is True
        assert namespace.call_method("add", 1, 2) == 3
        assert handle.import_module("slow.js").get("default") == 3
        assert handle.eval("export default (1 as number) + 1", filename="x.ts") == 2
        assert isolate.eval("import('main.js').then((m) => m.add(2, 3))") == 5
        with pytest.raises(JSSyntaxError):
            handle.run("bad.js")
        with pytest.raises(ModuleNotFound):
            handle.import_module("gone")


def test_blocking_code_may_have_asynchronous_loaders() -> None:
    async def load(path: str) -> str:
        await asyncio.sleep(0)
        if path == "fails":
            raise ValueError("no")
        if path == "hangs":
            await asyncio.Event().wait()
        return "import 't/dep'; export default 'loaded'" if path == "a" else ""

    with BlockingIsolate() as isolate:
        handle = isolate.install(Modules(load_time=0.1).source_tree("t/", load))
        assert handle.import_module("t/a").get("default") == "loaded"
        for name, rule in (("fails", "loader"), ("hangs", "load_time")):
            with pytest.raises(ModuleLoadError) as caught:
                handle.import_module(f"t/{name}")
            assert caught.value.rule == rule


def test_a_blocking_runtime_has_modules(tmp_path: Path) -> None:
    (tmp_path / "main.ts").write_text("enum E { A = 1 }\nexport const a: number = E.A;\n")
    with BlockingRuntime(modules=Modules().directory("", tmp_path)) as rt:
        assert rt.import_module("main.ts").get("a") == 1
        assert rt.eval("import { a } from './main.ts'; export default a + 1", module=True) == 2


@pytest.mark.asyncio
async def test_a_runtime_without_modules_says_so() -> None:
    async with Runtime() as rt:
        with pytest.raises(ApiNotEnabled, match="modules"):
            await rt.run("x")


@pytest.mark.asyncio
async def test_imports_while_a_synchronous_call_waits(tmp_path: Path) -> None:
    """`require` blocks inside a module that is itself loaded while a host function is awaited."""
    async with Runtime(modules=virtual(a="export default 'a'")) as rt:

        async def ask() -> object:
            return await rt.eval("'nested'")

        await rt.define_function("ask", ask)
        code = "const said = ask(); export default [said, (await import('a.js')).default]"
        assert await rt.eval(code, module=True) == ["nested", "a"]


@pytest.mark.asyncio
async def test_import_meta_resolve_inside_a_callback_of_the_host() -> None:
    async with Runtime(
        modules=virtual(a="export const r = () => import.meta.resolve('./b')")
    ) as rt:
        namespace = await rt.import_module("a.js")
        assert await namespace.call_method("r") == "module:///b"


@pytest.mark.asyncio
async def test_cancelling_an_import_cancels_its_loader() -> None:
    started, cancelled = asyncio.Event(), asyncio.Event()

    async def load(path: str) -> str:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()
        return ""

    async with Runtime(modules=Modules().source_tree("t/", load)) as rt:
        task = asyncio.create_task(rt.import_module("t/a"))
        await started.wait()
    with pytest.raises(Exception, match="disposed"):
        await task
    await asyncio.wait_for(cancelled.wait(), 5)
