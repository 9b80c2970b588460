/**
 * What the guest half of a capability is given. A guest half is an ES module without imports whose
 * default export is `install(atoll, options)`. An object that `install` returns stays in the guest:
 * the host half calls its methods.
 */

import * as engine from "./engine.js";
import * as primordials from "./primordials.js";
import {
  callAsync,
  callSync,
  defineOperation,
  eventsSoFar,
  flush,
  isBlocked,
  onIdle,
  owedAnswers,
  postToHost,
} from "./connection.js";
import {
  defineGlobal,
  defineInterface,
  exposeAttribute,
  exposeFunction,
  exposeReplaceable,
  makeMethod,
  replaceMethod,
} from "./expose.js";
import { onceAborted } from "./abort_listeners.js";
import { blobOfType } from "./corrections.js";
import { exportValue, homeOf } from "./handles.js";
import { nativeFunction } from "./functions.js";
import { exposeOnNavigator } from "./navigator.js";
import { indirectEval, locateSyntaxError, parse } from "./evaluate.js";
import { Encoded, newArray, registerDecoder, registerEncoder, tagged } from "./marshal.js";
import { takeRemoved } from "./realm.js";
import { showAttributes, shownOf, showPairs } from "./shown.js";
import { inlineSourceMap, registerSourceMap } from "./source_maps.js";
import { interceptUncaught, reportException } from "./uncaught.js";
import { headersClass } from "./web.js";
import { INSTALL } from "./operations.js";

const {
  Bare,
  MapPrototypeGet,
  ObjectFreeze,
  ObjectHasOwn,
  PromisePrototypeThen,
  put,
  ReflectApply,
  StringPrototypeStartsWith,
  TypeErrorCtor,
} = primordials;

const removed = takeRemoved();

/**
 * @typedef {object} Atoll
 * @property {typeof primordials} primordials intrinsics as they were before user code
 * @property {typeof engine} engine clocks, timers and scripts of the engine
 * @property {(hostFunction: any, ...args: any[]) => any} callSync call a host function and block
 * @property {(hostFunction: any, args: any[], signal?: AbortSignal) => Promise<any>} callAsync
 * @property {(hostFunction: any, ...args: any[]) => void} post call a host function, no answer
 * @property {() => void} flush send what was posted at once, not when the code that runs is done
 * @property {() => number} eventsSoFar
 * calls of the host and messages from it so far; while that stays the same, nothing that the guest
 * could do has changed anything on the host, and it cannot have heard that something has
 * @property {() => boolean} isBlocked
 * whether a synchronous call waits for the host; user code may then be half-way through
 * @property {() => number} owedAnswers calls of the host that it has not answered yet
 * @property {(listener: () => void) => void} onIdle
 * set what is called before the guest blocks until the host wants something
 * @property {(error: any) => void} reportException as one that nothing has caught
 * @property {typeof interceptUncaught} interceptUncaught
 * @property {typeof onceAborted} onceAborted listen for the abort of a signal
 * @property {Record<string, any>} services
 * what the guest halves offer each other: `timers`, if there are any, with `pending` and `clearAll`
 * @property {typeof nativeFunction} nativeFunction
 * @property {typeof blobOfType} blobOfType a blob with a type that its constructor would change
 * @property {(name: string) => PropertyDescriptor | undefined} engineGlobal
 * a global that the engine has and a bare isolate does not
 * @property {(name: string) => any} engineValue the value of such a global
 * @property {(name: string, descriptor: PropertyDescriptor) => void} defineGlobal
 * @property {typeof defineInterface} defineInterface
 * @property {typeof exposeInterface} exposeInterface
 * @property {typeof exposeFunction} exposeFunction
 * @property {typeof exposeAttribute} exposeAttribute
 * @property {typeof exposeReplaceable} exposeReplaceable
 * @property {typeof makeMethod} makeMethod
 * @property {typeof exposeOnNavigator} exposeOnNavigator
 * @property {typeof replaceMethod} replaceMethod
 * @property {typeof registerEncoder} registerEncoder
 * @property {typeof registerDecoder} registerDecoder
 * @property {typeof tagged} tagged
 * @property {typeof showAttributes} showAttributes what a console shows of a class's instances
 * @property {typeof showPairs} showPairs
 * @property {typeof shownOf} shownOf
 * @property {typeof locateSyntaxError} locateSyntaxError
 * @property {typeof parse} parse
 * @property {(value: any) => any} held what an answer has to be for the host to get a reference
 * @property {() => Promise<import("./engine.js").ModuleEngine>} loadModuleEngine
 * @property {typeof registerSourceMap} registerSourceMap
 * @property {typeof inlineSourceMap} inlineSourceMap
 */

/** @param {any} hostFunction @returns {number} */
function targetOf(hostFunction) {
  const id = homeOf(hostFunction);
  if (id === undefined) throw new TypeErrorCtor("not a host function");
  return id;
}

/** The engine defines many globals by getters that load them. @param {string} name */
function engineValue(name) {
  if (name === "Headers") return headersClass();
  const descriptor = MapPrototypeGet(removed, name);
  // A descriptor inherits from Object.prototype, which user code may have changed.
  return descriptor === undefined || ObjectHasOwn(descriptor, "value")
    ? descriptor?.value
    : ReflectApply(descriptor.get, globalThis, []);
}

/** @param {string} name */
const exposeInterface = (name) => defineInterface(name, engineValue(name));

/** @param {any} value */
const held = (value) =>
  new Encoded(["x", exportValue(value), value === null ? "null" : typeof value]);

/** @type {Atoll} */
const atoll = ObjectFreeze({
  primordials,
  engine,
  callSync: (/** @type {any} */ fn, /** @type {any[]} */ ...args) => callSync(targetOf(fn), args),
  callAsync: (
    /** @type {any} */ fn,
    /** @type {any[]} */ args,
    /** @type {AbortSignal | undefined} */ signal,
  ) => callAsync(targetOf(fn), args, signal),
  post: (/** @type {any} */ fn, /** @type {any[]} */ ...args) => postToHost(targetOf(fn), args),
  flush,
  isBlocked,
  eventsSoFar,
  owedAnswers,
  onIdle,
  onceAborted,
  reportException,
  interceptUncaught,
  services: new Bare(),
  nativeFunction,
  blobOfType,
  engineGlobal: (/** @type {string} */ name) => MapPrototypeGet(removed, name),
  engineValue,
  defineGlobal,
  defineInterface,
  exposeInterface,
  exposeFunction,
  exposeAttribute,
  exposeReplaceable,
  makeMethod,
  exposeOnNavigator,
  replaceMethod,
  registerEncoder,
  registerDecoder,
  tagged,
  showAttributes,
  showPairs,
  shownOf,
  locateSyntaxError,
  parse,
  held,
  loadModuleEngine: () => engine.makeModuleEngine(() => importModule(vmName)),
  registerSourceMap,
  inlineSourceMap,
});

/** Imports a module in the name of one that may. @type {(url: string) => Promise<any>} */
let importModule;

/** @type {string} the secret name of `node:vm` */
let vmName;

/** @param {typeof importModule} importer @param {string} vm */
export const setImporter = (importer, vm) => {
  importModule = importer;
  vmName = vm;
};

/**
 * What `install` returns stays here, and the host gets a handle to it.
 * @param {(atoll: Atoll, options: any) => any} install
 * @param {any} options
 */
function installHalf(install, options) {
  const half = install(atoll, options);
  return engine.isPromise(half) ? PromisePrototypeThen(half, answerOf) : answerOf(half);
}

/** @param {any} half */
const answerOf = (half) => typeof half === "object" && half !== null ? held(half) : null;

/** Guest halves are scripts whose value is their `install`, or else `data:` URLs of modules. */
defineOperation(INSTALL, (/** @type {string[]} */ halves, /** @type {any[]} */ ...options) => {
  const installed = newArray();
  /** @param {number} index @returns {any} */
  const installFrom = (index) => {
    for (let i = index; i < halves.length; i++) {
      const answer = StringPrototypeStartsWith(halves[i], "data:")
        ? PromisePrototypeThen(
          importModule(halves[i]),
          (/** @type {any} */ module) => installHalf(module.default, options[i]),
        )
        : installHalf(indirectEval(halves[i]), options[i]);
      if (engine.isPromise(answer)) {
        return PromisePrototypeThen(answer, (/** @type {any} */ value) => {
          put(installed, i, value);
          return installFrom(i + 1);
        });
      }
      put(installed, i, answer);
    }
    return installed;
  };
  return installFrom(0);
});
