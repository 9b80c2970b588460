// The guest of `atoll doctor`: it has every Deno permission, seals itself as an isolate does, and
// then attacks. What holds here holds without the help of V8 and of Deno.
const output = Deno.openSync("/dev/fd/5", { write: true });
const replies = Deno.openSync("/dev/fd/4");
const buffer = new Uint8Array(65536);
const { number, filter } = JSON.parse(
  new TextDecoder().decode(buffer.subarray(0, replies.readSync(buffer) ?? 0)),
);
/** @type {Record<string, { held: boolean, detail: string }>} */
const results = {};
/** @type {(name: string, action: () => unknown) => void} */
const attack = (name, action) => {
  try {
    const value = action();
    results[name] = { held: false, detail: String(value) };
  } catch (error) {
    results[name] = { held: true, detail: String(error) };
  }
};

attack("boot: read /etc/passwd", () => Deno.readTextFileSync("/etc/passwd"));
attack("boot: execute /bin/true", () => new Deno.Command("/bin/true").outputSync().code);
attack("boot: listen", () => Deno.listen({ port: 0 }));

const program = new Uint8Array(filter);
const header = new DataView(new ArrayBuffer(16));
header.setUint16(0, program.length / 8, true);
header.setBigUint64(
  8,
  BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(program))),
  true,
);
const libc = Deno.dlopen("libc.so.6", {
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  syscall: { parameters: ["i64", "u64", "u64", "buffer"], result: "i64" },
});
const undumpable = libc.symbols.prctl(4, 0n, 0n, 0n, 0n);
// SECCOMP_SET_MODE_FILTER with SECCOMP_FILTER_FLAG_TSYNC: all threads at once.
const sealed = libc.symbols.syscall(BigInt(number), 1n, 1n, new Uint8Array(header.buffer));
if (undumpable !== 0 || Number(sealed) !== 0) {
  results["seal: install"] = { held: false, detail: `${undumpable} ${sealed}` };
}

attack("seal: open its own pipe again", () => Deno.openSync("/dev/fd/4"));
attack("seal: read its own source", () => Deno.readTextFileSync(new URL(import.meta.url)));
attack("seal: read metadata", () => Deno.statSync("/"));
attack("seal: execute the engine", () => new Deno.Command(Deno.args[0], { cwd: "/" }).outputSync());
output.writeSync(new TextEncoder().encode(JSON.stringify(results) + "\n"));
// The host looks at this process from outside before it lets it go.
replies.readSync(buffer);
