/**
 * Subresource Integrity (https://w3c.github.io/webappsec-subresource-integrity/), section 3.3.4: whether
 * bytes are those that a request has asked for.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("./webidl.js").WebIdl} WebIdl */

/**
 * @param {Atoll} atoll
 * @param {WebIdl} idl
 * @param {import("./forms.js").Forms} forms
 */
export function createIntegrity(atoll, idl, forms) {
  const { StringPrototypeSlice, Uint8ArrayCtor, put, uncurryThis } = atoll.primordials;
  const { exec, replaceEach } = idl;
  const numberOf = parseInt;

  /** The hashes of the strongest algorithm. @param {string} metadata */
  function strongest(metadata) {
    let text = metadata;
    for (let i = 0; i < SPACES.length; i++) text = replaceEach(text, SPACES[i], " ");
    const words = idl.split(text, " ");
    /** @type {{ algorithm: string, value: string }[]} */
    let best = [];
    let strength = 0;
    for (let i = 0; i < words.length; i++) {
      const match = exec(/^(sha256|sha384|sha512)-([A-Za-z0-9+/_-]+=*)(?:\?.*)?$/i, words[i]);
      if (match === null) continue;
      const bits = numberOf(StringPrototypeSlice(match[1], 3));
      if (bits < strength) continue;
      if (bits > strength) best = [];
      strength = bits;
      put(best, best.length, { algorithm: `SHA-${bits}`, value: match[2] });
    }
    return best;
  }
  /** @param {string} algorithm @param {Uint8Array} bytes @returns {Promise<ArrayBuffer>} */
  function digest(algorithm, bytes) {
    const crypto = atoll.engineValue("crypto");
    const { subtle } = crypto;
    return uncurryThis(subtle.digest)(subtle, algorithm, bytes);
  }
  /** @param {ArrayBuffer} buffer */
  const base64 = (buffer) => atoll.engineValue("btoa")(forms.latin1(new Uint8ArrayCtor(buffer)));

  /**
   * @param {Uint8Array} bytes
   * @param {{ algorithm: string, value: string }[]} items what `strongest` has found
   * @returns {Promise<boolean>}
   */
  async function matches(bytes, items) {
    const actual = base64(await digest(items[0].algorithm, bytes));
    for (let i = 0; i < items.length; i++) {
      if (replaceEach(replaceEach(items[i].value, "-", "+"), "_", "/") === actual) return true;
    }
    return false;
  }

  return { matches, strongest };
}

const SPACES = ["\t", "\n", "\f", "\r"];
