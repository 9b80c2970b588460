/**
 * The guest half of modules: what the owner's handle calls, and what `import()` in scripts does.
 */

import { createRegistry } from "./registry.js";
import { createAsyncHooks } from "./async_hooks.js";
import { precompile } from "./bundles.js";
import { createCommonJs } from "./commonjs.js";

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("../core/guest/engine.js").ModuleEngine} ModuleEngine */

/**
 * @typedef {object} Options
 * @property {string} base URL that the owner's specifiers, and those of scripts, are relative to
 * @property {(requests: any[], arrived: string[]) => Promise<any>} load
 * @property {(specifier: string, importer: string) => string} resolve
 */

/**
 * @param {Atoll} atoll
 * @param {Options} options
 */
export default function install(atoll, options) {
  const { PromiseCtor, PromisePrototypeThen, ReflectGet } = atoll.primordials;
  return PromisePrototypeThen(
    atoll.loadModuleEngine(),
    (/** @type {ModuleEngine} */ moduleEngine) => {
      const registry = createRegistry(atoll, moduleEngine, options);
      const commonJs = createCommonJs(atoll, moduleEngine, options, registry);
      registry.connect(commonJs, {
        __proto__: null,
        "node:module": commonJs.module,
        "node:process": commonJs.process,
        "node:async_hooks": createAsyncHooks(atoll, moduleEngine),
      });
      moduleEngine.setScriptImporter((specifier, attributes) =>
        registry.importDynamically(specifier, attributes, options.base)
      );
      atoll.services.modules = {
        /** What a URL of a module stands for. @param {string} url @returns {Promise<Uint8Array>} */
        bytesOf: (url) =>
          then(
            registry.importDynamically(url, { __proto__: null, type: "bytes" }, options.base),
            (namespace) => namespace.default,
          ),
      };
      return {
        /** @param {string} specifier */
        run: (specifier) => then(registry.importFromHost(specifier, true), () => undefined),
        /** @param {string} kind @param {string} source */
        precompile: (kind, source) =>
          precompile(atoll, moduleEngine, kind, source, commonJs.head, commonJs.tail),
        /** @param {string} specifier */
        importModule: (specifier) => then(registry.importFromHost(specifier, false), atoll.held),
        /** @param {[string, string | null]} source with its source map @param {string} filename @param {string} url @param {boolean} copy */
        evaluate: (source, filename, url, copy) =>
          then(registry.evaluateSource(source, filename, url), (namespace) => {
            const value = "default" in namespace ? ReflectGet(namespace, "default") : undefined;
            return copy ? value : atoll.held(value);
          }),
      };
    },
  );

  /** @param {Promise<any>} promise @param {(value: any) => any} fulfilled */
  function then(promise, fulfilled) {
    return new PromiseCtor((done, failed) => {
      PromisePrototypeThen(promise, (/** @type {any} */ value) => done(fulfilled(value)), failed);
    });
  }
}
