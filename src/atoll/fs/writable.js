/**
 * FileSystemWritableFileStream: File System Standard § 3.4.
 *
 * What is written goes to a staged content on the host, which takes the file's place when the
 * stream is closed. A stream that fails, is aborted or is collected gives it up.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {ReturnType<typeof import("./webidl.js").createWebIdl>} WebIdl */
/** @typedef {{ id: number, position: number }} Staged */

/** Bytes of one message to the host. */
const PIECE = 4 * 1024 * 1024;

/** @param {Atoll} atoll @param {WebIdl} idl @param {any} host */
export function createWritables(atoll, idl, host) {
  const {
    FinalizationRegistryCtor,
    FinalizationRegistryPrototypeRegister,
    PromisePrototypeThen,
    ReflectConstruct,
    subarray,
    TypedArrayPrototypeByteLength,
    TypeErrorCtor,
    Uint8ArrayCtor,
    uncurryGetter,
    uncurryThis,
    WeakMapCtor,
    WeakMapPrototypeGet,
    WeakMapPrototypeSet,
  } = atoll.primordials;
  const { encodeText } = atoll.engine;
  const {
    bytesOf,
    check,
    finish,
    illegalConstructor,
    illegalInvocation,
    isObject,
    makeError,
    requireArguments,
    toDictionary,
    toEnum,
    toSize,
    toUSVString,
  } = idl;
  const WritableStreamCtor = WritableStream;
  const getWriter = uncurryThis(WritableStream.prototype.getWriter);
  const writerWrite = uncurryThis(WritableStreamDefaultWriter.prototype.write);
  const writerReleaseLock = uncurryThis(WritableStreamDefaultWriter.prototype.releaseLock);
  const blobSize = uncurryGetter(Blob.prototype, "size");
  const blobSlice = uncurryThis(Blob.prototype.slice);
  const blobArrayBuffer = uncurryThis(Blob.prototype.arrayBuffer);

  /** @type {WeakMap<object, Staged>} */
  const streams = new WeakMapCtor();
  const abandoned = new FinalizationRegistryCtor((/** @type {Staged} */ staged) => discard(staged));

  /** @param {Staged} staged */
  const discard = (staged) => {
    const { id } = staged;
    staged.id = 0;
    if (id > 0) atoll.post(host.discard, id);
  };

  /** @param {any} hostFunction @param {any[]} args */
  const call = (hostFunction, args) =>
    PromisePrototypeThen(atoll.callAsync(hostFunction, args), check);

  /** @param {any} value */
  const isBlob = (value) => {
    if (!isObject(value)) return false;
    try {
      blobSize(value);
      return true;
    } catch {
      return false;
    }
  };

  /** `(BufferSource or Blob or USVString)`, as bytes or a Blob. @param {any} value */
  const toData = (value) => isBlob(value) ? value : bytesOf(value, false) ?? toUSVString(value);

  /** `FileSystemWriteChunkType`, of which anything but an object is text. @param {any} chunk */
  const toParameters = (chunk) => {
    const isParameters =
      (isObject(chunk) && !isBlob(chunk) && bytesOf(chunk, false) === undefined) ||
      chunk === undefined || chunk === null;
    const parameters = {
      __proto__: /** @type {any} */ (null),
      type: "write",
      data: /** @type {any} */ (undefined),
      position: /** @type {any} */ (undefined),
      size: /** @type {any} */ (undefined),
    };
    if (!isParameters) {
      parameters.data = toData(chunk);
      return parameters;
    }
    // Web IDL reads the members of a dictionary in the order of their names.
    const given = toDictionary(chunk, "what is written");
    const data = given?.data;
    parameters.data = data === undefined || data === null ? data : toData(data);
    const position = given?.position;
    parameters.position = position === undefined || position === null ? position : toSize(position);
    const size = given?.size;
    parameters.size = size === undefined || size === null ? size : toSize(size);
    const type = given?.type;
    if (type === undefined) throw new TypeErrorCtor("what is written has no type");
    parameters.type = toEnum(type, "write", "seek", "truncate");
    return parameters;
  };

  /** @param {any} value @param {string} command @param {string} name */
  const demand = (value, command, name) => {
    if (value === undefined) throw makeError("SyntaxError", `${command} needs a ${name}`);
    if (value === null) throw new TypeErrorCtor(`the ${name} of ${command} is null`);
    return value;
  };

  /** @param {Staged} staged @param {number} offset @param {Uint8Array<any>} bytes */
  const writeBytes = async (staged, offset, bytes) => {
    const length = TypedArrayPrototypeByteLength(bytes);
    // The first message takes its bytes at once; later ones must not see what becomes of them.
    const rest = length > PIECE ? new Uint8ArrayCtor(bytes) : bytes;
    // Nothing is written, too: beyond the end, it makes the content longer.
    let at = 0;
    do {
      const piece = subarray(rest, at, at + PIECE < length ? at + PIECE : length);
      await call(host.write, [staged.id, offset + at, piece]);
      at += PIECE;
    } while (at < length);
    return length;
  };

  /** @param {Staged} staged @param {number} offset @param {Blob} blob */
  const writeBlob = async (staged, offset, blob) => {
    const size = blobSize(blob);
    let at = 0;
    do {
      const buffer = await blobArrayBuffer(blobSlice(blob, at, at + PIECE));
      await writeBytes(staged, offset + at, new Uint8ArrayCtor(buffer));
      at += PIECE;
    } while (at < size);
    return size;
  };

  // § 3.4, "write a chunk"
  /** @param {Staged} staged @param {any} chunk */
  const writeChunk = async (staged, chunk) => {
    const { type, data, position, size } = toParameters(chunk);
    if (type === "write") {
      demand(data, "write", "data");
      if (position === null) demand(position, "write", "position");
      const offset = position ?? staged.position;
      const length = typeof data === "string"
        ? await writeBytes(staged, offset, encodeText(data))
        : isBlob(data)
        ? await writeBlob(staged, offset, data)
        : await writeBytes(staged, offset, data);
      staged.position = offset + length;
    } else if (type === "seek") {
      staged.position = demand(position, "seek", "position");
    } else {
      await call(host.truncate, [staged.id, demand(size, "truncate", "size")]);
      if (staged.position > size) staged.position = size;
    }
  };

  /** § 3.4, "create a new FileSystemWritableFileStream". @param {number} id */
  const writableOf = (id) => {
    const staged = { id, position: 0 };
    const sink = {
      __proto__: /** @type {any} */ (null),
      write: async (/** @type {any} */ chunk) => {
        try {
          await writeChunk(staged, chunk);
        } catch (error) {
          discard(staged);
          throw error;
        }
      },
      close: async () => {
        const { id } = staged;
        staged.id = 0;
        await call(host.commit, [id]);
      },
      abort: async () => {
        const { id } = staged;
        staged.id = 0;
        if (id > 0) await call(host.discard, [id]);
      },
    };
    const stream = ReflectConstruct(WritableStreamCtor, [sink], FileSystemWritableFileStream);
    WeakMapPrototypeSet(streams, stream, staged);
    FinalizationRegistryPrototypeRegister(abandoned, stream, staged);
    return stream;
  };

  /** @param {any} self @param {any} chunk */
  const writeTo = (self, chunk) => {
    if (!isObject(self) || WeakMapPrototypeGet(streams, self) === undefined) {
      throw illegalInvocation("FileSystemWritableFileStream");
    }
    const writer = getWriter(self);
    const written = writerWrite(writer, chunk);
    writerReleaseLock(writer);
    return written;
  };

  class FileSystemWritableFileStream extends WritableStreamCtor {
    constructor() {
      super();
      throw illegalConstructor();
    }
    /** @param {any[]} args */
    async write(...args) {
      requireArguments("write", args, 1);
      await writeTo(this, args[0]);
    }
    /** @param {any[]} args */
    async seek(...args) {
      requireArguments("seek", args, 1);
      const position = toSize(args[0]);
      await writeTo(this, { __proto__: null, type: "seek", position });
    }
    /** @param {any[]} args */
    async truncate(...args) {
      requireArguments("truncate", args, 1);
      const size = toSize(args[0]);
      await writeTo(this, { __proto__: null, type: "truncate", size });
    }
  }
  finish(FileSystemWritableFileStream, { write: 1, seek: 1, truncate: 1 }, []);
  return { writableOf };
}
