"""Spans and metrics, collected by the OpenTelemetry SDK."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode

from atoll import Isolate, Pool, Runtime
from atoll.observe import LoggingObserver, Observers
from atoll.opentelemetry import OpenTelemetryObserver, observe_pool


class Collected:
    """Providers whose spans and metrics stay here."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self._exporter))
        self._reader = InMemoryMetricReader()
        self.meters = MeterProvider([self._reader])
        self.observer = OpenTelemetryObserver(
            tracer_provider=self.tracers, meter_provider=self.meters
        )

    def spans(self) -> dict[str, ReadableSpan]:
        return {span.name: span for span in self._exporter.get_finished_spans()}

    def points(self, name: str) -> list[Any]:
        data = self._reader.get_metrics_data()
        assert data is not None
        return [
            point
            for resource in data.resource_metrics
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]


@pytest.fixture
def collected() -> Collected:
    return Collected()


async def test_spans_nest_as_the_calls_do(collected: Collected) -> None:
    tracer = collected.tracers.get_tracer("the program")

    async def lookup(word: str) -> str:
        with tracer.start_as_current_span("database"):
            await asyncio.sleep(0)
        return word

    with tracer.start_as_current_span("request"):
        async with Isolate(observer=collected.observer) as isolate:
            await isolate.define_async_function("tools.lookup", lookup)
            await isolate.eval("await tools.lookup('secret')")
    spans = collected.spans()
    parents = {name: span.parent.span_id if span.parent else None for name, span in spans.items()}

    def id_of(name: str) -> int:
        context = spans[name].context
        assert context is not None
        return int(context.span_id)

    assert parents["database"] == id_of("atoll tools.lookup")
    assert parents["atoll tools.lookup"] == id_of("atoll eval")
    assert parents["atoll eval"] == id_of("request")
    attributes = spans["atoll tools.lookup"].attributes or {}
    assert attributes["atoll.outcome"] == "ok"
    assert attributes["atoll.request.size"] == len('["secret"]')
    assert "secret" not in str([span.to_json() for span in spans.values()])
    assert trace.get_current_span().get_span_context().is_valid is False


async def test_spans_nest_beside_other_observers(collected: Collected) -> None:
    observer = Observers(LoggingObserver(), collected.observer)
    async with Isolate(observer=observer) as isolate:
        await isolate.define_function("add", lambda a, b: a + b)
        await isolate.eval("add(1, 2)")
    spans = collected.spans()
    parent, outer = spans["atoll add"].parent, spans["atoll eval"].context
    assert parent is not None
    assert outer is not None
    assert parent.span_id == outer.span_id


async def test_a_failed_call_has_the_status_and_the_type_of_its_error(
    collected: Collected,
) -> None:
    def fail() -> None:
        raise LookupError("secret")

    async with Isolate(observer=collected.observer) as isolate:
        await isolate.define_function("fail", fail)
        with pytest.raises(LookupError):
            await isolate.eval("fail()")
    span = collected.spans()["atoll fail"]
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["error.type"] == "LookupError"
    assert "secret" not in span.to_json()


async def test_posts_have_spans_only_if_that_is_wanted(collected: Collected) -> None:
    async with Runtime(observer=collected.observer, console=lambda entry: None) as rt:
        await rt.eval("console.log(1)")
    assert not any("Console" in name for name in collected.spans())
    observer = OpenTelemetryObserver(tracer_provider=collected.tracers, posts=True)
    async with Runtime(observer=observer, console=lambda entry: None) as rt:
        await rt.eval("console.log(1)")
    assert any("Console" in name for name in collected.spans())


async def test_calls_and_isolates_are_measured(collected: Collected) -> None:
    async with Isolate(observer=collected.observer) as isolate:
        await isolate.define_function("add", lambda a, b: a + b)
        for _ in range(3):
            await isolate.eval("add(1, 2)")
        assert [point.value for point in collected.points("atoll.isolates")] == [1]
    assert [point.value for point in collected.points("atoll.isolates")] == [0]
    durations = {
        point.attributes["atoll.name"]: point.count
        for point in collected.points("atoll.call.duration")
    }
    assert (durations["add"], durations["eval"]) == (3, 3)
    sizes = {
        (point.attributes["atoll.direction"], point.attributes["atoll.part"]): point.value
        for point in collected.points("atoll.call.bytes")
    }
    assert sizes["to host", "request"] == 3 * len("[1,2]")
    (lifetime,) = collected.points("atoll.isolate.lifetime")
    assert lifetime.attributes == {"error.type": "IsolateDisposed"}


async def test_pools_have_gauges(collected: Collected) -> None:
    async with Pool(Isolate, size=0) as pool:
        observe_pool(pool, "main", meter_provider=collected.meters)
        async with pool.checkout():
            states = {
                point.attributes["atoll.state"]: point.value
                for point in collected.points("atoll.pool.isolates")
            }
            assert states["in_use"] == 1
            (checkouts,) = collected.points("atoll.pool.checkouts")
            assert (checkouts.value, checkouts.attributes) == (1, {"atoll.pool": "main"})
