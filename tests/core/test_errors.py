"""Errors both ways: what each side sees of the other's, and what it never sees."""

from __future__ import annotations

import copy
import pickle
import sys
from pathlib import Path
from typing import Any

import pytest

import atoll
from atoll import Isolate, JSError, JSSyntaxError, MarshalError
from atoll.modules import Modules

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def caught_from(isolate: Isolate, code: str, **options: Any) -> JSError:
    with pytest.raises(JSError) as caught:
        await isolate.eval(code, **options)
    return caught.value


# Guest to host


@pytest.mark.parametrize(
    "name", ["Error", "TypeError", "RangeError", "ReferenceError", "EvalError", "URIError"]
)
async def test_native_errors_keep_name_and_message(isolate: Isolate, name: str) -> None:
    error = await caught_from(isolate, f"throw new {name}('what')")
    assert (error.name, error.message, str(error)) == (name, "what", f"{name}: what")


async def test_the_stack_has_the_guests_file_line_and_column(isolate: Isolate) -> None:
    code = (
        "function inner() {\n  throw new Error('deep');\n}\nfunction outer() { inner(); }\nouter();"
    )
    error = await caught_from(isolate, code, filename="plugins/tax.js")
    assert error.js_stack == (
        "Error: deep\n"
        "    at inner (plugins/tax.js:2:9)\n"
        "    at outer (plugins/tax.js:4:20)\n"
        "    at plugins/tax.js:5:1"
    )


async def test_the_stack_of_an_async_function_is_the_guests_alone(isolate: Isolate) -> None:
    code = "async function a() { await 0; null.x; }\nasync function b() { await a(); }\nb()"
    error = await caught_from(isolate, code, filename="later.js")
    assert error.js_stack is not None
    lines = error.js_stack.splitlines()
    assert lines[1] == "    at a (later.js:1:36)"
    assert lines[2].strip().startswith("at async b (later.js:2:")


async def test_subclasses_and_own_fields_arrive(isolate: Isolate) -> None:
    error = await caught_from(
        isolate,
        "class HttpError extends Error { name = 'HttpError'; status = 404; body = {a: [1]}; }\n"
        "throw new HttpError('gone')",
    )
    assert (error.name, error.message) == ("HttpError", "gone")
    assert error.properties["status"] == 404
    assert error.properties["body"] == {"a": [1]}


async def test_causes_arrive_to_any_depth(isolate: Isolate) -> None:
    error = await caught_from(
        isolate,
        "throw new Error('a', {cause: new TypeError('b', {cause: {code: 5}})})",
    )
    assert isinstance(error.cause, JSError)
    assert (error.cause.name, error.cause.cause) == ("TypeError", {"code": 5})
    assert error.__cause__ is error.cause
    assert error.cause.__cause__ is None


async def test_aggregate_errors_carry_their_members(isolate: Isolate) -> None:
    error = await caught_from(
        isolate, "Promise.any([Promise.reject(new TypeError('one')), Promise.reject(2)])"
    )
    assert error.name == "AggregateError"
    assert isinstance(error.errors[0], JSError)
    assert error.errors[0].name == "TypeError"
    assert error.errors[1] == 2


async def test_dom_exceptions_keep_their_names(isolate: Isolate) -> None:
    error = await caught_from(isolate, "throw new DOMException('stop', 'AbortError')")
    assert (error.name, error.message) == ("AbortError", "stop")
    error = await caught_from(isolate, "structuredClone(() => 1)")
    assert error.name == "DataCloneError"


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("throw 5", 5),
        ("throw {a: 1}", {"a": 1}),
        ("throw null", None),
        ("Promise.reject('r')", "r"),
    ],
)
async def test_anything_that_is_thrown_arrives(isolate: Isolate, code: str, value: object) -> None:
    error = await caught_from(isolate, code)
    assert (error.name, error.value) == ("Uncaught", value)
    assert error.js_stack is None


async def test_what_cannot_cross_does_not_hide_the_error(isolate: Isolate) -> None:
    error = await caught_from(
        isolate,
        "const shared = {n: 1}; const e = new Error('kept');"
        "e.bad = [shared, () => 1, Symbol()]; e.good = shared; e.also = [shared];"
        "Object.defineProperty(e, 'worse', {get() { throw 1; }, enumerable: true}); throw e",
    )
    assert error.message == "kept"
    assert error.properties == {"good": {"n": 1}, "also": [{"n": 1}]}
    also: Any = error.properties["also"]
    assert error.properties["good"] is also[0]
    with pytest.raises(MarshalError, match="a symbol cannot leave"):
        await isolate.eval("throw Symbol()")


async def test_hostile_errors_do_no_harm(isolate: Isolate) -> None:
    for code in (
        "throw Object.defineProperty(new Error('m'), 'stack', {get() { throw 1; }})",
        "throw Object.defineProperty(new Error('m'), 'name', {get() { throw 1; }})",
        "throw Object.assign(new Error('m'), {message: {toString() { throw 1; }}})",
        "throw Object.assign(new Error('m'), {name: Symbol()})",
        "throw Object.setPrototypeOf(new Error('m'), null)",
        "throw new Proxy(new Error('m'), {get() { throw new Error('trap'); }})",
        "throw Object.assign(new Error('\\ud800'), {name: '\\udc00', '\\ud801': 1})",
        "const e = new Error('m'); e.stack = e; throw e",
    ):
        with pytest.raises((JSError, MarshalError)):
            await isolate.eval(f"(() => {{ {code} }})()")
    assert await isolate.eval("1 + 1") == 2


async def test_a_returned_error_is_a_value(isolate: Isolate) -> None:
    error = await isolate.eval("[new RangeError('r')]")
    assert isinstance(error[0], JSError)
    assert await isolate.eval("e => [e instanceof RangeError, e.message]", error[0]) == [True, "r"]


async def test_errors_survive_copies_and_process_pools(isolate: Isolate) -> None:
    error = await caught_from(
        isolate, "throw Object.assign(new Error('a', {cause: 1}), {code: 'E1'})"
    )
    for twin in (copy.copy(error), pickle.loads(pickle.dumps(error))):
        assert isinstance(twin, JSError)
        assert (twin.name, twin.message, twin.cause) == ("Error", "a", 1)
        assert twin.properties == {"code": "E1"}
        assert twin.js_stack == error.js_stack


# Host to guest


SEEN = """
(f => { try { f(); } catch (e) {
  return {name: e.name, message: e.message, isError: e instanceof Error, class: e.constructor.name,
          cause: e.cause && [e.cause.name, e.cause.message], keys: Object.keys(e),
          errors: e.errors?.map(x => x.name)};
} })
"""


class CustomError(Exception):
    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.code = 7
        self._private = "hidden"


def raises(error: BaseException) -> Any:
    def function() -> None:
        raise error

    return function


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ValueError("v"), ("ValueError", "v", "Error")),
        (KeyError("missing"), ("KeyError", "missing", "Error")),
        (TypeError("t"), ("TypeError", "t", "TypeError")),
        (CustomError("c"), ("CustomError", "c", "Error")),
        (Exception(), ("Exception", "", "Error")),
        (ValueError("\ud800"), ("ValueError", "\ud800", "Error")),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_an_exception_is_an_error_with_its_class_name_and_message(
    isolate: Isolate, error: Exception, expected: tuple[str, str, str]
) -> None:
    seen = await isolate.eval(SEEN, raises(error))
    assert (seen["name"], seen["message"], seen["class"]) == expected
    assert seen["isError"] is True
    assert "_private" not in seen["keys"]


async def test_causes_and_groups_enter_the_guest(isolate: Isolate) -> None:
    outer = ValueError("outer")
    outer.__cause__ = KeyError("inner")
    seen = await isolate.eval(SEEN, raises(outer))
    assert seen["cause"] == ["KeyError", "inner"]
    group = ExceptionGroup("several", [ValueError("a"), TypeError("b")])
    seen = await isolate.eval(SEEN, raises(group))
    assert seen["errors"] == ["ValueError", "TypeError"]
    assert seen["name"] == "ExceptionGroup"
    with pytest.raises(ExceptionGroup) as caught:
        await isolate.eval("f => f()", raises(group))
    assert caught.value is group


async def test_an_error_of_the_guest_that_passes_through_the_host_is_itself_again(
    isolate: Isolate,
) -> None:
    async def relay(function: Any) -> object:
        return await function()

    await isolate.define_async_function("relay", relay)
    seen = await isolate.eval(
        "try { await relay(() => { throw new RangeError('mine') }) }"
        "catch (e) { [e instanceof RangeError, e.message] }"
    )
    assert seen == [True, "mine"]


async def test_the_stack_of_a_host_error_shows_the_guests_call(isolate: Isolate) -> None:
    await isolate.define_function("fail", raises(ValueError("v")))
    stack = await isolate.eval(
        "function caller() { try { fail() } catch (e) { return e.stack } }\ncaller()",
        filename="calls.js",
    )
    assert stack.splitlines()[0] == "ValueError: v"
    assert stack.splitlines()[1].strip().startswith("at caller (calls.js:1:")


# What the guest never sees


EVERYTHING = """
const texts = [];
const visited = new Set();
const look = (e) => {
  if (typeof e === "string") texts.push(e);
  if (typeof e !== "object" && typeof e !== "function" || e === null || visited.has(e)) return;
  visited.add(e);
  for (let o = e; o && o !== Object.prototype && o !== Function.prototype;
       o = Object.getPrototypeOf(o)) {
    for (const key of Reflect.ownKeys(o)) {
      texts.push(String(key));
      try { look(e[key]); } catch {}
    }
  }
};
const site = (s) => ["getFileName", "getFunctionName", "getEvalOrigin", "getScriptNameOrSourceURL",
  "getScriptHash", "getTypeName", "getMethodName", "toString"].map((m) => {
    try { return String(s[m]?.()); } catch (e) { return String(e); }
  });
const attempts = [
  () => fail(), () => deep(), () => new Failing(), () => surplus(Symbol()), () => bad(),
  () => null.x, () => eval("("), () => new Function("("), () => structuredClone(() => 1),
  () => { const f = () => f(); f(); }, () => new URL("x"), () => JSON.parse("{"),
  () => new WebAssembly.Module(new Uint8Array(1)), () => [1].map(fail),
  () => Array.from({get length() { return fail(); }}),
];
for (const attempt of attempts) {
  try { attempt(); } catch (e) { look(e); }
}
for (const attempt of [() => later(), () => later(Symbol()), async () => await later(),
                       () => import("node:fs"), () => import("./x.js")]) {
  try { await attempt(); } catch (e) { look(e); }
}
Error.stackTraceLimit = 100;
Error.prepareStackTrace = (error, sites) => {
  for (const s of sites) {
    texts.push(...site(s));
    try { look(s.getThis()); look(s.getFunction()); } catch {}
  }
  return sites.length;
};
for (const attempt of attempts) {
  try { attempt(); } catch (e) { try { look(e.stack); } catch {} }
}
try { await later(); } catch (e) { look(e.stack); }
const carrier = {}; Error.captureStackTrace(carrier); look(carrier.stack);
texts
"""


async def test_no_path_of_the_host_and_no_traceback_reaches_the_guest(
    fresh_isolate: Isolate,
) -> None:
    async def later() -> None:
        raise LookupError("later")

    def deep() -> None:
        try:
            raises(OSError("inner"))()
        except OSError as error:
            raise ValueError("outer") from error

    class Failing:
        def __init__(self) -> None:
            raise PermissionError("no")

    await fresh_isolate.define_function("fail", raises(ValueError("v")))
    await fresh_isolate.define_function("deep", deep)
    await fresh_isolate.define_function("bad", object)
    await fresh_isolate.define_function("surplus", lambda: 1)
    await fresh_isolate.define_async_function("later", later)
    await fresh_isolate.define_class(Failing)
    texts = await fresh_isolate.eval(EVERYTHING, filename="user.js")
    assert any("user.js" in text for text in texts)
    package = str(Path(atoll.__file__).parent)
    forbidden = (
        package, sys.prefix, str(Path.home()), str(Path.cwd()), __file__, "Traceback", ".py",
        "file://", "ext:", "core/guest", "connection.js", "marshal.js", "/dev/fd", "site-packages",
        "data:text", "deno",
    )  # fmt: skip
    leaks = {text for text in texts for word in forbidden if word in text}
    assert leaks == set()


async def test_uncaught_errors_reach_the_owner() -> None:
    seen: list[BaseException] = []
    async with Isolate(on_uncaught=seen.append) as isolate:
        await isolate.eval("Promise.reject(new RangeError('nobody')); 0")
        await isolate.eval("queueMicrotask(() => { throw new TypeError('task') }); 0")
        await isolate.collect_garbage()
        assert await isolate.eval("1") == 1
    assert sorted(str(error) for error in seen) == ["RangeError: nobody", "TypeError: task"]


async def test_syntax_errors_are_errors_of_the_guest(isolate: Isolate) -> None:
    error = await caught_from(isolate, "let = ;")
    assert isinstance(error, JSSyntaxError)
    assert error.name == "SyntaxError"


@pytest.mark.parametrize(
    "code", ["import x from 'y'", "export default 1", "await 1; import x from 'y'", "export {}"]
)
async def test_a_script_that_is_a_module_is_told_how_to_run(isolate: Isolate, code: str) -> None:
    error = await caught_from(isolate, code)
    assert isinstance(error, JSSyntaxError)
    assert "module=True" in error.message
    assert (error.line, error.column) == (1, code.index("port") - 1)


async def test_a_stack_hook_may_call_the_one_that_it_replaces(fresh_isolate: Isolate) -> None:
    """As Babel does, with frames of its own among V8's."""
    code = """
    const { prepareStackTrace } = Error;
    const invented = { toString: () => "a line of my own" };
    Error.prepareStackTrace = (error, sites) =>
      prepareStackTrace(error, [invented, ...sites.slice(0, 1)]);
    function fails() { return new Error("x").stack }
    [fails(), fails()]
    """
    stacks = await fresh_isolate.eval(code, filename="user.js")
    assert stacks == ["Error: x\n    at a line of my own\n    at fails (user.js:6:31)"] * 2


async def test_lone_surrogates_in_sources_and_class_names_are_no_breach_of_the_protocol(
    fresh_isolate: Isolate,
) -> None:
    modules = await fresh_isolate.install(Modules())
    for run in (fresh_isolate.eval, modules.eval):
        with pytest.raises(JSSyntaxError) as caught:
            await run("let \ud800")
        assert caught.value.source_line == "let \ufffd"
    with pytest.raises(JSSyntaxError, match=r"\ufffd\.js"):
        await fresh_isolate.eval("(", filename="\ud800.js")
    unnamed = "class A { #x; get [Symbol.toStringTag]() { return '\\ud800' } }; new A()"
    with pytest.raises(MarshalError, match="\ufffd has no data of its own"):
        await fresh_isolate.eval(unnamed)
    assert await fresh_isolate.eval("1") == 1
