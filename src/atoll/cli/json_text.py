"""Results as JSON, for ``--json``: what JSON has no form for is an error, never a silent ``{}``."""

from __future__ import annotations

import datetime as dt
import json
import math
from typing import Any


class NotJson(Exception):
    """A value that JSON has no form for; the message says where it is."""


def to_json(value: object) -> str:
    """One line of JSON.

    A Date becomes the text that JavaScript's own ``toJSON`` gives, a Set an array (sorted, where
    its members compare), a Map with text keys an object; a bigint keeps all its digits.

    Raises:
        NotJson: something in the value has no form in JSON.
    """
    return json.dumps(_plain(value, "result", ()), separators=(",", ":"))


def _plain(value: Any, path: str, parents: tuple[int, ...]) -> Any:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            number = "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
            raise NotJson(f"{path} is {number}, which JSON has no form for")
        return value
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if not isinstance(value, list | dict | set):
        raise NotJson(f"{path} is {_kind(value)}, which JSON has no form for")
    if id(value) in parents:
        raise NotJson(f"{path} contains itself")
    parents = (*parents, id(value))
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise NotJson(f"{path} is a Map with the key {key!r}; JSON has text keys only")
        return {k: _plain(item, f"{path}.{k}", parents) for k, item in value.items()}
    items = value if isinstance(value, list) else _ordered(value)
    return [_plain(item, f"{path}[{i}]", parents) for i, item in enumerate(items)]


def _ordered(members: set[Any]) -> list[Any]:
    """In an order that does not change from run to run, where the members have one."""
    try:
        return sorted(members)
    except TypeError:
        return list(members)


def _kind(value: object) -> str:
    if isinstance(value, bytes | memoryview):
        return "binary data"
    if isinstance(value, BaseException):
        return "an Error"
    typeof = getattr(value, "typeof", type(value).__name__.removeprefix("JS"))
    return f"a {typeof}"
