/**
 * What the classes of this capability need of Web IDL (https://webidl.spec.whatwg.org/), and the
 * intrinsics that `primordials` has not.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {ReturnType<typeof createWebIdl>} WebIdl */

/** @param {Atoll} atoll */
export function createWebIdl(atoll) {
  const { primordials } = atoll;
  const {
    ArrayBufferIsView,
    ArrayBufferPrototypeByteLength,
    DataViewPrototypeBuffer,
    DataViewPrototypeByteLength,
    DataViewPrototypeByteOffset,
    ObjectDefineProperty,
    ReflectApply,
    ReflectGet,
    ReflectGetOwnPropertyDescriptor,
    ReflectGetPrototypeOf,
    ReflectOwnKeys,
    StringPrototypeCharCodeAt,
    StringPrototypeIndexOf,
    StringPrototypeSlice,
    SymbolIterator,
    SymbolToStringTag,
    TypedArrayPrototypeBuffer,
    TypedArrayPrototypeByteLength,
    TypedArrayPrototypeByteOffset,
    TypedArrayPrototypeTag,
    TypeErrorCtor,
    Uint8ArrayCtor,
    put,
    uncurryThis,
  } = primordials;

  const toWellFormed = uncurryThis(String.prototype.toWellFormed);
  const toLowerCase = uncurryThis(String.prototype.toLowerCase);
  const toUpperCase = uncurryThis(String.prototype.toUpperCase);
  const sliceBytes = uncurryThis(Uint8Array.prototype.slice);
  const exec = primordials.RegExpPrototypeExec;
  /** `RegExp.prototype.test` would ask for the `exec` that user code may have put there. */
  /** @param {RegExp} pattern @param {string} text */
  const test = (pattern, text) => exec(pattern, text) !== null;
  /**
   * `split` and `replaceAll` ask their first argument for a method, even a string.
   * @param {string} text @param {string} separator @returns {string[]}
   */
  function split(text, separator) {
    /** @type {string[]} */
    const parts = [];
    let start = 0;
    for (let count = 0;; count++) {
      const end = StringPrototypeIndexOf(text, separator, start);
      put(parts, count, StringPrototypeSlice(text, start, end < 0 ? text.length : end));
      if (end < 0) return parts;
      start = end + separator.length;
    }
  }
  /** @param {string} text @param {string} from @param {string} to */
  function replaceEach(text, from, to) {
    if (StringPrototypeIndexOf(text, from) < 0) return text;
    const parts = split(text, from);
    let out = parts[0];
    for (let i = 1; i < parts.length; i++) out += to + parts[i];
    return out;
  }

  /** @param {any} value */
  const isObject = (value) =>
    typeof value === "object" && value !== null || typeof value === "function";

  /** @param {any} value @param {object} prototype */
  function inherits(value, prototype) {
    if (!isObject(value)) return false;
    for (let p = ReflectGetPrototypeOf(value); p !== null; p = ReflectGetPrototypeOf(p)) {
      if (p === prototype) return true;
    }
    return false;
  }

  /** § 3.2.10 DOMString: throws for a symbol. @param {any} value */
  const toText = (value) => `${value}`;
  /** § 3.2.12 USVString. @param {any} value @returns {string} */
  const toUsvText = (value) => toWellFormed(`${value}`);
  /** § 3.2.11 ByteString. @param {any} value @param {string} context */
  function toByteText(value, context) {
    const text = `${value}`;
    for (let i = 0; i < text.length; i++) {
      if (StringPrototypeCharCodeAt(text, i) > 255) {
        throw new TypeErrorCtor(`${context} has a character beyond U+00FF at ${i}`);
      }
    }
    return text;
  }
  /** @param {any} value @param {string} what @returns {any} a dictionary to take members from */
  function toDictionary(value, what) {
    if (value === undefined || value === null) return undefined;
    if (!isObject(value)) throw new TypeErrorCtor(`${what} is not an object`);
    return value;
  }
  /** @param {any} value @param {string[]} values @param {string} what */
  function toEnum(value, values, what) {
    const text = `${value}`;
    for (let i = 0; i < values.length; i++) if (values[i] === text) return text;
    throw new TypeErrorCtor(`${what}: '${text}' is not a valid value`);
  }

  /**
   * § 3.2.21 sequence<T>, by the protocol of iterators.
   * @param {any} value
   * @param {any} method what it has for Symbol.iterator
   * @param {(item: any) => any} convert
   */
  function toSequence(value, method, convert) {
    if (typeof method !== "function") throw new TypeErrorCtor("the value is not iterable");
    const iterator = ReflectApply(method, value, []);
    if (!isObject(iterator)) throw new TypeErrorCtor("the value is not iterable");
    const { next } = iterator;
    /** @type {any[]} */
    const items = [];
    for (let i = 0;; i++) {
      const result = ReflectApply(next, iterator, []);
      if (!isObject(result)) throw new TypeErrorCtor("an iterator gave no object");
      if (result.done) return items;
      put(items, i, convert(result.value));
    }
  }

  /**
   * A copy of the bytes of a BufferSource; undefined: it is none.
   * @param {any} value
   * @returns {Uint8Array<ArrayBuffer> | undefined}
   */
  function copyBytes(value) {
    if (typeof value !== "object" || value === null) return undefined;
    if (ArrayBufferIsView(value)) {
      const view = TypedArrayPrototypeTag(value) === undefined
        ? new Uint8ArrayCtor(
          DataViewPrototypeBuffer(value),
          DataViewPrototypeByteOffset(value),
          DataViewPrototypeByteLength(value),
        )
        : new Uint8ArrayCtor(
          TypedArrayPrototypeBuffer(value),
          TypedArrayPrototypeByteOffset(value),
          TypedArrayPrototypeByteLength(value),
        );
      return new Uint8ArrayCtor(view);
    }
    try {
      ArrayBufferPrototypeByteLength(value);
    } catch {
      return undefined;
    }
    return new Uint8ArrayCtor(new Uint8ArrayCtor(value));
  }

  /** @param {any} value @param {boolean} enumerable @param {boolean} writable */
  const data = (value, enumerable, writable) => ({
    __proto__: /** @type {any} */ (null),
    value,
    enumerable,
    configurable: true,
    writable,
  });

  /**
   * Give a class the property descriptors of an interface: § 3.7.3, § 3.7.6, § 3.7.7.
   * @param {any} Class
   * @param {string} name
   * @param {Record<string, number>} [constants]
   */
  function finishInterface(Class, name, constants) {
    const places = [Class.prototype, Class];
    for (let i = 0; i < 2; i++) {
      const keys = ReflectOwnKeys(places[i]);
      for (let j = 0; j < keys.length; j++) {
        const key = keys[j];
        if (
          typeof key !== "string" || key === "constructor" || key === "prototype" ||
          key === "name" || key === "length"
        ) continue;
        const old = /** @type {any} */ (ReflectGetOwnPropertyDescriptor(places[i], key));
        ObjectDefineProperty(places[i], key, { __proto__: null, ...old, enumerable: true });
      }
    }
    ObjectDefineProperty(Class.prototype, SymbolToStringTag, data(name, false, false));
    ObjectDefineProperty(
      Class,
      "prototype",
      /** @type {any} */ ({
        __proto__: null,
        writable: false,
      }),
    );
    const names = constants === undefined ? [] : ReflectOwnKeys(constants);
    for (let i = 0; i < names.length; i++) {
      const key = /** @type {string} */ (names[i]);
      const constant = {
        __proto__: /** @type {any} */ (null),
        value: constants?.[key],
        enumerable: true,
        configurable: false,
        writable: false,
      };
      ObjectDefineProperty(Class, key, constant);
      ObjectDefineProperty(Class.prototype, key, constant);
    }
  }

  const plain = /** @type {any} */ (primordials.ObjectFreeze({ __proto__: null }));
  /** A function that does not show its source. @param {any} implementation */
  const hidden = (implementation) => new primordials.ProxyCtor(implementation, plain);
  /** @param {string} name @param {any} Class */
  const exposeClass = (name, Class) => atoll.defineGlobal(name, data(Class, false, true));

  const IteratorPrototype = /** @type {any} */ (
    ReflectGetPrototypeOf(/** @type {any} */ (ReflectGetPrototypeOf([][Symbol.iterator]())))
  );

  /**
   * § 3.7.9 iterable declarations over pairs.
   * @param {any} Class
   * @param {string} name
   * @param {(self: any) => any[][]} pairsOf throws for another object; asked anew at each step
   */
  function makePairIterable(Class, name, pairsOf) {
    class PairIterator {
      /** @type {any} */ #target;
      #kind;
      #index = 0;
      /** @param {any} target @param {number} kind */
      constructor(target, kind) {
        this.#target = target;
        this.#kind = kind;
      }
      next() {
        const pairs = pairsOf(this.#target);
        const index = this.#index;
        if (index >= pairs.length) return { value: undefined, done: true };
        this.#index = index + 1;
        const pair = pairs[index];
        return { value: this.#kind === 2 ? [pair[0], pair[1]] : pair[this.#kind], done: false };
      }
    }
    const { prototype } = PairIterator;
    delete (/** @type {any} */ (prototype).constructor);
    primordials.ReflectSetPrototypeOf(prototype, IteratorPrototype);
    ObjectDefineProperty(prototype, "next", data(prototype.next, true, true));
    ObjectDefineProperty(prototype, SymbolToStringTag, data(`${name} Iterator`, false, false));
    const methods = {
      entries() {
        pairsOf(this);
        return new PairIterator(this, 2);
      },
      keys() {
        pairsOf(this);
        return new PairIterator(this, 0);
      },
      values() {
        pairsOf(this);
        return new PairIterator(this, 1);
      },
      /** @param {any} callback @param {any} [self] */
      forEach(callback, self = undefined) {
        pairsOf(this);
        if (typeof callback !== "function") {
          throw new TypeErrorCtor(`${name}.forEach: the argument is not a function`);
        }
        for (let i = 0;; i++) {
          const pairs = pairsOf(this);
          if (i >= pairs.length) return;
          ReflectApply(callback, self, [pairs[i][1], pairs[i][0], this]);
        }
      },
    };
    const names = ["entries", "keys", "values", "forEach"];
    for (let i = 0; i < names.length; i++) {
      ObjectDefineProperty(
        Class.prototype,
        names[i],
        data(ReflectGet(methods, names[i]), true, true),
      );
    }
    ObjectDefineProperty(Class.prototype, SymbolIterator, data(methods.entries, false, true));
    return methods.entries;
  }

  /** @param {number} count @param {number} least @param {string} what */
  function requireArguments(count, least, what) {
    if (count < least) {
      throw new TypeErrorCtor(
        `${what}: ${least} argument${least === 1 ? "" : "s"} required, but only ${count} present`,
      );
    }
  }

  return {
    copyBytes,
    data,
    exec,
    exposeClass,
    finishInterface,
    hidden,
    inherits,
    isObject,
    makePairIterable,
    replaceEach,
    requireArguments,
    sliceBytes,
    split,
    test,
    toByteText,
    toDictionary,
    toEnum,
    toLowerCase,
    toSequence,
    toText,
    toUpperCase,
    toUsvText,
  };
}
