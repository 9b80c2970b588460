/**
 * The core classes of the web platform across the boundary: URL, URLSearchParams, Headers, FormData,
 * Blob, File and streams. `web.py` and `headers.py` are the other half.
 *
 * Blobs and streams of the guest stay where they are, and the host reads them through the
 * operations below; those of the host become real ones here, streams pulling from the host as they
 * are read.
 */

import {
  ArrayIsArray,
  ArrayPrototypePush,
  MathFloor,
  PromisePrototypeThen,
  put,
  ReflectApply,
  ReflectGetOwnPropertyDescriptor,
  TypedArrayPrototypeByteLength,
  TypedArrayPrototypeTag,
  TypeErrorCtor,
  Uint8ArrayCtor,
  uncurryGetter,
  uncurryThis,
  WeakMapCtor,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
} from "./primordials.js";
import { defineOperation } from "./connection.js";
import { blobType } from "./corrections.js";
import { exportWith, setExportReleaseListener } from "./handles.js";
import { MarshalFailure, registerDecoder, registerEncoder, tagged } from "./marshal.js";
import * as operation from "./operations.js";

const URLCtor = URL;
const URLSearchParamsCtor = URLSearchParams;
const FormDataCtor = FormData;
const BlobCtor = Blob;
const FileCtor = File;
const ReadableStreamCtor = ReadableStream;
const WritableStreamCtor = WritableStream;

const hrefOf = uncurryGetter(URL.prototype, "href");
const searchParamsForEach = uncurryThis(URLSearchParams.prototype.forEach);
const searchParamsAppend = uncurryThis(URLSearchParams.prototype.append);
const formDataForEach = uncurryThis(FormData.prototype.forEach);
const formDataAppend = uncurryThis(FormData.prototype.append);
const blobSize = uncurryGetter(Blob.prototype, "size");
const blobSlice = uncurryThis(Blob.prototype.slice);
const blobArrayBuffer = uncurryThis(Blob.prototype.arrayBuffer);
const fileName = uncurryGetter(File.prototype, "name");
const fileLastModified = uncurryGetter(File.prototype, "lastModified");
const isReadableLocked = uncurryGetter(ReadableStream.prototype, "locked");
const getReader = uncurryThis(ReadableStream.prototype.getReader);
const readerRead = uncurryThis(ReadableStreamDefaultReader.prototype.read);
const readerReleaseLock = uncurryThis(ReadableStreamDefaultReader.prototype.releaseLock);
const readerCancel = uncurryThis(ReadableStreamDefaultReader.prototype.cancel);
const isWritableLocked = uncurryGetter(WritableStream.prototype, "locked");
const getWriter = uncurryThis(WritableStream.prototype.getWriter);
const writerReleaseLock = uncurryThis(WritableStreamDefaultWriter.prototype.releaseLock);
const writerReady = uncurryGetter(WritableStreamDefaultWriter.prototype, "ready");
const writerWrite = uncurryThis(WritableStreamDefaultWriter.prototype.write);
const writerClose = uncurryThis(WritableStreamDefaultWriter.prototype.close);
const writerAbort = uncurryThis(WritableStreamDefaultWriter.prototype.abort);

/**
 * Reads a getter that checks the brand: `undefined` when `value` only inherits from the prototype.
 * @param {(self: any) => any} getter
 * @param {any} value
 */
function branded(getter, value) {
  try {
    return getter(value);
  } catch {
    return undefined;
  }
}

registerEncoder(URL.prototype, (value) => {
  const href = branded(hrefOf, value);
  return href === undefined ? undefined : tagged(["U", href]);
});
registerDecoder("U", (data) => new URLCtor(data[1]));

registerEncoder(URLSearchParams.prototype, (value, encoder) => {
  /** @type {any[]} */
  const pairs = [];
  try {
    searchParamsForEach(value, (/** @type {string} */ item, /** @type {string} */ name) => {
      put(pairs, pairs.length, [encoder.walk(name, 0), encoder.walk(item, 0)]);
    });
  } catch {
    return undefined;
  }
  return tagged(["q", pairs]);
});
registerDecoder("q", (data, decoder) => {
  const params = new URLSearchParamsCtor();
  for (let i = 0; i < data[1].length; i++) {
    searchParamsAppend(params, decoder.walk(data[1][i][0]), decoder.walk(data[1][i][1]));
  }
  return params;
});

const loadHeaders = /** @type {() => any} */ (
  ReflectGetOwnPropertyDescriptor(globalThis, "Headers")?.get
);
/** @type {{ Class: any, append: (self: any, name: string, value: string) => void } | undefined} */
let headers;
/**
 * The engine's class, which a bare isolate has no global for. Loading it takes the engine more than
 * a millisecond, so it is loaded with the first that is needed.
 */
function headersSupport() {
  if (headers !== undefined) return headers;
  const Class = ReflectApply(loadHeaders, globalThis, []);
  const forEach = uncurryThis(Class.prototype.forEach);
  registerEncoder(Class.prototype, (value, encoder) => {
    /** @type {any[]} */
    const pairs = [];
    try {
      forEach(value, (/** @type {string} */ item, /** @type {string} */ name) => {
        put(pairs, pairs.length, [name, item]);
      });
    } catch {
      return undefined;
    }
    return encoder.open(value, ["H", pairs]);
  });
  headers = { Class, append: uncurryThis(Class.prototype.append) };
  return headers;
}
/** The class `Headers`, which crosses from now on. */
export const headersClass = () => headersSupport().Class;

registerDecoder("H", (data, decoder) => {
  const { Class, append } = headersSupport();
  const out = decoder.open(new Class());
  for (let i = 0; i < data[1].length; i++) append(out, data[1][i][0], data[1][i][1]);
  return out;
});

registerEncoder(FormData.prototype, (value, encoder, depth) => {
  /** @type {any[]} */
  const entries = [];
  try {
    formDataForEach(value, (/** @type {any} */ item, /** @type {string} */ name) => {
      ArrayPrototypePush(entries, [name, item]);
    });
  } catch {
    return undefined;
  }
  /** @type {any[]} */
  const pairs = [];
  for (let i = 0; i < entries.length; i++) {
    pairs[i] = [encoder.walk(entries[i][0], depth), encoder.walk(entries[i][1], depth + 1)];
  }
  return tagged(["D", pairs]);
});
registerDecoder("D", (data, decoder) => {
  const form = decoder.open(new FormDataCtor());
  for (let i = 0; i < data[1].length; i++) {
    const name = decoder.walk(data[1][i][0]);
    const item = decoder.walk(data[1][i][1]);
    formDataAppend(form, name, item);
  }
  return form;
});

registerEncoder(Blob.prototype, (value, encoder) => {
  const size = branded(blobSize, value);
  if (size === undefined) return undefined;
  const type = blobType(value);
  const name = branded(fileName, value);
  const id = exportWith(value, encoder);
  return name === undefined
    ? tagged(["B", id, size, type])
    : tagged(["F", id, size, type, name, fileLastModified(value)]);
});
registerDecoder(
  "B",
  (data, decoder) => new BlobCtor([decoder.segments[data[1]]], { type: decoder.walk(data[2]) }),
);
registerDecoder(
  "F",
  (data, decoder) =>
    new FileCtor([decoder.segments[data[1]]], decoder.walk(data[3]), {
      type: decoder.walk(data[2]),
      lastModified: decoder.walk(data[4]),
    }),
);
defineOperation(
  operation.BLOB_READ,
  (blob, start, end) =>
    PromisePrototypeThen(
      blobArrayBuffer(blobSlice(blob, start, end)),
      (/** @type {ArrayBuffer} */ buffer) => new Uint8ArrayCtor(buffer),
    ),
);

/** Readers and writers by the stream that the host holds. @type {WeakMap<object, any>} */
const holders = new WeakMapCtor();
const forget = uncurryThis(WeakMap.prototype.delete);

registerEncoder(ReadableStream.prototype, (value, encoder) => {
  const locked = branded(isReadableLocked, value);
  if (locked === undefined) return undefined;
  if (locked && WeakMapPrototypeGet(holders, value) === undefined) {
    throw new MarshalFailure("a locked ReadableStream");
  }
  if (!locked) WeakMapPrototypeSet(holders, value, getReader(value));
  return tagged(["r", exportWith(value, encoder)]);
});
registerEncoder(WritableStream.prototype, (value, encoder) => {
  const locked = branded(isWritableLocked, value);
  if (locked === undefined) return undefined;
  if (locked && WeakMapPrototypeGet(holders, value) === undefined) {
    throw new MarshalFailure("a locked WritableStream");
  }
  if (!locked) WeakMapPrototypeSet(holders, value, getWriter(value));
  return tagged(["w", exportWith(value, encoder)]);
});

/** @param {any} stream */
function holderOf(stream) {
  const holder = WeakMapPrototypeGet(holders, stream);
  if (holder === undefined) throw new TypeErrorCtor("not a stream that the host holds");
  return holder;
}
defineOperation(
  operation.STREAM_READ,
  (stream) =>
    PromisePrototypeThen(
      readerRead(holderOf(stream)),
      (/** @type {any} */ result) => result.done ? null : [result.value],
    ),
);
defineOperation(
  operation.STREAM_CANCEL,
  (stream, reason) => readerCancel(holderOf(stream), reason),
);
defineOperation(operation.STREAM_WRITE, (stream, chunk) => {
  const writer = holderOf(stream);
  // Answering only when the stream wants more is what slows the host down.
  return PromisePrototypeThen(writerReady(writer), () => writerWrite(writer, chunk));
});
defineOperation(operation.STREAM_CLOSE, (stream) => writerClose(holderOf(stream)));
defineOperation(operation.STREAM_ABORT, (stream, reason) => writerAbort(holderOf(stream), reason));

const ignore = () => {};
setExportReleaseListener((value, isDelivered) => {
  const holder = typeof value === "object" && value !== null
    ? WeakMapPrototypeGet(holders, value)
    : undefined;
  if (holder === undefined) return;
  if (!isDelivered) {
    forget(holders, value);
    if (branded(isReadableLocked, value) === undefined) writerReleaseLock(holder);
    else readerReleaseLock(holder);
    return;
  }
  // The host has dropped the stream. For one that has ended, this does nothing.
  const ended = branded(isReadableLocked, value) === undefined
    ? writerAbort(holder, new TypeErrorCtor("the host has dropped the stream"))
    : readerCancel(holder, new TypeErrorCtor("the host has dropped the stream"));
  PromisePrototypeThen(ended, ignore, ignore);
});

/** Bytes that are on their way before anybody has asked for them, and chunks at most. */
const WINDOW = 2 * 1024 * 1024;
const MOST_AHEAD = 32;

/**
 * How many chunks to ask the host for beyond one like this, so that neither side waits for the
 * other. A source of anything but bytes runs when its next chunk is wanted.
 * @param {any} chunk
 */
function chunksAhead(chunk) {
  if (TypedArrayPrototypeTag(chunk) !== "Uint8Array") return 0;
  const fitting = WINDOW / (TypedArrayPrototypeByteLength(chunk) || 1);
  return fitting < 1 ? 1 : fitting > MOST_AHEAD ? MOST_AHEAD : MathFloor(fitting);
}

registerDecoder("r", (data, decoder) => {
  const next = decoder.walk(data[1]);
  const cancel = decoder.walk(data[2]);
  /** Chunks that have been asked for, in order. @type {Promise<any>[]} */
  let started = [];
  let first = 0;
  const take = () => {
    if (first === started.length) return next();
    const promise = started[first];
    // @ts-ignore: the slot is never read again
    started[first++] = undefined;
    if (first === started.length) {
      started = [];
      first = 0;
    }
    return promise;
  };
  return new ReadableStreamCtor({
    pull: (controller) =>
      PromisePrototypeThen(take(), (/** @type {any} */ chunk) => {
        if (!ArrayIsArray(chunk)) {
          controller.close();
          return;
        }
        const ahead = chunksAhead(chunk[0]);
        while (started.length - first < ahead) {
          const promise = next();
          // One that fails is heard of when its turn comes, or not at all.
          PromisePrototypeThen(promise, undefined, ignore);
          put(started, started.length, promise);
        }
        controller.enqueue(chunk[0]);
      }),
    cancel: (reason) => cancel(reason),
  }, { highWaterMark: 0 });
});
registerDecoder("w", (data, decoder) => {
  const write = decoder.walk(data[1]);
  const close = decoder.walk(data[2]);
  const abort = decoder.walk(data[3]);
  return new WritableStreamCtor({
    write: (chunk) => write(chunk),
    close: () => close(),
    abort: (reason) => abort(reason),
  });
});
