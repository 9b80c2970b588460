// Reads invoices from `input`, refuses the ones that do not add up, and prints what each customer
// owes. Money is counted in whole cents, as BigInt: 0.1 + 0.2 has no place in an invoice.
//
//   atoll run examples/invoices.js --input examples/invoices.json -- --locale de-DE

const option = (name, fallback) => {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? fallback : args[at + 1];
};

if (input === null) throw new Error("no invoices: give them with --input FILE");
const { currency, rates, invoices } = JSON.parse(input);
const locale = option("locale", "en-IE");

/** "12.5" → 1250n. Refuses what is no amount of money, such as "12.345" or "1e3". */
function cents(text, where) {
  const match = /^(-?)(\d{1,15})(?:\.(\d{1,2}))?$/.exec(text);
  if (match === null) throw new RangeError(`${where}: ${JSON.stringify(text)} is no amount`);
  const [, sign, whole, fraction = ""] = match;
  const value = BigInt(whole) * 100n + BigInt(fraction.padEnd(2, "0"));
  return sign ? -value : value;
}

/** Tax on an amount, rounded half up; a rate is in hundredths of a percent: 1900n is 19 %. */
const taxOn = (amount, rate) => (amount * rate + (amount < 0n ? -5_000n : 5_000n)) / 10_000n;

function check(invoice) {
  const { id, customer, date, lines } = invoice;
  const issued = new Date(`${date}T00:00:00Z`);
  // Date takes 30 February for 2 March.
  if (Number.isNaN(issued.getTime()) || !issued.toISOString().startsWith(date)) {
    throw new RangeError(`date: ${JSON.stringify(date)} is no day`);
  }
  if (!Array.isArray(lines) || lines.length === 0) throw new RangeError("lines: there are none");
  let net = 0n;
  let tax = 0n;
  lines.forEach(({ quantity, price, rate }, index) => {
    if (!Number.isSafeInteger(quantity)) {
      throw new RangeError(`lines[${index}].quantity: ${quantity} is no count`);
    }
    if (!Object.hasOwn(rates, rate)) {
      throw new RangeError(`lines[${index}].rate: ${JSON.stringify(rate)} is unknown`);
    }
    const amount = BigInt(quantity) * cents(price, `lines[${index}].price`);
    net += amount;
    tax += taxOn(amount, BigInt(rates[rate]));
  });
  return { id, customer, issued, net, tax };
}

const accepted = [];
const refused = [];
for (const invoice of invoices) {
  try {
    accepted.push(check(invoice));
  } catch (error) {
    refused.push(`${invoice.id}: ${error.message}`);
  }
}

const sum = (items, key) => items.reduce((total, item) => total + item[key], 0n);
const byName = new Intl.Collator(locale).compare;
const rows = Object.entries(Object.groupBy(accepted, ({ customer }) => customer))
  .map(([customer, its]) => ({
    customer,
    count: its.length,
    latest: new Date(Math.max(...its.map(({ issued }) => issued))),
    net: sum(its, "net"),
    tax: sum(its, "tax"),
  }))
  .sort((a, b) => byName(a.customer, b.customer));

const format = new Intl.NumberFormat(locale, { style: "currency", currency });
const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
// A string keeps all digits: the formatter reads it as a decimal, never as a double.
const money = (value) => format.format(`${value}e-2`);

const table = [
  ["Customer", "Invoices", "Latest", "Net", "Tax", "Total"],
  ...rows.map((
    r,
  ) => [
    r.customer,
    `${r.count}`,
    day.format(r.latest),
    money(r.net),
    money(r.tax),
    money(r.net + r.tax),
  ]),
  [
    "Total",
    `${accepted.length}`,
    "",
    money(sum(rows, "net")),
    money(sum(rows, "tax")),
    money(sum(rows, "net") + sum(rows, "tax")),
  ],
];
const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
const text = (row) =>
  row.map((cell, i) => i === 0 || i === 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join(
    "  ",
  ).trimEnd();
const rule = widths.map((width) => "─".repeat(width)).join("  ");

print(text(table[0]));
print(rule);
table.slice(1, -1).forEach((row) => print(text(row)));
print(rule);
print(text(table.at(-1)));
if (refused.length > 0) print(`\nRefused:\n  ${refused.join("\n  ")}`);
