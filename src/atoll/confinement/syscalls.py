"""System calls that Python has no function for, and their numbers.

Only ``ctypes`` is imported: this module is loaded by the spawner, whose start is part of the cold
start. Numbers are from the kernel's ``asm/unistd_64.h`` (x86-64) and ``asm-generic/unistd.h``
(aarch64); a call that an architecture does not have is absent from its table.
"""

from __future__ import annotations

import ctypes
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

# fmt: off
X86_64: dict[str, int] = {
    "accept4": 288, "access": 21, "acct": 163, "add_key": 248, "arch_prctl": 158, "bind": 49,
    "bpf": 321, "brk": 12, "capget": 125, "capset": 126, "chroot": 161, "clock_getres": 229,
    "clock_gettime": 228, "clock_nanosleep": 230, "clone": 56, "clone3": 435, "close": 3,
    "close_range": 436, "connect": 42, "delete_module": 176, "dup": 32, "dup2": 33, "dup3": 292,
    "epoll_create1": 291, "epoll_ctl": 233, "epoll_pwait": 281, "epoll_pwait2": 441,
    "epoll_wait": 232, "eventfd2": 290, "execve": 59, "execveat": 322, "exit": 60,
    "exit_group": 231, "faccessat": 269, "faccessat2": 439, "fanotify_init": 300, "fchmod": 91,
    "fchmodat": 268, "fcntl": 72, "finit_module": 313, "fork": 57, "fsopen": 430, "fstat": 5,
    "ftruncate": 77, "futex": 202, "futex_wait": 455, "futex_wake": 454, "getcpu": 309,
    "getcwd": 79, "getdents64": 217, "getegid": 108, "geteuid": 107, "getgid": 104, "getpid": 39,
    "getppid": 110, "getrandom": 318, "getrlimit": 97, "getrusage": 98, "gettid": 186,
    "gettimeofday": 96, "getuid": 102, "init_module": 175, "inotify_init1": 294, "io_setup": 206,
    "io_uring_setup": 425, "ioctl": 16, "ioperm": 173, "iopl": 172, "kcmp": 312,
    "kexec_load": 246, "keyctl": 250, "kill": 62, "landlock_add_rule": 445,
    "landlock_create_ruleset": 444, "landlock_restrict_self": 446, "linkat": 265, "listen": 50,
    "lookup_dcookie": 212, "lseek": 8, "lstat": 6, "madvise": 28, "map_shadow_stack": 453,
    "mbind": 237, "membarrier": 324, "memfd_create": 319, "memfd_secret": 447, "mkdir": 83,
    "mkdirat": 258, "mknodat": 259, "mlock": 149, "mmap": 9, "modify_ldt": 154, "mount": 165,
    "mount_setattr": 442, "move_mount": 429, "mprotect": 10, "mq_open": 240, "mremap": 25,
    "mseal": 462, "msgget": 68, "munmap": 11, "name_to_handle_at": 303, "nanosleep": 35,
    "newfstatat": 262, "open": 2, "open_by_handle_at": 304, "open_tree": 428, "openat": 257,
    "openat2": 437, "perf_event_open": 298, "personality": 135, "pidfd_getfd": 438,
    "pidfd_open": 434, "pidfd_send_signal": 424, "pipe": 22, "pipe2": 293, "pivot_root": 155,
    "pkey_alloc": 330, "pkey_free": 331, "pkey_mprotect": 329, "poll": 7, "ppoll": 271,
    "prctl": 157, "pread64": 17, "preadv": 295, "prlimit64": 302, "process_madvise": 440,
    "process_mrelease": 448, "process_vm_readv": 310, "process_vm_writev": 311, "ptrace": 101,
    "pwrite64": 18, "pwritev": 296, "quotactl": 179, "read": 0, "readlink": 89, "readlinkat": 267,
    "readv": 19, "reboot": 169, "recvfrom": 45, "recvmsg": 47, "renameat2": 316,
    "request_key": 249, "restart_syscall": 219, "rseq": 334, "rt_sigaction": 13,
    "rt_sigprocmask": 14, "rt_sigqueueinfo": 129, "rt_sigreturn": 15, "rt_sigsuspend": 130,
    "rt_sigtimedwait": 128, "rt_tgsigqueueinfo": 297, "sched_getaffinity": 204,
    "sched_getparam": 143, "sched_getscheduler": 145, "sched_setaffinity": 203,
    "sched_setattr": 314, "sched_setscheduler": 144, "sched_yield": 24, "seccomp": 317,
    "semget": 64, "sendmmsg": 307, "sendmsg": 46, "sendto": 44, "set_mempolicy": 238,
    "set_robust_list": 273, "set_tid_address": 218, "setgroups": 116, "sethostname": 170,
    "setitimer": 38, "setns": 308, "setpgid": 109, "setpriority": 141, "setresgid": 119,
    "setresuid": 117, "setrlimit": 160, "setsid": 112, "shmat": 30, "shmget": 29,
    "sigaltstack": 131, "signalfd4": 289, "socket": 41, "socketpair": 53, "splice": 275,
    "stat": 4, "statx": 332, "swapon": 167, "symlinkat": 266, "sysinfo": 99, "syslog": 103,
    "tee": 276, "tgkill": 234, "time": 201, "timer_create": 222, "timerfd_create": 283,
    "times": 100, "tkill": 200, "truncate": 76, "umount2": 166, "uname": 63, "unlinkat": 263,
    "unshare": 272, "userfaultfd": 323, "vfork": 58, "vmsplice": 278, "waitid": 247, "write": 1,
    "writev": 20,
}

AARCH64: dict[str, int] = {
    "accept4": 242, "acct": 89, "add_key": 217, "bind": 200, "bpf": 280, "brk": 214, "capget": 90,
    "capset": 91, "chroot": 51, "clock_getres": 114, "clock_gettime": 113, "clock_nanosleep": 115,
    "clone": 220, "clone3": 435, "close": 57, "close_range": 436, "connect": 203,
    "delete_module": 106, "dup": 23, "dup3": 24, "epoll_create1": 20, "epoll_ctl": 21,
    "epoll_pwait": 22, "epoll_pwait2": 441, "eventfd2": 19, "execve": 221, "execveat": 281,
    "exit": 93, "exit_group": 94, "faccessat": 48, "faccessat2": 439, "fanotify_init": 262,
    "fchmod": 52, "fchmodat": 53, "fcntl": 25, "finit_module": 273, "fsopen": 430, "fstat": 80,
    "ftruncate": 46, "futex": 98, "futex_wait": 455, "futex_wake": 454, "getcpu": 168,
    "getcwd": 17, "getdents64": 61, "getegid": 177, "geteuid": 175, "getgid": 176, "getpid": 172,
    "getppid": 173, "getrandom": 278, "getrlimit": 163, "getrusage": 165, "gettid": 178,
    "gettimeofday": 169, "getuid": 174, "init_module": 105, "inotify_init1": 26, "io_setup": 0,
    "io_uring_setup": 425, "ioctl": 29, "kcmp": 272, "kexec_load": 104, "keyctl": 219,
    "kill": 129, "landlock_add_rule": 445, "landlock_create_ruleset": 444,
    "landlock_restrict_self": 446, "linkat": 37, "listen": 201, "lookup_dcookie": 18, "lseek": 62,
    "madvise": 233, "map_shadow_stack": 453, "mbind": 235, "membarrier": 283, "memfd_create": 279,
    "memfd_secret": 447, "mkdirat": 34, "mknodat": 33, "mlock": 228, "mmap": 222, "mount": 40,
    "mount_setattr": 442, "move_mount": 429, "mprotect": 226, "mq_open": 180, "mremap": 216,
    "mseal": 462, "msgget": 186, "munmap": 215, "name_to_handle_at": 264, "nanosleep": 101,
    "newfstatat": 79, "open_by_handle_at": 265, "open_tree": 428, "openat": 56, "openat2": 437,
    "perf_event_open": 241, "personality": 92, "pidfd_getfd": 438, "pidfd_open": 434,
    "pidfd_send_signal": 424, "pipe2": 59, "pivot_root": 41, "pkey_alloc": 289, "pkey_free": 290,
    "pkey_mprotect": 288, "ppoll": 73, "prctl": 167, "pread64": 67, "preadv": 69,
    "prlimit64": 261, "process_madvise": 440, "process_mrelease": 448, "process_vm_readv": 270,
    "process_vm_writev": 271, "ptrace": 117, "pwrite64": 68, "pwritev": 70, "quotactl": 60,
    "read": 63, "readlinkat": 78, "readv": 65, "reboot": 142, "recvfrom": 207, "recvmsg": 212,
    "renameat2": 276, "request_key": 218, "restart_syscall": 128, "rseq": 293,
    "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigqueueinfo": 138, "rt_sigreturn": 139,
    "rt_sigsuspend": 133, "rt_sigtimedwait": 137, "rt_tgsigqueueinfo": 240,
    "sched_getaffinity": 123, "sched_getparam": 121, "sched_getscheduler": 120,
    "sched_setaffinity": 122, "sched_setattr": 274, "sched_setscheduler": 119, "sched_yield": 124,
    "seccomp": 277, "semget": 190, "sendmmsg": 269, "sendmsg": 211, "sendto": 206,
    "set_mempolicy": 237, "set_robust_list": 99, "set_tid_address": 96, "setgroups": 159,
    "sethostname": 161, "setitimer": 103, "setns": 268, "setpgid": 154, "setpriority": 140,
    "setresgid": 149, "setresuid": 147, "setrlimit": 164, "setsid": 157, "shmat": 196,
    "shmget": 194, "sigaltstack": 132, "signalfd4": 74, "socket": 198, "socketpair": 199,
    "splice": 76, "statx": 291, "swapon": 224, "symlinkat": 36, "sysinfo": 179, "syslog": 116,
    "tee": 77, "tgkill": 131, "timer_create": 107, "timerfd_create": 85, "times": 153,
    "tkill": 130, "truncate": 45, "umount2": 39, "uname": 160, "unlinkat": 35, "unshare": 97,
    "userfaultfd": 282, "vmsplice": 75, "waitid": 95, "write": 64, "writev": 66,
}
# fmt: on

TABLES: dict[str, dict[str, int]] = {"x86_64": X86_64, "aarch64": AARCH64}

MACHINE = os.uname().machine if sys.platform != "win32" else ""
NUMBERS: Mapping[str, int] | None = TABLES.get(MACHINE) if sys.platform == "linux" else None
"""The running machine's table; ``None`` where the operating system's layers cannot be used."""

libc = ctypes.CDLL(None, use_errno=True)
_syscall = libc.syscall
_syscall.restype = ctypes.c_long
_prctl = libc.prctl

_Argument = object


def syscall(name: str, *arguments: object) -> int:
    """Make a system call. ``bytes`` pass as pointers, integers as 64-bit words.

    Raises:
        OSError: with the call's errno; ``ENOSYS`` when this architecture does not have it.
    """
    number = NUMBERS.get(name) if NUMBERS is not None else None
    if number is None:
        raise OSError(38, f"{name}: not available on {sys.platform} {MACHINE}")
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result: int = _syscall(ctypes.c_long(number), *words)
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")
    return result


def prctl(option: int, *arguments: int) -> int:
    """``prctl(2)``. Raises ``OSError``."""
    words = [ctypes.c_ulong(a) for a in (*arguments, 0, 0, 0, 0)[:4]]
    result: int = _prctl(ctypes.c_int(option), *words)
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, f"prctl {option}: {os.strerror(error)}")
    return result


PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECUREBITS = 28
PR_SET_NO_NEW_PRIVS = 38
PR_CAPBSET_DROP = 24
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
