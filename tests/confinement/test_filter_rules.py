"""The filters as programs: each rule is there, for both architectures, and nothing else is."""

from __future__ import annotations

import struct
from collections.abc import Mapping

import pytest

from atoll.confinement import seccomp, syscalls

MACHINES = ("x86_64", "aarch64")
ALLOWED, EPERM, EEXIST, ENOSYS, KILLED = "allowed", "EPERM", "EEXIST", "ENOSYS", "killed"
_VERDICTS = {
    seccomp.ALLOW: ALLOWED,
    seccomp.EPERM: EPERM,
    seccomp.EEXIST: EEXIST,
    seccomp.ENOSYS: ENOSYS,
    seccomp.KILL: KILLED,
}
PID = 4321


def judge(
    program: bytes, machine: str, number: int, *arguments: int, architecture: int | None = None
) -> str:
    """Run a filter as the kernel would (see Documentation/networking/filter.rst)."""
    arch = seccomp.ARCHITECTURES[machine] if architecture is None else architecture
    words = [a & 0xFFFFFFFFFFFFFFFF for a in (*arguments, 0, 0, 0, 0, 0, 0)[:6]]
    data = struct.pack("<iIQ6Q", number, arch, 0, *words)
    code = list(struct.iter_unpack("=HBBI", program))
    at = accumulator = 0
    while True:
        operation, jump_true, jump_false, k = code[at]
        at += 1
        if operation == 0x20:
            accumulator = struct.unpack_from("<I", data, k)[0]
        elif operation == 0x54:
            accumulator &= k
        elif operation == 0x15:
            at += jump_true if accumulator == k else jump_false
        elif operation == 0x35:
            at += jump_true if accumulator >= k else jump_false
        else:
            assert operation == 0x06
            return _VERDICTS[k]


def verdict(program: bytes, machine: str, name: str, *arguments: int) -> str:
    return judge(program, machine, syscalls.TABLES[machine][name], *arguments)


def boot(machine: str) -> bytes:
    return seccomp.boot_filter(PID, machine=machine)


def seal(machine: str) -> bytes:
    return seccomp.seal_filter(PID, machine=machine)


# What each rule with conditions lets through, and what it is there to stop.
THREAD = 0x3D0F00  # what glibc gives clone for a thread
CONDITIONS: list[tuple[str, tuple[int, ...], str]] = [
    ("clone", (THREAD,), ALLOWED),
    ("clone", (17,), EPERM),  # a process
    ("clone", (0x4100 | 17,), EPERM),  # vfork
    ("clone", (THREAD | 0x10000000,), EPERM),  # a user namespace
    ("clone", (THREAD | 0x40000000,), EPERM),  # a network namespace
    ("clone", (THREAD & ~0x10000,), EPERM),  # shares memory, but is a process
    ("tgkill", (PID, 1, 6), ALLOWED),
    ("tgkill", (1, 1, 9), EPERM),  # another process
    ("kill", (PID, 6), ALLOWED),
    ("kill", (-1, 9), EPERM),  # everybody
    ("kill", (0, 9), EPERM),  # the process group
    ("getrusage", (0,), ALLOWED),
    ("getrusage", (-1,), EPERM),  # of children
    ("prctl", (15,), ALLOWED),
    ("prctl", (0x53564D41,), ALLOWED),
    ("prctl", (4, 0), ALLOWED),
    ("prctl", (4, 1), EPERM),  # dumpable again: others of the user could read its memory
    ("prctl", (1, 0), EPERM),  # outlive the spawner
    ("prctl", (22, 2), EPERM),  # PR_SET_SECCOMP
    ("prctl", (36, 1), EPERM),  # PR_SET_CHILD_SUBREAPER
    ("prctl", (0x59616D61, -1), EPERM),  # PR_SET_PTRACER
    ("fcntl", (3, 1), ALLOWED),
    ("fcntl", (3, 2, 1), ALLOWED),
    ("fcntl", (3, 3), ALLOWED),
    ("fcntl", (3, 4), ALLOWED),
    ("fcntl", (3, 1030), ALLOWED),
    ("fcntl", (3, 8, 1), EPERM),  # F_SETOWN: signals to another process
    ("fcntl", (3, 1024), EPERM),  # F_SETLEASE
    ("fcntl", (3, 1031, 1 << 20), EPERM),  # F_SETPIPE_SZ: kernel memory
    ("ioctl", (1, 0x5401), ALLOWED),
    ("ioctl", (1, 0x5451), ALLOWED),
    ("ioctl", (1, 0x5421), ALLOWED),
    ("ioctl", (1, 0x5412), EPERM),  # TIOCSTI: types into the terminal
    ("ioctl", (1, 0x541C), EPERM),  # TIOCLINUX
    ("socketpair", (1, 1, 0), ALLOWED),
    ("socketpair", (16, 3, 0), EPERM),  # not AF_UNIX
    ("prlimit64", (0, 7, 0, 1 << 40), ALLOWED),
    ("prlimit64", (0, 7, 1 << 40, 0), EPERM),  # a new limit, with a zero low half
    ("prlimit64", (0, 7, 1, 0), EPERM),  # a new limit
    ("prlimit64", (1234, 7, 0, 0), EPERM),  # of another process
    ("arch_prctl", (0x1002, 1), ALLOWED),
    ("arch_prctl", (0x1012, 0), EPERM),  # CPU features
    ("seccomp", (1, 1), ALLOWED),
    ("seccomp", (0, 0), EPERM),
]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(("name", "arguments", "expected"), CONDITIONS)
def test_conditions(machine: str, name: str, arguments: tuple[int, ...], expected: str) -> None:
    if name in syscalls.TABLES[machine]:
        assert verdict(boot(machine), machine, name, *arguments) == expected


def test_every_rule_with_conditions_is_tested_both_ways() -> None:
    conditional = {n for n, how in {**seccomp.RUNNING, **seccomp.BOOTING}.items() if how}
    for expected in (ALLOWED, EPERM):
        assert {name for name, _, e in CONDITIONS if e == expected} == conditional


@pytest.mark.parametrize("machine", MACHINES)
def test_each_rule_is_what_allows_its_call(machine: str) -> None:
    rules = {**seccomp.RUNNING, **seccomp.BOOTING}
    examples: Mapping[str, tuple[int, ...]] = {n: a for n, a, e in CONDITIONS if e == ALLOWED}
    for name in rules:
        if name not in syscalls.TABLES[machine]:
            continue
        example = examples.get(name, ())
        assert verdict(boot(machine), machine, name, *example) == ALLOWED
        without = {n: how for n, how in rules.items() if n != name}
        program = seccomp.compile_rules(without, machine=machine, pid=PID)
        assert verdict(program, machine, name, *example) == EPERM


@pytest.mark.parametrize("machine", MACHINES)
def test_nothing_else_is_allowed(machine: str) -> None:
    rules = {**seccomp.RUNNING, **seccomp.BOOTING}
    known = {syscalls.TABLES[machine].get(name) for name in rules}
    absent = {syscalls.TABLES[machine].get(name) for name in seccomp.ABSENT}
    for number in range(1024):
        if number not in known:
            expected = ENOSYS if number in absent else EPERM
            assert judge(boot(machine), machine, number) == expected


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    "name",
    [
        "socket",
        "connect",
        "bind",
        "ptrace",
        "process_vm_readv",
        "process_vm_writev",
        "mount",
        "umount2",
        "pivot_root",
        "chroot",
        "unshare",
        "setns",
        "bpf",
        "perf_event_open",
        "io_uring_setup",
        "userfaultfd",
        "keyctl",
        "add_key",
        "request_key",
        "memfd_create",
        "memfd_secret",
        "personality",
        "pidfd_open",
        "pidfd_getfd",
        "pidfd_send_signal",
        "open_by_handle_at",
        "name_to_handle_at",
        "fsopen",
        "open_tree",
        "move_mount",
        "sendmsg",
        "recvmsg",
        "sendto",
        "execveat",
        "setrlimit",
        "setresuid",
        "setgroups",
        "kexec_load",
        "init_module",
        "reboot",
        "quotactl",
        "mlock",
        "shmget",
        "msgget",
        "semget",
        "inotify_init1",
        "fanotify_init",
        "signalfd4",
        "timerfd_create",
        "ftruncate",
        "truncate",
        "mkdirat",
        "unlinkat",
        "fchmodat",
        "renameat2",
        "symlinkat",
        "linkat",
        "mknodat",
        "rt_sigqueueinfo",
        "tkill",
        "sched_setaffinity",
        "sched_setscheduler",
        "setpriority",
        "setitimer",
        "mbind",
        "modify_ldt",
        "iopl",
        "vmsplice",
        "splice",
        "setsid",
        "setpgid",
        "getdents64",
        "dup3",
        "pipe2",
        "landlock_restrict_self",
        "capset",
        "fork",
        "vfork",
    ],
)
def test_calls_that_reach_out_are_refused(machine: str, name: str) -> None:
    if name in syscalls.TABLES[machine]:
        assert verdict(boot(machine), machine, name) == EPERM


@pytest.mark.parametrize("machine", MACHINES)
def test_the_seal_takes_away_what_only_booting_needed(machine: str) -> None:
    for name in seccomp.BOOTING:
        if name in syscalls.TABLES[machine] and name != "prctl":
            assert verdict(seal(machine), machine, name, 0, 0, 0) == EPERM, name
    assert verdict(seal(machine), machine, "prctl", 4, 0) == EPERM


@pytest.mark.parametrize("machine", MACHINES)
def test_the_seal_allows_no_more_than_the_boot_filter(machine: str) -> None:
    for number in range(1024):
        if judge(seal(machine), machine, number) == ALLOWED and number not in {
            syscalls.TABLES[machine][name] for name in ("kill", "tgkill")
        }:
            assert judge(boot(machine), machine, number) == ALLOWED


@pytest.mark.parametrize("machine", MACHINES)
def test_a_command_is_told_that_folders_exist_and_allowed_no_more(machine: str) -> None:
    program = seccomp.command_filter(PID, machine=machine)
    making = {syscalls.TABLES[machine].get(name) for name in seccomp.EXISTING}
    assert any(number is not None for number in making)
    for number in range(1024):
        expected = EEXIST if number in making else judge(boot(machine), machine, number)
        assert judge(program, machine, number) == expected


@pytest.mark.parametrize("machine", MACHINES)
def test_another_architectures_calls_kill(machine: str) -> None:
    i386 = 0x40000003
    for program in (boot(machine), seal(machine)):
        assert judge(program, machine, 0, architecture=i386) == KILLED


def test_x32_calls_kill() -> None:
    for program in (boot("x86_64"), seal("x86_64")):
        assert judge(program, "x86_64", 0x40000000) == KILLED
        assert judge(program, "x86_64", 0x40000000 | syscalls.X86_64["read"]) == KILLED


@pytest.mark.parametrize("machine", MACHINES)
def test_the_kernel_accepts_programs_of_this_length(machine: str) -> None:
    assert len(boot(machine)) // 8 < 4096
    assert len(boot(machine)) % 8 == 0


def test_tables_have_no_number_twice() -> None:
    for table in syscalls.TABLES.values():
        assert len(set(table.values())) == len(table)
