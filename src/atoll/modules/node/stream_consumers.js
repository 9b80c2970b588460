/** `node:stream/consumers`: everything that a stream, or any asynchronous iterable, has. */

import { Buffer } from "node:buffer";

/** @typedef {AsyncIterable<any> | Iterable<any>} Source of text, or of bytes */

/** @param {Source} source @returns {Promise<Blob>} */
export async function blob(source) {
  const parts = [];
  for await (const chunk of source) parts.push(chunk);
  return new Blob(parts);
}

/** @param {Source} source */
export const arrayBuffer = async (source) => (await blob(source)).arrayBuffer();

/** @param {Source} source */
export const buffer = async (source) => Buffer.from(await arrayBuffer(source));

/** @param {Source} source @returns {Promise<string>} */
export async function text(source) {
  const decoder = new TextDecoder();
  let result = "";
  for await (const chunk of source) {
    result += typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
  }
  return result + decoder.decode();
}

/** @param {Source} source */
export const json = async (source) => JSON.parse(await text(source));

export default { arrayBuffer, blob, buffer, json, text };
