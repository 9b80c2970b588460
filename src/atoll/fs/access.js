/**
 * FileSystemSyncAccessHandle: File System Standard § 3.5. Every call blocks until the host has
 * answered it.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {ReturnType<typeof import("./webidl.js").createWebIdl>} WebIdl */

/** Bytes that are read or written with one call. */
const BLOCK = 4 * 1024 * 1024;

/** @param {Atoll} atoll @param {WebIdl} idl @param {any} host */
export function createAccessHandles(atoll, idl, host) {
  const {
    FinalizationRegistryCtor,
    FinalizationRegistryPrototypeRegister,
    subarray,
    TypedArrayPrototypeByteLength,
    TypedArrayPrototypeSet,
    TypeErrorCtor,
  } = atoll.primordials;
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
    toEnforcedSize,
  } = idl;
  const KEY = {};

  /** @typedef {{ id: number, position: number, isWritable: boolean }} State */

  const abandoned = new FinalizationRegistryCtor((/** @type {State} */ state) => {
    if (state.id > 0) atoll.post(host.syncClose, state.id);
  });

  /** @type {(self: any) => State} */
  let stateOf;

  /** The state of a handle that is open. @param {any} self */
  const opened = (self) => {
    const state = stateOf(self);
    if (state.id === 0) throw makeError("InvalidStateError", "the access handle has been closed");
    return state;
  };
  /** @param {State} state */
  const demandWritable = (state) => {
    if (!state.isWritable) {
      throw makeError("NoModificationAllowedError", "the access handle is read-only");
    }
  };
  /** @param {any} value @param {string} method */
  const toBytes = (value, method) => {
    const bytes = bytesOf(value, true);
    if (bytes === undefined) throw new TypeErrorCtor(`${method}: not a buffer, nor a view of one`);
    return bytes;
  };
  /** @param {any} options @param {State} state @returns {number} */
  const toOffset = (options, state) => {
    const at = toDictionary(options, "the options")?.at;
    return at === undefined ? state.position : toEnforcedSize(at);
  };

  class FileSystemSyncAccessHandle {
    /** @type {State} */
    #state;
    constructor() {
      if (arguments[0] !== KEY) throw illegalConstructor();
      this.#state = arguments[1];
      FinalizationRegistryPrototypeRegister(abandoned, this, this.#state);
    }
    static {
      stateOf = (self) => {
        if (!isObject(self) || !(#state in self)) {
          throw illegalInvocation("FileSystemSyncAccessHandle");
        }
        return self.#state;
      };
    }
    // § 3.5.1, read(buffer, options)
    /** @param {any[]} args */
    read(...args) {
      const state = stateOf(this);
      requireArguments("read", args, 1);
      const bytes = toBytes(args[0], "read");
      const at = toOffset(args[1], state);
      opened(this);
      const length = TypedArrayPrototypeByteLength(bytes);
      let done = 0;
      while (done < length) {
        const wanted = length - done < BLOCK ? length - done : BLOCK;
        const data = check(atoll.callSync(host.syncRead, state.id, at + done, wanted));
        const count = TypedArrayPrototypeByteLength(data);
        TypedArrayPrototypeSet(bytes, data, done);
        done += count;
        if (count < wanted) break;
      }
      state.position = at + done;
      return done;
    }
    // § 3.5.2, write(buffer, options)
    /** @param {any[]} args */
    write(...args) {
      const state = stateOf(this);
      requireArguments("write", args, 1);
      const bytes = toBytes(args[0], "write");
      const at = toOffset(args[1], state);
      opened(this);
      demandWritable(state);
      const length = TypedArrayPrototypeByteLength(bytes);
      let done = 0;
      while (done < length) {
        const end = length - done < BLOCK ? length : done + BLOCK;
        check(atoll.callSync(host.syncWrite, state.id, at + done, subarray(bytes, done, end)));
        done = end;
      }
      state.position = at + done;
      return done;
    }
    // § 3.5.3, truncate(newSize)
    /** @param {any[]} args */
    truncate(...args) {
      const state = stateOf(this);
      requireArguments("truncate", args, 1);
      const size = toEnforcedSize(args[0]);
      opened(this);
      demandWritable(state);
      check(atoll.callSync(host.syncTruncate, state.id, size));
      if (state.position > size) state.position = size;
    }
    // § 3.5.4, getSize()
    getSize() {
      return check(atoll.callSync(host.syncSize, opened(this).id));
    }
    // § 3.5.5, flush()
    flush() {
      check(atoll.callSync(host.syncFlush, opened(this).id));
    }
    // § 3.5.6, close()
    close() {
      const state = stateOf(this);
      const { id } = state;
      state.id = 0;
      if (id > 0) check(atoll.callSync(host.syncClose, id));
    }
  }
  finish(
    FileSystemSyncAccessHandle,
    { read: 1, write: 1, truncate: 1, getSize: 0, flush: 0, close: 0 },
    [],
  );

  return {
    /** @param {number} id @param {boolean} isWritable @returns {any} */
    accessHandleOf: (id, isWritable) =>
      new /** @type {any} */ (FileSystemSyncAccessHandle)(KEY, { id, position: 0, isWritable }),
  };
}
