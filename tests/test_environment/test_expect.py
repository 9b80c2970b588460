"""`expect`: every matcher that Jest documents, and the same verdicts and messages as Jest's own.

The reference is the published `expect` of npm, run by the engine outside of any isolate, with the
same cases. It is fetched when the tests run; where no registry can be reached, that is said.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
from pathlib import Path

import pytest

from atoll.engine.deno import find_engine

from .support import Bench

VERSION = "30.5.2"
SEED = 20240607

VALUES = [
    "undefined", "null", "true", "0", "-0", "NaN", "1", "1n", "'a'", "''", "Symbol.for('s')",
    "[]", "[undefined]", "[,]", "[1, 2]", "[1, [2, { a: 3 }]]", "{}", "{ a: undefined }",
    "{ a: 1 }", "{ a: 1, b: { c: [1] } }", "Object.create(null)", "Object.create({ a: 1 })",
    "new (class A { a = 1 })()", "new Map([[1, { a: 1 }]])", "new Map([[{ a: 1 }, 1]])",
    "new Set([1, [2]])", "new Set([[2], 1])", "new Date(0)", "new Date(NaN)", "/a/g", "/a/",
    "new Error('m')", "new TypeError('m')", "new Error('m', { cause: 1 })",
    "new Uint8Array([1, 2])",
    "new Uint8Array([1, 3])", "new ArrayBuffer(2)", "new Number(1)", "new String('a')",
    "Object.assign([1], { x: 1 })", "{ [Symbol.for('s')]: 1 }", "(function* () { yield 1; })()",
    "new URL('https://a/b')", "expect.anything()", "expect.any(Number)", "expect.any(Object)",
    "expect.arrayContaining([1])", "expect.objectContaining({ a: 1 })", "expect.closeTo(1, 3)",
    "expect.stringContaining('a')", "expect.stringMatching(/^a/)",
    "expect.arrayOf(expect.any(Number))",
    "expect.not.objectContaining({ a: 1 })", "expect.not.stringContaining('b')",
    "(() => { const o = {}; o.self = o; return o; })()", "{ a: 1, get b() { return 2; } }",
]  # fmt: skip
"""Values that the matchers of equality are tried on, each with each."""

PAIRWISE = ["toBe", "toEqual", "toStrictEqual", "toMatchObject", "toContain", "toContainEqual"]

CASES = Path(__file__).with_name("expect_cases.txt").read_text("utf-8").splitlines()

HARNESS = r"""
globalThis.outcome = async (source) => {
  try {
    await (0, eval)(`(async () => { await ${source}; })`)();
    return null;
  } catch (error) {
    return `${error.message}`.replace(/\n+( +at .*)?$/gm, ""); // stacks name the files they ran in
  }
};
"""


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that runs cases with Jest's own `expect`."""
    folder = tmp_path_factory.mktemp("jest")
    program = folder / "reference.mjs"
    program.write_text(f"""
        import {{ expect }} from "npm:expect@{VERSION}";
        globalThis.expect = expect;
        {HARNESS}
        const cases = JSON.parse(Deno.readTextFileSync(Deno.args[0]));
        const verdicts = [];
        for (const source of cases) verdicts.push(await outcome(source));
        console.log(JSON.stringify(verdicts));
    """)
    cases = folder / "none.json"
    cases.write_text("[]")
    try:
        run_reference(program, cases)
    except subprocess.SubprocessError as error:
        pytest.skip(f"the npm package expect@{VERSION} cannot be fetched here: {error}")
    return program


def run_reference(program: Path, cases: Path) -> list[str | None]:
    ran = subprocess.run(
        [find_engine(), "run", "--quiet", "--no-lock", "--allow-all", program, cases],
        env={**os.environ, "DENO_DIR": str(program.parent / "cache"), "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=50,
    )
    verdicts: list[str | None] = json.loads(ran.stdout)
    return verdicts


def compare(guest: Bench, reference: Path, cases: list[str]) -> None:
    guest.isolate.eval(HARNESS + "0")
    code = "const all = []; for (const source of cases) all.push(await outcome(source));"
    ours = guest.isolate.eval(f"(cases) => (async () => {{ {code} return all; }})()", cases)
    file = reference.with_name("cases.json")
    file.write_text(json.dumps(cases))
    theirs = run_reference(reference, file)
    different = [
        f"{source}\n--- ours\n{mine}\n--- Jest\n{other}"
        for source, mine, other in zip(cases, ours, theirs, strict=True)
        if mine != other
    ]
    assert not different, f"{len(different)} of {len(cases)}:\n" + "\n\n".join(different[:5])


def test_every_pair_of_values_is_judged_as_by_jest(guest: Bench, reference: Path) -> None:
    cases = [
        f"expect({received}).{negation}{matcher}({expected})"
        for matcher in PAIRWISE
        for received in VALUES
        for expected in VALUES
        for negation in ("", "not.")
    ]
    compare(guest, reference, random.Random(SEED).sample(cases, 6000))


def test_every_matcher_says_what_jest_says(guest: Bench, reference: Path) -> None:
    compare(guest, reference, CASES)


def generated(source: random.Random, depth: int) -> str:
    kind = source.randrange(9 if depth else 5)
    if kind < 5:
        return source.choice(VALUES[:22])
    inner = [generated(source, depth - 1) for _ in range(source.randrange(4))]
    if kind == 5:
        return f"[{', '.join(inner)}]"
    if kind == 6:
        return f"new Set([{', '.join(inner)}])"
    pairs = [(source.choice("abc"), value) for value in inner]
    if kind == 7:
        return f"new Map([{', '.join(f'[{key!r}, {value}]' for key, value in pairs)}])"
    return f"{{ {', '.join(f'{key}: {value}' for key, value in pairs)} }}"


def test_generated_values_are_judged_as_by_jest(guest: Bench, reference: Path) -> None:
    source = random.Random(SEED)
    cases = []
    for _ in range(1500):
        received, expected = generated(source, 3), generated(source, 3)
        if source.random() < 0.4:
            expected = received
        cases.append(f"expect({received}).{source.choice(PAIRWISE[1:4])}({expected})")
    compare(guest, reference, cases)


DOCUMENTED = """
toBe toHaveBeenCalled toHaveBeenCalledTimes toHaveBeenCalledWith toHaveBeenLastCalledWith
toHaveBeenNthCalledWith toHaveReturned toHaveReturnedTimes toHaveReturnedWith
toHaveLastReturnedWith toHaveNthReturnedWith toHaveLength toHaveProperty toBeCloseTo toBeDefined
toBeFalsy toBeGreaterThan toBeGreaterThanOrEqual toBeLessThan toBeLessThanOrEqual toBeInstanceOf
toBeNull toBeTruthy toBeUndefined toBeNaN toContain toContainEqual toEqual toMatch
toMatchObject toMatchSnapshot toMatchInlineSnapshot toStrictEqual toThrow
toThrowErrorMatchingSnapshot
toThrowErrorMatchingInlineSnapshot toBeCalled toBeCalledTimes toBeCalledWith lastCalledWith
nthCalledWith toReturn toReturnTimes toReturnWith lastReturnedWith nthReturnedWith toThrowError
toHaveBeenCalledOnce toHaveBeenCalledExactlyOnceWith toSatisfy toBeOneOf toBeTypeOf
"""


def test_every_documented_matcher_is_there_in_every_form(guest: Bench) -> None:
    missing = guest.isolate.eval(
        """(names) => names.filter((name) => {
          const it = expect(1);
          return [it, it.not, it.resolves, it.rejects, it.resolves.not, it.rejects.not]
            .some((form) => typeof form[name] !== "function");
        })""",
        DOCUMENTED.split(),
    )
    assert missing == []


def test_matchers_can_be_added(guest: Bench) -> None:
    guest.passes("""
        expect.extend({
          toBeEven(received) {
            return {
              pass: received % 2 === 0,
              message: () =>
                `${this.utils.printReceived(received)} is ${this.isNot ? "" : "not "}even`,
            };
          },
          async toBeSoon(received, expected) {
            return { pass: this.equals(await received, expected), message: () => "not soon" };
          },
        });
        expect(2).toBeEven();
        expect(3).not.toBeEven();
        expect(() => expect(3).toBeEven()).toThrow("3 is not even");
        expect({ a: 2 }).toEqual({ a: expect.toBeEven() });
        await expect(Promise.resolve(1)).toBeSoon(1);
        await expect(expect(Promise.resolve(1)).toBeSoon(2)).rejects.toThrow("not soon");
        await expect(Promise.resolve(4)).resolves.toBeEven();
    """)


def test_equality_can_be_extended(guest: Bench) -> None:
    guest.passes("""
        class Volume { constructor(amount, unit) { Object.assign(this, { amount, unit }); } }
        const litres = (it) => it.unit === "l" ? it.amount : it.amount / 1000;
        expect.addEqualityTesters([function (a, b) {
          if (a instanceof Volume && b instanceof Volume) return litres(a) === litres(b);
        }]);
        expect({ of: new Volume(1, "l") }).toEqual({ of: new Volume(1000, "ml") });
        expect(new Volume(1, "l")).not.toEqual(new Volume(1, "ml"));
    """)


def test_assertions_are_counted(guest: Bench) -> None:
    assert "expect.assertions(2)" in guest.fails("expect.assertions(2); expect(1).toBe(1);")
    assert "at least one assertion" in guest.fails("expect.hasAssertions();")
    guest.passes("expect.assertions(1); await expect(Promise.resolve(1)).resolves.toBe(1);")


def test_soft_assertions_are_told_together(guest: Bench) -> None:
    results = guest.run("""
        test("soft", () => {
          expect.soft(1).toBe(2);
          expect.soft(1).not.toBe(1);
          expect.soft(1).toBe(1);
        });
    """)
    assert [len(test.errors) for test in results.tests] == [2]


def test_polling_waits_for_a_value(guest: Bench) -> None:
    guest.passes("let n = 0; await expect.poll(() => ++n, { interval: 1 }).toBe(3);")
    assert "Expected: -1" in guest.fails(
        "await expect.poll(() => 1, { interval: 1, timeout: 3 }).toBe(-1);"
    )


def test_a_failure_has_the_difference_and_the_place(guest: Bench) -> None:
    results = guest.tests.run_tests(
        'const sum = (a, b) => a - b;\n\ntest("sum", () => {\n  expect({ sum: sum(1, 2) })'
        ".toEqual({ sum: 3 });\n});\n",
        filename="sum.test.js",
    )
    [error] = results.tests[0].errors
    assert '-   "sum": 3,\n+   "sum": -1,' in error.message
    assert (error.frames[0].filename, error.frames[0].line) == ("sum.test.js", 4)
    assert error.code_frame is not None
    assert error.code_frame.splitlines()[-2:] == [
        "  4 |   expect({ sum: sum(1, 2) }).toEqual({ sum: 3 });",
        "    |                              ^",
    ]
    assert all("atoll" not in frame.filename for frame in error.frames)
