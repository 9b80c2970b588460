/**
 * The module map of an isolate (HTML § 8.1.6): one module for each URL and type, how a graph of them
 * is loaded, linked and evaluated.
 *
 * What a specifier means is decided by the host alone. A graph is loaded level by level: all the
 * imports of one level are one message to the host, which answers with what they resolve to and with
 * the sources that this isolate does not have yet. `import()` waits for the host as a promise,
 * `require()` and `createRequire` block; both go through the same steps.
 *
 * A promise that could hold one of the engine's module objects would show it to user code that has
 * replaced `Promise.prototype.then` or `constructor`. So none does: promises settle with namespaces
 * and texts, and modules are found by their keys.
 */

import { createCompiler } from "./compile.js";

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {[specifier: string, importer: string, type: string]} Request */
/**
 * @typedef {object} Module
 * @property {string} key
 * @property {string} url
 * @property {string} type "" or what the import attribute asked for; "cjs" for CommonJS
 * @property {string} kind esm, bundle, json, text, bytes, cjs, or native for one that is made here
 * @property {any} source text or bytes; dropped once it is compiled
 * @property {string[]} globals of Node's that it may count on
 * @property {Uint8Array | null} cache compiled code from the disk
 * @property {string} specifier by which it was first imported
 * @property {string} importer
 * @property {any} module the engine's, or null before it is compiled
 * @property {Request[]} requests
 * @property {boolean} isDistinguished it imports a specifier as two types, see compile.js
 * @property {boolean} linked
 * @property {{ thrown: any } | null} failure the source did not compile
 */

/**
 * @param {Atoll} atoll
 * @param {import("../core/guest/engine.js").ModuleEngine} moduleEngine
 * @param {any} options
 */
export function createRegistry(atoll, moduleEngine, options) {
  const { primordials, engine } = atoll;
  const {
    MapCtor,
    MapPrototypeGet,
    MapPrototypeHas,
    MapPrototypeSet,
    ObjectDefineProperty,
    PromiseCtor,
    PromisePrototypeThen,
    put,
    RangeErrorCtor,
    SetCtor,
    SetPrototypeAdd,
    SetPrototypeHas,
    StringPrototypeIncludes,
    SyntaxErrorCtor,
    TypeErrorCtor,
  } = primordials;

  /** @type {Map<string, Module>} */
  const modules = new MapCtor();
  /** Keys of modules by what asked for them. @type {Map<string, string>} */
  const resolved = new MapCtor();
  /** Keys that have arrived since the host was told last. @type {string[]} */
  let arrived = [];
  /** @type {any} how CommonJS modules are made, see commonjs.js */
  let commonJs = null;
  let mainUrl = "";
  /** Dynamic imports by modules. @type {ReturnType<typeof watchCycle>[]} */
  const watches = [];
  /** Those that have closed a cycle. @type {ReturnType<typeof watchCycle>[]} */
  const suspects = [];
  const NO_ATTRIBUTES = { __proto__: null };

  /**
   * `then` without the species lookup, which would call a constructor of user code.
   * @param {Promise<any>} promise one that no user code has seen
   * @param {(value: any) => void} fulfilled
   * @param {(reason: any) => void} rejected
   */
  function settle(promise, fulfilled, rejected) {
    ObjectDefineProperty(promise, "constructor", {
      // @ts-ignore: __proto__ in a literal is the prototype
      __proto__: null,
      value: undefined,
      configurable: true,
    });
    PromisePrototypeThen(promise, fulfilled, rejected);
  }

  /**
   * A promise whose maker does not show in stacks.
   * @param {(done: (value: any) => void, failed: (reason: any) => void) => void} work
   * @returns {Promise<any>}
   */
  function promised(work) {
    /** @type {any} */
    let done;
    /** @type {any} */
    let failed;
    const promise = new PromiseCtor((resolve, reject) => {
      done = resolve;
      failed = reject;
    });
    try {
      work(done, failed);
    } catch (error) {
      failed(error);
    }
    return promise;
  }

  /** @param {Request} request */
  const requestKey = (request) => `${request[2]}\n${request[1]}\n${request[0]}`;
  /** @param {string} url @param {string} type */
  const moduleKey = (url, type) => `${type}\n${url}`;

  function takeArrived() {
    const keys = arrived;
    arrived = [];
    return keys;
  }

  const compiler = createCompiler(atoll, moduleEngine, options.base, {
    importDynamically: (specifier, attributes, importer) =>
      importDynamically(specifier, attributes, importer),
    fillMeta(meta, url) {
      // It has no prototype, so that these cannot be setters of user code.
      meta.url = url;
      meta.main = url === mainUrl;
      meta.resolve = atoll.nativeFunction("resolve", (specifier) => resolve(`${specifier}`, url));
    },
  });

  /** @param {string} specifier @param {string} importer */
  const resolve = (specifier, importer) => atoll.callSync(options.resolve, specifier, importer);

  /**
   * @param {string} key
   * @param {any[]} data as the host sends it
   * @returns {Module}
   */
  const recordOf = (key, data) => ({
    key,
    url: data[0],
    type: data[1],
    kind: data[2],
    source: data[3],
    globals: data[6],
    cache: data[9],
    specifier: data[4],
    importer: data[5],
    module: null,
    requests: [],
    isDistinguished: false,
    linked: true,
    failure: null,
  });

  /** Make what the host has sent, as far as that needs no other module. @param {any[]} data */
  function add(data) {
    const key = moduleKey(data[0], data[1]);
    if (MapPrototypeHas(modules, key)) return;
    put(arrived, arrived.length, key);
    const record = recordOf(key, data);
    MapPrototypeSet(modules, key, record);
    if (record.kind === "cjs") return;
    try {
      compiler.compile(record, data[7], data[8]);
    } catch (thrown) {
      record.failure = { thrown };
    }
    record.source = undefined;
  }

  /** @param {Request[]} requests @param {any} answer of the host */
  function accept(requests, answer) {
    const records = answer[1];
    for (let i = 0; i < records.length; i++) add(records[i]);
    const places = answer[0];
    for (let i = 0; i < requests.length; i++) {
      if (places[i] !== null) {
        MapPrototypeSet(resolved, requestKey(requests[i]), moduleKey(places[i][0], places[i][1]));
      }
    }
  }

  /**
   * What a graph still lacks.
   * @param {Set<string>} visited keys of the modules that are in it
   * @param {Request[]} frontier where the last call stopped
   * @returns {Request[]}
   */
  function missing(visited, frontier) {
    /** @type {Request[]} */
    const lacking = [];
    /** @type {Request[]} */
    const stack = [];
    for (let i = frontier.length - 1; i >= 0; i--) put(stack, stack.length, frontier[i]);
    while (stack.length > 0) {
      const request = stack[stack.length - 1];
      stack.length--;
      const key = MapPrototypeGet(resolved, requestKey(request));
      const record = key === undefined ? undefined : MapPrototypeGet(modules, key);
      if (record === undefined) {
        put(lacking, lacking.length, request);
        continue;
      }
      if (SetPrototypeHas(visited, record.key)) continue;
      SetPrototypeAdd(visited, record.key);
      if (record.failure !== null) throw record.failure.thrown;
      for (let i = record.requests.length - 1; i >= 0; i--) {
        put(stack, stack.length, record.requests[i]);
      }
    }
    return lacking;
  }

  /** @param {Request} request @returns {Module} */
  const find = (request) => /** @type {Module} */ (MapPrototypeGet(
    modules,
    MapPrototypeGet(resolved, requestKey(request)),
  ));

  /**
   * Get everything that these requests lead to.
   * @param {Request[]} roots
   * @param {() => void} done
   * @param {(reason: any) => void} failed
   */
  function load(roots, done, failed) {
    /** @type {Set<string>} */
    const visited = new SetCtor();
    const step = (/** @type {Request[]} */ frontier) => {
      try {
        const lacking = missing(visited, frontier);
        if (lacking.length === 0) {
          done();
          return;
        }
        settle(atoll.callAsync(options.load, [lacking, takeArrived()]), (answer) => {
          try {
            accept(lacking, answer);
          } catch (error) {
            failed(error);
            return;
          }
          step(lacking);
        }, failed);
      } catch (error) {
        failed(error);
      }
    };
    step(roots);
  }

  /** The same, blocking. @param {Request} root @returns {Module} */
  function loadSync(root) {
    /** @type {Set<string>} */
    const visited = new SetCtor();
    let lacking = missing(visited, [root]);
    while (lacking.length > 0) {
      accept(lacking, atoll.callSync(options.load, lacking, takeArrived()));
      lacking = missing(visited, lacking);
    }
    const record = find(root);
    if (record.kind !== "cjs") link(record);
    return record;
  }

  /** The engine's module of a record. @param {Module} record */
  function moduleOf(record) {
    if (record.module === null) record.module = commonJs.facade(record);
    return record.module;
  }

  /** Link everything that can be reached from a record. @param {Module} root */
  function link(root) {
    /** @type {Module[]} */
    const stack = [root];
    while (stack.length > 0) {
      const record = stack[stack.length - 1];
      stack.length--;
      moduleOf(record);
      if (record.linked) continue;
      record.linked = true;
      /** @type {any[]} */
      const dependencies = [];
      /** @type {string[]} */
      const specifiers = [];
      for (let i = 0; i < record.requests.length; i++) {
        const dependency = find(record.requests[i]);
        put(specifiers, i, compiler.nameForEngine(record, record.requests[i]));
        put(dependencies, i, moduleOf(dependency));
        put(stack, stack.length, dependency);
      }
      moduleEngine.link(record.module, specifiers, dependencies);
    }
    if (root.module.status !== "unlinked") return;
    try {
      root.module.instantiate();
    } catch (error) {
      throw attributed(error, root);
    }
  }

  /**
   * The engine does not say which module asks for an export that is not there.
   * @param {any} error
   * @param {Module} root
   */
  function attributed(error, root) {
    if (error instanceof RangeErrorCtor) {
      return new RangeErrorCtor(`the chain of imports that ${root.url} begins is too long`);
    }
    if (!(error instanceof SyntaxErrorCtor)) return error;
    const message = `${error.message}`;
    const importers = importersOf(root, message);
    const where = importers === "" ? root.url : importers;
    return new SyntaxErrorCtor(`${message} (imported by ${where})`);
  }

  /** @param {Module} root @param {string} message that quotes the specifier */
  function importersOf(root, message) {
    let found = "";
    /** @type {Set<string>} */
    const visited = new SetCtor();
    /** @type {Module[]} */
    const stack = [root];
    while (stack.length > 0) {
      const record = stack[stack.length - 1];
      stack.length--;
      if (SetPrototypeHas(visited, record.key)) continue;
      SetPrototypeAdd(visited, record.key);
      for (let i = 0; i < record.requests.length; i++) {
        const request = record.requests[i];
        if (found === "" && StringPrototypeIncludes(message, `'${request[0]}'`)) found = record.url;
        put(stack, stack.length, find(request));
      }
    }
    return found;
  }

  /** @param {any} module linked @param {(namespace: any) => void} done @param {(reason: any) => void} failed */
  function evaluate(module, done, failed) {
    settle(module.evaluate(), () => done(module.namespace), failed);
  }

  /**
   * @param {string} specifier
   * @param {any} attributes
   * @param {string} importer
   * @returns {Promise<any>} of the namespace
   */
  const importDynamically = (specifier, attributes, importer) =>
    promised((done, failed) => {
      const type = compiler.typeOf(attributes, specifier, importer);
      /** @type {Request} */
      const request = [specifier, importer, type];
      load([request], () => {
        const record = find(request);
        link(record);
        const watch = watchCycle(request, record, failed);
        evaluate(record.module, (namespace) => {
          watch.isSettled = true;
          done(namespace);
        }, (error) => {
          watch.isSettled = true;
          failed(error);
        });
      }, failed);
    });

  /**
   * A module that awaits an import of one that waits for it never goes on. Whether it awaits cannot
   * be seen; but when nothing else is left to do in the isolate, nothing else can help it.
   * @param {Request} request of a dynamic import
   * @param {Module} target
   * @param {(reason: any) => void} failed
   */
  function watchCycle(request, target, failed) {
    const importer = moduleKey(request[1], "");
    const watch = { importer, target: target.key, request, failed, isSettled: false };
    if (MapPrototypeHas(modules, importer)) {
      forgetSettled();
      put(watches, watches.length, watch);
      // The last import of a cycle closes it.
      if (reaches(watch.target, importer)) put(suspects, suspects.length, watch);
    }
    return watch;
  }

  atoll.onIdle(() => {
    while (suspects.length > 0) {
      const watch = suspects[suspects.length - 1];
      suspects.length--;
      if (watch.isSettled || !reaches(watch.target, watch.importer)) continue;
      watch.isSettled = true;
      const { request, failed } = watch;
      settle(atoll.callAsync(options.cycle, [request[0], request[1]]), () => {}, failed);
      return;
    }
  });

  function forgetSettled() {
    let kept = 0;
    for (let i = 0; i < watches.length; i++) {
      if (!watches[i].isSettled) watches[kept++] = watches[i];
    }
    watches.length = kept;
  }

  /** Whether a module waits for another, as far as can be seen. @param {string} from @param {string} to */
  function reaches(from, to) {
    /** @type {Set<string>} */
    const visited = new SetCtor();
    const stack = [from];
    while (stack.length > 0) {
      const key = stack[stack.length - 1];
      stack.length--;
      if (key === to) return true;
      if (SetPrototypeHas(visited, key)) continue;
      SetPrototypeAdd(visited, key);
      const record = MapPrototypeGet(modules, key);
      const count = record === undefined ? 0 : record.requests.length;
      for (let i = 0; i < count; i++) put(stack, stack.length, find(record.requests[i]).key);
      for (let i = 0; i < watches.length; i++) {
        const { importer, target, isSettled } = watches[i];
        if (importer === key && !isSettled) put(stack, stack.length, target);
      }
    }
    return false;
  }

  /**
   * The namespace of a module that `require` asks for.
   * @param {Module} record
   */
  function evaluateSync(record) {
    link(record);
    const promise = record.module.evaluate();
    const details = engine.promiseDetails(promise);
    if (details[0] === 1) return record.module.namespace;
    settle(promise, () => {}, () => {});
    if (details[0] === 2) throw details[1];
    throw new TypeErrorCtor(
      `require() of ${record.url}: it has a top-level await; use import() instead`,
    );
  }

  /**
   * Code of the owner as a module of its own, which is not in the map.
   * @param {[text: string, sourceMap: string | null]} source
   * @param {string} filename
   * @param {string} url
   */
  const evaluateSource = (source, filename, url) =>
    promised((done, failed) => {
      const record = recordOf("", [url, "", "esm", source[0], "", "", [], null, null, null]);
      compiler.compileSource(record, source[1], filename);
      record.source = undefined;
      load(record.requests, () => {
        link(record);
        evaluate(record.module, done, failed);
      }, failed);
    });

  return {
    /** @param {string} specifier @param {boolean} isMain */
    importFromHost(specifier, isMain) {
      if (isMain) mainUrl = resolve(specifier, options.base);
      return importDynamically(specifier, NO_ATTRIBUTES, options.base);
    },
    importDynamically,
    evaluateSource,
    resolve,
    loadSync,
    evaluateSync,
    link,
    /** @param {any} maker @param {any} values exports of built-in modules, by URL */
    connect(maker, values) {
      commonJs = maker;
      compiler.connect(values);
    },
  };
}
