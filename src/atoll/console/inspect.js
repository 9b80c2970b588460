/**
 * Values as text, for people.
 *
 * The engine's own inspector is not used: it calls methods of the value with the inspector itself
 * as an argument (`Symbol.for("Deno.customInspect")`), throws for revoked proxies, and takes time
 * exponential in the depth of shared structure. This one runs no code of the value: getters are
 * named, proxies are looked through, and a budget of characters and objects bounds the whole.
 *
 * `Object.prototype` and `Array.prototype` belong to user code. So lists are `Bare` objects with a
 * length of their own, and of a descriptor only own fields are read.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */

/**
 * @typedef {object} Budget what is left for one entry
 * @property {number} characters
 * @property {number} objects
 * @property {number} depth nesting of containers that is shown
 * @property {number} room characters that any one text may take
 */

/**
 * @typedef {object} State of one inspection
 * @property {Budget} budget
 * @property {Record<number, object>} ancestors of the value that is being formatted
 * @property {Map<object, number> | null} references ancestors that a descendant refers to
 */

/** @typedef {ReturnType<typeof createInspector>} Inspector */

/** What the engine knows of values, beyond the language. @param {Atoll} atoll */
export function introspection(atoll) {
  const deno = atoll.engineValue("Deno");
  return deno[deno.internal].core;
}

/** A list that user code cannot reach. @param {Atoll} atoll */
export const lists = (atoll) => {
  const { Bare } = atoll.primordials;
  const list = () => {
    const made = new Bare();
    made.length = 0;
    return /** @type {any} */ (made);
  };
  const push = (/** @type {any} */ to, /** @type {any} */ item) => {
    to[to.length++] = item;
  };
  return { list, push };
};

/** Entries of one container that are shown. */
const ITEMS = 100;
/** Characters of a string inside of a container. */
const STRING = 10_000;
/** Columns that a container may take to stay on one line. */
const LINE = 72;
/** Bits of the largest bigint that is written out: the time for it grows faster than its size. */
const BIGINT_BITS = 8192n;

/** @param {Atoll} atoll */
export function createInspector(atoll) {
  const {
    ArrayBufferPrototypeByteLength,
    ArrayIsArray,
    BigIntPrototypeToString,
    DateCtor,
    DatePrototypeGetTime,
    ErrorCtor,
    FunctionPrototypeToString,
    JSONStringify,
    MapCtor,
    MapPrototypeGet,
    MapPrototypeSet,
    MapPrototypeSize,
    ObjectHasOwn,
    ObjectKeys,
    ObjectPrototype,
    ReflectApply,
    ReflectGetOwnPropertyDescriptor,
    ReflectGetPrototypeOf,
    RegExpPrototypeFlags,
    RegExpPrototypeSource,
    SetPrototypeSize,
    StringPrototypeCharCodeAt,
    StringPrototypeIncludes,
    StringPrototypeSlice,
    SymbolPrototypeDescription,
    SymbolToStringTag,
    TypedArrayPrototypeTag,
    uncurryGetter,
    uncurryThis,
  } = atoll.primordials;
  const deno = atoll.engineValue("Deno");
  const core = introspection(atoll);
  const { isProxy, getProxyDetails, isNativeError } = core;
  const { webidlBrand } = deno[deno.internal];
  const { list, push } = lists(atoll);
  const { getOwnPropertySymbols, is } = Object;
  const dateToISOString = uncurryThis(DateCtor.prototype.toISOString);
  const mapEntries = uncurryThis(MapCtor.prototype.entries);
  const nextOfMap = uncurryThis(new MapCtor().entries().next);
  const setValues = uncurryThis(Set.prototype.values);
  const nextOfSet = uncurryThis(new Set().values().next);
  const typedLength = uncurryGetter(
    /** @type {any} */ (ReflectGetPrototypeOf(Uint8Array.prototype)),
    "length",
  );
  const boxedValue = list();
  push(boxedValue, uncurryThis(Number.prototype.valueOf));
  push(boxedValue, uncurryThis(String.prototype.valueOf));
  push(boxedValue, uncurryThis(Boolean.prototype.valueOf));
  push(boxedValue, uncurryThis(Symbol.prototype.valueOf));
  push(boxedValue, uncurryThis(BigInt.prototype.valueOf));
  const engineStack = ReflectGetOwnPropertyDescriptor(new ErrorCtor(), "stack")?.get;
  const largest = 2n ** BIGINT_BITS;
  const pads = list();
  for (let pad = "", level = 0; level <= 200; level++, pad += "  ") push(pads, pad);

  showPlatform(atoll);

  /** @param {any} object @param {PropertyKey} key @returns {any} undefined for an accessor */
  const dataProperty = (object, key) => {
    const descriptor = ReflectGetOwnPropertyDescriptor(object, key);
    return descriptor !== undefined && ObjectHasOwn(descriptor, "value")
      ? descriptor.value
      : undefined;
  };

  /** The same along the prototype chain. @param {any} object @param {PropertyKey} key */
  const inheritedData = (object, key) => {
    for (let hops = 0; object !== null && hops < 100 && !isProxy(object); hops++) {
      if (ObjectHasOwn(object, key)) return dataProperty(object, key);
      object = ReflectGetPrototypeOf(object);
    }
    return undefined;
  };

  /** @param {any} fn @returns {string} */
  const ownName = (fn) => {
    const name = dataProperty(fn, "name");
    return typeof name === "string" ? cut(name, 100) : "";
  };

  /** @param {string} text @param {number} length */
  const cut = (text, length) => {
    if (length < 0) length = 0;
    if (text.length <= length) return text;
    const more = text.length - length;
    return `${StringPrototypeSlice(text, 0, length)}… ${more} more character${
      more === 1 ? "" : "s"
    }`;
  };

  /** @param {any} value @returns {string | null} null for an object without a class */
  const className = (value) => {
    let prototype = ReflectGetPrototypeOf(value);
    for (let hops = 0; prototype !== null && hops < 100 && !isProxy(prototype); hops++) {
      const constructor = dataProperty(prototype, "constructor");
      if (typeof constructor === "function" && !isProxy(constructor)) {
        const name = ownName(constructor);
        if (name !== "") return name;
      }
      prototype = ReflectGetPrototypeOf(prototype);
    }
    return prototype === null ? null : "Object";
  };

  /** What stands in front of the braces. @param {any} value @param {string} fallback */
  const prefixOf = (value, fallback) => {
    const name = className(value);
    let prefix = name ?? `[${fallback}: null prototype]`;
    if (name !== null && fallback !== "Object" && name !== fallback) prefix += ` [${fallback}]`;
    const tag = inheritedData(value, SymbolToStringTag);
    if (typeof tag === "string" && tag !== "" && tag !== name && tag !== fallback) {
      prefix += ` [${cut(tag, 100)}]`;
    }
    return prefix;
  };

  /** @param {string} text */
  const quoted = (text) => JSONStringify(cut(text, STRING));

  /** @param {symbol} symbol */
  const symbolText = (symbol) => `Symbol(${cut(SymbolPrototypeDescription(symbol) ?? "", STRING)})`;

  /** @param {string} key */
  const isIdentifier = (key) => {
    if (key === "" || key.length > 100) return false;
    for (let i = 0; i < key.length; i++) {
      const code = StringPrototypeCharCodeAt(key, i);
      const isLetter = code >= 97 && code <= 122 || code >= 65 && code <= 90 || code === 95 ||
        code === 36;
      if (!isLetter && (i === 0 || code < 48 || code > 57)) return false;
    }
    return true;
  };

  /** @param {PropertyKey} key */
  const keyText = (key) =>
    typeof key === "symbol"
      ? `[${symbolText(key)}]`
      : isIdentifier(/** @type {string} */ (key))
      ? /** @type {string} */ (key)
      : quoted(/** @type {string} */ (key));

  /** @param {bigint} value */
  const bigintText = (value) =>
    value < largest && value > -largest
      ? `${BigIntPrototypeToString(value, 10)}n`
      : `<bigint of more than ${BigIntPrototypeToString(BIGINT_BITS, 10)} bits>`;

  /** @param {any} value @returns {string | null} null for objects and functions */
  const primitiveText = (value) => {
    switch (typeof value) {
      case "string":
        return quoted(value);
      case "number":
        return is(value, -0) ? "-0" : `${value}`;
      case "bigint":
        return bigintText(value);
      case "symbol":
        return symbolText(value);
      case "function":
        return null;
      default:
        return value === null || typeof value !== "object" ? `${value}` : null;
    }
  };

  /** @param {any} value @param {State} state @param {number} level @returns {string} */
  const format = (value, state, level) => {
    const text = primitiveText(value) ?? objectText(value, state, level);
    state.budget.characters -= text.length;
    return text;
  };

  /** @param {any} value @param {State} state @param {number} level @returns {string} */
  const objectText = (value, state, level) => {
    if (--state.budget.objects < 0) return "…";
    if (isProxy(value)) return proxyText(value, state, level);
    for (let i = 0; i < level; i++) {
      if (state.ancestors[i] === value) {
        state.references ??= new MapCtor();
        let index = MapPrototypeGet(state.references, value);
        if (index === undefined) {
          index = MapPrototypeSize(state.references) + 1;
          MapPrototypeSet(state.references, value, index);
        }
        return `[Circular *${index}]`;
      }
    }
    state.ancestors[level] = value;
    let text;
    try {
      text = classifiedText(value, state, level);
    } catch {
      text = "[cannot be inspected]";
    }
    const index = state.references === null ? undefined : MapPrototypeGet(state.references, value);
    // Whoever comes later at this level is not an ancestor any more, but overwrites it first.
    return index === undefined ? text : `<ref *${index}> ${text}`;
  };

  /** @param {any} value @param {State} state @param {number} level */
  const proxyText = (value, state, level) => {
    const target = getProxyDetails(value)[0];
    if (target === null) return "<Revoked Proxy>";
    if (level > state.budget.depth) return "[Proxy]";
    state.ancestors[level] = value;
    return `Proxy(${format(target, state, level + 1)})`;
  };

  /** @param {any} value @param {State} state @param {number} level @returns {string} */
  const classifiedText = (value, state, level) => {
    if (typeof value === "function") {
      return properties(functionText(value), value, list(), state, level);
    }
    if (ArrayIsArray(value)) return arrayText(value, state, level);
    const prototype = ReflectGetPrototypeOf(value);
    if (prototype === ObjectPrototype && !ObjectHasOwn(ObjectPrototype, SymbolToStringTag)) {
      const tag = dataProperty(value, SymbolToStringTag);
      const prefix = typeof tag === "string" ? `Object [${cut(tag, 100)}] ` : "";
      return level > state.budget.depth ? "[Object]" : record(prefix, value, list(), state, level);
    }
    if (isNativeError(value)) return errorText(value, state, level);
    return leafText(value, state, level) ?? instanceText(value, state, level);
  };

  /** @param {any} fn */
  const functionText = (fn) => {
    const name = ownName(fn);
    let source = "";
    try {
      source = StringPrototypeSlice(FunctionPrototypeToString(fn), 0, 6);
    } catch { /* it is shown as a function */ }
    if (source === "class " || source === "class{") return `[class ${name || "(anonymous)"}]`;
    const kind = core.isGeneratorFunction(fn)
      ? (core.isAsyncFunction(fn) ? "AsyncGeneratorFunction" : "GeneratorFunction")
      : (core.isAsyncFunction(fn) ? "AsyncFunction" : "Function");
    return name === "" ? `[${kind} (anonymous)]` : `[${kind}: ${name}]`;
  };

  /**
   * Own properties after a text that stands for the value itself.
   * @param {string} text
   * @param {any} value
   * @param {any} entries further ones
   * @param {State} state
   * @param {number} level
   */
  const properties = (text, value, entries, state, level) => {
    if (level > state.budget.depth) return text;
    ownEntries(value, entries, state, level);
    return entries.length === 0 ? text : layout(`${text} `, "{", entries, "}", level, false);
  };

  /**
   * @param {string} prefix
   * @param {any} value
   * @param {any} entries
   * @param {State} state
   * @param {number} level
   */
  const record = (prefix, value, entries, state, level) => {
    ownEntries(value, entries, state, level);
    return layout(prefix, "{", entries, "}", level, false);
  };

  /**
   * @param {any} value
   * @param {any} entries
   * @param {State} state
   * @param {number} level
   * @param {boolean} [isPlatform] keeps its state under symbols of the engine
   */
  const ownEntries = (value, entries, state, level, isPlatform = false) => {
    const keys = ObjectKeys(value);
    const symbols = isPlatform || ObjectHasOwn(value, webidlBrand)
      ? list()
      : getOwnPropertySymbols(value);
    const count = keys.length + symbols.length;
    for (let i = 0; i < count; i++) {
      if (i >= ITEMS || state.budget.characters <= 0) {
        push(entries, more(count - i));
        return;
      }
      const key = i < keys.length ? keys[i] : symbols[i - keys.length];
      const descriptor = ReflectGetOwnPropertyDescriptor(value, key);
      if (descriptor === undefined || !descriptor.enumerable) continue;
      push(entries, `${keyText(key)}: ${descriptorText(descriptor, state, level)}`);
    }
  };

  /** @param {PropertyDescriptor} descriptor @param {State} state @param {number} level */
  const descriptorText = (descriptor, state, level) => {
    if (ObjectHasOwn(descriptor, "value")) return format(descriptor.value, state, level + 1);
    if (descriptor.set === undefined) return "[Getter]";
    return descriptor.get === undefined ? "[Setter]" : "[Getter/Setter]";
  };

  /** @param {number} count */
  const more = (count) => `… ${count} more item${count === 1 ? "" : "s"}`;

  /** @param {any[]} value @param {State} state @param {number} level */
  const arrayText = (value, state, level) => {
    const length = value.length;
    const name = className(value);
    const prefix = name === "Array" ? "" : `${prefixOf(value, "Array")}(${length}) `;
    if (level > state.budget.depth) return `[${name ?? "Array"}]`;
    const entries = list();
    let holes = 0;
    const endHoles = () => {
      if (holes > 0) push(entries, `<${holes} empty item${holes === 1 ? "" : "s"}>`);
      holes = 0;
    };
    let i = 0;
    // A sparse array can be 2 ** 32 long: no more elements are looked at than would be shown.
    for (; i < length && i < ITEMS && state.budget.characters > 0; i++) {
      const descriptor = ReflectGetOwnPropertyDescriptor(value, `${i}`);
      if (descriptor === undefined) holes++;
      else {
        endHoles();
        push(entries, descriptorText(descriptor, state, level));
      }
    }
    endHoles();
    if (i < length) push(entries, more(length - i));
    // Listing the keys of an array lists its indices, too.
    if (length <= 10_000) namedEntries(value, entries, state, level);
    return layout(prefix, "[", entries, "]", level, true);
  };

  /** Properties that are no indices. */
  /** @param {any} value @param {any} entries @param {State} state @param {number} level */
  const namedEntries = (value, entries, state, level) => {
    const keys = ObjectKeys(value);
    // Indices come first, in order.
    for (let i = keys.length - 1, shown = 0; i >= 0 && shown < ITEMS; i--, shown++) {
      const code = StringPrototypeCharCodeAt(keys[i], 0);
      if (code >= 48 && code <= 57) return;
      const descriptor = ReflectGetOwnPropertyDescriptor(value, keys[i]);
      if (descriptor === undefined) continue;
      push(entries, `${keyText(keys[i])}: ${descriptorText(descriptor, state, level)}`);
    }
  };

  /** @param {any} value @param {string} key */
  const errorField = (value, key) => {
    const field = inheritedData(value, key);
    return typeof field === "string" ? field : undefined;
  };

  /** @param {any} value @param {State} state @param {number} level */
  const errorText = (value, state, level) => {
    const text = indent(cut(errorStack(value), STRING), level);
    if (level > state.budget.depth) return text;
    const entries = list();
    for (let i = 0; i < 2; i++) {
      const key = i === 0 ? "cause" : "errors";
      const descriptor = ReflectGetOwnPropertyDescriptor(value, key);
      if (descriptor !== undefined && !descriptor.enumerable) {
        push(entries, `[${key}]: ${descriptorText(descriptor, state, level)}`);
      }
    }
    return properties(text, value, entries, state, level);
  };

  /** @param {any} value @returns {string} */
  const errorStack = (value) => {
    const descriptor = ReflectGetOwnPropertyDescriptor(value, "stack");
    let stack;
    if (descriptor !== undefined && ObjectHasOwn(descriptor, "value")) stack = descriptor.value;
    else if (descriptor !== undefined && descriptor.get === engineStack) {
      try {
        // The engine's own getter; a hook of the user's that formats stacks may throw.
        stack = ReflectApply(/** @type {any} */ (engineStack), value, []);
      } catch { /* shown without */ }
    }
    if (typeof stack === "string" && stack !== "") return stack;
    const name = errorField(value, "name") ?? "Error";
    const message = errorField(value, "message") ?? "";
    return message === "" ? `[${name}]` : `[${name}: ${message}]`;
  };

  /** @param {string} text @param {number} level */
  const indent = (text, level) => {
    if (level === 0 || !StringPrototypeIncludes(text, "\n")) return text;
    let out = "";
    let from = 0;
    for (let i = 0; i < text.length; i++) {
      if (StringPrototypeCharCodeAt(text, i) !== 10) continue;
      out += `${StringPrototypeSlice(text, from, i + 1)}${pads[level]}`;
      from = i + 1;
    }
    return out + StringPrototypeSlice(text, from);
  };

  /**
   * Objects with something inside that the language shows by methods only.
   * @param {any} value
   * @param {State} state
   * @param {number} level
   * @returns {string | null}
   */
  const leafText = (value, state, level) => {
    if (core.isMap(value)) return mapText(value, state, level);
    if (core.isSet(value)) return setText(value, state, level);
    const tag = TypedArrayPrototypeTag(value);
    if (tag !== undefined) return typedText(value, tag, state, level);
    if (core.isDate(value)) {
      const time = DatePrototypeGetTime(value);
      return properties(
        time === time ? dateToISOString(value) : "Invalid Date",
        value,
        list(),
        state,
        level,
      );
    }
    if (core.isRegExp(value)) {
      const text = `/${RegExpPrototypeSource(value)}/${RegExpPrototypeFlags(value)}`;
      return properties(cut(text, STRING), value, list(), state, level);
    }
    if (core.isPromise(value)) return promiseText(value, state, level);
    if (core.isBoxedPrimitive(value)) return boxedText(value, state, level);
    if (core.isArrayBuffer(value)) {
      const entries = list();
      push(entries, `byteLength: ${ArrayBufferPrototypeByteLength(value)}`);
      return record(`${prefixOf(value, "ArrayBuffer")} `, value, entries, state, level);
    }
    if (core.isWeakMap(value) || core.isWeakSet(value)) {
      const kind = core.isWeakMap(value) ? "WeakMap" : "WeakSet";
      return `${prefixOf(value, kind)} { <items unknown> }`;
    }
    return null;
  };

  /** @param {any} value @param {State} state @param {number} level */
  const instanceText = (value, state, level) => {
    const prefix = prefixOf(value, "Object");
    if (level > state.budget.depth) return `[${prefix}]`;
    const entries = list();
    const isPlatform = platformEntries(value, entries, state, level);
    ownEntries(value, entries, state, level, isPlatform);
    return layout(`${prefix} `, "{", entries, "}", level, false);
  };

  /**
   * What classes of the platform keep where the language does not show it.
   * @param {any} value
   * @param {any} entries
   * @param {State} state
   * @param {number} level
   * @returns {boolean} whether it is of such a class
   */
  const platformEntries = (value, entries, state, level) => {
    let prototype = ReflectGetPrototypeOf(value);
    for (let hops = 0; prototype !== null && hops < 100 && !isProxy(prototype); hops++) {
      const show = atoll.shownOf(prototype);
      if (show === undefined) {
        prototype = ReflectGetPrototypeOf(prototype);
        continue;
      }
      let left = 0;
      try {
        show(value, (key, field) => {
          if (entries.length >= ITEMS || state.budget.characters <= 0) left++;
          else push(entries, `${keyText(key)}: ${format(field, state, level + 1)}`);
        });
      } catch { /* the prototype alone, or something made to look like an instance */ }
      if (left > 0) push(entries, more(left));
      return true;
    }
    return false;
  };

  /** @param {any} value @param {State} state @param {number} level */
  const mapText = (value, state, level) => {
    const size = MapPrototypeSize(value);
    const prefix = `${prefixOf(value, "Map")}(${size})`;
    if (level > state.budget.depth) return `[${prefix}]`;
    const entries = list();
    const iterator = mapEntries(value);
    for (let i = 0; i < size; i++) {
      if (i >= ITEMS || state.budget.characters <= 0) {
        push(entries, more(size - i));
        break;
      }
      const pair = nextOfMap(iterator).value;
      const key = format(pair[0], state, level + 1);
      push(entries, `${key} => ${format(pair[1], state, level + 1)}`);
    }
    return record(`${prefix} `, value, entries, state, level);
  };

  /** @param {any} value @param {State} state @param {number} level */
  const setText = (value, state, level) => {
    const size = SetPrototypeSize(value);
    const prefix = `${prefixOf(value, "Set")}(${size})`;
    if (level > state.budget.depth) return `[${prefix}]`;
    const entries = list();
    const iterator = setValues(value);
    for (let i = 0; i < size; i++) {
      if (i >= ITEMS || state.budget.characters <= 0) {
        push(entries, more(size - i));
        break;
      }
      push(entries, format(nextOfSet(iterator).value, state, level + 1));
    }
    return record(`${prefix} `, value, entries, state, level);
  };

  /** @param {any} value @param {string} tag @param {State} state @param {number} level */
  const typedText = (value, tag, state, level) => {
    const length = typedLength(value);
    const prefix = `${prefixOf(value, tag)}(${length})`;
    if (level > state.budget.depth) return `[${prefix}]`;
    const entries = list();
    let i = 0;
    for (; i < length && i < ITEMS && state.budget.characters > 0; i++) {
      push(entries, format(value[i], state, level + 1));
    }
    if (i < length) push(entries, more(length - i));
    return layout(`${prefix} `, "[", entries, "]", level, true);
  };

  /** @param {any} value @param {State} state @param {number} level */
  const promiseText = (value, state, level) => {
    const prefix = prefixOf(value, "Promise");
    if (level > state.budget.depth) return `[${prefix}]`;
    const details = core.getPromiseDetails(value);
    const entries = list();
    if (details[0] === 0) push(entries, "<pending>");
    else {
      const result = format(details[1], state, level + 1);
      push(entries, details[0] === 1 ? result : `<rejected> ${result}`);
    }
    return record(`${prefix} `, value, entries, state, level);
  };

  /** @param {any} value @param {State} state @param {number} level */
  const boxedText = (value, state, level) => {
    for (let i = 0; i < boxedValue.length; i++) {
      let inner;
      try {
        inner = boxedValue[i](value);
      } catch {
        continue;
      }
      const name = typeof inner;
      const kind = name === "bigint"
        ? "BigInt"
        : `${name === "string" ? "S" : name === "number" ? "N" : name === "boolean" ? "B" : "S"}${
          StringPrototypeSlice(name, 1)
        }`;
      const text = `[${kind}: ${primitiveText(inner)}]`;
      // The characters of a String object are properties of it.
      return name === "string" ? text : properties(text, value, list(), state, level);
    }
    return "[Object]";
  };

  /**
   * Put entries between brackets: on one line if they fit, arrays of short entries in columns.
   * @param {string} prefix
   * @param {string} open
   * @param {any} entries
   * @param {string} close
   * @param {number} level
   * @param {boolean} inColumns
   */
  const layout = (prefix, open, entries, close, level, inColumns) => {
    const count = entries.length;
    if (count === 0) return `${prefix}${open}${close}`;
    let total = prefix.length + 2 * level + count;
    let longest = 0;
    let multiline = false;
    for (let i = 0; i < count; i++) {
      const { length } = entries[i];
      total += length;
      // The last one may say how many are left out.
      if (length > longest && i < ITEMS) longest = length;
      multiline ||= length < LINE && StringPrototypeIncludes(entries[i], "\n");
    }
    if (total <= LINE && !multiline) {
      let line = `${prefix}${open} ${entries[0]}`;
      for (let i = 1; i < count; i++) line += `, ${entries[i]}`;
      return `${line} ${close}`;
    }
    const pad = pads[level + 1];
    const columns = inColumns && count > 6 && longest <= 16 && !multiline
      ? 1 + (LINE - pad.length - longest) / (longest + 2) | 0
      : 1;
    let text = `${prefix}${open}`;
    for (let i = 0; i < count; i++) {
      const starts = i % columns === 0;
      text += starts ? `\n${pad}${entries[i]}` : ` ${entries[i]}`;
      if (i === count - 1) break;
      text += ",";
      if (columns > 1 && (i + 1) % columns !== 0) {
        for (let fill = entries[i].length; fill < longest; fill++) text += " ";
      }
    }
    return `${text}\n${pads[level]}${close}`;
  };

  return {
    cut,
    dataProperty,
    isObject: (/** @type {any} */ value) =>
      typeof value === "object" && value !== null || typeof value === "function",
    /**
     * @param {any} value
     * @param {Budget} budget shared by what makes up one entry
     * @returns {string}
     */
    inspect: (value, budget) => {
      /** @type {State} */
      const state = { budget, ancestors: list(), references: null };
      return format(value, state, 0);
    },
    keyText,
    primitiveText,
    errorStack,
    engineStack,
  };
}

/** Classes that an isolate has without any capability. @param {Atoll} atoll */
function showPlatform(atoll) {
  const { showAttributes, showPairs } = atoll;
  showAttributes(URL, ["href"]);
  showPairs(URLSearchParams);
  showAttributes(Blob, ["size", "type"]);
  showAttributes(File, ["name", "size", "type", "lastModified"]);
  showPairs(FormData);
  showAttributes(AbortSignal, ["aborted"]);
  showAttributes(Event, ["type"]);
  showAttributes(ReadableStream, ["locked"]);
  showAttributes(WritableStream, ["locked"]);
  showAttributes(PerformanceEntry, ["name", "entryType", "startTime", "duration"]);
}
