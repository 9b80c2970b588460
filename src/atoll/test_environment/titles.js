/**
 * Tables of test cases (`test.each`), and titles made from their rows.
 */

/** @typedef {(value: any) => string} Show */
/** @typedef {{ title: string, args: any[] }} Case */

const PLACEHOLDER = /%[sdifjoOp#$%]/g;
const VARIABLE = /\$(#|[\p{ID_Start}_$][\p{ID_Continue}$]*(?:\.[\p{ID_Continue}$]+)*)/gu;

/** @param {any} value */
const isPrimitive = (value) =>
  value === null || typeof value !== "object" && typeof value !== "function";

/**
 * As `util.format` has them, with `%p` for Jest's own format, `%#` and `%$` for the row's number.
 * @param {string} title
 * @param {any[]} args
 * @param {number} index
 * @param {Show} show
 */
function formatTitle(title, args, index, show) {
  let next = 0;
  return title.replace(PLACEHOLDER, (specifier) => {
    if (specifier === "%%") return "%";
    if (specifier === "%#") return `${index}`;
    if (specifier === "%$") return `${index + 1}`;
    if (next >= args.length) return specifier;
    const value = args[next++];
    switch (specifier[1]) {
      case "s":
        if (typeof value === "bigint") return `${value}n`;
        if (Object.is(value, -0)) return "-0";
        return isPrimitive(value) || value instanceof Error ? String(value) : show(value);
      case "d":
        if (typeof value === "bigint") return `${value}n`;
        return typeof value === "symbol" ? "NaN" : String(Number(value));
      case "i":
        if (typeof value === "bigint") return `${value}n`;
        return typeof value === "symbol" ? "NaN" : String(Number.parseInt(value));
      case "f":
        return typeof value === "symbol" ? "NaN" : String(Number.parseFloat(value));
      case "j":
        try {
          return `${JSON.stringify(value)}`;
        } catch {
          return "[Circular]";
        }
      default:
        return show(value);
    }
  });
}

/**
 * `$name` and `$name.of.property`; `$#` is the row's number.
 * @param {string} title
 * @param {any} row
 * @param {number} index
 * @param {Show} show
 */
function interpolate(title, row, index, show) {
  return title.replace(VARIABLE, (whole, path) => {
    if (path === "#") return `${index}`;
    const keys = path.split(".");
    if (!Object.hasOwn(row, keys[0])) return whole;
    let value = row;
    for (const key of keys) {
      if (value === null || value === undefined || !(key in Object(value))) {
        value = undefined;
        break;
      }
      value = value[key];
    }
    return isPrimitive(value) ? String(value) : show(value);
  });
}

/** @param {any} row */
const isNamed = (row) => row !== null && typeof row === "object" && !Array.isArray(row);

/**
 * @param {any[]} table
 * @param {string} title
 * @param {Show} show
 * @param {boolean} spread whether a row that is an array is the arguments, rather than one of them
 * @returns {Case[]}
 */
export function arrayCases(table, title, show, spread) {
  if (!Array.isArray(table)) {
    throw new TypeError(
      "`.each` must be called with an Array or Tagged Template Literal.\n\n" +
        `Instead was called with: ${show(table)}`,
    );
  }
  if (table.length === 0) {
    throw new Error("`.each` was called with an empty Array of table data: there is no test in it");
  }
  return table.map((row, index) => {
    const args = Array.isArray(row) && spread ? row : [row];
    const named = isNamed(row) ? interpolate(title, row, index, show) : title;
    const values = Array.isArray(row) ? row : [row];
    return { title: formatTitle(named, values, index, show), args };
  });
}

/**
 * @param {readonly string[]} strings
 * @param {any[]} values
 * @param {string} title
 * @param {Show} show
 * @returns {Case[]}
 */
export function templateCases(strings, values, title, show) {
  const headings = strings[0].replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "")
    .split("|").map((heading) => heading.trim()).filter((heading) => heading !== "");
  if (headings.length === 0) {
    throw new Error("the table of `.each` begins with its headings: a | b | expected");
  }
  if (values.length === 0) {
    throw new Error("the table of `.each` has headings, but no rows of ${values}");
  }
  if (values.length % headings.length !== 0) {
    throw new Error(
      `the table of \`.each\` has ${headings.length} headings (${headings.join(" | ")}) and ` +
        `${values.length} values, which do not fill its rows`,
    );
  }
  /** @type {Case[]} */
  const cases = [];
  for (let from = 0; from < values.length; from += headings.length) {
    /** @type {Record<string, any>} */
    const row = {};
    headings.forEach((heading, i) => row[heading] = values[from + i]);
    cases.push({
      title: formatTitle(
        interpolate(title, row, cases.length, show),
        values.slice(from, from + headings.length),
        cases.length,
        show,
      ),
      args: [row],
    });
  }
  return cases;
}
