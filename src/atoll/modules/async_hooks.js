/**
 * The part of Node's `async_hooks` that needs no view of other code: AsyncLocalStorage and
 * AsyncResource, on the engine's asynchronous context.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */

/**
 * @param {Atoll} atoll
 * @param {import("../core/guest/engine.js").ModuleEngine} moduleEngine
 */
export function createAsyncHooks(atoll, moduleEngine) {
  const { ReflectApply, TypeErrorCtor } = atoll.primordials;
  const { AsyncVariable, getContext, setContext } = moduleEngine.asyncContext;
  const { enter, get } = AsyncVariable.prototype;

  /** @param {any} context @param {any} fn @param {any} self @param {any[]} args */
  function within(context, fn, self, args) {
    if (typeof fn !== "function") throw new TypeErrorCtor("the callback is no function");
    const previous = getContext();
    setContext(context);
    try {
      return ReflectApply(fn, self, args);
    } finally {
      setContext(previous);
    }
  }

  class AsyncResource {
    #type;
    #context = getContext();

    /** @param {string} type */
    constructor(type) {
      this.#type = `${type}`;
    }

    get type() {
      return this.#type;
    }

    /** @param {any} fn @param {any} self @param {any[]} args */
    runInAsyncScope(fn, self, ...args) {
      return within(this.#context, fn, self, args);
    }

    emitDestroy() {
      return this;
    }

    /** @param {any} fn */
    bind(fn) {
      const context = this.#context;
      return function (/** @type {any[]} */ ...args) {
        // @ts-ignore: whatever it is called on
        return within(context, fn, this, args);
      };
    }

    /** @param {any} fn */
    static bind(fn) {
      return new AsyncResource("bound-anonymous-fn").bind(fn);
    }
  }

  class AsyncLocalStorage {
    #variable = new AsyncVariable();
    #isEnabled = false;

    /** @param {any} store @param {any} fn @param {any[]} args */
    run(store, fn, ...args) {
      this.#isEnabled = true;
      const previous = ReflectApply(enter, this.#variable, [store]);
      try {
        return ReflectApply(fn, undefined, args);
      } finally {
        setContext(previous);
      }
    }

    /** @param {any} fn @param {any[]} args */
    exit(fn, ...args) {
      return this.run(undefined, fn, ...args);
    }

    getStore() {
      return this.#isEnabled ? ReflectApply(get, this.#variable, []) : undefined;
    }

    /** @param {any} store */
    enterWith(store) {
      this.#isEnabled = true;
      ReflectApply(enter, this.#variable, [store]);
    }

    disable() {
      this.#isEnabled = false;
    }

    /** @param {any} fn */
    static bind(fn) {
      return AsyncResource.bind(fn);
    }

    static snapshot() {
      const context = getContext();
      return (/** @type {any} */ fn, /** @type {any[]} */ ...args) =>
        within(context, fn, undefined, args);
    }
  }

  return { AsyncLocalStorage, AsyncResource };
}
