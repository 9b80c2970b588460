/**
 * Jest's own packages (`vendor/jest`), loaded as the CommonJS modules that they are.
 *
 * They share the realm with the tests, as in Jest, and so does what they require besides each other:
 * nothing here holds more than user code does.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */

const SGR = /** @type {Record<string, [number, number]>} */ ({
  bold: [1, 22],
  dim: [2, 22],
  inverse: [7, 27],
  green: [32, 39],
  red: [31, 39],
  yellow: [33, 39],
  bgYellow: [43, 49],
});

/** As much of `chalk` as they use. @param {boolean} colours @returns {any} */
function chalkOf(colours) {
  /** @type {any} */
  const chalk = {};
  for (const name of Object.keys(SGR)) {
    const [on, off] = SGR[name];
    chalk[name] = colours
      ? (/** @type {any} */ text) => `\x1b[${on}m${text}\x1b[${off}m`
      : (/** @type {any} */ text) => `${text}`;
  }
  return { __esModule: true, default: chalk };
}

/** An error whose stack begins at the caller of a function. */
class ErrorWithStack extends Error {
  /** @param {string | undefined} message @param {any} callsite */
  constructor(message, callsite) {
    super(message);
    if (Error.captureStackTrace) Error.captureStackTrace(this, callsite);
  }
}

/** As much of `jest-util` as they use. */
const jestUtil = {
  ErrorWithStack,
  isPromise: (/** @type {any} */ candidate) =>
    candidate !== null && (typeof candidate === "object" || typeof candidate === "function") &&
    typeof candidate.then === "function",
  pluralize: (/** @type {string} */ word, /** @type {number} */ count) =>
    `${count} ${word}${count === 1 ? "" : "s"}`,
};

/** @param {string} stack @returns {number} where the frames begin */
const framesStart = (stack) => stack.search(/^\s*at /m);

/** As much of `jest-message-util` as they use. */
const jestMessageUtil = {
  separateMessageFromStack: (/** @type {string} */ content) => {
    const at = framesStart(content);
    return at < 0
      ? { message: content, stack: "" }
      : { message: content.slice(0, at), stack: content.slice(at) };
  },
  formatStackTrace: (/** @type {string} */ stack) =>
    "\n" + stack.split("\n").map((line) => `      ${line.trim()}`).join("\n"),
  formatExecError: (/** @type {any} */ error) => `      ${error?.stack ?? error}`,
};

/** React is not here to make elements, so nothing is one. */
const no = () => false;
const reactIs = {
  __esModule: true,
  isContextConsumer: no,
  isContextProvider: no,
  isElement: no,
  isForwardRef: no,
  isFragment: no,
  isMemo: no,
  isSuspense: no,
};

/**
 * @param {Atoll} atoll
 * @param {Record<string, string>} sources by the names of their packages
 * @param {boolean} colours
 */
export function loadPackages(atoll, sources, colours) {
  const { runScript } = atoll.engine;
  const { ObjectHasOwn } = atoll.primordials;
  /** @type {Record<string, { exports: any }>} */
  const modules = Object.create(null);
  modules["chalk"] = { exports: chalkOf(colours) };
  modules["ansi-styles"] = { exports: {} };
  modules["jest-util"] = { exports: jestUtil };
  modules["jest-message-util"] = { exports: jestMessageUtil };
  modules["@jest/react-is-18"] = { exports: reactIs };
  modules["@jest/react-is-19"] = { exports: reactIs };
  // Asked for a folder that stack traces could be relative to.
  const process = { cwd: () => "/", env: {} };

  /** @param {string} name @returns {any} */
  function load(name) {
    if (ObjectHasOwn(modules, name)) return modules[name].exports;
    if (!ObjectHasOwn(sources, name)) throw new Error(`there is no package ${name}`);
    const module = modules[name] = { exports: {} };
    const outcome = runScript(
      `(function (module, exports, require, process) {${sources[name]}\n})`,
      `atoll:jest/${name}`,
    );
    if (outcome[1] !== null) throw outcome[1].thrown;
    outcome[0](module, module.exports, load, process);
    return module.exports;
  }
  return {
    expect: load("expect").expect,
    expectUtils: load("@jest/expect-utils"),
    matcherUtils: load("jest-matcher-utils"),
    diff: load("jest-diff"),
    prettyFormat: load("pretty-format"),
    ModuleMocker: load("jest-mock").ModuleMocker,
  };
}
