/**
 * FileSystemHandle and its two kinds: File System Standard § 2, 3 (https://fs.spec.whatwg.org/).
 *
 * A handle is a locator: a path from the root. The host checks each path that it is given, so a
 * handle is no authority of its own, and a copy of it by structured clone is another one like it.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {ReturnType<typeof import("./webidl.js").createWebIdl>} WebIdl */

/**
 * @typedef {object} Openers what makes files and streams
 * @property {(path: string[], name: string, snapshot: any[]) => File} fileOf
 * @property {(id: number) => any} writableOf
 * @property {(id: number, isWritable: boolean) => any} accessHandleOf
 */

/** @param {Atoll} atoll @param {WebIdl} idl @param {any} host @param {Openers} openers */
export function createHandles(atoll, idl, host, openers) {
  const {
    ArrayIsArray,
    FinalizationRegistryCtor,
    FinalizationRegistryPrototypeRegister,
    ObjectDefineProperty,
    PromisePrototypeThen,
    put,
    ReflectGetPrototypeOf,
    ReflectSetPrototypeOf,
    SymbolToStringTag,
    TypeErrorCtor,
  } = atoll.primordials;
  const {
    check,
    define,
    finish,
    illegalConstructor,
    illegalInvocation,
    isObject,
    requireArguments,
    toDictionary,
    toEnum,
    toUSVString,
  } = idl;
  const { cloneBrand, registerCloneable } = atoll.engine;
  const DOMExceptionCtor = DOMException;
  const { asyncIterator } = Symbol;
  /** What only this module can construct handles with. */
  const KEY = {};

  /** @param {any} hostFunction @param {any[]} args */
  const call = (hostFunction, args) =>
    PromisePrototypeThen(atoll.callAsync(hostFunction, args), check);

  /** @param {string[]} path @param {number} count @param {string} [last] */
  const derive = (path, count, last) => {
    /** @type {string[]} */
    const names = [];
    for (let i = 0; i < count; i++) put(names, i, path[i]);
    if (last !== undefined) put(names, count, last);
    return names;
  };
  /** @param {string[]} path @param {string} name */
  const child = (path, name) => derive(path, path.length, name);

  /** @param {string[]} path @param {string[]} beginning */
  const startsWith = (path, beginning) => {
    if (path.length < beginning.length) return false;
    for (let i = 0; i < beginning.length; i++) if (path[i] !== beginning[i]) return false;
    return true;
  };

  /** The path of a handle, undefined for anything else. @type {(self: any) => any} */
  let pathOf;
  /** @type {(self: any, path: string[]) => void} */
  let setPath;
  /** @type {(self: any) => boolean} */
  let isFile;
  /** @type {(self: any) => boolean} */
  let isDirectory;

  /** The path of the receiver, which has to be a handle. @param {any} self @returns {string[]} */
  const handlePath = (self) => pathOf(self) ?? refuse("FileSystemHandle");
  /** @param {any} self @returns {string[]} */
  const filePath = (self) => isFile(self) ? pathOf(self) : refuse("FileSystemFileHandle");
  /** @param {any} self @returns {string[]} */
  const directoryPath = (self) =>
    isDirectory(self) ? pathOf(self) : refuse("FileSystemDirectoryHandle");
  /** @param {string} name @returns {never} */
  const refuse = (name) => {
    throw illegalInvocation(name);
  };
  /** @param {any} value @param {string} method @returns {string[]} */
  const argumentPath = (value, method) => {
    const path = pathOf(value);
    if (path === undefined) throw new TypeErrorCtor(`${method}: not a FileSystemHandle`);
    return path;
  };
  /** @param {string[]} path */
  const lastOf = (path) => path.length === 0 ? "" : path[path.length - 1];
  /** @param {any} handle */
  const kindOf = (handle) => isFile(handle) ? "file" : "directory";

  class FileSystemHandle {
    /** @type {string[]} */
    #path;
    constructor() {
      if (arguments[0] !== KEY) throw illegalConstructor();
      this.#path = arguments[1];
    }
    static {
      pathOf = (self) => isObject(self) && #path in self ? self.#path : undefined;
      setPath = (self, path) => {
        self.#path = path;
      };
    }
    get kind() {
      handlePath(this);
      return kindOf(this);
    }
    get name() {
      return lastOf(handlePath(this));
    }
    /** @param {any[]} args */
    async isSameEntry(...args) {
      const own = handlePath(this);
      requireArguments("isSameEntry", args, 1);
      const other = argumentPath(args[0], "isSameEntry");
      return kindOf(this) === kindOf(args[0]) && own.length === other.length &&
        startsWith(other, own);
    }
    // Not in the Standard yet (https://github.com/whatwg/fs/pull/10).
    /** @param {any[]} args */
    async move(...args) {
      const path = handlePath(this);
      requireArguments("move", args, 1);
      let target;
      if (isDirectory(args[0])) {
        const name = args[1] === undefined ? "" : toUSVString(args[1]);
        target = child(pathOf(args[0]), name === "" ? lastOf(path) : name);
      } else {
        target = derive(path, path.length === 0 ? 0 : path.length - 1, toUSVString(args[0]));
      }
      await call(host.move, [path, kindOf(this), target]);
      setPath(this, target);
    }
    // Not in the Standard yet (https://github.com/whatwg/fs/pull/9).
    /** @param {any[]} args */
    async remove(...args) {
      const path = handlePath(this);
      const recursive = !!toDictionary(args[0], "the options of remove")?.recursive;
      await call(host.remove, [path, recursive]);
    }
  }

  class FileSystemFileHandle extends FileSystemHandle {
    #isFile = true;
    constructor() {
      // @ts-ignore: what only this module passes
      super(arguments[0], arguments[1]);
    }
    static {
      isFile = (self) => isObject(self) && #isFile in self;
    }
    // § 3.2, getFile()
    async getFile() {
      const path = filePath(this);
      const snapshot = takeLatest(path) ?? await call(host.snapshot, [path]);
      return openers.fileOf(path, lastOf(path), snapshot);
    }
    // § 3.2, createWritable(options)
    /** @param {any[]} args */
    async createWritable(...args) {
      const path = filePath(this);
      const options = toDictionary(args[0], "the options of createWritable");
      const keep = !!options?.keepExistingData;
      const wanted = options?.mode;
      const mode = wanted === undefined ? "siloed" : toEnum(wanted, "exclusive", "siloed");
      return openers.writableOf(await call(host.stage, [path, keep, mode]));
    }
    // § 3.2, createSyncAccessHandle()
    /** @param {any[]} args */
    async createSyncAccessHandle(...args) {
      const path = filePath(this);
      const wanted = toDictionary(args[0], "the options of createSyncAccessHandle")?.mode;
      const mode = wanted === undefined
        ? "readwrite"
        : toEnum(wanted, "readwrite", "read-only", "readwrite-unsafe");
      return openers.accessHandleOf(await call(host.open, [path, mode]), mode !== "read-only");
    }
  }

  class FileSystemDirectoryHandle extends FileSystemHandle {
    #isDirectory = true;
    constructor() {
      // @ts-ignore: what only this module passes
      super(arguments[0], arguments[1]);
    }
    static {
      isDirectory = (self) => isObject(self) && #isDirectory in self;
    }
    // § 3.3, getFileHandle(name, options)
    /** @param {any[]} args */
    async getFileHandle(...args) {
      const path = directoryPath(this);
      return await lookUp(path, args, "getFileHandle", "file", FileSystemFileHandle);
    }
    // § 3.3, getDirectoryHandle(name, options)
    /** @param {any[]} args */
    async getDirectoryHandle(...args) {
      const path = directoryPath(this);
      return await lookUp(path, args, "getDirectoryHandle", "directory", FileSystemDirectoryHandle);
    }
    // § 3.3, removeEntry(name, options)
    /** @param {any[]} args */
    async removeEntry(...args) {
      const path = directoryPath(this);
      requireArguments("removeEntry", args, 1);
      const name = toUSVString(args[0]);
      const recursive = !!toDictionary(args[1], "the options of removeEntry")?.recursive;
      await call(host.remove, [child(path, name), recursive]);
    }
    // § 3.3, resolve(possibleDescendant)
    /** @param {any[]} args */
    async resolve(...args) {
      const own = directoryPath(this);
      requireArguments("resolve", args, 1);
      const other = argumentPath(args[0], "resolve");
      // A file where the directory was is another entry.
      if (other.length === own.length && !isDirectory(args[0])) return null;
      if (!startsWith(other, own)) return null;
      /** @type {string[]} */
      const names = [];
      for (let i = own.length; i < other.length; i++) put(names, i - own.length, other[i]);
      return names;
    }
    entries() {
      return iterate(directoryPath(this), ENTRIES);
    }
    keys() {
      return iterate(directoryPath(this), KEYS);
    }
    values() {
      return iterate(directoryPath(this), VALUES);
    }
  }

  /**
   * @param {string[]} path
   * @param {any[]} args
   * @param {string} method
   * @param {string} kind
   * @param {any} Class
   */
  const lookUp = async (path, args, method, kind, Class) => {
    requireArguments(method, args, 1);
    const name = toUSVString(args[0]);
    const create = !!toDictionary(args[1], `the options of ${method}`)?.create;
    const path_ = child(path, name);
    latest = await PromisePrototypeThen(
      atoll.callAsync(host.lookup, [path_, kind, create]),
      (/** @type {any} */ answer) => ({
        path: path_,
        snapshot: check(answer),
        at: atoll.eventsSoFar(),
      }),
    );
    return new Class(KEY, path_);
  };

  /** The file that was looked up last, as it was then. */
  let latest = {
    path: /** @type {string[]} */ ([]),
    snapshot: /** @type {any[] | null | undefined} */ (undefined),
    at: 0,
  };

  /**
   * That, if nothing can have happened since: to ask for it again could not give anything else.
   * @param {string[]} path
   */
  const takeLatest = (path) => {
    const { snapshot, at } = latest;
    if (path !== latest.path || at !== atoll.eventsSoFar()) return undefined;
    latest.snapshot = undefined;
    return snapshot;
  };

  // Web IDL § 3.7.10, asynchronously iterable declarations. The host sends pages of a directory.

  const ENTRIES = 0, KEYS = 1, VALUES = 2;

  /** Listings that nobody goes on with. */
  const abandoned = new FinalizationRegistryCtor((/** @type {{ id: number }} */ listing) => {
    if (listing.id > 0) atoll.post(host.listEnd, listing.id);
  });

  class DirectoryIterator {
    #path;
    #kind;
    /** The page, as the host sends it: its number, then names and whether they are directories. */
    /** @type {any[] | undefined} */
    #page = undefined;
    #next = 1;
    #ended = false;
    #listing = { id: 0 };
    /** @type {Promise<any> | undefined} */
    #ongoing = undefined;

    /** @param {string[]} path @param {number} kind */
    constructor(path, kind) {
      this.#path = path;
      this.#kind = kind;
      FinalizationRegistryPrototypeRegister(abandoned, this, this.#listing);
    }
    async next() {
      if (!isObject(this) || !(#path in this)) throw illegalInvocation("directory iterator");
      return await this.#inTurn(() => this.#step());
    }
    /** @param {any[]} args */
    async return(...args) {
      if (!isObject(this) || !(#path in this)) throw illegalInvocation("directory iterator");
      return await this.#inTurn(() => {
        this.#end();
        return { value: args[0], done: true };
      });
    }
    /** @param {() => any} step */
    #inTurn(step) {
      const ongoing = this.#ongoing;
      const turn = ongoing === undefined
        ? run(step)
        : PromisePrototypeThen(ongoing, () => run(step), () => run(step));
      this.#ongoing = turn;
      return turn;
    }
    async #step() {
      while (!this.#ended) {
        const page = this.#page;
        if (page !== undefined && this.#next < page.length) {
          const value = this.#value(page[this.#next], page[this.#next + 1]);
          this.#next += 2;
          return { value, done: false };
        }
        await this.#turnPage(page);
      }
      return { value: undefined, done: true };
    }
    /** @param {any[] | undefined} page that has been read */
    async #turnPage(page) {
      if (page !== undefined && page[0] === 0) {
        this.#end();
        return;
      }
      try {
        const next = page === undefined
          ? await call(host.list, [this.#path])
          : await call(host.listMore, [page[0]]);
        this.#page = next;
        this.#next = 1;
        this.#listing.id = next[0];
      } catch (error) {
        this.#end();
        throw error;
      }
    }
    /** @param {string} name @param {boolean} isDirectoryEntry */
    #value(name, isDirectoryEntry) {
      if (this.#kind === KEYS) return name;
      const path = child(this.#path, name);
      const handle = isDirectoryEntry
        ? new /** @type {any} */ (FileSystemDirectoryHandle)(KEY, path)
        : new /** @type {any} */ (FileSystemFileHandle)(KEY, path);
      return this.#kind === VALUES ? handle : [name, handle];
    }
    #end() {
      this.#ended = true;
      this.#page = undefined;
      const { id } = this.#listing;
      this.#listing.id = 0;
      if (id > 0) atoll.post(host.listEnd, id);
    }
  }
  /** @param {() => any} step */
  const run = async (step) => await step();
  /** @param {string[]} path @param {number} kind */
  const iterate = (path, kind) => new DirectoryIterator(path, kind);

  const IteratorPrototype = /** @type {any} */ (DirectoryIterator.prototype);
  const AsyncIteratorPrototype = ReflectGetPrototypeOf(
    /** @type {any} */ (ReflectGetPrototypeOf((async function* () {}).prototype)),
  );
  ReflectSetPrototypeOf(IteratorPrototype, AsyncIteratorPrototype);
  delete IteratorPrototype.constructor;
  define(IteratorPrototype.next, "length", { value: 0 });
  define(IteratorPrototype.return, "length", { value: 1 });
  define(IteratorPrototype, "next", { enumerable: true });
  define(IteratorPrototype, "return", { enumerable: true });
  define(IteratorPrototype, SymbolToStringTag, {
    value: "FileSystemDirectoryHandle AsyncIterator",
    enumerable: false,
    writable: false,
  });

  finish(FileSystemHandle, { isSameEntry: 1, move: 1, remove: 0 }, ["kind", "name"]);
  atoll.showAttributes(FileSystemHandle, ["kind", "name"]);
  finish(FileSystemFileHandle, { getFile: 0, createWritable: 0, createSyncAccessHandle: 0 }, []);
  finish(FileSystemDirectoryHandle, {
    getFileHandle: 1,
    getDirectoryHandle: 1,
    removeEntry: 1,
    resolve: 1,
    entries: 0,
    keys: 0,
    values: 0,
  }, []);
  define(FileSystemDirectoryHandle.prototype, asyncIterator, {
    value: FileSystemDirectoryHandle.prototype.entries,
    enumerable: false,
    writable: true,
  });

  // § 2.4, serialization steps. The brand is on the prototype, so it has to look at the receiver.
  ObjectDefineProperty(FileSystemHandle.prototype, cloneBrand, {
    // @ts-ignore: __proto__ in a literal is the prototype
    __proto__: null,
    /** @this {any} */
    value: function () {
      const path = pathOf(this);
      if (path === undefined) {
        throw new DOMExceptionCtor("not a FileSystemHandle", "DataCloneError");
      }
      return { type: "AtollFileSystemHandle", isFile: isFile(this), path };
    },
  });
  registerCloneable("AtollFileSystemHandle", (/** @type {any} */ data) => {
    const { path } = data;
    /** @type {string[]} */
    const names = [];
    // What user code has made up must at least be a path.
    for (let i = 0; ArrayIsArray(path) && i < path.length; i++) put(names, i, `${path[i]}`);
    const Class = /** @type {any} */ (
      data.isFile ? FileSystemFileHandle : FileSystemDirectoryHandle
    );
    return new Class(KEY, names);
  });

  return {
    /** The handle of the root. @returns {any} */
    root: () => new /** @type {any} */ (FileSystemDirectoryHandle)(KEY, []),
  };
}
