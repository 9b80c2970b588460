// Describes everything that a program can reach by properties and prototypes, a line each.
() => {
  const names = new Map();
  const queue = [];
  const lines = [];
  const keyText = (key) => {
    if (typeof key === "string") return /^[\w$]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    const registered = Symbol.keyFor(key);
    if (registered !== undefined) return `[Symbol.for(${JSON.stringify(registered)})]`;
    for (const name of Object.getOwnPropertyNames(Symbol)) {
      if (Symbol[name] === key) return `[Symbol.${name}]`;
    }
    return `[Symbol(${JSON.stringify(key.description)}) of nobody]`;
  };
  const constructs = (value) => {
    try {
      Reflect.construct(Object, [], value);
      return true;
    } catch {
      return false;
    }
  };
  const flags = (d) =>
    ("value" in d ? (d.writable ? "w" : "-") : "") + (d.enumerable ? "e" : "-") +
    (d.configurable ? "c" : "-");
  // Different each time.
  const VARYING = new Set([
    "(a File).lastModified",
    "(a RangeError).stack",
    "(an error of the engine).stack",
  ]);
  const roots = {
    "(a generator function)": function* () {},
    "(an async function)": async function () {},
    "(an async generator function)": async function* () {},
    "(a generator)": (function* () {})(),
    "(an async generator)": (async function* () {})(),
    "(arguments)": (function () { "use strict"; return arguments; })(),
    "(an iterator of an array)": [].values(),
    "(an iterator of a Map)": new Map().values(),
    "(an iterator of a Set)": new Set().values(),
    "(an iterator of a string)": ""[Symbol.iterator](),
    "(an iterator of a RegExp)": "".matchAll(/a/g),
    "(an iterator helper)": [].values().map(() => 0),
    "(a wrapped iterator)": Iterator.from({ next() {} }),
    "(an iterator of segments)": new Intl.Segmenter().segment("")[Symbol.iterator](),
    "(a RangeError)": new RangeError("x"),
    "(an error of the engine)": (() => { try { null.x; } catch (e) { return e; } })(),
    "(a promise)": Promise.resolve(),
  };
  // What a standard's class makes: its own properties are internals of the engine.
  const make = {
    AbortController: (C) => new C(),
    AbortSignal: (C) => C.abort(),
    Blob: (C) => new C(["a"]),
    ByteLengthQueuingStrategy: (C) => new C({ highWaterMark: 1 }),
    CountQueuingStrategy: (C) => new C({ highWaterMark: 1 }),
    CustomEvent: (C) => new C("x"),
    DOMException: (C) => new C("x"),
    Event: (C) => new C("x"),
    ErrorEvent: (C) => new C("x"),
    EventTarget: (C) => new C(),
    File: (C) => new C([], "x"),
    FormData: (C) => new C(),
    MessageChannel: (C) => new C(),
    MessageEvent: (C) => new C("x"),
    MessagePort: () => new MessageChannel().port1,
    PerformanceMark: (C) => new C("x"),
    PerformanceMeasure: () => performance.measure("x"),
    PromiseRejectionEvent: (C) => new C("x", { promise: Promise.resolve() }),
    QuotaExceededError: (C) => new C("x"),
    ReadableStream: (C) => new C({ type: "bytes" }),
    ReadableStreamDefaultReader: (C) => new C(new ReadableStream()),
    ReadableStreamBYOBReader: (C) => new C(new ReadableStream({ type: "bytes" })),
    ReadableStreamDefaultController: () => {
      let c;
      new ReadableStream({ start(x) { c = x; } });
      return c;
    },
    ReadableByteStreamController: () => {
      let c;
      new ReadableStream({ type: "bytes", start(x) { c = x; } });
      return c;
    },
    TransformStream: (C) => new C(),
    TransformStreamDefaultController: () => {
      let c;
      new TransformStream({ start(x) { c = x; } });
      return c;
    },
    URL: (C) => new C("a:b"),
    URLPattern: (C) => new C({}),
    URLSearchParams: (C) => new C("a=b"),
    WritableStream: (C) => new C(),
    WritableStreamDefaultWriter: (C) => new C(new WritableStream()),
    WritableStreamDefaultController: () => {
      let c;
      new WritableStream({ start(x) { c = x; } });
      return c;
    },
    Headers: (C) => new C(),
    Request: (C) => new C("https://a.test/"),
    Response: (C) => new C(),
    TextEncoder: (C) => new C(),
    TextDecoder: (C) => new C(),
    TextEncoderStream: (C) => new C(),
    TextDecoderStream: (C) => new C(),
    CompressionStream: (C) => new C("gzip"),
    DecompressionStream: (C) => new C("gzip"),
  };
  const isOwn = (key) => typeof key === "symbol" && keyText(key).endsWith("of nobody]");
  const isOrdinary = (value) => {
    // A function that has what every built-in function has, and nothing else.
    const keys = Reflect.ownKeys(value);
    const flagged = (key) => {
      const d = Reflect.getOwnPropertyDescriptor(value, key);
      return d !== undefined && flags(d) === "--c";
    };
    return keys.length === 2 && flagged("length") && flagged("name") &&
      Reflect.getPrototypeOf(value) === Function.prototype && !constructs(value);
  };
  const describe = (value, path) => {
    const isObject = (typeof value === "object" && value !== null) || typeof value === "function";
    if (!isObject) {
      if (typeof value === "bigint") return `${value}n`;
      if (typeof value === "symbol") return keyText(value).slice(1, -1);
      if (typeof value === "string") return JSON.stringify(value);
      return Object.is(value, -0) ? "-0" : `${value}`;
    }
    const known = names.get(value);
    if (known !== undefined) return known;
    names.set(value, path);
    if (typeof value === "function" && isOrdinary(value)) {
      return `function ${JSON.stringify(value.name)} (${value.length})`;
    }
    queue.push([value, path]);
    return typeof value !== "function" ? "object" : constructs(value) ? "class" : "function";
  };
  const member = (value, path, key) => {
    const d = Reflect.getOwnPropertyDescriptor(value, key);
    const at = path === "" && typeof key === "string" ? key : `${path || "globalThis"}${keyText(key)}`;
    let what;
    if (isOwn(key) || keyText(key).startsWith("[Symbol.for(")) what = "internal";
    else if (!("value" in d)) {
      what = `get ${describe(d.get, `get ${at}`)} set ${describe(d.set, `set ${at}`)}`;
    } else if (VARYING.has(at)) what = typeof d.value;
    else what = describe(d.value, at);
    lines.push(`${at} ${flags(d)} ${what}`);
  };
  const drain = () => {
    while (queue.length > 0) {
      const [value, path] = queue.shift();
      const prototype = Reflect.getPrototypeOf(value);
      lines.push(`${path} : ${describe(prototype, `${path}.__proto__`)}`);
      for (const key of Reflect.ownKeys(value).toSorted(order)) member(value, path, key);
    }
  };
  const text = (key) => typeof key === "symbol" ? `~${keyText(key)}` : key;
  const order = (a, b) => text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0;

  names.set(globalThis, "globalThis");
  // First the names that other paths begin with, so that each thing is called what everyone does.
  const globals = Reflect.ownKeys(globalThis).toSorted(order);
  for (const name of ["Object", "Function", "Symbol", "EventTarget", "Error"]) {
    describe(globalThis[name], name);
    describe(globalThis[name].prototype, `${name}.prototype`);
  }
  for (const key of globals) {
    const value = typeof key === "string" ? globalThis[key] : undefined;
    if (typeof value === "function" && value.prototype) {
      describe(value, key);
      describe(value.prototype, `${key}.prototype`);
    }
  }
  lines.push(`globalThis : ${describe(Reflect.getPrototypeOf(globalThis), "globalThis.__proto__")}`);
  for (const key of globals) member(globalThis, "", key);
  drain();
  for (const [name, root] of Object.entries(roots)) describe(root, name);
  for (const [name, from] of Object.entries(make)) {
    if (globalThis[name] !== undefined) describe(from(globalThis[name]), `(a ${name})`);
  }
  describe(new URLSearchParams("a=b").entries(), "(an iterator of URLSearchParams)");
  describe(new FormData().entries(), "(an iterator of FormData)");
  describe(new ReadableStream().values(), "(an iterator of a ReadableStream)");
  drain();
  return lines;
}
