"""URLs, query parameters, forms, blobs and files, both ways."""

from __future__ import annotations

import gc
import json
from typing import Any

import pytest

from atoll import (
    URL,
    Blob,
    BlobReference,
    File,
    FormData,
    Isolate,
    JSError,
    MarshalError,
    ReferenceReleased,
    URLSearchParams,
)
from atoll.core import marshal
from atoll.core.handles import Handles
from atoll.core.reference import BaseReference, JSFunction
from atoll.wire.frames import TAGGED, ProtocolViolation
from tests.core.support import held_handles

pytestmark = pytest.mark.asyncio(loop_scope="module")

# URLs


async def test_a_url_comes_out_as_the_guest_parsed_it(isolate: Isolate) -> None:
    url = await isolate.eval("new URL('HTTPS://user:pw@Example.com:8443/a/../b%20c?q=1&q=2#top')")
    assert type(url) is URL
    assert url == "https://user:pw@example.com:8443/b%20c?q=1&q=2#top"
    assert type(url.href) is str
    parts = (url.protocol, url.host, url.hostname, url.pathname, url.search, url.hash)
    assert parts == (
        "https:", "example.com:8443", "example.com", "/b%20c", "?q=1&q=2", "#top",
    )  # fmt: skip


async def test_the_parts_of_a_url_are_those_that_the_guest_sees(isolate: Isolate) -> None:
    for text in (
        "https://example.com/",
        "https://xn--bcher-kva.example/?#",
        "http://[2001:db8::1]:8080/x",
        "file:///etc/hosts",
        "data:text/plain,a%20b",
        "blob:https://example.com/id",
        "mailto:someone@example.com?subject=hi",
    ):
        names = ["href", "protocol", "host", "hostname", "pathname", "search", "hash"]
        url, theirs = await isolate.eval(
            "(text, names) => { const u = new URL(text); return [u, names.map(n => u[n])] }",
            text,
            names,
        )
        ours = [getattr(url, name) for name in names]
        if theirs[3].startswith("["):
            ours[3] = f"[{ours[3]}]"  # urllib leaves the brackets away
        assert ours == theirs


async def test_a_url_goes_in_as_an_object(isolate: Isolate) -> None:
    code = "u => [u instanceof URL, u.href, u.searchParams.get('q')]"
    assert await isolate.eval(code, URL("https://example.com/?q=ä")) == [
        True, "https://example.com/?q=%C3%A4", "ä",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["nonsense", "", "https://", "http://[::1", "/relative"])
async def test_an_invalid_url_is_the_guests_own_error(isolate: Isolate, text: str) -> None:
    with pytest.raises(JSError, match="TypeError: Invalid URL"):
        await isolate.eval("u => u", URL(text))
    await isolate.define_function("open", lambda: URL(text))
    await isolate.define_async_function("openLater", lambda: URL(text))
    caught = "e => e instanceof TypeError && e.message.startsWith('Invalid URL')"
    assert await isolate.eval(f"try {{ open() }} catch (e) {{ ({caught})(e) }}") is True
    assert await isolate.eval(f"openLater().catch({caught})") is True


# Query parameters


async def test_query_parameters_keep_order_and_repetition(isolate: Isolate) -> None:
    params = await isolate.eval("new URLSearchParams('b=1&a=%26&b=2&empty=&%F0%9F%98%80=%20')")
    assert type(params) is URLSearchParams
    assert list(params) == [("b", "1"), ("a", "&"), ("b", "2"), ("empty", ""), ("😀", " ")]
    assert (params.get("b"), params.get("none"), params.get_all("b")) == ("1", None, ["1", "2"])
    assert "a" in params
    assert len(params) == 5
    assert str(params) == "b=1&a=%26&b=2&empty=&%F0%9F%98%80=+"


async def test_query_parameters_go_in_as_an_object(isolate: Isolate) -> None:
    params = URLSearchParams([("b", "1"), ("a", "x y&z"), ("b", "2")])
    code = "p => [p instanceof URLSearchParams, [...p], p.toString()]"
    assert await isolate.eval(code, params) == [
        True, [["b", "1"], ["a", "x y&z"], ["b", "2"]], "b=1&a=x+y%26z&b=2",
    ]  # fmt: skip
    assert await isolate.eval("p => p", params) == params


@pytest.mark.parametrize(
    "init",
    [
        {"a": "1", "b": "x y"},
        [("a", "1"), ("a", "2")],
        "?a=1&a=2&empty=&flag&plus=x+y&percent=%C3%A9",
        "",
    ],
)
async def test_query_parameters_are_made_from_what_the_guest_makes_them_from(
    isolate: Isolate, init: Any
) -> None:
    given = [list(pair) for pair in init] if isinstance(init, list) else init
    expected = await isolate.eval("(init) => [...new URLSearchParams(init)]", given)
    assert [list(pair) for pair in URLSearchParams(init)] == expected


async def test_query_parameters_are_serialised_as_in_the_guest(isolate: Isolate) -> None:
    pairs = [("every", "".join(map(chr, range(1, 256)))), ("é€\U0001f600", "~*-._!'()")]
    expected = await isolate.eval(
        "(pairs) => `${new URLSearchParams(pairs)}`", [list(pair) for pair in pairs]
    )
    assert str(URLSearchParams(pairs)) == expected


async def test_names_and_values_that_look_like_the_notation_are_text(isolate: Isolate) -> None:
    params = URLSearchParams([("$", '{"$":["#",0]}'), ("__proto__", "x")])
    assert await isolate.eval("p => p", params) == params
    assert await isolate.eval("p => p", FormData(params)) == FormData(params)


# Blobs and files


async def test_a_blob_goes_in_with_its_bytes_and_type(isolate: Isolate) -> None:
    code = "async b => [b instanceof Blob, b instanceof File, b.size, b.type, await b.text()]"
    blob = Blob("grüße", "text/plain")
    assert await isolate.eval(code, blob) == [True, False, 7, "text/plain", "grüße"]
    assert await isolate.eval(code, Blob()) == [True, False, 0, "", ""]


async def test_a_file_goes_in_with_name_and_time(isolate: Isolate) -> None:
    code = "async f => [f instanceof File, f.name, f.lastModified, f.type, await f.text()]"
    file = File(b"a,b\n", "tält.csv", "text/csv", last_modified=1_700_000_000_123)
    assert await isolate.eval(code, file) == [
        True, "tält.csv", 1_700_000_000_123, "text/csv", "a,b\n",
    ]  # fmt: skip


async def test_changing_a_buffer_after_making_a_blob_does_not_change_it(isolate: Isolate) -> None:
    data = bytearray(b"before")
    blob = Blob(data)
    data[:] = b"after!"
    assert await isolate.eval("b => b.text()", blob) == "before"


async def test_a_blob_of_the_guest_is_read_on_demand(isolate: Isolate) -> None:
    blob = await isolate.eval("new Blob(['0123456789'], {type: 'text/plain'})")
    assert type(blob) is BlobReference
    assert (blob.size, blob.type, blob.name, blob.last_modified) == (10, "text/plain", None, None)
    assert await blob.bytes() == b"0123456789"
    assert await blob.bytes(3) == b"3456789"
    assert await blob.bytes(3, 6) == b"345"
    assert await blob.bytes(6, 3) == b""
    assert await blob.bytes(8, 100) == b"89"
    assert await blob.bytes(-2) == b"89"
    assert await blob.text() == "0123456789"


async def test_a_file_of_the_guest_has_name_and_time(isolate: Isolate) -> None:
    file = await isolate.eval("new File(['x'], 'ü.txt', {type: 'text/html', lastModified: 5})")
    assert type(file) is BlobReference
    assert (file.name, file.last_modified, file.type, file.size) == ("ü.txt", 5, "text/html", 1)


async def test_odd_times_of_files_are_what_the_standard_makes_of_them(isolate: Isolate) -> None:
    for code, expected in (("NaN", 0), ("-1.9", -1), ("2 ** 53", 2**53), ("1e300", 0)):
        file = await isolate.eval(f"new File([], 'x', {{lastModified: {code}}})")
        assert file.last_modified == expected


async def test_the_text_of_a_blob_is_decoded_as_the_guest_does(isolate: Isolate) -> None:
    code = "async b => [b, await b.text()]"
    for data in (b"\xef\xbb\xbfmark", b"bad \xff byte", "grüße".encode(), b""):
        blob, text = await isolate.eval(f"b => ({code})(b.slice())", Blob(data))
        assert await blob.text() == text


async def test_a_blob_goes_home_as_the_same_object(isolate: Isolate) -> None:
    blob = await isolate.eval("globalThis.kept = new Blob(['x'])")
    assert await isolate.eval("b => b === kept", blob) is True
    assert await isolate.eval("kept") is blob


async def test_a_released_blob_is_no_longer_read(isolate: Isolate) -> None:
    blob = await isolate.eval("new Blob(['x'])")
    blob.release()
    with pytest.raises(ReferenceReleased):
        await blob.bytes()


@pytest.mark.parametrize("data", [5, None, ["a"], object()])
async def test_a_blob_is_made_of_bytes_or_text_only(data: Any) -> None:
    with pytest.raises(TypeError):
        Blob(data)


async def test_a_blob_with_a_type_that_is_no_text_is_refused(isolate: Isolate) -> None:
    with pytest.raises(MarshalError, match=r"args\[0\]"):
        await isolate.eval("b => b", Blob(b"", object()))  # type: ignore[arg-type]


async def test_a_file_name_becomes_well_formed(isolate: Isolate) -> None:
    assert await isolate.eval("f => f.name", File(b"", "a\ud800b")) == "a\ufffdb"


# Forms


async def test_a_form_with_files_comes_out(isolate: Isolate) -> None:
    form = await isolate.eval(
        "const f = new FormData(); f.append('a', '1'); f.append('file', new Blob(['hi']), 'n.txt');"
        "f.append('a', '2'); f"
    )
    assert type(form) is FormData
    assert [name for name, _ in form] == ["a", "file", "a"]
    assert form.get_all("a") == ["1", "2"]
    file = form.get("file")
    assert isinstance(file, BlobReference)
    assert (file.name, await file.text()) == ("n.txt", "hi")


async def test_a_form_with_files_goes_in(isolate: Isolate) -> None:
    theirs = await isolate.eval("new File(['there'], 'theirs.txt')")
    form = FormData(
        [("a", "1"), ("f", File(b"here", "ours.txt")), ("b", Blob(b"x")), ("t", theirs)]
    )
    code = (
        "async form => [form instanceof FormData, await Promise.all([...form].map(async ([k, v]) =>"
        " typeof v === 'string' ? [k, v] : [k, v.name, await v.text()]))]"
    )
    assert await isolate.eval(code, form) == [
        True,
        [["a", "1"], ["f", "ours.txt", "here"], ["b", "blob", "x"], ["t", "theirs.txt", "there"]],
    ]  # fmt: skip


async def test_a_form_may_hold_what_is_beside_it(isolate: Isolate) -> None:
    shared = File(b"x", "x.txt")
    form = FormData([("f", shared)])
    code = "l => [l[0] === l[1], l[2] === l[3], l[0].get('f') === l[2]]"
    assert await isolate.eval(code, [form, form, shared, shared]) == [True, True, True]
    out = await isolate.eval(
        "const form = new FormData(); form.append('f', new File(['x'], 'x'));"
        "[form, form, form.get('f'), form.get('f')]"
    )
    assert out[0] is out[1]
    assert out[2] is out[3]
    assert out[0].get("f") is out[2]


# Identity, handles, bad input


async def test_each_value_is_one_object_however_often_it_occurs(isolate: Isolate) -> None:
    values = [URL("a:b"), URLSearchParams(), FormData(), Blob(b"x"), File(b"x", "x")]
    doubled = [value for value in values for _ in range(2)]
    code = "l => l.map((v, i) => v === l[i ^ 1] && v !== l[(i + 2) % 10])"
    assert await isolate.eval(code, doubled) == [True] * 10
    assert await isolate.eval("(a, b) => a === b", values[3], values[3]) is True
    out = await isolate.eval(
        "const all = [new URL('a:b'), new URLSearchParams(), new FormData(), new Blob()];"
        "[all, all.slice()]"
    )
    assert [a is b for a, b in zip(*out, strict=True)] == [True] * 4


async def test_handles_return_to_zero(fresh_isolate: Isolate) -> None:
    for _ in range(3):
        values = await fresh_isolate.eval(
            "var form = new FormData(); form.append('f', new Blob(['x']));"
            "[form, new Blob([]), new File([], 'x')]"
        )
        await fresh_isolate.eval("(...all) => all.length", *values, Blob(b"x"), File(b"", "x"))
        del values
    assert await held_handles(fresh_isolate) == (0, 0)


async def test_handles_of_a_message_that_cannot_be_read_return_to_zero(
    fresh_isolate: Isolate,
) -> None:
    for value in (
        "new Blob([])", "new File([], 'x')", "new ReadableStream()", "new WritableStream()",
    ):  # fmt: skip
        with pytest.raises(MarshalError, match="Date"):
            await fresh_isolate.eval(f"[new Date(8.64e15), {value}]")
        with pytest.raises(MarshalError, match="symbol"):
            await fresh_isolate.eval(f"[{value}, Symbol()]")
    assert await held_handles(fresh_isolate) == (0, 0)


@pytest.mark.parametrize(
    "name", ["URL", "URLSearchParams", "FormData", "Blob", "File", "ReadableStream"]
)
async def test_what_only_inherits_from_a_class_is_refused(isolate: Isolate, name: str) -> None:
    with pytest.raises(MarshalError, match="no data of its own"):
        await isolate.eval(f"Object.create({name}.prototype)")
    assert await isolate.eval(f"({{__proto__: {name}.prototype, a: 1}})") == {"a": 1}


async def test_instances_of_subclasses_cross_as_what_they_are(isolate: Isolate) -> None:
    assert await isolate.eval("new (class extends URL {})('a:b')") == URL("a:b")
    blob = await isolate.eval("new (class extends Blob {})(['x'])")
    assert await blob.text() == "x"


async def test_marshalling_calls_no_overwritten_methods(fresh_isolate: Isolate) -> None:
    await fresh_isolate.eval(
        "var form = new FormData(); form.append('a', '1'); form.append('f', new Blob(['xyz']));"
        "var all = [form, new URL('a:b'), new URLSearchParams('a=b')];"
        "for (const C of [URL, URLSearchParams, FormData, Blob, File])"
        "  for (const key of Reflect.ownKeys(C.prototype))"
        "    if (key !== 'constructor') Reflect.defineProperty("
        "      C.prototype, key, {get() { throw new Error('called') }}); 0"
    )
    form, url, params = await fresh_isolate.eval("all")
    assert [name for name, _ in form] == ["a", "f"]
    assert (url, params) == (URL("a:b"), URLSearchParams([("a", "b")]))


# A guest that forges values


class Home:
    """The host's tables, without an isolate."""

    def __init__(self) -> None:
        self.host = self
        self.handles = Handles(100, self.make, lambda _handle, _value: None)

    def make(self, handle: int, kind: str) -> BaseReference:
        classes: dict[str, type[BaseReference]] = {"function": JSFunction, "blob": BlobReference}
        return classes.get(kind, BaseReference)(self, handle, kind)

    def decode(self, tag: list[object]) -> object:
        body = json.dumps({"$": tag}).encode()
        return marshal.decode(body, TAGGED, [], self.handles, depth=20)


@pytest.mark.parametrize(
    "tag",
    [
        ["U"], ["U", 5], ["U", None], ["U", ["a:b"]], ["U", {"$": ["U", "a:b"]}],
        ["q"], ["q", 5], ["q", [["a"]]], ["q", [["a", 5]]], ["q", [["a", "b", "c"]]],
        ["q", {"a": "b"}], ["q", [[["a"], "b"]]],
        ["D"], ["D", [["a", 5]]], ["D", [["a", None]]], ["D", [["a", {"$": ["f", 64, "f"]}]]],
        ["D", [[{"$": ["B", 64, 1, ""]}, "b"]]],
        ["B"], ["B", 64], ["B", 64, "1", ""], ["B", 64, 1, 5], ["B", 64, 1.5, ""],
        ["B", 64, 1, "", "extra"], ["B", 3, 1, ""], ["B", -64, 1, ""], ["B", "64", 1, ""],
        ["B", True, 1, ""], ["B", 64, None, ""], ["B", [64], 1, ""],
        ["F", 64, 1, ""], ["F", 64, 1, "", "n"], ["F", 64, 1, "", 5, 5], ["F", 64, 1, "", "n", "5"],
        ["r"], ["r", "64"], ["r", 1], ["r", 64, 65], ["r", None], ["w"], ["w", 1.5], ["w", 63],
    ],
    ids=json.dumps,
)  # fmt: skip
async def test_a_forged_value_ends_the_isolate(tag: list[object]) -> None:
    with pytest.raises(ProtocolViolation):
        Home().decode(tag)


async def test_a_handle_of_a_function_does_not_pass_for_a_blob() -> None:
    home = Home()
    function = home.decode(["f", 64, "f"])
    assert isinstance(function, JSFunction)
    for tag in (["B", 64, 1, ""], ["F", 64, 1, "", "n", 5]):
        with pytest.raises(ProtocolViolation, match="something else before"):
            home.decode(tag)


async def test_forged_handles_are_given_back_once_each() -> None:
    home = Home()
    with pytest.raises(ProtocolViolation):
        home.decode(["D", [["a", {"$": ["B", 64, 1, ""]}], ["b", 5]]])
    gc.collect()
    assert home.handles.take_released() == [64, 1]
    assert home.handles.held == 0
