"""Python stand-ins for JavaScript values that Python has no type of its own for."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Literal, TypeAlias, final

Copy: TypeAlias = bool | Literal["data"]
"""How a value of the guest comes: as a copy, by reference, or as a copy of data alone."""


@final
class Undefined(Enum):
    """The type of `undefined`."""

    UNDEFINED = "undefined"

    def __repr__(self) -> str:
        return "atoll.undefined"

    def __bool__(self) -> bool:
        return False


undefined: Final = Undefined.UNDEFINED
"""Send this for JavaScript's ``undefined``; ``None`` becomes ``null``. Both arrive as ``None``."""


class JSMap(dict[Hashable, Any]):
    """A ``Map``: a dict that crosses back as a ``Map`` even when all its keys are strings."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class JSRegExp:
    """A ``RegExp``, by its source and flags; Python's ``re`` has another syntax."""

    source: str
    flags: str = ""
