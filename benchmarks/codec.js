// The guest's codec beside JSON alone. Arguments: URL of the guest's code, rounds, batch, records.
// Prints seconds per operation: { name: { ours: [...], json: [...] } }.

const [root, rounds, batch, records] = Deno.args;
const { Decoder, Encoder } = await import(new URL("core/guest/marshal.js", root).href);
for (const part of ["handles", "builtin_classes"]) {
  await import(new URL(`core/guest/${part}.js`, root).href);
}

const plain = Array.from({ length: Number(records) }, (_, i) => ({
  id: i,
  name: `customer ${i}`,
  active: i % 3 === 0,
  score: i * 1.25,
  tags: ["new", "north", null],
  address: { street: `${i} Harbour Road`, city: "Ängelholm" },
}));
const dated = plain.map((record) => ({ ...record, since: new Date(1.7e12) }));
const small = ["1+1", "<eval>", null, true];

/** @param {any} value @param {boolean} args */
const encode = (value, args) => new Encoder(100).encode(value, args);
/** @param {string} text */
const decode = (text) => new Decoder([]).walk(JSON.parse(text));

const datedText = encode(dated, false);
const many = Number(batch);
/** @type {[string, number, () => unknown, () => unknown][]} */
const cases = [
  ["encode a small call", many, () => encode(small, true), () => JSON.stringify(small)],
  ["encode 1 MB", 1, () => encode(plain, false), () => JSON.stringify(plain)],
  ["encode 1 MB with dates", 1, () => encode(dated, false), () => JSON.stringify(dated)],
  ["decode 1 MB with dates", 1, () => decode(datedText), () => JSON.parse(datedText)],
];
/** @param {number} count @param {() => unknown} operation */
function time(count, operation) {
  const start = performance.now();
  for (let i = 0; i < count; i++) operation();
  return (performance.now() - start) / 1000 / count;
}
const results = {};
for (const [name, count, ours, json] of cases) {
  const result = results[name] = { ours: [], json: [] };
  for (let i = -5; i < Number(rounds); i++) {
    const pair = [time(count, ours), time(count, json)];
    if (i < 0) continue;
    result.ours.push(pair[0]);
    result.json.push(pair[1]);
  }
}
console.log(JSON.stringify(results));
