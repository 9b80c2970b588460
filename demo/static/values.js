/** Values of the isolate as elements that one can unfold. */

import { make } from "./dom.js";

/**
 * @typedef {object} Node what the server tells of a value
 * @property {string} type
 * @property {string} text
 * @property {[string, Node][]} [entries]
 * @property {number} [more] entries that were left out
 */

/** @param {Node} node @returns {HTMLElement} */
export function showValue(node) {
  if (node.entries === undefined) return make("span", { class: node.type }, node.text);
  if (node.entries.length === 0) return make("span", { class: node.type }, node.text);
  const details = make("details", {}, make("summary", {}, node.text));
  // Made when it is opened: a big value costs nothing until somebody looks.
  details.addEventListener("toggle", () => {
    if (details.childElementCount > 1) return;
    const inside = make("div");
    for (const [key, value] of node.entries ?? []) {
      inside.append(make("div", {}, make("span", { class: "key" }, key), ": ", showValue(value)));
    }
    if (node.more) inside.append(make("div", { class: "quiet" }, `… and ${node.more} more`));
    details.append(inside);
  });
  return details;
}
