/**
 * The class `Response` of the Fetch Standard, section 5.5.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("./webidl.js").WebIdl} WebIdl */
/** @typedef {import("./headers.js").HeadersParts} HeadersParts */
/** @typedef {import("./headers.js").HeaderList} HeaderList */
/** @typedef {import("./body.js").Bodies} Bodies */
/** @typedef {import("./body.js").InnerBody} InnerBody */
/**
 * @typedef {object} InnerResponse
 * @property {string} type
 * @property {string} url
 * @property {boolean} redirected
 * @property {number} status
 * @property {string} statusText
 * @property {HeaderList} list
 * @property {InnerBody | null} body
 * @property {any} webSocket
 */
/** @typedef {ReturnType<typeof createResponses>} Responses */

/**
 * @param {Atoll} atoll
 * @param {WebIdl} idl
 * @param {HeadersParts} parts
 * @param {Bodies} bodies
 * @param {import("./request.js").Requests} requests
 */
export function createResponses(atoll, idl, parts, bodies, requests) {
  const {
    JSONStringify,
    RangeErrorCtor,
    ReflectGet,
    StringPrototypeIndexOf,
    StringPrototypeSlice,
    TypeErrorCtor,
    uncurryThis,
  } = atoll.primordials;
  const { isObject, test } = idl;
  const appendTo = uncurryThis(parts.Headers.prototype.append);
  /** § 3.2.4 unsigned short. @param {any} value */
  const toStatus = (value) => {
    const number = +value;
    return number !== number || number === Infinity || number === -Infinity
      ? 0
      : atoll.primordials.MathTrunc(number) & 0xffff;
  };

  /** @returns {InnerResponse} */
  const newInner = () => /** @type {any} */ ({
    __proto__: /** @type {any} */ (null),
    type: "default",
    url: "",
    redirected: false,
    status: 200,
    statusText: "",
    list: parts.newList(),
    body: null,
    webSocket: null,
  });
  /** @param {number} status */
  const isNullBody = (status) =>
    status === 101 || status === 103 || status === 204 || status === 205 || status === 304;
  /** @param {any} init */
  function readInit(init) {
    const dictionary = idl.toDictionary(init, "the second argument of Response");
    if (dictionary === undefined) return noInit;
    const headers = ReflectGet(dictionary, "headers");
    const status = ReflectGet(dictionary, "status");
    const statusText = ReflectGet(dictionary, "statusText");
    const webSocket = ReflectGet(dictionary, "webSocket");
    return {
      headers,
      status: status === undefined ? 200 : toStatus(status),
      statusText: statusText === undefined ? "" : idl.toByteText(statusText, "'statusText'"),
      webSocket: webSocket ?? null,
    };
  }
  const noInit = { headers: undefined, status: 200, statusText: "", webSocket: null };

  /** @type {(response: any) => InnerResponse} */
  let innerOf;
  /** @type {(inner: InnerResponse, guard: import("./headers.js").Guard) => any} */
  let wrap;
  /** @type {(value: any) => boolean} */
  let isResponse;
  /** @type {InnerResponse | null} */
  let given = null;

  class Response {
    /** @type {InnerResponse} */ #inner;
    /** @type {any} */ #headers = null;
    /** @type {import("./headers.js").Guard} */ #guard = "response";

    static {
      innerOf = (response) => response.#inner;
      wrap = (inner, guard) => {
        given = inner;
        const response = new Response();
        response.#guard = guard;
        return response;
      };
      isResponse = (value) => isObject(value) && #inner in value;
    }

    /** @param {any} [body] @param {any} [init] */
    constructor(body = null, init = undefined) {
      if (given !== null) {
        this.#inner = given;
        given = null;
        return;
      }
      this.#inner = newInner();
      const members = readInit(init);
      initialize(
        this,
        members,
        body === null || body === undefined ? null : bodies.extract(body, false),
      );
    }

    static error() {
      const inner = newInner();
      inner.type = "error";
      inner.status = 0;
      return wrap(inner, "immutable");
    }
    /** @param {any} url @param {any} [status] */
    static redirect(url, status = 302) {
      idl.requireArguments(arguments.length, 1, "Response.redirect");
      const parsed = requests.parseUrl(idl.toUsvText(url));
      const code = toStatus(status);
      if (code !== 301 && code !== 302 && code !== 303 && code !== 307 && code !== 308) {
        throw new RangeErrorCtor(`${code} is not the status of a redirect`);
      }
      const inner = newInner();
      inner.status = code;
      parts.append(inner.list, "Location", requests.hrefOf(parsed));
      return wrap(inner, "immutable");
    }
    /** @param {any} data @param {any} [init] */
    static json(data, init = undefined) {
      idl.requireArguments(arguments.length, 1, "Response.json");
      const text = JSONStringify(data);
      if (text === undefined) throw new TypeErrorCtor("the value is not JSON serializable");
      const body = bodies.bodyOfText(idl.toUsvText(text));
      const response = wrap(newInner(), "response");
      initialize(response, readInit(init), { body, type: "application/json" });
      return response;
    }

    get type() {
      return this.#inner.type;
    }
    get url() {
      const { url } = this.#inner;
      const hash = StringPrototypeIndexOf(url, "#");
      return hash < 0 ? url : StringPrototypeSlice(url, 0, hash);
    }
    get redirected() {
      return this.#inner.redirected;
    }
    get status() {
      return this.#inner.status;
    }
    get ok() {
      const { status } = this.#inner;
      return status >= 200 && status <= 299;
    }
    get statusText() {
      return this.#inner.statusText;
    }
    get headers() {
      const inner = this.#inner;
      this.#headers ??= parts.wrap(inner.list, this.#guard);
      return this.#headers;
    }
    /** The socket of a response with status 101, as Cloudflare Workers have it. */
    get webSocket() {
      return this.#inner.webSocket;
    }

    clone() {
      const inner = this.#inner;
      if (inner.webSocket !== null) throw new TypeErrorCtor("a WebSocket cannot be cloned");
      if (inner.body !== null && bodies.isUnusable(inner.body)) {
        throw new TypeErrorCtor("the body of the response is locked or has been read already");
      }
      const copy = newInner();
      copy.type = inner.type;
      copy.url = inner.url;
      copy.redirected = inner.redirected;
      copy.status = inner.status;
      copy.statusText = inner.statusText;
      copy.list = parts.copy(inner.list);
      if (inner.body !== null) copy.body = bodies.cloneBody(inner.body);
      return wrap(copy, this.#guard);
    }
  }

  /**
   * § 5.5 initialize a response.
   * @param {any} response
   * @param {{ headers: any, status: number, statusText: string, webSocket: any }} init
   * @param {{ body: InnerBody, type: string | null } | null} extracted
   */
  function initialize(response, init, extracted) {
    const inner = innerOf(response);
    const isUpgrade = init.status === 101 && init.webSocket !== null;
    if ((init.status < 200 || init.status > 599) && !isUpgrade) {
      throw new RangeErrorCtor(`the status ${init.status} is not in the range of 200 to 599`);
    }
    if (!test(REASON_PHRASE, init.statusText)) {
      throw new TypeErrorCtor(`'${init.statusText}' is not a valid status text`);
    }
    inner.status = init.status;
    inner.statusText = init.statusText;
    if (isUpgrade) inner.webSocket = init.webSocket;
    if (init.headers !== undefined) parts.fill(headersOf(response), init.headers);
    if (extracted === null) return;
    if (isNullBody(inner.status)) {
      throw new TypeErrorCtor(`a response with status ${inner.status} cannot have a body`);
    }
    inner.body = extracted.body;
    if (extracted.type !== null && !parts.has(inner.list, "content-type")) {
      appendTo(headersOf(response), "Content-Type", extracted.type);
    }
  }

  atoll.registerEncoder(Response.prototype, (value, encoder, depth) => {
    if (!isResponse(value)) return undefined;
    const inner = innerOf(value);
    if (inner.status < 200) {
      throw new TypeErrorCtor(`a Response with status ${inner.status} stays in the isolate`);
    }
    const headers = parts.toWire(inner.list, Infinity);
    const url = isAscii(inner.url) ? inner.url : "";
    const data = ["P", inner.status, inner.statusText, headers, url, null];
    const node = encoder.open(value, data);
    data[5] = encoder.walk(bodies.toMarshal(inner.body), depth + 1);
    return node;
  });
  atoll.registerDecoder("P", (data, decoder) => {
    const inner = newInner();
    inner.status = data[1];
    inner.statusText = decoder.walk(data[2]);
    inner.list = parts.fromWire(data[3]);
    inner.url = data[4];
    inner.body = bodies.fromMarshal(decoder.walk(data[5]));
    return decoder.open(wrap(inner, "response"));
  });
  /** @param {string} text */
  const isAscii = (text) => test(/^[!-~]*$/, text);

  bodies.mixBody(Response, (self) => innerOf(self));
  idl.finishInterface(Response, "Response");
  idl.exposeClass("Response", Response);
  atoll.showAttributes(Response, ["url", "status", "statusText", "headers", "bodyUsed"]);
  const headersOf = atoll.primordials.uncurryGetter(Response.prototype, "headers");

  return { Response, innerOf, isNullBody, isResponse, newInner, wrap };
}

const REASON_PHRASE = /^[\t\x20-\x7e\x80-\xff]*$/;
