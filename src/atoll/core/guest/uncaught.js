/**
 * What nothing in the guest has caught goes to the host.
 */

import { ErrorCtor } from "./primordials.js";
import { postToHost } from "./connection.js";
import { UNCAUGHT } from "./operations.js";

/** @type {((error: any) => boolean) | null} */
let interceptor = null;
/**
 * Ask first whether somebody in the guest takes an error: a test runner, for its tests.
 * @param {((error: any) => boolean) | null} taker true: the error is not the host's
 */
export const interceptUncaught = (taker) => {
  interceptor = taker;
};

/** "Report an exception" of the HTML Standard. @param {any} error */
export function reportException(error) {
  if (interceptor !== null && interceptor(error)) return;
  try {
    postToHost(UNCAUGHT, [error]);
  } catch {
    postToHost(UNCAUGHT, [new ErrorCtor("an error that cannot be marshalled")]);
  }
}
