/**
 * Abort signals across the boundary; `abort.py` is the other half.
 *
 * A signal of ours has a number on the host, which is told when it is aborted. One of the host's is
 * the signal of a controller here. Those that came with a call stay as long as that is worked on;
 * after that, it is up to user code whether anybody can still be told.
 */

import {
  FinalizationRegistryCtor,
  FinalizationRegistryPrototypeRegister,
  MapCtor,
  MapPrototypeDelete,
  MapPrototypeGet,
  MapPrototypeSet,
  uncurryGetter,
  uncurryThis,
  WeakMapCtor,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
  WeakRefCtor,
  WeakRefPrototypeDeref,
} from "./primordials.js";
import { onceAborted } from "./abort_listeners.js";
import { defineOperation, postToHost } from "./connection.js";
import { findImport, importHandle } from "./handles.js";
import { registerDecoder, registerEncoder, tagged } from "./marshal.js";
import { ABORTED, SIGNAL_ABORT } from "./operations.js";

const AbortControllerCtor = AbortController;
const signalOf = uncurryGetter(AbortController.prototype, "signal");
const abort = uncurryThis(AbortController.prototype.abort);
const isAborted = uncurryGetter(AbortSignal.prototype, "aborted");
const reasonOf = uncurryGetter(AbortSignal.prototype, "reason");

// Ours

let lastNumber = 0;
/** @type {WeakMap<AbortSignal, number>} */
const numbers = new WeakMapCtor();
/** @type {Map<number, WeakRef<AbortSignal>>} */
const ours = new MapCtor();
const registry = new FinalizationRegistryCtor((/** @type {number} */ number) => {
  MapPrototypeDelete(ours, number);
});

/** @param {number} number @param {AbortSignal} signal */
function tellHost(number, signal) {
  try {
    postToHost(ABORTED, [number, reasonOf(signal)]);
  } catch {
    postToHost(ABORTED, [number, null]); // a reason that cannot cross
  }
}

/** @param {AbortSignal} signal */
function numberOf(signal) {
  let number = WeakMapPrototypeGet(numbers, signal);
  if (number === undefined) {
    number = ++lastNumber;
    WeakMapPrototypeSet(numbers, signal, number);
    MapPrototypeSet(ours, number, new WeakRefCtor(signal));
    FinalizationRegistryPrototypeRegister(registry, signal, number);
    if (!isAborted(signal)) {
      const told = number;
      onceAborted(signal, () => tellHost(told, signal));
    }
  }
  return number;
}

registerEncoder(AbortSignal.prototype, (value, encoder, depth) => {
  let aborted;
  try {
    aborted = isAborted(value);
  } catch {
    return undefined; // it only inherits from the prototype
  }
  if (!aborted) return tagged(["a", false, numberOf(value), null]);
  const mark = encoder.mark();
  let reason = null;
  try {
    reason = encoder.walk(reasonOf(value), depth + 1);
  } catch {
    encoder.rewind(mark);
  }
  return tagged(["a", true, numberOf(value), reason]);
});

// The host's

/** @type {WeakMap<AbortSignal, AbortController>} */
const controllers = new WeakMapCtor();

/** `["a", aborted, handle, number of ours or 0, reason]` */
registerDecoder("a", (data, decoder) => {
  const home = data[3] > 0 ? MapPrototypeGet(ours, data[3]) : undefined;
  const known = home === undefined ? undefined : WeakRefPrototypeDeref(home);
  if (known !== undefined) return decoder.open(known);
  const create = () => {
    const controller = new AbortControllerCtor();
    const made = signalOf(controller);
    WeakMapPrototypeSet(controllers, made, controller);
    return made;
  };
  const signal = decoder.open(data[2] > 0 ? importHandle(data[2], create) : create());
  decoder.keep(signal);
  if (data[1] && !isAborted(signal)) {
    abort(WeakMapPrototypeGet(controllers, signal), decoder.walk(data[4]));
  }
  return signal;
});

defineOperation(SIGNAL_ABORT, (/** @type {number} */ handle, /** @type {any} */ reason) => {
  const signal = findImport(handle);
  const controller = signal === undefined ? undefined : WeakMapPrototypeGet(controllers, signal);
  if (controller !== undefined) abort(controller, reason);
});
