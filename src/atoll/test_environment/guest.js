/**
 * The guest half of the test environment: what test files see, and what the host calls.
 */

import { createApis, expectWithMessages, extendExpect, extendExpectFunctions } from "./api.js";
import { createFakeTimers } from "./fake_timers.js";
import { loadPackages } from "./packages.js";
import { createRunner } from "./runner.js";
import { createSnapshots } from "./snapshots.js";
import { createTree } from "./tree.js";
import { createTurns } from "./turns.js";

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */

/**
 * @param {Atoll} atoll
 * @param {object} options
 * @param {Record<string, string>} options.sources of Jest's packages
 * @param {boolean} options.colours
 * @param {boolean} options.globals
 * @param {number} options.limit tests and suites of one run
 * @param {any} options.collected
 * @param {any} options.started
 * @param {any} options.ended
 * @param {any} options.suiteFailed
 * @param {any} options.snapshot
 */
export default function install(atoll, options) {
  const { engine, flush, post, primordials } = atoll;
  const { PromiseCtor } = primordials;
  const packages = loadPackages(atoll, options.sources, options.colours);
  const { expect, prettyFormat } = packages;
  const show = (/** @type {any} */ value) =>
    prettyFormat.format(value, { maxDepth: 3, maxWidth: 20, min: true });
  const showShort = (/** @type {any} */ value) =>
    prettyFormat.format(value, { maxDepth: 1, min: true });

  /** Real time, whatever the tests do to theirs. @param {number} milliseconds @returns {Promise<void>} */
  const sleep = (milliseconds) =>
    new PromiseCtor((resolve) => engine.setTimer(resolve, milliseconds));

  const turns = createTurns(atoll);
  extendExpect(packages);
  extendExpectFunctions(packages, sleep);
  const vitestExpect = expectWithMessages(expect);
  const snapshots = createSnapshots(
    atoll,
    packages,
    (kind, key, text) => post(options.snapshot, kind, key, text),
  );
  const tree = createTree(atoll, { limit: options.limit, show: showShort });
  const runner = createRunner(
    atoll,
    tree,
    {
      collected: (rows) => post(options.collected, rows),
      started: (id) => {
        post(options.started, id);
        // It may never come back, and the host must know by then what ran.
        flush();
      },
      ended: (id, status, took, retries, leaked, errors) =>
        post(options.ended, id, status, took, retries, leaked, errors),
      suiteFailed: (id, errors) => post(options.suiteFailed, id, errors),
    },
    { expect, vitestExpect, show },
    snapshots,
    turns.turn,
  );
  const timers = createFakeTimers(atoll, turns.turn);
  const mocker = new packages.ModuleMocker(globalThis);
  const { jest, vi, restore } = createApis(atoll, mocker, timers, runner, sleep);

  const { afterAll, afterEach, beforeAll, beforeEach, describe, test } = tree;
  const { contextualDescribe, contextualTest } = tree;
  const shared = { afterAll, afterEach, beforeAll, beforeEach, describe, expect };
  const { onTestFailed, onTestFinished } = runner;
  /** Assertions about types are for a type checker: here, each passes. @type {any} */
  const typeLevel = new Proxy(() => {}, { get: () => typeLevel, apply: () => typeLevel });
  /** What the modules that test files import from would export. */
  const modules = {
    jest: {
      ...shared,
      fdescribe: describe.only,
      fit: test.only,
      it: test,
      jest,
      test,
      xdescribe: describe.skip,
      xit: test.skip,
      xtest: test.skip,
    },
    vitest: {
      ...shared,
      it: contextualTest,
      onTestFailed,
      onTestFinished,
      suite: contextualDescribe,
      test: contextualTest,
      assertType: () => {},
      describe: contextualDescribe,
      expect: vitestExpect,
      expectTypeOf: () => typeLevel,
      vi,
      vitest: vi,
    },
    bun: {
      ...shared,
      it: test,
      jest,
      mock: Object.assign((/** @type {any} */ implementation) => mocker.fn(implementation), {
        clearAllMocks: jest.clearAllMocks,
        restore: jest.restoreAllMocks,
      }),
      setSystemTime: jest.setSystemTime,
      spyOn: jest.spyOn,
      test,
      vi,
    },
  };
  /** @param {PropertyKey} name @param {any} value */
  const define = (name, value) =>
    primordials.ObjectDefineProperty(globalThis, name, {
      // @ts-ignore: __proto__ in a literal is the prototype
      __proto__: null,
      value,
      configurable: true,
      enumerable: false,
      writable: true,
    });
  // Where the modules of `IMPORTS`, on the host, find what they export.
  define(Symbol.for("atoll.test_environment"), modules);
  if (options.globals) {
    const globals = { ...modules.jest, onTestFailed, onTestFinished, suite: describe, vi };
    for (const [name, value] of Object.entries(globals)) define(name, value);
  }

  return {
    /**
     * Forget the last run and get ready for definitions.
     * @param {any} settings RunOptions, and `snapshots`, `update`, `testPath`
     */
    begin(settings) {
      tree.reset();
      runner.begin(settings);
      snapshots.begin(settings.snapshots, settings.update, settings.separator);
      expect.setState({ testPath: settings.testPath });
      atoll.interceptUncaught(runner.uncaught);
    },
    collect: runner.collect,
    next: runner.next,
    /** Put back what the file has replaced. */
    finish() {
      try {
        restore();
      } catch (error) {
        atoll.reportException(error);
      }
      atoll.services.timers?.clearAll();
      atoll.interceptUncaught(null);
      turns.close();
    },
  };
}
