// CPU-bound JavaScript of three kinds. Each kernel does `size` units of work and returns a checksum.

globalThis.kernels = [
  // Numbers in typed arrays: a sieve, and a matrix product.
  function numeric(size) {
    let sum = 0;
    for (let unit = 0; unit < size; unit++) {
      const sieve = new Uint8Array(20000);
      for (let i = 2; i * i < sieve.length; i++) {
        if (sieve[i] === 0) { for (let j = i * i; j < sieve.length; j += i) sieve[j] = 1; }
      }
      for (let i = 2; i < sieve.length; i++) sum += 1 - sieve[i];
      const n = 40;
      const a = new Float64Array(n * n).fill(1.5);
      const b = new Float64Array(n * n).fill(0.25);
      const c = new Float64Array(n * n);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          let cell = 0;
          for (let k = 0; k < n; k++) cell += a[i * n + k] * b[k * n + j];
          c[i * n + j] = cell;
        }
      }
      sum += c[size % c.length];
    }
    return sum;
  },
  // Objects, strings and Maps that come and go.
  function objects(size) {
    let sum = 0;
    for (let unit = 0; unit < size; unit++) {
      const byName = new Map();
      for (let i = 0; i < 600; i++) {
        const name = `user-${i % 97}`;
        const entry = byName.get(name) ?? { name, total: 0, items: [] };
        entry.total += i;
        entry.items.push({ id: i, label: name.toUpperCase() });
        byName.set(name, entry);
      }
      const sorted = [...byName.values()].sort((a, b) => b.total - a.total);
      sum += sorted.map((entry) => `${entry.name}:${entry.items.length}`).join(",").length;
    }
    return sum;
  },
  // Regular expressions and JSON.
  function text(size) {
    let sum = 0;
    for (let unit = 0; unit < size; unit++) {
      const lines = [];
      for (let i = 0; i < 120; i++) {
        lines.push(`2026-01-${10 + i % 19} host-${i} GET /api/items/${i * 7}?page=${i} 200 ${i}ms`);
      }
      const found = [];
      for (const line of lines) {
        const match = /^(\d+)-(\d+)-(\d+) (\S+) (GET|POST) (\/\S*?)(?:\?(\S*))? (\d+) (\d+)ms$/
          .exec(line);
        found.push({ host: match[4], path: match[6], query: match[7], ms: Number(match[9]) });
      }
      sum += JSON.parse(JSON.stringify(found)).length;
    }
    return sum;
  },
];
