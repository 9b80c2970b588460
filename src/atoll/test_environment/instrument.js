/**
 * Counters in a source: how often each statement, function and branch runs.
 *
 * Text is only ever inserted, and never a line end, so that every place stays on its line. This runs
 * in an isolate of its own, which sees nothing but sources.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {any} Node of acorn's tree */

const COUNTER = "__atoll_count";
const LOOPS = new Set([
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "WhileStatement",
  "DoWhileStatement",
]);
/** Statements that declare what is there before they are reached, or do nothing. */
const UNCOUNTED = new Set([
  "FunctionDeclaration",
  "ClassDeclaration",
  "ImportDeclaration",
  "ExportAllDeclaration",
  "EmptyStatement",
  "BlockStatement",
]);

/** @param {Node} statement */
function isCounted(statement) {
  if (statement.directive !== undefined || UNCOUNTED.has(statement.type)) return false;
  if (statement.type === "ExportNamedDeclaration") {
    return statement.declaration?.type === "VariableDeclaration";
  }
  if (statement.type === "ExportDefaultDeclaration") {
    return !/^(?:Function|Class)Declaration$/.test(statement.declaration.type);
  }
  return true;
}

class Instrumenter {
  /** @param {string} source @param {string} name */
  constructor(source, name) {
    this.source = source;
    this.name = name;
    /** Text by the offset that it goes before. @type {Map<number, string>} */
    this.before = new Map();
    /** Text that closes what began earlier: it goes before any of `before`. @type {Map<number, string>} */
    this.closing = new Map();
    /** Places as offsets: of statements. @type {number[]} */
    this.statements = [];
    /** @type {[string, number][]} */
    this.functions = [];
    /** Of each branch: offset of the whole, which of the whole's it is. @type {[number, number, number][]} */
    this.branches = [];
    this.blocks = 0;
  }

  /** @param {number} at @param {string} text */
  insert(at, text) {
    this.before.set(at, (this.before.get(at) ?? "") + text);
  }

  /** @param {number} at @param {string} text */
  close(at, text) {
    this.closing.set(at, text + (this.closing.get(at) ?? ""));
  }

  /** @param {Node} node @returns {string} */
  countStatement(node) {
    return `${COUNTER}().s[${this.statements.push(node.start) - 1}]++`;
  }

  /** @param {Node} whole @param {number} block @param {number} index @returns {string} */
  countBranch(whole, block, index) {
    return `${COUNTER}().b[${this.branches.push([whole.start, block, index]) - 1}]++`;
  }

  /** @param {Node} node an expression @param {string} count */
  wrap(node, count) {
    this.insert(node.start, `(${count},`);
    this.close(node.end, ")");
  }

  /**
   * A body that may be one statement, as a block that begins with a count.
   * @param {Node} body
   * @param {string} first
   * @param {string} [then] what follows the block
   */
  block(body, first, then = "") {
    if (body.type === "BlockStatement") {
      this.insert(body.start + 1, first);
      if (then !== "") this.close(body.end, then);
      return;
    }
    const own = isCounted(body) ? `${this.countStatement(body)};` : "";
    this.insert(body.start, `{${first}${own}`);
    this.close(body.end, `}${then}`);
  }

  /** @param {Node[]} statements */
  list(statements) {
    for (const statement of statements) {
      if (isCounted(statement)) this.insert(statement.start, `${this.countStatement(statement)};`);
    }
  }

  /** @param {Node} node @param {string} name that its place gives it */
  enterFunction(node, name) {
    const index = this.functions.push([node.id?.name ?? name, node.start]) - 1;
    const count = `${COUNTER}().f[${index}]++`;
    if (node.body.type !== "BlockStatement") {
      this.wrap(node.body, `${count},${this.countStatement(node.body)}`);
      return;
    }
    const first = node.body.body.find((/** @type {Node} */ s) => s.directive === undefined);
    // Before the count of the first statement, which goes to the same place.
    const at = first === undefined ? node.body.end - 1 : first.start;
    this.before.set(at, `${count};${this.before.get(at) ?? ""}`);
  }

  /** @param {Node} node @param {string} name */
  enter(node, name) {
    switch (node.type) {
      case "Program":
      case "BlockStatement":
      case "StaticBlock":
        return this.list(node.body);
      case "FunctionDeclaration":
      case "FunctionExpression":
      case "ArrowFunctionExpression":
        return this.enterFunction(node, name);
      case "IfStatement": {
        const block = this.blocks++;
        const taken = `${this.countBranch(node, block, 0)};`;
        const other = `${this.countBranch(node, block, 1)};`;
        if (node.alternate === null) return this.block(node.consequent, taken, ` else {${other}}`);
        this.block(node.consequent, taken);
        return this.block(node.alternate, other);
      }
      case "ConditionalExpression": {
        const block = this.blocks++;
        this.wrap(node.consequent, this.countBranch(node, block, 0));
        return this.wrap(node.alternate, this.countBranch(node, block, 1));
      }
      case "LogicalExpression": {
        const block = this.blocks++;
        this.wrap(node.left, this.countBranch(node, block, 0));
        return this.wrap(node.right, this.countBranch(node, block, 1));
      }
      case "SwitchStatement": {
        const block = this.blocks++;
        node.cases.forEach((/** @type {Node} */ branch, /** @type {number} */ index) => {
          const after = branch.test?.end ?? branch.start + "default".length;
          const at = this.source.indexOf(":", after) + 1;
          this.insert(at, `${this.countBranch(node, block, index)};`);
          this.list(branch.consequent);
        });
        return;
      }
      default:
        if (LOOPS.has(node.type)) this.block(node.body, "");
    }
  }

  /** @param {Node} node @param {string} name */
  walk(node, name) {
    if (node.type === "ImportDeclaration") return;
    this.enter(node, name);
    for (const key of Object.keys(node)) {
      const value = node[key];
      const given = key === "value" || key === "init" || key === "right"
        ? nameOf(node.key ?? node.id ?? node.left) ?? name
        : "";
      if (Array.isArray(value)) {
        for (const item of value) if (typeof item?.type === "string") this.walk(item, "");
      } else if (typeof value?.type === "string" && key !== "key") this.walk(value, given);
      else if (key === "key" && node.computed) this.walk(value, "");
    }
  }

  /** @param {Node} tree @returns {any} */
  finish(tree) {
    this.walk(tree, "");
    const { source } = this;
    const directives = tree.body.filter((/** @type {Node} */ s) => s.directive !== undefined);
    const start = directives.at(-1)?.end ?? (source.startsWith("#!") ? source.indexOf("\n") : 0);
    const counts = `{s:new Uint32Array(${this.statements.length}),` +
      `f:new Uint32Array(${this.functions.length}),b:new Uint32Array(${this.branches.length})}`;
    const header = `;function ${COUNTER}(){return (globalThis.__atoll_coverage__??={})` +
      `[${JSON.stringify(this.name)}]??=${counts}};`;
    const offsets = [...new Set([...this.before.keys(), ...this.closing.keys(), start])];
    offsets.sort((a, b) => a - b);
    let code = "";
    let from = 0;
    for (const at of offsets) {
      code += source.slice(from, at) + (this.closing.get(at) ?? "");
      if (at === start) code += header;
      code += this.before.get(at) ?? "";
      from = at;
    }
    const places = placesOf(source);
    return {
      code: code + source.slice(from),
      statements: this.statements.map(places),
      functions: this.functions.map(([name, at]) => [name, ...places(at)]),
      branches: this.branches.map(([at, block, index]) => [block, index, ...places(at)]),
    };
  }
}

/** @param {Node | null | undefined} node @returns {string | undefined} */
function nameOf(node) {
  if (node?.type === "Identifier" || node?.type === "PrivateIdentifier") return node.name;
  if (node?.type === "Literal") return `${node.value}`;
  return node?.type === "MemberExpression" ? nameOf(node.property) : undefined;
}

/** @param {string} source @returns {(offset: number) => [number, number]} line from 1, column from 0 */
function placesOf(source) {
  const starts = [0];
  const ends = /\r\n|[\n\r\u2028\u2029]/g;
  while (ends.exec(source) !== null) starts.push(ends.lastIndex);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return [low + 1, offset - starts[low]];
  };
}

/**
 * @param {Atoll} atoll
 * @param {object} options
 * @param {string} options.parser text of acorn
 */
export default function install(atoll, { parser }) {
  const [acorn, failure] = atoll.engine.runScript(
    `(function (exports, module) {${parser}\nreturn exports})({}, {})`,
    "atoll:acorn",
  );
  if (failure !== null) throw failure.thrown;
  return {
    /** @param {string} source @param {string} name @returns {any} null for what does not parse */
    instrument(source, name) {
      for (const sourceType of ["module", "script"]) {
        try {
          const tree = acorn.parse(source, {
            ecmaVersion: "latest",
            sourceType,
            allowHashBang: true,
            allowReturnOutsideFunction: sourceType === "script",
          });
          return new Instrumenter(source, name).finish(tree);
        } catch (error) {
          if (!(error instanceof SyntaxError)) throw error;
        }
      }
      return null;
    },
  };
}
