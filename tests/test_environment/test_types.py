"""`atoll check` knows what test files see."""

from __future__ import annotations

import re
from pathlib import Path

import atoll.sync
import atoll.test_environment
from atoll.typescript import check, declarations_for

GOOD = """
describe.skip.each([[1, 2]])("row %i", (a, b) => {
  test.only("x", { retry: 2 }, () => expect(a).not.toBe(b));
});
test("t", async () => {
  const f = jest.fn((x: number) => x);
  f(1);
  await expect(Promise.resolve(1)).resolves.toBe(1);
  vi.useFakeTimers().advanceTimersByTime(3);
}, 100);
beforeEach((done) => done());
"""


def test_test_files_are_checked() -> None:
    with atoll.sync.Runtime(tests=True) as rt:
        declarations = declarations_for(rt)
        there = set(rt.eval("Object.getOwnPropertyNames(globalThis)"))
    assert check(GOOD, "a.test.ts", declarations=declarations) == []
    wrong = "test(); const n: string = expect(1); jest.fn((x: number) => x)('one');"
    assert [found.code for found in check(wrong, "a.test.ts", declarations=declarations)] == [
        2554, 2322, 2345,
    ]  # fmt: skip
    package = Path(atoll.test_environment.__file__).parent
    text = (package / "globals.d.ts").read_text()
    declared = set(re.findall(r"^declare (?:const|function) (\w+)", text, re.MULTILINE))
    assert len(declared) == 18
    assert declared <= there
