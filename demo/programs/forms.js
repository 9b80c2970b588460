// Forms and file upload. Run it, choose a file on the right, and send it with POST.
const hex = (bytes) =>
  Array.from(new Uint8Array(bytes), (b) => b.toString(16).padStart(2, "0")).join("");

export default {
  async fetch(request) {
    if (request.method !== "POST") return new Response("Send a form with POST.\n", { status: 405 });
    const form = await request.formData();
    const fields = [];
    for (const [name, value] of form) {
      if (typeof value === "string") fields.push({ name, value });
      else {
        const digest = await crypto.subtle.digest("SHA-256", await value.arrayBuffer());
        fields.push({
          name,
          file: value.name,
          type: value.type,
          size: value.size,
          sha256: hex(digest),
        });
      }
    }
    console.table(fields);
    return Response.json(fields);
  },
};
