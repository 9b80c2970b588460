/**
 * The guest half of the console: the namespace object of the Console Standard
 * (https://console.spec.whatwg.org/), its count map, timer table and group stack.
 *
 * Everything that the Standard calls "Printer" is one message to the host, which nobody waits for.
 * What a value looks like is decided here, before the method returns: the value may change after.
 */

import { createInspector, lists } from "./inspect.js";
import { createSnapshots } from "./snapshot.js";
import { createTables } from "./table.js";

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("./inspect.js").Budget} Budget */

/**
 * @typedef {object} Options
 * @property {boolean} marshal send copies of values instead of text
 * @property {number} depth nesting of containers that is shown
 * @property {number} maxEntries after which nothing more is sent
 * @property {number} maxBytes
 * @property {number} maxEntryBytes of one entry; what is longer is cut
 * @property {(kind: string, styles: any[] | null, ...args: any[]) => void} printed
 * @property {(stack: string, styles: any[] | null, ...args: any[]) => void} traced
 * @property {(columns: string[], rows: string[][], data: any) => void} tabled
 * @property {(collapsed: boolean, styles: any[] | null, ...args: any[]) => void} grouped
 * @property {() => void} groupEnded
 * @property {(label: string, n: number) => void} counted
 * @property {(label: string) => void} countReset
 * @property {(label: string) => void} timerStarted
 * @property {(label: string, ms: number, isEnd: boolean, ...args: any[]) => void} timed
 * @property {() => void} cleared
 * @property {() => void} dropped
 * @property {() => void} wasReset
 */

/** Values of one entry that are looked at. */
const OBJECTS = 10_000;
/** For a value larger than a message may be, or deeper than `Limits.depth`. */
const UNSENDABLE = "[an entry that cannot be sent]";
/** `%c` in one entry. */
const STYLES = 100;

/** @param {Atoll} atoll @param {Options} options */
export default function install(atoll, options) {
  const {
    Bare,
    ErrorCaptureStackTrace,
    MapCtor,
    MapPrototypeDelete,
    MapPrototypeGet,
    MapPrototypeHas,
    MapPrototypeSet,
    MathTrunc,
    ObjectDefineProperty,
    ObjectKeys,
    ReflectApply,
    StringCtor,
    StringPrototypeIndexOf,
    StringPrototypeSlice,
    SymbolIterator,
    SymbolToStringTag,
    TypeErrorCtor,
    uncurryThis,
  } = atoll.primordials;
  const { flush, nativeFunction, post } = atoll;
  const { parseFloat, parseInt } = globalThis;
  const { is } = Object;
  const now = uncurryThis(performance.now);
  const clock = performance;
  const { list, push } = lists(atoll);
  const inspector = createInspector(atoll);
  const snapshot = createSnapshots(atoll, inspector);
  const tabulate = createTables(atoll, inspector);

  /** @type {Map<string, number>} */
  let counts = new MapCtor();
  /** @type {Map<string, number>} */
  let timers = new MapCtor();
  let groups = 0;
  let entriesLeft = options.maxEntries;
  let bytesLeft = options.maxBytes;
  let isDropping = false;

  /** @param {any} object @param {PropertyKey} key @param {any} value @param {boolean} visible */
  const define = (object, key, value, visible) => {
    const descriptor = new Bare();
    descriptor.value = value;
    descriptor.configurable = true;
    descriptor.enumerable = visible;
    descriptor.writable = visible;
    ObjectDefineProperty(object, key, descriptor);
  };

  /** A list as an array, which the marshaller takes. @param {any} items @returns {any[]} */
  const toArray = (items) => {
    /** @type {any[]} */
    const array = [];
    for (let i = 0; i < items.length; i++) define(array, i, items[i], true);
    return array;
  };

  /** Whether one more entry may be sent. The host counts, too. */
  const admitted = () => {
    if (entriesLeft > 0 && bytesLeft > 0) {
      entriesLeft--;
      return true;
    }
    if (!isDropping) {
      isDropping = true;
      post(options.dropped);
    }
    return false;
  };

  /** @returns {Budget} */
  const newBudget = () => ({
    characters: options.maxEntryBytes,
    objects: OBJECTS,
    depth: options.depth,
    room: options.maxEntryBytes,
  });

  /** @param {Budget} budget what is left of it */
  const charge = (budget) => {
    bytesLeft -= options.maxEntryBytes - budget.characters + 16;
  };

  /** An argument of Printer as it is sent. @param {any} value @param {Budget} budget */
  const printable = (value, budget) => {
    if (typeof value === "string") {
      const text = inspector.cut(value, budget.characters);
      budget.characters -= text.length;
      return text;
    }
    if (options.marshal) return snapshot(value, budget);
    // The budget is looked at between values: one text may still be too long.
    return inspector.cut(inspector.inspect(value, budget), options.maxEntryBytes);
  };

  /**
   * Call a host function with some values and then those of a list.
   * @param {any} hostFunction
   * @param {any} message a list
   * @param {any} args a list
   * @param {Budget} budget
   */
  const send = (hostFunction, message, args, budget) => {
    const whole = list();
    push(whole, hostFunction);
    for (let i = 0; i < message.length; i++) push(whole, message[i]);
    for (let i = 0; i < args.length; i++) {
      push(whole, budget.characters > 0 ? printable(args[i], budget) : "…");
      budget.characters--;
      if (budget.characters <= 0 && i < args.length - 1) {
        push(whole, `… ${args.length - i - 1} more`);
        break;
      }
    }
    charge(budget);
    try {
      ReflectApply(post, undefined, whole);
    } catch {
      const short = list();
      for (let i = 0; i <= message.length; i++) push(short, whole[i]);
      push(short, UNSENDABLE);
      ReflectApply(post, undefined, short);
    }
  };

  const two = (/** @type {any} */ first, /** @type {any} */ second) => {
    const both = list();
    push(both, first);
    push(both, second);
    return both;
  };

  // 2.1 Logger(logLevel, args)
  /** @param {string} level @param {any} args an array or list */
  const logger = (level, args) => {
    log(level, args);
    // Errors are few, and often the last that a program says before it is ended.
    if (level === "error" || level === "assert") flush();
  };
  /** @param {string} level @param {any} args an array or list */
  const log = (level, args) => {
    if (args.length === 0 || !admitted()) return;
    const budget = newBudget();
    // Nearly every entry: neither lists nor formatting.
    if (args.length === 1) {
      const argument = printable(args[0], budget);
      charge(budget);
      try {
        post(options.printed, level, null, argument);
      } catch {
        post(options.printed, level, null, UNSENDABLE);
      }
      return;
    }
    const formatted = formatter(args, budget);
    send(options.printed, two(level, formatted.styles), formatted.args, budget);
  };

  // 2.2 Formatter(args)
  /**
   * @param {any} args an array or list
   * @param {Budget} budget
   * @returns {{ args: any, styles: any[] | null }}
   */
  const formatter = (args, budget) => {
    const target = args[0];
    if (
      args.length < 2 || typeof target !== "string" || StringPrototypeIndexOf(target, "%") === -1
    ) {
      return { args, styles: null };
    }
    let text = "";
    let from = 0;
    let next = 1;
    const styles = list();
    for (;;) {
      const at = StringPrototypeIndexOf(target, "%", from);
      if (at === -1 || at === target.length - 1) break;
      const specifier = target[at + 1];
      text += StringPrototypeSlice(target, from, at);
      from = at + 2;
      const isKnown = StringPrototypeIndexOf("sdifoOc", specifier) !== -1;
      if (specifier === "%") text += "%";
      else if (!isKnown || next >= args.length) text += `%${specifier}`;
      else if (specifier === "c") {
        if (styles.length < 2 * STYLES) {
          push(styles, text.length);
          push(styles, typeof args[next] === "string" ? inspector.cut(args[next], 500) : "");
        }
        next++;
      } else text += converted(specifier, args[next++], budget);
    }
    const result = list();
    push(result, text + StringPrototypeSlice(target, from));
    for (; next < args.length; next++) push(result, args[next]);
    return { args: result, styles: styles.length === 0 ? null : toArray(styles) };
  };

  /** Step 5 of Formatter. @param {string} specifier @param {any} current @param {Budget} budget */
  const converted = (specifier, current, budget) => {
    switch (specifier) {
      case "s":
        return StringCtor(current);
      case "d":
      case "i":
      case "f": {
        if (typeof current === "symbol") return "NaN";
        const number = specifier === "f" ? parseFloat(current) : parseInt(current, 10);
        return is(number, -0) ? "-0" : `${number}`;
      }
      default:
        return inspector.cut(inspector.inspect(current, budget), options.maxEntryBytes);
    }
  };

  /** "Report a warning to the console." @param {string} message */
  const warn = (message) => {
    if (admitted()) post(options.printed, "warning", null, message);
  };

  /** Web IDL: `optional DOMString label = "default"`. @param {any} label */
  const toLabel = (label) => label === undefined ? "default" : `${label}`;
  const shown = (/** @type {string} */ label) =>
    inspector.cut(label, options.maxEntryBytes < 1000 ? options.maxEntryBytes : 1000);

  /** Web IDL: `sequence<DOMString>`. @param {any} value @returns {any} a list */
  const toStrings = (value) => {
    const notIterable = "the columns of console.table are not iterable";
    if (!inspector.isObject(value)) throw new TypeErrorCtor(notIterable);
    const method = value[SymbolIterator];
    if (typeof method !== "function") throw new TypeErrorCtor(notIterable);
    const iterator = ReflectApply(method, value, []);
    if (!inspector.isObject(iterator)) throw new TypeErrorCtor(notIterable);
    const { next } = iterator;
    const strings = list();
    for (;;) {
      const result = ReflectApply(next, iterator, []);
      if (!inspector.isObject(result)) throw new TypeErrorCtor(notIterable);
      if (result.done) return strings;
      push(strings, `${result.value}`);
    }
  };

  /** @param {any[]} data @param {boolean} collapsed */
  const group = (data, collapsed) => {
    const budget = newBudget();
    const label = formatter(data, budget);
    if (!admitted()) return;
    groups++;
    send(options.grouped, two(collapsed, label.styles), label.args, budget);
  };

  /** @param {string} label @param {any[]} data @param {boolean} isEnd */
  const duration = (label, data, isEnd) => {
    const start = MapPrototypeGet(timers, label);
    if (start === undefined) {
      warn(`Timer "${shown(label)}" does not exist`);
      return;
    }
    const ms = MathTrunc((now(clock) - start) * 1000) / 1000;
    if (isEnd) MapPrototypeDelete(timers, label);
    if (!admitted()) return;
    const message = two(shown(label), ms);
    push(message, isEnd);
    send(options.timed, message, data, newBudget());
  };

  /** The stack of the caller, as text. */
  const callStack = () => {
    const holder = new Bare();
    holder.name = "Trace";
    try {
      ErrorCaptureStackTrace(holder);
      const stack = inspector.errorStack(holder);
      const end = StringPrototypeIndexOf(stack, "\n");
      return end === -1
        ? ""
        : inspector.cut(StringPrototypeSlice(stack, end + 1), options.maxEntryBytes);
    } catch {
      return ""; // a hook of the user's that formats stacks has thrown
    }
  };

  // 1. Namespace console, in the order of its IDL.
  /** @type {Record<string, (...args: any[]) => any>} */
  const operations = {
    assert: (condition = false, ...data) => {
      if (condition) return;
      const message = "Assertion failed";
      const args = list();
      if (data.length > 0 && typeof data[0] === "string") push(args, `${message}: ${data[0]}`);
      else {
        push(args, message);
        if (data.length > 0) push(args, data[0]);
      }
      for (let i = 1; i < data.length; i++) push(args, data[i]);
      logger("assert", args);
    },
    clear: () => {
      groups = 0;
      if (admitted()) post(options.cleared);
    },
    debug: (...data) => logger("debug", data),
    error: (...data) => logger("error", data),
    info: (...data) => logger("info", data),
    log: (...data) => logger("log", data),
    table: (tabularData, properties) => {
      const names = properties === undefined ? null : toStrings(properties);
      const budget = newBudget();
      const table = tabulate(tabularData, names, budget);
      if (table === null) {
        const only = list();
        push(only, tabularData);
        logger("log", only);
        return;
      }
      if (!admitted()) return;
      const rows = list();
      for (let i = 0; i < table[1].length; i++) push(rows, toArray(table[1][i]));
      const data = list();
      if (options.marshal) push(data, tabularData);
      send(options.tabled, two(toArray(table[0]), toArray(rows)), data, budget);
    },
    trace: (...data) => {
      const stack = callStack();
      const budget = newBudget();
      const label = formatter(data, budget);
      if (!admitted()) return;
      send(options.traced, two(stack, label.styles), label.args, budget);
    },
    warn: (...data) => logger("warn", data),
    dir: (item, settings) => {
      // Web IDL: `optional object? options`.
      if (settings !== undefined && settings !== null && !inspector.isObject(settings)) {
        throw new TypeErrorCtor("the options of console.dir are no object");
      }
      if (!admitted()) return;
      const budget = newBudget();
      const only = list();
      push(only, options.marshal ? item : inspector.inspect(item, budget));
      send(options.printed, two("dir", null), only, budget);
    },
    dirxml: (...data) => logger("dirxml", data),
    count: (label) => {
      label = toLabel(label);
      const n = (MapPrototypeGet(counts, label) ?? 0) + 1;
      MapPrototypeSet(counts, label, n);
      if (!admitted()) return;
      bytesLeft -= label.length + 16;
      post(options.counted, shown(label), n);
    },
    countReset: (label) => {
      label = toLabel(label);
      if (!MapPrototypeHas(counts, label)) {
        warn(`Count for "${shown(label)}" does not exist`);
        return;
      }
      MapPrototypeSet(counts, label, 0);
      if (admitted()) post(options.countReset, shown(label));
    },
    group: (...data) => group(data, false),
    groupCollapsed: (...data) => group(data, true),
    groupEnd: () => {
      if (groups === 0 || !admitted()) return;
      groups--;
      post(options.groupEnded);
    },
    time: (label) => {
      label = toLabel(label);
      if (MapPrototypeHas(timers, label)) {
        warn(`Timer "${shown(label)}" already exists`);
        return;
      }
      MapPrototypeSet(timers, label, now(clock));
      if (admitted()) post(options.timerStarted, shown(label));
    },
    timeLog: (label, ...data) => duration(toLabel(label), data, false),
    timeEnd: (label) => duration(toLabel(label), [], true),
  };

  // "The namespace object for console must have as its [[Prototype]] an empty object."
  const namespace = { __proto__: /** @type {any} */ ({}) };
  const names = ObjectKeys(operations);
  for (let i = 0; i < names.length; i++) {
    define(namespace, names[i], nativeFunction(names[i], operations[names[i]]), true);
  }
  define(namespace, SymbolToStringTag, "console", false);
  const descriptor = new Bare();
  descriptor.value = namespace;
  descriptor.configurable = true;
  descriptor.enumerable = false;
  descriptor.writable = true;
  atoll.defineGlobal("console", descriptor);

  return {
    reset: () => {
      counts = new MapCtor();
      timers = new MapCtor();
      groups = 0;
      entriesLeft = options.maxEntries;
      bytesLeft = options.maxBytes;
      isDropping = false;
      post(options.wasReset);
    },
  };
}
