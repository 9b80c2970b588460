/**
 * Host functions as the guest sees them, and promises that the host settles.
 */

import {
  FunctionPrototypeBind,
  MapCtor,
  MapPrototypeDelete,
  MapPrototypeGet,
  MapPrototypeSet,
  ObjectDefineProperty,
  PromiseCtor,
  ReflectDefineProperty,
  ReflectGetPrototypeOf,
  StringPrototypeSplit,
  TypeErrorCtor,
} from "./primordials.js";
import { callAsync, callSync, defineOperation } from "./connection.js";
import { importHandle } from "./handles.js";
import { registerDecoder } from "./marshal.js";
import { DEFINE_GLOBAL, SETTLE } from "./operations.js";

const AbortSignalPrototype = AbortSignal.prototype;

/** The first AbortSignal among the arguments cancels the call. @param {any[]} args */
export function findSignal(args) {
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (
      typeof arg === "object" && arg !== null &&
      ReflectGetPrototypeOf(arg) === AbortSignalPrototype
    ) return arg;
  }
  return undefined;
}

/**
 * A function that looks native: no source, no prototype, the given name.
 * @param {string} name
 * @param {(...args: any[]) => any} implementation
 */
export function nativeFunction(name, implementation) {
  const bound = FunctionPrototypeBind(implementation, undefined);
  ObjectDefineProperty(bound, "name", descriptor(name));
  ObjectDefineProperty(bound, "length", descriptor(0));
  return bound;
}

/** @param {any} value */
const descriptor = (value) => ({
  __proto__: /** @type {any} */ (null),
  value,
  configurable: true,
  enumerable: false,
  writable: false,
});

/**
 * @param {number} id host handle
 * @param {string} name
 * @param {boolean} isAsync
 */
export const hostFunction = (id, name, isAsync) =>
  nativeFunction(
    name,
    isAsync ? (...args) => callAsync(id, args, findSignal(args)) : (...args) => callSync(id, args),
  );

registerDecoder(
  "f",
  (data) => importHandle(data[1], () => hostFunction(data[1], data[2], data[3])),
);

/** @type {Map<number, { resolve: (value: any) => void, reject: (reason: any) => void }>} */
const unsettled = new MapCtor();
registerDecoder("p", (data) =>
  importHandle(data[1], () =>
    new PromiseCtor((resolve, reject) => {
      MapPrototypeSet(unsettled, data[1], { resolve, reject });
    })));

defineOperation(SETTLE, (id, fulfilled, value) => {
  const promise = MapPrototypeGet(unsettled, id);
  if (promise === undefined) return;
  MapPrototypeDelete(unsettled, id);
  if (fulfilled) promise.resolve(value);
  else promise.reject(value);
});

/**
 * Put a value at a global path: `"tools.search"` makes `tools` when it is missing.
 * @param {string} path
 * @param {any} value
 */
export function defineGlobal(path, value) {
  const parts = StringPrototypeSplit(path, ".");
  const last = parts.length - 1;
  /** @type {any} */
  let target = globalThis;
  for (let i = 0; i < last; i++) {
    let next = target[parts[i]];
    if (next === undefined) {
      next = {};
      defineProperty(target, parts[i], next, path);
    } else if (typeof next !== "object" && typeof next !== "function" || next === null) {
      throw new TypeErrorCtor(`cannot define ${path}: ${parts[i]} is not an object`);
    }
    target = next;
  }
  defineProperty(target, parts[last], value, path);
}

/** @param {any} target @param {string} key @param {any} value @param {string} path */
function defineProperty(target, key, value, path) {
  const done = ReflectDefineProperty(target, key, {
    // @ts-ignore: __proto__ in a literal is the prototype
    __proto__: null,
    value,
    configurable: true,
    enumerable: false,
    writable: true,
  });
  if (!done) throw new TypeErrorCtor(`cannot define ${path}: it is not configurable`);
}

defineOperation(DEFINE_GLOBAL, defineGlobal);
