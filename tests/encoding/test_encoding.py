from __future__ import annotations

import zlib
from typing import Any

import pytest
import pytest_asyncio

from atoll import Isolate, JSError
from atoll.encoding import Encoding
from atoll.sync import Isolate as BlockingIsolate
from tests.encoding.labels import LABELS
from tests.web_idl import odd_members

pytestmark = pytest.mark.asyncio(loop_scope="module")

CLASSES = (
    "TextEncoder",
    "TextDecoder",
    "TextEncoderStream",
    "TextDecoderStream",
    "CompressionStream",
    "DecompressionStream",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def installed(module_isolate: Isolate) -> None:
    await module_isolate.eval("globalThis.before = Reflect.ownKeys(globalThis); 0")
    await module_isolate.install(Encoding())


async def test_nothing_else_is_added_to_the_global_scope(isolate: Isolate) -> None:
    added = await isolate.eval(
        "Reflect.ownKeys(globalThis).filter(k => k !== 'before' && !before.includes(k))"
    )
    assert set(added) == {*CLASSES, "atob", "btoa"}


@pytest.mark.parametrize("name", CLASSES)
async def test_classes_have_the_descriptors_of_web_idl(isolate: Isolate, name: str) -> None:
    descriptor = await isolate.eval(
        """(key) => {
            const { value, ...rest } = Object.getOwnPropertyDescriptor(globalThis, key);
            return { ...rest, type: typeof value, name: value.name };
        }""",
        name,
    )
    assert descriptor == {
        "writable": True, "enumerable": False, "configurable": True,
        "type": "function", "name": name,
    }  # fmt: skip
    prototype = await isolate.eval(f"Object.getOwnPropertyDescriptor({name}, 'prototype').writable")
    assert prototype is False
    tag = await isolate.eval(f"{name}.prototype[Symbol.toStringTag]")
    assert tag == name


@pytest.mark.parametrize("name", CLASSES)
async def test_members_are_enumerable_and_no_hook_of_the_engine_shows(
    isolate: Isolate, name: str
) -> None:
    assert await odd_members(isolate, name) == []


@pytest.mark.parametrize("name", ["atob", "btoa"])
async def test_functions_have_the_descriptors_of_web_idl(isolate: Isolate, name: str) -> None:
    descriptor = await isolate.eval(
        """(key) => {
            const d = Object.getOwnPropertyDescriptor(globalThis, key);
            return [d.writable, d.enumerable, d.configurable, d.value.name, d.value.length,
                Object.hasOwn(d.value, "prototype")];
        }""",
        name,
    )
    assert descriptor == [True, True, True, name, 1, False]
    assert await isolate.eval(f"({name}).call(globalThis, '') + {name}.call(null, '')") == ""
    with pytest.raises(JSError, match="TypeError: Illegal invocation"):
        await isolate.eval(f"({name}).call({{}}, '')")
    with pytest.raises(JSError, match="not a constructor"):
        await isolate.eval(f"new {name}('')")


async def test_source_of_the_functions_is_native(isolate: Isolate) -> None:
    assert "[native code]" in await isolate.eval("`${atob}`")


# Labels, decoding and encoding


@pytest.mark.parametrize("name", LABELS)
async def test_every_label_of_the_standard_leads_to_its_encoding(
    isolate: Isolate, name: str
) -> None:
    names: Any = await isolate.eval(
        """labels => labels.map((label) => {
            try { return new TextDecoder(` \\t\\n\\f\\r${label.toUpperCase()} `).encoding; }
            catch (error) { return error.name; }
        })""",
        LABELS[name].split(),
    )
    # No decoder can be made for "replacement": step 2 of the constructor.
    assert set(names) == {"RangeError" if name == "replacement" else name}


@pytest.mark.parametrize("label", ["", "utf-7", "\0utf-8", "utf-8\v", "utf\u20118", "iso-10646"])
async def test_other_labels_are_a_range_error(isolate: Isolate, label: str) -> None:
    with pytest.raises(JSError, match="RangeError"):
        await isolate.eval("label => new TextDecoder(label)", label)


@pytest.mark.parametrize(
    ("label", "data", "text"),
    [
        ("windows-1252", b"\x80\x81", "\u20ac\x81"),
        ("koi8-r", b"\xf0\xd2\xc9", "При"),
        ("shift_jis", b"\x93\xfa\x96\x7b", "日本"),
        ("euc-jp", b"\xc6\xfc\xcb\xdc", "日本"),
        ("iso-2022-jp", b"\x1b$BF|K\\", "日本"),
        ("gb18030", b"\x81\x30\x81\x30", "\x80"),
        ("big5", b"\xa4\xa4", "中"),
        ("euc-kr", b"\xc7\xd1", "한"),
        ("utf-16be", b"\xd8\x3d\xde\x00", "😀"),
        ("utf-16le", b"\x3d\xd8\x00\xde", "😀"),
        ("x-user-defined", b"A\x80\xff", "A\uf780\uf7ff"),
    ],
)
async def test_legacy_encodings_decode(
    isolate: Isolate, label: str, data: bytes, text: str
) -> None:
    assert await isolate.eval("(l, d) => new TextDecoder(l).decode(d)", label, data) == text


@pytest.mark.parametrize(
    ("data", "replaced"),
    [
        (b"\xff", "\ufffd"),
        (b"a\xc0\x80b", "a\ufffd\ufffdb"),  # overlong
        (b"\xed\xa0\x80", "\ufffd\ufffd\ufffd"),  # a surrogate
        (b"\xf0\x9f\x98", "\ufffd"),  # cut short
        (b"\xf4\x90\x80\x80", "\ufffd" * 4),  # beyond U+10FFFF
    ],
)
async def test_malformed_utf_8_is_replaced_or_fatal(
    isolate: Isolate, data: bytes, replaced: str
) -> None:
    assert await isolate.eval("d => new TextDecoder().decode(d)", data) == replaced
    with pytest.raises(JSError, match="TypeError"):
        await isolate.eval("d => new TextDecoder('utf-8', { fatal: true }).decode(d)", data)


async def test_the_byte_order_mark_goes_unless_it_is_asked_for(isolate: Isolate) -> None:
    decode = "(label, ignoreBOM, d) => new TextDecoder(label, { ignoreBOM }).decode(d)"
    assert await isolate.eval(decode, "utf-8", False, b"\xef\xbb\xbfx") == "x"
    assert await isolate.eval(decode, "utf-8", True, b"\xef\xbb\xbfx") == "\ufeffx"
    assert await isolate.eval(decode, "utf-16le", False, b"\xff\xfex\0") == "x"
    assert await isolate.eval(decode, "utf-16be", True, b"\xfe\xff\0x") == "\ufeffx"


async def test_a_decoder_keeps_what_is_incomplete_while_it_streams(isolate: Isolate) -> None:
    parts = await isolate.eval(
        """const d = new TextDecoder();
        [[0xEF, 0xBB], [0xBF, 0xF0], [0x9F, 0x98], [0x80, 0x61]]
            .map(bytes => d.decode(new Uint8Array(bytes), { stream: true })).concat(d.decode())"""
    )
    assert parts == ["", "", "", "😀a", ""]
    cut = "const c = new TextDecoder(); c.decode(new Uint8Array([0xE2]), { stream: true })"
    assert await isolate.eval(f"{cut} + c.decode()") == "\ufffd"


async def test_a_fatal_decoder_can_be_used_again_after_its_error(isolate: Isolate) -> None:
    again = await isolate.eval(
        """const f = new TextDecoder("utf-8", { fatal: true });
        let caught = ""; try { f.decode(new Uint8Array([0xE2])) } catch (e) { caught = e.name }
        [caught, f.decode(new Uint8Array([0x61]))]"""
    )
    assert again == ["TypeError", "a"]


async def test_lone_surrogates_are_encoded_as_the_replacement_character(
    isolate: Isolate,
) -> None:
    encode = "s => new TextEncoder().encode(s)"
    assert await isolate.eval(encode, "a\ud800b") == b"a\xef\xbf\xbdb"
    assert await isolate.eval(encode, "\udc00\ud800") == b"\xef\xbf\xbd" * 2
    assert await isolate.eval("new TextEncoder().encode(undefined).length") == 0


async def test_encode_into_writes_whole_characters_only(isolate: Isolate) -> None:
    result = await isolate.eval(
        "const u = new Uint8Array(6); const r = new TextEncoder().encodeInto('aé😀', u);"
        "[r.read, r.written, [...u]]"
    )
    assert result == [2, 3, [0x61, 0xC3, 0xA9, 0, 0, 0]]


async def test_streams_join_characters_that_chunks_cut(isolate: Isolate) -> None:
    text = await isolate.eval(
        """const bytes = new TextEncoder().encode("aé😀b");
        const cut = new ReadableStream({ start(c) {
            for (const byte of bytes) c.enqueue(new Uint8Array([byte])); c.close(); } });
        const out = await Array.fromAsync(cut.pipeThrough(new TextDecoderStream()));
        out.join("")"""
    )
    assert text == "aé😀b"
    encoded = await isolate.eval(
        """const halves = ReadableStream.from(["a\\ud83d", "\\ude00", "\\ud83d"]);
        const parts = await Array.fromAsync(halves.pipeThrough(new TextEncoderStream()));
        parts.flatMap(part => [...part])"""
    )
    assert bytes(encoded) == "a😀\ufffd".encode()


# Base64


@pytest.mark.parametrize(
    ("encoded", "decoded"),
    [("", ""), ("YQ==", "a"), ("YQ", "a"), (" Y\tW\nI\f= \r", "ab"), ("/+8=", "ÿï")],
)
async def test_atob_forgives_what_the_infra_standard_forgives(
    isolate: Isolate, encoded: str, decoded: str
) -> None:
    assert await isolate.eval("s => atob(s)", encoded) == decoded


@pytest.mark.parametrize("encoded", ["a", "ab=", "abc==", "YQ=a", "_-8=", "YWJj\v", "é"])
async def test_atob_refuses_what_is_no_base64(isolate: Isolate, encoded: str) -> None:
    caught = "s => { try { atob(s) } catch (e) { return [e.name, e instanceof DOMException] } }"
    assert await isolate.eval(caught, encoded) == ["InvalidCharacterError", True]


async def test_btoa_takes_bytes_and_nothing_wider(isolate: Isolate) -> None:
    assert await isolate.eval("btoa('\\0\\xff') + btoa(null) + btoa(12)") == "AP8=bnVsbA==MTI="
    with pytest.raises(JSError, match="InvalidCharacterError"):
        await isolate.eval("btoa('\\u0100')")
    with pytest.raises(JSError, match="TypeError"):
        await isolate.eval("btoa()")


# Compression

ROUND_TRIP = """async (format, data) => {
    const through = (stream, bytes) => new Blob([bytes]).stream().pipeThrough(stream);
    const read = async (s) => new Blob(await Array.fromAsync(s)).bytes();
    const packed = await read(through(new CompressionStream(format), data));
    const same = await read(through(new DecompressionStream(format), packed));
    return [packed, same];
}"""


@pytest.mark.parametrize(("format", "wbits"), [("gzip", 31), ("deflate", 15), ("deflate-raw", -15)])
async def test_what_is_compressed_comes_back_and_python_can_read_it(
    isolate: Isolate, format: str, wbits: int
) -> None:
    data = bytes(range(256)) * 40
    packed, same = await isolate.eval(ROUND_TRIP, format, data)
    assert bytes(same) == data
    assert zlib.decompress(bytes(packed), wbits) == data


async def test_damaged_and_truncated_input_is_a_type_error(isolate: Isolate) -> None:
    caught = await isolate.eval(
        """const unpack = async (bytes) => {
            const s = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
            try { await Array.fromAsync(s); } catch (error) { return error.name; }
        };
        const packed = await new Blob(await Array.fromAsync(
            new Blob(["hello"]).stream().pipeThrough(new CompressionStream("gzip")))).bytes();
        [await unpack(new Uint8Array([1, 2, 3])), await unpack(packed.subarray(0, -3)),
         await unpack(new Uint8Array([...packed, 0]))]"""
    )
    assert caught == ["TypeError", "TypeError", "TypeError"]
    with pytest.raises(JSError, match="TypeError"):
        await isolate.eval("new CompressionStream('zip')")


async def test_ten_megabytes_pass_through_compression_with_memory_flat(
    fresh_isolate: Isolate,
) -> None:
    await fresh_isolate.install(Encoding())
    run = """async (chunks) => {
        const chunk = Uint8Array.from({ length: 65536 }, (_, i) => i * i >> 3);
        let left = chunks;
        const source = new ReadableStream({ pull(c) {
            if (left-- > 0) c.enqueue(chunk.slice()); else c.close(); } }, { highWaterMark: 0 });
        const both = source.pipeThrough(new CompressionStream("gzip"))
            .pipeThrough(new DecompressionStream("gzip"));
        let count = 0;
        for await (const part of both) {
            for (let i = 0; i < part.length; i += 997) {
                if (part[i] !== chunk[(count + i) % 65536]) throw new Error("differs");
            }
            count += part.length;
        }
        return count;
    }"""
    assert await fresh_isolate.eval(run, 16) == 16 * 65536
    await fresh_isolate.collect_garbage()
    before = (await fresh_isolate.statistics()).external
    assert await fresh_isolate.eval(run, 160) == 160 * 65536
    await fresh_isolate.collect_garbage()
    assert (await fresh_isolate.statistics()).external - before < 1024 * 1024


# What user code does to the realm


async def test_it_works_after_user_code_has_changed_the_prototypes(fresh_isolate: Isolate) -> None:
    await fresh_isolate.install(Encoding())
    encode, decode = await fresh_isolate.eval(
        """const encoder = new TextEncoder(), decoder = new TextDecoder();
        [s => encoder.encode(s), b => decoder.decode(b)]"""
    )
    await fresh_isolate.eval(
        """for (const { prototype } of [Array, Uint8Array, Object.getPrototypeOf(Uint8Array),
                                       String, Function, Map, Promise]) {
            for (const key of Reflect.ownKeys(prototype)) {
                if (key === "constructor" || key === "then" || key === Symbol.iterator) continue;
                try { prototype[key] = () => { throw new Error("polluted"); }; } catch {}
            }
        }"""
    )
    assert await encode("é") == b"\xc3\xa9"
    assert await decode(b"\xc3\xa9") == "é"
    assert await fresh_isolate.eval("atob(btoa('ab'))") == "ab"


async def test_it_can_be_installed_after_user_code_has_changed_the_prototypes(
    fresh_isolate: Isolate,
) -> None:
    await fresh_isolate.eval(
        """Object.defineProperty(Object.prototype, "value", { get: () => "evil", set() {} });
        Object.prototype.get = Object.prototype.enumerable = () => "evil";
        Array.prototype[Symbol.iterator] = Function.prototype.bind = () => { throw "polluted" };
        Reflect.ownKeys = Object.defineProperty = () => { throw "polluted" }; 0"""
    )
    await fresh_isolate.install(Encoding())
    assert await fresh_isolate.eval("btoa(new TextDecoder().decode(Uint8Array.of(97)))") == "YQ=="


async def test_blocking_code_installs_it_alike() -> None:
    with BlockingIsolate() as blocking:
        blocking.install(Encoding())
        assert blocking.eval("atob('YQ==')") == "a"
