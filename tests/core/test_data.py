"""`copy="data"`: values in which nothing lives on in the guest, or an error that says where."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from atoll import Isolate, JSError, MarshalError, Reference, Runtime
from atoll.modules import Modules
from tests.core.support import held_handles

pytestmark = pytest.mark.asyncio(loop_scope="module")

LIVE = {
    "({ rows: [1, Promise.resolve(2)] })": (
        "result.rows[1]",
        "a promise is no data; is an ",
    ),
    "({ cb: () => 1 })": ("result.cb", "a function"),
    "(() => 1)": ("result", "a function"),
    "new Map([['k', new ReadableStream()]])": ("result.k", "a ReadableStream"),
    "[new WritableStream()]": ("result[0]", "a WritableStream"),
    "[new Blob(['x'])]": ("result[0]", "a Blob is no data: return its bytes or text"),
    "[new File(['x'], 'n')]": ("result[0]", "a File"),
    "[AbortSignal.abort()]": ("result[0]", "an AbortSignal"),
    "({ a: { b: home } })": ("result.a.b", "a value of the host"),
}


@pytest.mark.parametrize("code", LIVE)
async def test_what_lives_on_in_the_guest_is_refused_with_its_path(
    isolate: Isolate, code: str
) -> None:
    await isolate.define_function("home", len)
    before = await held_handles(isolate)
    with pytest.raises(MarshalError) as caught:
        await isolate.eval(code, copy="data")
    path, reason = LIVE[code]
    assert caught.value.path == path
    assert caught.value.reason.startswith(reason)
    assert await held_handles(isolate) == before


async def test_data_comes_as_it_does_without(isolate: Isolate) -> None:
    code = "({ at: new Date(0), ids: new Set([1n]), bytes: new Uint8Array(2), no: undefined })"
    value = await isolate.eval(code, copy="data")
    assert value == {
        "at": dt.datetime(1970, 1, 1, tzinfo=dt.UTC),
        "ids": {1},
        "bytes": b"\0\0",
        "no": None,
    }
    assert await isolate.eval("Promise.resolve([1])", copy="data") == [1]


async def test_every_way_to_a_value_takes_it(isolate: Isolate) -> None:
    await isolate.eval("globalThis.tools = { bad: () => [() => 1], good: () => [1] }")
    tools = await isolate.eval("tools", copy=False)
    assert isinstance(tools, Reference)
    assert await isolate.call("tools.good", copy="data") == [1]
    assert await tools.call_method("good", copy="data") == [1]
    bad = await tools.get("bad")
    for call in (
        isolate.call("tools.bad", copy="data"),
        tools.call_method("bad", copy="data"),
        tools.get("bad", copy="data"),
        bad.call(copy="data"),
        isolate.eval("(n: number) => [() => n]", 1, language="ts", copy="data"),
    ):
        with pytest.raises(MarshalError, match="a function is no data"):
            await call


async def test_what_the_guest_throws_is_thrown(isolate: Isolate) -> None:
    with pytest.raises(JSError, match="no"):
        await isolate.eval("throw new Error('no')", copy="data")


@pytest.mark.parametrize("copy", ["json", 1, 0, None])
async def test_other_words_are_refused(isolate: Isolate, copy: Any) -> None:
    with pytest.raises(ValueError, match='copy is True, False or "data"'):
        await isolate.eval("1", copy=copy)


@pytest.mark.parametrize("fetch", [None, True])
async def test_modules_take_it(fetch: bool | None) -> None:
    async with Runtime(modules=Modules(), fetch=fetch) as rt:
        code = "export default { n: 1 }"
        assert await rt.eval(code, module=True, copy="data") == {"n": 1}
        kept = await rt.eval(code, module=True, copy=False)
        assert await kept.get("n") == 1
        with pytest.raises(MarshalError, match=r"result\.f: a function"):
            await rt.eval("export default { f() {} }", module=True, copy="data")
