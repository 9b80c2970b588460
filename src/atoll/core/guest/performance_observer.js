/**
 * `PerformanceObserver` and `PerformanceObserverEntryList` of Performance Timeline § 5, for the marks
 * and measures of User Timing. The engine's own knows neither of the two kinds of observers.
 */

import {
  ObjectFreeze,
  put,
  ReflectApply,
  StringCtor,
  TypeErrorCtor,
  uncurryGetter,
  uncurryThis,
} from "./primordials.js";
import { setTimer } from "./engine.js";
import { exposeClass, replaceMethod } from "./expose.js";

const DOMExceptionCtor = DOMException;
const arrayFrom = uncurryThis(Array.from);
const ArrayCtor = Array;
const sort = uncurryThis(Array.prototype.sort);
const entryType = uncurryGetter(PerformanceEntry.prototype, "entryType");
const entryName = uncurryGetter(PerformanceEntry.prototype, "name");
const startTime = uncurryGetter(PerformanceEntry.prototype, "startTime");
const getEntriesByType = uncurryThis(Performance.prototype.getEntriesByType);
const timeline = performance;

/** "Supported entry types". */
const SUPPORTED = ObjectFreeze(["mark", "measure"]);

/** @param {string} type */
const isSupported = (type) => type === "mark" || type === "measure";

/** @param {string[]} list @param {string} item */
function includes(list, item) {
  for (let i = 0; i < list.length; i++) if (list[i] === item) return true;
  return false;
}

/** @param {string} name @param {number} given @param {number} required */
function requireArguments(name, given, required) {
  if (given < required) {
    throw new TypeErrorCtor(`${name}: ${required} argument required, but only ${given} present`);
  }
}

/**
 * What an interface object would do without `new`, or a constructor that there is not.
 * Given to the constructor of the list, which only this file calls.
 */
const KEY = ObjectFreeze({ __proto__: null });

/**
 * "Filter buffer by name and type", which is in the order of time.
 * @param {any[]} entries
 * @param {string | undefined} name
 * @param {string | undefined} type
 */
function filtered(entries, name, type) {
  /** @type {any[]} */
  const found = [];
  for (let i = 0; i < entries.length; i++) {
    const entry = entries[i];
    if (
      (name === undefined || entryName(entry) === name) &&
      (type === undefined || entryType(entry) === type)
    ) put(found, found.length, entry);
  }
  return sort(found, (/** @type {any} */ a, /** @type {any} */ b) => startTime(a) - startTime(b));
}

class PerformanceObserverEntryList {
  /** @type {any[]} */ #entries;

  constructor() {
    if (arguments[1] !== KEY) throw new TypeErrorCtor("Illegal constructor");
    this.#entries = arguments[0];
  }

  getEntries() {
    return filtered(this.#entries, undefined, undefined);
  }

  /** @param {any} type */
  getEntriesByType(type) {
    const entries = this.#entries;
    requireArguments("getEntriesByType", arguments.length, 1);
    return filtered(entries, undefined, StringCtor(type));
  }

  /** @param {any} name @param {any} [type] */
  getEntriesByName(name, type = undefined) {
    const entries = this.#entries;
    requireArguments("getEntriesByName", arguments.length, 1);
    return filtered(entries, `${name}`, type === undefined ? undefined : `${type}`);
  }
}

/** "List of registered performance observer objects", in the order of registration. */
/** @type {PerformanceObserver[]} */
let registered = [];
let isTaskQueued = false;
/** @type {(error: any) => void} */
let report;
/** @type {(entry: any) => void} */
let queueEntry;
/** @type {() => void} */
let notify;

class PerformanceObserver {
  /** @type {(...args: any[]) => any} */ #callback;
  /** @type {"undefined" | "single" | "multiple"} */ #kind = "undefined";
  /** @type {string[]} */ #types = [];
  /** @type {any[]} */ #buffer = [];
  #requiresDropped = false;

  /** @param {any} callback */
  constructor(callback) {
    requireArguments("PerformanceObserver", arguments.length, 1);
    if (typeof callback !== "function") {
      throw new TypeErrorCtor("Failed to construct 'PerformanceObserver': no function");
    }
    this.#callback = callback;
  }

  static get supportedEntryTypes() {
    return SUPPORTED;
  }

  /** § 5.1.3. @param {any} [options] */
  observe(options = undefined) {
    const kind = this.#kind;
    const { buffered, entryTypes, type } = observerInit(options);
    if (entryTypes === undefined && type === undefined) {
      throw new TypeErrorCtor("observe: neither entryTypes nor type is given");
    }
    if (entryTypes !== undefined && (type !== undefined || buffered !== undefined)) {
      throw new TypeErrorCtor("observe: entryTypes goes with no other member");
    }
    const asked = type === undefined ? "multiple" : "single";
    if (kind !== "undefined" && kind !== asked) {
      throw new DOMExceptionCtor(
        "observe: an observer takes either entryTypes or type, the same in each call",
        "InvalidModificationError",
      );
    }
    this.#kind = asked;
    this.#requiresDropped = true;
    if (type !== undefined) {
      this.#observeOne(type, buffered === true);
      return;
    }
    /** @type {string[]} */
    const types = [];
    for (let i = 0; i < entryTypes.length; i++) {
      const known = isSupported(entryTypes[i]) && !includes(types, entryTypes[i]);
      if (known) put(types, types.length, entryTypes[i]);
    }
    if (types.length === 0) return;
    this.#types = types;
    register(this);
  }

  /** @param {string} type @param {boolean} buffered */
  #observeOne(type, buffered) {
    if (!isSupported(type)) return;
    if (!includes(this.#types, type)) put(this.#types, this.#types.length, type);
    register(this);
    if (!buffered) return;
    const entries = getEntriesByType(timeline, type);
    for (let i = 0; i < entries.length; i++) put(this.#buffer, this.#buffer.length, entries[i]);
    queueTask();
  }

  disconnect() {
    this.#buffer = [];
    this.#types = [];
    /** @type {PerformanceObserver[]} */
    const kept = [];
    for (let i = 0; i < registered.length; i++) {
      if (registered[i] !== this) put(kept, kept.length, registered[i]);
    }
    registered = kept;
  }

  takeRecords() {
    const records = this.#buffer;
    this.#buffer = [];
    return records;
  }

  #notify() {
    const entries = this.#buffer;
    if (entries.length === 0) return;
    this.#buffer = [];
    const options = this.#requiresDropped ? { droppedEntriesCount: 0 } : {};
    this.#requiresDropped = false;
    // @ts-ignore: arguments that only this file knows
    const list = new PerformanceObserverEntryList(entries, KEY);
    try {
      ReflectApply(this.#callback, this, [list, this, options]);
    } catch (error) {
      report(error);
    }
  }

  static {
    queueEntry = (entry) => {
      const type = entryType(entry);
      for (let i = 0; i < registered.length; i++) {
        const observer = registered[i];
        if (includes(observer.#types, type)) {
          put(observer.#buffer, observer.#buffer.length, entry);
          queueTask();
        }
      }
    };
    notify = () => {
      isTaskQueued = false;
      const observers = registered;
      for (let i = 0; i < observers.length; i++) observers[i].#notify();
    };
  }
}

/** @param {PerformanceObserver} observer */
function register(observer) {
  /** @type {PerformanceObserver[]} */
  const all = [];
  for (let i = 0; i < registered.length; i++) {
    if (registered[i] === observer) return;
    put(all, i, registered[i]);
  }
  put(all, all.length, observer);
  registered = all;
}

/** "Queue the PerformanceObserver task". */
function queueTask() {
  if (isTaskQueued) return;
  isTaskQueued = true;
  setTimer(() => notify(), 1);
}

/**
 * `PerformanceObserverInit`, whose members are converted in the order of their names.
 * @param {any} options
 * @returns {{ buffered?: boolean, entryTypes?: any, type?: string }}
 */
function observerInit(options) {
  if (options === undefined || options === null) return {};
  if (typeof options !== "object" && typeof options !== "function") {
    throw new TypeErrorCtor("observe: Argument 1 is no dictionary");
  }
  const { buffered } = options;
  const isBuffered = buffered === undefined ? undefined : !!buffered;
  let { entryTypes } = options;
  if (entryTypes !== undefined) {
    if (typeof entryTypes !== "object" || entryTypes?.[Symbol.iterator] === undefined) {
      throw new TypeErrorCtor("observe: entryTypes is no sequence");
    }
    entryTypes = arrayFrom(ArrayCtor, entryTypes, (/** @type {any} */ item) => `${item}`);
  }
  const { type } = options;
  return { buffered: isBuffered, entryTypes, type: type === undefined ? undefined : `${type}` };
}

/** @param {(error: any) => void} reportException */
export function exposePerformanceObserver(reportException) {
  report = reportException;
  exposeClass(PerformanceObserver);
  exposeClass(PerformanceObserverEntryList);
  const methods = ["mark", "measure"];
  for (let i = 0; i < methods.length; i++) {
    replaceMethod(Performance.prototype, methods[i], (original) => (self, args) => {
      const entry = ReflectApply(original, self, args);
      if (registered.length > 0) queueEntry(entry);
      return entry;
    });
  }
}
