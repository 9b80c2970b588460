/**
 * For `serving.py`: `serve` is plain Deno with the handler that all servers get; `load` makes
 * requests over HTTP, with as little of its own as possible, each time it is told how many.
 */

const [mode, port, connections] = Deno.args;

if (mode === "serve") {
  const { default: handler } = await import("./serving_handler.js");
  Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: ({ port }) => console.log(port) },
    handler.fetch,
  );
} else {
  const sockets = await Promise.all(
    Array.from(
      { length: Number(connections) },
      () => Deno.connect({ hostname: "127.0.0.1", port: Number(port) }),
    ),
  );
  const get = (path) =>
    new TextEncoder().encode(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\nUser-Agent: bench\r\n\r\n`,
    );
  const request = get("/x"), streamed = get("/stream");
  console.log("ready");
  const decoder = new TextDecoder();
  for await (const line of Deno.stdin.readable) {
    const wanted = Number(decoder.decode(line));
    if (wanted < 0) {
      console.log(await firstByte(sockets[0], -wanted) / 1000);
      continue;
    }
    const count = Math.floor(wanted / sockets.length);
    const start = performance.now();
    await Promise.all(sockets.map((socket) => repeat(socket, count)));
    console.log((performance.now() - start) / 1000 / (count * sockets.length));
  }

  /** A response is small enough for one read, or ends in its body's only word. */
  async function repeat(socket, count) {
    const buffer = new Uint8Array(4096);
    for (let i = 0; i < count; i++) {
      await socket.write(request);
      let length = 0;
      do {
        const read = await socket.read(buffer.subarray(length));
        if (read === null) throw new Error("the server closed a connection");
        length += read;
      } while (!ends(buffer, length));
    }
  }
  /** Milliseconds until an answer begins, one request at a time. */
  async function firstByte(socket, count) {
    const buffer = new Uint8Array(4096);
    let waited = 0;
    for (let i = 0; i < count; i++) {
      const start = performance.now();
      await socket.write(streamed);
      let length = await socket.read(buffer);
      waited += performance.now() - start;
      while (!endsChunked(buffer, length)) length += await socket.read(buffer.subarray(length));
    }
    return waited / count;
  }
  /** "hello", or the end of a chunked body after it. */
  function ends(buffer, length) {
    return buffer[length - 1] === 0x6f || endsChunked(buffer, length);
  }
  function endsChunked(buffer, length) {
    return length > 5 && buffer[length - 5] === 0x30 && buffer[length - 1] === 0x0a;
  }
}
