"""What an observer is told, and what it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Direction = Literal["to host", "to guest"]
Kind = Literal["sync", "async", "post"]
Outcome = Literal["open", "ok", "error", "cancelled", "ended"]


@dataclass(slots=True, eq=False)
class Call:
    """One call across the boundary.

    Attributes:
        isolate: a number that the isolate has in this process.
        direction: ``"to host"``: the guest called a function of the owner's, which is how it has
            any effect; ``"to guest"``: the owner ran code.
        name: of the function, as it was defined; for calls to the guest, what the owner asked for
            (``"eval"``, ``"call tools.search"``).
        kind: ``"sync"``: the guest is blocked meanwhile; ``"async"``; ``"post"``: a message without
            an answer, such as an entry of the console.
        parent: for calls to the host, the call to the guest that it is part of, if only one was
            open.
        started: seconds since the epoch.
        request_bytes: marshalled arguments.
        duration: seconds until the answer was sent or received; 0 while it is open.
        response_bytes: the marshalled result or error.
        outcome: ``"open"`` at first; ``"ok"``; ``"error"``: the callee threw, or a value could not
            cross; ``"cancelled"``: the caller did not want the answer any more; ``"ended"``: the
            isolate ended first.
        error: what was raised, for the last three.
        data: free for the observer.
    """

    isolate: int
    direction: Direction
    name: str
    kind: Kind
    parent: Call | None
    started: float
    request_bytes: int
    duration: float = 0.0
    response_bytes: int = 0
    outcome: Outcome = "open"
    error: BaseException | None = None
    data: Any = field(default=None, repr=False)


class Observer:
    """A base for observers: override what is wanted.

    Methods are called in the isolate's event loop or thread, and should be quick. What they raise
    is logged to ``atoll.observe``, once for each observer, and changes nothing else. One observer
    may serve any number of isolates.
    """

    def isolate_started(self, isolate: int) -> None:
        """An isolate is ready."""

    def isolate_ended(self, isolate: int, error: BaseException, lifetime: float) -> None:
        """An isolate has ended, which may come without `isolate_started`.

        Args:
            isolate: its number.
            error: why; ``IsolateDisposed`` when its owner ended it.
            lifetime: seconds since it was made.
        """

    def call_started(self, call: Call) -> None:
        """A call begins.

        For calls to the host, context variables that are set here hold in the function.
        """

    def call_ended(self, call: Call) -> None:
        """The same call has ended, one way or the other."""


class Observers(Observer):
    """Several observers as one. Each has ``call.data`` for itself."""

    def __init__(self, *observers: Observer) -> None:
        """Tell each of these, in this order."""
        self._observers = observers

    def isolate_started(self, isolate: int) -> None:
        """Tell each."""
        for observer in self._observers:
            observer.isolate_started(isolate)

    def isolate_ended(self, isolate: int, error: BaseException, lifetime: float) -> None:
        """Tell each."""
        for observer in self._observers:
            observer.isolate_ended(isolate, error, lifetime)

    def call_started(self, call: Call) -> None:
        """Tell each."""
        data: list[Any] = []
        parent = call.parent
        inherited = None if parent is None else parent.data
        for index, observer in enumerate(self._observers):
            call.data = None
            if parent is not None:
                parent.data = inherited[index] if inherited else None
            observer.call_started(call)
            data.append(call.data)
        call.data = data
        if parent is not None:
            parent.data = inherited

    def call_ended(self, call: Call) -> None:
        """Tell each."""
        data = call.data or [None] * len(self._observers)
        for observer, own in zip(self._observers, data, strict=True):
            call.data = own
            observer.call_ended(call)
        call.data = data
