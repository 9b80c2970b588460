/**
 * Files whose bytes stay on the host.
 *
 * A Blob of the engine is a list of parts, which it asks for their size, for slices and for streams
 * of their bytes. A part of ours asks the host for them, so that everything that takes a Blob works
 * as with any other. It belongs to one version of a file: when that has changed, reading fails.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {ReturnType<typeof import("./webidl.js").createWebIdl>} WebIdl */

/**
 * @typedef {object} Source a version of a file
 * @property {string[]} path
 * @property {string} tag
 */

/** Bytes that are asked for at once; the next are asked for while these are used. */
const CHUNK = 1024 * 1024;

/**
 * @param {Atoll} atoll
 * @param {WebIdl} idl
 * @param {any} read host function
 */
export function createBlobs(atoll, idl, read) {
  const {
    ObjectDefineProperty,
    ObjectFreeze,
    PromisePrototypeThen,
    PromiseResolve,
    ReflectApply,
    TypedArrayPrototypeByteLength,
    uncurryGetter,
    WeakMapCtor,
    WeakMapPrototypeGet,
    WeakMapPrototypeSet,
  } = atoll.primordials;
  const { backBlob, blobParts, cloneBrand, registerCloneable } = atoll.engine;
  const { check, makeError } = idl;
  const FileCtor = File;
  const BlobCtor = Blob;
  const BlobPrototype = Blob.prototype;
  const blobType = uncurryGetter(Blob.prototype, "type");
  const fileName = uncurryGetter(File.prototype, "name");
  const fileLastModified = uncurryGetter(File.prototype, "lastModified");
  const { asyncIterator } = Symbol;
  const ignore = () => {};

  /** Parts of ours. @type {WeakMap<object, { source: Source, start: number, end: number }>} */
  const known = new WeakMapCtor();

  /** What the host has sent along with the latest snapshot. */
  let carried = {
    source: /** @type {Source | undefined} */ (undefined),
    content: /** @type {Uint8Array | undefined} */ (undefined),
    at: 0,
  };

  /**
   * The whole content, if nothing can have happened since the snapshot that it came with, so that to
   * ask for it could not give anything else. Once, as who gets it may do anything to it.
   * @param {Source} source @param {number} start @param {number} end
   */
  const takeCarried = (source, start, end) => {
    const { content, at } = carried;
    if (source !== carried.source || content === undefined || at !== atoll.eventsSoFar()) {
      return undefined;
    }
    if (start !== 0 || end !== TypedArrayPrototypeByteLength(content)) return undefined;
    carried.content = undefined;
    return content;
  };

  /** @param {any} value @param {boolean} done */
  const result = (value, done) => ({ __proto__: /** @type {any} */ (null), value, done });

  /** @param {Source} source @param {number} start @param {number} end */
  const bytesFrom = (source, start, end) => {
    let at = start;
    /** @type {Promise<any> | undefined} */
    let ahead;
    const ask = () => {
      const size = end - at < CHUNK ? end - at : CHUNK;
      const asked = PromisePrototypeThen(
        atoll.callAsync(read, [source.path, source.tag, at, size]),
        (/** @type {any} */ answer) => {
          check(answer);
          if (TypedArrayPrototypeByteLength(answer) !== size) {
            throw makeError("NotReadableError", "the file is shorter than it was");
          }
          return result(answer, false);
        },
      );
      at += size;
      return asked;
    };
    const next = () => {
      if (ahead === undefined && at >= end) return PromiseResolve(result(undefined, true));
      if (at === 0) {
        const content = takeCarried(source, start, end);
        if (content !== undefined) {
          at = end;
          return PromiseResolve(result(content, false));
        }
      }
      const current = ahead ?? ask();
      ahead = at < end ? ask() : undefined;
      // Whoever comes for it gets the failure; perhaps nobody does.
      if (ahead !== undefined) PromisePrototypeThen(ahead, undefined, ignore);
      return current;
    };
    const iterator = { __proto__: /** @type {any} */ (null), next };
    ObjectDefineProperty(iterator, asyncIterator, {
      // @ts-ignore: __proto__ in a literal is the prototype
      __proto__: null,
      value: () => iterator,
    });
    return iterator;
  };

  /** @param {Source} source @param {number} start @param {number} end @returns {any} */
  const makePart = (source, start, end) => {
    const part = ObjectFreeze({
      __proto__: null,
      size: end - start,
      slice: (/** @type {number} */ from, /** @type {number} */ to) =>
        makePart(source, start + from, start + to),
      stream: () => bytesFrom(source, start, end),
    });
    WeakMapPrototypeSet(known, part, { source, start, end });
    return part;
  };

  /** Let structured clone know a Blob that is one part of ours. @param {any} blob */
  const makeCloneable = (blob) => {
    const parts = blobParts(blob);
    const found = parts.length === 1 ? WeakMapPrototypeGet(known, parts[0]) : undefined;
    if (found === undefined) return;
    const serialize = () => {
      let name = null;
      let lastModified = 0;
      try {
        name = fileName(blob);
        lastModified = fileLastModified(blob);
      } catch {
        // A Blob.
      }
      const { source: { path, tag }, start, end } = found;
      const type = "AtollFile";
      return { type, path, tag, start, end, name, lastModified, mediaType: blobType(blob) };
    };
    ObjectDefineProperty(blob, cloneBrand, {
      // @ts-ignore: __proto__ in a literal is the prototype
      __proto__: null,
      value: serialize,
    });
  };

  /** @param {any} blob @param {any} part */
  const back = (blob, part) => {
    backBlob(blob, part);
    makeCloneable(blob);
    return blob;
  };

  registerCloneable("AtollFile", (/** @type {any} */ data) => {
    const { path, tag, start, end, name, lastModified, mediaType } = data;
    const part = makePart({ path, tag }, start, end);
    const options = { __proto__: null, type: mediaType, lastModified };
    return back(
      name === null ? new BlobCtor([], options) : new FileCtor([], name, options),
      part,
    );
  });

  atoll.replaceMethod(BlobPrototype, "slice", (original) => (self, args) => {
    const slice = ReflectApply(original, self, args);
    makeCloneable(slice);
    return slice;
  });

  /**
   * @param {string[]} path
   * @param {string} name
   * @param {any[]} snapshot size, modification time, version, media type, content or null
   * @returns {File}
   */
  const fileOf = (path, name, snapshot) => {
    const options = { __proto__: null, type: snapshot[3], lastModified: snapshot[1] };
    const source = { path, tag: snapshot[2] };
    carried = { source, content: snapshot[4] ?? undefined, at: atoll.eventsSoFar() };
    return back(new FileCtor([], name, options), makePart(source, 0, snapshot[0]));
  };
  return { fileOf };
}
