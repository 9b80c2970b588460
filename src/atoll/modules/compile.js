/**
 * The engine's modules: what becomes of a source that has arrived, before it is linked.
 */

import { BUNDLE_OFFSET } from "./bundles.js";

/** Globals of Node; what goes before a module's own text, on its first line. */
const NODE_GLOBALS = {
  __proto__: null,
  process: 'import process from "node:process"; ',
  Buffer: 'import { Buffer } from "node:buffer"; ',
};
/** Between a specifier and a type, where it has to be told from another. */
const TYPED = "\0type:";
const POLLUTED = "Array.prototype has properties with numbers for names: no module can be loaded";

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("./registry.js").Module} Module */
/** @typedef {import("./registry.js").Request} Request */

/**
 * @param {Atoll} atoll
 * @param {import("../core/guest/engine.js").ModuleEngine} moduleEngine
 * @param {string} base of specifiers that no module imports
 * @param {object} hooks
 * @param {(specifier: string, attributes: any, importer: string) => Promise<any>} hooks.importDynamically
 * @param {(meta: any, url: string) => void} hooks.fillMeta `import.meta`
 */
export function createCompiler(atoll, moduleEngine, base, hooks) {
  const { primordials, engine } = atoll;
  const {
    JSONParse,
    JSONStringify,
    ObjectHasOwn,
    ObjectKeys,
    put,
    ReflectApply,
    ReflectConstruct,
    StringPrototypeIndexOf,
    StringPrototypeSlice,
    SyntaxErrorCtor,
    TypeErrorCtor,
  } = primordials;
  const { Script, SourceTextModule, SyntheticModule } = moduleEngine.vm;
  const RUN = {
    __proto__: null,
    timeout: undefined,
    displayErrors: false,
    breakOnSigint: false,
  };
  /** @type {any} exports of built-in modules, by URL */
  let natives = null;

  /**
   * @param {string} source
   * @param {string} identifier as stack traces show it
   * @param {string} url
   * @param {string} [specifier] by which it is imported
   * @param {string} [importer]
   */
  function compileText(source, identifier, url, specifier = identifier, importer = base) {
    try {
      return compile(source, identifier, url, 0);
    } catch (error) {
      throw located(error, source, identifier, specifier, importer);
    }
  }

  /**
   * @param {string} source
   * @param {string} identifier
   * @param {string} url
   * @param {number} columnOffset of the first line
   */
  const compile = (source, identifier, url, columnOffset) =>
    new SourceTextModule(source, {
      __proto__: null,
      identifier,
      context: undefined,
      lineOffset: 0,
      columnOffset,
      importModuleDynamically: (
        /** @type {string} */ specifier,
        /** @type {any} */ _module,
        /** @type {any} */ attributes,
      ) => hooks.importDynamically(specifier, attributes, url),
      initializeImportMeta: (/** @type {any} */ meta) => hooks.fillMeta(meta, url),
    });

  /**
   * Packages for Node may use its globals, or declare some of their names themselves.
   * @param {Module} record
   * @param {string} text
   */
  function compileForNode(record, text) {
    const { globals, url } = record;
    // All of them, then each alone.
    for (let i = globals.length > 1 ? -1 : 0; i < globals.length; i++) {
      let head = "";
      for (let j = 0; j < globals.length; j++) {
        if (i < 0 || i === j) head += /** @type {any} */ (NODE_GLOBALS)[globals[j]];
      }
      try {
        return compile(`${head}${text}`, url, url, -head.length);
      } catch {
        continue;
      }
    }
    return compileText(text, url, url, record.specifier, record.importer);
  }

  /**
   * @param {any} error
   * @param {string} source
   * @param {string} file
   * @param {string} specifier
   * @param {string} importer
   */
  const located = (error, source, file, specifier, importer) =>
    engine.isNativeError(error) && error instanceof SyntaxErrorCtor
      ? atoll.locateSyntaxError(error, source, file, "module", specifier, importer)
      : error;

  /** @param {string} url @param {any} value */
  function valueModule(url, value) {
    const names = ["default"];
    const module = ReflectConstruct(SyntheticModule, [
      names,
      () => module.setExport("default", value),
      { __proto__: null, identifier: url, context: undefined },
    ]);
    return module;
  }

  /**
   * A module that has become a script, see bundles.js.
   * @param {Module} record
   * @param {string} text
   * @param {string[]} names of its exports
   */
  function bundleModule(record, text, names) {
    const { url } = record;
    const script = ReflectConstruct(Script, [text, {
      __proto__: null,
      filename: url,
      lineOffset: 0,
      columnOffset: BUNDLE_OFFSET,
      cachedData: record.cache,
      produceCachedData: false,
      importModuleDynamically: (
        /** @type {string} */ specifier,
        /** @type {any} */ _script,
        /** @type {any} */ attributes,
      ) => hooks.importDynamically(specifier, attributes, url),
    }]);
    const module = ReflectConstruct(SyntheticModule, [
      names,
      () => {
        const exports = ReflectApply(script.runInThisContext(RUN), undefined, []);
        for (let i = 0; i < names.length; i++) module.setExport(names[i], exports[names[i]]);
      },
      { __proto__: null, identifier: url, context: undefined },
    ]);
    return module;
  }

  /** @param {string} url */
  function nativeModule(url) {
    const values = natives[url];
    const names = ObjectKeys(values);
    put(names, names.length, "default");
    const module = ReflectConstruct(SyntheticModule, [
      names,
      () => {
        for (let i = 0; i < names.length - 1; i++) module.setExport(names[i], values[names[i]]);
        module.setExport("default", { ...values });
      },
      { __proto__: null, identifier: url, context: undefined },
    ]);
    return module;
  }

  /** @param {any} module the engine's @param {string} url @returns {Request[]} */
  function requestsOf(module, url) {
    const found = module.moduleRequests;
    /** @type {Request[]} */
    const requests = [];
    for (let i = 0; i < found.length; i++) {
      if (!ObjectHasOwn(found, i)) throw new TypeErrorCtor(POLLUTED);
      const { specifier, attributes, phase } = found[i];
      if (phase !== "evaluation") {
        throw new SyntaxErrorCtor(`import ${phase} of "${specifier}" is not supported (in ${url})`);
      }
      const name = nameOf(specifier);
      put(requests, i, [name, url, typeOf(attributes, name, url)]);
    }
    return requests;
  }

  /** Without what `distinguish` has added. @param {string} specifier */
  function nameOf(specifier) {
    const end = StringPrototypeIndexOf(specifier, TYPED);
    return end < 0 ? specifier : StringPrototypeSlice(specifier, 0, end);
  }

  /**
   * Take what a text has been compiled to, and find out what it imports.
   * @param {Module} record
   * @param {any} module
   * @param {string} text
   * @param {string} identifier
   */
  function adopt(record, module, text, identifier) {
    record.module = module;
    record.requests = requestsOf(module, record.url);
    distinguishTypes(record, text, identifier);
    record.linked = false;
  }

  /**
   * @param {Module} record compiled
   * @param {string} text
   * @param {string} identifier
   */
  function distinguishTypes(record, text, identifier) {
    if (!areAmbiguous(record.requests)) return;
    record.module = compileText(distinguish(text), identifier, record.url);
    record.requests = requestsOf(record.module, record.url);
    record.isDistinguished = true;
  }

  /** @param {Request[]} requests whether a specifier is imported as two types */
  function areAmbiguous(requests) {
    let isTyped = false;
    for (let i = 0; i < requests.length; i++) isTyped ||= requests[i][2] !== "";
    if (!isTyped) return false;
    for (let i = 1; i < requests.length; i++) {
      for (let j = 0; j < i; j++) {
        if (requests[i][0] === requests[j][0] && requests[i][2] !== requests[j][2]) return true;
      }
    }
    return false;
  }

  /**
   * The engine links by specifiers alone. Where a module imports one as two types, all but plain
   * imports get another name, which only moves columns on their own lines.
   * @param {string} text that compiles
   */
  function distinguish(text) {
    const { body } = atoll.parse(text, "module").tree;
    let result = "";
    let end = 0;
    for (let i = 0; i < body.length; i++) {
      const { source, attributes } = body[i];
      if (source === undefined || source === null || attributes.length === 0) continue;
      const name = `${source.value}${TYPED}${attributes[0].value.value}`;
      result += StringPrototypeSlice(text, end, source.start) + JSONStringify(name);
      end = source.end;
    }
    return result + StringPrototypeSlice(text, end);
  }

  /**
   * ECMA-262 § 16.2.2 leaves it to the host which attributes there are; HTML has `type`.
   * @param {any} attributes
   * @param {string} specifier
   * @param {string} url
   */
  function typeOf(attributes, specifier, url) {
    const keys = ObjectKeys(attributes);
    for (let i = 0; i < keys.length; i++) {
      const value = attributes[keys[i]];
      if (keys[i] !== "type") {
        throw new TypeErrorCtor(
          `Cannot import "${specifier}" from ${url}: there is no import attribute "${keys[i]}"`,
        );
      }
      if (value !== "json" && value !== "text" && value !== "bytes") {
        throw new TypeErrorCtor(
          `Cannot import "${specifier}" from ${url}: the type "${value}" is none of "json", ` +
            `"text" and "bytes"`,
        );
      }
      return value;
    }
    return "";
  }

  /** @param {string} file @param {string} text @param {string | null} map */
  const nameMap = (file, text, map) =>
    atoll.registerSourceMap(file, map ?? atoll.inlineSourceMap(text));

  /** @param {Module} record */
  const textOf = (record) =>
    typeof record.source === "string" ? record.source : engine.decodeText(record.source);

  /** @param {Module} record */
  function valueOf(record) {
    if (record.kind === "bytes") return record.source;
    const text = textOf(record);
    if (record.kind === "text") return text;
    try {
      return JSONParse(text);
    } catch (error) {
      throw new SyntaxErrorCtor(`${record.url}: ${/** @type {Error} */ (error).message}`);
    }
  }

  return {
    /**
     * Make the engine's module of a record, unless it is of CommonJS.
     * @param {Module} record
     * @param {string | null} sourceMap
     * @param {string[]} names of a bundle's exports
     */
    compile(record, sourceMap, names) {
      const { kind, url } = record;
      if (kind === "esm" || kind === "bundle") {
        const text = textOf(record);
        nameMap(url, text, sourceMap);
        if (kind === "bundle") record.module = bundleModule(record, text, names);
        else adopt(record, compileForNode(record, text), text, url);
      } else if (kind === "native") {
        record.module = nativeModule(url);
      } else if (kind !== "cjs") {
        record.module = valueModule(url, valueOf(record));
      }
    },
    /**
     * The same for a text of the owner's, as a file that no other module can import.
     * @param {Module} record
     * @param {string | null} sourceMap
     * @param {string} filename
     */
    compileSource(record, sourceMap, filename) {
      nameMap(filename, record.source, sourceMap);
      adopt(record, compileText(record.source, filename, record.url), record.source, filename);
    },
    /** By what the engine links a request. @param {Module} record @param {Request} request */
    nameForEngine: (record, request) =>
      record.isDistinguished && request[2] !== ""
        ? `${request[0]}${TYPED}${request[2]}`
        : request[0],
    typeOf,
    /** @param {any} values exports of built-in modules, by URL */
    connect(values) {
      natives = values;
    },
  };
}
