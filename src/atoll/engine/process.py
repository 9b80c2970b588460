"""The host's side of an isolate's process: start it, hear of its end, kill it, measure it.

Nothing here waits for a child. ``spawn`` sends a request to the spawner, which is started when it
is first needed, and returns; everything that becomes of the child arrives on a socket of its own,
``control``, that an event loop or a blocking caller can watch. All functions may be called from
any thread; one ``IsolateProcess`` belongs to one thread at a time.
"""

from __future__ import annotations

import array
import atexit
import contextlib
import errno
import fcntl
import marshal
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from atoll.confinement import syscalls
from atoll.errors import AtollError, ConfinementUnavailable, EngineNotFound

from . import plain
from .environment import set_data_limit

Confinement = Literal["require", "best-effort", "off"]


@dataclass(frozen=True)
class SpawnOptions:
    """How to start one isolate's process.

    Attributes:
        argv: the engine's arguments; the first is its absolute path.
        readable_paths: absolute paths of files and folders that the guest may read.
        confinement: ``"require"`` fails without Landlock, seccomp, no_new_privs and rlimits;
            ``"best-effort"`` applies what there is; ``"off"`` applies no layer of the system.
        cpu_time: seconds of CPU after which the kernel kills the process, as a back-stop.
        max_threads: how many threads it may have; holds in a user namespace only.
        pipe_size: bytes that each pipe should hold, or ``None`` for the system's default. Best
            effort: the system bounds the sum per user.
        command: set when the engine runs one of its own commands (``transpile``, ``check``) over
            hostile files, and no guest code: the folder that it runs in, one of those that it may
            read. What it prints goes to the output pipe; nothing in it applies the seal.
    """

    argv: tuple[str, ...]
    readable_paths: tuple[str, ...] = ()
    confinement: Confinement = "require"
    cpu_time: float | None = None
    max_threads: int = 64
    pipe_size: int | None = None
    command: str | None = None
    _unavailable: tuple[str, ...] = field(default=(), repr=False)
    """For tests: layers to be treated as if this machine did not have them."""

    def __post_init__(self) -> None:
        if not self.argv or not os.path.isabs(self.argv[0]):
            raise ValueError("argv has to begin with the absolute path of the engine")
        for path in self.readable_paths:
            if not os.path.isabs(path) or os.path.normpath(path) != path:
                raise ValueError(f"readable_paths has to hold absolute, normal paths: {path!r}")
        if self.command is not None and self.command not in self.readable_paths:
            raise ValueError(f"command has to be one of readable_paths: {self.command!r}")


@dataclass(frozen=True)
class Spawned:
    """The engine was executed, with these layers around it."""

    pid: int
    layers: Mapping[str, str]


@dataclass(frozen=True)
class ProcessExit:
    """How a process ended.

    Attributes:
        exit_code: its exit status, or ``None`` when a signal ended it.
        signal: that signal's number, or ``None``.
        stderr: the last 8 KiB of what the engine printed to stdout and stderr.
        cpu_time: seconds of CPU that it used, all threads.
        max_rss: bytes, the largest resident size that it had.
    """

    exit_code: int | None
    signal: int | None
    stderr: str
    cpu_time: float
    max_rss: int

    def describe(self) -> str:
        """One sentence for a person."""
        if self.signal is None:
            how = f"exited with status {self.exit_code}"
        else:
            try:
                name = signal.Signals(self.signal).name
            except ValueError:
                name = f"signal {self.signal}"
            how = f"was ended by {name}"
        lines = [line.strip() for line in self.stderr.splitlines() if line.strip()]
        return f"The isolate's process {how}" + (f": {lines[-1]}" if lines else ".")


class _Handles:
    """The descriptors of one isolate, apart from it so that they outlive it for the finalizer."""

    def __init__(self, pipes: tuple[int, ...], control: socket.socket) -> None:
        self.pipes = pipes
        self.control = control

    def close(self) -> None:
        """Tell the spawner goodbye, on all copies of the socket, and close."""
        with contextlib.suppress(OSError):
            self.control.send(b"k")
        with contextlib.suppress(OSError):
            self.control.shutdown(socket.SHUT_RDWR)
        self.close_copies()

    def close_copies(self) -> None:
        """Close our copies only: what a forked child does."""
        pipes, self.pipes = self.pipes, ()
        for descriptor in pipes:
            with contextlib.suppress(OSError):
                os.close(descriptor)
        self.control.close()


class IsolateProcess:
    """One isolate's process, as its owner holds it.

    Attributes:
        input: write end of the guest's descriptor 3, non-blocking; -1 after ``close``.
        replies: write end of the guest's descriptor 4, non-blocking.
        output: read end of the guest's descriptor 5, non-blocking. Its end means that the process
            is gone, or will be at once; the ``ProcessExit`` then arrives on ``control``.
        control: readable when ``poll`` has something to say, non-blocking.
        pid: process id, once ``poll`` has returned ``Spawned``. It stays this process's until
            ``close``, even when the process has ended.
        layers: what confines it, once ``poll`` has returned ``Spawned``.
        exit: how it ended, once ``poll`` has returned it.
    """

    def __init__(self, pipes: tuple[int, int, int], control: socket.socket) -> None:
        self.input, self.replies, self.output = pipes
        self.control = control.fileno()
        self.pid: int | None = None
        self.layers: Mapping[str, str] = {}
        self.exit: ProcessExit | None = None
        self._handles = _Handles(pipes, control)
        self._finalizer = weakref.finalize(self, self._handles.close)
        # A daemon thread may still read from them then. The end of the spawner ends the process.
        self._finalizer.atexit = False
        _alive.add(self)

    def poll(self) -> Spawned | ProcessExit | None:
        """Read one message of the spawner without waiting; ``None`` when there is none.

        Raises:
            ConfinementUnavailable: a layer that must hold could not be applied.
            EngineNotFound: the engine could not be executed.
            AtollError: the system could not make a process.
        """
        if self.exit is not None or self.control < 0:
            return self.exit
        try:
            data = self._handles.control.recv(65536)
        except BlockingIOError:
            return None
        except ConnectionError:
            data = b""
        if not data:
            # The spawner died, and the kernel killed the child with it.
            self.exit = ProcessExit(None, int(signal.SIGKILL), "the spawner process died", 0.0, 0)
            return self.exit
        message: dict[str, Any] = marshal.loads(data)  # noqa: S302 — from our own spawner
        if "error" in message:
            # There is no process, so nothing else will come, whoever waits for it later.
            self.exit = ProcessExit(None, int(signal.SIGKILL), "it never ran", 0.0, 0)
            raise _error(message["layer"], message["error"])
        if "spawned" in message:
            self.pid = message["spawned"]
            self.layers = message["layers"]
            return Spawned(message["spawned"], self.layers)
        self.exit = ProcessExit(
            message["exited"],
            message["signal"],
            message["stderr"].decode("utf-8", "replace"),
            message["cpu_time"],
            message["max_rss"],
        )
        return self.exit

    def kill(self) -> None:
        """End the process with SIGKILL. Does nothing when it has ended, or after ``close``."""
        if self.exit is None and self.control >= 0:
            # The spawner is gone, and with it the child.
            with contextlib.suppress(OSError):
                self._handles.control.send(b"k")

    def close(self) -> None:
        """Close everything, which also ends the process. May be called again."""
        self.input = self.replies = self.output = self.control = -1
        self._finalizer()

    def cpu_time(self) -> float:
        """Seconds of CPU used so far, all threads; a clock read, without a file."""
        if self.exit is not None:
            return self.exit.cpu_time
        if self.pid is None or self.control < 0:
            return 0.0
        # The kernel's encoding of "the CPU clock of that process" (MAKE_PROCESS_CPUCLOCK).
        try:
            return time.clock_gettime((~self.pid << 3) | 2)
        except OSError:
            return 0.0  # Not on this system.

    def memory(self) -> int:
        """Bytes of resident memory that are the process's own; 0 when it is not running."""
        words = self._statm()
        return (words[1] - words[2]) * _PAGE if words else 0

    def data_size(self) -> int:
        """Bytes that ``RLIMIT_DATA`` counts (VmData); 0 when it is not running."""
        try:
            with open(f"/proc/{self._running_pid()}/status", "rb") as file:
                for line in file:
                    if line.startswith(b"VmData:"):
                        return int(line.split()[1]) * 1024
        except OSError:
            pass
        return 0

    def limit_data(self, size: int) -> None:
        """Bound private writable memory from now on; growing past it fails in the guest.

        Where this process may not set limits of the guest's user (root in a container, without
        CAP_SYS_RESOURCE and user namespaces), the spawner does it a moment later, and ends the
        isolate if it cannot.

        Args:
            size: bytes, as ``data_size`` counts them.

        Raises:
            ProcessLookupError: it is not running.
        """
        try:
            set_data_limit(self._running_pid(), size)
        except PermissionError:
            with contextlib.suppress(OSError):
                self._handles.control.send(b"d%d" % size)

    def _running_pid(self) -> int:
        if self.pid is None or self.exit is not None or self.control < 0:
            raise ProcessLookupError(errno.ESRCH, "the isolate's process is not running")
        return self.pid

    def _statm(self) -> list[int]:
        try:
            with open(f"/proc/{self._running_pid()}/statm", "rb") as file:
                return [int(word) for word in file.read().split()]
        except OSError:
            return []

    def _forked(self) -> None:
        self._finalizer.detach()
        self.input = self.replies = self.output = self.control = -1
        self._handles.close_copies()


_NO_LAYERS = syscalls.NUMBERS is None
# Messages with borders; macOS has no SOCK_SEQPACKET, and Linux tells no end of a SOCK_DGRAM.
_MESSAGES = socket.SOCK_DGRAM if _NO_LAYERS else socket.SOCK_SEQPACKET
_PAGE = resource.getpagesize()
_alive: weakref.WeakSet[IsolateProcess] = weakref.WeakSet()


def _error(layer: str, reason: str) -> AtollError:
    if layer == "engine":
        return EngineNotFound(f"The engine could not be started: {reason}")
    if layer == "resources":
        return AtollError(f"The system could not make a process for the isolate: {reason}")
    return ConfinementUnavailable(
        f"The layer {layer!r} cannot be applied on this machine: {reason}. "
        "Run `atoll doctor` to see what holds here, or choose confinement='best-effort'.",
        layer,
    )


# A package with nothing in it but its path: what the real one imports for users would double the
# spawner's start.
_BOOT = (
    "import sys; package = sys.modules['atoll'] = type(sys)('atoll'); "
    "package.__path__ = [sys.argv[3]]; from atoll.engine.spawner import main; main()"
)


_LONGEST_REQUEST = 60_000
"""Bytes; the spawner reads no more than this at once."""


class _Spawner:
    """The host's end of the spawner process, started when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def request(self, message: bytes, descriptors: list[int]) -> None:
        """Send one request; a dead spawner is replaced once. Raises ``OSError``."""
        ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", descriptors))]
        with self._lock:
            for last in (False, True):
                requests = self._socket or self._start()
                try:
                    requests.sendmsg([message], ancillary, socket.MSG_NOSIGNAL)
                    return
                except ConnectionError:
                    self._discard()
                    if last:
                        raise

    def _start(self) -> socket.socket:
        if not sys.executable:
            raise AtollError(
                "Isolates are started by a small Python process, and sys.executable does not say "
                "where Python is. In a program that embeds Python, set sys.executable first."
            )
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        with theirs:
            number = theirs.fileno()
            arguments = [str(number), str(os.getpid()), package]
            keep = {k: v for k, v in os.environ.items() if k == "LD_LIBRARY_PATH"}
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-I", "-S", "-c", _BOOT, *arguments],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=(number,),
                    cwd="/",
                    env=keep,
                    start_new_session=True,
                )
            except BaseException:
                ours.close()
                raise
        self._socket = ours
        return ours

    def _discard(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End the spawner and with it every isolate."""
        with self._lock:
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)
            self._discard()

    def forked(self) -> None:
        """In a forked child: forget the parent's spawner."""
        self._lock = threading.Lock()
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            # Not our child: nothing to wait for, and no warning that it still runs.
            self._process.returncode = 0
            self._process = None


_spawner = _Spawner()
atexit.register(_spawner.stop)


def _after_fork() -> None:
    _spawner.forked()
    for process in list(_alive):
        process._forked()
    _alive.clear()


os.register_at_fork(after_in_child=_after_fork)


def spawner_pid() -> int | None:
    """The spawner's process id, or ``None`` when none was started."""
    return _spawner.pid


def spawn(options: SpawnOptions) -> IsolateProcess:
    """Ask for a process. Returns at once; ``poll`` says what became of it.

    Raises:
        AtollError: too many open files, or no spawner could be started.
    """
    if _NO_LAYERS and options.confinement == "require":
        raise _error("operating system", f"Atoll has no layers for {sys.platform}")
    ours: list[int] = []
    theirs: list[int] = []
    control: socket.socket | None = None
    try:
        for host_reads in (False, False, True):
            read, write = os.pipe()
            ours.append(read if host_reads else write)
            theirs.append(write if host_reads else read)
            os.set_blocking(ours[-1], False)
            if options.pipe_size is not None:
                widen_pipe(read, options.pipe_size)
        control, far = socket.socketpair(socket.AF_UNIX, _MESSAGES)
        control.setblocking(False)
        if _NO_LAYERS:
            plain.start(options.argv, theirs, far, command=options.command)
        else:
            theirs.append(far.detach())
            _spawner.request(_request(options), theirs)
        return IsolateProcess((ours[0], ours[1], ours[2]), control)
    except BaseException as error:
        for descriptor in ours:
            os.close(descriptor)
        if control is not None:
            control.close()
        if isinstance(error, OSError):
            raise _too_many(error) from error
        raise
    finally:
        for descriptor in theirs:
            os.close(descriptor)


def _request(options: SpawnOptions) -> bytes:
    message = marshal.dumps(
        {
            "argv": options.argv,
            "readable": options.readable_paths,
            "confinement": options.confinement,
            "cpu_time": options.cpu_time,
            "threads": options.max_threads,
            "command": options.command,
            "unavailable": options._unavailable,
        }
    )
    if len(message) > _LONGEST_REQUEST:
        raise ValueError(f"argv and readable_paths take {len(message)} bytes, which is too much")
    return message


def widen_pipe(pipe: int, size: int) -> None:
    """Let a pipe hold that many bytes, if the system allows it: it bounds the sum per user."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, size)


def _too_many(error: OSError) -> AtollError:
    if error.errno in (errno.EMFILE, errno.ENFILE, errno.ETOOMANYREFS):
        return AtollError(
            f"No more descriptors for another isolate ({error.strerror}): each one takes four. "
            "Close isolates that are no longer used, or raise the limit (ulimit -n, or "
            "resource.setrlimit(resource.RLIMIT_NOFILE, …))."
        )
    if error.errno == errno.EAGAIN:
        return AtollError(
            f"No process could be started ({error.strerror}): there may be no more of them, in all "
            "or for this user. End some, or raise the limit (ulimit -u)."
        )
    return AtollError(f"The spawner process could not be used: {error}")
