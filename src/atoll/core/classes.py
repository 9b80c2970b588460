"""Classes whose state lives on the host, and whose interface the guest uses as its own.

The guest gets a real class: ``instanceof``, ``extends``, ``Symbol.toStringTag`` and brand checks
work. Each instance is a handle; its Python state is dropped when the guest's object is collected
or the isolate ends. The host checks the receiver of every call again, so that forged messages
cannot call a method of one class on the state of another.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from atoll.core.handles import Handles, max_args

T = TypeVar("T", bound=type)


@dataclass(frozen=True)
class Property:
    """An accessor: ``get(state)`` and, unless it is read-only, ``set(state, value)``."""

    get: Callable[[Any], Any] | None = None
    set: Callable[[Any, Any], Any] | None = None


@dataclass(frozen=True)
class ClassDefinition:
    """What a guest class looks like.

    Attributes:
        name: its name in the guest.
        constructor: takes the arguments of ``new`` and returns the instance's state, any object
            but a plain value; ``None``: the guest may not construct it ("Illegal constructor").
        methods: by name; each takes the state, then the arguments. A coroutine function becomes a
            method that returns a promise.
        properties: by name.
        static_methods: by name, without a state.
        static_values: constants of the class; plain values.
        base: the definition or Python class that it extends; must have been defined before.
        instances: the Python class whose instances cross as instances of this one, if any.
    """

    name: str
    constructor: Callable[..., Any] | None = None
    methods: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    properties: Mapping[str, Property] = field(default_factory=dict)
    static_methods: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    static_values: Mapping[str, object] = field(default_factory=dict)
    base: ClassDefinition | type | None = None
    instances: type | None = None


@overload
def js_class(cls: T, /) -> T: ...
@overload
def js_class(*, name: str | None = None, constructible: bool = True) -> Callable[[T], T]: ...


def js_class(
    cls: T | None = None, /, *, name: str | None = None, constructible: bool = True
) -> T | Callable[[T], T]:
    """Class decorator that says how ``define_class`` presents a class to the guest.

    Args:
        name: its name in the guest; the class's own by default.
        constructible: whether guest code may use ``new``.
    """

    def mark(cls: T) -> T:
        setattr(  # noqa: B010 - the type checker knows no such attribute
            cls, "__atoll_class__", {"name": name or cls.__name__, "constructible": constructible}
        )
        return cls

    return mark if cls is None else mark(cls)


def definition_of(cls: type, defined: Callable[[type], bool]) -> ClassDefinition:
    """The definition of a Python class: its public methods, properties and constants.

    Names that begin with an underscore are left out. Members of bases come with it, up to the
    closest base that is itself ``defined``, which becomes the guest class's base.
    """
    options = cls.__dict__.get("__atoll_class__", {"name": cls.__name__, "constructible": True})
    members: dict[str, Any] = {}
    base: type | None = None
    for part in cls.__mro__:
        if part is object:
            continue
        if part is not cls and defined(part):
            base = part
            break
        for name, member in part.__dict__.items():
            if not name.startswith("_"):
                members.setdefault(name, member)
    methods: dict[str, Callable[..., Any]] = {}
    properties: dict[str, Property] = {}
    static_methods: dict[str, Callable[..., Any]] = {}
    static_values: dict[str, object] = {}
    for name, member in members.items():
        if isinstance(member, property):
            properties[name] = Property(member.fget, member.fset)
        elif isinstance(member, staticmethod | classmethod):
            static_methods[name] = getattr(cls, name)
        elif inspect.isfunction(member):
            methods[name] = member
        elif isinstance(member, bool | int | float | str):
            static_values[name] = member
    for name in _instance_fields(cls):
        if name not in members or name in static_values:
            static_values.pop(name, None)
            properties[name] = _field(name, frozen=_is_frozen(cls))
    return ClassDefinition(
        name=options["name"],
        constructor=cls if options["constructible"] else None,
        methods=methods,
        properties=properties,
        static_methods=static_methods,
        static_values=static_values,
        base=base,
        instances=cls,
    )


def _instance_fields(cls: type) -> list[str]:
    """The public fields of a dataclass."""
    if not dataclasses.is_dataclass(cls):
        return []
    return [item.name for item in dataclasses.fields(cls) if not item.name.startswith("_")]


def _is_frozen(cls: type) -> bool:
    return bool(getattr(cls, "__dataclass_params__").frozen)  # noqa: B009 - unknown to the checker


def _field(name: str, *, frozen: bool) -> Property:
    def get(state: object) -> object:
        return getattr(state, name)

    def set(state: object, value: object) -> None:
        setattr(state, name, value)

    return Property(get, None if frozen else set)


class ClassTable:
    """The classes that one isolate has been given."""

    def __init__(self, handles: Handles) -> None:
        self._handles = handles
        self._ids: dict[object, int] = {}
        self._bases: dict[int, int] = {}

    def add(self, source: type | ClassDefinition) -> dict[str, Any]:
        """Register a class; returns the description that the guest builds it from.

        Raises:
            TypeError: its base has not been defined in this isolate.
        """
        if isinstance(source, ClassDefinition):
            definition = source
        else:
            definition = definition_of(source, lambda cls: cls in self._ids)
        base_id = 0
        if definition.base is not None:
            base_id = self._ids.get(_key(definition.base), 0)
            if base_id == 0:
                raise TypeError(
                    f"the base of {definition.name} has not been defined in this isolate; "
                    "call define_class for it first"
                )
        class_id = len(self._bases) + 1
        self._bases[class_id] = base_id
        self._ids[_key(source)] = class_id
        if definition.instances is not None:
            self._ids[definition.instances] = class_id
            self._handles.register_class(definition.instances, class_id)
        return {
            "id": class_id,
            "name": definition.name,
            "base": base_id,
            "construct": self._constructor(definition, class_id),
            "members": self._members(definition, class_id),
            "isGlobal": True,
        }

    def _constructor(self, definition: ClassDefinition, class_id: int) -> int:
        constructor = definition.constructor
        if constructor is None:
            return 0

        def adopt(state: object) -> int:
            if state is None or isinstance(state, bool | int | float | str | bytes):
                raise TypeError(f"the constructor of {definition.name} must return an object")
            return self._handles.export(state, class_id=class_id)

        async def adopt_later(state: Any) -> int:
            return adopt(await state)

        limit = max_args(constructor)

        def construct(*args: Any) -> Any:
            state = constructor(*args[:limit])
            return adopt_later(state) if inspect.isawaitable(state) else adopt(state)

        return self._handles.define(construct)

    def _members(self, definition: ClassDefinition, class_id: int) -> list[dict[str, Any]]:
        def receive(function: Callable[..., Any]) -> int:
            return self._handles.define(self._checked(function, class_id, definition.name))

        members = []
        for name, method in definition.methods.items():
            members.append(
                _member(
                    name, "method", receive(method), is_async=inspect.iscoroutinefunction(method)
                )
            )
        for name, accessor in definition.properties.items():
            get = receive(accessor.get) if accessor.get else 0
            set = receive(accessor.set) if accessor.set else 0
            members.append(_member(name, "accessor", get, set=set))
        for name, method in definition.static_methods.items():
            members.append(
                _member(
                    name,
                    "method",
                    self._handles.define(method),
                    is_async=inspect.iscoroutinefunction(method),
                    is_static=True,
                )
            )
        for name, value in definition.static_values.items():
            members.append(_member(name, "value", 0, value=value, is_static=True))
        return members

    def _checked(
        self, function: Callable[..., Any], class_id: int, name: str
    ) -> Callable[..., Any]:
        """The function behind a check that its receiver is of the class, or of one under it."""
        limit = max_args(function)

        def call(*args: Any) -> Any:
            actual = self._handles.class_of(args[0]) if args else 0
            while actual and actual != class_id:
                actual = self._bases[actual]
            if not actual:
                raise TypeError(f"Illegal invocation: the receiver is no {name}")
            return function(*args[:limit])

        return call


def _key(source: object) -> object:
    # Definitions hold dictionaries and are not hashable; each object is a class of its own.
    return id(source) if isinstance(source, ClassDefinition) else source


def _member(
    name: str,
    kind: str,
    call: int,
    *,
    set: int = 0,
    is_async: bool = False,
    is_static: bool = False,
    value: object = None,
) -> dict[str, Any]:
    return {
        "name": name,
        "kind": kind,
        "call": call,
        "set": set,
        "isAsync": is_async,
        "isStatic": is_static,
        "value": value,
    }
