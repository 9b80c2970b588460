/**
 * The global `navigator` (HTML § 8.9.1), which the first capability makes that adds to it.
 */

import { defineInterface, exposeAttribute } from "./expose.js";
import { ObjectDefineProperty, TypeErrorCtor } from "./primordials.js";

/** @type {ReturnType<typeof makeNavigator> | undefined} */
let made;

function makeNavigator() {
  let isNavigator = (/** @type {any} */ _value) => false;
  let isOurs = true;
  class Navigator {
    #brand = true;
    constructor() {
      if (!isOurs) throw new TypeErrorCtor("Illegal constructor");
    }
    static {
      isNavigator = (value) => typeof value === "object" && value !== null && #brand in value;
    }
  }
  const navigator = new Navigator();
  isOurs = false;
  exposeAttribute("navigator", () => navigator);
  return { Navigator, isNavigator };
}

/**
 * A read-only attribute of `navigator`.
 * @param {string} name
 * @param {() => any} get
 */
export function exposeOnNavigator(name, get) {
  const { Navigator, isNavigator } = made ??= makeNavigator();
  const { method } = {
    /** @this {any} */
    method() {
      if (!isNavigator(this)) throw new TypeErrorCtor("Illegal invocation");
      return get();
    },
  };
  ObjectDefineProperty(method, "name", {
    // @ts-ignore: __proto__ in a literal is the prototype
    __proto__: null,
    value: `get ${name}`,
  });
  ObjectDefineProperty(Navigator.prototype, name, {
    // @ts-ignore: as above
    __proto__: null,
    get: method,
    set: undefined,
    configurable: true,
    enumerable: true,
  });
  // Again with each attribute, as it hides their source.
  defineInterface("Navigator", Navigator);
}
