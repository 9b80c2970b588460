/**
 * What test files see beside `describe`, `test` and the hooks: `expect` with the matchers that Vitest
 * adds to Jest's, and the objects `jest` and `vi`.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */

const MATCHERS = Symbol.for("$$jest-matchers-object");

/** Names that Jest has had, and Vitest has. */
const ALIASES = {
  toBeCalled: "toHaveBeenCalled",
  toBeCalledTimes: "toHaveBeenCalledTimes",
  toBeCalledWith: "toHaveBeenCalledWith",
  lastCalledWith: "toHaveBeenLastCalledWith",
  nthCalledWith: "toHaveBeenNthCalledWith",
  toReturn: "toHaveReturned",
  toReturnTimes: "toHaveReturnedTimes",
  toReturnWith: "toHaveReturnedWith",
  lastReturnedWith: "toHaveLastReturnedWith",
  nthReturnedWith: "toHaveNthReturnedWith",
};

/** @param {any} packages */
export function extendExpect({ expect, matcherUtils }) {
  const { matchers } = /** @type {any} */ (globalThis)[MATCHERS];
  for (const [alias, name] of Object.entries(ALIASES)) matchers[alias] = matchers[name];
  const { toThrow } = matchers;

  /** @param {any} context @param {string} matcher @param {boolean} pass @param {string} expected @param {any} received */
  const verdict = (context, matcher, pass, expected, received) => ({
    pass,
    message: () =>
      matcherUtils.matcherHint(matcher, undefined, undefined, { isNot: context.isNot }) +
      `\n\nExpected: ${context.isNot ? "not " : ""}${expected}\n` +
      `Received: ${matcherUtils.printReceived(received)}`,
  });
  /** @param {any} mock */
  const callsOf = (mock) => {
    if (mock?._isMockFunction !== true) {
      throw new TypeError("the received value is no mock function");
    }
    return mock.mock.calls;
  };
  expect.extend({
    /** @param {any} received @param {any[]} args */
    toThrowError(received, ...args) {
      const fn = this.promise
        ? () => {
          throw received;
        }
        : received;
      return toThrow.call(this, fn, ...args);
    },
    /** @param {any} received */
    toHaveBeenCalledOnce(received) {
      const { length } = callsOf(received);
      return verdict(this, "toHaveBeenCalledOnce", length === 1, "one call", length);
    },
    /** @param {any} received @param {any[]} args */
    toHaveBeenCalledExactlyOnceWith(received, ...args) {
      const calls = callsOf(received);
      const pass = calls.length === 1 && this.equals(calls[0], args, this.customTesters);
      const expected = `one call with ${matcherUtils.printExpected(args)}`;
      return verdict(this, "toHaveBeenCalledExactlyOnceWith", pass, expected, calls);
    },
    /** @param {any} received @param {any} predicate @param {any} message */
    toSatisfy(received, predicate, message) {
      const pass = Boolean(predicate(received));
      return verdict(this, "toSatisfy", pass, message ?? "to satisfy the predicate", received);
    },
    /** @param {any} received @param {any} candidates */
    toBeOneOf(received, candidates) {
      const pass = [...candidates].some((candidate) =>
        this.equals(received, candidate, this.customTesters)
      );
      return verdict(
        this,
        "toBeOneOf",
        pass,
        `one of ${matcherUtils.printExpected(candidates)}`,
        received,
      );
    },
    /** @param {any} received @param {string} type */
    toBeTypeOf(received, type) {
      const own = typeof received;
      return verdict(this, "toBeTypeOf", own === type, `type ${type}`, received);
    },
  });
}

/**
 * Vitest's `expect`, which takes a message as well.
 * @param {any} expect
 */
export function expectWithMessages(expect) {
  /** @param {any} target @param {string} message @returns {any} */
  const told = (target, message) => {
    const explain = (/** @type {any} */ error) => {
      if (typeof error?.message === "string") error.message = `${message}: ${error.message}`;
      throw error;
    };
    return new Proxy(target, {
      get(object, key) {
        const value = Reflect.get(object, key);
        if (typeof value === "object" && value !== null) return told(value, message);
        if (typeof value !== "function") return value;
        return (/** @type {any[]} */ ...args) => {
          try {
            const result = value(...args);
            return typeof result?.then === "function" ? result.then(undefined, explain) : result;
          } catch (error) {
            return explain(error);
          }
        };
      },
    });
  };
  return new Proxy(expect, {
    apply: (target, _self, [actual, message]) =>
      message === undefined ? target(actual) : told(target(actual), `${message}`),
  });
}

/**
 * `expect.soft`, `expect.poll` and `expect.unreachable` of Vitest.
 * @param {any} packages
 * @param {(milliseconds: number) => Promise<void>} sleep
 */
export function extendExpectFunctions({ expect }, sleep) {
  /** @param {any} target @returns {any} */
  const softly = (target) =>
    new Proxy(target, {
      get(object, key) {
        const value = Reflect.get(object, key);
        if (typeof value === "object" && value !== null) return softly(value);
        if (typeof value !== "function") return value;
        return (/** @type {any[]} */ ...args) => {
          const hold = (/** @type {any} */ error) => {
            expect.setState({ suppressedErrors: [...expect.getState().suppressedErrors, error] });
          };
          try {
            const result = value(...args);
            return typeof result?.then === "function" ? result.then(undefined, hold) : result;
          } catch (error) {
            hold(error);
          }
        };
      },
    });
  expect.soft = (/** @type {any} */ actual) => softly(expect(actual));

  /** @param {any} fn @param {{ interval?: number, timeout?: number }} [options] */
  expect.poll = (fn, { interval = 50, timeout = 1000 } = {}) => {
    /** @param {string[]} path @returns {any} */
    const matcher = (path) =>
      new Proxy(() => {}, {
        get: (_, key) => matcher([...path, String(key)]),
        apply: async (_target, _self, args) => {
          for (let waited = 0;; waited += interval) {
            try {
              let target = expect(await fn());
              for (const key of path.slice(0, -1)) target = target[key];
              return await target[path[path.length - 1]](...args);
            } catch (error) {
              if (waited >= timeout) throw error;
            }
            await sleep(interval);
          }
        },
      });
    return matcher([]);
  };
  expect.unreachable = (/** @type {any} */ message = "expected not to be reached") => {
    throw new Error(message);
  };
}

/**
 * @param {Atoll} atoll
 * @param {any} mocker
 * @param {any} timers
 * @param {{ settings: { timeout: number, retries: number }, setTimeout: (ms: number) => void }} runner
 * @param {(milliseconds: number) => Promise<void>} sleep
 */
export function createApis(atoll, mocker, timers, runner, sleep) {
  /** What `stubGlobal` has replaced. @type {Map<string, PropertyDescriptor | undefined>} */
  const stubbed = new Map();
  const { ReflectDeleteProperty, ReflectGetOwnPropertyDescriptor } = atoll.primordials;

  function unstubAllGlobals() {
    for (const [name, descriptor] of stubbed) {
      if (descriptor === undefined) ReflectDeleteProperty(globalThis, name);
      else Object.defineProperty(globalThis, name, descriptor);
    }
    stubbed.clear();
  }

  /** @param {string} name */
  const unsupported = (name) => () => {
    throw new Error(
      `${name} is not supported: modules are loaded once, before their tests. Pass a fake in, or ` +
        "use spyOn.",
    );
  };
  /** @param {any} api @returns {any} */
  const chained = (api) => {
    const self = { ...api };
    for (const name of CHAINED) {
      const method = self[name];
      self[name] = (/** @type {any[]} */ ...args) => {
        method(...args);
        return self;
      };
    }
    return self;
  };

  const common = {
    fn: (/** @type {any} */ implementation) => mocker.fn(implementation),
    spyOn: (/** @type {any} */ object, /** @type {any} */ key, /** @type {any} */ accessor) =>
      mocker.spyOn(object, key, accessor),
    mocked: (/** @type {any} */ value) => value,
    replaceProperty: (
      /** @type {any} */ object,
      /** @type {any} */ key,
      /** @type {any} */ value,
    ) => mocker.replaceProperty(object, key, value),
    isMockFunction: (/** @type {any} */ value) => mocker.isMockFunction(value),
    clearAllMocks: () => mocker.clearAllMocks(),
    resetAllMocks: () => mocker.resetAllMocks(),
    restoreAllMocks: () => mocker.restoreAllMocks(),
    ...timers,
    isFake: undefined,
    setTimeout: (/** @type {number} */ milliseconds) => {
      runner.setTimeout(Number(milliseconds));
    },
    retryTimes: (/** @type {number} */ count) => {
      runner.settings.retries = Number(count);
    },
    resetModules: () => {},
    mock: unsupported("mock"),
    unmock: unsupported("unmock"),
    doMock: unsupported("doMock"),
    dontMock: unsupported("dontMock"),
    requireActual: unsupported("requireActual"),
    requireMock: unsupported("requireMock"),
    isolateModules: unsupported("isolateModules"),
    createMockFromModule: unsupported("createMockFromModule"),
  };
  delete common.isFake;

  const jest = chained({
    ...common,
    getSeed: () => 0,
    setMock: unsupported("setMock"),
  });
  const vi = chained({
    ...common,
    isFakeTimers: timers.isFake,
    getMockedSystemTime: () => timers.isFake() ? new Date(timers.now()) : null,
    hoisted: (/** @type {any} */ factory) => factory(),
    importActual: unsupported("importActual"),
    importMock: unsupported("importMock"),
    setConfig: (/** @type {any} */ { testTimeout, retry } = {}) => {
      if (testTimeout !== undefined) runner.setTimeout(Number(testTimeout));
      if (retry !== undefined) runner.settings.retries = Number(retry);
    },
    resetConfig: () => {
      runner.settings.timeout = 0;
      runner.settings.retries = -1;
    },
    stubGlobal: (/** @type {string} */ name, /** @type {any} */ value) => {
      if (!stubbed.has(name)) stubbed.set(name, ReflectGetOwnPropertyDescriptor(globalThis, name));
      Object.defineProperty(globalThis, name, {
        configurable: true,
        enumerable: true,
        value,
        writable: true,
      });
    },
    unstubAllGlobals,
    /** @param {any} callback @param {any} [options] a number of milliseconds, too */
    waitFor: async (callback, options = {}) => {
      const { interval = 50, timeout = 1000 } = typeof options === "number"
        ? { timeout: options }
        : options;
      for (let waited = 0;; waited += interval) {
        try {
          return await callback();
        } catch (error) {
          if (waited >= timeout) throw error;
        }
        await pause(interval);
      }
    },
    /** @param {any} callback @param {any} [options] */
    waitUntil: async (callback, options = {}) => {
      const { interval = 50, timeout = 1000 } = typeof options === "number"
        ? { timeout: options }
        : options;
      for (let waited = 0;; waited += interval) {
        const value = await callback();
        if (value) return value;
        if (waited >= timeout) throw new Error("Timed out in waitUntil!");
        await pause(interval);
      }
    },
  });
  /** Real time, in which fake timers go on. @param {number} milliseconds */
  const pause = async (milliseconds) => {
    if (timers.isFake()) await timers.advanceTimersByTimeAsync(milliseconds);
    await sleep(milliseconds);
  };

  return {
    jest,
    vi,
    /** Undo what the file has left behind. */
    restore() {
      timers.useRealTimers();
      mocker.restoreAllMocks();
      unstubAllGlobals();
    },
  };
}

/** Methods that return their object. */
const CHAINED = [
  "clearAllMocks",
  "resetAllMocks",
  "restoreAllMocks",
  "useFakeTimers",
  "useRealTimers",
  "setSystemTime",
  "setTimeout",
  "retryTimes",
  "resetModules",
];
