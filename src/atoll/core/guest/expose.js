/**
 * Globals as Web IDL has them: the attributes of properties, receivers, and source text that shows
 * nothing of the engine's.
 */

import {
  FunctionPrototype,
  FunctionPrototypeToString,
  ObjectDefineProperty,
  ObjectFreeze,
  ObjectHasOwn,
  ProxyCtor,
  ReflectApply,
  ReflectDeleteProperty,
  ReflectGetOwnPropertyDescriptor,
  ReflectOwnKeys,
  StringPrototypeStartsWith,
  SymbolPrototypeDescription,
  SymbolToStringTag,
  TypeErrorCtor,
  WeakMapCtor,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
} from "./primordials.js";

/** @param {PropertyKey} name @param {PropertyDescriptor} descriptor */
export const defineGlobal = (name, descriptor) =>
  ObjectDefineProperty(globalThis, name, descriptor);

/** @param {any} value @param {boolean} [enumerable] */
export const changeable = (value, enumerable = false) => ({
  __proto__: /** @type {any} */ (null),
  value,
  configurable: true,
  enumerable,
  writable: true,
});

/** @param {any} value */
const readOnly = (value) => ({
  __proto__: /** @type {any} */ (null),
  value,
  configurable: true,
  enumerable: false,
  writable: false,
});

/** Names of functions whose source is the engine's or Atoll's. @type {WeakMap<object, string>} */
const natives = new WeakMapCtor();

/** @param {any} value a function, or anything else */
export function hideSource(value) {
  if (typeof value !== "function" || WeakMapPrototypeGet(natives, value) !== undefined) return;
  const name = ReflectGetOwnPropertyDescriptor(value, "name")?.value;
  WeakMapPrototypeSet(natives, value, typeof name === "string" ? name : "");
}

/**
 * Whether a symbol with that description is a hook of the engine: for its console, or for Node's
 * modules. What tells the serializer that an object is the engine's own cannot be removed.
 * @param {string} description
 */
export const isHook = (description) =>
  StringPrototypeStartsWith(description, "Deno.") ||
  StringPrototypeStartsWith(description, "nodejs.");

/**
 * Take the engine's hooks off an object, and hide the source of its methods.
 * @param {object} object
 */
export function clean(object) {
  const keys = ReflectOwnKeys(object);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    const descriptor = /** @type {PropertyDescriptor} */ (
      ReflectGetOwnPropertyDescriptor(object, key)
    );
    if (
      typeof key === "symbol" && descriptor.configurable === true &&
      isHook(SymbolPrototypeDescription(key) ?? "")
    ) {
      ReflectDeleteProperty(object, key);
      continue;
    }
    if (ObjectHasOwn(descriptor, "value")) hideSource(descriptor.value);
    else {
      hideSource(descriptor.get);
      hideSource(descriptor.set);
    }
  }
}

/**
 * A class as Web IDL § 3.7.1 has it: writable, configurable, not enumerable, its prototype named
 * by `Symbol.toStringTag`, and nothing of the engine's on either.
 * @param {string} name
 * @param {any} Class
 */
export function defineInterface(name, Class) {
  hideSource(Class);
  clean(Class);
  clean(Class.prototype);
  if (!ObjectHasOwn(Class.prototype, SymbolToStringTag)) {
    ObjectDefineProperty(Class.prototype, SymbolToStringTag, readOnly(name));
  }
  defineGlobal(name, changeable(Class));
}

/**
 * A class of ours, as if it were the engine's: its attributes and operations are enumerable (Web IDL
 * § 3.7.6, § 3.7.7).
 * @param {{ name: string, prototype: object }} Class
 */
export function exposeClass(Class) {
  makeEnumerable(Class.prototype, "constructor");
  makeEnumerable(Class, "");
  defineInterface(Class.name, Class);
}

/** @param {object} object @param {string} but */
function makeEnumerable(object, but) {
  const keys = ReflectOwnKeys(object);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    const isOfFunctions = key === "length" || key === "name" || key === "prototype";
    if (typeof key === "symbol" || key === but || isOfFunctions) continue;
    // @ts-ignore: __proto__ in a literal is the prototype
    ObjectDefineProperty(object, key, { __proto__: null, enumerable: true });
  }
}

const plainProxy = /** @type {ProxyHandler<any>} */ (ObjectFreeze({ __proto__: null }));

/**
 * An operation or getter of the global object (Web IDL § 3.7.7, § 3.7.6): called on something
 * else, it throws. The proxy hides its source and keeps its receiver, which `bind` would not.
 * @template {(...args: any[]) => any} F
 * @param {string} name
 * @param {F} implementation
 * @param {number} length parameters that are required
 */
function globalMethod(name, implementation, length) {
  const { method } = {
    /** @this {any} @param {any[]} args */
    method(...args) {
      if (this !== undefined && this !== null && this !== globalThis) {
        throw new TypeErrorCtor("Illegal invocation");
      }
      if (args.length < length) {
        throw new TypeErrorCtor(
          `Failed to execute '${name}': ${length} argument${length === 1 ? "" : "s"} required, ` +
            `but only ${args.length} present`,
        );
      }
      return ReflectApply(implementation, undefined, args);
    },
  };
  ObjectDefineProperty(method, "name", readOnly(name));
  ObjectDefineProperty(method, "length", readOnly(length));
  const hidden = new ProxyCtor(method, plainProxy);
  hideSource(hidden);
  return hidden;
}

/**
 * A function of the global scope, as an operation of Web IDL: enumerable, no constructor.
 * @param {string} name
 * @param {(...args: any[]) => any} implementation
 * @param {number} length parameters that are required
 */
export function exposeFunction(name, implementation, length) {
  defineGlobal(name, changeable(globalMethod(name, implementation, length), true));
}

/**
 * An attribute of the global scope.
 * @param {string} name
 * @param {() => any} get
 * @param {(value: any) => void} [set] without it, the attribute is read-only
 */
export function exposeAttribute(name, get, set) {
  defineGlobal(name, {
    // @ts-ignore: __proto__ in a literal is the prototype
    __proto__: null,
    get: globalMethod(`get ${name}`, get, 0),
    set: set && globalMethod(`set ${name}`, set, 1),
    configurable: true,
    enumerable: true,
  });
}

/**
 * A read-only attribute of the global scope that an assignment replaces ([Replaceable] of Web IDL).
 * @param {string} name
 * @param {() => any} get
 */
export const exposeReplaceable = (name, get) =>
  exposeAttribute(name, get, (value) => {
    defineGlobal(name, changeable(value, true));
  });

/**
 * Put another implementation in the place of a method, or of a getter, which keeps its name, its
 * length and its descriptor.
 * @param {object} target
 * @param {PropertyKey} key
 * @param {(original: (...args: any[]) => any) => (self: any, args: any[]) => any} make
 */
export function replaceMethod(target, key, make) {
  const old = /** @type {PropertyDescriptor} */ (ReflectGetOwnPropertyDescriptor(target, key));
  const isValue = ObjectHasOwn(old, "value");
  const original = isValue ? old.value : old.get;
  const implementation = make(original);
  const replacement = new ProxyCtor(original, {
    // @ts-ignore: __proto__ in a literal is the prototype
    __proto__: null,
    apply: (_target, self, args) => implementation(self, args),
  });
  hideSource(replacement);
  const change = isValue ? { value: replacement } : { get: replacement };
  // @ts-ignore: as above
  ObjectDefineProperty(target, key, { __proto__: null, ...old, ...change });
}

/**
 * A method that is no constructor in the place of one that is (Web IDL § 3.7.7).
 * @param {object} target
 * @param {string} key
 */
export function makeMethod(target, key) {
  const old = /** @type {PropertyDescriptor} */ (ReflectGetOwnPropertyDescriptor(target, key));
  const original = old.value;
  const { method } = {
    /** @this {any} @param {any[]} args */
    method(...args) {
      return ReflectApply(original, this, args);
    },
  };
  ObjectDefineProperty(method, "name", readOnly(key));
  ObjectDefineProperty(method, "length", readOnly(original.length));
  hideSource(method);
  // @ts-ignore: __proto__ in a literal is the prototype
  ObjectDefineProperty(target, key, { __proto__: null, ...old, value: method });
}

/** The source text of what is the engine's is "NativeFunction" of ECMA-262 § 20.2.3.5. */
export const hideSources = () =>
  replaceMethod(FunctionPrototype, "toString", () => (self) => {
    const name = typeof self === "function" ? WeakMapPrototypeGet(natives, self) : undefined;
    return name === undefined
      ? FunctionPrototypeToString(self)
      : `function ${name}() { [native code] }`;
  });
