/**
 * Fake timers: the manual clock of the timers capability, put over whatever tells the time, and taken
 * away again.
 */

import installClock from "../timers/guest.js";

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */

/** Timers that are run before a loop of them is taken for an endless one. */
const LOOP_LIMIT = 100_000;
/** Timers that may be pending. */
const PENDING = 100_000;
const FRAME = 16;

/**
 * @param {Atoll} atoll
 * @param {() => Promise<void>} turn the event loop's next, after every microtask
 */
export function createFakeTimers(atoll, turn) {
  const { exposeFunction, primordials, replaceMethod } = atoll;
  const {
    DateCtor,
    DatePrototypeGetTime,
    ObjectDefineProperty,
    ReflectApply,
    ReflectDeleteProperty,
    ReflectGetOwnPropertyDescriptor,
  } = primordials;
  const realNow = DateCtor.now;
  const { runScript } = atoll.engine;

  /** @type {any} */
  let clock = null;
  let shown = 0;
  /** What the clock has been put over, so that it can be put back. @type {any[]} */
  let covered = [];
  /** @type {{ error: any }[]} */
  let thrown = [];
  let loopLimit = LOOP_LIMIT;
  /** Moves the clock along with real time, where that is asked for. @type {object | null} */
  let following = null;

  /** @param {any} target @param {PropertyKey} key */
  function cover(target, key) {
    covered[covered.length] = {
      target,
      key,
      descriptor: ReflectGetOwnPropertyDescriptor(target, key),
    };
  }

  function uncover() {
    for (let i = covered.length - 1; i >= 0; i--) {
      const { target, key, descriptor } = covered[i];
      if (descriptor === undefined) ReflectDeleteProperty(target, key);
      // @ts-ignore: __proto__ in a literal is the prototype
      else ObjectDefineProperty(target, key, { __proto__: null, ...descriptor });
    }
    covered = [];
  }

  /** @param {Set<string>} spared names that stay real */
  const coveringAtoll = (spared) => /** @type {Atoll} */ (/** @type {unknown} */ ({
    primordials,
    services: {},
    engine: { monotonicNow: atoll.engine.monotonicNow, runMicrotasks: () => {}, runScript },
    isBlocked: () => false,
    reportException: (/** @type {any} */ error) => {
      thrown[thrown.length] = { error };
    },
    /** @param {string} name @param {PropertyDescriptor} descriptor */
    defineGlobal(name, descriptor) {
      if (spared.has(name)) return;
      cover(globalThis, name);
      atoll.defineGlobal(name, descriptor);
    },
    /** @param {string} name @param {any} implementation @param {number} length */
    exposeFunction(name, implementation, length) {
      if (spared.has(name)) return;
      cover(globalThis, name);
      exposeFunction(name, implementation, length);
    },
    /** @param {any} target @param {PropertyKey} key @param {any} make */
    replaceMethod(target, key, make) {
      if (spared.has(target === Performance.prototype ? "performance" : "Date")) return;
      cover(target, key);
      replaceMethod(target, key, make);
    },
  }));

  /** @param {any} time @returns {number} milliseconds since the epoch */
  const toTime = (time) =>
    time === undefined
      ? ReflectApply(realNow, DateCtor, [])
      : typeof time === "number"
      ? time
      : DatePrototypeGetTime(typeof time === "string" ? new DateCtor(time) : time);

  function useReal() {
    if (clock === null) return;
    clock.clearAll();
    if (following !== null) atoll.engine.clearTimer(following);
    following = null;
    clock = null;
    thrown = [];
    uncover();
  }

  const FAKED = [
    "Date",
    "performance",
    "setTimeout",
    "clearTimeout",
    "setInterval",
    "clearInterval",
  ];

  /** Jest's `doNotFake` and `advanceTimers`, Vitest's `toFake`. @param {any} [config] */
  function useFake(config = {}) {
    useReal();
    const toFake = config.toFake === undefined ? FAKED : [...config.toFake];
    const spared = new Set([
      ...FAKED.filter((name) => !toFake.includes(name)),
      ...(config.doNotFake ?? config.toNotFake ?? []),
    ]);
    loopLimit = config.timerLimit ?? config.loopLimit ?? LOOP_LIMIT;
    shown = toTime(config.now);
    clock = installClock(coveringAtoll(spared), {
      manual: true,
      limit: PENDING,
      start: shown,
      virtualDate: true,
    });
    const { advanceTimers, shouldAdvanceTime, advanceTimeDelta } = config;
    if (advanceTimers || shouldAdvanceTime) {
      follow(typeof advanceTimers === "number" ? advanceTimers : advanceTimeDelta ?? 20);
    }
  }

  /** @param {number} step milliseconds */
  function follow(step) {
    following = atoll.engine.setTimer(() => {
      if (clock === null) return;
      tick(step, true);
      follow(step);
    }, step);
  }

  /** @returns {any} */
  function faked() {
    if (clock === null) {
      throw new Error(
        "The timers are real: call useFakeTimers() first, in this test or a beforeEach hook.",
      );
    }
    return clock;
  }

  /** What a callback threw goes to who moved the clock. */
  function rethrow() {
    if (thrown.length === 0) return;
    const [{ error }] = thrown;
    thrown = [];
    throw error;
  }

  /** @param {number} milliseconds @param {boolean} [keep] whether errors are reported instead */
  function tick(milliseconds, keep = false) {
    faked().tick(milliseconds);
    shown += milliseconds;
    if (!keep) return rethrow();
    for (let i = 0; i < thrown.length; i++) atoll.reportException(thrown[i].error);
    thrown = [];
  }

  const tooMany = () =>
    new Error(`Aborting after running ${loopLimit} timers, assuming an infinite loop!`);

  /** @param {any} value */
  const asTime = (value) => {
    const milliseconds = Number(value);
    if (!(milliseconds >= 0)) throw new TypeError("Negative ticks are not supported");
    return milliseconds;
  };

  function runAll() {
    for (let i = 0; faked().pending() > 0; i++) {
      if (i >= loopLimit) throw tooMany();
      tick(clock.next());
    }
  }

  /** @param {number} milliseconds */
  async function advanceAsync(milliseconds) {
    let left = asTime(milliseconds);
    await turn();
    for (let next = faked().next(); next !== null && next <= left; next = faked().next()) {
      tick(next);
      left -= next;
      await turn();
    }
    tick(left);
    await turn();
  }

  return {
    useFakeTimers: useFake,
    useRealTimers: useReal,
    isFake: () => clock !== null,
    runAllTimers: runAll,
    runAllTimersAsync: async () => {
      await turn();
      for (let i = 0; faked().pending() > 0; i++) {
        if (i >= loopLimit) throw tooMany();
        tick(clock.next());
        await turn();
      }
    },
    runOnlyPendingTimers: () => {
      const last = faked().last();
      if (last >= 0) tick(last);
    },
    runOnlyPendingTimersAsync: async () => {
      await turn();
      const last = faked().last();
      if (last >= 0) await advanceAsync(last);
    },
    advanceTimersByTime: (/** @type {any} */ milliseconds = 0) => tick(asTime(milliseconds)),
    advanceTimersByTimeAsync: (/** @type {any} */ milliseconds = 0) => advanceAsync(milliseconds),
    advanceTimersToNextTimer: (/** @type {any} */ steps = 1) => {
      for (let i = 0; i < steps && faked().next() !== null; i++) tick(clock.next());
    },
    advanceTimersToNextTimerAsync: async (/** @type {any} */ steps = 1) => {
      await turn();
      for (let i = 0; i < steps && faked().next() !== null; i++) {
        tick(clock.next());
        await turn();
      }
    },
    advanceTimersToNextFrame: () => tick(FRAME - (shown % FRAME)),
    /** Microtasks cannot be run from inside of one: await something instead. */
    runAllTicks: () => void faked(),
    clearAllTimers: () => faked().clearAll(),
    getTimerCount: () => faked().pending(),
    now: () => clock === null ? ReflectApply(realNow, DateCtor, []) : shown,
    getRealSystemTime: () => ReflectApply(realNow, DateCtor, []),
    setSystemTime: (/** @type {any} */ time) => {
      const next = toTime(time);
      if (clock === null) useFake({ toFake: ["Date"], now: next });
      clock.set(next);
      shown = next;
    },
  };
}
