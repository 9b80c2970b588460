/**
 * What nothing in the guest has caught goes to the host.
 */

import { ErrorCtor } from "./primordials.js";
import { postToHost } from "./connection.js";
import { UNCAUGHT } from "./operations.js";

/** "Report an exception" of the HTML Standard. @param {any} error */
export function reportException(error) {
  try {
    postToHost(UNCAUGHT, [error]);
  } catch {
    postToHost(UNCAUGHT, [new ErrorCtor("an error that cannot be marshalled")]);
  }
}
