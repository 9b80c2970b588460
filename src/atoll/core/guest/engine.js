/**
 * The only file beside `boot.js` that touches Deno: its public API, and the few internals that have
 * no public counterpart. Internals move between versions; the `deno` dependency is pinned to the range that
 * the tests have seen.
 */

const deno = globalThis.Deno;
// @ts-ignore: `internal` is not in the public types
const { core } = deno[deno.internal];

const exitProcess = deno.exit;
const { defineProperty } = Reflect;
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

/**
 * Call back from the event loop, once, which a timer keeps from blocking.
 * @type {(callback: () => void, milliseconds: number) => object}
 */
export const setTimer = (callback, milliseconds) =>
  core.createTimer(callback, milliseconds, undefined, false, true, true);
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

/**
 * Run a classic script.
 * @param {string} source
 * @param {string} url
 * @returns {[result: any, error: null | { thrown: any, isCompileError: boolean }]}
 */
export const runScript = (source, url) => core.evalContext(source, url, NO_DYNAMIC_IMPORT);

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
