/**
 * `fetch`: section 5.6 of the Fetch Standard, and as much of section 4 as is not the network's. What
 * leaves the isolate is one message for each request, a step of a redirect included, and the owner
 * decides about each.
 */

import { createIntegrity } from "./integrity.js";
import { createLocalSchemes } from "./local_schemes.js";

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("./webidl.js").WebIdl} WebIdl */
/** @typedef {import("./request.js").InnerRequest} InnerRequest */
/** @typedef {import("./response.js").InnerResponse} InnerResponse */
/** @typedef {{ running: number, waiting: any[], first: number }} Queue */
/** @typedef {ReturnType<typeof createFetch>} FetchParts */

const NOT_ALLOWED = "fetch is not allowed here: the owner of this isolate gave no handler for " +
  "requests (Fetch(handler))";

/**
 * @param {Atoll} atoll
 * @param {WebIdl} idl
 * @param {import("./forms.js").Forms} forms
 * @param {import("./headers.js").HeadersParts} parts
 * @param {import("./body.js").Bodies} bodies
 * @param {import("./request.js").Requests} requests
 * @param {import("./response.js").Responses} responses
 * @param {{ allowed: boolean, fetch: any, maxConcurrent: number, maxRedirects: number, maxHeaders: number, opaqueRedirects: boolean }} options
 */
export function createFetch(atoll, idl, forms, parts, bodies, requests, responses, options) {
  const {
    FinalizationRegistryCtor,
    FinalizationRegistryPrototypeRegister,
    PromiseCtor,
    PromisePrototypeThen,
    PromiseResolve,
    StringPrototypeIndexOf,
    StringPrototypeSlice,
    Uint8ArrayCtor,
    WeakRefCtor,
    WeakRefPrototypeDeref,
    put,
    uncurryGetter,
    uncurryThis,
  } = atoll.primordials;
  const { replaceEach } = idl;
  const TypeErrorCtor = /** @type {any} */ (atoll.primordials.TypeErrorCtor);
  const URLCtor = URL;
  const protocolOf = uncurryGetter(URL.prototype, "protocol");
  const hashOf = uncurryGetter(URL.prototype, "hash");
  const setHash = uncurryThis(
    /** @type {any} */ (Object.getOwnPropertyDescriptor(URL.prototype, "hash")).set,
  );
  const usernameOf = uncurryGetter(URL.prototype, "username");
  const passwordOf = uncurryGetter(URL.prototype, "password");
  const nameOfException = uncurryGetter(DOMException.prototype, "name");
  const DOMExceptionCtor = DOMException;
  const charCodeAt = atoll.primordials.StringPrototypeCharCodeAt;
  const { isAborted, abortReason } = requests;

  /** @param {string} message @param {any} [cause] */
  const networkError = (message, cause = undefined) =>
    cause === undefined
      ? new TypeErrorCtor(message)
      : new TypeErrorCtor(message, { __proto__: null, cause });

  const integrity = createIntegrity(atoll, idl, forms);
  const local = createLocalSchemes(
    atoll,
    idl,
    forms,
    parts,
    bodies,
    requests,
    responses,
    networkError,
  );

  // The window of requests that are with the host

  let running = 0;
  /** @type {(() => void)[]} */
  let waiting = [];
  let first = 0;
  /** Room for a request, now or later; `left` gives it back. @returns {Promise<void>} */
  function enter() {
    if (running < options.maxConcurrent) {
      running++;
      return PromiseResolve();
    }
    return new PromiseCtor((resolve) => put(waiting, waiting.length, resolve));
  }
  function leave() {
    if (first === waiting.length) {
      running--;
      return;
    }
    const next = waiting[first];
    // @ts-ignore: the slot is never read again
    waiting[first++] = undefined;
    if (first === waiting.length) {
      waiting = [];
      first = 0;
    }
    next(); // takes the room over
  }

  /**
   * What the host said went wrong. § 5.6: a network error is a TypeError.
   * @param {any} error
   */
  function asNetworkError(error) {
    try {
      if (nameOfException(error) === "AbortError") return error;
    } catch {
      // no DOMException
    }
    if (typeof error === "object" && error !== null && error.name === "AbortError") {
      return new DOMExceptionCtor("the request was cancelled", "AbortError");
    }
    let message = "fetch failed";
    try {
      message = error.name === "NetworkError"
        ? `${error.message}`
        : `fetch failed: ${error.message}`;
    } catch {
      // something without a message
    }
    return networkError(message, error);
  }

  /**
   * § 5.6. @param {any} input @param {any} init
   * @returns {Promise<any>}
   */
  function fetch(input, init) {
    return new PromiseCtor((resolve, reject) => {
      const request = new requests.Request(input, init);
      const inner = requests.innerOf(request);
      const signal = requests.sourceSignalOf(request);
      if (signal !== null && isAborted(signal)) {
        bodies.cancelBody(inner.body, abortReason(signal));
        reject(abortReason(signal));
        return;
      }
      /** @type {Exchange} */
      const exchange = { signal, aborted: false, verifying: null, cancelSent: bodies.ignore };
      const listener = signal === null ? null : listen(exchange, inner, reject);
      PromisePrototypeThen(
        mainFetch(inner, exchange),
        (/** @type {InnerResponse} */ response) => {
          if (exchange.aborted) {
            bodies.cancelBody(response.body, undefined);
            return;
          }
          listener?.received(response.body);
          resolve(responses.wrap(response, "immutable"));
        },
        (/** @type {any} */ error) => {
          listener?.received(null);
          bodies.cancelBody(inner.body, error);
          exchange.cancelSent(error);
          reject(error);
        },
      );
    });
  }

  /**
   * @typedef {object} Exchange
   * @property {any} signal
   * @property {boolean} aborted
   * @property {any} verifying the response's body, while it is read for its integrity
   * @property {(reason: any) => void} cancelSent gives up the request's body while it is sent
   */

  /** Stops listening when nobody has the response's body any more. */
  const registry = new FinalizationRegistryCtor((/** @type {() => void} */ stop) => stop());

  /**
   * § 5.6 step 11, "abort the fetch() call".
   * @param {Exchange} exchange
   * @param {InnerRequest} inner
   * @param {(reason: any) => void} reject
   */
  function listen(exchange, inner, reject) {
    const { signal } = exchange;
    // Once the response is there, the listener must not keep its body from being collected.
    /** @type {WeakRef<any> | null} */
    let weak = null;
    /** @type {(() => void) | null} */
    let abortRequest = () => {
      const reason = abortReason(signal);
      exchange.aborted = true;
      reject(reason);
      bodies.cancelBody(inner.body, reason);
      bodies.failBody(exchange.verifying, reason);
    };
    const aborted = () => {
      abortRequest?.();
      exchange.cancelSent(abortReason(signal)); // it may be sent still, with a response there
      const body = weak === null ? undefined : WeakRefPrototypeDeref(weak);
      if (body !== undefined) bodies.failBody(body, abortReason(signal));
    };
    const stop = atoll.onceAborted(signal, aborted);
    return {
      /** @param {any} body of the response, or null */
      received: (body) => {
        abortRequest = null;
        if (body === null) return stop();
        weak = new WeakRefCtor(body);
        FinalizationRegistryPrototypeRegister(registry, body, stop);
      },
    };
  }

  /** § 4.1 main fetch. @param {InnerRequest} inner @param {Exchange} exchange @returns {Promise<InnerResponse>} */
  function mainFetch(inner, exchange) {
    const url = new URLCtor(inner.url);
    const protocol = protocolOf(url);
    if (!local.isLocal(protocol) && !isOfOwnOrigin(url)) {
      if (inner.mode === "same-origin") {
        return bodies.rejected(
          networkError("mode 'same-origin', and the URL is of another origin"),
        );
      }
      if (inner.mode === "no-cors" && inner.redirect !== "follow" && options.opaqueRedirects) {
        return bodies.rejected(networkError("mode 'no-cors' follows redirects to other origins"));
      }
    }
    const answered = schemeFetch(inner, exchange, url, protocol);
    return inner.integrity === "" ? answered : PromisePrototypeThen(
      answered,
      (/** @type {InnerResponse} */ response) => verified(inner.integrity, response, exchange),
    );
  }
  /** @param {any} url */
  function isOfOwnOrigin(url) {
    const base = requests.baseUrl();
    return base !== undefined && requests.originOf(new URLCtor(base)) === requests.originOf(url);
  }

  /**
   * § 4.3 scheme fetch.
   * @param {InnerRequest} inner
   * @param {Exchange} exchange
   * @param {any} url
   * @param {string} protocol
   * @returns {Promise<InnerResponse>}
   */
  function schemeFetch(inner, exchange, url, protocol) {
    switch (protocol) {
      case "http:":
      case "https:":
        return httpFetch(inner, exchange, url);
      case "data:":
        return settled(() => local.dataResponse(inner, url));
      case "blob:":
        return settled(() => local.blobResponse(inner));
      case "module:":
        if (atoll.services.modules !== undefined) return local.moduleResponse(inner);
    }
    return bodies.rejected(networkError(`URLs of the scheme '${protocol}' cannot be fetched`));
  }
  /** @param {() => any} make @returns {Promise<any>} */
  const settled = (make) => new PromiseCtor((resolve) => resolve(make()));

  // HTTP

  /**
   * § 4.4 HTTP fetch and § 4.5 HTTP-redirect fetch.
   * @param {InnerRequest} inner
   * @param {Exchange} exchange
   * @param {any} url
   */
  async function httpFetch(inner, exchange, url) {
    if (!options.allowed) throw networkError(NOT_ALLOWED);
    let { method, body } = inner;
    const list = parts.copy(inner.list);
    if (!parts.has(list, "accept")) parts.append(list, "Accept", "*/*");
    if (!parts.has(list, "accept-language")) parts.append(list, "Accept-Language", "*");
    // § 4.5 HTTP-network-or-cache fetch, step 8.20: a part of what is compressed cannot be unpacked.
    if (parts.has(list, "range") && !parts.has(list, "accept-encoding")) {
      parts.append(list, "Accept-Encoding", "identity");
    }
    bypassCaches(inner.cache, list);
    // What may have to be sent again is kept.
    let spare = body !== null && inner.hasSource && inner.redirect === "follow"
      ? bodies.cloneBody(body)
      : null;
    const meta = metaOf(inner);
    for (let hop = 0;; hop++) {
      const response = await send(exchange, method, url, list, body, hop, meta);
      const status = response.status;
      const location = isRedirect(status) && inner.redirect !== "manual"
        ? locationOf(response)
        : null;
      if (isRedirect(status) && inner.redirect === "error") {
        bodies.cancelBody(response.body, undefined);
        throw networkError(`a redirect (${status}), and redirect is 'error'`);
      }
      if (isRedirect(status) && inner.redirect === "manual" && options.opaqueRedirects) {
        return opaqueRedirect(response, url);
      }
      if (location === null) {
        if (spare !== null) bodies.cancelBody(spare, undefined);
        return finish(response, method, url, hop > 0);
      }
      bodies.cancelBody(response.body, undefined);
      const next = redirectUrl(location, url);
      if (hop >= options.maxRedirects) {
        throw networkError(`more than ${options.maxRedirects} redirects`);
      }
      // § 4.5 steps 10 to 13
      if (status !== 303 && body !== null && !inner.hasSource) {
        throw networkError(`a redirect (${status}) of a request whose body is a stream`);
      }
      if (
        (status === 301 || status === 302) && method === "POST" ||
        status === 303 && method !== "GET" && method !== "HEAD"
      ) {
        method = "GET";
        if (spare !== null) bodies.cancelBody(spare, undefined);
        body = spare = null;
        for (let i = 0; i < OF_THE_BODY.length; i++) parts.remove(list, OF_THE_BODY[i]);
      }
      if (requests.originOf(next) !== requests.originOf(url)) {
        if (inner.mode === "same-origin") {
          throw networkError("mode 'same-origin', and a redirect to another origin");
        }
        for (let i = 0; i < OF_THE_ORIGIN.length; i++) parts.remove(list, OF_THE_ORIGIN[i]);
      }
      if (body !== null && spare !== null) {
        body = spare;
        spare = bodies.cloneBody(body);
      }
      url = next;
    }
  }
  /**
   * § 4.5 HTTP-network-or-cache fetch, steps 8.16 and 8.17: caches on the way are to know.
   * @param {string} mode
   * @param {import("./headers.js").HeaderList} list
   */
  function bypassCaches(mode, list) {
    const hasControl = parts.has(list, "cache-control");
    if (mode === "no-cache" && !hasControl) parts.append(list, "Cache-Control", "max-age=0");
    if (mode !== "no-store" && mode !== "reload") return;
    if (!parts.has(list, "pragma")) parts.append(list, "Pragma", "no-cache");
    if (!hasControl) parts.append(list, "Cache-Control", "no-cache");
  }
  /** § 2.2.6 location URL, without the parsing: it can be there only once. @param {InnerResponse} response */
  function locationOf(response) {
    const { lower } = response.list;
    let count = 0;
    for (let i = 0; i < lower.length; i++) if (lower[i] === "location") count++;
    if (count > 1) {
      bodies.cancelBody(response.body, undefined);
      throw networkError("a redirect to several locations");
    }
    return parts.get(response.list, "location");
  }
  /** @param {string} location @param {any} url */
  function redirectUrl(location, url) {
    let next;
    try {
      next = new URLCtor(escapeBytes(location), requests.hrefOf(url));
    } catch {
      throw networkError(`a redirect to '${location}', which is no URL`);
    }
    const protocol = protocolOf(next);
    if (protocol !== "http:" && protocol !== "https:") {
      throw networkError(`a redirect to a URL of the scheme '${protocol}'`);
    }
    if (usernameOf(next) !== "" || passwordOf(next) !== "") {
      throw networkError("a redirect to a URL with credentials in it");
    }
    if (hashOf(next) === "") setHash(next, hashOf(url));
    return next;
  }
  /** A header's bytes beyond ASCII, as a URL has them. @param {string} text of code points below 256 */
  function escapeBytes(text) {
    let out = "";
    for (let i = 0; i < text.length; i++) {
      const code = charCodeAt(text, i);
      out += code < 128 ? text[i] : `%${HEX[code >> 4]}${HEX[code & 15]}`;
    }
    return out;
  }
  /** @param {InnerRequest} inner @returns {string | null} what the owner may want to know as well */
  function metaOf(inner) {
    if (
      inner.redirect === "follow" && inner.credentials === "same-origin" &&
      inner.cache === "default" && inner.mode === "cors" && inner.referrer === "client" &&
      inner.integrity === "" && !inner.keepalive
    ) return null;
    const referrer = inner.referrer === "client" || inner.referrer === "no-referrer"
      ? ""
      : inner.referrer;
    const integrity = replaceEach(inner.integrity, "\n", " ");
    return `${inner.redirect}\n${inner.credentials}\n${inner.cache}\n${inner.mode}\n${referrer}\n` +
      `${integrity}\n${inner.keepalive ? "1" : "0"}`;
  }

  /**
   * One request to the host, and its answer.
   * @param {Exchange} exchange
   * @param {string} method
   * @param {any} url
   * @param {import("./headers.js").HeaderList} list
   * @param {any} body
   * @param {number} hop
   * @param {string | null} meta
   */
  async function send(exchange, method, url, list, body, hop, meta) {
    const headers = parts.toWire(list, options.maxHeaders);
    let href = requests.hrefOf(url);
    const hash = StringPrototypeIndexOf(href, "#");
    if (hash >= 0) href = StringPrototypeSlice(href, 0, hash);
    /** @type {(reason: any) => void} */
    let fail = bodies.ignore;
    /** @type {any} */
    let bodyError = null;
    const failed = new PromiseCtor((_resolve, reject) => {
      fail = (reason) => {
        bodyError = networkError("the request's body failed", reason);
        reject(bodyError);
      };
    });
    PromisePrototypeThen(failed, bodies.ignore, bodies.ignore);
    const control = {
      failed: (/** @type {any} */ reason) => fail(reason),
      ended: bodies.ignore,
      cancel: /** @type {(reason: any) => void} */ (bodies.ignore),
    };
    let value = bodies.transmit(body, control);
    exchange.cancelSent = (reason) => control.cancel(reason);
    if (typeof value === "object" && value !== null && atoll.engine.isPromise(value)) {
      value = await value;
    }
    await enter();
    if (exchange.aborted) {
      leave();
      throw abortReason(exchange.signal);
    }
    let answer;
    try {
      const answered = atoll.callAsync(
        options.fetch,
        [method, href, headers, value, hop, meta],
        exchange.signal ?? undefined,
      );
      answer = typeof value === "object" && value !== null
        ? await race(answered, failed)
        : await answered;
    } catch (error) {
      if (exchange.aborted) throw abortReason(exchange.signal);
      throw bodyError ?? asNetworkError(error);
    } finally {
      leave();
    }
    const response = responses.newInner();
    response.status = answer[0];
    response.statusText = answer[1];
    response.list = parts.fromWire(answer[2]);
    response.url = answer[3];
    response.body = bodies.bodyOfHost(answer[4]);
    return response;
  }
  /** @param {Promise<any>} a @param {Promise<any>} b */
  const race = (a, b) =>
    new PromiseCtor((resolve, reject) => {
      PromisePrototypeThen(a, resolve, reject);
      PromisePrototypeThen(b, resolve, reject);
    });

  /**
   * § 4.1 main fetch, from step 15 on.
   * @param {InnerResponse} response
   * @param {string} method
   * @param {any} url
   * @param {boolean} redirected
   */
  function finish(response, method, url, redirected) {
    response.type = "basic";
    response.url = requests.hrefOf(response.url === "" ? url : new URLCtor(response.url));
    response.redirected = redirected;
    if (response.body === null && !responses.isNullBody(response.status) && method !== "HEAD") {
      response.body = bodies.bodyOfBytes(new Uint8ArrayCtor(0));
    }
    if (
      response.body !== null &&
      (method === "HEAD" || method === "CONNECT" || responses.isNullBody(response.status))
    ) {
      bodies.cancelBody(response.body, undefined);
      response.body = null;
    }
    return response;
  }
  /**
   * § 2.2.6 opaque-redirect filtered response: nothing is to be seen of the other but its URL.
   * @param {InnerResponse} internal
   * @param {any} url
   */
  function opaqueRedirect(internal, url) {
    bodies.cancelBody(internal.body, undefined);
    const response = responses.newInner();
    response.type = "opaqueredirect";
    response.status = 0;
    response.url = requests.hrefOf(url);
    return response;
  }
  /** @param {number} status */
  const isRedirect = (status) =>
    status === 301 || status === 302 || status === 303 || status === 307 || status === 308;

  /**
   * § 4.1 step 22.
   * @param {string} metadata
   * @param {InnerResponse} response
   * @param {Exchange} exchange
   */
  async function verified(metadata, response, exchange) {
    if (response.body === null) throw networkError("integrity needs a response with a body");
    const items = integrity.strongest(metadata);
    if (items.length === 0 || exchange.aborted) return response;
    exchange.verifying = response.body;
    const { bytes } = await bodies.readAll(response.body);
    if (!await integrity.matches(bytes, items)) {
      throw networkError("the response does not match its integrity");
    }
    response.body = bodies.bodyOfBytes(bytes);
    return response;
  }

  const exposed = (/** @type {any} */ input, /** @type {any} */ init) => fetch(input, init);
  // A promise-returning operation rejects where another would throw: Web IDL § 3.7.7.
  const { fetch: operation } = {
    /** @param {any} input @param {any} [init] */
    fetch(input, init = undefined) {
      if (arguments.length === 0) {
        return bodies.rejected(new TypeErrorCtor("fetch: 1 argument required, but only 0 present"));
      }
      return exposed(input, init);
    },
  };
  atoll.defineGlobal("fetch", idl.data(idl.hidden(operation), true, true));
  return { fetch };
}

const HEX = "0123456789ABCDEF";
const OF_THE_BODY = [
  "content-encoding",
  "content-language",
  "content-location",
  "content-type",
  "content-length",
];
/** The standard names the first; the others are as secret. */
const OF_THE_ORIGIN = ["authorization", "cookie", "proxy-authorization"];
