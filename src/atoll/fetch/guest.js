/**
 * The guest half of fetch and serve: the Fetch Standard (https://fetch.spec.whatwg.org/), what
 * builds on it, and requests to the guest.
 *
 * Everything here is Atoll's own: the engine's classes would go to the network by themselves, and
 * what they keep inside is out of reach. From the engine it takes streams, blobs, forms and URLs.
 */

import { createBodies } from "./body.js";
import { createEventSource } from "./event_source.js";
import { createEvents } from "./events.js";
import { createFetch } from "./fetch.js";
import { createForms } from "./forms.js";
import { createHeaders } from "./headers.js";
import { createRequests } from "./request.js";
import { createResponses } from "./response.js";
import { createServe } from "./serve.js";
import { exposeWasmStreaming } from "./wasm_streaming.js";
import { createWebIdl } from "./webidl.js";
import { createWebSockets } from "./web_socket.js";

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */

/**
 * @typedef {object} Options
 * @property {boolean} allowed whether there is a handler
 * @property {any} fetch
 * @property {any} open
 * @property {any} release
 * @property {any} connect
 * @property {any} message
 * @property {any} closed
 * @property {any} env
 * @property {number} maxConcurrent
 * @property {number} maxRedirects
 * @property {number} maxHeaders
 * @property {boolean} opaqueRedirects
 */

/** @param {Atoll} atoll @param {Options} options */
export default function install(atoll, options) {
  const blobs = trackBlobUrls(atoll);
  const idl = createWebIdl(atoll);
  const forms = createForms(atoll, idl);
  const parts = createHeaders(atoll, idl);
  const bodies = createBodies(atoll, idl, forms, options);
  const requests = createRequests(atoll, idl, parts, bodies, blobs);
  const responses = createResponses(atoll, idl, parts, bodies, requests);
  const fetching = createFetch(atoll, idl, forms, parts, bodies, requests, responses, options);
  exposeWasmStreaming(atoll, idl, parts, bodies, responses);
  const events = createEvents(atoll);
  createEventSource(atoll, idl, events, forms, parts, bodies, requests, responses, fetching);
  const sockets = createWebSockets(atoll, idl, events, forms, requests, options);
  const serving = createServe(atoll, idl, parts, bodies, requests, responses, sockets, options);
  return {
    ...serving,
    socketEvent: sockets.socketEvent,
    socketDone: sockets.socketDone,
  };
}

/**
 * What blob URLs stand for: File API, section 8.3. The engine's own list is not to be read.
 * @param {Atoll} atoll
 */
function trackBlobUrls({ primordials, replaceMethod }) {
  const { MapCtor, MapPrototypeDelete, MapPrototypeGet, MapPrototypeSet, ReflectApply } =
    primordials;
  const { StringPrototypeIndexOf, StringPrototypeSlice } = primordials;
  /** @type {Map<string, any>} */
  const blobs = new MapCtor();
  replaceMethod(URL, "createObjectURL", (original) => (self, args) => {
    const url = ReflectApply(original, self, args);
    MapPrototypeSet(blobs, url, args[0]);
    return url;
  });
  replaceMethod(URL, "revokeObjectURL", (original) => (self, args) => {
    const url = `${args[0]}`;
    ReflectApply(original, self, args);
    MapPrototypeDelete(blobs, url);
  });
  return (/** @type {string} */ url) => {
    const hash = StringPrototypeIndexOf(url, "#");
    return MapPrototypeGet(blobs, hash < 0 ? url : StringPrototypeSlice(url, 0, hash));
  };
}
