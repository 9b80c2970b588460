/**
 * The global scope of a bare isolate: an allow-list, so that an engine upgrade adds nothing.
 *
 * What is taken away is kept for the capabilities, which put back what is theirs.
 */

import {
  FunctionPrototype,
  MapCtor,
  MapPrototypeSet,
  ObjectDefineProperty,
  ObjectPrototype,
  ReflectDeleteProperty,
  ReflectGetOwnPropertyDescriptor,
  ReflectOwnKeys,
  ReflectSetPrototypeOf,
  SetCtor,
  SetPrototypeHas,
  TypeErrorCtor,
} from "./primordials.js";

/** ECMA-262 clause 19, ECMA-402, and the WebAssembly namespace. */
const ECMASCRIPT = [
  ..."globalThis Infinity NaN undefined eval isFinite isNaN parseFloat parseInt".split(" "),
  ..."decodeURI decodeURIComponent encodeURI encodeURIComponent escape unescape".split(" "),
  ..."AggregateError Array ArrayBuffer AsyncDisposableStack BigInt BigInt64Array".split(" "),
  ..."BigUint64Array Boolean DataView Date DisposableStack Error EvalError".split(" "),
  ..."FinalizationRegistry Float16Array Float32Array Float64Array Function Int8Array".split(" "),
  ..."Int16Array Int32Array Iterator Map Number Object Promise Proxy RangeError".split(" "),
  ..."ReferenceError RegExp Set SharedArrayBuffer String SuppressedError Symbol".split(" "),
  ..."SyntaxError TypeError Uint8Array Uint8ClampedArray Uint16Array Uint32Array".split(" "),
  ..."URIError WeakMap WeakRef WeakSet Atomics Intl JSON Math Reflect Temporal".split(" "),
  "WebAssembly",
];

/** The classes that every capability and the marshaller build on. */
const CORE = [
  ..."AbortController AbortSignal Blob ByteLengthQueuingStrategy".split(" "),
  ..."CountQueuingStrategy CustomEvent DOMException Event EventTarget File".split(" "),
  ..."FormData MessageChannel MessageEvent MessagePort Performance PerformanceEntry".split(" "),
  ..."PerformanceMark PerformanceMeasure QuotaExceededError".split(" "),
  ..."ReadableByteStreamController ReadableStream ReadableStreamBYOBReader".split(" "),
  ..."ReadableStreamBYOBRequest ReadableStreamDefaultController".split(" "),
  ..."ReadableStreamDefaultReader TransformStream TransformStreamDefaultController".split(" "),
  ..."URL URLPattern URLSearchParams WritableStream".split(" "),
  ..."WritableStreamDefaultController WritableStreamDefaultWriter performance".split(" "),
  ..."queueMicrotask structuredClone".split(" "),
];

/** Descriptors of what was removed, by name. @type {Map<PropertyKey, PropertyDescriptor>} */
const removed = new MapCtor();
let taken = false;

/**
 * What was removed, for the capabilities: the engine's own authority is among it. It is given out
 * once, before user code runs, so that importing this module gives nobody anything.
 */
export function takeRemoved() {
  if (taken) throw new TypeErrorCtor("not available");
  taken = true;
  return removed;
}

/**
 * The engine calls its operations as `operation.call(…)`, with whatever `call` is then: a
 * replacement would be handed the raw operations. So this one property of the language cannot be
 * replaced, which is the only way in which it differs from ECMA-262.
 */
const lockCall = () =>
  ObjectDefineProperty(FunctionPrototype, "call", {
    // @ts-ignore: __proto__ in a literal is the prototype
    __proto__: null,
    writable: false,
    configurable: false,
  });

export function scrubGlobal() {
  lockCall();
  const allowed = new SetCtor([...ECMASCRIPT, ...CORE]);
  const keys = ReflectOwnKeys(globalThis);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (SetPrototypeHas(allowed, key)) continue;
    const descriptor = /** @type {PropertyDescriptor} */ (
      ReflectGetOwnPropertyDescriptor(globalThis, key)
    );
    MapPrototypeSet(removed, key, descriptor);
    if (!ReflectDeleteProperty(globalThis, key)) {
      throw new Error(`the engine's global ${String(key)} cannot be removed`);
    }
  }
  // Window and its prototypes would be reachable from globalThis.constructor.
  if (!ReflectSetPrototypeOf(globalThis, ObjectPrototype)) {
    throw new Error("the prototype of the global object cannot be replaced");
  }
  // ECMA-262 gives the global object's own name no special treatment; Deno's is fine as it is.
  ObjectDefineProperty(globalThis, Symbol.toStringTag, {
    // @ts-ignore: __proto__ in a literal is the prototype
    __proto__: null,
    value: "global",
    configurable: true,
  });
}
