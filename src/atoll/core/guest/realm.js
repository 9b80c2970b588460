/**
 * The global scope of a bare isolate: an allow-list, so that an engine upgrade adds nothing.
 *
 * What is taken away is kept for the capabilities, which put back what is theirs.
 */

import {
  FunctionPrototype,
  MapCtor,
  MapPrototypeGet,
  MapPrototypeSet,
  ObjectDefineProperty,
  ObjectPrototype,
  ReflectApply,
  ReflectDefineProperty,
  ReflectDeleteProperty,
  ReflectGetOwnPropertyDescriptor,
  ReflectGetPrototypeOf,
  ReflectOwnKeys,
  ReflectSetPrototypeOf,
  SetCtor,
  SetPrototypeHas,
  SymbolPrototypeDescription,
  TypeErrorCtor,
} from "./primordials.js";
import { correctClasses } from "./corrections.js";
import {
  changeable,
  clean,
  defineInterface,
  exposeFunction,
  exposeReplaceable,
  hideSource,
  hideSources,
  isHook,
  makeMethod,
  replaceMethod,
} from "./expose.js";

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

/**
 * The classes that every capability and the marshaller build on. Functions and attributes are
 * exposed below, and in `uncaught.js` what has to do with errors.
 */
const INTERFACES = [
  ..."AbortController AbortSignal Blob ByteLengthQueuingStrategy".split(" "),
  ..."CountQueuingStrategy CustomEvent DOMException Event EventTarget File".split(" "),
  ..."FormData MessageChannel MessageEvent MessagePort Performance PerformanceEntry".split(" "),
  ..."PerformanceMark PerformanceMeasure QuotaExceededError".split(" "),
  ..."ReadableByteStreamController ReadableStream ReadableStreamBYOBReader".split(" "),
  ..."ReadableStreamBYOBRequest ReadableStreamDefaultController".split(" "),
  ..."ReadableStreamDefaultReader TransformStream TransformStreamDefaultController".split(" "),
  ..."URL URLPattern URLSearchParams WritableStream".split(" "),
  ..."WritableStreamDefaultController WritableStreamDefaultWriter".split(" "),
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
function lockCall() {
  const { call } = FunctionPrototype;
  // An accessor, so that other functions can be given a `call` of their own, which a property that
  // is read-only would forbid (ECMA-262 § 10.1.9.2, step 2.a).
  const { get, set } = /** @type {PropertyDescriptor} */ (ReflectGetOwnPropertyDescriptor({
    get call() {
      return call;
    },
    set call(value) {
      if (this === FunctionPrototype) {
        throw new TypeErrorCtor("Function.prototype.call cannot be replaced");
      }
      ReflectDefineProperty(this, "call", changeable(value, true));
    },
  }, "call"));
  hideSource(get);
  hideSource(set);
  ObjectDefineProperty(FunctionPrototype, "call", {
    // @ts-ignore: __proto__ in a literal is the prototype
    __proto__: null,
    get,
    set,
    configurable: false,
    enumerable: false,
  });
}

/**
 * What the standards do not have on their classes. `dispatchEvent` never asks a target for its
 * parent, and the references that keep Node's event loop alive mean nothing here.
 */
const EXTRAS = /** @type {[object, PropertyKey[]][]} */ ([
  [EventTarget.prototype, ["getParent"]],
  [Event.prototype, ["initialized"]],
  [MessagePort.prototype, ["ref", "unref", "hasRef"]],
]);

/** Objects that have no global of their own. */
const iteratorPrototypes = () => [
  ReflectGetPrototypeOf(new URLSearchParams().entries()),
  ReflectGetPrototypeOf(new FormData().entries()),
];

/**
 * The engine's own keys on the global object, which make it an event target: its brand, and the
 * list of its listeners.
 * @param {PropertyKey} key
 */
const isTargetKey = (key) => {
  if (typeof key !== "symbol") return false;
  const description = SymbolPrototypeDescription(key);
  return description === "" || description === "[[webidl.brand]]";
};

/** ECMA-262 § 20.1.3.8.1: the engine has taken it away. */
function restoreProto() {
  const { getPrototypeOf, setPrototypeOf } = Object;
  const descriptor = ReflectGetOwnPropertyDescriptor({
    get __proto__() {
      return getPrototypeOf(this);
    },
    set __proto__(prototype) {
      if (this === undefined || this === null) {
        throw new TypeErrorCtor("Object.prototype.__proto__ called on null or undefined");
      }
      const isObject = typeof prototype === "object" || typeof prototype === "function";
      if (isObject && (typeof this === "object" || typeof this === "function")) {
        setPrototypeOf(this, prototype);
      }
    },
  }, "__proto__");
  // @ts-ignore: __proto__ in a literal is the prototype
  ObjectDefineProperty(ObjectPrototype, "__proto__", { ...descriptor, enumerable: false });
  clean(ObjectPrototype);
}

export function scrubGlobal() {
  lockCall();
  restoreProto();
  makeMethod(URL, "createObjectURL");
  makeMethod(URL, "revokeObjectURL");
  correctClasses();
  const { performance, queueMicrotask, structuredClone } = globalThis;
  // The engine takes V8's from behind its own on first use, which has to be there then.
  queueMicrotask(() => {});
  const allowed = new SetCtor(ECMASCRIPT);
  const interfaces = new SetCtor(INTERFACES);
  const keys = ReflectOwnKeys(globalThis);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (SetPrototypeHas(allowed, key)) continue;
    const descriptor = /** @type {PropertyDescriptor} */ (
      ReflectGetOwnPropertyDescriptor(globalThis, key)
    );
    if (SetPrototypeHas(interfaces, key)) {
      // @ts-ignore: a name
      defineInterface(key, globalThis[key]);
    } else if (isTargetKey(key)) {
      ObjectDefineProperty(globalThis, key, { ...descriptor, enumerable: false });
    } else {
      MapPrototypeSet(removed, key, descriptor);
      if (!ReflectDeleteProperty(globalThis, key)) {
        throw new Error(`the engine's global ${String(key)} cannot be removed`);
      }
    }
  }
  for (let i = 0; i < EXTRAS.length; i++) {
    const [target, names] = EXTRAS[i];
    for (let j = 0; j < names.length; j++) ReflectDeleteProperty(target, names[j]);
  }
  const iterators = iteratorPrototypes();
  for (let i = 0; i < iterators.length; i++) clean(/** @type {object} */ (iterators[i]));

  exposeReplaceable("performance", () => performance);
  exposeReplaceable("self", () => globalThis);
  exposeFunction("queueMicrotask", queueMicrotask, 1);
  exposeFunction("structuredClone", structuredClone, 1);
  hideSources();
  hideRegistry();

  // Window and its prototypes would be reachable from globalThis.constructor.
  if (!ReflectSetPrototypeOf(globalThis, EventTarget.prototype)) {
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

/**
 * Symbols that the engine has registered for hooks of its own would be anybody's by name. In their
 * place, `Symbol.for` gives others, which nothing but user code knows.
 */
function hideRegistry() {
  /** @type {Map<string, symbol>} */
  const ours = new MapCtor();
  /** @type {Map<symbol, string>} */
  const names = new MapCtor();
  const SymbolCtor = Symbol;
  replaceMethod(Symbol, "for", (original) => (self, args) => {
    const name = `${args[0]}`;
    if (!isHook(name)) return ReflectApply(original, self, [name]);
    let symbol = MapPrototypeGet(ours, name);
    if (symbol === undefined) {
      symbol = SymbolCtor(name);
      MapPrototypeSet(ours, name, symbol);
      MapPrototypeSet(names, symbol, name);
    }
    return symbol;
  });
  replaceMethod(Symbol, "keyFor", (original) => (self, args) => {
    const name = ReflectApply(original, self, args);
    return name === undefined ? MapPrototypeGet(names, args[0]) : isHook(name) ? undefined : name;
  });
}
