/**
 * Errors across the boundary, and stacks that show the user's frames only.
 */

import {
  AggregateErrorCtor,
  ErrorCaptureStackTrace,
  ErrorCtor,
  ErrorPrototypeToString,
  MapPrototypeGet,
  nativeErrors,
  ObjectDefineProperty,
  ObjectHasOwn,
  ObjectKeys,
  put,
  ReflectApply,
  ReflectGet,
  StringPrototypeLastIndexOf,
  StringPrototypeSlice,
  StringPrototypeStartsWith,
  StringPrototypeToWellFormed,
  WeakMapCtor,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
} from "./primordials.js";
import { isNativeError } from "./engine.js";
import { clean } from "./expose.js";
import { originalPlace } from "./source_maps.js";
import { MarshalFailure, registerDecoder, registerEncoder } from "./marshal.js";
import { FrameTooLarge } from "../../wire/guest.js";

/** Errors that stand for exceptions of the host. @type {WeakMap<object, number>} */
const hostExceptions = new WeakMapCtor();

/** @param {any} value @param {PropertyKey} key @returns {string | null} */
function stringProperty(value, key) {
  try {
    const text = ReflectGet(value, key);
    return typeof text === "string" ? text : text === undefined ? null : `${text}`;
  } catch {
    return null;
  }
}

/** What the engine says of `import()` where there is no loader. */
const NO_LOADER = "A dynamic import callback was not specified.";
const NO_MODULES = " This isolate has no modules: install atoll.modules.Modules, which says " +
  "what an import means";

/**
 * ["E", name, message, stack, fields, host exception]
 * @type {import("./marshal.js").EncodeObject}
 */
function encodeError(value, encoder, depth) {
  if (!isNativeError(value) && !(value instanceof DOMExceptionClass)) return undefined;
  /** @type {any[]} */
  const data = ["E", null, null, null, null, WeakMapPrototypeGet(hostExceptions, value) ?? 0];
  const node = encoder.open(value, data);
  data[1] = encoder.walk(stringProperty(value, "name") ?? "Error", depth);
  const message = stringProperty(value, "message") ?? "";
  const hint = message === NO_LOADER ? NO_MODULES : "";
  data[2] = encoder.walk(`${message}${hint}`, depth);
  data[3] = encoder.walk(stringProperty(value, "stack"), depth);
  /** @type {any[]} */
  const fields = [];
  let count = 0;
  const add = (/** @type {string} */ key) => {
    const mark = encoder.mark();
    try {
      put(fields, count, [
        encoder.walk(key, depth),
        encoder.walk(ReflectGet(value, key), depth + 1),
      ]);
      count++;
    } catch {
      encoder.rewind(mark); // a field that cannot cross must not hide the error itself
    }
  };
  if (ObjectHasOwn(value, "cause")) add("cause");
  if (ObjectHasOwn(value, "errors")) add("errors");
  const keys = ObjectKeys(value);
  for (let i = 0; i < keys.length; i++) {
    if (keys[i] !== "cause" && keys[i] !== "errors" && keys[i] !== "stack") add(keys[i]);
  }
  data[4] = fields;
  const place = WeakMapPrototypeGet(places, value);
  if (place !== undefined) data[6] = place;
  return node;
}

/** Where sources did not compile, by their errors. @type {WeakMap<object, any[]>} */
const places = new WeakMapCtor();

/**
 * Say where the source of an error is wrong.
 * @param {any} error
 * @param {any[]} place file, line, column, text of the line; for a module, specifier and importer
 */
export function placed(error, place) {
  for (let i = 0; i < place.length; i++) {
    if (typeof place[i] === "string") place[i] = StringPrototypeToWellFormed(place[i]);
  }
  WeakMapPrototypeSet(places, error, place);
  const position = place[1] === null ? "" : `:${place[1]}:${place[2]}`;
  define(error, "stack", `${ErrorPrototypeToString(error)}\n    at ${place[0]}${position}`);
  return error;
}

const DOMExceptionClass = DOMException;
registerEncoder(ErrorCtor.prototype, encodeError);
registerEncoder(DOMExceptionClass.prototype, encodeError);

/** @param {object} target @param {string} key @param {any} value */
const define = (target, key, value) =>
  ObjectDefineProperty(target, key, {
    // @ts-ignore: __proto__ in a literal is the prototype
    __proto__: null,
    value,
    configurable: true,
    enumerable: false,
    writable: true,
  });

registerDecoder("E", (data, decoder) => {
  const name = decoder.walk(data[1]);
  const message = decoder.walk(data[2]);
  const create = () => {
    const Class = MapPrototypeGet(nativeErrors, name);
    /** @type {any} */
    let error;
    if (name === "AggregateError") error = new AggregateErrorCtor([], message);
    else if (data[6] === "DOMException") error = new DOMExceptionClass(message, name);
    else error = new (Class ?? ErrorCtor)(message);
    if (Class === undefined && data[6] === undefined) define(error, "name", name);
    // Without this, the stack would show the decoder instead of the caller.
    if (data[3] === null) ErrorCaptureStackTrace(error, create);
    else define(error, "stack", decoder.walk(data[3]));
    return error;
  };
  const error = decoder.open(create());
  if (data[5] > 0) WeakMapPrototypeSet(hostExceptions, error, data[5]);
  const fields = data[4];
  for (let i = 0; i < fields.length; i++) {
    define(error, decoder.walk(fields[i][0]), decoder.walk(fields[i][1]));
  }
  return error;
});

/** What the caller of a host function sees when an argument cannot cross. */
/** @param {unknown} failure @param {string} root */
export const asGuestError = (failure, root) => {
  if (failure instanceof MarshalFailure) {
    return new DOMExceptionClass(`${failure.path(root)}: ${failure.reason}`, "DataCloneError");
  }
  if (failure instanceof FrameTooLarge) {
    return new DOMExceptionClass(`${root}: ${failure.reason}`, "DataCloneError");
  }
  return failure;
};

/** Hooks of user code may pass on what they have made themselves. @param {any} site */
const isCallSite = (site) => typeof site?.getScriptNameOrSourceURL === "function";

/** @param {any} site a V8 CallSite */
const isNativeEval = (site) =>
  isCallSite(site) && site.getFunctionName() === "eval" &&
  typeof site.getScriptNameOrSourceURL() !== "string";

/**
 * Code without a function of its own shows its place alone, in an eval as in a script.
 * @param {any} site a V8 CallSite
 */
function describe(site) {
  if (!isCallSite(site)) return `${site}`;
  const script = site.getScriptNameOrSourceURL();
  if (typeof script !== "string") return `${site}`;
  const line = site.getLineNumber();
  const column = site.getColumnNumber();
  const place = `${script}:${line}:${column}`;
  const text = site.isEval() && site.getFunctionName() === "eval" ? place : `${site}`;
  const original = originalPlace(script, line, column);
  const at = original === null ? -1 : StringPrototypeLastIndexOf(text, place);
  if (original === null || at < 0) return text;
  const shown = original.line === 0
    ? original.source
    : `${original.source}:${original.line}:${original.column}`;
  return StringPrototypeSlice(text, 0, at) + shown +
    StringPrototypeSlice(text, at + place.length);
}

/** URL prefix of the guest halves, and the same as a path, which is how some frames show it. */
let ownUrl = "ext:";
let ownPath = "ext:";
/** Whether a file is Atoll's or the engine's. @param {string} file */
const isHiddenFile = (file) =>
  StringPrototypeStartsWith(file, ownUrl) || StringPrototypeStartsWith(file, ownPath) ||
  StringPrototypeStartsWith(file, "ext:") || StringPrototypeStartsWith(file, "node:") ||
  StringPrototypeStartsWith(file, "atoll:") || StringPrototypeStartsWith(file, "data:");

/**
 * `Error.prepareStackTrace` of this realm. V8 calls it with the frames of a stack that is about
 * to become text; ours drops the frames of Atoll and of the engine, then does what the user's own
 * hook, or V8, would have done.
 * @param {string} guestRoot URL prefix of the guest halves
 * @param {string} guestPath the same as a path
 */
export function installStackFilter(guestRoot, guestPath) {
  ownUrl = guestRoot;
  ownPath = guestPath;
  /** @type {any} */
  let userHook = undefined;
  /** A hook may well call the one that it has replaced, which is this one. */
  let inHook = false;
  const hidden = (/** @type {any} */ site) => {
    if (!isCallSite(site)) return false;
    const file = site.getScriptNameOrSourceURL() ?? site.getFileName();
    return typeof file === "string" && isHiddenFile(file);
  };
  const prepareStackTrace = (/** @type {any} */ error, /** @type {any[]} */ sites) => {
    /** @type {any[]} */
    const shown = [];
    let count = 0;
    for (let i = 0; i < sites.length; i++) {
      if (!hidden(sites[i])) put(shown, count++, sites[i]);
      // Of the indirect eval that short code runs in, the call of the built-in shows, too.
      else if (count > 0 && isNativeEval(shown[count - 1])) shown.length = --count;
    }
    if (typeof userHook === "function" && !inHook) {
      inHook = true;
      try {
        return ReflectApply(userHook, ErrorCtor, [error, shown]);
      } finally {
        inHook = false;
      }
    }
    let text;
    try {
      text = ErrorPrototypeToString(error);
    } catch {
      text = "Error";
    }
    for (let i = 0; i < count; i++) text += `\n    at ${describe(shown[i])}`;
    return text;
  };
  ObjectDefineProperty(ErrorCtor, "prepareStackTrace", {
    // @ts-ignore: __proto__ in a literal is the prototype
    __proto__: null,
    configurable: false,
    enumerable: false,
    get: () => prepareStackTrace,
    set: (hook) => {
      userHook = hook === prepareStackTrace ? undefined : hook;
    },
  });
  clean(ErrorCtor);
  clean({ prepareStackTrace });
}
