/**
 * Live values across the boundary: what the host holds of ours (exports), what we hold of the
 * host's (imports).
 *
 * Each side counts how often it has sent a handle, and the other side returns that count when it
 * lets go. An entry ends only when all of it has been returned, so a handle that is sent again
 * while its release is under way stays valid.
 */

import {
  FinalizationRegistryCtor,
  FinalizationRegistryPrototypeRegister,
  MapCtor,
  MapPrototypeDelete,
  MapPrototypeGet,
  MapPrototypeSet,
  MapPrototypeSize,
  PromisePrototypeThen,
  put,
  WeakMapCtor,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
  WeakRefCtor,
  WeakRefPrototypeDeref,
} from "./primordials.js";
import { live, registerDecoder, tagged } from "./marshal.js";

/** Ids below this are the isolate's own operations. */
export const FIRST_EXPORT = 64;

/** @typedef {{ value: any, count: number }} Export */
/** @type {Map<number, Export>} */
const exports = new MapCtor();
/** @type {Map<object, number>} */
const exportIds = new MapCtor();
let nextExport = FIRST_EXPORT;

/** @param {any} value @returns {number} */
export function exportValue(value) {
  let id = MapPrototypeGet(exportIds, value);
  if (id === undefined) {
    id = nextExport++;
    MapPrototypeSet(exportIds, value, id);
    MapPrototypeSet(exports, id, { value, count: 0 });
  }
  MapPrototypeGet(exports, id).count++;
  return id;
}

/** @param {number} id @returns {Export | undefined} */
export const findExport = (id) => MapPrototypeGet(exports, id);

/**
 * @param {number} id
 * @param {number} count how many sendings the host gives back
 * @param {boolean} isDelivered false: they are taken back, since their message does not go out
 */
export function releaseExport(id, count, isDelivered = true) {
  const entry = MapPrototypeGet(exports, id);
  if (entry === undefined) return;
  entry.count -= count;
  if (entry.count <= 0) {
    MapPrototypeDelete(exports, id);
    MapPrototypeDelete(exportIds, entry.value);
    onExportReleased(entry.value, isDelivered);
  }
}

/** @type {(value: any, isDelivered: boolean) => void} */
let onExportReleased = () => {};
/** @param {typeof onExportReleased} listener called when the host does not hold a value any more */
export const setExportReleaseListener = (listener) => {
  onExportReleased = listener;
};

/** @typedef {{ id: number, count: number, proxy: WeakRef<object> }} Import */
/** @type {Map<number, Import>} */
const imports = new MapCtor();
/** @type {WeakMap<object, number>} proxies by the host handle that they stand for */
const homes = new WeakMapCtor();
/** @type {number[]} pairs of id and count to give back */
let releases = [];
/** @type {() => void} */
let onRelease = () => {};
/** @param {() => void} callback called when `releases` has become non-empty */
export const setReleaseListener = (callback) => {
  onRelease = callback;
};
export function takeReleases() {
  const taken = releases;
  releases = [];
  return taken;
}

/** @param {Import} entry */
function release(entry) {
  if (MapPrototypeGet(imports, entry.id) === entry) MapPrototypeDelete(imports, entry.id);
  const length = releases.length;
  put(releases, length, entry.id);
  put(releases, length + 1, entry.count);
  if (length === 0) onRelease();
}
const registry = new FinalizationRegistryCtor(release);

/**
 * The proxy of a host handle: the one that is alive, or a new one.
 * @template {object} T
 * @param {number} id
 * @param {() => T} create
 * @returns {T}
 */
export function importHandle(id, create) {
  const known = MapPrototypeGet(imports, id);
  if (known !== undefined) {
    const proxy = WeakRefPrototypeDeref(known.proxy);
    if (proxy !== undefined) {
      known.count++;
      return proxy;
    }
  }
  const proxy = create();
  const entry = { id, count: 1, proxy: new WeakRefCtor(proxy) };
  MapPrototypeSet(imports, id, entry);
  WeakMapPrototypeSet(homes, proxy, id);
  FinalizationRegistryPrototypeRegister(registry, proxy, entry);
  return proxy;
}

/** The proxy of a host handle, if it is alive. @param {number} id @returns {any} */
export function findImport(id) {
  const known = MapPrototypeGet(imports, id);
  return known === undefined ? undefined : WeakRefPrototypeDeref(known.proxy);
}

/** @param {object} proxy @returns {number | undefined} */
export const homeOf = (proxy) => WeakMapPrototypeGet(homes, proxy);

/** How many live values each side holds of the other. */
export const handleCounts = () => [MapPrototypeSize(exports), MapPrototypeSize(imports)];

live.encodeHome = (value) => {
  const id = WeakMapPrototypeGet(homes, value);
  return id === undefined ? undefined : tagged(["h", id]);
};
live.takeBack = (id) => releaseExport(id, 1, false);

/**
 * A handle that goes out with the message of `encoder`, or is taken back with it.
 * @param {any} value
 * @param {import("./marshal.js").Encoder} encoder
 */
export function exportWith(value, encoder) {
  const id = exportValue(value);
  put(encoder.sent, encoder.sent.length, id);
  return id;
}

live.encodeLive = (value, kind, encoder) => {
  const id = exportWith(value, encoder);
  if (kind === "p") {
    // Whoever holds the handle decides about the rejection; it is not unhandled.
    PromisePrototypeThen(value, undefined, () => {});
    return tagged(["p", id]);
  }
  return tagged([kind, id, typeof value]);
};

registerDecoder("h", (data) => MapPrototypeGet(exports, data[1])?.value);
