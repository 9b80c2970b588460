/**
 * `node:os` of a machine that is the same everywhere: what packages ask for line ends and places by,
 * and nothing of the machine that the isolate is on.
 */

/** @template T @param {T} value */
const always = (value) => () => value;

const os = {
  EOL: "\n",
  arch: always("wasm32"),
  availableParallelism: always(1),
  constants: { errno: {}, priority: {}, signals: {} },
  cpus: () => [],
  devNull: "/dev/null",
  endianness: always("LE"),
  freemem: always(0),
  homedir: always("/"),
  hostname: always("localhost"),
  loadavg: () => [0, 0, 0],
  machine: always("wasm32"),
  networkInterfaces: () => ({}),
  platform: always("linux"),
  release: always(""),
  tmpdir: always("/tmp"),
  totalmem: always(0),
  type: always("Linux"),
  uptime: always(0),
  userInfo: () => ({ uid: -1, gid: -1, username: "", homedir: "/", shell: null }),
  version: always(""),
};

export default os;
export const {
  EOL,
  arch,
  availableParallelism,
  constants,
  cpus,
  devNull,
  endianness,
  freemem,
  homedir,
  hostname,
  loadavg,
  machine,
  networkInterfaces,
  platform,
  release,
  tmpdir,
  totalmem,
  type,
  uptime,
  userInfo,
  version,
} = os;
