/**
 * Requests to the guest: `serve`, and what a module exports as its default.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("./webidl.js").WebIdl} WebIdl */
/** @typedef {{ fetch: any, self: any, websocket: any }} RequestHandler */

/**
 * @param {Atoll} atoll
 * @param {WebIdl} idl
 * @param {import("./headers.js").HeadersParts} parts
 * @param {import("./body.js").Bodies} bodies
 * @param {import("./request.js").Requests} requests
 * @param {import("./response.js").Responses} responses
 * @param {import("./web_socket.js").WebSockets} sockets
 * @param {{ env: any, maxHeaders: number }} options
 */
export function createServe(atoll, idl, parts, bodies, requests, responses, sockets, options) {
  const {
    MapCtor,
    MapPrototypeDelete,
    MapPrototypeGet,
    MapPrototypeSet,
    ObjectDefineProperty,
    PromiseCtor,
    PromisePrototypeThen,
    PromiseResolve,
    ReflectApply,
    ReflectGet,
    TypeErrorCtor,
    put,
    uncurryGetter,
    uncurryThis,
  } = atoll.primordials;
  const AbortControllerCtor = AbortController;
  const abortController = uncurryThis(AbortController.prototype.abort);
  const signalOf = uncurryGetter(AbortController.prototype, "signal");
  const DOMExceptionCtor = DOMException;
  const appendTo = uncurryThis(parts.Headers.prototype.append);

  /** @type {RequestHandler | null} */
  let handler = null;
  /** Requests whose response, or its body, is not finished. @type {Map<number, Call>} */
  const calls = new MapCtor();
  let background = 0;
  /** @type {((value: any) => void)[]} */
  let idle = [];

  /**
   * @typedef {object} Call
   * @property {any} controller
   * @property {any} reason
   * @property {(reason: any) => void} cancel gives up the response's body while it is sent
   * @property {import("./body.js").InnerBody | null} body of the request
   */

  /** @param {any} value @returns {RequestHandler} */
  function asHandler(value) {
    if (typeof value === "function") return { fetch: value, self: undefined, websocket: undefined };
    if (idl.isObject(value)) {
      const fetch = ReflectGet(value, "fetch");
      const websocket = ReflectGet(value, "websocket");
      if (
        (typeof fetch === "function" || fetch === undefined && idl.isObject(websocket)) &&
        (websocket === undefined || idl.isObject(websocket))
      ) return { fetch, self: value, websocket };
    }
    throw new TypeErrorCtor(
      "a handler is a function, or an object with a method fetch(request, env, ctx)",
    );
  }
  /** @param {any} value */
  function register(value) {
    handler = asHandler(value);
  }

  /** @param {any} promise */
  function waitUntil(promise) {
    background++;
    const settled = () => {
      background--;
      if (background > 0) return;
      const waiting = idle;
      idle = [];
      for (let i = 0; i < waiting.length; i++) waiting[i](undefined);
    };
    PromisePrototypeThen(PromiseResolve(promise), settled, (/** @type {any} */ error) => {
      settled();
      atoll.reportException(error);
    });
  }

  /** @param {Call} call */
  function signalOfCall(call) {
    if (call.controller === null) {
      call.controller = new AbortControllerCtor();
      if (call.reason !== undefined) abortController(call.controller, call.reason);
    }
    return signalOf(call.controller);
  }
  /** The response has gone, whole or not: nobody reads the request from now on. */
  /** @param {number} number @param {Call} call */
  function end(number, call) {
    MapPrototypeDelete(calls, number);
    if (bodies.isUnread(call.body)) bodies.cancelBody(call.body, undefined);
  }
  /** @param {number} number @param {string} message */
  function abort(number, message) {
    const call = MapPrototypeGet(calls, number);
    if (call === undefined) return;
    MapPrototypeDelete(calls, number);
    call.reason = new DOMExceptionCtor(message, "AbortError");
    bodies.failBody(call.body, call.reason);
    if (call.controller !== null) abortController(call.controller, call.reason);
    call.cancel(call.reason);
  }

  /**
   * @param {any} request
   * @param {RequestHandler} current
   */
  function makeContext(request, current) {
    /** @param {any} promise */
    const wait = (promise) => waitUntil(promise);
    /** @param {any} [init] */
    const upgrade = (init = undefined) => upgradeWith(request, current, init);
    const context = {};
    ObjectDefineProperty(context, "waitUntil", idl.data(wait, true, true));
    ObjectDefineProperty(context, "passThroughOnException", idl.data(() => {}, true, true));
    ObjectDefineProperty(context, "upgrade", idl.data(upgrade, true, true));
    ObjectDefineProperty(context, "props", idl.data({}, true, true));
    return context;
  }

  /**
   * The response that accepts a WebSocket, whose events go to `serve({ websocket })`.
   * @param {any} request
   * @param {RequestHandler} current
   * @param {any} init `protocol` and `headers` of the response
   */
  function upgradeWith(request, current, init) {
    const { websocket } = current;
    if (websocket === undefined) {
      throw new TypeErrorCtor(
        "upgrade needs serve({ websocket: { message(socket, data) { … } } })",
      );
    }
    const { client, server } = sockets.makePair();
    const dictionary = idl.toDictionary(init, "the argument of upgrade");
    const protocol = dictionary === undefined ? undefined : ReflectGet(dictionary, "protocol");
    const inner = responses.newInner();
    inner.status = 101;
    inner.webSocket = client;
    const response = responses.wrap(inner, "response");
    const headers = parts.wrap(inner.list, "response");
    const given = dictionary === undefined ? undefined : ReflectGet(dictionary, "headers");
    if (given !== undefined) parts.fill(headers, given);
    if (protocol !== undefined) appendTo(headers, "Sec-WebSocket-Protocol", protocol);
    /** @param {string} name @param {any[]} args */
    const call = (name, args) => {
      const method = ReflectGet(websocket, name);
      if (typeof method !== "function") return undefined;
      try {
        const result = ReflectApply(method, websocket, args);
        if (!atoll.engine.isPromise(result)) return undefined;
        return PromisePrototypeThen(result, bodies.ignore, atoll.reportException);
      } catch (error) {
        atoll.reportException(error);
      }
    };
    sockets.listen(server, {
      open: () => call("open", [server, request]),
      message: (data) => call("message", [server, data]),
      close: (code, reason, wasClean) => call("close", [server, code, reason, wasClean]),
      error: (error) => call("error", [server, error]),
    });
    accepted(response, () => {
      sockets.accept(server);
      call("open", [server, request]);
    });
    return response;
  }
  /** What happens once a response has gone out. */
  const onAccepted = new atoll.primordials.WeakMapCtor();
  /** @param {any} response @param {() => void} callback */
  const accepted = (response, callback) =>
    atoll.primordials.WeakMapPrototypeSet(onAccepted, response, callback);

  /**
   * A request of the host: § "many at once" is what this is called for.
   * @param {number} number
   * @param {string} method
   * @param {string} url
   * @param {string} headers
   * @param {any} body
   */
  async function dispatch(number, method, url, headers, body) {
    const current = handler;
    if (current === null) return [null, "no handler", "", null, null];
    const parsed = requests.parseOrNull(url);
    if (parsed === null) {
      bodies.cancelBody(bodies.bodyOfHost(body), undefined);
      return [null, "no URL", "", null, null];
    }
    const inner = requests.newInner(
      method,
      requests.hrefOf(parsed),
      parts.fromWire(headers),
      bodies.bodyOfHost(body),
    );
    /** @type {Call} */
    const call = { controller: null, reason: undefined, cancel: bodies.ignore, body: inner.body };
    const request = requests.wrap(inner, "immutable", () => signalOfCall(call));
    MapPrototypeSet(calls, number, call);
    try {
      const result = await answerOf(current, request, inner);
      if (responses.isResponse(result)) return await encode(number, call, inner, result);
      end(number, call);
      return [null, kindOf(result), "", null, null];
    } catch (error) {
      end(number, call);
      throw error;
    }
  }
  /** @param {any} value */
  const kindOf = (value) =>
    value === null ? "null" : typeof value === "object" ? "another object" : typeof value;

  /**
   * @param {RequestHandler} current
   * @param {any} request
   * @param {import("./request.js").InnerRequest} inner
   */
  function answerOf(current, request, inner) {
    if (current.fetch === undefined) {
      const upgrade = parts.get(inner.list, "upgrade");
      if (upgrade !== null && idl.toLowerCase(upgrade) === "websocket") {
        return upgradeWith(request, current, undefined);
      }
      const response = responses.newInner();
      response.status = 426;
      parts.append(response.list, "Upgrade", "websocket");
      return responses.wrap(response, "response");
    }
    return ReflectApply(current.fetch, current.self, [
      request,
      options.env,
      makeContext(request, current),
    ]);
  }

  /**
   * @param {number} number
   * @param {Call} call
   * @param {import("./request.js").InnerRequest} request
   * @param {any} response
   */
  async function encode(number, call, request, response) {
    const inner = responses.innerOf(response);
    if (inner.type === "error") throw new TypeErrorCtor("the handler returned Response.error()");
    if (inner.type === "opaqueredirect") {
      throw new TypeErrorCtor("the handler returned an opaque redirect, which has no status");
    }
    if (call.reason !== undefined) {
      bodies.cancelBody(inner.body, call.reason);
      throw call.reason;
    }
    const headers = parts.toWire(inner.list, options.maxHeaders);
    if (inner.webSocket !== null) {
      end(number, call);
      const socket = sockets.takeNumber();
      const protocol = parts.get(inner.list, "sec-websocket-protocol") ?? "";
      sockets.adopt(inner.webSocket, socket, request.url, protocol);
      const callback = atoll.primordials.WeakMapPrototypeGet(onAccepted, response);
      if (callback !== undefined) callback();
      return [101, "", headers, null, socket];
    }
    const finished = () => end(number, call);
    const control = {
      failed: finished,
      ended: finished,
      cancel: /** @type {(reason: any) => void} */ (bodies.ignore),
    };
    let body = bodies.transmit(inner.body, control);
    if (atoll.engine.isPromise(body)) body = await body;
    if (typeof body === "object" && body !== null && control.cancel !== bodies.ignore) {
      call.cancel = (reason) => control.cancel(reason);
      // What may still be read keeps the host from seeing whether its client is there.
      if (bodies.isUntouched(call.body)) bodies.cancelBody(call.body, undefined);
    } else {
      finished();
    }
    return [inner.status, inner.statusText, headers, body, null];
  }

  const { serve } = {
    /** @param {any} value */
    serve(value) {
      register(value);
    },
  };
  atoll.defineGlobal("serve", idl.data(idl.hidden(serve), false, true));

  return {
    abort,
    background: () =>
      background === 0 ? undefined : new PromiseCtor((resolve) => put(idle, idle.length, resolve)),
    dispatch,
    hasHandler: () => handler !== null,
    register,
  };
}
