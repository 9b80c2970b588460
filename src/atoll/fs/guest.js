/**
 * The guest half of files: `navigator.storage` (Storage Standard § 6) and what it leads to.
 */

import { createAccessHandles } from "./access.js";
import { createBlobs } from "./blob.js";
import { createHandles } from "./handles.js";
import { createWebIdl } from "./webidl.js";
import { createWritables } from "./writable.js";

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */

/**
 * @param {Atoll} atoll
 * @param {Record<string, any>} host functions of the host; `_service.py` leads to them
 */
export default function install(atoll, host) {
  const idl = createWebIdl(atoll);
  const { fileOf } = createBlobs(atoll, idl, host.read);
  const { writableOf } = createWritables(atoll, idl, host);
  const { accessHandleOf } = createAccessHandles(atoll, idl, host);
  const handles = createHandles(atoll, idl, host, { fileOf, writableOf, accessHandleOf });
  const { check, finish, illegalConstructor, illegalInvocation, isObject } = idl;
  const KEY = {};

  /** @type {(self: any) => void} */
  let brand;
  class StorageManager {
    #brand = true;
    constructor() {
      if (arguments[0] !== KEY) throw illegalConstructor();
    }
    static {
      brand = (self) => {
        if (!isObject(self) || !(#brand in self)) throw illegalInvocation("StorageManager");
      };
    }
    // Storage Standard § 6.3, estimate()
    async estimate() {
      brand(this);
      const answer = check(await atoll.callAsync(host.estimate, []));
      // Without a quota, what a number can count.
      return { quota: answer[1] ?? Number.MAX_SAFE_INTEGER, usage: answer[0] };
    }
    // File System Standard § 3.1, getDirectory()
    async getDirectory() {
      brand(this);
      return handles.root();
    }
    // Storage Standard § 6.1: what outlives the isolate is the owner's affair.
    async persisted() {
      brand(this);
      return false;
    }
  }
  finish(StorageManager, { estimate: 0, getDirectory: 0, persisted: 0 }, []);

  const storage = new /** @type {any} */ (StorageManager)(KEY);
  atoll.exposeOnNavigator("storage", () => storage);
  return {};
}
