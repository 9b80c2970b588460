/** The playground: what its buttons do. */

import { $, jsonLines, make } from "./dom.js";
import { makeEditor } from "./editor.js";
import { setUpRequests } from "./requests.js";
import { setUpTabs } from "./tabs.js";
import { showValue } from "./values.js";

const MAX_LINES = 1000;
/** @type {AbortController | null} */
let running = null;
/** The example that is being fetched: running waits for it. */
let loading = Promise.resolve();

const editor = makeEditor($("editor"), run);
const tabs = setUpTabs();
const requests = setUpRequests();

$("run").addEventListener("click", run);
$("stop").addEventListener("click", () => running?.abort());
$("share").addEventListener("click", share);
$("language").addEventListener("change", () => editor.setLanguage($("language").value === "ts"));
$("examples").addEventListener("change", () => {
  loading = load($("examples").value);
});
await Promise.all([listExamples(), listLayers()]);
if (!openShared()) await load($("examples").value);
document.documentElement.dataset.ready = "";

async function run() {
  running?.abort();
  const abort = running = new AbortController();
  $("console").replaceChildren();
  $("console-empty").hidden = true;
  setState("Running…");
  setRunning(true);
  try {
    await loading;
    const response = await fetch("api/run", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ code: editor.text, language: $("language").value }),
      signal: abort.signal,
    });
    if (!response.ok) throw new Error((await response.text()) || response.statusText);
    for await (const event of jsonLines(response)) handle(event);
  } catch (error) {
    if (abort.signal.aborted) {
      if (running === abort) setState("Stopped.");
    } else setState(`The server did not answer: ${/** @type {Error} */ (error).message}`, "bad");
  } finally {
    if (running === abort) {
      running = null;
      setRunning(false);
      requests.close();
    }
  }
}

/** @param {any} event one line of the server's answer */
function handle(event) {
  switch (event.type) {
    case "console":
      print(event);
      break;
    case "meters":
      showMeters(event);
      break;
    case "serving":
      requests.open(event.url);
      tabs.show("http");
      setState("Serving requests until it is stopped.");
      break;
    case "result":
      print({ kind: "result", level: "log", depth: 0, args: [event.value] });
      break;
    case "error":
      print({
        kind: "error",
        level: "error",
        depth: 0,
        args: [{ type: "text", text: event.text }],
      });
      setState(event.title, "bad");
      break;
    case "end":
      if ($("state").dataset.tone !== "bad") setState(`Done in ${event.ms} ms.`);
  }
}

/** @param {any} entry */
function print(entry) {
  const list = $("console");
  if (entry.kind === "clear") return list.replaceChildren();
  const line = make("li", { "data-level": entry.level, "data-kind": entry.kind });
  line.style.paddingInlineStart = `${8 + 16 * Math.min(entry.depth, 12)}px`;
  if (entry.kind === "result") line.append(make("span", { class: "who" }, "result"));
  if (entry.table) line.append(showTable(entry.table));
  else {
    for (const [index, value] of entry.args.entries()) {
      if (index > 0) line.append(" ");
      line.append(showValue(value));
    }
  }
  list.append(line);
  while (list.childElementCount > MAX_LINES) list.firstElementChild.remove();
  const panel = $("panel-console");
  panel.scrollTop = panel.scrollHeight;
}

/** @param {{ columns: string[], rows: string[][] }} table */
function showTable(table) {
  const head = make("tr", {}, ...table.columns.map((name) => make("th", { scope: "col" }, name)));
  const rows = table.rows.map((row) => make("tr", {}, ...row.map((cell) => make("td", {}, cell))));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
}

/** @param {any} meters fractions of the limits, and texts */
function showMeters(meters) {
  for (const name of ["memory", "cpu", "wall"]) {
    $(name).value = meters[name].fraction;
    $(`${name}-text`).textContent = meters[name].text;
  }
}

/** @param {string} text @param {string} [tone] */
function setState(text, tone = "") {
  $("state").textContent = text;
  $("state").dataset.tone = tone;
}

/** @param {boolean} on */
function setRunning(on) {
  $("stop").disabled = !on;
  $("console").setAttribute("aria-busy", String(on));
}

async function listExamples() {
  const examples = await (await fetch("api/examples")).json();
  for (const { name, title } of examples) {
    $("examples").append(make("option", { value: name }, title));
  }
}

/** @param {string} name */
async function load(name) {
  const { code, language, request } = await (await fetch(`api/examples/${name}`)).json();
  open(code, language);
  requests.preset(request);
}

/** @param {string} code @param {string} language */
function open(code, language) {
  $("language").value = language;
  editor.setLanguage(language === "ts");
  editor.text = code;
}

async function listLayers() {
  for (const layer of await (await fetch("api/layers")).json()) {
    const word = layer.holds ? "yes" : "no";
    $("layers").append(
      make(
        "tr",
        {},
        make("th", { scope: "row" }, layer.name),
        make("td", { class: layer.holds ? "holds" : "fails" }, word),
        make("td", {}, layer.detail),
      ),
    );
  }
}

/** The program travels in the fragment, which browsers keep from servers. */
async function share() {
  const packed = btoa(String.fromCharCode(...new TextEncoder().encode(editor.text)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  history.replaceState(null, "", `#${$("language").value}.${packed}`);
  try {
    await navigator.clipboard.writeText(location.href);
    setState("The address of this program is in the clipboard.");
  } catch {
    setState("The address bar has the address of this program.");
  }
}

function openShared() {
  const [, language, packed] = /^#(js|ts)\.([\w-]+)$/.exec(location.hash) ?? [];
  if (packed === undefined) return false;
  try {
    const bytes = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
    open(new TextDecoder().decode(Uint8Array.from(bytes, (c) => c.charCodeAt(0))), language);
    return true;
  } catch {
    setState("The address holds no program.", "bad");
    return false;
  }
}
