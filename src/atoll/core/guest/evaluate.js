/**
 * Evaluation of source text: classic scripts, and scripts with top-level `await`.
 */

import {
  ArrayPrototype,
  ReflectGet,
  ReflectGetPrototypeOf,
  ReflectHas,
  RegExpPrototypeExec,
  StringPrototypeIncludes,
  SymbolIterator,
  SyntaxErrorCtor,
  uncurryThis,
} from "./primordials.js";
import { isNativeError, runScript, scriptGeneration } from "./engine.js";
import { callSync } from "./connection.js";
import { PARSER_SOURCE } from "./operations.js";
import { placed } from "./errors.js";
import { rewriteTopLevelAwait } from "./top_level_await.js";
import { Encoded } from "./marshal.js";
import {
  inlineSourceMap,
  originalPlace,
  registerShifts,
  registerSourceMap,
} from "./source_maps.js";

const replace = uncurryThis(String.prototype.replace);
const UNSAFE_IN_URL = /[\s'"\u2028\u2029]/;

/** @param {string} filename @returns {string} */
function urlSafe(filename) {
  if (RegExpPrototypeExec(UNSAFE_IN_URL, filename) === null) return filename;
  let safe = "";
  for (let i = 0; i < filename.length; i++) {
    safe += RegExpPrototypeExec(UNSAFE_IN_URL, filename[i]) === null ? filename[i] : "_";
  }
  return safe;
}

/**
 * V8 shows the sourceURL where it would otherwise show the script's own URL, which must be one.
 * @param {string} source
 * @param {string} filename as stack traces show it
 */
const named = (source, filename) => `${source}\n//# sourceURL=${urlSafe(filename)}`;

/** @param {string} source @param {string} filename */
const run = (source, filename) => runScript(named(source, filename), "atoll:script");

/**
 * @param {import("./top_level_await.js").Rewritten} rewritten
 * @param {string} filename
 */
function runRewritten({ script, shifts }, filename) {
  registerShifts(urlSafe(filename), shifts);
  return run(script, filename);
}

/** What an indirect eval would do in another way than a script: declare, import, await. */
const MORE_THAN_EXPRESSIONS = /\b(?:let|const|class|function|var|using|import|await)\b/;
/** What a plain script takes for a variable named `await` that is called, indexed, divided, … */
const AMBIGUOUS_AWAIT = /\bawait\s*(?:[([`/+-]|$)/m;
/** Longer sources would cost more to search than they save. */
const SHORT = 4096;

const { values: arrayValues } = ArrayPrototype;
const ArrayIteratorPrototype = /** @type {any} */ (ReflectGetPrototypeOf([].values()));
const { next: arrayNext } = ArrayIteratorPrototype;
/**
 * Whether arrays still iterate as they did: the engine's way to run a script takes its result out of
 * an array, with whatever user code has made of iteration. Where that has changed, an indirect eval
 * gives the right value, although what it declares does not last.
 */
const canDestructure = () =>
  ReflectGet(ArrayPrototype, SymbolIterator) === arrayValues &&
  ArrayIteratorPrototype.next === arrayNext &&
  !ReflectHas(ArrayPrototype, "0") && !ReflectHas(ArrayPrototype, "1");

/**
 * An indirect eval, called from a script that has no loader, which its code inherits. V8 keeps what
 * it has compiled, so this is many times faster than a script for code that comes again.
 * @type {(source: string) => any}
 */
export const indirectEval =
  runScript("((run) => (source) => run(source))(eval)", "atoll:script")[0];

/** The same for code of the user, whose loader may come later. */
let userEval = indirectEval;
let evalGeneration = 0;
const intrinsicEval = runScript("eval", "atoll:script")[0];

function renewEval() {
  if (evalGeneration === scriptGeneration() || !canDestructure()) return;
  userEval = runScript("(run) => (source) => run(source)", "atoll:script")[0](intrinsicEval);
  evalGeneration = scriptGeneration();
}

/**
 * @param {string} source
 * @param {string} filename as stack traces show it
 * @param {string | null} [sourceMap] by which they show other places, instead of one in the source
 * @returns {any} the completion value; a promise when the script has top-level `await`
 */
export function evaluate(source, filename, sourceMap = null) {
  registerSourceMap(urlSafe(filename), sourceMap ?? inlineSourceMap(source));
  if (source.length < SHORT && RegExpPrototypeExec(MORE_THAN_EXPRESSIONS, source) === null) {
    return evaluateExpressions(source, filename);
  }
  if (RegExpPrototypeExec(AMBIGUOUS_AWAIT, source) !== null) {
    const { tree } = parse(source);
    const rewritten = tree === null ? null : rewriteTopLevelAwait(source, tree);
    if (rewritten !== null) {
      const first = runRewritten(rewritten, filename);
      if (first[1] === null) return first[0];
      throw first[1].thrown;
    }
  }
  if (!canDestructure()) return evaluateExpressions(source, filename);
  const outcome = run(source, filename);
  const error = outcome[1];
  if (error === null) return outcome[0];
  if (!error.isCompileError) throw error.thrown;
  const parsed = parse(source);
  if (parsed.tree !== null && StringPrototypeIncludes(source, "await")) {
    const rewritten = rewriteTopLevelAwait(source, parsed.tree);
    if (rewritten !== null) {
      const second = runRewritten(rewritten, filename);
      if (second[1] === null) return second[0];
      throw second[1].thrown;
    }
  }
  throw syntaxError(error.thrown, parsed.error, source, filename);
}

/** @param {string} source @param {string} filename */
function evaluateExpressions(source, filename) {
  renewEval();
  try {
    return userEval(named(source, filename));
  } catch (error) {
    // A SyntaxError may also come from code that ran, from JSON.parse for instance.
    if (isNativeError(error) && error instanceof SyntaxErrorCtor) {
      const parsed = parse(source);
      if (parsed.error !== null) throw syntaxError(error, parsed.error, source, filename);
    }
    throw error;
  }
}

/** @type {any} */
let acorn = null;

/**
 * The parser is needed by few isolates, so the host sends it when it is.
 * @param {string} source
 * @param {"script" | "module" | "commonjs"} [sourceType]
 * @returns {{ tree: any, error: any }}
 */
export function parse(source, sourceType = "script") {
  if (acorn === null) {
    const outcome = runScript(
      `(function (exports, module) {${callSync(PARSER_SOURCE, [])}\nreturn exports})({}, {})`,
      "atoll:acorn",
    );
    if (outcome[1] !== null) throw outcome[1].thrown;
    acorn = outcome[0];
  }
  try {
    const tree = acorn.parse(source, {
      ecmaVersion: "latest",
      sourceType,
      allowAwaitOutsideFunction: true,
      allowHashBang: true,
    });
    return { tree, error: null };
  } catch (error) {
    return { tree: null, error };
  }
}

const ONLY_IN_MODULES = /^'import' and 'export' may appear only/;
const MODULE_HINT =
  ". It is no script but a module: Runtime(modules=Modules()) runs those by eval(…, module=True)";

/**
 * V8 keeps the position of a syntax error to itself, so the parser says where it is.
 * @param {any} thrown V8's error
 * @param {any} error the parser's error, or null when it accepts the source
 * @param {string} source
 * @param {string} filename
 */
function syntaxError(thrown, error, source, filename) {
  if (!isNativeError(thrown)) return thrown;
  const loc = error === null ? undefined : ReflectGet(error, "loc");
  if (loc === undefined) {
    return new Encoded(["!s", `${thrown.message}`, filename, null, null, null]);
  }
  const parsers = replace(`${error.message}`, / \(\d+:\d+\)$/, "");
  const message = () => {
    if (RegExpPrototypeExec(ONLY_IN_MODULES, parsers) !== null) {
      return `Cannot use import and export outside a module${MODULE_HINT}`;
    }
    // With `await` in it, V8 has judged the source as a plain script; the parser knows better.
    return StringPrototypeIncludes(source, "await") ? parsers : `${thrown.message}`;
  };
  const { file, line, column, text } = placeOf(error, source, filename);
  return new Encoded(["!s", message(), file, line, column, text]);
}

/**
 * Where the parser's error is, in the file that people wrote.
 * @param {any} error @param {string} source @param {string} file
 */
function placeOf(error, source, file) {
  const { line, column } = ReflectGet(error, "loc");
  const original = originalPlace(urlSafe(file), line, column + 1);
  if (original === null) return { file, line, column: column + 1, text: lineOf(source, error.pos) };
  // The text of that file is not here.
  return {
    file: original.source,
    line: original.line || null,
    column: original.column || null,
    text: null,
  };
}

/**
 * The same for a module, whose importer may catch the error: the place is in its stack, and the
 * host is told.
 * @param {any} thrown V8's error
 * @param {string} source
 * @param {string} file
 * @param {"module" | "commonjs"} sourceType
 * @param {string} specifier by which it was imported
 * @param {string} importer
 */
export function locateSyntaxError(thrown, source, file, sourceType, specifier, importer) {
  const { error } = parse(source, sourceType);
  const loc = error === null ? undefined : ReflectGet(error, "loc");
  if (loc === undefined) return placed(thrown, [file, null, null, null, specifier, importer]);
  const place = placeOf(error, source, file);
  return placed(thrown, [place.file, place.line, place.column, place.text, specifier, importer]);
}

/** @param {string} source @param {number} position */
function lineOf(source, position) {
  let start = position;
  let end = position;
  while (start > 0 && source[start - 1] !== "\n" && position - start < 200) start--;
  while (end < source.length && source[end] !== "\n" && end - position < 200) end++;
  let line = "";
  for (let i = start; i < end; i++) line += source[i];
  return line;
}
