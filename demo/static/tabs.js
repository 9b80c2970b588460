/** Tabs by the pattern of the ARIA Authoring Practices: arrows move, Home and End jump. */

import { $ } from "./dom.js";

export function setUpTabs() {
  const tabs = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('[role="tab"]')]);

  /** @param {HTMLElement} chosen */
  function select(chosen) {
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.setAttribute("aria-selected", String(isChosen));
      tab.tabIndex = isChosen ? 0 : -1;
      $(tab.getAttribute("aria-controls") ?? "").hidden = !isChosen;
    }
  }

  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener("click", () => select(tab));
    tab.addEventListener("keydown", ({ key }) => {
      const moves = { ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: -1 };
      const target = moves[/** @type {keyof typeof moves} */ (key)];
      if (target === undefined) return;
      const next = /** @type {HTMLElement} */ (tabs.at(target % tabs.length));
      select(next);
      next.focus();
    });
  }
  return { show: (/** @type {string} */ name) => select($(`tab-${name}`)) };
}
