/**
 * What was thrown, as text for the host: an error may hold anything, and must not cost more than a
 * report of it is worth.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */

/** Characters of a message, and of a stack. */
const LONGEST = 30_000;
/** Errors inside of errors. */
const DEEPEST = 5;
/** Parts of an AggregateError that are told. */
const PARTS = 10;

/** @param {any} text @returns {string} */
const cut = (text) => text.length > LONGEST ? `${sliceText(text, 0, LONGEST)}…` : text;
const sliceText = Function.prototype.call.bind(String.prototype.slice);

/** @param {any} value @param {string} key @returns {string | null} */
function textOf(value, key) {
  try {
    const text = value[key];
    return text === undefined || text === null ? null : cut(`${text}`);
  } catch {
    return null;
  }
}

/**
 * @param {Atoll} atoll
 * @param {any} thrown
 * @param {(value: any) => string} show
 * @param {number} [depth]
 * @returns {any[]} name, message, stack, cause, parts
 */
export function describeError(atoll, thrown, show, depth = 0) {
  const { ArrayIsArray, put } = atoll.primordials;
  const isObject = typeof thrown === "object" && thrown !== null;
  if (!isObject || textOf(thrown, "message") === null) {
    let shown;
    try {
      shown = cut(show(thrown));
    } catch {
      shown = "a value that cannot be shown";
    }
    return ["", `thrown: ${shown}`, isObject ? textOf(thrown, "stack") : null, null, []];
  }
  let cause = null;
  /** @type {any[]} */
  const parts = [];
  if (depth < DEEPEST) {
    try {
      if (thrown.cause !== undefined) cause = describeError(atoll, thrown.cause, show, depth + 1);
      const { errors } = thrown;
      for (let i = 0; ArrayIsArray(errors) && i < errors.length && i < PARTS; i++) {
        put(parts, i, describeError(atoll, errors[i], show, depth + 1));
      }
    } catch {
      // A getter that throws: what is known is enough.
    }
  }
  return [
    textOf(thrown, "name") ?? "Error",
    textOf(thrown, "message") ?? "",
    textOf(thrown, "stack"),
    cause,
    parts,
  ];
}
