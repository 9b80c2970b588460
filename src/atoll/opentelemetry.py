"""Spans and metrics of isolates, through the OpenTelemetry API (the extra ``opentelemetry``).

::

    from atoll.opentelemetry import OpenTelemetryObserver

    async with Runtime(observer=OpenTelemetryObserver()) as rt:
        ...

Where they go is decided by the program's OpenTelemetry SDK; without one, they go nowhere.
Arguments, results and messages of errors are never recorded: they are the guest's.

==============================  =============  ====================================================
metric                          kind           attributes
==============================  =============  ====================================================
``atoll.call.duration``         histogram, s   direction, name, kind, outcome
``atoll.call.bytes``            counter, By    direction, part (``request`` or ``response``)
``atoll.isolates``              up-down        none: isolates that are alive
``atoll.isolate.lifetime``      histogram, s   ``error.type`` of what ended it
``atoll.pool.isolates``         gauge          pool, state
``atoll.pool.waiting``          gauge          pool
``atoll.pool.checkouts``        counter        pool
``atoll.pool.timeouts``         counter        pool
``atoll.pool.failed_starts``    counter        pool
==============================  =============  ====================================================
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from opentelemetry import context, trace
from opentelemetry.metrics import CallbackOptions, Observation, get_meter
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from atoll._version import __version__
from atoll.observe import Call, Observer

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import TracerProvider

    from atoll.pool import PoolMetrics

__all__ = ["OpenTelemetryObserver", "observe_pool"]

_STATES: Final = ("idle", "starting", "in_use", "closing")
_COUNTS: Final = ("checkouts", "timeouts", "failed_starts")


class _Open(NamedTuple):
    """What is kept with a call while it is open."""

    span: Span
    context: Context


class OpenTelemetryObserver(Observer):
    """A span for each call across the boundary, and metrics of calls and isolates.

    The span of a call to the host is the child of the call to the guest that it is part of, and the
    parent of whatever spans the function makes.
    """

    def __init__(
        self,
        *,
        tracer_provider: TracerProvider | None = None,
        meter_provider: MeterProvider | None = None,
        posts: bool = False,
    ) -> None:
        """Use the program's providers, or other ones.

        Args:
            tracer_provider: where spans go.
            meter_provider: where metrics go.
            posts: make spans of messages without an answer as well, such as console entries.
        """
        self._tracer = trace.get_tracer("atoll", __version__, tracer_provider)
        meter = get_meter("atoll", __version__, meter_provider)
        self._posts = posts
        self._durations = meter.create_histogram(
            "atoll.call.duration", "s", "Time from a call across the boundary to its answer."
        )
        self._bytes = meter.create_counter(
            "atoll.call.bytes", "By", "Marshalled arguments and results."
        )
        self._isolates = meter.create_up_down_counter(
            "atoll.isolates", "{isolate}", "Isolates that are alive."
        )
        self._lifetimes = meter.create_histogram(
            "atoll.isolate.lifetime", "s", "Time from an isolate's making to its end."
        )
        self._alive: set[int] = set()

    def isolate_started(self, isolate: int) -> None:
        """Count it."""
        self._alive.add(isolate)
        self._isolates.add(1)

    def isolate_ended(self, isolate: int, error: BaseException, lifetime: float) -> None:
        """Count it no more."""
        if isolate in self._alive:
            self._alive.discard(isolate)
            self._isolates.add(-1)
        self._lifetimes.record(lifetime, {"error.type": type(error).__name__})

    def call_started(self, call: Call) -> None:
        """Begin a span."""
        if call.kind == "post" and not self._posts:
            return
        parent = call.parent.data.context if call.parent and call.parent.data else None
        to_guest = call.direction == "to guest"
        span = self._tracer.start_span(
            f"atoll {call.name}",
            parent,
            SpanKind.CLIENT if to_guest else SpanKind.SERVER,
            {
                "atoll.isolate": call.isolate,
                "atoll.direction": call.direction,
                "atoll.kind": call.kind,
                "atoll.request.size": call.request_bytes,
            },
            start_time=int(call.started * 1e9),
        )
        call.data = _Open(span, trace.set_span_in_context(span, parent))
        if not to_guest:
            # It runs in a context of its own, so there is nothing to detach.
            context.attach(call.data.context)

    def call_ended(self, call: Call) -> None:
        """End the span, and measure."""
        attributes = {
            "atoll.direction": call.direction,
            "atoll.name": call.name,
            "atoll.kind": call.kind,
            "atoll.outcome": call.outcome,
        }
        self._durations.record(call.duration, attributes)
        direction = {"atoll.direction": call.direction}
        self._bytes.add(call.request_bytes, {**direction, "atoll.part": "request"})
        self._bytes.add(call.response_bytes, {**direction, "atoll.part": "response"})
        if call.data is None:
            return
        span: Span = call.data.span
        span.set_attribute("atoll.outcome", call.outcome)
        span.set_attribute("atoll.response.size", call.response_bytes)
        if call.error is not None:
            span.set_attribute("error.type", type(call.error).__name__)
            span.set_status(Status(StatusCode.ERROR))
        span.end(int((call.started + call.duration) * 1e9))


class HasMetrics(Protocol):
    """A pool of either flavour."""

    def metrics(self) -> PoolMetrics:
        """What it does and has done."""


def observe_pool(
    pool: HasMetrics, name: str, *, meter_provider: MeterProvider | None = None
) -> None:
    """Make metrics of a pool, which are read when the SDK collects.

    Args:
        pool: a `Pool` of either flavour.
        name: tells it from other pools.
        meter_provider: where metrics go.
    """
    meter = get_meter("atoll", __version__, meter_provider)

    def states(_: CallbackOptions) -> Iterable[Observation]:
        metrics = pool.metrics()
        for state in _STATES:
            attributes = {"atoll.pool": name, "atoll.state": state}
            yield Observation(getattr(metrics, state), attributes)

    def reader(field: str) -> Callable[[CallbackOptions], Iterable[Observation]]:
        def read(_: CallbackOptions) -> Iterable[Observation]:
            value: Any = getattr(pool.metrics(), field)
            yield Observation(value, {"atoll.pool": name})

        return read

    meter.create_observable_gauge(
        "atoll.pool.isolates", [states], "{isolate}", "Isolates of a pool, by state."
    )
    meter.create_observable_gauge(
        "atoll.pool.waiting", [reader("waiting")], "{checkout}", "Checkouts that wait."
    )
    for count in _COUNTS:
        meter.create_observable_counter(
            f"atoll.pool.{count}", [reader(count)], description=f"Of a pool so far: {count}."
        )
