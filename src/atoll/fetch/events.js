/**
 * What `EventSource` and `WebSocket` share: events, and event handler attributes (HTML Standard,
 * section 8.1.8.1).
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {ReturnType<typeof createEvents>} Events */

/** @param {Atoll} atoll */
export function createEvents(atoll) {
  const {
    ObjectDefineProperty,
    ReflectApply,
    WeakMapCtor,
    WeakMapPrototypeGet,
    WeakMapPrototypeSet,
    uncurryThis,
  } = atoll.primordials;
  const EventCtor = Event;
  const MessageEventCtor = MessageEvent;
  const addEventListener = uncurryThis(EventTarget.prototype.addEventListener);
  const removeEventListener = uncurryThis(EventTarget.prototype.removeEventListener);
  const dispatchEvent = uncurryThis(EventTarget.prototype.dispatchEvent);

  /** The engine's key for "isTrusted", which only an event that user code has not made has. */
  const trustedKey =
    /** @type {any} */ (Reflect.ownKeys(new Event("")).find((key) =>
      typeof key === "symbol" && key.description === "[[isTrusted]]"
    ));

  /** @typedef {{ value: any, listener: (event: any) => void }} Handler */
  /** @type {WeakMap<object, Record<string, Handler>>} */
  const handlers = new WeakMapCtor();

  /** @param {any} target @param {string} type */
  function handlerOf(target, type) {
    let all = WeakMapPrototypeGet(handlers, target);
    if (all === undefined) {
      all = { __proto__: /** @type {any} */ (null) };
      WeakMapPrototypeSet(handlers, target, all);
    }
    if (all[type] === undefined) {
      /** @type {Handler} */
      const handler = {
        value: null,
        listener: (event) => {
          if (typeof handler.value !== "function") return;
          ReflectApply(handler.value, target, [event]);
        },
      };
      all[type] = handler;
    }
    return all[type];
  }

  /**
   * @param {any} Class
   * @param {string[]} types
   * @param {(self: any) => void} check the brand
   */
  function defineHandlers(Class, types, check) {
    for (let i = 0; i < types.length; i++) {
      const type = types[i];
      const name = `on${type}`;
      const accessors = {
        /** @returns {any} */
        get [name]() {
          check(this);
          return handlerOf(this, type).value;
        },
        /** @param {any} value */
        set [name](value) {
          check(this);
          const handler = handlerOf(this, type);
          const isHandler = typeof value === "function" ||
            typeof value === "object" && value !== null;
          if (isHandler && handler.value === null) addEventListener(this, type, handler.listener);
          if (!isHandler) removeEventListener(this, type, handler.listener);
          handler.value = isHandler ? value : null;
        },
      };
      ObjectDefineProperty(
        Class.prototype,
        name,
        /** @type {any} */ (atoll.primordials.ReflectGetOwnPropertyDescriptor(accessors, name)),
      );
    }
  }

  /** @param {any} target @param {string} type @param {any} [Class] @param {any} [init] */
  function fire(target, type, Class = EventCtor, init = undefined) {
    const event = new Class(type, init);
    event[trustedKey] = true;
    return dispatchEvent(target, event);
  }

  return { MessageEventCtor, defineHandlers, fire };
}
