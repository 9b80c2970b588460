/**
 * The parts of Web IDL that the interfaces of this package need: conversions of arguments, and
 * members with the property descriptors that they have to have.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */

/** @param {Atoll} atoll */
export function createWebIdl(atoll) {
  const {
    ArrayBufferIsView,
    ArrayBufferPrototypeByteLength,
    ArrayBufferPrototypeDetached,
    ArrayBufferPrototypeResizable,
    DataViewPrototypeBuffer,
    DataViewPrototypeByteLength,
    DataViewPrototypeByteOffset,
    MathTrunc,
    MAX_SAFE_INTEGER,
    NumberCtor,
    ObjectDefineProperty,
    ObjectKeys,
    QuotaExceededErrorCtor,
    ReflectGetOwnPropertyDescriptor,
    StringPrototypeToWellFormed,
    TypedArrayPrototypeBuffer,
    TypedArrayPrototypeByteLength,
    TypedArrayPrototypeByteOffset,
    TypedArrayPrototypeTag,
    TypeErrorCtor,
    Uint8ArrayCtor,
    uncurryGetter,
  } = atoll.primordials;
  const DOMExceptionCtor = DOMException;
  const sharedGrowable = uncurryGetter(SharedArrayBuffer.prototype, "growable");

  /** @param {string} name @param {string} message @returns {Error} */
  const makeError = (name, message) => {
    if (name === "TypeError") return new TypeErrorCtor(message);
    if (name === "QuotaExceededError") return new QuotaExceededErrorCtor(message);
    return new DOMExceptionCtor(message, name);
  };

  /**
   * What the host has answered; throws what it has failed with.
   * @param {any} answer
   */
  const check = (answer) => {
    if (
      typeof answer === "object" && answer !== null && answer.length === 3 && answer[0] === "!"
    ) throw makeError(answer[1], answer[2]);
    return answer;
  };

  /** @param {any} value */
  const isObject = (value) =>
    typeof value === "object" ? value !== null : typeof value === "function";

  /** A dictionary type (§ 3.2.17), of which undefined and null have no members. */
  /** @param {any} value @param {string} what @returns {any} */
  const toDictionary = (value, what) => {
    if (value === undefined || value === null) return undefined;
    if (!isObject(value)) throw new TypeErrorCtor(`${what} is not an object`);
    return value;
  };

  /** @param {any} value @returns {string} § 3.2.13 */
  const toUSVString = (value) => StringPrototypeToWellFormed(`${value}`);

  /** @param {any} value @param {string} first @param {string} second @param {string} [third] */
  const toEnum = (value, first, second, third) => {
    const text = `${value}`;
    if (text !== first && text !== second && text !== third) {
      throw new TypeErrorCtor(`"${text}" is none of the values that are allowed here`);
    }
    return text;
  };

  /** § 3.2.4.8, `[EnforceRange] unsigned long long`. @param {any} value @returns {number} */
  const toEnforcedSize = (value) => {
    const number = MathTrunc(+value);
    if (!(number >= 0 && number <= MAX_SAFE_INTEGER)) {
      throw new TypeErrorCtor("a size or offset is out of range");
    }
    return number + 0; // -0
  };

  /**
   * § 3.2.4.8, `unsigned long long`: modulo 2 ** 64. What a number cannot hold exactly is more than
   * any file can have, and refused by the host.
   * @param {any} value
   * @returns {number}
   */
  const toSize = (value) => {
    let number = MathTrunc(NumberCtor(+value));
    if (!(number > -Infinity && number < Infinity)) return 0;
    number %= 2 ** 64;
    return number < 0 ? number + 2 ** 64 : number + 0;
  };

  /**
   * The bytes of a BufferSource (§ 3.2.25), undefined for anything else. None of these interfaces has
   * [AllowResizable]; what is detached has no bytes.
   * @param {any} value
   * @param {boolean} allowShared
   * @returns {Uint8Array<any> | undefined}
   */
  const bytesOf = (value, allowShared) => {
    if (!isObject(value)) return undefined;
    const isView = ArrayBufferIsView(value);
    const isTyped = isView && TypedArrayPrototypeTag(value) !== undefined;
    const buffer = isTyped
      ? TypedArrayPrototypeBuffer(value)
      : isView
      ? DataViewPrototypeBuffer(value)
      : value;
    if (attribute(ArrayBufferPrototypeByteLength, buffer) === undefined) {
      const isGrowable = allowShared ? attribute(sharedGrowable, buffer) : undefined;
      if (isGrowable === undefined) return undefined;
      if (isGrowable) throw notFixed();
    } else {
      if (ArrayBufferPrototypeResizable(buffer)) throw notFixed();
      if (ArrayBufferPrototypeDetached(buffer)) return new Uint8ArrayCtor(0);
    }
    if (!isView) return new Uint8ArrayCtor(buffer);
    return isTyped
      ? new Uint8ArrayCtor(
        buffer,
        TypedArrayPrototypeByteOffset(value),
        TypedArrayPrototypeByteLength(value),
      )
      : new Uint8ArrayCtor(
        buffer,
        DataViewPrototypeByteOffset(value),
        DataViewPrototypeByteLength(value),
      );
  };

  /**
   * An attribute of a buffer, undefined for anything else.
   * @template T
   * @param {(value: any) => T} get
   * @param {any} value
   * @returns {T | undefined}
   */
  const attribute = (get, value) => {
    try {
      return get(value);
    } catch {
      return undefined;
    }
  };
  const notFixed = () => new TypeErrorCtor("a buffer whose size can change is not allowed here");

  /** @param {any} target @param {PropertyKey} key @param {PropertyDescriptor} attributes */
  const define = (target, key, attributes) => {
    // @ts-ignore: __proto__ in a literal is the prototype
    ObjectDefineProperty(target, key, { __proto__: null, configurable: true, ...attributes });
  };

  /**
   * Finish an interface (§ 3.7): operations and attributes are enumerable, the class has a name.
   * @param {any} Class
   * @param {Record<string, number>} operations the number of arguments that each requires
   * @param {string[]} attributes
   */
  const finish = (Class, operations, attributes) => {
    const { prototype, name } = Class;
    const names = ObjectKeys(operations);
    for (let i = 0; i < names.length; i++) {
      const { value } = /** @type {any} */ (ReflectGetOwnPropertyDescriptor(prototype, names[i]));
      define(value, "length", { value: operations[names[i]] });
      define(prototype, names[i], { enumerable: true, writable: true, value });
    }
    for (let i = 0; i < attributes.length; i++) {
      define(prototype, attributes[i], { enumerable: true });
    }
    define(Class, "length", { value: 0 });
    atoll.defineInterface(name, Class);
  };

  /** @param {string} name @param {any[]} args @param {number} required */
  const requireArguments = (name, args, required) => {
    if (args.length < required) {
      throw new TypeErrorCtor(
        `${name}: ${required} argument${required === 1 ? "" : "s"} required, but only ` +
          `${args.length} present`,
      );
    }
  };

  const illegalConstructor = () => new TypeErrorCtor("Illegal constructor");
  /** @param {string} name */
  const illegalInvocation = (name) =>
    new TypeErrorCtor(`Illegal invocation: the receiver is no ${name}`);

  return {
    bytesOf,
    check,
    define,
    finish,
    illegalConstructor,
    illegalInvocation,
    isObject,
    makeError,
    requireArguments,
    toDictionary,
    toEnforcedSize,
    toEnum,
    toSize,
    toUSVString,
  };
}
