/** What `console.table` makes of its argument: names of columns, and cells as text. */

import { introspection, lists } from "./inspect.js";

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("./inspect.js").Budget} Budget */

const ROWS = 1000, COLUMNS = 50;
/** Characters of a cell. */
const CELL = 200;

/**
 * @param {Atoll} atoll
 * @param {import("./inspect.js").Inspector} inspector
 */
export function createTables(atoll, inspector) {
  const {
    ArrayIsArray,
    MapCtor,
    MapPrototypeGet,
    MapPrototypeSet,
    MapPrototypeSize,
    ObjectHasOwn,
    ObjectKeys,
    ReflectGetOwnPropertyDescriptor,
    SetCtor,
    SetPrototypeSize,
    uncurryThis,
  } = atoll.primordials;
  const core = introspection(atoll);
  const { list, push } = lists(atoll);
  const mapEntries = uncurryThis(MapCtor.prototype.entries);
  const nextOfMap = uncurryThis(new MapCtor().entries().next);
  const setValues = uncurryThis(SetCtor.prototype.values);
  const nextOfSet = uncurryThis(new SetCtor().values().next);

  /** @param {PropertyDescriptor | undefined} descriptor @param {Budget} budget */
  const cell = (descriptor, budget) => {
    budget.characters -= 8;
    if (descriptor === undefined) return "";
    return ObjectHasOwn(descriptor, "value")
      ? inspector.cut(inspector.inspect(descriptor.value, budget), CELL)
      : "[Getter]";
  };

  /**
   * The rows: pairs of an index and what a descriptor says stands there.
   * @param {any} data
   */
  const rowsOf = (data) => {
    const rows = list();
    const add = (/** @type {string} */ index, /** @type {any} */ descriptor, key = "") => {
      push(rows, { index, key, descriptor });
    };
    if (core.isMap(data)) {
      const entries = mapEntries(data);
      for (let i = 0; i < MapPrototypeSize(data) && i < ROWS; i++) {
        const pair = nextOfMap(entries).value;
        add(`${i}`, own(pair[1]), inspector.inspect(pair[0], shallow()));
      }
    } else if (core.isSet(data)) {
      const items = setValues(data);
      for (let i = 0; i < SetPrototypeSize(data) && i < ROWS; i++) {
        add(`${i}`, own(nextOfSet(items).value));
      }
    } else if (ArrayIsArray(data)) {
      for (let i = 0; i < data.length && i < ROWS; i++) {
        add(`${i}`, ReflectGetOwnPropertyDescriptor(data, `${i}`));
      }
    } else {
      const keys = ObjectKeys(data);
      for (let i = 0; i < keys.length && i < ROWS; i++) {
        add(inspector.cut(keys[i], CELL), ReflectGetOwnPropertyDescriptor(data, keys[i]));
      }
    }
    return rows;
  };
  const own = (/** @type {any} */ value) => ({ __proto__: null, value });
  const shallow = () => ({ characters: 200, objects: 10, depth: 0, room: 200 });

  /** @param {any} value one whose properties are cells */
  const isRecord = (value) =>
    typeof value === "object" && value !== null && !core.isProxy(value) && !core.isDate(value) &&
    !core.isRegExp(value);

  /**
   * @param {any} data
   * @param {any} names columns that the caller asked for, a list; null for all
   * @param {Budget} budget
   * @returns {[columns: any, rows: any] | null} null for what has no rows
   */
  return (data, names, budget) => {
    if (typeof data !== "object" || data === null || core.isProxy(data)) return null;
    const rows = rowsOf(data);
    const columns = names ?? list();
    const positions = new MapCtor();
    for (let i = 0; i < columns.length; i++) MapPrototypeSet(positions, columns[i], i);
    let hasValues = false;
    const cells = list();
    for (let r = 0; r < rows.length && budget.characters > 0; r++) {
      const { descriptor, key } = rows[r];
      const value = descriptor !== undefined && ObjectHasOwn(descriptor, "value")
        ? descriptor.value
        : undefined;
      const row = list();
      const line = { index: rows[r].index, key, row, value: "" };
      budget.characters -= 16 + line.index.length + key.length;
      push(cells, line);
      if (!isRecord(value)) {
        line.value = cell(descriptor, budget);
        hasValues ||= descriptor !== undefined;
        continue;
      }
      const keys = ObjectKeys(value);
      for (let i = 0; names === null && i < keys.length && columns.length < COLUMNS; i++) {
        if (MapPrototypeGet(positions, keys[i]) !== undefined) continue;
        budget.characters -= keys[i].length < CELL ? keys[i].length : CELL;
        MapPrototypeSet(positions, keys[i], columns.length);
        push(columns, keys[i]);
      }
      for (let c = 0; c < columns.length; c++) {
        push(row, cell(ReflectGetOwnPropertyDescriptor(value, columns[c]), budget));
      }
    }
    return assemble(columns, cells, hasValues, core.isMap(data));
  };

  /** @param {any} columns @param {any} cells @param {boolean} hasValues @param {boolean} hasKeys */
  function assemble(columns, cells, hasValues, hasKeys) {
    const heads = list();
    push(heads, hasKeys ? "(iteration index)" : "(index)");
    if (hasKeys) push(heads, "Key");
    for (let c = 0; c < columns.length; c++) push(heads, inspector.cut(columns[c], CELL));
    if (hasValues) push(heads, "Values");
    const rows = list();
    for (let r = 0; r < cells.length; r++) {
      const line = list();
      push(line, cells[r].index);
      if (hasKeys) push(line, cells[r].key);
      for (let c = 0; c < columns.length; c++) push(line, cells[r].row[c] ?? "");
      if (hasValues) push(line, cells[r].value);
      push(rows, line);
    }
    return /** @type {[any, any]} */ ([heads, rows]);
  }
}
