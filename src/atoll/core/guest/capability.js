/**
 * What the guest half of a capability is given. A guest half is an ES module without imports whose
 * default export is `install(atoll, options)`.
 */

import * as primordials from "./primordials.js";
import { callAsync, callSync, defineOperation, postToHost } from "./connection.js";
import { homeOf } from "./handles.js";
import { nativeFunction } from "./functions.js";
import { registerDecoder, registerEncoder, tagged } from "./marshal.js";
import { removed } from "./realm.js";
import { INSTALL } from "./operations.js";

const { MapPrototypeGet, ObjectDefineProperty, PromisePrototypeThen, TypeErrorCtor } = primordials;

/**
 * @typedef {object} Atoll
 * @property {typeof primordials} primordials intrinsics as they were before user code
 * @property {(hostFunction: any, ...args: any[]) => any} callSync call a host function and block
 * @property {(hostFunction: any, args: any[], signal?: AbortSignal) => Promise<any>} callAsync
 * @property {(hostFunction: any, ...args: any[]) => void} post call a host function, no answer
 * @property {typeof nativeFunction} nativeFunction
 * @property {(name: string) => PropertyDescriptor | undefined} engineGlobal
 * a global that the engine has and a bare isolate does not
 * @property {(name: string, descriptor: PropertyDescriptor) => void} defineGlobal
 * @property {typeof registerEncoder} registerEncoder
 * @property {typeof registerDecoder} registerDecoder
 * @property {typeof tagged} tagged
 */

/** @param {any} hostFunction @returns {number} */
function targetOf(hostFunction) {
  const id = homeOf(hostFunction);
  if (id === undefined) throw new TypeErrorCtor("not a host function");
  return id;
}

/** @type {Atoll} */
const atoll = primordials.ObjectFreeze({
  primordials,
  callSync: (/** @type {any} */ fn, /** @type {any[]} */ ...args) => callSync(targetOf(fn), args),
  callAsync: (
    /** @type {any} */ fn,
    /** @type {any[]} */ args,
    /** @type {AbortSignal | undefined} */ signal,
  ) => callAsync(targetOf(fn), args, signal),
  post: (/** @type {any} */ fn, /** @type {any[]} */ ...args) => postToHost(targetOf(fn), args),
  nativeFunction,
  engineGlobal: (/** @type {string} */ name) => MapPrototypeGet(removed, name),
  defineGlobal: (/** @type {string} */ name, /** @type {PropertyDescriptor} */ descriptor) =>
    ObjectDefineProperty(globalThis, name, descriptor),
  registerEncoder,
  registerDecoder,
  tagged,
});

defineOperation(
  INSTALL,
  (/** @type {string} */ url, /** @type {any} */ options) =>
    PromisePrototypeThen(
      import(url),
      (/** @type {any} */ module) => module.default(atoll, options),
    ),
);
