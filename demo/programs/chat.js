// A chat over WebSockets. Run it, press WebSocket on the right, and write something.
// Open the address in a second window: everyone in the room hears everyone.
const room = new Set();

serve({
  fetch(request, env, ctx) {
    if (request.headers.get("Upgrade") === "websocket") return ctx.upgrade();
    return new Response(`${room.size} in the room. Connect with a WebSocket.\n`);
  },
  websocket: {
    open(socket) {
      room.add(socket);
      socket.send(`welcome, you are number ${room.size}`);
    },
    message(socket, text) {
      console.log("heard", text);
      for (const other of room) other.send(`${text}`.toUpperCase());
    },
    close(socket) {
      room.delete(socket);
    },
  },
});
