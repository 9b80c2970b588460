/** The handler that Atoll, Deno and workerd answer with. */
export default {
  fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/stream") {
      const chunks = ["hel", "lo"];
      const body = new ReadableStream({
        pull(controller) {
          controller.enqueue(new TextEncoder().encode(chunks.shift()));
          if (chunks.length === 0) controller.close();
        },
      });
      return new Response(body, { headers: { "Content-Type": "text/plain" } });
    }
    if (pathname !== "/x") return new Response("not found", { status: 404 });
    return new Response("hello", { headers: { "Content-Type": "text/plain" } });
  },
};
