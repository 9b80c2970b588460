/**
 * What a test file defines: suites, tests and hooks, before any of it runs.
 *
 * The rules of focus, of inherited modes and of hooks are Jest's (jest-circus), those of chained
 * modifiers (`test.skip.each`) are the union of Jest's and Vitest's.
 */

import { arrayCases, templateCases } from "./titles.js";

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */

/**
 * @typedef {object} Hook
 * @property {"beforeAll" | "beforeEach" | "afterEach" | "afterAll"} kind
 * @property {any} fn
 * @property {number | undefined} timeout milliseconds
 * @property {Error} site where it was defined
 */

/** @typedef {"skip" | "only" | "todo" | undefined} Mode */

/**
 * @typedef {object} Suite
 * @property {"suite"} type
 * @property {number} id
 * @property {Suite | null} parent
 * @property {string} name
 * @property {Mode} mode
 * @property {boolean} concurrent
 * @property {Record<string, any>} options
 * @property {(Suite | Test)[]} children
 * @property {Hook[]} hooks
 */

/**
 * @typedef {object} Test
 * @property {"test"} type
 * @property {number} id
 * @property {Suite} parent
 * @property {string} name
 * @property {Mode} mode
 * @property {boolean} concurrent
 * @property {boolean} failing
 * @property {any} fn
 * @property {any[] | null} args of a row of a table
 * @property {boolean} hasContext whether the first argument is Vitest's context
 * @property {Record<string, any>} options
 * @property {Error} site
 * @property {any[]} errors
 */

/** @typedef {{ mode: Mode, concurrent: boolean | undefined, failing: boolean }} Modifiers */

const MODIFIERS = /** @type {Record<string, Partial<Modifiers>>} */ ({
  skip: { mode: "skip" },
  only: { mode: "only" },
  todo: { mode: "todo" },
  concurrent: { concurrent: true },
  sequential: { concurrent: false },
  failing: { failing: true },
  fails: { failing: true },
});

/** Why a definition was refused; it fails the file. */
export class DefinitionError extends Error {
  /** @override */
  name = "DefinitionError";
}

/** @param {any} name @returns {string} */
function titleOf(name) {
  if (typeof name === "string") return name;
  if (typeof name === "number") return `${name}`;
  if (typeof name === "function" && name.name) return name.name;
  throw new DefinitionError(
    `Invalid first argument, ${String(name)}. It must be a named class, named function, number, ` +
      "or string.",
  );
}

/** The first parameter of Vitest's tests is a context, which is mostly taken apart at once. */
const TAKES_CONTEXT = /^(?:async\s*)?(?:function\b[^(]*|\*?\s*[\w$]+\s*)?\(\s*\{/;

/**
 * @param {Atoll} atoll
 * @param {object} settings
 * @param {number} settings.limit tests and suites
 * @param {(value: any) => string} settings.show
 */
export function createTree(atoll, { limit, show }) {
  const { ErrorCaptureStackTrace, FunctionPrototypeToString, put, RegExpPrototypeExec } =
    atoll.primordials;

  let lastId = 0;
  /** @param {Suite | null} parent @param {string} name @returns {Suite} */
  const newSuite = (parent, name) => ({
    type: "suite",
    id: lastId++,
    parent,
    name,
    mode: undefined,
    concurrent: parent?.concurrent ?? false,
    options: parent?.options ?? {},
    children: [],
    hooks: [],
  });
  const state = {
    root: newSuite(null, ""),
    hasFocus: false,
    /** Errors that are the file's, not a test's. @type {any[]} */
    errors: [],
    /** What runs now, so that definitions inside of it can be refused. @type {string | null} */
    running: null,
  };
  let current = state.root;
  /** Suites of Vitest's `describe` at the top level, which define their tests once the file has run. */
  /** @type {(() => any)[]} */
  let deferred = [];

  function reset() {
    lastId = 0;
    state.root = current = newSuite(null, "");
    state.hasFocus = false;
    state.errors = [];
    state.running = null;
    deferred = [];
  }

  /** @param {any} callee */
  const callSite = (callee) => {
    const site = { name: "", message: "" };
    ErrorCaptureStackTrace(site, callee);
    return /** @type {Error} */ (site);
  };

  /** @param {string} what */
  function refuseWhileRunning(what) {
    if (state.running !== null) {
      throw new DefinitionError(
        `${what} cannot be defined inside ${state.running}. Define it at the top level of the ` +
          "file, or in a describe block.",
      );
    }
  }

  /** @param {Suite | Test} child */
  function add(child) {
    if (lastId > limit) {
      throw new DefinitionError(`the file defines more than ${limit} tests and suites`);
    }
    put(current.children, current.children.length, child);
  }

  /**
   * `(name, fn, timeout)`, `(name, fn, options)` and `(name, options, fn)`.
   * @param {any} second
   * @param {any} third
   * @returns {{ fn: any, options: Record<string, any> }}
   */
  function callbackAndOptions(second, third) {
    let fn = second;
    let options = third;
    if (typeof second === "object" && second !== null) [options, fn] = [second, third];
    if (typeof options === "number") options = { timeout: options };
    return { fn, options: options ?? {} };
  }

  /** @param {Modifiers} modifiers @param {any} options @returns {Mode} */
  const modeOf = (modifiers, options) =>
    modifiers.mode ??
      (options.skip ? "skip" : options.only ? "only" : options.todo ? "todo" : undefined);

  /**
   * @param {Modifiers} modifiers
   * @param {any} callee the function whose caller's place is the test's
   * @param {any} name
   * @param {any} second
   * @param {any} third
   * @param {any[] | null} args
   * @param {boolean} contextual
   */
  function defineTest(modifiers, callee, name, second, third, args, contextual) {
    const title = titleOf(name);
    refuseWhileRunning(`The test "${title}"`);
    const { fn, options } = callbackAndOptions(second, third);
    const mode = modeOf(modifiers, options);
    if (mode !== "todo" && mode !== "skip" && fn === undefined) {
      throw new DefinitionError(
        `Missing second argument of the test "${title}". It must be a callback function. Perhaps ` +
          "you want to use `test.todo` for a test placeholder.",
      );
    }
    if (fn !== undefined && typeof fn !== "function") {
      throw new DefinitionError(
        `Invalid second argument of the test "${title}", ${show(fn)}. It must be a callback ` +
          "function.",
      );
    }
    add({
      type: "test",
      id: ++lastId,
      parent: current,
      name: title,
      mode,
      concurrent: modifiers.concurrent ?? options.concurrent ?? current.concurrent,
      failing: modifiers.failing || options.fails === true,
      fn,
      args,
      hasContext: args === null && fn !== undefined && fn.length > 0 &&
        (contextual || RegExpPrototypeExec(TAKES_CONTEXT, FunctionPrototypeToString(fn)) !== null),
      options: { ...current.options, ...options },
      site: callSite(callee),
      errors: [],
    });
  }

  /**
   * @param {Modifiers} modifiers
   * @param {any} name
   * @param {any} second
   * @param {any} third
   * @param {any[]} args
   * @param {boolean} contextual
   */
  function defineSuite(modifiers, name, second, third, args, contextual) {
    const title = titleOf(name);
    refuseWhileRunning(`The suite "${title}"`);
    const { fn, options } = callbackAndOptions(second, third);
    const mode = modeOf(modifiers, options);
    if (typeof fn !== "function" && mode !== "todo" && mode !== "skip") {
      throw new DefinitionError(
        `Missing second argument of the suite "${title}". It must be a callback function.`,
      );
    }
    const suite = newSuite(current, title);
    suite.id = ++lastId;
    suite.mode = mode ?? current.mode;
    suite.concurrent = modifiers.concurrent ?? options.concurrent ?? suite.concurrent;
    suite.options = { ...suite.options, ...options };
    add(suite);
    if (typeof fn !== "function") return;
    const define = () => fillSuite(suite, fn, args);
    if (contextual && current === state.root) put(deferred, deferred.length, define);
    else define();
  }

  /** @param {Suite} suite @param {any} fn @param {any[]} args */
  function fillSuite(suite, fn, args) {
    const outer = current;
    current = suite;
    let result;
    try {
      result = fn(...args);
    } finally {
      finish(suite);
      current = outer;
    }
    if (result !== undefined && typeof result?.then === "function") {
      throw new DefinitionError(
        `Returning a Promise from "describe" is not supported: the suite "${suite.name}" must define ` +
          "its tests synchronously.",
      );
    }
  }

  /** A suite hands its mode to its tests, unless one of them was singled out. @param {Suite} suite */
  function finish(suite) {
    const { children } = suite;
    let hasTests = false;
    let hasFocused = false;
    for (let i = 0; i < children.length; i++) {
      hasTests ||= children[i].type === "test";
      hasFocused ||= children[i].type === "test" && children[i].mode === "only";
    }
    if (suite.mode !== "skip" && hasFocused) state.hasFocus = true;
    if (suite.mode === "only" && hasFocused) return;
    for (let i = 0; i < children.length; i++) {
      if (children[i].type === "test") children[i].mode ??= suite.mode;
    }
    if (suite.mode === "only" && hasTests) state.hasFocus = true;
  }

  /**
   * @param {"test" | "suite"} kind
   * @param {Modifiers} modifiers
   * @param {boolean} contextual
   * @returns {any}
   */
  function definer(kind, modifiers, contextual) {
    /** @type {any} */
    const define = kind === "test"
      ? (/** @type {any} */ name, /** @type {any} */ second, /** @type {any} */ third) =>
        defineTest(modifiers, define, name, second, third, null, contextual)
      : (/** @type {any} */ name, /** @type {any} */ second, /** @type {any} */ third) =>
        defineSuite(modifiers, name, second, third, [], contextual);
    /** @param {any} table @param {any[]} values @param {boolean} spread */
    const tabled = (table, values, spread) => {
      const each = (
        /** @type {any} */ title,
        /** @type {any} */ second,
        /** @type {any} */ third,
      ) => {
        const cases = table?.raw !== undefined
          ? templateCases(table, values, titleOf(title), show)
          : arrayCases(table, titleOf(title), show, spread);
        for (const { title: made, args } of cases) {
          if (kind === "test") {
            defineTest(modifiers, each, made, second, third, args, contextual);
          } else defineSuite(modifiers, made, second, third, args, contextual);
        }
      };
      return each;
    };
    define.each = (/** @type {any} */ table, /** @type {any[]} */ ...values) =>
      tabled(table, values, true);
    define.for = (/** @type {any} */ table, /** @type {any[]} */ ...values) =>
      tabled(table, values, false);
    const unchanged = () => definer(kind, modifiers, contextual);
    const skipped = () => definer(kind, { ...modifiers, mode: "skip" }, contextual);
    define.skipIf = (/** @type {any} */ condition) => condition ? skipped() : unchanged();
    define.runIf = define.if = (/** @type {any} */ condition) =>
      condition ? unchanged() : skipped();
    define.todoIf = (/** @type {any} */ condition) =>
      condition ? definer(kind, { ...modifiers, mode: "todo" }, contextual) : unchanged();
    for (const name of Object.keys(MODIFIERS)) {
      Object.defineProperty(define, name, {
        configurable: true,
        enumerable: true,
        get: () => {
          const value = definer(kind, { ...modifiers, ...MODIFIERS[name] }, contextual);
          Object.defineProperty(define, name, { configurable: true, enumerable: true, value });
          return value;
        },
      });
    }
    return define;
  }

  /** @param {Hook["kind"]} kind */
  const hookDefiner = (kind) => {
    const define = (/** @type {any} */ fn, /** @type {any} */ timeout) => {
      refuseWhileRunning(`The hook ${kind}`);
      if (typeof fn !== "function") {
        throw new DefinitionError(
          `Invalid first argument of ${kind}, ${show(fn)}. It must be a callback function.`,
        );
      }
      const { hooks } = current;
      put(hooks, hooks.length, { kind, fn, timeout, site: callSite(define) });
    };
    return define;
  };

  /** @type {Modifiers} */
  const plain = { mode: undefined, concurrent: undefined, failing: false };
  return {
    state,
    reset,
    finish: () => {
      for (let i = 0; i < deferred.length; i++) deferred[i]();
      deferred = [];
      finish(state.root);
    },
    beforeAll: hookDefiner("beforeAll"),
    beforeEach: hookDefiner("beforeEach"),
    afterEach: hookDefiner("afterEach"),
    afterAll: hookDefiner("afterAll"),
    describe: definer("suite", plain, false),
    contextualDescribe: definer("suite", plain, true),
    test: definer("test", plain, false),
    contextualTest: definer("test", plain, true),
  };
}
