/**
 * Starts the isolate: opens the pipes, seals the process, scrubs the realm, and runs the loop.
 */

import * as engine from "./engine.js";
import { FrameReader, FrameWriter } from "../../wire/guest.js";
import {
  PromisePrototypeThen,
  ReflectApply,
  ReflectConstruct,
  ReflectGet,
  ReflectSet,
  TypeErrorCtor,
} from "./primordials.js";
import { installStackFilter } from "./errors.js";
import { defineOperation, isBlocked, start } from "./connection.js";
import { exportValue, handleCounts } from "./handles.js";
import { Encoded } from "./marshal.js";
import { evaluate } from "./evaluate.js";
import { seal } from "./seal.js";
import { scrubGlobal } from "./realm.js";
import { installErrorReporting } from "./uncaught.js";
import * as operation from "./operations.js";
import "./builtin_classes.js";
import "./functions.js";
import "./classes.js";
import "./signals.js";
import "./web.js";
import { setImporter } from "./capability.js";

/**
 * @typedef {object} Config
 * @property {number} calls
 * @property {number} depth
 * @property {number} nesting
 * @property {number} message
 * @property {string} vm the secret name of `node:vm`
 * @property {import("./seal.js").SealConfig | null} seal
 */

/** A value as a handle instead of a copy. @param {any} value */
const hold = (value) => {
  let kind = value === null ? "null" : typeof value;
  if (engine.isPromise(value)) {
    kind = "promise";
    // Whoever holds the handle decides about the rejection; it is not unhandled.
    PromisePrototypeThen(value, undefined, () => {});
  }
  return new Encoded(["x", exportValue(value), kind]);
};

/**
 * @param {any} value
 * @param {boolean} copy false: by reference
 */
const give = (value, copy) => copy ? value : hold(value);

defineOperation(operation.EVALUATE, (source, filename, args, copy, sourceMap) => {
  let value = evaluate(source, filename, sourceMap);
  if (args !== null) {
    if (typeof value !== "function") {
      throw new TypeErrorCtor("eval was given arguments, but the code's value is no function");
    }
    value = ReflectApply(value, undefined, args);
  }
  return give(value, copy);
});
defineOperation(
  operation.GET,
  (value, key, copy) => give(ReflectGet(Object_(value), key, value), copy),
);
defineOperation(operation.SET, (target, key, value) => {
  if (!ReflectSet(target, key, value)) throw new TypeErrorCtor(`cannot set property ${key}`);
});
defineOperation(operation.APPLY, (fn, self, args, copy) => {
  if (typeof fn !== "function") throw new TypeErrorCtor("the referenced value is no function");
  return give(ReflectApply(fn, self, args), copy);
});
defineOperation(operation.INVOKE, (self, name, args, copy) => {
  const method = ReflectGet(Object_(self), name, self);
  if (typeof method !== "function") throw new TypeErrorCtor(`${name} is no method`);
  return give(ReflectApply(method, self, args), copy);
});
defineOperation(
  operation.CONSTRUCT,
  (Class, args, copy) => give(ReflectConstruct(Class, args), copy),
);
defineOperation(operation.COPY, (value) => value);
defineOperation(operation.HOLD, hold);
defineOperation(operation.CALL_GLOBAL, (path, args, copy) => {
  let self = undefined;
  /** @type {any} */
  let value = globalThis;
  for (let i = 0; i < path.length; i++) {
    self = i === 0 ? undefined : value;
    value = i === 0 && !(path[0] in globalThis)
      ? lexicalGlobal(path[0])
      : ReflectGet(Object_(value), path[i]);
  }
  if (typeof value !== "function") throw new TypeErrorCtor(`${path.join(".")} is no function`);
  return give(ReflectApply(value, self, args), copy);
});
defineOperation(operation.STATISTICS, () => {
  const { heapUsed, heapTotal, external } = engine.memoryUsage();
  const counts = handleCounts();
  return [heapUsed, heapTotal, external, counts[0], counts[1]];
});
defineOperation(operation.COLLECT_GARBAGE, () => {
  engine.collectGarbage();
  return isBlocked() ? undefined : engine.nextTurn();
});

const Object_ = Object;

/** `let`, `const` and `class` of a script are no properties of the global object. */
/** @param {string} name */
function lexicalGlobal(name) {
  return isIdentifier.test(name) ? evaluate(name, "call") : undefined;
}
const isIdentifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/**
 * @param {Config} config
 * @param {string} bootUrl of the module that has loaded this script
 * @param {(url: string) => Promise<any>} importModule in the name of that module
 */
export function main(config, bootUrl, importModule) {
  const read = engine.openAsyncReader("/dev/fd/3");
  const input = new FrameReader(read.readSync, engine.decodeText);
  const replies = new FrameReader(engine.openReader("/dev/fd/4"), engine.decodeText);
  const writer = new FrameWriter(engine.openWriter("/dev/fd/5"), config.message);
  const sealed = config.seal === null ? "off" : seal(config.seal);
  const guestRoot = new URL("./", bootUrl);
  setImporter(importModule, config.vm);

  // The engine dispatches `load` on the global object once its main module has run; before that,
  // the global object has to be one that events can be dispatched on.
  addEventListener("load", () => {
    scrubGlobal();
    installStackFilter(guestRoot.href, decodeURIComponent(guestRoot.pathname));
    installErrorReporting();
    start({ limits: config, writer, input, replies, readInput: read.read }, { sealed });
  }, { once: true });
}
