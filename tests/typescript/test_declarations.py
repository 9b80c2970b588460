"""Declarations say what an isolate has, and nothing that it has not."""

from __future__ import annotations

import datetime
import enum
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NewType, NotRequired, TypedDict, TypeVar

import pytest

import atoll
from atoll import ClassDefinition, Property, js_class, sync
from atoll.console import Console
from atoll.crypto import Crypto
from atoll.encoding import Encoding
from atoll.fetch import Fetch
from atoll.fs import Files, MemoryFileSystem
from atoll.modules import Modules
from atoll.path import Path
from atoll.timers import Timers
from atoll.typescript import check, declarations_for
from atoll.typescript._python_types import TypeWriter

CAPABILITIES: dict[str, Callable[[], Any]] = {
    "console": Console,
    "timers": Timers,
    "crypto": Crypto,
    "encoding": Encoding,
    "fetch": lambda: Fetch(lambda request: None),
    "fs": lambda: Files(MemoryFileSystem()),
    "path": Path,
}
"""All that add globals; a new one has its name here."""
GLOBALS = "Object.getOwnPropertyNames(globalThis)"


def globals_of(*capabilities: Any) -> set[str]:
    with sync.Isolate() as isolate:
        for capability in capabilities:
            isolate.install(capability)
        return set(isolate.eval(GLOBALS))


def mention(names: set[str]) -> str:
    return "".join(f"void ({name});\n" for name in sorted(names))


@pytest.fixture(scope="module")
def everything() -> set[str]:
    return globals_of(*[make() for make in CAPABILITIES.values()])


def test_all_that_is_there_is_declared(everything: set[str]) -> None:
    declared = declarations_for(*[make() for make in CAPABILITIES.values()])
    assert check(mention(everything), declarations=declared) == []


@pytest.mark.parametrize("name", CAPABILITIES)
def test_what_is_not_there_is_not_declared(name: str, everything: set[str]) -> None:
    make = CAPABILITIES[name]
    absent = everything - globals_of(make())
    absent |= {"Deno", "document", "window", "process", "Buffer", "require"}
    found = check(mention(absent), declarations=declarations_for(make()))
    assert {one.line for one in found} == set(range(1, len(absent) + 1))


@pytest.mark.parametrize(
    "name", ["console", "crypto", "performance", "URL.prototype", "Blob.prototype"]
)
def test_members_are_those_that_are_there(name: str) -> None:
    with sync.Isolate() as isolate:
        isolate.install(Console())
        isolate.install(Crypto())
        listed = f"[...Object.keys({name}), ...Object.keys(Object.getPrototypeOf({name}))]"
        members = set(isolate.eval(listed))
        declared = declarations_for(isolate)
    assert members
    assert (
        check("".join(f"void {name}.{member};\n" for member in members), declarations=declared)
        == []
    )


def test_types_of_the_platform_are_exact() -> None:
    code = (
        "const url: URL = new URL('x:y');\nsetTimeout(() => {}, 'soon');\ncrypto.subtle.digest(1);"
    )
    found = check(code, declarations=declarations_for(Timers(), Crypto()))
    assert [one.line for one in found] == [2, 3]


def test_modules_declare_import_meta() -> None:
    code = "const url: string = import.meta.resolve('x') + import.meta.url; import.meta.main;\n"
    declared = declarations_for(Modules())
    assert check(code, declarations=declared) == []
    assert [one.line for one in check(code + "import.meta.dirname;", declarations=declared)] == [2]
    assert check(code) != []


def test_a_part_without_declarations_adds_none() -> None:
    assert declarations_for(object()) == declarations_for()


class Colour(enum.Enum):
    RED = "red"
    BLUE = 2


class Options(TypedDict):
    q: str
    limit: NotRequired[int]


@dataclass
class Point:
    x: float
    label: str | None = None
    _hidden: int = 0


UserId = NewType("UserId", str)
T = TypeVar("T")

TYPES: list[tuple[Any, str, str]] = [
    (str, "string", "string"),
    (int, "number", "number"),
    (float, "number", "number"),
    (bool, "boolean", "boolean"),
    (None, "null | undefined", "null"),
    (bytes, "ArrayBuffer | ArrayBufferView", "Uint8Array"),
    (Any, "any", "any"),
    (object, "unknown", "unknown"),
    (list[int], "number[]", "number[]"),
    (list, "any[]", "any[]"),
    (Sequence[str | None], "Array<string | null | undefined>", "Array<string | null>"),
    (tuple[int, str], "[number, string]", "[number, string]"),
    (tuple[int, ...], "number[]", "number[]"),
    (dict[str, bool], "Record<string, boolean>", "Record<string, boolean>"),
    (Mapping[int, str], "Map<number, string>", "Map<number, string>"),
    (dict, "Record<string, any>", "Record<string, any>"),
    (set[str], "Set<string>", "Set<string>"),
    (Literal["a", 1, True], '"a" | 1 | true', '"a" | 1 | true'),
    (Colour, '"red" | 2', '"red" | 2'),
    (datetime.datetime, "Date", "Date"),
    (datetime.date, "string", "string"),
    (Options, "{ q: string; limit?: number }", "{ q: string; limit?: number }"),
    (Point, "any", "{ x: number; label: string | null }"),
    (UserId, "string", "string"),
    (T, "any", "unknown"),
    (Annotated[int, "unit"], "number", "number"),
    (Callable[[int], str], "((arg0: number) => string)", "((arg0: number) => string)"),
    (Callable[..., Any], "((...args: any[]) => any)", "((...args: any[]) => any)"),
    (Awaitable[int], "Promise<number>", "Promise<number>"),
    (AsyncIterator[str], "ReadableStream<string>", "ReadableStream<string>"),
    (Iterator[int], "ReadableStream<number>", "ReadableStream<number>"),
    (ValueError, "Error", "Error"),
    (atoll.URL, "URL", "URL"),
    (atoll.Blob, "Blob", "Blob"),
    (complex, "any", "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("annotation", "passed", "given"), TYPES)
def test_annotations(annotation: Any, passed: str, given: str) -> None:
    writer = TypeWriter({})
    assert writer.write(annotation, "in") == passed
    assert writer.write(annotation, "out") == given


def test_every_written_type_is_one() -> None:
    writer = TypeWriter({})
    lines = [
        f"declare var {direction}{index}: {writer.write(annotation, direction)};"
        for index, (annotation, _, _) in enumerate(TYPES)
        for direction in ("in", "out")
    ]
    assert check("", declarations=declarations_for() + "\n".join(lines)) == []


def add(a: int, b: int = 2, *rest: str) -> int:
    return a + b


async def look_up(q: str, options: Options | None = None) -> list[Point]:
    return [Point(1)]


@js_class(name="Cart")
class ShoppingCart:
    CURRENCY = "EUR"

    def __init__(self, owner: str, /) -> None:
        self.owner = owner

    def put(self, item: str, count: int = 1) -> ShoppingCart:
        return self

    async def pay(self) -> float:
        return 1.0

    @property
    def size(self) -> int:
        return 0

    @staticmethod
    def parse(text: str) -> ShoppingCart:
        return ShoppingCart(text)


HOST = """\
const total: number = math.add(1);
math.add("1");
math.add(1, 2, 3);
const points: { x: number }[] = await lookUp("q", { q: "a", limit: 2 });
lookUp("q", { limit: 2 });
const cart: Cart = new Cart("me").put("pen").put("ink", 2);
const paid: number = await cart.pay();
cart.size = 3;
cart.owner;
Cart.parse(1);
const version: string = VERSION;
anything(1, "2", {});
new Stack(1).push(2); new Stack().size.foo; Stack.MAX = 3;
const made: Derived = new Derived("x"); made.put("a").pay(); made.more(1);
"""
WRONG = [2, 3, 5, 8, 9, 10, 13, 14]


class DerivedCart(ShoppingCart):
    def more(self, text: str) -> None: ...


def define(isolate: Any) -> None:
    isolate.define_function("math.add", add)
    isolate.define_async_function("lookUp", look_up)
    isolate.define_class(ShoppingCart)
    isolate.define_class(js_class(name="Derived")(DerivedCart))
    isolate.define_global("VERSION", "1.0")
    isolate.define_function("anything", lambda *args: None)
    isolate.define_class(
        ClassDefinition(
            "Stack",
            constructor=lambda *items: list(items),
            methods={"push": lambda state, item: state.append(item)},
            properties={"size": Property(get=len)},
            static_values={"MAX": 100},
        )
    )


def test_what_the_host_defined() -> None:
    with sync.Isolate() as isolate:
        define(isolate)
        declared = declarations_for(isolate)
    found = check(HOST, declarations=declared)
    assert sorted({one.line for one in found}) == WRONG
    assert {one.file for one in found} == {"program.ts"}


async def test_asyncio_isolates_and_runtimes_know_the_same() -> None:
    async with atoll.Runtime() as runtime:
        await runtime.define_function("math.add", add)
        await runtime.define_async_function("lookUp", look_up)
        await runtime.define_class(ShoppingCart)
        declared = declarations_for(runtime)
    code = "math.add('1');\nconst p: number = (await lookUp('q'))[0].x; new Cart('a').put('b');\n"
    found = check(code + "console.log(setTimeout, crypto, atob); fetch;", declarations=declared)
    assert [one.line for one in found] == [1, 3]


def test_a_global_that_is_set_again_is_declared_once() -> None:
    with sync.Isolate() as isolate:
        isolate.define_global("twice", 1)
        isolate.define_function("twice", add)
        isolate.define_global("not-an-identifier", 1)
        isolate.define_function("delete.class", add)
        isolate.define_global("tools.list", [1])
        isolate.define_function("tools.delete", add)
        declared = declarations_for(isolate)
    code = "const n: number = twice(1); tools.delete(1); tools.list;"
    assert check(code, declarations=declared) == []


def test_annotations_that_cannot_be_resolved_are_any() -> None:
    def broken(a: Missing, b: int) -> Missing:  # type: ignore[name-defined]  # noqa: F821
        return a

    with sync.Isolate() as isolate:
        isolate.define_function("broken", broken)
        isolate.define_function("length", len)
        declared = declarations_for(isolate)
    assert "declare function broken(a: any, b: any): any;" in declared
    assert check("broken(1, 'x'); length('abc')", declarations=declared) == []
