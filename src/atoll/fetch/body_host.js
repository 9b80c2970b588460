/**
 * Bodies that are with the host, under a number: read a chunk at a time, and given back when nobody has
 * them any more.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("./forms.js").Forms} Forms */
/** @typedef {import("./body_mixin.js").Box} Box */
/** @typedef {{ number: number, opened: boolean, done: boolean }} HostBody */

/**
 * @param {Atoll} atoll
 * @param {Forms} forms
 * @param {{ open: any, release: any }} options
 */
export function createHostBodies(atoll, forms, options) {
  const {
    FinalizationRegistryCtor,
    FinalizationRegistryPrototypeRegister,
    PromisePrototypeThen,
    TypedArrayPrototypeByteLength,
    TypeErrorCtor,
    WeakRefCtor,
    WeakRefPrototypeDeref,
    put,
    uncurryGetter,
    uncurryThis,
  } = atoll.primordials;
  const getReader = uncurryThis(ReadableStream.prototype.getReader);
  const readerRead = uncurryThis(ReadableStreamDefaultReader.prototype.read);
  const enqueueBytes = uncurryThis(ReadableByteStreamController.prototype.enqueue);
  const closeBytes = uncurryThis(ReadableByteStreamController.prototype.close);
  const errorBytes = uncurryThis(ReadableByteStreamController.prototype.error);
  const byobRequest = uncurryGetter(ReadableByteStreamController.prototype, "byobRequest");
  const respond = uncurryThis(ReadableStreamBYOBRequest.prototype.respond);
  const ignore = () => {};

  /** Host bodies that are dropped unread are given back. */
  const registry = new FinalizationRegistryCtor((/** @type {HostBody} */ host) => release(host));
  /** @param {HostBody} host */
  function release(host) {
    if (host.done) return;
    host.done = true;
    atoll.post(options.release, host.number);
  }
  /** @param {object} owner whose end is that of the body @param {number} number @returns {HostBody} */
  function keep(owner, number) {
    const host = { number, opened: false, done: false };
    FinalizationRegistryPrototypeRegister(registry, owner, host);
    return host;
  }

  /** @param {any} controller */
  function end(controller) {
    closeBytes(controller);
    const request = byobRequest(controller);
    if (request !== null) respond(request, 0);
  }
  /** What pulls its chunks into a byte stream. @param {HostBody} host */
  function sourceOfHost(host) {
    /** @type {any} */
    let reader = null;
    /** The chunk after the last one that was read. @type {Promise<any> | null} */
    let ahead = null;
    const next = (/** @type {any} */ controller) =>
      PromisePrototypeThen(ahead ?? readerRead(reader), (/** @type {any} */ result) => {
        ahead = null;
        if (result.done) {
          host.done = true;
          end(controller);
        } else if (TypedArrayPrototypeByteLength(result.value) > 0) {
          enqueueBytes(controller, result.value);
          lookAhead(controller);
        } else {
          return next(controller);
        }
      }, (/** @type {any} */ error) => {
        host.done = true;
        throw bodyFailure(error);
      });
    /** What breaks the body off is to be known to who does not read at the moment. */
    const lookAhead = (/** @type {any} */ controller) => {
      ahead = readerRead(reader);
      // A chunk that does not come must not keep the body from being collected.
      const weak = new WeakRefCtor(controller);
      PromisePrototypeThen(ahead, ignore, failLater(host, weak));
    };
    return (/** @type {any} */ controller) => {
      if (reader !== null) return next(controller);
      return PromisePrototypeThen(openHost(host), (/** @type {any} */ opened) => {
        reader = opened.reader;
        return next(controller);
      });
    };
  }
  /** @param {HostBody} host @param {any} weak */
  const failLater = (host, weak) => (/** @type {any} */ error) => {
    host.done = true;
    const controller = WeakRefPrototypeDeref(weak);
    if (controller === undefined) return;
    try {
      errorBytes(controller, bodyFailure(error));
    } catch {
      // it was cancelled meanwhile
    }
  };
  /** § 5.6: what breaks off a response is a network error. @param {any} cause */
  const bodyFailure = (cause) =>
    new TypeErrorCtor("the body failed half-way", /** @type {any} */ ({ __proto__: null, cause }));
  /** @param {HostBody} host @returns {Promise<any>} a reader of its chunks */
  function openHost(host) {
    host.opened = true;
    return PromisePrototypeThen(
      atoll.callAsync(options.open, [host.number]),
      (/** @type {any} */ stream) => ({
        __proto__: /** @type {any} */ (null),
        reader: getReader(stream),
      }),
    );
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes @returns {Box} */
  const boxed = (bytes) => /** @type {any} */ ({ __proto__: null, bytes });
  /**
   * There may be no memory for all of them at once.
   * @param {Uint8Array<ArrayBuffer>[]} chunks
   * @param {number} length
   * @param {(box: Box) => void} resolve
   * @param {(reason: any) => void} reject
   */
  function settle(chunks, length, resolve, reject) {
    try {
      resolve(boxed(chunks.length === 1 ? chunks[0] : forms.concatenate(chunks, length)));
    } catch (error) {
      reject(error);
    }
  }
  /**
   * @param {HostBody} host
   * @param {(box: Box) => void} resolve
   * @param {(reason: any) => void} reject
   */
  function readHost(host, resolve, reject) {
    const failed = (/** @type {any} */ error) => reject(bodyFailure(error));
    PromisePrototypeThen(openHost(host), (/** @type {any} */ { reader }) => {
      /** @type {Uint8Array<ArrayBuffer>[]} */
      const chunks = [];
      let length = 0;
      const step = () => {
        PromisePrototypeThen(readerRead(reader), (/** @type {any} */ result) => {
          if (result.done) return settle(chunks, length, resolve, reject);
          put(chunks, chunks.length, result.value);
          length += TypedArrayPrototypeByteLength(result.value);
          step();
        }, failed);
      };
      step();
    }, failed);
  }

  return { boxed, end, keep, readHost, release, settle, sourceOfHost };
}
