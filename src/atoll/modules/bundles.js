/**
 * Compiled code from the disk. The engine can take a code cache for scripts, not for modules; so a
 * module that nothing but its own text decides about becomes a script: a function that returns its
 * exports, which a synthetic module then has.
 *
 * That is the same as long as nobody can see the exports before the module has been evaluated, or
 * change them afterwards: the module imports nothing (so that it is in no cycle), awaits nothing at
 * its top level, and assigns to no export but where it is declared. What does not fit stays as it is.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */
/** @typedef {import("./registry.js").Module} Module */
/** @typedef {{ start: number, end: number, type: string } & Record<string, any>} Node */

const DEFAULT = "$atoll$default";
const OPEN = `(function () { "use strict"; let ${DEFAULT}; `;

/**
 * @param {string} source a module
 * @param {Node} tree its ESTree
 * @returns {{ text: string, names: string[] } | null} a script, and the exports
 */
export function scriptOf(source, tree) {
  if (source.includes(DEFAULT)) return null;
  /** @type {Map<string, string>} local names by exported ones */
  const exported = new Map();
  let text = "";
  let end = 0;
  const replace = (
    /** @type {number} */ from,
    /** @type {number} */ to,
    /** @type {string} */ by,
  ) => {
    text += source.slice(end, from) + by;
    end = to;
  };
  for (const node of tree.body) {
    if (node.type === "ImportDeclaration" || node.type === "ExportAllDeclaration") return null;
    if (node.type === "ExportNamedDeclaration") {
      if (node.source) return null;
      if (node.declaration) {
        replace(
          node.start,
          node.declaration.start,
          blank(source, node.start, node.declaration.start),
        );
        for (const name of declared(node.declaration)) exported.set(name, name);
      } else {
        for (const { local, exported: as } of node.specifiers) {
          exported.set(as.name ?? as.value, local.name);
        }
        replace(node.start, node.end, blank(source, node.start, node.end));
      }
    } else if (node.type === "ExportDefaultDeclaration") {
      const value = node.declaration;
      // Without a name of their own, these would be called after the variable.
      if (/^(Arrow|Function|Class)/.test(value.type) && !value.id) return null;
      const gap = source.slice(node.start, value.start);
      if (!/^export +default +$/.test(gap)) return null;
      const isDeclaration = /Declaration$/.test(value.type);
      exported.set("default", isDeclaration ? value.id.name : DEFAULT);
      replace(node.start, value.start, (isDeclaration ? "" : `${DEFAULT}=`).padEnd(gap.length));
    }
  }
  const assigned = new Set();
  if (!isPlain(tree, assigned)) return null;
  for (const local of exported.values()) if (assigned.has(local)) return null;
  const values = [...exported].map(([name, local]) => `${JSON.stringify(name)}: ${local}`);
  text += source.slice(end);
  return {
    text: `${OPEN}${text}\n;return { __proto__: null, ${values.join(", ")} }; })`,
    names: [...exported.keys()],
  };
}

/** Spaces, with the lines that there are. @param {string} source @param {number} from @param {number} to */
const blank = (source, from, to) => source.slice(from, to).replace(/[^\n\r\u2028\u2029]/g, " ");

/** @param {Node} declaration @returns {string[]} */
function declared(declaration) {
  if (declaration.id) return [declaration.id.name];
  /** @type {string[]} */
  const names = [];
  for (const { id } of declaration.declarations) patternNames(id, (name) => names.push(name));
  return names;
}

/** @param {Node} pattern @param {(name: string) => void} found */
function patternNames(pattern, found) {
  const stack = [pattern];
  while (stack.length > 0) {
    const node = stack.pop();
    if (!node) continue;
    if (node.type === "Identifier") found(node.name);
    else if (node.type === "ObjectPattern") {
      for (const property of node.properties) stack.push(property.value ?? property.argument);
    } else if (node.type === "ArrayPattern") stack.push(...node.elements);
    else if (node.type === "AssignmentPattern") stack.push(node.left);
    else if (node.type === "RestElement") stack.push(node.argument);
  }
}

/**
 * Whether nothing in a module tells that it is a function's body instead.
 * @param {Node} tree
 * @param {Set<string>} assigned takes the names that are assigned to
 */
function isPlain(tree, assigned) {
  /** @type {[Node, boolean][]} and whether it is the module's own code, or an arrow function's */
  const stack = [[tree, true]];
  const note = (/** @type {string} */ name) => assigned.add(name);
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [node, isOwn] = top;
    switch (node.type) {
      case "MetaProperty":
        if (node.meta.name === "import") return false;
        break;
      case "AwaitExpression":
        if (isOwn) return false;
        break;
      case "ForOfStatement":
        if (node.await && isOwn) return false;
        if (node.left.type !== "VariableDeclaration") patternNames(node.left, note);
        break;
      case "ForInStatement":
        if (node.left.type !== "VariableDeclaration") patternNames(node.left, note);
        break;
      case "AssignmentExpression":
        patternNames(node.left, note);
        break;
      case "UpdateExpression":
        patternNames(node.argument, note);
        break;
      case "VariableDeclaration":
        if (node.kind === "using" || node.kind === "await using") return false;
        break;
      case "Identifier":
        if (isOwn && node.name === "arguments") return false;
        break;
      case "CallExpression":
        if (node.callee.type === "Identifier" && node.callee.name === "eval") return false;
        break;
    }
    const isFunction = node.type === "FunctionDeclaration" || node.type === "FunctionExpression" ||
      node.type === "StaticBlock" || (node.type === "ArrowFunctionExpression" && node.async);
    for (const key of Object.keys(node)) {
      const child = node[key];
      const isInside = isOwn && !isFunction &&
        !(node.type === "PropertyDefinition" && key === "value");
      if (Array.isArray(child)) {
        for (const item of child) if (item?.type) stack.push([item, isInside]);
      } else if (child?.type) stack.push([child, isInside]);
    }
  }
  return true;
}

/**
 * In an isolate that runs no user code: what the code cache of a module is made of.
 * @param {Atoll} atoll
 * @param {import("../core/guest/engine.js").ModuleEngine} moduleEngine
 * @param {string} kind esm or cjs
 * @param {string} source
 * @param {string} head what goes before a CommonJS module
 * @param {string} tail
 * @returns {[text: string, names: string[], cache: Uint8Array] | null}
 */
export function precompile(atoll, moduleEngine, kind, source, head, tail) {
  /** @type {{ text: string, names: string[] } | null} */
  let script = { text: `${head}${source}${tail}`, names: [] };
  if (kind === "esm") {
    const { tree } = atoll.parse(source, "module");
    script = tree === null ? null : scriptOf(source, tree);
  }
  if (script === null) return null;
  const { cachedData } = new moduleEngine.vm.Script(script.text, { produceCachedData: true });
  return cachedData === undefined
    ? null
    : [kind === "esm" ? script.text : "", script.names, new Uint8Array(cachedData)];
}

export const BUNDLE_OFFSET = -OPEN.length;
