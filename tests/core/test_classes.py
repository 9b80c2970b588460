"""Classes whose state stays on the host."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import weakref
from typing import Any

import pytest
import pytest_asyncio

from atoll import ClassDefinition, Isolate, JSError, Property, js_class
from tests.core.support import held_handles

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Counter:
    """A counter."""

    step = 1
    _secret = "s"

    def __init__(self, start: int = 0) -> None:
        if start < 0:
            raise ValueError("start must not be negative")
        self._value = start
        self.label = "public attribute of an instance"

    def increment(self, by: int = 1) -> int:
        self._value += by
        return self._value

    async def increment_later(self, by: int = 1) -> int:
        await asyncio.sleep(0)
        return self.increment(by)

    @property
    def value(self) -> int:
        return self._value

    @value.setter
    def value(self, value: int) -> None:
        if not isinstance(value, int):
            raise TypeError("value must be an integer")
        self._value = value

    @property
    def doubled(self) -> int:
        return self._value * 2

    def same(self, other: object) -> bool:
        return other is self

    def me(self) -> Counter:
        return self

    @staticmethod
    def parse(text: str) -> Counter:
        return Counter(int(text))

    @classmethod
    def kind(cls) -> str:
        return cls.__name__

    def _hidden(self) -> int:
        return 42


async def test_the_guest_constructs_and_uses_it_like_its_own(fresh_isolate: Isolate) -> None:
    await fresh_isolate.define_class(Counter)
    assert await fresh_isolate.eval(
        """
        const c = new Counter(5);
        c.value = c.increment() + c.increment(4);
        [c.value, c.doubled, await c.increment_later(), Counter.kind(), Counter.step,
         Counter.parse("7").value, c instanceof Counter, `${c}`, Counter.name, typeof Counter,
         c.increment_later() instanceof Promise]
        """
    ) == [16, 32, 17, "Counter", 1, 7, True, "[object Counter]", "Counter", "function", True]


async def test_it_refuses_what_a_class_refuses(fresh_isolate: Isolate) -> None:
    await fresh_isolate.define_class(Counter)
    for code, message in (
        ("Counter()", "cannot be invoked without 'new'"),
        ("'use strict'; new Counter().doubled = 1", "which has only a getter"),
        ("'use strict'; Counter.step = 2", "Cannot assign to read only property"),
    ):
        with pytest.raises(JSError, match=message) as caught:
            await fresh_isolate.eval(code)
        assert caught.value.name == "TypeError"
    with pytest.raises(ValueError, match="start must not be negative"):
        await fresh_isolate.eval("new Counter(-1)")
    with pytest.raises(TypeError, match="value must be an integer"):
        await fresh_isolate.eval("new Counter().value = 'x'")


async def test_instances_come_home_as_the_same_object(fresh_isolate: Isolate) -> None:
    await fresh_isolate.define_class(Counter)
    counter = Counter(3)
    await fresh_isolate.define_global("given", counter)
    assert await fresh_isolate.eval("given") is counter
    assert await fresh_isolate.eval("[given, {deep: given}]") == [counter, {"deep": counter}]
    assert await fresh_isolate.eval("c => c === given && c instanceof Counter", counter) is True
    assert await fresh_isolate.eval("given.me() === given && given.same(given)") is True
    assert await fresh_isolate.eval("given.same(new Counter())") is False
    made = await fresh_isolate.eval("globalThis.made = new Counter(8); made.increment(); made")
    assert isinstance(made, Counter)
    assert made.value == 9
    made.increment()
    assert await fresh_isolate.eval("made.value") == 10


async def test_private_attributes_are_unreachable(fresh_isolate: Isolate) -> None:
    await fresh_isolate.define_class(Counter)
    reachable = await fresh_isolate.eval(
        """
        const found = new Set();
        const c = new Counter(1);
        for (const start of [c, Counter]) {
          for (let o = start; o && o !== Object.prototype && o !== Function.prototype;
               o = Object.getPrototypeOf(o)) {
            for (const key of Reflect.ownKeys(o)) found.add(String(key));
          }
        }
        [...found].sort()
        """
    )
    assert reachable == [
        "Symbol(Symbol.toStringTag)", "constructor", "doubled", "increment", "increment_later",
        "kind", "length", "me", "name", "parse", "prototype", "same", "step", "value",
    ]  # fmt: skip
    for name in ("_value", "_hidden", "_secret", "__class__", "__dict__", "__init__", "label"):
        assert await fresh_isolate.eval(f"new Counter()[{name!r}] === undefined") is True


@pytest.mark.parametrize(
    "receiver",
    [
        "{}",
        "Object.create(Counter.prototype)",
        "Object.setPrototypeOf({}, Counter.prototype)",
        "new Proxy(new Counter(), {})",
        "Counter.prototype",
        "null",
        "undefined",
        "5",
        "new Other()",
        "hostFunction",
        "Counter",
    ],
)
async def test_forged_receivers_are_refused(class_isolate: Isolate, receiver: str) -> None:
    for code in (
        "Counter.prototype.increment.call({})",
        "Object.getOwnPropertyDescriptor(Counter.prototype, 'value').get.call({})",
        "Object.getOwnPropertyDescriptor(Counter.prototype, 'value').set.call({}, 1)",
        "Counter.prototype.increment_later.call({})",
    ):
        script = code.replace("{}", f"({receiver})")
        # The check in the guest throws its own TypeError, the one on the host Python's.
        with pytest.raises((JSError, TypeError), match="Illegal invocation"):
            await class_isolate.eval(script)


@pytest_asyncio.fixture(loop_scope="module")
async def class_isolate(fresh_isolate: Isolate) -> Isolate:
    class Other:
        pass

    await fresh_isolate.define_class(Counter)
    await fresh_isolate.define_class(Other)
    await fresh_isolate.define_function("hostFunction", lambda: 1)
    return fresh_isolate


async def test_state_is_dropped_when_the_guest_object_is_collected(
    fresh_isolate: Isolate,
) -> None:
    states: list[weakref.ref[Counter]] = []

    class Tracked(Counter):
        def __init__(self) -> None:
            super().__init__()
            states.append(weakref.ref(self))

    await fresh_isolate.define_class(Tracked)
    await fresh_isolate.eval(
        "globalThis.kept = new Tracked(); for (let i = 0; i < 9; i++) new Tracked(); 0"
    )
    assert await held_handles(fresh_isolate) == (0, 1)
    assert [state() is not None for state in states] == [True] + [False] * 9
    assert await fresh_isolate.eval("kept.increment()") == 1
    await fresh_isolate.eval("kept = null")
    assert await held_handles(fresh_isolate) == (0, 0)
    assert states[0]() is None


async def test_state_is_dropped_when_the_isolate_ends() -> None:
    async with Isolate() as isolate:
        await isolate.define_class(Counter)
        state = weakref.ref(await isolate.eval("globalThis.c = new Counter(); c"))
        gc.collect()
        assert state() is not None
    del isolate
    gc.collect()
    assert state() is None


# Inheritance


class Animal:
    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def name(self) -> str:
        return self._name

    def speak(self) -> str:
        return f"{self._name} makes a sound"

    def describe(self) -> str:
        return f"an animal: {self.speak()}"


class Dog(Animal):
    def speak(self) -> str:
        return f"{self._name} barks"

    def fetch(self) -> str:
        return "stick"


async def test_host_classes_inherit_from_each_other(fresh_isolate: Isolate) -> None:
    await fresh_isolate.define_class(Animal)
    await fresh_isolate.define_class(Dog)
    assert await fresh_isolate.eval(
        """
        const d = new Dog("Rex");
        [d.name, d.speak(), d.describe(), d.fetch(), d instanceof Animal, d instanceof Dog,
         new Animal("x") instanceof Dog, Object.getPrototypeOf(Dog) === Animal, `${d}`,
         Object.hasOwn(Dog.prototype, "describe"), Animal.prototype.speak.call(d)]
        """
    ) == [
        "Rex", "Rex barks", "an animal: Rex barks", "stick", True, True, False, True,
        "[object Dog]", False, "Rex makes a sound",
    ]  # fmt: skip
    with pytest.raises(TypeError, match="Illegal invocation: the receiver is no Dog"):
        await fresh_isolate.eval("Dog.prototype.fetch.call(new Animal('x'))")


async def test_a_base_that_is_not_defined_gives_its_members(fresh_isolate: Isolate) -> None:
    await fresh_isolate.define_class(Dog)
    assert await fresh_isolate.eval("new Dog('Rex').describe()") == "an animal: Rex barks"
    assert await fresh_isolate.eval("typeof Animal") == "undefined"


async def test_an_instance_crosses_as_its_closest_defined_class(fresh_isolate: Isolate) -> None:
    class Puppy(Dog):
        pass

    await fresh_isolate.define_class(Animal)
    await fresh_isolate.define_class(Dog)
    puppy = Puppy("Pip")
    assert await fresh_isolate.eval("p => [p instanceof Dog, p.speak()]", puppy) == [
        True,
        "Pip barks",
    ]
    assert await fresh_isolate.eval("p => p", puppy) is puppy


async def test_guest_classes_extend_host_classes(fresh_isolate: Isolate) -> None:
    await fresh_isolate.define_class(Counter)
    assert await fresh_isolate.eval(
        """
        class Loud extends Counter {
          #log = [];
          constructor() { super(10); this.extra = 1; }
          increment(by) { this.#log.push(by); return super.increment(by) * 100; }
          get log() { return this.#log; }
        }
        const loud = new Loud();
        [loud.increment(2), loud.value, loud.log, loud.extra, loud instanceof Counter,
         loud.constructor === Loud, loud.same(loud), loud.me() === loud]
        """
    ) == [1200, 12, [2], 1, True, True, True, True]


# Definitions


@dataclasses.dataclass
class Point:
    x: int
    y: int = 2
    _z: int = 3

    def norm(self) -> int:
        return self.x + self.y


@dataclasses.dataclass(frozen=True)
class Fixed:
    x: int


async def test_the_fields_of_a_dataclass_are_accessors(fresh_isolate: Isolate) -> None:
    await fresh_isolate.define_class(Point)
    await fresh_isolate.define_class(Fixed)
    point = Point(1)
    await fresh_isolate.define_global("point", point)
    assert await fresh_isolate.eval("point.x = 5; [point.x, point.y, point._z, point.norm()]") == [
        5, 2, None, 7,
    ]  # fmt: skip
    assert point.x == 5
    assert await fresh_isolate.eval("new Point(8, 9).norm()") == 17
    with pytest.raises(JSError, match="which has only a getter"):
        await fresh_isolate.eval("'use strict'; new Fixed(1).x = 2")


async def test_the_decorator_names_a_class_and_forbids_constructing(
    fresh_isolate: Isolate,
) -> None:
    @js_class(name="Session", constructible=False)
    class _HostSession:
        def user(self) -> str:
            return "ada"

    await fresh_isolate.define_class(_HostSession)
    with pytest.raises(JSError, match="TypeError: Illegal constructor"):
        await fresh_isolate.eval("new Session()")
    with pytest.raises(JSError, match="Illegal constructor"):
        await fresh_isolate.eval("class Sub extends Session {}; new Sub()")
    assert await fresh_isolate.eval("s => `${s.user()} ${s}`", _HostSession()) == (
        "ada [object Session]"
    )


async def test_an_explicit_definition_uses_any_state(fresh_isolate: Isolate) -> None:
    shape = ClassDefinition(
        "Shape",
        constructor=lambda sides: {"sides": sides},
        methods={"count": lambda state: state["sides"]},
        properties={
            "sides": Property(lambda s: s["sides"], lambda s, v: s.__setitem__("sides", v)),
            "readOnly": Property(lambda s: "r"),
        },
        static_methods={"unit": lambda: 1},
        static_values={"MAX": 10},
    )

    async def grow(state: dict[str, Any], by: int) -> int:
        state["sides"] += by
        return int(state["sides"])

    square = ClassDefinition(
        "Square", constructor=lambda: {"sides": 4}, methods={"grow": grow}, base=shape
    )
    await fresh_isolate.define_class(shape)
    await fresh_isolate.define_class(square)
    assert await fresh_isolate.eval(
        """
        const q = new Square(); q.sides = 6;
        [q.count(), await q.grow(2), q instanceof Shape, Shape.MAX, Square.MAX, Square.unit(),
         q.readOnly, new Shape(3).count()]
        """
    ) == [6, 8, True, 10, 10, 1, "r", 3]


async def test_bad_definitions_say_what_is_wrong(fresh_isolate: Isolate) -> None:
    orphan = ClassDefinition("Orphan", base=Counter)
    with pytest.raises(TypeError, match="the base of Orphan has not been defined"):
        await fresh_isolate.define_class(orphan)
    await fresh_isolate.define_class(ClassDefinition("Plain", constructor=lambda: 5))
    with pytest.raises(TypeError, match="the constructor of Plain must return an object"):
        await fresh_isolate.eval("new Plain()")


async def test_an_asynchronous_constructor_is_waited_for(fresh_isolate: Isolate) -> None:
    async def connect(name: str) -> dict[str, str]:
        await asyncio.sleep(0)
        return {"name": name}

    await fresh_isolate.define_class(
        ClassDefinition("Link", constructor=connect, methods={"name": lambda s: s["name"]})
    )
    assert await fresh_isolate.eval("new Link('a').name()") == "a"


async def test_the_same_class_serves_two_isolates(isolate: Isolate, fresh_isolate: Isolate) -> None:
    counter = Counter(1)
    for each in (isolate, fresh_isolate):
        await each.define_class(Counter)
        assert await each.eval("c => c.increment()", counter)
    assert counter.value == 3
