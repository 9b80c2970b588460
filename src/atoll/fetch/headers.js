/**
 * The class `Headers` of the Fetch Standard, section 5.1, and the header list under it, 2.2.2.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("./webidl.js").WebIdl} WebIdl */
/** @typedef {{ names: string[], lower: string[], values: string[], sorted: string[][] | null }} HeaderList */
/** @typedef {"immutable" | "request" | "request-no-cors" | "response" | "none"} Guard */
/** @typedef {ReturnType<typeof createHeaders>} HeadersParts */

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
// deno-lint-ignore no-control-regex
const UNSAFE = /["():<>?@[\\\]{}\x00-\x08\x0a-\x1f\x7f]/;
const BAD_VALUE = /[\0\n\r]/;

/**
 * Of the forbidden request-headers (2.2.2), those that say how a message is framed: they are for
 * whoever sends it. The others protect the state that a browser keeps, and there is none here.
 */
const OF_THE_CONNECTION = [
  "connection",
  "content-length",
  "expect",
  "host",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** @param {Atoll} atoll @param {WebIdl} idl */
export function createHeaders(atoll, idl) {
  const { primordials, registerDecoder, registerEncoder } = atoll;
  const {
    MapCtor,
    MapPrototypeGet,
    MapPrototypeSet,
    ReflectGet,
    ReflectGetOwnPropertyDescriptor,
    ReflectOwnKeys,
    SetCtor,
    SetPrototypeAdd,
    SetPrototypeHas,
    StringPrototypeCharCodeAt,
    StringPrototypeSlice,
    SymbolIterator,
    TypeErrorCtor,
    put,
    uncurryThis,
  } = primordials;
  const { exec, isObject, test, toByteText, toLowerCase, toSequence, requireArguments } = idl;
  const sort = uncurryThis(Array.prototype.sort);
  const join = uncurryThis(Array.prototype.join);
  const forbidden = new SetCtor();
  for (let i = 0; i < OF_THE_CONNECTION.length; i++) {
    SetPrototypeAdd(forbidden, OF_THE_CONNECTION[i]);
  }

  /** @returns {HeaderList} */
  const newList = () => /** @type {any} */ ({
    __proto__: /** @type {any} */ (null),
    names: [],
    lower: [],
    values: [],
    sorted: null,
  });

  /** @param {any} name @returns {string} */
  function checkedName(name) {
    const text = toByteText(name, "a header name");
    if (!test(TOKEN, text)) throw new TypeErrorCtor(`'${text}' is not a valid header name`);
    return text;
  }
  /** § 2.2.2 normalize, then check. @param {string} value */
  function checkedValue(value) {
    let start = 0;
    let end = value.length;
    while (start < end && isSpace(StringPrototypeCharCodeAt(value, start))) start++;
    while (end > start && isSpace(StringPrototypeCharCodeAt(value, end - 1))) end--;
    const text = end - start === value.length ? value : StringPrototypeSlice(value, start, end);
    if (test(BAD_VALUE, text)) throw new TypeErrorCtor("a header value has a line break or NUL");
    return text;
  }
  /** @param {number} code */
  const isSpace = (code) => code === 32 || code === 9 || code === 10 || code === 13;

  /** @param {HeaderList} list @param {string} name @param {string} value */
  function append(list, name, value) {
    const lower = toLowerCase(name);
    const at = list.lower.length;
    let written = name;
    for (let i = 0; i < at; i++) {
      if (list.lower[i] === lower) {
        written = list.names[i]; // § 2.2.2 append: the name as it was first
        break;
      }
    }
    put(list.names, at, written);
    put(list.lower, at, lower);
    put(list.values, at, value);
    list.sorted = null;
  }
  /** @param {HeaderList} list @param {string} lower @returns {string | null} § 2.2.2 get */
  function get(list, lower) {
    /** @type {string | null} */
    let found = null;
    for (let i = 0; i < list.lower.length; i++) {
      if (list.lower[i] === lower) {
        found = found === null ? list.values[i] : `${found}, ${list.values[i]}`;
      }
    }
    return found;
  }
  /** @param {HeaderList} list @param {string} lower */
  function has(list, lower) {
    for (let i = 0; i < list.lower.length; i++) if (list.lower[i] === lower) return true;
    return false;
  }
  /** @param {HeaderList} list @param {string} lower @param {number} [from] */
  function remove(list, lower, from = 0) {
    let kept = from;
    for (let i = from; i < list.lower.length; i++) {
      if (list.lower[i] === lower) continue;
      list.names[kept] = list.names[i];
      list.lower[kept] = list.lower[i];
      list.values[kept] = list.values[i];
      kept++;
    }
    list.names.length = list.lower.length = list.values.length = kept;
    list.sorted = null;
  }
  /** § 2.2.2 set. @param {HeaderList} list @param {string} name @param {string} value */
  function set(list, name, value) {
    const lower = toLowerCase(name);
    for (let i = 0; i < list.lower.length; i++) {
      if (list.lower[i] === lower) {
        list.values[i] = value;
        remove(list, lower, i + 1);
        return;
      }
    }
    append(list, name, value);
  }
  /** § 2.2.2 sort and combine. @param {HeaderList} list @returns {string[][]} */
  function sorted(list) {
    if (list.sorted !== null) return list.sorted;
    /** @type {Map<string, number>} */
    const known = new MapCtor();
    /** @type {string[][]} */
    const pairs = [];
    for (let i = 0; i < list.lower.length; i++) {
      const name = list.lower[i];
      const at = name === "set-cookie" ? undefined : MapPrototypeGet(known, name);
      if (at !== undefined) {
        pairs[at][1] = `${pairs[at][1]}, ${list.values[i]}`;
      } else {
        MapPrototypeSet(known, name, pairs.length);
        put(pairs, pairs.length, [name, list.values[i]]);
      }
    }
    sort(
      pairs,
      (/** @type {string[]} */ a, /** @type {string[]} */ b) =>
        a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0,
    );
    list.sorted = pairs;
    return pairs;
  }
  /** @param {HeaderList} list */
  function copy(list) {
    const out = newList();
    for (let i = 0; i < list.lower.length; i++) {
      put(out.names, i, list.names[i]);
      put(out.lower, i, list.lower[i]);
      put(out.values, i, list.values[i]);
    }
    return out;
  }

  /** As it crosses: names and values, a line each. @param {HeaderList} list @param {number} limit */
  function toWire(list, limit) {
    let text = "";
    for (let i = 0; i < list.names.length; i++) {
      text += i === 0
        ? `${list.names[i]}\n${list.values[i]}`
        : `\n${list.names[i]}\n${list.values[i]}`;
    }
    if (text.length > limit) {
      throw new TypeErrorCtor(`headers of ${text.length} bytes: ${limit} are allowed`);
    }
    return text;
  }
  /** @param {string} text */
  function fromWire(text) {
    const list = newList();
    if (text === "") return list;
    const parts = idl.split(text, "\n");
    for (let i = 0, at = 0; i < parts.length; i += 2, at++) {
      put(list.names, at, parts[i]);
      put(list.lower, at, toLowerCase(parts[i]));
      put(list.values, at, parts[i + 1]);
    }
    return list;
  }

  /** § 2.2.2 no-CORS-safelisted request-header. @param {string} lower @param {string} value */
  function isNoCorsSafe(lower, value) {
    if (
      lower !== "accept" && lower !== "accept-language" && lower !== "content-language" &&
      lower !== "content-type"
    ) return false;
    if (value.length > 128) return false;
    if (lower === "content-type") {
      return !test(UNSAFE, value) && test(
        /^[\t ]*(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)[\t ]*(?:;|$)/i,
        value,
      );
    }
    if (lower === "accept") return !test(UNSAFE, value);
    return !test(/[^0-9A-Za-z *,\-.;=]/, value);
  }

  /** @type {(headers: any) => HeaderList} */
  let listOf;
  /** @type {(headers: any, guard: Guard) => void} */
  let setGuard;
  /** @type {(list: HeaderList, guard: Guard) => any} */
  let wrap;
  /** @type {(value: any) => boolean} */
  let isHeaders;

  class Headers {
    /** @type {HeaderList} */ #list;
    /** @type {Guard} */ #guard = "none";

    static {
      listOf = (headers) => headers.#list;
      setGuard = (headers, guard) => {
        headers.#guard = guard;
      };
      wrap = (list, guard) => {
        const headers = new Headers();
        headers.#list = list;
        headers.#guard = guard;
        return headers;
      };
      isHeaders = (value) => isObject(value) && #list in value;
    }

    constructor(init = undefined) {
      this.#list = newList();
      if (init !== undefined) fill(this, init);
    }

    /** @param {string} name @param {string} value */
    append(name, value) {
      const list = this.#list;
      requireArguments(arguments.length, 2, "Headers.append");
      const text = checkedName(name);
      this.#change(list, text, checkedValue(toByteText(value, "a header value")), true);
    }
    /** @param {string} name */
    delete(name) {
      const list = this.#list;
      requireArguments(arguments.length, 1, "Headers.delete");
      const lower = toLowerCase(checkedName(name));
      if (!this.#mayChange(lower, "")) return;
      if (this.#guard === "request-no-cors" && !isNoCorsName(lower)) return;
      remove(list, lower);
    }
    /** @param {string} name */
    get(name) {
      const list = this.#list;
      requireArguments(arguments.length, 1, "Headers.get");
      return get(list, toLowerCase(checkedName(name)));
    }
    getSetCookie() {
      const list = this.#list;
      /** @type {string[]} */
      const found = [];
      for (let i = 0; i < list.lower.length; i++) {
        if (list.lower[i] === "set-cookie") put(found, found.length, list.values[i]);
      }
      return found;
    }
    /** @param {string} name */
    has(name) {
      const list = this.#list;
      requireArguments(arguments.length, 1, "Headers.has");
      return has(list, toLowerCase(checkedName(name)));
    }
    /** @param {string} name @param {string} value */
    set(name, value) {
      const list = this.#list;
      requireArguments(arguments.length, 2, "Headers.set");
      const text = checkedName(name);
      this.#change(list, text, checkedValue(toByteText(value, "a header value")), false);
    }

    /** @param {HeaderList} list @param {string} name @param {string} value @param {boolean} adds */
    #change(list, name, value, adds) {
      const lower = toLowerCase(name);
      if (!this.#mayChange(lower, value)) return;
      if (this.#guard === "request-no-cors") {
        const old = adds ? get(list, lower) : null;
        if (!isNoCorsSafe(lower, old === null ? value : `${old}, ${value}`)) return;
      }
      if (adds) append(list, name, value);
      else set(list, name, value);
    }
    /** § 5.1 validate. @param {string} lower @param {string} value */
    #mayChange(lower, value) {
      if (this.#guard === "immutable") throw new TypeErrorCtor("these headers cannot be changed");
      if (this.#guard === "request" || this.#guard === "request-no-cors") {
        return !SetPrototypeHas(forbidden, lower) && !isMethodOverride(lower, value);
      }
      return true;
    }
  }
  /** @param {string} lower */
  const isNoCorsName = (lower) =>
    lower === "accept" || lower === "accept-language" || lower === "content-language" ||
    lower === "content-type";
  /** § 2.2.2 forbidden request-header: methods in disguise. */
  /** @param {string} lower @param {string} value */
  const isMethodOverride = (lower, value) =>
    (lower === "x-http-method" || lower === "x-http-method-override" ||
      lower === "x-method-override") &&
    test(/(?:^|,)[\t ]*(?:connect|trace|track)[\t ]*(?:,|$)/i, value);

  const entries = idl.makePairIterable(Headers, "Headers", (self) => sorted(listOf(self)));
  idl.finishInterface(Headers, "Headers");
  const appendTo = uncurryThis(Headers.prototype.append);

  /** § 5.1 fill, from HeadersInit. @param {any} headers @param {any} init */
  function fill(headers, init) {
    if (!isObject(init)) {
      throw new TypeErrorCtor("headers are made from an object, a sequence of pairs, or Headers");
    }
    const method = ReflectGet(init, SymbolIterator);
    if (method === entries && isHeaders(init)) {
      const pairs = sorted(listOf(init));
      for (let i = 0; i < pairs.length; i++) appendTo(headers, pairs[i][0], pairs[i][1]);
      return;
    }
    if (method !== undefined && method !== null) {
      const pairs = toSequence(init, method, (pair) => {
        if (!isObject(pair)) throw new TypeErrorCtor("a header is a pair of name and value");
        return toSequence(
          pair,
          ReflectGet(pair, SymbolIterator),
          (part) => toByteText(part, "a header"),
        );
      });
      for (let i = 0; i < pairs.length; i++) {
        if (pairs[i].length !== 2) {
          throw new TypeErrorCtor("a header is a pair of name and value");
        }
        appendTo(headers, pairs[i][0], pairs[i][1]);
      }
      return;
    }
    // record<ByteString, ByteString>, Web IDL § 3.2.23
    /** @type {Map<string, number>} */
    const known = new MapCtor();
    /** @type {string[][]} */
    const pairs = [];
    const keys = ReflectOwnKeys(init);
    for (let i = 0; i < keys.length; i++) {
      const descriptor = ReflectGetOwnPropertyDescriptor(init, keys[i]);
      if (descriptor === undefined || descriptor.enumerable !== true) continue;
      const name = toByteText(keys[i], "a header name");
      const value = toByteText(ReflectGet(init, keys[i]), "a header value");
      const at = MapPrototypeGet(known, name);
      if (at !== undefined) {
        pairs[at][1] = value;
      } else {
        MapPrototypeSet(known, name, pairs.length);
        put(pairs, pairs.length, [name, value]);
      }
    }
    for (let i = 0; i < pairs.length; i++) appendTo(headers, pairs[i][0], pairs[i][1]);
  }

  registerEncoder(Headers.prototype, (value, encoder) => {
    if (!isHeaders(value)) return undefined;
    const pairs = sorted(listOf(value));
    /** @type {any[]} */
    const out = [];
    for (let i = 0; i < pairs.length; i++) put(out, i, [pairs[i][0], pairs[i][1]]);
    return encoder.open(value, ["H", out]);
  });
  registerDecoder("H", (data, decoder) => {
    const headers = decoder.open(new Headers());
    for (let i = 0; i < data[1].length; i++) appendTo(headers, data[1][i][0], data[1][i][1]);
    return headers;
  });
  idl.exposeClass("Headers", Headers);
  atoll.showPairs(Headers);

  return {
    Headers,
    append,
    checkedName,
    copy,
    exec,
    fill,
    fromWire,
    get,
    has,
    isHeaders,
    join,
    listOf,
    newList,
    remove,
    set,
    setGuard,
    toWire,
    wrap,
  };
}
