"""Live values across the boundary.

What the guest holds of ours are exports, what we hold of the guest's are imports.

Each side counts how often it has sent a handle, and the other side returns that count when it lets
go. An entry ends only when all of it has been returned, so a handle that is sent again while its
release is under way stays valid.
"""

from __future__ import annotations

import inspect
import weakref
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final

from atoll.core import streams, web
from atoll.core.abort import AbortSignal
from atoll.core.operations import FIRST_HANDLE, SIGNAL_ABORT
from atoll.core.reference import BaseReference
from atoll.core.values import undefined
from atoll.errors import HandleLimitExceeded, MarshalError
from atoll.wire.frames import ProtocolViolation

_MOST_RELEASES: Final = 200_000
REMEMBERED_EXCEPTIONS: Final = 100
"""Exceptions that come back as the same object; older ones come back as a `JSError`."""


class Export:
    """A host value that the guest may hold.

    Attributes:
        id: its handle.
        value: the value.
        count: how often the guest has been sent it and has not given it back.
        fixed: whether it belongs to a definition and outlives every release.
        class_id: the guest class that it is an instance of, or 0.
        max_args: positional arguments that it takes, when it is a function; as in JavaScript,
            what is passed beyond them is ignored (`urls.map(fetch_text)` passes three).
    """

    __slots__ = ("class_id", "count", "fixed", "id", "max_args", "value")

    def __init__(self, id: int, value: object, *, fixed: bool = False, class_id: int = 0) -> None:
        self.id = id
        self.value = value
        self.count = 0
        self.fixed = fixed
        self.class_id = class_id
        self.max_args = max_args(value) if callable(value) and not class_id else None


def max_args(function: Callable[..., Any]) -> int | None:
    """How many positional arguments a function takes; None: any number, or unknown."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return None
    return sum(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD) for p in parameters)


class HostFunction:
    """A function that a definition has exported, as it is marshalled."""

    __slots__ = ("function", "handle", "is_async", "name")

    def __init__(
        self, handle: int, name: str, is_async: bool, function: Callable[..., Any]
    ) -> None:
        self.function = function
        self.handle = handle
        self.name = name
        self.is_async = is_async


class Handles:
    """Both tables of one isolate, and how live values are marshalled.

    Attributes:
        exports: host values that the guest may hold, by handle.
        released: pairs of handle and count that wait to be given back to the guest.
        signals: the guest's abort signals that the host has, by the guest's numbers.
        post: sends a message to the guest while it lives; set by the host.
    """

    def __init__(
        self,
        limit: int,
        make_reference: Callable[[int, str], BaseReference],
        adopt_awaitable: Callable[[int, Awaitable[Any]], None],
    ) -> None:
        self.exports: dict[int, Export] = {}
        self.released: deque[tuple[int, int]] = deque()
        self._limit: Final = limit
        self._make_reference = make_reference
        self._adopt_awaitable = adopt_awaitable
        self._export_ids: dict[int, int] = {}
        self._next_id = FIRST_HANDLE
        self._imports: dict[int, weakref.ref[BaseReference]] = {}
        self._import_counts: dict[int, int] = {}
        self._exceptions: dict[int, BaseException] = {}
        self._exception_id = 0
        self._classes: dict[type, int] = {}
        self.signals: weakref.WeakValueDictionary[int, AbortSignal] = weakref.WeakValueDictionary()
        self.post: Callable[[int, tuple[Any, ...]], None] | None = None
        # What the message that is being encoded sends.
        self._sending: list[int] = []
        self._sending_awaitables: dict[int, Awaitable[Any]] = {}

    # Exports

    def export(self, value: object, *, class_id: int = 0) -> int:
        """The handle of a host value; one that the guest already has stays the same."""
        key = id(value)
        handle = self._export_ids.get(key)
        if handle is None:
            handle = self._new(value, class_id=class_id)
            self._export_ids[key] = handle
        self.exports[handle].count += 1
        return handle

    def define(self, function: Callable[..., Any]) -> int:
        """A handle of its own for a function that belongs to a definition."""
        return self._new(function, fixed=True)

    def _new(self, value: object, *, fixed: bool = False, class_id: int = 0) -> int:
        if len(self.exports) >= self._limit:
            raise HandleLimitExceeded(
                f"the guest may hold {self._limit} host values at most (Limits.handles)"
            )
        handle = self._next_id
        self._next_id += 1
        self.exports[handle] = Export(handle, value, fixed=fixed, class_id=class_id)
        return handle

    def class_of(self, value: object) -> int:
        """The guest class of a host value that the guest holds, or 0."""
        handle = self._export_ids.get(id(value))
        return 0 if handle is None else self.exports[handle].class_id

    @property
    def held_by_guest(self) -> int:
        """Host values that the guest holds, definitions not counted."""
        return len(self._export_ids)

    def give_back(self, pairs: Any) -> None:
        """The guest returns handles. `pairs`: ids and counts in turn, as they came."""
        if type(pairs) is not list or len(pairs) % 2 or any(type(n) is not int for n in pairs):
            raise ProtocolViolation("a malformed release")
        for handle, count in zip(pairs[::2], pairs[1::2], strict=True):
            export = self.exports.get(handle)
            if export is None or not 0 < count <= export.count:
                raise ProtocolViolation(f"a release of handle {handle}, which it does not hold")
            export.count -= count
            if export.count == 0 and not export.fixed:
                del self.exports[handle]
                del self._export_ids[id(export.value)]

    def target(self, handle: int) -> Export:
        """The export that the guest calls."""
        export = self.exports.get(handle)
        if export is None or not callable(export.value):
            raise ProtocolViolation(f"a call of handle {handle}, which it does not hold")
        return export

    def register_class(self, cls: type, class_id: int) -> None:
        """Make instances of a Python class cross as instances of a guest class."""
        self._classes[cls] = class_id

    def find_class(self, cls: type) -> int:
        """The guest class of a Python class: its own or the closest base's, or 0."""
        if self._classes:
            for base in cls.__mro__:
                found = self._classes.get(base)
                if found is not None:
                    return found
        return 0

    # Imports

    @property
    def held(self) -> int:
        """Guest values that the host holds."""
        return len(self._imports)

    def import_handle(self, handle: Any, kind: Any) -> BaseReference:
        """The reference for a guest handle: the one that is alive, or a new one."""
        if type(handle) is not int or handle < FIRST_HANDLE or type(kind) is not str:
            raise ProtocolViolation("a malformed handle")
        known = self._imports.get(handle)
        reference = known() if known is not None else None
        if reference is None or reference.released:
            # Releases pile up when the guest does not read them.
            if len(self._imports) >= self._limit or len(self.released) > _MOST_RELEASES:
                raise HandleLimitExceeded(
                    f"more than {self._limit} guest values are held by the host (Limits.handles)"
                )
            reference = self._make_reference(handle, kind)
            self._imports[handle] = weakref.ref(reference)
        # What an earlier reference had may still wait to be given back, and counts until then.
        self._import_counts[handle] = self._import_counts.get(handle, 0) + 1
        reference._sent += 1
        return reference

    def release(self, reference: BaseReference) -> None:
        """Let a guest value go. Safe from any thread, as the garbage collector may call it."""
        count, reference._sent = reference._sent, 0
        if count:
            self.released.append((reference._handle, count))

    def take_released(self) -> list[int]:
        """Ids and counts in turn, for a RELEASE frame."""
        pairs: list[int] = []
        while self.released:
            handle, count = self.released.popleft()
            left = self._import_counts.get(handle, 0) - count
            if left > 0:
                self._import_counts[handle] = left
            else:
                self._import_counts.pop(handle, None)
                self._imports.pop(handle, None)
            pairs += (handle, count)
        return pairs

    # Abort signals

    def abort_signal(self, signal: AbortSignal, reason: object) -> None:
        """Tell the guest, if it has the signal, that it has been aborted."""
        handle = self._export_ids.get(id(signal))
        if handle is not None and self.post is not None:
            self.post(SIGNAL_ABORT, (handle, undefined if reason is None else reason))

    def guest_signal(self, number: Any) -> AbortSignal:
        """The signal that the guest knows by that number."""
        if type(number) is not int or not 0 < number < 2**53:
            raise ProtocolViolation("a malformed number of a signal")
        signal = self.signals.get(number)
        if signal is None:
            signal = self.signals[number] = AbortSignal()
            signal._number = number
        return signal

    # LiveValues, see marshal.py

    def send_signal(self, signal: AbortSignal) -> tuple[int, int]:
        """The handle of a signal of ours, or 0; the guest's number of one of its own, or 0."""
        if signal._number and self.signals.get(signal._number) is signal:
            return 0, signal._number
        if not signal.aborted:
            signal._homes.add(self)
        return self.send(signal), 0

    def sent(self) -> None:
        """The message that was encoded last goes out."""
        self._sending.clear()
        if self._sending_awaitables:
            awaitables, self._sending_awaitables = self._sending_awaitables, {}
            for handle, value in awaitables.items():
                self._adopt_awaitable(handle, value)

    @property
    def sending(self) -> int:
        """How many handles the message that is being encoded has so far."""
        return len(self._sending)

    def not_sent(self, since: int = 0) -> None:
        """Take back the message's handles from that one on: they do not go out."""
        while len(self._sending) > since:
            handle = self._sending.pop()
            self._sending_awaitables.pop(handle, None)
            self.give_back([handle, 1])

    def send(self, value: object, *, class_id: int = 0) -> int:
        """The handle of a host value, going out with the message that is being encoded."""
        handle = self.export(value, class_id=class_id)
        self._sending.append(handle)
        return handle

    def encode_live(self, value: object) -> list[Any] | None:
        """The tag for a callable, awaitable, reference or class instance; None: not one."""
        if isinstance(value, BaseReference):
            value._check_owner(self)
            return ["h", value._handle]
        if isinstance(value, HostFunction):
            self.exports[value.handle].count += 1
            self._sending.append(value.handle)
            return ["f", value.handle, value.name, value.is_async]
        class_id = self.class_of(value) or self.find_class(type(value))
        if class_id:
            return ["c", self.send(value, class_id=class_id), class_id]
        stream = streams.encode_stream(value, self)
        if stream is not None:
            return stream
        if callable(value):
            name = str(getattr(value, "__name__", type(value).__name__))
            well_formed = name.encode("utf-8", "replace").decode()
            return ["f", self.send(value), well_formed, is_async_callable(value)]
        if inspect.isawaitable(value):
            handle = self.send(value)
            if self.exports[handle].count == 1:
                self._sending_awaitables[handle] = value
            return ["p", handle]
        return None

    def encode_exception(self, error: BaseException) -> int:
        """A number by which the exception is known when it comes back."""
        self._exception_id += 1
        self._exceptions[self._exception_id] = error
        self._exceptions.pop(self._exception_id - REMEMBERED_EXCEPTIONS, None)
        return self._exception_id

    def find_exception(self, id: object) -> BaseException | None:
        """The exception with that number, if it is still remembered."""
        return self._exceptions.get(id) if isinstance(id, int) else None

    def decode_live(self, data: list[Any]) -> object:
        """The value of an ``f``, ``p``, ``x``, ``h`` or ``!`` tag."""
        match data:
            case ["f", handle, _]:
                return self.import_handle(handle, "function")
            case ["p", handle]:
                return self.import_handle(handle, "promise")
            case ["x", handle, kind]:
                return self.import_handle(handle, kind)
            case ["h", int(handle)] if handle in self.exports:
                return self.exports[handle].value
            case ["!", str(path), str(reason)]:
                return MarshalError(reason, path)
        reference = web.decode_reference(self, data)
        if reference is None:
            raise ProtocolViolation("an unknown tag")
        return reference


def is_async_callable(value: object) -> bool:
    """Whether calling it gives an awaitable."""
    if inspect.iscoroutinefunction(value):
        return True
    call = getattr(type(value), "__call__", None)  # noqa: B004 - the method itself is wanted
    return inspect.iscoroutinefunction(call) or (
        hasattr(value, "func") and inspect.iscoroutinefunction(value.func)
    )
