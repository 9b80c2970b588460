/** `node:timers/promises`, on the isolate's own timers. */

const { clearInterval, clearTimeout, setInterval: every, setTimeout: once } = globalThis;

/** @typedef {{ signal?: AbortSignal }} Options */

/** @param {AbortSignal} signal */
const abortError = ({ reason }) =>
  Object.assign(new Error("The operation was aborted", { cause: reason }), {
    name: "AbortError",
    code: "ABORT_ERR",
  });

/**
 * @template T
 * @param {number} [delay] milliseconds
 * @param {T} [value]
 * @param {Options} [options]
 * @returns {Promise<T | undefined>}
 */
export function setTimeout(delay = 1, value = undefined, { signal } = {}) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(abortError(signal));
      return;
    }
    const abort = () => {
      clearTimeout(timer);
      reject(abortError(/** @type {AbortSignal} */ (signal)));
    };
    const timer = once(() => {
      signal?.removeEventListener("abort", abort);
      resolve(value);
    }, delay);
    signal?.addEventListener("abort", abort, { once: true });
  });
}

/**
 * @template T
 * @param {T} [value]
 * @param {Options} [options]
 */
export const setImmediate = (value = undefined, options = {}) => setTimeout(0, value, options);

/**
 * @template T
 * @param {number} [delay] milliseconds
 * @param {T} [value]
 * @param {Options} [options]
 */
export async function* setInterval(delay = 1, value = undefined, { signal } = {}) {
  let due = 0;
  let wake = () => {};
  if (signal?.aborted) throw abortError(signal);
  const timer = every(() => {
    due++;
    wake();
  }, delay);
  const abort = () => wake();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    while (true) {
      while (due > 0) {
        due--;
        yield value;
      }
      if (signal?.aborted) throw abortError(signal);
      await new Promise((resolve) => {
        wake = () => resolve(undefined);
      });
    }
  } finally {
    clearInterval(timer);
    signal?.removeEventListener("abort", abort);
  }
}

export const scheduler = {
  /** @param {number} delay milliseconds @param {Options} [options] */
  wait: (delay, options) => setTimeout(delay, undefined, options),
  yield: () => setImmediate(),
};

export default { scheduler, setImmediate, setInterval, setTimeout };
