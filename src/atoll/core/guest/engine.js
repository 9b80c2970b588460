/**
 * The only file beside `boot.js` that touches Deno: its public API, and the few internals that have
 * no public counterpart. Internals move between versions; the `deno` dependency is pinned to the range that
 * the tests have seen.
 */

import { put } from "./primordials.js";

const deno = globalThis.Deno;
// @ts-ignore: `internal` is not in the public types
const { core } = deno[deno.internal];

const exitProcess = deno.exit;
const { defineProperty, deleteProperty, getOwnPropertyDescriptor, ownKeys } = Reflect;
const isUnloadDispatched = Symbol.for("Deno.isUnloadDispatched");
/** @param {number} code @returns {never} */
export const exit = (code) => {
  // Otherwise it dispatches `unload` on a global object that takes events no more, and throws.
  defineProperty(globalThis, isUnloadDispatched, { value: true });
  return exitProcess(code);
};
export const permissions = deno.permissions;
export const memoryUsage = deno.memoryUsage;
export const dlopen = deno.dlopen;

/** @type {(bytes: Uint8Array) => string} */
export const decodeText = core.decode;
/** @type {(text: string) => Uint8Array<ArrayBuffer>} */
export const encodeText = core.encode;
/** @type {(value: any) => boolean} */
export const isPromise = core.isPromise;
/** @type {(value: any) => boolean} */
export const isNativeError = core.isNativeError;
/** @type {(promise: Promise<any>) => [state: 0 | 1 | 2, result: any]} pending, fulfilled, rejected */
export const promiseDetails = core.getPromiseDetails;
const ArrayBufferCtor = ArrayBuffer;
const PromiseCtor = Promise;
/**
 * A full garbage collection. `--expose-gc` would leave a global that cannot be removed; but before
 * V8 reports that it cannot allocate a buffer, it collects everything that it can. The size is one
 * that no limit on memory allows.
 */
export function collectGarbage() {
  try {
    return new ArrayBufferCtor(2 ** 35).byteLength;
  } catch {
    return 0;
  }
}

/** After the event loop has had a turn: finalizers run from it. @returns {Promise<void>} */
export const nextTurn = () =>
  // The global setTimeout would do, but looking it up loads modules for 10 ms.
  new PromiseCtor((resolve) => core.createSystemTimer(resolve, 1, true));

let fired = 0;
/** Timers that have called back so far. */
export const timersFired = () => fired;

/**
 * Call back from the event loop, once, which a timer keeps from blocking.
 * @type {(callback: () => void, milliseconds: number) => object}
 */
export const setTimer = (callback, milliseconds) => {
  const called = () => {
    fired++;
    callback();
  };
  return core.createTimer(called, milliseconds, undefined, false, true, true);
};
/** @type {(timer: object) => void} */
export const clearTimer = core.cancelTimer;
/** @type {() => number} milliseconds since the process started; whatever user code does to it */
export const monotonicNow = performance.now.bind(performance);

/** @param {string} path @returns {(bytes: Uint8Array) => number | null} a blocking read */
export function openReader(path) {
  const file = deno.openSync(path);
  return (bytes) => file.readSync(bytes);
}

/** @param {string} path */
export function openAsyncReader(path) {
  const file = deno.openSync(path);
  return {
    /** @type {(bytes: Uint8Array) => number | null} */
    readSync: (bytes) => file.readSync(bytes),
    /** @type {(bytes: Uint8Array) => Promise<number | null>} */
    read: (bytes) => file.read(bytes),
  };
}

/** @param {string} path @returns {(bytes: Uint8Array) => number} a blocking write */
export function openWriter(path) {
  const file = deno.openSync(path, { read: false, write: true });
  return (bytes) => file.writeSync(bytes);
}

/**
 * Host-defined options that mark a script as one that has no loader: V8 hands them to `import()`,
 * also from `eval` and `new Function` inside that script, and Deno rejects it.
 */
const NO_DYNAMIC_IMPORT = [1];

/** The same with the number of a registered function, which is called instead. */
const DYNAMIC_IMPORT = 2;

let scriptOptions = NO_DYNAMIC_IMPORT;
/** How often what `import()` does in scripts has changed. */
let generation = 0;
export const scriptGeneration = () => generation;

/**
 * Run a classic script.
 * @param {string} source
 * @param {string} url
 * @returns {[result: any, error: null | { thrown: any, isCompileError: boolean }]}
 */
export const runScript = (source, url) => core.evalContext(source, url, scriptOptions);

/**
 * @typedef {object} ModuleEngine what the engine has for modules whose loader is ours
 * @property {any} vm the namespace of `node:vm`
 * @property {{ AsyncVariable: any, getContext: () => any, setContext: (context: any) => void }} asyncContext
 * @property {(importer: (specifier: string, attributes: any) => any) => void} setScriptImporter
 * what `import()` calls in scripts, in `eval` and `new Function` inside them
 * @property {(module: any, specifiers: string[], modules: any[]) => void} link
 */

/**
 * `node:vm` loads `node:process`, which would set up streams, a path and an environment that are not
 * there, and looks for `Deno` to find out whether it should: an empty object says no.
 * @param {() => Promise<any>} load
 */
async function withoutProcess(load) {
  // @ts-ignore: as above
  const internals = deno[deno.internal];
  const descriptor = (/** @type {any} */ value) => ({
    __proto__: /** @type {any} */ (null),
    value,
    configurable: true,
    enumerable: false,
    writable: true,
  });
  const known = getOwnPropertyDescriptor(globalThis, "Deno");
  const isSetUp = internals.__nodeProcessBootstrapped;
  internals.__nodeProcessBootstrapped = true;
  defineProperty(globalThis, "Deno", descriptor(emptyDeno));
  try {
    return await load();
  } finally {
    internals.__nodeProcessBootstrapped = isSetUp;
    if (known === undefined) deleteProperty(globalThis, "Deno");
    else defineProperty(globalThis, "Deno", known);
  }
}
const emptyDeno = Object.freeze({ __proto__: null });

/** @param {() => Promise<any>} importVm of `node:vm` @returns {Promise<ModuleEngine>} */
export async function makeModuleEngine(importVm) {
  const vm = await withoutProcess(importVm);
  // Loading `node:vm` has put the operations back that have a fast call. The others are out of
  // reach, which is why its JavaScript has to be loaded at all.
  const register = core.ops.op_vm_dynamic_import_callback_register;
  const link = core.ops.op_vm_module_link;
  const probe = new vm.SourceTextModule("");
  const keys = ownKeys(probe);
  let inner = keys[0];
  for (let i = 0; i < keys.length; i++) {
    if (typeof keys[i] === "symbol" && String(keys[i]) === "Symbol(kWrap)") inner = keys[i];
  }
  if (typeof register !== "function" || typeof link !== "function" || typeof inner !== "symbol") {
    throw new Error("this version of the engine has no modules that can be linked from here");
  }
  return {
    vm,
    asyncContext: {
      AsyncVariable: core.AsyncVariable,
      getContext: core.getAsyncContext,
      setContext: core.setAsyncContext,
    },
    setScriptImporter(importer) {
      scriptOptions = [DYNAMIC_IMPORT, register(importer)];
      generation++;
    },
    link(module, specifiers, modules) {
      /** @type {any[]} */
      const wraps = [];
      for (let i = 0; i < modules.length; i++) put(wraps, i, modules[i][inner]);
      link(module[inner], specifiers, wraps);
    },
  };
}

/**
 * Whether the event loop has anything to wait for: timers, operations, promise rejections to
 * report, WebAssembly compilations.
 * @type {() => boolean}
 */
export const hasPendingWork = () => {
  core.setHasTickScheduled(false);
  return core.eventLoopHasMoreWork();
};

/** @type {() => void} drain the microtask queue; does nothing inside a microtask */
export const runMicrotasks = core.runMicrotasks;

/**
 * Call back outside of any microtask, as the next thing that the event loop does.
 * @param {() => void} callback
 */
export const queueTask = (callback) =>
  core.queueNextTick({
    callback,
    args: undefined,
    asyncId: 0,
    triggerAsyncId: 0,
    snapshot: undefined,
  });

/**
 * The handler returns true: it has dealt with the rejection.
 * @type {(handler: (promise: Promise<any>, reason: any) => boolean) => void}
 */
export const onUnhandledRejection = core.setUnhandledPromiseRejectionHandler;
/** @type {(handler: (error: any) => void) => void} */
export const onUncaughtException = core.setReportExceptionCallback;
/**
 * The same for a rejection that the handler above was told of, and that something handles after all.
 * @type {(handler: (promise: Promise<any>, reason: any) => void) => void}
 */
export const onHandledRejection = core.setHandledPromiseRejectionHandler;

/** A method of this name makes what structured clone sends for an object: with a `type`. */
export const cloneBrand = core.hostObjectBrand;
/**
 * Make objects again of what structured clone has sent for one of that `type`.
 * @type {(type: string, make: (data: any) => object) => void}
 */
export const registerCloneable = core.registerCloneableResource;

const blobFields = Object.getOwnPropertySymbols(new Blob());
/** @param {string} name @returns {any} */
const blobField = (name) => {
  const found = blobFields.find(({ description }) => description === name);
  if (found === undefined) throw new TypeError(`a Blob of this engine has no ${name}`);
  return found;
};
const blobPartsField = blobField("Parts");
const blobSizeField = blobField("Size");
const blobFileBackedField = blobField("FileBacked");

/**
 * A part of a Blob, of which the engine uses these members alone.
 * @typedef {object} BlobPart
 * @property {number} size
 * @property {(start: number, end: number) => BlobPart} slice
 * @property {() => AsyncIterable<Uint8Array>} stream
 */

/** @type {(blob: any) => any[]} parts, and other Blobs */
export const blobParts = (blob) => blob[blobPartsField];

/**
 * Let an empty Blob have the bytes of a part. Blobs that are made of it cannot be cloned: what
 * clones them knows the engine's own parts only.
 * @param {any} blob
 * @param {BlobPart} part
 */
export function backBlob(blob, part) {
  blob[blobPartsField] = [part];
  blob[blobSizeField] = part.size;
  blob[blobFileBackedField] = true;
}
