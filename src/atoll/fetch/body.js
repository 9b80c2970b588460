/**
 * Bodies: section 2.2.4 of the Fetch Standard and the `Body` mixin, section 5.3.
 *
 * A body is what it was made from for as long as possible: bytes, a blob, or the number of a body
 * of the host's. The stream of the standard is made when somebody asks for it, so that most bodies
 * never have one, and one that is passed on untouched is passed on as what it is.
 */

import { createHostBodies } from "./body_host.js";
import { createBodyMixin } from "./body_mixin.js";
import { createSending } from "./body_sending.js";
import { createTee } from "./tee.js";

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("./webidl.js").WebIdl} WebIdl */
/** @typedef {import("./forms.js").Forms} Forms */
/** @typedef {import("./body_mixin.js").Box} Box */
/** @typedef {import("./body_host.js").HostBody} HostBody */
/**
 * @typedef {object} InnerBody
 * @property {string | null} text what `bytes` is made from when somebody needs it
 * @property {Uint8Array<ArrayBuffer> | null} bytes
 * @property {boolean} shared whether another body has the same bytes
 * @property {any} blob
 * @property {HostBody | null} host
 * @property {any} stream
 * @property {any} controller of the stream, if it is ours
 * @property {any} probe tells whether the stream has been disturbed
 * @property {boolean} used
 * @property {{ reason: any } | null} error
 * @property {((reason: any) => void) | null} fail rejects whoever reads
 */
/** @typedef {ReturnType<typeof createBodies>} Bodies */

/**
 * @param {Atoll} atoll
 * @param {WebIdl} idl
 * @param {Forms} forms
 * @param {{ open: any, release: any }} options
 */
export function createBodies(atoll, idl, forms, options) {
  const {
    PromiseCtor,
    PromisePrototypeThen,
    PromiseResolve,
    TypedArrayPrototypeByteLength,
    TypedArrayPrototypeTag,
    TypeErrorCtor,
    Uint8ArrayCtor,
    WeakMapCtor,
    WeakMapPrototypeGet,
    WeakMapPrototypeSet,
    put,
    uncurryGetter,
    uncurryThis,
  } = atoll.primordials;
  const { copyBytes, inherits, sliceBytes } = idl;
  const BlobPrototype = Blob.prototype;
  const FormDataPrototype = FormData.prototype;
  const URLSearchParamsPrototype = URLSearchParams.prototype;
  const ReadableStreamCtor = /** @type {any} */ (ReadableStream);
  const ReadableStreamPrototype = ReadableStream.prototype;
  const blobSize = uncurryGetter(BlobPrototype, "size");
  const blobType = uncurryGetter(BlobPrototype, "type");
  const blobStream = uncurryThis(BlobPrototype.stream);
  const blobArrayBuffer = uncurryThis(BlobPrototype.arrayBuffer);
  const paramsToText = uncurryThis(URLSearchParams.prototype.toString);
  const isLocked = uncurryGetter(ReadableStreamPrototype, "locked");
  const getReader = uncurryThis(ReadableStreamPrototype.getReader);
  const cancelStream = uncurryThis(ReadableStreamPrototype.cancel);
  const pipeTo = uncurryThis(ReadableStreamPrototype.pipeTo);
  const WritableStreamCtor = /** @type {any} */ (WritableStream);
  const teeStream = uncurryThis(ReadableStreamPrototype.tee);
  const readerCancel = uncurryThis(ReadableStreamDefaultReader.prototype.cancel);
  const releaseByob = uncurryThis(ReadableStreamBYOBReader.prototype.releaseLock);
  const enqueueBytes = uncurryThis(ReadableByteStreamController.prototype.enqueue);
  const errorBytes = uncurryThis(ReadableByteStreamController.prototype.error);
  const teeWithCopies = createTee(atoll);
  // Whether a stream has been disturbed is nothing that streams tell; the engine's Response does.
  const loadProbe = () => atoll.engineValue("Response");
  /** @type {any} */
  let ProbeCtor;
  /** @type {(self: any) => boolean} */
  let isDisturbed;

  const pull = /** @type {any} */ ({ __proto__: null, highWaterMark: 0 });
  const ignore = () => {};
  /** @param {any} reason @returns {Promise<never>} */
  const rejected = (reason) => new PromiseCtor((_resolve, reject) => reject(reason));

  const { boxed, end, keep, readHost, release, settle, sourceOfHost } = createHostBodies(
    atoll,
    forms,
    options,
  );

  /** Streams that bodies have given out, by themselves. @type {WeakMap<object, InnerBody>} */
  const origins = new WeakMapCtor();

  /** @returns {InnerBody} */
  const newBody = () => /** @type {any} */ ({
    __proto__: null,
    text: null,
    bytes: null,
    shared: false,
    blob: null,
    host: null,
    stream: null,
    controller: null,
    probe: null,
    used: false,
    error: null,
    fail: null,
  });
  /** @param {Uint8Array<ArrayBuffer>} bytes that nobody else has */
  function bodyOfBytes(bytes) {
    const body = newBody();
    body.bytes = bytes;
    return body;
  }
  /** @param {string} text without lone surrogates */
  function bodyOfText(text) {
    const body = newBody();
    body.text = text;
    return body;
  }
  /** @param {InnerBody} body */
  function encode(body) {
    if (body.text === null) return;
    body.bytes = forms.encodeText(body.text);
    body.text = null;
  }
  /** What a message of the host said: nothing, bytes, or a number. @param {any} value */
  function bodyOfHost(value) {
    if (value === null || value === undefined) return null;
    if (typeof value !== "number") return bodyOfBytes(value);
    const body = newBody();
    body.host = keep(body, value);
    return body;
  }
  /** @param {any} stream one that is neither locked nor disturbed */
  function bodyOfStream(stream) {
    const origin = WeakMapPrototypeGet(origins, stream);
    const body = newBody();
    body.stream = stream;
    if (origin !== undefined) {
      body.host = origin.host;
      body.controller = origin.controller;
    }
    return body;
  }

  /**
   * § 5.2 extract a body.
   * @param {any} value
   * @param {boolean} keepalive
   * @returns {{ body: InnerBody, type: string | null }}
   */
  function extract(value, keepalive) {
    if (typeof value === "object" && value !== null) {
      if (inherits(value, ReadableStreamPrototype)) {
        if (keepalive) throw new TypeErrorCtor("a keepalive request cannot have a stream as body");
        const body = bodyOfStream(value);
        try {
          body.probe = probeOf(value);
        } catch {
          throw new TypeErrorCtor("the body's stream is locked or has been read from");
        }
        return { body, type: null };
      }
      if (inherits(value, BlobPrototype)) {
        blobSize(value);
        const body = newBody();
        body.blob = value;
        return { body, type: blobType(value) || null };
      }
      const bytes = copyBytes(value);
      if (bytes !== undefined) return { body: bodyOfBytes(bytes), type: null };
      if (inherits(value, FormDataPrototype)) {
        const encoded = forms.encodeMultipart(value);
        const body = newBody();
        body.blob = encoded.blob;
        return { body, type: encoded.type };
      }
      if (inherits(value, URLSearchParamsPrototype)) {
        return {
          body: bodyOfBytes(forms.encodeText(paramsToText(value))),
          type: "application/x-www-form-urlencoded;charset=UTF-8",
        };
      }
    }
    return {
      body: bodyOfText(idl.toUsvText(value)),
      type: "text/plain;charset=UTF-8",
    };
  }

  /** @param {any} stream @returns {any} throws for one that is locked or disturbed */
  function probeOf(stream) {
    if (ProbeCtor === undefined) {
      ProbeCtor = loadProbe();
      isDisturbed = uncurryGetter(ProbeCtor.prototype, "bodyUsed");
    }
    return new ProbeCtor(stream);
  }

  /** @param {InnerBody} body */
  const isUsed = (body) => body.used || body.probe !== null && isDisturbed(body.probe);
  /** § 5.3 unusable. @param {InnerBody} body */
  const isUnusable = (body) => isUsed(body) || body.stream !== null && isLocked(body.stream);

  /** § 5.3, `body`: the stream. @param {InnerBody} body */
  function streamOf(body) {
    if (body.stream === null) makeStream(body);
    else if (body.probe === null && !isLocked(body.stream) && !body.used) {
      watch(body);
    }
    return body.stream;
  }
  /** Before the stream is given out: from now on somebody else may read it. */
  /** @param {InnerBody} body */
  function watch(body) {
    try {
      body.probe = probeOf(body.stream);
    } catch {
      body.used = true;
    }
  }
  /** @param {InnerBody} body */
  function makeStream(body) {
    encode(body);
    if (body.used) {
      // It has been read without a stream: what is left is one that has ended.
      body.stream = new ReadableStreamCtor({ __proto__: null, type: "bytes" });
      PromisePrototypeThen(cancelStream(body.stream), undefined, ignore);
      getReader(body.stream);
      return;
    }
    if (body.blob !== null) {
      body.stream = blobStream(body.blob);
    } else {
      const next = body.bytes !== null
        ? sourceOfBytes(body)
        : sourceOfHost(/** @type {HostBody} */ (body.host));
      body.stream = new ReadableStreamCtor({
        __proto__: null,
        type: "bytes",
        start: (/** @type {any} */ controller) => {
          body.controller = controller;
        },
        pull: next,
        cancel: (/** @type {any} */ _reason) => {
          if (body.host !== null) release(body.host);
        },
      }, pull);
      if (body.error !== null) errorBytes(body.controller, body.error.reason);
    }
    WeakMapPrototypeSet(origins, body.stream, body);
    watch(body);
  }
  /** @param {InnerBody} body */
  function sourceOfBytes(body) {
    // Kept here, as the body may have been cloned when somebody reads its stream.
    const bytes = /** @type {Uint8Array<ArrayBuffer>} */ (body.bytes);
    return (/** @type {any} */ controller) => {
      if (TypedArrayPrototypeByteLength(bytes) > 0) {
        enqueueBytes(controller, body.shared ? sliceBytes(bytes) : bytes);
        body.bytes = null;
      }
      end(controller);
    };
  }
  /**
   * The whole body: "consume body", § 5.3.
   * @param {InnerBody | null} body
   * @returns {Promise<Box>}
   */
  function readAll(body) {
    if (body === null) return PromiseResolve(boxed(new Uint8ArrayCtor(0)));
    if (isUnusable(body)) {
      return rejected(new TypeErrorCtor("the body is locked or has been read already"));
    }
    if (body.error !== null) {
      const { reason } = body.error;
      body.used = true;
      return rejected(reason);
    }
    encode(body);
    if (body.stream === null) {
      body.used = true;
      if (body.bytes !== null) {
        const bytes = body.shared ? sliceBytes(body.bytes) : body.bytes;
        body.bytes = null;
        return PromiseResolve(boxed(bytes));
      }
      if (body.blob !== null) {
        return PromisePrototypeThen(
          blobArrayBuffer(body.blob),
          (/** @type {ArrayBuffer} */ buffer) => boxed(new Uint8ArrayCtor(buffer)),
        );
      }
    }
    return new PromiseCtor((resolve, reject) => {
      body.fail = reject;
      const done = (/** @type {any} */ box) => {
        body.fail = null;
        if (body.host !== null) body.host.done = true;
        resolve(box);
      };
      if (body.stream !== null) readStream(body, done, reject);
      else readHost(/** @type {HostBody} */ (body.host), done, reject);
    });
  }
  /**
   * @param {InnerBody} body
   * @param {(box: Box) => void} resolve
   * @param {(reason: any) => void} reject
   */
  function readStream(body, resolve, reject) {
    body.probe ??= probeOf(body.stream);
    const { stream } = body;
    /** @type {Uint8Array<ArrayBuffer>[]} */
    const chunks = [];
    let length = 0;
    // By a pipe: no chunk is in a promise's result, which would be asked for `then`.
    const sink = new WritableStreamCtor({
      __proto__: null,
      write: (/** @type {any} */ chunk) => {
        if (!isBytes(chunk)) throw new TypeErrorCtor("a chunk of the body is not a Uint8Array");
        const copy = sliceBytes(chunk);
        put(chunks, chunks.length, copy);
        length += TypedArrayPrototypeByteLength(copy);
      },
    }, { __proto__: null, highWaterMark: 16 });
    const piped = pipeTo(stream, sink, { __proto__: null, preventCancel: true });
    PromisePrototypeThen(piped, () => {
      getReader(stream); // it stays locked, as by "get a reader"
      settle(chunks, length, resolve, reject);
    }, (/** @type {any} */ error) => {
      getReader(stream);
      reject(error);
    });
  }
  /** @param {any} value */
  function isBytes(value) {
    try {
      return TypedArrayPrototypeTag(value) === "Uint8Array";
    } catch {
      return false;
    }
  }

  /** § 2.2.4 clone a body. @param {InnerBody} body @returns {InnerBody} */
  function cloneBody(body) {
    encode(body);
    const out = newBody();
    if (body.stream === null && (body.bytes !== null || body.blob !== null)) {
      body.shared = out.shared = true;
      out.bytes = body.bytes;
      out.blob = body.blob;
      out.error = body.error;
      return out;
    }
    const stream = streamOf(body);
    const branches = isByteStream(stream) ? teeStream(stream) : teeWithCopies(stream);
    body.stream = branches[0];
    out.stream = branches[1];
    body.host = null;
    body.bytes = null;
    const { error } = body;
    watch(body);
    watch(out);
    out.error = error;
    return out;
  }
  /** @param {any} stream one that is not locked */
  function isByteStream(stream) {
    try {
      releaseByob(getReader(stream, { __proto__: null, mode: "byob" }));
      return true;
    } catch {
      return false;
    }
  }
  /**
   * Take a body over into another object: § 5.4, "create a proxy for the body".
   * @param {InnerBody} body
   */
  function takeBody(body) {
    encode(body);
    const out = newBody();
    const { host, stream } = body;
    out.error = body.error;
    if (host !== null && !host.opened && !host.done) {
      out.host = keep(out, passOn(body, host));
    } else if (stream === null || body.bytes !== null && body.controller !== null) {
      out.bytes = body.bytes;
      out.shared = body.shared;
      out.blob = body.blob;
      if (stream !== null) PromisePrototypeThen(readerCancel(getReader(stream)), ignore, ignore);
    } else {
      out.stream = relay(stream, nobody());
    }
    body.used = true;
    return out;
  }

  /** Its number; what is left here is a stream that has ended. @param {InnerBody} body @param {HostBody} host */
  function passOn(body, host) {
    host.done = true;
    if (body.stream !== null) {
      PromisePrototypeThen(readerCancel(getReader(body.stream)), ignore, ignore);
    }
    return host.number;
  }

  /** Nobody has begun to read it. @param {InnerBody | null} body */
  const isUnread = (body) => body !== null && body.host !== null && !body.host.opened;
  /** And nobody has asked for its stream. @param {InnerBody | null} body */
  const isUntouched = (body) => isUnread(body) && body?.stream === null;

  /** Abort: § 4.? "abort the fetch() call". @param {InnerBody | null} body @param {any} reason */
  function failBody(body, reason) {
    if (body === null || body.error !== null) return;
    body.error = { reason };
    if (body.controller !== null) {
      try {
        errorBytes(body.controller, reason);
      } catch {
        // it has ended already
      }
    }
    if (body.fail !== null) body.fail(reason);
    if (body.host !== null) release(body.host);
  }
  /** Nobody wants it any more. @param {InnerBody | null} body @param {any} reason */
  function cancelBody(body, reason) {
    if (body === null || body.error !== null) return;
    if (body.stream !== null && !isLocked(body.stream)) {
      PromisePrototypeThen(cancelStream(body.stream, reason), undefined, ignore);
    }
    if (body.host !== null) release(body.host);
    body.used = true;
  }

  const { fromMarshal, nobody, relay, toMarshal, transmit } = createSending(atoll, idl, {
    bodyOfBytes,
    bodyOfStream,
    bodyOfText,
    encode,
    isBytes,
    isUnusable,
    passOn,
    readAll,
    streamOf,
  });
  const { mimeTypeOf, mixBody } = createBodyMixin(atoll, idl, forms, {
    isUnusable,
    isUsed,
    readAll,
    rejected,
    streamOf,
  });

  return {
    bodyOfBytes,
    bodyOfHost,
    bodyOfText,
    cancelBody,
    cloneBody,
    extract,
    failBody,
    ignore,
    isUnread,
    isUntouched,
    isUnusable,
    isUsed,
    mimeTypeOf,
    mixBody,
    readAll,
    rejected,
    release,
    fromMarshal,
    takeBody,
    toMarshal,
    transmit,
  };
}
