// A response that comes bit by bit. Run it and send GET /; the body grows as it is made.
export default {
  fetch(request) {
    let count = 0;
    let timer;
    const body = new ReadableStream({
      start(controller) {
        timer = setInterval(() => {
          controller.enqueue(`tick ${++count}\n`);
          if (count === 10) {
            clearInterval(timer);
            controller.close();
          }
        }, 200);
      },
      cancel() {
        clearInterval(timer);
        console.warn("the client has gone");
      },
    });
    request.signal.addEventListener("abort", () => console.warn("aborted after", count));
    return new Response(body.pipeThrough(new TextEncoderStream()), {
      headers: { "Content-Type": "text/plain; charset=utf-8" },
    });
  },
};
