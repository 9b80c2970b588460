/** Milliseconds between two looks at what a program has left to do. */
const STEP = 2;

/**
 * The globals of a program that `atoll run` and `atoll eval` run, beside those of a bare isolate:
 * `print`, `input` and `args`. Timers are there already.
 *
 * @param {import("../core/guest/capability.js").Atoll} atoll
 * @param {object} options
 * @param {(text: string) => void} options.print writes a line
 * @param {() => string | null} options.input reads the program's input
 * @param {string[]} options.args
 * @param {(show: (value: any) => Promise<string | undefined>, settle: () => Promise<void>) => void} options.provide
 * takes the function that turns the program's result into text, and one whose promise is settled
 * when nothing is left that would happen by itself, and unhandled rejections have been reported
 */
export default function install(atoll, options) {
  /** @param {string} name @returns {any} */
  const engine = (name) => {
    const global = atoll.engineGlobal(name);
    return global?.get === undefined ? global?.value : global.get();
  };
  const { inspect } = engine("Deno");
  // Whole values: a program that wants less prints less.
  const layout = {
    depth: Infinity,
    iterableLimit: Infinity,
    strAbbreviateSize: Infinity,
    trailingComma: false,
  };
  const text = (/** @type {any} */ value) =>
    typeof value === "string" ? value : inspect(value, layout);

  const print = atoll.nativeFunction("print", (...values) => {
    let line = "";
    for (let i = 0; i < values.length; i++) {
      line += i === 0 ? text(values[i]) : ` ${text(values[i])}`;
    }
    atoll.callSync(options.print, line);
  });

  /** @type {string | null | undefined} */
  let input;
  const define = (/** @type {string} */ name, /** @type {any} */ value) =>
    atoll.defineGlobal(name, {
      // @ts-ignore: __proto__ in a literal is the prototype
      __proto__: null,
      value,
      configurable: true,
      enumerable: false,
      writable: true,
    });
  define("print", print);
  define("args", options.args);
  atoll.defineGlobal("input", {
    configurable: true,
    enumerable: false,
    // Read when the program asks for it: one that does not never waits for standard input.
    get: () => input === undefined ? input = atoll.callSync(options.input) : input,
    // `var input = …` in a program is an assignment.
    set: (value) => define("input", value),
  });

  const show = async (/** @type {any} */ value) => {
    const settled = await value;
    return settled === undefined ? undefined : text(settled);
  };
  // Rejections are looked for when the event loop turns, which it does not while an isolate serves
  // one call of its host after the other.
  const turn = () =>
    new Promise((resolve) => atoll.engine.setTimer(() => resolve(undefined), STEP));
  const settle = async () => {
    do await turn(); while (atoll.services.timers.pending() > 0 || atoll.owedAnswers() > 0);
  };
  atoll.callSync(options.provide, show, settle);
}
