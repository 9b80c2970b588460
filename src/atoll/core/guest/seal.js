/**
 * The last lock, turned from inside: what the process needed to boot it does not need any more.
 *
 * A second seccomp filter takes away opening files and executing programs, and the process stops
 * being dumpable, which `execve` would have undone had the host asked for it earlier. Both go
 * through Deno's foreign function interface, whose permission is revoked at once.
 */

import { dlopen, permissions } from "./engine.js";

/**
 * @typedef {object} SealConfig
 * @property {string} libc path of the C library
 * @property {number} seccomp number of the system call
 * @property {string} filter BPF program, base64
 */

const PR_SET_DUMPABLE = 4n;
const SECCOMP_SET_MODE_FILTER = 1n;
/** The filter holds for the threads that exist, too. */
const SECCOMP_FILTER_FLAG_TSYNC = 1n;

/** @param {SealConfig} config @returns {string} */
export function seal({ libc, seccomp, filter }) {
  const { symbols } = dlopen(libc, {
    prctl: { parameters: ["i64", "u64", "u64", "u64", "u64"], result: "i32" },
    // Its result is where a buffer is, which the filter's header must hold.
    memmove: { parameters: ["buffer", "buffer", "usize"], result: "usize" },
    syscall: { parameters: ["i64", "u64", "u64", "buffer"], result: "i64" },
  });
  if (symbols.prctl(PR_SET_DUMPABLE, 0n, 0n, 0n, 0n) !== 0) {
    throw new Error("prctl(PR_SET_DUMPABLE) failed");
  }
  if (filter !== "") {
    const program = Uint8Array.from(atob(filter), (c) => c.charCodeAt(0));
    const header = new BigUint64Array(2);
    header[0] = BigInt(program.length / 8);
    header[1] = BigInt(symbols.memmove(program, program, 0n));
    const result = symbols.syscall(
      BigInt(seccomp),
      SECCOMP_SET_MODE_FILTER,
      SECCOMP_FILTER_FLAG_TSYNC,
      header,
    );
    if (BigInt(result) !== 0n) throw new Error(`seccomp failed: ${result}`);
  }
  permissions.revokeSync({ name: "ffi" });
  return filter === "" ? "not dumpable" : "sealed";
}
