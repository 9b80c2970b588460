"""Test files that are modules, and that import what they test."""

from __future__ import annotations

import atoll.sync
from atoll import Runtime
from atoll.modules import Modules
from atoll.test_environment import IMPORTS

from .support import statuses


def modules() -> Modules:
    provided = Modules().virtual("sum.js", "export const sum = (a, b) =>\n  a + boom(b);\n")
    provided.virtual("sum.test.js", 'import { sum } from "./sum.js"; test("sum", () => sum(1, 2));')
    for name, source in IMPORTS.items():
        provided.virtual(name, source)
    return provided


CODE = """
import { expect, it, vi } from "vitest";
import { jest } from "@jest/globals";
import { spyOn } from "bun:test";

it("takes a context", (context) => { expect(context.task.name).toBe("takes a context"); });
it("shares one expect", ({ expect: own }) => { expect(own).toBe(expect); });
it("mocks", () => { expect(vi.isMockFunction(jest.fn())).toBe(typeof spyOn === "function"); });
const { default: text } = await import("data:text/javascript,export default 'no'").catch(
  (error) => ({ default: error.name }));
it("awaits at the top level", () => { expect(text).toMatch(/Error|ModuleDenied|ModuleNotFound/); });
"""


async def test_modules_import_their_api() -> None:
    async with Runtime(modules=modules(), tests=True) as rt:
        results = await rt.run_tests(CODE, filename="a.test.js", module=True)
        assert results.passed == 4, str(results)
        assert (await rt.run_tests("test('script', () => {})")).passed == 1


async def test_a_failure_in_an_imported_file_shows_that_file() -> None:
    sources = {"sum.js": "export const sum = (a, b) =>\n  a + boom(b);\n"}
    async with Runtime(modules=modules(), tests=True) as rt:
        results = await rt.run_test_module("sum.test.js", sources=sources)
    [error] = results.tests[0].errors
    assert [frame.filename for frame in error.frames] == ["sum.js", "sum.test.js"]
    assert error.code_frame is not None
    assert "2 |   a + boom(b);" in error.code_frame


async def test_a_module_that_is_not_there_fails_the_file() -> None:
    async with Runtime(modules=modules(), tests=True) as rt:
        results = await rt.run_tests("import './gone.js'", filename="a.test.js", module=True)
        assert "gone.js" in results.errors[0].message
        again = await rt.run_test_module("missing.test.js")
    assert "missing.test.js" in again.errors[0].message


def test_the_blocking_runtime_does_the_same() -> None:
    with atoll.sync.Runtime(modules=modules(), tests=True) as rt:
        results = rt.run_tests(CODE, filename="a.test.js", module=True)
        assert set(statuses(results).values()) == {"passed"}
        assert rt.run_test_module("sum.test.js").failed == 1


async def test_typescript_has_its_own_places() -> None:
    code = (
        "type A = { a: number };\ntest('t', () => {\n  const a: A = { a: 1 };\n  throw a.b;\n});\n"
    )
    code = code.replace("throw a.b", "throw new Error(`${(a as A).a}`)")
    async with Runtime(modules=modules(), tests=True) as rt:
        results = await rt.run_tests(code, filename="a.test.ts", module=True)
    [error] = results.tests[0].errors
    assert (error.message, error.frames[0].filename, error.frames[0].line) == ("1", "a.test.ts", 4)
    assert error.code_frame is not None
    assert "4 |   throw new Error(`${(a as A).a}`);" in error.code_frame


async def test_expect_of_vitest_takes_a_message() -> None:
    code = """
        import { expect, test } from "vitest";
        test("sync", () => { expect(1, "the one").not.toBe(1); });
        test("async", async () => { await expect(Promise.resolve(1), "later").resolves.toBe(2); });
        test("passes", () => { expect(1, "unused").toBe(1); expect.hasAssertions(); });
    """
    async with Runtime(modules=modules(), tests=True) as rt:
        results = await rt.run_tests(code, filename="a.test.js", module=True)
    assert [test.status for test in results.tests] == ["failed", "failed", "passed"]
    assert results.tests[0].errors[0].message.startswith("the one: expect(received).not.toBe(")
    assert results.tests[1].errors[0].message.startswith("later: expect(received).resolves.toBe(")


async def test_suites_of_vitest_define_their_tests_once_the_file_has_run() -> None:
    code = """
        import { describe, expect, test } from "vitest";
        describe("first", () => {
          for (const n of NUMBERS) test(`has ${n}`, () => expect(n).toBeGreaterThan(0));
          describe("inner", () => test("deep", () => {}));
        });
        test("between", () => {});
        describe.each([[1]])("of %i", (n) => test("x", () => expect(NUMBERS).toContain(n)));
        const NUMBERS = [1, 2];
    """
    async with Runtime(modules=modules(), tests=True) as rt:
        results = await rt.run_tests(code, filename="a.test.js", module=True)
        assert results.ok, str(results)
        assert [test.full_name for test in results.tests] == [
            "first has 1", "first has 2", "first inner deep", "between", "of 1 x",
        ]  # fmt: skip
        thrown = (
            "import { describe } from 'vitest'; describe('s', () => { throw new Error('in'); })"
        )
        failed = await rt.run_tests(thrown, filename="a.test.js", module=True)
    assert [error.message for error in failed.errors] == ["in"]
