/**
 * Source maps (ECMA-426): stacks show the places in the files that people wrote.
 *
 * A map is kept as text by the name that stacks have for its script, and decoded when the first
 * stack needs it, as most never do. It may come from user code (a comment in a script), so whatever
 * is wrong with it, it is a map that knows nothing.
 */

import {
  ArrayIsArray,
  fromBase64,
  Int32ArrayCtor,
  JSONParse,
  MapCtor,
  MapPrototypeDelete,
  MapPrototypeGet,
  MapPrototypeSet,
  MapPrototypeSize,
  ObjectHasOwn,
  RegExpPrototypeExec,
  StringPrototypeCharCodeAt,
  StringPrototypeIncludes,
  StringPrototypeLastIndexOf,
  StringPrototypeSlice,
  StringPrototypeStartsWith,
} from "./primordials.js";
import { decodeText } from "./engine.js";

/**
 * @typedef {object} Place
 * @property {string} source
 * @property {number} line 1-based, or 0 for code that stands for nothing in the source
 * @property {number} column 1-based
 */

/**
 * @typedef {object} Decoded
 * @property {any[]} sources names of files
 * @property {number} lineCount
 * @property {Int32Array} lines number of each line's first segment; the end of the last line
 * @property {Int32Array} segments column, file or -1, line, column of each segment, from 0
 */

const WIDTH = 4;

/** By the name of the script. @type {Map<string, string | Decoded | null>} */
const maps = new MapCtor();

/** Columns that a script's text has moved by since it was given, by the same names. */
const shifted = /** @type {Map<string, number[]>} */ (new MapCtor());

/**
 * @param {string} script as stack traces show it, whose source map has been registered
 * @param {number[]} shifts see `Rewritten` in top_level_await.js
 */
export const registerShifts = (script, shifts) => MapPrototypeSet(shifted, script, shifts);

/** @param {number[]} shifts @param {number} line @param {number} column 1-based, as is the result */
function unshifted(shifts, line, column) {
  let found = column;
  for (let i = 0; i < shifts.length && shifts[i] <= line; i += 3) {
    if (shifts[i] === line && shifts[i + 1] < column) found = column - shifts[i + 2];
  }
  return found < 1 ? 1 : found;
}

/**
 * @param {string} script as stack traces show it
 * @param {string | null} map its source map in JSON, or null if it has none any more
 */
export function registerSourceMap(script, map) {
  if (map !== null) MapPrototypeSet(maps, script, map);
  else if (MapPrototypeSize(maps) > 0) MapPrototypeDelete(maps, script);
  if (MapPrototypeSize(shifted) > 0) MapPrototypeDelete(shifted, script);
}

const INLINE = /^\/\/[#@] ?sourceMappingURL=data:application\/json[^,\s]*;base64,(\S+)\s*$/;
/** What may follow it: a comment that names the script, and empty lines. */
const LAST_LINES = 4;

/**
 * The map in a script's `//# sourceMappingURL=data:` comment, which is among its last lines.
 * @param {string} source
 * @returns {string | null}
 */
export function inlineSourceMap(source) {
  let end = source.length;
  for (let i = 0; i < LAST_LINES && end > 0; i++) {
    const start = StringPrototypeLastIndexOf(source, "\n", end - 1) + 1;
    if (StringPrototypeStartsWith(source, "//", start)) {
      const found = RegExpPrototypeExec(INLINE, StringPrototypeSlice(source, start, end));
      if (found !== null) {
        try {
          return decodeText(fromBase64(found[1]));
        } catch {
          return null;
        }
      }
    }
    end = start - 1;
  }
  return null;
}

/**
 * Where the code at a place of a script comes from.
 * @param {string} script as stack traces show it
 * @param {number} line 1-based
 * @param {number} column 1-based
 * @returns {Place | null} null when it is the same place of the script
 */
export function originalPlace(script, line, column) {
  const shifts = MapPrototypeSize(shifted) === 0 ? undefined : MapPrototypeGet(shifted, script);
  if (shifts === undefined) return mappedPlace(script, line, column);
  const given = unshifted(shifts, line, column);
  return mappedPlace(script, line, given) ?? { source: script, line, column: given };
}

/** @param {string} script @param {number} line @param {number} column @returns {Place | null} */
function mappedPlace(script, line, column) {
  if (MapPrototypeSize(maps) === 0) return null;
  let map = MapPrototypeGet(maps, script);
  if (map === undefined || map === null) return null;
  if (typeof map === "string") {
    try {
      map = decode(map);
    } catch {
      map = null;
    }
    MapPrototypeSet(maps, script, map);
    if (map === null) return null;
  }
  const { lineCount, lines, segments, sources } = map;
  const nowhere = { source: script, line: 0, column: 0 };
  if (line < 1 || line > lineCount) return nowhere;
  let low = lines[line - 1];
  let high = lines[line];
  if (low === high) return nowhere;
  // The last segment that does not begin after the place; before the first, the first.
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (segments[middle * WIDTH] <= column - 1) low = middle;
    else high = middle;
  }
  const at = low * WIDTH;
  if (segments[at + 1] < 0) return nowhere;
  return {
    source: nameOf(sources, segments[at + 1], script),
    line: segments[at + 2] + 1,
    column: segments[at + 3] + 1,
  };
}

/** @param {any[]} sources @param {number} index @param {string} script */
function nameOf(sources, index, script) {
  const name = ObjectHasOwn(sources, index) ? sources[index] : null;
  if (typeof name !== "string" || name === "") return script;
  // Relative to the script, as far as its name is a path at all.
  if (name === script || name[0] === "/" || StringPrototypeIncludes(name, ":")) return name;
  return StringPrototypeSlice(script, 0, StringPrototypeLastIndexOf(script, "/") + 1) + name;
}

const COMMA = 44;
const SEMICOLON = 59;
const LARGEST = 0x7ffffffe;

/** The value of a base64 digit, by its character code. */
const digits = new Int32ArrayCtor(128);
for (let i = 0; i < 128; i++) digits[i] = -1;
for (let i = 0; i < 64; i++) {
  digits["ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".charCodeAt(i)] = i;
}

/**
 * ECMA-426 § 9.2. A map of a kind that has sections is taken for one that knows nothing.
 * @param {string} text
 * @returns {Decoded | null}
 */
function decode(text) {
  const json = JSONParse(text);
  if (typeof json !== "object" || json === null || !ObjectHasOwn(json, "mappings")) return null;
  const { mappings } = json;
  const sources = ObjectHasOwn(json, "sources") ? json.sources : null;
  if (typeof mappings !== "string" || !ArrayIsArray(sources)) return null;
  const root = ObjectHasOwn(json, "sourceRoot") ? json.sourceRoot : "";
  for (let i = 0; i < sources.length && typeof root === "string" && root !== ""; i++) {
    if (ObjectHasOwn(sources, i) && typeof sources[i] === "string") {
      sources[i] = root[root.length - 1] === "/" ? root + sources[i] : `${root}/${sources[i]}`;
    }
  }

  let lineCount = 1;
  let segmentCount = 1;
  for (let i = 0; i < mappings.length; i++) {
    const code = StringPrototypeCharCodeAt(mappings, i);
    if (code === SEMICOLON) lineCount++;
    if (code === SEMICOLON || code === COMMA) segmentCount++;
  }
  const lines = new Int32ArrayCtor(lineCount + 1);
  const segments = new Int32ArrayCtor(segmentCount * WIDTH);
  // Column of the script, file, line, column, name: each is relative to the one before it.
  const current = new Int32ArrayCtor(5);
  let line = 0;
  let count = 0;
  let field = 0;
  let value = 0;
  let scale = 1;
  for (let i = 0; i <= mappings.length; i++) {
    const code = i < mappings.length ? StringPrototypeCharCodeAt(mappings, i) : SEMICOLON;
    if (code !== SEMICOLON && code !== COMMA) {
      const digit = code < 128 ? digits[code] : -1;
      if (digit < 0 || field > 4) return null;
      value += (digit & 31) * scale;
      if (value > LARGEST) return null;
      scale *= 32;
      if (digit < 32) {
        current[field++] += value % 2 === 1 ? -(value - 1) / 2 : value / 2;
        value = 0;
        scale = 1;
      }
      continue;
    }
    if (scale !== 1 || field === 2 || field === 3) return null;
    if (field > 0) {
      const at = count++ * WIDTH;
      segments[at] = current[0];
      segments[at + 1] = field === 1 ? -1 : current[1];
      segments[at + 2] = current[2];
      segments[at + 3] = current[3];
      field = 0;
    }
    if (code === SEMICOLON) {
      lines[++line] = count;
      current[0] = 0;
    }
  }
  return { sources, lineCount, lines, segments };
}
