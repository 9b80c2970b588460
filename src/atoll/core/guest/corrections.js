/**
 * Where the engine's classes differ from their standards, as far as that can be put right from
 * outside. Web-platform-tests have found them; `docs/conformance.md` has what is left.
 */

import { ReflectApply } from "./primordials.js";
import { replaceMethod } from "./expose.js";

export function correctClasses() {
  // URL Standard § 4.5: the serializer of URLs, not the host, has "/." before a path that begins
  // with two slashes and has no host before it.
  replaceMethod(URL.prototype, "host", (original) => (self, args) => {
    const host = ReflectApply(original, self, args);
    return host === "/." ? "" : host;
  });
}
