/** The handler that Atoll, Deno and workerd answer with. */
export default {
  fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname !== "/x") return new Response("not found", { status: 404 });
    return new Response("hello", { headers: { "Content-Type": "text/plain" } });
  },
};
