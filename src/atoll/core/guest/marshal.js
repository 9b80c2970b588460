/**
 * Values to JSON trees and back. `marshal.py` is the other half and describes the notation.
 *
 * Plain JSON values stand for themselves. Everything else is an object with the single key "$",
 * whose value is an array: a tag and its data. Bytes travel beside the JSON, as segments.
 */

import {
  ArrayIsArray,
  ArrayPrototype,
  Bare,
  BigIntPrototypeToString,
  JSONStringify,
  MapCtor,
  MapPrototypeDelete,
  MapPrototypeForEach,
  MapPrototypeGet,
  MapPrototypeSet,
  MapPrototypeSize,
  MAX_SAFE_INTEGER,
  ObjectHasOwn,
  ObjectKeys,
  ObjectPrototype,
  put,
  ReflectGet,
  ReflectGetPrototypeOf,
  ReflectHas,
  ReflectSetPrototypeOf,
  RegExpPrototypeExec,
  StringPrototypeCharCodeAt,
  StringPrototypeIsWellFormed,
  StringPrototypeToWellFormed,
  SymbolToStringTag,
  TypedArrayPrototypeBuffer,
  TypedArrayPrototypeByteLength,
  Uint16ArrayCtor,
  Uint8ArrayCtor,
} from "./primordials.js";

/** A value cannot cross. Carries the keys from the value up to the root as it unwinds. */
export class MarshalFailure {
  /** @type {string} */ reason;
  /** @type {(string | number)[]} */ keys = [];
  #depth = 0;
  /** @param {string} reason */
  constructor(reason) {
    this.reason = reason;
  }

  /** @param {string | number} key where the failing value stood in its container */
  at(key) {
    put(this.keys, this.#depth++, key);
    return this;
  }

  /** @param {string} root @returns {string} `root.items[3].cb` */
  path(root) {
    let path = root;
    for (let i = this.#depth - 1; i >= 0; i--) {
      const key = this.keys[i];
      if (typeof key === "number") path += `[${key}]`;
      else if (RegExpPrototypeExec(identifier, key) !== null) path += `.${key}`;
      else path += `[${JSONStringify(key)}]`;
    }
    return path;
  }
}
const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/**
 * @typedef {(value: any, encoder: Encoder, depth: number) => any} EncodeObject
 * returns undefined when `value` is not of the class after all
 * @typedef {(data: any[], decoder: Decoder) => any} DecodeTag
 */

/** @type {Map<object, EncodeObject>} by prototype; the closest one in the chain is asked first */
const encoders = new MapCtor();
/** @type {Map<string, DecodeTag>} */
const decoders = new MapCtor();

/**
 * Teach the marshaller a class.
 * @param {object} prototype
 * @param {EncodeObject} encode
 */
export const registerEncoder = (prototype, encode) => MapPrototypeSet(encoders, prototype, encode);
/** @param {string} tag @param {DecodeTag} decode */
export const registerDecoder = (tag, decode) => MapPrototypeSet(decoders, tag, decode);

/**
 * How functions, promises and other live values are encoded: set by `handles.js`.
 * @type {{ encodeHome: (value: object) => any, encodeLive: (value: object, kind: string, encoder: Encoder) => any, takeBack: (handle: number) => void }}
 */
export const live = {
  encodeHome: () => undefined,
  encodeLive: (_value, _kind, _encoder) => {
    throw new MarshalFailure("no handles yet");
  },
  takeBack: () => {},
};

/** @param {any[]} data @returns {Record<string, any>} */
export const tagged = (data) => {
  const node = new Bare();
  node.$ = data;
  return node;
};

/**
 * A value that is in the notation already. Nodes themselves are no proof of that: a setter that user
 * code puts on an index of `Array.prototype` gets to see them while a message is made.
 */
export class Encoded {
  #node;
  /** @param {any[]} data whose strings may come from user code, as class names and sources do */
  constructor(data) {
    for (let i = 0; i < data.length; i++) {
      if (typeof data[i] === "string") data[i] = StringPrototypeToWellFormed(data[i]);
    }
    this.#node = tagged(data);
  }

  /** @param {object} value @returns {Record<string, any> | undefined} */
  static nodeOf(value) {
    return #node in value ? value.#node : undefined;
  }
}
ReflectSetPrototypeOf(Encoded.prototype, null);

/**
 * A string as a segment of UTF-16 code units: JSON text cannot carry lone surrogates.
 * @param {string} text
 * @param {Encoder} encoder
 */
const encodeIllFormed = (text, encoder) => {
  const units = new Uint16ArrayCtor(text.length);
  for (let i = 0; i < text.length; i++) units[i] = StringPrototypeCharCodeAt(text, i);
  return tagged(["s", encoder.segment(new Uint8ArrayCtor(TypedArrayPrototypeBuffer(units)))]);
};

/** @param {number} value */
const encodeSpecialNumber = (value) => tagged(["n", value === 0 ? "-0" : `${value}`]);

/** @param {bigint} value */
const encodeBigInt = (value) => tagged(["i", BigIntPrototypeToString(value, 16)]);

/** What the encoder needs to know of a class instance to name it in a message. */
/** @param {object} value @returns {string} */
const className = (value) => {
  try {
    const tag = ReflectGet(value, SymbolToStringTag);
    if (typeof tag === "string") return tag;
    const name = ReflectGet(value, "constructor")?.name;
    return typeof name === "string" && name !== "" ? name : "an object";
  } catch {
    return "an object";
  }
};

/**
 * An array to assign to by index. A setter that user code has put on `Object.prototype[0]` would
 * swallow the first element otherwise.
 * @returns {any[]}
 */
export function newArray() {
  /** @type {any[]} */
  const array = [];
  if (ReflectHas(ArrayPrototype, 0)) ReflectSetPrototypeOf(array, null);
  return array;
}

export class Encoder {
  /** @type {Uint8Array[]} */ segments = [];
  /** @type {number[]} what the segments measured when they came */ #lengths = [];
  /** Whether any tag was used, or any plain object has a key that looks like one. */
  tagged = false;
  /** Handles that the message sends. @type {number[]} */ sent = [];
  #limit;
  /** @type {Map<object, any> | null} what each object was encoded to */
  #memo = null;
  /** @type {Map<object, number> | null} encoded forms that are referred to again */
  #labels = null;

  /** @param {number} limit nesting of containers */
  constructor(limit) {
    this.#limit = limit;
  }

  /**
   * @param {any} value
   * @param {boolean} [isArguments] an array whose elements are separate values
   * @returns {string} JSON text
   */
  encode(value, isArguments = false) {
    let tree;
    if (isArguments) {
      tree = newArray();
      for (let i = 0; i < value.length; i++) {
        try {
          put(tree, i, this.walk(value[i], 0));
        } catch (failure) {
          throw failure instanceof MarshalFailure ? failure.at(i) : failure;
        }
      }
    } else {
      tree = this.walk(value, 0);
    }
    for (let i = 0; i < this.#lengths.length; i++) {
      // User code that ran since, in a getter, may have detached or resized it.
      if (TypedArrayPrototypeByteLength(this.segments[i]) !== this.#lengths[i]) {
        throw new MarshalFailure("a buffer changed its size while it was marshalled");
      }
    }
    if (this.#labels !== null) tree = this.#label(tree);
    // A toJSON that user code put on a prototype must not rewrite the message.
    if ("toJSON" in ArrayPrototype) detach(tree);
    return JSONStringify(tree);
  }

  /** @param {Uint8Array} bytes @returns {number} its index */
  segment(bytes) {
    const index = this.segments.length;
    put(this.segments, index, bytes);
    put(this.#lengths, index, TypedArrayPrototypeByteLength(bytes));
    return index;
  }

  /**
   * @param {any} value
   * @param {number} depth
   * @returns {any}
   */
  walk(value, depth) {
    switch (typeof value) {
      case "string":
        if (StringPrototypeIsWellFormed(value)) return value;
        this.tagged = true;
        return encodeIllFormed(value, this);
      case "number":
        // NaN fails both comparisons; -0 is the one zero with a negative reciprocal.
        if (value <= MAX_SAFE_INTEGER && value >= -MAX_SAFE_INTEGER) {
          if (value !== 0 || 1 / value > 0) return value;
        }
        this.tagged = true;
        return encodeSpecialNumber(value);
      case "boolean":
        return value;
      case "undefined":
        return null;
      case "bigint":
        this.tagged = true;
        return encodeBigInt(value);
      case "symbol":
        throw new MarshalFailure("a symbol cannot leave the isolate");
      case "function":
        return this.#object(value, depth);
      default:
        return value === null ? null : this.#object(value, depth);
    }
  }

  /** @param {any} value @param {number} depth */
  #object(value, depth) {
    this.#memo ??= new MapCtor();
    const known = MapPrototypeGet(this.#memo, value);
    if (known !== undefined) return this.#reference(known);
    if (depth >= this.#limit) {
      throw new MarshalFailure(`nested deeper than Limits.depth (${this.#limit})`);
    }
    if (typeof value === "function") return this.#keep(value, this.#live(value, "f"));
    if (ArrayIsArray(value)) return this.#array(value, depth);
    const prototype = ReflectGetPrototypeOf(value);
    if (prototype === ObjectPrototype || prototype === null) return this.#record(value, depth);
    const node = Encoded.nodeOf(value);
    if (node !== undefined) {
      this.tagged = true;
      return node;
    }
    return this.#instance(value, prototype, depth);
  }

  /** Remember what an object became, for when it comes again. */
  /** @param {object} value @param {any} node */
  #keep(value, node) {
    MapPrototypeSet(this.#memo, value, node);
    return node;
  }

  /** Where the encoding stands, for `rewind`. */
  mark() {
    return {
      known: this.#memo === null ? 0 : MapPrototypeSize(this.#memo),
      sent: this.sent.length,
    };
  }

  /**
   * Forget what has been encoded since the mark: it does not become part of the message.
   * @param {{ known: number, sent: number }} mark
   */
  rewind(mark) {
    const memo = this.#memo;
    let index = 0;
    if (memo !== null) {
      MapPrototypeForEach(memo, (/** @type {any} */ _node, /** @type {any} */ value) => {
        if (index++ >= mark.known) MapPrototypeDelete(memo, value);
      });
    }
    while (this.sent.length > mark.sent) {
      live.takeBack(this.sent[this.sent.length - 1]);
      this.sent.length--;
    }
  }

  /** For encoders of containers: call before the children, so that cycles find the container. */
  /** @param {object} value @param {any[]} data */
  open(value, data) {
    this.tagged = true;
    return this.#keep(value, tagged(data));
  }

  /** @param {any[]} value @param {number} depth */
  #array(value, depth) {
    const out = newArray();
    this.#keep(value, out);
    const length = value.length;
    if (length > 50_000_000) throw new MarshalFailure(`an array of ${length} elements`);
    let i = 0;
    try {
      for (; i < length; i++) put(out, i, this.walk(value[i], depth + 1));
    } catch (failure) {
      throw failure instanceof MarshalFailure ? failure.at(i) : failure;
    }
    return out;
  }

  /** @param {any} value @param {number} depth */
  #record(value, depth) {
    const out = new Bare();
    const keys = ObjectKeys(value);
    if (keys.length === 0 && ReflectHas(value, SymbolToStringTag)) {
      throw new MarshalFailure(`${className(value)} has no data of its own to copy`);
    }
    for (let i = 0; i < keys.length; i++) {
      if (keys[i] === "$" || !StringPrototypeIsWellFormed(keys[i])) {
        return this.#entries(value, keys, depth);
      }
    }
    this.#keep(value, out);
    this.#fields(value, keys, out, depth);
    return out;
  }

  /**
   * @param {any} value
   * @param {string[]} keys
   * @param {Record<string, any>} out
   * @param {number} depth
   */
  #fields(value, keys, out, depth) {
    let i = 0;
    try {
      for (; i < keys.length; i++) out[keys[i]] = this.walk(value[keys[i]], depth + 1);
    } catch (failure) {
      throw failure instanceof MarshalFailure ? failure.at(keys[i]) : failure;
    }
  }

  /** A plain object with keys that JSON or the notation cannot carry: as key–value pairs. */
  /** @param {any} value @param {string[]} keys @param {number} depth */
  #entries(value, keys, depth) {
    const entries = newArray();
    const node = this.open(value, ["o", entries]);
    let i = 0;
    try {
      for (; i < keys.length; i++) {
        put(entries, i, [this.walk(keys[i], depth), this.walk(value[keys[i]], depth + 1)]);
      }
    } catch (failure) {
      throw failure instanceof MarshalFailure ? failure.at(keys[i]) : failure;
    }
    return node;
  }

  /** @param {any} value @param {any} prototype @param {number} depth */
  #instance(value, prototype, depth) {
    const home = live.encodeHome(value);
    if (home !== undefined) {
      this.tagged = true;
      return this.#keep(value, home);
    }
    for (
      let p = prototype, hops = 0;
      p !== null && hops < 100;
      p = ReflectGetPrototypeOf(p), hops++
    ) {
      const encode = MapPrototypeGet(encoders, p);
      if (encode !== undefined) {
        const node = encode(value, this, depth);
        if (node !== undefined) {
          this.tagged = true;
          return this.#keep(value, node);
        }
      }
    }
    // Like structured clone, an instance of a guest class crosses as its own properties; unlike
    // it, never as a silent {} that hides private state.
    const keys = ObjectKeys(value);
    if (keys.length === 0) {
      throw new MarshalFailure(
        `${className(value)} has no data of its own to copy; ` +
          "keep it in the isolate and pass a reference (copy=False)",
      );
    }
    return this.#record(value, depth);
  }

  /** @param {object} value @param {string} kind */
  #live(value, kind) {
    this.tagged = true;
    return live.encodeHome(value) ?? live.encodeLive(value, kind, this);
  }

  /** @param {any} node an encoded form that occurs a second time */
  #reference(node) {
    if (typeof node !== "object") return node;
    this.tagged = true;
    this.#labels ??= new MapCtor();
    let label = MapPrototypeGet(this.#labels, node);
    if (label === undefined) {
      label = MapPrototypeSize(this.#labels);
      MapPrototypeSet(this.#labels, node, label);
    }
    return tagged(["#", label]);
  }

  /** Wrap every form that is referred to in its definition: `["@", label, form]`. */
  /** @param {any} node @returns {any} */
  #label(node) {
    if (typeof node !== "object" || node === null) return node;
    const keys = ObjectKeys(node);
    for (let i = 0; i < keys.length; i++) node[keys[i]] = this.#label(node[keys[i]]);
    const label = MapPrototypeGet(this.#labels, node);
    return label === undefined ? node : tagged(["@", label, node]);
  }
}

/** Cut a tree off from every prototype. */
/** @param {any} node */
const detach = (node) => {
  if (typeof node !== "object" || node === null) return;
  if (ArrayIsArray(node)) ReflectSetPrototypeOf(node, null);
  const keys = ObjectKeys(node);
  for (let i = 0; i < keys.length; i++) detach(node[keys[i]]);
};

export class Decoder {
  /** @type {Uint8Array<ArrayBuffer>[]} */ segments;
  /** @type {Map<number, any>} */ #shared = new MapCtor();
  /** @type {number} label that the container being built is known by, or -1 */
  #label = -1;
  /** What has to stay alive while the message is worked on. @type {object[] | null} */ kept = null;

  /** @param {Uint8Array<ArrayBuffer>[]} segments */
  constructor(segments) {
    this.segments = segments;
  }

  /** Decode a tree in place. @param {any} node @returns {any} */
  walk(node) {
    if (typeof node !== "object" || node === null) return node;
    if (ArrayIsArray(node)) {
      this.open(node);
      for (let i = 0; i < node.length; i++) {
        const item = node[i];
        if (typeof item === "object" && item !== null) node[i] = this.walk(item);
      }
      return node;
    }
    if (ObjectHasOwn(node, "$")) return this.#tag(node.$);
    this.open(node);
    const keys = ObjectKeys(node);
    for (let i = 0; i < keys.length; i++) {
      const item = node[keys[i]];
      if (typeof item === "object" && item !== null) node[keys[i]] = this.walk(item);
    }
    return node;
  }

  /** @param {object} value that nothing but the message may refer to */
  keep(value) {
    this.kept ??= [];
    put(this.kept, this.kept.length, value);
  }

  /** Make a container known under its label, before its children are decoded. */
  /** @param {any} value */
  open(value) {
    if (this.#label >= 0) {
      MapPrototypeSet(this.#shared, this.#label, value);
      this.#label = -1;
    }
    return value;
  }

  /** @param {any[]} data @returns {any} */
  #tag(data) {
    const tag = data[0];
    if (tag === "@") {
      this.#label = data[1];
      const value = this.walk(data[2]);
      return this.open(value);
    }
    if (tag === "#") return MapPrototypeGet(this.#shared, data[1]);
    return MapPrototypeGet(decoders, tag)(data, this);
  }
}
