/**
 * `FileReader` of File API § 6.2, and the event that it fires. The engine's own is loaded when it is
 * first used, with two milliseconds that every isolate would pay for.
 */

import {
  ObjectDefineProperty,
  PromisePrototypeThen,
  ReflectApply,
  ReflectConstruct,
  ReflectGetOwnPropertyDescriptor,
  RegExpPrototypeExec,
  StringFromCharCode,
  TypeErrorCtor,
  Uint8ArrayCtor,
  uncurryGetter,
  uncurryThis,
} from "./primordials.js";
import { blobType } from "./corrections.js";
import { setTimer } from "./engine.js";
import { checkArguments } from "./error_events.js";
import { exposeClass } from "./expose.js";

const EventCtor = Event;
const EventTargetCtor = EventTarget;
const isFiniteNumber = Number.isFinite;
const nothing = { __proto__: null };
const DOMExceptionCtor = DOMException;
const addEventListener = uncurryThis(EventTarget.prototype.addEventListener);
const dispatchEvent = uncurryThis(EventTarget.prototype.dispatchEvent);
const preventDefault = uncurryThis(Event.prototype.preventDefault);
const blobSize = uncurryGetter(Blob.prototype, "size");
const readBlob = uncurryThis(Blob.prototype.arrayBuffer);
// @ts-ignore: the engine's types do not have it yet
const toBase64 = uncurryThis(Uint8Array.prototype.toBase64);
/** Loaded when it is first used. */
const decoder = /** @type {PropertyDescriptor} */ (
  ReflectGetOwnPropertyDescriptor(globalThis, "TextDecoder")
);

const EMPTY = 0;
const LOADING = 1;
const DONE = 2;
const HANDLERS = ["loadstart", "progress", "load", "abort", "error", "loadend"];

/** @param {() => void} task */
const queueTask = (task) => void setTimer(task, 1);

/** "Get an encoding" and its decoder; undefined for a label that is none. @param {string} label */
function decoderFor(label) {
  const TextDecoderCtor = decoder.value ??
    ReflectApply(/** @type {() => any} */ (decoder.get), globalThis, []);
  try {
    return ReflectConstruct(TextDecoderCtor, [label]);
  } catch {
    return undefined;
  }
}

const CHARSET = /;[\t\n\r ]*charset=(?:"((?:[^"\\]|\\.)*)|([^;]*))/i;

/**
 * "Package data", for text: Encoding Standard § 6, in which a byte order mark decides.
 * @param {Uint8Array} bytes
 * @param {string | undefined} label
 * @param {string} type of the blob
 */
function decodeText(bytes, label, type) {
  let found = label === undefined ? undefined : decoderFor(label);
  if (found === undefined) {
    const charset = RegExpPrototypeExec(CHARSET, type);
    if (charset !== null) found = decoderFor(charset[1] ?? charset[2]);
  }
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) found = undefined;
  else if (bytes[0] === 0xfe && bytes[1] === 0xff) found = decoderFor("utf-16be");
  else if (bytes[0] === 0xff && bytes[1] === 0xfe) found = decoderFor("utf-16le");
  found ??= decoderFor("utf-8");
  return uncurryThis(decoderMethod(found))(found, bytes);
}

/** @param {any} instance */
const decoderMethod = (instance) => instance.decode;

/** @param {Uint8Array} bytes */
function isomorphicDecode(bytes) {
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += StringFromCharCode(bytes[i]);
  return text;
}

/** @param {string} name @param {number} given */
function requireArgument(name, given) {
  if (given < 1) throw new TypeErrorCtor(`${name}: 1 argument required, but only 0 present`);
}

/** @param {any} value */
function toDouble(value) {
  const number = +value;
  if (!isFiniteNumber(number)) throw new TypeErrorCtor("ProgressEvent: not a finite number");
  return number;
}

/** XMLHttpRequest Standard § 5. */
const ProgressEventCtor = class ProgressEvent extends EventCtor {
  #lengthComputable = false;
  #loaded = 0;
  #total = 0;

  /** @param {string} type @param {any} [init] */
  constructor(type, init = undefined) {
    checkArguments("ProgressEvent", arguments, 1);
    super(type, init ?? undefined);
    // Members are converted in the order of their names (Web IDL § 3.2.17).
    const { lengthComputable, loaded, total } = init ?? nothing;
    this.#lengthComputable = !!lengthComputable;
    if (loaded !== undefined) this.#loaded = toDouble(loaded);
    if (total !== undefined) this.#total = toDouble(total);
  }

  get lengthComputable() {
    return this.#lengthComputable;
  }
  get loaded() {
    return this.#loaded;
  }
  get total() {
    return this.#total;
  }
};

export class FileReader extends EventTargetCtor {
  #state = EMPTY;
  /** @type {string | ArrayBuffer | null} */ #result = null;
  /** @type {any} */ #error = null;
  /** Of the read that is under way: another object is another read. @type {object | null} */
  #read = null;
  /** @type {Record<string, any>} */
  #handlers = /** @type {any} */ ({ __proto__: null });

  get readyState() {
    return this.#state;
  }
  get result() {
    return this.#result;
  }
  get error() {
    return this.#error;
  }

  /** @param {any} blob */
  readAsArrayBuffer(blob) {
    requireArgument("readAsArrayBuffer", arguments.length);
    this.#start(blob, (bytes) => bytes.buffer);
  }

  /** @param {any} blob */
  readAsBinaryString(blob) {
    requireArgument("readAsBinaryString", arguments.length);
    this.#start(blob, isomorphicDecode);
  }

  /** @param {any} blob @param {any} [encoding] */
  readAsText(blob, encoding = undefined) {
    requireArgument("readAsText", arguments.length);
    const label = encoding === undefined ? undefined : `${encoding}`;
    this.#start(blob, (bytes, type) => decodeText(bytes, label, type));
  }

  /** @param {any} blob */
  readAsDataURL(blob) {
    requireArgument("readAsDataURL", arguments.length);
    this.#start(
      blob,
      (bytes, type) => `data:${type || "application/octet-stream"};base64,${toBase64(bytes)}`,
    );
  }

  abort() {
    this.#result = null;
    if (this.#state !== LOADING) return;
    this.#state = DONE;
    this.#read = null;
    this.#fire("abort", 0, undefined);
    if (this.#state !== LOADING) this.#fire("loadend", 0, undefined);
  }

  /**
   * "Read operation".
   * @param {any} blob
   * @param {(bytes: Uint8Array<any>, type: string) => string | ArrayBuffer} pack
   */
  #start(blob, pack) {
    const state = this.#state;
    const size = blobSize(blob);
    if (state === LOADING) {
      throw new DOMExceptionCtor("the FileReader is busy", "InvalidStateError");
    }
    this.#state = LOADING;
    this.#result = null;
    this.#error = null;
    const read = this.#read = {};
    /** @param {() => void} step */
    const task = (step) =>
      queueTask(() => {
        if (this.#read === read) step();
      });
    /** @param {any} error @param {() => void} settle */
    const finish = (error, settle) => {
      this.#state = DONE;
      try {
        settle();
      } catch (thrown) {
        error = thrown;
      }
      this.#error = error;
      const total = error === null ? size : undefined;
      this.#fire(error === null ? "load" : "error", total ?? 0, total);
      task(() => {
        if (this.#state !== LOADING) this.#fire("loadend", total ?? 0, total);
      });
    };
    task(() => this.#fire("loadstart", 0, size));
    PromisePrototypeThen(
      readBlob(blob),
      (/** @type {ArrayBuffer} */ buffer) => {
        if (size > 0) task(() => this.#fire("progress", size, size));
        task(() =>
          finish(null, () => {
            this.#result = pack(new Uint8ArrayCtor(buffer), blobType(blob));
          })
        );
      },
      () =>
        task(() =>
          finish(new DOMExceptionCtor("the blob cannot be read", "NotReadableError"), () => {})
        ),
    );
  }

  /** @param {string} type @param {number} loaded @param {number | undefined} total */
  #fire(type, loaded, total) {
    dispatchEvent(
      this,
      new ProgressEventCtor(type, {
        // @ts-ignore: __proto__ in a literal is the prototype
        __proto__: null,
        lengthComputable: total !== undefined,
        loaded,
        total: total ?? 0,
      }),
    );
  }

  static {
    const { prototype } = FileReader;
    for (let i = 0; i < HANDLERS.length; i++) {
      const type = HANDLERS[i];
      const { get, set } = /** @type {PropertyDescriptor} */ (ReflectGetOwnPropertyDescriptor({
        /** @this {FileReader} */
        get [`on${type}`]() {
          return this.#handlers[type] ?? null;
        },
        /** @this {FileReader} @param {any} value */
        set [`on${type}`](value) {
          const isFirst = !(type in this.#handlers);
          const isObject = typeof value === "function" ||
            (typeof value === "object" && value !== null);
          this.#handlers[type] = isObject ? value : null;
          if (!isFirst) return;
          listen(this, type, (/** @type {any} */ event) => {
            const handler = this.#handlers[type];
            const result = typeof handler === "function"
              ? ReflectApply(handler, this, [event])
              : undefined;
            if (result === false) preventDefault(event);
          });
        },
      }, `on${type}`));
      ObjectDefineProperty(prototype, `on${type}`, {
        // @ts-ignore: __proto__ in a literal is the prototype
        __proto__: null,
        get,
        set,
        configurable: true,
        enumerable: true,
      });
    }
  }
}

/** @type {(target: object, type: string, listener: (event: any) => void) => void} */
let listen = addEventListener;

/** @param {(listener: any) => any} guardOf what reports the exceptions of a listener */
export function exposeFileReader(guardOf) {
  listen = (target, type, listener) => addEventListener(target, type, guardOf(listener));
  const states = [["EMPTY", EMPTY], ["LOADING", LOADING], ["DONE", DONE]];
  exposeClass(ProgressEventCtor);
  exposeClass(FileReader);
  for (let i = 0; i < states.length; i++) {
    const [name, value] = states[i];
    // @ts-ignore: __proto__ in a literal is the prototype
    const constant = { __proto__: null, value, enumerable: true };
    ObjectDefineProperty(FileReader, name, constant);
    ObjectDefineProperty(FileReader.prototype, name, constant);
  }
}
