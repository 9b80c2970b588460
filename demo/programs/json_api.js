// A JSON API. Run it, then send it requests on the right: GET /items, POST /items, DELETE /items/1
const items = new Map([[1, { id: 1, name: "tea", price: 3 }]]);

async function createItem(request) {
  const { name, price } = await request.json();
  if (typeof name !== "string" || !(price >= 0)) {
    return Response.json({ error: "name and price, please" }, { status: 422 });
  }
  const item = { id: items.size + 1, name, price };
  items.set(item.id, item);
  console.log("created", item);
  return Response.json(item, { status: 201, headers: { Location: `/items/${item.id}` } });
}

export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    console.log(request.method, pathname);
    if (pathname === "/items" && request.method === "POST") return await createItem(request);
    if (pathname === "/items") return Response.json([...items.values()]);
    const id = Number(/^\/items\/(\d+)$/.exec(pathname)?.[1]);
    if (!items.has(id)) return Response.json({ error: "no such item" }, { status: 404 });
    if (request.method !== "DELETE") return Response.json(items.get(id));
    items.delete(id);
    return new Response(null, { status: 204 });
  },
};
