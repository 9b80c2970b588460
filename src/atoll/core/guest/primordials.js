/**
 * Intrinsics captured before any user code runs.
 *
 * User code shares this realm and may overwrite everything that it can reach. The guest halves
 * therefore call only what they captured here: never a method on a value that user code could
 * have touched, never `for…of`, spread or destructuring over an array (all three look up
 * `Array.prototype[Symbol.iterator]` anew each time).
 */

const { bind, call } = Function.prototype;

/**
 * `uncurryThis(f)(self, …args)` calls `f` on `self` without looking anything up on either.
 * @type {(f: any) => (self: any, ...args: any[]) => any}
 */
export const uncurryThis = bind.bind(call);

/** @type {(target: any, key: PropertyKey) => (self: any) => any} */
export const uncurryGetter = (target, key) =>
  uncurryThis(Reflect.getOwnPropertyDescriptor(target, key)?.get);

export const {
  apply: ReflectApply,
  construct: ReflectConstruct,
  defineProperty: ReflectDefineProperty,
  deleteProperty: ReflectDeleteProperty,
  get: ReflectGet,
  getOwnPropertyDescriptor: ReflectGetOwnPropertyDescriptor,
  getPrototypeOf: ReflectGetPrototypeOf,
  has: ReflectHas,
  ownKeys: ReflectOwnKeys,
  set: ReflectSet,
  setPrototypeOf: ReflectSetPrototypeOf,
} = Reflect;

export const {
  defineProperty: ObjectDefineProperty,
  freeze: ObjectFreeze,
  hasOwn: ObjectHasOwn,
  keys: ObjectKeys,
  prototype: ObjectPrototype,
} = Object;

export const { prototype: ArrayPrototype, isArray: ArrayIsArray } = Array;
/**
 * `array[index] = value` for a new element. An assignment, or `push`, would call a setter that user
 * code has put on that index of a prototype, and hand it what nobody but Atoll should see.
 * @param {any[]} array
 * @param {number} index
 * @param {any} value
 */
export const put = (array, index, value) => {
  if (index in ArrayPrototype) {
    ObjectDefineProperty(array, index, {
      // @ts-ignore: __proto__ in a literal is the prototype
      __proto__: null,
      value,
      configurable: true,
      enumerable: true,
      writable: true,
    });
  } else {
    array[index] = value;
  }
};
export const ArrayPrototypePush = uncurryThis(Array.prototype.push);

export const { isView: ArrayBufferIsView } = ArrayBuffer;
export const ArrayBufferPrototypeByteLength = uncurryGetter(ArrayBuffer.prototype, "byteLength");
export const ArrayBufferPrototypeDetached = uncurryGetter(ArrayBuffer.prototype, "detached");
export const ArrayBufferPrototypeResizable = uncurryGetter(ArrayBuffer.prototype, "resizable");
const TypedArray = Reflect.getPrototypeOf(Uint8Array);
const TypedArrayPrototype = /** @type {any} */ (TypedArray).prototype;
export const TypedArrayPrototypeTag = uncurryGetter(TypedArrayPrototype, Symbol.toStringTag);
export const TypedArrayPrototypeBuffer = uncurryGetter(TypedArrayPrototype, "buffer");
export const TypedArrayPrototypeByteOffset = uncurryGetter(TypedArrayPrototype, "byteOffset");
export const TypedArrayPrototypeByteLength = uncurryGetter(TypedArrayPrototype, "byteLength");
export const TypedArrayPrototypeSet = uncurryThis(TypedArrayPrototype.set);
export const TypedArrayPrototypeCopyWithin = uncurryThis(TypedArrayPrototype.copyWithin);
export const DataViewPrototypeBuffer = uncurryGetter(DataView.prototype, "buffer");
export const DataViewPrototypeByteOffset = uncurryGetter(DataView.prototype, "byteOffset");
export const DataViewPrototypeByteLength = uncurryGetter(DataView.prototype, "byteLength");

export const BigIntCtor = BigInt;
export const BigIntPrototypeToString = uncurryThis(BigInt.prototype.toString);
export const BigIntPrototypeValueOf = uncurryThis(BigInt.prototype.valueOf);
export const BooleanPrototypeValueOf = uncurryThis(Boolean.prototype.valueOf);
export const NumberCtor = Number;
export const NumberPrototypeValueOf = uncurryThis(Number.prototype.valueOf);
export const { MAX_SAFE_INTEGER } = Number;

export const DateCtor = Date;
export const DatePrototypeGetTime = uncurryThis(Date.prototype.getTime);

export const ErrorCtor = Error;
export const TypeErrorCtor = TypeError;
export const RangeErrorCtor = RangeError;
export const SyntaxErrorCtor = SyntaxError;
export const AggregateErrorCtor = AggregateError;
/** Native error classes by name, so that a `TypeError` of one side is a `TypeError` of the other. */
export const nativeErrors = new Map([
  ["Error", Error],
  ["EvalError", EvalError],
  ["RangeError", RangeError],
  ["ReferenceError", ReferenceError],
  ["SyntaxError", SyntaxError],
  ["TypeError", TypeError],
  ["URIError", URIError],
]);
export const ErrorPrototypeToString = uncurryThis(Error.prototype.toString);
export const { captureStackTrace: ErrorCaptureStackTrace } = Error;

/** A DOMException that knows the quota. @type {new (message: string, options?: any) => Error} */
// @ts-ignore: the engine's types do not have it yet
export const QuotaExceededErrorCtor = QuotaExceededError;

export const FunctionPrototype = Function.prototype;
export const FunctionPrototypeBind = uncurryThis(Function.prototype.bind);
export const FunctionPrototypeToString = uncurryThis(Function.prototype.toString);

export const { parse: JSONParse, stringify: JSONStringify } = JSON;
export const { floor: MathFloor, trunc: MathTrunc } = Math;

export const MapCtor = Map;
export const MapPrototypeGet = uncurryThis(Map.prototype.get);
export const MapPrototypeSet = uncurryThis(Map.prototype.set);
export const MapPrototypeHas = uncurryThis(Map.prototype.has);
export const MapPrototypeDelete = uncurryThis(Map.prototype.delete);
export const MapPrototypeForEach = uncurryThis(Map.prototype.forEach);
export const MapPrototypeSize = uncurryGetter(Map.prototype, "size");
export const SetCtor = Set;
export const SetPrototypeAdd = uncurryThis(Set.prototype.add);
export const SetPrototypeHas = uncurryThis(Set.prototype.has);
export const SetPrototypeDelete = uncurryThis(Set.prototype.delete);
export const SetPrototypeForEach = uncurryThis(Set.prototype.forEach);
export const SetPrototypeSize = uncurryGetter(Set.prototype, "size");
export const WeakMapCtor = WeakMap;
export const WeakMapPrototypeGet = uncurryThis(WeakMap.prototype.get);
export const WeakMapPrototypeSet = uncurryThis(WeakMap.prototype.set);
export const WeakRefCtor = WeakRef;
export const WeakRefPrototypeDeref = uncurryThis(WeakRef.prototype.deref);
export const FinalizationRegistryCtor = FinalizationRegistry;
export const FinalizationRegistryPrototypeRegister = uncurryThis(
  FinalizationRegistry.prototype.register,
);

export const PromiseCtor = Promise;
export const PromisePrototypeThen = uncurryThis(Promise.prototype.then);
const promiseResolve = uncurryThis(Promise.resolve);
/** @type {(value?: unknown) => Promise<any>} */
export const PromiseResolve = (value) => promiseResolve(PromiseCtor, value);

export const ProxyCtor = Proxy;

export const RegExpCtor = RegExp;
export const RegExpPrototypeExec = uncurryThis(RegExp.prototype.exec);
export const RegExpPrototypeSource = uncurryGetter(RegExp.prototype, "source");
/** The getter of `flags` looks each flag up by name, which user code may have redefined. */
const regExpFlags = [
  ["d", "hasIndices"],
  ["g", "global"],
  ["i", "ignoreCase"],
  ["m", "multiline"],
  ["s", "dotAll"],
  ["u", "unicode"],
  ["v", "unicodeSets"],
  ["y", "sticky"],
].map(([letter, name]) => ({ letter, isSet: uncurryGetter(RegExp.prototype, name) }));
/** @param {RegExp} regExp @returns {string} */
export const RegExpPrototypeFlags = (regExp) => {
  let flags = "";
  for (let i = 0; i < regExpFlags.length; i++) {
    if (regExpFlags[i].isSet(regExp)) flags += regExpFlags[i].letter;
  }
  return flags;
};

export const StringCtor = String;
export const StringPrototypeCharCodeAt = uncurryThis(String.prototype.charCodeAt);
export const StringPrototypeIncludes = uncurryThis(String.prototype.includes);
export const StringPrototypeIndexOf = uncurryThis(String.prototype.indexOf);
export const StringPrototypeIsWellFormed = uncurryThis(String.prototype.isWellFormed);
export const StringPrototypeLastIndexOf = uncurryThis(String.prototype.lastIndexOf);
export const StringPrototypeSlice = uncurryThis(String.prototype.slice);
export const StringPrototypeSplit = uncurryThis(String.prototype.split);
export const StringPrototypeStartsWith = uncurryThis(String.prototype.startsWith);
export const StringPrototypeToWellFormed = uncurryThis(String.prototype.toWellFormed);
export const StringPrototypeValueOf = uncurryThis(String.prototype.valueOf);
export const { fromCharCode: StringFromCharCode } = String;
export const SymbolPrototypeDescription = uncurryGetter(Symbol.prototype, "description");
export const { iterator: SymbolIterator, toStringTag: SymbolToStringTag } = Symbol;

/** Typed array classes by the code they have on the wire; 0 is ArrayBuffer, 1 Uint8Array. */
export const binaryClasses = [
  ArrayBuffer,
  Uint8Array,
  Uint8ClampedArray,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  BigUint64Array,
  BigInt64Array,
  Float16Array,
  Float32Array,
  Float64Array,
  DataView,
];
/** Their names, by the same code: the classes' own `name` can be redefined. */
export const binaryNames = binaryClasses.map(({ name }) => name);
export const Uint8ArrayCtor = Uint8Array;
/** @type {(text: string) => Uint8Array<ArrayBuffer>} */
// @ts-ignore: the engine's types do not have it yet
export const fromBase64 = Uint8Array.fromBase64.bind(Uint8Array);
/**
 * `bytes.subarray(start, end)` without the species lookup, which would hand the buffer to whatever
 * user code has put on `Uint8Array.prototype.constructor`.
 * @type {(bytes: Uint8Array, start: number, end?: number) => Uint8Array<any>}
 */
export const subarray = (bytes, start, end) =>
  new Uint8ArrayCtor(
    TypedArrayPrototypeBuffer(bytes),
    TypedArrayPrototypeByteOffset(bytes) + start,
    (end ?? TypedArrayPrototypeByteLength(bytes)) - start,
  );
export const Int32ArrayCtor = Int32Array;
export const Uint16ArrayCtor = Uint16Array;
export const Uint32ArrayCtor = Uint32Array;

/** An object without a prototype that V8 still keeps in fast mode. Nothing can be inherited. */
export const Bare = /** @type {new () => Record<string, any>} */ (/** @type {unknown} */ (
  function () {}
));
Bare.prototype = Object.freeze(Object.create(null));
