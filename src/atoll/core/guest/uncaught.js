/**
 * What nothing in the guest has caught: events inside, as HTML § 8.1.4 has them, and the host for
 * what no listener of theirs has dealt with.
 *
 * The engine would report an exception of a listener by ending the process, so no listener of user
 * code is called by it directly.
 */

import {
  ErrorCtor,
  ErrorPrototypeToString,
  ReflectApply,
  ReflectGet,
  ReflectOwnKeys,
  RegExpPrototypeExec,
  SymbolPrototypeDescription,
  TypeErrorCtor,
  uncurryThis,
  WeakMapCtor,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
} from "./primordials.js";
import { postToHost } from "./connection.js";
import {
  isNativeError,
  onHandledRejection,
  onUncaughtException,
  onUnhandledRejection,
} from "./engine.js";
import {
  argumentsOfError,
  ErrorEventCtor,
  exposeErrorEvents,
  PromiseRejectionEventCtor,
} from "./error_events.js";
import { exposeAttribute, exposeFunction, replaceMethod } from "./expose.js";
import { exposeFileReader } from "./file_reader.js";
import { exposePerformanceObserver } from "./performance_observer.js";
import { UNCAUGHT } from "./operations.js";

/** @type {((error: any) => boolean) | null} */
let interceptor = null;
/**
 * Ask first whether somebody in the guest takes an error: a test runner, for its tests.
 * @param {((error: any) => boolean) | null} taker true: the error is not the host's
 */
export const interceptUncaught = (taker) => {
  interceptor = taker;
};

const addEventListener = uncurryThis(EventTarget.prototype.addEventListener);
const removeEventListener = uncurryThis(EventTarget.prototype.removeEventListener);
const dispatchEvent = uncurryThis(EventTarget.prototype.dispatchEvent);
const preventDefault = uncurryThis(Event.prototype.preventDefault);

/** @param {any} error @param {"exception" | "rejection"} origin */
function tellHost(error, origin) {
  if (interceptor !== null && interceptor(error)) return;
  try {
    postToHost(UNCAUGHT, [error, origin]);
  } catch {
    postToHost(UNCAUGHT, [new ErrorCtor("an error that cannot be marshalled"), origin]);
  }
}

/** The engine's key for "isTrusted", which only an event that user code has not made has. */
const trustedKey =
  /** @type {any} */ (ReflectOwnKeys(new Event("")).find((key) =>
    typeof key === "symbol" && SymbolPrototypeDescription(key) === "[[isTrusted]]"
  ));

/**
 * "Fire an event" at the global object.
 * @param {() => any} create
 * @returns {boolean} whether a listener has prevented what would happen otherwise
 */
function fire(create) {
  try {
    const event = create();
    event[trustedKey] = true;
    return !dispatchEvent(globalThis, event);
  } catch {
    return false; // user code has replaced what an event is made of
  }
}

/** "In error reporting mode": what goes wrong in the listeners is not reported to them. */
let reporting = false;

/** "Report an exception". @param {any} error */
export function reportException(error) {
  if (reporting) {
    tellHost(error, "exception");
    return;
  }
  reporting = true;
  const isHandled = fire(() => new ErrorEventCtor("error", describe(error)));
  reporting = false;
  if (!isHandled) tellHost(error, "exception");
}

/** File, line and column of the first frame of a stack. */
const PLACE = /^ {4}at (?:.*\()?(.*):(\d+):(\d+)\)?$/m;

/** "Extract error information". @param {any} error */
function describe(error) {
  const init = {
    __proto__: null,
    cancelable: true,
    message: "Uncaught",
    filename: "",
    lineno: 0,
    colno: 0,
    error,
  };
  try {
    init.message = `Uncaught ${
      typeof error === "object" && error !== null && "message" in error
        ? ErrorPrototypeToString(error)
        : `${error}`
    }`;
    const place = isNativeError(error) && RegExpPrototypeExec(PLACE, `${error.stack}`);
    if (place) {
      init.filename = place[1];
      init.lineno = +place[2];
      init.colno = +place[3];
    }
  } catch {
    // A property of the error that throws: what is known by then has to do.
  }
  return init;
}

/**
 * "Notify about rejected promises".
 * @param {Promise<any>} promise
 * @param {any} reason
 */
function reportRejection(promise, reason) {
  const isHandled = fire(() =>
    new PromiseRejectionEventCtor("unhandledrejection", {
      __proto__: null,
      cancelable: true,
      promise,
      reason,
    })
  );
  if (!isHandled) tellHost(reason, "rejection");
  return true;
}

/** What the engine calls for a listener of user code. @type {WeakMap<object, object>} */
const guards = new WeakMapCtor();

/**
 * "Inner invoke" of the DOM Standard § 2.9, steps 10 and 11, for one listener: what it throws is
 * reported. The same listener has the same guard, so that it is registered once and can be removed.
 * @param {any} callback a function or an object with `handleEvent`
 */
function guardOf(callback) {
  let guard = WeakMapPrototypeGet(guards, callback);
  if (guard === undefined) {
    const { call } = {
      /** @this {any} @param {any} event */
      call(event) {
        try {
          if (typeof callback === "function") {
            ReflectApply(callback, this, [event]);
            return;
          }
          const handle = ReflectGet(callback, "handleEvent");
          if (typeof handle !== "function") {
            throw new TypeErrorCtor("the listener's handleEvent is no function");
          }
          ReflectApply(handle, callback, [event]);
        } catch (error) {
          reportException(error);
        }
      },
    };
    guard = call;
    WeakMapPrototypeSet(guards, callback, guard);
  }
  return guard;
}

/** @param {any} value */
const isObject = (value) =>
  (typeof value === "object" && value !== null) || typeof value === "function";

function guardListeners() {
  const { prototype } = EventTarget;
  replaceMethod(prototype, "addEventListener", (original) => (self, args) => {
    const callback = args[1];
    if (isObject(callback)) {
      return ReflectApply(original, self ?? globalThis, [args[0], guardOf(callback), args[2]]);
    }
    if (args.length > 1 && callback !== null && callback !== undefined) {
      throw new TypeErrorCtor(
        "Failed to execute 'addEventListener' on 'EventTarget': Argument 2 is not an object",
      );
    }
    return ReflectApply(original, self, args.length > 1 ? [args[0], null, args[2]] : args);
  });
  replaceMethod(prototype, "removeEventListener", (original) => (self, args) => {
    const guard = isObject(args[1]) ? WeakMapPrototypeGet(guards, args[1]) : undefined;
    return ReflectApply(
      original,
      self,
      guard === undefined ? args : [args[0], guard, args[2]],
    );
  });
}

/**
 * An event handler of the global object (HTML § 8.1.8.1).
 * @param {string} type
 */
function exposeHandler(type) {
  /** @type {any} */
  let handler = null;
  /** "The event handler processing algorithm". @param {any} event */
  const process = (event) => {
    if (typeof handler !== "function") return;
    const errorArguments = type === "error" ? argumentsOfError(event) : undefined;
    const result = ReflectApply(handler, globalThis, errorArguments ?? [event]);
    if (result === (errorArguments !== undefined)) preventDefault(event);
  };
  const guard = guardOf(process);
  exposeAttribute(`on${type}`, () => handler, (value) => {
    const old = handler;
    handler = isObject(value) ? value : null;
    if (old === null && handler !== null) addEventListener(globalThis, type, guard);
    if (old !== null && handler === null) removeEventListener(globalThis, type, guard);
  });
}

/** Call this once the global scope has been scrubbed. */
export function installErrorReporting() {
  guardListeners();
  exposeErrorEvents();
  exposeFileReader(guardOf);
  exposePerformanceObserver(reportException);
  exposeHandler("error");
  exposeHandler("unhandledrejection");
  exposeHandler("rejectionhandled");
  exposeFunction("reportError", reportException, 1);
  onUncaughtException(reportException);
  onUnhandledRejection(reportRejection);
  onHandledRejection((promise, reason) => {
    fire(() =>
      new PromiseRejectionEventCtor("rejectionhandled", { __proto__: null, promise, reason })
    );
  });
}
