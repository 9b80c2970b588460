// A program that takes whatever it can get. Each attempt fails; the last one ends the isolate.
// This page, and everyone else's program, goes on.
const attempt = async (what, action) => {
  try {
    console.log(what, "→", await action());
  } catch (error) {
    console.warn(`${what} → ${error.name}: ${error.message}`);
  }
};

await attempt("the host's environment", () => process.env);
await attempt("a file", () => Deno.readTextFileSync("/etc/passwd"));
await attempt("a module of Node", () => import("node:fs"));
await attempt("the network", () => fetch("http://169.254.169.254/latest/meta-data/"));
await attempt("the constructor's realm", () => (() => {}).constructor("return typeof Deno")());

console.error("Now it loops for ever. Watch the meters; the limit on processor time ends it.");
for (;;);
