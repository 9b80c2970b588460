/** The few things of the page that every part needs. */

/** @param {string} id @returns {any} the element; the page is broken without it */
export const $ = (id) => document.getElementById(id);

/**
 * An element. Text is only ever set as text: whatever a program prints stays text.
 * @param {string} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * The lines of a streamed response, parsed as JSON.
 * @param {Response} response
 * @returns {AsyncGenerator<any>}
 */
export async function* jsonLines(response) {
  let rest = "";
  const body = /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (response.body);
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = /** @type {string} */ (lines.pop());
    for (const line of lines) if (line !== "") yield JSON.parse(line);
  }
}
