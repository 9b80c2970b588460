/**
 * Snapshots: values as text, compared with what the host has kept. The formats are Jest's, so that its
 * files can be read and written.
 */

/** @typedef {import("../core/guest/capability.js").Atoll} Atoll */

/** Characters of one snapshot. */
const LONGEST_SNAPSHOT = 4_000_000;

/** A mock function is shown with its calls. */
const mockSerializer = {
  test: (/** @type {any} */ value) => Boolean(value?._isMockFunction),
  /** @param {any} value @param {any} config @param {string} indentation @param {number} depth @param {any} refs @param {any} print */
  serialize(value, config, indentation, depth, refs, print) {
    const name = value.getMockName();
    const title = name === "jest.fn()" ? "[MockFunction]" : `[MockFunction ${name}]`;
    if (value.mock.calls.length === 0) return title;
    const inner = indentation + config.indent;
    const field = (/** @type {string} */ key) =>
      `${config.spacingOuter}${inner}"${key}": ${
        print(value.mock[key], config, inner, depth, refs)
      },`;
    return `${title} {${field("calls")}${field("results")}${config.spacingOuter}${indentation}}`;
  },
};

/** @param {string} text */
const normalized = (text) => text.replace(/\r\n|\r/g, "\n");
/** @param {string} text */
const onItsOwnLines = (text) => text.includes("\n") ? `\n${text}\n` : text;
/** @param {string} text */
const withoutOwnLines = (text) =>
  text.startsWith("\n") && text.endsWith("\n") && text.length > 1 ? text.slice(1, -1) : text;

/** An inline snapshot without what its place in the source indents it by. @param {string} text */
function unindented(text) {
  const indentation = /^\n([^\S\n]+)\S/.exec(text)?.[1];
  if (indentation === undefined || !/\n[^\S\n]*$/.test(text)) return text;
  const lines = text.split("\n");
  for (let i = 1; i < lines.length - 1; i++) {
    if (lines[i] === "") continue;
    if (!lines[i].startsWith(indentation)) return text;
    lines[i] = lines[i].slice(indentation.length);
  }
  lines[lines.length - 1] = "";
  return lines.join("\n");
}

/** What was received, with what its properties had to match in place of what they are. */
/** @param {any} received @param {any} properties @returns {any} */
function merged(received, properties) {
  if (typeof received !== "object" || received === null) return properties;
  if (typeof properties !== "object" || properties === null) return properties;
  if (typeof properties.asymmetricMatch === "function") return properties;
  const result = Array.isArray(received) ? [...received] : { ...received };
  for (const key of Object.keys(properties)) result[key] = merged(received[key], properties[key]);
  return result;
}

/**
 * @param {Atoll} atoll
 * @param {any} packages
 * @param {(kind: string, key: string, text: string) => void} record tells the host of a snapshot
 */
export function createSnapshots(atoll, packages, record) {
  const { expect, expectUtils, matcherUtils, diff, prettyFormat } = packages;
  const { ErrorCaptureStackTrace, ObjectHasOwn } = atoll.primordials;
  const { plugins } = prettyFormat;
  const builtIn = [
    mockSerializer,
    plugins.DOMElement,
    plugins.DOMCollection,
    plugins.Immutable,
    plugins.AsymmetricMatcher,
  ];
  /** @type {any[]} */
  let serializers = builtIn;
  /** What the host has kept, by key. @type {Record<string, string>} */
  let stored = Object.create(null);
  /** @type {"new" | "all" | "none"} */
  let update = "new";
  /** @type {Map<string, number>} */
  let counts = new Map();
  let testName = "";
  let separator = " ";

  /** @param {any} value @param {number} [indent] */
  function serialize(value, indent = 2) {
    const text = normalized(prettyFormat.format(value, {
      escapeRegex: true,
      escapeString: false,
      indent,
      plugins: serializers,
      printBasicPrototype: false,
      printFunctionName: false,
    }));
    if (text.length > LONGEST_SNAPSHOT) {
      throw new Error(`a snapshot of ${text.length} characters is longer than one may be`);
    }
    return text;
  }

  /** An error as a snapshot of Vitest shows it. @param {any} error */
  const showError = (error) => onItsOwnLines(serialize(error));
  /** @param {any} error */
  const messageOf = (error) => typeof error?.message === "string" ? error.message : error;

  /** @param {string} message @param {boolean} pass */
  const verdict = (message, pass) => ({ pass, message: () => message });

  /** @param {any} context @param {string} matcher */
  const hint = (context, matcher) =>
    matcherUtils.matcherHint(matcher, undefined, "", {
      isNot: context.isNot,
      promise: context.promise,
    });

  /** @param {any} context @param {string} matcher @param {any} received @param {any} properties */
  function checkProperties(context, matcher, received, properties) {
    if (typeof received !== "object" || received === null) {
      throw new Error(
        `${hint(context, matcher)}\n\nMatcher error: received value must be an object when the ` +
          "matcher has properties",
      );
    }
    const pass = context.equals(received, properties, [
      ...context.customTesters,
      expectUtils.iterableEquality,
      expectUtils.subsetEquality,
    ]);
    if (pass) return null;
    return verdict(
      `${hint(context, matcher)}\n\n` +
        matcherUtils.printDiffOrStringify(
          properties,
          received,
          "Expected properties",
          "Received value",
          false,
        ),
      false,
    );
  }

  /** @param {string} expected @param {string} received */
  function difference(expected, received) {
    return diff.diffLinesUnified(expected.split("\n"), received.split("\n"), {
      aAnnotation: "Snapshot",
      bAnnotation: "Received",
    });
  }

  const notWritten =
    "New snapshot was not written. Snapshots are not updated in this run; run the " +
    "tests once more where they are, with `--update` if this one has changed.";

  /**
   * @param {any} context
   * @param {string} matcher
   * @param {any} received
   * @param {any} properties
   * @param {string} suffix hint of the test, that its key shows
   * @param {any} [error] that `received` is the message of: Vitest keeps the error instead
   */
  function match(context, matcher, received, properties, suffix, error) {
    if (context.isNot) {
      throw new Error(
        `${hint(context, matcher)}\n\nMatcher error: snapshots cannot be used with not`,
      );
    }
    context.dontThrow();
    if (properties !== undefined) {
      const problem = checkProperties(context, matcher, received, properties);
      if (problem !== null) return problem;
      received = merged(received, properties);
    }
    const name = suffix === "" ? testName : `${testName}: ${suffix}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const key = `${name} ${count}`;
    const text = onItsOwnLines(serialize(received));
    if (!ObjectHasOwn(stored, key)) {
      if (update === "none") {
        return verdict(`${hint(context, matcher)}\n\n${notWritten}\n\nReceived: ${text}`, false);
      }
      record("added", key, text);
      stored[key] = text;
      return verdict("", true);
    }
    if (stored[key] === text || error !== undefined && stored[key] === showError(error)) {
      record("used", key, "");
      return verdict("", true);
    }
    if (update === "all") {
      record("updated", key, text);
      stored[key] = text;
      return verdict("", true);
    }
    record("used", key, "");
    return verdict(
      `${hint(context, matcher)}\n\nSnapshot name: \`${key}\`\n\n` +
        difference(withoutOwnLines(stored[key]), withoutOwnLines(text)),
      false,
    );
  }

  /**
   * @param {any} context
   * @param {string} matcher
   * @param {any} received
   * @param {any[]} args properties and the snapshot, either of which may be missing
   * @param {any} [error] that `received` is the message of
   */
  function matchInline(context, matcher, received, args, error) {
    if (context.isNot) {
      throw new Error(
        `${hint(context, matcher)}\n\nMatcher error: snapshots cannot be used with not`,
      );
    }
    context.dontThrow();
    const [first] = args;
    const hasProperties = typeof first === "object" && first !== null;
    if (hasProperties) {
      const problem = checkProperties(context, matcher, received, first);
      if (problem !== null) return problem;
      received = merged(received, first);
    }
    const given = hasProperties ? args[1] : first;
    const text = onItsOwnLines(serialize(received));
    if (given !== undefined) {
      const expected = unindented(normalized(given));
      if (expected === text || error !== undefined && expected === showError(error)) {
        return verdict("", true);
      }
    }
    if (given === undefined && update === "none") {
      return verdict(`${hint(context, matcher)}\n\n${notWritten}\n\nReceived: ${text}`, false);
    }
    if (given === undefined || update === "all") {
      const site = { name: "", message: "", stack: "" };
      ErrorCaptureStackTrace(site, matchInline);
      record(given === undefined ? "inline added" : "inline updated", site.stack, text);
      return verdict("", true);
    }
    return verdict(
      `${hint(context, matcher)}\n\n` +
        difference(withoutOwnLines(unindented(normalized(given))), withoutOwnLines(text)),
      false,
    );
  }

  /** What a function throws, or what it is. */
  /** @param {any} context @param {string} matcher @param {any} received @param {boolean} fromPromise */
  function thrownBy(context, matcher, received, fromPromise) {
    let error = received;
    if (!fromPromise) {
      if (typeof received !== "function") {
        throw new Error(
          `${hint(context, matcher)}\n\nMatcher error: received value must be a function\n\n` +
            matcherUtils.printWithType("Received", received, matcherUtils.printReceived),
        );
      }
      let threw = false;
      try {
        received();
      } catch (caught) {
        threw = true;
        error = caught;
      }
      if (!threw) throw new Error(`${hint(context, matcher)}\n\nReceived function did not throw`);
    }
    return error;
  }

  expect.extend({
    /** @param {any} received @param {any[]} args */
    toMatchSnapshot(received, ...args) {
      const properties = typeof args[0] === "object" && args[0] !== null ? args.shift() : undefined;
      return match(this, "toMatchSnapshot", received, properties, `${args[0] ?? ""}`);
    },
    /** @param {any} received @param {any[]} args */
    toMatchInlineSnapshot(received, ...args) {
      return matchInline(this, "toMatchInlineSnapshot", received, args);
    },
    /** @param {any} received @param {any} suffix @param {any} fromPromise */
    toThrowErrorMatchingSnapshot(received, suffix, fromPromise) {
      const name = "toThrowErrorMatchingSnapshot";
      const isRejection = fromPromise === true || this.promise === "rejects";
      const error = thrownBy(this, name, received, isRejection);
      return match(this, name, messageOf(error), undefined, `${suffix ?? ""}`, error);
    },
    /** @param {any} received @param {any} inline @param {any} fromPromise */
    toThrowErrorMatchingInlineSnapshot(received, inline, fromPromise) {
      const name = "toThrowErrorMatchingInlineSnapshot";
      const isRejection = fromPromise === true || this.promise === "rejects";
      const error = thrownBy(this, name, received, isRejection);
      return matchInline(this, name, messageOf(error), inline === undefined ? [] : [inline], error);
    },
  });
  expect.addSnapshotSerializer = (/** @type {any} */ serializer) => {
    serializers = [serializer, ...serializers];
  };

  return {
    serialize,
    /**
     * @param {Record<string, string>} kept
     * @param {"new" | "all" | "none"} mode
     * @param {string} between what stands between the titles of a key
     */
    begin(kept, mode, between) {
      separator = between;
      stored = Object.assign(Object.create(null), kept);
      update = mode;
      counts = new Map();
      testName = "";
      serializers = builtIn;
    },
    /** @param {string[]} path titles of its suites, and its own */
    testStarts(path) {
      testName = path.join(separator);
    },
    /** A test that is retried begins its counts anew. @param {string[]} path */
    forget(path) {
      const name = path.join(separator);
      for (const key of counts.keys()) {
        if (key === name || key.startsWith(`${name}: `)) counts.delete(key);
      }
    },
  };
}
