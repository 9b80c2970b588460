/**
 * CommonJS modules from a mounted `node_modules`, as Node has them: `require`, `module.exports`, and
 * the named exports that an `import` of one sees, which a lexer finds in its text.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("./registry.js").Module} Module */

/**
 * @typedef {object} Instance
 * @property {any} exports
 * @property {string} id
 * @property {string} filename
 * @property {boolean} loaded
 * @property {any[]} children
 */

/**
 * @param {Atoll} atoll
 * @param {import("../core/guest/engine.js").ModuleEngine} moduleEngine
 * @param {any} options
 * @param {any} registry
 */
export function createCommonJs(atoll, moduleEngine, options, registry) {
  const { engine, primordials } = atoll;
  const {
    ArrayIsArray,
    MapCtor,
    MapPrototypeDelete,
    MapPrototypeGet,
    MapPrototypeSet,
    PromisePrototypeThen,
    PromiseResolve,
    put,
    ReflectApply,
    ReflectGet,
    SetCtor,
    SetPrototypeAdd,
    SetPrototypeForEach,
    SetPrototypeHas,
    StringPrototypeSlice,
    StringPrototypeStartsWith,
    SyntaxErrorCtor,
    TypeErrorCtor,
  } = primordials;
  const { Script, SyntheticModule } = moduleEngine.vm;

  /** @type {Map<string, Instance>} */
  const instances = new MapCtor();
  /** @type {any} */
  let lexer = null;

  /** Node's globals that packages count on; they are in the scope of CommonJS modules alone. */
  const nodeProcess = options.process;
  const nothing = () => nodeProcess;
  nodeProcess.nextTick = (/** @type {any} */ callback, /** @type {any[]} */ ...args) => {
    PromisePrototypeThen(PromiseResolve(), () => ReflectApply(callback, undefined, args));
  };
  nodeProcess.cwd = () => "/";
  nodeProcess.on =
    nodeProcess.once =
    nodeProcess.off =
    nodeProcess.emitWarning =
      nothing;

  /** @param {Module} record */
  const textOf = (record) =>
    typeof record.source === "string" ? record.source : engine.decodeText(record.source);

  /** @param {string} specifier @param {string} importer */
  const requestOf = (
    specifier,
    importer,
  ) => /** @type {[string, string, string]} */ ([specifier, importer, "require"]);

  /** @param {string} importer */
  function makeRequire(importer) {
    const require = (/** @type {any} */ specifier) => {
      if (typeof specifier !== "string") {
        throw new TypeErrorCtor('The "id" argument must be of type string');
      }
      return exportsOf(registry.loadSync(requestOf(specifier, importer)));
    };
    require.resolve = (/** @type {any} */ specifier) =>
      registry.loadSync(requestOf(`${specifier}`, importer)).url;
    require.cache = { __proto__: null };
    return require;
  }

  /** @param {string} url */
  function folderOf(url) {
    let end = url.length - 1;
    while (end > 0 && url[end] !== "/") end--;
    return StringPrototypeSlice(url, 0, end);
  }

  /** What `require` gives for a module. @param {Module} record */
  function exportsOf(record) {
    if (record.kind === "cjs") return run(record).exports;
    const namespace = registry.evaluateSync(record);
    // JSON, and the built-in modules, whose default export is what Node has as `module.exports`.
    if (record.type !== "") return namespace.default;
    if (StringPrototypeStartsWith(record.url, "node:")) return namespace.default ?? namespace;
    return "module.exports" in namespace ? namespace["module.exports"] : namespace;
  }

  /** @param {Module} record @returns {Instance} */
  function run(record) {
    const known = MapPrototypeGet(instances, record.url);
    if (known !== undefined) return known;
    const filename = record.url;
    /** @type {Instance} */
    const module = { exports: {}, id: filename, filename, loaded: false, children: [] };
    MapPrototypeSet(instances, record.url, module);
    try {
      const wrapper = compile(textOf(record), record);
      ReflectApply(wrapper, module.exports, [
        module.exports,
        makeRequire(record.url),
        module,
        filename,
        folderOf(filename),
      ]);
    } catch (error) {
      MapPrototypeDelete(instances, record.url);
      throw error;
    }
    module.loaded = true;
    return module;
  }

  // The names of Node's globals are parameters of a function around the module's own, so that the
  // module may declare them itself.
  const HEAD = "(function (process, global, Buffer) { return function (exports, require, module, " +
    "__filename, __dirname) {";

  const TAIL = "\n}})";

  /** @param {string} source @param {Module} record @returns {any} */
  function compile(source, record) {
    const { url } = record;
    let script;
    try {
      script = new Script(`${HEAD}${source}${TAIL}`, {
        __proto__: null,
        filename: url,
        lineOffset: 0,
        columnOffset: -HEAD.length,
        cachedData: record.cache ?? undefined,
        produceCachedData: false,
        importModuleDynamically: (
          /** @type {string} */ specifier,
          /** @type {any} */ _script,
          /** @type {any} */ attributes,
        ) => registry.importDynamically(specifier, attributes, url),
      });
    } catch (error) {
      throw engine.isNativeError(error) && error instanceof SyntaxErrorCtor
        ? atoll.locateSyntaxError(
          error,
          source,
          url,
          "commonjs",
          record.specifier,
          record.importer,
        )
        : error;
    }
    const outer = script.runInThisContext({
      __proto__: null,
      timeout: undefined,
      displayErrors: false,
      breakOnSigint: false,
    });
    return outer(nodeProcess, globalThis, bufferFor(record));
  }

  /** Node's `Buffer`, for a module that may count on it. @param {Module} record */
  function bufferFor(record) {
    for (let i = 0; i < record.globals.length; i++) {
      if (record.globals[i] === "Buffer") {
        return exportsOf(registry.loadSync(requestOf("node:buffer", record.url))).Buffer;
      }
    }
    return undefined;
  }

  /**
   * The names that an `import` of a CommonJS module sees.
   * @param {Module} record
   * @param {Set<string>} visited
   * @param {Set<string>} names
   */
  function collectNames(record, visited, names) {
    if (record.kind !== "cjs" || SetPrototypeHas(visited, record.url)) return;
    SetPrototypeAdd(visited, record.url);
    const found = parse(textOf(record));
    if (found === null) return;
    for (let i = 0; i < found.exports.length; i++) SetPrototypeAdd(names, found.exports[i]);
    for (let i = 0; i < found.reexports.length; i++) {
      let next;
      try {
        next = registry.loadSync(requestOf(found.reexports[i], record.url));
      } catch {
        continue; // running it will tell, if it comes to that
      }
      if (next.kind === "cjs") collectNames(next, visited, names);
    }
  }

  /** @param {string} source @returns {{ exports: string[], reexports: string[] } | null} */
  function parse(source) {
    if (lexer === null) {
      const text = atoll.callSync(options.lexer);
      const outcome = engine.runScript(
        `(function (module) { ${text}\nreturn module.exports })({ exports: {} })`,
        "atoll:cjs-module-lexer",
      );
      if (outcome[1] !== null) throw outcome[1].thrown;
      lexer = outcome[0];
    }
    let found;
    try {
      found = lexer.parse(source);
    } catch {
      return null; // a syntax error, which running the module will tell
    }
    return {
      exports: ArrayIsArray(found.exports) ? found.exports : [],
      reexports: ArrayIsArray(found.reexports) ? found.reexports : [],
    };
  }

  /** The engine's module that stands for a CommonJS one in a graph. @param {Module} record */
  function facade(record) {
    /** @type {Set<string>} */
    const found = new SetCtor();
    collectNames(record, new SetCtor(), found);
    /** @type {string[]} */
    const names = ["default", "module.exports"];
    SetPrototypeForEach(found, (/** @type {string} */ name) => {
      if (name !== "default" && name !== "module.exports") put(names, names.length, name);
    });
    const module = new SyntheticModule(names, () => {
      const { exports } = run(record);
      const isObject = typeof exports === "object" && exports !== null ||
        typeof exports === "function";
      module.setExport("default", exports);
      module.setExport("module.exports", exports);
      for (let i = 2; i < names.length; i++) {
        if (!isObject || !(names[i] in exports)) continue;
        let value;
        try {
          value = ReflectGet(exports, names[i]);
        } catch {
          continue; // a getter that throws, as in Node: undefined
        }
        module.setExport(names[i], value);
      }
    }, { __proto__: null, identifier: record.url, context: undefined });
    return module;
  }

  /** `node:module`, of which bundlers use one function. */
  const nodeModule = {
    builtinModules: options.builtins,
    createRequire: (/** @type {any} */ importer) => makeRequire(`${importer}`),
  };

  return { facade, module: nodeModule, process: nodeProcess, head: HEAD, tail: TAIL };
}
