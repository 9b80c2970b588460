"""What an isolate's owner has put into it, for whoever describes it to others."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from atoll.core.classes import ClassDefinition
from atoll.core.handles import HostFunction


@dataclass
class Surface:
    """Definitions by their names in the guest, in the order they were made.

    Attributes:
        functions: the function, and whether the guest gets a promise.
        values: the types of other values.
        classes: as they were given to ``define_class``.
        capabilities: host halves.
    """

    functions: dict[str, tuple[Callable[..., Any], bool]] = field(default_factory=dict)
    values: dict[str, type] = field(default_factory=dict)
    classes: list[type | ClassDefinition] = field(default_factory=list)
    capabilities: list[Any] = field(default_factory=list)

    def defined(self, name: str, value: object) -> None:
        """A global has been set, or a property at a dotted path."""
        self.functions.pop(name, None)
        self.values.pop(name, None)
        if isinstance(value, HostFunction):
            self.functions[name] = (value.function, value.is_async)
        elif inspect.isroutine(value):
            self.functions[name] = (value, inspect.iscoroutinefunction(value))
        else:
            self.values[name] = type(value)

    def installed(self, capabilities: Sequence[Any]) -> None:
        """Capabilities have been installed."""
        self.capabilities += capabilities
