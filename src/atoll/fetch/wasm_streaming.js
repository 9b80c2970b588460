/**
 * WebAssembly compiled from responses: the WebAssembly Web API
 * (https://webassembly.github.io/spec/web-api/), section 3. The engine's functions take no responses
 * but its own.
 *
 * A module is compiled when all of its bytes are there: nothing that a program can see tells that
 * from compiling while they arrive, but the time that it takes.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */

/**
 * @param {Atoll} atoll
 * @param {import("./webidl.js").WebIdl} idl
 * @param {import("./headers.js").HeadersParts} parts
 * @param {import("./body.js").Bodies} bodies
 * @param {import("./response.js").Responses} responses
 */
export function exposeWasmStreaming(atoll, idl, parts, bodies, responses) {
  const { PromisePrototypeThen, PromiseResolve, TypeErrorCtor, uncurryThis } = atoll.primordials;
  const { compile, instantiate } = WebAssembly;
  const { exec } = idl;
  /** @type {any} */
  const { prototype } = responses.Response;
  const arrayBuffer = uncurryThis(prototype.arrayBuffer);

  /**
   * § 3.1 compile a potential WebAssembly response.
   * @param {any} source a response, or a promise of one
   * @returns {Promise<WebAssembly.Module>}
   */
  const compileResponse = (source) =>
    PromisePrototypeThen(PromiseResolve(source), (/** @type {any} */ response) => {
      if (!responses.isResponse(response)) throw new TypeErrorCtor("that is not a Response");
      const { list, status, type } = responses.innerOf(response);
      const mimeType = parts.get(list, "content-type");
      if (mimeType === null || exec(/^[\t ]*application\/wasm[\t ]*$/i, mimeType) === null) {
        throw new TypeErrorCtor(
          `the response has the type '${mimeType ?? ""}', which is not 'application/wasm'`,
        );
      }
      if (type !== "basic" && type !== "cors" && type !== "default") {
        throw new TypeErrorCtor(`the response is of the type '${type}', which may not be read`);
      }
      if (status < 200 || status > 299) {
        throw new TypeErrorCtor(`the response has the status ${status}, which is not ok`);
      }
      return PromisePrototypeThen(
        arrayBuffer(response),
        (/** @type {ArrayBuffer} */ bytes) => compile(bytes),
      );
    });

  atoll.replaceMethod(WebAssembly, "compileStreaming", () => (_self, args) => {
    if (args.length === 0) return bodies.rejected(missing("compileStreaming"));
    return compileResponse(args[0]);
  });

  atoll.replaceMethod(WebAssembly, "instantiateStreaming", () => (_self, args) => {
    if (args.length === 0) return bodies.rejected(missing("instantiateStreaming"));
    const imports = args[1];
    if (imports !== undefined && !idl.isObject(imports)) {
      return bodies.rejected(new TypeErrorCtor("the imports are not an object"));
    }
    return PromisePrototypeThen(
      compileResponse(args[0]),
      (/** @type {WebAssembly.Module} */ module) =>
        PromisePrototypeThen(
          instantiate(module, imports),
          (/** @type {WebAssembly.Instance} */ instance) => ({ module, instance }),
        ),
    );
  });

  /** @param {string} name */
  const missing = (name) => new TypeErrorCtor(`WebAssembly.${name}: 1 argument required`);
}
