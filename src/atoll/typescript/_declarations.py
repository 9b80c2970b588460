"""What a program can see, as TypeScript declarations: the installed capabilities and no more."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, get_type_hints

from atoll.core.capability import bundled_declarations
from atoll.core.classes import ClassDefinition, Property, definition_of
from atoll.core.surface import Surface
from atoll.typescript._command import Confinement
from atoll.typescript._engine_types import expand
from atoll.typescript._python_types import TypeWriter, is_identifier, key

if TYPE_CHECKING:
    from atoll.core.isolate import BaseIsolate


def declarations_for(
    *parts: BaseIsolate[Any] | object, confinement: Confinement = "require"
) -> str:
    """The text of a ``.d.ts`` file for what a program in an isolate can see.

    That is what every isolate has (URL, Blob, streams, …), what the given capabilities add, and,
    for an isolate or a runtime, what was installed in it and defined on it so far: functions and
    classes with the types of their Python annotations. ECMAScript itself is not in it.

    Args:
        parts: isolates, runtimes and capabilities. A capability has its declarations in an
            attribute ``declarations``; one without it adds none.
        confinement: of the engine's process that is asked for its declarations, once.

    Raises:
        CompilerFailed: the engine cannot be asked for its own declarations.
    """
    surface = Surface()
    for part in parts:
        known = getattr(part, "_surface", None)
        if isinstance(known, Surface):
            surface.capabilities += known.capabilities
            surface.classes += known.classes
            surface.functions |= known.functions
            surface.values |= known.values
        else:
            surface.capabilities.append(part)
    texts = [bundled_declarations("atoll.core")]
    texts += [str(getattr(half, "declarations", "")) for half in surface.capabilities]
    # Two capabilities of one kind say the same.
    return expand("\n".join(dict.fromkeys(texts)), confinement) + _host_declarations(surface)


def _host_declarations(surface: Surface) -> str:
    defined: set[type] = set()
    definitions: list[ClassDefinition] = []
    names: dict[type, str] = {}
    for source in surface.classes:
        if isinstance(source, ClassDefinition):
            definition = source
        else:
            definition = definition_of(source, lambda cls: cls in defined)
            defined.add(source)
            names[source] = definition.name
        if definition.instances is not None:
            names[definition.instances] = definition.name
        definitions.append(definition)
    writer = TypeWriter(names)
    lines = [_class(definition, writer, names) for definition in definitions]
    lines += _globals(surface, writer)
    return "".join(f"{line}\n" for line in lines)


# Functions and other values


class _Node:
    """A global, or a property on the path to one."""

    def __init__(self) -> None:
        self.signature: str | None = None
        self.type: str | None = None
        self.members: dict[str, _Node] = {}

    def at(self, path: Iterable[str]) -> _Node:
        node = self
        for name in path:
            node = node.members.setdefault(name, _Node())
        return node

    def property(self, name: str) -> str:
        """The declaration of a property with what is at this node."""
        if self.signature is not None and not self.members:
            return f"{key(name)}{self.signature}"
        return f"{key(name)}: {self.written()}"

    def written(self) -> str:
        """The type of what is at this node."""
        members = [node.property(name) for name, node in self.members.items()]
        if self.signature is not None:
            members.insert(0, self.signature)
        if members:
            return "{ " + "; ".join(members) + " }"
        return self.type or "any"

    def declared(self, name: str) -> str:
        """The declaration of a global with what is at this node."""
        if self.signature is not None and not self.members:
            return f"declare function {name}{self.signature};"
        return f"declare var {name}: {self.written()};"


def _globals(surface: Surface, writer: TypeWriter) -> list[str]:
    root = _Node()
    for name, (function, is_async) in surface.functions.items():
        root.at(name.split(".")).signature = _signature(function, writer, is_async=is_async)
    for name, kind in surface.values.items():
        root.at(name.split(".")).type = writer.write(kind, "out")
    return [node.declared(name) for name, node in root.members.items() if is_identifier(name)]


def _signature(
    function: Callable[..., Any], writer: TypeWriter, *, is_async: bool, skip: int = 0
) -> str:
    parameters, result = writer.parameters(function, skip=skip)
    return f"({parameters}): {writer.result(result, is_async=is_async)}"


# Classes


def _class(definition: ClassDefinition, writer: TypeWriter, names: Mapping[type, str]) -> str:
    base = definition.base
    name = base.name if isinstance(base, ClassDefinition) else names.get(base) if base else None
    extends = "" if name is None else f" extends {name}"
    members = [_constructor(definition, writer)]
    for method, function in definition.methods.items():
        members.append(f"{key(method)}{_method(function, writer, skip=1)}")
    for name_, accessor in definition.properties.items():
        kind = _property_type(definition, name_, accessor, writer)
        read_only = "readonly " if accessor.set is None else ""
        members.append(f"{read_only}{key(name_)}: {kind}")
    for method, function in definition.static_methods.items():
        members.append(f"static {key(method)}{_method(function, writer, skip=0)}")
    for name_, value in definition.static_values.items():
        members.append(f"static readonly {key(name_)}: {writer.write(type(value), 'out')}")
    body = "".join(f"  {member};\n" for member in members)
    return f"declare class {definition.name}{extends} {{\n{body}}}"


def _constructor(definition: ClassDefinition, writer: TypeWriter) -> str:
    if definition.constructor is None:
        return "private constructor()"
    return f"constructor({writer.parameters(definition.constructor)[0]})"


def _method(function: Callable[..., Any], writer: TypeWriter, *, skip: int) -> str:

    return _signature(function, writer, is_async=inspect.iscoroutinefunction(function), skip=skip)


def _property_type(
    definition: ClassDefinition, name: str, accessor: Property, writer: TypeWriter
) -> str:
    if definition.instances is not None:
        try:
            fields = get_type_hints(definition.instances, include_extras=True)
        except Exception:  # noqa: BLE001 - annotations are arbitrary code
            fields = {}
        if name in fields:
            return writer.write(fields[name], "out")
    if accessor.get is None:
        return "any"
    return writer.result(writer.parameters(accessor.get)[1], is_async=False)
