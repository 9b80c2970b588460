/**
 * How the classes of the language itself cross the boundary: what `marshal.js` has no case for.
 */

import {
  ArrayBufferIsView,
  ArrayBufferPrototypeByteLength,
  ArrayBufferPrototypeDetached,
  BigIntCtor,
  BigIntPrototypeValueOf,
  binaryClasses,
  binaryNames,
  BooleanPrototypeValueOf,
  DataViewPrototypeBuffer,
  DataViewPrototypeByteLength,
  DataViewPrototypeByteOffset,
  DateCtor,
  DatePrototypeGetTime,
  MapCtor,
  MapPrototypeForEach,
  MapPrototypeSet,
  MapPrototypeSize,
  NumberCtor,
  NumberPrototypeValueOf,
  ObjectDefineProperty,
  put,
  ReflectApply,
  ReflectGetPrototypeOf,
  RegExpCtor,
  RegExpPrototypeFlags,
  RegExpPrototypeSource,
  SetCtor,
  SetPrototypeAdd,
  SetPrototypeForEach,
  SetPrototypeSize,
  StringFromCharCode,
  StringPrototypeValueOf,
  TypedArrayPrototypeBuffer,
  TypedArrayPrototypeByteLength,
  TypedArrayPrototypeByteOffset,
  TypedArrayPrototypeTag,
  Uint16ArrayCtor,
  Uint8ArrayCtor,
} from "./primordials.js";
import { isPromise } from "./engine.js";
import {
  live,
  MarshalFailure,
  newArray,
  registerDecoder,
  registerEncoder,
  tagged,
} from "./marshal.js";

registerDecoder("u", () => undefined);
registerDecoder("n", (data) => NumberCtor(data[1]));
registerDecoder("i", (data) => data[1] ? -BigIntCtor(data[2]) : BigIntCtor(data[2]));
registerDecoder("s", (data, decoder) => {
  const bytes = decoder.segments[data[1]];
  const units = new Uint16ArrayCtor(TypedArrayPrototypeBuffer(bytes));
  const length = TypedArrayPrototypeByteLength(bytes) / 2;
  let text = "";
  for (let i = 0; i < length; i++) text += StringFromCharCode(units[i]);
  return text;
});
registerDecoder("d", (data) => new DateCtor(data[1]));
registerDecoder("R", (data, decoder) => new RegExpCtor(decoder.walk(data[1]), data[2]));
registerDecoder("m", (data, decoder) => {
  const map = decoder.open(new MapCtor());
  const entries = data[1];
  for (let i = 0; i < entries.length; i++) {
    MapPrototypeSet(map, decoder.walk(entries[i][0]), decoder.walk(entries[i][1]));
  }
  return map;
});
registerDecoder("S", (data, decoder) => {
  const set = decoder.open(new SetCtor());
  const items = data[1];
  for (let i = 0; i < items.length; i++) SetPrototypeAdd(set, decoder.walk(items[i]));
  return set;
});
registerDecoder("o", (data, decoder) => {
  const object = decoder.open({});
  const entries = data[1];
  for (let i = 0; i < entries.length; i++) {
    ObjectDefineProperty(object, decoder.walk(entries[i][0]), {
      // @ts-ignore: __proto__ in a literal is the prototype
      __proto__: null,
      value: decoder.walk(entries[i][1]),
      configurable: true,
      enumerable: true,
      writable: true,
    });
  }
  return object;
});
registerDecoder("b", (data, decoder) => {
  const bytes = decoder.segments[data[1]];
  const Class = binaryClasses[data[2]];
  if (data[2] === 0) return TypedArrayPrototypeBuffer(bytes);
  if (data[2] === 1) return bytes;
  return new /** @type {any} */ (Class)(TypedArrayPrototypeBuffer(bytes));
});

registerEncoder(DateCtor.prototype, (value) => {
  let time;
  try {
    time = DatePrototypeGetTime(value);
  } catch {
    return undefined;
  }
  if (time !== time) throw new MarshalFailure("an invalid Date has no counterpart in Python");
  return tagged(["d", time]);
});

registerEncoder(RegExpCtor.prototype, (value, encoder) => {
  let source;
  try {
    source = RegExpPrototypeSource(value);
  } catch {
    return undefined;
  }
  return tagged(["R", encoder.walk(source, 0), RegExpPrototypeFlags(value)]);
});

registerEncoder(MapCtor.prototype, (value, encoder, depth) => {
  try {
    MapPrototypeSize(value);
  } catch {
    return undefined;
  }
  const entries = newArray();
  const node = encoder.open(value, ["m", entries]);
  let i = 0;
  try {
    MapPrototypeForEach(value, (/** @type {any} */ item, /** @type {any} */ key) => {
      put(entries, i, [encoder.walk(key, depth + 1), encoder.walk(item, depth + 1)]);
      i++;
    });
  } catch (failure) {
    throw failure instanceof MarshalFailure ? failure.at(i) : failure;
  }
  return node;
});

registerEncoder(SetCtor.prototype, (value, encoder, depth) => {
  try {
    SetPrototypeSize(value);
  } catch {
    return undefined;
  }
  const items = newArray();
  const node = encoder.open(value, ["S", items]);
  let i = 0;
  try {
    SetPrototypeForEach(value, (/** @type {any} */ item) => {
      put(items, i, encoder.walk(item, depth + 1));
      i++;
    });
  } catch (failure) {
    throw failure instanceof MarshalFailure ? failure.at(i) : failure;
  }
  return node;
});

registerEncoder(ArrayBuffer.prototype, (value, encoder) => {
  let length;
  try {
    length = ArrayBufferPrototypeByteLength(value);
  } catch {
    return undefined;
  }
  if (ArrayBufferPrototypeDetached(value)) throw new MarshalFailure("a detached ArrayBuffer");
  return tagged(["b", encoder.segment(new Uint8ArrayCtor(value, 0, length)), 0]);
});

registerEncoder(
  /** @type {object} */ (ReflectGetPrototypeOf(Uint8Array.prototype)),
  (value, encoder) => {
    const name = TypedArrayPrototypeTag(value);
    if (name === undefined) return undefined;
    let code = 1;
    while (binaryNames[code] !== name) code++;
    const length = TypedArrayPrototypeByteLength(value);
    const buffer = TypedArrayPrototypeBuffer(value);
    refuseDetached(buffer);
    return tagged([
      "b",
      encoder.segment(new Uint8ArrayCtor(buffer, TypedArrayPrototypeByteOffset(value), length)),
      code,
    ]);
  },
);

registerEncoder(DataView.prototype, (value, encoder) => {
  if (!ArrayBufferIsView(value) || TypedArrayPrototypeTag(value) !== undefined) return undefined;
  const buffer = DataViewPrototypeBuffer(value);
  refuseDetached(buffer);
  return tagged([
    "b",
    encoder.segment(
      new Uint8ArrayCtor(
        buffer,
        DataViewPrototypeByteOffset(value),
        DataViewPrototypeByteLength(value),
      ),
    ),
    binaryClasses.length - 1,
  ]);
});

/** @param {ArrayBuffer | SharedArrayBuffer} buffer */
function refuseDetached(buffer) {
  let detached = false;
  try {
    detached = ArrayBufferPrototypeDetached(buffer);
  } catch {
    // A SharedArrayBuffer: never detached, and its bytes are copied like any others.
  }
  if (detached) throw new MarshalFailure("a view of a detached ArrayBuffer");
}

registerEncoder(SharedArrayBuffer.prototype, () => {
  throw new MarshalFailure("shared memory cannot leave the isolate; pass a copy of it");
});
registerEncoder(Promise.prototype, (value, encoder) => {
  if (!isPromise(value)) return undefined;
  return live.encodeLive(value, "p", encoder);
});
/** Boxed primitives cross as what they hold. */
/** @type {[object, (self: any) => any][]} */
const boxes = [
  [Number.prototype, NumberPrototypeValueOf],
  [String.prototype, StringPrototypeValueOf],
  [Boolean.prototype, BooleanPrototypeValueOf],
  [BigInt.prototype, BigIntPrototypeValueOf],
];
for (let i = 0; i < boxes.length; i++) {
  const unbox = boxes[i][1];
  registerEncoder(boxes[i][0], (value, encoder, depth) => {
    let primitive;
    try {
      primitive = ReflectApply(unbox, undefined, [value]);
    } catch {
      return undefined;
    }
    return encoder.walk(primitive, depth);
  });
}
