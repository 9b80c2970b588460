/**
 * A handler as one writes it for Cloudflare Workers: routing, JSON, forms with files, streams,
 * cookies, a WebSocket. It knows nothing of Atoll.
 */

const notes = new Map([["1", { id: "1", text: "buy tea" }]]);

const routes = [
  ["GET", "/", home],
  ["GET", "/notes/:id", readNote],
  ["PUT", "/notes/:id", writeNote],
  ["POST", "/upload", upload],
  ["GET", "/count/:to", count],
  ["GET", "/visits", visits],
  ["GET", "/echo", echo],
  ["GET", "/proxy", proxy],
].map(([method, pathname, handle]) => ({ method, pattern: new URLPattern({ pathname }), handle }));

function home(_request, env) {
  return new Response(`<h1>${env.TITLE}</h1>`, {
    headers: { "Content-Type": "text/html;charset=utf-8" },
  });
}

function readNote(_request, _env, _ctx, { id }) {
  const note = notes.get(id);
  return note ? Response.json(note) : Response.json({ error: "no such note" }, { status: 404 });
}

async function writeNote(request, _env, ctx, { id }) {
  const { text } = await request.json();
  if (typeof text !== "string") return Response.json({ error: "text is missing" }, { status: 400 });
  notes.set(id, { id, text });
  ctx.waitUntil(Promise.resolve().then(() => notes.set("last", { id: "last", text: id })));
  return new Response(null, { status: 204 });
}

async function upload(request) {
  const form = await request.formData();
  const file = form.get("file");
  return Response.json({
    title: form.get("title"),
    name: file.name,
    type: file.type,
    size: file.size,
    text: await file.text(),
  });
}

function count(_request, _env, _ctx, { to }) {
  let n = 0;
  const lines = new ReadableStream({
    pull(controller) {
      if (n >= Number(to)) controller.close();
      else controller.enqueue(new TextEncoder().encode(`${++n}\n`));
    },
  });
  return new Response(lines, { headers: { "Content-Type": "text/plain" } });
}

function visits(request) {
  const cookies = new URLSearchParams((request.headers.get("Cookie") ?? "").replaceAll("; ", "&"));
  const n = Number(cookies.get("visits") ?? 0) + 1;
  const response = new Response(`visit ${n}`);
  response.headers.append("Set-Cookie", `visits=${n}; Path=/; HttpOnly`);
  response.headers.append("Set-Cookie", "seen=yes; Path=/");
  return response;
}

function echo(request) {
  if (request.headers.get("Upgrade") !== "websocket") {
    return new Response("expected a WebSocket", { status: 426 });
  }
  const [client, server] = Object.values(new WebSocketPair());
  server.accept();
  server.addEventListener("message", (event) => {
    server.send(event.data);
    if (event.data === "bye") server.close(1000, "bye");
  });
  return new Response(null, { status: 101, webSocket: client });
}

/** What the other site answers goes through, body and all. */
function proxy(request) {
  const url = new URL(request.url).searchParams.get("url");
  return fetch(new Request(url, request));
}

const worker = {
  async fetch(request, env, ctx) {
    const url = new URL(request.url);
    let known = false;
    for (const { method, pattern, handle } of routes) {
      const match = pattern.exec({ pathname: url.pathname });
      if (match === null) continue;
      known = true;
      if (method === request.method) return await handle(request, env, ctx, match.pathname.groups);
    }
    return new Response(known ? "method not allowed" : "not found", { status: known ? 405 : 404 });
  },
};

export default worker;
