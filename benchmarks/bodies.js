/**
 * For `bodies.py`: an upstream server whose response has as many bytes as the query asks for, and
 * plain Deno that passes such a response on.
 */

const [mode, upstream] = Deno.args;
const chunk = new Uint8Array(256 * 1024).fill(120);

function answer(request) {
  const size = Number(new URL(request.url).searchParams.get("size"));
  let left = size;
  const body = new ReadableStream({
    type: "bytes",
    pull(controller) {
      if (left === 0) return controller.close();
      const length = Math.min(left, chunk.length);
      controller.enqueue(chunk.slice(0, length));
      left -= length;
    },
  });
  return new Response(body, { headers: { "Content-Length": String(size) } });
}

Deno.serve(
  { port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log(port) },
  mode === "upstream" ? answer : (request) => fetch(upstream + new URL(request.url).search),
);
