"""What marshalling costs, beside JSON alone and beside pickle."""

from __future__ import annotations

import datetime as dt
import json
import pickle
import subprocess
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any, Final

import msgspec

from atoll.core import marshal
from atoll.core.handles import Handles
from atoll.core.reference import BaseReference

from .measure import Options, Row, interleave, per_operation, seconds
from .raw import deno_command, deno_environment

_SCRIPT: Final = Path(__file__).resolve().parent / "codec.js"
_SMALL: Final = ("1+1", "<eval>", None, True)
_RECORDS: Final = 6500
"""About 1 MB of JSON."""


def codec(options: Options) -> Iterator[Row]:
    yield from _host(options)
    yield from _guest(options)


def _no_reference(handle: int, kind: str) -> BaseReference:
    raise NotImplementedError


def _records(count: int, **more: object) -> list[dict[str, Any]]:
    return [
        {
            "id": i,
            "name": f"customer {i}",
            "active": i % 3 == 0,
            "score": i * 1.25,
            "tags": ["new", "north", None],
            "address": {"street": f"{i} Harbour Road", "city": "Ängelholm"},
            **more,
        }
        for i in range(count)
    ]


def _host(options: Options) -> Iterator[Row]:
    live = Handles(100, _no_reference, lambda handle, value: None)
    records = options.batch(_RECORDS)
    since = dt.datetime(2024, 5, 1, tzinfo=dt.UTC)
    values: tuple[tuple[str, object, int], ...] = (
        ("a small call", _SMALL, options.batch(2000)),
        ("1 MB", _records(records), 1),
        ("1 MB with dates", _records(records, since=since), 1),
    )
    for name, value, count in values:
        body, flags, _ = marshal.encode(value, live, depth=100)
        plain = msgspec.json.encode(value)
        pickled = pickle.dumps(value)

        def encode(value: object = value) -> object:
            return marshal.encode(value, live, depth=100)

        def decode(body: bytes = bytes(body), flags: int = flags) -> object:
            return marshal.decode(body, flags, (), live, depth=100)

        yield from _rows(
            options,
            f"encode {name}, host",
            count,
            encode,
            lambda value=value: msgspec.json.encode(value),  # type: ignore[misc]
            lambda value=value: pickle.dumps(value),  # type: ignore[misc]
        )
        yield from _rows(
            options,
            f"decode {name}, host",
            count,
            decode,
            lambda plain=plain: msgspec.json.decode(plain),  # type: ignore[misc]
            lambda pickled=pickled: pickle.loads(pickled),  # type: ignore[misc]
        )


def _rows(
    options: Options, what: str, count: int, *operations: Callable[[], object]
) -> Iterator[Row]:
    measurements = [per_operation(count, operation) for operation in operations]
    interleave(2, *measurements)
    ours, with_json, with_pickle = interleave(options.rounds(25), *measurements)
    yield Row(what, seconds(ours), "msgspec JSON alone", seconds(with_json))
    yield Row(what, seconds(ours), "pickle", seconds(with_pickle))


def _guest(options: Options) -> Iterator[Row]:
    root = Path(str(resources.files("atoll"))).resolve()
    with deno_environment() as environment:
        command = deno_command(
            f"--allow-read={root}",
            str(_SCRIPT),
            f"{root.as_uri()}/",
            str(options.rounds(25)),
            str(options.batch(2000)),
            str(options.batch(_RECORDS)),
        )
        ran = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    results: dict[str, dict[str, list[float]]] = json.loads(ran.stdout)
    for name, times in results.items():
        label = "JSON.stringify" if name.startswith("encode") else "JSON.parse"
        yield Row(f"{name}, guest", seconds(times["ours"]), label, seconds(times["json"]))
