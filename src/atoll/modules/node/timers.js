/**
 * `node:timers`: the isolate's own, if it has timers. A timer is a number, as the web has it, and not
 * an object; an immediate is a timer of no time.
 */

export const { clearInterval, clearTimeout, setInterval, setTimeout } = globalThis;
export const clearImmediate = clearTimeout;

/**
 * @param {(...args: any[]) => void} callback
 * @param {any[]} args
 */
export const setImmediate = (callback, ...args) => setTimeout(callback, 0, ...args);

export default {
  clearImmediate,
  clearInterval,
  clearTimeout,
  setImmediate,
  setInterval,
  setTimeout,
};
