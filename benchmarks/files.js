// Plain Deno's own file API, for `files.py`: prints what each step took, in seconds.
const [folder, count, size] = [Deno.args[0], Number(Deno.args[1]), Number(Deno.args[2])];

async function took(work) {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

const times = {};
times.create = await took(async () => {
  for (let i = 0; i < count; i++) await Deno.writeTextFile(`${folder}/f${i}`, `content ${i}`);
});
times.list = await took(async () => {
  let found = 0;
  for await (const _ of Deno.readDir(folder)) found++;
  if (found !== count) throw new Error(`${found} files`);
});
times.read = await took(async () => {
  for (let i = 0; i < count; i++) await Deno.readTextFile(`${folder}/f${i}`);
});
const chunk = new Uint8Array(1024 * 1024).fill(120);
times.write = await took(async () => {
  const file = await Deno.create(`${folder}/large`);
  for (let at = 0; at < size; at += chunk.length) await file.write(chunk);
  file.close();
});
times.stream = await took(async () => {
  const file = await Deno.open(`${folder}/large`);
  for await (const _ of file.readable);
});
console.log(JSON.stringify(times));
