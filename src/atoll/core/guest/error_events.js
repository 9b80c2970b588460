/**
 * The classes of events that tell of errors: HTML Standard § 8.1.4.5 and § 8.1.4.6. The engine's own
 * convert none of their members.
 */

import { PromiseResolve, TypeErrorCtor, uncurryThis } from "./primordials.js";
import { exposeClass } from "./expose.js";

const EventCtor = Event;
const nothing = { __proto__: null };
const toWellFormed = uncurryThis(String.prototype.toWellFormed);

/** @param {string} name @param {IArguments} args @param {number} required */
export function checkArguments(name, args, required) {
  if (args.length < required) {
    throw new TypeErrorCtor(
      `Failed to construct '${name}': ${required} argument${required === 1 ? "" : "s"} required, ` +
        `but only ${args.length} present`,
    );
  }
  const init = args[1];
  if (
    init !== undefined && init !== null && typeof init !== "object" && typeof init !== "function"
  ) {
    throw new TypeErrorCtor(`Failed to construct '${name}': Argument 2 is no dictionary`);
  }
}

/** @type {(event: object) => any[] | undefined} */
let read;

/**
 * The arguments that `onerror` gets for an `ErrorEvent`; undefined for another event.
 * @param {object} event
 */
export const argumentsOfError = (event) => read(event);

export const ErrorEventCtor = class ErrorEvent extends EventCtor {
  #message = "";
  #filename = "";
  #lineno = 0;
  #colno = 0;
  /** @type {any} */ #error = undefined;

  /** @param {string} type @param {any} [init] */
  constructor(type, init = undefined) {
    checkArguments("ErrorEvent", arguments, 1);
    super(type, init ?? undefined);
    // Members are converted in the order of their names (Web IDL § 3.2.17).
    const { colno, error, filename, lineno, message } = init ?? nothing;
    if (colno !== undefined) this.#colno = colno >>> 0;
    this.#error = error;
    if (filename !== undefined) this.#filename = toWellFormed(`${filename}`);
    if (lineno !== undefined) this.#lineno = lineno >>> 0;
    if (message !== undefined) this.#message = `${message}`;
  }

  get message() {
    return this.#message;
  }
  get filename() {
    return this.#filename;
  }
  get lineno() {
    return this.#lineno;
  }
  get colno() {
    return this.#colno;
  }
  get error() {
    return this.#error;
  }

  static {
    read = (event) =>
      #message in event
        ? [event.#message, event.#filename, event.#lineno, event.#colno, event.#error]
        : undefined;
  }
};

export const PromiseRejectionEventCtor = class PromiseRejectionEvent extends EventCtor {
  /** @type {object} */ #promise;
  /** @type {any} */ #reason;

  /** @param {string} type @param {any} init */
  constructor(type, init) {
    checkArguments("PromiseRejectionEvent", arguments, 2);
    super(type, init);
    const { promise, reason } = init ?? nothing;
    if (promise === undefined) {
      throw new TypeErrorCtor(
        "Failed to construct 'PromiseRejectionEvent': the member promise of argument 2 is required",
      );
    }
    this.#promise = PromiseResolve(promise);
    this.#reason = reason;
  }

  get promise() {
    return this.#promise;
  }
  get reason() {
    return this.#reason;
  }
};

export function exposeErrorEvents() {
  exposeClass(ErrorEventCtor);
  exposeClass(PromiseRejectionEventCtor);
}
