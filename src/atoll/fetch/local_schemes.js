/**
 * URLs whose responses are made here, without a request to anybody: `data:` (Fetch Standard, section 6)
 * and `blob:` (section 4.3); and those of modules, which are what `import` with the type "bytes" gives.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("./webidl.js").WebIdl} WebIdl */
/** @typedef {import("./request.js").InnerRequest} InnerRequest */
/** @typedef {import("./response.js").InnerResponse} InnerResponse */

/** By extensions; WebAssembly is only compiled from a response of its own type. */
const MODULE_TYPES = {
  __proto__: null,
  css: "text/css",
  html: "text/html;charset=utf-8",
  js: "text/javascript",
  json: "application/json",
  mjs: "text/javascript",
  svg: "image/svg+xml",
  txt: "text/plain;charset=utf-8",
  wasm: "application/wasm",
};

/**
 * @param {Atoll} atoll
 * @param {WebIdl} idl
 * @param {import("./forms.js").Forms} forms
 * @param {import("./headers.js").HeadersParts} parts
 * @param {import("./body.js").Bodies} bodies
 * @param {import("./request.js").Requests} requests
 * @param {import("./response.js").Responses} responses
 * @param {(message: string) => any} networkError
 */
export function createLocalSchemes(
  atoll,
  idl,
  forms,
  parts,
  bodies,
  requests,
  responses,
  networkError,
) {
  const {
    PromisePrototypeThen,
    StringPrototypeCharCodeAt,
    StringPrototypeIndexOf,
    StringPrototypeSlice,
    StringPrototypeStartsWith,
    Uint8ArrayCtor,
    uncurryGetter,
    uncurryThis,
  } = atoll.primordials;
  const { exec } = idl;
  const blobSize = uncurryGetter(Blob.prototype, "size");
  const blobType = uncurryGetter(Blob.prototype, "type");
  const blobSlice = uncurryThis(Blob.prototype.slice);
  const numberOf = parseInt;
  const URLCtor = URL;

  /** § 6 data: URLs. @param {InnerRequest} inner @param {any} url */
  function dataResponse(inner, url) {
    const processed = processDataUrl(url);
    if (processed === null) throw networkError("an invalid data: URL");
    const response = responses.newInner();
    response.type = "basic";
    response.url = inner.url;
    response.statusText = "OK";
    parts.append(response.list, "Content-Type", processed.type);
    response.body = inner.method === "HEAD" ? null : bodies.bodyOfBytes(processed.bytes);
    return response;
  }
  /** @param {any} url */
  function processDataUrl(url) {
    let text = requests.hrefOf(url);
    const hash = StringPrototypeIndexOf(text, "#");
    if (hash >= 0) text = StringPrototypeSlice(text, 0, hash);
    text = StringPrototypeSlice(text, 5);
    const comma = StringPrototypeIndexOf(text, ",");
    if (comma < 0) return null;
    let type = trimSpaces(StringPrototypeSlice(text, 0, comma));
    let bytes = percentDecode(StringPrototypeSlice(text, comma + 1));
    const match = exec(/;\u0020*base64$/i, type);
    if (match !== null) {
      const decoded = forgivingBase64(forms.latin1(bytes));
      if (decoded === null) return null;
      bytes = decoded;
      type = StringPrototypeSlice(type, 0, type.length - match[0].length);
    }
    if (StringPrototypeStartsWith(type, ";")) type = `text/plain${type}`;
    const mime = forms.parseMimeType(type);
    return {
      bytes,
      type: mime === null ? "text/plain;charset=US-ASCII" : forms.serializeMimeType(mime),
    };
  }
  /** @param {string} text */
  function trimSpaces(text) {
    const match = exec(/^[\t\n\f\r ]*([^]*?)[\t\n\f\r ]*$/, text);
    return match === null ? text : match[1];
  }
  /** @param {string} text */
  function forgivingBase64(text) {
    try {
      return bytesOf(atoll.engineValue("atob")(text));
    } catch {
      return null;
    }
  }
  /** URL § 1.3 percent-decode. @param {string} text */
  function percentDecode(text) {
    const input = forms.encodeText(text);
    const out = new Uint8ArrayCtor(input.length);
    let length = 0;
    for (let i = 0; i < input.length; i++) {
      let byte = input[i];
      if (byte === 37 && i + 2 < input.length) {
        const high = hexDigit(input[i + 1]);
        const low = hexDigit(input[i + 2]);
        if (high >= 0 && low >= 0) {
          byte = high * 16 + low;
          i += 2;
        }
      }
      out[length++] = byte;
    }
    return idl.sliceBytes(out, 0, length);
  }
  /** @param {number} code */
  const hexDigit = (code) =>
    code >= 48 && code <= 57
      ? code - 48
      : code >= 65 && code <= 70
      ? code - 55
      : code >= 97 && code <= 102
      ? code - 87
      : -1;

  /** § 4.3, "blob". @param {InnerRequest} inner */
  function blobResponse(inner) {
    const { blob } = inner;
    if (inner.method !== "GET" || blob === null) {
      throw networkError("a blob: URL that stands for nothing, or a method other than GET");
    }
    const size = blobSize(blob);
    const type = blobType(blob);
    const response = responses.newInner();
    response.type = "basic";
    response.url = inner.url;
    const range = parts.get(inner.list, "range");
    let part = blob;
    if (range === null) {
      response.statusText = "OK";
    } else {
      const found = parseRange(range, size);
      if (found === null) throw networkError("a range that the blob has not");
      part = blobSlice(blob, found.start, found.end + 1, type);
      response.status = 206;
      response.statusText = "Partial Content";
      parts.append(response.list, "Content-Range", `bytes ${found.start}-${found.end}/${size}`);
    }
    parts.append(response.list, "Content-Length", `${blobSize(part)}`);
    parts.append(response.list, "Content-Type", type);
    response.body = bodies.extract(part, false).body;
    return response;
  }
  /** § 2.2.2 parse a single range header value. @param {string} value @param {number} size */
  function parseRange(value, size) {
    const match = exec(/^bytes[\t ]*=[\t ]*(\d*)[\t ]*-[\t ]*(\d*)$/, value);
    if (match === null || match[1] === "" && match[2] === "") return null;
    if (match[1] === "") {
      const length = numberOf(match[2]);
      return { start: length > size ? 0 : size - length, end: size - 1 };
    }
    const start = numberOf(match[1]);
    let end = match[2] === "" ? size - 1 : numberOf(match[2]);
    if (start >= size || end < start) return null;
    if (end >= size) end = size - 1;
    return { start, end };
  }
  /** @param {string} text of code points below 256 */
  function bytesOf(text) {
    const bytes = new Uint8ArrayCtor(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = StringPrototypeCharCodeAt(text, i);
    return bytes;
  }

  /**
   * Packages get what lies beside their modules by `fetch(new URL("x.wasm", import.meta.url))`.
   * @param {InnerRequest} inner
   * @returns {Promise<InnerResponse>}
   */
  function moduleResponse(inner) {
    if (inner.method !== "GET") {
      return bodies.rejected(networkError("a module's URL with a method other than GET"));
    }
    const { pathname } = new URLCtor(inner.url);
    const extension = exec(/\.([a-z]+)$/, pathname)?.[1] ?? "";
    return PromisePrototypeThen(
      atoll.services.modules.bytesOf(inner.url),
      (/** @type {Uint8Array<ArrayBuffer>} */ bytes) => {
        const response = responses.newInner();
        response.type = "basic";
        response.url = inner.url;
        response.statusText = "OK";
        const type = /** @type {any} */ (MODULE_TYPES)[extension] ?? "application/octet-stream";
        parts.append(response.list, "Content-Type", type);
        // A copy, as the module's own may be imported by others.
        response.body = bodies.bodyOfBytes(idl.sliceBytes(bytes, 0, bytes.length));
        return response;
      },
      (/** @type {any} */ error) => {
        throw networkError(error.message);
      },
    );
  }

  /** Whether it is nobody's origin that is asked. @param {string} protocol */
  const isLocal = (protocol) =>
    protocol === "data:" || protocol === "blob:" || protocol === "module:";

  return { blobResponse, dataResponse, isLocal, moduleResponse };
}
