/**
 * What the suite's server and a browser would give a test, and neither an isolate nor `deno run`
 * has: run after testharness.js, before the test, by both engines. The value is a promise for the
 * end of the tests.
 *
 * `__wpt` has what the runner gives: `config`, `read(path)`: a file of the checkout as bytes, or
 * null; `load(path)`: run a script of the checkout; `result(name, status, message)` and
 * `end(status, message)`.
 */
(() => {
  "use strict";
  const { config, read, load, result, end } = globalThis.__wpt;
  delete globalThis.__wpt;
  const { setTimeout, Response, fetch } = globalThis;
  const origin = new URL(config.href).origin;

  /** @param {string} name @param {any} value */
  const define = (name, value) =>
    Object.defineProperty(globalThis, name, {
      value,
      configurable: true,
      enumerable: false,
      writable: true,
    });

  const { href, host, hostname, port, protocol, pathname, search, hash } = new URL(config.href);
  if (!("location" in globalThis)) {
    define("location", {
      ...{ href, origin, host, hostname, port, protocol, pathname, search, hash },
      toString: () => href,
    });
  }
  const { navigator } = globalThis;
  if (navigator !== undefined && navigator.userAgent === undefined) {
    // Tests of files ask it which names the system allows.
    Object.defineProperty(navigator, "userAgent", { value: "Linux" });
  }
  define("GLOBAL", {
    isWindow: () => config.scope === "window",
    isWorker: () => config.scope === "worker",
    isShadowRealm: () => false,
  });
  if (config.scope === "window") {
    if (!("window" in globalThis)) define("window", globalThis);
  } else {
    // For what idlharness.js asks: which interfaces are exposed here.
    for (const name of ["WorkerGlobalScope", "DedicatedWorkerGlobalScope"]) {
      const Scope = class {
        static [Symbol.hasInstance](/** @type {any} */ value) {
          return value === globalThis;
        }
      };
      Object.defineProperty(Scope, "name", { value: name });
      define(name, Scope);
    }
  }
  define("importScripts", (/** @type {any[]} */ ...urls) => {
    for (const url of urls) {
      const { pathname } = new URL(url, href);
      if (pathname !== "/resources/testharness.js") load(pathname);
    }
  });

  if (config.server) {
    if (globalThis.Deno === undefined && fetch !== undefined) resolveAgainst(href);
  } else {
    define("fetch", async (/** @type {any} */ input, /** @type {any} */ init) => {
      const url = new URL(typeof input === "object" && "url" in input ? input.url : input, href);
      if (url.origin !== origin || url.protocol !== "http:") {
        if (fetch === undefined) throw new TypeError(`nothing can fetch ${url}`);
        return fetch(input, init);
      }
      const bytes = read(url.pathname);
      if (bytes === null) throw new TypeError(`the checkout has no ${url.pathname}`);
      return Response === undefined ? plainResponse(bytes) : new Response(bytes);
    });
  }

  /**
   * An isolate has no URL of its own that others could be relative to; a test has.
   * @param {string} base
   */
  function resolveAgainst(base) {
    const { Request } = globalThis;
    const { apply, construct } = Reflect;
    const resolved = (/** @type {any[]} */ args) =>
      args.length > 0 && !(args[0] instanceof Request) && URL.canParse(args[0], base)
        ? [new URL(args[0], base).href, ...args.slice(1)]
        : args;
    define(
      "Request",
      new Proxy(Request, {
        construct: (target, args, made) => construct(target, resolved(args), made),
      }),
    );
    define(
      "fetch",
      new Proxy(fetch, { apply: (target, self, args) => apply(target, self, resolved(args)) }),
    );
  }

  /** What tests use of a response, where there is no such class. @param {Uint8Array} bytes */
  function plainResponse(bytes) {
    const text = async () => new TextDecoder().decode(bytes);
    return {
      ok: true,
      status: 200,
      text,
      json: async () => JSON.parse(await text()),
      arrayBuffer: async () => bytes.buffer,
    };
  }

  const { add_completion_callback, add_result_callback, setup, timeout } = globalThis;
  const statuses = ["PASS", "FAIL", "TIMEOUT", "NOTRUN", "PRECONDITION_FAILED"];
  // Not before all scripts have run: the runner says done().
  setup({ explicit_done: true });
  add_result_callback((/** @type {any} */ test) =>
    result(`${test.name}`, statuses[test.status], `${test.message ?? ""}`.slice(0, 300))
  );
  setTimeout(timeout, config.timeout * 1000);
  return new Promise((resolve) => {
    add_completion_callback((/** @type {any} */ _tests, /** @type {any} */ status) => {
      const name = ["OK", "ERROR", "TIMEOUT", "PRECONDITION_FAILED"][status.status];
      end(name, `${status.message ?? ""}`.slice(0, 300));
      resolve(undefined);
    });
  });
})();
