"""The spawner: a small single-threaded process that makes, watches and ends isolates.

The host may have threads, an event loop and gigabytes of memory; forking it would be unsafe and
slow. The spawner is none of that. It is given the ends of pipes over a socket, clones a child that
confines itself and executes the engine, and says what became of it on a socket of that child's own.

Life and death:

* the host dies, however → the spawner sees it on a pidfd and kills every child;
* the host closes an isolate's control socket, or says ``kill`` on it → that child is killed;
* the spawner dies → the kernel kills the children (``PR_SET_PDEATHSIG``).

A child that ended stays a zombie until the host closes its control socket, so the host may use the
process id for as long as it holds the isolate: it cannot become another process's.

Messages are ``marshal``: both ends are the same interpreter and trust each other, nothing of the
guest passes here, and ``json`` would cost more to import than everything else in this file.
"""

# ruff: noqa: SIM105 — contextlib would be imported for it, in the cold start.

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import _socket
import ctypes
import gc
import marshal
import os
import resource
import select
import struct
import sys

from atoll.confinement import landlock, namespaces, syscalls

from . import child as child_steps
from .environment import ENVIRONMENT, STDERR_TAIL, set_data_limit
from .libraries import needed_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Request = dict[str, Any]
    Handler = Callable[[], object]

_KEPT_CONFINEMENTS = 64

_SIGCHLD, _SIGKILL, _SIGINT = 17, 9, 2
_NOBODY = 65534
_TRANSIENT = (11, 12, 28, 87)  # EAGAIN, ENOMEM, ENOSPC, EUSERS: may succeed next time


class _Confinement:
    """What children share: made once for a set of paths, and again when those files change."""

    def __init__(self, engine: str, readable: tuple[str, ...], *, command: bool = False) -> None:
        libraries = needed_files(engine, syscalls.MACHINE)
        self._watched = (engine, *libraries, *readable)
        self._identity = self._identify()
        executable = (engine, *libraries)
        self.root = namespaces.EmptyRoot(
            executable, readable, {"/proc/self/exe": engine}, own_maps=command
        )
        self.paths = (executable, readable)
        self.ruleset: int | None = None
        if landlock.abi() > 0 and not command:
            self.ruleset = landlock.create_ruleset(executable, readable)
        self.reachable = all(map(_world_readable, self._watched))

    def _identify(self) -> list[tuple[int, int]]:
        return [(s.st_dev, s.st_ino) for s in map(os.stat, self._watched)]

    def current(self) -> bool:
        """Whether the paths still are the files that the rules were made for."""
        try:
            return self._identify() == self._identity
        except OSError:
            return False

    def close(self) -> None:
        if self.ruleset is not None:
            os.close(self.ruleset)


def _world_readable(path: str) -> bool:
    """Whether a user without privileges can get at a path: bits of each directory on the way."""
    path = os.path.realpath(path)
    parts = path.split("/")
    on_the_way = ["/".join(parts[:end]) or "/" for end in range(1, len(parts))]
    needed = 0o005 if os.path.isdir(path) else 0o004
    return os.stat(path).st_mode & needed == needed and all(
        os.stat(directory).st_mode & 0o001 for directory in on_the_way
    )


class _Isolate:
    """One child, from request to the host's goodbye."""

    def __init__(self, control: Any, request: Request, pipes: list[int]) -> None:
        self.control = control
        self.request = request
        self.pipes = pipes
        self.pid = 0
        self.errors = -1
        self.output = -1
        self.candidate = 0
        self.flags = 0
        self.ids: tuple[int, int] | None = None
        self.layers: dict[str, str] = {}
        self.failure = b""
        self.tail = bytearray()
        self.running = False
        self.abandoned = False


class Spawner:
    """The event loop. See the module's description."""

    def __init__(self, requests: int, host: int) -> None:
        self._raise_limits()
        self._reserve_low_descriptors()
        self._epoll = select.epoll()
        self._handlers: dict[int, Handler] = {}
        self._isolates: dict[int, _Isolate] = {}
        self._confinements: dict[tuple[str, tuple[str, ...]], _Confinement] = {}
        self._candidate = 0
        self._lost = ""
        self._requests = _socket.socket(fileno=requests)
        self._requests.setblocking(False)
        self._on(self._requests.fileno(), self._request)
        self._host = host
        watched = _pidfd(host)
        if watched >= 0:
            self._on(watched, self._shut_down)
        # Without pidfds (Linux before 5.3), look now and then who our parent is.
        self._interval = None if watched >= 0 else 0.2
        if os.getppid() != host:
            raise SystemExit(0)
        self._self = _pidfd(os.getpid())
        self._null = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
        self._wakeup, wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        _signal.signal(_SIGCHLD, lambda number, frame: None)
        _signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self._on(self._wakeup, self._children_changed)
        self._privileged = os.geteuid() == 0
        self._ids = _unprivileged_ids() if self._privileged else None
        self._sets = namespaces.candidates(self._privileged)
        if self._privileged:
            # Supplementary groups would follow into children. Not fatal: they see no files.
            try:
                os.setgroups([])
            except OSError:
                pass

    def _raise_limits(self) -> None:
        # What the host has set for itself would follow into children, and stay when it is lifted.
        # V8 reserves hundreds of gigabytes of addresses, and has a limit on data of its own.
        for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
            hard = resource.getrlimit(kind)[1]
            resource.setrlimit(kind, (hard, hard))

    def _reserve_low_descriptors(self) -> None:
        placeholder = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)
        while placeholder < child_steps.FIRST_FREE:
            placeholder = os.dup(placeholder)
        os.close(placeholder)

    def _on(self, descriptor: int, handler: Handler) -> None:
        self._handlers[descriptor] = handler
        self._epoll.register(descriptor, select.EPOLLIN)

    def _off(self, descriptor: int) -> None:
        del self._handlers[descriptor]
        self._epoll.unregister(descriptor)

    def run(self) -> None:
        """Serve until the host goes away."""
        while True:
            if self._interval is not None and os.getppid() != self._host:
                self._shut_down()
            for descriptor, _ in self._epoll.poll(self._interval):
                handler = self._handlers.get(descriptor)
                if handler is not None:
                    handler()

    def _shut_down(self) -> None:
        for isolate in self._isolates.values():
            if isolate.pid and not isolate.abandoned:
                self._kill(isolate)
        os._exit(0)

    # Requests

    def _request(self) -> None:
        try:
            data, ancillary, _, _ = self._requests.recvmsg(
                65536, _socket.CMSG_SPACE(16), _socket.MSG_CMSG_CLOEXEC
            )
        except BlockingIOError:
            return
        except OSError:
            self._shut_down()
            return
        descriptors: list[int] = []
        for level, kind, content in ancillary:
            if level == _socket.SOL_SOCKET and kind == _socket.SCM_RIGHTS:
                descriptors += struct.unpack(f"={len(content) // 4}i", content)
        if not data:
            self._shut_down()
        if len(descriptors) != 4:
            # The kernel drops descriptors beyond the limit; the host sees its control socket close.
            for descriptor in descriptors:
                os.close(descriptor)
            return
        control = _socket.socket(fileno=descriptors[3])
        control.setblocking(False)
        request = marshal.loads(data)  # noqa: S302 — from our own host, see the top of the file
        isolate = _Isolate(control, request, descriptors[:3])
        self._isolates[control.fileno()] = isolate
        self._on(control.fileno(), lambda: self._control(isolate))
        isolate.candidate = self._candidate
        self._start(isolate)

    def _tell(self, isolate: _Isolate, message: dict[str, object]) -> None:
        try:
            isolate.control.send(marshal.dumps(message))
        except OSError:
            pass  # The host closed its end: its control socket says so too.

    def _fail(self, isolate: _Isolate, layer: str, reason: str) -> None:
        self._tell(isolate, {"error": reason, "layer": layer})
        self._close_pipes(isolate)
        isolate.running = False

    def _close_pipes(self, isolate: _Isolate) -> None:
        for descriptor in isolate.pipes:
            os.close(descriptor)
        isolate.pipes = []

    # Starting

    def _start(self, isolate: _Isolate) -> None:
        try:
            plan = self._plan(isolate)
        except OSError as error:
            unreadable = error.filename in isolate.request["readable"]
            self._fail(isolate, "resources" if unreadable else "engine", str(error))
            return
        try:
            self._clone(isolate, plan)
        except OSError as error:
            self._fail(isolate, "resources", str(error))

    def _plan(self, isolate: _Isolate) -> child_steps.ChildPlan:
        request = isolate.request
        plan = child_steps.ChildPlan()
        plan.argv = [os.fsencode(word) for word in request["argv"]]
        plan.environment = ENVIRONMENT
        plan.confined = request["confinement"] != "off"
        plan.command = request["command"]
        plan.optional = request["confinement"] != "require"
        plan.unavailable = frozenset(request["unavailable"])
        plan.cpu_time = request["cpu_time"]
        plan.flags = 0
        plan.root = plan.ids = plan.ruleset = plan.threads = None
        layers = isolate.layers = {}
        if not plan.confined:
            layers["confinement"] = "off"
            return plan
        if plan.command is not None:
            # Its folder is its own, so there is nothing to share, and its rules name a file of
            # /proc that does not exist yet.
            shared = _Confinement(request["argv"][0], tuple(request["readable"]), command=True)
        else:
            shared = self._confinement(request["argv"][0], request["readable"])
        while True:
            plan.flags = self._sets[isolate.candidate]
            if not plan.flags or "namespaces" not in plan.unavailable:
                break
            isolate.candidate += 1
        isolate.flags = plan.flags
        if plan.flags & namespaces.NEWNS:
            plan.root = shared.root
        plan.ruleset = shared.ruleset
        plan.paths = shared.paths
        if plan.flags & namespaces.NEWUSER:
            plan.threads = request["threads"]
        if self._ids is not None and (plan.root is not None or shared.reachable):
            plan.ids = self._ids
        if self._privileged:
            owner = plan.ids or (os.geteuid(), os.getegid())
            for pipe in isolate.pipes:
                # The guest opens /dev/fd/N, which checks the pipe's owner like a file's.
                os.fchown(pipe, *owner)
        isolate.ids = plan.ids
        self._describe(layers, plan)
        return plan

    def _describe(self, layers: dict[str, str], plan: child_steps.ChildPlan) -> None:
        layers["namespaces"] = namespaces.describe(plan.flags)
        if self._lost and plan.flags != namespaces.ALL:
            layers["namespaces"] += f" (more is not possible here: {self._lost})"
        layers["empty root"] = "yes" if plan.root is not None else "no: no mount namespace"
        uid = plan.ids[0] if plan.ids else os.geteuid()
        layers["capabilities"] = f"none, uid {uid}"
        threads = "" if plan.threads is None else f", {plan.threads} threads"
        layers["rlimits"] = f"core, files, memory locks, descriptors, CPU{threads}"
        layers["no_new_privs"] = "yes"
        layers["landlock"] = f"ABI {landlock.abi()}"
        layers["seccomp"] = f"allow-list, {syscalls.MACHINE}"

    def _confinement(self, engine: str, readable: tuple[str, ...]) -> _Confinement:
        key = (engine, tuple(readable))
        known = self._confinements.get(key)
        if known is not None:
            if known.current():
                return known
            self._confinements.pop(key).close()
        made = self._confinements[key] = _Confinement(*key)
        if len(self._confinements) > _KEPT_CONFINEMENTS:
            # Hosts may give each isolate a folder of its own; each entry holds a descriptor.
            self._confinements.pop(next(iter(self._confinements))).close()
        return made

    def _clone(self, isolate: _Isolate, plan: child_steps.ChildPlan) -> None:
        (errors, report), (proceed, go), (output, stderr) = _pipes(3)
        try:
            printed = stderr if plan.command is None else isolate.pipes[2]
            plan.descriptors = (self._null, printed, printed, *isolate.pipes)  # type: ignore[assignment]
            pid = self._clone_best(isolate, plan)
            if pid == 0:
                os.close(go)
                child_steps.run(plan, report, proceed, self._self)
            isolate.pid = pid
            isolate.running = True
            isolate.failure = b""
            self._admit(isolate, plan, go)
        except BaseException:
            os.close(errors)
            os.close(output)
            raise
        finally:
            for descriptor in (report, proceed, go, stderr):
                os.close(descriptor)
        isolate.errors, isolate.output = errors, output
        os.set_blocking(errors, False)
        os.set_blocking(output, False)
        self._on(errors, lambda: self._setup_progress(isolate))
        self._on(output, lambda: self._read_output(isolate))

    def _clone_best(self, isolate: _Isolate, plan: child_steps.ChildPlan) -> int:
        """Clone with as many namespaces as the system gives; in the child, returns 0."""
        while True:
            try:
                return namespaces.clone(plan.flags)
            except OSError as error:
                if not plan.flags:
                    raise
                self._give_up_candidate(isolate, str(error), transient=error.errno in _TRANSIENT)
            fewer = self._plan(isolate)
            plan.flags, plan.root, plan.ids = fewer.flags, fewer.root, fewer.ids
            plan.threads = fewer.threads

    def _give_up_candidate(self, isolate: _Isolate, reason: str, *, transient: bool) -> None:
        isolate.candidate += 1
        self._lost = reason
        if not transient:
            self._candidate = max(self._candidate, isolate.candidate)

    def _admit(self, isolate: _Isolate, plan: child_steps.ChildPlan, go: int) -> None:
        """Write what only the parent may write, then let the child go on."""
        if plan.flags & namespaces.NEWUSER:
            try:
                namespaces.write_id_maps(isolate.pid, plan.ids)
            except OSError as error:
                isolate.failure = f"!namespaces\0user map: {error}\n".encode()
                return
        try:
            # When memory runs out, the guest goes before anything else of the machine.
            score = os.open(f"/proc/{isolate.pid}/oom_score_adj", os.O_WRONLY | os.O_CLOEXEC)
        except OSError:
            pass
        else:
            try:
                os.write(score, b"1000")
            except OSError:
                pass
            os.close(score)
        os.write(go, b"g")

    def _setup_progress(self, isolate: _Isolate) -> None:
        try:
            data = os.read(isolate.errors, 65536)
        except BlockingIOError:
            return
        if data:
            isolate.failure += data
            return
        self._off(isolate.errors)
        os.close(isolate.errors)
        isolate.errors = -1
        for line in isolate.failure.splitlines():
            layer, _, reason = line[1:].decode("utf-8", "replace").partition("\0")
            if line.startswith(b"!"):
                self._setup_failed(isolate, layer, reason)
                return
            isolate.layers[layer] = f"no: {reason}"
        self._close_pipes(isolate)
        self._tell(isolate, {"spawned": isolate.pid, "layers": isolate.layers})
        if not isolate.running:
            self._announce_exit(isolate)

    def _setup_failed(self, isolate: _Isolate, layer: str, reason: str) -> None:
        self._kill(isolate)
        os.waitpid(isolate.pid, 0)
        isolate.pid = 0
        isolate.running = False
        self._close_output(isolate)
        if layer == "namespaces" and isolate.flags and not isolate.abandoned:
            self._give_up_candidate(isolate, reason, transient=False)
            self._start(isolate)
        elif isolate.abandoned:
            self._forget(isolate)
        else:
            self._fail(isolate, layer, reason)

    # Watching

    def _read_output(self, isolate: _Isolate) -> bool:
        """Keep the end of what the engine prints. Returns whether there may be more."""
        try:
            data = os.read(isolate.output, 65536)
        except BlockingIOError:
            return False
        if not data:
            self._close_output(isolate)
            return False
        isolate.tail += data
        del isolate.tail[:-STDERR_TAIL]
        return True

    def _close_output(self, isolate: _Isolate) -> None:
        if isolate.output >= 0:
            self._off(isolate.output)
            os.close(isolate.output)
            isolate.output = -1

    def _control(self, isolate: _Isolate) -> None:
        try:
            data = isolate.control.recv(64)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data.startswith(b"d"):
            if isolate.running and not self._limit_data(isolate, int(data[1:])):
                isolate.tail += b"\nits memory limit could not be set\n"
                self._kill(isolate)
            return
        if isolate.running:
            self._kill(isolate)
        if data:
            return
        self._off(isolate.control.fileno())
        del self._isolates[isolate.control.fileno()]
        isolate.control.close()
        isolate.abandoned = True
        # Kept under a key of its own until it is reaped.
        self._isolates[-id(isolate)] = isolate
        if not isolate.running:
            self._forget(isolate)

    def _limit_data(self, isolate: _Isolate, size: int) -> bool:
        """Set a limit of a child as its own user would, in a process that becomes that user."""
        pid = namespaces.clone(0)
        if pid == 0:
            try:
                if isolate.ids is not None:
                    uid, gid = isolate.ids
                    os.setresgid(gid, gid, gid)
                    os.setresuid(uid, uid, uid)
                set_data_limit(isolate.pid, size)
                os._exit(0)
            finally:
                os._exit(1)
        return os.waitpid(pid, 0)[1] == 0

    def _kill(self, isolate: _Isolate) -> None:
        try:
            os.kill(isolate.pid, _SIGKILL)
        except ProcessLookupError:
            pass

    def _children_changed(self) -> None:
        try:
            os.read(self._wakeup, 4096)
        except BlockingIOError:
            pass
        for isolate in list(self._isolates.values()):
            if isolate.running and _has_ended(isolate.pid):
                isolate.running = False
                if isolate.errors < 0:
                    self._announce_exit(isolate)

    def _announce_exit(self, isolate: _Isolate) -> None:
        while isolate.output >= 0 and self._read_output(isolate):
            pass
        code, status, cpu_time, max_rss = _how_it_ended(isolate.pid)
        self._tell(
            isolate,
            {
                "exited": status if code == 1 else None,
                "signal": None if code == 1 else status,
                "stderr": bytes(isolate.tail),
                "cpu_time": cpu_time,
                "max_rss": max_rss,
            },
        )
        if isolate.abandoned:
            self._forget(isolate)

    def _forget(self, isolate: _Isolate) -> None:
        if isolate.errors >= 0:
            return  # Its set-up is still being read; that comes back here.
        self._close_output(isolate)
        self._close_pipes(isolate)
        if isolate.pid:
            os.waitpid(isolate.pid, 0)
        del self._isolates[-id(isolate)]


_P_PID, _WNOHANG, _WEXITED, _WNOWAIT = 1, 1, 4, 0x01000000


def _wait(pid: int, flags: int) -> tuple[bytes, bytes]:
    information, usage = ctypes.create_string_buffer(128), ctypes.create_string_buffer(144)
    syscalls.syscall("waitid", _P_PID, pid, information, flags, usage)
    return information.raw, usage.raw


def _has_ended(pid: int) -> bool:
    information, _ = _wait(pid, _WEXITED | _WNOWAIT | _WNOHANG)
    return bool(struct.unpack_from("=i", information)[0])


def _how_it_ended(pid: int) -> tuple[int, int, float, int]:
    """How a zombie ended, without reaping it: kind, status, CPU seconds, largest resident bytes."""
    information, usage = _wait(pid, _WEXITED | _WNOWAIT)
    _, _, code, _, _, _, status = struct.unpack_from("=7i", information)
    user, user_micro, system, system_micro, max_rss = struct.unpack_from("=5q", usage)
    cpu_time = user + system + (user_micro + system_micro) / 1e6
    return code, status, cpu_time, max_rss * 1024


def _pipes(count: int) -> list[tuple[int, int]]:
    """Pipes, or none of them."""
    made: list[tuple[int, int]] = []
    try:
        while len(made) < count:
            made.append(os.pipe2(os.O_CLOEXEC))
    except OSError:
        for ends in made:
            os.close(ends[0])
            os.close(ends[1])
        raise
    return made


def _pidfd(pid: int) -> int:
    try:
        return os.pidfd_open(pid)
    except OSError:
        return -1


def _unprivileged_ids() -> tuple[int, int] | None:
    """A user and group without rights, that exist in our own user namespace."""
    ids: list[int] = []
    for kind in ("uid", "gid"):
        with open(f"/proc/self/{kind}_map") as file:
            ranges = [tuple(map(int, line.split())) for line in file]
        last = max(first + count - 1 for first, _, count in ranges)
        if any(first <= _NOBODY < first + count for first, _, count in ranges):
            ids.append(_NOBODY)
        elif last > 0:
            ids.append(last)
        else:
            return None
    return ids[0], ids[1]


def main() -> None:
    """Run the spawner. Arguments: descriptor of the request socket, process id of the host."""
    requests, host = int(sys.argv[1]), int(sys.argv[2])
    # A Ctrl-C in the host's terminal is the host's to handle.
    _signal.signal(_SIGINT, _signal.SIG_IGN)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    spawner = Spawner(requests, host)
    # Children copy what they write to, and reference counts and the collector write everywhere.
    gc.freeze()
    gc.disable()
    spawner.run()
