/**
 * The guest's end of the wire: frames over pipes. `frames.py` describes the format; this file
 * knows nothing of what frames mean.
 *
 * Writing: small frames gather in one buffer that `flush` empties, so that a burst of calls costs
 * one system call. Binary segments are written from where they are, never copied.
 *
 * Reading: once a header has arrived, the rest of its frame is read with blocking reads: the host
 * always sends whole frames, so the wait is short and the code is simple.
 */

import {
  JSONParse,
  put,
  RangeErrorCtor,
  subarray,
  TypedArrayPrototypeByteLength as byteLength,
  TypedArrayPrototypeCopyWithin as copyWithin,
  TypedArrayPrototypeSet as setBytes,
  Uint8ArrayCtor,
  uncurryThis,
} from "../core/guest/primordials.js";

export const CALL = 1, RETURN = 2, THROW = 3, CANCEL = 4, POST = 5, RELEASE = 6, READY = 7;
export const SYNC = 1, TAGGED = 2;

const HEADER = 16;
const BUFFER = 65536;

const encodeInto = uncurryThis(TextEncoder.prototype.encodeInto);
const encodeText = uncurryThis(TextEncoder.prototype.encode);
const encoder = new TextEncoder();

/**
 * @typedef {object} Frame
 * @property {number} kind
 * @property {number} flags
 * @property {number} id
 * @property {number} target
 * @property {any} body parsed JSON; undefined when empty
 * @property {Uint8Array<ArrayBuffer>[]} segments
 */

/** @type {(bytes: Uint8Array, at: number, value: number) => void} */
function putUint32(bytes, at, value) {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** @type {(bytes: Uint8Array, at: number) => number} */
const getUint32 = (bytes, at) =>
  (bytes[at] | bytes[at + 1] << 8 | bytes[at + 2] << 16 | bytes[at + 3] << 24) >>> 0;

/** Nothing of the frame has been written. */
export class FrameTooLarge {
  /** @param {number} size @param {number} count @param {number} limit */
  constructor(size, count, limit) {
    this.reason = size > limit
      ? `a message of ${size} bytes exceeds Limits.message (${limit} bytes)`
      : `${count} binary values in one message`;
  }
}

export class FrameWriter {
  #write;
  #limit;
  #buffer = new Uint8ArrayCtor(BUFFER);
  #used = 0;

  /**
   * @param {(bytes: Uint8Array) => number} write blocking write; returns how much it took
   * @param {number} limit bytes that one frame may have
   */
  constructor(write, limit) {
    this.#write = write;
    this.#limit = limit;
  }

  /**
   * Buffer one frame.
   * @param {number} kind
   * @param {number} flags
   * @param {number} id
   * @param {number} target
   * @param {string} body JSON text, or ""
   * @param {Uint8Array[]} segments
   * @returns {number} the frame's size in bytes
   */
  frame(kind, flags, id, target, body, segments) {
    const count = segments.length;
    const lengths = HEADER + 4 * count;
    let bytes = null;
    if (body.length * 3 + lengths > BUFFER) {
      bytes = encodeText(encoder, body);
    } else if (body.length * 3 + lengths > BUFFER - this.#used) {
      this.flush();
    }
    let size = lengths + (bytes === null ? 0 : byteLength(bytes));
    for (let i = 0; i < count; i++) size += byteLength(segments[i]);
    if (size > this.#limit || lengths > BUFFER) {
      throw new FrameTooLarge(size, count, this.#limit);
    }
    if (lengths > BUFFER - this.#used) this.flush();
    const buffer = this.#buffer;
    const start = this.#used;
    let length;
    if (bytes === null) {
      length = body === ""
        ? 0
        : encodeInto(encoder, body, subarray(buffer, start + lengths)).written;
      size += length;
      this.#used = start + lengths + length;
    } else {
      length = byteLength(bytes);
      this.#used = start + lengths;
    }
    putUint32(buffer, start, length);
    buffer[start + 4] = kind;
    buffer[start + 5] = flags;
    buffer[start + 6] = count;
    buffer[start + 7] = count >>> 8;
    putUint32(buffer, start + 8, id);
    putUint32(buffer, start + 12, target);
    for (let i = 0; i < count; i++) {
      putUint32(buffer, start + HEADER + 4 * i, byteLength(segments[i]));
    }
    if (bytes !== null) this.#writeThrough(bytes);
    for (let i = 0; i < count; i++) this.#writeThrough(segments[i]);
    return size;
  }

  /** Write out everything that is buffered. Blocks until the host has taken it. */
  flush() {
    const end = this.#used;
    if (end === 0) return;
    this.#used = 0;
    this.#writeAll(subarray(this.#buffer, 0, end));
  }

  /** @param {Uint8Array} bytes */
  #writeThrough(bytes) {
    const size = byteLength(bytes);
    if (size <= BUFFER - this.#used) {
      setBytes(this.#buffer, bytes, this.#used);
      this.#used += size;
    } else {
      this.flush();
      this.#writeAll(bytes);
    }
  }

  /** @param {Uint8Array} bytes */
  #writeAll(bytes) {
    const size = byteLength(bytes);
    let done = this.#write(bytes);
    while (done < size) done += this.#write(subarray(bytes, done));
  }
}

export class FrameReader {
  #read;
  #decode;
  #buffer = new Uint8ArrayCtor(BUFFER);
  #start = 0;
  #end = 0;

  /**
   * @param {(bytes: Uint8Array) => number | null} read blocking read; null at the end
   * @param {(bytes: Uint8Array) => string} decode UTF-8 decoder
   */
  constructor(read, decode) {
    this.#read = read;
    this.#decode = decode;
  }

  /** Whether `take` has a frame to return (it may block for the rest of that frame). */
  get ready() {
    return this.#end - this.#start >= HEADER;
  }

  /** The free part of the buffer, for a read of the caller's own; `filled` follows. */
  space() {
    if (this.#start > 0) {
      copyWithin(this.#buffer, 0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    return subarray(this.#buffer, this.#end);
  }

  /** @param {number} count bytes that a read put into `space()` */
  filled(count) {
    this.#end += count;
  }

  /** Block until a frame has begun. @returns {boolean} false at the end of the pipe */
  wait() {
    while (!this.ready) {
      const count = this.#read(this.space());
      if (count === null || count === 0) return false;
      this.#end += count;
    }
    return true;
  }

  /** Take the next frame. Only when `ready`. @returns {Frame} */
  take() {
    const buffer = this.#buffer;
    const at = this.#start;
    const length = getUint32(buffer, at);
    const count = buffer[at + 6] | buffer[at + 7] << 8;
    /** @type {Frame} */
    const frame = {
      kind: buffer[at + 4],
      flags: buffer[at + 5],
      id: getUint32(buffer, at + 8),
      target: getUint32(buffer, at + 12),
      body: undefined,
      segments: [],
    };
    this.#start = at + HEADER;
    if (count === 0) {
      if (length > 0) frame.body = this.#json(length);
      return frame;
    }
    const lengths = this.#bytes(4 * count);
    if (length > 0) frame.body = this.#json(length);
    for (let i = 0; i < count; i++) {
      put(frame.segments, i, this.#bytes(getUint32(lengths, 4 * i)));
    }
    return frame;
  }

  /** @param {number} length */
  #json(length) {
    const at = this.#start;
    if (this.#end - at >= length) {
      this.#start = at + length;
      return JSONParse(this.#decode(subarray(this.#buffer, at, at + length)));
    }
    return JSONParse(this.#decode(this.#bytes(length)));
  }

  /**
   * The next bytes in a buffer of their own.
   * @param {number} length
   * @returns {Uint8Array<ArrayBuffer>}
   */
  #bytes(length) {
    const bytes = new Uint8ArrayCtor(length);
    let done = this.#end - this.#start;
    if (done > length) done = length;
    setBytes(bytes, subarray(this.#buffer, this.#start, this.#start + done));
    this.#start += done;
    while (done < length) {
      const count = this.#read(done === 0 ? bytes : subarray(bytes, done));
      if (count === null || count === 0) throw new RangeErrorCtor("the pipe ended inside a frame");
      done += count;
    }
    return bytes;
  }
}
