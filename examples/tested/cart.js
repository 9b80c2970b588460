// A module that has tests: `atoll test examples/` runs them.

/** An amount in cents as people write it. */
export function format(cents, currency = "EUR") {
  return new Intl.NumberFormat("en", { style: "currency", currency }).format(cents / 100);
}

export class Cart {
  #lines = new Map();

  add(name, cents, count = 1) {
    if (!Number.isSafeInteger(cents) || cents < 0) {
      throw new RangeError(`the price of ${name} is no amount in cents: ${cents}`);
    }
    const line = this.#lines.get(name) ?? { cents, count: 0 };
    this.#lines.set(name, { cents, count: line.count + count });
    return this;
  }

  get total() {
    return [...this.#lines.values()].reduce((sum, { cents, count }) => sum + cents * count, 0);
  }

  receipt() {
    const lines = [...this.#lines].map(([name, { cents, count }]) =>
      `${count} × ${name}  ${format(cents * count)}`
    );
    return [...lines, `Total  ${format(this.total)}`].join("\n");
  }
}
