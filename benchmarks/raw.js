// Bare Deno at the other end of two pipes: what the engine and the kernel cost without Atoll.
// Arguments: mode, descriptor to read, descriptor to write, size in bytes, path of a script.

const [mode, readFrom, writeTo, sizeText, script] = Deno.args;
const input = Deno.openSync(`/dev/fd/${readFrom}`);
const output = Deno.openSync(`/dev/fd/${writeTo}`, { read: false, write: true });
const size = Number(sizeText);
const done = new Uint8Array([1]);

/** @param {Uint8Array} bytes @returns {boolean} false at the end of the pipe */
function readAll(bytes) {
  let at = 0;
  while (at < bytes.length) {
    const count = input.readSync(at === 0 ? bytes : bytes.subarray(at));
    if (count === null) return false;
    at += count;
  }
  return true;
}

/** @param {Uint8Array} bytes */
function writeAll(bytes) {
  let at = 0;
  while (at < bytes.length) at += output.writeSync(at === 0 ? bytes : bytes.subarray(at));
}

const modes = {
  /** Send back whatever comes, blocking. */
  echo() {
    const buffer = new Uint8Array(4096);
    for (;;) {
      const count = input.readSync(buffer);
      if (count === null) return;
      output.writeSync(buffer.subarray(0, count));
    }
  },
  /** The same with the asynchronous read that an event loop needs. */
  async asyncEcho() {
    const buffer = new Uint8Array(4096);
    for (;;) {
      const count = await input.read(buffer);
      if (count === null) return;
      output.writeSync(buffer.subarray(0, count));
    }
  },
  /** Receive `size` bytes into a fresh buffer, and say so. */
  receive() {
    while (readAll(new Uint8Array(size))) writeAll(done);
  },
  /** Send `size` bytes whenever a byte comes. */
  send() {
    const bytes = new Uint8Array(size).fill(120);
    while (readAll(new Uint8Array(1))) writeAll(bytes);
  },
  /** Receive `size` bytes and send them back. */
  bounce() {
    const bytes = new Uint8Array(size);
    while (readAll(bytes)) writeAll(bytes);
  },
  /** Run the kernel whose number comes, and say so. */
  async kernels() {
    (0, eval)(Deno.readTextFileSync(script));
    const number = new Uint8Array(1);
    while (readAll(number)) {
      await globalThis.kernels[number[0]](size);
      writeAll(done);
    }
  },
};
await modes[mode]();
