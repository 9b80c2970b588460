"""`PerformanceObserver`: Performance Timeline, section 5."""

from __future__ import annotations

import pytest

from atoll import Isolate

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAMES = "(entries) => entries.map(({ name, entryType }) => `${entryType} ${name}`)"


async def test_marks_and_measures_are_observed(isolate: Isolate) -> None:
    result = await isolate.eval(f"""new Promise((resolve) => {{
      const names = {NAMES};
      const observer = new PerformanceObserver(function (list, same, options) {{
        resolve([
          names(list.getEntries()), names(list.getEntriesByType("mark")),
          names(list.getEntriesByName("b")), names(list.getEntriesByName("b", "measure")),
          this === observer, same === observer, options,
        ]);
      }});
      observer.observe({{ entryTypes: ["measure", "mark", "no such type", "mark"] }});
      performance.mark("b", {{ startTime: 20 }});
      performance.mark("a", {{ startTime: 10 }});
      performance.measure("m", "a", "b");
    }})""")
    assert result == [
        ["mark a", "measure m", "mark b"],
        ["mark a", "mark b"],
        ["mark b"],
        [],
        True,
        True,
        {"droppedEntriesCount": 0},
    ]


async def test_the_two_kinds_of_observers(isolate: Isolate) -> None:
    result = await isolate.eval("""(async () => {
      performance.clearMarks();
      performance.mark("before");
      const calls = [];
      const once = (options) => new Promise((resolve) => {
        const observer = new PerformanceObserver((list, _, told) => {
          resolve([list.getEntries().map((entry) => entry.name), "droppedEntriesCount" in told]);
          observer.disconnect();
        });
        observer.observe(options);
      });
      const buffered = await once({ type: "mark", buffered: true });
      const all = once({ entryTypes: ["mark"] });
      performance.mark("after");
      return [buffered, await all];
    })()""")
    assert result == [[["before"], True], [["after"], True]]


async def test_records_can_be_taken(isolate: Isolate) -> None:
    result = await isolate.eval("""(() => {
      const observer = new PerformanceObserver(() => { throw new Error("was called") });
      observer.observe({ type: "mark" });
      performance.mark("one");
      const first = observer.takeRecords().length;
      performance.mark("two");
      observer.disconnect();
      performance.mark("three");
      return [first, observer.takeRecords().length];
    })()""")
    assert result == [1, 0]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("new PerformanceObserver()", "TypeError"),
        ("new PerformanceObserver({})", "TypeError"),
        ("new PerformanceObserverEntryList([])", "TypeError"),
        ("new PerformanceObserverEntryList([], Object.freeze({}))", "TypeError"),
        ("observer.observe()", "TypeError"),
        ("observer.observe(1)", "TypeError"),
        ("observer.observe({ buffered: true })", "TypeError"),
        ("observer.observe({ entryTypes: 'mark' })", "TypeError"),
        ("observer.observe({ entryTypes: ['mark'], type: 'mark' })", "TypeError"),
        ("observer.observe({ entryTypes: ['mark'], buffered: false })", "TypeError"),
        (
            "observer.observe({ type: 'mark' }); observer.observe({ entryTypes: ['mark'] })",
            "InvalidModificationError",
        ),
        (
            "observer.observe({ entryTypes: ['mark'] }); observer.observe({ type: 'mark' })",
            "InvalidModificationError",
        ),
        ("PerformanceObserver.prototype.observe.call({}, { type: 'mark' })", "TypeError"),
    ],
)
async def test_errors(code: str, error: str, isolate: Isolate) -> None:
    caught = f"""(() => {{
      const observer = new PerformanceObserver(() => {{}});
      try {{ {code} }} catch (error) {{ return error.name }} finally {{ observer.disconnect() }}
    }})()"""
    assert await isolate.eval(caught) == error


async def test_supported_types_are_one_frozen_array(isolate: Isolate) -> None:
    types = "PerformanceObserver.supportedEntryTypes"
    assert await isolate.eval(f"{types} === {types} && Object.isFrozen({types})")
    assert await isolate.eval(f"[...{types}]") == ["mark", "measure"]


async def test_what_a_callback_throws_is_reported_and_stops_no_other() -> None:
    reported: list[BaseException] = []
    async with Isolate(on_uncaught=reported.append) as isolate:
        await isolate.eval("""new Promise((resolve) => {
          const options = { type: "mark" };
          new PerformanceObserver(() => { throw new RangeError("observed") }).observe(options);
          new PerformanceObserver(() => resolve()).observe(options);
          performance.mark("x");
        })""")
    assert [str(error) for error in reported] == ["RangeError: observed"]
