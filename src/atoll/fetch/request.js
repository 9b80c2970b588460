/**
 * The class `Request` of the Fetch Standard, section 5.4.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("./webidl.js").WebIdl} WebIdl */
/** @typedef {import("./headers.js").HeadersParts} HeadersParts */
/** @typedef {import("./headers.js").HeaderList} HeaderList */
/** @typedef {import("./body.js").Bodies} Bodies */
/** @typedef {import("./body.js").InnerBody} InnerBody */
/**
 * @typedef {object} InnerRequest
 * @property {string} method
 * @property {string} url without a fragment in what is sent, with it here
 * @property {HeaderList} list
 * @property {InnerBody | null} body
 * @property {boolean} hasSource whether the body can be sent again after a redirect
 * @property {string} referrer
 * @property {string} referrerPolicy
 * @property {string} mode
 * @property {string} credentials
 * @property {string} cache
 * @property {string} redirect
 * @property {string} integrity
 * @property {boolean} keepalive
 * @property {any} blob what a blob URL stood for when the request was made
 */
/** @typedef {ReturnType<typeof createRequests>} Requests */

/**
 * @param {Atoll} atoll
 * @param {WebIdl} idl
 * @param {HeadersParts} parts
 * @param {Bodies} bodies
 * @param {(url: string) => any} blobOf what a blob URL stands for
 */
export function createRequests(atoll, idl, parts, bodies, blobOf) {
  const {
    ReflectGet,
    ReflectGetOwnPropertyDescriptor,
    StringPrototypeStartsWith,
    TypeErrorCtor,
    uncurryGetter,
    uncurryThis,
  } = atoll.primordials;
  const { inherits, isObject, test, toEnum, toUpperCase } = idl;
  const URLCtor = URL;
  const hrefOf = uncurryGetter(URL.prototype, "href");
  const usernameOf = uncurryGetter(URL.prototype, "username");
  const passwordOf = uncurryGetter(URL.prototype, "password");
  const AbortControllerCtor = AbortController;
  const controllerSignal = uncurryGetter(AbortController.prototype, "signal");
  const abortController = uncurryThis(AbortController.prototype.abort);
  const AbortSignalPrototype = AbortSignal.prototype;
  const isAborted = uncurryGetter(AbortSignalPrototype, "aborted");
  const abortReason = uncurryGetter(AbortSignalPrototype, "reason");
  const AbortSignalCtor = AbortSignal;
  const anySignal = uncurryThis(AbortSignal.any);

  /** What relative URLs are relative to, where the owner has defined a `location`. */
  function baseUrl() {
    const descriptor = ReflectGetOwnPropertyDescriptor(globalThis, "location");
    if (descriptor === undefined) return undefined;
    try {
      const base = ReflectGet(ReflectGet(globalThis, "location"), "href");
      return typeof base === "string" ? base : undefined;
    } catch {
      return undefined;
    }
  }
  /** @param {string} text @returns {any} a URL */
  function parseUrl(text) {
    const url = parseOrNull(text);
    if (url === null) throw new TypeErrorCtor(`'${text}' is not a valid absolute URL`);
    return url;
  }
  /** @param {string} text @returns {any} a URL, or null */
  function parseOrNull(text) {
    try {
      return new URLCtor(text);
    } catch {
      const base = baseUrl();
      try {
        return base === undefined ? null : new URLCtor(text, base);
      } catch {
        return null;
      }
    }
  }

  /** @param {string} method @returns {string} § 2.2.1 validated and normalized */
  function checkedMethod(method) {
    if (!test(METHOD, method)) throw new TypeErrorCtor(`'${method}' is not a valid method`);
    const upper = toUpperCase(method);
    if (upper === "CONNECT" || upper === "TRACE" || upper === "TRACK") {
      throw new TypeErrorCtor(`the method ${upper} is forbidden`);
    }
    switch (upper) {
      case "DELETE":
      case "GET":
      case "HEAD":
      case "OPTIONS":
      case "POST":
      case "PUT":
        return upper;
    }
    return method;
  }

  /** @param {string} method @param {string} url @param {HeaderList} list @param {InnerBody | null} body @returns {InnerRequest} */
  const newInner = (method, url, list, body) => /** @type {any} */ ({
    __proto__: /** @type {any} */ (null),
    method,
    url,
    list,
    body,
    hasSource: true,
    referrer: "client",
    referrerPolicy: "",
    mode: "cors",
    credentials: "same-origin",
    cache: "default",
    redirect: "follow",
    integrity: "",
    keepalive: false,
    blob: null,
  });

  /** The members of a RequestInit in the order in which Web IDL reads them. */
  /** @param {any} init */
  function readInit(init) {
    const dictionary = idl.toDictionary(init, "the second argument of Request");
    /** @type {any} */
    const members = { __proto__: null, isEmpty: true };
    if (dictionary === undefined) return members;
    for (let i = 0; i < MEMBERS.length; i++) {
      const value = ReflectGet(dictionary, MEMBERS[i]);
      if (value === undefined) continue;
      members.isEmpty = false;
      members[MEMBERS[i]] = convertMember(MEMBERS[i], value);
    }
    return members;
  }
  /** @param {string} name @param {any} value */
  function convertMember(name, value) {
    switch (name) {
      case "body":
      case "headers":
      case "window":
        return value;
      case "signal":
        if (value !== null && !isSignal(value)) {
          throw new TypeErrorCtor("Request: 'signal' is not an AbortSignal");
        }
        return value;
      case "keepalive":
        return !!value;
      case "method":
        return idl.toByteText(value, "Request: 'method'");
      case "integrity":
        return idl.toText(value);
      case "referrer":
        return idl.toUsvText(value);
      default:
        return toEnum(value, ENUMS[name], `Request: '${name}'`);
    }
  }
  /** @param {any} value */
  function isSignal(value) {
    if (!inherits(value, AbortSignalPrototype)) return false;
    try {
      isAborted(value);
      return true;
    } catch {
      return false;
    }
  }

  /** @type {(request: any) => InnerRequest} */
  let innerOf;
  /** @type {(request: any) => any} the signal that it was made with, or null */
  let sourceSignalOf;
  /** @type {(inner: InnerRequest, guard: import("./headers.js").Guard, signal: any) => any} */
  let wrap;
  /** @type {(value: any) => boolean} */
  let isRequest;
  /** @type {InnerRequest | null} what the constructor has to take over */
  let given = null;

  class Request {
    /** @type {InnerRequest} */ #inner;
    /** @type {any} */ #headers = null;
    /** @type {import("./headers.js").Guard} */ #guard = "request";
    /** The signal it follows: one, a function that gives one, or null. @type {any} */
    #source = null;
    /** @type {any} */ #signal = null;

    static {
      innerOf = (request) => request.#inner;
      sourceSignalOf = (request) => {
        if (request.#signal !== null) return request.#signal;
        if (typeof request.#source === "function") return request.signal;
        return request.#source;
      };
      wrap = (inner, guard, signal) => {
        given = inner;
        const request = new Request(/** @type {any} */ (undefined));
        request.#guard = guard;
        request.#source = signal;
        return request;
      };
      isRequest = (value) => isObject(value) && #inner in value;
    }

    /** @param {any} input @param {any} [init] */
    constructor(input, init = undefined) {
      if (given !== null) {
        this.#inner = given;
        given = null;
        return;
      }
      idl.requireArguments(arguments.length, 1, "Request");
      const from = isRequest(input) ? innerOf(input) : null;
      const text = from === null ? idl.toUsvText(input) : "";
      const members = readInit(init);
      this.#inner = from === null ? innerOfUrl(text) : copyInner(from);
      const inner = this.#inner;
      this.#source = from === null ? null : sourceSignalOf(input);
      applyInit(inner, members);
      if (members.signal !== undefined) this.#source = members.signal;
      if (inner.mode === "no-cors") {
        if (inner.method !== "GET" && inner.method !== "HEAD" && inner.method !== "POST") {
          throw new TypeErrorCtor(`the method ${inner.method} is not allowed in mode no-cors`);
        }
        this.#guard = "request-no-cors";
      }
      // § 5.4 steps 32 to 34: headers go through the guard, a copy of the input's included.
      if (!members.isEmpty) {
        const old = inner.list;
        inner.list = parts.newList();
        const headers = this.headers;
        if (members.headers !== undefined) parts.fill(headers, members.headers);
        else {for (let i = 0; i < old.lower.length; i++) {
            appendTo(headers, old.names[i], old.values[i]);
          }}
      } else if (from !== null && inner.list.lower.length > 0) {
        const old = inner.list;
        inner.list = parts.newList();
        const headers = this.headers;
        for (let i = 0; i < old.lower.length; i++) appendTo(headers, old.names[i], old.values[i]);
      }
      this.#setBody(members, from);
    }

    /** § 5.4 steps 35 to 42. @param {any} members @param {InnerRequest | null} from */
    #setBody(members, from) {
      const inner = this.#inner;
      const hasInit = members.body !== undefined && members.body !== null;
      const old = from === null ? null : from.body;
      if ((hasInit || old !== null) && (inner.method === "GET" || inner.method === "HEAD")) {
        throw new TypeErrorCtor(`a request with method ${inner.method} cannot have a body`);
      }
      if (hasInit) {
        const { body, type } = bodies.extract(members.body, inner.keepalive);
        if (body.stream !== null) {
          if (members.duplex === undefined) {
            throw new TypeErrorCtor("a request whose body is a stream needs duplex: 'half'");
          }
          if (inner.mode !== "cors" && inner.mode !== "same-origin") {
            throw new TypeErrorCtor("a stream as body needs mode 'cors' or 'same-origin'");
          }
          inner.hasSource = false;
        } else {
          inner.hasSource = true;
        }
        inner.body = body;
        if (type !== null && !parts.has(inner.list, "content-type")) {
          appendTo(this.headers, "Content-Type", type);
        }
        return;
      }
      if (old === null) return;
      if (bodies.isUnusable(old)) {
        throw new TypeErrorCtor("the body of the request is locked or has been read already");
      }
      inner.body = bodies.takeBody(old);
    }

    get method() {
      return this.#inner.method;
    }
    get url() {
      return this.#inner.url;
    }
    get headers() {
      const inner = this.#inner;
      this.#headers ??= parts.wrap(inner.list, this.#guard);
      return this.#headers;
    }
    get destination() {
      this.#inner;
      return "";
    }
    get referrer() {
      const { referrer } = this.#inner;
      if (referrer === "no-referrer") return "";
      return referrer === "client" ? "about:client" : referrer;
    }
    get referrerPolicy() {
      return this.#inner.referrerPolicy;
    }
    get mode() {
      return this.#inner.mode;
    }
    get credentials() {
      return this.#inner.credentials;
    }
    get cache() {
      return this.#inner.cache;
    }
    get redirect() {
      return this.#inner.redirect;
    }
    get integrity() {
      return this.#inner.integrity;
    }
    get keepalive() {
      return this.#inner.keepalive;
    }
    get isReloadNavigation() {
      this.#inner;
      return false;
    }
    get isHistoryNavigation() {
      this.#inner;
      return false;
    }
    get signal() {
      this.#inner;
      if (this.#signal === null) {
        const source = this.#source;
        if (source === null) this.#signal = controllerSignal(new AbortControllerCtor());
        else if (typeof source === "function") this.#signal = source();
        else this.#signal = follow(source);
      }
      return this.#signal;
    }
    get duplex() {
      this.#inner;
      return "half";
    }

    clone() {
      const inner = this.#inner;
      if (inner.body !== null && bodies.isUnusable(inner.body)) {
        throw new TypeErrorCtor("the body of the request is locked or has been read already");
      }
      const copy = copyInner(inner);
      if (inner.body !== null) copy.body = bodies.cloneBody(inner.body);
      // The original's signal is followed as well once it has been given out.
      return wrap(copy, this.#guard, sourceSignalOf(this) ?? null);
    }
  }

  /** @param {any} source */
  function follow(source) {
    if (isAborted(source)) {
      const controller = new AbortControllerCtor();
      abortController(controller, abortReason(source));
      return controllerSignal(controller);
    }
    return anySignal(AbortSignalCtor, [source]);
  }

  /** @param {string} text @returns {InnerRequest} */
  function innerOfUrl(text) {
    const url = parseUrl(text);
    if (usernameOf(url) !== "" || passwordOf(url) !== "") {
      throw new TypeErrorCtor(`'${text}' has credentials in it`);
    }
    const href = hrefOf(url);
    const inner = newInner("GET", href, parts.newList(), null);
    if (StringPrototypeStartsWith(href, "blob:")) inner.blob = blobOf(href) ?? null;
    return inner;
  }
  /** @param {InnerRequest} from */
  function copyInner(from) {
    const inner = newInner(from.method, from.url, parts.copy(from.list), null);
    inner.hasSource = from.hasSource;
    inner.referrer = from.referrer;
    inner.referrerPolicy = from.referrerPolicy;
    inner.mode = from.mode;
    inner.credentials = from.credentials;
    inner.cache = from.cache;
    inner.redirect = from.redirect;
    inner.integrity = from.integrity;
    inner.keepalive = from.keepalive;
    inner.blob = from.blob;
    return inner;
  }

  /** § 5.4 steps 12 to 29. @param {InnerRequest} inner @param {any} members */
  function applyInit(inner, members) {
    if (members.window !== undefined && members.window !== null) {
      throw new TypeErrorCtor("Request: 'window' can only be null");
    }
    if (!members.isEmpty) {
      inner.referrer = "client";
      inner.referrerPolicy = "";
    }
    if (members.referrer !== undefined) inner.referrer = checkedReferrer(members.referrer);
    if (members.referrerPolicy !== undefined) inner.referrerPolicy = members.referrerPolicy;
    if (members.mode === "navigate") throw new TypeErrorCtor("the mode 'navigate' is not for code");
    if (members.mode !== undefined) inner.mode = members.mode;
    if (members.credentials !== undefined) inner.credentials = members.credentials;
    if (members.cache !== undefined) inner.cache = members.cache;
    if (inner.cache === "only-if-cached" && inner.mode !== "same-origin") {
      throw new TypeErrorCtor("the cache mode 'only-if-cached' needs the mode 'same-origin'");
    }
    if (members.redirect !== undefined) inner.redirect = members.redirect;
    if (members.integrity !== undefined) inner.integrity = members.integrity;
    if (members.keepalive !== undefined) inner.keepalive = members.keepalive;
    if (members.method !== undefined) inner.method = checkedMethod(members.method);
  }
  /** § 5.4 step 14. @param {string} text */
  function checkedReferrer(text) {
    if (text === "") return "no-referrer";
    let url;
    try {
      url = parseUrl(text);
    } catch {
      throw new TypeErrorCtor(`'${text}' is not a valid referrer`);
    }
    const href = hrefOf(url);
    if (href === "about:client") return "client";
    const base = baseUrl();
    // A referrer of another origin is not told; without a location there is no own one.
    return base !== undefined && originOf(new URLCtor(base)) === originOf(url) ? href : "client";
  }
  const originOf = uncurryGetter(URL.prototype, "origin");

  atoll.registerEncoder(Request.prototype, (value, encoder, depth) => {
    if (!isRequest(value)) return undefined;
    const inner = innerOf(value);
    const headers = parts.toWire(inner.list, Infinity);
    const data = ["Q", inner.method, inner.url, headers, null];
    const node = encoder.open(value, data);
    data[4] = encoder.walk(bodies.toMarshal(inner.body), depth + 1);
    return node;
  });
  atoll.registerDecoder("Q", (data, decoder) => {
    const href = hrefOf(parseUrl(data[2]));
    const body = bodies.fromMarshal(decoder.walk(data[4]));
    return decoder.open(
      wrap(newInner(data[1], href, parts.fromWire(data[3]), body), "request", null),
    );
  });

  bodies.mixBody(Request, (self) => innerOf(self));
  idl.finishInterface(Request, "Request");
  idl.exposeClass("Request", Request);
  atoll.showAttributes(Request, ["method", "url", "headers", "bodyUsed"]);
  const appendTo = uncurryThis(parts.Headers.prototype.append);

  return {
    Request,
    abortReason,
    baseUrl,
    checkedMethod,
    hrefOf,
    innerOf,
    isAborted,
    isRequest,
    newInner,
    originOf,
    parseOrNull,
    parseUrl,
    sourceSignalOf,
    wrap,
  };
}

const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const MEMBERS = [
  "body",
  "cache",
  "credentials",
  "duplex",
  "headers",
  "integrity",
  "keepalive",
  "method",
  "mode",
  "priority",
  "redirect",
  "referrer",
  "referrerPolicy",
  "signal",
  "window",
];
/** @type {Record<string, string[]>} */
const ENUMS = {
  cache: ["default", "no-store", "reload", "no-cache", "force-cache", "only-if-cached"],
  credentials: ["omit", "same-origin", "include"],
  duplex: ["half"],
  mode: ["navigate", "same-origin", "no-cors", "cors"],
  priority: ["high", "low", "auto"],
  redirect: ["follow", "error", "manual"],
  referrerPolicy: [
    "",
    "no-referrer",
    "no-referrer-when-downgrade",
    "same-origin",
    "origin",
    "strict-origin",
    "origin-when-cross-origin",
    "strict-origin-when-cross-origin",
    "unsafe-url",
  ],
};
