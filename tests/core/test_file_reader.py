"""`FileReader` and `ProgressEvent`: File API, section 6.2."""

from __future__ import annotations

import pytest

from atoll import Isolate

pytestmark = pytest.mark.asyncio(loop_scope="module")

READ = """(method, parts, type, ...args) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result);
  reader.onerror = () => reject(reader.error);
  reader[method](new Blob(parts, { type }), ...args);
})"""


@pytest.mark.parametrize(
    ("method", "parts", "mime", "args", "expected"),
    [
        ("readAsText", ["håj"], "", [], "håj"),
        ("readAsText", [b"\xe5"], "", ["latin1"], "å"),
        ("readAsText", [b"\xe5"], "", ["no such encoding"], "\ufffd"),
        ("readAsText", [b"\xe5"], "text/plain;charset=iso-8859-1", [], "å"),
        ("readAsText", [b"\xe5"], 'text/plain; charset="iso-8859-1"', [], "å"),
        ("readAsText", [b"\xfe\xff\x00a"], "", ["latin1"], "a"),
        ("readAsText", [b"\xff\xfea\x00"], "", [], "a"),
        ("readAsText", [b"\xef\xbb\xbf\xc3\xa5"], "", ["latin1"], "å"),
        ("readAsBinaryString", [b"\x00\x80\xff"], "", [], "\x00\x80\xff"),
        ("readAsArrayBuffer", [b"\x00\xff"], "", [], b"\x00\xff"),
        ("readAsDataURL", ["hey"], "text/x", [], "data:text/x;base64,aGV5"),
        ("readAsDataURL", [], "", [], "data:application/octet-stream;base64,"),
    ],
)
async def test_what_is_read(
    method: str,
    parts: list[object],
    mime: str,
    args: list[str],
    expected: object,
    isolate: Isolate,
) -> None:
    assert await isolate.eval(READ, method, parts, mime, *args) == expected


async def test_events_come_in_order_each_in_a_task_of_its_own(isolate: Isolate) -> None:
    events = await isolate.eval("""new Promise((resolve) => {
      const reader = new FileReader();
      const seen = [];
      for (const type of ["loadstart", "progress", "load", "loadend", "abort", "error"]) {
        reader.addEventListener(type, (event) => {
          seen.push(`${type} ${event.loaded}/${event.total} ${reader.readyState}`);
          Promise.resolve().then(() => seen.push("microtask"));
          if (type === "loadend") setTimeout_(resolve, seen);
        });
      }
      const setTimeout_ = (resolve, seen) => queueMicrotask(() => resolve(seen));
      reader.readAsText(new Blob(["12345"]));
      seen.push(`now ${reader.readyState}`);
    })""")
    assert events == [
        *("now 1", "loadstart 0/5 1", "microtask", "progress 5/5 1", "microtask"),
        *("load 5/5 2", "microtask", "loadend 5/5 2", "microtask"),
    ]


async def test_aborting_ends_the_read(isolate: Isolate) -> None:
    events = await isolate.eval("""new Promise((resolve) => {
      const reader = new FileReader();
      const seen = [];
      for (const type of ["load", "loadend", "abort"]) {
        reader[`on${type}`] = () => seen.push(`${type} ${reader.result}`);
      }
      reader.readAsText(new Blob(["first"]));
      reader.abort();
      reader.abort();
      reader.onload = () => resolve([...seen, reader.result]);
      reader.readAsText(new Blob(["second"]));
    })""")
    assert events == ["abort null", "loadend null", "second"]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("new FileReader().readAsText()", "TypeError"),
        ("new FileReader().readAsText({})", "TypeError"),
        ("new FileReader().readAsText(Object.create(Blob.prototype))", "TypeError"),
        ("FileReader.prototype.readAsText.call({}, new Blob())", "TypeError"),
        ("FileReader.prototype.abort.call({})", "TypeError"),
        ("FileReader()", "TypeError"),
        ("new ProgressEvent()", "TypeError"),
        ("new ProgressEvent('x', { loaded: Infinity })", "TypeError"),
        ("const r = new FileReader(), b = new Blob(); r.readAsText(b); r.readAsText(b)",
         "InvalidStateError"),
    ],
)  # fmt: skip
async def test_errors(code: str, error: str, isolate: Isolate) -> None:
    caught = f"(() => {{ try {{ {code} }} catch (error) {{ return error.name }} }})()"
    assert await isolate.eval(caught) == error


async def test_what_a_handler_throws_is_reported() -> None:
    reported: list[BaseException] = []
    async with Isolate(on_uncaught=reported.append) as isolate:
        await isolate.eval("""new Promise((resolve) => {
          const reader = new FileReader();
          reader.onload = () => { throw new RangeError("in a handler") };
          reader.onloadend = resolve;
          reader.readAsText(new Blob(["x"]));
        }).then(() => {})""")
    assert [str(error) for error in reported] == ["RangeError: in a handler"]


async def test_replaced_methods_are_not_called(fresh_isolate: Isolate) -> None:
    result = await fresh_isolate.eval("""new Promise((resolve) => {
      for (const [object, name] of [
        [Blob.prototype, "arrayBuffer"], [Blob.prototype, "stream"], [Array.prototype, "push"],
        [EventTarget.prototype, "dispatchEvent"], [Uint8Array.prototype, "toBase64"],
        [Promise.prototype, "then"],
      ]) object[name] = () => { throw new Error(`${name} was called`) };
      Object.prototype.loaded = 7;
      const reader = new FileReader();
      reader.onload = (event) => resolve([reader.result, event.loaded]);
      reader.readAsDataURL(new Blob(["hey"]));
    })""")
    assert result == ["data:application/octet-stream;base64,aGV5", 3]
