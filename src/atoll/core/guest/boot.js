/**
 * The one module that the engine loads: it reads the rest of the guest's core from the first pipe,
 * as one script, and runs it.
 *
 * The engine's loader parses every module twice, which for the core's two dozen took as long as
 * the rest of the start; a script is parsed once, by V8, and its functions when they are called.
 * It has no loader of its own, so that `import()` in what it calls is refused; this module imports
 * for it. `core/bundle.py` makes the script; only this file and `engine.js` touch Deno.
 */

const deno = globalThis.Deno;
// @ts-ignore: `internal` is not in the public types
const { core } = deno[deno.internal];

const config = JSON.parse(deno.args[0]);
const source = new Uint8Array(config.script);
const input = deno.openSync("/dev/fd/3");
for (let size = 0; size < source.length;) {
  const count = input.readSync(source.subarray(size));
  if (count === null) deno.exit(0); // the host is gone
  size += /** @type {number} */ (count);
}
input.close();

// The options mark it as a script without a loader; see NO_DYNAMIC_IMPORT in engine.js.
const [run, failure] = core.evalContext(core.decode(source), "atoll:core", [1]);
if (failure !== null) throw failure.thrown;
run(config, import.meta.url, (/** @type {string} */ url) => import(url));
