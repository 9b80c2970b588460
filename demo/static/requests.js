/** Requests and WebSockets to the program that is running. */

import { $, make } from "./dom.js";

const MAX_SHOWN = 256 * 1024;

export function setUpRequests() {
  /** @type {string | null} where the program answers */
  let base = null;
  /** @type {WebSocket | null} */
  let socket = null;
  const form = $("request");

  form.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    send();
  });
  $("socket").addEventListener("click", connect);
  $("hang-up").addEventListener("click", () => socket?.close(1000));
  $("chat").addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    const input = $("chat").elements.message;
    if (socket?.readyState !== WebSocket.OPEN) return;
    socket.send(input.value);
    say("you", input.value);
    input.value = "";
  });

  const target = () => base + form.elements.path.value.replace(/^\//, "");

  async function send() {
    if (base === null) return show("Nothing is running.", "", "");
    const method = form.elements.method.value;
    const hasBody = method !== "GET" && method !== "DELETE";
    const headers = new Headers();
    const [file] = form.elements.file.files;
    show("Sending…", "", "");
    try {
      for (const line of form.elements.headers.value.split("\n")) {
        const [name, ...rest] = line.split(":");
        if (name.trim() !== "") headers.append(name.trim(), rest.join(":").trim());
      }
      let body;
      if (hasBody && file) {
        body = new FormData();
        body.append("file", file);
        headers.delete("Content-Type");
      } else if (hasBody) body = form.elements.body.value;
      const response = await fetch(target(), { method, headers, body });
      const shown = [...response.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
      show(`${response.status} ${response.statusText}`, shown, "");
      await readInto(response, $("response-body"));
    } catch (error) {
      show(`No response: ${/** @type {Error} */ (error).message}`, "", "");
    }
  }

  /** A body is shown as it comes. @param {Response} response @param {HTMLElement} element */
  async function readInto(response, element) {
    let length = 0;
    for await (
      const text of (response.body ?? new Blob([]).stream()).pipeThrough(new TextDecoderStream())
    ) {
      length += text.length;
      if (length <= MAX_SHOWN) element.append(text);
      else if (length - text.length <= MAX_SHOWN) element.append("\n… (the rest is not shown)");
    }
  }

  /** @param {string} status @param {string} headers @param {string} body */
  function show(status, headers, body) {
    $("response").hidden = false;
    $("status").textContent = status;
    $("response-headers").textContent = headers;
    $("response-body").textContent = body;
  }

  function connect() {
    if (base === null) return show("Nothing is running.", "", "");
    socket?.close();
    const url = new URL(target(), location.href);
    url.protocol = url.protocol.replace("http", "ws");
    $("chat").hidden = false;
    $("messages").replaceChildren();
    const opened = socket = new WebSocket(url);
    opened.addEventListener("open", () => say("state", "open"));
    opened.addEventListener("message", ({ data }) => say("program", `${data}`));
    opened.addEventListener("close", ({ code }) => say("state", `closed (${code})`));
  }

  /** @param {string} who @param {string} text */
  function say(who, text) {
    $("messages").append(make("li", {}, make("span", { class: "quiet" }, `${who} `), text));
  }

  return {
    /** @param {string} url */
    open(url) {
      base = new URL(url, location.href).href;
      $("http-empty").hidden = true;
    },
    close() {
      base = null;
      socket?.close();
      $("http-empty").hidden = false;
    },
    /** What suits an example. @param {Record<string, string> | null} request */
    preset(request) {
      form.reset();
      for (const [name, value] of Object.entries(request ?? {})) form.elements[name].value = value;
    },
  };
}
