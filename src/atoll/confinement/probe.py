"""Attacks on each layer, made for real: a process takes it on and then tries what it forbids.

Runs as a process of its own, started by ``status``: layers cannot be taken off again, and a host
with threads must not fork. Each layer is tried in a child of its own, alone, so that one layer does
not hide that another one does nothing. The result is JSON on stdout: a list of ``{"layer",
"attack", "held", "detail"}``, of which an empty ``attack`` means that the layer could not be put on
at all.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import resource
import socket
import sys

from . import landlock, namespaces, rlimits, seccomp, syscalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Attack = tuple[str, Callable[[], object]]
    Result = dict[str, object]

_NOBODY = 65534


def _open_passwd() -> object:
    return os.open("/etc/passwd", os.O_RDONLY)


def _execute() -> object:
    os.execv("/bin/true", ["true"])  # noqa: S606 — the attack is to execute, without a shell


def _connect() -> object:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as attempt:
        attempt.settimeout(1)
        with contextlib.suppress(ConnectionRefusedError):
            attempt.connect(("127.0.0.1", 9))
        return "reached the machine's own network"


def _bind() -> object:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as attempt:
        attempt.bind(("127.0.0.1", 0))
        return "succeeded"


def _abstract_socket(name: bytes) -> Callable[[], object]:
    def attempt() -> object:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.connect(name)
            return "succeeded"

    return attempt


def _signal_parent(parent: int) -> Callable[[], object]:
    return lambda: os.kill(parent, 0)


def _fork() -> object:
    pid = syscalls.syscall("clone", 17, 0, 0, 0, 0)
    if pid == 0:
        os._exit(0)
    return os.waitpid(pid, 0)


def _write_file(path: str) -> Callable[[], object]:
    def attempt() -> object:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            return os.write(descriptor, b"x")
        finally:
            os.close(descriptor)

    return attempt


def _raw(name: str, *arguments: int) -> Attack:
    """A call with senseless arguments: refused by the filter, or by the call itself."""

    def attempt() -> object:
        try:
            return syscalls.syscall(name, *arguments)
        except OSError as error:
            if error.errno in (errno.EPERM, errno.ENOSYS):
                raise
            return f"reached the kernel: {errno.errorcode.get(error.errno or 0)}"

    return (name, attempt)


def _raise_limit() -> object:
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))
    return "succeeded"


def _exhaust_descriptors() -> object:
    return [os.dup(2) for _ in range(rlimits.OPEN_FILES)]


# Calls that take over, spy on or escape to something else; none is needed by the engine.
FORBIDDEN_CALLS = (
    _raw("socket", 2, 1, 0),
    _raw("ptrace", 0, 0, 0, 0),
    _raw("process_vm_readv", 1, 0, 0, 0, 0, 0),
    _raw("mount", 0, 0, 0, 0, 0),
    _raw("unshare", namespaces.NEWUSER),
    _raw("setns", -1, 0),
    _raw("bpf", 0, 0, 0),
    _raw("perf_event_open", 0, 0, 0, 0, 0),
    _raw("io_uring_setup", 1, 0),
    _raw("userfaultfd", 1),
    _raw("keyctl", 0, -3, 0),
    _raw("memfd_create", 0, 0),
    _raw("personality", 0x0040000),
    _raw("kill", 2**30, 0),
)


def _unprivileged() -> None:
    """Become nobody without capabilities, as an isolate is, so that root does not pass by."""
    if os.geteuid() == 0:
        namespaces.drop_bounding_set()
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    namespaces.drop_capabilities()


def _no_new_privs() -> None:
    syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1)


def _put_on_landlock() -> None:
    _no_new_privs()
    landlock.restrict_self(landlock.create_ruleset((), ()))


def _put_on_seccomp() -> None:
    _no_new_privs()
    seccomp.install(seccomp.boot_filter(os.getpid()))


def _put_on_seal() -> None:
    _put_on_seccomp()
    seccomp.install(seccomp.seal_filter())


def _put_on_rlimits() -> None:
    rlimits.apply(cpu_time=60, threads=None)
    rlimits.apply_open_files()
    _unprivileged()


def _put_on_empty_root() -> None:
    namespaces.set_host_name(b"isolate")
    namespaces.EmptyRoot((), (), {}).enter()


def _regain() -> object:
    os.setresuid(0, 0, 0)
    return "succeeded"


def _unset_no_new_privs() -> object:
    return syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 0)


def _see(what: Callable[[], object], harmless: object) -> Callable[[], object]:
    """An attack that is a look: it succeeds when it shows anything but the harmless."""

    def attempt() -> object:
        seen = what()
        if seen == harmless:
            raise OSError(errno.ENOENT, f"sees only {seen!r}")
        return f"sees {seen!r}"

    return attempt


def _fresh(directory: str) -> str:
    path = os.path.join(directory, "file")
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o666))
    os.chmod(path, 0o666)  # noqa: S103 — so that only the layer under test stands in the way
    os.chmod(directory, 0o755)  # noqa: S103
    return path


def _attempt(layer: str, put_on: Callable[[], object], attacks: Sequence[Attack]) -> list[Result]:
    """What happens in the child."""
    try:
        put_on()
    except (OSError, ValueError) as error:
        return [{"layer": layer, "attack": "", "held": False, "detail": str(error)}]
    results: list[Result] = []
    for name, attack in attacks:
        try:
            outcome, held = f"{attack()}", False
        except (OSError, ValueError) as error:
            outcome, held = str(error), True
        results.append({"layer": layer, "attack": name, "held": held, "detail": outcome})
    return results


def _try(
    layer: str, put_on: Callable[[], object], attacks: Sequence[Attack], flags: int = 0
) -> list[Result]:
    """Attack a layer in a child of its own. Called in a single-threaded process only."""
    results, report = os.pipe()
    proceed, go = os.pipe()
    try:
        pid = namespaces.clone(flags)
    except OSError as error:
        return [{"layer": layer, "attack": "", "held": False, "detail": str(error)}]
    if pid == 0:
        os.close(go)
        if os.read(proceed, 1) == b"g":
            os.write(report, json.dumps(_attempt(layer, put_on, attacks)).encode())
        os._exit(0)
    os.close(report)
    reason = "the probe ended without a word"
    try:
        if flags & namespaces.NEWUSER:
            namespaces.write_id_maps(pid, None)
        os.write(go, b"g")
    except OSError as error:
        reason = f"user map: {error}"
    os.close(go)
    os.close(proceed)
    with open(results, "rb") as file:
        data = file.read()
    os.waitpid(pid, 0)
    if not data:
        return [{"layer": layer, "attack": "", "held": False, "detail": reason}]
    found: list[Result] = json.loads(data)
    return found


def _landlock_attacks(scratch: str, abstract: bytes) -> list[Attack]:
    version = landlock.abi()
    attacks: list[Attack] = [
        ("read /etc/passwd", _open_passwd),
        ("list /", lambda: os.listdir("/")),
        ("write to a file", _write_file(scratch)),
        ("execute /bin/true", _execute),
    ]
    if version >= 4:
        attacks += [("TCP connect", _connect), ("TCP bind", _bind)]
    if version >= 6:
        attacks += [
            ("abstract unix socket", _abstract_socket(abstract)),
            ("signal the parent", _signal_parent(os.getpid())),
        ]
    return attacks


def _namespace_attacks() -> list[tuple[str, int, list[Attack]]]:
    return [
        ("user namespace", namespaces.NEWUSER, [("change the machine's clock", _set_clock)]),
        (
            "pid namespace",
            namespaces.NEWPID,
            [
                ("see its own machine-wide pid", _see(os.getpid, 1)),
                ("signal the parent", _signal_parent(os.getpid())),
            ],
        ),
        (
            "net namespace",
            namespaces.NEWNET,
            [("TCP connect", _connect), ("list interfaces", _see(_interfaces, ["lo"]))],
        ),
        ("ipc namespace", namespaces.NEWIPC, [("find shared memory", _see(_shared_memory, []))]),
    ]


def _set_clock() -> object:
    import time

    time.clock_settime(time.CLOCK_REALTIME, time.time())
    return "succeeded"


def _interfaces() -> object:
    return [name for _, name in socket.if_nameindex()]


def _shared_memory() -> object:
    with open("/proc/sysvipc/shm") as file:
        return file.readlines()[1:]


def run(scratch_directory: str) -> list[Result]:
    """Attack everything. Only in a single-threaded process that has nothing else to do.

    Args:
        scratch_directory: an empty directory for files to be attacked.
    """
    scratch = _fresh(scratch_directory)
    abstract = b"\0atoll-probe-%d" % os.getpid()
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(abstract)
    listener.listen()
    results = _try("landlock", _put_on_landlock, _landlock_attacks(scratch, abstract))
    results += _try("seccomp", _put_on_seccomp, [*FORBIDDEN_CALLS, ("fork", _fork)])
    sealed: list[Attack] = [
        ("open a file", _open_passwd),
        ("execute /bin/true", _execute),
        ("read metadata", lambda: os.stat("/")),
        ("list /", lambda: os.listdir("/")),
    ]
    results += _try("seal", _put_on_seal, sealed)
    results += _try("no_new_privs", _no_new_privs, [("take it back", _unset_no_new_privs)])
    limits: list[Attack] = [
        ("raise a limit", _raise_limit),
        ("write to a file", _write_file(scratch)),
        ("open many descriptors", _exhaust_descriptors),
    ]
    results += _try("rlimits", _put_on_rlimits, limits)
    regain: list[Attack] = [("become root", _regain), ("change the machine's clock", _set_clock)]
    results += _try("capabilities", _unprivileged, regain)
    owner = 0 if os.geteuid() == 0 else namespaces.NEWUSER
    for name, flag, attacks in _namespace_attacks():
        results += _try(name, lambda: None, attacks, flag | owner)
    root: list[Attack] = [
        ("read /etc/passwd", _open_passwd),
        ("see the machine's root", _see(lambda: os.listdir("/"), ["dev"])),
        ("see the machine's name", _see(socket.gethostname, "isolate")),
        ("write into the root", lambda: os.mkdir("/new")),
        ("find the old root", lambda: os.chroot("/.old-root")),
    ]
    results += _try("empty root", _put_on_empty_root, root, namespaces.ALL)
    return results


def main() -> None:
    """Entry of the probe process. Argument: the scratch directory."""
    sys.stdout.write(json.dumps(run(sys.argv[1])))
