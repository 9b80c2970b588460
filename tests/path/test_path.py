"""The path module, beside the real one: Node's, as the engine has it outside of any isolate."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atoll import Isolate, sync
from atoll.engine import find_engine
from atoll.path import Path

pytestmark = pytest.mark.asyncio(loop_scope="module")

RUN = """
(flavour, name, args) => {
  try {
    const result = flavour[name](...args);
    return [result === undefined ? "undefined" : JSON.stringify(result)];
  } catch (error) {
    return [error instanceof TypeError, error.code];
  }
}
"""
SERVER = f"""
import path from "node:path";
import readline from "node:readline";
const run = {RUN};
for await (const line of readline.createInterface({{ input: process.stdin }})) {{
  console.log(JSON.stringify(JSON.parse(line).map(([f, name, args]) => run(path[f], name, args))));
}}
"""
ENVIRONMENT = {"DENO_DIR": "/dev/null/deno", "DENO_NO_UPDATE_CHECK": "1", "NO_COLOR": "1"}


class Real:
    """Node's module, in a process that this test trusts."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def run(self, cases: list[Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(cases) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Real]:
    program = tmp_path_factory.mktemp("path") / "server.mjs"
    program.write_text(SERVER)
    with subprocess.Popen(
        [find_engine(), "run", "--no-config", "--no-lock", "-A", str(program)],
        cwd="/",  # where an isolate is, too
        env=ENVIRONMENT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield Real(process)


@pytest.fixture(scope="module")
def ours() -> Iterator[sync.Isolate]:
    with sync.Isolate() as isolate:
        isolate.install(Path())
        isolate.eval(f"globalThis.run = {RUN}")
        yield isolate


PIECES = [
    "a", "b", "ab", ".", "..", "...", "/", "/", "\\", "\\", ":", "C:", "c:", "con", "COM1", ".js",
    ".j.s", "x.", "?", "//", "\\\\", "host", "share", "İ", "é", "nul:", "aux", " ",
]  # fmt: skip
ONE_PATH = ["normalize", "isAbsolute", "dirname", "basename", "extname", "parse"]
ONE_PATH += ["toNamespacedPath", "_makeLong", "resolve", "join"]
PATHS = st.lists(st.sampled_from(PIECES), max_size=7).map("".join)
ANYTHING = PATHS | st.none() | st.integers(0, 3) | st.booleans() | st.just({"a": 1})
PARTS = st.dictionaries(st.sampled_from(["root", "dir", "base", "name", "ext"]), PATHS)
CASES = st.one_of(
    st.tuples(st.sampled_from(ONE_PATH), st.lists(PATHS, min_size=1, max_size=1)),
    st.tuples(
        st.sampled_from(["relative", "basename", "join", "resolve"]),
        st.lists(PATHS, min_size=2, max_size=2),
    ),
    st.tuples(st.sampled_from(["join", "resolve"]), st.lists(PATHS, max_size=4)),
    st.tuples(st.just("format"), PARTS.map(lambda parts: [parts])),
    st.tuples(
        st.sampled_from(["normalize", "join", "resolve", "relative", "basename", "parse"]),
        st.lists(ANYTHING, max_size=2),
    ),
)


@settings(max_examples=150, deadline=None)
@given(cases=st.lists(CASES, min_size=1, max_size=60))
async def test_it_does_what_nodes_does(real: Real, ours: sync.Isolate, cases: list[Any]) -> None:
    calls = [[flavour, *case] for case in cases for flavour in ("posix", "win32")]
    expected = real.run(calls)
    found = ours.eval("cases => cases.map(([f, name, args]) => run(path[f], name, args))", calls)
    assert list(zip(calls, found, strict=True)) == list(zip(calls, expected, strict=True))


async def test_formatting_undoes_parsing(ours: sync.Isolate) -> None:
    for text in ("/a/b.c", "a/b", "/x", "b.tar.gz"):
        assert ours.eval("p => path.format(path.parse(p))", text) == text
    assert ours.eval(r"path.win32.format(path.win32.parse('C:\\a\\b.c'))") == r"C:\a\b.c"


async def test_its_shape_is_nodes(ours: sync.Isolate) -> None:
    shape = """
    (() => {
        const of = (p) => Object.keys(p).filter((key) => key !== "matchesGlob").sort();
        return [of(path), of(path.win32), path.posix === path, path.win32.posix === path,
            path.win32.win32 === path.win32, path.sep, path.delimiter, path.win32.sep,
            path.win32.delimiter, path._makeLong === path.toNamespacedPath,
            Object.getPrototypeOf(path) === Object.prototype]
    })()
    """
    program = f'import path from "node:path"; console.log(JSON.stringify({shape}))'
    printed = subprocess.run(
        [find_engine(), "eval", "--no-config", program],
        capture_output=True,
        check=True,
        env=ENVIRONMENT,
    ).stdout
    assert ours.eval(shape) == json.loads(printed)


RECEIVED = {
    "path.join(5)": ("path", "string", "type number (5)"),
    "path.dirname()": ("path", "string", "undefined"),
    "path.relative('a', {})": ("to", "string", "an instance of Object"),
    "path.resolve('a', null)": ("paths[1]", "string", "null"),
    "path.basename('a', Math.max)": ("suffix", "string", "function max"),
    "path.format('x'.repeat(50))": ("pathObject", "object", f"type string ('{'x' * 24}...)"),
    "path.join(Object.create(null))": ("path", "string", "[Object: null prototype] {}"),
}


@pytest.mark.parametrize("code", RECEIVED)
async def test_errors_are_nodes(ours: sync.Isolate, code: str) -> None:
    name, expected, received = RECEIVED[code]
    message = f'The "{name}" argument must be of type {expected}. Received {received}'
    caught = f"try {{ {code} }} catch (e) {{ [e instanceof TypeError, e.code, e.message] }}"
    assert ours.eval(caught) == [True, "ERR_INVALID_ARG_TYPE", message]


async def test_a_bare_isolate_has_none(isolate: Isolate) -> None:
    assert await isolate.eval("typeof path") == "undefined"


async def test_it_does_not_call_what_a_program_has_replaced(fresh_isolate: Isolate) -> None:
    await fresh_isolate.install(Path())
    code = r"""
    const get = () => { throw new Error("called") };
    const prototypes = [String.prototype, RegExp.prototype, Array.prototype];
    for (let i = 0; i < prototypes.length; i++) {
        const keys = Reflect.ownKeys(prototypes[i]);
        for (let j = 0; j < keys.length; j++)
            // The engine itself takes the outcome of a script by way of that.
            if (keys[j] !== "constructor" && keys[j] !== Symbol.iterator)
                Reflect.defineProperty(prototypes[i], keys[j], { get });
    }
    path.join("a", "../b") + path.win32.resolve("C:\\x", "..", "y.js") +
        path.win32.relative("C:\\a", "c:\\b") + path.extname("q.ts") + path.win32.parse("C:/z").base
    """
    assert await fresh_isolate.eval(code) == r"bC:\y.js..\b.tsz"


async def test_long_paths_take_linear_time(ours: sync.Isolate) -> None:
    code = """(piece, n) => {
        const text = piece.repeat(n);
        return ["normalize", "join", "resolve", "dirname", "basename", "extname"].map((f) =>
            path.win32[f](text).length).length
    }"""
    for piece in ("a/", "../", "\\", "a\\..\\", ":"):
        assert ours.eval(code, piece, 100_000) == 6
