"""The system-call filter: an allow-list, compiled to BPF.

Two filters guard an isolate, and the kernel takes the stricter answer of the two.

* The **boot** filter is installed by the spawned child just before ``execve``. It lets the engine
  load its libraries, start its threads and open its three pipes. Whatever it does not name fails
  with ``EPERM``.
* The **seal** filter is installed by the guest's own boot code, on all threads at once, after the
  pipes are open and before any user code runs. It takes away everything that only booting needed:
  opening, executing, file metadata, new descriptors, ``prctl``, further filters.

A rule names a system call, the reason why the engine needs it, and optionally conditions on its
arguments. A call is allowed when any alternative holds; an alternative is a tuple of comparisons
of which all must hold. Comparisons are on 64-bit values: a filter that looks at 32 bits of a
pointer-sized argument can be passed by setting the other half.
"""

from __future__ import annotations

import struct

from . import syscalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # AUDIT_ARCH_*
_X32_BIT = 0x40000000

_LOAD, _JEQ, _JGE, _AND, _RET, _JA = 0x20, 0x15, 0x35, 0x54, 0x06, 0x05

ALLOW = 0x7FFF0000
KILL = 0x80000000
LOG = 0x7FFC0000
EPERM = 0x00050000 | 1
EEXIST = 0x00050000 | 17
ENOSYS = 0x00050000 | 38


def equal(argument: int, value: int) -> tuple[int, int, int]:
    """Argument number ``argument`` has exactly this value."""
    return (argument, 0xFFFFFFFFFFFFFFFF, value)


def equal32(argument: int, value: int) -> tuple[int, int, int]:
    """The same for an ``int`` argument, of which the kernel reads 32 bits only."""
    return (argument, 0xFFFFFFFF, value)


def masked(argument: int, mask: int, value: int) -> tuple[int, int, int]:
    """The bits of ``mask`` in the argument have this value."""
    return (argument, mask, value)


if TYPE_CHECKING:
    Comparison = tuple[int, int, int]
    Alternatives = tuple[tuple[Comparison, ...], ...]
    Rules = Mapping[str, Alternatives]
    Instruction = tuple[int, int, int, int]

_THREAD = 0x00010000 | 0x00000100 | 0x00000800  # CLONE_THREAD | CLONE_VM | CLONE_SIGHAND
_NEW_NAMESPACE = 0x7E020000  # CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
_ANY: Alternatives = ()
_SELF = -1  # replaced by the pid that the filter is built for


# Needed for as long as the isolate runs.
RUNNING: Rules = {
    "read": _ANY,  # requests and replies from the host
    "write": _ANY,  # frames to the host; waking the event loop
    "readv": _ANY,  # the engine's buffered reads
    "writev": _ANY,  # the engine's vectored writes to its pipes
    "close": _ANY,  # ends of pipes
    "lseek": _ANY,  # the engine asks a pipe whether it can seek; no file is open
    "fstat": _ANY,  # size of an already open descriptor
    "mmap": _ANY,  # heap; executable pages are the JIT, and no file is open to map
    "mprotect": _ANY,  # V8 opens and closes its code pages
    "munmap": _ANY,  # heap
    "mremap": _ANY,  # growing an allocation
    "brk": _ANY,  # malloc
    "madvise": _ANY,  # giving memory back
    "pkey_mprotect": _ANY,  # V8 guards code pages with protection keys where the CPU has them
    "futex": _ANY,  # locks between threads, Atomics.wait
    "rt_sigaction": _ANY,  # crash handlers and wasm traps
    "rt_sigprocmask": _ANY,  # thread start blocks signals
    "rt_sigreturn": _ANY,  # return from a wasm trap handler
    "sigaltstack": _ANY,  # each thread's stack for crash handlers
    "restart_syscall": _ANY,  # an interrupted sleep goes on
    "clone": (  # V8's and tokio's worker threads; never a process, never a namespace
        (masked(0, _THREAD | _NEW_NAMESPACE, _THREAD),),
    ),
    "set_robust_list": _ANY,  # thread start
    "rseq": _ANY,  # thread start (glibc 2.35)
    "sched_yield": _ANY,  # spinning locks
    "sched_getaffinity": _ANY,  # how many threads to start; the number of processors, no more
    "sched_getscheduler": _ANY,  # V8's mutexes ask for their thread's priority when contended
    "sched_getparam": _ANY,  # the same
    "getcpu": _ANY,  # allocator arenas
    "exit": _ANY,  # end of a thread
    "exit_group": _ANY,  # end of the isolate
    "nanosleep": _ANY,  # parked threads
    "clock_nanosleep": _ANY,  # parked threads
    "clock_gettime": _ANY,  # Date and performance.now where the vDSO cannot answer
    "clock_getres": _ANY,  # the same
    "gettimeofday": _ANY,  # Date where the vDSO cannot answer
    "time": _ANY,  # the same, older callers
    "getrandom": _ANY,  # crypto.getRandomValues, hash seeds
    "getpid": _ANY,  # abort
    "gettid": _ANY,  # thread names, abort
    "epoll_wait": _ANY,  # the event loop
    "epoll_pwait": _ANY,  # the same on aarch64
    "epoll_ctl": _ANY,  # the event loop watches descriptors that it has
    "poll": _ANY,  # waiting on a pipe
    "ppoll": _ANY,  # the same on aarch64
    "getrusage": ((equal32(0, 0),), (equal32(0, 1),)),  # own CPU time; not of children
    "membarrier": _ANY,  # code patching across threads
    "uname": _ANY,  # libraries ask for the kernel's version; the namespace hides the host's name
    "sysinfo": _ANY,  # V8 sizes its heap from total memory
    # AF_UNIX: how the engine's signal thread is woken. It is made when the event loop first waits,
    # which is after the seal; without it the engine panics. A pair reaches nobody else.
    "socketpair": ((equal32(0, 1),),),
    "recvfrom": _ANY,  # reading from that pair; no other socket can exist
    "tgkill": ((equal32(0, _SELF),),),  # abort() signals itself; no other process
    "kill": ((equal32(0, _SELF),),),  # the same
    "prctl": (  # names of threads and of memory areas; nothing that changes what it may do
        (equal32(0, 15),),  # PR_SET_NAME
        (equal32(0, 0x53564D41),),  # PR_SET_VMA
    ),
}

# Needed until the guest has opened its pipes, then taken away by the seal.
BOOTING: Rules = {
    "execve": _ANY,  # the one execution of the engine; Landlock bounds what can be executed
    "open": _ANY,  # libraries and the pipes; Landlock bounds what can be opened
    "openat": _ANY,  # the same
    "pread64": _ANY,  # the loader reads ELF headers
    "stat": _ANY,  # module resolution
    "lstat": _ANY,  # module resolution
    "newfstatat": _ANY,  # module resolution, and fstat of glibc 2.33 and later
    "statx": _ANY,  # module resolution
    "access": _ANY,  # the loader looks for ld.so.preload
    "faccessat": _ANY,  # the same on aarch64
    "readlink": _ANY,  # the engine finds its own path
    "readlinkat": _ANY,  # the same on aarch64
    "getcwd": _ANY,  # the engine resolves its arguments
    "fcntl": (  # descriptor flags; never owner, lease or notification signals to others
        (equal32(1, 1),),  # F_GETFD
        (equal32(1, 2),),  # F_SETFD
        (equal32(1, 3),),  # F_GETFL
        (equal32(1, 4),),  # F_SETFL
        (equal32(1, 1030),),  # F_DUPFD_CLOEXEC: tokio clones its epoll descriptor
    ),
    "ioctl": (  # no terminal input injection (TIOCSTI), no device controls
        (equal32(1, 0x5401),),  # TCGETS: isatty
        (equal32(1, 0x5451),),  # FIOCLEX
        (equal32(1, 0x5421),),  # FIONBIO
    ),
    "epoll_create1": _ANY,  # the event loop
    "eventfd2": _ANY,  # waking the event loop
    "pkey_alloc": _ANY,  # one key for V8's code pages
    "pkey_free": _ANY,  # V8 gives it back when it cannot use it
    "set_tid_address": _ANY,  # libc start
    "arch_prctl": ((equal32(0, 0x1002),),),  # ARCH_SET_FS: thread-local storage of the first thread
    "getuid": _ANY,  # the engine asks who it is
    "geteuid": _ANY,  # the same
    "getgid": _ANY,  # the same
    "getegid": _ANY,  # the same
    "prlimit64": ((equal32(0, 0), equal(2, 0)),),  # reading own limits; setting none
    "getrlimit": _ANY,  # the same, older callers
    "prctl": (
        *RUNNING["prctl"],
        (equal32(0, 4), equal(1, 0)),  # PR_SET_DUMPABLE 0: the guest shuts itself off
    ),
    "seccomp": ((equal32(0, 1),),),  # SECCOMP_SET_MODE_FILTER: the seal
}

# Calls that callers know how to do without: they must hear that they do not exist.
ABSENT = ("clone3", "faccessat2", "openat2", "epoll_pwait2", "futex_wait", "futex_wake")

# The engine's own commands make the folders for what they write, and go on where one exists
# already. All that they need do: they are told so, and nothing is made.
EXISTING = ("mkdir", "mkdirat")


def _block(number: int, alternatives: Alternatives, denied: int, pid: int) -> list[Instruction]:
    """The instructions for one system call; every way through ends in a return."""
    if not alternatives:
        return [(_JEQ, 0, 1, number), (_RET, 0, 0, ALLOW)]
    body: list[Instruction] = []
    for alternative in alternatives:
        steps: list[Instruction] = []
        for argument, mask, value in alternative:
            expected = pid if value == _SELF else value
            for half in (0, 1):
                part = (mask >> (32 * half)) & 0xFFFFFFFF
                if not part:
                    continue
                steps.append((_LOAD, 0, 0, 16 + 8 * argument + 4 * half))
                if part != 0xFFFFFFFF:
                    steps.append((_AND, 0, 0, part))
                steps.append((_JEQ, 0, -1, (expected >> (32 * half)) & 0xFFFFFFFF))
        steps.append((_RET, 0, 0, ALLOW))
        # A comparison that fails goes on with the next alternative, just after this one's return.
        body += [
            (code, jt, len(steps) - 1 - at if jf == -1 else jf, k)
            for at, (code, jt, jf, k) in enumerate(steps)
        ]
    body.append((_RET, 0, 0, denied))
    return [(_JEQ, 0, len(body), number), *body]


def compile_rules(
    rules: Rules,
    *,
    machine: str,
    pid: int,
    absent: Sequence[str] = ABSENT,
    existing: Sequence[str] = (),
    default: int = EPERM,
) -> bytes:
    """Compile an allow-list into an array of ``struct sock_filter``.

    Rules with conditions come first: the kernel caches the answer of calls whose answer does not
    depend on arguments, so the order of those costs nothing.

    Args:
        pid: the process's id as it sees itself, for rules about signals to itself.
        default: what happens to calls that no rule allows.
    """
    numbers = syscalls.TABLES[machine]
    program: list[Instruction] = [
        (_LOAD, 0, 0, 4),
        # Another architecture's table has other numbers: 32-bit calls would pass by (int 0x80).
        (_JEQ, 1, 0, ARCHITECTURES[machine]),
        (_RET, 0, 0, KILL),
        (_LOAD, 0, 0, 0),
    ]
    if machine == "x86_64":
        # x32 calls are the same calls under other numbers.
        program += [(_JGE, 0, 1, _X32_BIT), (_RET, 0, 0, KILL)]
    for name in sorted(rules, key=lambda name: not rules[name]):
        if name in numbers:
            program += _block(numbers[name], rules[name], EPERM, pid)
    for names, answer in ((absent, ENOSYS), (existing, EEXIST)):
        for name in names:
            if name in numbers:
                program += [(_JEQ, 0, 1, numbers[name]), (_RET, 0, 0, answer)]
    program.append((_RET, 0, 0, default))
    return b"".join([struct.pack("=HBBI", *instruction) for instruction in program])


def boot_filter(pid: int, *, machine: str = syscalls.MACHINE, default: int = EPERM) -> bytes:
    """The filter that the engine starts under.

    Args:
        pid: the process's id as it sees itself (1 in a PID namespace of its own).
    """
    return compile_rules({**RUNNING, **BOOTING}, machine=machine, pid=pid, default=default)


def command_filter(pid: int, *, machine: str = syscalls.MACHINE) -> bytes:
    """The only filter of a process that runs one of the engine's own commands.

    Args:
        pid: as for `boot_filter`.
    """
    return compile_rules({**RUNNING, **BOOTING}, machine=machine, pid=pid, existing=EXISTING)


def seal_filter(pid: int = 1, *, machine: str = syscalls.MACHINE) -> bytes:
    """The filter that the guest's boot code installs on itself, as ``struct sock_filter[]``.

    It only ever takes away: the boot filter stays in force. Signals to itself are already bound to
    one pid by the boot filter, so the value of ``pid`` is of no consequence when both are in force.
    """
    rules = {name: how for name, how in RUNNING.items() if name not in ("kill", "tgkill")}
    rules |= {"kill": _ANY, "tgkill": _ANY}
    return compile_rules(rules, machine=machine, pid=pid)


def seal_syscall(machine: str = syscalls.MACHINE) -> int:
    """The number of ``seccomp(2)``, which the guest installs its seal with."""
    return syscalls.TABLES[machine]["seccomp"]


def install(program: bytes) -> None:
    """Put the calling thread under a filter. Raises ``OSError``.

    The process must have no_new_privs, or CAP_SYS_ADMIN in its user namespace.
    """
    import ctypes

    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
    syscalls.syscall("seccomp", 1, 0, header)
