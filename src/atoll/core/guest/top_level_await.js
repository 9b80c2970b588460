/**
 * Classic scripts with top-level `await`.
 *
 * A script cannot await, an async function has neither a completion value nor lasting
 * declarations. So the script's body moves into an async arrow function, its declarations move out
 * in front of it, and every expression statement leaves its value in a variable that the function
 * returns:
 *
 *     const n = await f();        let n; (async () => { let $c; n = await f();
 *     n + 1                  →    $c = (n + 1)
 *                                 return $c; })()
 *
 * As in the consoles of browsers, `const` becomes reassignable by this. Line numbers stay, also
 * those of functions, which therefore become global by assignment and not by moving.
 *
 * @typedef {{ start: number, end: number, type: string } & Record<string, any>} Node
 * @typedef {{ start: number, end: number, text: string }} Edit
 *
 * @typedef {object} Rewritten
 * @property {string} script
 * @property {number[]} shifts
 * line (from 1), column (from 0) and distance, in turn: from there to the next of that line, the
 * script has what the source has so many columns before
 */

/**
 * @param {string} source
 * @param {any} tree its ESTree
 * @returns {Rewritten | null} null when nothing awaits at the top level
 */
export function rewriteTopLevelAwait(source, tree) {
  if (!awaits(tree)) return null;
  const rewriter = new Rewriter(source);
  for (const statement of tree.body) rewriter.statement(statement, true);
  return rewriter.finish();
}

/** Whether a node awaits, outside of the functions in it. @param {any} node @returns {boolean} */
function awaits(node) {
  if (typeof node !== "object" || node === null) return false;
  if (Array.isArray(node)) return node.some(awaits);
  if (node.type === "AwaitExpression" || node.type === "ForOfStatement" && node.await) return true;
  if (node.type === "VariableDeclaration" && node.kind === "await using") return true;
  if (typeof node.type === "string" && /Function/.test(node.type)) return false;
  return Object.keys(node).some((key) => awaits(node[key]));
}

/** The names that a binding pattern binds. @param {any} pattern @returns {string[]} */
function boundNames(pattern) {
  switch (pattern?.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((/** @type {any} */ property) =>
        boundNames(property.type === "RestElement" ? property : property.value)
      );
    case "ArrayPattern":
      return pattern.elements.flatMap(boundNames);
    case "AssignmentPattern":
      return boundNames(pattern.left);
    case "RestElement":
      return boundNames(pattern.argument);
    default:
      return [];
  }
}

/** Writes a script from parts of a source, and where on a line each of them has moved to. */
class Writer {
  script = "";
  /** @type {number[]} */ shifts = [];
  #source;
  #at;
  #line = 1;
  /** Where the line begins, in the source and in the script. */
  #sourceLine = 0;
  #scriptLine = 0;

  /** @param {string} source @param {number} at */
  constructor(source, at) {
    this.#source = source;
    this.#at = at;
  }

  /** @param {number} end of the part of the source that is taken as it is */
  copy(end) {
    if (end <= this.#at) return;
    const column = this.script.length - this.#scriptLine;
    this.shifts.push(this.#line, column, column - (this.#at - this.#sourceLine));
    const start = this.#at;
    this.insert(this.#source.slice(start, end));
    this.skip(end);
  }

  /** @param {string} text */
  insert(text) {
    for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) {
      this.#line++;
      this.#scriptLine = this.script.length + i + 1;
    }
    this.script += text;
  }

  /** @param {number} end of the part of the source that is left out or has been taken */
  skip(end) {
    const last = this.#source.lastIndexOf("\n", end - 1);
    if (last >= this.#at) this.#sourceLine = last + 1;
    this.#at = end;
  }
}

class Rewriter {
  /** @type {Edit[]} */ #edits = [];
  /** @type {string[]} */ #lexical = [];
  /** @type {string[]} */ #variables = [];
  /** @type {string[]} */ #functions = [];
  #source;
  #completion = "$completion";
  /** Directives hold only in front of everything else. */
  #directives = "";

  /** @param {string} source */
  constructor(source) {
    this.#source = source;
    while (source.includes(this.#completion)) this.#completion += "_";
  }

  /** @returns {Rewritten} */
  finish() {
    const source = this.#source;
    const at = /^#!.*/.exec(source)?.[0].length ?? 0;
    const lexical = this.#lexical.length ? `let ${this.#lexical.join(", ")};` : "";
    const names = this.#variables.concat(this.#functions);
    const variables = names.length ? `var ${names.join(", ")};` : "";
    // Functions stay where they are, for their line numbers; `this` is the global object.
    const functions = this.#functions.map((name) => `this.${name} = ${name};`).join("");
    const writer = new Writer(source, at);
    writer.insert(
      `${lexical}${variables}(async () => {${this.#directives}let ${this.#completion};${functions}`,
    );
    for (const edit of this.#edits.sort((a, b) => a.start - b.start || a.end - b.end)) {
      writer.copy(edit.start);
      writer.insert(edit.text);
      writer.skip(edit.end);
    }
    writer.copy(source.length);
    writer.insert(`\nreturn ${this.#completion};})()\n;`);
    return { script: writer.script, shifts: writer.shifts };
  }

  /** @param {number} start @param {number} end @param {string} text */
  #replace(start, end, text) {
    this.#edits.push({ start, end, text });
  }

  /** @param {Node} node */
  #text(node) {
    return this.#source.slice(node.start, node.end);
  }

  /** @param {Node | null | undefined} node @param {boolean} top @returns {void} */
  statement(node, top = false) {
    switch (node?.type) {
      case "ExpressionStatement":
        if (node.directive !== undefined) {
          this.#directives += `${this.#text(node.expression)};`;
          return;
        }
        this.#replace(node.expression.start, node.expression.start, `${this.#completion} = (`);
        this.#replace(node.expression.end, node.expression.end, ")");
        return;
      case "FunctionDeclaration":
        if (!top) return;
        this.#functions.push(node.id.name);
        return;
      case "ClassDeclaration":
        if (!top) return;
        this.#lexical.push(node.id.name);
        this.#replace(node.start, node.start, `${node.id.name} = `);
        this.#replace(node.end, node.end, ";");
        return;
      case "VariableDeclaration":
        return this.#declaration(node, top);
      case "ForStatement":
        if (node.init?.type === "VariableDeclaration") this.#declaration(node.init, false, true);
        return this.statement(node.body);
      case "ForInStatement":
      case "ForOfStatement":
        if (node.left.type === "VariableDeclaration" && node.left.kind === "var") {
          const { id } = node.left.declarations[0];
          this.#variables.push(...boundNames(id));
          this.#replace(node.left.start, id.start, "");
        }
        return this.statement(node.body);
      default:
        return this.#children(node);
    }
  }

  /** @param {Node | null | undefined} node that only holds other statements @returns {void} */
  #children(node) {
    switch (node?.type) {
      case "BlockStatement":
        for (const child of node.body) this.statement(child);
        return;
      case "IfStatement":
        this.statement(node.consequent);
        return this.statement(node.alternate);
      case "LabeledStatement":
      case "WhileStatement":
      case "DoWhileStatement":
      case "WithStatement":
        return this.statement(node.body);
      case "TryStatement":
        this.statement(node.block);
        this.statement(node.handler?.body);
        return this.statement(node.finalizer);
      case "SwitchStatement":
        for (const { consequent } of node.cases) {
          for (const child of consequent) this.statement(child);
        }
    }
  }

  /**
   * `var` moves out from anywhere, `let` and `const` from the top level.
   * @param {Node} node
   * @param {boolean} top
   * @param {boolean} [inFor] whether it is the head of a `for (;;)`
   */
  #declaration(node, top, inFor = false) {
    const hoisted = node.kind === "var"
      ? this.#variables
      : top && (node.kind === "let" || node.kind === "const")
      ? this.#lexical
      : null;
    if (hoisted === null) return;
    let at = node.start;
    for (const { id, init, start, end } of node.declarations) {
      hoisted.push(...boundNames(id));
      // What stands between the declarators stays, line breaks above all.
      if (at === node.start) {
        const lines = this.#source.slice(at, start).replace(/[^\n]+/g, "");
        this.#replace(at, start, `${inFor ? "" : "void ("}${lines}`);
      }
      if (init) {
        this.#replace(start, start, "(");
        this.#replace(end, end, ")");
      } else {
        this.#replace(start, end, node.kind === "let" ? `(${id.name} = undefined)` : "0");
      }
      at = end;
    }
    if (!inFor) this.#replace(at, node.end, ");");
  }
}
