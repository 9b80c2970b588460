"""Importing: many small modules, one large one with and without its cache, and none at all."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from atoll.core.disk_cache import DiskCache
from atoll.modules import Modules
from atoll.sync import Isolate

from .measure import Options, Row, at_most, interleave, seconds
from .raw import deno_command, deno_environment

_FAN_OUT = 10
_TIMER = """\
const start = performance.now();
await import(Deno.args[0]);
console.log(performance.now() - start);
"""


def modules(options: Options) -> Iterator[Row]:
    """Imports alone: what starting costs is not in them. Bare Deno times its own."""
    rounds = options.rounds(15)
    with tempfile.TemporaryDirectory(prefix="atoll-bench-") as name, deno_environment() as warm:
        folder = Path(name)
        count = 50 if options.quick else 500
        _write_graph(folder, count)
        _write_bundle(folder, 100_000 if options.quick else 1_000_000)
        (folder / "timer.js").write_text(_TIMER)
        cold = warm | {"DENO_DIR": "/dev/null/none"}
        builder = Modules(cache=None).directory("", folder)
        cached = Modules(cache=DiskCache(folder / "cache")).directory("", folder)

        graph, graph_of_deno = interleave(
            rounds,
            lambda: _import(builder, "./graph/0.js"),
            _deno(folder, "graph/0.js", cold),
        )
        yield Row(
            f"import of {count} small modules",
            seconds(graph),
            "bare Deno",
            seconds(graph_of_deno),
            at_most(2, "bare"),
        )
        _import(cached, "./bundle.js", wait=True)
        _deno(folder, "bundle.js", warm)()
        bundle, again, bundle_of_deno, again_of_deno = interleave(
            rounds,
            lambda: _import(builder, "./bundle.js"),
            lambda: _import(cached, "./bundle.js"),
            _deno(folder, "bundle.js", cold),
            _deno(folder, "bundle.js", warm),
        )
        what = "import of a 1 MB bundle"
        yield Row(
            f"{what}, cold",
            seconds(bundle),
            "bare Deno without its cache",
            seconds(bundle_of_deno),
            at_most(1.5, "bare"),
        )
        yield Row(
            f"{what}, from the cache",
            seconds(again),
            "bare Deno with its cache",
            seconds(again_of_deno),
            at_most(1.1, "bare"),
        )
        yield Row(
            f"{what}, from the cache", seconds(again), "cold", seconds(bundle), at_most(1, "cold")
        )
        with_modules, without = interleave(rounds, lambda: _start(Modules()), lambda: _start(None))
        yield Row(
            "start with modules, none imported",
            seconds(with_modules),
            "without modules",
            seconds(without),
            note="an isolate that is not given modules pays nothing for them",
        )


def _import(builder: Modules, specifier: str, *, wait: bool = False) -> float:
    with Isolate() as isolate:
        handle = isolate.install(builder)
        start = time.perf_counter()
        handle.run(specifier)
        took = time.perf_counter() - start
        if wait:
            handle.compiled()
        return took


def _deno(folder: Path, file: str, environment: dict[str, str]) -> Callable[[], float]:
    command = deno_command("--allow-read", str(folder / "timer.js"), f"./{file}")

    def run() -> float:
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        return float(done.stdout) / 1000

    return run


def _start(builder: Modules | None) -> float:
    start = time.perf_counter()
    with Isolate() as isolate:
        if builder is not None:
            isolate.install(builder)
        isolate.eval("1")
        return time.perf_counter() - start


def _write_graph(folder: Path, count: int) -> None:
    (folder / "graph").mkdir()
    for number in range(count):
        children = range(_FAN_OUT * number + 1, min(_FAN_OUT * (number + 1) + 1, count))
        imports = "".join(f"import {{ value as v{n} }} from './{n}.js';\n" for n in children)
        total = "".join(f" + v{n}" for n in children)
        (folder / f"graph/{number}.js").write_text(
            f"{imports}export const value = work({number}){total};\n"
            "function work(input) {\n  let total = input;\n"
            "  for (let i = 0; i < 10; i++) total += i * input;\n  return total;\n}\n"
            "export default class Thing {\n  constructor(a) { this.a = a }\n"
            "  get double() { return this.a * 2 }\n}\n"
        )


def _write_bundle(folder: Path, size: int) -> None:
    parts = ["const registry = new Map();\n"]
    length = 0
    while length < size:
        number = len(parts)
        parts.append(
            f"function feature{number}(input, options = {{}}) {{\n"
            f"  const {{ depth = {number % 7}, label = 'item-{number}' }} = options;\n"
            "  const parts = [];\n  for (let index = 0; index < depth; index++) {\n"
            "    if (index % 2 === 0) parts.push(`${label}:${index}:${input}`);\n"
            "    else parts.push([label, index, input].map((part) => String(part)).join('-'));\n"
            "  }\n  return { parts, render: () => parts.join(', ') };\n}\n"
            f"class Widget{number} {{\n  #state = {number};\n"
            "  constructor(name) { this.name = name; this.items = new Map() }\n"
            "  update(delta) { this.#state += delta; return feature"
            f"{number}(this.name) }}\n}}\nregistry.set('widget{number}', Widget{number});\n"
        )
        length += len(parts[-1])
    parts.append("export { registry };\nexport default registry.size;\n")
    (folder / "bundle.js").write_text("".join(parts))
