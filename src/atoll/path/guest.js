/**
 * Node's `path` module, both flavours. It needs nothing of the host: paths are text, and the current
 * folder is always `/`.
 *
 * A path is a root (none, `/`, a drive, a UNC share) and parts between separators. What Node does for
 * odd input (trailing separators, suffixes, names of devices) is part of what it does.
 */

const { bind, call } = Function.prototype;
/** @type {(f: any) => (self: any, ...args: any[]) => any} */
const uncurry = bind.bind(call);
const slice = uncurry(String.prototype.slice);
const charAt = uncurry(String.prototype.charAt);
const indexOf = uncurry(String.prototype.indexOf);
const lastIndexOf = uncurry(String.prototype.lastIndexOf);
const endsWith = uncurry(String.prototype.endsWith);
const toLowerCase = uncurry(String.prototype.toLowerCase);
const toUpperCase = uncurry(String.prototype.toUpperCase);
const exec = uncurry(RegExp.prototype.exec);
const { defineProperty } = Object;
const { stringify } = JSON;
const { TypeError: TypeErrorCtor, String: StringCtor } = globalThis;

// Errors

/** What Node says it was given instead. @param {any} value @returns {string} */
function received(value) {
  if (value === undefined || value === null) return ` Received ${value}`;
  if (typeof value === "function") return ` Received function ${value.name}`;
  if (typeof value === "object") {
    const name = value.constructor?.name;
    return name ? ` Received an instance of ${name}` : " Received [Object: null prototype] {}";
  }
  let text = typeof value === "bigint" ? `${value}n` : StringCtor(value);
  if (typeof value === "string") {
    text = stringify(value);
    text = `'${slice(text, 1, -1)}'`;
    if (text.length > 28) text = `${slice(text, 0, 25)}...`;
  }
  return ` Received type ${typeof value} (${text})`;
}

/** @param {string} name @param {string} expected @param {any} value */
function invalidArgument(name, expected, value) {
  const error = new TypeErrorCtor(
    `The "${name}" argument must be of type ${expected}.${received(value)}`,
  );
  defineProperty(error, "code", {
    // @ts-ignore: __proto__ in a literal is the prototype
    __proto__: null,
    value: "ERR_INVALID_ARG_TYPE",
    configurable: true,
    enumerable: true,
    writable: true,
  });
  return error;
}

/** @param {any} value @param {string} name */
function checkString(value, name) {
  if (typeof value !== "string") throw invalidArgument(name, "string", value);
}

// What both flavours share

/** @typedef {(character: string) => boolean} IsSeparator */
/** @type {IsSeparator} */
const isSlash = (character) => character === "/";
/** @type {IsSeparator} */
const isEitherSlash = (character) => character === "/" || character === "\\";

/**
 * The parts of a path without `.`, and without `..` where there is a part to go back from.
 * @param {string} path
 * @param {boolean} mayClimb whether `..` may stay at the beginning
 * @param {string} separator
 * @param {IsSeparator} isSeparator
 */
function collapse(path, mayClimb, separator, isSeparator) {
  /** @type {string[]} */
  const parts = [];
  let count = 0;
  for (let start = 0; start < path.length;) {
    let end = start;
    while (end < path.length && !isSeparator(charAt(path, end))) end++;
    const part = slice(path, start, end);
    start = end + 1;
    if (part === "" || part === ".") continue;
    if (part !== "..") parts[count++] = part;
    else if (count > 0 && parts[count - 1] !== "..") count--;
    else if (mayClimb) parts[count++] = part;
  }
  let joined = count > 0 ? parts[0] : "";
  for (let i = 1; i < count; i++) joined += separator + parts[i];
  return joined;
}

/**
 * Where the last part begins and ends, separators behind it left out; `end` is -1 when there is none.
 * @param {string} path
 * @param {number} from where parts may begin
 * @param {IsSeparator} isSeparator
 */
function lastPart(path, from, isSeparator) {
  let end = path.length;
  while (end > from && isSeparator(charAt(path, end - 1))) end--;
  if (end <= from) return { start: from, end: -1 };
  let start = end;
  while (start > from && !isSeparator(charAt(path, start - 1))) start--;
  return { start, end };
}

/** Where the extension of a file's name begins, or -1. @param {string} name */
function extensionAt(name) {
  const dot = lastIndexOf(name, ".");
  return dot <= 0 || name === ".." ? -1 : dot;
}

/**
 * @param {string} path
 * @param {any} suffix
 * @param {number} from
 * @param {IsSeparator} isSeparator
 */
function baseName(path, suffix, from, isSeparator) {
  const { start, end } = lastPart(path, from, isSeparator);
  if (suffix === undefined || suffix === "" || suffix.length > path.length) {
    return end === -1 ? "" : slice(path, start, end);
  }
  if (suffix === path) return "";
  const base = end === -1 ? "" : slice(path, start, end);
  // A suffix that begins before the name: Node then forgets to leave separators behind it out.
  if (base.length < suffix.length && endsWith(suffix, base)) return slice(path, start);
  return base !== suffix && endsWith(base, suffix) ? slice(base, 0, -suffix.length) : base;
}

/**
 * @param {string} path
 * @param {number} rootEnd
 * @param {number} start
 * @param {number} end
 * @param {string} dir
 */
function parsed(path, rootEnd, start, end, dir) {
  const base = end === -1 ? "" : slice(path, start, end);
  const dot = extensionAt(base);
  return {
    root: slice(path, 0, rootEnd),
    dir,
    base,
    ext: dot === -1 ? "" : slice(base, dot),
    name: dot === -1 ? base : slice(base, 0, dot),
  };
}

/** @param {string} separator @param {any} parts */
function formatPath(separator, parts) {
  if (parts === null || typeof parts !== "object") {
    throw invalidArgument("pathObject", "object", parts);
  }
  const dir = parts.dir || parts.root;
  const { ext } = parts;
  const base = parts.base ||
    `${parts.name || ""}${ext ? `${charAt(`${ext}`, 0) === "." ? "" : "."}${ext}` : ""}`;
  if (!dir) return base;
  return dir === parts.root ? `${dir}${base}` : `${dir}${separator}${base}`;
}

/** The arguments that are not empty, with separators between. */
/** @param {string[]} paths @param {string} separator @returns {string | undefined} */
function joinArguments(paths, separator) {
  let joined;
  for (let i = 0; i < paths.length; i++) {
    checkString(paths[i], "path");
    if (paths[i] !== "") joined = joined === undefined ? paths[i] : joined + separator + paths[i];
  }
  return joined;
}

// POSIX

/** @param {() => string} cwd */
function createPosix(cwd) {
  /** @param {string[]} paths */
  function resolve(...paths) {
    let resolved = "";
    let isAbsolute = false;
    for (let i = paths.length - 1; i >= -1 && !isAbsolute; i--) {
      const path = i >= 0 ? paths[i] : cwd();
      checkString(path, `paths[${i}]`);
      if (path === "") continue;
      resolved = `${path}/${resolved}`;
      isAbsolute = charAt(path, 0) === "/";
    }
    const tail = collapse(resolved, !isAbsolute, "/", isSlash);
    return isAbsolute ? `/${tail}` : tail || ".";
  }

  /** @param {string} path */
  function normalize(path) {
    checkString(path, "path");
    if (path === "") return ".";
    const isAbsolute = charAt(path, 0) === "/";
    const isFolder = endsWith(path, "/");
    const tail = collapse(path, !isAbsolute, "/", isSlash);
    if (tail === "") return isAbsolute ? "/" : isFolder ? "./" : ".";
    return `${isAbsolute ? "/" : ""}${tail}${isFolder ? "/" : ""}`;
  }

  /** @param {string} path */
  function isAbsolute(path) {
    checkString(path, "path");
    return charAt(path, 0) === "/";
  }

  /** @param {string[]} paths */
  function join(...paths) {
    const joined = joinArguments(paths, "/");
    return joined === undefined ? "." : normalize(joined);
  }

  /** @param {string} from @param {string} to */
  function relative(from, to) {
    checkString(from, "from");
    checkString(to, "to");
    if (from === to) return "";
    const source = resolve(from);
    const target = resolve(to);
    if (source === target) return "";
    // The longest beginning that both share and that ends with a part in both.
    let shared = 0;
    const a = source === "/" ? "/" : `${source}/`;
    const b = target === "/" ? "/" : `${target}/`;
    for (let i = 0; i < a.length && charAt(a, i) === charAt(b, i); i++) {
      if (charAt(a, i) === "/") shared = i + 1;
    }
    let climb = "";
    for (let i = shared; i < a.length; i++) {
      if (charAt(a, i) === "/") climb += climb === "" ? ".." : "/..";
    }
    const rest = slice(target, shared);
    return climb !== "" && rest !== "" ? `${climb}/${rest}` : climb + rest;
  }

  /** @param {string} path */
  const toNamespacedPath = (path) => path;

  /** @param {string} path */
  function dirname(path) {
    checkString(path, "path");
    if (path === "") return ".";
    const { start, end } = lastPart(path, 1, isSlash);
    if (end === -1 || start === 1) {
      if (charAt(path, 0) !== "/") return ".";
      return "/";
    }
    return start === 2 && charAt(path, 0) === "/" ? "//" : slice(path, 0, start - 1);
  }

  /** @param {string} path @param {string} [suffix] */
  function basename(path, suffix) {
    if (suffix !== undefined) checkString(suffix, "suffix");
    checkString(path, "path");
    return baseName(path, suffix, 0, isSlash);
  }

  /** @param {string} path */
  function extname(path) {
    checkString(path, "path");
    const { start, end } = lastPart(path, 0, isSlash);
    return end === -1 ? "" : parsed(path, 0, start, end, "").ext;
  }

  /** @param {any} pathObject */
  const format = (pathObject) => formatPath("/", pathObject);

  /** @param {string} path */
  function parse(path) {
    checkString(path, "path");
    const rootEnd = charAt(path, 0) === "/" ? 1 : 0;
    const { start, end } = lastPart(path, rootEnd, isSlash);
    const dir = start > rootEnd ? slice(path, 0, start - 1) : slice(path, 0, rootEnd);
    return parsed(path, rootEnd, start, end, dir);
  }

  return {
    resolve,
    normalize,
    isAbsolute,
    join,
    relative,
    toNamespacedPath,
    dirname,
    basename,
    extname,
    format,
    parse,
    sep: "/",
    delimiter: ":",
  };
}

// Windows

const UNC = /^[\\/]{2}([^\\/]+)[\\/]+([^\\/]+)/;
const DRIVE = /^[A-Za-z]:/;
/** Names that Windows takes for devices, wherever they are. */
const RESERVED = /^(?:CON|PRN|AUX|NUL|(?:COM|LPT)[1-9\xb9\xb2\xb3])$/;

/** @param {string} name */
const isReserved = (name) => exec(RESERVED, toUpperCase(name)) !== null;

/**
 * @typedef {object} Root
 * @property {string} device drive or share, or nothing
 * @property {number} end where the rest begins
 * @property {boolean} isAbsolute
 * @property {boolean} isShare `\\host\share`
 */

/** @param {string} path @returns {Root} */
function rootOf(path) {
  if (isEitherSlash(charAt(path, 0))) {
    const unc = exec(UNC, path);
    if (unc === null) {
      const isDouble = path.length > 1 && isEitherSlash(charAt(path, 1));
      return { device: "", end: isDouble ? 0 : 1, isAbsolute: true, isShare: false };
    }
    const root = unc[0];
    const host = unc[1];
    const share = unc[2];
    // `\\.\` and `\\?\` are no hosts.
    return host === "." || host === "?"
      ? { device: `\\\\${host}`, end: 4, isAbsolute: true, isShare: false }
      : { device: `\\\\${host}\\${share}`, end: root.length, isAbsolute: true, isShare: true };
  }
  if (exec(DRIVE, path) === null) return { device: "", end: 0, isAbsolute: false, isShare: false };
  const isAbsolute = isEitherSlash(charAt(path, 2));
  return { device: slice(path, 0, 2), end: isAbsolute ? 3 : 2, isAbsolute, isShare: false };
}

/** Where the parts begin, for what takes paths apart; a share's separator belongs to its root. */
/** @param {string} path */
function partsBegin(path) {
  if (isEitherSlash(charAt(path, 0))) {
    const unc = exec(UNC, path);
    if (unc === null) return 1;
    return unc[0].length === path.length ? path.length : unc[0].length + 1;
  }
  if (exec(DRIVE, path) === null) return 0;
  return isEitherSlash(charAt(path, 2)) ? 3 : 2;
}

/** @param {() => string} cwd */
function createWin32(cwd) {
  /** @param {string[]} paths */
  function resolve(...paths) {
    let device = "";
    let tail = "";
    let isAbsolute = false;
    for (let i = paths.length - 1; i >= -1; i--) {
      let path;
      if (i >= 0) {
        path = paths[i];
        checkString(path, `paths[${i}]`);
        if (path === "") continue;
      } else {
        path = cwd();
        const only = paths.length === 1 ? paths[0] : paths.length === 0 ? "" : undefined;
        if (device === "" && (only === "" || only === ".")) return path;
      }
      const root = rootOf(path);
      if (root.device !== "") {
        if (device === "") device = root.device;
        else if (toLowerCase(root.device) !== toLowerCase(device)) continue;
      }
      if (!isAbsolute) {
        tail = `${slice(path, root.end)}\\${tail}`;
        isAbsolute = root.isAbsolute;
      }
      if (isAbsolute && device !== "") break;
    }
    tail = collapse(tail, !isAbsolute, "\\", isEitherSlash);
    return isAbsolute ? `${device}\\${tail}` : `${device}${tail}` || ".";
  }

  /** @param {string} path */
  function normalize(path) {
    checkString(path, "path");
    if (path === "") return ".";
    if (path.length === 1) return path === "/" ? "\\" : path;
    let { device, end } = rootOf(path);
    const { isAbsolute, isShare } = rootOf(path);
    const colon = indexOf(path, ":");
    if (isShare && end === path.length) return `${device}\\`;
    if (isAbsolute && !isShare && end === 4) {
      const name = slice(path, 4, colon + 1);
      if (isReserved(slice(name, 0, -1))) {
        device = `\\\\?\\${name}`;
        end += name.length;
      }
    } else if (!isAbsolute && device === "" && colon > 0 && isReserved(slice(path, 0, colon))) {
      device = slice(path, 0, colon + 1);
      end = colon + 1;
    }
    let tail = collapse(slice(path, end), !isAbsolute, "\\", isEitherSlash);
    if (tail === "" && !isAbsolute) tail = ".";
    if (tail !== "" && isEitherSlash(charAt(path, path.length - 1))) tail += "\\";
    if (!isAbsolute && device === "" && looksAbsolute(path, tail)) return `.\\${tail}`;
    if (isReserved(slice(path, 0, colon))) return `.\\${device}${tail}`;
    return isAbsolute ? `${device}\\${tail}` : `${device}${tail}`;
  }

  /**
   * Whether a relative path with a colon has become what Windows may take for one with a device
   * (CVE-2024-36139).
   * @param {string} path
   * @param {string} tail
   */
  function looksAbsolute(path, tail) {
    let colon = indexOf(path, ":");
    if (colon === -1) return false;
    if (exec(DRIVE, tail) !== null) return true;
    for (; colon !== -1; colon = indexOf(path, ":", colon + 1)) {
      if (colon === path.length - 1 || isEitherSlash(charAt(path, colon + 1))) return true;
    }
    return false;
  }

  /** @param {string} path */
  function isAbsolute(path) {
    checkString(path, "path");
    return isEitherSlash(charAt(path, 0)) ||
      (exec(DRIVE, path) !== null && isEitherSlash(charAt(path, 2)));
  }

  /** @param {string[]} paths */
  function join(...paths) {
    let joined = joinArguments(paths, "\\");
    if (joined === undefined) return ".";
    let first = "";
    for (let i = 0; first === ""; i++) first = paths[i];
    // Only a first argument that is itself the beginning of a share makes the result one.
    const isShare = first.length > 2 && isEitherSlash(charAt(first, 0)) &&
      isEitherSlash(charAt(first, 1)) && !isEitherSlash(charAt(first, 2));
    if (!isShare) {
      let slashes = 0;
      while (slashes < joined.length && isEitherSlash(charAt(joined, slashes))) slashes++;
      if (slashes >= 2) joined = `\\${slice(joined, slashes)}`;
    }
    return hasReservedPart(joined) ? withBackslashes(joined) : normalize(joined);
  }

  /** @param {string} path */
  function hasReservedPart(path) {
    for (let start = 0, i = 0; i <= path.length; i++) {
      if (i < path.length && !isEitherSlash(charAt(path, i))) continue;
      const part = slice(path, start, i);
      const colon = indexOf(part, ":");
      if (colon !== -1 && isReserved(slice(part, 0, colon))) return true;
      start = i + 1;
    }
    return false;
  }

  /** @param {string} path */
  function withBackslashes(path) {
    let out = "";
    for (let i = 0; i < path.length; i++) {
      const character = charAt(path, i);
      out += character === "/" ? "\\" : character;
    }
    return out;
  }

  /** @param {string} from @param {string} to */
  function relative(from, to) {
    checkString(from, "from");
    checkString(to, "to");
    if (from === to) return "";
    const source = resolve(from);
    const target = resolve(to);
    const lowerSource = toLowerCase(source);
    const lowerTarget = toLowerCase(target);
    if (lowerSource === lowerTarget) return "";
    if (lowerSource.length !== source.length || lowerTarget.length !== target.length) {
      return relativeByParts(source, target);
    }
    const within = withoutBackslashes(lowerSource);
    const { start: targetStart, end: targetEnd } = withoutBackslashes(lowerTarget);
    const a = slice(lowerSource, within.start, within.end);
    const b = slice(lowerTarget, targetStart, targetEnd);
    const shortest = a.length < b.length ? a.length : b.length;
    let shared = -1; // the last separator that both have
    let i = 0;
    for (; i < shortest && charAt(a, i) === charAt(b, i); i++) {
      if (charAt(a, i) === "\\") shared = i;
    }
    if (i < shortest) {
      if (shared === -1) return target;
    } else {
      if (b.length > shortest) {
        if (charAt(b, i) === "\\") return slice(target, targetStart + i + 1);
        if (i === 2) return slice(target, targetStart + i); // from a drive
      }
      if (a.length > shortest) {
        if (charAt(a, i) === "\\") shared = i;
        else if (i === 2) shared = 3;
      }
      if (shared === -1) shared = 0;
    }
    let climb = "";
    for (let j = shared + 1; j <= a.length; j++) {
      if (j === a.length || charAt(a, j) === "\\") climb += climb === "" ? ".." : "\\..";
    }
    const rest = slice(target, targetStart + shared, targetEnd);
    if (climb !== "") return climb + rest;
    return charAt(rest, 0) === "\\" ? slice(rest, 1) : rest;
  }

  /** @param {string} path */
  function withoutBackslashes(path) {
    let start = 0;
    while (start < path.length && charAt(path, start) === "\\") start++;
    let end = path.length;
    while (end - 1 > start && charAt(path, end - 1) === "\\") end--;
    return { start, end };
  }

  /** For text whose lower case has another length. @param {string} source @param {string} target */
  function relativeByParts(source, target) {
    const a = split(source);
    const b = split(target);
    const shortest = a.length < b.length ? a.length : b.length;
    let i = 0;
    while (i < shortest && toLowerCase(a[i]) === toLowerCase(b[i])) i++;
    if (i === 0) return target;
    let out = "";
    for (let j = i; j < a.length; j++) out += out === "" ? ".." : "\\..";
    for (let j = i; j < b.length; j++) out += out === "" ? b[j] : `\\${b[j]}`;
    return out;
  }

  /** @param {string} path @returns {string[]} */
  function split(path) {
    /** @type {string[]} */
    const parts = [];
    let start = 0;
    for (let i = 0; i <= path.length; i++) {
      if (i < path.length && charAt(path, i) !== "\\") continue;
      parts[parts.length] = slice(path, start, i);
      start = i + 1;
    }
    if (parts[parts.length - 1] === "") parts.length--;
    return parts;
  }

  /** @param {string} path */
  function toNamespacedPath(path) {
    if (typeof path !== "string" || path === "") return path;
    const resolved = resolve(path);
    if (resolved.length <= 2) return path;
    if (slice(resolved, 0, 2) === "\\\\") {
      const next = charAt(resolved, 2);
      if (next !== "?" && next !== ".") return `\\\\?\\UNC\\${slice(resolved, 2)}`;
    } else if (exec(DRIVE, resolved) !== null && charAt(resolved, 2) === "\\") {
      return `\\\\?\\${resolved}`;
    }
    return resolved;
  }

  /** @param {string} path */
  function dirname(path) {
    checkString(path, "path");
    if (path === "") return ".";
    const from = partsBegin(path);
    const { start, end } = lastPart(path, from, isEitherSlash);
    if (end === -1 || start === from) return from === 0 ? "." : slice(path, 0, from);
    return slice(path, 0, start - 1);
  }

  /** @param {string} path @param {string} [suffix] */
  function basename(path, suffix) {
    if (suffix !== undefined) checkString(suffix, "suffix");
    checkString(path, "path");
    return baseName(path, suffix, exec(DRIVE, path) === null ? 0 : 2, isEitherSlash);
  }

  /** @param {string} path */
  function extname(path) {
    checkString(path, "path");
    const from = exec(DRIVE, path) === null ? 0 : 2;
    const { start, end } = lastPart(path, from, isEitherSlash);
    return end === -1 ? "" : parsed(path, 0, start, end, "").ext;
  }

  /** @param {any} pathObject */
  const format = (pathObject) => formatPath("\\", pathObject);

  /** @param {string} path */
  function parse(path) {
    checkString(path, "path");
    const rootEnd = partsBegin(path);
    const { start, end } = lastPart(path, rootEnd, isEitherSlash);
    const dir = slice(path, 0, start > rootEnd ? start - 1 : rootEnd);
    return parsed(path, rootEnd, start, end, dir);
  }

  return {
    resolve,
    normalize,
    isAbsolute,
    join,
    relative,
    toNamespacedPath,
    dirname,
    basename,
    extname,
    format,
    parse,
    sep: "\\",
    delimiter: ";",
  };
}

/**
 * The module: the POSIX flavour, with both as properties, as on Linux.
 * @param {() => string} [cwd] the current folder
 * @returns {any}
 */
export function createPath(cwd = () => "/") {
  /** @type {any} */
  const posix = createPosix(cwd);
  /** @type {any} */
  const win32 = createWin32(cwd);
  posix.posix = win32.posix = posix;
  posix.win32 = win32.win32 = win32;
  posix._makeLong = posix.toNamespacedPath;
  win32._makeLong = win32.toNamespacedPath;
  return posix;
}

/** @param {import("../core/guest/capability.js").Atoll} atoll */
export default function install(atoll) {
  atoll.defineGlobal("path", {
    // @ts-ignore: __proto__ in a literal is the prototype
    __proto__: null,
    value: createPath(),
    configurable: true,
    enumerable: false,
    writable: true,
  });
}
