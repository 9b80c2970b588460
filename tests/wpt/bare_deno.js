/**
 * One case in a plain `deno run` process. The only argument is the file that `in_deno.py` has written;
 * results go to standard output, one JSON array in a line, after a mark that tests do not print.
 */

const { config, root, aliases, imports, mark, environment, scripts, endsItself } = JSON.parse(
  Deno.readTextFileSync(Deno.args[0]),
);
const { exit, readFileSync, readTextFileSync, stdout } = Deno;
const encoder = new TextEncoder();
const encode = encoder.encode.bind(encoder);
const { stringify } = JSON;

function say(...message) {
  const bytes = encode(`\n${mark}${stringify(message)}\n`);
  for (let sent = 0; sent < bytes.length;) sent += stdout.writeSync(bytes.subarray(sent));
}

const file = (path) => `${root}/${aliases[path.slice(1)] ?? path.slice(1)}`;

// Not with node:vm: loading Node's modules changes the global scope.
const { evalContext } = Deno[Deno.internal].core;
const run = (script) => {
  const [value, error] = evalContext(script.text, `file:///${script.name}`);
  if (error !== null) throw error.thrown;
  return value;
};

run(scripts[0]);
globalThis.__wpt = {
  config,
  read: (path) => {
    try {
      return readFileSync(file(path));
    } catch {
      return null;
    }
  },
  load: (path) => run({ name: path, text: imports[path] ?? readTextFileSync(file(path)) }),
  result: (name, status, message) => say("result", name, status, message),
  end: (status, message) => say("end", status, message),
};
const finished = run({ name: "environment.js", text: environment });
// As in a browser, an error is reported and ends nothing.
addEventListener("error", (event) => event.preventDefault());
addEventListener("unhandledrejection", (event) => event.preventDefault());
try {
  for (const script of scripts.slice(1)) run(script);
  if (!endsItself) run({ name: "done.js", text: "done()" });
} catch (error) {
  say("end", "ERROR", `${error}`);
  exit(0);
}
await finished;
exit(0);
