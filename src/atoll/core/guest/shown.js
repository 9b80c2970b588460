/**
 * What a console shows of objects whose class keeps what they hold behind getters, or in pairs that
 * `forEach` walks over. The members are taken when a class is registered, before user code runs, so
 * that showing an object calls nothing of the user's.
 */

import {
  MapCtor,
  MapPrototypeGet,
  MapPrototypeSet,
  put,
  ReflectGetOwnPropertyDescriptor,
  ReflectGetPrototypeOf,
  uncurryGetter,
  uncurryThis,
} from "./primordials.js";

/** @typedef {(value: any, add: (key: string, value: any) => void) => void} Show */

/** By the prototypes of their classes. @type {Map<object, Show>} */
const known = new MapCtor();

/**
 * Instances show some of their attributes.
 * @param {any} Class
 * @param {string[]} names
 */
export function showAttributes(Class, names) {
  /** @type {((value: any) => any)[]} */
  const getters = [];
  for (let i = 0; i < names.length; i++) {
    let holder = Class.prototype;
    while (ReflectGetOwnPropertyDescriptor(holder, names[i])?.get === undefined) {
      holder = ReflectGetPrototypeOf(holder);
    }
    put(getters, i, uncurryGetter(holder, names[i]));
  }
  /** @type {Show} */
  const show = (value, add) => {
    for (let i = 0; i < names.length; i++) add(names[i], getters[i](value));
  };
  MapPrototypeSet(known, Class.prototype, show);
}

/** Instances show their pairs of name and value. @param {any} Class */
export function showPairs(Class) {
  const forEach = uncurryThis(Class.prototype.forEach);
  /** @type {Show} */
  const show = (value, add) =>
    forEach(value, (/** @type {any} */ item, /** @type {string} */ name) => add(name, item));
  MapPrototypeSet(known, Class.prototype, show);
}

/** @param {object} prototype @returns {Show | undefined} */
export const shownOf = (prototype) => MapPrototypeGet(known, prototype);
