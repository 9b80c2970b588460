/**
 * What is sent for a body: itself if it is small, the number of one that is with the host, or a stream.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("./webidl.js").WebIdl} WebIdl */
/** @typedef {import("./body.js").InnerBody} InnerBody */
/** @typedef {import("./body_host.js").HostBody} HostBody */
/** @typedef {import("./body_mixin.js").Box} Box */
/**
 * @typedef {object} Control of a stream that is being sent
 * @property {(reason: any) => void} failed called when it fails half-way
 * @property {() => void} ended called when all of it was read
 * @property {(reason: any) => void} cancel set by the sender: gives it up
 */

/** Bytes that are sent with their message. */
const INLINE = 1024 * 1024;

/**
 * @typedef {object} SendingOperations
 * @property {(bytes: Uint8Array<ArrayBuffer>) => InnerBody} bodyOfBytes
 * @property {(stream: any) => InnerBody} bodyOfStream
 * @property {(text: string) => InnerBody} bodyOfText
 * @property {(body: InnerBody) => void} encode
 * @property {(body: InnerBody) => boolean} isUnusable
 * @property {(value: any) => boolean} isBytes
 * @property {(body: InnerBody, host: HostBody) => number} passOn
 * @property {(body: InnerBody | null) => Promise<Box>} readAll
 * @property {(body: InnerBody) => any} streamOf
 */

/**
 * @param {Atoll} atoll
 * @param {WebIdl} idl
 * @param {SendingOperations} operations
 */
export function createSending(atoll, idl, operations) {
  const {
    PromisePrototypeThen,
    TypedArrayPrototypeByteLength,
    TypeErrorCtor,
    uncurryGetter,
    uncurryThis,
  } = atoll.primordials;
  const { inherits } = idl;
  const {
    bodyOfBytes,
    bodyOfStream,
    bodyOfText,
    encode,
    isBytes,
    isUnusable,
    passOn,
    readAll,
    streamOf,
  } = operations;
  const ReadableStreamCtor = /** @type {any} */ (ReadableStream);
  const ReadableStreamPrototype = ReadableStream.prototype;
  const blobSize = uncurryGetter(Blob.prototype, "size");
  const getReader = uncurryThis(ReadableStreamPrototype.getReader);
  const readerRead = uncurryThis(ReadableStreamDefaultReader.prototype.read);
  const readerCancel = uncurryThis(ReadableStreamDefaultReader.prototype.cancel);
  const enqueue = uncurryThis(ReadableStreamDefaultController.prototype.enqueue);
  const close = uncurryThis(ReadableStreamDefaultController.prototype.close);
  const pull = /** @type {any} */ ({ __proto__: null, highWaterMark: 0 });
  const ignore = () => {};
  /** A stream that is sent to who asks nothing. @type {() => Control} */
  const nobody = () => ({ failed: ignore, ended: ignore, cancel: ignore });

  /**
   * A stream of the chunks of another, each of which has to be bytes.
   * @param {any} stream
   * @param {Control} control
   */
  function relay(stream, control) {
    const reader = getReader(stream);
    control.cancel = (reason) => {
      PromisePrototypeThen(readerCancel(reader, reason), ignore, ignore);
    };
    const next = (/** @type {any} */ controller) =>
      PromisePrototypeThen(
        readerRead(reader),
        (/** @type {any} */ result) => {
          if (result.done) {
            control.cancel = ignore;
            control.ended();
            close(controller);
          } else if (isBytes(result.value)) {
            enqueue(controller, result.value);
          } else {
            const error = new TypeErrorCtor("a chunk of the body is not a Uint8Array");
            PromisePrototypeThen(readerCancel(reader, error), ignore, ignore);
            control.failed(error);
            throw error;
          }
        },
        (/** @type {any} */ error) => {
          control.failed(error);
          throw error;
        },
      );
    return new ReadableStreamCtor({
      __proto__: null,
      pull: next,
      cancel: (/** @type {any} */ reason) => readerCancel(reader, reason),
    }, pull);
  }

  /**
   * What a message to the host holds for a body, which is used up by it: nothing, bytes, the number
   * of one of the host's own, or a stream.
   * @param {InnerBody | null} body
   * @param {Control} control
   * @returns {Promise<any> | any}
   */
  function transmit(body, control) {
    if (body === null) return null;
    if (isUnusable(body)) {
      throw new TypeErrorCtor("the body is locked or has been read already");
    }
    if (body.error !== null) throw body.error.reason;
    if (body.text !== null && body.stream === null && body.text.length <= INLINE) {
      body.used = true;
      return body.text;
    }
    encode(body);
    const { host, stream, bytes } = body;
    if (host !== null && !host.opened && !host.done) {
      // Untouched: only the host has to know where it goes.
      body.used = true;
      return passOn(body, host);
    }
    if (stream === null && bytes !== null && TypedArrayPrototypeByteLength(bytes) <= INLINE) {
      body.used = true;
      return bytes;
    }
    if (stream === null && body.blob !== null && blobSize(body.blob) <= INLINE) {
      return PromisePrototypeThen(readAll(body), (/** @type {Box} */ box) => box.bytes);
    }
    const out = relay(streamOf(body), control);
    body.used = true;
    return out;
  }

  /**
   * The same for a message that cannot wait, and may go to anybody.
   * @param {InnerBody | null} body
   */
  function toMarshal(body) {
    if (body === null) return null;
    if (isUnusable(body)) {
      throw new TypeErrorCtor("the body is locked or has been read already");
    }
    if (body.error !== null) throw body.error.reason;
    if (body.stream === null && body.text !== null) {
      body.used = true;
      return body.text;
    }
    if (body.stream === null && body.bytes !== null) {
      body.used = true;
      return body.bytes;
    }
    const out = relay(streamOf(body), nobody());
    body.used = true;
    return out;
  }
  /** @param {any} value what `toMarshal` of the host's was */
  function fromMarshal(value) {
    if (value === null) return null;
    if (typeof value === "string") return bodyOfText(value);
    return inherits(value, ReadableStreamPrototype) ? bodyOfStream(value) : bodyOfBytes(value);
  }

  return { fromMarshal, nobody, relay, toMarshal, transmit };
}
