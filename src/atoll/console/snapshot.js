/**
 * Values as copies that the marshaller can send: what `values="marshal"` delivers.
 *
 * The marshaller alone would run getters and the traps of proxies, and would turn functions and
 * promises into handles that a program that logs in a loop would use up. So what is sent is a
 * copy, made without running any code of the value; what Python has no counterpart for is text.
 */

import { introspection, lists } from "./inspect.js";

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("./inspect.js").Budget} Budget */

/** Milliseconds from 1970 to the years that Python's datetime has. */
const FIRST_DATE = -62135596800000, LAST_DATE = 253402300799999;
/** Containers within each other; `Limits.depth` is 100 unless the owner says otherwise. */
const NESTING = 50;

/**
 * @param {Atoll} atoll
 * @param {import("./inspect.js").Inspector} inspector
 */
export function createSnapshots(atoll, inspector) {
  const {
    ArrayBufferPrototypeByteLength,
    ArrayBufferPrototypeDetached,
    ArrayIsArray,
    Bare,
    DateCtor,
    DatePrototypeGetTime,
    ErrorCtor,
    MapCtor,
    MapPrototypeGet,
    MapPrototypeSet,
    MapPrototypeSize,
    MAX_SAFE_INTEGER,
    ObjectDefineProperty,
    ObjectHasOwn,
    ObjectKeys,
    ObjectPrototype,
    ReflectGetOwnPropertyDescriptor,
    ReflectGetPrototypeOf,
    RegExpCtor,
    RegExpPrototypeFlags,
    RegExpPrototypeSource,
    SetCtor,
    SetPrototypeAdd,
    SetPrototypeSize,
    TypedArrayPrototypeBuffer,
    TypedArrayPrototypeByteLength,
    TypedArrayPrototypeTag,
    uncurryThis,
  } = atoll.primordials;
  const core = introspection(atoll);
  const { push, list } = lists(atoll);
  const mapEntries = uncurryThis(MapCtor.prototype.entries);
  const nextOfMap = uncurryThis(new MapCtor().entries().next);
  const setValues = uncurryThis(SetCtor.prototype.values);
  const nextOfSet = uncurryThis(new SetCtor().values().next);

  /**
   * @typedef {object} State
   * @property {Budget} budget
   * @property {Map<object, any> | null} copies by original; the first object is beside it
   * @property {object | null} root
   * @property {any} rootCopy
   */

  /** Assignment would find setters of the user's prototypes. */
  /** @param {any} object @param {PropertyKey} key @param {any} value @param {boolean} [enumerable] */
  const define = (object, key, value, enumerable = true) => {
    const descriptor = new Bare();
    descriptor.value = value;
    descriptor.writable = true;
    descriptor.enumerable = enumerable;
    descriptor.configurable = true;
    ObjectDefineProperty(object, key, descriptor);
  };

  /** @param {any} value @param {State} state */
  const asText = (value, state) =>
    inspector.cut(inspector.inspect(value, state.budget), state.budget.room);

  /** Remember a container before its contents are copied. */
  /** @param {object} value @param {any} copy @param {State} state */
  const keep = (value, copy, state) => {
    if (state.root === null) {
      state.root = value;
      state.rootCopy = copy;
    } else {
      state.copies ??= new MapCtor();
      MapPrototypeSet(state.copies, value, copy);
    }
    return copy;
  };

  /** @param {any} value @param {State} state @param {number} depth @returns {any} */
  const copyOf = (value, state, depth) => {
    const { budget } = state;
    // Whatever it is, it takes some bytes.
    budget.characters -= 8;
    if (budget.characters <= 0) return "…";
    switch (typeof value) {
      case "string": {
        const text = inspector.cut(value, budget.characters);
        budget.characters -= text.length;
        return text;
      }
      case "bigint": {
        const text = inspector.primitiveText(value) ?? "";
        budget.characters -= text.length;
        return text[0] === "<" ? text : value;
      }
      case "symbol":
        return asText(value, state);
      case "object":
        return value === null ? null : objectCopy(value, state, depth);
      case "function":
        return asText(value, state);
      default:
        return value;
    }
  };

  /** @param {any} value @param {State} state @param {number} depth @returns {any} */
  const objectCopy = (value, state, depth) => {
    if (value === state.root) return state.rootCopy;
    if (state.copies !== null) {
      const known = MapPrototypeGet(state.copies, value);
      if (known !== undefined) return known;
    }
    if (--state.budget.objects < 0) return "…";
    if (depth > NESTING || core.isProxy(value)) return asText(value, state);
    if (ArrayIsArray(value)) return arrayCopy(value, state, depth);
    const prototype = ReflectGetPrototypeOf(value);
    if (prototype === ObjectPrototype || prototype === null) {
      return recordCopy(value, ObjectKeys(value), state, depth);
    }
    return instanceCopy(value, state, depth);
  };

  /** @param {PropertyDescriptor} descriptor @param {State} state @param {number} depth */
  const fieldCopy = (descriptor, state, depth) =>
    ObjectHasOwn(descriptor, "value") ? copyOf(descriptor.value, state, depth + 1) : "[Getter]";

  /** @param {any[]} value @param {State} state @param {number} depth */
  const arrayCopy = (value, state, depth) => {
    /** @type {any[]} */
    const copy = keep(value, [], state);
    const { length } = value;
    for (let i = 0; i < length; i++) {
      if (state.budget.characters <= 0) {
        define(copy, i, `… ${length - i} more items`);
        break;
      }
      const descriptor = ReflectGetOwnPropertyDescriptor(value, `${i}`);
      if (descriptor === undefined) state.budget.characters -= 8;
      define(copy, i, descriptor && fieldCopy(descriptor, state, depth));
    }
    return copy;
  };

  /** @param {any} value @param {string[]} keys @param {State} state @param {number} depth */
  const recordCopy = (value, keys, state, depth) => {
    const copy = keep(value, {}, state);
    for (let i = 0; i < keys.length; i++) {
      state.budget.characters -= keys[i].length + 8;
      if (state.budget.characters <= 0) {
        define(copy, "…", `${keys.length - i} more properties`);
        break;
      }
      const descriptor = ReflectGetOwnPropertyDescriptor(value, keys[i]);
      if (descriptor !== undefined) define(copy, keys[i], fieldCopy(descriptor, state, depth));
    }
    return copy;
  };

  /** @param {any} value @param {State} state @param {number} depth @returns {any} */
  const instanceCopy = (value, state, depth) => {
    if (core.isNativeError(value)) return errorCopy(value, state, depth);
    if (core.isMap(value)) return mapCopy(value, state, depth) ?? asText(value, state);
    if (core.isSet(value)) return setCopy(value, state) ?? asText(value, state);
    if (core.isDate(value)) {
      const time = DatePrototypeGetTime(value);
      state.budget.characters -= 24;
      return time >= FIRST_DATE && time <= LAST_DATE ? new DateCtor(time) : asText(value, state);
    }
    if (core.isRegExp(value)) {
      const source = RegExpPrototypeSource(value);
      state.budget.characters -= source.length;
      return new RegExpCtor(source, RegExpPrototypeFlags(value));
    }
    if (isBytes(value, state.budget)) return value;
    if (TypedArrayPrototypeTag(value) !== undefined) return asText(value, state);
    const keys = ObjectKeys(value);
    return keys.length === 0 ? asText(value, state) : recordCopy(value, keys, state, depth);
  };

  /** @param {any} value @param {Budget} budget whether the bytes can be sent as they are */
  const isBytes = (value, budget) => {
    const isTyped = TypedArrayPrototypeTag(value) !== undefined;
    if (!isTyped && !core.isArrayBuffer(value)) return false;
    const buffer = isTyped ? TypedArrayPrototypeBuffer(value) : value;
    if (!core.isArrayBuffer(buffer) || ArrayBufferPrototypeDetached(buffer)) return false;
    const size = isTyped
      ? TypedArrayPrototypeByteLength(value)
      : ArrayBufferPrototypeByteLength(value);
    if (size > budget.characters) return false;
    budget.characters -= size;
    return true;
  };

  /** @param {any} value @param {State} state @param {number} depth */
  const errorCopy = (value, state, depth) => {
    const copy = keep(value, new ErrorCtor(), state);
    const take = (/** @type {string} */ text) => {
      const taken = inspector.cut(text, state.budget.characters);
      state.budget.characters -= taken.length;
      return taken;
    };
    const field = (/** @type {string} */ key, /** @type {string} */ otherwise) => {
      for (
        let object = value, hops = 0;
        object !== null && hops < 100 && !core.isProxy(object);
        object = ReflectGetPrototypeOf(object), hops++
      ) {
        if (!ObjectHasOwn(object, key)) continue;
        const found = inspector.dataProperty(object, key);
        return typeof found === "string" ? take(found) : otherwise;
      }
      return otherwise;
    };
    define(copy, "name", field("name", "Error"), false);
    define(copy, "message", field("message", ""), false);
    define(copy, "stack", take(inspector.errorStack(value)), false);
    const keys = ObjectKeys(value);
    const further = list();
    push(further, "cause");
    push(further, "errors");
    for (let i = 0; i < keys.length && i < 100; i++) push(further, keys[i]);
    for (let i = 0; i < further.length; i++) {
      const key = further[i];
      if (key === "name" || key === "message" || key === "stack") continue;
      const descriptor = ReflectGetOwnPropertyDescriptor(value, key);
      if (descriptor !== undefined) define(copy, key, fieldCopy(descriptor, state, depth));
    }
    return copy;
  };

  /** Python's keys are few, and `1`, `1.0` and `true` are one: only what is sure to arrive. */
  /** @param {any} key @param {string} kind of all the keys */
  const isSafeKey = (key, kind) =>
    typeof key === kind &&
    (kind === "string" ||
      kind === "number" && key <= MAX_SAFE_INTEGER && key >= -MAX_SAFE_INTEGER);

  /** @param {any} value @param {State} state @param {number} depth */
  const mapCopy = (value, state, depth) => {
    const size = MapPrototypeSize(value);
    if (size * 8 > state.budget.characters) return undefined;
    const keys = mapEntries(value);
    let kind = "string";
    for (let i = 0; i < size; i++) {
      const key = nextOfMap(keys).value[0];
      if (i === 0) kind = typeof key;
      if (!isSafeKey(key, kind)) return undefined;
    }
    const copy = keep(value, new MapCtor(), state);
    const entries = mapEntries(value);
    for (let i = 0; i < size; i++) {
      const pair = nextOfMap(entries).value;
      MapPrototypeSet(
        copy,
        copyOf(pair[0], state, depth + 1),
        copyOf(pair[1], state, depth + 1),
      );
    }
    return copy;
  };

  /** @param {any} value @param {State} state */
  const setCopy = (value, state) => {
    const size = SetPrototypeSize(value);
    if (size * 8 > state.budget.characters) return undefined;
    const items = setValues(value);
    const copy = new SetCtor();
    let kind = "string";
    for (let i = 0; i < size; i++) {
      const item = nextOfSet(items).value;
      if (i === 0) kind = typeof item;
      if (!isSafeKey(item, kind)) return undefined;
      state.budget.characters -= kind === "string" ? item.length + 8 : 8;
      if (state.budget.characters <= 0) return undefined;
      SetPrototypeAdd(copy, item);
    }
    return keep(value, copy, state);
  };

  /**
   * @param {any} value
   * @param {Budget} budget
   * @returns {any} a copy; text where it cannot be one
   */
  return (value, budget) => {
    if (typeof value === "number" || typeof value === "boolean") return value;
    /** @type {State} */
    const state = { budget, copies: null, root: null, rootCopy: undefined };
    try {
      return copyOf(value, state, 0);
    } catch {
      return asText(value, state);
    }
  };
}
