/**
 * Listening for an abort on behalf of the guest halves.
 *
 * The engine runs the timer of `AbortSignal.timeout` only while somebody listens by the signal's own
 * `addEventListener`, and keeps signals of `AbortSignal.any` only then. That one calls whatever user
 * code has put on `EventTarget.prototype`, so it is given a listener that does nothing.
 */

import { uncurryThis } from "./primordials.js";

const addEventListener = uncurryThis(EventTarget.prototype.addEventListener);
const removeEventListener = uncurryThis(EventTarget.prototype.removeEventListener);
const keepRunning = uncurryThis(AbortSignal.prototype.addEventListener);
const letGo = uncurryThis(AbortSignal.prototype.removeEventListener);
const ignore = () => {};

/**
 * Call back, once, when a signal is aborted that is not yet.
 * @param {AbortSignal} signal
 * @param {() => void} listener
 * @returns {() => void} stops listening
 */
export function onceAborted(signal, listener) {
  addEventListener(signal, "abort", listener, { __proto__: null, once: true });
  try {
    keepRunning(signal, "abort", ignore);
  } catch {
    // what user code has put there throws
  }
  return () => {
    removeEventListener(signal, "abort", listener);
    // One for all who listen: as long as somebody does, it stays without effect that it is gone.
    try {
      letGo(signal, "abort", ignore);
    } catch {
      // the same
    }
  };
}
