// Fresh isolates of isolated-vm, each used once: `node turnover.js <count> <at once>` prints seconds.

import ivm from "isolated-vm";

const [count, atOnce] = process.argv.slice(2).map(Number);

async function useOne() {
  const isolate = new ivm.Isolate({ memoryLimit: 128 });
  try {
    const context = await isolate.createContext();
    if (await context.eval("1+1") !== 2) throw new Error("another result");
  } finally {
    isolate.dispose();
  }
}

async function useMany(total) {
  let left = total;
  const worker = async () => {
    while (left-- > 0) await useOne();
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

await useMany(atOnce);
const begin = process.hrtime.bigint();
await useMany(count);
console.log(Number(process.hrtime.bigint() - begin) / 1e9);
