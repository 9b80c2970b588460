/**
 * What the built-in modules of Node know as `process`: constants, and a `nextTick` that is a
 * microtask. It gives access to nothing.
 */

const microtask = queueMicrotask;

const process = {
  argv: [],
  browser: true,
  env: {},
  platform: "linux",
  version: "v22.0.0",
  versions: { node: "22.0.0" },
  cwd: () => "/",
  emitWarning() {},
  /** @param {(...args: any[]) => void} callback @param {any[]} args */
  nextTick: (callback, ...args) => microtask(() => callback(...args)),
};

export { process as default, process as p };
