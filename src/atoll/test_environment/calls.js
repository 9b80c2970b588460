/**
 * Calls of hooks and tests, which may take a callback, return a promise, or never come to an end.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */

/**
 * @param {Atoll} atoll
 * @param {(value: any) => string} show
 * @param {(error: any) => void} onLate told of what goes wrong when a call is already over
 */
export function createCalls(atoll, show, onLate) {
  const { clearTimer, setTimer } = atoll.engine;
  const {
    ErrorCaptureStackTrace,
    PromiseCtor,
    PromisePrototypeThen,
    PromiseResolve,
    put,
    ReflectApply,
  } = atoll.primordials;

  /**
   * Call a hook or a test, which may take a callback or return a promise.
   * @param {any} fn
   * @param {any[] | null} args
   * @param {number} timeout
   * @param {Error} site
   * @param {string} what
   * @param {boolean} hasContext
   * @returns {Promise<void> | undefined} undefined when it is already done
   */
  function call(fn, args, timeout, site, what, hasContext) {
    const takesDone = !hasContext && fn.length > (args === null ? 0 : args.length);
    if (!takesDone) {
      const result = ReflectApply(fn, undefined, args ?? []);
      if (result === undefined || result === null) return undefined;
      if (typeof result.then !== "function") {
        // Jest refuses what is neither; Vitest and others let it pass, and so do arrow functions.
        return undefined;
      }
      return within(timeout, site, what, false, (resolve, reject) => {
        PromisePrototypeThen(
          new PromiseCtor((/** @type {any} */ settle) => settle(result)),
          resolve,
          reject,
        );
      });
    }
    return within(timeout, site, what, true, (resolve, reject) => {
      let isDone = false;
      const done = (/** @type {any} */ reason) => {
        if (isDone) {
          const error = new Error(
            "Expected done to be called once, but it was called multiple times.",
          );
          ErrorCaptureStackTrace(error, done);
          reject(error);
          onLate(error);
          return;
        }
        isDone = true;
        if (reason) reject(typeof reason === "object" ? reason : failedWith(reason));
        // Only now is it known whether the function has returned something as well.
        else PromisePrototypeThen(PromiseResolve(), resolve);
      };
      const failedWith = (/** @type {any} */ reason) => {
        const error = new Error(`Failed: ${show(reason)}`);
        ErrorCaptureStackTrace(error, done);
        return error;
      };
      done.fail = (/** @type {any} */ reason) => done(reason ?? "done.fail() was called");
      /** @type {any[]} */
      const list = [];
      for (let i = 0; args !== null && i < args.length; i++) put(list, i, args[i]);
      put(list, list.length, done);
      const result = ReflectApply(fn, undefined, list);
      if (typeof result?.then === "function") {
        reject(
          new Error(
            "Test functions cannot both take a 'done' callback and return something. Either use a " +
              "'done' callback, or return a promise.\n" +
              `Returned value: ${show(result)}`,
          ),
        );
      }
    });
  }

  /**
   * @param {number} timeout
   * @param {Error} site
   * @param {string} what
   * @param {boolean} takesDone
   * @param {(resolve: (value: any) => void, reject: (reason: any) => void) => void} start
   * @returns {Promise<void>}
   */
  function within(timeout, site, what, takesDone, start) {
    return new PromiseCtor((resolve, reject) => {
      /** @type {any} */
      const timer = setTimer(() => {
        site.name = "Error";
        site.message = `Exceeded timeout of ${timeout} ms for ${what}` +
          (takesDone ? " while waiting for `done()` to be called." : ".") +
          "\nAdd a timeout value to it to increase the timeout, if this is a long-running test.";
        reject(site);
      }, timeout);
      const settle = (/** @type {(value: any) => void} */ how) => (/** @type {any} */ value) => {
        clearTimer(timer);
        how(value);
      };
      try {
        start(settle(resolve), settle(reject));
      } catch (error) {
        settle(reject)(error);
      }
    });
  }

  return call;
}
