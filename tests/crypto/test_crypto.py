from __future__ import annotations

import base64
import re
from typing import Any

import pytest
import pytest_asyncio

from atoll import Isolate, JSError
from atoll.crypto import Crypto
from atoll.sync import Isolate as BlockingIsolate
from tests.crypto import vectors
from tests.web_idl import odd_members

pytestmark = pytest.mark.asyncio(loop_scope="module")

CLASSES = ("Crypto", "CryptoKey", "SubtleCrypto")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def installed(module_isolate: Isolate) -> None:
    await module_isolate.eval("globalThis.before = Reflect.ownKeys(globalThis); 0")
    await module_isolate.install(Crypto())


async def name_of_error(isolate: Isolate, code: str, *args: object) -> str:
    with pytest.raises(JSError) as caught:
        await isolate.eval(code, *args)
    return caught.value.name


# The surface


async def test_nothing_else_is_added_to_the_global_scope(isolate: Isolate) -> None:
    added = await isolate.eval(
        "Reflect.ownKeys(globalThis).filter(k => k !== 'before' && !before.includes(k))"
    )
    assert set(added) == {*CLASSES, "crypto"}


@pytest.mark.parametrize("name", CLASSES)
async def test_classes_have_the_descriptors_of_web_idl(isolate: Isolate, name: str) -> None:
    descriptor = await isolate.eval(
        """(key) => {
            const { value, ...rest } = Object.getOwnPropertyDescriptor(globalThis, key);
            return { ...rest, name: value.name, length: value.length,
                constructor: value.prototype.constructor === value,
                prototype: Object.getOwnPropertyDescriptor(value, "prototype").writable,
                tag: value.prototype[Symbol.toStringTag] };
        }""",
        name,
    )
    assert descriptor == {
        "writable": True, "enumerable": False, "configurable": True, "name": name, "length": 0,
        "constructor": True, "prototype": False, "tag": name,
    }  # fmt: skip
    assert await name_of_error(isolate, f"new {name}()") == "TypeError"
    assert await name_of_error(isolate, f"{name}()") == "TypeError"


async def test_classes_have_no_static_members_but_the_standards(isolate: Isolate) -> None:
    statics = await isolate.eval(
        "[Crypto, CryptoKey, SubtleCrypto].map(C => Reflect.ownKeys(C).sort())"
    )
    shape = ["length", "name", "prototype"]
    assert statics == [shape, shape, [*shape, "supports"]]


@pytest.mark.parametrize("name", CLASSES)
async def test_members_are_enumerable_and_no_hook_of_the_engine_shows(
    isolate: Isolate, name: str
) -> None:
    assert await odd_members(isolate, name) == []


async def test_crypto_is_a_read_only_attribute(isolate: Isolate) -> None:
    shape = await isolate.eval(
        """(() => {
            const d = Object.getOwnPropertyDescriptor(globalThis, "crypto");
            crypto = 1;
            return [d.get.name, d.set, d.enumerable, d.configurable, crypto === crypto,
                crypto instanceof Crypto, crypto.subtle instanceof SubtleCrypto,
                crypto.subtle === crypto.subtle, d.get.call(undefined) === crypto];
        })()"""
    )
    assert shape == ["get crypto", None, True, True, True, True, True, True, True]
    getter = "Object.getOwnPropertyDescriptor(globalThis, 'crypto').get"
    assert await name_of_error(isolate, f"({getter}).call({{}})") == "TypeError"


@pytest.mark.parametrize(
    ("method", "length"),
    [
        ("Crypto.prototype.getRandomValues", 1),
        ("Crypto.prototype.randomUUID", 0),
        ("SubtleCrypto.prototype.digest", 2),
        ("SubtleCrypto.prototype.generateKey", 3),
        ("SubtleCrypto.prototype.deriveBits", 2),
        ("SubtleCrypto.prototype.unwrapKey", 7),
    ],
)
async def test_methods_have_the_names_and_lengths_of_web_idl(
    isolate: Isolate, method: str, length: int
) -> None:
    expected = [method.rpartition(".")[2], length]
    assert await isolate.eval(f"[{method}.name, {method}.length]") == expected


# Random values


async def test_random_values_fill_the_view_that_they_are_given(isolate: Isolate) -> None:
    got = await isolate.eval(
        """(() => {
            const buffer = new ArrayBuffer(72);
            const view = new BigUint64Array(buffer, 8, 7);
            const same = crypto.getRandomValues(view) === view;
            const bytes = new Uint8Array(buffer);
            const count = (from, to) => bytes.subarray(from, to).reduce((n, b) => n + (b > 0), 0);
            return [same, count(0, 8), count(64, 72), count(8, 64) > 40];
        })()"""
    )
    assert got == [True, 0, 0, True]
    one, two = await isolate.eval(
        "[0, 0].map(() => crypto.getRandomValues(new Uint8Array(16)).toHex())"
    )
    assert one != two


@pytest.mark.parametrize(
    ("argument", "error"),
    [
        ("new Uint8Array(65537)", "QuotaExceededError"),
        ("new Uint32Array(16385)", "QuotaExceededError"),
        ("new Float32Array(1)", "TypeMismatchError"),
        ("new Float64Array(65537)", "TypeMismatchError"),
        ("new DataView(new ArrayBuffer(1))", "TypeMismatchError"),
        ("new ArrayBuffer(1)", "TypeError"),
        ("[0]", "TypeError"),
        ("null", "TypeError"),
        ("", "TypeError"),
    ],
)
async def test_random_values_refuse_what_the_standard_refuses(
    isolate: Isolate, argument: str, error: str
) -> None:
    assert await name_of_error(isolate, f"crypto.getRandomValues({argument})") == error


async def test_as_many_random_bytes_as_allowed_are_given(isolate: Isolate) -> None:
    assert await isolate.eval("crypto.getRandomValues(new Uint8Array(65536)).length") == 65536
    assert await isolate.eval("crypto.getRandomValues(new Uint8Array(0)).length") == 0


async def test_uuids_are_of_version_four_and_differ(isolate: Isolate) -> None:
    uuids: Any = await isolate.eval("Array.from({ length: 300 }, () => crypto.randomUUID())")
    assert len(set(uuids)) == 300
    assert all(UUID.fullmatch(uuid) for uuid in uuids)
    assert await name_of_error(isolate, "crypto.randomUUID.call({})") == "TypeError"


# SubtleCrypto, against published vectors


@pytest.mark.parametrize("algorithm", vectors.DIGESTS)
async def test_digests(isolate: Isolate, algorithm: str) -> None:
    digest = await isolate.eval("(a, d) => crypto.subtle.digest(a, d)", algorithm, b"abc")
    assert bytes(digest).hex() == vectors.DIGESTS[algorithm]


async def test_hmac(isolate: Isolate) -> None:
    vector = vectors.HMAC_SHA_256
    mac, verified, refused = await isolate.eval(
        """async (key, data) => {
            const hmac = await crypto.subtle.importKey(
                "raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign", "verify"]);
            const mac = await crypto.subtle.sign("HMAC", hmac, data);
            return [mac, await crypto.subtle.verify("HMAC", hmac, mac, data),
                await crypto.subtle.verify("HMAC", hmac, mac, new Uint8Array(3))];
        }""",
        vector["key"],
        vector["data"],
    )
    assert bytes(mac).hex() == vector["mac"]
    assert (verified, refused) == (True, False)


async def test_aes_gcm(isolate: Isolate) -> None:
    vector = vectors.AES_GCM
    code = """async (key, iv, additionalData, plain) => {
        const aes = await crypto.subtle.importKey("raw", key, "AES-GCM", false,
            ["encrypt", "decrypt"]);
        const algorithm = { name: "AES-GCM", iv, additionalData };
        const cipher = await crypto.subtle.encrypt(algorithm, aes, plain);
        const back = await crypto.subtle.decrypt(algorithm, aes, cipher);
        new Uint8Array(cipher)[0] ^= 1;
        const caught = await crypto.subtle.decrypt(algorithm, aes, cipher).catch(e => e.name);
        new Uint8Array(cipher)[0] ^= 1;
        return [cipher, back, caught];
    }"""
    parts = [bytes.fromhex(vector[name]) for name in ("key", "iv", "additional", "plain")]
    cipher, back, caught = await isolate.eval(code, *parts)
    assert bytes(cipher).hex() == vector["cipher"]
    assert bytes(back) == parts[3]
    assert caught == "OperationError"


async def test_hkdf(isolate: Isolate) -> None:
    vector = vectors.HKDF_SHA_256
    output = await isolate.eval(
        """async (key, salt, info) => {
            const hkdf = await crypto.subtle.importKey("raw", key, "HKDF", false, ["deriveBits"]);
            const algorithm = { name: "HKDF", hash: "SHA-256", salt, info };
            return await crypto.subtle.deriveBits(algorithm, hkdf, 42 * 8);
        }""",
        *(bytes.fromhex(vector[name]) for name in ("key", "salt", "info")),
    )
    assert bytes(output).hex() == vector["output"]


async def test_pbkdf2(isolate: Isolate) -> None:
    vector = vectors.PBKDF2_SHA_1
    output = await isolate.eval(
        """async (password, salt, iterations) => {
            const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false,
                ["deriveBits"]);
            const algorithm = { name: "PBKDF2", hash: "SHA-1", salt, iterations };
            return await crypto.subtle.deriveBits(algorithm, key, 160);
        }""",
        vector["password"],
        vector["salt"],
        vector["iterations"],
    )
    assert bytes(output).hex() == vector["output"]


async def test_ecdsa(isolate: Isolate) -> None:
    vector = vectors.ECDSA_P256_SHA_256
    code = """async (key, signature, data) => {
        const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
        const theirs = await crypto.subtle.importKey("raw", key, algorithm, true, ["verify"]);
        const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, false,
            ["sign", "verify"]);
        const ours = await crypto.subtle.sign(algorithm, privateKey, data);
        return [await crypto.subtle.verify(algorithm, theirs, signature, data),
            await crypto.subtle.verify(algorithm, theirs, ours, data),
            await crypto.subtle.verify(algorithm, publicKey, ours, data)];
    }"""
    parts = bytes.fromhex(vector["public"]), bytes.fromhex(vector["signature"]), b"sample"
    assert await isolate.eval(code, *parts) == [True, False, True]


async def test_ed25519(isolate: Isolate) -> None:
    vector = vectors.ED25519
    code = """async (pkcs8, raw, message) => {
        const key = await crypto.subtle.importKey("pkcs8", pkcs8, "Ed25519", false, ["sign"]);
        const other = await crypto.subtle.importKey("raw", raw, "Ed25519", true, ["verify"]);
        const signature = await crypto.subtle.sign("Ed25519", key, message);
        return [signature, await crypto.subtle.verify("Ed25519", other, signature, message)];
    }"""
    parts = [bytes.fromhex(vector[name]) for name in ("private", "public", "message")]
    signature, verified = await isolate.eval(code, *parts)
    assert bytes(signature).hex() == vector["signature"]
    assert verified is True


async def test_rsa(isolate: Isolate) -> None:
    vector: Any = vectors.RSASSA_PKCS1_SHA_256
    code = """async (jwk, message) => {
        const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
        const key = await crypto.subtle.importKey("jwk", jwk, algorithm, false, ["sign"]);
        const { n, e, kty } = jwk;
        const other = await crypto.subtle.importKey("jwk", { n, e, kty }, algorithm, true,
            ["verify"]);
        const signature = await crypto.subtle.sign(algorithm, key, message);
        const oaep = { name: "RSA-OAEP", hash: "SHA-256" };
        const seal = await crypto.subtle.importKey("jwk", { n, e, kty }, oaep, true, ["encrypt"]);
        const open = await crypto.subtle.importKey("jwk", jwk, oaep, false, ["decrypt"]);
        const sealed = await crypto.subtle.encrypt(oaep, seal, message.subarray(0, 9));
        return [signature, await crypto.subtle.verify(algorithm, other, signature, message),
            await crypto.subtle.decrypt(oaep, open, sealed)];
    }"""
    signature, verified, opened = await isolate.eval(code, vector["key"], vector["message"])
    expected = base64.urlsafe_b64decode(vector["signature"] + "==")
    assert (bytes(signature), verified) == (expected, True)
    assert bytes(opened) == vector["message"][:9]


async def test_keys_that_are_not_extractable_stay_in_and_survive_a_clone(isolate: Isolate) -> None:
    got = await isolate.eval(
        """const key = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false,
            ["encrypt", "decrypt"]);
        const copy = structuredClone(key), iv = new Uint8Array(12);
        const cipher = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, iv);
        const back = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, copy, cipher);
        [await crypto.subtle.exportKey("raw", copy).catch(e => e.name), back.byteLength,
            copy instanceof CryptoKey, copy.extractable, copy.constructor === CryptoKey]"""
    )
    assert got == ["InvalidAccessError", 12, True, False, True]


async def test_unknown_algorithms_are_rejected(isolate: Isolate) -> None:
    caught = "crypto.subtle.digest('MD5', new Uint8Array(1)).catch(e => e.name)"
    assert await isolate.eval(caught) == "NotSupportedError"


async def test_it_works_after_user_code_has_changed_the_prototypes(fresh_isolate: Isolate) -> None:
    pollute = """Object.prototype.get = Object.prototype.value = Object.prototype.apply =
        Reflect.apply = Reflect.ownKeys = Array.prototype.push = Function.prototype.apply =
        ArrayBuffer.isView = () => { throw new Error("polluted") }; 0"""
    await fresh_isolate.eval(pollute)
    await fresh_isolate.install(Crypto(seed=1))
    uuid = await fresh_isolate.eval("crypto.randomUUID()")
    assert UUID.fullmatch(uuid)
    assert await fresh_isolate.eval("crypto.getRandomValues(new Uint8Array(4)).length") == 4


async def test_blocking_code_installs_it_alike() -> None:
    with BlockingIsolate() as blocking:
        assert blocking.install(Crypto()).seeded is False
        assert UUID.fullmatch(blocking.eval("crypto.randomUUID()"))
