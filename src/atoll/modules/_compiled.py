"""Compiled modules on disk: the engine's code caches of large modules.

A code cache is data that the engine trusts, so none is ever taken from an isolate that has run user
code. Whoever imports a large module for the first time leaves its text to a thread, which has it
compiled, and not run, in an isolate made for that; the result is kept under the hash of the text,
the engine's version and its flags. An attacker who takes that isolate over by the text alone gets
to choose the cache of that very text, and thus nothing that running it would not give.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import queue
import threading
from typing import Final, NamedTuple

import msgspec

from atoll.core.disk_cache import DiskCache
from atoll.core.launch import Confinement
from atoll.engine.deno import engine_version
from atoll.errors import AtollError
from atoll.limits import Limits

LARGE: Final = 64 * 1024
"""Characters from which a module is worth it."""
_FORMAT: Final = b"module 1"
_SECONDS: Final = 30.0
_QUEUED: Final = 64

logger = logging.getLogger("atoll.cache")


class Compiled(NamedTuple):
    """What the cache has for a module.

    Attributes:
        text: the script that it has become; empty for the module's own text.
        names: its exports.
        cache: what the engine takes; empty: it cannot become a script.
    """

    text: str
    names: list[str]
    cache: bytes


class _Job(NamedTuple):
    key: str
    kind: str
    text: str
    limits: Limits
    confinement: Confinement
    cache: DiskCache

    @property
    def identity(self) -> tuple[str, str]:
        """What is the same for the same work."""
        return self.key, str(self.cache.directory)


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(tuple[str, list[str], bytes]).decode


def find(cache: DiskCache, key: str) -> Compiled | None:
    """What the cache has under a key; None: nothing yet."""
    content = cache.get(key)
    if content is None:
        return None
    try:
        return Compiled(*_decode(content))
    except msgspec.MsgspecError:
        return None


def key_of(kind: str, text: str, limits: Limits) -> str:
    """The key of a module's code cache. The engine rejects one that was made with other flags."""
    version = ".".join(map(str, engine_version())).encode()
    encoded = text.encode("utf-8", "surrogatepass")
    return DiskCache.key(_FORMAT, version, kind.encode(), str(limits.memory).encode(), encoded)


class _Worker:
    """The thread that has modules compiled, one after the other."""

    def __init__(self) -> None:
        self._jobs: queue.Queue[_Job] = queue.Queue(_QUEUED)
        # Jobs that wait, and those that have failed, which nobody gains by doing again.
        self._known: set[tuple[str, str]] = set()
        self._lock = threading.Lock()
        self._started = False

    def request(self, job: _Job) -> None:
        """Do a job some time, unless that was asked for before or there are too many."""
        with self._lock:
            if job.identity in self._known:
                return
            try:
                self._jobs.put_nowait(job)
            except queue.Full:
                return
            self._known.add(job.identity)
            if not self._started:
                # A daemon: what it does is worth nothing to a program that ends.
                thread = threading.Thread(target=self._work, name="atoll-compile", daemon=True)
                with contextlib.suppress(RuntimeError):  # no more threads: perhaps later
                    thread.start()
                    self._started = True

    def wait(self) -> None:
        """Return when every job has been done."""
        self._jobs.join()

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            try:
                _compile(job)
                with self._lock:
                    self._known.discard(job.identity)
            except AtollError as error:
                logger.debug("A module was not compiled for the cache: %s", error)
            finally:
                self._jobs.task_done()


@functools.cache
def worker() -> _Worker:
    """The worker of this process."""
    return _Worker()


def request(
    cache: DiskCache, key: str, kind: str, text: str, limits: Limits, confinement: Confinement
) -> None:
    """Have a module compiled for the next time."""
    worker().request(_Job(key, kind, text, limits, confinement, cache))


def _compile(job: _Job) -> None:
    from atoll.sync import Isolate

    from ._builder import Config, IsolateModules

    limits = Limits(memory=job.limits.memory, call_time=_SECONDS, wall_time=2 * _SECONDS)
    with Isolate(limits=limits, confinement=job.confinement) as isolate:
        handle = isolate.install(IsolateModules(Config(cache=None)))
        answer = handle._guest.call_method("precompile", job.kind, job.text)
    match answer:
        case None:
            compiled = Compiled("", [], b"")
        case [str(text), list(names), bytes(data)] if all(type(name) is str for name in names):
            compiled = Compiled(text, names, data)
        case _:
            return
    job.cache.put(job.key, _encode(tuple(compiled)))
