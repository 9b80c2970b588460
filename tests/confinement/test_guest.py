"""From inside: a guest with every Deno permission, stopped by the operating system alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from atoll.engine import deno
from tests.engine.support import Guest

# What a program does after the boot, of which nothing may be broken by the filters.
WORK = """
const work = {
  date: () => new Date(0).toString(),
  "time zone": () => new Date(0).toLocaleString("en-GB", { timeZone: "Asia/Tokyo" }),
  collation: () => ["z", "ä"].sort(new Intl.Collator("de").compare).join(""),
  jit: () => { let sum = 0; for (let i = 0; i < 2e7; i++) sum += i % 7; return sum; },
  wasm: async () => {
    const code = new Uint8Array([0,97,115,109,1,0,0,0,1,7,1,96,2,127,127,1,127,3,2,1,0,7,7,1,3,97,
      100,100,0,0,10,9,1,7,0,32,0,32,1,106,11]);
    return (await WebAssembly.instantiate(await WebAssembly.compile(code))).exports.add(1, 2);
  },
  "wasm memory": () => new WebAssembly.Memory({ initial: 1, maximum: 100 }).grow(50),
  "garbage collection": () => {
    let kept = [];
    for (let i = 0; i < 2e6; i++) { kept.push({ i }); if (kept.length > 5e5) kept = []; }
    return kept.length > 0;
  },
  buffers: () => Array.from({ length: 64 }, () => new Uint8Array(1 << 20).fill(1)).length,
  keys: async () => (await crypto.subtle.generateKey({ name: "RSASSA-PKCS1-v1_5",
    modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" }, true,
    ["sign", "verify"])).publicKey.type,
  digest: async () => (await crypto.subtle.digest("SHA-256", new Uint8Array(100))).byteLength,
  random: () => crypto.randomUUID().length,
  compression: async () => {
    const body = new Blob(["x".repeat(1e6)]).stream().pipeThrough(new CompressionStream("gzip"));
    return (await new Response(body).bytes()).length < 10000;
  },
  timer: () => new Promise((resolve) => setTimeout(() => resolve("late"), 5)),
  "atomics wait": () => Atomics.wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0, 5),
  recursion: () => {
    const deeper = () => 1 + deeper();
    try { return deeper(); } catch (error) { return error.name; }
  },
  "regular expression": () => /^(a+)+$/.test("a".repeat(20)),
  "own memory": () => Deno.memoryUsage().heapUsed > 0,
  processors: () => navigator.hardwareConcurrency > 0,
  console: () => console.error("to stderr"),
  "asynchronous read": async () => {
    const buffer = new Uint8Array(10);
    return new TextDecoder().decode(buffer.subarray(0, await input.read(buffer)));
  },
};
const report = {};
for (const name in work) report[name] = await attempt(work[name]);
say(report);
"""


@pytest.mark.parametrize("sealed", [False, True])
def test_everything_a_program_does_still_works(tmp_path: Path, sealed: bool) -> None:
    source = ("say(seal());" if sealed else "say([0, 0]);") + WORK
    with Guest(tmp_path, source) as guest:
        guest.seal()
        os.write(guest.process.input, b"heard")
        assert guest.line() == [0, 0]
        report: dict[str, list[Any]] = guest.line()
        assert {name: got for name, got in report.items() if got[0] != "ok"} == {}
        assert report["wasm"][1] == 3
        assert report["asynchronous read"][1] == "heard"
        assert report["recursion"][1] == "RangeError"
        assert report["time zone"][1] == "01/01/1970, 09:00:00"
        assert guest.wait_exit().stderr == "to stderr\n"


ATTACKS = """
const attacks = {
  "read a file": () => Deno.readTextFileSync("/etc/passwd"),
  "list the root": () => [...Deno.readDirSync("/")].map((entry) => entry.name),
  "write a file": () => Deno.writeTextFileSync("/tmp/atoll-escaped", "x"),
  "write beside its source": () => Deno.writeTextFileSync(import.meta.dirname + "/new.js", "x"),
  "read the process list": () => [...Deno.readDirSync("/proc")].length,
  "read its environment": () => Deno.readTextFileSync("/proc/self/environ"),
  "read its own memory map": () => Deno.readTextFileSync("/proc/self/maps"),
  execute: () => new Deno.Command("/bin/true", { cwd: "/" }).outputSync().code,
  "execute the engine": () => new Deno.Command("%e", { cwd: "/" }).outputSync().code,
  connect: () => Deno.connect({ hostname: "127.0.0.1", port: 80 }),
  listen: () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  "send a datagram": () => Deno.listenDatagram({ transport: "udp", port: 0 }),
  "a unix socket": () => Deno.connect({ transport: "unix", path: "/run/docker.sock" }),
  "resolve a name": () => Deno.resolveDns("example.com", "A"),
  fetch: () => fetch("http://127.0.0.1/"),
  "signal another process": () => Deno.kill(%d, "SIGKILL"),
  "signal everybody": () => Deno.kill(-1, "SIGTERM"),
};
const libc = Deno.dlopen("libc.so.6", {
  setuid: { parameters: ["u32"], result: "i32" },
  fork: { parameters: [], result: "i32" },
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  ptrace: { parameters: ["i64", "i64", "i64", "i64"], result: "i64" },
  unshare: { parameters: ["i32"], result: "i32" },
  mount: { parameters: ["i64", "i64", "i64", "i64", "i64"], result: "i32" },
  setrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  dup2: { parameters: ["i32", "i32"], result: "i32" },
});
const native = {
  setuid: libc.symbols.setuid(0),
  fork: libc.symbols.fork(),
  socket: libc.symbols.socket(1, 1, 0),
  ptrace: Number(libc.symbols.ptrace(0n, 0n, 0n, 0n)),
  unshare: libc.symbols.unshare(0x10000000),
  mount: libc.symbols.mount(0n, 0n, 0n, 0n, 0n),
  setrlimit: libc.symbols.setrlimit(7, new Uint8Array(16).fill(1)),
};
const report = {};
for (const name in attacks) report[name] = (await attempt(attacks[name])).map(String);
say([report, native]);
"""


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("unavailable", [(), ("namespaces",)])
def test_no_attack_gets_anywhere(
    tmp_path: Path, sealed: bool, unavailable: tuple[str, ...]
) -> None:
    attacks = ATTACKS.replace("%d", str(os.getpid())).replace("%e", deno.find_engine())
    # FFI is revoked by the seal, so the native attacks are made ready before it.
    before, after = attacks.split("const report = {};")
    source = before + ("seal();" if sealed else "") + "const report = {};" + after
    with Guest(tmp_path, source, _unavailable=unavailable) as guest:
        guest.seal()
        report, native = guest.line()
        assert {name: got for name, got in report.items() if got[0] == "ok"} == {}
        assert set(native.values()) == {-1}
    assert not Path("/tmp/atoll-escaped").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["guest.js"]


def test_the_attacks_succeed_when_confinement_is_off(tmp_path: Path) -> None:
    source = """
    say([(await attempt(() => Deno.readTextFileSync("/etc/passwd")))[0],
         (await attempt(() => [...Deno.readDirSync("/proc")].length))[0],
         (await attempt(() => Deno.listen({ hostname: "127.0.0.1", port: 0 }).close()))[0],
         (await attempt(() => new Deno.Command("/bin/true", { cwd: "/" }).outputSync().code))[0]]);
    """
    with Guest(tmp_path, source, confinement="off") as guest:
        assert guest.line() == ["ok"] * 4


def test_before_the_seal_a_guest_reads_its_folder_and_nothing_else(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    (inside / "data.txt").write_text("data")
    (inside / "link.txt").symlink_to(outside / "secret.txt")
    source = """
    const here = import.meta.dirname;
    for (const name of ["/data.txt", "/link.txt", "/../outside/secret.txt"])
      say((await attempt(() => Deno.readTextFileSync(here + name)))[0]);
    """
    for unavailable in ((), ("namespaces",)):
        with Guest(inside, source, _unavailable=unavailable) as guest:
            assert [guest.line(), guest.line() == "ok", guest.line() == "ok"] == [
                "ok",
                False,
                False,
            ]


def test_the_seal_closes_even_its_folder_and_its_pipes(tmp_path: Path) -> None:
    source = """
    seal();
    say((await attempt(() => Deno.readTextFileSync(import.meta.filename)))[0]);
    say((await attempt(() => Deno.openSync("/dev/fd/5", { write: true })))[0]);
    say((await attempt(() => Deno.statSync("/")))[0]);
    say((await attempt(() => import("data:text/javascript,export default 1")))[0]);
    """
    with Guest(tmp_path, source) as guest:
        guest.seal()
        assert [guest.line() for _ in range(3)] == ["PermissionDenied"] * 3
        assert guest.line() == "ok"


def test_a_sealed_guest_cannot_be_looked_into(tmp_path: Path) -> None:
    with Guest(tmp_path, "seal(); say(1); hear();") as guest:
        guest.seal()
        pid = guest.wait_spawned().pid
        guest.line()
        assert os.stat(f"/proc/{pid}/mem").st_uid == 0


def test_it_has_only_its_descriptors_and_no_environment_of_the_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ATOLL_TEST_SECRET", "secret")
    leaked = os.open("/etc/passwd", os.O_RDONLY)
    os.set_inheritable(leaked, True)
    try:
        with Guest(tmp_path, "say(1); hear();") as guest:
            pid = guest.wait_spawned().pid
            guest.line()
            held = {
                os.path.realpath(f"/proc/{pid}/fd/{number}")
                for number in os.listdir(f"/proc/{pid}/fd")
            }
            named = {path for path in held if ":" not in path}
            assert named <= {"/dev/null", str(tmp_path / "guest.js")}
            environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            assert {entry.split(b"=")[0] for entry in environment if entry} == {
                b"DENO_DIR",
                b"DENO_NO_UPDATE_CHECK",
            }
    finally:
        os.close(leaked)


@pytest.mark.skipif(os.geteuid() != 0, reason="about a host that is root")
@pytest.mark.parametrize("unavailable", [(), ("namespaces",)])
def test_a_host_that_is_root_has_guests_that_are_not(
    tmp_path: Path, unavailable: tuple[str, ...]
) -> None:
    # Without a mount namespace the folder has to be reachable by others.
    for folder in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        folder.chmod(0o755)
    with Guest(tmp_path, "say(1); hear();", _unavailable=unavailable) as guest:
        pid = guest.wait_spawned().pid
        guest.line()
        fields = dict(
            line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
        )
        if guest.process.layers["capabilities"] == "none, uid 65534":
            assert fields["Uid"].split() == ["65534"] * 4
        else:
            assert unavailable, "only an engine that others cannot reach may run as root"
        assert fields["Groups"].strip() in ("", "0") or unavailable
        for kind in ("Inh", "Prm", "Eff", "Bnd", "Amb"):
            assert int(fields[f"Cap{kind}"], 16) == 0, kind
        assert fields["NoNewPrivs"] == "1"
        assert fields["Seccomp"] == "2"
        assert Path(f"/proc/{pid}/oom_score_adj").read_text() == "1000\n"
        assert os.getsid(pid) == pid
