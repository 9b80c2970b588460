/**
 * What bodies are encoded as: MIME types (https://mimesniff.spec.whatwg.org/), multipart/form-data
 * (RFC 7578, and "multipart/form-data encoding algorithm" of the HTML Standard), and
 * application/x-www-form-urlencoded.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("./webidl.js").WebIdl} WebIdl */
/** @typedef {{ essence: string, parameters: Map<string, string>, names: string[] }} MimeType */
/** @typedef {ReturnType<typeof createForms>} Forms */

const HTTP_TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const QUOTED_TEXT = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Parts of one form. */
const MOST_PARTS = 100_000;

/** @param {Atoll} atoll @param {WebIdl} idl */
export function createForms(atoll, idl) {
  const {
    MapCtor,
    MapPrototypeGet,
    MapPrototypeHas,
    MapPrototypeSet,
    MathFloor,
    StringFromCharCode,
    StringPrototypeCharCodeAt,
    StringPrototypeIndexOf,
    StringPrototypeSlice,
    TypedArrayPrototypeByteLength,
    TypedArrayPrototypeSet,
    TypeErrorCtor,
    Uint8ArrayCtor,
    put,
    subarray,
    uncurryGetter,
    uncurryThis,
  } = atoll.primordials;
  const { exec, replaceEach, test, toLowerCase } = idl;
  const BlobCtor = Blob;
  const FileCtor = File;
  const FormDataCtor = FormData;
  const URLSearchParamsCtor = URLSearchParams;
  const appendField = uncurryThis(FormData.prototype.append);
  const eachField = uncurryThis(FormData.prototype.forEach);
  const eachParameter = uncurryThis(URLSearchParams.prototype.forEach);
  const fileName = uncurryGetter(File.prototype, "name");
  const blobType = uncurryGetter(Blob.prototype, "type");
  const indexOfByte = uncurryThis(Uint8Array.prototype.indexOf);
  const { random } = Math;
  const TextEncoderCtor = atoll.engineValue("TextEncoder");
  const encodeInto = uncurryThis(TextEncoderCtor.prototype.encode);
  const encoder = new TextEncoderCtor();
  /** @param {string} text @returns {Uint8Array<ArrayBuffer>} */
  const encodeText = (text) => encodeInto(encoder, text);
  /** "UTF-8 decode": a byte order mark is dropped. @type {(bytes: Uint8Array) => string} */
  const decodeText = atoll.engine.decodeText;
  /** "UTF-8 decode without BOM": it is kept. @param {Uint8Array} bytes */
  const decodeUtf8 = (bytes) =>
    bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
      ? `\ufeff${decodeText(bytes)}`
      : decodeText(bytes);

  // MIME types

  /** § 4.4 parse a MIME type. @param {string} input @returns {MimeType | null} */
  function parseMimeType(input) {
    let at = 0;
    let end = input.length;
    while (at < end && isSpace(input, at)) at++;
    while (end > at && isSpace(input, end - 1)) end--;
    const text = StringPrototypeSlice(input, at, end);
    const slash = StringPrototypeIndexOf(text, "/");
    if (slash < 1) return null;
    const type = StringPrototypeSlice(text, 0, slash);
    let next = StringPrototypeIndexOf(text, ";", slash);
    if (next < 0) next = text.length;
    const subtype = trimEnd(StringPrototypeSlice(text, slash + 1, next));
    if (!test(HTTP_TOKEN, type) || !test(HTTP_TOKEN, subtype)) return null;
    /** @type {MimeType} */
    const mime = {
      essence: `${toLowerCase(type)}/${toLowerCase(subtype)}`,
      parameters: new MapCtor(),
      names: [],
    };
    while (next < text.length) next = parseParameter(text, next + 1, mime);
    return mime;
  }
  /** @param {string} text @param {number} at @param {MimeType} mime @returns {number} */
  function parseParameter(text, at, mime) {
    while (at < text.length && isSpace(text, at)) at++;
    const start = at;
    while (at < text.length && text[at] !== ";" && text[at] !== "=") at++;
    const name = toLowerCase(StringPrototypeSlice(text, start, at));
    if (at >= text.length || text[at] === ";") return at;
    at++;
    let value = "";
    if (text[at] === '"') {
      at++;
      for (; at < text.length && text[at] !== '"'; at++) {
        if (text[at] === "\\" && at + 1 < text.length) at++;
        value += text[at];
      }
      while (at < text.length && text[at] !== ";") at++;
    } else {
      const from = at;
      while (at < text.length && text[at] !== ";") at++;
      value = trimEnd(StringPrototypeSlice(text, from, at));
      if (value === "") return at;
    }
    if (
      test(HTTP_TOKEN, name) && test(QUOTED_TEXT, value) && !MapPrototypeHas(mime.parameters, name)
    ) {
      MapPrototypeSet(mime.parameters, name, value);
      put(mime.names, mime.names.length, name);
    }
    return at;
  }
  /** @param {string} text @param {number} at */
  const isSpace = (text, at) => {
    const code = StringPrototypeCharCodeAt(text, at);
    return code === 32 || code === 9 || code === 10 || code === 13;
  };
  /** @param {string} text */
  const trimEnd = (text) => {
    let end = text.length;
    while (end > 0 && isSpace(text, end - 1)) end--;
    return StringPrototypeSlice(text, 0, end);
  };
  /** § 4.5 serialize a MIME type. @param {MimeType} mime */
  function serializeMimeType(mime) {
    let text = mime.essence;
    for (let i = 0; i < mime.names.length; i++) {
      let value = MapPrototypeGet(mime.parameters, mime.names[i]) ?? "";
      if (!test(HTTP_TOKEN, value)) {
        let quoted = "";
        for (let j = 0; j < value.length; j++) {
          quoted += value[j] === '"' || value[j] === "\\" ? `\\${value[j]}` : value[j];
        }
        value = `"${quoted}"`;
      }
      text += `;${mime.names[i]}=${value}`;
    }
    return text;
  }

  /** Fetch § 2.2.2 extract a MIME type. @param {string[]} values @returns {MimeType | null} */
  function extractMimeType(values) {
    /** @type {string | undefined} */
    let charset;
    /** @type {string | undefined} */
    let essence;
    /** @type {MimeType | null} */
    let found = null;
    for (let i = 0; i < values.length; i++) {
      const parts = splitValue(values[i]);
      for (let j = 0; j < parts.length; j++) {
        const mime = parseMimeType(parts[j]);
        if (mime === null || mime.essence === "*/*") continue;
        found = mime;
        if (mime.essence !== essence) {
          charset = MapPrototypeGet(mime.parameters, "charset");
          essence = mime.essence;
        } else if (!MapPrototypeHas(mime.parameters, "charset") && charset !== undefined) {
          MapPrototypeSet(mime.parameters, "charset", charset);
          put(mime.names, mime.names.length, "charset");
        }
      }
    }
    return found;
  }
  /** Fetch § 2.2.2 get, decode, and split. @param {string} value @returns {string[]} */
  function splitValue(value) {
    /** @type {string[]} */
    const parts = [];
    let start = 0;
    let quoted = false;
    for (let i = 0; i <= value.length; i++) {
      if (i + 1 < value.length && quoted && value[i] === "\\") i++;
      else if (value[i] === '"') quoted = !quoted;
      else if (i >= value.length || value[i] === "," && !quoted) {
        put(parts, parts.length, StringPrototypeSlice(value, start, i));
        start = i + 1;
      }
    }
    return parts;
  }

  // multipart/form-data

  /** @param {any} form a FormData @returns {{ blob: Blob, type: string }} */
  function encodeMultipart(form) {
    let boundary = "----AtollFormBoundary";
    for (let i = 0; i < 24; i++) boundary += ALPHABET[MathFloor(random() * ALPHABET.length)];
    /** @type {any[]} */
    const parts = [];
    const push = (/** @type {any} */ part) => put(parts, parts.length, part);
    eachField(form, (/** @type {any} */ value, /** @type {string} */ name) => {
      const head = `--${boundary}\r\nContent-Disposition: form-data; name="${
        escapeName(toNetworkLines(name))
      }"`;
      if (typeof value === "string") {
        push(`${head}\r\n\r\n${toNetworkLines(value)}\r\n`);
      } else {
        const type = blobType(value) || "application/octet-stream";
        push(
          `${head}; filename="${escapeName(fileName(value))}"\r\nContent-Type: ${type}\r\n\r\n`,
        );
        push(value);
        push("\r\n");
      }
    });
    push(`--${boundary}--\r\n`);
    return { blob: new BlobCtor(parts), type: `multipart/form-data; boundary=${boundary}` };
  }
  /** @param {string} text */
  const toNetworkLines = (text) =>
    replaceEach(replaceEach(replaceEach(text, "\r\n", "\n"), "\r", "\n"), "\n", "\r\n");
  /** @param {string} text */
  const escapeName = (text) =>
    replaceEach(replaceEach(replaceEach(text, "\n", "%0A"), "\r", "%0D"), '"', "%22");

  /** Fetch § 5.3, "multipart/form-data parser". @param {Uint8Array} bytes @param {string} boundary */
  function parseMultipart(bytes, boundary) {
    const form = new FormDataCtor();
    const length = TypedArrayPrototypeByteLength(bytes);
    const dashes = encodeText(`--${boundary}`);
    const separator = encodeText(`\r\n--${boundary}`);
    let at = 0;
    if (startsWith(bytes, 0, CRLF)) at = 2;
    for (let parts = 0; parts < MOST_PARTS; parts++) {
      if (!startsWith(bytes, at, dashes)) throw failure();
      at += dashes.length;
      if (bytes[at] === 45 && bytes[at + 1] === 45) return form; // "--"
      while (bytes[at] === 32 || bytes[at] === 9) at++;
      if (!startsWith(bytes, at, CRLF)) throw failure();
      at += 2;
      const headers = parsePartHeaders(bytes, at);
      at = headers.end;
      const end = find(bytes, separator, at);
      if (end < 0 || end > length) throw failure();
      const content = new Uint8ArrayCtor(subarray(bytes, at, end));
      at = end + 2;
      if (headers.filename === undefined) {
        appendField(form, headers.name, decodeUtf8(content));
      } else {
        const file = new FileCtor([content], headers.filename, {
          // @ts-ignore: __proto__ in a literal is the prototype
          __proto__: null,
          type: headers.type ?? "text/plain",
        });
        appendField(form, headers.name, file);
      }
    }
    throw failure();
  }
  const failure = () => new TypeErrorCtor("the body is not valid multipart/form-data");

  /** @param {Uint8Array} bytes @param {number} at */
  function parsePartHeaders(bytes, at) {
    /** @type {string | undefined} */
    let name;
    /** @type {string | undefined} */
    let filename;
    /** @type {string | undefined} */
    let type;
    for (;;) {
      if (startsWith(bytes, at, CRLF)) {
        if (name === undefined) throw failure();
        return { name, filename, type, end: at + 2 };
      }
      const end = find(bytes, CRLF, at);
      if (end < 0) throw failure();
      const line = subarray(bytes, at, end);
      at = end + 2;
      const colon = indexOfByte(line, 58);
      if (colon < 0) throw failure();
      const header = toLowerCase(trim(latin1(subarray(line, 0, colon))));
      const value = trim(decodeUtf8(subarray(line, colon + 1)));
      if (header === "content-disposition") {
        const match = exec(/^form-data[\t ]*(?:;|$)/i, value);
        if (match === null) throw failure();
        name = dispositionParameter(value, "name");
        filename = dispositionParameter(value, "filename");
        if (name === undefined) throw failure();
      } else if (header === "content-type") {
        type = value;
      }
    }
  }
  /** @param {string} value @param {string} wanted @returns {string | undefined} */
  function dispositionParameter(value, wanted) {
    let at = StringPrototypeIndexOf(value, ";");
    while (at >= 0 && at < value.length) {
      at++;
      while (value[at] === " " || value[at] === "\t") at++;
      const start = at;
      while (at < value.length && value[at] !== "=" && value[at] !== ";") at++;
      const name = toLowerCase(trim(StringPrototypeSlice(value, start, at)));
      let text = "";
      if (value[at] === "=") {
        at++;
        if (value[at] === '"') {
          const close = StringPrototypeIndexOf(value, '"', at + 1);
          if (close < 0) throw failure();
          text = StringPrototypeSlice(value, at + 1, close);
          at = close + 1;
        } else {
          const from = at;
          while (at < value.length && value[at] !== ";") at++;
          text = trim(StringPrototypeSlice(value, from, at));
        }
        while (at < value.length && value[at] !== ";") at++;
      }
      if (name === wanted) {
        return replaceEach(
          unescapeBreaks(text),
          "%22",
          '"',
        );
      }
    }
    return undefined;
  }
  /** @param {string} text */
  const unescapeBreaks = (text) => {
    const feeds = replaceEach(replaceEach(text, "%0A", "\n"), "%0a", "\n");
    return replaceEach(replaceEach(feeds, "%0D", "\r"), "%0d", "\r");
  };
  /** @param {string} text */
  const trim = (text) => {
    let start = 0;
    while (start < text.length && isSpace(text, start)) start++;
    return trimEnd(StringPrototypeSlice(text, start));
  };
  /** @param {Uint8Array} bytes */
  const latin1 = (bytes) => {
    let text = "";
    for (let i = 0; i < bytes.length; i++) text += StringFromCharCode(bytes[i]);
    return text;
  };
  /** @param {Uint8Array} bytes @param {number} at @param {Uint8Array} wanted */
  function startsWith(bytes, at, wanted) {
    for (let i = 0; i < wanted.length; i++) if (bytes[at + i] !== wanted[i]) return false;
    return true;
  }
  /** @param {Uint8Array} bytes @param {Uint8Array} wanted @param {number} from */
  function find(bytes, wanted, from) {
    for (let at = from;;) {
      at = indexOfByte(bytes, wanted[0], at);
      if (at < 0 || startsWith(bytes, at, wanted)) return at;
      at++;
    }
  }

  // application/x-www-form-urlencoded

  /** @param {Uint8Array} bytes */
  function parseUrlencoded(bytes) {
    const form = new FormDataCtor();
    // The text may begin with a question mark, which the constructor would drop.
    const text = decodeUtf8(bytes);
    const params = new URLSearchParamsCtor(text[0] === "?" ? `?${text}` : text);
    eachParameter(params, (/** @type {string} */ value, /** @type {string} */ name) => {
      appendField(form, name, value);
    });
    return form;
  }

  /** @param {Uint8Array[]} chunks @param {number} length */
  function concatenate(chunks, length) {
    const out = new Uint8ArrayCtor(length);
    for (let i = 0, at = 0; i < chunks.length; i++) {
      TypedArrayPrototypeSet(out, chunks[i], at);
      at += TypedArrayPrototypeByteLength(chunks[i]);
    }
    return out;
  }

  return {
    concatenate,
    decodeText,
    decodeUtf8,
    encodeMultipart,
    encodeText,
    extractMimeType,
    latin1,
    parseMimeType,
    parseMultipart,
    parseUrlencoded,
    serializeMimeType,
    splitValue,
  };
}

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const CRLF = new Uint8Array([13, 10]);
