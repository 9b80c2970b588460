/**
 * Where the engine's classes differ from their standards, as far as that can be put right from
 * outside. Web-platform-tests have found them; `docs/conformance.md` has what is left.
 */

import {
  ReflectApply,
  uncurryGetter,
  WeakMapCtor,
  WeakMapPrototypeGet,
  WeakMapPrototypeSet,
} from "./primordials.js";
import { replaceMethod } from "./expose.js";

const BlobCtor = Blob;
const engineBlobType = uncurryGetter(Blob.prototype, "type");

/** Types of blobs that the engine would not have. @type {WeakMap<object, string>} */
const blobTypes = new WeakMapCtor();

/** @param {any} blob @returns {string} throws if it is none */
export const blobType = (blob) => WeakMapPrototypeGet(blobTypes, blob) ?? engineBlobType(blob);

/**
 * A blob with that type as it is. The Blob constructor (File API § 3.1) takes it in lower case and
 * drops one that is not printable ASCII; a body's blob has the type of its header.
 * @param {any[]} parts
 * @param {string} type
 */
export function blobOfType(parts, type) {
  // @ts-ignore: __proto__ in a literal is the prototype
  const blob = new BlobCtor(parts, { __proto__: null, type });
  if (engineBlobType(blob) !== type) WeakMapPrototypeSet(blobTypes, blob, type);
  return blob;
}

export function correctClasses() {
  replaceMethod(Blob.prototype, "type", () => blobType);

  // URL Standard § 4.5: the serializer of URLs, not the host, has "/." before a path that begins
  // with two slashes and has no host before it.
  replaceMethod(URL.prototype, "host", (original) => (self, args) => {
    const host = ReflectApply(original, self, args);
    return host === "/." ? "" : host;
  });

  // File API § 8.4. The engine's own list takes Blobs of its own parts only, and nothing reads it:
  // whoever answers requests for such a URL keeps the Blob. One whose bytes are on the host gets
  // the URL of an empty one.
  replaceMethod(URL, "createObjectURL", (original) => (self, args) => {
    try {
      return ReflectApply(original, self, args);
    } catch (error) {
      if (!isBlob(args[0])) throw error;
      return ReflectApply(original, self, [new BlobCtor()]);
    }
  });
}

/** @param {any} value */
function isBlob(value) {
  try {
    engineBlobType(value);
    return true;
  } catch {
    return false;
  }
}
