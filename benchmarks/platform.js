// Web platform work that the engine does, from the guest's side. Each kernel does `size` units of
// work and returns a checksum, or a promise of one.

{
  const text = "The quick brown fox jumps over the lazy dog, größer als je zuvor. ".repeat(1000);
  const bytes = new TextEncoder().encode(text);

  globalThis.kernels = [
    function encodes(size) {
      const encoder = new TextEncoder();
      let sum = 0;
      for (let i = 0; i < size * 8; i++) sum += encoder.encode(text).length;
      return sum;
    },
    async function hashes(size) {
      let sum = 0;
      for (let i = 0; i < size * 2; i++) {
        sum += new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))[0];
      }
      return sum;
    },
    async function compresses(size) {
      let sum = 0;
      for (let i = 0; i < size / 2; i++) {
        const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("gzip"));
        for await (const chunk of stream) sum += chunk.length;
      }
      return sum;
    },
    function parses(size) {
      let sum = 0;
      for (let i = 0; i < size * 100; i++) {
        const url = new URL(`../a%20b/${i}?q=${i}#top`, "https://user@example.com:8443/x/y/");
        sum += url.pathname.length + url.searchParams.get("q").length;
      }
      return sum;
    },
  ];
}
