"""What a spawned child does between ``clone`` and ``execve``.

The order matters and is the argument for the whole: mounts need capabilities, so they come before
those are dropped; the signal on the spawner's death is forgotten when credentials change, so it is
set again after; Landlock and seccomp need no_new_privs and come last, seccomp last of all since it
takes away what the other steps are made with.

Every step belongs to a named layer. A layer that must hold and does not ends the child, with one
message on the error pipe that says which and why; one that may be missing is reported the same way
and left out.
"""

# ruff: noqa: SIM105 — contextlib would be imported for it, in the cold start.

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import fcntl
import os
import select

from atoll.confinement import landlock, namespaces, rlimits, seccomp, syscalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_SIGKILL = 9
# Python ignores SIGPIPE, the spawner SIGINT; an ignored signal stays ignored across execve. SIGXFSZ
# stays ignored, as Python has it: writing to a file, where there is one, then fails and goes on.
_RESTORED_SIGNALS = (2, 13)
_CLOSE_RANGE_CLOEXEC = 4

FIRST_FREE = 10
"""The spawner keeps descriptors below this occupied, so that what a child sets up at 0 to 5 can
never be one of the descriptors that it still needs."""


class ChildPlan:
    """Everything a child needs, worked out before it exists. Attributes are plain values.

    Attributes:
        argv, environment: of the engine.
        descriptors: what becomes 0 to 5.
        flags: namespaces that the child is made in.
        root: its root directory, when it has a mount namespace.
        ids: user and group to become, or ``None`` to stay.
        ruleset: Landlock ruleset descriptor, or ``None``.
        command: the folder in which the engine runs one of its own commands, or ``None``. The child
            then makes its own ruleset from ``paths``: what it may execute, what it may read.
        missing: layers, named, that the owner's mode lets be absent; all of them when empty root
            and the like were already given up by the spawner.
        confined: whether any layer is to be applied at all.
    """

    __slots__ = (
        "argv",
        "command",
        "confined",
        "cpu_time",
        "descriptors",
        "environment",
        "flags",
        "ids",
        "optional",
        "paths",
        "root",
        "ruleset",
        "threads",
        "unavailable",
    )

    argv: list[bytes]
    environment: dict[bytes, bytes]
    descriptors: tuple[int, int, int, int, int, int]
    flags: int
    root: namespaces.EmptyRoot | None
    ids: tuple[int, int] | None
    ruleset: int | None
    paths: tuple[tuple[str, ...], tuple[str, ...]]
    command: str | None
    optional: bool
    confined: bool
    cpu_time: float | None
    threads: int | None
    unavailable: frozenset[str]


class LayerFailed(Exception):
    """A layer that must hold could not be applied."""


def run(plan: ChildPlan, errors: int, proceed: int, spawner: int) -> None:
    """Confine the calling process and execute the engine. Never returns.

    Args:
        errors: close-on-exec pipe to report on; its end without a message means success.
        proceed: pipe on which the spawner says that the id maps are written.
        spawner: pidfd of the spawner, or -1.
    """
    try:
        _run(plan, errors, proceed, spawner)
    except LayerFailed as failure:
        _report(errors, b"!", *failure.args)
    except BaseException as error:  # noqa: BLE001 — nothing may get past here: it is a fork
        _report(errors, b"!", "engine", f"{type(error).__name__}: {error}")
    finally:
        os._exit(127)


def _report(errors: int, mark: bytes, layer: str, reason: str) -> None:
    os.write(errors, mark + layer.encode() + b"\0" + reason.encode("utf-8", "replace") + b"\n")


def _run(plan: ChildPlan, errors: int, proceed: int, spawner: int) -> None:
    _signal.set_wakeup_fd(-1)
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, _SIGKILL)
    if os.read(proceed, 1) != b"g":
        os._exit(127)
    for number in _RESTORED_SIGNALS:
        _signal.signal(number, _signal.SIG_DFL)
    os.setsid()
    os.umask(0o022)

    def layer(name: str, apply: Callable[[], object]) -> None:
        try:
            if name in plan.unavailable:
                raise OSError(1, "declared unavailable by the caller")
            apply()
        except (OSError, ValueError) as error:
            if not plan.optional:
                raise LayerFailed(name, str(error)) from None
            _report(errors, b"~", name, str(error))

    if plan.confined:
        # Failing here does not end the isolate: the spawner tries again with fewer namespaces.
        try:
            _namespaces(plan)
        except OSError as error:
            raise LayerFailed("namespaces", str(error)) from None
        layer("capabilities", lambda: _credentials(plan))
        layer("rlimits", lambda: rlimits.apply(cpu_time=plan.cpu_time, threads=plan.threads))
    else:
        rlimits.apply_core_only()
        os.chdir("/")
    if plan.command is not None:
        os.chdir(plan.command)
    os.umask(0o077)
    # Again, since a change of credentials clears it; then see whether it came too late.
    syscalls.prctl(syscalls.PR_SET_PDEATHSIG, _SIGKILL)
    if spawner >= 0:
        watch = select.poll()
        watch.register(spawner, select.POLLIN)
        if watch.poll(0):
            os._exit(127)
    _descriptors(plan, errors)
    if plan.confined:
        layer("no_new_privs", lambda: syscalls.prctl(syscalls.PR_SET_NO_NEW_PRIVS, 1))
        layer("landlock", lambda: _landlock(plan))
        # Only now: what the spawner has open still is, and a ruleset takes numbers beyond it.
        layer("rlimits", rlimits.apply_open_files)
        layer("seccomp", lambda: seccomp.install(_filter(plan)))
    os.execve(plan.argv[0], plan.argv, plan.environment)  # noqa: S606 — no shell is the point


def _namespaces(plan: ChildPlan) -> None:
    if plan.flags & namespaces.NEWUTS:
        namespaces.set_host_name(b"isolate")
    if plan.flags & namespaces.NEWNS and plan.root is not None:
        plan.root.enter()
    else:
        os.chdir("/")


def _credentials(plan: ChildPlan) -> None:
    privileged = os.geteuid() == 0 or plan.flags & namespaces.NEWUSER
    if privileged:
        namespaces.drop_bounding_set()
    if plan.ids is not None:
        uid, gid = plan.ids
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    namespaces.drop_capabilities()


def _filter(plan: ChildPlan) -> bytes:
    make = seccomp.boot_filter if plan.command is None else seccomp.command_filter
    return make(os.getpid())


def _landlock(plan: ChildPlan) -> None:
    if plan.command is not None and landlock.abi() > 0:
        executable, readable = plan.paths
        ruleset = landlock.create_ruleset(executable, (*readable, namespaces.OWN_MAPS))
        landlock.restrict_self(ruleset)
        return
    if plan.ruleset is None:
        raise OSError(38, "this kernel has no Landlock, or it is switched off (lsm= at boot)")
    landlock.restrict_self(plan.ruleset)


def _descriptors(plan: ChildPlan, errors: int) -> None:
    for target, descriptor in enumerate(plan.descriptors):
        os.dup2(descriptor, target, inheritable=True)
    # Marked, not closed: the error pipe and the ruleset are needed until execve closes them.
    try:
        syscalls.syscall("close_range", len(plan.descriptors), 0xFFFFFFFF, _CLOSE_RANGE_CLOEXEC)
    except OSError:
        for name in os.listdir("/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"):
            descriptor = int(name)
            if descriptor >= len(plan.descriptors):
                try:
                    fcntl.fcntl(descriptor, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
                except OSError:
                    pass
