/**
 * Web Cryptography: the engine's own, without what its classes have for Node; and a generator that
 * the owner seeds in place of the system's.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */

/** Streams of one seed, so that a call of one method does not move what another gives. */
const VALUES = 0;
const UUIDS = 1;
const MATH = 2;

/**
 * @param {Atoll} atoll
 * @param {object} options
 * @param {Uint8Array | null} options.key 32 bytes that everything random comes from, if any
 */
export default function install(atoll, options) {
  const { engineValue, exposeAttribute, exposeInterface, primordials, replaceMethod } = atoll;
  const { ArrayBufferIsView, ReflectApply, TypeErrorCtor } = primordials;
  const crypto = engineValue("crypto");
  const Crypto = engineValue("Crypto");
  const SubtleCrypto = engineValue("SubtleCrypto");
  // The engine makes its one instance on first use, with functions that are removed then.
  crypto.subtle;
  removeStatics(primordials, Crypto, []);
  removeStatics(primordials, SubtleCrypto, ["supports"]);

  atoll.makeMethod(Crypto.prototype, "randomUUID");
  exposeInterface("Crypto");
  exposeInterface("SubtleCrypto");
  exposeInterface("CryptoKey");
  hideStatics(atoll, engineValue("CryptoKey"));
  exposeAttribute("crypto", () => crypto);

  replaceMethod(Crypto.prototype, "getRandomValues", (original) => (self, args) => {
    // The engine takes what is no view for a view of the wrong type.
    if (args.length > 0 && !ArrayBufferIsView(args[0])) {
      throw new TypeErrorCtor(
        "Failed to execute 'getRandomValues' on 'Crypto': Argument 1 is not an ArrayBufferView",
      );
    }
    return ReflectApply(original, self, args);
  });
  if (options.key !== null) seed(atoll, Crypto, SubtleCrypto, options.key);
}

/**
 * @param {Atoll["primordials"]} primordials
 * @param {any} Class
 * @param {string[]} kept
 */
function removeStatics({ ReflectDeleteProperty, ReflectOwnKeys }, Class, kept) {
  const keys = ReflectOwnKeys(Class);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    let keep = key === "length" || key === "name" || key === "prototype";
    for (let j = 0; j < kept.length; j++) keep ||= key === kept[j];
    if (!keep) ReflectDeleteProperty(Class, key);
  }
}

/**
 * Another interface object for the same objects: the engine goes on to use the static methods of
 * its own, which give away keys that are not extractable.
 * @param {Atoll} atoll
 * @param {any} CryptoKey
 */
function hideStatics({ defineGlobal, primordials }, CryptoKey) {
  const { ObjectDefineProperty, ObjectFreeze, ProxyCtor, TypeErrorCtor } = primordials;
  const descriptor = (/** @type {any} */ value, /** @type {boolean} */ changeable) => ({
    __proto__: /** @type {any} */ (null),
    value,
    configurable: changeable,
    enumerable: false,
    writable: changeable,
  });
  const { prototype } = CryptoKey;
  const illegal = function CryptoKey() {
    throw new TypeErrorCtor("Illegal constructor");
  };
  ObjectDefineProperty(illegal, "prototype", descriptor(prototype, false));
  const hidden = new ProxyCtor(illegal, ObjectFreeze(/** @type {any} */ ({ __proto__: null })));
  ObjectDefineProperty(prototype, "constructor", descriptor(hidden, true));
  defineGlobal("CryptoKey", descriptor(hidden, true));
}

/**
 * @param {Atoll} atoll
 * @param {any} Crypto
 * @param {any} SubtleCrypto
 * @param {Uint8Array} key
 */
function seed({ primordials, replaceMethod }, Crypto, SubtleCrypto, key) {
  const {
    PromiseCtor,
    ReflectApply,
    TypedArrayPrototypeBuffer,
    TypedArrayPrototypeByteLength,
    TypedArrayPrototypeByteOffset,
    Uint8ArrayCtor,
  } = primordials;
  const DOMExceptionCtor = DOMException;

  const fillValues = keystream(primordials, key, VALUES);
  replaceMethod(Crypto.prototype, "getRandomValues", (original) => (self, args) => {
    const view = ReflectApply(original, self, args); // for all checks
    fillValues(
      new Uint8ArrayCtor(
        TypedArrayPrototypeBuffer(view),
        TypedArrayPrototypeByteOffset(view),
        TypedArrayPrototypeByteLength(view),
      ),
    );
    return view;
  });

  const fillUuid = keystream(primordials, key, UUIDS);
  const uuid = new Uint8ArrayCtor(16);
  replaceMethod(Crypto.prototype, "randomUUID", (original) => (self, args) => {
    ReflectApply(original, self, args); // for the check of the receiver
    fillUuid(uuid);
    uuid[6] = uuid[6] & 0x0f | 0x40;
    uuid[8] = uuid[8] & 0x3f | 0x80;
    let text = "";
    for (let i = 0; i < 16; i++) {
      if (i === 4 || i === 6 || i === 8 || i === 10) text += "-";
      text += HEX[uuid[i] >> 4] + HEX[uuid[i] & 15];
    }
    return text;
  });

  const fillNumber = keystream(primordials, key, MATH);
  const number = new Uint8ArrayCtor(8);
  replaceMethod(Math, "random", () => () => {
    fillNumber(number);
    const high = (number[0] | number[1] << 8 | number[2] << 16 | number[3] << 24) >>> 5;
    const low = (number[4] | number[5] << 8 | number[6] << 16 | number[7] << 24) >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  });

  const refuse = (/** @type {string} */ name) =>
    replaceMethod(
      SubtleCrypto.prototype,
      name,
      () => () =>
        new PromiseCtor((_resolve, reject) => {
          reject(
            new DOMExceptionCtor(
              `${name} needs a secret source of randomness; this isolate's is seeded`,
              "NotSupportedError",
            ),
          );
        }),
    );
  refuse("generateKey");
  refuse("encapsulateKey");
  refuse("encapsulateBits");
}

const HEX = "0123456789abcdef";

/**
 * The ChaCha20 key stream of RFC 8439, section 2.4, for as long as it takes.
 * @param {Atoll["primordials"]} primordials
 * @param {Uint8Array} key
 * @param {number} stream the first word of the nonce
 * @returns {(bytes: Uint8Array) => void}
 */
function keystream({ Uint8ArrayCtor, Uint32ArrayCtor }, key, stream) {
  const state = new Uint32ArrayCtor(16);
  state[0] = 0x61707865;
  state[1] = 0x3320646e;
  state[2] = 0x79622d32;
  state[3] = 0x6b206574;
  for (let i = 0; i < 8; i++) {
    state[4 + i] = key[4 * i] | key[4 * i + 1] << 8 | key[4 * i + 2] << 16 | key[4 * i + 3] << 24;
  }
  state[13] = stream;
  const working = new Uint32ArrayCtor(16);
  const block = new Uint8ArrayCtor(64);
  let position = 64;

  /** @param {number} a @param {number} b @param {number} c @param {number} d */
  function quarterRound(a, b, c, d) {
    mix(a, b, d, 16);
    mix(c, d, b, 12);
    mix(a, b, d, 8);
    mix(c, d, b, 7);
  }
  /** @param {number} a @param {number} b @param {number} c @param {number} bits */
  function mix(a, b, c, bits) {
    working[a] += working[b];
    const word = working[c] ^ working[a];
    working[c] = word << bits | word >>> (32 - bits);
  }

  function nextBlock() {
    for (let i = 0; i < 16; i++) working[i] = state[i];
    for (let round = 0; round < 10; round++) {
      quarterRound(0, 4, 8, 12);
      quarterRound(1, 5, 9, 13);
      quarterRound(2, 6, 10, 14);
      quarterRound(3, 7, 11, 15);
      quarterRound(0, 5, 10, 15);
      quarterRound(1, 6, 11, 12);
      quarterRound(2, 7, 8, 13);
      quarterRound(3, 4, 9, 14);
    }
    for (let i = 0; i < 16; i++) {
      const word = working[i] + state[i];
      block[4 * i] = word;
      block[4 * i + 1] = word >>> 8;
      block[4 * i + 2] = word >>> 16;
      block[4 * i + 3] = word >>> 24;
    }
    // After 256 GiB of one nonce, the next.
    if (++state[12] === 0) state[14]++;
    position = 0;
  }

  return (bytes) => {
    for (let i = 0; i < bytes.length; i++) {
      if (position === 64) nextBlock();
      bytes[i] = block[position++];
    }
  };
}
