"""Runtimes with modules and fetch: whole programs, and handlers of requests."""

from __future__ import annotations

import pytest

from atoll import ApiNotEnabled, Runtime, sync
from atoll.fetch import HandlerError, Request, Response
from atoll.modules import Modules

HANDLER = "export default { fetch(request) { return new Response(new URL(request.url).pathname) } }"


async def answer(rt: Runtime) -> str:
    response = await rt.dispatch_request(Request("https://a.example/path"))
    return await response.text()


async def test_a_function_is_enough_for_fetch() -> None:
    async with Runtime(fetch=lambda request: Response.json({"url": request.url})) as rt:
        url = await rt.eval("await fetch('https://a.example/x').then((r) => r.json())")
    assert url == {"url": "https://a.example/x"}


async def test_a_default_export_becomes_the_handler() -> None:
    async with Runtime(fetch=True, modules=Modules().virtual("app", HANDLER)) as rt:
        await rt.run("app")
        assert await answer(rt) == "/path"
        await rt.eval("export default () => new Response('newer')", module=True)
        assert await answer(rt) == "newer"
        assert await rt.eval("export default { no: 'handler' }", module=True) == {"no": "handler"}
        assert await answer(rt) == "newer"


async def test_without_fetch_a_default_export_is_a_value() -> None:
    async with Runtime(modules=Modules().virtual("numbers", "export const one = 1")) as rt:
        assert await rt.eval("import { one } from 'numbers'; export default one", module=True) == 1
        async with await rt.import_module("numbers") as namespace:
            assert await namespace.get("one") == 1
        async with await rt.eval("export default { n: 2 }", module=True, copy=False) as held:
            assert await held.get("n") == 2


async def test_a_program_without_a_handler_says_how_to_have_one() -> None:
    async with Runtime(fetch=True) as rt:
        with pytest.raises(HandlerError, match="export default"):
            await rt.dispatch_request(Request("https://a.example/"))


async def test_what_was_left_out_says_how_to_have_it() -> None:
    async with Runtime() as rt:
        with pytest.raises(ApiNotEnabled, match="modules="):
            await rt.run("app")
        with pytest.raises(ApiNotEnabled, match="modules="):
            await rt.eval("export default 1", module=True)
        with pytest.raises(ApiNotEnabled, match="fetch="):
            await rt.dispatch_request(Request("https://a.example/"))
        assert await rt.eval("typeof fetch + typeof Headers + typeof WebSocket") == "undefined" * 3


async def test_a_module_takes_no_arguments() -> None:
    async with Runtime(modules=True) as rt:
        with pytest.raises(TypeError, match="no arguments"):
            await rt.eval("export default 1", 2, module=True)


def test_the_same_blocking() -> None:
    with sync.Runtime(
        fetch=lambda request: Response(request.method), modules=Modules().virtual("app", HANDLER)
    ) as rt:
        assert rt.eval("await fetch('https://a.example/').then((r) => r.text())") == "GET"
        rt.run("app")
        assert rt.dispatch_request(Request("https://a.example/path")).read() == b"/path"
