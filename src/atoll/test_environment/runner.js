/**
 * Runs what a test file has defined: hooks, tests, timeouts and retries, in Jest's order.
 *
 * The run is cut into slices: between two steps (a hook, a test) it may return to the host, which then
 * asks for the next slice. So one deadline of the host, a slice and the longest timeout, is enough to
 * notice code that blocks for ever, however long the whole takes.
 */

import { createCalls } from "./calls.js";
import { describeError } from "./failures.js";

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("./tree.js").Suite} Suite */
/** @typedef {import("./tree.js").Test} Test */
/** @typedef {import("./tree.js").Hook} Hook */

/**
 * @typedef {object} RunOptions
 * @property {number} timeout milliseconds of a test or hook
 * @property {number} retries
 * @property {number} bail failed tests after which no more are run; 0 for never
 * @property {number | null} seed of the order, null for the order of the file
 * @property {string | null} pattern
 * @property {number} concurrency
 * @property {number} slice milliseconds
 */

/**
 * @typedef {object} Events to the host
 * @property {(rows: any[][]) => void} collected
 * @property {(id: number) => void} started
 * @property {(...outcome: any[]) => void} ended
 * @property {(id: number, errors: any[]) => void} suiteFailed
 */

/** Rows of the tree in one message. */
const CHUNK = 500;
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** A test that calls `context.skip()` stops there. */
class Skipped {}

/** Numbers from 0 to below 1: mulberry32. @param {number} seed */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = state + 0x6d2b79f5 >>> 0;
    let t = state;
    t = Math.imul(t ^ t >>> 15, t | 1);
    t ^= t + Math.imul(t ^ t >>> 7, t | 61);
    return ((t ^ t >>> 14) >>> 0) / 2 ** 32;
  };
}

/**
 * @param {Atoll} atoll
 * @param {ReturnType<typeof import("./tree.js").createTree>} tree
 * @param {Events} events
 * @param {object} matchers
 * @param {any} matchers.expect
 * @param {any} matchers.vitestExpect what the context of a test holds
 * @param {(value: any) => string} matchers.show
 * @param {any} snapshots
 * @param {() => Promise<void>} turn the event loop's next
 */
export function createRunner(atoll, tree, events, { expect, vitestExpect, show }, snapshots, turn) {
  const { monotonicNow } = atoll.engine;
  const {
    MathFloor,
    PromiseCtor,
    PromisePrototypeThen,
    put,
    RegExpCtor,
    RegExpPrototypeExec,
    SetCtor,
    SetPrototypeAdd,
    SetPrototypeHas,
    SetPrototypeSize,
    WeakMapCtor,
    WeakMapPrototypeGet,
    WeakMapPrototypeSet,
  } = atoll.primordials;
  // A test may break any built-in of the realm: nothing here looks one up.
  /** @param {any[]} list @param {any} item */
  const append = (list, item) => put(list, list.length, item);

  /** @type {RunOptions} */
  let options;
  let failed = 0;
  let sliceEnd = 0;
  /** Milliseconds that any one step may take: the host's deadline for a slice goes by it. */
  let longest = 0;
  /** @type {((answer: { done: boolean, longest: number }) => void) | null} */
  let sliceOver = null;
  /** @type {(() => void) | null} */
  let goOn = null;
  /** Tests that run now: several when they are concurrent. @type {Test[]} */
  let running = [];
  /** Timeout and retries that the file itself has set. */
  const settings = { timeout: 0, retries: -1 };
  /** Callbacks of `onTestFinished` and `onTestFailed`. @type {WeakMap<Test, any>} */
  const callbacks = new WeakMapCtor();

  /** An error that nothing has caught. @param {any} error @returns {boolean} whether it was taken */
  function uncaught(error) {
    if (running.length === 0) return false;
    append(running[running.length - 1].errors, error);
    return true;
  }

  const pendingTimers = () => atoll.services.timers?.pending() ?? 0;

  /** A place between two steps. @returns {Promise<void> | undefined} */
  function checkpoint() {
    if (monotonicNow() < sliceEnd || sliceOver === null) return undefined;
    const paused = /** @type {Promise<void>} */ (new PromiseCtor((resolve) => {
      goOn = resolve;
    }));
    const over = sliceOver;
    sliceOver = null;
    over({ done: false, longest });
    return paused;
  }

  /** @param {any} own @returns {number} */
  function timeoutOf(own) {
    const timeout = own ?? (settings.timeout || options.timeout);
    return timeout > 0 && timeout < LONGEST_TIMEOUT ? timeout : LONGEST_TIMEOUT;
  }

  const call = createCalls(atoll, show, uncaught);
  /** @param {Hook} hook */
  const callHook = (hook) =>
    call(hook.fn, null, timeoutOf(hook.timeout), hook.site, `the hook ${hook.kind}`, false);

  /** The hooks of a suite of one kind. @param {Suite} suite @param {Hook["kind"]} kind */
  function hooksOf(suite, kind) {
    /** @type {Hook[]} */
    const found = [];
    for (let i = 0; i < suite.hooks.length; i++) {
      if (suite.hooks[i].kind === kind) append(found, suite.hooks[i]);
    }
    return found;
  }

  /** @param {Test} test */
  function hooksAround(test) {
    /** @type {Suite[]} */
    const suites = [];
    for (
      let suite = /** @type {Suite | null} */ (test.parent);
      suite !== null;
      suite = suite.parent
    ) append(suites, suite);
    /** @type {Hook[]} */
    const before = [];
    /** @type {Hook[]} */
    const after = [];
    for (let i = 0; i < suites.length; i++) {
      const outer = hooksOf(suites[suites.length - 1 - i], "beforeEach");
      for (let j = 0; j < outer.length; j++) append(before, outer[j]);
      const inner = hooksOf(suites[i], "afterEach");
      for (let j = 0; j < inner.length; j++) append(after, inner[j]);
    }
    return { before, after };
  }

  /** @param {Suite | Test} item @returns {string} the names from the outermost suite on */
  function fullName(item) {
    const outer = item.parent === null || item.parent.parent === null ? "" : fullName(item.parent);
    return outer === "" ? item.name : `${outer} ${item.name}`;
  }

  /** @param {Test} test @returns {string[]} titles */
  function pathOf(test) {
    /** @type {string[]} */
    const reversed = [test.name];
    for (
      let suite = /** @type {Suite} */ (test.parent);
      suite.parent !== null;
      suite = suite.parent
    ) append(reversed, suite.name);
    /** @type {string[]} */
    const path = [];
    for (let i = reversed.length - 1; i >= 0; i--) append(path, reversed[i]);
    return path;
  }

  // Which tests are to run

  /** @type {RegExp | null} */
  let pattern = null;
  /** Ids of tests that run. @type {Set<number>} */
  let selected = new SetCtor();

  /** @param {Test} test @param {boolean} inSkipped */
  const isSelected = (test, inSkipped) =>
    !(inSkipped || test.mode === "skip" || tree.state.hasFocus && test.mode !== "only" ||
      test.mode === "todo" ||
      pattern !== null && RegExpPrototypeExec(pattern, fullName(test)) === null);

  /**
   * @param {Suite} suite
   * @param {boolean} inSkipped
   * @param {any[][]} rows what the host is told
   */
  function select(suite, inSkipped, rows) {
    for (let i = 0; i < suite.children.length; i++) {
      const child = suite.children[i];
      if (child.type === "suite") {
        append(rows, [child.id, suite.id, "suite", child.name]);
        select(child, inSkipped || child.mode === "skip", rows);
      } else {
        const runs = isSelected(child, inSkipped);
        if (runs) SetPrototypeAdd(selected, child.id);
        const state = runs ? "run" : child.mode === "todo" ? "todo" : "skip";
        append(rows, [child.id, suite.id, state, child.name]);
      }
    }
  }

  /** @param {Test} test */
  const runs = (test) => SetPrototypeHas(selected, test.id);

  /** @param {Suite} suite @returns {boolean} */
  function hasSelected(suite) {
    for (let i = 0; i < suite.children.length; i++) {
      const child = suite.children[i];
      if (child.type === "suite" ? hasSelected(child) : runs(child)) return true;
    }
    return false;
  }

  /** @type {() => number} */
  let random = randomFrom(0);
  /** @param {(Suite | Test)[]} items */
  function ordered(items) {
    /** @type {(Suite | Test)[]} */
    const list = [];
    for (let i = 0; i < items.length; i++) append(list, items[i]);
    for (let i = options.seed === null ? 0 : list.length - 1; i > 0; i--) {
      const j = MathFloor(random() * (i + 1));
      const swapped = list[i];
      list[i] = list[j];
      list[j] = swapped;
    }
    return list;
  }

  const isOver = () => options.bail > 0 && failed >= options.bail;

  // Running

  /** @param {Suite} suite */
  async function runSuite(suite) {
    if (isOver() || !hasSelected(suite)) return;
    const before = hooksOf(suite, "beforeAll");
    for (let i = 0; i < before.length; i++) {
      const wait = checkpoint();
      if (wait !== undefined) await wait;
      tree.state.running = "a beforeAll hook";
      try {
        await callHook(before[i]);
      } catch (error) {
        failAll(suite, error);
      }
    }
    const children = ordered(suite.children);
    for (let i = 0; i < children.length && !isOver(); i++) {
      const child = children[i];
      if (child.type === "suite") await runSuite(child);
      else if (child.concurrent) i = await runConcurrently(children, i);
      else if (runs(child)) await runTest(child);
    }
    /** @type {any[]} */
    const errors = [];
    const after = hooksOf(suite, "afterAll");
    for (let i = 0; i < after.length; i++) {
      const wait = checkpoint();
      if (wait !== undefined) await wait;
      tree.state.running = "an afterAll hook";
      try {
        await callHook(after[i]);
      } catch (error) {
        append(errors, describeError(atoll, error, show));
      }
    }
    if (errors.length > 0) events.suiteFailed(suite.id, errors);
  }

  /** A `beforeAll` that fails, fails each test that it was for. @param {Suite} suite @param {any} error */
  function failAll(suite, error) {
    for (let i = 0; i < suite.children.length; i++) {
      const child = suite.children[i];
      if (child.type === "suite") failAll(child, error);
      else append(child.errors, error);
    }
  }

  /**
   * Run the tests that follow each other and are concurrent.
   * @param {(Suite | Test)[]} children
   * @param {number} from where the first of them is
   * @returns {Promise<number>} where the last of them is
   */
  async function runConcurrently(children, from) {
    let end = from;
    for (; end < children.length; end++) {
      const child = children[end];
      if (child.type !== "test" || !child.concurrent) break;
    }
    let next = from;
    const worker = async () => {
      while (next < end && !isOver()) {
        const test = /** @type {Test} */ (children[next++]);
        if (runs(test)) await runTest(test);
      }
    };
    /** @type {Promise<void>[]} */
    const workers = [];
    for (let i = 0; i < options.concurrency && i < end - from; i++) append(workers, worker());
    for (let i = 0; i < workers.length; i++) await workers[i];
    return end - 1;
  }

  /** @param {Test} test */
  async function runTest(test) {
    const wait = checkpoint();
    if (wait !== undefined) await wait;
    events.started(test.id);
    const timersBefore = pendingTimers();
    const retries = Number(
      test.options.retry ?? (settings.retries >= 0 ? settings.retries : options.retries),
    );
    const repeats = Number(test.options.repeats ?? 0);
    const outer = test.errors;
    const started = monotonicNow();
    let attempts = 0;
    let skipped = false;
    for (let round = 0; round <= repeats; round++) {
      for (let attempt = 0;; attempt++) {
        test.errors = [];
        for (let i = 0; i < outer.length; i++) append(test.errors, outer[i]);
        if (attempts > 0) snapshots.forget(pathOf(test));
        skipped = await attemptTest(test);
        attempts++;
        if (test.errors.length === 0 || attempt >= retries || outer.length > 0) break;
      }
      if (test.errors.length > 0 || skipped) break;
    }
    const took = monotonicNow() - started;
    if (test.errors.length > 0) failed++;
    const status = test.errors.length > 0 ? "failed" : skipped ? "skipped" : "passed";
    /** @type {any[]} */
    const errors = [];
    for (let i = 0; i < test.errors.length && i < 20; i++) {
      append(errors, describeError(atoll, test.errors[i], show));
    }
    const leaked = running.length === 0 ? Math.max(0, pendingTimers() - timersBefore) : 0;
    events.ended(test.id, status, took, attempts - 1, leaked, errors);
  }

  /** @param {Test} test @returns {Promise<boolean>} whether the test has skipped itself */
  async function attemptTest(test) {
    const ours = epoch;
    const { before, after } = hooksAround(test);
    const { state } = tree;
    append(running, test);
    let skipped = false;
    const context = contextFor(test);
    expect.setState({
      assertionCalls: 0,
      currentTestName: fullName(test),
      expectedAssertionsNumber: null,
      expectedAssertionsNumberError: undefined,
      isExpectingAssertions: false,
      isExpectingAssertionsError: undefined,
      numPassingAsserts: 0,
      suppressedErrors: [],
    });
    snapshots.testStarts(pathOf(test));
    const site = test.site;
    try {
      for (let i = 0; i < before.length && test.errors.length === 0; i++) {
        const wait = checkpoint();
        if (wait !== undefined) await wait;
        state.running = "a beforeEach hook";
        const waiting = callHook(before[i]);
        if (waiting !== undefined) await waiting;
      }
      if (test.errors.length === 0) {
        const wait = checkpoint();
        if (wait !== undefined) await wait;
        state.running = `the test "${test.name}"`;
        const args = test.hasContext ? [context] : test.args;
        const timeout = timeoutOf(test.options.timeout);
        const waiting = call(test.fn, args, timeout, site, "a test", test.hasContext);
        if (waiting !== undefined) await waiting;
      }
    } catch (error) {
      if (error instanceof Skipped) skipped = true;
      else append(test.errors, error);
    }
    if (ours !== epoch) await never;
    for (let i = 0; i < after.length; i++) {
      const wait = checkpoint();
      if (wait !== undefined) await wait;
      state.running = "an afterEach hook";
      try {
        const waiting = callHook(after[i]);
        if (waiting !== undefined) await waiting;
      } catch (error) {
        append(test.errors, error);
      }
    }
    const own = WeakMapPrototypeGet(callbacks, test);
    if (own !== undefined) await runCallbacks(test, own);
    // What it left unhandled is reported in the turn that follows, and belongs to it.
    await turn();
    if (ours !== epoch) await never;
    /** @type {Test[]} */
    const others = [];
    for (let i = 0; i < running.length; i++) {
      if (running[i] !== test) append(others, running[i]);
    }
    running = others;
    if (running.length === 0) state.running = null;
    checkExpectations(test);
    if (test.failing) invert(test);
    return skipped && test.errors.length === 0;
  }

  /** @param {Test} test @param {{ finished: any[], failed: any[] }} own */
  async function runCallbacks(test, own) {
    WeakMapPrototypeSet(callbacks, test, undefined);
    const { length } = own.finished;
    const failures = test.errors.length > 0 ? own.failed.length : 0;
    for (let i = length + failures - 1; i >= 0; i--) {
      try {
        const callback = i < failures ? own.failed[i] : own.finished[i - failures];
        await callback({ task: { name: test.name } });
      } catch (error) {
        append(test.errors, error);
      }
    }
  }

  /** `expect.assertions`, and what matchers held back. @param {Test} test */
  function checkExpectations(test) {
    try {
      const { suppressedErrors } = expect.getState();
      for (let i = 0; i < suppressedErrors.length; i++) append(test.errors, suppressedErrors[i]);
      expect.setState({ suppressedErrors: [] });
      const missed = expect.extractExpectedAssertionsErrors();
      for (let i = 0; i < missed.length && test.errors.length === 0; i++) {
        append(test.errors, missed[i].error);
      }
    } catch (error) {
      append(test.errors, error); // what `expect` is made of has been broken
    }
  }

  /** @param {Test} test */
  function invert(test) {
    if (test.errors.length > 0) {
      test.errors = [];
      return;
    }
    test.site.name = "Error";
    test.site.message =
      "Failing test passed even though it was supposed to fail. Remove `.failing` " +
      "(`.fails`) to remove this error.";
    append(test.errors, test.site);
  }

  /** What Vitest gives a test. @param {Test} test */
  function contextFor(test) {
    return {
      expect: vitestExpect,
      task: { name: test.name, id: `${test.id}` },
      skip: (/** @type {any} */ condition) => {
        if (condition === undefined || condition === true || typeof condition === "string") {
          throw new Skipped();
        }
      },
      onTestFinished: (/** @type {any} */ fn) => append(callbacksOf(test).finished, fn),
      onTestFailed: (/** @type {any} */ fn) => append(callbacksOf(test).failed, fn),
    };
  }

  /** @param {Test} test */
  function callbacksOf(test) {
    let own = WeakMapPrototypeGet(callbacks, test);
    if (own === undefined) WeakMapPrototypeSet(callbacks, test, own = { finished: [], failed: [] });
    return own;
  }

  /** @param {string} name */
  function currentTest(name) {
    const test = running[running.length - 1];
    if (test === undefined) throw new Error(`${name} can be called in a test only`);
    return test;
  }

  async function runAll() {
    await runSuite(tree.state.root);
    await turn();
  }

  /** @type {Promise<void> | null} */
  let run = null;
  /** Counts runs: one that its owner has given up must not go on in the midst of the next. */
  let epoch = 0;
  const never = new PromiseCtor(() => {});

  return {
    /** @param {RunOptions} given */
    begin(given) {
      options = given;
      epoch++;
      failed = 0;
      running = [];
      run = null;
      sliceOver = goOn = null;
      settings.timeout = 0;
      settings.retries = -1;
      pattern = given.pattern === null ? null : new RegExpCtor(given.pattern);
      random = randomFrom(given.seed ?? 0);
      selected = new SetCtor();
    },
    /** Tell the host what there is. @returns {{ longest: number, count: number }} */
    collect() {
      tree.finish();
      /** @type {any[][]} */
      const rows = [];
      select(tree.state.root, false, rows);
      for (let from = 0; from < rows.length; from += CHUNK) {
        /** @type {any[][]} */
        const chunk = [];
        for (let i = from; i < rows.length && i < from + CHUNK; i++) append(chunk, rows[i]);
        events.collected(chunk);
      }
      longest = settings.timeout || options.timeout;
      const see = (/** @type {any} */ timeout) => {
        if (+timeout > longest) longest = +timeout;
      };
      const seeAll = (/** @type {Suite} */ suite) => {
        for (let i = 0; i < suite.hooks.length; i++) see(suite.hooks[i].timeout);
        for (let i = 0; i < suite.children.length; i++) {
          const child = suite.children[i];
          if (child.type === "suite") seeAll(child);
          else see(child.options.timeout);
        }
      };
      seeAll(tree.state.root);
      return { longest, count: SetPrototypeSize(selected) };
    },
    /** Run until the slice is over. @returns {Promise<{ done: boolean, longest: number }>} */
    next() {
      sliceEnd = monotonicNow() + options.slice;
      return new PromiseCtor((resolve, reject) => {
        sliceOver = resolve;
        if (run === null) {
          run = runAll();
          PromisePrototypeThen(run, () => {
            if (sliceOver !== null) sliceOver({ done: true, longest });
          }, reject);
        } else {
          const resume = goOn;
          goOn = null;
          if (resume !== null) resume();
        }
      });
    },
    uncaught,
    /** @param {number} milliseconds of the tests and hooks that follow */
    setTimeout(milliseconds) {
      settings.timeout = milliseconds;
      if (milliseconds <= longest) return;
      longest = milliseconds;
      sliceEnd = 0; // the host has to hear of it before the next step
    },
    settings,
    isRunning: () => running.length > 0,
    onTestFinished: (/** @type {any} */ fn) => {
      append(callbacksOf(currentTest("onTestFinished")).finished, fn);
    },
    onTestFailed: (/** @type {any} */ fn) => {
      append(callbacksOf(currentTest("onTestFailed")).failed, fn);
    },
  };
}
